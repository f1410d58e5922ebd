/* What chance does to packets on a link besides losing them: as often as it should, each by a luck of its own. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/sim/link_world.h"

enum { MANY = 100000 };

static struct link_settings quick_link(void)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 8000000; /* 1000 bytes take 1 ms */
    settings.delay_ns = 20 * MILLISECOND;
    return settings;
}

static uint64_t per_cent(uint64_t n)
{
    return RANDOM_ALWAYS / 100 * n;
}

static struct link_world *run_many(uint64_t seed, struct link_settings settings, int n, bool told)
{
    struct link_world *w = (told ? link_world_new : link_world_new_silent)(seed, settings);
    for (int i = 0; i < n; i++) {
        link_world_run_until(w, i * 2 * MILLISECOND);
        link_world_send(w, 1000);
    }
    link_world_run(w);
    cr_assert(link_world_conserves(w));
    return w;
}

/* Within 5 sigma of a binomial number. */
static void check_rate(uint64_t found, double chance, const char *what)
{
    double expected = MANY * chance, off = (double)found - expected;
    cr_assert(off * off <= 25 * expected * (1 - chance), "%s: %lu of %d", what, (unsigned long)found, (int)MANY);
}

Test(link_chance, each_fault_is_as_frequent_as_its_chance_says)
{
    struct link_settings settings = quick_link();
    settings.loss_of_2_32 = per_cent(1);
    settings.duplicate_of_2_32 = per_cent(2);
    settings.reorder_of_2_32 = per_cent(3);
    settings.reorder_by_ns = 5 * MILLISECOND;
    settings.corrupt_of_2_32 = per_cent(4);
    struct link_world *w = run_many(1, settings, MANY, false);
    struct link_totals t = network_totals(w->network, w->link, 0);
    check_rate(t.duplicated, 0.02, "duplicated");
    /* Copies may be lost, held up and corrupted as well. */
    check_rate(t.lost_chance, 0.0102, "lost");
    check_rate(t.reordered, 0.0306, "reordered");
    check_rate(t.corrupted, 0.0404, "corrupted");
    uint64_t corrupted = 0, copies = 0;
    for (size_t i = 0; i < w->n_arrivals; i++) {
        corrupted += w->arrivals[i].corrupted;
        copies += w->arrivals[i].copy;
    }
    cr_assert_eq(corrupted, t.corrupted);
    cr_assert(copies <= t.duplicated && copies > t.duplicated * 9 / 10);
    link_world_free(w);
}

Test(link_chance, a_duplicate_comes_right_behind_its_original_and_counts_as_a_packet)
{
    struct link_settings settings = quick_link();
    settings.duplicate_of_2_32 = RANDOM_ALWAYS;
    struct link_world *w = link_world_new(1, settings);
    link_world_send(w, 1000);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 2);
    cr_assert_eq(w->arrivals[0].at_ns, 21 * MILLISECOND);
    cr_assert_eq(w->arrivals[1].at_ns, 22 * MILLISECOND, "it takes its time on the wire");
    cr_assert_not(w->arrivals[0].copy);
    cr_assert(w->arrivals[1].copy);
    const struct event *made = link_world_event(w, EVENT_LINK_DUPLICATE, 0);
    cr_assert_eq(event_int(made, FIELD_ORIGINAL), 1);
    cr_assert_eq(event_int(made, FIELD_PACKET), 2);
    cr_assert_eq(made->cause, link_world_event(w, EVENT_LINK_SEND, 0)->id);
    cr_assert_eq(link_world_event(w, EVENT_LINK_SEND, 1)->cause, made->id);
    struct link_totals t = network_totals(w->network, w->link, 0);
    cr_assert_eq(t.bytes_offered, 2000);
    cr_assert_eq(t.duplicated, 1);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_chance, a_duplicate_that_finds_no_room_is_dropped)
{
    struct link_settings settings = quick_link();
    settings.duplicate_of_2_32 = RANDOM_ALWAYS;
    settings.queue_packets = 3;
    struct link_world *w = link_world_new(1, settings);
    for (int i = 0; i < 3; i++)
        link_world_send(w, 1000);
    struct link_totals t = network_totals(w->network, w->link, 0);
    cr_assert_eq(t.duplicated, 2, "what is dropped itself is not duplicated");
    cr_assert_eq(t.lost_queue, 2, "the second copy, and the third packet");
    link_world_run(w);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_chance, a_packet_that_cannot_be_copied_or_corrupted_stays_as_it_is)
{
    static const struct packet_ops nothing = {0};
    struct link_settings settings = quick_link();
    settings.duplicate_of_2_32 = settings.corrupt_of_2_32 = RANDOM_ALWAYS;
    struct link_world *w = link_world_new(1, settings);
    struct packet *packet = packet_new(w->pool);
    packet->size_bytes = 100;
    packet->ops = &nothing;
    memset(packet->header, 0, sizeof packet->header);
    w->sent++;
    network_send(w->network, w->link, w->a, packet);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 1);
    cr_assert_eq(network_totals(w->network, w->link, 0).corrupted, 0);
    link_world_free(w);
}

