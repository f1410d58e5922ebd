#include "viz/draw/ladder_words.h"

#include <math.h>
#include <string.h>

#include "viz/draw/packet_words.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"

enum { REASON_LINES = 3 };

static const double from_line_units = 4;      /* of words from a lifeline */
static const double clear_units = 1.6;        /* of words from the middle of an arrow that is not theirs */
static const double letters_part = 0.98;      /* of its size, so high is a line of letters */
static const double line_letters_part = 0.84; /* the same, of the height of the line */

/* ---- Room ---- */

static struct box box_of_place(const struct ladder_place *p)
{
    return box_of(p->middle.x - p->w / 2, p->middle.y - p->h / 2, p->w, p->h);
}

static struct ladder_place place_of(struct box box)
{
    return (struct ladder_place){point_of(box.x + box.w / 2, box.y + box.h / 2), point_of(1, 0), box.w, box.h};
}

/* How far it reaches from its middle in a direction. */
static double reach(const struct ladder_place *p, struct point d)
{
    return (fabs(p->along.x * d.x + p->along.y * d.y) * p->w + fabs(p->along.x * d.y - p->along.y * d.x) * p->h) / 2;
}

/* Two rectangles are apart when they are so in the direction of one of their sides. */
static bool places_meet(const struct ladder_place *a, const struct ladder_place *b)
{
    const struct point sides[] = {a->along, {-a->along.y, a->along.x}, b->along, {-b->along.y, b->along.x}};
    double dx = b->middle.x - a->middle.x, dy = b->middle.y - a->middle.y;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        if (fabs(dx * sides[i].x + dy * sides[i].y) >= reach(a, sides[i]) + reach(b, sides[i])) return false;
    return true;
}

static bool is_free(const struct ladder_words *l, const struct ladder_place *place)
{
    for (size_t i = 0; i < l->n_taken; i++)
        if (places_meet(place, &l->taken[i])) return false;
    return l->n_taken < LADDER_LABELS_KEPT;
}

bool ladder_words_take(struct ladder_words *l, struct box box)
{
    const struct ladder_place place = place_of(box);
    if (!is_free(l, &place)) return false;
    l->taken[l->n_taken++] = place;
    return true;
}

static bool is_in_sight(const struct ladder_words *l, const struct ladder_place *p)
{
    double x = reach(p, point_of(1, 0)), y = reach(p, point_of(0, 1));
    return p->middle.y - y >= l->chart.y - 1 && p->middle.y + y <= l->now_y &&
           p->middle.x - x >= l->chart.x - view_units(l->v, 4) &&
           p->middle.x + x <= l->chart.x + l->chart.w + view_units(l->v, 4);
}

/* Cuts a stretch of a line, parts of its length, down to where a value that goes evenly from a to b is within reach of
   0. */
static bool cut_down(double a, double b, double reach, double *first, double *last)
{
    if (fabs(b - a) < 1e-9) return fabs(a) < reach;
    double p = (-reach - a) / (b - a), q = (reach - a) / (b - a);
    *first = fmax(*first, fmin(p, q));
    *last = fmin(*last, fmax(p, q));
    return *first < *last;
}

static bool stroke_meets(const struct ladder_stroke *stroke, const struct ladder_place *p, double clear)
{
    double ax = stroke->from.x - p->middle.x, ay = stroke->from.y - p->middle.y;
    double bx = stroke->tip.x - p->middle.x, by = stroke->tip.y - p->middle.y, first = 0, last = 1;
    struct point d = p->along;
    return cut_down(ax * d.x + ay * d.y, bx * d.x + by * d.y, p->w / 2 + clear, &first, &last) &&
           cut_down(ay * d.x - ax * d.y, by * d.x - bx * d.y, p->h / 2 + clear, &first, &last);
}

/* Whether an arrow goes through; not that of the packet whose words they are (STORY_NONE: of none). */
static bool is_crossed(const struct ladder_words *l, const struct ladder_place *p, size_t packet)
{
    double clear = view_units(l->v, clear_units);
    for (size_t i = 0; i < l->n_strokes; i++)
        if (l->strokes[i].packet != packet && stroke_meets(&l->strokes[i], p, clear)) return true;
    return false;
}

bool ladder_words_take_clear(struct ladder_words *l, struct box box)
{
    const struct ladder_place place = place_of(box);
    return is_in_sight(l, &place) && !is_crossed(l, &place, STORY_NONE) && ladder_words_take(l, box);
}

/* ---- What an arrow carries ---- */

/* A stretch of the arrow between two lifelines, and how much room it has for words. */
struct stretch {
    double x0, x1, room;
};

