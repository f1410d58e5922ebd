#include "viz/draw/ladder_words.h"

#include <math.h>
#include <string.h>

#include "viz/draw/packet_words.h"
#include "viz/draw/shapes.h"

enum { LABEL_PIECES = 4, REASON_LINES = 3 };

const double ladder_foot_units = 22;
static const double from_line_units = 4; /* of words from a lifeline */

/* ---- Room ---- */

static bool have_room(struct ladder_words *l, const struct box *boxes, size_t n)
{
    if (l->n_taken + n > LADDER_LABELS_KEPT) return false;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < l->n_taken; i++)
            if (box_meets(boxes[k], l->taken[i])) return false;
    memcpy(l->taken + l->n_taken, boxes, n * sizeof *boxes);
    l->n_taken += n;
    return true;
}

bool ladder_words_take(struct ladder_words *l, struct box box)
{
    return have_room(l, &box, 1);
}

/* A text that lies along a slope, w long and h high, around its middle: in upright boxes, piece by piece. */
static bool slope_has_room(struct ladder_words *l, struct point middle, struct point along, double w, double h)
{
    struct box pieces[LABEL_PIECES];
    double step = w / LABEL_PIECES;
    struct point size = {fabs(along.x) * step + fabs(along.y) * h, fabs(along.y) * step + fabs(along.x) * h};
    for (int k = 0; k < LABEL_PIECES; k++) {
        double off = (k + 0.5) * step - w / 2;
        pieces[k] =
            box_of(middle.x + along.x * off - size.x / 2, middle.y + along.y * off - size.y / 2, size.x, size.y);
    }
    return have_room(l, pieces, LABEL_PIECES);
}

/* Whether a label lies there already: then another need not even be measured. */
static bool is_taken(const struct ladder_words *l, struct point at)
{
    for (size_t i = 0; i < l->n_taken; i++)
        if (box_has(l->taken[i], at.x, at.y)) return true;
    return l->n_taken == LADDER_LABELS_KEPT;
}

/* Whether a text w long and h high, turned this way around its middle, is in sight as a whole. */
static bool is_in_sight(const struct ladder_words *l, struct point middle, struct point along, double w, double h)
{
    double x = (fabs(along.x) * w + fabs(along.y) * h) / 2, y = (fabs(along.y) * w + fabs(along.x) * h) / 2;
    double top = l->chart.y - 1, bottom = l->chart.y + l->chart.h + view_units(l->v, ladder_foot_units);
    return middle.y - y >= top && middle.y + y <= bottom && middle.x - x >= l->chart.x - view_units(l->v, 4) &&
           middle.x + x <= l->chart.x + l->chart.w + view_units(l->v, 4);
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
    struct point from, to, along;
    double length, gap; /* gap: between arrow and words */
};

static struct label label_for(const struct ladder_words *l, const struct story_arrow *a, struct point from,
                              struct point to)
{
    const struct theme *theme = l->v->theme;
    struct label label = {.style = view_text(l->v, FONT_SMALL),
                          .from = from,
                          .to = to,
                          .length = point_distance(from, to),
                          .gap = view_units(l->v, 2)};
    label.style.colour = colour_mix(theme->class[a->class], theme -> ink, 0.5);
    label.along = point_of((to.x - from.x) / label.length, (to.y - from.y) / label.length);
    return label;
}

/* Whether the text is there as a whole now, or there is no place even for a shorter one. */
static bool is_placed(struct ladder_words *l, const struct label *label, const char *text)
{
    const struct view *v = l->v;
    struct point from = label->from, to = label->to, along = label->along;
    double w = canvas_measure(v->canvas, &label->style, text, 0).x + 2, h = label->style.size * 1.05;
    struct stretch s = stretch_for(l, from, to, w, label->gap + h);
    if (s.room < w) return false;
    struct point mid = point_between(from, to, ((s.x0 + s.x1) / 2 - from.x) / (to.x - from.x));
    struct point middle = above(mid, along, label->gap + h / 2);
    if (is_taken(l, middle)) return true;
    if (!is_in_sight(l, middle, along, w, label->style.size * 1.25)) return false;
    if (!slope_has_room(l, middle, along, w, h)) return false;
    struct point half = {along.x * w / 2, along.y * w / 2};
    canvas_text_along(v->canvas, point_of(mid.x - half.x, mid.y - half.y), point_of(mid.x + half.x, mid.y + half.y),
                      label->gap, colour_with_alpha(v->theme->panel, 0.75), &label->style, text);
    return true;
}

