/* Client and server joined: what one sends the other gets, byte for byte, and the journal tells of every byte once. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/smtp_client.h"
#include "model/smtp/smtp_server.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"
#include "tests/model/smtp/dialogue.h"

TestSuite(smtp_session);

enum { CLIENT_STREAM = 1, SERVER_STREAM = 2 };

struct session {
    struct dialogue_text streams[3]; /* by stream id */
    size_t read[3];
    struct dialogue_text received; /* by the server's policy */
    size_t n_received, n_delivered;
    uint64_t told[3]; /* how far the journal has told of each stream */
    uint64_t last_event;
    struct message_id content_told; /* by session_io */
    struct smtp_client *client;
    struct smtp_server *server;
};

static uint64_t write_stream(struct session *s, int stream, const char *bytes, size_t size)
{
    uint64_t offset = s->streams[stream].size;

    dialogue_text_add(&s->streams[stream], bytes, size);
    return offset;
}

static uint64_t write_client(void *context, const char *bytes, size_t size)
{
    return write_stream(context, CLIENT_STREAM, bytes, size);
}

static uint64_t write_server(void *context, const char *bytes, size_t size)
{
    return write_stream(context, SERVER_STREAM, bytes, size);
}

static void content_written(void *context, struct message_id message, uint64_t offset, uint64_t length)
{
    struct session *s = context;

    s->content_told = message;
    cr_assert_eq(offset + length, s->streams[CLIENT_STREAM].size);
}

static struct smtp_reply accept_path(void *context, const struct smtp_envelope *e)
{
    (void)context;
    cr_assert_str_eq(e->helo, "mail.a.example");
    return smtp_reply_make(250, "ok");
}

static struct smtp_reply accept_recipient(void *context, const struct smtp_envelope *e, const char *forward_path,
                                          const struct smtp_recipient_options *options)
{
    (void)options;
    (void)context;
    (void)e;
    (void)forward_path;
    return smtp_reply_make(250, "ok");
}

static struct smtp_reply accept_message(void *context, const struct smtp_envelope *e, const char *content, size_t size)
{
    struct session *s = context;

    (void)e;
    dialogue_text_free(&s->received);
    dialogue_text_add(&s->received, content, size);
    s->n_received++;
    return smtp_reply_make(250, "2.0.0 queued\nthank you");
}

static void count_outcome(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                          bool missing)
{
    struct session *s = context;

    (void)recipient;
    cr_assert_eq(outcome, DELIVERY_DELIVERED, "%s", reply);
    cr_assert_not(missing);
    s->n_delivered++;
}

static const struct smtp_job *no_more(void *context)
{
    (void)context;
    return NULL;
}

static void make_session(struct session *s, const struct smtp_job *job, struct journal *journal)
{
    struct smtp_client_config client = smtp_client_config_default("mail.a.example");
    struct smtp_server_config server = smtp_server_config_default("mx1.b.example");
    struct session_io client_io = {.context = s,
                                   .write = write_client,
                                   .journal = journal,
                                   .session = {1},
                                   .conn = {1},
                                   .stream = {CLIENT_STREAM},
                                   .host = {1},
                                   .content = content_written};
    struct session_io server_io = {.context = s,
                                   .write = write_server,
                                   .journal = journal,
                                   .session = {2},
                                   .conn = {2},
                                   .stream = {SERVER_STREAM},
                                   .host = {2}};
    struct smtp_client_owner owner = {.context = s, .outcome = count_outcome, .next = no_more};
    struct smtp_server_policy policy = {
        .context = s, .mail = accept_path, .rcpt = accept_recipient, .message = accept_message};

    s->client = smtp_client_new(&client, client_io, owner, job);
    s->server = smtp_server_new(&server, server_io, policy);
    smtp_client_start(s->client, 0);
    smtp_server_start(s->server, 0);
}

