/* See fingerprint.h. Each step is a bijection of the hash for a given input, so nothing that was hashed is forgotten.
 */
#include "sim/journal/fingerprint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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
    struct event_shape shape = event_kind_shape(e->kind);
    for (size_t i = 0; i < shape.n_values; i++) {
        if (shape.events >> i & 1) continue;
        if (shape.bytes >> i & 1)
            hash = add_bytes(hash, e->values[i].bytes, (size_t)e->values[i].i);
        else
            hash = add_number(hash, (uint64_t)e->values[i].i);
    }
    return hash;
}

static uint64_t add_field(uint64_t hash, const struct event_field *field, bool is_bytes)
{
    assert((is_bytes || !field->bytes) && "a number is wanted, not a text");
    if (!is_bytes) return add_number(hash, (uint64_t)field->i);
    if (!field->bytes) return add_number(hash, 0);
    return add_bytes(hash, field->bytes, field->i < 0 ? strlen(field->bytes) : (size_t)field->i);
}

bool fingerprint_add_fields(uint64_t *hash, int64_t at_ns, enum event_kind kind, const struct event_field *fields,
                            size_t n)
{
    static const struct event_field missing = {FIELD_NONE, 0, NULL};
    const enum field_id *ids;
    struct event_shape shape = event_kind_shape(kind);
    uint64_t h = add_number(add_number(*hash, (uint64_t)at_ns), kind);
    size_t given = 0;
    event_kind_fields(kind, &ids);
    for (size_t i = 0; i < shape.n_values; i++) {
        bool is_given = given < n && fields[given].field == ids[i];
        const struct event_field *field = is_given ? &fields[given] : &missing;
        given += is_given;
        if (!(shape.events >> i & 1)) h = add_field(h, field, shape.bytes >> i & 1);
    }
    if (given < n) return false;
    *hash = h;
    return true;
}

const char *fingerprint_text(uint64_t hash, char buffer[FINGERPRINT_TEXT_BYTES])
{
    snprintf(buffer, FINGERPRINT_TEXT_BYTES, "%016" PRIx64, hash);
    return buffer;
}
