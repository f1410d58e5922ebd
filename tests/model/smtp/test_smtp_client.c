/* The SMTP client against mirrored dialogues: the server's lines are fed, the client's are expected.

     given job alice@a.example -> bob@b.example,carol@b.example: Subject: x\r\n      one or more
     => outcome 0 delivered 250 2.0.0 Queued          recipient of the present job, outcome, words
     => outcome 0 later (final reply missing) timed out*
     given no pipelining | given chunking 0 | given tls required | given auth bob secret [over tls] | given mechanism LOGIN [insists] | given strays pass
     given ret HDRS QQ314 | given notify 0 14 rfc822;bob@b.example | given smtputf8
     do lose connection   do secure   do freeze   do thaw   do progress     frozen: nothing of ours is acknowledged
     do fill: nor is more taken into the send buffer */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/smtp/smtp_client.h"
#include "sim/journal/memory.h"
#include "tests/model/smtp/dialogue.h"

TestSuite(smtp_client);

enum { MAX_JOBS = 8, MAX_RECIPIENTS = 8 };

struct client_machine {
    struct dialogue_record *record;
    struct smtp_client *client;
    struct smtp_job jobs[MAX_JOBS];
    char *texts[MAX_JOBS], *contents[MAX_JOBS];
    const char *forward_paths[MAX_JOBS][MAX_RECIPIENTS];
    size_t n_jobs, next_job;
    struct smtp_client_config config;
    bool has_tls, smtputf8;
    char user[32], password[32], envid[32], orcpt[MAX_RECIPIENTS][64];
    struct smtp_recipient_options options[MAX_RECIPIENTS]; /* of all jobs */
    bool has_options;
    enum smtp_ret ret;
    uint64_t acknowledged;
    bool frozen, full;
};

static uint64_t say(void *context, const char *bytes, size_t size)
{
    struct client_machine *m = context;
    uint64_t offset = m->record->said.size;

    dialogue_text_add(&m->record->said, bytes, size);
    return offset;
}

static uint64_t acknowledged(void *context)
{
    return ((struct client_machine *)context)->acknowledged;
}

static uint64_t taken(void *context)
{
    const struct client_machine *m = context;

    return m->full ? m->acknowledged : m->record->said.size;
}

static void tell_outcome(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                         bool final_reply_missing)
{
    struct client_machine *m = context;

    dialogue_tell(m->record, "outcome %zu %s%s %s", recipient, delivery_outcome_text(outcome),
                  final_reply_missing ? " (final reply missing)" : "", reply);
}

static const struct smtp_job *next_job(void *context)
{
    struct client_machine *m = context;

    return m->next_job < m->n_jobs ? &m->jobs[m->next_job++] : NULL;
}

static void start_tls(void *context)
{
    dialogue_tell(((struct client_machine *)context)->record, "handshake");
}

static void *make(struct dialogue_record *record)
{
    struct client_machine *m = mem_calloc(1, sizeof *m);

    m->record = record;
    m->config = smtp_client_config_default("mail.a.example");
    return m;
}

static bool given_security(struct client_machine *m, const char *setting)
{
    if (strncmp(setting, "tls ", 4) == 0) {
        m->has_tls = true;
        m->config.tls = strcmp(setting, "tls required") == 0 ? SMTP_TLS_REQUIRED : SMTP_TLS_IF_OFFERED;
        return true;
    }
    if (strncmp(setting, "mechanism LOGIN", 15) == 0) {
        m->config.mechanism = SMTP_AUTH_LOGIN;
        m->config.insists_on_mechanism = strcmp(setting + 15, " insists") == 0;
        return true;
    }
    if (sscanf(setting, "auth %31s %31s", m->user, m->password) != 2) return false;
    m->config.user = m->user;
    m->config.password = m->password;
    m->config.auth_over_tls_only = strstr(setting, " over tls") != NULL;
    return true;
}

