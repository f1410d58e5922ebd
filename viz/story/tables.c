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
    while (map->values[i] && map->keys[i] != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

static void enlarge(struct index_map *map)
{
    struct index_map old = *map;
    map->room = old.room ? old.room * 2 : 64;
    map->keys = mem_calloc(map->room, sizeof *map->keys);
    map->values = mem_calloc(map->room, sizeof *map->values);
    for (size_t i = 0; i < old.room; i++) {
        if (!old.values[i]) continue;
        size_t place = place_of(map, old.keys[i]);
        map->keys[place] = old.keys[i];
        map->values[place] = old.values[i];
    }
    mem_free(old.keys);
    mem_free(old.values);
}

void index_map_put(struct index_map *map, uint64_t key, size_t value)
{
    if (map->count * 2 >= map->room) enlarge(map);
    size_t i = place_of(map, key);
    if (!map->values[i]) map->count++;
    map->keys[i] = key;
    map->values[i] = value + 1;
}

size_t index_map_get(const struct index_map *map, uint64_t key)
{
    if (!map->room) return SIZE_MAX;
    return map->values[place_of(map, key)] - 1;
}

void index_map_free(struct index_map *map)
{
    mem_free(map->keys);
    mem_free(map->values);
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
