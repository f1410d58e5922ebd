/* The stream of events: its vocabulary, masks, causes, and the fingerprint that no reader can change. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/journal.h"

Test(journal, every_kind_and_field_of_the_manifest_is_sound)
{
    for (int kind = 1; kind < EVENT_KINDS; kind++) {
        const enum field_id *fields;
        size_t n = event_kind_fields((enum event_kind)kind, &fields);
        const char *name = event_kind_name((enum event_kind)kind);
        cr_assert(n > 0 && n <= EVENT_MAX_FIELDS, "%s", name);
        cr_assert_eq((int)event_kind_by_name(name), kind, "names are unique: %s", name);
        for (size_t i = 0; i < n; i++) {
            cr_assert_neq(fields[i], FIELD_NONE);
            cr_assert(event_has((enum event_kind)kind, fields[i]));
        }
        int groups = 0;
        for (int group = GROUP_WORLD; group <= GROUP_STORY; group++)
            groups += event_mask_has(event_mask_group((enum event_group)group), (enum event_kind)kind);
        cr_assert_eq(groups, 1, "%s is in one group", name);
        cr_assert_eq(event_mask_has(event_mask_core(), (enum event_kind)kind),
                     event_kind_is_core((enum event_kind)kind));
    }
    for (int a = 1; a < FIELD_IDS; a++)
        for (int b = 1; b < a; b++)
            cr_assert_str_neq(field_name((enum field_id)a), field_name((enum field_id)b));
    cr_assert_eq(event_kind_by_name("no.such"), EVENT_NONE);
    cr_assert_eq(event_kind_group(EVENT_MAIL_STATE), GROUP_MAIL);
    cr_assert(event_kind_is_core(EVENT_MAIL_STATE));
    cr_assert_eq(event_kind_group(EVENT_LINK_DROP), GROUP_PACKET);
    cr_assert_not(event_kind_is_core(EVENT_LINK_DROP));
    cr_assert_not(event_has(EVENT_LINK_DROP, FIELD_SUBJECT));
    cr_assert_eq(field_type(FIELD_WHY), TYPE_TEXT);
    cr_assert_str_eq(event_kind_cite(EVENT_TCP_STATE), "RFC 9293 3.3.2");
}

struct seen {
    struct event last;
    char why[64];
    size_t n;
};

static void see(void *context, const struct event *e)
{
    struct seen *seen = context;
    seen->last = *e;
    if (event_has(e->kind, FIELD_WHY)) snprintf(seen->why, sizeof seen->why, "%s", event_text(e, FIELD_WHY));
    seen->n++;
}

static struct journal_reader reader_of(struct seen *seen, struct event_mask mask)
{
    return (struct journal_reader){mask, see, seen};
}

Test(journal, readers_get_what_they_asked_for_and_nothing_else)
{
    struct journal *journal = journal_new();
    struct seen packets = {0}, mail = {0};
    journal_add_reader(journal, reader_of(&packets, event_mask_group(GROUP_PACKET)));
    journal_add_reader(journal, reader_of(&mail, event_mask_group(GROUP_MAIL)));
    cr_assert(journal_wants(journal, EVENT_LINK_DROP));
    cr_assert(journal_wants(journal, EVENT_CONN_OPEN), "core kinds are always made");
    cr_assert_not(journal_wants(journal, EVENT_TCP_VARS));
    journal_set_now(journal, 5);
    JOURNAL_EMIT(journal, LINK_DROP, F_TEXT(WHY, "loss"), F_INT(LINK, 3), F_INT(PACKET, INT64_C(1) << 40));
    JOURNAL_EMIT(journal, CONN_OPEN, F_INT(CONN, 1));
    JOURNAL_EMIT(journal, TCP_VARS, F_INT(CONN, 1));
    JOURNAL_EMIT(journal, MAIL_STATE, F_INT(MESSAGE, 1), F_TEXT(TO, "queued"));
    cr_assert_eq(packets.n, 1);
    cr_assert_eq(packets.last.id, 1);
    cr_assert_eq(packets.last.at_ns, 5);
    cr_assert_eq(event_int(&packets.last, FIELD_LINK), 3);
    cr_assert_eq(event_int(&packets.last, FIELD_PACKET), INT64_C(1) << 40);
    cr_assert_eq(event_int(&packets.last, FIELD_DIR), 0, "what is not given is 0");
    cr_assert_str_eq(packets.why, "loss");
    cr_assert_eq(mail.n, 1);
    cr_assert_str_eq(event_text(&mail.last, FIELD_WHY), "", "or empty");
    cr_assert_eq(mail.last.id, 3, "what nobody wants gets no id");
    journal_free(journal);
}

Test(journal, texts_given_with_their_length_end_in_a_zero_byte_all_the_same)
{
    struct journal *journal = journal_new();
    struct seen seen = {0};
    journal_add_reader(journal, reader_of(&seen, event_mask_all()));
    char unended[4] = {'l', 'o', 's', 's'};
    JOURNAL_EMIT(journal, LINK_DROP, F_BLOB(WHY, unended, 4));
    cr_assert_str_eq(seen.why, "loss");
    JOURNAL_EMIT(journal, LINK_DROP, F_TEXT(WHY, NULL));
    cr_assert_str_eq(seen.why, "");
    journal_free(journal);
}

Test(journal, a_chain_of_causes_goes_on_past_events_that_are_not_made)
{
    struct journal *journal = journal_new();
    struct seen seen = {0};
    journal_add_reader(journal, reader_of(&seen, event_mask_none()));
    cr_assert_eq(journal_cause(journal), 0);
    uint64_t first = JOURNAL_EMIT(journal, HOST_STATE, F_INT(HOST, 1));
    cr_assert_eq(first, 1);
    cr_assert_eq(journal_cause(journal), 0, "the register is moved by its user");
    cr_assert_eq(journal_set_cause(journal, first), 0);
    uint64_t unmade = JOURNAL_EMIT(journal, LINK_SEND, F_INT(LINK, 1));
    cr_assert_eq(unmade, first);
    cr_assert_eq(journal_emit(journal, EVENT_LINK_SEND, NULL, 0), first);
    cr_assert_eq(journal_set_cause(journal, 0), first);
    cr_assert_eq(JOURNAL_EMIT(NULL, LINK_SEND, F_INT(LINK, 1)), 0, "no journal wants nothing");
    cr_assert_not(journal_wants(NULL, EVENT_MAIL_STATE));
    cr_assert_eq(seen.n, 0);
    journal_free(journal);
}

/* Something of everything, as a run would tell it. */
static void tell(struct journal *journal, int64_t rto_ns, const char *subject)
{
    journal_set_now(journal, 10);
    uint64_t id = JOURNAL_EMIT(journal, MAIL_COMPOSE, F_INT(MESSAGE, 1), F_TEXT(SUBJECT, subject));
    journal_set_cause(journal, id);
    JOURNAL_EMIT(journal, LINK_SEND, F_INT(PACKET, 1), F_INT(LINK, 2));
    JOURNAL_EMIT(journal, TCP_VARS, F_INT(RTO, rto_ns));
    journal_set_now(journal, 20);
    JOURNAL_EMIT(journal, MAIL_STATE, F_INT(MESSAGE, 1), F_TEXT(TO, "delivered"));
}

