/* The library of a thread. No configuration file of the machine is read, and what a hello offers is written out here,
   so that the bytes are the same wherever the same OpenSSL runs. */
#include "model/tls/tls_internal.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <string.h>
#include <threads.h>

#include "model/tls/tls_random.h"
#include "sim/journal/memory.h"

/* OpenSSL 3.0's own preferences, of ciphers those that keep a session secret for ever and suit an Ed25519 key. */
static const char suites_1_3[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
static const char suites_1_2[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
                                 "ECDHE-ECDSA-AES128-GCM-SHA256";
static const char groups[] = "X25519:P-256:P-384";
static const char signatures[] =
    "ed25519:ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA+SHA256:RSA+SHA384";

static SSL_CTX *make_context(OSSL_LIB_CTX *library, const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new_ex(library, NULL, method);
    bool good = context && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
                SSL_CTX_set_ciphersuites(context, suites_1_3) && SSL_CTX_set_cipher_list(context, suites_1_2) &&
                SSL_CTX_set1_groups_list(context, groups) && SSL_CTX_set1_sigalgs_list(context, signatures) &&
                SSL_CTX_set_num_tickets(context, 0);
    assert(good && "OpenSSL cannot make a context");
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_keylog_callback(context, tls_real_on_secret);
    SSL_CTX_set_info_callback(context, tls_real_on_info);
    return context;
}

static struct tls_library *library_new(void)
{
    struct tls_library *library = mem_calloc(1, sizeof *library);
    int ready = OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    library->context = OSSL_LIB_CTX_new();
    assert(ready && library->context && "OpenSSL is there");
    library->random = tls_random_provide(library->context);
    library->standard = OSSL_PROVIDER_load(library->context, "default");
    assert(library->random && library->standard && "OpenSSL's providers are there");
    library->client = make_context(library->context, TLS_client_method());
    library->server = make_context(library->context, TLS_server_method());
    library->authority = tls_certificate_authority(library->context);
    assert(library->authority && "OpenSSL knows Ed25519");
    X509_STORE_add_cert(SSL_CTX_get_cert_store(library->client), library->authority);
    return library;
}

static void library_free(void *p)
{
    struct tls_library *library = p;
    for (size_t i = 0; i < library->room; i++) {
        if (!library->certificates[i]) continue;
        tls_certificate_clear(library->certificates[i]);
        mem_free(library->certificates[i]);
    }
    mem_free(library->certificates);
    X509_free(library->authority);
    SSL_CTX_free(library->client);
    SSL_CTX_free(library->server);
    OPENSSL_thread_stop_ex(library->context);
    OSSL_PROVIDER_unload(library->standard);
    OSSL_PROVIDER_unload(library->random);
    OSSL_LIB_CTX_free(library->context);
    mem_free(library);
}

static _Thread_local struct tls_library *library_here;
static once_flag key_made = ONCE_FLAG_INIT;
static tss_t key;

static void make_key_once(void)
{
    int made = tss_create(&key, library_free);
    assert(made == thrd_success);
}

struct tls_library *tls_library_of_thread(void)
{
    if (library_here) return library_here;
    call_once(&key_made, make_key_once);
    library_here = library_new();
    int set = tss_set(key, library_here);
    assert(set == thrd_success);
    return library_here;
}

/* --- certificates --- */

static uint64_t hash_of(const char *name, enum tls_certificate_kind kind, int64_t starts_unix_s)
{
    return random_hash_mix(random_hash_mix(random_hash_text(name), (uint64_t)kind), (uint64_t)starts_unix_s);
}

static struct tls_certificate **place_of(const struct tls_library *library, const char *name,
                                         enum tls_certificate_kind kind, int64_t starts_unix_s)
{
    size_t i = hash_of(name, kind, starts_unix_s) & (library->room - 1);
    for (;; i = (i + 1) & (library->room - 1)) {
        struct tls_certificate *there = library->certificates[i];
        if (!there) break;
        if (there->kind == kind && there->starts_unix_s == starts_unix_s && strcmp(there->name, name) == 0) break;
    }
    return &library->certificates[i];
}

static void make_room(struct tls_library *library)
{
    struct tls_certificate **old = library->certificates;
    size_t old_room = library->room;
    if (2 * (library->n_certificates + 1) <= library->room) return;
    library->room = old_room ? 2 * old_room : 16;
    library->certificates = mem_calloc(library->room, sizeof *library->certificates);
    for (size_t i = 0; i < old_room; i++)
        if (old[i]) *place_of(library, old[i]->name, old[i]->kind, old[i]->starts_unix_s) = old[i];
    mem_free(old);
}

const struct tls_certificate *tls_library_certificate(struct tls_library *library, const char *name,
                                                      enum tls_certificate_kind kind, int64_t starts_unix_s)
{
    make_room(library);
    struct tls_certificate **place = place_of(library, name, kind, starts_unix_s);
    if (*place) return *place;
    *place = mem_calloc(1, sizeof **place);
    int made = tls_certificate_make(library->context, name, kind, starts_unix_s, *place);
    assert(made && "OpenSSL makes a certificate");
    library->n_certificates++;
    return *place;
}

static bool has_bytes(const struct tls_certificate *c, const uint8_t *der, size_t size)
{
    return c && (size_t)c->der_size == size && memcmp(c->der, der, size) == 0;
}

const struct tls_certificate *tls_library_known(const struct tls_library *library, const char *name,
                                                int64_t starts_unix_s, const uint8_t *der, size_t size)
{
    for (int kind = 0; kind < TLS_CERTIFICATE_KINDS && library->room > 0; kind++) {
        const struct tls_certificate *c = *place_of(library, name, (enum tls_certificate_kind)kind, starts_unix_s);
        if (has_bytes(c, der, size)) return c;
    }
    for (size_t i = 0; i < library->room; i++)
        if (has_bytes(library->certificates[i], der, size)) return library->certificates[i];
    return NULL;
}
