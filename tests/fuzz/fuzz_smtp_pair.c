/* The client and the server of SMTP joined, the input being the network between them, the clock and the server's
   opinions: it chooses where bytes are cut, when a handshake or an answer comes, when a timer rings, whether the
   connection is lost. Nobody lies. So each recipient gets one outcome; who is told "delivered" is, once, with every
   byte; of whom the server took a mail although its client was told otherwise, the client knows that it may be so; the
   session ends (tried with a client that takes the replies to RCPT one too early, and one that is sure of a reply that
   was lost). In one mode a liar shuffles the replies; then only the ends are asked for. */
#include "model/smtp/smtp_client.h"
#include "model/smtp/smtp_server.h"
#include "sim/journal/vtime.h"
#include "tests/fuzz/fuzz.h"

enum { PIPE_BYTES = 1 << 17, JOBS = 3, RECIPIENTS = 3, STEPS_MAX = 20000 };

struct pipe {
    char bytes[PIPE_BYTES];
    uint64_t written, arrived; /* positions in the stream; no stream is longer than the room */
};

struct copy {
    unsigned outcomes, untried;
    enum delivery_outcome outcome;
    bool in_doubt;
    unsigned taken; /* by the server */
};

static struct pair {
    struct fuzz_bytes in;
    struct smtp_client *client;
    struct smtp_server *server;
    struct pipe to_server, to_client;
    bool client_in_handshake, server_in_handshake, cut, lied, idles;
    int good; /* what the server would say to what it waits for */
    size_t n_jobs, next_job;
    struct smtp_job jobs[JOBS];
    struct copy copies[JOBS][RECIPIENTS];
    int64_t now_ns;
} * pair;

static const char *const senders[JOBS] = {"0@a.example", "1@a.example", "2@a.example"};
static const char *const recipients[RECIPIENTS] = {"0@b.example", "1@c.example", "2@d.example"};
static const char *const contents[] = {"Subject: x\r\n\r\nHello\r\n", ".\r\n..\r\n.x\r\n", "", "\r\n.\r\n"};
static const struct session_security security = {"TLSv1.3", "none", NULL, false};

/* ---- the wires ---- */

static uint64_t put(struct pipe *pipe, const char *bytes, size_t size)
{
    FUZZ_MUST(pipe->written + size <= PIPE_BYTES); /* neither talks without end */
    memcpy(pipe->bytes + pipe->written, bytes, size);
    pipe->written += size;
    return pipe->written - size;
}

static uint64_t client_writes(void *context, const char *bytes, size_t size)
{
    (void)context;
    return put(&pair->to_server, bytes, size);
}

static uint64_t server_writes(void *context, const char *bytes, size_t size)
{
    (void)context;
    return put(&pair->to_client, bytes, size);
}

static uint64_t client_acknowledged(void *context)
{
    (void)context;
    return pair->to_server.arrived;
}

static void client_starts_tls(void *context)
{
    (void)context;
    pair->client_in_handshake = true;
}

static void server_starts_tls(void *context)
{
    (void)context;
    pair->server_in_handshake = true;
}

/* ---- the client's owner ---- */

static size_t job_of_now(void)
{
    return pair->next_job - 1;
}

static void outcome(void *context, size_t recipient, enum delivery_outcome o, const char *reply, bool missing)
{
    (void)context;
    struct copy *copy = &pair->copies[job_of_now()][recipient];
    FUZZ_MUST(recipient < pair->jobs[job_of_now()].n_forward_paths && reply && *reply);
    copy->outcomes++;
    copy->outcome = o;
    copy->in_doubt = missing;
    FUZZ_MUST(!missing || o == DELIVERY_LATER);
}

static void untried(void *context, size_t recipient)
{
    (void)context;
    pair->copies[job_of_now()][recipient].untried++;
}

static const struct smtp_job *next_job(void *context)
{
    (void)context;
    return pair->next_job < pair->n_jobs ? &pair->jobs[pair->next_job++] : NULL;
}

static bool idles(void *context)
{
    (void)context;
    return pair->idles;
}

/* ---- the server's policy ---- */

static struct smtp_reply opinion(int good, bool may_wait)
{
    static const int codes[] = {450, 550, 421, 452, 552, 451, 551};
    enum { CODES = sizeof codes / sizeof *codes };
    uint8_t byte = fuzz_byte(&pair->in);
    if (byte < 200) return smtp_reply_say(good, "2.0.0 Ok");
    pair->good = good;
    if (byte >= 240 && may_wait) return smtp_reply_later();
    int code = codes[byte % CODES];
    return smtp_reply_say(code, code < 500 ? "4.0.0 Later" : "5.0.0 No");
}

