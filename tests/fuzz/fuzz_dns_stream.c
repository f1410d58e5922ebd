/* DNS over TCP in a world: messages with two bytes of length before them (RFC 1035 4.2.2), cut anywhere. The first byte
   chooses: hostile clients of a name server or of a resolver (fuzz_callers.c); a hostile name server that a resolver,
   or the hosts themselves, ask (fuzz_listener.c); or a client that asks good questions, in any pieces. Who falls silent
   is let go of, each question comes to its end, the laws hold; and however questions and true answers are cut, each is
   understood (tried with a stream that takes what comes for a message one byte too early, and with a server that keeps
   a byte of the last question). */
#include "model/host/host.h"
#include "model/host/outside.h"
#include "tests/fuzz/fuzz_callers.h"
#include "tests/fuzz/fuzz_listener.h"

static const char world_text[] =
    "{\"postroad\":1,\"title\":\"Names\",\"dns\":\"%s\",\"hosts\":{"
    "\"alice-pc\":{\"client\":{\"user\":\"alice@a.example\",\"submits_to\":\"mail.a.example\"}},"
    "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"alice\"]}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"bob\"]}},"
    "\"internet\":{\"router\":{}},\"programs\":{\"outside\":{}},\"ns.b.example\":{\"name_server\":{%s}}%s},"
    "\"links\":{\"a\":{\"between\":[\"alice-pc\",\"internet\"]},\"m\":{\"between\":[\"mail.a.example\",\"internet\"]},"
    "\"x\":{\"between\":[\"mx.b.example\",\"internet\"]},\"n\":{\"between\":[\"ns.b.example\",\"internet\"]}%s,"
    "\"out\":{\"between\":[\"programs\",\"internet\"]}},"
    "\"mail\":{\"m1\":{\"from\":\"alice@a.example\",\"to\":[\"bob@b.example\"],\"text\":\"x\"}}}";

enum { SERVER_OUTSIDE = 1, TREE = 2, RESOLVER = 4, GOOD = 8, QUESTIONS = 8 };

static const struct scenario *scenario_of(bool tree)
{
    static struct scenario *known[2];
    char json[3000];
    int n = snprintf(json, sizeof json, world_text, tree ? "tree" : "simple", tree ? "\"zones\":[\"b.example\"]" : "",
                     tree ? ",\"resolver\":{\"resolver\":{}}" : "",
                     tree ? ",\"r\":{\"between\":[\"resolver\",\"internet\"]}" : "");
    FUZZ_MUST(n > 0 && (size_t)n < sizeof json);
    if (!known[tree]) known[tree] = fuzz_scenario(json);
    return known[tree];
}

static void hostile_clients(unsigned choice, const uint8_t *bytes, size_t size)
{
    static const uint16_t ports[] = {DNS_PORT};
    struct fuzz_world w;
    bool tree = choice & TREE;
    fuzz_world_begin(&w, scenario_of(tree), true);
    struct host *server = fuzz_host(w.world, tree && choice & RESOLVER ? "resolver" : "ns.b.example");
    fuzz_callers_play(&w, server, ports, 1, bytes, size);
    fuzz_world_pass(&w, HOUR);
    FUZZ_MUST(server->n_sockets == 0);
    fuzz_world_end(&w, " ");
}

static void hostile_server(unsigned choice, const uint8_t *bytes, size_t size)
{
    struct fuzz_world w;
    fuzz_world_begin(&w, scenario_of(choice & TREE), false);
    fuzz_listener_begin(w.world, "ns.b.example", bytes, size);
    fuzz_world_run(&w);
    bool delivered = false;
    for (size_t i = 0; i < journal_memory_count(w.memory); i++) {
        const struct event *e = journal_memory_at(w.memory, i);
        if (e->kind == EVENT_RUN_END) FUZZ_MUST(strcmp(event_text(e, FIELD_WHY), "all is done") == 0);
        bool is_failure = e->kind == EVENT_DNS_FAILURE || e->kind == EVENT_DNS_UNREACHABLE;
        FUZZ_MUST(!is_failure || fuzz_listener_has_lied());
        bool is_early = e->kind == EVENT_MAIL_STATE && e->at_ns < MINUTE;
        delivered |= is_early && strcmp(event_text(e, FIELD_TO), "delivered") == 0;
    }
    FUZZ_MUST(delivered || fuzz_listener_has_lied());
    fuzz_world_end(&w, " D8 D9 "); /* what the hostile one says */
    fuzz_listener_end();
}

