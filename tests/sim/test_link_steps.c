/* A direction that goes step by step: the same as one that works everything out when a packet is put in; and right when
   a value changes while packets wait. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/kept_event.h"
#include "tests/sim/link_world.h"

static struct link_settings slow_link(void)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 1000000; /* 1000 bytes take 8 ms */
    settings.delay_ns = 20 * MILLISECOND;
    settings.queue_bytes = 20000;
    return settings;
}

/* CoDel that never drops: the queue is drop-tail, but each packet waits for its turn. */
static struct link_settings stepped(struct link_settings settings)
{
    settings.codel = (struct link_codel){.target_ns = DAY, .interval_ns = SECOND};
    return settings;
}

static struct link_world *random_traffic(struct link_settings settings)
{
    struct link_world *w = link_world_new(3, settings);
    struct random_stream stream = random_stream_for(5, "test", "traffic");
    for (int i = 0; i < 1500; i++) {
        link_world_run_until(w, w->engine->now_ns + (int64_t)random_stream_below(&stream, 12 * MILLISECOND));
        link_world_send(w, 40 + (uint32_t)random_stream_below(&stream, 1460));
        cr_assert(link_world_conserves(w));
    }
    link_world_run(w);
    network_emit_totals(w->network);
    return w;
}

static bool is_told_early(const struct event *e)
{
    return e->kind == EVENT_LINK_SEND || e->kind == EVENT_LINK_QUEUE || e->kind == EVENT_LINK_RETIME;
}

/* The journal without what one way tells when a packet joins the queue and the other when it begins to leave. */
static const struct event *next_common(const struct link_world *w, size_t *i)
{
    while (*i < journal_memory_count(w->memory)) {
        const struct event *e = journal_memory_at(w->memory, (*i)++);
        if (!is_told_early(e)) return kept_event(e);
    }
    return NULL;
}

static void check_same_event(const struct event *a, const struct event *b)
{
    cr_assert(a && b);
    cr_assert_eq(a->kind, b->kind);
    if (!is_told_early(a)) cr_assert_eq(a->at_ns, b->at_ns);
    const enum field_id *fields;
    size_t n = event_kind_fields(a->kind, &fields);
    for (size_t i = 0; i < n; i++) {
        bool is_text = field_type(fields[i]) == TYPE_TEXT;
        if (is_text) cr_assert_str_eq(event_text(a, fields[i]), event_text(b, fields[i]));
        if (!is_text) cr_assert_eq(event_int(a, fields[i]), event_int(b, fields[i]), "%s", field_name(fields[i]));
    }
}

static void check_same_journal(const struct link_world *computed, const struct link_world *by_steps)
{
    size_t i = 0, k = 0;
    const struct event *a, *b;
    do {
        a = next_common(computed, &i);
        b = next_common(by_steps, &k);
        if (a || b) check_same_event(a, b);
    } while (a);
    for (size_t n = 0; n < link_world_count(computed, EVENT_LINK_RETIME); n++)
        check_same_event(link_world_event(computed, EVENT_LINK_RETIME, n),
                         link_world_event(by_steps, EVENT_LINK_RETIME, n));
    /* What a computed link.send tells at once, link.queue and link.send tell one after the other. */
    size_t sends = link_world_count(computed, EVENT_LINK_SEND);
    cr_assert_eq(link_world_count(by_steps, EVENT_LINK_SEND), sends);
    static const enum field_id times[] = {FIELD_PACKET, FIELD_BEGINS, FIELD_DEPARTS, FIELD_ARRIVES};
    for (size_t n = 0, queued = 0; n < sends; n++) {
        a = link_world_event(computed, EVENT_LINK_SEND, n);
        b = link_world_event(by_steps, EVENT_LINK_SEND, n);
        for (size_t f = 0; f < 4; f++)
            cr_assert_eq(event_int(a, times[f]), event_int(b, times[f]));
        cr_assert_eq(b->at_ns, event_int(b, FIELD_BEGINS));
        const struct event *joined = a->at_ns == b->at_ns ? b : link_world_event(by_steps, EVENT_LINK_QUEUE, queued);
        if (a->at_ns != b->at_ns) queued++;
        if (joined->at_ns != a->at_ns || event_int(joined, FIELD_PACKET) != event_int(a, FIELD_PACKET)) continue;
        cr_assert_eq(event_int(joined, FIELD_QUEUED), event_int(a, FIELD_QUEUED));
    }
}

