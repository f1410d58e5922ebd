/* The story's mails, words, hosts and links at an instant. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/viz/story/made_journal.h"
#include "viz/story/story.h"

static const char *place(const struct story *story, const struct story_letter *letter)
{
    return letter->host == STORY_NONE ? "" : story_host(story, letter->host).name;
}

static struct story_letter letter_of(const struct story *story, const char *mail)
{
    size_t first, n = story_mail_letters(story, story_mail_by_name(story, mail), &first);
    cr_assert_eq(n, 1);
    return story_letter(story, first);
}

Test(story_mail, a_letter_is_somewhere_at_every_instant)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    const struct {
        int64_t at_ns;
        const char *host;
        enum story_mail_state state;
        uint32_t attempts;
    } instants[] = {{0, "", STORY_MAIL_UNKNOWN, 0},
                    {SECOND, "alice-pc", STORY_MAIL_OUTBOX, 0},
                    {made.deferred_ns, "mail.a.example", STORY_MAIL_DEFERRED, 1},
                    {made.next_ns - 1, "mail.a.example", STORY_MAIL_DEFERRED, 1},
                    {made.next_ns, "mail.a.example", STORY_MAIL_ACTIVE, 2},
                    {made.content_begin_ns, "mail.a.example", STORY_MAIL_ACTIVE, 2},
                    {made.content_end_ns + 30 * SECOND, "mx1.b.example", STORY_MAIL_DELIVERED, 2},
                    {made.end_ns, "bob-pc", STORY_MAIL_PICKED_UP, 2}};
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        story_seek(story, instants[i].at_ns);
        struct story_letter letter = letter_of(story, "m1");
        cr_assert_str_eq(place(story, &letter), instants[i].host, "instant %zu", i);
        cr_assert_eq(letter.state, instants[i].state, "instant %zu: %s", i, story_mail_state_name(letter.state));
        cr_assert_eq(letter.attempts, instants[i].attempts, "instant %zu: %u", i, letter.attempts);
        cr_assert_eq(letter.next_attempt_ns, letter.state == STORY_MAIL_DEFERRED ? made.next_ns : 0);
    }
    story_seek(story, made.deferred_ns);
    cr_assert_str_eq(letter_of(story, "m1").why, "451 4.3.2 busy, try again later");
    story_free(story);
    made_free(&made);
}

static void state_event_at(struct journal *j, int64_t host, const char *recipient, const char *from, const char *to)
{
    JOURNAL_EMIT(j, MAIL_STATE, F_INT(MESSAGE, 1), F_INT(HOST, host), F_TEXT(RECIPIENT, recipient),
                 F_TEXT(QUEUE_ID, ""), F_TEXT(FROM, from), F_TEXT(TO, to), F_INT(AT, 0), F_TEXT(WHY, ""));
}

static void state_event(struct journal *j, const char *recipient, const char *from, const char *to)
{
    state_event_at(j, 1, recipient, from, to);
}

static void expect_copies(const struct story *story, const char *host, enum story_mail_state a, enum story_mail_state b)
{
    struct story_letter copies[3];
    size_t n = story_letter_copies(story, 0, copies, 3);
    cr_assert_eq(n, (size_t)(b == STORY_MAIL_UNKNOWN ? 1 : 2));
    cr_assert_str_eq(story_host(story, story_letter(story, 0).host).name, host);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(copies[i].state, copies[i].host == 0 ? a : b, "host %zu: %s", copies[i].host,
                     story_mail_state_name(copies[i].state));
    cr_assert_eq(story_letter_copies(story, 0, copies, 0), n);
}

/* RFC 5321 6.1: the receiver took it, the sender has not heard so. */
Test(story_mail, two_hosts_hold_a_letter_until_the_sender_knows)
{
    struct journal *j = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(j, journal_memory_reader(memory, event_mask_all()));
    const char *const names[] = {"mail.a.example", "mx1.b.example"};
    for (int64_t h = 0; h < 2; h++)
        JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, h + 1), F_TEXT(NAME, names[h]), F_TEXT(ROLE, "server"),
                     F_INT(ADDRESS, 0x0a000001 + h), F_TEXT(TEXT, ""));
    JOURNAL_EMIT(j, MAIL_COMPOSE, F_INT(MESSAGE, 1), F_INT(PARENT, 0), F_INT(HOST, 1), F_TEXT(NAME, "m1"),
                 F_TEXT(FROM, "alice@a.example"), F_TEXT(TO, "bob@b.example"), F_TEXT(SUBJECT, ""), F_INT(SIZE, 1));
    journal_set_now(j, SECOND);
    state_event_at(j, 1, "bob@b.example", "", "active");
    journal_set_now(j, 2 * SECOND);
    state_event_at(j, 2, "bob@b.example", "", "delivered");
    journal_set_now(j, 3 * SECOND);
    state_event_at(j, 1, "bob@b.example", "active", "handed on");
    struct story *story = story_new(memory);
    uint64_t played[4];
    for (int pass = 0; pass < 2; pass++) /* forwards, and backwards */
        for (int k = 0; k < 4; k++) {
            int at = pass == 0 ? k : 3 - k;
            story_seek(story, at * SECOND);
            if (pass == 0) played[at] = story_digest(story);
            cr_assert_eq(story_digest(story), played[at], "second %d", at);
            if (at == 0) expect_copies(story, "mail.a.example", STORY_MAIL_OUTBOX, STORY_MAIL_UNKNOWN);
            if (at == 1) expect_copies(story, "mail.a.example", STORY_MAIL_ACTIVE, STORY_MAIL_UNKNOWN);
            if (at == 2) expect_copies(story, "mx1.b.example", STORY_MAIL_ACTIVE, STORY_MAIL_DELIVERED);
            if (at == 3) expect_copies(story, "mx1.b.example", STORY_MAIL_HANDED_ON, STORY_MAIL_DELIVERED);
        }
    story_free(story);
    journal_free(j);
    journal_memory_free(memory);
}

