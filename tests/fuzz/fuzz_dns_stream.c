/* DNS over TCP in a world: messages with two bytes of length before them (RFC 1035 4.2.2), cut anywhere. The first byte
   chooses: hostile clients of a name server or of a resolver (fuzz_callers.c), or a hostile name server that a
   resolver, or the hosts themselves, ask (fuzz_listener.c). Who falls silent is let go of, each question comes to its
   end (tried with a stream that takes what comes for a message one byte too early), and the laws hold. */
#include "model/host/host.h"
#include "model/host/name_server.h"
#include "model/host/recursor.h"
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

enum { SERVER_OUTSIDE = 1, TREE = 2, RESOLVER = 4, CHOICES = 8 };

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
    for (size_t i = 0; i < journal_memory_count(w.memory); i++) {
        const struct event *e = journal_memory_at(w.memory, i);
        if (e->kind == EVENT_RUN_END) FUZZ_MUST(strcmp(event_text(e, FIELD_WHY), "all is done") == 0);
    }
    fuzz_world_end(&w, " D8 D9 "); /* what the hostile one says */
    fuzz_listener_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    if (bytes[0] & SERVER_OUTSIDE)
        hostile_server(bytes[0], bytes + 1, size - 1);
    else
        hostile_clients(bytes[0], bytes + 1, size - 1);
    return 0;
}
