/* From 64-bit keys to small numbers. */
#ifndef POSTROAD_MODEL_IMPORT_IMPORT_MAP_H
#define POSTROAD_MODEL_IMPORT_IMPORT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import_map {
    uint64_t *keys;
    int *values;
    size_t n, room; /* room: a power of two, or 0 */
};

/* -1: not there. */
int import_map_get(const struct import_map *map, uint64_t key);
void import_map_put(struct import_map *map, uint64_t key, int value); /* value >= 0 */
void import_map_free(struct import_map *map);

/* Folds another number, or bytes, into a key. */
uint64_t import_key(uint64_t key, uint64_t more);
uint64_t import_key_text(uint64_t key, const char *text);

#endif