Test(link_chance, a_packet_that_is_held_up_is_overtaken_and_no_other_is)
{
    struct link_settings settings = quick_link();
    settings.reorder_of_2_32 = per_cent(10);
    settings.reorder_by_ns = 15 * MILLISECOND;
    struct link_world *w = run_many(4, settings, 2000, true);
    uint64_t last_in_order = 0;
    size_t late = 0;
    for (size_t i = 0; i < w->n_arrivals; i++) {
        const struct arrival *a = &w->arrivals[i];
        int64_t sent_ns = (int64_t)(a->unit - 1) * 2 * MILLISECOND;
        bool held_up = a->at_ns == sent_ns + 36 * MILLISECOND;
        late += held_up;
        if (held_up) continue;
        cr_assert_eq(a->at_ns, sent_ns + 21 * MILLISECOND);
        cr_assert_gt(a->unit, last_in_order);
        last_in_order = a->unit;
    }
    cr_assert_eq(late, network_totals(w->network, w->link, 0).reordered);
    cr_assert_eq(late, link_world_count(w, EVENT_LINK_RETIME));
    cr_assert_gt(late, 100);
    const struct event *told = link_world_event(w, EVENT_LINK_RETIME, 0);
    cr_assert_str_eq(event_text(told, FIELD_WHY), "reordered");
    cr_assert_eq(event_int(told, FIELD_ARRIVES) - event_int(told, FIELD_DEPARTS), 35 * MILLISECOND);
    link_world_free(w);
}

Test(link_chance, a_link_that_holds_up_everything_keeps_no_place_for_ever)
{
    struct link_settings settings = quick_link();
    settings.reorder_of_2_32 = RANDOM_ALWAYS;
    settings.reorder_by_ns = 15 * MILLISECOND;
    settings.queue_packets = 40;
    struct link_world *w = run_many(4, settings, 5000, false);
    cr_assert_eq(w->n_arrivals, 5000);
    link_world_free(w);
}

Test(link_chance, jitter_varies_the_delay_and_keeps_the_order)
{
    struct link_settings settings = quick_link();
    settings.jitter_ns = 10 * MILLISECOND;
    struct link_world *w = run_many(5, settings, 20000, false);
    int64_t least = INT64_MAX, most = 0, sum = 0;
    for (size_t i = 0; i < w->n_arrivals; i++) {
        int64_t took = w->arrivals[i].at_ns - (int64_t)i * 2 * MILLISECOND;
        cr_assert_eq(w->arrivals[i].unit, i + 1, "nobody overtakes");
        if (took < least) least = took;
        if (took > most) most = took;
        sum += took;
    }
    cr_assert(least >= 21 * MILLISECOND && least < 21 * MILLISECOND + 20 * MICROSECOND);
    cr_assert(most <= 31 * MILLISECOND && most > 31 * MILLISECOND - 20 * MICROSECOND);
    cr_assert(sum / 20000 > 26 * MILLISECOND, "more than half of it, since the late ones hold up others");
    link_world_free(w);
}