Test(story_mail, a_member_has_no_letter_before_the_list_is_expanded)
{
    struct journal *j = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(j, journal_memory_reader(memory, event_mask_all()));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "mail.a.example"), F_TEXT(ROLE, "server"),
                 F_INT(ADDRESS, 0x0a000001), F_TEXT(TEXT, ""));
    JOURNAL_EMIT(j, MAIL_COMPOSE, F_INT(MESSAGE, 1), F_INT(PARENT, 0), F_INT(HOST, 1), F_TEXT(NAME, "m1"),
                 F_TEXT(FROM, "alice@a.example"), F_TEXT(TO, "list@a.example"), F_TEXT(SUBJECT, ""), F_INT(SIZE, 1));
    state_event(j, "list@a.example", "", "queued");
    journal_set_now(j, SECOND);
    state_event(j, "bob@b.example", "", "queued");
    state_event(j, "list@a.example", "queued", "expanded");
    struct story *story = story_new(memory);
    for (int when = 0; when < 2; when++) {
        size_t first, n;
        story_seek(story, when * SECOND);
        n = story_mail_letters(story, 0, &first);
        cr_assert_eq(n, 2);
        for (size_t i = first; i < first + n; i++) {
            struct story_letter letter = story_letter(story, i);
            if (strcmp(letter.recipient, "bob@b.example") == 0)
                cr_assert_eq(letter.state, when ? STORY_MAIL_QUEUED : STORY_MAIL_UNKNOWN);
        }
    }
    story_free(story);
    journal_free(j);
    journal_memory_free(memory);
}

Test(story_mail, a_mail_that_comes_back_names_the_one_it_is_about)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    story_seek(story, made.end_ns);
    size_t bounce = story_mail_by_name(story, "bounce3");
    cr_assert_eq(story_mail(story, bounce)->parent, story_mail_by_name(story, "m2"));
    cr_assert_eq(letter_of(story, "m2").state, STORY_MAIL_BOUNCED);
    struct story_letter letter = letter_of(story, "bounce3");
    cr_assert_str_eq(place(story, &letter), "mail.a.example");
    cr_assert_str_eq(letter.recipient, "alice@a.example");
    cr_assert_eq(story_mails_so_far(story), 3);
    story_seek(story, SECOND);
    cr_assert_eq(story_mails_so_far(story), 1);
    story_free(story);
    made_free(&made);
}

