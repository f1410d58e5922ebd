/* What a link without faults does: physics, order, conservation (laws N1, N2), and a queue that is exactly as long as
   it was said to be. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/link_direction.h"
#include "tests/sim/link_world.h"

static struct link_settings slow_link(void)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 1000000; /* 1000 bytes take 8 ms */
    settings.delay_ns = 20 * MILLISECOND;
    return settings;
}

Test(links, transmission_time_is_bits_over_rate_rounded_up)
{
    cr_assert_eq(link_transmission_ns(1500, 12000000), MILLISECOND);
    cr_assert_eq(link_transmission_ns(1, 3), 2666666667);
    cr_assert_eq(link_transmission_ns(1500, 0), 0, "0 is no limit");
    cr_assert_eq(link_transmission_ns(0, 1000), 0);
    cr_assert_eq(link_transmission_ns(1, 9000000000), 1, "rounded up");
    /* Beyond what 64 bits hold in nanobits: 1 GiB at 1 bit/s, and at 3 Gbit/s. */
    cr_assert_eq(link_transmission_ns(1u << 30, 1), INT64_C(8589934592) * SECOND);
    cr_assert_eq(link_transmission_ns(1u << 30, 3000000000), 2863311531);
}

Test(links, a_packet_arrives_after_its_transmission_and_the_propagation)
{
    struct link_world *w = link_world_new(1, slow_link());
    link_world_send(w, 1000);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 1);
    cr_assert_eq(w->arrivals[0].at_ns, 28 * MILLISECOND);
    link_world_free(w);
}

Test(links, packets_sent_together_leave_one_after_the_other)
{
    struct link_world *w = link_world_new(1, slow_link());
    for (int i = 0; i < 3; i++)
        link_world_send(w, 1000);
    const struct event *third = link_world_event(w, EVENT_LINK_SEND, 2);
    cr_assert_eq(event_int(third, FIELD_QUEUED), 3000);
    cr_assert_eq(event_int(third, FIELD_BEGINS), 16 * MILLISECOND);
    cr_assert_eq(event_int(third, FIELD_DEPARTS), 24 * MILLISECOND);
    cr_assert_eq(event_int(third, FIELD_ARRIVES), 44 * MILLISECOND);
    cr_assert_eq(network_in_flight(w->network), 3);
    link_world_run(w);
    cr_assert_eq(w->arrivals[2].at_ns, 44 * MILLISECOND);
    cr_assert_eq(network_in_flight(w->network), 0);
    link_world_free(w);
}

Test(links, a_link_without_limits_takes_no_time_and_keeps_the_order)
{
    struct link_world *w = link_world_new(1, link_settings_default());
    for (int i = 0; i < 100; i++)
        link_world_send(w, 1500);
    cr_assert_eq(w->n_arrivals, 0, "not within the sender's own call");
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 100);
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(w->arrivals[i].at_ns, 0);
        cr_assert_eq(w->arrivals[i].unit, i + 1);
    }
    link_world_free(w);
}

Test(links, the_tail_is_dropped_exactly_when_the_queue_has_no_room)
{
    struct link_settings settings = slow_link();
    settings.queue_bytes = 3000;
    struct link_world *w = link_world_new(1, settings);
    for (int i = 0; i < 4; i++)
        link_world_send(w, 1000); /* the fourth finds 3000 waiting */
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 1);
    const struct event *drop = link_world_event(w, EVENT_LINK_DROP, 0);
    cr_assert_str_eq(event_text(drop, FIELD_WHY), "queue full");
    cr_assert_eq(event_int(drop, FIELD_PACKET), 4);
    link_world_run_until(w, 8 * MILLISECOND - 1);
    link_world_send(w, 1); /* one nanosecond before the first has left */
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 2);
    link_world_run_until(w, 8 * MILLISECOND);
    link_world_send(w, 1000); /* it has left */
    link_world_send(w, 1);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 3);
    link_world_run(w);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_queue, 3);
    cr_assert_eq(w->n_arrivals, 4);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

/* The queue as a naive model has it: a list of departures, counted anew at every question. */
struct naive_queue {
    struct {
        int64_t departs_ns;
        uint32_t size_bytes;
    } packets[5000];
    size_t n;
    int64_t free_ns;
};

static uint64_t naive_waiting(const struct naive_queue *q, int64_t now_ns)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < q->n; i++)
        if (q->packets[i].departs_ns > now_ns) sum += q->packets[i].size_bytes;
    return sum;
}