/* DSN and SMTPUTF8, for all jobs. */
static bool given_parameter(struct client_machine *m, const char *setting)
{
    char ret[8], orcpt[64];
    unsigned i, notify;

    if (sscanf(setting, "ret %7s %31s", ret, m->envid) == 2) {
        m->ret = strcmp(ret, "FULL") == 0 ? SMTP_RET_FULL : SMTP_RET_HDRS;
        return true;
    }
    m->smtputf8 |= strcmp(setting, "smtputf8") == 0;
    if (sscanf(setting, "notify %u %u %63s", &i, &notify, orcpt) != 3 || i >= MAX_RECIPIENTS)
        return strcmp(setting, "smtputf8") == 0;
    m->has_options = true;
    memcpy(m->orcpt[i], orcpt, sizeof orcpt);
    m->options[i] = (struct smtp_recipient_options){notify, orcpt[0] == '-' ? NULL : m->orcpt[i]};
    return true;
}

static bool given_sending(struct client_machine *m, const char *setting)
{
    if (strcmp(setting, "no pipelining") == 0) {
        m->config.pipelining = false;
        return true;
    }
    if (sscanf(setting, "chunking %zu", &m->config.chunk_bytes) == 1) {
        m->config.chunking = true;
        return true;
    }
    if (strncmp(setting, "strays ", 7) != 0) return false;
    m->config.strays = strcmp(setting + 7, "pass") == 0 ? SMTP_STRAYS_PASS : SMTP_STRAYS_CLEAN;
    return true;
}

/* "job alice@a.example -> bob@b.example,carol@b.example: content" */
static bool given(void *machine, const char *setting)
{
    struct client_machine *m = machine;
    struct smtp_job *job = &m->jobs[m->n_jobs];
    char *text, *arrow, *colon;

    if (given_security(m, setting) || given_parameter(m, setting) || given_sending(m, setting)) return true;
    if (strncmp(setting, "job ", 4) != 0) return false;
    text = m->texts[m->n_jobs] = mem_strdup(setting + 4);
    arrow = strstr(text, " -> ");
    colon = arrow ? strstr(arrow, ": ") : NULL;
    if (!colon) return false;
    *arrow = *colon = '\0';
    job->message.n = (uint32_t)m->n_jobs + 1;
    job->reverse_path = text;
    job->content = m->contents[m->n_jobs] = dialogue_unescaped(colon + 2, &job->content_size);
    job->forward_paths = m->forward_paths[m->n_jobs];
    for (char *to = strtok(arrow + 4, ","); to; to = strtok(NULL, ","))
        m->forward_paths[m->n_jobs][job->n_forward_paths++] = to;
    m->n_jobs++;
    return true;
}

static void start(void *machine, int64_t now_ns)
{
    struct client_machine *m = machine;
    struct session_io io = {.context = m,
                            .write = say,
                            .acknowledged = acknowledged,
                            .taken = taken,
                            .start_tls = m->has_tls ? start_tls : NULL};
    struct smtp_client_owner owner = {.context = m, .outcome = tell_outcome, .next = next_job};

    for (size_t i = 0; i < m->n_jobs; i++) {
        m->jobs[i].ret = m->ret;
        m->jobs[i].envid = m->envid[0] ? m->envid : NULL;
        m->jobs[i].smtputf8 = m->smtputf8;
        m->jobs[i].options = m->has_options ? m->options : NULL;
    }
    m->client = smtp_client_new(&m->config, io, owner, next_job(m));
    smtp_client_start(m->client, now_ns);
}

static void receive(void *machine, const char *bytes, size_t size, int64_t now_ns)
{
    smtp_client_receive(((struct client_machine *)machine)->client, bytes, size, now_ns);
}

static void before_receive(void *machine)
{
    struct client_machine *m = machine;

    if (!m->frozen) m->acknowledged = m->record->said.size;
}

