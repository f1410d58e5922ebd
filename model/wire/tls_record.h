/* The TLS record header (RFC 8446 5.1, RFC 5246 6.2.1) and the names of alerts (RFC 8446 6). No behaviour. */
#ifndef POSTROAD_MODEL_WIRE_TLS_RECORD_H
#define POSTROAD_MODEL_WIRE_TLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls_content_type { TLS_CHANGE_CIPHER_SPEC = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_APPLICATION_DATA = 23 };

/* RFC 8446 5.1: the most a record carries, and 256 bytes more once it is protected. */
enum { TLS_RECORD_HEADER_BYTES = 5, TLS_RECORD_MAX_BYTES = 16384, TLS_PROTECTED_MAX_BYTES = 16384 + 256 };

struct tls_record {
    uint8_t type;     /* enum tls_content_type */
    uint16_t version; /* legacy_record_version: 0x0303, or 0x0301 in a first hello */
    uint16_t length;  /* bytes behind this header */
};

void tls_record_encode(const struct tls_record *record, uint8_t out[TLS_RECORD_HEADER_BYTES]);
/* False where the bytes are cut short or can begin no record: another type, version or too great a length. */
bool tls_record_decode(const uint8_t *bytes, size_t size, struct tls_record *record);

const char *tls_content_type_name(uint8_t type);   /* "handshake"; "unknown" */
const char *tls_handshake_type_name(uint8_t type); /* "client_hello"; "unknown" */
const char *tls_alert_name(uint8_t alert);         /* "certificate_expired"; "unknown" */

#endif
