/* The modelled machine: the flights and sizes of the real one with the null cipher (cf. RFC 9150). A protected record
   carries its content as it is, followed by zeros in the place of the tag; certificates are the real ones, their
   signatures are not looked at. */
#include <assert.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/tls/tls_internal.h"
#include "model/tls/tls_random.h"
#include "model/wire/tls_record.h"
#include "sim/journal/memory.h"

enum {
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    ENCRYPTED_EXTENSIONS = 8,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    SERVER_HELLO_DONE = 14,
    CERTIFICATE_VERIFY = 15,
    CLIENT_KEY_EXCHANGE = 16,
    FINISHED = 20,
    NOTHING = 255
};
/* What the messages hold behind their header: an Ed25519 signature, an X25519 share, the hash of the suite. */
enum {
    EXTENSIONS_BYTES = 2,
    VERIFY_BYTES = 2 + 2 + 64,
    FINISHED_1_3_BYTES = 48,
    FINISHED_1_2_BYTES = 12,
    SERVER_KEY_BYTES = 1 + 2 + 1 + 32 + 2 + 2 + 64,
    CLIENT_KEY_BYTES = 1 + 32
};
enum { TAG_BYTES = 16, NONCE_BYTES = 8, HANDSHAKE_HEADER_BYTES = 4, FIRST_VERSION = 0x0301, LATER_VERSION = 0x0303 };
enum { ALERT_CLOSE_NOTIFY = 0, ALERT_UNEXPECTED = 10, ALERT_DECODE = 50, ALERT_BAD_CERTIFICATE = 42 };
enum { ALERT_EXPIRED = 45, ALERT_UNKNOWN_CA = 48, ALERT_WARNING = 1, ALERT_FATAL = 2 };

struct tls_modelled {
    struct tls_buffer in; /* a record that is not whole yet */
    struct tls_hello client;
    bool is_1_3, is_protected, peer_is_protected;
    uint8_t awaits; /* the handshake message that must come next */
};

/* --- writing --- */

static void put_record(struct tls_conn *c, uint8_t type, const uint8_t *content, size_t size)
{
    static const uint8_t zeros[TAG_BYTES];
    const struct tls_modelled *m = c->modelled;
    bool inner = m->is_protected && m->is_1_3, nonce = m->is_protected && !m->is_1_3;
    size_t length = size + (inner ? 1 : 0) + (nonce ? NONCE_BYTES : 0) + (m->is_protected ? TAG_BYTES : 0);
    bool is_first = c->to_send.size == 0 && c->state == TLS_HANDSHAKING && m->awaits == NOTHING;
    struct tls_record record = {.type = inner ? TLS_APPLICATION_DATA : type,
                                .version = is_first ? FIRST_VERSION : LATER_VERSION,
                                .length = (uint16_t)length};
    uint8_t header[TLS_RECORD_HEADER_BYTES];
    tls_record_encode(&record, header);
    tls_buffer_append(&c->to_send, header, sizeof header);
    if (nonce) tls_buffer_append(&c->to_send, zeros, NONCE_BYTES);
    tls_buffer_append(&c->to_send, content, size);
    if (inner) tls_buffer_append(&c->to_send, &type, 1);
    if (m->is_protected) tls_buffer_append(&c->to_send, zeros, TAG_BYTES);
}

/* A handshake message of which nothing but the size matters. */
static void put_message(struct tls_conn *c, uint8_t type, size_t size)
{
    uint8_t message[HANDSHAKE_HEADER_BYTES + 128] = {type, 0, 0, (uint8_t)size};
    assert(size <= 128);
    put_record(c, TLS_HANDSHAKE, message, HANDSHAKE_HEADER_BYTES + size);
}

static void put_change(struct tls_conn *c)
{
    put_record(c, TLS_CHANGE_CIPHER_SPEC, (const uint8_t *)"\1", 1);
}

static void put_alert(struct tls_conn *c, uint8_t level, uint8_t alert)
{
    put_record(c, TLS_ALERT, (const uint8_t[]){level, alert}, 2);
}

static uint8_t *put_24(uint8_t *at, size_t number)
{
    *at++ = (uint8_t)(number >> 16);
    *at++ = (uint8_t)(number >> 8);
    *at++ = (uint8_t)number;
    return at;
}

