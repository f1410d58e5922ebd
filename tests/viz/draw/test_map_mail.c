/* The mail on the map: who holds one shows one. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/map_mail.h"
#include "viz/draw/map_view.h"

struct stage {
    struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    struct canvas *canvas;
    struct targets *targets;
    struct map_plan *plan;
};

static struct stage open_stage(const char *scenario)
{
    struct stage s = {.journal = run_scenario(scenario)};
    s.story = story_new(s.journal);
    s.pace = pace_new(s.journal, pace_settings_default());
    s.canvas = canvas_new_layer(800, 400);
    s.targets = targets_new();
    s.plan = map_plan_of(s.story, box_of(20, 20, 760, 360), 1, s.canvas);
    return s;
}

static void close_stage(struct stage *s)
{
    map_plan_free(s->plan);
    targets_free(s->targets);
    canvas_free(s->canvas);
    pace_free(s->pace);
    story_free(s->story);
    journal_memory_free(s->journal);
    canvas_forget_fonts();
}

static void draw_at(const struct stage *s, int64_t at_ns)
{
    story_seek(s->story, at_ns);
    struct view view = {.canvas = s->canvas, .story = s->story, .pace = s->pace, .theme = theme_of(false), .unit = 1};
    view.targets = s->targets;
    view.screen_ns = pace_screen_at(s->pace, at_ns);
    targets_clear(s->targets);
    map_view_draw_moving(&view, s->plan);
}

static size_t envelopes_at(const struct stage *s, size_t host)
{
    size_t n = 0;
    for (size_t i = 0; i < targets_count(s->targets); i++) {
        const struct target *target = targets_at(s->targets, i);
        n += target->act == ACT_MAIL && box_meets(target_bounds(target), s->plan->hosts[host].rest);
    }
    return n;
}

/* By the queues, which count on their own. */
static uint32_t held_at(const struct story *story, size_t host)
{
    const enum story_mail_state holds[] = {STORY_MAIL_OUTBOX,   STORY_MAIL_QUEUED,    STORY_MAIL_ACTIVE,
                                           STORY_MAIL_DEFERRED, STORY_MAIL_DELIVERED, STORY_MAIL_PICKED_UP};
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++)
        n += story_queue(story, host, holds[i]);
    return n;
}

static bool hands_over(const struct story *story, size_t host)
{
    const size_t *transfers;
    size_t n = story_live_transfers(story, &transfers);
    for (size_t i = 0; i < n; i++)
        if (story_transfer(story, transfers[i])->from == host) return true;
    return false;
}

Test(map_mail, every_host_that_holds_a_mail_shows_an_envelope_at_every_instant)
{
    const char *const scenarios[] = {"crash-before-250", "backup-mx", "backup-relays", "duplicate-after-lost-250",
                                     "retry-side-by-side"};
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct stage s = open_stage(scenarios[i]);
        enum { INSTANTS = 150 };
        size_t n = journal_memory_count(s.journal), together = 0;
        for (size_t k = 1; k <= INSTANTS; k++) {
            draw_at(&s, journal_memory_at(s.journal, (n - 1) * k / INSTANTS)->at_ns);
            size_t holders = 0;
            for (size_t h = 0; h < s.plan->n_hosts; h++) {
                if (held_at(s.story, h) == 0 || hands_over(s.story, h)) continue;
                holders++;
                cr_expect(envelopes_at(&s, h) > 0, "%s at %f s: none at %s", scenarios[i],
                          (double)story_now(s.story) / SECOND, story_host(s.story, h).name);
            }
            together += holders > 1;
        }
        cr_expect(together > 0, "%s: two never hold a mail at once", scenarios[i]);
        close_stage(&s);
    }
}

Test(map_mail, a_mail_that_was_taken_without_its_sender_knowing_lies_at_both)
{
    struct stage s = open_stage("crash-before-250");
    draw_at(&s, 60 * SECOND);
    cr_expect(eq(sz, envelopes_at(&s, story_host_by_name(s.story, "mail.a.example")), 1));
    cr_expect(eq(sz, envelopes_at(&s, story_host_by_name(s.story, "mx1.b.example")), 1));
    close_stage(&s);
}