/* The stretch between two lifelines, without what words above it need at the end to which they lean. */
static struct stretch stretch_between(const struct ladder_words *l, struct point from, struct point to, double x0,
                                      double x1, double h)
{
    double length = point_distance(from, to), across = fabs(to.x - from.x) / length;
    double leans = fabs(to.y - from.y) / length * h;
    if (to.x > from.x)
        x1 -= leans;
    else
        x0 += leans;
    double room = (x1 - x0 - 2 * view_units(l->v, from_line_units)) / fmax(across, 0.01);
    return (struct stretch){x0, x1, fmin(room, length - view_units(l->v, 16))};
}

/* The arrow passes lifelines of others: the words stand between two of them, as near to its middle as they are whole,
   or else where there is most room. */
static struct stretch stretch_for(const struct ladder_words *l, struct point from, struct point to, double whole,
                                  double h)
{
    double left = fmin(from.x, to.x), right = fmax(from.x, to.x), middle = (left + right) / 2;
    struct stretch best = {left, left, 0};
    double x0 = left, best_away = 1e9;
    for (size_t i = 0; i <= l->n_lines; i++) {
        double x1 = i < l->n_lines ? l->lines[i] : right;
        if (x1 <= left + 1 || x1 > right + 1) continue;
        struct stretch s = stretch_between(l, from, to, x0, x1, h);
        double away = fmax(0, fmax(x0 - middle, middle - x1));
        bool is_whole = s.room >= whole, was_whole = best.room >= whole;
        if (is_whole != was_whole ? is_whole : is_whole ? away < best_away : s.room > best.room) {
            best = s;
            best_away = away;
        }
        x0 = x1;
    }
    return best;
}

static bool passes_a_line(const struct ladder_words *l, struct point from, struct point to)
{
    for (size_t i = 0; i < l->n_lines; i++)
        if ((l->lines[i] - from.x) * (to.x - l->lines[i]) > 1) return true;
    return false;
}

/* Beside the arrow, on its upper side. */
static struct point above(struct point at, struct point along, double by)
{
    double up = along.x < 0 ? -by : by;
    return point_of(at.x + along.y * up, at.y - along.x * up);
}

/* Words on one line above an arrow. */
struct label {
    struct text_style style;
    size_t packet;
    struct point from, to, along; /* to: so far as it is looked at */
    double there, gap;            /* so long it is there; between arrow and words */
    double h;                     /* of its letters: some scripts are higher */
};

/* What passes lifelines is looked at as a whole, so that its words do not go from one gap to the next. On other arrows
   they stand in the middle of what is there. */
static struct label label_for(const struct ladder_words *l, const struct story_arrow *a, struct point from,
                              struct point to, struct point tip)
{
    const struct theme *theme = l->v->theme;
    struct label label = {.style = view_text(l->v, FONT_SMALL),
                          .packet = a->packet,
                          .from = from,
                          .to = passes_a_line(l, from, to) ? to : tip,
                          .there = point_distance(from, tip),
                          .gap = view_units(l->v, 2)};
    label.h = label.style.size * letters_part;
    double length = point_distance(from, to);
    label.style.colour = colour_mix(theme->class[a->class], theme -> ink, 0.5);
    label.along = point_of((to.x - from.x) / length, (to.y - from.y) / length);
    return label;
}

/* Above the arrow, around a point of it. */
static struct ladder_place place_above(const struct label *label, struct point at, double w)
{
    double h = label->h;
    return (struct ladder_place){above(at, label->along, label->gap + h / 2), label->along, w, h};
}

/* Whether the words can stand around that point of the arrow. */
static bool is_clear(const struct ladder_words *l, const struct label *label, struct point at, double w)
{
    const struct ladder_place place = place_above(label, at, w);
    bool is_there = point_distance(label->from, at) + w / 2 <= label->there;
    return is_there && is_free(l, &place) && is_in_sight(l, &place) && !is_crossed(l, &place, label->packet);
}

static void write_along(const struct ladder_words *l, const struct label *label, struct point at, double w,
                        const char *text)
{
    struct point half = {label->along.x * w / 2, label->along.y * w / 2};
    canvas_text_along(l->v->canvas, point_of(at.x - half.x, at.y - half.y), point_of(at.x + half.x, at.y + half.y),
                      label->gap, colour_with_alpha(l->v->theme->panel, 0.75), &label->style, text);
}

