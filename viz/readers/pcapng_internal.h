/* Between gathering and writing a capture: what pcapng_records.c makes of a journal, and pcapng.c writes. */
#ifndef POSTROAD_VIZ_READERS_PCAPNG_INTERNAL_H
#define POSTROAD_VIZ_READERS_PCAPNG_INTERNAL_H

#include "viz/readers/journal_names.h"
#include "viz/readers/pcapng.h"
#include "viz/readers/text_buffer.h"

enum { TAPS_A_LINK = 4, NOT_CHOSEN = -1 };

struct link_taps {
    int64_t link;
    const struct event *added;
    int interface[TAPS_A_LINK]; /* tx and rx of direction 0, then of direction 1; or NOT_CHOSEN */
    int64_t last_begins[2];     /* a direction's latest time at the sender */
};

struct sent {
    int64_t packet;
    const struct event *event;
    uint32_t hops;     /* links behind it */
    size_t record;     /* of its latest tx, + 1 */
    int64_t link, dir; /* which that was on */
    int64_t original;  /* the packet it is a copy of, or 0, */
    uint64_t copied;   /* and the event that made it */
};

struct record {
    int64_t at_ns;
    size_t sent;
    int interface;
    uint32_t hops;
    bool is_tx;
    const char *lost; /* why, or NULL */
    uint64_t event;   /* that made it */
};

/* Events of one kind, sorted by what is looked for in them. */
struct event_list {
    const struct event **items;
    size_t n, room;
};

struct event_block;

/* Gathered and recorded, and then written by way of block. */
struct pcapng_capture {
    struct event_block *copies; /* the latest block of those that are kept */
    const struct journal_memory *memory;
    struct pcapng_options options;
    struct journal_names *names;
    const struct event *begin;                                  /* or NULL */
    struct event_list hosts, links, data, corruptions, secrets; /* corruptions: and what was written over */
    struct link_taps *taps;                                     /* by link number */
    size_t n_taps;
    struct sent *sent; /* by packet number */
    size_t n_sent, sent_room;
    struct record *records;
    size_t n_records, records_room;
    bool has_ipv6; /* some host speaks it */
    struct text_buffer block;
    FILE *out;
    bool good;
};

/* Gathers what a capture needs, and makes a record for each time a packet passes a tap. To be freed by pcapng_free. */
struct pcapng_capture pcapng_record(const struct journal_memory *memory, struct pcapng_options options, FILE *out);
void pcapng_free(struct pcapng_capture *capture);

struct link_taps *pcapng_taps(const struct pcapng_capture *capture, int64_t link); /* NULL: no such link */
struct sent *pcapng_sent(const struct pcapng_capture *capture, int64_t packet);    /* NULL: nobody sent it */
/* The records of the chosen taps in the order of the capture; to be freed. */
const struct record **pcapng_sorted(const struct pcapng_capture *capture, size_t *count);

#endif
