/* Inside the story: the cast's tables and the state's rows. Only files of this folder include it. */
#ifndef POSTROAD_VIZ_STORY_STORY_INTERNAL_H
#define POSTROAD_VIZ_STORY_STORY_INTERNAL_H

#include "viz/story/story.h"
#include "viz/story/tables.h"

/* Rows of the state refer to events and the cast in 32 bits. */
#define NONE32 UINT32_MAX

/* ---- The cast: never changes after it was made ---- */

struct cast_host {
    uint32_t id, address;
    const char *address6;
    enum story_role role;
    const char *name, *text;
};

struct cast_link {
    uint32_t id, mtu;
    const char *name;
    size_t ends[2];
    int64_t rate_bps[2], delay_ns[2];
};

struct cast_conn {
    uint32_t id;
    size_t host, peer, other_end, open_event, close_event;
    uint16_t local_port, remote_port;
    bool active, has_iss;
    uint32_t iss;        /* of its SYN, so that acknowledgement numbers can be told as bytes */
    uint64_t sent_bytes; /* of its stream so far, while the cast is made */
    uint32_t acked;      /* the latest acknowledgement number of it that arrived; likewise, as what follows */
    uint16_t window;
    bool has_acked;
    uint8_t n_duplicates; /* of that number */
    const char *protocol;
    bool is_encrypted; /* TLS is up; while the cast is made */
    size_t transfer;   /* under way while the cast is made */
    TABLE_OF(uint32_t) vars;
    TABLE_OF(uint32_t) timers;      /* set and not yet over, while the cast is made */
    uint32_t first_timer, n_timers; /* in closed_timers: those that end with it */
};

struct cast_letter {
    size_t mail;
    const char *recipient;
    size_t first_place;
    size_t delivered_event; /* that put it into a mailbox first; 0: none did */
    bool is_written;        /* its writer named the recipient; others come where an alias stands for its members */
};

/* A (mail, recipient, host). */
struct cast_place {
    size_t letter, host, next; /* next of the letter */
    uint32_t attempt;          /* the last one that was made or passed over from here; NONE32 */
    uint32_t wait;             /* that is not over, while the cast is made; NONE32 */
};

/* A letter waits at a place, or is being handed over from there: from one event up to another, NONE32 when it never
   ends. Those of a host lie side by side, in the order in which they began. */
struct cast_wait {
    uint32_t place, from, to;
};

/* A packet that brought bytes of a content which were not there before. */
struct transfer_part {
    uint32_t packet, bytes, before; /* before: bytes of the parts before it, which came no later */
};

struct byte_range {
    uint64_t from, to;
};

struct cast_transfer {
    struct story_transfer shown;
    size_t end_event;
    uint64_t arrived;
    size_t next_of_stream; /* an earlier one on the same stream */
    TABLE_OF(struct transfer_part) parts;
    TABLE_OF(struct byte_range) there; /* apart and ascending */
};

struct cast_session {
    uint32_t id;
    size_t conn, peer;
};

/* The stream.data events of one stream, by growing offset. */
struct cast_stream {
    TABLE_OF(size_t) events;
};

/* ---- The state: arrays of 32 bit rows, so that a keyframe is a copy and a digest reads them as they lie ---- */

struct host_now {
    uint32_t up, why_event;
    uint32_t trouble_event[STORY_TROUBLES]; /* NONE32: none */
    uint32_t mood, said_event, slow_event;  /* enum story_mood without slow; the latter two: NONE32: none */
};
struct link_now {
    uint32_t up[2], down_event[2], loss_event[2], rate_event[2], delay_event[2], lost[2];
};
struct conn_now {
    uint32_t state_event, vars_event, is_open;
};
struct letter_now {
    uint32_t place, attempts, copies; /* copies: that came into a mailbox */
};
struct place_now {
    uint32_t state, event; /* enum story_mail_state, and the mail.state that told it */
    uint32_t copies;       /* in the mailbox there, or fetched to there */
};

