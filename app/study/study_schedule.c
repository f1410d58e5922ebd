#include "app/study/study_schedule.h"

#include <assert.h>

#include "sim/journal/memory.h"

struct open_point {
    int64_t next, done;
    size_t at_work; /* pieces that are out */
};

struct open_group {
    uint64_t group;
    int64_t stage;
    size_t points_done;
    struct open_point *points;
};

struct study_schedule {
    struct study_plan plan;
    struct open_group *open; /* in no order */
    size_t n_open;
    uint64_t next_group;
};

struct study_schedule *schedule_new(const struct study_plan *plan)
{
    struct study_schedule *schedule = mem_calloc(1, sizeof *schedule);
    assert(plan->every > 0 && plan->first_stage > 0 && plan->most_open > 0);
    schedule->plan = *plan;
    schedule->open = mem_calloc(plan->most_open, sizeof *schedule->open);
    schedule->next_group = plan->first_group;
    return schedule;
}

void schedule_free(struct study_schedule *schedule)
{
    for (size_t i = 0; i < schedule->n_open; i++)
        mem_free(schedule->open[i].points);
    mem_free(schedule->open);
    mem_free(schedule);
}

/* The open group of a point, or NULL. */
static struct open_group *group_of(struct study_schedule *schedule, uint64_t point)
{
    for (size_t i = 0; i < schedule->n_open; i++)
        if (schedule->open[i].group == point / schedule->plan.group_size) return &schedule->open[i];
    return NULL;
}

static struct open_point *point_of(const struct study_schedule *schedule, struct open_group *group, uint64_t point)
{
    return &group->points[point % schedule->plan.group_size];
}

/* A point with runs left that nobody works at, or, if others may be, the one with most left. */
static bool find_point(struct study_schedule *schedule, bool alone, uint64_t *point)
{
    int64_t most_left = 0;
    for (size_t i = 0; i < schedule->n_open; i++) {
        const struct open_group *group = &schedule->open[i];
        for (uint64_t k = 0; k < schedule->plan.group_size; k++) {
            int64_t left = group->stage - group->points[k].next;
            if (left <= most_left || (alone && group->points[k].at_work)) continue;
            most_left = left;
            *point = group->group * schedule->plan.group_size + k;
            if (alone) return true;
        }
    }
    return most_left > 0;
}

static bool begin_group(struct study_schedule *schedule, uint64_t *point)
{
    if (schedule->n_open == schedule->plan.most_open || schedule->next_group >= schedule->plan.groups) return false;
    schedule->open[schedule->n_open++] = (struct open_group){
        .group = schedule->next_group,
        .stage = schedule->plan.first_stage,
        .points = mem_calloc(schedule->plan.group_size, sizeof(struct open_point)),
    };
    *point = schedule->next_group * schedule->plan.group_size;
    schedule->next_group += schedule->plan.every;
    return true;
}

bool schedule_take(struct study_schedule *schedule, uint64_t wanted_point, int64_t most, struct study_piece *piece)
{
    uint64_t point = wanted_point;
    struct open_group *group = group_of(schedule, wanted_point);
    if (!group || point_of(schedule, group, wanted_point)->next == group->stage) {
        if (!find_point(schedule, true, &point) && !begin_group(schedule, &point) &&
            !find_point(schedule, false, &point))
            return false;
        group = group_of(schedule, point);
    }
    struct open_point *p = point_of(schedule, group, point);
    int64_t left = group->stage - p->next;
    *piece = (struct study_piece){point, p->next, p->next + (left < most ? left : most)};
    p->next = piece->end;
    p->at_work++;
    return true;
}

static void close_group(struct study_schedule *schedule, struct open_group *group)
{
    mem_free(group->points);
    *group = schedule->open[--schedule->n_open];
}

void schedule_done(struct study_schedule *schedule, const struct study_piece *piece)
{
    struct open_group *group = group_of(schedule, piece->point);
    struct open_point *point = point_of(schedule, group, piece->point);
    point->at_work--;
    point->done += piece->end - piece->first;
    if (point->done < group->stage) return;
    if (++group->points_done < schedule->plan.group_size) return;
    int64_t next = schedule->plan.next_stage(schedule->plan.context, group->group, group->stage);
    group->points_done = 0;
    if (next > group->stage)
        group->stage = next;
    else
        close_group(schedule, group);
}

bool schedule_is_over(const struct study_schedule *schedule)
{
    return schedule->n_open == 0 && schedule->next_group >= schedule->plan.groups;
}
