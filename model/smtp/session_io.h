/* What a session (SMTP, POP3) is given to speak with: a place to write, names for its events, and a way to TLS. */
#ifndef POSTROAD_MODEL_SMTP_SESSION_IO_H
#define POSTROAD_MODEL_SMTP_SESSION_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/journal.h"

/* What came of a TLS handshake. The texts are borrowed for as long as the session lasts. */
struct session_security {
    const char *version;   /* "TLSv1.3" */
    const char *cipher;    /* "TLS_AES_256_GCM_SHA384" */
    const char *peer_name; /* of the peer's certificate; NULL: it showed none */
    bool verified;         /* that certificate is trusted, and is the peer's */
};

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
    /* How far TCP's send buffer has taken our stream: the rest has yet to be written, as far as a peer can ever tell.
       May be NULL: all of it. */
    uint64_t (*taken)(void *context);
    /* Begins a TLS handshake in the place of plain text (RFC 3207), after all that was written until now. NULL: there
       is none to be had. What arrived before and was not taken is dropped by the session, which takes nothing until it
       is told ..._secured; a handshake that fails is a lost connection. */
    void (*start_tls)(void *context);
    /* Offsets count what was written here. This turns a range of what was just written into one of the stream that TCP
       carries: within TLS, the records that bear it. NULL: they are the same. */
    void (*locate)(void *context, uint64_t *offset, uint64_t *length);
    /* What is written between begins = true and false belongs together, and fills records as far as it can. May be NULL. */
    void (*gather)(void *context, bool begins);
};

#endif
