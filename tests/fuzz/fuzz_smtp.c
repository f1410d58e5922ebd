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

static void server(const char *bytes, size_t size, size_t piece)
{
    struct smtp_server_config config = smtp_server_config_default("mx1.b.example");
    struct smtp_server *s =
        smtp_server_new(&config, (struct session_io){.write = take},
                        (struct smtp_server_policy){.mail = mail, .rcpt = rcpt, .message = message});
    smtp_server_start(s, 0);
    for (size_t at = 0; at < size && !smtp_server_is_over(s); at += piece)
        smtp_server_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
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
    struct smtp_client_config config = smtp_client_config_default("mail.a.example");
    outcomes = 0;
    struct smtp_client *s = smtp_client_new(&config, (struct session_io){.write = take},
                                            (struct smtp_client_owner){.outcome = outcome, .next = no_more}, &job);
    smtp_client_start(s, 0);
    for (size_t at = 0; at < size && !smtp_client_is_over(s); at += piece)
        smtp_client_receive(s, bytes + at, size - at < piece ? size - at : piece, (int64_t)at);
    if (!smtp_client_is_over(s)) smtp_client_connection_lost(s, "the connection was lost", (int64_t)size);
    FUZZ_MUST(smtp_client_is_over(s) && outcomes == 3);
    FUZZ_MUST(written <= 2000);
    smtp_client_free(s);
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