/* Otherwise an envelope would leave its links when one of them goes down, and float over the map. */
Test(map_mail, who_is_on_the_way_when_a_link_goes_down_stays_on_it)
{
    struct stage s = open_stage("duplicate-after-lost-250");
    size_t from = story_host_by_name(s.story, "mx1.b.example"), to = story_host_by_name(s.story, "mail.a.example");
    enum { INSTANTS = 400, ROOM = 8 };
    size_t before[ROOM], hosts[ROOM], cut_off = 0, n = journal_memory_count(s.journal);
    draw_at(&s, 0);
    size_t n_before = map_routes_way(s.plan->crowd->routes, from, to, before, ROOM);
    for (size_t k = 1; k <= INSTANTS; k++) {
        draw_at(&s, journal_memory_at(s.journal, (n - 1) * k / INSTANTS)->at_ns);
        cut_off += map_routes_way(s.plan->crowd->routes, from, to, hosts, ROOM) == 0;
        size_t n_now = map_routes_old_way(s.plan->crowd->routes, from, to, hosts, ROOM);
        cr_assert(eq(sz, n_now, n_before));
        cr_expect(memcmp(hosts, before, n_now * sizeof *hosts) == 0);
    }
    cr_expect(cut_off > 0, "nobody is cut off");
    close_stage(&s);
}

Test(map_names, a_click_on_a_name_is_one_on_its_host)
{
    struct stage s = open_stage("lost-segment");
    draw_at(&s, 0);
    for (size_t h = 0; h < s.plan->n_hosts; h++) {
        struct box name = s.plan->hosts[h].label;
        const struct target *hit = targets_find(s.targets, name.x + name.w / 2, name.y + 5);
        cr_assert(hit != NULL);
        cr_expect(hit->act == ACT_HOST && hit->arg == h, "%s", story_host(s.story, h).name);
        cr_expect(box_meets(target_bounds(targets_find_act(s.targets, ACT_HOST, h)), s.plan->hosts[h].icon),
                  "the keyboard comes to the icon");
    }
    close_stage(&s);
}

static bool is_on(const struct stage *s, struct point at, double r)
{
    struct box box = box_of(at.x - r, at.y - r, 2 * r, 2 * r), area = s->plan->area;
    for (size_t h = 0; h < s->plan->n_hosts; h++)
        if (box_meets(box, s->plan->hosts[h].label)) return true;
    return box.x < area.x || box.y < area.y || box.x + box.w > area.x + area.w || box.y + box.h > area.y + area.h;
}

/* Where many wait: before a slow line, a deep queue, a narrow tunnel. */
Test(map_packets, those_that_wait_stand_neither_on_a_name_nor_beyond_the_edge)
{
    static const struct {
        const char *scenario;
        int64_t at_ns;
    } cases[] = {{"big-attachment", 3 * SECOND}, {"full-queue", 5 * SECOND}, {"path-mtu", 1628493808}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct stage s = open_stage(cases[c].scenario);
        size_t waiting = 0;
        draw_at(&s, cases[c].at_ns);
        for (size_t i = 0; i < targets_count(s.targets); i++) {
            const struct target *target = targets_at(s.targets, i);
            const struct box box = target_bounds(target);
            const size_t *hops;
            if (target->act != ACT_PACKET) continue;
            for (size_t k = 0, n = story_live_hops(s.story, &hops); k < n; k++) {
                const struct story_hop *hop = story_hop(s.story, hops[k]);
                if (hop->packet != target->arg || story_hop_place(hop, cases[c].at_ns) >= 0) continue;
                waiting++;
                cr_expect(not(is_on(&s, point_of(box.x + box.w / 2, box.y + box.h / 2), 7)), "%s", cases[c].scenario);
            }
        }
        cr_expect(waiting >= 3, "%s: %zu", cases[c].scenario, waiting);
        close_stage(&s);
    }
}

static void expect_words(const struct stage *s, int64_t at_ns, const char *host, const char *expected)
{
    char words[MAP_WORDS_BYTES];
    story_seek(s->story, at_ns);
    map_mail_words(s->story, story_host_by_name(s->story, host), words);
    cr_expect_str_eq(words, expected, "%s: %s, and not %s", host, words, expected);
}

