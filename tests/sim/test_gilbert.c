/* Loss in bursts: as often and as long as its four chances say, per packet and per time, and the same luck for all who
   share a trajectory. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sim/gilbert.h"
#include "tests/sim/link_world.h"

static uint64_t chance(double of_1)
{
    return (uint64_t)(of_1 * (double)RANDOM_ALWAYS);
}

static struct link_burst burst_of(enum burst_kind kind, double good_to_bad, double bad_to_good)
{
    return (struct link_burst){.kind = kind,
                               .bad_loss_of_2_32 = RANDOM_ALWAYS,
                               .good_to_bad_of_2_32 = chance(good_to_bad),
                               .bad_to_good_of_2_32 = chance(bad_to_good),
                               .step_ns = 10 * MILLISECOND};
}

/* Share of the bad state among n, and how long a stay in it is on average. */
struct stays {
    double share, mean;
};

static struct stays count_stays(const bool *bad, size_t n)
{
    size_t in_bad = 0, stays = 0;
    for (size_t i = 0; i < n; i++) {
        in_bad += bad[i];
        stays += bad[i] && (i == 0 || !bad[i - 1]);
    }
    return (struct stays){(double)in_bad / (double)n, (double)in_bad / (double)stays};
}

/* Stationary share p / (p + r) and mean stay 1 / r, each within 5 sigma. */
static void check_stays(const bool *bad, size_t n, double p, double r)
{
    struct stays found = count_stays(bad, n);
    double share = p / (p + r), correlation = 1 - p - r;
    double sigma = sqrt(share * (1 - share) / (double)n * (1 + correlation) / (1 - correlation));
    cr_assert(fabs(found.share - share) <= 5 * sigma, "share %g, not %g +- %g", found.share, share, 5 * sigma);
    double stays = (double)n * share * r, stay_sigma = sqrt((1 - r) / (r * r) / stays);
    cr_assert(fabs(found.mean - 1 / r) <= 5 * stay_sigma + 1e-9, "stay %g, not %g", found.mean, 1 / r);
}

static const struct {
    double p, r;
} chances[] = {{0.01, 0.3}, {0.001, 0.02}, {0.2, 0.25}, {0.5, 1}};

enum { STEPS = 400000 };
static bool bad[STEPS];

Test(gilbert, per_packet_is_bad_as_often_and_as_long_as_its_chances_say)
{
    for (size_t k = 0; k < sizeof chances / sizeof *chances; k++) {
        struct gilbert g = {0};
        struct link_burst burst = burst_of(BURST_PER_PACKET, chances[k].p, chances[k].r);
        for (size_t i = 0; i < STEPS; i++)
            bad[i] = gilbert_meets_bad(&g, &burst, random_draw(3, 1, k, i));
        check_stays(bad, STEPS, chances[k].p, chances[k].r);
    }
}

Test(gilbert, per_time_is_bad_as_often_and_as_long_as_its_chances_say)
{
    for (size_t k = 0; k < sizeof chances / sizeof *chances; k++) {
        struct gilbert g = {0};
        struct link_burst burst = burst_of(BURST_PER_TIME, chances[k].p, chances[k].r);
        for (size_t i = 0; i < STEPS; i++)
            bad[i] = gilbert_is_bad_at(&g, &burst, 5, k, (int64_t)i * burst.step_ns);
        check_stays(bad, STEPS, chances[k].p, chances[k].r);
    }
}

/* The number of steps of a stay is geometric, digit for digit: each short length is as frequent as it should be. */
Test(gilbert, stays_of_each_length_are_as_frequent_as_a_geometric_number_has_them)
{
    static int lengths[20];
    struct gilbert g = {0};
    struct link_burst burst = burst_of(BURST_PER_TIME, 1, 0.2); /* one step good, then bad */
    int stays = 0, length = 0;
    for (int64_t i = 0; i < 600000; i++) {
        if (gilbert_is_bad_at(&g, &burst, 6, 6, i * burst.step_ns)) {
            length++;
        } else if (length) {
            if (length < 20) lengths[length]++;
            stays++;
            length = 0;
        }
    }
    for (int k = 1; k < 20; k++) {
        double share = 0.2 * pow(0.8, k - 1), sigma = sqrt((double)stays * share * (1 - share));
        cr_assert(fabs(lengths[k] - stays * share) <= 5 * sigma, "%d stays of %d steps, not %g", lengths[k], k,
                  stays * share);
    }
}

