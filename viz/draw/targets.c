#include "viz/draw/targets.h"

#include <math.h>

#include "sim/journal/memory.h"

struct targets {
    struct target *all;
    size_t n, room;
};

struct targets *targets_new(void)
{
    return mem_calloc(1, sizeof(struct targets));
}

void targets_free(struct targets *targets)
{
    if (!targets) return;
    mem_free(targets->all);
    mem_free(targets);
}

void targets_clear(struct targets *targets)
{
    if (targets) targets->n = 0;
}

static void add(struct targets *targets, struct target target)
{
    if (targets->n == targets->room) {
        targets->room = targets->room ? targets->room * 2 : 128;
        targets->all = mem_realloc(targets->all, targets->room * sizeof *targets->all);
    }
    targets->all[targets->n++] = target;
}

void targets_add_box(struct targets *targets, enum act act, size_t arg, struct box box)
{
    if (targets && box.w > 0 && box.h > 0) add(targets, (struct target){.act = act, .arg = arg, .box = box});
}

void targets_add_line(struct targets *targets, enum act act, size_t arg, struct point a, struct point b, double reach)
{
    if (targets) add(targets, (struct target){.act = act, .arg = arg, .a = a, .b = b, .reach = reach});
}

size_t targets_count(const struct targets *targets)
{
    return targets->n;
}

const struct target *targets_at(const struct targets *targets, size_t i)
{
    return &targets->all[i];
}

static double distance_to_line(struct point p, struct point a, struct point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double part = length2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0;
    return point_distance(p, point_between(a, b, fmax(0, fmin(1, part))));
}

static bool is_hit(const struct target *t, double x, double y)
{
    if (t->reach > 0) return distance_to_line(point_of(x, y), t->a, t->b) <= t->reach;
    return box_has(t->box, x, y);
}

const struct target *targets_find(const struct targets *targets, double x, double y)
{
    for (int lines = 0; lines <= 1; lines++)
        for (size_t i = targets->n; i-- > 0;) {
            const struct target *t = &targets->all[i];
            if ((t->reach > 0) == (lines == 1) && is_hit(t, x, y)) return t;
        }
    return NULL;
}

const struct target *targets_find_act(const struct targets *targets, enum act act, size_t arg)
{
    for (size_t i = 0; i < targets->n; i++)
        if (targets->all[i].act == act && targets->all[i].arg == arg) return &targets->all[i];
    return NULL;
}

struct box target_bounds(const struct target *t)
{
    if (t->reach <= 0) return t->box;
    double x = fmin(t->a.x, t->b.x), y = fmin(t->a.y, t->b.y);
    return box_inset(box_of(x, y, fabs(t->a.x - t->b.x), fabs(t->a.y - t->b.y)), -t->reach);
}