/* The plan goes to two people, the letter to one. */
Test(map_mail, a_mail_for_several_recipients_is_one_mail)
{
    struct stage s = open_stage("big-attachment");
    expect_words(&s, 2 * SECOND, "finn-pc", "1 mail in outbox");
    expect_words(&s, 4 * SECOND, "finn-pc", "2 mails in outbox");
    expect_words(&s, 12700 * MILLISECOND, "mail.a.example", "1 mail in queue");
    expect_words(&s, 12900 * MILLISECOND, "mail.a.example", "2 mails in queue");
    expect_words(&s, 15600 * MILLISECOND, "mx1.b.example", "2 mails in mailbox");
    close_stage(&s);
}

/* ---- Full, busy, slow ---- */

Test(map_mail, a_full_mailbox_is_told_until_its_owner_has_fetched)
{
    struct stage s = open_stage("full-mailbox");
    expect_words(&s, 9 * SECOND, "mx.b.example", "1 mail in mailbox");
    expect_words(&s, 10840 * MILLISECOND, "mx.b.example", "mailbox full");
    expect_words(&s, 10840 * MILLISECOND, "mx.c.example", "mailbox full");
    story_seek(s.story, story_end_ns(s.story));
    cr_expect(eq(int, story_host(s.story, story_host_by_name(s.story, "mx.b.example")).mood, STORY_MOOD_WELL));
    close_stage(&s);
}

Test(map_mail, a_server_that_says_not_now_is_told_until_it_takes_a_mail)
{
    struct stage s = open_stage("busy-server");
    expect_words(&s, SECOND, "mx1.b.example", "");
    expect_words(&s, 180 * SECOND, "mx1.b.example", "not now: 451");
    story_seek(s.story, story_end_ns(s.story));
    cr_expect(eq(int, story_host(s.story, story_host_by_name(s.story, "mx1.b.example")).mood, STORY_MOOD_WELL));
    close_stage(&s);
}

/* 451 at 30 s, 354 to the second attempt. */
Test(map_mail, what_a_server_answered_is_told_until_it_answers_otherwise)
{
    struct stage s = open_stage("greylisting");
    size_t mx1 = story_host_by_name(s.story, "mx1.b.example"), greets = STORY_NONE;
    expect_words(&s, 100 * SECOND, "mx1.b.example", "not now: 450");
    for (size_t i = 0; i < story_line_count(s.story) && greets == STORY_NONE; i++) {
        const struct story_line *line = story_line(s.story, i);
        if (line->host == mx1 && line->at_ns > 100 * SECOND && !strncmp(line->text, "220", 3)) greets = i;
    }
    cr_assert(ne(sz, greets, STORY_NONE));
    story_seek(s.story, story_line(s.story, greets)->at_ns - 1);
    cr_expect(eq(int, story_host(s.story, mx1).mood, STORY_MOOD_NOT_NOW));
    story_seek(s.story, story_line(s.story, greets)->at_ns);
    cr_expect(eq(int, story_host(s.story, mx1).mood, STORY_MOOD_WELL));
    close_stage(&s);
    s = open_stage("unknown-user");
    size_t mx = STORY_NONE;
    for (size_t i = 0; i < story_line_count(s.story) && mx == STORY_NONE; i++)
        if (!strncmp(story_line(s.story, i)->text, "550", 3)) mx = i;
    cr_assert(ne(sz, mx, STORY_NONE));
    expect_words(&s, story_line(s.story, mx)->at_ns, story_host(s.story, story_line(s.story, mx)->host).name,
                 "refused: 550");
    close_stage(&s);
}

/* Also a server that said 450 before. */
Test(map_mail, a_tarpit_is_told_while_it_holds_an_answer_whatever_it_said_before)
{
    struct stage s = open_stage("tarpit");
    size_t mx1 = story_host_by_name(s.story, "mx1.b.example");
    expect_words(&s, 30 * SECOND, "mx1.b.example", "answers slowly");
    cr_expect(gt(i64, story_host(s.story, mx1).slow_until_ns, 30 * SECOND));
    close_stage(&s);
}

