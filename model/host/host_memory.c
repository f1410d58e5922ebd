/* Records by a 64-bit key, open addressing. Those that say nothing any more go when the table grows. */
#include "model/host/queue_internal.h"
#include "sim/journal/memory.h"

struct remembered {
    uint64_t key;                /* 0: a free place */
    struct retry_record *record; /* stays where it is */
};

struct host_memory {
    struct remembered *places;
    size_t n, room; /* room: a power of two, or 0 */
};

struct host_memory *host_memory_new(void)
{
    return mem_calloc(1, sizeof(struct host_memory));
}

void host_memory_clear(struct host_memory *memory)
{
    for (size_t i = 0; i < memory->room; i++)
        mem_free(memory->places[i].record);
    mem_free(memory->places);
    *memory = (struct host_memory){0};
}

void host_memory_free(struct host_memory *memory)
{
    host_memory_clear(memory);
    mem_free(memory);
}

static struct remembered *place_of(const struct host_memory *memory, uint64_t key)
{
    size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (memory->room - 1);
    while (memory->places[i].key && memory->places[i].key != key)
        i = (i + 1) & (memory->room - 1);
    return &memory->places[i];
}

static void grow(struct host_memory *memory)
{
    struct host_memory old = *memory;
    size_t kept = 0;
    for (size_t i = 0; i < old.room; i++)
        kept += old.places[i].record && old.places[i].record->is_set;
    for (memory->room = 16; memory->room < 4 * (kept + 1);)
        memory->room *= 2;
    memory->places = mem_calloc(memory->room, sizeof *memory->places);
    memory->n = kept;
    for (size_t i = 0; i < old.room; i++) {
        if (!old.places[i].record) continue;
        if (old.places[i].record->is_set)
            *place_of(memory, old.places[i].key) = old.places[i];
        else
            mem_free(old.places[i].record);
    }
    mem_free(old.places);
}

void host_memory_each(const struct host_memory *memory, void (*fn)(const void *context, struct retry_record *record),
                      const void *context)
{
    for (size_t i = 0; i < memory->room; i++)
        if (memory->places[i].record && memory->places[i].record->is_set) fn(context, memory->places[i].record);
}

struct retry_record *host_memory_find(struct host_memory *memory, uint64_t key, bool make)
{
    if (key == 0) key = 1;
    struct remembered *place = memory->room ? place_of(memory, key) : NULL;
    if ((place && place->key) || !make) return place ? place->record : NULL;
    if (2 * (memory->n + 1) > memory->room) {
        grow(memory);
        place = place_of(memory, key);
    }
    *place = (struct remembered){key, mem_calloc(1, sizeof *place->record)};
    memory->n++;
    return place->record;
}
