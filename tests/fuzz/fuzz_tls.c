/* Either end of TLS, of either kind, against any records, before, within and after a handshake. The first byte chooses;
   then come pieces: a byte with the length, and so many bytes, from the fuzzer; a length of 0 lets the true peer speak.
 */
#include "model/tls/tls_conn.h"
#include "tests/fuzz/fuzz.h"

static bool carry(struct tls_conn *from, struct tls_conn *to)
{
    static uint8_t bytes[1 << 16];
    size_t size;
    const uint8_t *out = tls_conn_to_send(from, &size);
    FUZZ_MUST(size <= sizeof bytes);
    if (size == 0) return false;
    memcpy(bytes, out, size);
    tls_conn_sent(from);
    tls_conn_receive(to, bytes, size);
    return true;
}

static void must_hold(const struct tls_conn *c)
{
    struct tls_info info = tls_conn_info(c);
    enum tls_state state = tls_conn_state(c);
    size_t size;
    tls_conn_plain_text(c, &size);
    FUZZ_MUST((state == TLS_FAILED) == (info.error[0] != '\0'));
    FUZZ_MUST(size == 0 || info.version[0] != '\0'); /* no text without a handshake (M16) */
    FUZZ_MUST(state != TLS_HANDSHAKING || size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz_bytes in = {bytes, size};
    uint8_t choice = fuzz_byte(&in);
    struct tls_settings settings = {.is_modelled = choice & 1,
                                    .version = choice & 2 ? TLS_VERSION_1_2 : TLS_VERSION_1_3,
                                    .name = "mx.example",
                                    .verify = choice & 4,
                                    .starts_unix_s = 1741000000,
                                    .now_unix_s = 1741000000};
    struct tls_conn *client = tls_conn_new(tls_library_of_thread(), &settings);
    settings.is_server = true;
    struct tls_conn *server = tls_conn_new(tls_library_of_thread(), &settings);
    struct tls_conn *victim = choice & 8 ? client : server, *peer = choice & 8 ? server : client;
    tls_conn_start(client);
    while (in.left > 0) {
        size_t length = fuzz_byte(&in);
        length = length < in.left ? length : in.left;
        tls_conn_receive(victim, in.at, length);
        in.at += length;
        in.left -= length;
        if (length == 0 && !carry(peer, victim)) carry(victim, peer);
        must_hold(victim);
        must_hold(peer);
    }
    if (tls_conn_state(victim) == TLS_OPEN) tls_conn_write(victim, "x", 1);
    tls_conn_close(victim);
    must_hold(victim);
    tls_conn_free(client);
    tls_conn_free(server);
    return 0;
}
