/* See gilbert.h.

   How many steps a stay lasts is drawn at once, not step by step. That number less one is geometric, and the binary
   digits of a geometric number are independent of each other: with q the chance to stay, digit j is 1 with probability
   q^(2^j) / (1 + q^(2^j)). So it takes a squaring and a draw a digit, in integers, and no logarithm. */
#include "sim/gilbert.h"

#include <assert.h>

#include "sim/journal/vtime.h"
#include "sim/random.h"

bool gilbert_meets_bad(struct gilbert *g, const struct link_burst *burst, uint64_t draw)
{
    bool bad = g->bad;
    if (random_chance(draw, bad ? burst->bad_to_good_of_2_32 : burst->good_to_bad_of_2_32)) g->bad = !bad;
    return bad;
}

/* The square of a fraction of 2^64, rounded down. */
static uint64_t fraction_squared(uint64_t x)
{
    uint64_t high = x >> 32, low = x & UINT32_MAX, cross = high * low;
    uint64_t carry = ((low * low >> 32) + 2 * (cross & UINT32_MAX)) >> 32;
    return high * high + 2 * (cross >> 32) + carry;
}

/* At most `most`. */
static uint64_t steps_of_stay(uint64_t leave_of_2_32, uint64_t seed, uint64_t who, uint64_t nth, uint64_t most)
{
    if (leave_of_2_32 == 0) return most;
    uint64_t steps = 1, stay = (RANDOM_ALWAYS - leave_of_2_32) << 32; /* of 2^64 */
    for (unsigned digit = 0; stay >> 32; digit++, stay = fraction_squared(stay)) {
        assert(digit < 48);
        uint64_t q = stay >> 32;
        if (random_chance(random_draw(seed, who, nth, digit), (q << 32) / (RANDOM_ALWAYS + q)))
            steps += UINT64_C(1) << digit;
    }
    return steps < most ? steps : most;
}

static void stay_anew(struct gilbert *g, const struct link_burst *burst, uint64_t seed, uint64_t who)
{
    uint64_t leave = g->bad ? burst->bad_to_good_of_2_32 : burst->good_to_bad_of_2_32;
    uint64_t most = (uint64_t)(TIME_NEVER - g->since_ns) / (uint64_t)burst->step_ns;
    uint64_t steps = steps_of_stay(leave, seed, who, g->nth, most);
    g->until_ns = steps == most ? TIME_NEVER : g->since_ns + (int64_t)steps * burst->step_ns;
}

bool gilbert_is_bad_at(struct gilbert *g, const struct link_burst *burst, uint64_t seed, uint64_t who, int64_t at_ns)
{
    assert(burst->step_ns > 0 && at_ns >= 0);
    if (g->until_ns == 0 || at_ns < g->since_ns) {
        *g = (struct gilbert){0};
        stay_anew(g, burst, seed, who);
    }
    while (at_ns >= g->until_ns) {
        g->since_ns = g->until_ns;
        g->bad = !g->bad;
        g->nth++;
        stay_anew(g, burst, seed, who);
    }
    return g->bad;
}
