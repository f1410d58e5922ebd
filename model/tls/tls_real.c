/* The real machine: OpenSSL between two memory BIOs. */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "model/tls/tls_internal.h"
#include "model/tls/tls_random.h"
#include "model/wire/tls_record.h"

/* --- what OpenSSL tells --- */

void tls_real_on_secret(const SSL *ssl, const char *line)
{
    struct tls_conn *c = SSL_get_app_data(ssl);
    if (c->secrets.size > 0) c->secrets.bytes[c->secrets.size - 1] = '\n';
    tls_buffer_append(&c->secrets, line, strlen(line));
    tls_buffer_append(&c->secrets, "\n", 2);
    c->secrets.size--; /* its end is the zero byte behind the line's end */
}

void tls_real_on_info(const SSL *ssl, int where, int value)
{
    struct tls_conn *c = SSL_get_app_data(ssl);
    if (!(where & SSL_CB_ALERT) || (value & 0xff) == SSL3_AD_CLOSE_NOTIFY) return;
    c->info.alert = value & 0xff;
    c->info.is_alert_ours = (where & SSL_CB_WRITE) != 0;
}

/* --- one step --- */

static void take_output(struct tls_conn *c)
{
    char *bytes;
    BIO *out = SSL_get_wbio(c->ssl);
    long size = BIO_get_mem_data(out, &bytes);
    if (size > 0) tls_buffer_append(&c->to_send, bytes, (size_t)size);
    (void)BIO_reset(out);
}

static void say_subject(struct tls_conn *c, const X509 *x509)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    const ASN1_STRING *name = at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    snprintf(c->subject, sizeof c->subject, "CN=%.*s", name ? ASN1_STRING_length(name) : 0,
             name ? (const char *)ASN1_STRING_get0_data(name) : "");
}

/* Called with each certificate and each thing that is wrong with one. The first counts: the others follow from it. */
static int on_certificate(int is_good, X509_STORE_CTX *context)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_conn *c = SSL_get_app_data(ssl);
    if (!c->subject[0]) {
        say_subject(c, X509_STORE_CTX_get0_cert(context));
        c->info.is_verified = true;
        c->info.verify_text = X509_verify_cert_error_string(X509_V_OK);
    }
    if (is_good) return 1;
    if (c->info.is_verified) c->info.verify_text = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    c->info.is_verified = false;
    return !c->settings.verify;
}

static void fail(struct tls_conn *c)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    if (c->info.alert >= 0 && !c->info.is_alert_ours)
        snprintf(c->error, sizeof c->error, "the peer sent the alert %s", tls_alert_name((uint8_t)c->info.alert));
    else if (!c->settings.is_server && c->settings.verify && c->subject[0] && !c->info.is_verified)
        snprintf(c->error, sizeof c->error, "%s", c->info.verify_text);
    else
        snprintf(c->error, sizeof c->error, "%s", reason ? reason : "protocol error");
    c->state = TLS_FAILED;
}

static void note_open(struct tls_conn *c)
{
    c->state = TLS_OPEN;
    c->info.version = SSL_get_version(c->ssl);
    c->info.cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(c->ssl));
}

/* What became of a call that returned this; true: it did its work. */
static bool judge(struct tls_conn *c, int result)
{
    if (result > 0) return true;
    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return false;
    case SSL_ERROR_ZERO_RETURN:
        c->state = TLS_PEER_CLOSED;
        return false;
    default:
        fail(c);
        return false;
    }
}

static void advance(struct tls_conn *c)
{
    uint8_t piece[TLS_RECORD_MAX_BYTES];
    if (c->state == TLS_HANDSHAKING && judge(c, SSL_do_handshake(c->ssl))) note_open(c);
    while (c->state == TLS_OPEN) {
        int result = SSL_read(c->ssl, piece, sizeof piece);
        if (!judge(c, result)) break;
        tls_buffer_append(&c->plain_text, piece, (size_t)result);
    }
}

/* Whatever OpenSSL does between these two draws from this end's stream, and leaves no error for another. */
static struct random_stream *begin(struct tls_conn *c)
{
    ERR_clear_error();
    return tls_random_use(&c->random);
}

static void end(struct tls_conn *c, struct random_stream *before)
{
    take_output(c);
    tls_random_use(before);
    ERR_clear_error();
}

/* --- the machine --- */

static void be_server(struct tls_conn *c)
{
    const struct tls_certificate *own =
        tls_library_certificate(c->library, c->name, c->settings.certificate, c->settings.starts_unix_s);
    snprintf(c->subject, sizeof c->subject, "%s", own->subject);
    SSL_use_certificate(c->ssl, own->x509);
    SSL_use_PrivateKey(c->ssl, own->key);
    SSL_set_accept_state(c->ssl);
}

static void be_client(struct tls_conn *c)
{
    SSL_set_tlsext_host_name(c->ssl, c->name);
    SSL_set_hostflags(c->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(c->ssl, c->name);
    SSL_set_verify(c->ssl, SSL_VERIFY_PEER, on_certificate);
    SSL_set_connect_state(c->ssl);
}

static void real_init(struct tls_conn *c)
{
    struct random_stream *before = begin(c);
    c->ssl = SSL_new(c->settings.is_server ? c->library->server : c->library->client);
    assert(c->ssl && "OpenSSL makes a connection");
    SSL_set_app_data(c->ssl, c);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    assert(in && out);
    SSL_set_bio(c->ssl, in, out);
    SSL_set_max_proto_version(c->ssl, c->settings.version == TLS_VERSION_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(c->ssl), (time_t)c->settings.now_unix_s);
    if (c->settings.is_server)
        be_server(c);
    else
        be_client(c);
    tls_random_use(before);
    ERR_clear_error();
}

static void real_free(struct tls_conn *c)
{
    SSL_free(c->ssl);
}

static void real_start(struct tls_conn *c)
{
    struct random_stream *before = begin(c);
    advance(c);
    end(c, before);
}

static void real_receive(struct tls_conn *c, const uint8_t *bytes, size_t size)
{
    struct random_stream *before = begin(c);
    while (size > 0 && (c->state == TLS_HANDSHAKING || c->state == TLS_OPEN)) {
        size_t piece = size < TLS_RECORD_MAX_BYTES ? size : TLS_RECORD_MAX_BYTES;
        BIO_write(SSL_get_rbio(c->ssl), bytes, (int)piece);
        advance(c);
        bytes += piece;
        size -= piece;
    }
    end(c, before);
}

static void real_write(struct tls_conn *c, const uint8_t *bytes, size_t size)
{
    struct random_stream *before = begin(c);
    judge(c, SSL_write(c->ssl, bytes, (int)size));
    end(c, before);
}

static void real_close(struct tls_conn *c)
{
    struct random_stream *before = begin(c);
    SSL_shutdown(c->ssl);
    end(c, before);
}

const struct tls_machine tls_real_machine = {.init = real_init,
                                             .free = real_free,
                                             .start = real_start,
                                             .receive = real_receive,
                                             .write = real_write,
                                             .close = real_close};
