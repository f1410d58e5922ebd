/* mutate_journal IN OUT SEED: a copy of a journal in which some values and events are exchanged, dropped or absurd, but
   whose checksums are right. What reads journals must survive what no checksum can catch. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/journal_file.h"

/* xorshift64*, so that a failure can be repeated. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static int64_t strange_number(uint64_t *state, int64_t was)
{
    static const int64_t strange[] = {0,         1,         -1,        2,          7,
                                      255,       65535,     65536,     INT32_MAX,  UINT32_MAX,
                                      INT32_MIN, INT64_MAX, INT64_MIN, 1000000000, 1000000007};
    uint64_t which = next_random(state) % (sizeof strange / sizeof *strange + 6);
    if (which < sizeof strange / sizeof *strange) return strange[which];
    return (int64_t)((uint64_t)was + next_random(state) % 9 - 4);
}

static struct event_value strange_bytes(uint64_t *state, struct event_value was)
{
    static const char *const strange[] = {"",   "x",    "mail ",      "mail m1", "10.0.0.1", "%s%n", "\xff\xfe",
                                          "\n", "\033", "first <b>&", "MX",      "250 ok",   "-",    "]]>"};
    uint64_t which = next_random(state) % (sizeof strange / sizeof *strange + 1);
    if (which == sizeof strange / sizeof *strange) return (struct event_value){was.i / 2, was.bytes};
    return (struct event_value){(int64_t)strlen(strange[which]), strange[which]};
}

static void change_value(uint64_t *state, struct event *e)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    if (!n) return;
    size_t i = next_random(state) % n;
    enum field_type type = field_type(fields[i]);
    if (type == TYPE_TEXT || type == TYPE_BLOB)
        e->values[i] = strange_bytes(state, e->values[i]);
    else
        e->values[i].i = strange_number(state, e->values[i].i);
}

/* Another event's values under this one's number and time. */
static void become_another(uint64_t *state, const struct journal_memory *memory, struct event *e)
{
    struct event other = *journal_memory_at(memory, next_random(state) % journal_memory_count(memory));
    other.id = e->id, other.at_ns = e->at_ns, other.cause = e->cause;
    *e = other;
}

/* False: the event is dropped. */
static bool change(uint64_t *state, const struct journal_memory *memory, struct event *e)
{
    switch (next_random(state) % 8) {
    case 0:
        return false;
    case 1:
        become_another(state, memory, e);
        return true;
    case 2:
        e->cause = next_random(state) % e->id;
        return true;
    default:
        change_value(state, e);
        return true;
    }
}

static void write_changed(const struct journal_memory *memory, struct journal_reader out, uint64_t state)
{
    next_random(&state);
    /* Among the first events are those that all others refer to. */
    uint64_t odds = 16U << next_random(&state) % 8, first_odds = 8U << next_random(&state) % 6;
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        struct event e = *journal_memory_at(memory, i);
        if (next_random(&state) % (i < 40 ? first_odds : odds) == 0 && !change(&state, memory, &e)) continue;
        out.on_event(out.context, &e);
    }
}

int main(int argc, char **argv)
{
    char error[JOURNAL_ERROR_BYTES] = "";
    if (argc != 4) return 2;
    struct journal_memory *memory = journal_file_read(argv[1], NULL, error);
    struct journal_writer *writer = memory ? journal_writer_open(argv[2], false, error) : NULL;
    bool good = writer != NULL;
    if (good) {
        write_changed(memory, journal_writer_reader(writer, event_mask_all()),
                      strtoull(argv[3], NULL, 10) * 0x9E3779B97F4A7C15U + 1);
        good = journal_writer_close(writer, error);
    }
    if (memory) journal_memory_free(memory);
    if (!good) fprintf(stderr, "mutate_journal: %s\n", error);
    return good ? 0 : 1;
}