/* RFC 8446 4.4.2 (a context before, extensions behind), RFC 5246 7.4.2. */
static void put_certificate(struct tls_conn *c)
{
    const struct tls_certificate *own =
        tls_library_certificate(c->library, c->name, c->settings.certificate, c->settings.starts_unix_s);
    bool is_1_3 = c->modelled->is_1_3;
    size_t der = (size_t)own->der_size, entry = 3 + der + (is_1_3 ? 2 : 0), body = 3 + entry + (is_1_3 ? 1 : 0);
    uint8_t *message = mem_calloc(1, HANDSHAKE_HEADER_BYTES + body), *at = message;
    *at++ = CERTIFICATE;
    at = put_24(at, body);
    if (is_1_3) at++;
    at = put_24(at, entry);
    at = put_24(at, der);
    memcpy(at, own->der, der);
    put_record(c, TLS_HANDSHAKE, message, HANDSHAKE_HEADER_BYTES + body);
    mem_free(message);
}

/* --- ends --- */

static void fail(struct tls_conn *c, uint8_t alert, const char *why)
{
    put_alert(c, ALERT_FATAL, alert);
    c->info.alert = alert;
    c->info.is_alert_ours = true;
    snprintf(c->error, sizeof c->error, "%s", why);
    c->state = TLS_FAILED;
}

static void note_open(struct tls_conn *c)
{
    bool is_1_3 = c->modelled->is_1_3;
    c->state = TLS_OPEN;
    c->info.version = is_1_3 ? "TLSv1.3" : "TLSv1.2";
    c->info.cipher = is_1_3 ? "TLS_AES_256_GCM_SHA384" : "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
}

static void on_alert(struct tls_conn *c, const uint8_t *content, size_t size)
{
    if (size != 2) {
        fail(c, ALERT_DECODE, "bad alert");
    } else if (content[1] == ALERT_CLOSE_NOTIFY && c->state == TLS_OPEN) {
        c->state = TLS_PEER_CLOSED;
    } else {
        c->info.alert = content[1];
        snprintf(c->error, sizeof c->error, "the peer sent the alert %s", tls_alert_name(content[1]));
        c->state = TLS_FAILED;
    }
}

/* --- the client's handshake --- */

/* What OpenSSL says of such a certificate, in its words; the alert that it sends, or -1. */
static int judge(const struct tls_conn *c, const struct tls_certificate *seen, const char **text)
{
    long error = X509_V_OK;
    int alert = -1;
    if (!seen || seen->kind == TLS_CERTIFICATE_UNTRUSTED_CA) {
        error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
        alert = ALERT_UNKNOWN_CA;
    } else if (seen->kind == TLS_CERTIFICATE_SELF_SIGNED) {
        error = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
        alert = ALERT_UNKNOWN_CA;
    } else if (strcasecmp(seen->dns_name, c->name) != 0) {
        error = X509_V_ERR_HOSTNAME_MISMATCH;
        alert = ALERT_BAD_CERTIFICATE;
    } else if (c->settings.now_unix_s < seen->not_before_s) {
        error = X509_V_ERR_CERT_NOT_YET_VALID;
        alert = ALERT_BAD_CERTIFICATE;
    } else if (c->settings.now_unix_s >= seen->not_after_s) {
        error = X509_V_ERR_CERT_HAS_EXPIRED;
        alert = ALERT_EXPIRED;
    }
    *text = X509_verify_cert_error_string(error);
    return alert;
}

static void on_certificate(struct tls_conn *c, const uint8_t *body, size_t size)
{
    size_t before = c->modelled->is_1_3 ? 7 : 6, behind = c->modelled->is_1_3 ? 2 : 0;
    if (size < before + behind) {
        fail(c, ALERT_DECODE, "bad certificate message");
        return;
    }
    const struct tls_certificate *seen =
        tls_library_known(c->library, c->name, c->settings.starts_unix_s, body + before, size - before - behind);
    int alert = judge(c, seen, &c->info.verify_text);
    snprintf(c->subject, sizeof c->subject, "%s", seen ? seen->subject : "CN=");
    c->info.is_verified = alert < 0;
    if (alert >= 0 && c->settings.verify)
        fail(c, (uint8_t)alert, c->info.verify_text);
    else
        c->modelled->awaits = c->modelled->is_1_3 ? CERTIFICATE_VERIFY : SERVER_KEY_EXCHANGE;
}

