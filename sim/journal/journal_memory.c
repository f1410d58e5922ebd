/* Events in blocks of 64, each event in as few bytes as its numbers need: ids and times as distances (of the event from
   the beginning of its block, of what it refers to from itself), numbers by varints. Texts and longer bytes lie apart
   and never move; one that was kept before is kept once. An event is found by its place in its block, and is made whole
   again when somebody asks. See text_heap.h for the texts. */
#include "sim/journal/journal_memory.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/text_heap.h"

enum {
    BLOCK = 64,
    CHUNK_BYTES = 1 << 20,
    FIRST_CHUNK_BYTES = 1 << 16,
    INLINE_BYTES = 96, /* of a blob: longer ones lie apart */
    EVENT_BYTES = 512, /* of one event at most */
    SMALLEST_ROOM = BLOCK * EVENT_BYTES,
    LENT = 256 /* events that a thread holds whole at a time */
};

enum value_form { FORM_NUMBER, FORM_TIME, FORM_EVENT, FORM_TEXT, FORM_BLOB };

struct kind_form {
    unsigned char n, forms[EVENT_MAX_FIELDS];
};

struct block {
    uint64_t first_id;
    int64_t at_ns;
    const unsigned char *bytes;
    uint16_t places[BLOCK];
};

struct chunk {
    struct chunk *next;
    unsigned char bytes[];
};

struct journal_memory {
    struct kind_form forms[EVENT_KINDS];
    struct block *blocks;
    size_t n_events, blocks_room;
    struct chunk *chunks; /* the one being filled first */
    unsigned char *at;    /* in it */
    size_t room, next_chunk_bytes;
    uint64_t last_id;
    int64_t last_ns;
    struct text_heap *texts;
};

static enum value_form form_of(enum field_id field)
{
    switch (field_type(field)) {
    case TYPE_TIME:
        return FORM_TIME;
    case TYPE_EVENT:
        return FORM_EVENT;
    case TYPE_TEXT:
        return FORM_TEXT;
    case TYPE_BLOB:
        return FORM_BLOB;
    default:
        return FORM_NUMBER;
    }
}

struct journal_memory *journal_memory_new(void)
{
    struct journal_memory *memory = mem_calloc(1, sizeof *memory);
    memory->next_chunk_bytes = FIRST_CHUNK_BYTES;
    memory->texts = text_heap_new();
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        const enum field_id *fields;
        size_t n = event_kind_fields((enum event_kind)kind, &fields);
        memory->forms[kind].n = (unsigned char)n;
        for (size_t i = 0; i < n; i++)
            memory->forms[kind].forms[i] = (unsigned char)form_of(fields[i]);
    }
    return memory;
}

