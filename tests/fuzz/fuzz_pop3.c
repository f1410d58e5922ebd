/* Both ends of POP3 against any bytes, in any pieces. The first byte says which end, and how long the pieces are. */
#include "model/pop3/pop3.h"
#include "tests/fuzz/fuzz.h"

static uint64_t written;
static bool is_open;
static unsigned finished;

static uint64_t take(void *context, const char *bytes, size_t size)
{
    (void)context;
    (void)bytes;
    written += size;
    return written - size;
}

static bool drop_open(void *context, const char *user, const char *password)
{
    (void)context;
    FUZZ_MUST(user && password && !is_open);
    return is_open = user[0] == 'b';
}

static size_t drop_count(void *context)
{
    (void)context;
    return 2;
}

static const char *drop_content(void *context, size_t i, size_t *size)
{
    (void)context;
    FUZZ_MUST(is_open && i < 2);
    static const char content[] = "Subject: x\r\n\r\n.dot\r\n";
    *size = sizeof content - 1;
    return content;
}

static const char *drop_unique_id(void *context, size_t i)
{
    (void)context;
    FUZZ_MUST(is_open && i < 2);
    return i ? "u2" : "u1";
}

static struct message_id drop_message(void *context, size_t i)
{
    (void)context;
    return (struct message_id){(uint32_t)i + 1};
}

static void drop_update(void *context, const bool *deleted, size_t n)
{
    (void)context;
    FUZZ_MUST(is_open && deleted && n == 2);
}

static void drop_close(void *context)
{
    (void)context;
    FUZZ_MUST(is_open);
    is_open = false;
}

static void server(const char *bytes, size_t size, size_t piece)
{
    struct pop3_maildrop drop = {NULL,           drop_open,    drop_count,  drop_content, NULL,
                                 drop_unique_id, drop_message, drop_update, drop_close};
    struct pop3_server *s = pop3_server_new("mx1.b.example", (struct session_io){.write = take}, drop);
    pop3_server_start(s, 0);
    for (size_t at = 0; at < size && !pop3_server_is_over(s); at += piece)
        pop3_server_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
    if (!pop3_server_is_over(s)) pop3_server_connection_lost(s);
    pop3_server_free(s);
    FUZZ_MUST(!is_open);
    FUZZ_MUST(written <= 2000 + 600 * size);
}

static void fetched(void *context, const char *unique_id, const char *content, size_t size)
{
    (void)unique_id;
    (void)context;
    FUZZ_MUST(content || size == 0);
}

static enum pop3_wish wish(void *context, const char *unique_id)
{
    (void)context;
    FUZZ_MUST(unique_id[0] != '\0');
    return (enum pop3_wish)(unique_id[0] % 4);
}

static void on_finished(void *context, bool ok, const char *why)
{
    (void)context;
    FUZZ_MUST(ok || why);
    finished++;
}

static void client(const char *bytes, size_t size, size_t piece)
{
    finished = 0;
    struct pop3_client_owner owner = {.fetched = fetched, .finished = on_finished};
    if (piece % 2) owner.wish = wish;
    struct pop3_client *s = pop3_client_new("bob", "secret", (struct session_io){.write = take}, owner);
    pop3_client_start(s, 0);
    for (size_t at = 0; at < size && !pop3_client_is_over(s); at += piece)
        pop3_client_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
    if (!pop3_client_is_over(s)) pop3_client_connection_lost(s, "the connection was lost");
    pop3_client_free(s);
    FUZZ_MUST(finished == 1);
    FUZZ_MUST(written <= 2000 + 100 * size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    written = 0;
    size_t piece = 1 + bytes[0] / 2;
    if (bytes[0] & 1)
        client((const char *)bytes + 1, size - 1, piece);
    else
        server((const char *)bytes + 1, size - 1, piece);
    return 0;
}
