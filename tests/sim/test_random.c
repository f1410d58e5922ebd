/* Chance: the generator's published answers, uniformity, and draws that depend on nothing but their identity. */
#include <Random123/philox.h>
#include <criterion/criterion.h>
#include <inttypes.h>

#include "sim/random.h"

Test(random, philox_gives_the_published_answers)
{
    /* Known answers of Random123's own test: counter, key, result. */
    static const uint32_t answers[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
         0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
         0x24126ea1},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const uint32_t *a = answers[i];
        philox4x32_ctr_t counter = {{a[0], a[1], a[2], a[3]}};
        philox4x32_key_t key = {{a[4], a[5]}};
        philox4x32_ctr_t drawn = philox4x32(counter, key);
        for (int word = 0; word < 4; word++)
            cr_assert_eq(drawn.v[word], a[6 + word]);
    }
}

Test(random, a_draw_is_philox_of_the_identity_it_was_asked_for)
{
    uint64_t k = random_hash_mix(1, random_hash_text("a-mail"));
    philox4x32_key_t key = {{(uint32_t)k, (uint32_t)(k >> 32)}};
    philox4x32_ctr_t counter = {{5, 0, 9, 0}};
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    uint64_t expected = (uint64_t)drawn.v[1] << 32 | drawn.v[0];
    cr_assert_eq(random_draw(1, random_hash_text("a-mail"), 5, 9), expected);
}

/* Pinned, because every golden journal depends on them. */
Test(random, hashes_and_draws_stay_what_they_were)
{
    cr_assert_eq(random_hash_text(""), UINT64_C(0xf52a15e9a9b5e89b), "%" PRIx64, random_hash_text(""));
    cr_assert_eq(random_hash_text("a-mail"), UINT64_C(0x760036e64f23fe37), "%" PRIx64, random_hash_text("a-mail"));
    cr_assert_eq(random_hash_mix(1, 2), UINT64_C(0x081a5c1377856b73), "%" PRIx64, random_hash_mix(1, 2));
    cr_assert_eq(random_draw(1, 2, 3, 4), UINT64_C(0xb9afaa7716f0646b), "%" PRIx64, random_draw(1, 2, 3, 4));
}

Test(random, every_part_of_an_identity_changes_the_draw)
{
    uint64_t base = random_draw(1, 2, 3, 4);
    uint64_t others[] = {random_draw(2, 2, 3, 4), random_draw(1, 3, 3, 4), random_draw(1, 2, 4, 4),
                         random_draw(1, 2, 3, 5), random_draw(2, 1, 3, 4), random_draw(1, 2, 4, 3)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_assert_neq(others[i], base);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(others[i], others[j]);
    }
    cr_assert_neq(random_hash_mix(1, 2), random_hash_mix(2, 1), "order matters");
    cr_assert_neq(random_hash_text("ab"), random_hash_text("ba"));
    cr_assert_eq(random_draw(1, 2, 3, 4), base, "asking again gives the same");
}

Test(random, streams_are_apart_by_entity_purpose_and_seed)
{
    struct random_stream a = random_stream_for(1, "mx1", "retry"), again = a;
    struct random_stream others[] = {random_stream_for(1, "mx1", "greylist"), random_stream_for(1, "mx2", "retry"),
                                     random_stream_for(2, "mx1", "retry"), random_stream_for(1, "retry", "mx1")};
    for (int i = 0; i < 1000; i++) {
        uint64_t drawn = random_stream_next(&a);
        cr_assert_eq(drawn, random_stream_next(&again));
        for (size_t o = 0; o < sizeof others / sizeof *others; o++)
            cr_assert_neq(drawn, random_stream_next(&others[o]));
    }
}

/* Chi-square of n draws over the cells, times the expected count. */
static double chi_square(const unsigned *counts, size_t cells, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

Test(random, below_is_uniform_for_bounds_that_are_no_powers_of_two)
{
    static const uint64_t bounds[] = {1, 2, 3, 7, 10, 100, 365};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        unsigned counts[365] = {0};
        struct random_stream stream = random_stream_for(11, "test", "below");
        uint64_t n = bounds[b] * 2000;
        for (uint64_t i = 0; i < n; i++) {
            uint64_t drawn = random_stream_below(&stream, bounds[b]);
            cr_assert_lt(drawn, bounds[b]);
            counts[drawn]++;
        }
        /* Mean is cells - 1, variance twice that: five sigma above. */
        double mean = (double)bounds[b] - 1, limit_squared = 25 * 2 * mean;
        double excess = chi_square(counts, bounds[b], 2000) - mean;
        cr_assert(excess <= 0 || excess * excess <= limit_squared, "bound %lu: chi-square %f over the mean",
                  (unsigned long)bounds[b], excess);
    }
    /* A bound just above 2^63 makes nearly half of all draws unfair. */
    struct random_stream stream = random_stream_for(11, "test", "huge");
    uint64_t bound = (UINT64_C(1) << 63) + 1, upper = 0;
    for (int i = 0; i < 10000; i++)
        upper += random_stream_below(&stream, bound) >= bound / 2;
    cr_assert(upper > 4750 && upper < 5250, "%lu of 10000 in the upper half", (unsigned long)upper);
}

Test(random, chances_come_true_as_often_as_they_should)
{
    static const uint64_t per_mille[] = {1, 10, 50, 300, 500, 990};
    for (size_t p = 0; p < sizeof per_mille / sizeof *per_mille; p++) {
        enum { DRAWS = 200000 };
        uint64_t chance = RANDOM_ALWAYS / 1000 * per_mille[p], hits = 0;
        for (uint64_t i = 0; i < DRAWS; i++)
            hits += random_chance(random_draw(3, p, i, 1), chance);
        double expected = DRAWS * (double)per_mille[p] / 1000, variance = expected * (1 - (double)per_mille[p] / 1000);
        double off = (double)hits - expected;
        cr_assert(off * off <= 25 * variance, "%lu per mille: %lu hits", (unsigned long)per_mille[p],
                  (unsigned long)hits);
    }
    cr_assert(random_chance(UINT64_MAX, RANDOM_ALWAYS), "certain is certain");
    cr_assert_not(random_chance(0, 0), "and never is never");
}