Test(link_steps, a_drop_tail_queue_tells_the_same_journal_both_ways, .timeout = 120)
{
    struct link_settings settings = slow_link();
    settings.loss_of_2_32 = RANDOM_ALWAYS / 10;
    settings.duplicate_of_2_32 = RANDOM_ALWAYS / 20;
    settings.reorder_of_2_32 = RANDOM_ALWAYS / 20;
    settings.reorder_by_ns = 30 * MILLISECOND;
    settings.corrupt_of_2_32 = RANDOM_ALWAYS / 20;
    settings.jitter_ns = 3 * MILLISECOND;
    static const enum burst_kind bursts[] = {BURST_NONE, BURST_PER_PACKET, BURST_PER_TIME};
    for (size_t k = 0; k < 3; k++) {
        settings.burst =
            (struct link_burst){bursts[k], RANDOM_ALWAYS / 2, RANDOM_ALWAYS / 50, RANDOM_ALWAYS / 5, 20 * MILLISECOND};
        struct link_world *computed = random_traffic(settings), *by_steps = random_traffic(stepped(settings));
        cr_assert_gt(network_totals(computed->network, computed->link, 0).lost_queue, 20);
        cr_assert_gt(network_totals(computed->network, computed->link, 0).lost_chance, 20);
        check_same_journal(computed, by_steps);
        char one[FINGERPRINT_TEXT_BYTES], other[FINGERPRINT_TEXT_BYTES];
        cr_assert_str_eq(journal_fingerprint(computed->journal, one), journal_fingerprint(by_steps->journal, other));
        link_world_free(computed);
        link_world_free(by_steps);
    }
}

Test(link_steps, what_waits_leaves_at_the_new_rate_and_what_has_begun_at_the_old)
{
    struct link_world *w = link_world_new(1, slow_link());
    for (int i = 0; i < 3; i++)
        link_world_send(w, 1000);
    link_world_run_until(w, 4 * MILLISECOND);
    struct link_settings slower = slow_link();
    slower.rate_bps = 500000; /* 1000 bytes take 16 ms */
    network_set_settings(w->network, w->link, 0, slower, "rate", "500 kbit/s");
    link_world_send(w, 1000);
    link_world_run_until(w, 10 * MILLISECOND);
    network_set_settings(w->network, w->link, 0, slow_link(), "rate", "1 Mbit/s");
    link_world_run(w);
    static const int64_t arrives_ms[] = {28, 44, 52, 60}; /* 8, 16 (begun while slow), 8 and 8 ms */
    cr_assert_eq(w->n_arrivals, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(w->arrivals[i].at_ns, arrives_ms[i] * MILLISECOND, "packet %zu", i + 1);
    cr_assert_eq(link_world_count(w, EVENT_LINK_RETIME), 2, "those that had been told other times");
    const struct event *told = link_world_event(w, EVENT_LINK_RETIME, 0);
    cr_assert_eq(event_int(told, FIELD_PACKET), 2);
    cr_assert_eq(event_int(told, FIELD_BEGINS), 8 * MILLISECOND);
    cr_assert_eq(event_int(told, FIELD_DEPARTS), 24 * MILLISECOND);
    cr_assert_str_eq(event_text(told, FIELD_WHY), "values changed");
    cr_assert_eq(link_world_count(w, EVENT_LINK_QUEUE), 1, "the one that came while others waited anew");
    link_world_send(w, 1000);
    cr_assert_eq(link_world_count(w, EVENT_LINK_QUEUE), 1,
                 "the queue is empty: everything is worked out at once again");
    link_world_run(w);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_steps, a_delay_that_is_made_shorter_lets_nobody_overtake)
{
    struct link_world *w = link_world_new(1, slow_link());
    for (int i = 0; i < 4; i++)
        link_world_send(w, 1000);
    link_world_run_until(w,
                         17 * MILLISECOND); /* two are on the wire, to arrive at 28 and 36 ms; the third is leaving */
    struct link_settings near = slow_link();
    near.delay_ns = MILLISECOND;
    network_set_settings(w->network, w->link, 0, near, "delay", "1 ms");
    link_world_run(w);
    static const int64_t arrives_ms[] = {28, 36, 44, 44}; /* the last would be there at 33 */
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(w->arrivals[i].at_ns, arrives_ms[i] * MILLISECOND);
        cr_assert_eq(w->arrivals[i].unit, i + 1);
    }
    link_world_free(w);
}

