/* Small tools of the story and of readers: arrays that grow, a map from numbers to indices, texts that are kept. */
#ifndef POSTROAD_VIZ_STORY_TABLES_H
#define POSTROAD_VIZ_STORY_TABLES_H

#include <stddef.h>
#include <stdint.h>

/* Makes room for one more item: the array, moved or not. *room counts items. */
void *table_grow(void *items, size_t count, size_t *room, size_t item_size);
/* The new item's address in an array declared with TABLE_OF: zeroed, and counted. */
#define TABLE_OF(type)                                                                                                 \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, room;                                                                                            \
    }
#define TABLE_ADD(table)                                                                                               \
    ((table)->items = table_grow((table)->items, (table)->count, &(table)->room, sizeof *(table)->items),              \
     &(table)->items[(table)->count++])

/* Gives back the room that is not used. */
void *table_trim(void *items, size_t count, size_t *room, size_t item_size);
#define TABLE_TRIM(table)                                                                                              \
    ((table)->items = table_trim((table)->items, (table)->count, &(table)->room, sizeof *(table)->items))

/* Numbers to indices, which are never SIZE_MAX: that is what a number gives that was never put. Zeroed is empty. */
struct index_map {
    struct index_place {
        uint64_t key;
        size_t value; /* index + 1; 0: a free place */
    } *places;
    size_t count, room;
};
void index_map_put(struct index_map *map, uint64_t key, size_t value); /* replaces */
size_t index_map_get(const struct index_map *map, uint64_t key);
void index_map_clear(struct index_map *map); /* empty; the memory is kept */
void index_map_free(struct index_map *map);

/* Texts that no journal keeps: copied, and freed together. */
struct text_store {
    struct text_block *blocks;
};
const char *text_store_add(struct text_store *store, const char *text);
void text_store_free(struct text_store *store);

#endif
