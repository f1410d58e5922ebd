/* See journal_sound.h. What a field may hold follows from its type in the manifest, so that a new event is checked
   without a line here. Left out on purpose: whether a TCP or a mail server could have behaved like that (viz/readers/
   laws.h), and references to what a mask may have left out. */
#include "sim/journal/journal_sound.h"

#include <stdint.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* 36 years in nanoseconds: sums and differences of some of these never overflow. */
#define LATEST_NS (INT64_C(1) << 60)

/* Growing lists of the numbers that host.add and link.add gave out. */
struct known {
    uint32_t *numbers;
    size_t n, room;
};

struct journal_sound {
    struct known hosts, links;
    size_t n_events; /* that were looked at */
    char *error;
};

static bool is_known(const struct known *known, int64_t number)
{
    if (number > 0 && (uint64_t)number <= known->n && known->numbers[number - 1] == number) return true;
    for (size_t i = 0; i < known->n; i++)
        if (known->numbers[i] == number) return true;
    return false;
}

static void add_known(struct known *known, int64_t number)
{
    if (known->n == known->room) {
        known->room = known->room ? 2 * known->room : 64;
        known->numbers = mem_realloc(known->numbers, known->room * sizeof *known->numbers);
    }
    known->numbers[known->n++] = (uint32_t)number;
}

static bool complain(const struct journal_sound *sound, const struct event *e, const char *field, const char *what)
{
    snprintf(sound->error, JOURNAL_SOUND_ERROR_BYTES, tr("event %llu (%s): %s %s"), (unsigned long long)e->id,
             event_kind_name(e->kind), field, what);
    return false;
}

static int64_t greatest(enum field_type type)
{
    switch (type) {
    case TYPE_BOOL:
        return 1;
    case TYPE_PORT:
        return UINT16_MAX;
    case TYPE_HOST:
    case TYPE_LINK:
    case TYPE_CONN:
    case TYPE_STREAM:
    case TYPE_SESSION:
    case TYPE_MESSAGE:
    case TYPE_ATTEMPT:
    case TYPE_ADDRESS:
        return UINT32_MAX;
    case TYPE_INT:
    case TYPE_PACKET:
    case TYPE_EVENT:
    case TYPE_TIME:
    case TYPE_DURATION:
    case TYPE_RATE:
    case TYPE_SIZE:
        return LATEST_NS;
    case TYPE_TEXT:
    case TYPE_BLOB:
        break;
    }
    return INT64_MAX;
}

static bool value_is_sound(const struct journal_sound *sound, const struct event *e, enum field_id field)
{
    enum field_type type = field_type(field);
    if (type == TYPE_TEXT || type == TYPE_BLOB) return true;
    int64_t value = event_int(e, field);
    if (field == FIELD_AT && value == TIME_NEVER) return true;
    int64_t least = type == TYPE_INT ? -LATEST_NS : 0;
    if (value < least || value > greatest(type) || (field == FIELD_DIR && value != 0 && value != 1))
        return complain(sound, e, field_name(field), tr("is out of range"));
    if (type == TYPE_HOST && value && !is_known(&sound->hosts, value))
        return complain(sound, e, field_name(field), tr("is no host of this journal"));
    if (type == TYPE_LINK && value && !is_known(&sound->links, value))
        return complain(sound, e, field_name(field), tr("is no link of this journal"));
    return true;
}

/* Hosts and links are known from their first event on, and are added once. */
static bool note_addition(struct journal_sound *sound, const struct event *e)
{
    bool host = e->kind == EVENT_HOST_ADD;
    if (!host && e->kind != EVENT_LINK_ADD) return true;
    enum field_id field = host ? FIELD_HOST : FIELD_LINK;
    struct known *known = host ? &sound->hosts : &sound->links;
    int64_t number = event_int(e, field);
    if (number < 1 || number > UINT32_MAX) return complain(sound, e, field_name(field), tr("is out of range"));
    if (is_known(known, number)) return complain(sound, e, field_name(field), tr("was there before"));
    add_known(known, number);
    return true;
}

static bool event_is_sound(struct journal_sound *sound, const struct event *e)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    if (e->at_ns < 0 || e->at_ns > LATEST_NS) return complain(sound, e, tr("its time"), tr("is out of range"));
    if (!note_addition(sound, e)) return false;
    for (size_t i = 0; i < n; i++)
        if (!value_is_sound(sound, e, fields[i])) return false;
    if (e->kind != EVENT_LINK_SEND && e->kind != EVENT_LINK_RETIME) return true;
    int64_t begins = event_int(e, FIELD_BEGINS), departs = event_int(e, FIELD_DEPARTS);
    if (begins > departs || departs > event_int(e, FIELD_ARRIVES))
        return complain(sound, e, field_name(FIELD_ARRIVES), tr("is before it begins"));
    return true;
}

struct journal_sound *journal_sound_new(void)
{
    return mem_calloc(1, sizeof(struct journal_sound));
}

void journal_sound_free(struct journal_sound *sound)
{
    if (!sound) return;
    mem_free(sound->hosts.numbers);
    mem_free(sound->links.numbers);
    mem_free(sound);
}

bool journal_sound_go_on(struct journal_sound *sound, const struct journal_memory *journal,
                         char error[JOURNAL_SOUND_ERROR_BYTES])
{
    sound->error = error;
    for (; sound->n_events < journal_memory_count(journal); sound->n_events++)
        if (!event_is_sound(sound, journal_memory_at(journal, sound->n_events))) return false;
    return true;
}

bool journal_is_sound(const struct journal_memory *journal, char error[JOURNAL_SOUND_ERROR_BYTES])
{
    struct journal_sound *sound = journal_sound_new();
    bool good = journal_sound_go_on(sound, journal, error);
    journal_sound_free(sound);
    return good;
}
