/* The vocabulary of journal_events.inc and journal_fields.inc as tables.

   C cannot take the rows' lists of field names apart while compiling, so that is done once before main(): the tables
   are the only data here that is ever written, and nobody can see them unfinished. A row that names an unknown field,
   or too many, ends the program there. */
#include <assert.h>
#include <string.h>

#include "sim/journal/journal.h"

enum { NO_SLOT = 255 };

/* Group of a row: CORE_MAIL is group MAIL, and core. */
enum group_word {
#define GROUP_WORDS(name) WORD_##name, WORD_CORE_##name
    GROUP_WORDS(WORLD),
    GROUP_WORDS(MAIL),
    GROUP_WORDS(DNS),
    GROUP_WORDS(SMTP),
    GROUP_WORDS(POP3),
    GROUP_WORDS(TCP),
    GROUP_WORDS(STREAM),
    GROUP_WORDS(PACKET),
    GROUP_WORDS(TIMER),
    GROUP_WORDS(STORY)
#undef GROUP_WORDS
};
_Static_assert(WORD_STORY == 2 * GROUP_STORY && WORD_TCP == 2 * GROUP_TCP && WORD_PACKET == 2 * GROUP_PACKET,
               "group words stand in the order of enum event_group");

static const struct kind_row {
    const char *name, *fields, *cite;
    enum group_word group;
} kind_rows[EVENT_KINDS] = {
    [EVENT_NONE] = {"", "", "", WORD_WORLD},
#define EVENT(id, name, group, fields, cite) [EVENT_##id] = {name, fields, cite, WORD_##group},
#include "sim/journal/journal_events.inc"
#undef EVENT
};

static const struct field_row {
    const char *name;
    enum field_type type;
} field_rows[FIELD_IDS] = {
    [FIELD_NONE] = {"", TYPE_INT},
#define FIELD(id, name, type) [FIELD_##id] = {name, TYPE_##type},
#include "sim/journal/journal_fields.inc"
#undef FIELD
};

_Static_assert((int)EVENT_KINDS <= 128, "struct event_mask has 128 bits");
_Static_assert((int)FIELD_IDS < NO_SLOT, "slots are bytes");

static struct {
    enum field_id fields[EVENT_KINDS][EVENT_MAX_FIELDS];
    unsigned char n_fields[EVENT_KINDS];
    struct event_shape shapes[EVENT_KINDS];
    unsigned char slots[EVENT_KINDS][FIELD_IDS];
} manifest;

static enum field_id field_by_name(const char *name, size_t size)
{
    for (int f = 1; f < FIELD_IDS; f++)
        if (strlen(field_rows[f].name) == size && memcmp(field_rows[f].name, name, size) == 0) return (enum field_id)f;
    return FIELD_NONE;
}

static void prepare_kind(enum event_kind kind)
{
    memset(manifest.slots[kind], NO_SLOT, FIELD_IDS);
    size_t size;
    for (const char *p = kind_rows[kind].fields; *p; p += size + (p[size] == ' ')) {
        size = strcspn(p, " ");
        enum field_id field = field_by_name(p, size);
        unsigned slot = manifest.n_fields[kind]++;
        assert(field != FIELD_NONE && "every field of an event stands in journal_fields.inc");
        assert(slot < EVENT_MAX_FIELDS);
        assert(manifest.slots[kind][field] == NO_SLOT && "no field stands twice in an event");
        manifest.fields[kind][slot] = field;
        manifest.slots[kind][field] = (unsigned char)slot;
        enum field_type type = field_rows[field].type;
        struct event_shape *shape = &manifest.shapes[kind];
        shape->n_values++;
        shape->bytes |= (uint32_t)(type == TYPE_TEXT || type == TYPE_BLOB) << slot;
        shape->events |= (uint32_t)(type == TYPE_EVENT) << slot;
    }
}

__attribute__((constructor)) static void manifest_prepare(void)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        prepare_kind((enum event_kind)kind);
}

static const struct event_value *value_of(const struct event *e, enum field_id field)
{
    unsigned slot = manifest.slots[e->kind][field];
    assert(slot != NO_SLOT && "this kind of event has no such field");
    return &e->values[slot];
}

int64_t event_int(const struct event *e, enum field_id field)
{
    return value_of(e, field)->i;
}

const char *event_text(const struct event *e, enum field_id field)
{
    assert(field_rows[field].type == TYPE_TEXT);
    return value_of(e, field)->bytes;
}

const char *event_bytes(const struct event *e, enum field_id field, size_t *size)
{
    assert(field_rows[field].type == TYPE_TEXT || field_rows[field].type == TYPE_BLOB);
    const struct event_value *value = value_of(e, field);
    *size = (size_t)value->i;
    return value->bytes;
}

bool event_has(enum event_kind kind, enum field_id field)
{
    return manifest.slots[kind][field] != NO_SLOT;
}

const char *event_kind_name(enum event_kind kind)
{
    return kind_rows[kind].name;
}

const char *event_kind_cite(enum event_kind kind)
{
    return kind_rows[kind].cite;
}

enum event_kind event_kind_by_name(const char *name)
{
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        if (strcmp(kind_rows[kind].name, name) == 0) return (enum event_kind)kind;
    return EVENT_NONE;
}

enum event_group event_kind_group(enum event_kind kind)
{
    return (enum event_group)(kind_rows[kind].group / 2);
}

bool event_kind_is_core(enum event_kind kind)
{
    return kind_rows[kind].group % 2 != 0;
}

size_t event_kind_fields(enum event_kind kind, const enum field_id **fields)
{
    *fields = manifest.fields[kind];
    return manifest.n_fields[kind];
}

struct event_shape event_kind_shape(enum event_kind kind)
{
    return manifest.shapes[kind];
}

const char *field_name(enum field_id field)
{
    return field_rows[field].name;
}

enum field_type field_type(enum field_id field)
{
    return field_rows[field].type;
}

struct event_mask event_mask_none(void)
{
    return (struct event_mask){{0, 0}};
}

static void mask_add(struct event_mask *mask, int kind)
{
    mask->words[kind / 64] |= UINT64_C(1) << kind % 64;
}

struct event_mask event_mask_all(void)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        mask_add(&mask, kind);
    return mask;
}

struct event_mask event_mask_core(void)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        if (event_kind_is_core((enum event_kind)kind)) mask_add(&mask, kind);
    return mask;
}

struct event_mask event_mask_group(enum event_group group)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        if (event_kind_group((enum event_kind)kind) == group) mask_add(&mask, kind);
    return mask;
}

struct event_mask event_mask_kind(enum event_kind kind)
{
    struct event_mask mask = event_mask_none();
    mask_add(&mask, (int)kind);
    return mask;
}

struct event_mask event_mask_union(struct event_mask a, struct event_mask b)
{
    return (struct event_mask){{a.words[0] | b.words[0], a.words[1] | b.words[1]}};
}

bool event_mask_has(struct event_mask mask, enum event_kind kind)
{
    return mask.words[kind / 64] >> kind % 64 & 1;
}