/* In whole words, and be they few; what slides out of sight goes as a whole. */
void ladder_words_label(struct ladder_words *l, const struct story_arrow *a, struct point from, struct point to)
{
    char text[256];
    if (point_distance(from, to) < 1) return;
    const struct label label = label_for(l, a, from, to);
    double off = label.gap + label.style.size * 1.05 / 2;
    if (!passes_a_line(l, from, to) && is_taken(l, above(point_between(from, to, 0.5), label.along, off))) return;
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
        struct box b = l->taken[i];
        if (fabs(b.x - box.x) < box.h / 2 && fabs(b.y - box.y) < box.h / 2 && fabs(b.w - box.w) < 1) return true;
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

enum place { PLACE_FOUND, PLACE_NOT_NEEDED, PLACE_NONE };

static enum place try_place(struct ladder_words *l, struct gap gap, struct box box)
{
    if (box.w > gap.x1 - gap.x0) return PLACE_NONE;
    box.x = fmax(gap.x0, fmin(box.x, gap.x1 - box.w));
    if (is_said(l, box)) return PLACE_NOT_NEEDED;
    struct point middle = {box.x + box.w / 2, box.y + box.h / 2};
    if (!is_in_sight(l, middle, point_of(1, 0), box.w, box.h)) return PLACE_NONE;
    return ladder_words_take(l, box) ? PLACE_FOUND : PLACE_NONE;
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

static enum place try_all(struct ladder_words *l, const struct spot *spots, size_t n, struct point size,
                          struct box *box)
{
    for (size_t i = 0; i < n; i++) {
        enum place place = try_place(l, spots[i].gap, box_of(spots[i].at.x, spots[i].at.y, size.x, size.y));
        if (place == PLACE_FOUND) *box = l->taken[l->n_taken - 1];
        if (place != PLACE_NONE) return place;
    }
    return PLACE_NONE;
}

/* Where the arrow does not come from: this side of the next lifeline, or beyond it if it is the last one. */
static enum place place_ahead(struct ladder_words *l, int away, struct point at, struct point size, struct box *box)
{
    double r = view_units(l->v, 10), clear = view_units(l->v, from_line_units);
    double y = fmax(l->chart.y, at.y - size.y / 2); /* at the top it stays beside the cross as long as that is there */
    struct gap ahead = gap_beside(l, at.x + away * r, away);
    double line = away < 0 ? ahead.x0 - clear : ahead.x1 + clear;
    struct gap beyond = gap_beside(l, line + away * 2 * clear, away);
    bool is_outermost = away < 0 ? beyond.x0 <= l->chart.x : beyond.x1 >= l->chart.x + l->chart.w;
    double near[2] = {away < 0 ? ahead.x1 - size.x : ahead.x0, away < 0 ? beyond.x1 - size.x : beyond.x0};
    const struct spot spots[] = {{ahead, {near[0], y}}, {beyond, {near[1], y}}};
    return try_all(l, spots, is_outermost ? 2 : 1, size, box);
}

/* Under the cross or above it, between the lifelines where it is, or on the side where the arrow comes from. */
static enum place place_around(struct ladder_words *l, int away, struct point at, struct point size, struct box *box)
{
    double r = view_units(l->v, 10), under = at.y + r, above = at.y - r - size.y;
    struct gap left = gap_beside(l, at.x, -1), right = gap_beside(l, at.x, 1), here = {left.x0, right.x1};
    if (is_on_line(l, at.x)) here.x1 = here.x0;
    struct gap behind = gap_beside(l, at.x - away * r, -away);
    double x = at.x - size.x / 2, back = away < 0 ? behind.x0 : behind.x1 - size.x;
    const struct spot spots[] = {{here, {x, under}},
                                 {here, {x, above}},
                                 {behind, {back, under}},
                                 {behind, {back, above}},
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
static enum place place_reason(struct ladder_words *l, int away, struct point at, const char *text,
                               struct text_style *style, struct box *box)
{
    struct point sizes[REASON_LINES];
    for (int i = 0; i < 2 * REASON_LINES; i++) {
        bool is_ahead = i < REASON_LINES;
        struct point *size = &sizes[i % REASON_LINES];
        style->lines = 1 + i % REASON_LINES;
        if (is_ahead) *size = size_in_lines(l, style, text, style->lines);
        enum place place = is_ahead ? place_ahead(l, away, at, *size, box) : place_around(l, away, at, *size, box);
        if (place != PLACE_NONE) return place;
    }
    return PLACE_NONE;
}

void ladder_words_death(struct ladder_words *l, const struct story_arrow *a, struct point from, struct point at)
{
    const struct view *v = l->v;
    char text[96];
    double r = view_units(v, 6);
    shape_death(v->canvas, packet_is_not_taken(v->story, a->packet), at, r, r * 0.4, v->theme->lost);
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
