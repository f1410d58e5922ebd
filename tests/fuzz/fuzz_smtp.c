/* Both ends of SMTP against any bytes, in any pieces. The first byte says which end, and how long the pieces are. */
#include "model/smtp/smtp_client.h"
#include "model/smtp/smtp_server.h"
#include "tests/fuzz/fuzz.h"

static uint64_t written;

static uint64_t take(void *context, const char *bytes, size_t size)
{
    (void)context;
    (void)bytes;
    written += size;
    return written - size;
}

static struct smtp_reply mail(void *context, const struct smtp_envelope *e)
{
    (void)context;
    FUZZ_MUST(e->reverse_path && e->helo);
    return smtp_reply_make(250, "2.1.0 Ok");
}

static struct smtp_reply rcpt(void *context, const struct smtp_envelope *e, const char *path,
                              const struct smtp_recipient_options *options)
{
    FUZZ_MUST(options != NULL);
    (void)context;
    FUZZ_MUST(e->reverse_path);
    return smtp_reply_make(strlen(path) % 3 ? 250 : 550, "2.1.5 Ok");
}

static struct smtp_reply message(void *context, const struct smtp_envelope *e, const char *content, size_t size)
{
    (void)context;
    FUZZ_MUST(e->n_forward_paths > 0);
    FUZZ_MUST(size == 0 || (content && size >= 2 && memcmp(content + size - 2, "\r\n", 2) == 0));
    return smtp_reply_make(250, "2.0.0 Ok");
}

static struct smtp_reply auth(void *context, const char *user, const char *password)
{
    (void)context;
    FUZZ_MUST(user && password);
    return strlen(user) == strlen(password) ? smtp_reply_say(235, "2.7.0 Ok") : smtp_reply_say(535, "5.7.8 No");
}

static const struct session_security security = {"TLSv1.3", "none", NULL, false};
static bool handshake;

static void start_tls(void *context)
{
    (void)context;
    FUZZ_MUST(!handshake);
    handshake = true;
}

/* Which answers come later, and which personality the server has: one byte of the input. */
static unsigned setting;

static struct smtp_reply late_data(void *context, const struct smtp_envelope *e)
{
    (void)context;
    FUZZ_MUST(e->n_forward_paths > 0);
    return setting & 4 ? smtp_reply_later() : smtp_reply_say(354, "Go");
}

/* Whatever is open, a handshake or an answer, comes. */
static void settle(struct smtp_server *s, int64_t now)
{
    const struct smtp_reply go = smtp_reply_say(354, "Go");

    if (smtp_server_is_waiting(s)) smtp_server_answer(s, &go, now);
    if (handshake) smtp_server_secured(s, &security, now);
    handshake = false;
}

static void server(const char *bytes, size_t size, size_t piece)
{
    struct smtp_server_config config = smtp_server_config_default("mx1.b.example");
    struct smtp_server_policy policy = {
        .mail = mail, .rcpt = rcpt, .message = message, .data = late_data, .auth = auth};
    struct smtp_server *s;

    config.extensions |= SMTP_LIMITS;
    config.line_endings = (enum smtp_line_endings)(setting & 3);
    config.auth = setting & 8 ? SMTP_AUTH_ALWAYS : SMTP_AUTH_OVER_TLS;
    config.max_message = 100000;
    handshake = false;
    s = smtp_server_new(&config, (struct session_io){.write = take, .start_tls = start_tls}, policy);
    smtp_server_start(s, 0);
    for (size_t at = 0; at < size && !smtp_server_is_over(s); at += piece) {
        smtp_server_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
        if (setting & 16) settle(s, (int64_t)at);
    }
    if (!smtp_server_is_over(s)) settle(s, (int64_t)size);
    while (smtp_server_is_waiting(s)) /* what was kept meanwhile may ask again */
        settle(s, (int64_t)size);
    if (!smtp_server_is_over(s)) smtp_server_on_deadline(s, smtp_server_deadline(s));
    FUZZ_MUST(smtp_server_is_over(s));
    /* RFC 5321 4.2: a line is answered by at most some lines; nothing multiplies. */
    FUZZ_MUST(written <= 2000 + 600 * size);
    smtp_server_free(s);
}

static unsigned outcomes;

static void outcome(void *context, size_t recipient, enum delivery_outcome o, const char *reply, bool missing)
{
    (void)context;
    (void)missing;
    FUZZ_MUST(recipient < 2 && reply && o <= DELIVERY_NEVER);
    FUZZ_MUST(!(outcomes & 1u << recipient)); /* once */
    outcomes |= 1u << recipient;
}

static const struct smtp_job *no_more(void *context)
{
    (void)context;
    return NULL;
}

static void client(const char *bytes, size_t size, size_t piece)
{
    static const char *const to[] = {"bob@b.example", "eve@b.example"};
    const struct smtp_job job = {.reverse_path = "alice@a.example",
                                 .forward_paths = to,
                                 .n_forward_paths = 2,
                                 .content = "Subject: x\r\n\r\n.dot\r\n",
                                 .content_size = 20};
    static const struct smtp_recipient_options options[] = {{SMTP_NOTIFY_NEVER, NULL}, {0, "rfc822;eve"}};
    struct smtp_client_config config = smtp_client_config_default("mail.a.example");
    const struct smtp_job dsn_job = {.reverse_path = "alice@a.example",
                                     .forward_paths = to,
                                     .n_forward_paths = 2,
                                     .content = "Subject: x\r\n\r\n.dot\r\n",
                                     .content_size = 20,
                                     .options = options,
                                     .ret = SMTP_RET_HDRS,
                                     .envid = "x"};
    config.pipelining = !(setting & 1);
    config.chunking = setting & 2;
    config.chunk_bytes = setting & 4 ? 7 : 0;
    config.tls = (enum smtp_tls)((setting >> 3) % 3);
    if (setting & 32) config.user = config.password = "bob";
    outcomes = 0;
    handshake = false;
    struct smtp_client *s = smtp_client_new(&config, (struct session_io){.write = take, .start_tls = start_tls},
                                            (struct smtp_client_owner){.outcome = outcome, .next = no_more},
                                            setting & 64 ? &dsn_job : &job);
    smtp_client_start(s, 0);
    for (size_t at = 0; at < size && !smtp_client_is_over(s); at += piece) {
        smtp_client_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
        if (handshake) smtp_client_secured(s, &security, (int64_t)at);
        handshake = false;
    }
    if (!smtp_client_is_over(s)) smtp_client_connection_lost(s, "the connection was lost", (int64_t)size);
    FUZZ_MUST(smtp_client_is_over(s) && outcomes == 3);
    FUZZ_MUST(written <= 3000);
    smtp_client_free(s);
}

/* The first byte: which end, and how long the pieces are; the second: its settings. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) return 0;
    written = 0;
    setting = bytes[1];
    size_t piece = 1 + bytes[0] / 2;
    if (bytes[0] & 1)
        client((const char *)bytes + 2, size - 2, piece);
    else
        server((const char *)bytes + 2, size - 2, piece);
    return 0;
}
