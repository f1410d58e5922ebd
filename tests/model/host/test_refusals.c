/* What mail servers refuse and whom they let wait, and what faults make them do instead, as a program outside hears it
   on port 25: it says a line and waits for the answer. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/host/outside.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"

static const char world_text[] =
    "{\"postroad\": 1, \"hosts\": {"
    " \"mail.a.example\": {\"mail_server\": {\"domains\": [\"a.example\"], \"users\": [\"alice\", \"bob\"]%s}},"
    " \"internet\": {\"router\": {}}, \"programs\": {\"outside\": {}}},"
    " \"links\": {\"a\": {\"between\": [\"mail.a.example\", \"internet\"]},"
    " \"out\": {\"between\": [\"programs\", \"internet\"]}},"
    " \"faults\": [%s]}";

struct talk {
    struct scenario *scenario;
    struct journal *journal;
    struct journal_memory *memory;
    struct world *world;
    struct outside_connection *connection;
    char heard[4096];
    size_t n_heard;
    int64_t waited_ns; /* for the last answer */
};

static void dial(struct talk *t)
{
    t->connection = outside_open(t->world, 0, 25);
    t->n_heard = 0;
}

static struct talk talk_begin(const char *settings, const char *faults)
{
    struct talk t = {0};
    char json[4096];
    snprintf(json, sizeof json, world_text, settings, faults);
    t.scenario = scenario_parse("talk.json", json, strlen(json), NULL, 0, stderr);
    cr_assert_not_null(t.scenario);
    t.journal = journal_new();
    t.memory = journal_memory_new();
    journal_add_reader(t.journal, journal_memory_reader(t.memory, event_mask_all()));
    struct world_options options = world_options_default();
    options.live = true;
    t.world = world_new(t.scenario, &options, t.journal);
    dial(&t);
    return t;
}

static void talk_end(struct talk *t)
{
    world_free(t->world);
    journal_memory_free(t->memory);
    journal_free(t->journal);
    scenario_free(t->scenario);
}

static void pass(struct talk *t, int64_t ns)
{
    int64_t to_ns = world_now(t->world) + ns;
    while (!world_advance(t->world, to_ns, 1000)) {
    }
}

static void listen(struct talk *t)
{
    size_t size;
    const char *bytes = outside_readable(t->connection, &size);
    if (size > sizeof t->heard - 1 - t->n_heard) size = sizeof t->heard - 1 - t->n_heard;
    if (size == 0) return;
    memcpy(t->heard + t->n_heard, bytes, size);
    t->n_heard += size;
    t->heard[t->n_heard] = '\0';
    outside_take(t->connection, size);
}

/* The last line of a reply is there: "250 ..." and its end. */
static bool has_reply(const struct talk *t)
{
    const char *line = t->heard;
    for (const char *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
        if (end - line >= 4 && line[3] == ' ') return true;
    return false;
}

/* Waits for one reply, an hour at most, and takes it off. */
static void expect(struct talk *t, const char *beginning)
{
    int64_t begin_ns = world_now(t->world);
    t->heard[t->n_heard] = '\0';
    for (int i = 0; i < 360000 && !has_reply(t); i++) {
        pass(t, 10 * MILLISECOND);
        listen(t);
    }
    t->waited_ns = world_now(t->world) - begin_ns;
    cr_assert(strncmp(t->heard, beginning, strlen(beginning)) == 0, "expected \"%s\", heard \"%s\"", beginning,
              t->heard);
    char *line = t->heard;
    while (line[3] != ' ')
        line = strstr(line, "\r\n") + 2;
    line = strstr(line, "\r\n") + 2;
    t->n_heard = strlen(line);
    memmove(t->heard, line, t->n_heard + 1);
}

static void say(struct talk *t, const char *line, const char *answer)
{
    char bytes[1024];
    int n = snprintf(bytes, sizeof bytes, "%s\r\n", line);
    outside_write(t->connection, bytes, (size_t)n);
    if (answer) expect(t, answer);
}

static void greet(struct talk *t)
{
    expect(t, "220 mail.a.example");
    say(t, "EHLO client.x.example", "250");
}

static void hang_up(struct talk *t)
{
    say(t, "QUIT", "221");
    pass(t, SECOND);
    outside_forget(t->connection);
}

/* A mail up to the answer to its end. */
static void send(struct talk *t, const char *from, const char *to, const char *text, const char *answer)
{
    char line[256];
    snprintf(line, sizeof line, "MAIL FROM:<%s>", from);
    say(t, line, "250");
    snprintf(line, sizeof line, "RCPT TO:<%s>", to);
    say(t, line, "250");
    say(t, "DATA", "354");
    snprintf(line, sizeof line, "Subject: x\r\n\r\n%s\r\n.", text);
    say(t, line, answer);
}

static size_t count(const struct talk *t, enum event_kind kind, enum field_id field, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(t->memory); i++) {
        const struct event *e = journal_memory_at(t->memory, i);
        n += e->kind == kind && strcmp(event_text(e, field), text) == 0;
    }
    return n;
}

