/* The formulas at their ends, against each other, and against a Monte-Carlo run of what they describe. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "app/study/formulas.h"
#include "sim/random.h"

static void is_near(const char *what, double actual, double expected, double part)
{
    cr_assert(fabs(actual - expected) <= part * fabs(expected), "%s: expected %.6g, got %.6g", what, expected, actual);
}

/* Each side sends again after T, 2 T, 4 T... until one of its packets arrives. */
Test(formulas, handshake_is_the_mean_of_what_it_describes)
{
    static const double losses[] = {0.01, 0.05, 0.1, 0.2};
    const struct formula_path path = formula_path_default();
    for (size_t k = 0; k < 4; k++) {
        struct random_stream s = random_stream_for(1, "handshake", "monte carlo");
        double sum = 0;
        enum { TRIES = 400000 };
        for (int i = 0; i < TRIES; i++) {
            double time = path.rtt_s;
            for (int side = 0; side < 2; side++)
                for (double wait = path.timeout_s;
                     (double)(random_stream_next(&s) >> 11) / 9007199254740992.0 < losses[k]; wait *= 2)
                    time += wait;
            sum += time;
        }
        is_near("handshake", formula_handshake(losses[k], &path), sum / TRIES, 0.03);
    }
    is_near("no loss", formula_handshake(0, &path), 0.1, 1e-12);
    cr_assert(isinf(formula_handshake(0.5, &path)));
}

/* Padhye et al. 2000: for small loss it is Mathis' square root; the window bounds it; time-outs slow it down. */
Test(formulas, rate_has_the_limits_of_the_paper)
{
    struct formula_path path = {.rtt_s = 0.1, .timeout_s = 0.2, .acked = 2, .most_window = 1e9, .initial_window = 10};
    is_near("square root", formula_rate(1e-6, &path), 1 / (0.1 * sqrt(2 * 2 * 1e-6 / 3)), 0.01);
    path.most_window = 20;
    is_near("no loss", formula_rate(0, &path), 200, 1e-12);
    is_near("hardly any loss", formula_rate(1e-7, &path), 200, 0.01);
    double last = formula_rate(0.001, &path);
    for (double p = 0.002; p < 0.5; p += 0.001) {
        double rate = formula_rate(p, &path);
        cr_assert(rate < last, "%g", p);
        last = rate;
    }
}

Test(formulas, transfer_is_slow_start_where_nothing_is_lost_and_the_rate_where_it_is_long)
{
    struct formula_path path = formula_path_default();
    path.acked = 1; /* doubles each round: 10, 20, 40 */
    is_near("ten segments", formula_transfer(0, 10, &path), 0.1, 1e-9);
    is_near("seventy", formula_transfer(0, 70, &path), 0.3, 1e-9);
    is_near("bounded by the window", formula_transfer(0, 70 + 44 * 10, &path),
            0.1 * (log2(4.4) + 1 + (510 - 78) / 44.0), 1e-9);
    is_near("long", formula_transfer(0.02, 1e6, &path), 1e6 / formula_rate(0.02, &path), 0.01);
    cr_assert(formula_transfer(0.1, 14, &path) > formula_transfer(0.05, 14, &path));
    is_near("a hint of loss changes little", formula_transfer(1e-9, 14, &path), formula_transfer(0, 14, &path), 1e-6);
}