static void free_session(struct session *s)
{
    smtp_client_free(s->client);
    smtp_server_free(s->server);
    for (int i = 0; i < 3; i++)
        dialogue_text_free(&s->streams[i]);
    dialogue_text_free(&s->received);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Hands over up to most bytes of a stream; a copy, because writing may move it. */
static bool carry(struct session *s, int stream, size_t most)
{
    char piece[64];
    size_t n = s->streams[stream].size - s->read[stream];

    if (n > most) n = most;
    if (n == 0) return false;
    memcpy(piece, s->streams[stream].bytes + s->read[stream], n);
    s->read[stream] += n;
    if (stream == CLIENT_STREAM)
        smtp_server_receive(s->server, piece, n, 0);
    else
        smtp_client_receive(s->client, piece, n, 0);
    return true;
}

static void carry_all(struct session *s, uint64_t *random)
{
    while (carry(s, SERVER_STREAM, 1 + next_random(random) % 64) ||
           carry(s, CLIENT_STREAM, 1 + next_random(random) % 64))
        continue;
}

/* Lines made of dots, letters and 8-bit bytes, ended by CR LF. */
static void random_content(struct dialogue_text *content, uint64_t *random)
{
    static const char *const pieces[] = {".", "..",   "\r\n",         "\r\n.", "\r\n.\r\n",
                                         "a", "\xe4", "MAIL FROM:<>", "\t",    "DATA"};

    dialogue_text_add(content, "", 0);
    for (uint64_t n = next_random(random) % 100; n > 0; n--) {
        const char *piece = pieces[next_random(random) % (sizeof pieces / sizeof pieces[0])];
        dialogue_text_add(content, piece, strlen(piece));
    }
    dialogue_text_add(content, "\r\n", 2);
}

/* RFC 5321 4.5.2 and law M4: nothing of a message changes on the way, whatever it looks like and however it arrives. */
Test(smtp_session, content_arrives_byte_for_byte_in_any_segmentation)
{
    static const char *const to[] = {"bob@b.example"};

    for (uint64_t seed = 1; seed <= 2000; seed++) {
        uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15);
        struct dialogue_text content = {0};
        struct session s = {0};
        struct smtp_job job = {
            .message = {7}, .reverse_path = "a@a.example", .forward_paths = to, .n_forward_paths = 1};

        random_content(&content, &random);
        job.content = content.bytes;
        job.content_size = content.size;
        make_session(&s, &job, NULL);
        carry_all(&s, &random);
        cr_assert(smtp_client_is_over(s.client) && smtp_server_is_over(s.server), "seed %llu",
                  (unsigned long long)seed);
        cr_assert_eq(s.n_received, 1);
        cr_assert_eq(s.n_delivered, 1);
        cr_assert_eq(s.content_told.n, 7);
        cr_assert_eq(s.received.size, content.size);
        cr_assert_eq(memcmp(s.received.bytes, content.bytes, content.size), 0, "seed %llu", (unsigned long long)seed);
        free_session(&s);
        dialogue_text_free(&content);
    }
}

/* Each event speaks of the bytes that follow those of the event before it in the same stream. */
static void check_event(void *context, const struct event *e)
{
    struct session *s = context;
    int64_t stream = event_int(e, FIELD_STREAM);
    int64_t offset = event_int(e, FIELD_OFFSET), length = event_int(e, FIELD_LENGTH);
    const char *bytes = s->streams[stream].bytes + offset;

    cr_assert(stream == CLIENT_STREAM || stream == SERVER_STREAM);
    cr_assert_eq(event_int(e, FIELD_HOST), stream);
    cr_assert_eq(event_int(e, FIELD_SESSION), stream);
    cr_assert_eq(event_int(e, FIELD_CONN), stream);
    cr_assert_eq((uint64_t)offset, s->told[stream]);
    cr_assert_eq(e->cause, s->last_event);
    s->told[stream] += (uint64_t)length;
    s->last_event = e->id;
    if (e->kind == EVENT_SMTP_CONTENT) {
        cr_assert_eq(event_int(e, FIELD_MESSAGE), 7);
        cr_assert_eq(strncmp(bytes + length - 3, ".\r\n", 3), 0);
        return;
    }
    cr_assert_eq(e->kind, EVENT_SMTP_LINE);
    cr_assert_str_eq(event_text(e, FIELD_WHO), stream == CLIENT_STREAM ? "C" : "S");
    cr_assert_eq(strlen(event_text(e, FIELD_TEXT)) + 2, (size_t)length);
    cr_assert_eq(strncmp(bytes, event_text(e, FIELD_TEXT), (size_t)length - 2), 0);
}

/* Law M14: every byte of both streams is told of exactly once, as a line or as content; and every event is caused by
   the one before it, because nothing else happens here. */
Test(smtp_session, journal_tells_every_byte_once_and_in_order)
{
    static const char *const to[] = {"bob@b.example", "carol@b.example"};
    static const char text[] = "Subject: x\r\n\r\n.dot\r\n..\r\nno line end";
    struct smtp_job job = {.message = {7},
                           .reverse_path = "a@a.example",
                           .forward_paths = to,
                           .n_forward_paths = 2,
                           .content = text,
                           .content_size = sizeof text - 1};
    struct journal *journal = journal_new();
    struct session s = {0};
    uint64_t random = 1;

    journal_add_reader(journal, (struct journal_reader){event_mask_group(GROUP_SMTP), check_event, &s});
    make_session(&s, &job, journal);
    carry_all(&s, &random);
    cr_assert(smtp_client_is_over(s.client));
    cr_assert_eq(s.told[CLIENT_STREAM], s.streams[CLIENT_STREAM].size);
    cr_assert_eq(s.told[SERVER_STREAM], s.streams[SERVER_STREAM].size);
    cr_assert_eq(journal_cause(journal), s.last_event);
    cr_assert_gt(s.last_event, 15);
    free_session(&s);
    journal_free(journal);
}

/* RFC 5321 2.3.8 */
Test(smtp_session, whole_lines_are_told_from_stray_ones)
{
    static const struct {
        const char *content;
        bool whole;
    } cases[] = {{"", true},         {"a", true},         {"a\r\n", true},    {"a\r\nb", true},
                 {"\r\n\r\n", true}, {"a\n", false},      {"\n", false},      {"a\r", false},
                 {"\r\r\n", false},  {"a\rb\r\n", false}, {"a\r\n\n", false}, {"a\r\n\r", false}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(content_has_whole_lines(cases[i].content, strlen(cases[i].content)), cases[i].whole, "case %zu",
                     i);
}