static enum outside_state state(const struct talk *t)
{
    return outside_state(t->connection);
}

/* --- greylisting --- */

Test(refusals, greylisting_puts_a_recipient_off_and_takes_it_after_the_delay)
{
    struct talk t = talk_begin(", \"greylisting\": true", "");
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "450 4.7.1 <alice@a.example>: Recipient address rejected: Greylisted for 300");
    pass(&t, 299 * SECOND);
    say(&t, "RCPT TO:<alice@a.example>", "450 4.7.1");
    pass(&t, SECOND);
    say(&t, "RCPT TO:<alice@a.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "450 4.7.1");
    say(&t, "RCPT TO:<nobody@a.example>", "550 5.1.1");
    cr_assert_eq(count(&t, EVENT_SMTP_RULE, FIELD_NAME, "greylisting"), 4);
    talk_end(&t);
}

Test(refusals, greylisting_says_what_the_setting_says)
{
    struct talk t = talk_begin(", \"greylisting\": { \"delay\": \"1 s\", \"reply\": \"451 4.7.1 Not now\" }", "");
    greet(&t);
    say(&t, "MAIL FROM:<>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "451 4.7.1 Not now\r\n");
    pass(&t, SECOND);
    say(&t, "RCPT TO:<alice@a.example>", "250");
    talk_end(&t);
}

/* --- tarpit --- */

Test(refusals, a_tarpit_says_everything_late)
{
    struct talk t = talk_begin(", \"tarpit\": { \"greeting\": \"20 s\", \"command\": \"3 s\" }", "");
    expect(&t, "220");
    cr_assert_geq(t.waited_ns, 20 * SECOND);
    say(&t, "EHLO x.example", "250");
    cr_assert_eq(t.waited_ns / SECOND, 3);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    cr_assert_eq(t.waited_ns / SECOND, 3);
    say(&t, "NONSENSE", "500");
    cr_assert_eq(t.waited_ns / SECOND, 3);
    say(&t, "RCPT TO:<alice@a.example>\r\nRCPT TO:<bob@a.example>", "250");
    cr_assert_eq(t.waited_ns / SECOND, 3);
    expect(&t, "250");
    cr_assert_eq(t.waited_ns / SECOND, 3, "each command of a group for itself");
    talk_end(&t);
}

Test(refusals, a_tarpit_for_those_who_make_errors)
{
    struct talk t = talk_begin(", \"tarpit\": { \"error\": \"10 s\", \"after_errors\": 2 }", "");
    greet(&t);
    for (int i = 1; i <= 4; i++) {
        say(&t, "NONSENSE", "500");
        cr_assert_eq(t.waited_ns / SECOND, i <= 2 ? 0 : 10);
    }
    say(&t, "NOOP", "250");
    cr_assert_eq(t.waited_ns / SECOND, 0);
    talk_end(&t);
}

Test(refusals, who_speaks_before_a_late_greeting_is_refused)
{
    struct talk t = talk_begin(", \"tarpit\": { \"greeting\": \"20 s\", \"early_talkers\": \"refuse\" }", "");
    pass(&t, SECOND);
    say(&t, "EHLO x.example", "554 5.5.1");
    cr_assert_lt(t.waited_ns, SECOND);
    expect(&t, "503");
    say(&t, "QUIT", "221");
    talk_end(&t);
}

Test(refusals, who_waits_for_a_late_greeting_is_served)
{
    struct talk t = talk_begin(", \"tarpit\": { \"greeting\": \"20 s\", \"early_talkers\": \"refuse\" }", "");
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    talk_end(&t);
}

/* --- limits of clients --- */

Test(refusals, so_many_connections_at_once)
{
    struct talk t = talk_begin(", \"client_limits\": { \"at_once\": 1 }", "");
    struct outside_connection *first = t.connection;
    greet(&t);
    dial(&t);
    expect(&t, "421 4.7.0 mail.a.example Error: too many connections from 10.0.0.");
    pass(&t, SECOND);
    cr_assert_eq(state(&t), OUTSIDE_ENDED);
    outside_forget(t.connection);
    t.connection = first;
    hang_up(&t);
    dial(&t);
    greet(&t);
    talk_end(&t);
}

Test(refusals, so_many_mails_recipients_and_connections_in_a_time_unit)
{
    struct talk t = talk_begin(
        ", \"client_limits\": { \"per\": \"1 h\", \"connections\": 2, \"mails\": 2, \"recipients\": 3 }", "");
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "450 4.7.1 Error: too many recipients");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<y@x.example>", "250");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<z@x.example>", "450 4.7.1 Error: too much mail");
    hang_up(&t);
    dial(&t);
    greet(&t);
    hang_up(&t);
    dial(&t);
    expect(&t, "421 4.7.0");
    pass(&t, HOUR);
    dial(&t);
    greet(&t);
    say(&t, "MAIL FROM:<z@x.example>", "250");
    talk_end(&t);
}

