/* What a scenario may say of TLS. */
#ifndef POSTROAD_MODEL_TLS_TLS_KINDS_H
#define POSTROAD_MODEL_TLS_TLS_KINDS_H

enum tls_version { TLS_VERSION_1_3, TLS_VERSION_1_2 };

enum tls_certificate_kind {
    TLS_CERTIFICATE_VALID,         /* by the world's CA, for this name, from a day before the start for 90 days */
    TLS_CERTIFICATE_EXPIRED,       /* a day before the start */
    TLS_CERTIFICATE_NOT_YET_VALID, /* a year after the start at the earliest */
    TLS_CERTIFICATE_SELF_SIGNED,
    TLS_CERTIFICATE_WRONG_NAME,   /* by the world's CA, for another name */
    TLS_CERTIFICATE_UNTRUSTED_CA, /* by a CA that nobody knows */
    TLS_CERTIFICATE_KINDS
};

#endif