/* ---- a good client ---- */

static const char *const names[] = {"b.example", "mx.b.example", "nobody.b.example", "a.example", "x.test"};
static const enum dns_type types[] = {DNS_A, DNS_MX, DNS_AAAA, DNS_NS, DNS_TXT};

/* Framed; returns its size. */
static size_t put_question(struct fuzz_bytes *in, uint16_t id, uint8_t *out, size_t room)
{
    uint8_t name = fuzz_byte(in), type = fuzz_byte(in);
    const struct dns_message content = {.id = id,
                                        .recursion_desired = true,
                                        .qname = names[name % (sizeof names / sizeof *names)],
                                        .qtype = types[type % (sizeof types / sizeof *types)]};
    struct dns_message *query = dns_message_new(&content);
    size_t size = dns_encode(query, out + 2, room - 2);
    dns_message_drop(query);
    out[0] = (uint8_t)(size >> 8);
    out[1] = (uint8_t)size;
    return size + 2;
}

/* Takes what has come; adds the ids of the answers in it to a set. */
static uint32_t answered(struct outside_connection *line)
{
    uint32_t ids = 0;
    size_t size;
    const uint8_t *bytes = (const uint8_t *)outside_readable(line, &size);
    for (size_t at = 0; at < size;) {
        FUZZ_MUST(at + 2 <= size);
        size_t length = (size_t)bytes[at] << 8 | bytes[at + 1];
        FUZZ_MUST(at + 2 + length <= size);
        struct dns_message *answer = dns_decode(bytes + at + 2, length);
        FUZZ_MUST(answer && answer->is_response && answer->id < QUESTIONS && !(ids & 1u << answer->id));
        ids |= 1u << answer->id;
        dns_message_drop(answer);
        at += 2 + length;
    }
    return ids;
}

static void good_client(unsigned choice, const uint8_t *bytes, size_t size)
{
    struct fuzz_bytes in = {bytes, size};
    uint8_t questions[QUESTIONS * 300];
    size_t n = 0, wanted = 1 + fuzz_byte(&in) % QUESTIONS;
    struct fuzz_world w;
    fuzz_world_begin(&w, scenario_of(choice & TREE), true);
    struct host *server = fuzz_host(w.world, choice & TREE && choice & RESOLVER ? "resolver" : "ns.b.example");
    struct outside_connection *line = outside_open(w.world, server->id.n - 1, DNS_PORT);
    for (size_t i = 0; i < wanted; i++)
        n += put_question(&in, (uint16_t)i, questions + n, 300);
    fuzz_world_pass(&w, SECOND);
    for (size_t at = 0; at < n;) {
        size_t piece = in.left > 0 ? 1u + fuzz_byte(&in) : n;
        piece = piece < n - at ? piece : n - at;
        outside_write(line, questions + at, piece);
        fuzz_world_pass(&w, 100 * MILLISECOND);
        at += piece;
    }
    fuzz_world_pass(&w, 15 * SECOND); /* a resolver gives up after ten */
    FUZZ_MUST(answered(line) == (1u << wanted) - 1);
    outside_forget(line);
    fuzz_world_end(&w, " ");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    if (bytes[0] & GOOD)
        good_client(bytes[0], bytes + 1, size - 1);
    else if (bytes[0] & SERVER_OUTSIDE)
        hostile_server(bytes[0], bytes + 1, size - 1);
    else
        hostile_clients(bytes[0], bytes + 1, size - 1);
    return 0;
}