static struct smtp_reply on_mail(void *context, const struct smtp_envelope *e)
{
    (void)context;
    FUZZ_MUST(e->helo);
    return opinion(250, true);
}

static struct smtp_reply on_rcpt(void *context, const struct smtp_envelope *e, const char *path,
                                 const struct smtp_recipient_options *options)
{
    (void)context;
    FUZZ_MUST(e->reverse_path && options && path[0] >= '0' && path[0] < '0' + RECIPIENTS);
    struct smtp_reply reply = opinion(250, true);
    if (reply.code == 250 && e->n_forward_paths % 2 == 1) return smtp_reply_say(251, "2.1.5 Not local; will forward");
    return reply;
}

static struct smtp_reply on_data(void *context, const struct smtp_envelope *e)
{
    (void)context;
    FUZZ_MUST(e->n_forward_paths > 0);
    return opinion(354, true);
}

/* What the server will answer for in a moment; taken when it says 250. */
static struct taking {
    size_t job, n;
    size_t who[RECIPIENTS];
} taking;

static void take(void)
{
    for (size_t i = 0; i < taking.n; i++)
        pair->copies[taking.job][taking.who[i]].taken++;
}

static bool is_as_sent(const struct smtp_job *job, const char *content, size_t size)
{
    size_t n = job->content_size;
    bool ends = n == 0 || (n >= 2 && memcmp(job->content + n - 2, "\r\n", 2) == 0);
    if (size != n + (ends ? 0 : 2)) return false;
    return memcmp(job->content, content, n) == 0;
}

static struct smtp_reply on_message(void *context, const struct smtp_envelope *e, const char *content, size_t size)
{
    (void)context;
    taking = (struct taking){.job = (size_t)(e->reverse_path[0] - '0')};
    FUZZ_MUST(taking.job < JOBS && e->n_forward_paths > 0 && e->n_forward_paths <= RECIPIENTS);
    if (!pair->lied) FUZZ_MUST(is_as_sent(&pair->jobs[taking.job], content, size));
    for (size_t i = 0; i < e->n_forward_paths; i++)
        taking.who[taking.n++] = (size_t)(e->forward_paths[i][0] - '0');
    struct smtp_reply reply = opinion(250, true);
    if (reply.code == 250) take();
    if (reply.code != 0) taking.n = 0;
    return reply;
}

static struct smtp_reply on_auth(void *context, const char *user, const char *password)
{
    (void)context;
    FUZZ_MUST(strcmp(user, "bob") == 0 && strcmp(password, "secret") == 0);
    return opinion(235, false);
}

/* ---- what happens ---- */

static void answer(void)
{
    if (!smtp_server_is_waiting(pair->server)) return;
    struct smtp_reply reply = opinion(pair->good, false);
    if (reply.code == 250) take();
    taking.n = 0;
    smtp_server_answer(pair->server, &reply, pair->now_ns);
}

static void to_server(size_t most)
{
    struct pipe *pipe = &pair->to_server;
    size_t n = (size_t)(pipe->written - pipe->arrived);
    n = n < most ? n : most;
    if (n == 0) return;
    const char *bytes = pipe->bytes + pipe->arrived;
    pipe->arrived += n;
    if (!smtp_server_is_over(pair->server)) smtp_server_receive(pair->server, bytes, n, pair->now_ns);
    if (!pair->cut && !smtp_client_is_over(pair->client)) smtp_client_progress(pair->client, pair->now_ns);
}

static void to_client(size_t most)
{
    struct pipe *pipe = &pair->to_client;
    size_t n = (size_t)(pipe->written - pipe->arrived);
    n = n < most ? n : most;
    if (n == 0 || pair->cut) return;
    const char *bytes = pipe->bytes + pipe->arrived;
    pipe->arrived += n;
    if (!smtp_client_is_over(pair->client)) smtp_client_receive(pair->client, bytes, n, pair->now_ns);
}

/* Both have begun, and nothing else is on the way: nobody may talk in its midst. */
static void shake_hands(void)
{
    if (!pair->client_in_handshake || !pair->server_in_handshake) return;
    FUZZ_MUST(pair->lied || pair->to_client.arrived == pair->to_client.written);
    FUZZ_MUST(pair->lied || pair->to_server.arrived == pair->to_server.written);
    pair->client_in_handshake = pair->server_in_handshake = false;
    smtp_server_secured(pair->server, &security, pair->now_ns);
    if (!smtp_client_is_over(pair->client)) smtp_client_secured(pair->client, &security, pair->now_ns);
}

