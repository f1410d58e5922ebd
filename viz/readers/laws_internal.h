/* What the files of the law checker share. */
#ifndef POSTROAD_VIZ_READERS_LAWS_INTERNAL_H
#define POSTROAD_VIZ_READERS_LAWS_INTERNAL_H

#include "viz/readers/laws.h"
#include "viz/story/tables.h"

enum { BREACHES_KEPT = 100, BREACH_BYTES = 256 };

/* One (message, recipient), over all hosts. */
struct law_pair {
    size_t holders; /* hosts that have accepted it and not got rid of it */
    bool ended;     /* delivered, bounced or discarded somewhere */
};

struct laws {
    size_t n_broken, n_kept;
    char (*breaches)[BREACH_BYTES];
    int64_t last_ns;
    uint64_t last_id;

    struct index_map states;     /* hash of (message, recipient, host, queue id) -> hash of the state */
    struct index_map pair_index; /* hash of (message, recipient) -> index */
    struct law_pair *pairs;
    size_t n_pairs;

    struct index_map on_wire;      /* hash of (packet, link, direction) -> arrival + 1, or 0 when it is over */
    struct index_map last_arrival; /* link and direction -> latest arrival that was promised */
    struct index_map in_flight;    /* link and direction -> packets on the way */
    struct index_map delays;       /* link and direction -> propagation delay */
    struct index_map packet_place; /* packet -> hash of (stream, offset) */
    struct index_map stream_ends;  /* stream -> bytes written so far */
    struct index_map timers;       /* id of timer.set -> 1 waiting, 0 over */
    bool full;
};

void law_broken(struct laws *laws, const struct event *e, const char *law, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
uint64_t law_hash(uint64_t seed, uint64_t number);
uint64_t law_hash_text(uint64_t seed, const char *text);

void laws_of_mail(struct laws *laws, const struct event *e);   /* laws_mail.c */
void laws_of_wires(struct laws *laws, const struct event *e);  /* laws_wire.c */

#endif