Test(map_mail, a_server_that_keeps_its_answers_back_or_has_too_many_callers_is_told)
{
    struct stage s = open_stage("tarpit");
    expect_words(&s, 9 * SECOND, "mx1.b.example", "answers slowly");
    close_stage(&s);
    s = open_stage("hostile-client");
    expect_words(&s, 122 * SECOND, "mx1.b.example", "busy: 421");
    close_stage(&s);
    s = open_stage("full-disk");
    bool full = false;
    for (int64_t at = 0; at < story_end_ns(s.story) && !full; at += story_end_ns(s.story) / 50) {
        story_seek(s.story, at);
        for (size_t h = 0; h < story_host_count(s.story); h++)
            full |= *story_host(s.story, h).trouble[STORY_TROUBLE_DISK] != 0;
    }
    cr_expect(full);
    close_stage(&s);
}

/* ---- A server that says nothing ---- */

static bool is_silent(const struct stage *s, const char *host)
{
    char text[MAP_WORDS_BYTES];
    size_t index = story_host_by_name(s->story, host);
    map_mail_words(s->story, index, text);
    return story_host(s->story, index).mood == STORY_MOOD_SILENT && strcmp(text, "does not answer") == 0;
}

Test(map_mail, a_name_server_that_says_nothing_is_marked_until_it_answers)
{
    struct stage s = open_stage("dns-down");
    story_seek(s.story, SECOND);
    cr_expect(not(is_silent(&s, "ns1.b.example")), "nobody has asked it yet");
    story_seek(s.story, 20 * MINUTE);
    cr_expect(is_silent(&s, "ns1.b.example"));
    cr_expect(not(is_silent(&s, "a.nic.example")), "that one answers");
    story_seek(s.story, story_end_ns(s.story));
    cr_expect(not(is_silent(&s, "ns1.b.example")), "it answers again");
    close_stage(&s);
}

static const char *words_at_end(const struct stage *s, const char *host, char text[MAP_WORDS_BYTES])
{
    story_seek(s->story, story_end_ns(s->story));
    map_mail_words(s->story, story_host_by_name(s->story, host), text);
    return text;
}

/* The window said "1 mail read" where the lesson is that there are two. */
Test(map_mail, a_mail_that_came_twice_is_one_mail_in_two_copies)
{
    static const char *const scenarios[] = {"crash-before-250", "duplicate-after-lost-250"};
    char text[MAP_WORDS_BYTES], sentence[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct stage s = open_stage(scenarios[i]);
        bool told = false;
        cr_expect(eq(str, (char *)words_at_end(&s, "bob-pc", text), "1 mail read, 2 copies"));
        cr_expect(eq(u32, story_letter(s.story, 0).copies, 2));
        for (size_t e = 0; e < story_event_count(s.story); e++)
            if (story_nth_copy(s.story, e) == 2)
                told |= strstr(story_sentence(s.story, e, sentence, sizeof sentence), "copy no. 2") != NULL;
        cr_expect(told);
        close_stage(&s);
    }
}

Test(map_mail, a_mail_that_no_server_took_stays_with_its_writer)
{
    char text[MAP_WORDS_BYTES];
    struct stage s = open_stage("who-may-send");
    cr_expect(eq(str, (char *)words_at_end(&s, "clara-pc", text), "1 mail not sent"));
    cr_expect(eq(int, story_letter(s.story, story_letter_count(s.story) - 1).state, STORY_MAIL_NOT_SENT));
    draw_at(&s, story_end_ns(s.story));
    cr_expect(eq(sz, envelopes_at(&s, story_host_by_name(s.story, "clara-pc")), 1));
    close_stage(&s);
}

Test(map_mail, a_receipt_is_no_bounce)
{
    struct stage s = open_stage("reports");
    cr_expect(not(story_mail_is_bounce(s.story, story_mail_by_name(s.story, "order-receipt-2"))));
    size_t delay = story_mail_by_name(s.story, "order-delayed");
    cr_expect(not(story_mail_is_bounce(s.story, delay)));
    cr_expect(eq(int, story_mail_sort(s.story, delay), STORY_MAIL_DELAY));
    cr_expect(not(story_mail_is_bounce(s.story, story_mail_by_name(s.story, "order"))));
    close_stage(&s);
}
