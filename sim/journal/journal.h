/* The journal: the stream of events that is everything a reader ever learns of a run.

   Readers fold events as they are made; none of them can influence the run. A kind that no reader asked for is not made
   at all, except the core kinds, which always are, because the fingerprint is a hash over them.

   An event is about things (typed ids), has a time, and has a cause: the event that led to it, 0 for the scenario. The
   cause is a register: the engine sets it before it lets anything happen, and code moves it on when it has emitted
   something that what follows is due to. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/ids.h"
#include "sim/journal/vtime.h"

enum event_kind {
    EVENT_NONE,
#define EVENT(id, name, group, fields, cite) EVENT_##id,
#include "sim/journal/journal_events.inc"
#undef EVENT
    EVENT_KINDS
};

enum field_id {
    FIELD_NONE,
#define FIELD(id, name, type) FIELD_##id,
#include "sim/journal/journal_fields.inc"
#undef FIELD
    FIELD_IDS
};

enum field_type {
    TYPE_HOST, TYPE_LINK, TYPE_CONN, TYPE_STREAM, TYPE_SESSION, TYPE_MESSAGE, TYPE_ATTEMPT, TYPE_PACKET, TYPE_EVENT,
    TYPE_INT, TYPE_BOOL, TYPE_TIME, TYPE_DURATION, TYPE_RATE, TYPE_SIZE, TYPE_ADDRESS, TYPE_PORT, TYPE_TEXT, TYPE_BLOB
};

enum event_group {
    GROUP_WORLD, GROUP_MAIL, GROUP_DNS, GROUP_SMTP, GROUP_POP3, GROUP_TCP, GROUP_STREAM, GROUP_PACKET, GROUP_TIMER,
    GROUP_STORY
};

enum { EVENT_MAX_FIELDS = 16 };

/* A value is a number, or bytes with their count in i. Bytes belong to whoever made the event, for the call only. */
struct event_value {
    int64_t i;
    const char *bytes;
};

struct event {
    uint64_t id;    /* counted from 1 */
    uint64_t cause; /* an earlier id, or 0 */
    int64_t at_ns;
    enum event_kind kind;
    struct event_value values[EVENT_MAX_FIELDS]; /* in the order of the manifest */
};

/* A field by its name. Asking for a field that the kind does not have is our own mistake and asserts. Missing text
   is "" with length 0. Text is followed by a zero byte, blobs need not be. */
int64_t event_int(const struct event *e, enum field_id field);
const char *event_text(const struct event *e, enum field_id field);
const char *event_bytes(const struct event *e, enum field_id field, size_t *size);
bool event_has(enum event_kind kind, enum field_id field);

/* The manifest, for printers and encoders. */
const char *event_kind_name(enum event_kind kind);
const char *event_kind_cite(enum event_kind kind);
enum event_kind event_kind_by_name(const char *name); /* EVENT_NONE if there is none such */
enum event_group event_kind_group(enum event_kind kind);
bool event_kind_is_core(enum event_kind kind);
size_t event_kind_fields(enum event_kind kind, const enum field_id **fields); /* in the order of the manifest */
/* How its values are held: bit i of `bytes` is set when value i is bytes, of `events` when it is the id of an event. */
struct event_shape {
    uint32_t n_values, bytes, events;
};
struct event_shape event_kind_shape(enum event_kind kind);
const char *field_name(enum field_id field);
enum field_type field_type(enum field_id field);

/* A set of kinds. */
struct event_mask {
    uint64_t words[2];
};
struct event_mask event_mask_none(void);
struct event_mask event_mask_all(void);
struct event_mask event_mask_core(void);
struct event_mask event_mask_group(enum event_group group);
struct event_mask event_mask_kind(enum event_kind kind);
struct event_mask event_mask_union(struct event_mask a, struct event_mask b);
bool event_mask_has(struct event_mask mask, enum event_kind kind);

struct journal;

/* Called for each event of the mask, in order, while it is being made. Must not emit. */
struct journal_reader {
    struct event_mask mask;
    void (*on_event)(void *context, const struct event *e);
    void *context;
};

struct journal *journal_new(void);
void journal_free(struct journal *journal);
/* Readers must be added before the first event. */
void journal_add_reader(struct journal *journal, struct journal_reader reader);

/* The clock that stamps events; set by the engine alone. */
void journal_set_now(struct journal *journal, int64_t now_ns);
int64_t journal_now(const struct journal *journal);

/* The cause register. journal_set_cause returns the old value, so that a caller can put it back. */
uint64_t journal_cause(const struct journal *journal);
uint64_t journal_set_cause(struct journal *journal, uint64_t cause);

/* Whether an event of this kind would be made. True for core kinds. A NULL journal wants nothing. */
bool journal_wants(const struct journal *journal, enum event_kind kind);

/* One field of an event about to be made: F_INT(LINK, 3), F_TEXT(WHY, "loss"), F_BLOB(HEADER, bytes, size). */
struct event_field {
    enum field_id field;
    int64_t i;
    const char *bytes;
};
#define F_INT(field, value) {FIELD_##field, (int64_t)(value), NULL}
#define F_TEXT(field, text) {FIELD_##field, -1, (text)}
#define F_BLOB(field, bytes, size) {FIELD_##field, (int64_t)(size), (const char *)(bytes)}

/* Makes one event and returns its id; what is not wanted returns the present cause instead, so that a chain of causes
   never breaks. Fields not given are 0 or "". The cause register is not moved. */
uint64_t journal_emit(struct journal *journal, enum event_kind kind, const struct event_field *fields, size_t n);
#define JOURNAL_EMIT(journal, kind, ...)                                                                               \
    (journal_wants((journal), EVENT_##kind)                                                                            \
         ? journal_emit((journal), EVENT_##kind, (const struct event_field[]){__VA_ARGS__},                            \
                        sizeof((const struct event_field[]){__VA_ARGS__}) / sizeof(struct event_field))                \
         : journal_cause(journal))

/* Hash over all core events so far: 16 hexadecimal digits. It depends on times, kinds and fields, never on masks,
   readers, ids of events or causes. */
enum { FINGERPRINT_TEXT_BYTES = 17 };
const char *journal_fingerprint(const struct journal *journal, char buffer[FINGERPRINT_TEXT_BYTES]);
/* The second one, over packet events; "" while none was recorded. */
const char *journal_packet_fingerprint(const struct journal *journal, char buffer[FINGERPRINT_TEXT_BYTES]);

#endif