static void on_server_hello(struct tls_conn *c, const uint8_t *message, size_t size)
{
    struct tls_modelled *m = c->modelled;
    struct tls_hello hello;
    if (!tls_hello_read(message, size, false, &hello)) {
        fail(c, ALERT_DECODE, "bad server hello");
        return;
    }
    m->is_1_3 = hello.speaks_1_3;
    m->peer_is_protected = m->is_1_3;
    m->awaits = m->is_1_3 ? ENCRYPTED_EXTENSIONS : CERTIFICATE;
}

static void finish_as_client(struct tls_conn *c)
{
    struct tls_modelled *m = c->modelled;
    if (!m->is_1_3) put_message(c, CLIENT_KEY_EXCHANGE, CLIENT_KEY_BYTES);
    put_change(c);
    m->is_protected = true;
    put_message(c, FINISHED, m->is_1_3 ? FINISHED_1_3_BYTES : FINISHED_1_2_BYTES);
    if (m->is_1_3)
        note_open(c);
    else
        m->awaits = FINISHED;
}

static void client_handshake(struct tls_conn *c, const uint8_t *message, size_t size)
{
    struct tls_modelled *m = c->modelled;
    switch (m->awaits) {
    case SERVER_HELLO:
        on_server_hello(c, message, size);
        break;
    case ENCRYPTED_EXTENSIONS:
        m->awaits = CERTIFICATE;
        break;
    case CERTIFICATE:
        on_certificate(c, message + HANDSHAKE_HEADER_BYTES, size - HANDSHAKE_HEADER_BYTES);
        break;
    case SERVER_KEY_EXCHANGE:
        m->awaits = SERVER_HELLO_DONE;
        break;
    case CERTIFICATE_VERIFY:
        m->awaits = FINISHED;
        break;
    case SERVER_HELLO_DONE:
        finish_as_client(c);
        break;
    case FINISHED:
        if (m->is_1_3)
            finish_as_client(c);
        else
            note_open(c);
        break;
    }
}

/* --- the server's handshake --- */

static void on_client_hello(struct tls_conn *c, const uint8_t *message, size_t size)
{
    struct tls_modelled *m = c->modelled;
    uint8_t hello[TLS_HELLO_MAX_BYTES];
    if (!tls_hello_read(message, size, true, &m->client)) {
        fail(c, ALERT_DECODE, "bad client hello");
        return;
    }
    m->is_1_3 = m->client.speaks_1_3 && c->settings.version == TLS_VERSION_1_3;
    put_record(c, TLS_HANDSHAKE, hello, tls_hello_of_server(c, &m->client, m->is_1_3, hello));
    if (m->is_1_3) {
        put_change(c);
        m->is_protected = m->peer_is_protected = true;
        put_message(c, ENCRYPTED_EXTENSIONS, EXTENSIONS_BYTES);
        put_certificate(c);
        put_message(c, CERTIFICATE_VERIFY, VERIFY_BYTES);
        put_message(c, FINISHED, FINISHED_1_3_BYTES);
        m->awaits = FINISHED;
    } else {
        put_certificate(c);
        put_message(c, SERVER_KEY_EXCHANGE, SERVER_KEY_BYTES);
        put_message(c, SERVER_HELLO_DONE, 0);
        m->awaits = CLIENT_KEY_EXCHANGE;
    }
}

static void server_handshake(struct tls_conn *c, const uint8_t *message, size_t size)
{
    struct tls_modelled *m = c->modelled;
    if (m->awaits == CLIENT_HELLO) {
        on_client_hello(c, message, size);
    } else if (m->awaits == CLIENT_KEY_EXCHANGE) {
        m->awaits = FINISHED;
    } else {
        if (!m->is_1_3) {
            put_change(c);
            m->is_protected = true;
            put_message(c, FINISHED, FINISHED_1_2_BYTES);
        }
        note_open(c);
    }
}

/* --- records --- */

static void on_handshake(struct tls_conn *c, const uint8_t *message, size_t size)
{
    struct tls_modelled *m = c->modelled;
    bool is_whole = size >= HANDSHAKE_HEADER_BYTES &&
                    (size_t)(message[1] << 16 | message[2] << 8 | message[3]) == size - HANDSHAKE_HEADER_BYTES;
    if (c->state != TLS_HANDSHAKING || !is_whole || message[0] != m->awaits)
        fail(c, ALERT_UNEXPECTED, "unexpected message");
    else if (c->settings.is_server)
        server_handshake(c, message, size);
    else
        client_handshake(c, message, size);
}

