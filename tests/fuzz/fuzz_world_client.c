/* Whole sessions of our clients with a hostile server in a world: a queue that hands mail on, a client that submits,
   another that fetches. The first byte says who calls and how, the rest is what the server says (fuzz_listener.c),
   until it becomes a good one. Then all must come to an end: each mail is delivered or its sender is told, never both
   where no doubt was noted (tried with a queue that reports what was taken), what is borne with is bounded, and the
   laws of the queue, of time, of links and of TCP hold. */
#include "tests/fuzz/fuzz_listener.h"

static const char world_text[] =
    "{\"postroad\":1,\"title\":\"Callees\",\"tls\":\"modelled\",%s\"hosts\":{"
    "\"alice-pc\":{\"client\":{\"user\":\"alice@a.example\",\"submits_to\":\"mail.a.example\"}},"
    "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"alice\"]%s}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"bob\",\"carol\"],\"tls\":{}}},"
    "\"bob-pc\":{\"client\":{\"user\":\"bob@b.example\",\"%s\":\"mx.b.example\",\"tls\":\"%s\"%s}},"
    "\"internet\":{\"router\":{}}},"
    "\"links\":{\"a\":{\"between\":[\"alice-pc\",\"internet\"]},\"m\":{\"between\":[\"mail.a.example\",\"internet\"]},"
    "\"x\":{\"between\":[\"mx.b.example\",\"internet\"],\"delay\":\"3 ms\"},"
    "\"b\":{\"between\":[\"bob-pc\",\"internet\"]}},"
    "\"mail\":{%s}}";

static const char to_bob[] =
    "\"m1\":{\"from\":\"alice@a.example\",\"to\":[\"bob@b.example\",\"nobody@b.example\"],\"text\":\"x\"},"
    "\"m2\":{\"at\":\"2 s\",\"from\":\"alice@a.example\",\"to\":[\"carol@b.example\"],\"size\":\"9 kB\"}";
static const char from_bob[] =
    "\"m1\":{\"from\":\"bob@b.example\",\"to\":[\"carol@b.example\",\"alice@a.example\"],\"text\":\".x\"}";

enum { WHO = 3, SUBMITS = 1, FETCHES = 2, SECURE = 12, PLAIN = 16, HASTY = 32, VARIANTS = 64 };
static const int64_t most_heard_bytes = 4000000;

static const struct scenario *scenario_of(unsigned variant)
{
    static struct scenario *known[VARIANTS];
    static const char *const outbound[] = {"", ",\"tls\":{\"outbound\":\"opportunistic\"}",
                                           ",\"tls\":{\"outbound\":\"required\"}",
                                           ",\"tls\":{\"outbound\":\"verify\"}"};
    static const char *const tls[] = {"off", "starttls", "implicit", "off"};
    char json[4000], server[400];
    unsigned who = variant & WHO, how = (variant & SECURE) / 4;
    snprintf(server, sizeof server, "%s%s", outbound[how],
             variant & HASTY ? ",\"retry\":{\"policy\":\"custom\",\"steps\":[\"1 min\"]}" : "");
    int n = snprintf(json, sizeof json, world_text, variant & PLAIN ? "\"smtp\":{\"extensions\":\"plain\"}," : "",
                     server, who == SUBMITS ? "submits_to" : "fetches_from", tls[how],
                     who == SUBMITS   ? ""
                     : who == FETCHES ? ",\"fetches_every\":\"5 min\""
                                      : ",\"fetches_every\":\"6 h\"",
                     who == SUBMITS ? from_bob : to_bob);
    FUZZ_MUST(n > 0 && (size_t)n < sizeof json);
    if (!known[variant]) known[variant] = fuzz_scenario(json);
    return known[variant];
}

/* What became of one recipient of a mail at one host. */
struct fate {
    int64_t message, host;
    char recipient[128];
};

static struct fate fate_of(const struct event *e)
{
    struct fate f = {.message = event_int(e, FIELD_MESSAGE), .host = event_int(e, FIELD_HOST)};
    snprintf(f.recipient, sizeof f.recipient, "%s", event_text(e, FIELD_RECIPIENT));
    return f;
}

static bool is_same_copy(const struct event *e, const struct fate *f)
{
    return event_int(e, FIELD_MESSAGE) == f->message && strcmp(event_text(e, FIELD_RECIPIENT), f->recipient) == 0;
}

/* Whether the same mail has come to the same recipient elsewhere. */
static bool was_delivered(const struct journal_memory *memory, const struct fate *f)
{
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        const struct event *e = journal_memory_at(memory, i);
        if (e->kind != EVENT_MAIL_STATE || strcmp(event_text(e, FIELD_TO), "delivered") != 0) continue;
        if (event_int(e, FIELD_HOST) != f->host && is_same_copy(e, f)) return true;
    }
    return false;
}

/* Or this host doubts whether it has. */
static bool has_doubt(const struct journal_memory *memory, const struct fate *f)
{
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        const struct event *e = journal_memory_at(memory, i);
        if (e->kind == EVENT_MAIL_DOUBT && event_int(e, FIELD_HOST) == f->host && is_same_copy(e, f)) return true;
    }
    return false;
}

static void judge(const struct journal_memory *memory)
{
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        const struct event *e = journal_memory_at(memory, i);
        if (e->kind == EVENT_CONN_CLOSE) FUZZ_MUST(event_int(e, FIELD_BYTES_RECEIVED) < most_heard_bytes);
        if (e->kind == EVENT_RUN_END) FUZZ_MUST(strcmp(event_text(e, FIELD_WHY), "all is done") == 0);
        if (e->kind != EVENT_MAIL_STATE || strcmp(event_text(e, FIELD_TO), "bounced") != 0) continue;
        const struct fate fate = fate_of(e); /* the event is lent until the next one is asked for */
        if (was_delivered(memory, &fate)) FUZZ_MUST(has_doubt(memory, &fate));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz_world w;
    if (size == 0) return 0;
    fuzz_world_begin(&w, scenario_of(bytes[0] % VARIANTS), false);
    fuzz_listener_begin(w.world, "mx.b.example", bytes + 1, size - 1);
    fuzz_world_run(&w);
    judge(w.memory);
    fuzz_world_end(&w, " M2 M11 M12 M13 M14 ");
    fuzz_listener_end();
    return 0;
}
