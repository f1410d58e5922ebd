/* CoDel as RFC 8289 describes it: alone, and at the head of a link's queue. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/codel.h"
#include "tests/sim/link_world.h"

static const struct link_codel usual = {.target_ns = 5 * MILLISECOND, .interval_ns = 100 * MILLISECOND};

static bool asks(struct codel *c, int64_t now_ms, int64_t sojourn_ms)
{
    struct codel_head head = {.sojourn_ns = sojourn_ms * MILLISECOND, .behind_bytes = 10000, .mtu_bytes = 1500};
    return codel_should_drop(c, &usual, now_ms * MILLISECOND, head);
}

Test(codel, the_control_law_is_interval_over_the_root_of_count_rounded_down)
{
    cr_assert_eq(codel_control_law(7, 100 * MILLISECOND, 1), 100 * MILLISECOND + 7);
    cr_assert_eq(codel_control_law(0, 100 * MILLISECOND, 2), 70710678); /* 70710678.1 */
    cr_assert_eq(codel_control_law(0, 100 * MILLISECOND, 3), 57735026); /* 57735026.9 */
    cr_assert_eq(codel_control_law(0, 100 * MILLISECOND, 4), 50 * MILLISECOND);
    cr_assert_eq(codel_control_law(0, 4 * SECOND, 1), 4 * SECOND);
    cr_assert_eq(codel_control_law(0, 100 * MILLISECOND, 1000000), 100 * MICROSECOND);
}

Test(codel, a_delay_below_target_is_never_dropped)
{
    struct codel c = {0};
    for (int64_t ms = 1; ms < 10000; ms++)
        cr_assert_not(asks(&c, ms, 4));
}

Test(codel, less_than_a_packet_waiting_behind_is_no_standing_queue)
{
    struct codel c = {0};
    struct codel_head head = {.sojourn_ns = SECOND, .behind_bytes = 1500, .mtu_bytes = 1500};
    for (int64_t ms = 1; ms < 1000; ms++)
        cr_assert_not(codel_should_drop(&c, &usual, ms * MILLISECOND, head));
}

Test(codel, one_packet_below_target_begins_the_interval_anew)
{
    struct codel c = {0};
    for (int64_t ms = 1; ms < 1000; ms++)
        cr_assert_not(asks(&c, ms, ms % 100 == 0 ? 4 : 50), "at %d ms", (int)ms);
}

/* The head is asked about each millisecond; the times of the drops follow from the control law alone. */
Test(codel, a_standing_queue_loses_a_packet_after_an_interval_and_then_ever_closer)
{
    struct codel c = {0};
    int64_t next_ns = 101 * MILLISECOND; /* first seen above at 1 ms */
    uint32_t count = 0;
    for (int64_t ms = 1; ms < 2000; ms++) {
        bool dropped = asks(&c, ms, 50);
        cr_assert_eq(dropped, ms * MILLISECOND >= next_ns, "at %d ms", (int)ms);
        if (!dropped) continue;
        count++;
        /* RFC 8289 5.5: the first drop begins at now, those after it go on from their schedule. */
        next_ns = codel_control_law(count == 1 ? ms * MILLISECOND : next_ns, usual.interval_ns, count);
        cr_assert_not(asks(&c, ms, 50), "one at a time");
    }
    cr_assert(count > 90, "the rate grows: %u", count); /* sum of 100/sqrt(n) ms up to n = 92 is some 1.9 s */
    cr_assert_not(asks(&c, 2000, 4), "below target it stops");
    cr_assert_not(c.dropping);
}

Test(codel, dropping_begins_anew_with_the_rate_of_shortly_before)
{
    struct codel c = {0};
    int64_t ms = 1;
    for (; ms < 1000; ms++)
        asks(&c, ms, 50);
    uint32_t before = c.count - c.lastcount;
    cr_assert_gt(before, 5);
    asks(&c, ms, 4);
    for (ms = 1001; !asks(&c, ms, 50); ms++)
        continue;
    cr_assert_eq(c.count, before, "within 16 intervals");
    asks(&c, ms, 4);
    for (ms += 3000; !asks(&c, ms, 50); ms++)
        continue;
    cr_assert_eq(c.count, 1, "after that as for the first time");
}

/* 1000 bytes take 1 ms; twice as many are sent. */
static struct link_world *overloaded(struct link_codel codel, int ms)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 8000000;
    settings.delay_ns = 10 * MILLISECOND;
    settings.codel = codel;
    struct link_world *w = link_world_new(1, settings);
    for (int i = 0; i < ms; i++) {
        link_world_run_until(w, i * MILLISECOND);
        link_world_send(w, 1000);
        link_world_send(w, 1000);
    }
    return w;
}

Test(codel, on_a_link_the_head_is_dropped_and_the_tail_is_taken)
{
    struct link_world *w = overloaded(usual, 400);
    uint64_t drops = network_totals(w->network, w->link, 0).lost_codel;
    cr_assert(drops >= 5, "%d drops", (int)drops);
    cr_assert(link_world_conserves(w));
    for (size_t i = 0; i < drops; i++) {
        const struct event *drop = link_world_event(w, EVENT_LINK_DROP, i);
        cr_assert_str_eq(event_text(drop, FIELD_WHY), "codel");
        cr_assert_lt(event_int(drop, FIELD_PACKET), 800 - 100, "not the tail");
    }
    const struct event *first = link_world_event(w, EVENT_LINK_DROP, 0);
    cr_assert(first->at_ns > 100 * MILLISECOND && first->at_ns < 125 * MILLISECOND, "above 5 ms since 5 to 10 ms");
    link_world_run(w);
    cr_assert(link_world_conserves(w));
    for (size_t i = 1; i < w->n_arrivals; i++)
        cr_assert_eq(w->arrivals[i].at_ns - w->arrivals[i - 1].at_ns, MILLISECOND, "the link is never idle");
    link_world_free(w);
}

Test(codel, without_overload_nothing_is_dropped)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 8000000;
    settings.codel = usual;
    struct link_world *w = link_world_new(1, settings);
    for (int i = 0; i < 1000; i++) {
        link_world_run_until(w, i * 4 * MILLISECOND);
        for (int k = 0; k < 4; k++) /* the last waits 3 ms */
            link_world_send(w, 1000);
    }
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 4000);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_codel, 0);
    link_world_free(w);
}

Test(codel, a_full_queue_still_drops_the_tail)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 8000000;
    settings.codel = usual;
    settings.queue_packets = 3;
    struct link_world *w = link_world_new(1, settings);
    for (int k = 0; k < 5; k++)
        link_world_send(w, 1000);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_queue, 2);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 3);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}