/* In the middle of its stretch, or towards an end of it where something is in the way. */
static bool is_placed(struct ladder_words *l, struct label *label, const char *text)
{
    static const double off[] = {0, -0.5, 0.5, -1, 1};
    struct point from = label->from, to = label->to, size = canvas_measure(l->v->canvas, &label->style, text, 0);
    double w = size.x + 2;
    label->h = fmax(label->h, size.y * line_letters_part);
    struct stretch s = stretch_for(l, from, to, w, label->gap + label->h);
    if (s.room < w) return false;
    struct point middle = point_between(from, to, ((s.x0 + s.x1) / 2 - from.x) / (to.x - from.x));
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        double by = off[i] * (s.room - w) / 2;
        struct point at = point_of(middle.x + label->along.x * by, middle.y + label->along.y * by);
        if (!is_clear(l, label, at, w)) continue;
        l->taken[l->n_taken++] = place_above(label, at, w);
        write_along(l, label, at, w, text);
        return true;
    }
    return false;
}

/* Whether a few letters could stand somewhere: where not, nothing need be measured. */
static bool has_any_room(const struct ladder_words *l, const struct label *label)
{
    enum { LOOKS = 9 };
    for (int i = 1; i < LOOKS; i++)
        if (is_clear(l, label, point_between(label->from, label->to, (double)i / LOOKS), label->style.size))
            return true;
    return false;
}

/* In whole words, and be they few; what slides out of sight goes as a whole. */
void ladder_words_label(struct ladder_words *l, const struct story_arrow *a, struct point from, struct point to,
                        struct point tip)
{
    char text[256];
    if (point_distance(from, tip) < 1) return;
    struct label label = label_for(l, a, from, to, tip);
    if (!has_any_room(l, &label)) return;
    for (int by = 0; by < 3; by++) {
        packet_words_shorter(l->v->story, a->packet, by, text, sizeof text);
        if (*text && is_placed(l, &label, text)) return;
    }
}

/* ---- Why a packet died ---- */

/* Whether the same words stand there already: two packets that die at one place and instant need one reason. */
static bool is_said(const struct ladder_words *l, struct box box)
{
    for (size_t i = 0; i < l->n_taken; i++) {
        const struct ladder_place *p = &l->taken[i];
        double dx = p->middle.x - box.x - box.w / 2, dy = p->middle.y - box.y - box.h / 2;
        if (fabs(dx) < box.h / 2 && fabs(dy) < box.h / 2 && fabs(p->w - box.w) < 1) return true;
    }
    return false;
}

/* Between two lifelines, or one and the edge. */
struct gap {
    double x0, x1;
};

/* The gap that begins at x and goes to the left (-1) or to the right, clear of the lifelines. */
static struct gap gap_beside(const struct ladder_words *l, double x, int side)
{
    double edge = side < 0 ? l->chart.x : l->chart.x + l->chart.w;
    double clear = view_units(l->v, from_line_units);
    for (size_t i = 0; i < l->n_lines; i++) {
        double line = l->lines[i] - side * clear;
        if ((l->lines[i] - x) * side > 1 && (edge - line) * side > 0) edge = line;
    }
    return side < 0 ? (struct gap){edge, x} : (struct gap){x, edge};
}

enum finding { PLACE_FOUND, PLACE_NOT_NEEDED, PLACE_NONE };

static enum finding try_place(struct ladder_words *l, struct gap gap, struct box box)
{
    if (box.w > gap.x1 - gap.x0) return PLACE_NONE;
    box.x = fmax(gap.x0, fmin(box.x, gap.x1 - box.w));
    if (is_said(l, box)) return PLACE_NOT_NEEDED;
    return ladder_words_take_clear(l, box) ? PLACE_FOUND : PLACE_NONE;
}

static bool is_on_line(const struct ladder_words *l, double x)
{
    for (size_t i = 0; i < l->n_lines; i++)
        if (fabs(l->lines[i] - x) <= 1) return true;
    return false;
}

struct spot {
    struct gap gap;
    struct point at; /* the left upper corner that would be best */
};

static enum finding try_all(struct ladder_words *l, const struct spot *spots, size_t n, struct point size,
                            struct box *box)
{
    for (size_t i = 0; i < n; i++) {
        enum finding found = try_place(l, spots[i].gap, box_of(spots[i].at.x, spots[i].at.y, size.x, size.y));
        if (found == PLACE_FOUND) *box = box_of_place(&l->taken[l->n_taken - 1]);
        if (found != PLACE_NONE) return found;
    }
    return PLACE_NONE;
}

static const double beyond_units = 80;

/* Where the arrow does not come from: this side of the next lifeline, or beyond it if it is the last one. On the height
   of the cross, or where an arrow is in the way there, ending or beginning at it. */