static void told_to(struct event_mask mask, int64_t rto_ns, const char *subject, char core[FINGERPRINT_TEXT_BYTES],
                    char packets[FINGERPRINT_TEXT_BYTES])
{
    struct journal *journal = journal_new();
    struct seen seen = {0};
    journal_add_reader(journal, reader_of(&seen, mask));
    tell(journal, rto_ns, subject);
    journal_fingerprint(journal, core);
    journal_packet_fingerprint(journal, packets);
    journal_free(journal);
}

Test(journal, the_fingerprint_depends_on_what_happened_and_not_on_who_reads)
{
    char core[5][FINGERPRINT_TEXT_BYTES], packets[5][FINGERPRINT_TEXT_BYTES];
    told_to(event_mask_none(), 1, "Lunch?", core[0], packets[0]);
    told_to(event_mask_all(), 1, "Lunch?", core[1], packets[1]);
    told_to(event_mask_group(GROUP_TCP), 2, "Lunch?", core[2], packets[2]);
    told_to(event_mask_all(), 1, "Lunch!", core[3], packets[3]);
    told_to(event_mask_group(GROUP_PACKET), 1, "Lunch!", core[4], packets[4]);
    cr_assert_eq(strlen(core[0]), 16);
    cr_assert_str_eq(core[0], core[1]);
    cr_assert_str_eq(core[0], core[2], "what is not core does not count");
    cr_assert_str_neq(core[0], core[3], "one letter does");
    cr_assert_str_eq(core[3], core[4]);
    cr_assert_str_eq(packets[0], "", "no packets were recorded");
    cr_assert_str_eq(packets[2], "");
    cr_assert_eq(strlen(packets[1]), 16);
    cr_assert_str_eq(packets[1], packets[4], "packets are the same");
    cr_assert_str_neq(packets[1], core[1]);
}

