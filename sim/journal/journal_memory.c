/* Events one after the other in large chunks that never move, each cut to the fields of its kind, and an array of
   pointers to them. */
#include "sim/journal/journal_memory.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

#include "sim/journal/memory.h"

enum { CHUNK_BYTES = 1 << 18 };

struct chunk {
    struct chunk *next;
    alignas(16) char bytes[];
};

struct journal_memory {
    struct chunk *chunks; /* the one being filled first */
    size_t chunk_used, chunk_room;
    const struct event **events;
    size_t n_events, events_room;
};

struct journal_memory *journal_memory_new(void)
{
    return mem_calloc(1, sizeof(struct journal_memory));
}

void journal_memory_free(struct journal_memory *memory)
{
    if (!memory) return;
    for (struct chunk *chunk = memory->chunks; chunk;) {
        struct chunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    mem_free(memory->events);
    mem_free(memory);
}

static char *take_room(struct journal_memory *memory, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (memory->chunk_room - memory->chunk_used < size) {
        size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        /* A whole struct event may be copied from where one cut short begins: behind the last there is room for it. */
        struct chunk *chunk = mem_alloc(sizeof *chunk + room + sizeof(struct event));
        memset(chunk->bytes + room, 0, sizeof(struct event));
        chunk->next = memory->chunks;
        memory->chunks = chunk;
        memory->chunk_used = 0;
        memory->chunk_room = room;
    }
    char *at = memory->chunks->bytes + memory->chunk_used;
    memory->chunk_used += size;
    return at;
}

static bool holds_bytes(enum field_id field)
{
    return field_type(field) == TYPE_TEXT || field_type(field) == TYPE_BLOB;
}

static const struct event *copy_event(struct journal_memory *memory, const struct event *e)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    size_t head = offsetof(struct event, values) + n * sizeof(struct event_value), size = head;
    for (size_t i = 0; i < n; i++)
        if (holds_bytes(fields[i]) && e->values[i].i) size += (size_t)e->values[i].i + 1;
    char *at = take_room(memory, size);
    struct event *copy = (struct event *)(void *)at;
    memcpy(copy, e, head);
    char *bytes = at + head;
    for (size_t i = 0; i < n; i++) {
        if (!holds_bytes(fields[i])) continue;
        size_t length = (size_t)e->values[i].i;
        copy->values[i].bytes = length ? bytes : "";
        if (!length) continue;
        memcpy(bytes, e->values[i].bytes, length);
        bytes[length] = '\0';
        bytes += length + 1;
    }
    return copy;
}

void journal_memory_append(struct journal_memory *memory, const struct event *e)
{
    if (memory->n_events) {
        const struct event *last = memory->events[memory->n_events - 1];
        assert(e->id > last->id && "ids grow");
        assert(e->at_ns >= last->at_ns && "time never goes back");
    }
    if (memory->n_events == memory->events_room) {
        memory->events_room = memory->events_room ? memory->events_room * 2 : 1024;
        memory->events = mem_realloc(memory->events, memory->events_room * sizeof *memory->events);
    }
    memory->events[memory->n_events++] = copy_event(memory, e);
}

static void on_event(void *context, const struct event *e)
{
    journal_memory_append(context, e);
}

struct journal_reader journal_memory_reader(struct journal_memory *memory, struct event_mask mask)
{
    return (struct journal_reader){mask, on_event, memory};
}

size_t journal_memory_count(const struct journal_memory *memory)
{
    return memory->n_events;
}

const struct event *journal_memory_at(const struct journal_memory *memory, size_t i)
{
    assert(i < memory->n_events);
    return memory->events[i];
}

const struct event *journal_memory_by_id(const struct journal_memory *memory, uint64_t id)
{
    size_t low = 0, high = memory->n_events;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->events[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < memory->n_events && memory->events[low]->id == id ? memory->events[low] : NULL;
}

size_t journal_memory_after(const struct journal_memory *memory, int64_t at_ns)
{
    size_t low = 0, high = memory->n_events;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->events[middle]->at_ns <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t journal_memory_end_ns(const struct journal_memory *memory)
{
    return memory->n_events ? memory->events[memory->n_events - 1]->at_ns : 0;
}