Test(refusals, so_many_errors_in_a_session)
{
    struct talk t = talk_begin(", \"client_limits\": { \"errors\": 3 }", "");
    greet(&t);
    say(&t, "NONSENSE", "500");
    say(&t, "RCPT TO:<alice@a.example>", "503");
    say(&t, "MAIL", "421 4.7.0 mail.a.example Error: too many errors");
    pass(&t, SECOND);
    cr_assert_eq(state(&t), OUTSIDE_ENDED);
    talk_end(&t);
}

/* --- mailboxes, contents, senders, users --- */

Test(refusals, a_refusal_by_a_fault_is_an_error_too)
{
    struct talk t =
        talk_begin(", \"client_limits\": { \"errors\": 2 }",
                   "{\"reply\": {\"server\": \"mail.a.example\", \"to\": \"NOOP\", \"with\": \"450 busy\"}}");
    greet(&t);
    say(&t, "NOOP", "450 busy");
    say(&t, "NOOP", "421 4.7.0 mail.a.example Error: too many errors");
    talk_end(&t);
}

Test(refusals, a_full_mailbox_takes_no_more)
{
    struct talk t = talk_begin(", \"mailbox_limit\": { \"mails\": 1 }", "");
    greet(&t);
    send(&t, "x@x.example", "alice@a.example", "one", "250");
    pass(&t, SECOND);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "452 4.2.2 Mailbox full");
    say(&t, "RCPT TO:<bob@a.example>", "250");
    talk_end(&t);
}

Test(refusals, a_mail_of_a_stated_size_has_room_or_not)
{
    struct talk t = talk_begin(", \"mailbox_limit\": { \"size\": \"1 kB\", \"reply\": \"552 5.2.2 No room\" }", "");
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example> SIZE=1001", "250");
    say(&t, "RCPT TO:<alice@a.example>", "552 5.2.2 No room");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<x@x.example> SIZE=1000", "250");
    say(&t, "RCPT TO:<alice@a.example>", "250");
    talk_end(&t);
}

Test(refusals, content_with_a_text_is_refused_after_it_was_read)
{
    struct talk t = talk_begin(", \"refuse_content\": [ { \"contains\": \"cheap watches\" },"
                               " { \"contains\": \"later\", \"reply\": \"451 4.7.1 Ask again\" } ]",
                               "");
    greet(&t);
    send(&t, "x@x.example", "alice@a.example", "buy cheap watches", "550 5.7.1 Message content rejected");
    send(&t, "x@x.example", "alice@a.example", "see you later", "451 4.7.1 Ask again");
    send(&t, "x@x.example", "alice@a.example", "dear watches, cheap", "250");
    pass(&t, SECOND);
    cr_assert_eq(count(&t, EVENT_MAIL_STATE, FIELD_TO, "delivered"), 1);
    talk_end(&t);
}

Test(refusals, senders_and_domains_of_senders_are_refused)
{
    struct talk t = talk_begin(", \"refuse_senders\": [\"mallory@x.example\", \"@spam.example\"]", "");
    greet(&t);
    say(&t, "MAIL FROM:<mallory@x.example>", "550 5.7.1 <mallory@x.example>: Sender address rejected");
    say(&t, "MAIL FROM:<any@spam.example>", "550 5.7.1");
    say(&t, "MAIL FROM:<carol@x.example>", "250");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<>", "250");
    talk_end(&t);
}

Test(refusals, unknown_users_are_put_off_or_taken)
{
    struct talk later = talk_begin(", \"unknown_users\": \"later\"", "");
    greet(&later);
    say(&later, "MAIL FROM:<x@x.example>", "250");
    say(&later, "RCPT TO:<nobody@a.example>", "450 4.1.1");
    say(&later, "RCPT TO:<alice@a.example>", "250");
    say(&later, "RCPT TO:<someone@c.example>", "550 5.7.1");
    talk_end(&later);
    struct talk taken = talk_begin(", \"unknown_users\": \"accept\"", "");
    greet(&taken);
    send(&taken, "x@x.example", "nobody@a.example", "hello", "250");
    pass(&taken, SECOND);
    cr_assert_eq(count(&taken, EVENT_MAIL_STATE, FIELD_TO, "bounced"), 1,
                 "a report to whoever is said to have written");
    talk_end(&taken);
}

