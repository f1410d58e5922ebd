/* What a link with faults does: chance, exact drops, cuts (laws N1, N3, N4), and the same luck for everybody else
   (law 6 of the design). */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/sim/link_world.h"

static struct link_settings lossy_link(uint64_t per_mille)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 8000000; /* 1000 bytes take 1 ms */
    settings.delay_ns = 20 * MILLISECOND;
    settings.loss_of_2_32 = RANDOM_ALWAYS / 1000 * per_mille;
    return settings;
}

static void send_many(struct link_world *w, int n)
{
    for (int i = 0; i < n; i++)
        link_world_send(w, 1000);
}

Test(link_faults, packets_are_lost_as_often_as_the_chance_says)
{
    static const uint64_t per_mille[] = {10, 200, 500};
    for (size_t i = 0; i < 3; i++) {
        struct link_world *w = link_world_new(i, lossy_link(per_mille[i]));
        send_many(w, 10000);
        link_world_run(w);
        struct link_totals totals = network_totals(w->network, w->link, 0);
        double expected = 10.0 * (double)per_mille[i], variance = expected * (1 - (double)per_mille[i] / 1000);
        double off = (double)totals.lost_chance - expected;
        cr_assert(off * off <= 25 * variance, "%lu of 10000 lost", (unsigned long)totals.lost_chance);
        cr_assert(link_world_conserves(w));
        link_world_free(w);
    }
}

Test(link_faults, an_unlucky_packet_takes_its_place_on_the_wire_and_dies_where_it_would_have_arrived)
{
    struct link_settings settings = lossy_link(0);
    settings.loss_of_2_32 = RANDOM_ALWAYS;
    struct link_world *w = link_world_new(1, settings);
    send_many(w, 2);
    link_world_run_until(w, 21 * MILLISECOND - 1);
    cr_assert_eq(network_in_flight(w->network), 2);
    cr_assert(link_world_conserves(w));
    link_world_run(w);
    for (size_t i = 0; i < 2; i++) {
        const struct event *drop = link_world_event(w, EVENT_LINK_DROP, i);
        cr_assert_eq(drop->at_ns, (21 + (int64_t)i) * MILLISECOND);
        cr_assert_str_eq(event_text(drop, FIELD_WHY), "loss");
        cr_assert_eq(drop->cause, link_world_event(w, EVENT_LINK_SEND, i)->id);
    }
    cr_assert_eq(w->n_arrivals, 0);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_faults, exact_drops_take_the_nth_match_and_those_after_it)
{
    static const uint64_t every_third = 3;
    struct link_world *w = link_world_new(1, lossy_link(0));
    struct exact_drop drop = {.link = w->link, .dir = 0, .pattern = &every_third, .nth = 2, .count = 2};
    network_add_exact_drop(w->network, drop);
    drop.dir = 1; /* never matches: nothing is sent back */
    network_add_exact_drop(w->network, drop);
    send_many(w, 20);
    link_world_run(w);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct event *e = link_world_event(w, EVENT_LINK_DROP, i);
        cr_assert_eq(event_int(e, FIELD_PACKET), 6 + 3 * (int64_t)i);
        cr_assert_str_eq(event_text(e, FIELD_WHY), "exact");
    }
    cr_assert_eq(network_totals(w->network, w->link, 0).lost_exact, 2);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_faults, an_exact_drop_on_any_link_counts_each_packet_once)
{
    static const uint64_t every = 1;
    struct link_world *w = link_world_new(1, lossy_link(0));
    network_add_exact_drop(w->network, (struct exact_drop){.dir = 2, .pattern = &every, .nth = 2, .count = 1});
    struct packet *packet = packet_new(w->pool);
    *packet = (struct packet){.id = packet->id, .references = 1, .size_bytes = 100, .from = w->b, .to = w->a};
    network_send(w->network, w->link, w->a, packet); /* forwarded by a: not at its source */
    w->sent = 0;
    send_many(w, 3);
    link_world_run(w);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 1);
    cr_assert_eq(event_int(link_world_event(w, EVENT_LINK_DROP, 0), FIELD_PACKET), 3);
    link_world_free(w);
}

