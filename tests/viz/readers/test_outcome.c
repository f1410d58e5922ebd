/* The outcome: rows and totals out of core events, as JSON and as a table. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/viz/story/made_journal.h"
#include "viz/readers/outcome.h"

struct folded {
    struct made made;
    struct outcome *outcome;
};

static struct folded fold(unsigned rounds)
{
    struct folded f = {.outcome = outcome_new()};
    struct journal_reader reader = outcome_reader(f.outcome);
    f.made = made_journal(rounds, &reader, 1);
    return f;
}

static void unfold(struct folded *f)
{
    outcome_free(f->outcome);
    made_free(&f->made);
}

static char *written(const struct folded *f, bool json)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(json ? outcome_write_json(f->outcome, f->made.journal, out)
                   : outcome_write_text(f->outcome, f->made.journal, out));
    fclose(out);
    return text;
}

Test(outcome, a_row_for_each_mail_and_recipient)
{
    struct folded f = fold(1);
    cr_assert_eq(outcome_rows(f.outcome), 3);
    struct outcome_row first = outcome_row(f.outcome, 0), second = outcome_row(f.outcome, 1),
                       bounce = outcome_row(f.outcome, 2);
    cr_assert_str_eq(first.mail, "m1");
    cr_assert_str_eq(first.outcome, "delivered");
    cr_assert_eq(first.attempts, 2, "putting it into the mailbox is no handing on");
    cr_assert_eq(first.copies, 1);
    cr_assert_eq(first.sent_ns, SECOND);
    cr_assert_gt(first.delivered_ns, f.made.next_ns);
    cr_assert_gt(first.picked_up_ns, first.delivered_ns + 60 * SECOND);
    cr_assert_str_eq(second.outcome, "bounced");
    cr_assert_str_eq(second.why, "there is no domain c.example");
    cr_assert_eq(second.delivered_ns, TIME_NEVER);
    cr_assert_str_eq(bounce.from, "");
    cr_assert_str_eq(bounce.to, "alice@a.example");
    cr_assert_str_eq(bounce.outcome, "delivered");
    cr_assert_eq(bounce.attempts, 0);
    unfold(&f);
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_assert(cJSON_IsNumber(item), "%s", key);
    return item->valuedouble;
}

static const cJSON *part(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_assert_not_null(item, "%s", key);
    return item;
}

Test(outcome, json_holds_what_the_design_promises)
{
    struct folded f = fold(1);
    char *text = written(&f, true), fingerprint[FINGERPRINT_TEXT_BYTES];
    cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
    cr_assert_not_null(json, "%s", text);
    cr_assert_str_eq(part(json, "fingerprint")->valuestring, journal_fingerprint(f.made.journal, fingerprint));
    cr_assert_eq(number(json, "seed"), 7);
    cr_assert_float_eq(number(json, "ended_at_s"), (double)f.made.end_ns / 1e9, 1e-9);
    const cJSON *mails = part(json, "mails"), *m1 = cJSON_GetArrayItem(mails, 0), *m2 = cJSON_GetArrayItem(mails, 1);
    cr_assert_eq(cJSON_GetArraySize(mails), 3);
    cr_assert_str_eq(part(m1, "id")->valuestring, "m1");
    cr_assert_str_eq(part(m1, "to")->valuestring, "bob@b.example");
    cr_assert_eq(number(m1, "sent_at_s"), 1.0);
    cr_assert_eq(number(m1, "copies"), 1);
    cr_assert(cJSON_IsNull(part(m2, "delivered_at_s")));
    const cJSON *packets = part(json, "packets");
    cr_assert_eq(number(packets, "sent") - number(packets, "delivered"), 1);
    cr_assert_eq(number(part(packets, "dropped"), "loss"), 1);
    cr_assert_eq(number(part(json, "tcp"), "connections"), 5);
    cr_assert_eq(number(part(json, "tcp"), "segments"), 70);
    cr_assert_gt(number(part(part(json, "tcp"), "retransmissions"), "fast"), 0);
    cr_assert_eq(number(part(json, "dns"), "queries"), 2);
    cr_assert_eq(number(part(part(json, "dns"), "answers"), "NXDOMAIN"), 1);
    cr_assert(cJSON_IsTrue(part(cJSON_GetArrayItem(part(json, "expectations"), 0), "held")));
    cJSON_Delete(json);
    free(text);
    unfold(&f);
}

Test(outcome, the_table_says_when_and_how_often)
{
    struct folded f = fold(1);
    char *text = written(&f, false);
    cr_assert_not_null(strstr(text, "m1       alice@a.example -> bob@b.example    delivered  after 5 min 1 s, "), "%s",
                       text);
    cr_assert_not_null(strstr(text, " 2 attempts, picked up at 6 min 2 s"), "%s", text);
    cr_assert_not_null(strstr(text, "eve@c.example    sent back  1 attempt: there is no domain c.example\n"), "%s",
                       text);
    cr_assert_not_null(strstr(text, "as expected: m1 is delivered\n"), "%s", text);
    free(text);
    unfold(&f);
}

/* Servers try to deliver; a program that submits shows its user why it was refused, or keeps the mail. */
Test(outcome, what_never_left_its_program_was_not_sent)
{
    struct folded f = {.outcome = outcome_new()};
    struct journal_reader reader = outcome_reader(f.outcome);
    f.made.journal = journal_new();
    f.made.memory = journal_memory_new();
    journal_add_reader(f.made.journal, reader);
    for (int i = 1; i <= 3; i++) {
        JOURNAL_EMIT(f.made.journal, MAIL_COMPOSE, F_INT(MESSAGE, i), F_TEXT(NAME, "m"), F_TEXT(FROM, "c@d"),
                     F_TEXT(TO, "a@b"));
        JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, i), F_TEXT(RECIPIENT, "a@b"), F_TEXT(TO, "outbox"));
    }
    JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, 1), F_TEXT(RECIPIENT, "a@b"), F_TEXT(FROM, "outbox"),
                 F_TEXT(TO, "bounced"), F_TEXT(WHY, "530 no"));
    JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, 3), F_TEXT(RECIPIENT, "a@b"), F_TEXT(TO, "queued"));
    JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, 3), F_TEXT(RECIPIENT, "a@b"), F_TEXT(FROM, "queued"),
                 F_TEXT(TO, "bounced"), F_TEXT(WHY, "too old"));
    char *text = written(&f, false);
    cr_expect_not_null(strstr(text, "-> a@b  not sent       530 no\n"), "%s", text);
    cr_expect_not_null(strstr(text, "-> a@b  in the outbox  no server has taken it\n"), "%s", text);
    cr_expect_not_null(strstr(text, "-> a@b  sent back      0 attempts: too old\n"), "%s", text);
    free(text);
    unfold(&f);
}

