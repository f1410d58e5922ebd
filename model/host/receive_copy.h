/* A receiver's own copy of what its peer writes: needed where the peer is not of this simulation, or a packet's bytes
   are not what the peer wrote. Else the receiver reads in the peer's byte stream. */
#ifndef POSTROAD_MODEL_HOST_RECEIVE_COPY_H
#define POSTROAD_MODEL_HOST_RECEIVE_COPY_H

#include "model/host/byte_stream.h"
#include "model/tcp/tcp.h"

/* A copy that begins with what has been received and not yet read; `shared` may be NULL. */
struct byte_stream *receive_copy_new(const struct byte_stream *shared, uint64_t read, uint64_t most_bytes);
/* Gives a segment to the machine, and keeps those bytes of its payload that are accepted and were not there before: so
   what came first stays, as an attacker who guesses a window must not be able to rewrite it (RFC 5961). payload may be
   NULL for none. */
void receive_copy_segment_arrives(struct byte_stream *copy, struct tcp_conn *tcp, const struct tcp_segment *segment,
                                  const uint8_t *payload, int64_t now_ns);

#endif
