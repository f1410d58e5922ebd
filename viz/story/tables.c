/* Small tools of the story and of readers: arrays that grow, a map from numbers to indices, texts that are kept. */
#include "viz/story/tables.h"

#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"

void *table_grow(void *items, size_t count, size_t *room, size_t item_size)
{
    if (count == *room) {
        *room = *room ? *room * 2 : 16;
        items = mem_realloc(items, *room * item_size);
    }
    memset((char *)items + count * item_size, 0, item_size);
    return items;
}

void *table_trim(void *items, size_t count, size_t *room, size_t item_size)
{
    if (!items || count == *room) return items;
    *room = count;
    return mem_realloc(items, count * item_size);
}

/* A good mixer of 64 bits (the finalizer of SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static size_t place_of(const struct index_map *map, uint64_t key)
{
    size_t i = mix(key) & (map->room - 1);
    while (map->places[i].value && map->places[i].key != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

static void enlarge(struct index_map *map)
{
    struct index_map old = *map;
    map->room = old.room ? old.room * 2 : 64;
    map->places = mem_calloc(map->room, sizeof *map->places);
    for (size_t i = 0; i < old.room; i++) {
        if (old.places[i].value) map->places[place_of(map, old.places[i].key)] = old.places[i];
    }
    mem_free(old.places);
}

void index_map_put(struct index_map *map, uint64_t key, size_t value)
{
    if (map->count * 2 >= map->room) enlarge(map);
    size_t i = place_of(map, key);
    if (!map->places[i].value) map->count++;
    map->places[i] = (struct index_place){key, value + 1};
}

size_t index_map_get(const struct index_map *map, uint64_t key)
{
    if (!map->room) return SIZE_MAX;
    return map->places[place_of(map, key)].value - 1;
}

void index_map_clear(struct index_map *map)
{
    if (map->count) memset(map->places, 0, map->room * sizeof *map->places);
    map->count = 0;
}

void index_map_free(struct index_map *map)
{
    mem_free(map->places);
    memset(map, 0, sizeof *map);
}

struct text_block {
    struct text_block *next;
    char text[];
};

const char *text_store_add(struct text_store *store, const char *text)
{
    size_t size = strlen(text) + 1;
    struct text_block *block = mem_alloc(sizeof *block + size);
    memcpy(block->text, text, size);
    block->next = store->blocks;
    store->blocks = block;
    return block->text;
}

void text_store_free(struct text_store *store)
{
    while (store->blocks) {
        struct text_block *next = store->blocks->next;
        mem_free(store->blocks);
        store->blocks = next;
    }
}
