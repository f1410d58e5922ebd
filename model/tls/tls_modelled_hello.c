/* The hellos of the modelled machine (RFC 8446 4.1.2 and 4.1.3, RFC 5246 7.4.1): the two messages that anybody can read
   on the wire. A test holds them to what OpenSSL says. */
#include <string.h>

#include "model/tls/tls_internal.h"
#include "model/tls/tls_random.h"

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
enum { EXTENSION_SUPPORTED_VERSIONS = 43, HANDSHAKE_HEADER_BYTES = 4, LEGACY_VERSION = 0x0303, VERSION_1_3 = 0x0304 };
enum { SUITE_1_3 = 0x1302, SUITE_1_2 = 0xc02c };

/* Of a client: ec_point_formats, supported_groups, encrypt_then_mac, extended_master_secret, signature_algorithms. */
static const uint8_t extensions_always[] = {0x00, 0x0b, 0x00, 0x04, 0x03, 0x00, 0x01, 0x02, 0x00, 0x0a, 0x00, 0x08,
                                            0x00, 0x06, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, 0x00, 0x16, 0x00, 0x00,
                                            0x00, 0x17, 0x00, 0x00, 0x00, 0x0d, 0x00, 0x10, 0x00, 0x0e, 0x08, 0x07,
                                            0x04, 0x03, 0x05, 0x03, 0x08, 0x04, 0x08, 0x05, 0x04, 0x01, 0x05, 0x01};
/* supported_versions, psk_key_exchange_modes, and the beginning of key_share: X25519. */
static const uint8_t extensions_1_3[] = {0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03, 0x00, 0x2d, 0x00, 0x02,
                                         0x01, 0x01, 0x00, 0x33, 0x00, 0x26, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20};
static const uint8_t suites_1_3[] = {0x13, 0x02, 0x13, 0x03, 0x13, 0x01};
static const uint8_t suites_1_2[] = {0xc0, 0x2c, 0xcc, 0xa9, 0xc0, 0x2b, 0x00, 0xff};
/* Of a server: supported_versions and the beginning of key_share; in 1.2 renegotiation_info, ec_point_formats,
   extended_master_secret. */
static const uint8_t server_1_3[] = {0x00, 0x2b, 0x00, 0x02, 0x03, 0x04, 0x00,
                                     0x33, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20};
static const uint8_t server_1_2[] = {0xff, 0x01, 0x00, 0x01, 0x00, 0x00, 0x0b, 0x00, 0x04,
                                     0x03, 0x00, 0x01, 0x02, 0x00, 0x17, 0x00, 0x00};

/* --- writing --- */

struct writer {
    uint8_t *bytes;
    size_t size;
};