Test(links, queue_times_and_drops_agree_with_a_naive_model_over_random_traffic)
{
    struct link_settings settings = slow_link();
    settings.queue_bytes = 20000;
    struct link_world *w = link_world_new(1, settings);
    static struct naive_queue q;
    struct random_stream stream = random_stream_for(5, "test", "traffic");
    size_t expected_drops = 0, sends = 0;
    for (int i = 0; i < 1500; i++) {
        int64_t now_ns = w->engine->now_ns + (int64_t)random_stream_below(&stream, 12 * MILLISECOND);
        link_world_run_until(w, now_ns);
        uint32_t size_bytes = 40 + (uint32_t)random_stream_below(&stream, 1460);
        link_world_send(w, size_bytes);
        if (naive_waiting(&q, now_ns) + size_bytes > settings.queue_bytes) {
            expected_drops++;
        } else {
            q.free_ns = (now_ns > q.free_ns ? now_ns : q.free_ns) + link_transmission_ns(size_bytes, settings.rate_bps);
            q.packets[q.n].departs_ns = q.free_ns;
            q.packets[q.n++].size_bytes = size_bytes;
            const struct event *sent = link_world_event(w, EVENT_LINK_SEND, sends++);
            cr_assert_eq(event_int(sent, FIELD_DEPARTS), q.free_ns);
            cr_assert_eq((uint64_t)event_int(sent, FIELD_QUEUED), naive_waiting(&q, now_ns));
        }
        cr_assert(link_world_conserves(w), "N1 holds at every instant");
    }
    cr_assert(expected_drops > 20 && expected_drops < 1400, "the traffic must fill the queue now and then: %zu",
              expected_drops);
    link_world_run(w);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_queue, expected_drops);
    for (size_t i = 0; i < w->n_arrivals; i++)
        cr_assert_eq(w->arrivals[i].at_ns, q.packets[i].departs_ns + settings.delay_ns);
    cr_assert_eq(w->n_arrivals, q.n);
    link_world_free(w);
}

Test(links, packets_larger_than_the_mtu_die_at_once)
{
    struct link_settings settings = slow_link();
    settings.mtu_bytes = 576;
    struct link_world *w = link_world_new(1, settings);
    link_world_send(w, 577);
    link_world_send(w, 576);
    const struct event *drop = link_world_event(w, EVENT_LINK_DROP, 0);
    cr_assert_str_eq(event_text(drop, FIELD_WHY), "larger than mtu");
    cr_assert_null(link_world_event(w, EVENT_LINK_DROP, 1));
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 1);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_mtu, 1);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(links, new_settings_leave_what_has_begun_alone_and_nothing_overtakes)
{
    struct link_world *w = link_world_new(1, slow_link());
    link_world_send(w, 1000);
    link_world_send(w, 1000);
    struct link_settings fast = slow_link();
    fast.rate_bps = 8000000; /* 1000 bytes take 1 ms */
    fast.delay_ns = MILLISECOND;
    network_set_settings(w->network, w->link, 0, fast, "rate", "8 Mbit/s");
    link_world_send(w, 1000);
    cr_assert_str_eq(event_text(link_world_event(w, EVENT_LINK_VALUE, 0), FIELD_TEXT), "8 Mbit/s");
    cr_assert_eq(network_settings(w->network, w->link, 1).rate_bps, 1000000, "the way back is another");
    link_world_run(w);
    cr_assert_eq(w->arrivals[0].at_ns, 28 * MILLISECOND);
    cr_assert_eq(w->arrivals[1].at_ns, 28 * MILLISECOND, "it waited: leaves at 9 ms, would arrive at 10 ms");
    cr_assert_eq(w->arrivals[2].at_ns, 28 * MILLISECOND);
    cr_assert_eq(w->arrivals[2].unit, 3);
    link_world_free(w);
}

Test(links, each_step_of_a_packet_has_the_step_before_as_its_cause)
{
    struct link_world *w = link_world_new(1, slow_link());
    journal_set_cause(w->journal, 0);
    link_world_send(w, 1000);
    link_world_run(w);
    const struct event *sent = link_world_event(w, EVENT_LINK_SEND, 0);
    const struct event *delivered = link_world_event(w, EVENT_LINK_DELIVER, 0);
    cr_assert_eq(sent->cause, 0);
    cr_assert_eq(delivered->cause, sent->id);
    cr_assert_eq(w->arrivals[0].cause, delivered->id, "the receiver acts because of the delivery");
    cr_assert_eq(event_int(delivered, FIELD_HOST), w->b.n);
    link_world_free(w);
}

Test(links, totals_are_told_for_both_directions)
{
    struct link_world *w = link_world_new(1, slow_link());
    link_world_send(w, 700);
    link_world_send(w, 1501);
    link_world_run(w);
    network_emit_totals(w->network);
    const struct event *out = link_world_event(w, EVENT_LINK_TOTALS, 0),
                       *back = link_world_event(w, EVENT_LINK_TOTALS, 1);
    cr_assert_eq(event_int(out, FIELD_OFFERED), 2);
    cr_assert_eq(event_int(out, FIELD_DELIVERED), 1);
    cr_assert_eq(event_int(out, FIELD_LOST_MTU), 1);
    cr_assert_eq(event_int(out, FIELD_SIZE), 700);
    cr_assert_eq(event_int(back, FIELD_DIR), 1);
    cr_assert_eq(event_int(back, FIELD_OFFERED), 0);
    link_world_free(w);
}

Test(links, a_network_may_end_with_packets_on_the_way)
{
    struct link_world *w = link_world_new(1, slow_link());
    for (int i = 0; i < 50; i++)
        link_world_send(w, 1000);
    link_world_run_until(w, 30 * MILLISECOND);
    cr_assert_eq(network_in_flight(w->network), 49);
    link_world_free(w); /* the pool asserts that all were given back */
}