Test(link_chance, jitter_of_packets_far_apart_is_uniform)
{
    struct link_settings settings = quick_link();
    settings.jitter_ns = MILLISECOND; /* less than their distance */
    struct link_world *w = run_many(6, settings, MANY, false);
    uint64_t tenths[10] = {0};
    for (size_t i = 0; i < w->n_arrivals; i++) {
        int64_t extra = w->arrivals[i].at_ns - (int64_t)i * 2 * MILLISECOND - 21 * MILLISECOND;
        cr_assert(extra >= 0 && extra <= MILLISECOND);
        tenths[extra == MILLISECOND ? 9 : extra / (100 * MICROSECOND)]++;
    }
    for (int i = 0; i < 10; i++)
        check_rate(tenths[i], 0.1, "a tenth of the jitter");
    link_world_free(w);
}

/* What became of each original: '.' in time, 'l' late, 'c' corrupted, 'x' lost; and '2' behind it where there are two.
 */
static void fates(const struct link_world *w, char out[3][1001])
{
    for (int k = 0; k < 3; k++) {
        memset(out[k], k == 0 ? 'x' : ' ', 1000);
        out[k][1000] = '\0';
    }
    for (size_t i = 0; i < w->n_arrivals; i++) {
        const struct arrival *a = &w->arrivals[i];
        if (a->copy) {
            out[2][a->unit - 1] = '2';
            continue;
        }
        out[0][a->unit - 1] = a->corrupted ? 'c' : '.';
        bool late = a->at_ns >= (int64_t)(a->unit - 1) * 2 * MILLISECOND + 500 * MILLISECOND;
        out[1][a->unit - 1] = late ? 'l' : ' ';
    }
}

/* Each fault alone, then all together: who suffers from one is the same. */
Test(link_chance, switching_one_fault_on_changes_the_luck_of_no_other)
{
    struct link_settings all = quick_link();
    all.loss_of_2_32 = per_cent(10);
    all.duplicate_of_2_32 = per_cent(10);
    all.reorder_of_2_32 = per_cent(10);
    all.reorder_by_ns = 500 * MILLISECOND;
    all.corrupt_of_2_32 = per_cent(10);
    all.jitter_ns = MILLISECOND;
    char together[3][1001], alone[3][1001];
    struct link_world *w = run_many(7, all, 1000, false);
    fates(w, together);
    link_world_free(w);

    struct link_settings one = quick_link();
    one.loss_of_2_32 = per_cent(10);
    w = run_many(7, one, 1000, false);
    fates(w, alone);
    link_world_free(w);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(alone[0][i] == 'x', together[0][i] == 'x', "loss of packet %d", i + 1);

    one = quick_link();
    one.corrupt_of_2_32 = per_cent(10);
    one.reorder_of_2_32 = per_cent(10);
    one.reorder_by_ns = 500 * MILLISECOND;
    one.duplicate_of_2_32 = per_cent(10);
    w = run_many(7, one, 1000, false);
    fates(w, alone);
    link_world_free(w);
    for (int i = 0; i < 1000; i++) {
        if (together[0][i] == 'x') continue;
        cr_assert_eq(alone[0][i], together[0][i], "corruption of packet %d", i + 1);
        cr_assert_eq(alone[1][i], together[1][i], "reordering of packet %d", i + 1);
    }
    size_t lost_copies = 0;
    for (int i = 0; i < 1000; i++) {
        cr_assert(alone[2][i] == '2' || together[2][i] == ' ', "packet %d", i + 1);
        lost_copies += alone[2][i] != together[2][i];
    }
    cr_assert(lost_copies > 0 && lost_copies < 40, "copies have their own luck: %zu", lost_copies);
}

Test(link_chance, a_cut_loses_what_is_held_up_too)
{
    struct link_settings settings = quick_link();
    settings.reorder_of_2_32 = per_cent(50);
    settings.reorder_by_ns = 500 * MILLISECOND;
    struct link_world *w = link_world_new(8, settings);
    for (int i = 0; i < 100; i++)
        link_world_send(w, 1000);
    link_world_run_until(w, 60 * MILLISECOND);
    network_set_link_up(w->network, w->link, 0, false, "cut");
    cr_assert_eq(network_in_flight(w->network), 0);
    size_t arrived = w->n_arrivals;
    cr_assert(arrived > 5 && arrived < 39);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, arrived, "N3");
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_down, 100 - arrived);
    cr_assert(link_world_conserves(w));
    network_set_link_up(w->network, w->link, 0, true, "mended");
    link_world_send(w, 1000);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, arrived + 1);
    link_world_free(w);
}
