/* The index of faults in force says what a look at all of them would say. */
#include "model/host/fault_index.h"

#include <criterion/criterion.h>

#include "sim/random.h"

enum { MOST = 5000, HOSTS = 3 };

static struct scenario_fault faults[MOST];
static bool in_force[MOST];

static const struct scenario_fault *next_by_looking(size_t n, enum fault_verb verb, int host, size_t from)
{
    for (size_t i = from; i < n; i++)
        if (in_force[i] && faults[i].verb == verb && faults[i].host == host) return &faults[i];
    return NULL;
}

static const struct scenario_fault *last_by_looking(size_t n, enum fault_verb verb, int host)
{
    for (size_t i = n; i-- > 0;)
        if (in_force[i] && faults[i].verb == verb && faults[i].host == host) return &faults[i];
    return NULL;
}

static void expect_the_same(const struct fault_index *index, size_t n, enum fault_verb verb, int host)
{
    const struct scenario_fault *fault = NULL;
    size_t from = 0;
    do {
        fault = fault_index_next(index, verb, host, fault);
        cr_assert_eq(fault, next_by_looking(n, verb, host, from));
        from = fault ? (size_t)(fault - faults) + 1 : 0;
    } while (fault);
    cr_assert_eq(fault_index_last(index, verb, host), last_by_looking(n, verb, host));
}

/* So many faults, of which about `odds` in a hundred are in force at a time. */
static void go_through(size_t n, uint64_t odds)
{
    static const enum fault_verb verbs[] = {FAULT_STOP_HOST, FAULT_CLOCK, FAULT_SPARE};
    struct random_stream luck = random_stream_for(n + odds, "faults", "index");
    for (size_t i = 0; i < n; i++) {
        faults[i].verb = verbs[random_stream_below(&luck, 3)];
        faults[i].host = (int)random_stream_below(&luck, HOSTS + 1) - 1; /* -1: told of a link */
        in_force[i] = false;
    }
    struct scenario scenario = {.faults = faults, .n_faults = n};
    struct fault_index *index = fault_index_new(&scenario);
    for (int changes = 0; n > 0 && changes < 300; changes++) {
        for (size_t i = 0; i < 1 + n / 50; i++) {
            size_t fault = random_stream_below(&luck, n);
            in_force[fault] = random_stream_below(&luck, 100) < odds;
            fault_index_set(index, fault, in_force[fault]);
        }
        expect_the_same(index, n, verbs[changes % 3], changes % (HOSTS + 1) - 1);
    }
    expect_the_same(index, n, FAULT_PAUSE, 0);
    expect_the_same(index, n, FAULT_SPARE, HOSTS);
    fault_index_free(index);
}

Test(fault_index, is_what_a_look_at_all_faults_says)
{
    static const size_t sizes[] = {0, 1, 2, 63, 64, 65, 200, 4095, 4096, 4097, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        go_through(sizes[i], 50);
        go_through(sizes[i], 2);
    }
}
