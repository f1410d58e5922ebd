/* The TLS machine: both of its kinds must behave alike, and the modelled one must have the sizes of the real one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "sim/journal/memory.h"
#include "tests/model/tls/tls_pair.h"

TestSuite(tls_conn);

enum { CLOSE_NOTIFY = 0, BAD_CERTIFICATE = 42, CERTIFICATE_EXPIRED = 45, UNKNOWN_CA = 48 };

static void must_speak(struct tls_pair *p, const char *version)
{
    char text[64];
    cr_assert_eq(tls_conn_state(p->client), TLS_OPEN, "%s", tls_conn_info(p->client).error);
    cr_assert_eq(tls_conn_state(p->server), TLS_OPEN, "%s", tls_conn_info(p->server).error);
    cr_assert_str_eq(tls_conn_info(p->client).version, version);
    cr_assert_str_eq(tls_conn_info(p->server).version, version);
    tls_conn_write(p->client, "EHLO a.example\r\n", 16);
    tls_pair_run(p);
    cr_assert_str_eq(tls_pair_text(p->server, text, sizeof text), "EHLO a.example\r\n");
    tls_conn_write(p->server, "250 b.example\r\n", 15);
    tls_pair_run(p);
    cr_assert_str_eq(tls_pair_text(p->client, text, sizeof text), "250 b.example\r\n");
}

Test(tls_conn, the_highest_version_that_both_speak_is_spoken)
{
    for (int modelled = 0; modelled < 2; modelled++)
        for (int client = 0; client < 2; client++)
            for (int server = 0; server < 2; server++) {
                struct tls_settings settings = tls_pair_settings(modelled);
                settings.version = (enum tls_version)client;
                settings.verify = true;
                struct tls_pair *p = tls_pair_new(&settings, (enum tls_version)server);
                tls_pair_handshake(p);
                must_speak(p, client + server == 0 ? "TLSv1.3" : "TLSv1.2");
                cr_assert(tls_conn_info(p->client).is_verified);
                tls_pair_free(p);
            }
}

/* RFC 8446 2: one round trip; the change_cipher_spec records are for middleboxes (D.4). */
Test(tls_conn, the_flights_are_those_of_the_rfc)
{
    struct tls_settings settings = tls_pair_settings(false);
    struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
    tls_pair_handshake(p);
    cr_assert_str_eq(p->flights, "C 22:218 S 22:122 20:1 23:23 23:294 23:89 23:69 C 20:1 23:69 ");
    tls_pair_free(p);
    settings.version = TLS_VERSION_1_2;
    p = tls_pair_new(&settings, TLS_VERSION_1_2);
    tls_pair_handshake(p);
    cr_assert_str_eq(p->flights, "C 22:123 S 22:61 22:274 22:108 22:4 C 22:37 20:1 22:40 S 20:1 22:40 ");
    tls_pair_free(p);
}

/* A whole life: handshake, a line each way, close_notify each way. */
static void live(struct tls_pair *p)
{
    static char block[40000];
    memset(block, 'x', sizeof block);
    tls_pair_handshake(p);
    if (tls_conn_state(p->client) != TLS_OPEN) return;
    tls_conn_write(p->client, "QUIT\r\n", 6);
    tls_conn_write(p->client, block, sizeof block);
    tls_pair_run(p);
    tls_conn_write(p->server, "221 bye\r\n", 9);
    tls_conn_close(p->server);
    tls_pair_run(p);
    tls_conn_close(p->client);
    tls_pair_run(p);
}

static void must_be_alike(const struct tls_settings *settings, enum tls_version server)
{
    struct tls_settings own = *settings;
    own.is_modelled = false;
    struct tls_pair *real = tls_pair_new(&own, server);
    own.is_modelled = true;
    struct tls_pair *modelled = tls_pair_new(&own, server);
    live(real);
    live(modelled);
    cr_assert_str_eq(real->flights, modelled->flights);
    struct tls_conn *ends[2][2] = {{real->client, modelled->client}, {real->server, modelled->server}};
    for (int i = 0; i < 2; i++) {
        struct tls_info a = tls_conn_info(ends[i][0]), b = tls_conn_info(ends[i][1]);
        cr_assert_eq(tls_conn_state(ends[i][0]), tls_conn_state(ends[i][1]));
        cr_assert_str_eq(a.version, b.version);
        cr_assert_str_eq(a.cipher, b.cipher);
        cr_assert_str_eq(a.subject, b.subject);
        cr_assert_str_eq(a.verify_text, b.verify_text);
        cr_assert_str_eq(a.error, b.error);
        cr_assert_eq(a.is_verified, b.is_verified);
        cr_assert_eq(a.alert, b.alert);
        cr_assert_eq(a.is_alert_ours, b.is_alert_ours);
    }
    tls_pair_free(real);
    tls_pair_free(modelled);
}