enum state_block {
    BLOCK_HOSTS,     /* struct host_now */
    BLOCK_LINKS,     /* struct link_now */
    BLOCK_CONNS,     /* struct conn_now */
    BLOCK_LETTERS,   /* struct letter_now */
    BLOCK_PLACES,    /* struct place_now */
    BLOCK_QUEUES,    /* counts: host * STORY_MAIL_STATES + state */
    BLOCK_LIVE,      /* hops, ascending */
    BLOCK_OPEN,      /* conns, ascending */
    BLOCK_TIMERS,    /* timer.set events, ascending */
    BLOCK_TRANSFERS, /* ascending */
    STATE_BLOCKS
};

struct state_rows {
    uint32_t *words;
    size_t count, room; /* in words */
};

struct state {
    size_t cursor;
    struct state_rows blocks[STATE_BLOCKS];
};

/* story_moment.c: worked out of the state of an instant. */
struct story_moment {
    bool is_made;
    size_t cursor;
    int64_t now_ns;
    uint64_t *queued;          /* bytes, by link and direction */
    struct index_map carriers; /* transfers by mail and sender */
    uint32_t *mails;           /* of each host, a row: by state, and in its queue */
    size_t mails_cursor, mails_of_events;
};

struct story {
    bool class_seen[STORY_CLASSES]; /* in the whole journal */
    bool loss_seen, not_taken_seen;
    bool copies_seen; /* a second one of a letter came into a mailbox */
    const struct journal_memory *journal;
    size_t n_events;
    bool has_head;
    bool tells_starts; /* the scenario says when it starts */
    size_t head_event; /* run.begin */

    TABLE_OF(struct cast_host) hosts;
    TABLE_OF(struct cast_link) links;
    TABLE_OF(struct story_packet) packets;
    TABLE_OF(struct story_hop) hops;
    TABLE_OF(struct story_drop) drops;
    TABLE_OF(struct cast_conn) conns;
    TABLE_OF(struct story_mail) mails;
    TABLE_OF(struct cast_letter) letters;
    TABLE_OF(struct cast_place) places;
    TABLE_OF(struct cast_wait) waits;
    size_t *waits_of_host;              /* first wait of each host, and one more */
    uint32_t *wait_ends;                /* the latest end in each block of waits */
    TABLE_OF(uint32_t) attempts_before; /* of each attempt: the one before it of the same place; NONE32 */
    TABLE_OF(struct cast_transfer) transfers;
    TABLE_OF(struct story_attempt) attempts;
    TABLE_OF(struct story_destination) destinations;
    TABLE_OF(struct cast_session) sessions;
    TABLE_OF(struct story_line) lines;
    TABLE_OF(size_t) cache_changes; /* dns.cache events */
    TABLE_OF(size_t) notes;         /* events of the kinds that story_notes tells */
    TABLE_OF(size_t) settings;      /* host.settings, of these */
    TABLE_OF(size_t) deeds;         /* and of those that story_deeds tells */
    TABLE_OF(struct story_caption) captions;
    TABLE_OF(struct story_mark) marks;
    uint32_t (*density)[STORY_DENSITIES]; /* visible events before every so many */
    TABLE_OF(uint32_t) closed_timers;     /* timer.set events */
    uint32_t *ends;                       /* a bit an event: a transfer ends there */
    size_t *letters_of_mail;              /* first letter of each mail, and one more */
    int64_t *latest_end; /* of packets up to the end of each block: the latest end_ns, for windows of the ladder */
    TABLE_OF(uint32_t) last_hop; /* of each packet, while the cast is made */
    uint32_t *packet_at;         /* packets by id, as far as ids are dense; NONE32 */
    size_t packet_at_room;
    /* What each event is about: a hop, packet, conn, place, line, or the timer.set that it ends, as its kind says. */
    uint32_t *subject;
    struct index_map host_ids, link_ids, packet_ids, conn_ids, mail_ids, attempt_ids, session_ids;
    struct index_map ports;          /* conns that wait for their other end */
    struct index_map stream_content; /* stream to its latest transfer */
    struct index_map streams;
    struct index_map timers_set; /* what a timer is known by to its latest timer.set */
    TABLE_OF(struct cast_stream) stream_bytes;
    struct text_store texts;

    int64_t now_ns;
    struct state now;
    struct story_moment moment;
    TABLE_OF(struct state) keyframes;
    /* When timers fire, kept since they are asked for in every picture: a place for each event by its last digits. */
    struct timer_time {
        size_t event; /* + 1; 0: none */
        int64_t at_ns;
    } * timer_times;
    size_t *live, *open, *live_transfers; /* what the accessors hand out */
    size_t live_room, open_room, live_transfers_room;
};

