/* A client and a server end of TLS with nothing between them, and a record of what went over. */
#ifndef POSTROAD_TESTS_MODEL_TLS_TLS_PAIR_H
#define POSTROAD_TESTS_MODEL_TLS_TLS_PAIR_H

#include "model/tls/tls_conn.h"

enum { PAIR_WIRE_BYTES = 1 << 17, PAIR_START_S = 1741000000 };

struct tls_pair {
    struct tls_conn *client, *server;
    size_t piece;                  /* bytes delivered at once */
    uint8_t wire[PAIR_WIRE_BYTES]; /* all flights, in order */
    size_t wire_size;
    char flights[2000]; /* "C 22:218 S 22:122 20:1 23:23 ": sender, then type and length of each record */
};

struct tls_settings tls_pair_settings(bool is_modelled); /* of both; 1.3, "mx1.b.example", a valid certificate */
/* The settings are for both ends, client_version and server_version apart. */
struct tls_pair *tls_pair_new(const struct tls_settings *settings, enum tls_version server_version);
void tls_pair_free(struct tls_pair *p);
void tls_pair_run(struct tls_pair *p);       /* until neither has anything to send */
void tls_pair_handshake(struct tls_pair *p); /* starts the client, and runs */
/* What an end has received, as text; taken. */
const char *tls_pair_text(struct tls_conn *end, char *buffer, size_t room);

#endif
