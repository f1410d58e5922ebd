/* Worlds for tests: a scenario run to its end, and questions to its journal. */
#ifndef POSTROAD_TESTS_MODEL_HOST_WORLD_RUNS_H
#define POSTROAD_TESTS_MODEL_HOST_WORLD_RUNS_H

#include "model/host/world.h"
#include "sim/journal/journal_memory.h"

/* Pieces of scenarios: Alice, who submits to mail.a.example, from which mail goes to mx1.b.example. */
#define ALICE_PC "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } }"
#define INTERNET_AND_MX1                                                                                               \
    "\"internet\": { \"router\": {} },"                                                                                \
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } }"
#define LINKS_OF_THREE                                                                                                 \
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"                                           \
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"                                                      \
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] } }"
#define ALICE_WRITES_TO_BOB(id, at)                                                                                    \
    "\"" id "\": { \"at\": \"" at "\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"], \"text\": \"x\" }"

struct world_run {
    struct scenario *scenario;
    struct journal_memory *journal;
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    bool failed;
    int64_t ended_ns;
};

/* A scenario of the shipped ones by name, or JSON if it begins with "{". The seed 0 is the scenario's own. Asserts that
   it loads. */
struct world_run world_run_scenario(const char *what, uint64_t seed, struct event_mask mask);
/* The same with its own seed and these values set. */
struct world_run world_run_changed(const char *what, const struct scenario_override *values, size_t n,
                                   struct event_mask mask);
void world_run_free(struct world_run *run);

/* The first event from index *i on of this kind, one of whose texts holds the word (NULL: any); moves *i behind it. */
const struct event *find_event(const struct world_run *run, size_t *i, enum event_kind kind, const char *word);
size_t count_events(const struct world_run *run, enum event_kind kind, const char *word);

/* Bytes of a stream, as stream.data events hold them: "" ended, to be freed with free. */
char *stream_bytes(const struct world_run *run, uint64_t stream, uint64_t offset, uint64_t length);
/* What follows the first blank line. */
const char *body_of(const char *content);

#endif
