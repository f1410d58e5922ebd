/* What the two machines share. */
#ifndef POSTROAD_MODEL_TLS_TLS_INTERNAL_H
#define POSTROAD_MODEL_TLS_TLS_INTERNAL_H

#include <openssl/ssl.h>

#include "model/tls/tls_conn.h"
#include "sim/random.h"

struct tls_library {
    OSSL_LIB_CTX *context;
    OSSL_PROVIDER *random, *standard;
    SSL_CTX *client, *server;
    X509 *authority;
    struct tls_certificate **certificates; /* open addressing */
    size_t n_certificates, room;
};

/* Made when first asked for; the library's. */
const struct tls_certificate *tls_library_certificate(struct tls_library *library, const char *name,
                                                      enum tls_certificate_kind kind, int64_t starts_unix_s);
/* The one with these bytes, among those made so far; looks first at those for the name. NULL: none. */
const struct tls_certificate *tls_library_known(const struct tls_library *library, const char *name,
                                                int64_t starts_unix_s, const uint8_t *der, size_t size);

struct tls_buffer {
    uint8_t *bytes;
    size_t size, room;
};
void tls_buffer_append(struct tls_buffer *buffer, const void *bytes, size_t size);
void tls_buffer_cut(struct tls_buffer *buffer, size_t size); /* so many from the front */

struct tls_modelled;

struct tls_conn {
    struct tls_library *library;
    struct tls_settings settings; /* its name is `name` */
    char name[TLS_NAME_BYTES];
    struct random_stream random;
    enum tls_state state;
    bool is_closed; /* close_notify was written */
    struct tls_info info;
    char subject[TLS_NAME_BYTES + 4], error[128];
    struct tls_buffer to_send, plain_text, secrets; /* secrets end with a zero byte, unless empty */
    const struct tls_machine *machine;
    SSL *ssl;                      /* of the real machine */
    struct tls_modelled *modelled; /* of the other */
};

struct tls_machine {
    void (*init)(struct tls_conn *c);
    void (*free)(struct tls_conn *c);
    void (*start)(struct tls_conn *c);
    void (*receive)(struct tls_conn *c, const uint8_t *bytes, size_t size);
    void (*write)(struct tls_conn *c, const uint8_t *bytes, size_t size);
    void (*close)(struct tls_conn *c);
};
extern const struct tls_machine tls_real_machine, tls_modelled_machine;

/* The hellos of the modelled machine: what OpenSSL says with the settings of tls_library.c, byte for byte but for the
   random ones. A handshake message with its header; returns its size. */
enum { TLS_HELLO_MAX_BYTES = 1024, TLS_RANDOM_BYTES = 32 };
size_t tls_hello_of_client(struct tls_conn *c, uint8_t out[TLS_HELLO_MAX_BYTES]);
struct tls_hello {
    bool speaks_1_3;
    uint8_t session_id[TLS_RANDOM_BYTES];
    size_t session_id_size;
};
size_t tls_hello_of_server(struct tls_conn *c, const struct tls_hello *client, bool is_1_3,
                           uint8_t out[TLS_HELLO_MAX_BYTES]);
/* Reads either hello; false where it is none. Of a server: whether it has chosen 1.3. */
bool tls_hello_read(const uint8_t *message, size_t size, bool of_client, struct tls_hello *hello);

/* For OpenSSL's callback, which gets the connection by SSL_get_app_data. */
void tls_real_on_secret(const SSL *ssl, const char *line);
void tls_real_on_info(const SSL *ssl, int where, int value);

#endif