/* The next timer of either. */
static void ring(void)
{
    int64_t c = smtp_client_is_over(pair->client) ? TIME_NEVER : smtp_client_deadline(pair->client);
    int64_t s = smtp_server_is_over(pair->server) ? TIME_NEVER : smtp_server_deadline(pair->server);
    int64_t at_ns = c < s ? c : s;
    if (at_ns == TIME_NEVER) return;
    if (at_ns > pair->now_ns) pair->now_ns = at_ns;
    if (c <= s)
        smtp_client_on_deadline(pair->client, pair->now_ns);
    else
        smtp_server_on_deadline(pair->server, pair->now_ns);
}

/* What is under way may still arrive at the server, and be answered, but nobody hears it. */
static void cut(uint8_t how)
{
    if (pair->cut) return;
    pair->cut = true;
    if (!smtp_client_is_over(pair->client))
        smtp_client_connection_lost(pair->client, "the connection was lost", pair->now_ns);
    if (how & 1) to_server(PIPE_BYTES);
    if (how & 2) answer();
}

/* A liar in between: the first half of what is under way comes after the second. */
static void shuffle(void)
{
    struct pipe *pipe = &pair->to_client;
    size_t n = (size_t)(pipe->written - pipe->arrived), half = n / 2;
    char *copy = malloc(n + 1);
    memcpy(copy, pipe->bytes + pipe->arrived, n);
    memcpy(pipe->bytes + pipe->arrived, copy + half, n - half);
    memcpy(pipe->bytes + pipe->arrived + (n - half), copy, half);
    free(copy);
    pair->lied = true;
}

static void give_work(void)
{
    if (smtp_client_is_over(pair->client) || !smtp_client_is_idle(pair->client)) return;
    const struct smtp_job *job = next_job(NULL);
    if (job)
        smtp_client_go_on(pair->client, job, pair->now_ns);
    else
        smtp_client_quit(pair->client, pair->now_ns);
}

static void step(void)
{
    uint8_t what = fuzz_byte(&pair->in), how = fuzz_byte(&pair->in);
    pair->now_ns += how * MILLISECOND;
    switch (what % 12) {
    case 0:
        to_server(1);
        break;
    case 1:
        to_client(1);
        break;
    case 2:
    case 3:
        to_server(how);
        break;
    case 4:
    case 5:
        to_client(how);
        break;
    case 6:
        to_server(PIPE_BYTES);
        break;
    case 7:
        to_client(PIPE_BYTES);
        break;
    case 8:
        answer();
        break;
    case 9:
        give_work();
        break;
    case 10:
        ring();
        break;
    default:
        if (what == 11)
            cut(how);
        else if (what == 251)
            shuffle();
        break;
    }
    shake_hands();
}

/* The network is kind once the input is used up. */
static void come_to_the_end(void)
{
    int steps = 0;
    for (; !smtp_client_is_over(pair->client); steps++) {
        uint64_t before = pair->to_server.arrived + pair->to_client.arrived;
        bool waits = smtp_server_is_waiting(pair->server), idle = smtp_client_is_idle(pair->client);
        FUZZ_MUST(steps < STEPS_MAX);
        to_server(PIPE_BYTES);
        answer();
        to_client(PIPE_BYTES);
        give_work();
        shake_hands();
        bool closed = smtp_server_is_over(pair->server) && pair->to_client.arrived == pair->to_client.written;
        if (closed) cut(0);
        if (!closed && !waits && !idle && before == pair->to_server.arrived + pair->to_client.arrived) ring();
    }
    to_server(PIPE_BYTES);
    for (; !smtp_server_is_over(pair->server); steps++) {
        FUZZ_MUST(steps < STEPS_MAX);
        if (smtp_server_is_waiting(pair->server))
            answer();
        else
            ring();
    }
}

static void judge_recipient(const struct copy *copy)
{
    FUZZ_MUST(copy->outcomes + copy->untried == 1);
    if (pair->lied) return;
    FUZZ_MUST(copy->taken <= 1);
    if (copy->untried) FUZZ_MUST(copy->taken == 0);
    if (copy->untried) return;
    if (copy->outcome == DELIVERY_DELIVERED) FUZZ_MUST(copy->taken == 1);
    if (copy->outcome == DELIVERY_NEVER) FUZZ_MUST(copy->taken == 0);
    if (copy->outcome == DELIVERY_LATER && copy->taken) FUZZ_MUST(copy->in_doubt);
}

