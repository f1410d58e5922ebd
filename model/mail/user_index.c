/* Open addressing over a hash of the letters in lower case, at most half full. */
#include "model/mail/user_index.h"

#include <stdint.h>
#include <string.h>

#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct user {
    const char *address; /* NULL: a free place */
    size_t number;
};

struct user_index {
    size_t n, mask;
    struct user places[];
};

static size_t hash_local_part(const char *address)
{
    const char *at = strrchr(address, '@');
    size_t length = at ? (size_t)(at - address) : strlen(address);
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)address[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 32u : c)) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ hash >> 32);
}

static struct user *place_of(struct user_index *index, const char *address)
{
    size_t i = hash_local_part(address) & index->mask;
    while (index->places[i].address && !address_same_local_part(index->places[i].address, address))
        i = (i + 1) & index->mask;
    return &index->places[i];
}

static struct user_index *make(size_t room)
{
    struct user_index *index = mem_calloc(1, sizeof *index + room * sizeof *index->places);
    index->mask = room - 1;
    return index;
}

static struct user_index *grow(struct user_index *index)
{
    struct user_index *larger = make(2 * (index->mask + 1));
    for (size_t i = 0; i <= index->mask; i++)
        if (index->places[i].address) *place_of(larger, index->places[i].address) = index->places[i];
    larger->n = index->n;
    mem_free(index);
    return larger;
}

struct user_index *user_index_add(struct user_index *index, const char *address, size_t number)
{
    if (!index) index = make(4);
    if (2 * (index->n + 1) > index->mask + 1) index = grow(index);
    struct user *place = place_of(index, address);
    if (place->address) return index;
    *place = (struct user){address, number};
    index->n++;
    return index;
}

long user_index_find(const struct user_index *index, const char *address)
{
    if (!index) return USER_INDEX_NONE;
    size_t i = hash_local_part(address) & index->mask;
    for (; index->places[i].address; i = (i + 1) & index->mask)
        if (address_same_local_part(index->places[i].address, address)) return (long)index->places[i].number;
    return USER_INDEX_NONE;
}

void user_index_free(struct user_index *index)
{
    mem_free(index);
}