/* All versions, certificates and manners of clients, names of any length. */
Test(tls_conn, modelled_has_the_flights_sizes_and_outcomes_of_the_real_one)
{
    char longest[TLS_NAME_BYTES];
    memset(longest, 'a', sizeof longest - 1);
    for (size_t i = 60; i < sizeof longest - 1; i += 61)
        longest[i] = '.';
    longest[sizeof longest - 2] = longest[sizeof longest - 1] = '\0';
    const char *const names[] = {"mx.b", "mail.a-rather-long-name.somewhere.example", longest};
    for (size_t n = 0; n < 3; n++)
        for (int client = 0; client < 2; client++)
            for (int server = 0; server < 2; server++)
                for (int kind = 0; kind < TLS_CERTIFICATE_KINDS; kind++)
                    for (int verify = 0; verify < 2; verify++) {
                        struct tls_settings settings = tls_pair_settings(false);
                        settings.name = names[n];
                        settings.version = (enum tls_version)client;
                        settings.certificate = (enum tls_certificate_kind)kind;
                        settings.verify = verify;
                        must_be_alike(&settings, (enum tls_version)server);
                    }
}

/* But for what is random or a key, also the hellos are the same bytes. */
Test(tls_conn, modelled_hello_is_openssls_with_other_random_bytes)
{
    enum { RANDOM_AT = 5 + 4 + 2, SESSION_AT = RANDOM_AT + 32 + 1, SHARE_BYTES = 32 };
    struct tls_settings settings = tls_pair_settings(false);
    struct tls_conn *ends[2];
    const uint8_t *hellos[2];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        settings.is_modelled = i;
        ends[i] = tls_conn_new(tls_library_of_thread(), &settings);
        tls_conn_start(ends[i]);
        hellos[i] = tls_conn_to_send(ends[i], &sizes[i]);
    }
    cr_assert_eq(sizes[0], sizes[1]);
    for (size_t at = 0; at < sizes[0] - SHARE_BYTES; at++) {
        bool is_random = (at >= RANDOM_AT && at < SESSION_AT - 1) || (at >= SESSION_AT && at < SESSION_AT + 32);
        cr_assert(is_random || hellos[0][at] == hellos[1][at], "byte %zu", at);
    }
    tls_conn_free(ends[0]);
    tls_conn_free(ends[1]);
}

static const struct {
    enum tls_certificate_kind kind;
    const char *text;
    int alert;
} failing[] = {
    {TLS_CERTIFICATE_EXPIRED, "certificate has expired", CERTIFICATE_EXPIRED},
    {TLS_CERTIFICATE_NOT_YET_VALID, "certificate is not yet valid", BAD_CERTIFICATE},
    {TLS_CERTIFICATE_SELF_SIGNED, "self-signed certificate", UNKNOWN_CA},
    {TLS_CERTIFICATE_WRONG_NAME, "hostname mismatch", BAD_CERTIFICATE},
    {TLS_CERTIFICATE_UNTRUSTED_CA, "unable to get local issuer certificate", UNKNOWN_CA},
};

/* RFC 8446 6.2. */
Test(tls_conn, a_client_that_verifies_ends_with_the_alert_that_names_what_is_wrong)
{
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct tls_settings settings = tls_pair_settings(false);
        settings.certificate = failing[i].kind;
        settings.verify = true;
        struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_pair_handshake(p);
        struct tls_info client = tls_conn_info(p->client), server = tls_conn_info(p->server);
        cr_assert_eq(tls_conn_state(p->client), TLS_FAILED);
        cr_assert_eq(tls_conn_state(p->server), TLS_FAILED);
        cr_assert_str_eq(client.error, failing[i].text);
        cr_assert(client.is_alert_ours && !server.is_alert_ours);
        cr_assert_eq(client.alert, failing[i].alert);
        cr_assert_eq(server.alert, failing[i].alert);
        tls_pair_free(p);
    }
}

Test(tls_conn, a_client_that_does_not_verify_speaks_and_says_what_is_wrong)
{
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct tls_settings settings = tls_pair_settings(false);
        settings.certificate = failing[i].kind;
        struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_pair_handshake(p);
        must_speak(p, "TLSv1.3");
        cr_assert_not(tls_conn_info(p->client).is_verified);
        cr_assert_str_eq(tls_conn_info(p->client).verify_text, failing[i].text);
        tls_pair_free(p);
    }
}

/* A certificate is judged by the host's clock, to the second. RFC 5280 4.1.2.5 counts the last second in, OpenSSL does
   not. */
Test(tls_conn, certificates_are_valid_to_the_second)
{
    enum { DAY_S = 86400 };
    static const struct {
        int64_t after_start_s;
        const char *text;
    } instants[] = {{-DAY_S - 1, "certificate is not yet valid"},
                    {-DAY_S, "ok"},
                    {89 * DAY_S - 1, "ok"},
                    {89 * DAY_S, "certificate has expired"}};
    for (int modelled = 0; modelled < 2; modelled++)
        for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
            struct tls_settings settings = tls_pair_settings(modelled);
            settings.now_unix_s += instants[i].after_start_s;
            struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
            tls_pair_handshake(p);
            cr_assert_str_eq(tls_conn_info(p->client).verify_text, instants[i].text);
            tls_pair_free(p);
        }
}