Test(outcome, words_from_outside_cannot_break_the_json)
{
    struct folded f = {.outcome = outcome_new()};
    struct journal_reader reader = outcome_reader(f.outcome);
    f.made.journal = journal_new();
    f.made.memory = journal_memory_new();
    journal_add_reader(f.made.journal, reader);
    JOURNAL_EMIT(f.made.journal, RUN_BEGIN, F_TEXT(SEED, "a \"seed\""));
    JOURNAL_EMIT(f.made.journal, MAIL_COMPOSE, F_INT(MESSAGE, 5), F_TEXT(NAME, "q\"\\\n\x01\xff"), F_TEXT(FROM, "ü"),
                 F_TEXT(TO, "a@b, c@d"));
    JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, 9), F_TEXT(RECIPIENT, "x@y"), F_TEXT(TO, "delivered"));
    JOURNAL_EMIT(f.made.journal, MAIL_STATE, F_INT(MESSAGE, 9), F_TEXT(RECIPIENT, "x@y"), F_TEXT(TO, "delivered"));
    char *text = written(&f, true);
    cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
    cr_assert_not_null(json, "%s", text);
    cr_assert_str_eq(part(json, "seed")->valuestring, "a \"seed\"");
    const cJSON *mails = part(json, "mails");
    cr_assert_eq(cJSON_GetArraySize(mails), 3);
    cr_assert_str_eq(part(cJSON_GetArrayItem(mails, 0), "id")->valuestring, "q\"\\\n\x01\xef\xbf\xbd");
    cr_assert_str_eq(part(cJSON_GetArrayItem(mails, 1), "outcome")->valuestring, "queued");
    cr_assert_eq(number(cJSON_GetArrayItem(mails, 2), "copies"), 2, "a mail that was never composed, twice");
    cJSON_Delete(json);
    free(text);
    text = written(&f, false);
    free(text);
    unfold(&f);
}

/* No link has lost them, and yet they are gone. */
Test(outcome, packets_that_no_host_took_are_counted_by_why)
{
    struct folded f = {.outcome = outcome_new()};
    struct journal_reader reader = outcome_reader(f.outcome);
    f.made.journal = journal_new();
    f.made.memory = journal_memory_new();
    journal_add_reader(f.made.journal, reader);
    JOURNAL_EMIT(f.made.journal, PACKET_DROP, F_TEXT(WHY, "port closed"));
    JOURNAL_EMIT(f.made.journal, PACKET_DROP, F_TEXT(WHY, "host down"));
    JOURNAL_EMIT(f.made.journal, PACKET_DROP, F_TEXT(WHY, "port closed"));
    JOURNAL_EMIT(f.made.journal, LINK_TOTALS, F_INT(OFFERED, 9), F_INT(DELIVERED, 9));
    char *text = written(&f, true);
    cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
    const cJSON *not_taken = part(part(json, "packets"), "not_taken");
    cr_assert_eq(number(not_taken, "port closed"), 2);
    cr_assert_eq(number(not_taken, "host down"), 1);
    cJSON_Delete(json);
    free(text);
    text = written(&f, false);
    cr_assert_not_null(strstr(text, "packets on links: 9, lost 0, not taken by a host 3\n"
                                    "  1 not taken: host down\n"
                                    "  2 not taken: port closed\n"),
                       "%s", text);
    free(text);
    unfold(&f);
}

Test(outcome, needs_little_more_than_core_events)
{
    struct outcome *outcome = outcome_new();
    struct event_mask mask = outcome_reader(outcome).mask;
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        cr_assert_eq(event_mask_has(mask, (enum event_kind)kind),
                     event_kind_is_core((enum event_kind)kind) || kind == EVENT_RUN_BEGIN || kind == EVENT_PACKET_DROP,
                     "%s", event_kind_name((enum event_kind)kind));
    outcome_free(outcome);
}