void journal_memory_free(struct journal_memory *memory)
{
    if (!memory) return;
    for (struct chunk *chunk = memory->chunks; chunk;) {
        struct chunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    text_heap_free(memory->texts);
    mem_free(memory->blocks);
    mem_free(memory);
}

/* Chunks stay the original's. What is appended there later lies behind everything that is known here. */
struct journal_memory *journal_memory_as_now(const struct journal_memory *memory)
{
    struct journal_memory *now = mem_alloc(sizeof *now);
    size_t n_blocks = (memory->n_events + BLOCK - 1) / BLOCK;
    *now = *memory;
    now->chunks = NULL;
    now->room = 0;
    now->blocks_room = n_blocks;
    now->blocks = mem_alloc((n_blocks + 1) * sizeof *now->blocks);
    if (n_blocks) memcpy(now->blocks, memory->blocks, n_blocks * sizeof *now->blocks);
    now->texts = text_heap_as_now(memory->texts);
    return now;
}

/* ---- Putting away ---- */

static unsigned char *put(unsigned char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at++ = (unsigned char)value;
    return at;
}

/* Small either way is short; what runs over comes back the same. */
static unsigned char *put_distance(unsigned char *at, uint64_t from, uint64_t to)
{
    uint64_t distance = to - from;
    return put(at, distance << 1 ^ (distance >> 63 ? UINT64_MAX : 0));
}

/* 0: none; odd: the bytes follow; even: they lie in the heap of texts. */
static unsigned char *put_bytes(struct journal_memory *memory, unsigned char *at, const struct event_value *value,
                                bool inlined)
{
    size_t size = (size_t)value->i;
    if (!size) return put(at, 0);
    if (!inlined) return put(at, (text_heap_put(memory->texts, value->bytes, size) + 1) << 1);
    at = put(at, (uint64_t)size << 1 | 1);
    memcpy(at, value->bytes, size);
    return at + size;
}

static unsigned char *put_value(struct journal_memory *memory, unsigned char *at, const struct event *e, size_t i,
                                size_t left)
{
    const struct event_value *value = &e->values[i];
    switch ((enum value_form)memory->forms[e->kind].forms[i]) {
    case FORM_NUMBER:
        return put_distance(at, 0, (uint64_t)value->i);
    case FORM_TIME:
        return put_distance(at, (uint64_t)e->at_ns, (uint64_t)value->i);
    case FORM_EVENT:
        return put_distance(at, e->id, (uint64_t)value->i);
    case FORM_TEXT:
        return put_bytes(memory, at, value, false);
    case FORM_BLOB:
        return put_bytes(memory, at, value, value->i <= INLINE_BYTES && left >= INLINE_BYTES + 200);
    }
    return at;
}

static void begin_block(struct journal_memory *memory, const struct event *e)
{
    size_t n_blocks = memory->n_events / BLOCK;
    if (n_blocks == memory->blocks_room) {
        memory->blocks_room = memory->blocks_room ? memory->blocks_room + memory->blocks_room / 2 : 16;
        memory->blocks = mem_realloc(memory->blocks, memory->blocks_room * sizeof *memory->blocks);
    }
    if (memory->room < SMALLEST_ROOM) {
        struct chunk *chunk = mem_alloc(sizeof *chunk + memory->next_chunk_bytes);
        chunk->next = memory->chunks;
        memory->chunks = chunk;
        memory->at = chunk->bytes;
        memory->room = memory->next_chunk_bytes;
        if (memory->next_chunk_bytes < CHUNK_BYTES) memory->next_chunk_bytes *= 2;
    }
    memory->blocks[n_blocks].first_id = e->id;
    memory->blocks[n_blocks].at_ns = e->at_ns;
    memory->blocks[n_blocks].bytes = memory->at;
}

void journal_memory_append(struct journal_memory *memory, const struct event *e)
{
    assert((!memory->n_events || e->id > memory->last_id) && "ids grow");
    assert((!memory->n_events || e->at_ns >= memory->last_ns) && "time never goes back");
    if (memory->n_events % BLOCK == 0) begin_block(memory, e);
    struct block *block = &memory->blocks[memory->n_events / BLOCK];
    unsigned char *begin = memory->at, *at = begin;
    block->places[memory->n_events % BLOCK] = (uint16_t)(begin - block->bytes);
    *at++ = (unsigned char)e->kind;
    at = put(at, (uint64_t)e->at_ns - (uint64_t)block->at_ns);
    at = put(at, e->id - block->first_id);
    at = put_distance(at, e->id, e->cause);
    for (size_t i = 0; i < memory->forms[e->kind].n; i++)
        at = put_value(memory, at, e, i, EVENT_BYTES - (size_t)(at - begin));
    assert(at - begin <= EVENT_BYTES);
    memory->room -= (size_t)(at - begin);
    memory->at = at;
    memory->n_events++;
    memory->last_id = e->id;
    memory->last_ns = e->at_ns;
}

static void on_event(void *context, const struct event *e)
{
    journal_memory_append(context, e);
}

struct journal_reader journal_memory_reader(struct journal_memory *memory, struct event_mask mask)
{
    return (struct journal_reader){mask, on_event, memory};
}

/* ---- Taking out ---- */

static inline uint64_t get(const unsigned char **at)
{
    const unsigned char *p = *at;
    uint64_t value = *p & 0x7f;
    for (int shift = 7; *p >= 0x80; shift += 7)
        value |= (uint64_t)(*++p & 0x7f) << shift;
    *at = p + 1;
    return value;
}

static inline uint64_t get_distance(const unsigned char **at, uint64_t from)
{
    uint64_t zigzag = get(at);
    return from + (zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0));
}

