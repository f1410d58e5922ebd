/* See draft.h. A field takes sixteen bytes, its text lies in one long array; sorting moves numbers only. */
#include "model/import/draft.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"

struct draft_event {
    int64_t at_ns;
    uint64_t cause, id; /* id: once it is emitted */
    uint64_t first_field;
    uint16_t kind;
    uint8_t rank, n_fields;
};

struct draft_field {
    int64_t i;       /* the number, or how many bytes */
    uint64_t offset; /* of its bytes, + 1; 0: it is a number */
    enum field_id field;
};

struct draft {
    struct draft_event *events;
    struct draft_field *fields;
    char *bytes;
    size_t n_events, events_room, n_fields, fields_room, n_bytes, bytes_room;
    int64_t earliest_ns, latest_ns;
};

struct draft *draft_new(void)
{
    return mem_calloc(1, sizeof(struct draft));
}

void draft_free(struct draft *draft)
{
    if (!draft) return;
    mem_free(draft->events);
    mem_free(draft->fields);
    mem_free(draft->bytes);
    mem_free(draft);
}

static void *with_room(void *items, size_t wanted, size_t *room, size_t size)
{
    if (wanted <= *room) return items;
    while (*room < wanted)
        *room = *room ? 2 * *room : 256;
    return mem_realloc(items, *room * size);
}

/* With a zero byte behind, as readers of texts want it. */
static uint64_t keep_bytes(struct draft *d, const char *bytes, size_t size)
{
    d->bytes = with_room(d->bytes, d->n_bytes + size + 1, &d->bytes_room, 1);
    if (size) memcpy(d->bytes + d->n_bytes, bytes, size);
    d->bytes[d->n_bytes + size] = '\0';
    uint64_t place = d->n_bytes + 1;
    d->n_bytes += size + 1;
    return place;
}

uint64_t draft_add(struct draft *d, enum event_kind kind, int64_t at_ns, enum draft_rank rank, uint64_t cause,
                   const struct event_field *fields, size_t n)
{
    assert(n <= EVENT_MAX_FIELDS && cause <= d->n_events);
    d->events = with_room(d->events, d->n_events + 1, &d->events_room, sizeof *d->events);
    d->fields = with_room(d->fields, d->n_fields + n, &d->fields_room, sizeof *d->fields);
    struct draft_event *e = &d->events[d->n_events];
    *e = (struct draft_event){.at_ns = at_ns,
                              .cause = cause,
                              .first_field = d->n_fields,
                              .kind = (uint16_t)kind,
                              .rank = (uint8_t)rank,
                              .n_fields = (uint8_t)n};
    for (size_t i = 0; i < n; i++) {
        struct draft_field *f = &d->fields[d->n_fields++];
        *f = (struct draft_field){.i = fields[i].i, .field = fields[i].field};
        if (!fields[i].bytes) continue;
        if (f->i < 0) f->i = (int64_t)strlen(fields[i].bytes);
        f->offset = keep_bytes(d, fields[i].bytes, (size_t)f->i);
    }
    if (!d->n_events || at_ns < d->earliest_ns) d->earliest_ns = at_ns;
    if (!d->n_events || at_ns > d->latest_ns) d->latest_ns = at_ns;
    return ++d->n_events;
}

void draft_set(struct draft *d, uint64_t event, struct event_field value)
{
    const struct draft_event *e = &d->events[event - 1];
    for (size_t i = 0; i < e->n_fields; i++) {
        struct draft_field *f = &d->fields[e->first_field + i];
        if (f->field != value.field) continue;
        f->i = value.bytes ? (int64_t)strlen(value.bytes) : value.i;
        f->offset = value.bytes ? keep_bytes(d, value.bytes, (size_t)f->i) : 0;
    }
}

size_t draft_count(const struct draft *d)
{
    return d->n_events;
}

int64_t draft_earliest_ns(const struct draft *d)
{
    return d->earliest_ns;
}

int64_t draft_first_second_ns(const struct draft *d)
{
    int64_t within_ns = d->earliest_ns % SECOND;
    return d->earliest_ns - within_ns - (within_ns < 0 ? SECOND : 0);
}

int64_t draft_latest_ns(const struct draft *d)
{
    return d->latest_ns;
}

static int by_time(const void *a, const void *b)
{
    const struct draft_event *one = *(struct draft_event *const *)a, *other = *(struct draft_event *const *)b;
    if (one->at_ns != other->at_ns) return one->at_ns < other->at_ns ? -1 : 1;
    if (one->rank != other->rank) return one->rank < other->rank ? -1 : 1;
    return one < other ? -1 : 1;
}

static void emit_one(struct draft *d, struct draft_event *e, int64_t shift_ns, struct journal *journal)
{
    struct event_field fields[EVENT_MAX_FIELDS];
    for (size_t i = 0; i < e->n_fields; i++) {
        const struct draft_field *f = &d->fields[e->first_field + i];
        fields[i] = (struct event_field){f->field, f->i, f->offset ? d->bytes + f->offset - 1 : NULL};
        bool is_none = f->i == TIME_NEVER || (f->field == FIELD_AT && f->i == 0);
        if (field_type(f->field) == TYPE_TIME && !is_none) fields[i].i += shift_ns;
    }
    journal_set_now(journal, e->at_ns + shift_ns);
    journal_set_cause(journal, e->cause ? d->events[e->cause - 1].id : 0);
    e->id = journal_emit(journal, (enum event_kind)e->kind, fields, e->n_fields);
}

void draft_emit(struct draft *d, int64_t shift_ns, struct journal *journal)
{
    struct draft_event **order = mem_alloc((d->n_events + 1) * sizeof *order);
    for (size_t i = 0; i < d->n_events; i++)
        order[i] = &d->events[i];
    if (d->n_events) qsort(order, d->n_events, sizeof *order, by_time);
    for (size_t i = 0; i < d->n_events; i++)
        emit_one(d, order[i], shift_ns, journal);
    mem_free(order);
}
