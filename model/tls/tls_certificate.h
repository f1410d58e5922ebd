/* The certificates of the world. Keys are Ed25519, made from names, so that a certificate is the same in every run that
   starts at the same time; its signature needs no chance (RFC 8032). */
#ifndef POSTROAD_MODEL_TLS_TLS_CERTIFICATE_H
#define POSTROAD_MODEL_TLS_TLS_CERTIFICATE_H

#include <openssl/types.h>
#include <stdint.h>

#include "model/tls/tls_kinds.h"

const char *tls_certificate_kind_name(enum tls_certificate_kind kind); /* "valid", "self-signed" */

enum { TLS_NAME_BYTES = 256 };

struct tls_certificate {
    char name[TLS_NAME_BYTES]; /* asked for */
    enum tls_certificate_kind kind;
    int64_t starts_unix_s;
    int64_t not_before_s, not_after_s;
    char subject[TLS_NAME_BYTES + 4]; /* "CN=mx1.b.example"; "CN=" where the name is longer than a CN may be */
    char dns_name[TLS_NAME_BYTES];    /* that it is for */
    X509 *x509;
    EVP_PKEY *key;
    unsigned char *der; /* x509 as bytes; OpenSSL's */
    int der_size;
};

/* The CA that every client of the world trusts. NULL where OpenSSL cannot do it. */
X509 *tls_certificate_authority(OSSL_LIB_CTX *context);
/* name at most 255 bytes. False where OpenSSL cannot do it. */
int tls_certificate_make(OSSL_LIB_CTX *context, const char *name, enum tls_certificate_kind kind, int64_t starts_unix_s,
                         struct tls_certificate *out);
void tls_certificate_clear(struct tls_certificate *certificate);

#endif