static void get_bytes(const struct journal_memory *memory, const unsigned char **at, struct event_value *value)
{
    uint64_t word = get(at);
    if (word & 1) {
        value->i = (int64_t)(word >> 1);
        value->bytes = (const char *)*at;
        *at += word >> 1;
    } else if (word) {
        size_t size;
        value->bytes = text_heap_get(memory->texts, (word >> 1) - 1, &size);
        value->i = (int64_t)size;
    } else {
        *value = (struct event_value){0, ""};
    }
}

static const unsigned char *encoded(const struct journal_memory *memory, size_t i)
{
    const struct block *block = &memory->blocks[i / BLOCK];
    return block->bytes + block->places[i % BLOCK];
}

/* A place for an event, this thread's own: the one that it has not used for longest. */
static struct event *lend(void)
{
    static _Thread_local struct event lent[LENT];
    static _Thread_local unsigned next;
    return &lent[next++ % LENT];
}

const struct event *journal_memory_at(const struct journal_memory *memory, size_t i)
{
    assert(i < memory->n_events);
    const struct block *block = &memory->blocks[i / BLOCK];
    const unsigned char *at = encoded(memory, i);
    struct event *e = lend();
    e->kind = (enum event_kind) * at++;
    e->at_ns = (int64_t)((uint64_t)block->at_ns + get(&at));
    e->id = block->first_id + get(&at);
    e->cause = get_distance(&at, e->id);
    const struct kind_form *form = &memory->forms[e->kind];
    for (size_t k = 0; k < form->n; k++) {
        struct event_value *value = &e->values[k];
        if (form->forms[k] >= FORM_TEXT) {
            get_bytes(memory, &at, value);
            continue;
        }
        uint64_t from = form->forms[k] == FORM_TIME ? (uint64_t)e->at_ns : form->forms[k] == FORM_EVENT ? e->id : 0;
        *value = (struct event_value){(int64_t)get_distance(&at, from), NULL};
    }
    return e;
}

size_t journal_memory_count(const struct journal_memory *memory)
{
    return memory->n_events;
}

enum event_kind journal_memory_kind(const struct journal_memory *memory, size_t i)
{
    assert(i < memory->n_events);
    return (enum event_kind) * encoded(memory, i);
}

int64_t journal_memory_time(const struct journal_memory *memory, size_t i)
{
    assert(i < memory->n_events);
    const unsigned char *at = encoded(memory, i) + 1;
    return (int64_t)((uint64_t)memory->blocks[i / BLOCK].at_ns + get(&at));
}

static uint64_t id_at(const struct journal_memory *memory, size_t i)
{
    const unsigned char *at = encoded(memory, i) + 1;
    get(&at);
    return memory->blocks[i / BLOCK].first_id + get(&at);
}

size_t journal_memory_find(const struct journal_memory *memory, uint64_t id)
{
    size_t low = 0, high = memory->n_events;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (id_at(memory, middle) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < memory->n_events && id_at(memory, low) == id ? low : SIZE_MAX;
}

const struct event *journal_memory_by_id(const struct journal_memory *memory, uint64_t id)
{
    size_t i = journal_memory_find(memory, id);
    return i == SIZE_MAX ? NULL : journal_memory_at(memory, i);
}

size_t journal_memory_after(const struct journal_memory *memory, int64_t at_ns)
{
    size_t low = 0, high = memory->n_events;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (journal_memory_time(memory, middle) <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t journal_memory_end_ns(const struct journal_memory *memory)
{
    return memory->last_ns;
}