static void on_content(struct tls_conn *c, uint8_t type, const uint8_t *content, size_t size)
{
    if (type == TLS_HANDSHAKE)
        on_handshake(c, content, size);
    else if (type == TLS_ALERT)
        on_alert(c, content, size);
    else if (type == TLS_APPLICATION_DATA && c->state == TLS_OPEN)
        tls_buffer_append(&c->plain_text, content, size);
    else
        fail(c, ALERT_UNEXPECTED, "unexpected message");
}

/* RFC 8446 5: in 1.3 a change of cipher says nothing; an alert may come before its sender has keys. */
static void on_record(struct tls_conn *c, const struct tls_record *record, const uint8_t *body)
{
    struct tls_modelled *m = c->modelled;
    size_t size = record->length;
    bool is_plain_alert = record->type == TLS_ALERT && size == 2;
    if (record->type == TLS_CHANGE_CIPHER_SPEC && c->state == TLS_HANDSHAKING && m->awaits != CLIENT_HELLO) {
        m->peer_is_protected = true;
    } else if (!m->peer_is_protected || is_plain_alert) {
        on_content(c, record->type, body, size);
    } else if (m->is_1_3) {
        if (record->type != TLS_APPLICATION_DATA || size < 1 + TAG_BYTES)
            fail(c, ALERT_UNEXPECTED, "unexpected message");
        else
            on_content(c, body[size - TAG_BYTES - 1], body, size - TAG_BYTES - 1);
    } else if (size < NONCE_BYTES + TAG_BYTES) {
        fail(c, ALERT_DECODE, "record too short");
    } else {
        on_content(c, record->type, body + NONCE_BYTES, size - NONCE_BYTES - TAG_BYTES);
    }
}

/* --- the machine --- */

static void modelled_init(struct tls_conn *c)
{
    c->modelled = mem_calloc(1, sizeof *c->modelled);
    c->modelled->awaits = c->settings.is_server ? CLIENT_HELLO : NOTHING;
    if (!c->settings.is_server) return;
    snprintf(c->subject, sizeof c->subject, "%s",
             tls_library_certificate(c->library, c->name, c->settings.certificate, c->settings.starts_unix_s)->subject);
}

static void modelled_free(struct tls_conn *c)
{
    mem_free(c->modelled->in.bytes);
    mem_free(c->modelled);
}

static void modelled_start(struct tls_conn *c)
{
    uint8_t hello[TLS_HELLO_MAX_BYTES];
    put_record(c, TLS_HANDSHAKE, hello, tls_hello_of_client(c, hello));
    c->modelled->awaits = SERVER_HELLO;
}

static void modelled_receive(struct tls_conn *c, const uint8_t *bytes, size_t size)
{
    struct tls_buffer *in = &c->modelled->in;
    size_t done = 0;
    tls_buffer_append(in, bytes, size);
    while ((c->state == TLS_HANDSHAKING || c->state == TLS_OPEN) && in->size - done >= TLS_RECORD_HEADER_BYTES) {
        struct tls_record record;
        if (!tls_record_decode(in->bytes + done, in->size - done, &record)) {
            fail(c, ALERT_UNEXPECTED, "no TLS record");
            break;
        }
        size_t whole = TLS_RECORD_HEADER_BYTES + (size_t)record.length;
        if (in->size - done < whole) break;
        on_record(c, &record, in->bytes + done + TLS_RECORD_HEADER_BYTES);
        done += whole;
    }
    tls_buffer_cut(in, done);
}

static void modelled_write(struct tls_conn *c, const uint8_t *bytes, size_t size)
{
    put_record(c, TLS_APPLICATION_DATA, bytes, size);
}

static void modelled_close(struct tls_conn *c)
{
    put_alert(c, ALERT_WARNING, ALERT_CLOSE_NOTIFY);
}

const struct tls_machine tls_modelled_machine = {.init = modelled_init,
                                                 .free = modelled_free,
                                                 .start = modelled_start,
                                                 .receive = modelled_receive,
                                                 .write = modelled_write,
                                                 .close = modelled_close};
