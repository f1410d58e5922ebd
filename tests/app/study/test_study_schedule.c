/* Whoever asks, however much at a time, and in whatever order pieces come back: the same runs are made, each once. */
#include <criterion/criterion.h>

#include "app/study/study_schedule.h"
#include "sim/journal/memory.h"
#include "sim/random.h"

enum { GROUPS = 7, SIZE = 3, MOST_RUNS = 100, OUT = 9 };

struct made {
    uint8_t runs[GROUPS * SIZE][MOST_RUNS];
    int64_t looks[GROUPS]; /* the last number of replications at which a group was judged */
    size_t broken;         /* laws */
};

/* Groups differ in how many they need: 10, then 15, 23, ... */
static int64_t next_stage(void *context, uint64_t group, int64_t n)
{
    struct made *made = context;
    for (size_t p = 0; p < SIZE; p++)
        for (int64_t r = 0; r < n; r++)
            if (made->runs[group * SIZE + p][r] != 1) made->broken++; /* judged before all are there */
    if (n <= made->looks[group]) made->broken++;
    made->looks[group] = n;
    return n < 10 + 10 * (int64_t)group ? (n * 3 + 1) / 2 : n;
}

static struct study_plan plan_of(struct made *made)
{
    return (struct study_plan){.groups = GROUPS,
                               .group_size = SIZE,
                               .every = 1,
                               .first_stage = 10,
                               .next_stage = next_stage,
                               .context = made,
                               .most_open = 4};
}

/* Many workers, one after another, by chance: some take, some bring back. */
static void work(struct made *made, struct study_plan plan, uint64_t seed)
{
    struct study_schedule *schedule = schedule_new(&plan);
    struct random_stream chance = random_stream_for(seed, "test", "schedule");
    struct study_piece out[OUT];
    size_t n_out = 0, idle = 0;
    while (!schedule_is_over(schedule)) {
        cr_assert(idle < 1000, "nothing goes on");
        bool takes = random_stream_below(&chance, 2) && n_out < OUT;
        if (takes && schedule_take(schedule, random_stream_below(&chance, GROUPS * SIZE),
                                   1 + (int64_t)random_stream_below(&chance, 12), &out[n_out])) {
            for (int64_t r = out[n_out].first; r < out[n_out].end; r++)
                made->runs[out[n_out].point][r]++;
            n_out++;
            idle = 0;
        } else if (n_out) {
            size_t which = (size_t)random_stream_below(&chance, n_out);
            struct study_piece piece = out[which];
            out[which] = out[--n_out];
            schedule_done(schedule, &piece);
            idle = 0;
        } else {
            idle++;
        }
    }
    cr_expect_eq(n_out, 0, "it is over while pieces are out");
    schedule_free(schedule);
}

Test(study_schedule, every_run_is_made_once_whoever_asks)
{
    struct made first = {0};
    work(&first, plan_of(&first), 1);
    cr_expect_eq(first.broken, 0);
    for (uint64_t group = 0; group < GROUPS; group++) {
        int64_t enough = 10;
        while (enough < 10 + 10 * (int64_t)group)
            enough = (enough * 3 + 1) / 2;
        cr_expect_eq(first.looks[group], enough);
        for (size_t p = 0; p < SIZE; p++)
            for (int64_t r = 0; r < MOST_RUNS; r++)
                cr_expect_eq(first.runs[group * SIZE + p][r], r < enough, "group %d, run %d", (int)group, (int)r);
    }
    for (uint64_t seed = 2; seed < 300; seed++) {
        struct made other = {0};
        work(&other, plan_of(&other), seed);
        cr_expect_arr_eq(first.runs, other.runs, sizeof first.runs, "seed %d", (int)seed);
        cr_expect_eq(other.broken, 0);
    }
}

Test(study_schedule, shards_have_no_group_in_common_and_together_all)
{
    struct made whole = {0}, parts = {0};
    work(&whole, plan_of(&whole), 1);
    for (uint64_t part = 3; part-- > 0;) {
        struct study_plan plan = plan_of(&parts);
        plan.first_group = part;
        plan.every = 3;
        work(&parts, plan, part);
    }
    cr_expect_arr_eq(whole.runs, parts.runs, sizeof whole.runs);
    cr_expect_eq(parts.broken, 0);
}

Test(study_schedule, who_asks_stays_at_its_point_and_others_begin_others)
{
    struct made made = {0};
    struct study_plan plan = plan_of(&made);
    struct study_schedule *schedule = schedule_new(&plan);
    struct study_piece a, b, c;
    cr_assert(schedule_take(schedule, UINT64_MAX, 2, &a));
    cr_assert(schedule_take(schedule, UINT64_MAX, 2, &b));
    cr_assert(schedule_take(schedule, a.point, 2, &c));
    cr_expect_neq(a.point, b.point);
    cr_expect_eq(c.point, a.point);
    cr_expect_eq(c.first, 2);
    schedule_free(schedule);
}

Test(study_schedule, memory_does_not_grow_with_the_study)
{
    struct made made = {0};
    struct study_plan plan = plan_of(&made);
    plan.groups = UINT64_C(1) << 40;
    struct study_schedule *schedule = schedule_new(&plan);
    struct study_piece piece;
    size_t pieces = 0;
    while (schedule_take(schedule, UINT64_MAX, 1000, &piece))
        cr_assert(++pieces <= 4 * SIZE, "more than four groups are open");
    cr_expect_eq(pieces, 4 * SIZE);
    schedule_free(schedule);
}
