/* Inside the transcript: what its files share. */
#ifndef POSTROAD_VIZ_READERS_TRANSCRIPT_INTERNAL_H
#define POSTROAD_VIZ_READERS_TRANSCRIPT_INTERNAL_H

#include "model/wire/ip_address.h"
#include "viz/readers/journal_names.h"
#include "viz/readers/text_buffer.h"
#include "viz/readers/transcript.h"
#include "viz/story/tables.h"

enum { RECENT_PACKETS = 4096, LABEL_BYTES = 64, PLACES = 512 };

/* What is remembered of a packet while it is likely on its way. */
struct recent {
    int64_t packet, from, to;
    char label[LABEL_BYTES];
};

/* Where an event was. */
struct place {
    uint64_t event;
    int64_t host;
};

struct stranger {
    char address[IP_TEXT_BYTES];
};

struct transcript {
    enum transcript_level level;
    FILE *out;
    struct journal_names *names;
    int host_width;
    struct event_mask watched;
    struct place places[PLACES];          /* of the latest events, by their number */
    int64_t said_at_ns, said_by;          /* instant and host of the latest line */
    int said_indent;                      /* width of its columns before the words; 0: there was none */
    int64_t starts_unix_s;
    bool tells_day_time;      /* in a column of its own */
    struct text_buffer words; /* of the line being made */
    struct index_map peers;   /* conn or session to peer host */
    struct index_map stranger_of; /* conn whose peer is no host of the world to its place in strangers */
    TABLE_OF(struct stranger) strangers;
    struct index_map servers; /* hosts that are mail servers */
    struct index_map iss;     /* addresses and ports of a direction to its initial sequence number */
    /* An attempt that may turn out to be over at once. */
    int64_t pending_attempt, pending_at_ns, pending_host;
    struct text_buffer pending;
    struct recent recent[RECENT_PACKETS];
};

struct telling {
    enum transcript_level from;
    enum field_id host; /* of the host column; FIELD_NONE: the teller's own */
    /* Adds words; false: nothing is to be said. */
    bool (*tell)(struct transcript *t, const struct event *e);
};

/* transcript.c: what tellers share. */
const char *transcript_host(const struct transcript *t, int64_t host);
/* The host at one end of the event's direction of its link: 0 the sending one, 1 the other. */
int64_t transcript_link_end(const struct transcript *t, const struct event *e, int end);
const char *transcript_link_host(const struct transcript *t, const struct event *e, int end); /* its name */
/* What is remembered of a conn or session; remembering happens when it is opened. */
enum transcript_key { CONN_KEY, SESSION_KEY, CLIENT_KEY, KEYS };
void transcript_remember_peer(struct transcript *t, const struct event *e, enum transcript_key sort,
                              enum field_id field);
int64_t transcript_peer(const struct transcript *t, const struct event *e, enum transcript_key sort,
                        enum field_id field);
/* Who is at the other end of the event's connection: a host's name, or the address of one that is none. */
void transcript_remember_conn(struct transcript *t, const struct event *conn_open);
const char *transcript_conn_peer(const struct transcript *t, const struct event *e);
void transcript_add_why(struct transcript *t, const struct event *e);      /* ": why", if any is given */
void transcript_add_mail(struct transcript *t, const struct event *e);     /* its name */
void transcript_add_mail_for(struct transcript *t, const struct event *e); /* and its recipient */
/* Text behind a bar, of the instant and the place of the event that it is about: as a line of its own, or below that
   event's. */
void transcript_print_note(struct transcript *t, int64_t at_ns, uint64_t about, const char *text);

/* Each file has those of its subject; where .tell is NULL another has it, or there is nothing to tell. */
extern const struct telling tellings_of_world[EVENT_KINDS], tellings_of_packets[EVENT_KINDS],
    tellings_of_words[EVENT_KINDS], tellings_of_mail[EVENT_KINDS];

#endif
