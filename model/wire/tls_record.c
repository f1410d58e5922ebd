/* The TLS record header, and names as RFC 8446 writes them. */
#include "model/wire/tls_record.h"

void tls_record_encode(const struct tls_record *record, uint8_t out[TLS_RECORD_HEADER_BYTES])
{
    out[0] = record->type;
    out[1] = (uint8_t)(record->version >> 8);
    out[2] = (uint8_t)record->version;
    out[3] = (uint8_t)(record->length >> 8);
    out[4] = (uint8_t)record->length;
}

bool tls_record_decode(const uint8_t *bytes, size_t size, struct tls_record *record)
{
    if (size < TLS_RECORD_HEADER_BYTES) return false;
    record->type = bytes[0];
    record->version = (uint16_t)(bytes[1] << 8 | bytes[2]);
    record->length = (uint16_t)(bytes[3] << 8 | bytes[4]);
    if (record->type < TLS_CHANGE_CIPHER_SPEC || record->type > TLS_APPLICATION_DATA) return false;
    return record->version >= 0x0301 && record->version <= 0x0304 && record->length <= TLS_PROTECTED_MAX_BYTES;
}

struct named_number {
    uint8_t number;
    const char *name;
};

static const char *name_in(const struct named_number *names, size_t n, uint8_t number)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].number == number) return names[i].name;
    return "unknown";
}

const char *tls_content_type_name(uint8_t type)
{
    static const struct named_number names[] = {{TLS_CHANGE_CIPHER_SPEC, "change_cipher_spec"},
                                                {TLS_ALERT, "alert"},
                                                {TLS_HANDSHAKE, "handshake"},
                                                {TLS_APPLICATION_DATA, "application_data"}};
    return name_in(names, sizeof names / sizeof names[0], type);
}

/* RFC 8446 4, RFC 5246 7.4. */
const char *tls_handshake_type_name(uint8_t type)
{
    static const struct named_number names[] = {
        {0, "hello_request"},        {1, "client_hello"},         {2, "server_hello"},
        {4, "new_session_ticket"},   {8, "encrypted_extensions"}, {11, "certificate"},
        {12, "server_key_exchange"}, {13, "certificate_request"}, {14, "server_hello_done"},
        {15, "certificate_verify"},  {16, "client_key_exchange"}, {20, "finished"},
        {24, "key_update"}};
    return name_in(names, sizeof names / sizeof names[0], type);
}

/* RFC 8446 6. */
const char *tls_alert_name(uint8_t alert)
{
    static const struct named_number names[] = {{0, "close_notify"},
                                                {10, "unexpected_message"},
                                                {20, "bad_record_mac"},
                                                {22, "record_overflow"},
                                                {40, "handshake_failure"},
                                                {42, "bad_certificate"},
                                                {43, "unsupported_certificate"},
                                                {44, "certificate_revoked"},
                                                {45, "certificate_expired"},
                                                {46, "certificate_unknown"},
                                                {47, "illegal_parameter"},
                                                {48, "unknown_ca"},
                                                {49, "access_denied"},
                                                {50, "decode_error"},
                                                {51, "decrypt_error"},
                                                {70, "protocol_version"},
                                                {71, "insufficient_security"},
                                                {80, "internal_error"},
                                                {86, "inappropriate_fallback"},
                                                {90, "user_canceled"},
                                                {109, "missing_extension"},
                                                {110, "unsupported_extension"},
                                                {112, "unrecognized_name"},
                                                {116, "certificate_required"},
                                                {120, "no_application_protocol"}};
    return name_in(names, sizeof names / sizeof names[0], alert);
}