static int64_t deadline(void *machine)
{
    return smtp_client_deadline(((struct client_machine *)machine)->client);
}

static void on_deadline(void *machine, int64_t now_ns)
{
    smtp_client_on_deadline(((struct client_machine *)machine)->client, now_ns);
}

static bool is_over(void *machine)
{
    return smtp_client_is_over(((struct client_machine *)machine)->client);
}

static bool happen(void *machine, const char *what, int64_t now_ns)
{
    static const struct session_security security = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", NULL, false};
    struct client_machine *m = machine;

    if (strcmp(what, "secure") == 0)
        smtp_client_secured(m->client, &security, now_ns);
    else if (strcmp(what, "lose connection") == 0)
        smtp_client_connection_lost(m->client, "connection reset by peer", now_ns);
    else if (strcmp(what, "freeze") == 0)
        m->frozen = true;
    else if (strcmp(what, "fill") == 0)
        m->full = m->frozen = true;
    else if (strcmp(what, "progress") == 0) {
        m->acknowledged++;
        smtp_client_progress(m->client, now_ns);
    } else if (strcmp(what, "thaw") == 0) {
        m->frozen = m->full = false;
        m->acknowledged = m->record->said.size;
        smtp_client_progress(m->client, now_ns);
    } else
        return false;
    return true;
}

static void free_machine(void *machine)
{
    struct client_machine *m = machine;

    smtp_client_free(m->client);
    for (size_t i = 0; i < MAX_JOBS; i++) {
        mem_free(m->texts[i]);
        mem_free(m->contents[i]);
    }
    mem_free(m);
}

static const struct dialogue_machine smtp_client_machine = {
    .speaks = 'C',
    .make = make,
    .given = given,
    .start = start,
    .receive = receive,
    .before_receive = before_receive,
    .deadline = deadline,
    .on_deadline = on_deadline,
    .is_over = is_over,
    .happen = happen,
    .free = free_machine,
};

Test(smtp_client, speaks_every_dialogue_in_every_segmentation)
{
    char error[DIALOGUE_ERROR_BYTES] = "";
    size_t n = dialogue_run_folder(&smtp_client_machine, "tests/model/smtp/client", error);

    cr_assert(n >= 50, "%s", error);
}

Test(smtp_client, a_wrong_expectation_is_caught_by_the_runner)
{
    static const char text[] = "given job a@a.example -> b@b.example: x\\r\\n\nS: 220 hello\nC: EHLO mail.a.example\n"
                               "S: 250 hello\nC: MAIL FROM:<b@a.example>\n";
    char error[DIALOGUE_ERROR_BYTES] = "";

    cr_assert_not(dialogue_run(&smtp_client_machine, "planted", text, error));
    cr_assert_str_eq(error,
                     "planted:5: expected \"MAIL FROM:<b@a.example>\", got \"MAIL FROM:<a@a.example>\" (whole, 0)");
}

/* --- Failures at every point
 * ------------------------------------------------------------------------------------------ */

static const char *const replies[] = {"220 ready\r\n",  "250-b\r\n250 SIZE 1000\r\n",
                                      "250 ok\r\n",     "250 ok\r\n",
                                      "250 ok\r\n",     "354 go\r\n",
                                      "250 queued\r\n", "221 bye\r\n"};
enum { REPLIES = 8, AFTER_CONTENT = 6, DELIVERED = 7 };

/* Runs the dialogue of one mail to two recipients up to some reply; returns the machine. */
static struct client_machine *run_until(size_t n_replies, struct dialogue_record *record)
{
    struct client_machine *m = make(record);

    given(m, "job alice@a.example -> bob@b.example,carol@b.example: x\\r\\n");
    start(m, 0);
    for (size_t i = 0; i < n_replies; i++) {
        before_receive(m);
        receive(m, replies[i], strlen(replies[i]), 0);
    }
    before_receive(m);
    return m;
}

