#include "model/smtp/domain_set.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "sim/journal/memory.h"

/* "" for the postmaster who has none. */
static const char *domain_of(const char *path)
{
    const char *at = strrchr(path, '@');

    return at ? at + 1 : "";
}

/* FNV-1a over the letters in lower case. */
static size_t hash_of(const char *domain)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *domain; domain++) {
        unsigned char c = (unsigned char)*domain;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 32u : c)) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ hash >> 32);
}

/* Where it is, or the free place where it belongs. There is room. */
static const char **place_of(const struct domain_set *set, const char *path)
{
    const char *domain = domain_of(path);
    size_t i = hash_of(domain) & (set->room - 1);

    while (set->places[i] && strcasecmp(domain_of(set->places[i]), domain) != 0)
        i = (i + 1) & (set->room - 1);
    return &set->places[i];
}

static void grow(struct domain_set *set)
{
    struct domain_set larger = {.count = set->count, .room = set->room ? 2 * set->room : 8};

    larger.places = mem_calloc(larger.room, sizeof *larger.places);
    for (size_t i = 0; i < set->room; i++)
        if (set->places[i]) *place_of(&larger, set->places[i]) = set->places[i];
    mem_free(set->places);
    *set = larger;
}

bool domain_set_has(const struct domain_set *set, const char *path)
{
    return set->count > 0 && *place_of(set, path) != NULL;
}

void domain_set_add(struct domain_set *set, const char *path)
{
    const char **place;

    if (2 * (set->count + 1) > set->room) grow(set);
    place = place_of(set, path);
    if (*place) return;
    *place = path;
    set->count++;
}

void domain_set_free(struct domain_set *set)
{
    mem_free(set->places);
    *set = (struct domain_set){0};
}