Test(link_steps, what_waits_meets_the_new_loss)
{
    struct link_settings lossy = slow_link();
    lossy.loss_of_2_32 = RANDOM_ALWAYS;
    struct link_world *w = link_world_new(1, lossy);
    for (int i = 0; i < 4; i++)
        link_world_send(w, 1000);
    network_set_settings(w->network, w->link, 0, slow_link(), "loss", "0 %");
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 3);
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_chance, 1, "the one that had begun");
    link_world_free(w);
}

Test(link_steps, a_packet_held_up_and_still_waiting_is_asked_anew)
{
    struct link_settings settings = slow_link();
    settings.reorder_of_2_32 = RANDOM_ALWAYS;
    settings.reorder_by_ns = SECOND;
    struct link_world *w = link_world_new(1, settings);
    for (int i = 0; i < 3; i++)
        link_world_send(w, 1000);
    network_set_settings(w->network, w->link, 0, slow_link(), "reorder", "none");
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 3);
    cr_assert_eq(w->arrivals[0].unit, 2);
    cr_assert_eq(w->arrivals[0].at_ns, 36 * MILLISECOND);
    cr_assert_eq(w->arrivals[2].unit, 1, "it had begun");
    cr_assert_eq(w->arrivals[2].at_ns, 1028 * MILLISECOND);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

/* Values change again and again at random instants; nothing is lost count of, and nothing overtakes. */
Test(link_steps, values_that_change_at_random_leave_every_packet_accounted_for, .timeout = 120)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct link_world *w = link_world_new_silent(seed, slow_link());
        struct random_stream stream = random_stream_for(seed, "test", "changes");
        for (int i = 0; i < 600; i++) {
            link_world_run_until(w, w->engine->now_ns + (int64_t)random_stream_below(&stream, 9 * MILLISECOND));
            struct link_settings settings = slow_link();
            uint64_t what = random_stream_below(&stream, 12);
            settings.rate_bps = (int64_t)random_stream_below(&stream, 4) * 1000000;
            settings.delay_ns = (int64_t)random_stream_below(&stream, 60) * MILLISECOND;
            if (what & 1) settings.codel = (struct link_codel){5 * MILLISECOND, 30 * MILLISECOND};
            settings.queue_packets = (uint32_t)random_stream_below(&stream, 10);
            settings.loss_of_2_32 = what == 4 ? RANDOM_ALWAYS / 4 : 0;
            settings.reorder_of_2_32 = what == 5 ? RANDOM_ALWAYS / 4 : 0;
            settings.reorder_by_ns = 20 * MILLISECOND;
            settings.duplicate_of_2_32 = what == 6 ? RANDOM_ALWAYS / 4 : 0;
            if (what == 7) settings.burst = (struct link_burst){BURST_PER_PACKET, RANDOM_ALWAYS, 1u << 29, 1u << 30, 0};
            if (what < 9) network_set_settings(w->network, w->link, 0, settings, "all", "other");
            if (what == 9) network_set_link_up(w->network, w->link, 0, false, "cut");
            if (what == 10) network_set_link_up(w->network, w->link, 0, true, "mended");
            for (uint64_t k = random_stream_below(&stream, 4); k > 0; k--)
                link_world_send(w, 40 + (uint32_t)random_stream_below(&stream, 1460));
            cr_assert(link_world_conserves(w), "seed %d, change %d", (int)seed, i);
        }
        link_world_run(w);
        cr_assert(link_world_conserves(w));
        cr_assert_eq(network_in_flight(w->network), 0);
        link_world_free(w);
    }
}