Test(tls_conn, in_whatever_pieces_bytes_come_the_same_is_said)
{
    static const size_t pieces[] = {1, 2, 5, 6, 100, 1000};
    for (int modelled = 0; modelled < 2; modelled++) {
        struct tls_settings settings = tls_pair_settings(modelled);
        struct tls_pair *whole = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_pair_handshake(whole);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
            p->piece = pieces[i];
            tls_pair_handshake(p);
            cr_assert_eq(p->wire_size, whole->wire_size);
            cr_assert_arr_eq(p->wire, whole->wire, whole->wire_size);
            tls_pair_free(p);
        }
        tls_pair_free(whole);
    }
}

/* RFC 8446 6.1: after close_notify its sender says nothing more; the other still may. */
Test(tls_conn, close_notify_ends_one_direction)
{
    for (int modelled = 0; modelled < 2; modelled++) {
        char text[64];
        struct tls_settings settings = tls_pair_settings(modelled);
        struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_pair_handshake(p);
        tls_conn_close(p->client);
        tls_pair_run(p);
        cr_assert_eq(tls_conn_state(p->server), TLS_PEER_CLOSED);
        cr_assert_eq(tls_conn_info(p->server).alert, -1);
        tls_conn_write(p->server, "221 bye\r\n", 9);
        tls_pair_run(p);
        cr_assert_str_eq(tls_pair_text(p->client, text, sizeof text), "221 bye\r\n");
        size_t before = p->wire_size;
        tls_conn_write(p->client, "more", 4);
        tls_conn_close(p->client);
        tls_pair_run(p);
        cr_assert_eq(p->wire_size, before);
        tls_pair_free(p);
    }
}

/* No tickets are sent, so that a second connection costs a whole handshake, and no wall clock comes in. */
Test(tls_conn, nothing_is_resumed)
{
    struct tls_settings settings = tls_pair_settings(false);
    char flights[sizeof((struct tls_pair *)0)->flights];
    for (int i = 0; i < 2; i++) {
        struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_pair_handshake(p);
        if (i == 0)
            memcpy(flights, p->flights, sizeof flights);
        else
            cr_assert_str_eq(p->flights, flights);
        tls_pair_free(p);
    }
}

Test(tls_conn, plain_text_instead_of_a_hello_is_no_handshake)
{
    static const char *const words[] = {"EHLO a.example\r\n", "220 b.example ready\r\n", "\x16\x03\x01\xff\xff"};
    for (int modelled = 0; modelled < 2; modelled++)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            struct tls_settings settings = tls_pair_settings(modelled);
            struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
            tls_conn_start(p->client);
            tls_conn_receive(p->client, words[i], strlen(words[i]));
            tls_conn_receive(p->server, words[i], strlen(words[i]));
            cr_assert_eq(tls_conn_state(p->client), TLS_FAILED);
            cr_assert_eq(tls_conn_state(p->server), TLS_FAILED);
            cr_assert_neq(tls_conn_info(p->server).error[0], '\0');
            tls_pair_free(p);
        }
}

/* RFC 8446 5.2: what was changed on the way is noticed, and said. */
Test(tls_conn, a_flipped_bit_ends_a_real_connection)
{
    enum { BAD_RECORD_MAC = 20 };
    struct tls_settings settings = tls_pair_settings(false);
    struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
    uint8_t record[64];
    size_t size;
    tls_pair_handshake(p);
    tls_conn_write(p->client, "QUIT\r\n", 6);
    const uint8_t *bytes = tls_conn_to_send(p->client, &size);
    memcpy(record, bytes, size);
    record[size - 1] ^= 1;
    tls_conn_receive(p->server, record, size);
    cr_assert_eq(tls_conn_state(p->server), TLS_FAILED);
    cr_assert_eq(tls_conn_info(p->server).alert, BAD_RECORD_MAC);
    tls_pair_free(p);
}

/* The names of draft-ietf-tls-keylogfile, which Wireshark reads. */
Test(tls_conn, secrets_open_a_capture_of_a_real_connection_only)
{
    struct tls_settings settings = tls_pair_settings(false);
    struct tls_pair *p = tls_pair_new(&settings, TLS_VERSION_1_3);
    tls_pair_handshake(p);
    const char *secrets = tls_conn_secrets(p->server);
    cr_assert(strstr(secrets, "CLIENT_HANDSHAKE_TRAFFIC_SECRET ") && strstr(secrets, "SERVER_TRAFFIC_SECRET_0 "));
    cr_assert_eq(secrets[strlen(secrets) - 1], '\n');
    tls_pair_free(p);
    p = tls_pair_new(&settings, TLS_VERSION_1_2);
    tls_pair_handshake(p);
    cr_assert(strncmp(tls_conn_secrets(p->server), "CLIENT_RANDOM ", 14) == 0);
    tls_pair_free(p);
    settings.is_modelled = true;
    p = tls_pair_new(&settings, TLS_VERSION_1_3);
    tls_pair_handshake(p);
    cr_assert_str_eq(tls_conn_secrets(p->server), "");
    tls_pair_free(p);
}
