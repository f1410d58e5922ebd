/* Making events and handing them to readers. Here is also where the fingerprint grows, so that no reader and no mask
   can have a say in it. */
#include "sim/journal/journal.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/fingerprint.h"
#include "sim/journal/memory.h"

struct journal {
    struct event_mask wanted; /* core kinds and what any reader asked for */
    struct event_mask core, packets;
    struct event_mask read; /* what any reader asked for, and packets */
    int64_t now_ns;
    uint64_t cause;
    uint64_t last_id;
    uint64_t fingerprint, packet_fingerprint;
    bool packets_seen;
    struct journal_reader *readers;
    size_t n_readers;
    char *scratch; /* texts that came without their zero byte */
    size_t scratch_room;
};

struct journal *journal_new(void)
{
    struct journal *journal = mem_calloc(1, sizeof *journal);
    journal->core = event_mask_core();
    journal->packets = event_mask_group(GROUP_PACKET);
    journal->wanted = journal->core;
    journal->read = journal->packets;
    journal->fingerprint = journal->packet_fingerprint = fingerprint_begin();
    return journal;
}

void journal_free(struct journal *journal)
{
    if (!journal) return;
    mem_free(journal->readers);
    mem_free(journal->scratch);
    mem_free(journal);
}

void journal_add_reader(struct journal *journal, struct journal_reader reader)
{
    assert(journal->last_id == 0 && "readers come before the first event");
    journal->readers = mem_realloc(journal->readers, (journal->n_readers + 1) * sizeof *journal->readers);
    journal->readers[journal->n_readers++] = reader;
    journal->wanted = event_mask_union(journal->wanted, reader.mask);
    journal->read = event_mask_union(journal->read, reader.mask);
}

void journal_set_now(struct journal *journal, int64_t now_ns)
{
    if (journal) journal->now_ns = now_ns;
}

int64_t journal_now(const struct journal *journal)
{
    return journal ? journal->now_ns : 0;
}

uint64_t journal_cause(const struct journal *journal)
{
    return journal ? journal->cause : 0;
}

uint64_t journal_set_cause(struct journal *journal, uint64_t cause)
{
    if (!journal) return 0;
    uint64_t old = journal->cause;
    journal->cause = cause;
    return old;
}

bool journal_wants(const struct journal *journal, enum event_kind kind)
{
    return journal && event_mask_has(journal->wanted, kind);
}

static bool is_bytes(enum field_type type)
{
    return type == TYPE_TEXT || type == TYPE_BLOB;
}

/* Room for the texts that were given with their length, since these need not end in a zero byte. */
static char *scratch_for(struct journal *journal, const struct event_field *fields, size_t n)
{
    size_t need = 0;
    for (size_t i = 0; i < n; i++)
        if (fields[i].i >= 0 && fields[i].bytes) need += (size_t)fields[i].i + 1;
    if (need > journal->scratch_room) {
        journal->scratch = mem_realloc(journal->scratch, need * 2);
        journal->scratch_room = need * 2;
    }
    return journal->scratch;
}

static struct event_value bytes_value(const struct event_field *field, enum field_type type, char **scratch)
{
    if (!field->bytes) return (struct event_value){0, ""};
    if (field->i < 0) return (struct event_value){(int64_t)strlen(field->bytes), field->bytes};
    if (type == TYPE_BLOB) return (struct event_value){field->i, field->bytes};
    char *copy = *scratch;
    memcpy(copy, field->bytes, (size_t)field->i);
    copy[field->i] = '\0';
    *scratch += field->i + 1;
    return (struct event_value){field->i, copy};
}

/* Fields are mostly given in the order of the manifest: guess is tried first. */
static size_t slot_of(const enum field_id *ids, size_t n_ids, enum field_id field, size_t guess)
{
    if (guess < n_ids && ids[guess] == field) return guess;
    size_t slot = 0;
    while (slot < n_ids && ids[slot] != field)
        slot++;
    return slot;
}

static void fill_values(struct journal *journal, struct event *e, const struct event_field *fields, size_t n)
{
    const enum field_id *ids;
    size_t n_ids = event_kind_fields(e->kind, &ids);
    uint64_t given = 0;
    char *scratch = scratch_for(journal, fields, n);
    static_assert(EVENT_MAX_FIELDS <= 64, "a bit for each field");
    for (size_t i = n; i < n_ids; i++) /* those before are mostly given, below */
        e->values[i] = (struct event_value){0, is_bytes(field_type(ids[i])) ? "" : NULL};
    for (size_t i = 0; i < n; i++) {
        size_t slot = slot_of(ids, n_ids, fields[i].field, i);
        assert(slot < n_ids && "this kind of event has no such field");
        assert(!(given >> slot & 1) && "a field is given once");
        given |= UINT64_C(1) << slot;
        enum field_type type = field_type(ids[slot]);
        assert((is_bytes(type) || !fields[i].bytes) && "a number is wanted, not a text");
        e->values[slot] =
            is_bytes(type) ? bytes_value(&fields[i], type, &scratch) : (struct event_value){fields[i].i, NULL};
    }
    for (size_t i = 0; i < n && i < n_ids; i++)
        if (!(given >> i & 1)) e->values[i] = (struct event_value){0, is_bytes(field_type(ids[i])) ? "" : NULL};
}

uint64_t journal_emit(struct journal *journal, enum event_kind kind, const struct event_field *fields, size_t n)
{
    if (!journal_wants(journal, kind)) return journal_cause(journal);
    if (!event_mask_has(journal->read, kind) &&
        fingerprint_add_fields(&journal->fingerprint, journal->now_ns, kind, fields, n))
        return ++journal->last_id;
    struct event e;
    e.id = ++journal->last_id;
    e.cause = journal->cause;
    e.at_ns = journal->now_ns;
    e.kind = kind;
    fill_values(journal, &e, fields, n);
    if (event_mask_has(journal->core, kind)) journal->fingerprint = fingerprint_add(journal->fingerprint, &e);
    if (event_mask_has(journal->packets, kind)) {
        journal->packet_fingerprint = fingerprint_add(journal->packet_fingerprint, &e);
        journal->packets_seen = true;
    }
    for (size_t i = 0; i < journal->n_readers; i++)
        if (event_mask_has(journal->readers[i].mask, kind))
            journal->readers[i].on_event(journal->readers[i].context, &e);
    return e.id;
}

const char *journal_fingerprint(const struct journal *journal, char buffer[FINGERPRINT_TEXT_BYTES])
{
    return fingerprint_text(journal->fingerprint, buffer);
}

/* Whether all packet events are made: half of them would make a number that depends on who reads. */
static bool packets_recorded(const struct journal *journal)
{
    struct event_mask both = event_mask_union(journal->wanted, journal->packets);
    return journal->packets_seen && both.words[0] == journal->wanted.words[0] &&
           both.words[1] == journal->wanted.words[1];
}

const char *journal_packet_fingerprint(const struct journal *journal, char buffer[FINGERPRINT_TEXT_BYTES])
{
    if (packets_recorded(journal)) return fingerprint_text(journal->packet_fingerprint, buffer);
    buffer[0] = '\0';
    return buffer;
}
