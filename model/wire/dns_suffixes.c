/* What name compression has seen (RFC 1035 4.1.4): a hash table whose work for a name is bounded by the name alone. */
#include <string.h>

#include "model/wire/dns_internal.h"
#include "sim/journal/memory.h"

enum { SLOTS_PER_SUFFIX = 4, LOOKS_MOST = 32 };

void dns_suffixes_init(struct dns_suffixes *seen)
{
    seen->n = 0;
    seen->room = DNS_SUFFIXES_FEW;
    seen->n_slots = DNS_SUFFIXES_FEW * SLOTS_PER_SUFFIX;
    seen->suffixes = seen->few;
    seen->slots = seen->few_slots;
    seen->looks = 0;
    memset(seen->few_slots, 0, sizeof seen->few_slots);
}

void dns_suffixes_free(struct dns_suffixes *seen)
{
    if (seen->suffixes == seen->few) return;
    mem_free(seen->suffixes);
    mem_free(seen->slots);
}

/* Where the hash belongs: the slot that holds its equal, or else a free one; NULL: so many others are there already
   that looking further is not worth it, whatever the names are. */
static uint16_t *find_slot(struct dns_suffixes *seen, const char *suffix, size_t length, uint32_t hash)
{
    for (size_t k = 0; k < LOOKS_MOST; k++) {
        uint16_t *slot = &seen->slots[(hash + k) & (seen->n_slots - 1)];
        seen->looks++;
        if (*slot == 0) return slot;
        const struct dns_suffix *other = &seen->suffixes[*slot - 1];
        if (other->hash == hash && other->length == length && memcmp(other->text, suffix, length) == 0) return slot;
    }
    return NULL;
}

static void grow(struct dns_suffixes *seen)
{
    bool were_few = seen->suffixes == seen->few;
    if (!were_few) mem_free(seen->slots);
    seen->room *= 2;
    seen->n_slots *= 2;
    seen->slots = mem_calloc(seen->n_slots, sizeof *seen->slots);
    seen->suffixes = mem_realloc(were_few ? NULL : seen->suffixes, seen->room * sizeof *seen->suffixes);
    if (were_few) memcpy(seen->suffixes, seen->few, sizeof seen->few);
    for (size_t i = 0; i < seen->n; i++) {
        const struct dns_suffix *suffix = &seen->suffixes[i];
        uint16_t *slot = find_slot(seen, suffix->text, suffix->length, suffix->hash);
        if (slot && *slot == 0) *slot = (uint16_t)(i + 1);
    }
}

size_t dns_suffixes_find_or_add(struct dns_suffixes *seen, const char *suffix, size_t length, uint32_t hash, size_t at)
{
    uint16_t *slot = find_slot(seen, suffix, length, hash);
    if (slot && *slot) return seen->suffixes[*slot - 1].at;
    if (!slot || at > DNS_POINTER_REACH) return 0;
    if (seen->n == seen->room) {
        grow(seen);
        slot = find_slot(seen, suffix, length, hash);
        if (!slot) return 0;
    }
    seen->suffixes[seen->n++] =
        (struct dns_suffix){.text = suffix, .hash = hash, .length = (uint16_t)length, .at = (uint16_t)at};
    *slot = (uint16_t)seen->n;
    return 0;
}