/* Of what nobody reads only the hash is made, and it is the same in whatever order the fields are given. */
Test(journal, the_fingerprint_is_the_same_without_a_reader_and_in_any_order_of_fields)
{
    char text[3][FINGERPRINT_TEXT_BYTES];
    for (int i = 0; i < 3; i++) {
        struct journal *journal = journal_new();
        struct seen seen = {0};
        if (i > 0) journal_add_reader(journal, reader_of(&seen, event_mask_all()));
        if (i < 2) {
            JOURNAL_EMIT(journal, SMTP_LINE, F_INT(SESSION, 1), F_INT(CONN, 2), F_TEXT(WHO, "client"),
                         {FIELD_TEXT, 4, "NOOP, and more"}, F_INT(LENGTH, 6));
            JOURNAL_EMIT(journal, RUN_END, F_TEXT(WHY, NULL));
        } else {
            JOURNAL_EMIT(journal, SMTP_LINE, F_INT(LENGTH, 6), F_TEXT(TEXT, "NOOP"), F_INT(CONN, 2),
                         F_TEXT(WHO, "client"), F_INT(SESSION, 1));
            JOURNAL_EMIT(journal, RUN_END, F_TEXT(WHY, ""));
        }
        cr_assert_eq(seen.n, i > 0 ? 2 : 0);
        journal_fingerprint(journal, text[i]);
        journal_free(journal);
    }
    cr_assert_str_eq(text[0], text[1]);
    cr_assert_str_eq(text[0], text[2]);
}

Test(journal, the_fingerprint_tells_apart_how_texts_are_divided)
{
    char a[FINGERPRINT_TEXT_BYTES], b[FINGERPRINT_TEXT_BYTES];
    struct journal *one = journal_new(), *two = journal_new();
    JOURNAL_EMIT(one, MAIL_COMPOSE, F_TEXT(FROM, "alice"), F_TEXT(TO, "bob"));
    JOURNAL_EMIT(two, MAIL_COMPOSE, F_TEXT(FROM, "aliceb"), F_TEXT(TO, "ob"));
    cr_assert_str_neq(journal_fingerprint(one, a), journal_fingerprint(two, b));
    journal_free(one);
    journal_free(two);
}

/* Pinned, because every golden run depends on it. */
Test(journal, the_fingerprint_stays_what_it_was)
{
    char text[FINGERPRINT_TEXT_BYTES];
    struct journal *journal = journal_new();
    JOURNAL_EMIT(journal, LAW_BROKEN, F_TEXT(NAME, "N1"), F_TEXT(TEXT, "a packet is missing"));
    cr_assert_str_eq(journal_fingerprint(journal, text), "07b320cbb61a3759");
    journal_free(journal);
}

Test(journal, a_field_that_the_kind_does_not_have_is_our_own_mistake, .signal = SIGABRT)
{
    struct journal *journal = journal_new();
    JOURNAL_EMIT(journal, MAIL_STATE, F_INT(PACKET, 1));
}

Test(journal, a_text_where_a_number_is_wanted_is_our_own_mistake, .signal = SIGABRT)
{
    struct journal *journal = journal_new();
    JOURNAL_EMIT(journal, MAIL_STATE, F_TEXT(MESSAGE, "1"));
}