static void put(struct writer *w, const void *bytes, size_t size)
{
    memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

static void put_number(struct writer *w, size_t number, size_t size)
{
    for (size_t i = size; i > 0; i--)
        w->bytes[w->size++] = (uint8_t)(number >> 8 * (i - 1));
}

static void put_random(struct writer *w, struct tls_conn *c)
{
    tls_random_fill(&c->random, w->bytes + w->size, TLS_RANDOM_BYTES);
    w->size += TLS_RANDOM_BYTES;
}

/* Leaves room for a length, to be filled in when what it counts is written. */
static size_t skip(struct writer *w, size_t size)
{
    w->size += size;
    return w->size;
}

static void fill_length(struct writer *w, size_t from, size_t size)
{
    struct writer length = {w->bytes, from - size};
    put_number(&length, w->size - from, size);
}

/* RFC 6066 3. */
static void put_server_name(struct writer *w, const char *name)
{
    size_t n = strlen(name);
    put_number(w, 0, 2);
    put_number(w, n + 5, 2);
    put_number(w, n + 3, 2);
    put_number(w, 0, 1);
    put_number(w, n, 2);
    put(w, name, n);
}

size_t tls_hello_of_client(struct tls_conn *c, uint8_t out[TLS_HELLO_MAX_BYTES])
{
    struct writer w = {out, 0};
    bool is_1_3 = c->settings.version == TLS_VERSION_1_3;
    put_number(&w, CLIENT_HELLO, 1);
    size_t message = skip(&w, 3);
    put_number(&w, LEGACY_VERSION, 2);
    put_random(&w, c);
    put_number(&w, is_1_3 ? TLS_RANDOM_BYTES : 0, 1);
    if (is_1_3) put_random(&w, c); /* the session id of compatibility mode */
    put_number(&w, sizeof suites_1_2 + (is_1_3 ? sizeof suites_1_3 : 0), 2);
    if (is_1_3) put(&w, suites_1_3, sizeof suites_1_3);
    put(&w, suites_1_2, sizeof suites_1_2);
    put_number(&w, 0x0100, 2); /* one compression method: none */
    size_t extensions = skip(&w, 2);
    put_server_name(&w, c->name);
    put(&w, extensions_always, sizeof extensions_always);
    if (is_1_3) {
        put(&w, extensions_1_3, sizeof extensions_1_3);
        put_random(&w, c);
    }
    fill_length(&w, extensions, 2);
    fill_length(&w, message, 3);
    return w.size;
}

size_t tls_hello_of_server(struct tls_conn *c, const struct tls_hello *client, bool is_1_3,
                           uint8_t out[TLS_HELLO_MAX_BYTES])
{
    struct writer w = {out, 0};
    put_number(&w, SERVER_HELLO, 1);
    size_t message = skip(&w, 3);
    put_number(&w, LEGACY_VERSION, 2);
    put_random(&w, c);
    put_number(&w, is_1_3 ? client->session_id_size : 0, 1);
    if (is_1_3) put(&w, client->session_id, client->session_id_size);
    put_number(&w, is_1_3 ? SUITE_1_3 : SUITE_1_2, 2);
    put_number(&w, 0, 1);
    size_t extensions = skip(&w, 2);
    if (is_1_3) {
        put(&w, server_1_3, sizeof server_1_3);
        put_random(&w, c);
    } else {
        put(&w, server_1_2, sizeof server_1_2);
    }
    fill_length(&w, extensions, 2);
    fill_length(&w, message, 3);
    return w.size;
}

/* --- reading --- */

struct reader {
    const uint8_t *at;
    size_t left;
    bool good;
};

static size_t get(struct reader *r, size_t size)
{
    size_t number = 0;
    r->good = r->good && r->left >= size;
    if (!r->good) return 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | r->at[i];
    r->at += size;
    r->left -= size;
    return number;
}

static const uint8_t *pass(struct reader *r, size_t size)
{
    const uint8_t *at = r->at;
    r->good = r->good && r->left >= size;
    if (!r->good) return at;
    r->at += size;
    r->left -= size;
    return at;
}

/* Whether 1.3 is among the versions of this extension: a client's list, or a server's choice. */
static bool names_1_3(const uint8_t *bytes, size_t size, bool of_client)
{
    for (size_t i = of_client ? 1 : 0; i + 2 <= size; i += 2)
        if ((bytes[i] << 8 | bytes[i + 1]) == VERSION_1_3) return true;
    return false;
}

static bool read_extensions(struct reader *r, bool of_client, struct tls_hello *hello)
{
    size_t all = get(r, 2);
    if (!r->good || all != r->left) return false;
    while (r->left > 0) {
        size_t type = get(r, 2), size = get(r, 2);
        const uint8_t *bytes = pass(r, size);
        if (!r->good) return false;
        if (type == EXTENSION_SUPPORTED_VERSIONS) hello->speaks_1_3 = names_1_3(bytes, size, of_client);
    }
    return true;
}

bool tls_hello_read(const uint8_t *message, size_t size, bool of_client, struct tls_hello *hello)
{
    struct reader r = {message, size, true};
    *hello = (struct tls_hello){.speaks_1_3 = false};
    if (get(&r, 1) != (of_client ? CLIENT_HELLO : SERVER_HELLO) || get(&r, 3) != size - HANDSHAKE_HEADER_BYTES)
        return false;
    if (get(&r, 2) != LEGACY_VERSION) return false;
    pass(&r, TLS_RANDOM_BYTES);
    hello->session_id_size = get(&r, 1);
    const uint8_t *id = pass(&r, hello->session_id_size);
    if (!r.good || hello->session_id_size > sizeof hello->session_id) return false;
    memcpy(hello->session_id, id, hello->session_id_size);
    pass(&r, of_client ? get(&r, 2) : 2); /* cipher suites, or the one */
    pass(&r, of_client ? get(&r, 1) : 1); /* compression */
    return r.good && read_extensions(&r, of_client, hello);
}
