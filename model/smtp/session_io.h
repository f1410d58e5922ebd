/* What a session (SMTP, POP3) is given to speak with: a place to write, and names for its events. */
#ifndef POSTROAD_MODEL_SMTP_SESSION_IO_H
#define POSTROAD_MODEL_SMTP_SESSION_IO_H

#include <stddef.h>
#include <stdint.h>

#include "sim/journal/journal.h"

struct session_io {
    void *context;
    /* Appends to our stream; returns the offset of the first byte. The bytes are copied. */
    uint64_t (*write)(void *context, const char *bytes, size_t size);
    struct journal *journal; /* may be NULL */
    struct session_id session;
    struct conn_id conn;
    struct stream_id stream; /* ours */
    struct host_id host;
    /* Told after a message's content (stuffed, final dot included) was written to our stream; may be NULL. */
    void (*content)(void *context, struct message_id message, uint64_t offset, uint64_t length);
    /* How many bytes of our stream the peer has acknowledged. May be NULL; a client that is told can tell a stalled
       transfer from a slow answer, and an answer from words that came before the question. */
    uint64_t (*acknowledged)(void *context);
};

#endif
