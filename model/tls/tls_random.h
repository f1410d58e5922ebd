/* Where OpenSSL gets its random bytes from: the stream of draws of whichever end of a connection is at work, so that a
   handshake's bytes depend on nothing but the run's seed and that end's identity. */
#ifndef POSTROAD_MODEL_TLS_TLS_RANDOM_H
#define POSTROAD_MODEL_TLS_TLS_RANDOM_H

#include <openssl/types.h>

#include "sim/random.h"

/* Makes this the only source of a library context; before anything random is asked of it. NULL where it cannot be. */
OSSL_PROVIDER *tls_random_provide(OSSL_LIB_CTX *context);
/* From now on this thread draws from here; returns where it drew from before. NULL: a constant stream, for contexts. */
struct random_stream *tls_random_use(struct random_stream *source);
void tls_random_fill(struct random_stream *source, unsigned char *out, size_t size);

#endif
