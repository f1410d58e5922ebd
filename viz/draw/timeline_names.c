#include "viz/draw/timeline_names.h"

static const double sign_half = 9, dot_half = 5, row_units = 20; /* in units */

enum side { RIGHT, LEFT, RIGHT_OVER_DOTS, SIDES };

struct placing {
    const struct view *v;
    struct box box;
    const struct story_mark *const *shown;
    size_t n;
    double xs[TIMELINE_MOST_SIGNS];
    struct timeline_names *names;
};

static struct text_style name_style(const struct view *v)
{
    struct text_style style = view_faint(v, FONT_SMALL);
    style.down = ALIGN_CENTRE;
    return style;
}

static double half_of(const struct view *v, const struct story_mark *mark)
{
    return view_units(v, mark->kind == STORY_MARK_CAPTION ? dot_half : sign_half);
}

/* Whether nothing stands there: no other sign, no other name, and the time line does not end. */
static bool is_free(const struct placing *p, double from, double to, bool over_dots)
{
    double edge = view_units(p->v, 4), gap = view_units(p->v, 3);
    if (from < p->box.x + edge || to > p->box.x + p->box.w - edge) return false;
    for (size_t i = 0; i < p->names->n; i++) {
        const struct box *other = &p->names->of[i].box;
        if (from < other->x + other->w + gap && to > other->x - gap) return false;
    }
    for (size_t i = 0; i < p->n; i++) {
        double half = half_of(p->v, p->shown[i]), x = p->xs[i];
        if (over_dots && p->shown[i]->kind == STORY_MARK_CAPTION) continue;
        if (from < x + half && to > x - half) return false;
    }
    return true;
}

static bool place_beside(struct placing *p, size_t mark, enum sign sign, double w, enum side side)
{
    double x = p->xs[mark], half = half_of(p->v, p->shown[mark]) + view_units(p->v, 2);
    double from = side == LEFT ? x - half - w : x + half;
    if (!is_free(p, from, from + w, side == RIGHT_OVER_DOTS)) return false;
    p->names->of[p->names->n].sign = sign;
    p->names->of[p->names->n++].box = box_of(from, p->box.y, w, view_units(p->v, row_units));
    return true;
}

/* The next mark of this kind; n: no more. */
static size_t next_of(const struct placing *p, enum sign sign, int64_t after_ns)
{
    size_t next = p->n;
    for (size_t i = 0; i < p->n; i++) {
        bool is_nearer = p->shown[i]->at_ns > after_ns && (next == p->n || p->shown[i]->at_ns < p->shown[next]->at_ns);
        if (is_nearer && timeline_sign_of(p->v->story, p->shown[i]) == sign) next = i;
    }
    return next;
}

static void place_name(struct placing *p, enum sign sign)
{
    const struct text_style style = name_style(p->v);
    double w = canvas_measure(p->v->canvas, &style, timeline_sign_name(sign), 0).x + 1;
    for (enum side side = 0; side < SIDES; side++) {
        if (side == RIGHT_OVER_DOTS && sign == SIGN_CAPTION) return;
        for (size_t i = next_of(p, sign, -1); i < p->n; i = next_of(p, sign, p->shown[i]->at_ns))
            if (place_beside(p, i, sign, w, side)) return;
    }
}

void timeline_names_place(const struct view *v, struct box box, const struct story_mark *const *shown, size_t n,
                          struct timeline_names *names)
{
    struct placing p = {.v = v, .box = box, .shown = shown, .n = n, .names = names};
    for (size_t i = 0; i < n; i++)
        p.xs[i] = timeline_x_of(v, box, shown[i]->at_ns);
    names->n = 0;
    for (enum sign sign = 0; sign <= SIGN_CAPTION; sign++) /* the captions last */
        place_name(&p, sign);
}

void timeline_names_draw(const struct view *v, const struct timeline_names *names)
{
    const struct text_style style = name_style(v);
    for (size_t i = 0; i < names->n; i++)
        canvas_text(v->canvas, names->of[i].box, &style, timeline_sign_name(names->of[i].sign));
}

bool timeline_names_cover(const struct timeline_names *names, double x, double half)
{
    for (size_t i = 0; i < names->n; i++)
        if (x > names->of[i].box.x - half && x < names->of[i].box.x + names->of[i].box.w + half) return true;
    return false;
}
