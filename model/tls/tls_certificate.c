/* Certificates as RFC 5280 has them: version 3, the name as CN (where it is short enough for one) and as DNS name. */
#include "model/tls/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "sim/random.h"

enum { KEY_BYTES = 32, COMMON_NAME_MAX = 64 /* RFC 5280 A.1, ub-common-name */ };
enum { DAY_S = 86400, VALIDITY_S = 90 * DAY_S };
static const char authority_name[] = "postroad test CA", stranger_name[] = "Unknown CA";
static const char another_name[] = "another-name.example";
/* 2000-01-01 to 2100-01-01: no scenario's clock runs out of it. */
static const int64_t authority_begins_s = INT64_C(946684800), authority_ends_s = INT64_C(4102444800);

const char *tls_certificate_kind_name(enum tls_certificate_kind kind)
{
    static const char *const names[TLS_CERTIFICATE_KINDS] = {
        "valid", "expired", "not yet valid", "self-signed", "wrong name", "untrusted ca",
    };
    return names[kind];
}

static EVP_PKEY *make_key(OSSL_LIB_CTX *context, const char *name, const char *kind)
{
    unsigned char bytes[KEY_BYTES];
    uint64_t who = random_hash_mix(random_hash_text(name), random_hash_text(kind));
    for (size_t i = 0; i < KEY_BYTES; i++)
        bytes[i] = (unsigned char)(random_draw(0, random_hash_text("tls key"), who, i / 8) >> 8 * (i % 8));
    return EVP_PKEY_new_raw_private_key_ex(context, "ED25519", NULL, bytes, sizeof bytes);
}

/* Always eight bytes, so that a certificate's size depends on its name alone. */
static int set_serial(X509 *x509, const char *name, const char *kind)
{
    uint64_t drawn = random_hash_mix(random_hash_text(name), random_hash_text(kind));
    uint64_t serial = (drawn | UINT64_C(1) << 62) & ~(UINT64_C(1) << 63);
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial);
}

static int add_common_name(X509_NAME *to, const char *name)
{
    if (strlen(name) > COMMON_NAME_MAX) return 1;
    return X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
}

static int add_dns_name(X509 *x509, const char *name)
{
    int good = 0;
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    if (names && entry && text && ASN1_STRING_set(text, name, -1)) {
        GENERAL_NAME_set0_value(entry, GEN_DNS, text);
        text = NULL;
        if (sk_GENERAL_NAME_push(names, entry)) {
            entry = NULL;
            good = X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, 0) == 1;
        }
    }
    ASN1_IA5STRING_free(text);
    GENERAL_NAME_free(entry);
    GENERAL_NAMES_free(names);
    return good;
}

static int say_it_is_a_ca(X509 *x509)
{
    BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
    if (!constraints) return 0;
    constraints->ca = 1;
    int good = X509_add1_ext_i2d(x509, NID_basic_constraints, constraints, 1, 0) == 1;
    BASIC_CONSTRAINTS_free(constraints);
    return good;
}

/* What a certificate says; signed by the issuer's key. */
struct certificate_text {
    const char *name, *kind, *issuer;
    int64_t not_before_s, not_after_s;
    int is_ca;
};

static int fill(X509 *x509, const struct certificate_text *text, EVP_PKEY *key, EVP_PKEY *issuer_key)
{
    X509_NAME *issuer = X509_NAME_new();
    int good = issuer && X509_set_version(x509, X509_VERSION_3) && set_serial(x509, text->name, text->kind) &&
               ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)text->not_before_s) &&
               ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)text->not_after_s) && X509_set_pubkey(x509, key) &&
               add_common_name(X509_get_subject_name(x509), text->name) && add_common_name(issuer, text->issuer) &&
               X509_set_issuer_name(x509, issuer);
    X509_NAME_free(issuer);
    if (!good) return 0;
    if (!(text->is_ca ? say_it_is_a_ca(x509) : add_dns_name(x509, text->name))) return 0;
    return X509_sign(x509, issuer_key, NULL) > 0;
}

static X509 *make(OSSL_LIB_CTX *context, const struct certificate_text *text, EVP_PKEY *key, EVP_PKEY *issuer_key)
{
    X509 *x509 = key && issuer_key ? X509_new_ex(context, NULL) : NULL;
    if (x509 && fill(x509, text, key, issuer_key)) return x509;
    X509_free(x509);
    return NULL;
}

X509 *tls_certificate_authority(OSSL_LIB_CTX *context)
{
    struct certificate_text text = {.name = authority_name,
                                    .kind = "ca",
                                    .issuer = authority_name,
                                    .not_before_s = authority_begins_s,
                                    .not_after_s = authority_ends_s,
                                    .is_ca = 1};
    EVP_PKEY *key = make_key(context, authority_name, "ca");
    X509 *x509 = make(context, &text, key, key);
    EVP_PKEY_free(key);
    return x509;
}

static struct certificate_text text_of(const struct tls_certificate *c)
{
    struct certificate_text text = {.name = c->name,
                                    .kind = tls_certificate_kind_name(c->kind),
                                    .issuer = authority_name,
                                    .not_before_s = c->starts_unix_s - DAY_S,
                                    .not_after_s = c->starts_unix_s - DAY_S + VALIDITY_S};
    if (c->kind == TLS_CERTIFICATE_EXPIRED) {
        text.not_before_s -= VALIDITY_S;
        text.not_after_s -= VALIDITY_S;
    } else if (c->kind == TLS_CERTIFICATE_NOT_YET_VALID) {
        text.not_before_s += 366 * (int64_t)DAY_S;
        text.not_after_s += 366 * (int64_t)DAY_S;
    } else if (c->kind == TLS_CERTIFICATE_SELF_SIGNED) {
        text.issuer = c->name;
    } else if (c->kind == TLS_CERTIFICATE_WRONG_NAME) {
        text.name = another_name;
    } else if (c->kind == TLS_CERTIFICATE_UNTRUSTED_CA) {
        text.issuer = stranger_name;
    }
    return text;
}

int tls_certificate_make(OSSL_LIB_CTX *context, const char *name, enum tls_certificate_kind kind, int64_t starts_unix_s,
                         struct tls_certificate *out)
{
    *out = (struct tls_certificate){.kind = kind, .starts_unix_s = starts_unix_s};
    snprintf(out->name, sizeof out->name, "%s", name);
    struct certificate_text text = text_of(out);
    out->not_before_s = text.not_before_s;
    out->not_after_s = text.not_after_s;
    snprintf(out->subject, sizeof out->subject, "CN=%s", strlen(text.name) > COMMON_NAME_MAX ? "" : text.name);
    snprintf(out->dns_name, sizeof out->dns_name, "%s", text.name);
    out->key = make_key(context, name, text.kind);
    bool is_own = kind == TLS_CERTIFICATE_SELF_SIGNED;
    EVP_PKEY *issuer_key = is_own ? NULL : make_key(context, text.issuer, "ca");
    out->x509 = make(context, &text, out->key, is_own ? out->key : issuer_key);
    EVP_PKEY_free(issuer_key);
    out->der_size = out->x509 ? i2d_X509(out->x509, &out->der) : -1;
    if (out->der_size > 0) return 1;
    tls_certificate_clear(out);
    return 0;
}

void tls_certificate_clear(struct tls_certificate *certificate)
{
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    OPENSSL_free(certificate->der);
    *certificate = (struct tls_certificate){.name = ""};
}
