/* The bytes behind N7: what the streams of a journal hold, and the digest of a packet that may be cut. The digest is a
   sum over the bytes behind the IP header, each weighed by its place, so that those of the pieces add up to that of the
   whole in whatever order they come (docs/journal-format.md). */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

/* SplitMix64 (Steele, Lea, Flood 2014), of the place. */
static uint64_t weight(uint64_t place)
{
    uint64_t z = (place + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t digest(const uint8_t *bytes, size_t size, uint64_t place)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (bytes[i] + UINT64_C(1)) * weight(place + i);
    return sum;
}

/* Where the IP header ends and where in the whole packet what follows has its place; false where no router and no
   sender may cut it (RFC 791 3.2, RFC 8200 4.5; TCP over IPv6 never needs it). */
static bool may_be_cut(const uint8_t *header, size_t size, size_t *header_size, uint64_t *place)
{
    enum { DONT_FRAGMENT = 0x40, V6_TCP = 6, V6_FRAGMENT = 44 };
    if (size >= 20 && header[0] >> 4 == 4) {
        *header_size = (size_t)(header[0] & 15) * 4;
        *place = (uint64_t)((header[6] & 0x1f) << 8 | header[7]) * 8;
        return !(header[6] & DONT_FRAGMENT) && *header_size <= size;
    }
    if (size < 40 || header[0] >> 4 != 6 || header[6] == V6_TCP) return false;
    bool fragment = header[6] == V6_FRAGMENT && size >= 48;
    *header_size = fragment ? 48 : 40;
    *place = fragment ? (uint64_t)(header[42] << 8 | (header[43] & 0xf8)) : 0;
    return true;
}

static struct law_stream *stream_of(struct laws *laws, uint64_t stream)
{
    size_t index = index_map_get(&laws->stream_index, stream);
    return index == SIZE_MAX ? NULL : &laws->streams.items[index];
}

bool law_digest_of(struct laws *laws, const struct event *e, uint64_t *sum)
{
    size_t size, header_size, length = (size_t)event_int(e, FIELD_LENGTH);
    const uint8_t *header = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
    uint64_t place, offset = (uint64_t)event_int(e, FIELD_OFFSET);
    if (!may_be_cut(header, size, &header_size, &place)) return false;
    struct law_stream *s = length ? stream_of(laws, (uint64_t)event_int(e, FIELD_STREAM)) : NULL;
    if (length && (!s || offset > s->size || length > s->size - offset)) {
        law_broken(laws, e, "N7", "the journal does not hold its bytes");
        return false;
    }
    *sum = digest(header + header_size, size - header_size, place);
    if (length) *sum += digest(s->bytes + offset, length, place + size - header_size);
    *sum &= LAW_DIGEST_MASK;
    if (s && !s->conn) law_stream_forget(laws, (uint64_t)event_int(e, FIELD_STREAM)); /* of this packet alone */
    return true;
}

void law_digest_rewrite(struct laws *laws, const struct event *e, struct law_packet *p)
{
    size_t size, header_size, first = (size_t)event_int(e, FIELD_PLACE);
    const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_BYTES, &size);
    uint64_t place;
    p->has_digest &= !p->is_rewritten && !p->whole && may_be_cut(p->header, p->header_size, &header_size, &place);
    for (size_t i = 0; i < size && p->has_digest; i++) {
        uint8_t before = 0;
        p->has_digest = first + i >= header_size && law_packet_byte(laws, p, first + i, &before);
        p->digest += ((uint64_t)bytes[i] - before) * weight(place + first + i - header_size);
    }
    p->digest &= LAW_DIGEST_MASK;
}

bool law_stream_byte(struct laws *laws, int64_t stream, int64_t offset, uint8_t *byte)
{
    const struct law_stream *s = stream ? stream_of(laws, (uint64_t)stream) : NULL;
    if (!s || offset < 0 || (size_t)offset >= s->size) return false;
    *byte = s->bytes[offset];
    return true;
}

const uint8_t *law_stream_span(struct laws *laws, int64_t stream, int64_t offset, size_t length)
{
    const struct law_stream *s = stream ? stream_of(laws, (uint64_t)stream) : NULL;
    if (!s || offset < 0 || (size_t)offset > s->size || length > s->size - (size_t)offset) return NULL;
    return s->bytes + offset;
}

void law_stream_data(struct laws *laws, const struct event *e)
{
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    struct law_stream *s = stream_of(laws, stream);
    size_t size;
    const char *bytes = event_bytes(e, FIELD_BYTES, &size);
    if (!s) {
        index_map_put(&laws->stream_index, stream, laws->streams.count);
        s = TABLE_ADD(&laws->streams);
        s->conn = event_int(e, FIELD_CONN);
    }
    if (!size) return;
    if (s->size + size > s->room) {
        s->room = 2 * s->room + size;
        s->bytes = mem_realloc(s->bytes, s->room);
    }
    memcpy(s->bytes + s->size, bytes, size);
    s->size += size;
}

void law_stream_forget(struct laws *laws, uint64_t stream)
{
    struct law_stream *s = stream_of(laws, stream);
    if (!s) return;
    mem_free(s->bytes);
    *s = (struct law_stream){.conn = s->conn};
}

void law_streams_free(struct laws *laws)
{
    for (size_t i = 0; i < laws->streams.count; i++)
        mem_free(laws->streams.items[i].bytes);
    mem_free(laws->streams.items);
    index_map_free(&laws->stream_index);
}
