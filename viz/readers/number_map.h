/* A map from numbers (ids, hashes) to numbers, for readers that must remember what they saw. */
#ifndef POSTROAD_VIZ_READERS_NUMBER_MAP_H
#define POSTROAD_VIZ_READERS_NUMBER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_map {
    uint64_t *keys;   /* 0: free */
    int64_t *values;
    size_t n, room;
};

/* A zeroed struct is an empty map. Keys are not 0. */
void number_map_set(struct number_map *map, uint64_t key, int64_t value);
bool number_map_get(const struct number_map *map, uint64_t key, int64_t *value);
void number_map_clear(struct number_map *map);

#endif