Test(story_mail, queues_count_every_letter_of_a_host_once)
{
    struct made made = made_journal(3, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t server = story_host_by_name(story, "mail.a.example");
    for (int64_t at = 0; at <= made.end_ns; at += made.end_ns / 300) {
        story_seek(story, at);
        uint32_t held[STORY_MAIL_STATES] = {0};
        for (size_t i = 0; i < story_letter_count(story); i++) {
            struct story_letter letter = story_letter(story, i);
            if (letter.host == server) held[letter.state]++;
        }
        const enum story_mail_state here[] = {STORY_MAIL_QUEUED, STORY_MAIL_ACTIVE, STORY_MAIL_DEFERRED,
                                              STORY_MAIL_BOUNCED, STORY_MAIL_DELIVERED};
        for (size_t k = 0; k < sizeof here / sizeof here[0]; k++)
            cr_assert_eq(story_queue(story, server, here[k]), held[here[k]], "%s", story_mail_state_name(here[k]));
    }
    story_free(story);
    made_free(&made);
}

Test(story_mail, the_content_travels_smoothly_and_never_back)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    const size_t *live;
    size_t path[8];
    story_seek(story, made.content_begin_ns);
    cr_assert_eq(story_live_transfers(story, &live), 1);
    size_t transfer = live[0];
    const struct story_transfer *t = story_transfer(story, transfer);
    cr_assert_eq(letter_of(story, "m1").transfer, transfer);
    cr_assert_eq(t->end_ns, made.content_end_ns);
    cr_assert(t->complete);
    cr_assert_eq(story_transfer_path(story, transfer, path, 8), 3);
    cr_assert_eq(path[0], story_host_by_name(story, "mail.a.example"));
    cr_assert_eq(path[1], story_host_by_name(story, "internet"));
    cr_assert_eq(path[2], story_host_by_name(story, "mx1.b.example"));
    double before = 0, most_step = 0;
    for (int64_t at = t->begin_ns; at <= t->end_ns; at += MILLISECOND / 4) {
        double travelled = story_transfer_travelled(story, transfer, at);
        double arrived = story_transfer_arrived(story, transfer, at);
        cr_assert(travelled >= before && travelled <= 1 && arrived <= travelled + 1e-9);
        most_step = travelled - before > most_step ? travelled - before : most_step;
        before = travelled;
    }
    cr_assert_lt(most_step, 0.05, "no leap: %f", most_step);
    cr_assert_float_eq(story_transfer_travelled(story, transfer, t->end_ns), 1, 1e-9);
    cr_assert_float_eq(story_transfer_arrived(story, transfer, t->end_ns - 1), 1 - 1448 / 7000.0, 1e-9,
                       "the lost segment is missing until the end");
    story_seek(story, t->end_ns);
    cr_assert_eq(story_live_transfers(story, &live), 0);
    cr_assert_eq(story_transfer_count(story), 4, "two submissions, a relay, a pick-up");
    cr_assert(story_transfer(story, 2)->pick_up);
    story_free(story);
    made_free(&made);
}

Test(story_mail, attempts_are_bars_with_an_end_and_a_reason)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    cr_assert_eq(story_attempt_count(story), 5);
    const struct story_attempt *first = story_attempt(story, 0), *second = story_attempt(story, 1);
    cr_assert_str_eq(first->outcome, "later");
    cr_assert_eq(first->end_ns, made.deferred_ns);
    cr_assert_eq(first->peer, story_host_by_name(story, "mx1.b.example"));
    cr_assert_eq(second->begin_ns, made.next_ns);
    cr_assert_eq(second->nth, 2);
    cr_assert_eq(story_attempt(story, 3)->peer, STORY_NONE, "nobody takes mail for c.example");
    story_free(story);
    made_free(&made);
}

Test(story_mail, words_are_said_by_somebody_to_somebody_and_only_so_far)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t n = story_line_count(story), names = 0, contents = 0;
    for (size_t i = 0; i < n; i++) {
        const struct story_line *line = story_line(story, i);
        cr_assert_neq(line->host, STORY_NONE);
        cr_assert_neq(line->peer, STORY_NONE);
        cr_assert_gt(strlen(line->text), 0);
        names += line->speech == STORY_NAMES;
        contents += line->is_content;
        story_seek_event(story, line->event);
        cr_assert_eq(story_lines_so_far(story), i + 1);
    }
    cr_assert_eq(names, 4);
    cr_assert_eq(contents, 4);
    const struct story_line *answer = NULL;
    for (size_t i = 0; i < n; i++)
        if (strstr(story_line(story, i)->text, "NXDOMAIN")) answer = story_line(story, i);
    cr_assert_not_null(answer);
    cr_assert_str_eq(story_host(story, answer->host).name, "ns");
    cr_assert_str_eq(answer->text, "c.example MX: NXDOMAIN");
    story_free(story);
    made_free(&made);
}

