/* A byte stream is one contiguous block; the front is cut off in large steps, so that moving bytes stays rare. */
#include "model/host/byte_stream.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"

enum { FIRST_ROOM = 512, FORGET_STEP = 65536 };

struct byte_stream *byte_stream_new(struct stream_id id)
{
    struct byte_stream *stream = mem_calloc(1, sizeof *stream);
    stream->references = 1;
    stream->id = id;
    return stream;
}

struct byte_stream *byte_stream_hold(struct byte_stream *stream)
{
    stream->references++;
    return stream;
}

void byte_stream_drop(struct byte_stream *stream)
{
    if (!stream || --stream->references > 0) return;
    mem_free(stream->bytes);
    mem_free(stream);
}

static void make_room(struct byte_stream *stream, size_t size)
{
    if (size <= stream->room) return;
    stream->room = stream->room ? stream->room : FIRST_ROOM;
    while (stream->room < size)
        stream->room *= 2;
    stream->bytes = mem_realloc(stream->bytes, stream->room);
}

uint64_t byte_stream_append(struct byte_stream *stream, const void *bytes, size_t size)
{
    uint64_t offset = byte_stream_end(stream);
    make_room(stream, stream->size + size);
    if (size > 0) memcpy(stream->bytes + stream->size, bytes, size);
    stream->size += size;
    return offset;
}

uint64_t byte_stream_end(const struct byte_stream *stream)
{
    return stream->base + stream->size;
}

const uint8_t *byte_stream_at(const struct byte_stream *stream, uint64_t offset)
{
    assert(offset >= stream->base && offset <= byte_stream_end(stream));
    return stream->bytes + (offset - stream->base);
}

bool byte_stream_holds(const struct byte_stream *stream, uint64_t offset, size_t size)
{
    return offset >= stream->base && offset - stream->base <= stream->size && size <= byte_stream_end(stream) - offset;
}

void byte_stream_read(const struct byte_stream *stream, uint64_t offset, uint8_t *out, size_t size)
{
    uint64_t begin = offset > stream->base ? offset : stream->base, end = offset + size;
    if (end > byte_stream_end(stream)) end = byte_stream_end(stream);
    if (begin >= end) begin = end = offset;
    memset(out, 0, (size_t)(begin - offset));
    if (end > begin) memcpy(out + (begin - offset), byte_stream_at(stream, begin), (size_t)(end - begin));
    memset(out + (end - offset), 0, (size_t)(offset + size - end));
}

void byte_stream_put(struct byte_stream *stream, uint64_t offset, const void *bytes, size_t size)
{
    assert(offset >= stream->base);
    size_t at = (size_t)(offset - stream->base), end = at + size;
    make_room(stream, end);
    if (at > stream->size) memset(stream->bytes + stream->size, 0, at - stream->size);
    if (size > 0) memcpy(stream->bytes + at, bytes, size);
    if (end > stream->size) stream->size = end;
}

uint8_t byte_stream_carry(struct byte_stream *stream)
{
    byte_stream_carry_twin(stream, stream->generation);
    return stream->generation;
}

void byte_stream_carry_twin(struct byte_stream *stream, uint8_t generation)
{
    stream->references++;
    stream->carried[generation]++;
}

void byte_stream_drop_carried(struct byte_stream *stream, uint8_t generation)
{
    stream->carried[generation]--;
    byte_stream_drop(stream);
}

void byte_stream_forget(struct byte_stream *stream, uint64_t acked)
{
    uint64_t done = acked < stream->read ? acked : stream->read;
    if (done < stream->base + FORGET_STEP) return;
    if (stream->leaving <= stream->base) {
        stream->leaving = done;
        stream->generation ^= 1;
    }
    if (stream->carried[stream->generation ^ 1]) return;
    size_t cut = (size_t)(stream->leaving - stream->base);
    memmove(stream->bytes, stream->bytes + cut, stream->size - cut);
    stream->size -= cut;
    stream->base = stream->leaving;
}
