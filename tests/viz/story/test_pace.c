/* Pace: virtual time and time on the screen. */
#include <criterion/criterion.h>

#include "tests/viz/story/made_journal.h"
#include "viz/story/pace.h"
#include "viz/story/visible.h"

static const struct pace_settings all_settings[] = {{PACE_STORY, 1},   {PACE_STORY, 4}, {PACE_STORY, 0.25},
                                                    {PACE_STEADY, 60}, {PACE_EVENT, 1}, {PACE_STEADY, 0.1}};

Test(pace, is_monotone_and_leads_back_to_the_times_of_events)
{
    struct made made = made_journal(2, NULL, 0);
    for (size_t k = 0; k < sizeof all_settings / sizeof all_settings[0]; k++) {
        struct pace *pace = pace_new(made.memory, all_settings[k]);
        int64_t total = pace_total_ns(pace), before = 0;
        cr_assert_gt(total, 0);
        cr_assert_eq(pace_virtual_at(pace, -5), 0);
        cr_assert_eq(pace_virtual_at(pace, total + 5), made.end_ns);
        for (int64_t screen = 0; screen <= total; screen += total / 5000) {
            int64_t at = pace_virtual_at(pace, screen);
            cr_assert_geq(at, before);
            before = at;
        }
        before = 0;
        for (size_t i = 0; i < journal_memory_count(made.memory); i++) {
            const struct event *e = journal_memory_at(made.memory, i);
            int64_t screen = pace_screen_at(pace, e->at_ns), back = pace_virtual_at(pace, screen);
            cr_assert_geq(screen, before);
            before = screen;
            if (all_settings[k].mode != PACE_STEADY && event_visible_sort(e->kind) != VISIBLE_NOT)
                cr_assert_eq(back, e->at_ns, "settings %zu, event %zu", k, i);
        }
        pace_free(pace);
    }
    made_free(&made);
}

Test(pace, steady_is_a_plain_factor)
{
    struct made made = made_journal(1, NULL, 0);
    struct pace *pace = pace_new(made.memory, (struct pace_settings){PACE_STEADY, 100});
    cr_assert_eq(pace_total_ns(pace), made.end_ns / 100);
    cr_assert_leq(llabs(pace_virtual_at(pace, SECOND) - 100 * SECOND), 100);
    cr_assert_float_eq(pace_speed_at(pace, SECOND), 100, 1e-3);
    pace_free(pace);
    made_free(&made);
}

Test(pace, thirty_years_at_the_slowest_pace_still_lead_from_beginning_to_end)
{
    struct journal_memory *journal = journal_memory_new();
    const struct event first = {.id = 1, .kind = EVENT_RUN_END, .values = {{0, ""}}};
    struct event last = first;
    last.id = 2;
    last.at_ns = 30 * 365 * DAY;
    journal_memory_append(journal, &first);
    journal_memory_append(journal, &last);
    struct pace *pace = pace_new(journal, (struct pace_settings){PACE_STEADY, 0.001});
    int64_t total = pace_total_ns(pace);
    cr_assert_gt(total, last.at_ns);
    cr_assert_eq(pace_virtual_at(pace, total), last.at_ns);
    cr_assert_lt(pace_virtual_at(pace, total / 2), last.at_ns);
    cr_assert_eq(pace_screen_at(pace, last.at_ns), total);
    pace_free(pace);
    journal_memory_free(journal);
}

Test(pace, story_lets_idle_time_pass_within_a_second_and_says_that_it_skips)
{
    struct made made = made_journal(1, NULL, 0);
    struct pace *pace = pace_new(made.memory, pace_settings_default());
    int64_t from = pace_screen_at(pace, made.next_ns - 200 * SECOND), to = pace_screen_at(pace, made.next_ns);
    cr_assert_leq(to - from, SECOND);
    cr_assert_gt(to - from, 100 * MILLISECOND);
    cr_assert(pace_is_skipping(pace, (from + to) / 2));
    cr_assert_gt(pace_speed_at(pace, (from + to) / 2), 100);
    cr_assert_not(pace_is_skipping(pace, pace_screen_at(pace, made.content_begin_ns + 10 * MILLISECOND)));
    pace_free(pace);
    made_free(&made);
}

Test(pace, story_moves_packets_evenly)
{
    struct made made = made_journal(1, NULL, 0);
    struct pace *pace = pace_new(made.memory, pace_settings_default());
    double speed = pace_speed_at(pace, pace_screen_at(pace, made.content_begin_ns + MILLISECOND));
    int flights = 0;
    for (size_t i = 0; i < journal_memory_count(made.memory); i++) {
        const struct event *e = journal_memory_at(made.memory, i);
        if (e->kind != EVENT_LINK_SEND) continue;
        int64_t begins = event_int(e, FIELD_BEGINS), arrives = event_int(e, FIELD_ARRIVES);
        /* The clock may stand at the instant of departure, for a caption or a mail's change of state. */
        int64_t screen = pace_screen_at(pace, arrives) - pace_screen_at(pace, begins + 1000);
        double expected = (double)(arrives - begins - 1000) / speed;
        cr_assert(screen > 0.99 * expected && screen < 1.01 * expected, "event %zu: %lld for %f", i, (long long)screen,
                  expected);
        flights++;
    }
    cr_assert_gt(flights, 100);
    pace_free(pace);
    made_free(&made);
}

Test(pace, story_stands_still_while_a_caption_is_read)
{
    struct made made = made_journal(1, NULL, 0);
    struct pace *pace = pace_new(made.memory, pace_settings_default());
    int64_t screen = pace_screen_at(pace, SECOND);
    cr_assert_eq(pace_virtual_at(pace, screen), SECOND);
    cr_assert_eq(pace_virtual_at(pace, screen + SECOND), SECOND, "the clock stands");
    cr_assert_gt(pace_virtual_at(pace, screen + 8 * SECOND), SECOND);
    pace_free(pace);
    made_free(&made);
}

Test(pace, event_gives_each_instant_the_same_room)
{
    struct made made = made_journal(1, NULL, 0);
    struct pace *pace = pace_new(made.memory, (struct pace_settings){PACE_EVENT, 2});
    int64_t last_ns = 0, room = 0;
    for (size_t i = 0; i < journal_memory_count(made.memory); i++) {
        const struct event *e = journal_memory_at(made.memory, i);
        if (event_visible_sort(e->kind) == VISIBLE_NOT || e->at_ns == last_ns) continue;
        int64_t taken = pace_screen_at(pace, e->at_ns) - pace_screen_at(pace, last_ns);
        cr_assert(room == 0 || taken == room);
        room = taken;
        last_ns = e->at_ns;
    }
    pace_free(pace);
    made_free(&made);
}

Test(pace, of_an_empty_journal_is_a_breath)
{
    struct journal_memory *empty = journal_memory_new();
    for (size_t k = 0; k < sizeof all_settings / sizeof all_settings[0]; k++) {
        struct pace *pace = pace_new(empty, all_settings[k]);
        cr_assert_gt(pace_total_ns(pace), 0);
        cr_assert_eq(pace_virtual_at(pace, pace_total_ns(pace)), 0);
        cr_assert_eq(pace_screen_at(pace, 0), 0);
        pace_free(pace);
    }
    journal_memory_free(empty);
}