static void finish(struct client_machine *m, struct dialogue_record *record)
{
    free_machine(m);
    dialogue_text_free(&record->said);
    dialogue_text_free(&record->told);
}

static size_t count(const struct dialogue_text *text, const char *word)
{
    size_t n = 0;

    for (const char *c = text->bytes; c && (c = strstr(c, word)); c++)
        n++;
    return n;
}

/* RFC 5321 4.5.3.2, 3.8 and law M7: whatever ends the session at whatever point, each recipient has one outcome, and
   without a final reply that outcome is "later", with the doubt named once the content was sent. */
Test(smtp_client, a_session_broken_at_any_point_leaves_one_outcome_for_each_recipient)
{
    enum way { LOST, TIMED_OUT, GARBAGE, CLOSING_421, WAYS };

    for (size_t point = 0; point < REPLIES; point++) {
        for (int way = 0; way < WAYS; way++) {
            struct dialogue_record record = {0};
            struct client_machine *m = run_until(point, &record);
            bool doubt = point == AFTER_CONTENT && way != CLOSING_421;

            if (way == LOST) smtp_client_connection_lost(m->client, "connection lost", 0);
            if (way == TIMED_OUT) on_deadline(m, deadline(m));
            if (way == GARBAGE) receive(m, "HTTP/1.1 400 Bad Request\r\n", 26, 0);
            if (way == CLOSING_421) receive(m, "421 4.3.2 closing\r\n", 19, 0);
            cr_assert(is_over(m) && deadline(m) == TIME_NEVER);
            cr_assert_eq(count(&record.told, "outcome"), 2, "point %zu, way %d: %s", point, way, record.told.bytes);
            cr_assert_eq(count(&record.told, "later"), point < DELIVERED ? 2 : 0, "point %zu, way %d", point, way);
            cr_assert_eq(count(&record.told, "(final reply missing)"), doubt ? 2 : 0, "point %zu, way %d", point, way);
            finish(m, &record);
        }
    }
}

/* RFC 5321 4.3.2: any code counts by its first digit, known or not. */
Test(smtp_client, every_code_counts_by_its_first_digit)
{
    for (int code = 200; code <= 599; code++) {
        struct dialogue_record record = {0};
        struct client_machine *m = run_until(AFTER_CONTENT, &record);
        const char *outcome = code < 300 ? "delivered" : code < 500 ? "later" : "never";
        char reply[32];

        snprintf(reply, sizeof reply, "%d what\r\n", code);
        receive(m, reply, strlen(reply), 0);
        cr_assert_eq(count(&record.told, "outcome"), 2);
        cr_assert_eq(count(&record.told, outcome), 2, "%d: %s", code, record.told.bytes);
        finish(m, &record);
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Noise in place of replies at every point: never a crash, never more than one outcome, "delivered" only by a 2yz. */
Test(smtp_client, survives_noise)
{
    static const char *const pieces[] = {"\r\n",      "\r",        "\n",        "-",         " ",         "220 a\r\n",
                                         "250 a\r\n", "354 a\r\n", "451 a\r\n", "250-a\r\n", "999 a\r\n", "\xff"};

    for (uint64_t seed = 1; seed <= 4000; seed++) {
        uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
        struct dialogue_record record = {0};
        struct client_machine *m = run_until(seed % REPLIES, &record);

        for (int i = 0; i < 40 && !is_over(m); i++) {
            const char *piece = pieces[next_random(&state) % (sizeof pieces / sizeof pieces[0])];
            char byte = (char)next_random(&state);
            before_receive(m);
            if (next_random(&state) % 3)
                receive(m, piece, strlen(piece), 0);
            else
                receive(m, &byte, 1, 0);
        }
        if (!is_over(m)) smtp_client_connection_lost(m->client, "connection lost", 0);
        cr_assert_eq(count(&record.told, "outcome"), 2, "seed %llu: %s", (unsigned long long)seed, record.told.bytes);
        finish(m, &record);
    }
}