/* --- faults --- */

#define FAULT(rest) "{ \"reply\": { \"server\": \"mail.a.example\", " rest " } }"

Test(refusals, a_fault_asks_for_a_sender_a_recipient_and_a_number_of_times)
{
    struct talk t = talk_begin("", FAULT("\"to\": \"RCPT\", \"with\": \"451 4.7.1 Later\", \"from\": \"x@x.example\", "
                                         "\"rcpt\": \"bob@a.example\", \"times\": 2"));
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<alice@a.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "451 4.7.1 Later");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<y@x.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "250");
    say(&t, "RSET", "250");
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "451 4.7.1 Later");
    say(&t, "RCPT TO:<bob@a.example>", "250");
    talk_end(&t);
}

Test(refusals, a_fault_closes_or_resets_the_connection)
{
    struct talk t = talk_begin("", FAULT("\"to\": \"MAIL\", \"action\": \"close\", \"times\": 1") ", " FAULT(
                                       "\"to\": \"DATA\", \"action\": \"reset\", \"rcpt\": \"bob@a.example\""));
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", NULL);
    pass(&t, SECOND);
    cr_assert_eq(state(&t), OUTSIDE_ENDED);
    outside_forget(t.connection);
    dial(&t);
    greet(&t);
    say(&t, "MAIL FROM:<x@x.example>", "250");
    say(&t, "RCPT TO:<bob@a.example>", "250");
    say(&t, "DATA", NULL);
    pass(&t, SECOND);
    cr_assert_eq(state(&t), OUTSIDE_FAILED);
    cr_assert_str_eq(outside_why(t.connection), "connection reset by peer");
    talk_end(&t);
}

Test(refusals, silence_garbage_and_a_reply_without_end)
{
    struct talk t = talk_begin(
        "", FAULT("\"to\": \"NOOP\", \"action\": \"silence\"") ", " FAULT(
                "\"to\": \"CONNECT\", \"action\": "
                "\"garbage\", \"times\": 1") ", " FAULT("\"to\": \"EHLO\", \"action\": \"endless\", \"times\": 1"));
    pass(&t, SECOND);
    listen(&t);
    cr_assert_eq(t.n_heard, 258);
    cr_assert_eq(t.heard[0], '?');
    outside_forget(t.connection);
    dial(&t);
    expect(&t, "220");
    say(&t, "EHLO x.example", NULL);
    for (size_t total = 0; total < 1000000; total += t.n_heard) {
        t.n_heard = 0;
        pass(&t, 100 * MILLISECOND);
        listen(&t);
        cr_assert_gt(t.n_heard, 0);
    }
    outside_forget(t.connection);
    dial(&t);
    greet(&t);
    say(&t, "NOOP", NULL);
    pass(&t, HOUR);
    listen(&t);
    cr_assert_eq(t.n_heard, 0);
    talk_end(&t);
}

Test(refusals, an_octet_at_a_time_and_twice)
{
    struct talk t = talk_begin("", FAULT("\"to\": \"NOOP\", \"action\": \"twice\"") ", " FAULT(
                                       "\"to\": \"RSET\", \"action\": \"drip\", \"every\": \"2 s\""));
    greet(&t);
    say(&t, "NOOP", "250 2.0.0 Ok");
    expect(&t, "250 2.0.0 Ok");
    say(&t, "RSET", "250 2.0.0 Ok");
    cr_assert_eq(t.waited_ns / SECOND, 2 * (sizeof "250 2.0.0 Ok\r\n" - 2));
    talk_end(&t);
}

Test(refusals, a_dishonest_server_throws_away_what_it_has_acknowledged)
{
    struct talk t = talk_begin("", FAULT("\"to\": \".\", \"action\": \"discard\", \"times\": 1"));
    greet(&t);
    send(&t, "x@x.example", "alice@a.example", "one", "250");
    pass(&t, HOUR);
    cr_assert_eq(count(&t, EVENT_MAIL_STATE, FIELD_TO, "delivered"), 0);
    cr_assert_eq(count(&t, EVENT_SMTP_RULE, FIELD_TEXT, "the mail is thrown away after a 250"), 1);
    dial(&t);
    greet(&t);
    send(&t, "x@x.example", "alice@a.example", "two", "250");
    pass(&t, SECOND);
    cr_assert_eq(count(&t, EVENT_MAIL_STATE, FIELD_TO, "delivered"), 1);
    talk_end(&t);
}