Test(story_mail, captions_are_active_until_the_next)
{
    struct made made = made_journal(2, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t first;
    story_seek(story, SECOND - 1);
    cr_assert_eq(story_captions_active(story, &first), 0);
    story_seek(story, SECOND);
    cr_assert_eq(story_captions_active(story, &first), 1);
    cr_assert_str_eq(story_caption(story, first)->cite, "RFC 5321");
    cr_assert_eq(story_caption(story, first)->about, 0);
    story_seek(story, made.end_ns);
    cr_assert_eq(story_captions_active(story, &first), 1);
    cr_assert_eq(first, 1);
    story_free(story);
    made_free(&made);
}

Test(story_mail, timers_are_pending_from_set_to_fire_or_cancel)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    bool waits = false;
    story_seek(story, made.next_ns - 1);
    for (size_t i = 0; i < story_timer_count(story); i++) {
        struct story_timer timer = story_timer(story, i);
        cr_assert_str_eq(timer.name, "next attempt", "retransmission timers were cancelled");
        cr_assert_eq(timer.at_ns, made.next_ns);
        cr_assert_eq(timer.mail, story_mail_by_name(story, "m1"));
        waits = true;
    }
    cr_assert(waits);
    story_seek(story, made.end_ns);
    cr_assert_eq(story_timer_count(story), 0);
    story_free(story);
    made_free(&made);
}

Test(story_mail, hosts_and_links_are_as_faults_have_left_them)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t server = story_host_by_name(story, "mx1.b.example"), link = story_link_by_id(story, 4);
    cr_assert_eq(story_host_count(story), 6);
    cr_assert_eq(story_host(story, server).role, STORY_MAIL_SERVER);
    story_seek(story, made.next_ns - 291 * SECOND);
    cr_assert_not(story_host(story, server).up);
    cr_assert_str_eq(story_host(story, server).why, "the scenario stops it");
    cr_assert(story_link(story, link).up[0]);
    cr_assert_not(story_link(story, link).up[1]);
    cr_assert_str_eq(story_link(story, link).why_down[1], "cut");
    story_seek(story, made.next_ns);
    cr_assert(story_host(story, server).up);
    cr_assert(story_link(story, link).up[1]);
    cr_assert_str_eq(story_link(story, story_link_by_id(story, 3)).loss[0], "20 %");
    cr_assert_str_eq(story_link(story, story_link_by_id(story, 3)).loss[1], "");
    story_seek(story, made.end_ns);
    cr_assert_eq(story_link(story, story_link_by_id(story, 3)).lost[1], 1);
    story_free(story);
    made_free(&made);
}

Test(story_mail, the_two_ends_of_a_connection_know_each_other)
{
    struct made made = made_journal(2, NULL, 0);
    struct story *story = story_new(made.memory);
    for (size_t i = 0; i < story_conn_count(story); i++) {
        struct story_conn conn = story_conn(story, i), other = story_conn(story, conn.other_end);
        cr_assert_eq(other.other_end, i);
        cr_assert_eq(conn.local_port, other.remote_port);
        cr_assert_neq(conn.active, other.active);
        cr_assert_str_eq(conn.protocol, conn.local_port == 110 || conn.remote_port == 110 ? "pop3" : "smtp");
        story_seek_event(story, conn.close_event - 1);
        cr_assert_str_eq(story_conn(story, i).state, "ESTABLISHED");
        const uint32_t *vars;
        size_t n = story_conn_vars(story, i, &vars);
        if (n) cr_assert_eq(story_conn(story, i).vars_event, vars[n - 1]);
    }
    story_free(story);
    made_free(&made);
}

/* What a server has decided is told up to the instant, the latest first, and only what is its own. */
Test(story_mail, notes_are_those_of_a_host_up_to_the_instant)
{
    struct journal *j = journal_new();
    struct journal_memory *memory = journal_memory_new();
    size_t found[4];
    journal_add_reader(j, journal_memory_reader(memory, event_mask_all()));
    for (int64_t i = 0; i < 6; i++) {
        journal_set_now(j, i * SECOND);
        JOURNAL_EMIT(j, SMTP_RULE, F_INT(SESSION, 1), F_INT(HOST, 1 + i % 2), F_TEXT(NAME, "greylisting"),
                     F_TEXT(TEXT, "never seen before, so it has to wait"), F_INT(AT, (i + 300) * SECOND));
    }
    struct story *story = story_new(memory);
    story_seek(story, 3 * SECOND);
    cr_assert_eq(story_notes(story, EVENT_SMTP_RULE, FIELD_HOST, 1, found, 4), 2);
    cr_expect_eq(story_event_time(story, found[0]), 2 * SECOND);
    cr_expect_eq(story_event_time(story, found[1]), 0);
    cr_expect_eq(story_notes(story, EVENT_SMTP_RULE, FIELD_HOST, 3, found, 4), 0);
    story_seek(story, 5 * SECOND);
    cr_expect_eq(story_notes(story, EVENT_SMTP_RULE, FIELD_HOST, 1, found, 2), 2);
    cr_expect_eq(story_event_time(story, found[0]), 4 * SECOND);
    cr_expect_eq(story_notes(story, EVENT_STS_POLICY, FIELD_HOST, 1, found, 4), 0);
    story_free(story);
    journal_free(j);
    journal_memory_free(memory);
}

