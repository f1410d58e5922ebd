/* What is dear and never changes, made once a thread: OpenSSL's library context, the contexts of clients and servers,
   and the certificates that were asked for. Nothing of it depends on a seed. */
#ifndef POSTROAD_MODEL_TLS_TLS_LIBRARY_H
#define POSTROAD_MODEL_TLS_TLS_LIBRARY_H

struct tls_library;

/* Belongs to the thread and ends with it. The first call of a thread takes some milliseconds. */
struct tls_library *tls_library_of_thread(void);

#endif
