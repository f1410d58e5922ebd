/* One end of a TLS connection as pure code (RFC 8446, RFC 5246): what arrived from the peer in, plain text and what is
   to be sent out. It owns no socket, knows no clock, and draws its random bytes from a stream of its own. Two machines
   behind one door: the real one is OpenSSL, the modelled one exchanges the same flights of the same sizes without any
   cryptography, for studies whose subject is not TLS. Resumption, renegotiation and early data are left out on purpose:
   mail servers gain little by them, and tickets would carry the wall clock. */
#ifndef POSTROAD_MODEL_TLS_TLS_CONN_H
#define POSTROAD_MODEL_TLS_TLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tls/tls_certificate.h"
#include "model/tls/tls_library.h"

struct tls_settings {
    bool is_server;
    bool is_modelled;         /* of both ends, or of none */
    enum tls_version version; /* the highest spoken; 1.2 always is */
    const char *name;         /* the server's; a client asks for it (SNI) and expects it in the certificate. Copied. */
    enum tls_certificate_kind certificate; /* a server's */
    bool verify;                           /* a client ends the handshake where the certificate does not do */
    int64_t starts_unix_s;                 /* of the scenario: dates certificates */
    int64_t now_unix_s;                    /* by this host's clock: judges them */
    uint64_t seed, who;                    /* name the stream of random bytes */
};

enum tls_state {
    TLS_HANDSHAKING,
    TLS_OPEN,
    TLS_PEER_CLOSED, /* its close_notify came: it will send no more */
    TLS_FAILED       /* what is still to be sent tells the peer; nothing else can be done */
};

/* What is known of the connection; texts live as long as it does. */
struct tls_info {
    const char *version;     /* "TLSv1.3"; "" before the handshake is done */
    const char *cipher;      /* "TLS_AES_256_GCM_SHA384" */
    const char *subject;     /* of the server's certificate, "CN=mx1.b.example"; "" if none was seen */
    bool is_verified;        /* the client found nothing wrong with it */
    const char *verify_text; /* "ok", or what is wrong: "certificate has expired" */
    const char *error;       /* why it failed, in few words; "" while it has not */
    int alert;               /* that ended it (RFC 8446 6); -1: none */
    bool is_alert_ours;      /* we sent it */
};

struct tls_conn;

struct tls_conn *tls_conn_new(struct tls_library *library, const struct tls_settings *settings);
void tls_conn_free(struct tls_conn *c);
void tls_conn_start(struct tls_conn *c); /* a client's hello is ready to be sent */
/* Any bytes from the peer, in any pieces. */
void tls_conn_receive(struct tls_conn *c, const void *bytes, size_t size);
/* Only when open, or closed by the peer. */
void tls_conn_write(struct tls_conn *c, const void *bytes, size_t size);
/* We will write no more: close_notify. */
void tls_conn_close(struct tls_conn *c);

enum tls_state tls_conn_state(const struct tls_conn *c);
/* Valid until the next call that changes anything. */
const uint8_t *tls_conn_to_send(const struct tls_conn *c, size_t *size);
void tls_conn_sent(struct tls_conn *c); /* all of that is under way */
const char *tls_conn_plain_text(const struct tls_conn *c, size_t *size);
void tls_conn_taken(struct tls_conn *c, size_t size); /* of that */
struct tls_info tls_conn_info(const struct tls_conn *c);
/* The secrets that open a capture of it, in lines (SSLKEYLOGFILE); "" where there are none. */
const char *tls_conn_secrets(const struct tls_conn *c);

#endif