Test(gilbert, a_trajectory_is_the_same_whenever_it_is_asked_for)
{
    struct gilbert often = {0}, seldom = {0}, back = {0};
    struct link_burst burst = burst_of(BURST_PER_TIME, 0.02, 0.1);
    for (int64_t i = 0; i < 100000; i++)
        bad[i] = gilbert_is_bad_at(&often, &burst, 7, 9, i * 7 * MILLISECOND);
    for (int64_t i = 0; i < 100000; i += 997)
        cr_assert_eq(gilbert_is_bad_at(&seldom, &burst, 7, 9, i * 7 * MILLISECOND), bad[i]);
    for (int64_t i = 99999; i >= 0; i -= 9973)
        cr_assert_eq(gilbert_is_bad_at(&back, &burst, 7, 9, i * 7 * MILLISECOND), bad[i]);
}

Test(gilbert, a_state_that_is_never_left_lasts_for_ever)
{
    struct gilbert g = {0};
    struct link_burst burst = burst_of(BURST_PER_TIME, 0, 1);
    cr_assert_not(gilbert_is_bad_at(&g, &burst, 1, 1, 100 * DAY));
    g = (struct gilbert){0};
    burst = burst_of(BURST_PER_TIME, 1, 0);
    cr_assert_not(gilbert_is_bad_at(&g, &burst, 1, 1, 10 * MILLISECOND - 1));
    cr_assert(gilbert_is_bad_at(&g, &burst, 1, 1, 10 * MILLISECOND));
    cr_assert(gilbert_is_bad_at(&g, &burst, 1, 1, 100 * DAY));
}

/* On a link */

static struct link_world *bursty(uint64_t seed, struct link_burst burst, double good_loss)
{
    struct link_settings settings = link_settings_default();
    settings.delay_ns = 5 * MILLISECOND;
    settings.burst = burst;
    settings.loss_of_2_32 = chance(good_loss);
    return link_world_new_silent(seed, settings);
}

Test(gilbert, a_link_loses_the_stationary_share_of_both_states)
{
    enum { PACKETS = 200000 };
    const double p = 0.02, r = 0.1, bad_loss = 0.8, good_loss = 0.01, share = p / (p + r);
    struct link_burst burst = burst_of(BURST_PER_PACKET, p, r);
    burst.bad_loss_of_2_32 = chance(bad_loss);
    struct link_world *w = bursty(2, burst, good_loss);
    for (int i = 0; i < PACKETS; i++)
        link_world_send(w, 1000);
    link_world_run(w);
    double expected = share * bad_loss + (1 - share) * good_loss;
    double found = (double)network_totals(w->network, w->link, 0).lost_chance / PACKETS;
    /* Variance of a sum: of each packet, and of states that are correlated over 1 / (p + r) packets. */
    double between = (bad_loss - good_loss) * (bad_loss - good_loss) * share * (1 - share), correlation = 1 - p - r;
    double variance = expected * (1 - expected) + 2 * between * correlation / (1 - correlation);
    cr_assert(fabs(found - expected) <= 5 * sqrt(variance / PACKETS), "%g, not %g", found, expected);
    cr_assert(link_world_conserves(w));
    link_world_free(w);
}

/* Which of the times 0, 1, 2, ... ms saw a packet lost; so many packets are sent at each. */
static void fates_by_time(char fates[2001], int at_a_time, uint64_t first_unit)
{
    struct link_burst burst = burst_of(BURST_PER_TIME, 0.05, 0.1);
    struct link_world *w = bursty(11, burst, 0);
    w->sent = first_unit;
    for (int ms = 0; ms < 2000; ms++) {
        link_world_run_until(w, ms * MILLISECOND);
        for (int k = 0; k < at_a_time; k++)
            link_world_send(w, 100);
    }
    link_world_run(w);
    memset(fates, 'x', 2000);
    fates[2000] = '\0';
    for (size_t i = 0; i < w->n_arrivals; i++)
        fates[w->arrivals[i].at_ns / MILLISECOND - 5] = '.';
    link_world_free(w);
}

Test(gilbert, per_time_bursts_are_at_the_same_times_whatever_packets_are_sent)
{
    char one[2001], other[2001];
    fates_by_time(one, 1, 0);
    fates_by_time(other, 3, 5000);
    cr_assert_str_eq(one, other);
    cr_assert(strchr(one, 'x') && strchr(one, '.'));
}
