/* The header of a TLS record (RFC 8446 5.1): what can be one. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/wire/tls_record.h"

TestSuite(tls_record);

Test(tls_record, a_header_is_read_as_it_was_written)
{
    static const uint16_t lengths[] = {0, 1, 255, 256, TLS_RECORD_MAX_BYTES, TLS_PROTECTED_MAX_BYTES};
    for (uint8_t type = TLS_CHANGE_CIPHER_SPEC; type <= TLS_APPLICATION_DATA; type++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            struct tls_record in = {.type = type, .version = 0x0303, .length = lengths[i]}, out;
            uint8_t bytes[TLS_RECORD_HEADER_BYTES];
            tls_record_encode(&in, bytes);
            cr_assert(tls_record_decode(bytes, sizeof bytes, &out));
            cr_assert(out.type == in.type && out.version == in.version && out.length == in.length);
            cr_assert_not(tls_record_decode(bytes, sizeof bytes - 1, &out), "cut short");
        }
}

Test(tls_record, what_cannot_begin_a_record_is_none)
{
    static const uint8_t none[][TLS_RECORD_HEADER_BYTES] = {
        {19, 3, 3, 0, 1}, {24, 3, 3, 0, 1},       {22, 3, 0, 0, 1},
        {22, 3, 5, 0, 1}, {23, 3, 3, 0x41, 0x01}, {'2', '2', '0', ' ', 'm'},
    };
    struct tls_record record;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_assert_not(tls_record_decode(none[i], sizeof none[i], &record), "%zu", i);
}

Test(tls_record, names_are_those_of_the_rfc)
{
    cr_assert_str_eq(tls_content_type_name(22), "handshake");
    cr_assert_str_eq(tls_handshake_type_name(1), "client_hello");
    cr_assert_str_eq(tls_alert_name(48), "unknown_ca");
    cr_assert_str_eq(tls_alert_name(0), "close_notify");
    cr_assert_str_eq(tls_alert_name(255), "unknown");
    cr_assert_str_eq(tls_content_type_name(0), "unknown");
    cr_assert_str_eq(tls_handshake_type_name(255), "unknown");
}
