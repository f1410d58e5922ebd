/* The bytes that one end of a connection writes, numbered from 0. Written once by the sender; the receiver reads them
   here, and packets only name ranges. What both have done with is forgotten, once no packet on its way can carry it: one
   that was sent needlessly, or a twin, is cut or corrupted with the bytes that it has. */
#ifndef POSTROAD_MODEL_HOST_BYTE_STREAM_H
#define POSTROAD_MODEL_HOST_BYTE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/ids.h"

struct byte_stream {
    uint32_t references;
    struct stream_id id;
    uint64_t base; /* offset of the first byte still held */
    uint64_t read; /* the receiver has taken all before this offset */
    uint64_t leaving;    /* forgotten next, when the packets of the other generation have come to their end */
    uint32_t carried[2]; /* packets on their way, by generation */
    uint8_t generation;  /* of those that are sent now: they carry nothing before `leaving` */
    uint8_t *bytes;
    size_t size, room;
};

struct byte_stream *byte_stream_new(struct stream_id id); /* one reference */
struct byte_stream *byte_stream_hold(struct byte_stream *stream);
void byte_stream_drop(struct byte_stream *stream);
/* The same for a packet that carries a range: the generation that it is of; a twin is of the same. */
uint8_t byte_stream_carry(struct byte_stream *stream);
void byte_stream_carry_twin(struct byte_stream *stream, uint8_t generation);
void byte_stream_drop_carried(struct byte_stream *stream, uint8_t generation);

/* Returns the offset of the first byte. */
uint64_t byte_stream_append(struct byte_stream *stream, const void *bytes, size_t size);
uint64_t byte_stream_end(const struct byte_stream *stream);
/* The bytes from an offset on, which must still be held. Valid until the next append or forget. */
const uint8_t *byte_stream_at(const struct byte_stream *stream, uint64_t offset);
/* Whether all of a range is still held. */
bool byte_stream_holds(const struct byte_stream *stream, uint64_t offset, size_t size);
/* Copies a range; what is not held is zeros. */
void byte_stream_read(const struct byte_stream *stream, uint64_t offset, uint8_t *out, size_t size);
/* Writes at an offset from the base on, also behind the end (what is skipped is zeros) and over what is there. */
void byte_stream_put(struct byte_stream *stream, uint64_t offset, const void *bytes, size_t size);
/* Nobody will ask for what lies before both `acked` and stream->read. */
void byte_stream_forget(struct byte_stream *stream, uint64_t acked);

#endif
