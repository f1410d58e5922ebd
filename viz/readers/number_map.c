/* Open addressing; nothing is ever removed. */
#include "viz/readers/number_map.h"

#include <string.h>

#include "sim/journal/memory.h"

static size_t slot_of(const struct number_map *map, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(mixed ^ mixed >> 32) & (map->room - 1);
    while (map->keys[i] != 0 && map->keys[i] != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

static void grow(struct number_map *map)
{
    struct number_map larger = {.room = map->room ? 2 * map->room : 64};
    larger.keys = mem_calloc(larger.room, sizeof *larger.keys);
    larger.values = mem_calloc(larger.room, sizeof *larger.values);
    for (size_t i = 0; i < map->room; i++)
        if (map->keys[i]) number_map_set(&larger, map->keys[i], map->values[i]);
    number_map_clear(map);
    *map = larger;
}

void number_map_set(struct number_map *map, uint64_t key, int64_t value)
{
    if (2 * (map->n + 1) > map->room) grow(map);
    size_t i = slot_of(map, key);
    if (map->keys[i] == 0) map->n++;
    map->keys[i] = key;
    map->values[i] = value;
}

bool number_map_get(const struct number_map *map, uint64_t key, int64_t *value)
{
    if (map->n == 0) return false;
    size_t i = slot_of(map, key);
    if (map->keys[i] == 0) return false;
    *value = map->values[i];
    return true;
}

void number_map_clear(struct number_map *map)
{
    mem_free(map->keys);
    mem_free(map->values);
    memset(map, 0, sizeof *map);
}