Test(link_faults, a_packet_is_dropped_by_its_number)
{
    struct link_world *w = link_world_new(1, lossy_link(0));
    network_add_exact_drop(w->network, (struct exact_drop){.link = w->link, .dir = 2, .packet = 3});
    send_many(w, 5);
    link_world_run(w);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 1);
    cr_assert_eq(event_int(link_world_event(w, EVENT_LINK_DROP, 0), FIELD_PACKET), 3);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_faults, who_is_spared_is_lost_neither_by_chance_nor_by_choice)
{
    static const uint64_t every = 1;
    struct link_settings settings = lossy_link(0);
    settings.loss_of_2_32 = RANDOM_ALWAYS;
    struct link_world *w = link_world_new(1, settings);
    network_add_exact_drop(w->network, (struct exact_drop){.link = w->link, .dir = 2, .packet = 3, .spares = true});
    network_add_exact_drop(w->network, (struct exact_drop){.link = w->link, .dir = 2, .packet = 4, .spares = true});
    network_add_exact_drop(w->network, (struct exact_drop){.link = w->link, .dir = 2, .packet = 4});
    network_add_exact_drop(w->network, (struct exact_drop){
                                           .link = w->link, .dir = 2, .pattern = &every, .nth = 3, .count = 1});
    send_many(w, 5);
    link_world_run(w);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 3);
    cr_assert_eq(w->n_arrivals, 2);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_faults, a_cut_loses_everything_that_is_on_the_link_at_that_instant)
{
    struct link_world *w = link_world_new(1, lossy_link(0));
    send_many(w, 30); /* depart at 1 .. 30 ms, arrive at 21 .. 50 ms */
    link_world_run_until(w, 25 * MILLISECOND);
    cr_assert_eq(w->n_arrivals, 5);
    network_set_link_up(w->network, w->link, 0, false, "cut");
    cr_assert_eq(network_in_flight(w->network), 0);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 25);
    cr_assert(link_world_conserves(w));
    for (size_t i = 0; i < 25; i++) {
        const struct event *drop = link_world_event(w, EVENT_LINK_DROP, i);
        cr_assert_eq(drop->at_ns, 25 * MILLISECOND);
        cr_assert_str_eq(event_text(drop, FIELD_WHY), "link down");
        cr_assert_eq(event_int(drop, FIELD_PACKET), 6 + (int64_t)i);
    }
    const struct event *state = link_world_event(w, EVENT_LINK_STATE, 0);
    cr_assert_str_eq(event_text(state, FIELD_WHY), "cut");
    cr_assert_eq(event_int(state, FIELD_UP), 0);
    network_set_link_up(w->network, w->link, 0, false, "cut again");
    cr_assert_eq(link_world_count(w, EVENT_LINK_STATE), 1, "what is down does not go down");
    send_many(w, 1);
    cr_assert_eq(link_world_count(w, EVENT_LINK_DROP), 26);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 5, "N3: nothing arrives over a cut");
    network_set_link_up(w->network, w->link, 0, true, "repaired");
    send_many(w, 1);
    const struct event *sent = link_world_event(w, EVENT_LINK_SEND, 30);
    cr_assert_eq(event_int(sent, FIELD_BEGINS), 25 * MILLISECOND, "the queue is empty again");
    cr_assert_eq(event_int(sent, FIELD_QUEUED), 1000);
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 6);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

Test(link_faults, cutting_one_direction_leaves_the_other_alone)
{
    struct link_world *w = link_world_new(1, lossy_link(0));
    send_many(w, 3);
    network_set_link_up(w->network, w->link, 1, false, "cut");
    link_world_run(w);
    cr_assert_eq(w->n_arrivals, 3);
    network_set_link_up(w->network, w->link, 2, false, "cut");
    cr_assert_eq(link_world_count(w, EVENT_LINK_STATE), 2);
    link_world_free(w);
}

/* Which units were lost by chance, as a string of '.' and 'x'. */
static void fates(const struct link_world *w, char out[1001])
{
    memset(out, 'x', 1000);
    out[1000] = '\0';
    for (size_t i = 0; i < w->n_arrivals; i++)
        out[w->arrivals[i].unit - 1] = '.';
}

Test(link_faults, dropping_one_packet_leaves_the_luck_of_all_others_unchanged)
{
    char before[1001], after[1001];
    struct link_world *w = link_world_new(9, lossy_link(300));
    send_many(w, 1000);
    link_world_run(w);
    fates(w, before);
    link_world_free(w);

    static const uint64_t the_500th = 500;
    w = link_world_new(9, lossy_link(300));
    network_add_exact_drop(w->network,
                           (struct exact_drop){.link = w->link, .dir = 0, .pattern = &the_500th, .nth = 1, .count = 1});
    send_many(w, 1000);
    link_world_run(w);
    fates(w, after);
    link_world_free(w);
    cr_assert_eq(after[499], 'x');
    before[499] = after[499];
    cr_assert_str_eq(before, after);
}

Test(link_faults, luck_depends_on_the_packet_and_not_on_what_was_sent_before_it)
{
    char all[1001], half[1001];
    struct link_world *w = link_world_new(9, lossy_link(300));
    send_many(w, 1000);
    link_world_run(w);
    fates(w, all);
    link_world_free(w);

    w = link_world_new(9, lossy_link(300));
    w->sent = 500; /* the first 500 are never sent */
    send_many(w, 500);
    link_world_run(w);
    fates(w, half);
    link_world_free(w);
    cr_assert_str_eq(all + 500, half + 500);

    w = link_world_new(10, lossy_link(300));
    send_many(w, 1000);
    link_world_run(w);
    fates(w, half);
    link_world_free(w);
    cr_assert_str_neq(all, half, "another seed is other luck");
}

Test(link_faults, no_reader_changes_what_happens)
{
    char fingerprints[2][FINGERPRINT_TEXT_BYTES];
    for (int silent = 0; silent < 2; silent++) {
        struct link_world *w = (silent ? link_world_new_silent : link_world_new)(9, lossy_link(300));
        send_many(w, 300);
        link_world_run(w);
        network_emit_totals(w->network);
        journal_fingerprint(w->journal, fingerprints[silent]);
        cr_assert_eq(journal_memory_count(w->memory) > 0, !silent);
        link_world_free(w);
    }
    cr_assert_str_eq(fingerprints[0], fingerprints[1]);
}