static const enum story_mail_state waiting_states[] = {STORY_MAIL_OUTBOX, STORY_MAIL_QUEUED, STORY_MAIL_ACTIVE,
                                                       STORY_MAIL_DEFERRED};

static void expect_the_queue_row_by_row(const struct story *story, size_t host)
{
    struct story_waiting rows[64];
    uint32_t counted = 0, told[STORY_MAIL_STATES] = {0};
    size_t n = story_waiting(story, host, rows, 64), before = 0;
    for (size_t i = 0; i < n; i++) {
        struct story_letter copies[8];
        size_t n_copies = story_letter_copies(story, rows[i].letter.mail, copies, 8), here = 0;
        while (here < n_copies && copies[here].host != host)
            here++;
        told[rows[i].letter.state]++;
        cr_expect_eq(rows[i].letter.host, host);
        cr_assert_lt(here, n_copies); /* a letter each mail, so they have the same number */
        cr_expect_eq(rows[i].letter.event, copies[here].event);
        cr_expect_geq(rows[i].letter.mail, before, "the oldest first");
        before = rows[i].letter.mail;
    }
    for (size_t k = 0; k < sizeof waiting_states / sizeof *waiting_states; k++) {
        counted += story_queue(story, host, waiting_states[k]);
        cr_expect_eq(told[waiting_states[k]], story_queue(story, host, waiting_states[k]));
    }
    cr_assert_eq(n, counted);
    cr_expect_eq(story_waiting(story, host, rows, 0), 0);
}

Test(story_mail, a_queue_is_told_row_by_row_at_any_instant_forwards_and_backwards)
{
    struct made made = made_journal(3, NULL, 0);
    struct story *story = story_new(made.memory);
    for (int64_t step = -300; step <= 300; step++) {
        story_seek(story, made.end_ns / 300 * (step < 0 ? -step : step));
        for (size_t h = 0; h < story_host_count(story); h++)
            expect_the_queue_row_by_row(story, h);
    }
    story_free(story);
    made_free(&made);
}

Test(story_mail, a_row_of_the_queue_tells_its_attempts_here_and_how_the_last_one_ended)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    struct story_waiting row;
    const struct {
        int64_t at_ns;
        uint32_t attempts;
        const char *last;
    } instants[] = {{made.next_ns, 2, "later"}, {made.deferred_ns, 1, "later"}, {made.next_ns - 1, 1, "later"}};
    size_t server = story_host_by_name(story, "mail.a.example");
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        story_seek(story, instants[i].at_ns);
        cr_assert_eq(story_waiting(story, server, &row, 1), 1, "instant %zu", i);
        cr_expect_eq(row.attempts, instants[i].attempts, "instant %zu: %u", i, row.attempts);
        cr_assert_neq(row.last, STORY_NONE);
        cr_expect_str_eq(story_attempt(story, row.last)->outcome, instants[i].last);
    }
    story_seek_event(story, story_attempt(story, 0)->begin_event);
    cr_assert_eq(story_waiting(story, server, &row, 1), 1);
    cr_expect_eq(row.attempts, 1);
    cr_expect_eq(row.last, STORY_NONE, "it is still under way");
    story_free(story);
    made_free(&made);
}

Test(story_mail, the_open_connections_of_a_host_are_those_that_it_has_an_end_of)
{
    struct made made = made_journal(2, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t most = 0;
    for (size_t event = 0; event < story_event_count(story); event += 7) {
        const size_t *open;
        size_t of[16], sum = 0;
        story_seek_event(story, event);
        size_t n = story_open_conns(story, &open);
        for (size_t h = 0; h < story_host_count(story); h++) {
            size_t n_of = story_open_conns_of(story, h, of, 16);
            for (size_t i = 0; i < n_of; i++)
                cr_expect_eq(story_conn(story, of[i]).host, h);
            sum += n_of;
        }
        cr_expect_eq(sum, n);
        if (n > most) most = n;
    }
    cr_expect_gt(most, 0);
    story_free(story);
    made_free(&made);
}
