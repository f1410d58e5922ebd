/* Open addressing; a slot is free when its value is negative. */
#include "model/import/import_map.h"

#include "sim/journal/memory.h"

uint64_t import_key(uint64_t key, uint64_t more)
{
    key = (key ^ more) * UINT64_C(0x9fb21c651e98df25);
    key ^= key >> 32;
    return key * UINT64_C(0xd6e8feb86659fd93) ^ key >> 29;
}

uint64_t import_key_text(uint64_t key, const char *text)
{
    for (; *text; text++)
        key = (key ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return import_key(key, 1);
}

static size_t slot_of(const struct import_map *map, uint64_t key)
{
    size_t slot = (size_t)(key ^ key >> 31) & (map->room - 1);
    while (map->values[slot] >= 0 && map->keys[slot] != key)
        slot = (slot + 1) & (map->room - 1);
    return slot;
}

int import_map_get(const struct import_map *map, uint64_t key)
{
    return map->room ? map->values[slot_of(map, key)] : -1;
}

static void grow(struct import_map *map)
{
    struct import_map old = *map;
    map->room = old.room ? 2 * old.room : 256;
    map->keys = mem_alloc(map->room * sizeof *map->keys);
    map->values = mem_alloc(map->room * sizeof *map->values);
    for (size_t i = 0; i < map->room; i++)
        map->values[i] = -1;
    for (size_t i = 0; i < old.room; i++) {
        if (old.values[i] < 0) continue;
        size_t slot = slot_of(map, old.keys[i]);
        map->keys[slot] = old.keys[i];
        map->values[slot] = old.values[i];
    }
    import_map_free(&old);
}

void import_map_put(struct import_map *map, uint64_t key, int value)
{
    if (2 * (map->n + 1) > map->room) grow(map);
    size_t slot = slot_of(map, key);
    if (map->values[slot] < 0) map->n++;
    map->keys[slot] = key;
    map->values[slot] = value;
}

void import_map_free(struct import_map *map)
{
    mem_free(map->keys);
    mem_free(map->values);
    *map = (struct import_map){0};
}