static enum finding place_ahead(struct ladder_words *l, int away, struct point at, struct point size, struct box *box)
{
    double r = view_units(l->v, 10), clear = view_units(l->v, from_line_units);
    /* At the top it stays beside the cross as long as that is there; at the bottom it ends where the present is. */
    double y = fmin(fmax(l->chart.y, at.y - size.y / 2), l->now_y - size.y), up = at.y - size.y, down = at.y;
    struct gap ahead = gap_beside(l, at.x + away * r, away);
    double line = away < 0 ? ahead.x0 - clear : ahead.x1 + clear;
    struct gap beyond = gap_beside(l, line + away * 2 * clear, away);
    bool is_outermost = away < 0 ? beyond.x0 <= l->chart.x : beyond.x1 >= l->chart.x + l->chart.w;
    is_outermost &= fabs(line - at.x) <= view_units(l->v, beyond_units); /* farther off nobody sees what it is about */
    double near[2] = {away < 0 ? ahead.x1 - size.x : ahead.x0, away < 0 ? beyond.x1 - size.x : beyond.x0};
    const struct spot spots[] = {{ahead, {near[0], y}},  {ahead, {near[0], up}},  {ahead, {near[0], down}},
                                 {beyond, {near[1], y}}, {beyond, {near[1], up}}, {beyond, {near[1], down}}};
    return try_all(l, spots, is_outermost ? 6 : 3, size, box);
}

/* Above the cross or under it, between the lifelines where it is, or on the side where the arrow comes from. */
static enum finding place_around(struct ladder_words *l, int away, struct point at, struct point size, struct box *box)
{
    double r = view_units(l->v, 10), under = at.y + r, above = at.y - r - size.y;
    struct gap left = gap_beside(l, at.x, -1), right = gap_beside(l, at.x, 1), here = {left.x0, right.x1};
    if (is_on_line(l, at.x)) here.x1 = here.x0;
    struct gap behind = gap_beside(l, at.x - away * r, -away);
    double x = at.x - size.x / 2, back = away < 0 ? behind.x0 : behind.x1 - size.x;
    const struct spot spots[] = {{here, {x, above}},
                                 {here, {x, under}},
                                 {behind, {back, above}},
                                 {behind, {back, under}},
                                 {behind, {back, at.y - size.y / 2}}};
    return try_all(l, spots, sizeof spots / sizeof spots[0], size, box);
}

/* How large a text is in so many lines: as narrow as it can be without being cut. */
static struct point size_in_lines(const struct ladder_words *l, const struct text_style *style, const char *text,
                                  int lines)
{
    struct text_style endless = *style;
    double whole = canvas_measure(l->v->canvas, style, text, 0).x + 2, line = style->size * 1.3;
    struct point size = {ceil(whole), line};
    endless.lines = lines + 1; /* would it be used? */
    for (double w = whole / lines; lines > 1 && w < whole; w += whole * 0.05) {
        size = canvas_measure(l->v->canvas, &endless, text, w);
        size.x = ceil(size.x) + 2;
        bool is_broken_word = size.x > w + 2;
        if (!is_broken_word && size.y <= line * (lines + 0.5)) break;
    }
    return size;
}

/* In as few lines as can be, rather in more than over other arrows. */
static enum finding place_reason(struct ladder_words *l, int away, struct point at, const char *text,
                                 struct text_style *style, struct box *box)
{
    struct point sizes[REASON_LINES];
    for (int i = 0; i < 2 * REASON_LINES; i++) {
        bool is_ahead = i < REASON_LINES;
        struct point *size = &sizes[i % REASON_LINES];
        style->lines = 1 + i % REASON_LINES;
        if (is_ahead) *size = size_in_lines(l, style, text, style->lines);
        enum finding found = is_ahead ? place_ahead(l, away, at, *size, box) : place_around(l, away, at, *size, box);
        if (found != PLACE_NONE) return found;
    }
    return PLACE_NONE;
}

void ladder_words_death(struct ladder_words *l, const struct story_arrow *a, struct point from, struct point at)
{
    const struct view *v = l->v;
    char text[96];
    double r = view_units(v, 6);
    sign_draw_death(v->canvas, packet_is_not_taken(v->story, a->packet), at, r, r * 0.4, v->theme->lost);
    packet_death_words(v->story, a->packet, text, sizeof text);
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    style.colour = v->theme->lost;
    style.down = ALIGN_CENTRE;
    struct box box;
    if (at.y < l->chart.y) return;
    if (place_reason(l, from.x <= at.x ? 1 : -1, at, text, &style, &box) != PLACE_FOUND) return;
    canvas_fill_round(v->canvas, box, 3, colour_with_alpha(v->theme->panel, 0.75));
    canvas_text(v->canvas, box, &style, text);
}