/* ---- how they are ---- */

static struct smtp_client *choose_client(void)
{
    struct smtp_client_config config = smtp_client_config_default("mail.a.example");
    uint8_t bits = fuzz_byte(&pair->in);
    config.pipelining = bits & 1;
    config.chunking = bits & 2;
    config.chunk_bytes = bits & 4 ? 7 : 0;
    config.tls = (enum smtp_tls)((bits >> 3 & 3) % 3);
    if (bits & 32) config.user = "bob";
    if (bits & 32) config.password = "secret";
    pair->idles = bits & 64;
    bool counts = fuzz_byte(&pair->in) & 1;
    uint8_t more = fuzz_byte(&pair->in);
    config.mechanism = more & 1 ? SMTP_AUTH_LOGIN : SMTP_AUTH_PLAIN;
    config.insists_on_mechanism = more & 2;
    config.auth_over_tls_only = more & 4;
    config.strays = (enum smtp_strays)((more >> 3 & 3) % 3);
    const struct session_io io = {.write = client_writes,
                                  .start_tls = client_starts_tls,
                                  .acknowledged = bits & 128 ? client_acknowledged : NULL};
    const struct smtp_client_owner owner = {
        .outcome = outcome, .next = next_job, .idles = idles, .untried = counts ? untried : NULL};
    return smtp_client_new(&config, io, owner, next_job(NULL));
}

static struct smtp_server *choose_server(void)
{
    struct smtp_server_config config = smtp_server_config_default("mx.b.example");
    uint8_t bits = fuzz_byte(&pair->in), more = fuzz_byte(&pair->in), rest = fuzz_byte(&pair->in);
    config.extensions = (unsigned)bits | (more & 3u) << 8;
    config.max_mails = more >> 2 & 3;
    config.max_recipients = more & 16 ? 2 : 1000;
    config.max_message = more & 32 ? 10 : 100000;
    config.auth = more & 64 ? SMTP_AUTH_ALWAYS : SMTP_AUTH_OVER_TLS;
    config.auth_required = more & 128;
    config.auth_mechanisms = rest & 3 ? rest & 3 : SMTP_AUTH_PLAIN | SMTP_AUTH_LOGIN;
    config.max_recipient_domains = rest >> 2 & 3;
    /* Not lenient: its line ends at CR, so the LF of STARTTLS may come in the midst of the handshake. */
    config.line_endings = (enum smtp_line_endings)((rest >> 4 & 3) % SMTP_LINES_LENIENT);
    config.forbid_early_commands = rest & 64;
    const struct session_io io = {.write = server_writes, .start_tls = server_starts_tls};
    const struct smtp_server_policy policy = {
        .mail = on_mail, .rcpt = on_rcpt, .data = on_data, .message = on_message, .auth = on_auth};
    return smtp_server_new(&config, io, policy);
}

static void choose_jobs(void)
{
    uint8_t bits = fuzz_byte(&pair->in);
    pair->n_jobs = 1 + bits % JOBS;
    for (size_t i = 0; i < pair->n_jobs; i++) {
        uint8_t what = fuzz_byte(&pair->in);
        const char *content = contents[what % (sizeof contents / sizeof *contents)];
        pair->jobs[i] = (struct smtp_job){.reverse_path = senders[i],
                                          .forward_paths = recipients,
                                          .n_forward_paths = 1 + (what >> 3) % RECIPIENTS,
                                          .content = content,
                                          .content_size = strlen(content),
                                          .body = what & 64 ? SMTP_BODY_8BITMIME : SMTP_BODY_UNSAID,
                                          .smtputf8 = what & 128};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    pair = calloc(1, sizeof *pair);
    pair->in = (struct fuzz_bytes){bytes, size};
    taking.n = 0;
    choose_jobs();
    pair->client = choose_client();
    pair->server = choose_server();
    smtp_server_start(pair->server, 0);
    smtp_client_start(pair->client, 0);
    while (pair->in.left > 0 && !(smtp_client_is_over(pair->client) && smtp_server_is_over(pair->server)))
        step();
    come_to_the_end();
    for (size_t i = 0; i < pair->next_job; i++)
        for (size_t k = 0; k < pair->jobs[i].n_forward_paths; k++)
            judge_recipient(&pair->copies[i][k]);
    smtp_client_free(pair->client);
    smtp_server_free(pair->server);
    free(pair);
    return 0;
}
