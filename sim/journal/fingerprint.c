/* See fingerprint.h. Each step is a bijection of the hash for a given input, so nothing that was hashed is forgotten.
 */
#include "sim/journal/fingerprint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

uint64_t fingerprint_begin(void)
{
    return UINT64_C(0x706f7374726f6164);
}

static uint64_t add_number(uint64_t hash, uint64_t number)
{
    hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Little endian on every machine. */
static uint64_t load_8(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static uint64_t add_bytes(uint64_t hash, const char *bytes, size_t size)
{
    const unsigned char *p = (const unsigned char *)bytes;
    hash = add_number(hash, size);
    bool is_long = size >= 8;
    for (; size >= 8; size -= 8, p += 8)
        hash = add_number(hash, load_8(p));
    if (size == 0) return hash;
    if (is_long) return add_number(hash, load_8(p + size - 8) >> (64 - 8 * size)); /* bytes before it, shifted out */
    uint64_t rest = 0;
    for (size_t i = 0; i < size; i++)
        rest |= (uint64_t)p[i] << 8 * i;
    return add_number(hash, rest);
}

uint64_t fingerprint_add(uint64_t hash, const struct event *e)
{
    hash = add_number(hash, (uint64_t)e->at_ns);
    hash = add_number(hash, e->kind);
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++) {
        enum field_type type = field_type(fields[i]);
        if (type == TYPE_EVENT) continue;
        if (type == TYPE_TEXT || type == TYPE_BLOB)
            hash = add_bytes(hash, e->values[i].bytes, (size_t)e->values[i].i);
        else
            hash = add_number(hash, (uint64_t)e->values[i].i);
    }
    return hash;
}

const char *fingerprint_text(uint64_t hash, char buffer[FINGERPRINT_TEXT_BYTES])
{
    snprintf(buffer, FINGERPRINT_TEXT_BYTES, "%016" PRIx64, hash);
    return buffer;
}