/* cast.c: makes the tables by reading the journal twice. */
bool cast_make(struct story *story, const struct stop *stop); /* false: it was asked to leave off */
void cast_free(struct story *story);
/* cast_packet.c, cast_mail.c, cast_words.c: one event each. They set the event's subject. */
void cast_packet_event(struct story *story, size_t i, const struct event *e);
void cast_mail_survey(struct story *story, size_t i, const struct event *e); /* first reading: mails and letters */
void cast_mail_survey_end(struct story *story);
void cast_mail_event(struct story *story, size_t i, const struct event *e);
void cast_words_event(struct story *story, size_t i, const struct event *e);
void cast_taken_for_commands(struct story *story, size_t i, const struct event *e); /* a mail.compose */
void cast_transfer_begin(struct story *story, size_t i, const struct event *e);
void cast_transfer_packet(struct story *story, size_t i, size_t packet); /* it has reached its end */
void cast_transfer_end_of_conn(struct story *story, size_t i, size_t conn);
void cast_mark(struct story *story, enum story_mark_kind kind, size_t event);

size_t cast_host(const struct story *story, const struct event *e, enum field_id field);
size_t cast_conn(const struct story *story, const struct event *e);
size_t cast_mail(const struct story *story, const struct event *e, enum field_id field);
/* The letter of a mail for a recipient; STORY_NONE. */
size_t cast_letter_of(const struct story *story, size_t mail, const char *recipient, size_t size);
/* Calls fn for each letter that a list of recipients names; all of the mail when the list is empty. */
void cast_letters_named(const struct story *story, size_t mail, const char *list,
                        void (*fn)(void *context, size_t letter), void *context);
enum story_mail_state story_mail_state_of(const struct event *mail_state); /* that it tells */

/* story_notes.c: how many of these events, in the order of time, have happened by now. */
size_t story_so_far(const struct story *story, const size_t *events, size_t n);
/* Whether events of this kind are kept in `notes`. */
bool story_is_note(enum event_kind kind);
bool story_is_deed(enum event_kind kind);

/* story_mail.c: a letter as the host of this place sees it, where it is or was. */
struct story_letter story_letter_at(const struct story *story, size_t place);

/* story_waiting.c: what waits where. */
void waits_note(struct story *story, size_t event, size_t place, enum story_mail_state to);
void waits_note_attempt(struct story *story, size_t mail, size_t host,
                        const char *recipient); /* the last of the table */
void waits_sort(struct story *story);
void waits_free(struct story *story);

/* state.c */
bool state_init(struct story *story, const struct stop *stop); /* likewise */
void state_free_all(struct story *story);

/* tables.c knows no story: what it does not find is STORY_NONE here. */
static inline size_t story_index(const struct index_map *map, uint64_t key)
{
    size_t found = index_map_get(map, key);
    return found == SIZE_MAX ? STORY_NONE : found;
}

/* cast_packet.c */
enum { PACKET_BLOCK = 64 };
size_t packet_index(const struct story *story, uint64_t id);

/* duplicates.c: numbers those that arrive. */
void duplicates_note_sent(struct story *story, size_t packet);
void duplicates_note_arrived(struct story *story, size_t packet);
size_t duplicates_lost_packet(const struct story *story, size_t packet); /* that they tell of; STORY_NONE */

/* story_mail.c: for the time line. */
enum { DENSITY_BLOCK = 256 };
bool density_make(struct story *story, const struct stop *stop);

/* story_moment.c */
void moment_free(struct story *story);
uint64_t moment_queued_bytes(const struct story *story, size_t link, int dir);
size_t moment_transfer_of(const struct story *story, size_t mail, size_t host); /* that carries it away from there */

/* Bytes of the other side's stream that a segment acknowledges; false when its SYN is not in the journal. */
bool story_acked_bytes(const struct story *story, const struct story_packet *packet, const struct tcp_segment *tcp,
                       uint32_t *bytes);

/* What stands for a name that is not known. */
const char *story_name_of_host(const struct story *story, size_t host);

#endif
