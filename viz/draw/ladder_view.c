/* Lines come and go with the conversation: a host takes part as long as an arrow of its is in sight, and its column
   opens and closes smoothly, as a function of time alone. */
#include "viz/draw/ladder_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/shapes.h"

static const double units_per_second = 54, opens_s = 0.7;
static const double foot_units = 22;     /* below the present, for the label of what is on its way */
static const char no_width[] = "\u200b"; /* a space where a name may be broken */

enum { LABELS_KEPT = 256, LABEL_PIECES = 4, MOST_ARROWS = 120, MOST_OF_CROWD = 80 };

struct ladder {
    const struct view *v;
    struct box chart;
    double px_per_ns;
    const struct pace_stand *stands; /* they take no room here */
    size_t n_stands;
    double now_px; /* along the scale; the chart ends there once it is full */
    double top_px;
    struct story_arrow *arrows;
    size_t n_arrows;
    size_t one_of;     /* so many arrows is drawn; of few, each */
    double *share, *x; /* per host */
    struct box labels[LABELS_KEPT];
    size_t n_labels;
};

/* ---- The scale: the pace's, without its stands ---- */

/* How many of the stands come before an instant. */
static size_t stands_before(const struct ladder *l, int64_t at_ns)
{
    size_t low = 0, high = l->n_stands;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->stands[middle].at_ns < at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Together, of the first n. */
static int64_t length_of_stands(const struct ladder *l, size_t n)
{
    return n ? l->stands[n - 1].before_ns + l->stands[n - 1].length_ns : 0;
}

static double px_at(const struct ladder *l, int64_t at_ns)
{
    int64_t screen = pace_screen_at(l->v->pace, at_ns) - length_of_stands(l, stands_before(l, at_ns));
    return (double)screen * l->px_per_ns;
}

static double y_at(const struct ladder *l, int64_t at_ns)
{
    return l->chart.y + px_at(l, at_ns) - l->top_px;
}

/* ---- Columns ---- */

/* How far a host's column is open because of this arrow, 0 to 1. */
static double share_by_arrow(const struct ladder *l, const struct story_arrow *a)
{
    double age = view_age_s(l->v, a->sent_ns), px_per_s = l->px_per_ns * 1e9;
    double above = a->end_ns == TIME_NEVER ? 0 : (l->chart.y - y_at(l, a->end_ns)) / px_per_s;
    double opening = (age + opens_s) / opens_s, closing = -above / opens_s;
    return fmax(0, fmin(1, fmin(opening, closing)));
}

static void measure_columns(struct ladder *l, const size_t *order, size_t n)
{
    double total = 0, x = 0;
    for (size_t i = 0; i < l->n_arrows; i++) {
        double share = share_by_arrow(l, &l->arrows[i]);
        size_t ends[2] = {l->arrows[i].from, l->arrows[i].to};
        for (int k = 0; k < 2; k++)
            if (ends[k] < n) l->share[ends[k]] = fmax(l->share[ends[k]], share);
    }
    for (size_t h = 0; h < n; h++)
        total += l->share[h];
    for (size_t i = 0; i < n && total > 0; i++) {
        double w = l->share[order[i]] / total * l->chart.w;
        l->x[order[i]] = l->chart.x + x + w / 2;
        x += w;
    }
}

/* A name may be broken after a dot or a hyphen: a space of no width goes there. */
static const char *breakable(const char *name, char *buffer, size_t size)
{
    size_t n = 0;
    for (; *name && n + 5 < size; name++) {
        buffer[n++] = *name;
        if (*name != '.' && *name != '-') continue;
        memcpy(buffer + n, no_width, strlen(no_width));
        n += strlen(no_width);
    }
    buffer[n] = 0;
    return buffer;
}

static bool name_fits(const struct ladder *l, const struct text_style *style, const char *name, double w)
{
    struct text_style endless = *style; /* one line more than there may be: then nothing is cut to measure it */
    endless.lines = style->lines + 1;
    double line = canvas_measure(l->v->canvas, style, "x", 0).y;
    if (canvas_measure(l->v->canvas, &endless, name, w).y > line * (style->lines + 0.5)) return false;
    for (const char *piece = name; piece;) { /* a piece that is too long would be broken anywhere */
        char text[128];
        const char *gap = strstr(piece, no_width);
        snprintf(text, sizeof text, "%.*s", (int)(gap ? (size_t)(gap - piece) : strlen(piece)), piece);
        if (canvas_measure(l->v->canvas, style, text, 0).x > w) return false;
        piece = gap ? gap + strlen(no_width) : NULL;
    }
    return true;
}

/* The whole name; or smaller; or without the last parts of a domain; where a column is too narrow for its first part,
   none: no name is cut. A column that comes or goes shows it whole or not at all, or letters would tumble. */
static void draw_head(const struct ladder *l, struct box box, struct text_style style, const char *name, bool stays)
{
    char text[128];
    double size = style.size;
    breakable(name, text, sizeof text);
    for (;;) {
        char *last = strrchr(text, '.');
        double least = last ? 0.8 : 0.62;
        for (double smaller = 1; smaller > least; smaller -= 0.07) {
            style.size = size * smaller;
            if (!name_fits(l, &style, text, box.w)) continue;
            canvas_text(l->v->canvas, box, &style, text);
            return;
        }
        if (!stays) return;
        if (!last) break;
        *last = 0;
    }
    struct text_style endless = style; /* in two halves, broken anywhere */
    endless.lines = style.lines + 1;
    double line = canvas_measure(l->v->canvas, &style, "x", 0).y;
    if (canvas_measure(l->v->canvas, &endless, text, box.w).y < line * (style.lines + 0.5))
        canvas_text(l->v->canvas, box, &style, text);
}

static void draw_columns(const struct ladder *l, struct box heads, size_t n)
{
    const struct view *v = l->v;
    double total = 0;
    for (size_t h = 0; h < n; h++)
        total += l->share[h];
    for (size_t h = 0; h < n; h++) {
        if (l->share[h] < 0.02) continue;
        double w = l->share[h] / total * l->chart.w, icon = view_units(v, 20);
        struct story_host host = story_host(v->story, h);
        canvas_line(v->canvas, point_of(l->x[h], l->chart.y), point_of(l->x[h], l->chart.y + l->chart.h),
                    view_units(v, 2), v->theme->edge);
        if (l->chart.w / total < icon) continue; /* one of very many */
        struct text_style style = view_text(v, FONT_SMALL);
        style.bold = true;
        style.across = ALIGN_CENTRE;
        style.lines = 2;
        style.colour = colour_with_alpha(host.up ? v->theme->ink : v->theme->faint, l->share[h]);
        shape_host(v->canvas, v->theme, host.role, host.up, point_of(l->x[h], heads.y + icon * 0.55), icon);
        double top = heads.y + icon * 1.2;
        struct box box = box_of(l->x[h] - w / 2 + 2, top, w - 4, heads.y + heads.h - view_units(v, 3) - top);
        draw_head(l, box, style, host.name, l->share[h] >= 0.9);
    }
}

/* ---- Arrows ---- */

static bool labels_have_room(struct ladder *l, const struct box *boxes, size_t n)
{
    if (l->n_labels + n > LABELS_KEPT) return false;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < l->n_labels; i++)
            if (box_meets(boxes[k], l->labels[i])) return false;
    memcpy(l->labels + l->n_labels, boxes, n * sizeof *boxes);
    l->n_labels += n;
    return true;
}

static bool label_has_room(struct ladder *l, struct box box)
{
    return labels_have_room(l, &box, 1);
}

/* A text that lies along a slope, w long and h high, around its middle: in upright boxes, piece by piece. */
static bool slope_has_room(struct ladder *l, struct point middle, struct point along, double w, double h)
{
    struct box pieces[LABEL_PIECES];
    double step = w / LABEL_PIECES;
    struct point size = {fabs(along.x) * step + fabs(along.y) * h, fabs(along.y) * step + fabs(along.x) * h};
    for (int k = 0; k < LABEL_PIECES; k++) {
        double off = (k + 0.5) * step - w / 2;
        pieces[k] =
            box_of(middle.x + along.x * off - size.x / 2, middle.y + along.y * off - size.y / 2, size.x, size.y);
    }
    return labels_have_room(l, pieces, LABEL_PIECES);
}

/* Whether a label lies there already: then another need not even be measured. */
static bool is_taken(const struct ladder *l, struct point at)
{
    for (size_t i = 0; i < l->n_labels; i++)
        if (box_has(l->labels[i], at.x, at.y)) return true;
    return l->n_labels == LABELS_KEPT;
}

/* Whether a text w long and h high, turned this way around its middle, is in sight as a whole. */
static bool is_in_sight(const struct ladder *l, struct point middle, struct point along, double w, double h)
{
    double x = (fabs(along.x) * w + fabs(along.y) * h) / 2, y = (fabs(along.y) * w + fabs(along.x) * h) / 2;
    double top = l->chart.y - 1, bottom = l->chart.y + l->chart.h + view_units(l->v, foot_units);
    return middle.y - y >= top && middle.y + y <= bottom && middle.x - x >= l->chart.x - view_units(l->v, 4) &&
           middle.x + x <= l->chart.x + l->chart.w + view_units(l->v, 4);
}

/* The label lies along the whole arrow, above it, also while only a part of it is there. A crumb is left out, and what
   slides out of sight goes as a whole. */
static void draw_label(struct ladder *l, const struct story_arrow *a, struct point from, struct point to)
{
    const struct view *v = l->v;
    char text[96];
    struct text_style style = view_text(v, FONT_SMALL);
    style.colour = colour_mix(v->theme->class[a->class], v -> theme -> ink, 0.5);
    style.may_be_cut = true;
    double length = point_distance(from, to), room = length - view_units(v, 16), h = style.size * 1.05;
    struct point mid = point_between(from, to, 0.5);
    struct point along = {(to.x - from.x) / length, (to.y - from.y) / length};
    double up = along.x < 0 ? -1 : 1, gap = view_units(v, 2);
    struct point middle = {mid.x + along.y * up * (gap + h / 2), mid.y - along.x * up * (gap + h / 2)};
    if (is_taken(l, middle)) return;
    packet_words(v->story, a->packet, text, sizeof text);
    double whole = canvas_measure(v->canvas, &style, text, 0).x, w = fmin(room, whole);
    if (w < fmin(whole, view_units(v, 50))) return;
    if (!is_in_sight(l, middle, along, w, style.size * 1.25) || !slope_has_room(l, middle, along, w, h)) return;
    double inset = view_units(v, 8) / length;
    canvas_text_along(v->canvas, point_between(from, to, inset), point_between(to, from, inset), gap,
                      colour_with_alpha(v->theme->panel, 0.75), &style, text);
}

/* Whether the same words stand there already: two packets that die at one place and instant need one reason. */
static bool is_said(const struct ladder *l, struct box box)
{
    for (size_t i = 0; i < l->n_labels; i++) {
        struct box b = l->labels[i];
        if (fabs(b.x - box.x) < box.h / 2 && fabs(b.y - box.y) < box.h / 2 && fabs(b.w - box.w) < 1) return true;
    }
    return false;
}

enum place { PLACE_FOUND, PLACE_NOT_NEEDED, PLACE_NONE };

/* A place for words beside the cross: where the arrow does not come from, or else under the arrow or above it. */
static enum place place_reason(struct ladder *l, const struct story_arrow *a, struct point at, double gap,
                               struct point size, struct box *box)
{
    double room[2] = {at.x - l->chart.x - gap, l->chart.x + l->chart.w - at.x - gap};
    int from = l->x[a->from] > at.x, away = 1 - from; /* 0: on the left */
    const struct {
        int side;
        double down;
    } tries[] = {{away, 0}, {from, size.y / 2 + gap * 0.6}, {from, -size.y / 2 - gap * 0.6}, {from, 0}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        double x = tries[i].side ? at.x + gap : at.x - gap - size.x, y = at.y + tries[i].down;
        *box = box_of(x, y - size.y / 2, size.x, size.y);
        if (is_said(l, *box)) return PLACE_NOT_NEEDED;
        if (room[tries[i].side] < size.x ||
            !is_in_sight(l, point_of(x + size.x / 2, y), point_of(1, 0), size.x, size.y))
            continue;
        if (label_has_room(l, *box)) return PLACE_FOUND;
    }
    return PLACE_NONE;
}

static void draw_death(struct ladder *l, const struct story_arrow *a, struct point at)
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
    struct point size = {canvas_measure(v->canvas, &style, text, 0).x + 2, style.size * 1.3};
    struct box box;
    enum place place = place_reason(l, a, at, r * 1.6, size, &box);
    if (place == PLACE_NONE) { /* in two lines, then */
        style.lines = 2;
        size = canvas_measure(v->canvas, &style, text, size.x * 0.64);
        size.x += 2;
        place = place_reason(l, a, at, r * 1.6, size, &box);
    }
    if (place != PLACE_FOUND) return;
    canvas_fill_round(v->canvas, box, 3, colour_with_alpha(v->theme->panel, 0.75));
    canvas_text(v->canvas, box, &style, text);
}

/* The part of the way that is done now, 0 to 1. */
static double part_done(const struct ladder *l, const struct story_arrow *a)
{
    if (a->end_ns == TIME_NEVER) return 0.5;
    if (story_now(l->v->story) >= a->end_ns) return 1;
    double begin = y_at(l, a->sent_ns), end = y_at(l, a->end_ns), now = y_at(l, story_now(l->v->story));
    return end > begin ? fmax(0, fmin(1, (now - begin) / (end - begin))) : 1;
}

/* The drop that ended this arrow's packet. */
static const struct story_drop *drop_of(const struct story *s, const struct story_arrow *a)
{
    for (size_t i = story_drops_after(s, a->end_ns - 1); i < story_drop_count(s); i++) {
        const struct story_drop *drop = story_drop(s, i);
        if (drop->packet == a->packet) return drop;
        if (drop->at_ns > a->end_ns) break;
    }
    return NULL;
}

/* At the host that dropped it; otherwise between the last two columns of its way, so that no host seems to have got
   it. */
static double x_of_death(const struct ladder *l, const struct story_arrow *a)
{
    const struct story_drop *drop = drop_of(l->v->story, a);
    if (drop && drop->hop == STORY_NONE && drop->host < story_host_count(l->v->story) && l->share[drop->host] >= 0.02)
        return l->x[drop->host];
    double from = l->x[a->from], to = l->x[a->to], before = from;
    for (size_t h = 0; h < story_host_count(l->v->story); h++) {
        bool between = (l->x[h] - from) * (l->x[h] - to) < 0;
        if (l->share[h] >= 0.02 && between && fabs(l->x[h] - to) < fabs(before - to)) before = l->x[h];
    }
    return (before + to) / 2;
}

enum layer { LAYER_ARROWS, LAYER_DEATHS, LAYER_LABELS, LAYERS };

static void draw_arrow(struct ladder *l, const struct story_arrow *a, enum layer layer)
{
    const struct view *v = l->v;
    struct point from = {l->x[a->from], y_at(l, a->sent_ns)};
    struct point to = {l->x[a->to], a->end_ns == TIME_NEVER ? from.y + view_units(v, 40) : y_at(l, a->end_ns)};
    if (a->lost) to.x = x_of_death(l, a);
    double done = part_done(l, a);
    struct point tip = point_between(from, to, done);
    if (tip.y < l->chart.y - 2) return;
    if (layer == LAYER_LABELS) draw_label(l, a, from, to);
    if (layer == LAYER_DEATHS && a->lost && done >= 1) draw_death(l, a, to);
    if (layer != LAYER_ARROWS) return;
    bool selected = view_is_selected(v, ACT_PACKET, a->packet);
    struct colour colour = v->theme->class[a->class];
    if (selected) canvas_line(v->canvas, from, tip, view_units(v, 9), colour_with_alpha(v->theme->accent, 0.3));
    double width = view_units(v, a->class == STORY_ACK ? 1.3 : 2.2);
    if (l->one_of > 1 && !selected)
        canvas_dart(v->canvas, from, tip, width, view_units(v, 9), colour);
    else
        canvas_arrow(v->canvas, from, tip, width, view_units(v, 9), colour);
    if (l->one_of == 1 || selected || a->class != STORY_ACK) /* of a crowd, thin and grey says enough */
        shape_packet(v->canvas, v->theme, a->class, from, view_units(v, 4.5), 1);
    targets_add_line(v->targets, ACT_PACKET, a->packet, from, tip, view_units(v, 7));
}

/* ---- Time at the left ---- */

/* After the first hour there is no room for more than seconds; what comes within the same one shows the part of it. */
static const char *time_label(int64_t at_ns, int64_t last_ns, char text[VIEW_TIME_BYTES])
{
    bool same = last_ns >= HOUR && at_ns / SECOND == last_ns / SECOND;
    if (!same) return view_time_text(at_ns, MILLISECOND, text);
    snprintf(text, VIEW_TIME_BYTES, ".%03d", (int)(at_ns % SECOND / MILLISECOND));
    return text;
}

static void draw_times(struct ladder *l, struct box gutter)
{
    const struct view *v = l->v;
    char text[VIEW_TIME_BYTES];
    struct text_style style = view_mono(v, FONT_SMALL);
    style.colour = v->theme->faint;
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    double last = -1e9, h = view_units(v, 16);
    int64_t last_ns = 0;
    for (size_t i = 0; i < l->n_arrows; i++) {
        const struct story_arrow *a = &l->arrows[i];
        double y = y_at(l, a->sent_ns);
        if (a->sent_ns > story_now(v->story) || y < last + h || y < l->chart.y + h * 0.5) continue;
        last = y;
        canvas_text(v->canvas, box_of(gutter.x, y - h / 2, gutter.w - view_units(v, 6), h), &style,
                    time_label(a->sent_ns, last_ns, text));
        last_ns = a->sent_ns;
    }
}

/* Where words so wide lie on no column, as near to the middle as can be: stamps are on the columns. */
static double clear_middle(const struct ladder *l, double w)
{
    size_t n = story_host_count(l->v->story);
    double middle = l->chart.x + l->chart.w / 2, best = middle, least = 1e9, away = w / 2 + view_units(l->v, 7);
    for (size_t i = 0; i <= 2 * n; i++) { /* in the middle, or beside a column */
        size_t h = i / 2;
        if (i < 2 * n && l->share[h] < 0.02) continue;
        double x = i == 2 * n ? middle : l->x[h] + (i % 2 ? -away : away);
        bool is_clear = x - w / 2 >= l->chart.x && x + w / 2 <= l->chart.x + l->chart.w;
        for (size_t k = 0; k < n && is_clear; k++)
            is_clear = l->share[k] < 0.02 || fabs(l->x[k] - x) >= away - 1;
        if (!is_clear || fabs(x - middle) >= least) continue;
        least = fabs(x - middle);
        best = x;
    }
    return best;
}

static void draw_gap(struct ladder *l, int64_t from_ns, int64_t to_ns)
{
    const struct view *v = l->v;
    char text[96], length[VTIME_TEXT_BYTES];
    double stamp = view_units(v, 6); /* of what is sent after it */
    double y = (y_at(l, from_ns) + y_at(l, to_ns) - stamp) / 2, h = view_units(v, 18);
    if (y < l->chart.y + h || y > y_at(l, story_now(v->story)) - h / 2) return;
    canvas_dashed(v->canvas, point_of(l->chart.x, y), point_of(l->chart.x + l->chart.w, y), view_units(v, 1.5),
                  view_units(v, 4), v->theme->ghost);
    snprintf(text, sizeof text, tr("%s pass"), vtime_format_duration(to_ns - from_ns, length));
    struct text_style style = view_faint(v, FONT_SMALL);
    style.italic = true;
    style.across = style.down = ALIGN_CENTRE;
    double w = canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 12);
    struct box box = box_of(clear_middle(l, w) - w / 2, y - h / 2, w, h);
    if (!label_has_room(l, box)) return;
    canvas_fill(v->canvas, box, v->theme->panel);
    canvas_text(v->canvas, box, &style, text);
}

static void draw_gaps(struct ladder *l)
{
    int64_t now = story_now(l->v->story), quiet_since = 0;
    for (size_t i = 0; i < l->n_arrows && l->arrows[i].sent_ns <= now; i++) {
        const struct story_arrow *a = &l->arrows[i];
        if (quiet_since && a->sent_ns - quiet_since >= SECOND) draw_gap(l, quiet_since, a->sent_ns);
        int64_t end = a->end_ns == TIME_NEVER ? a->sent_ns : a->end_ns;
        if (end > quiet_since) quiet_since = end;
    }
}

/* ---- Together ---- */

/* Of crowds, only one packet of so many is drawn, always the same ones; and the one that is selected. */
static void thin_out(struct ladder *l)
{
    size_t kept = 0;
    l->one_of = 1;
    while (l->n_arrows > MOST_ARROWS && l->n_arrows / l->one_of > MOST_OF_CROWD)
        l->one_of *= 2;
    for (size_t i = 0; i < l->n_arrows; i++)
        if (l->arrows[i].packet % l->one_of == 0 || view_is_selected(l->v, ACT_PACKET, l->arrows[i].packet))
            l->arrows[kept++] = l->arrows[i];
    l->n_arrows = kept;
}

/* Since stands take no room, more screen time is in sight than the chart is long. */
static bool is_wanted(const struct view *v, const struct story_arrow *a)
{
    return only_shows(v->only, story_packet(v->story, a->packet)->conn, a->from, a->to);
}

/* How many of the first n stands lie above the chart. */
static size_t stands_above(const struct ladder *l, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (y_at(l, l->stands[middle].at_ns) < l->chart.y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void collect(struct ladder *l)
{
    const struct view *v = l->v;
    int64_t sight = (int64_t)(l->chart.h / l->px_per_ns), look_ahead = (int64_t)(opens_s * 1e9);
    l->n_stands = pace_stands(v->pace, &l->stands);
    l->now_px = px_at(l, story_now(v->story));
    l->top_px = fmax(0, l->now_px - l->chart.h);
    size_t until = stands_before(l, story_now(v->story) + 1);
    sight += length_of_stands(l, until) - length_of_stands(l, stands_above(l, until));
    int64_t from = pace_virtual_at(v->pace, v->screen_ns > sight ? v->screen_ns - sight : 0);
    int64_t to = pace_virtual_at(v->pace, v->screen_ns + look_ahead);
    l->n_arrows = story_ladder(v->story, from, to, NULL, 0);
    l->arrows = mem_calloc(l->n_arrows + 1, sizeof *l->arrows);
    story_ladder(v->story, from, to, l->arrows, l->n_arrows);
    size_t hosts = story_host_count(v->story), kept = 0;
    for (size_t i = 0; i < l->n_arrows; i++) /* a journal may lack its head */
        if (l->arrows[i].from < hosts && l->arrows[i].to < hosts && is_wanted(v, &l->arrows[i]))
            l->arrows[kept++] = l->arrows[i];
    l->n_arrows = kept;
    thin_out(l);
}

static void draw_share_drawn(const struct ladder *l, struct box gutter)
{
    char text[64];
    struct text_style style = view_faint(l->v, FONT_SMALL);
    style.lines = 3;
    snprintf(text, sizeof text, tr("1 packet of %zu is drawn"), l->one_of);
    if (l->one_of > 1) canvas_text(l->v->canvas, gutter, &style, text);
}

static void draw_all_arrows(struct ladder *l)
{
    int64_t now = story_now(l->v->story);
    for (int layer = 0; layer < LAYERS; layer++)
        for (size_t i = l->n_arrows; i-- > 0;) {
            const struct story_arrow *a = &l->arrows[i];
            bool sent = story_packet(l->v->story, a->packet)->send_event < story_cursor(l->v->story);
            if (a->sent_ns <= now && sent) draw_arrow(l, a, (enum layer)layer);
        }
}

void ladder_view_draw(const struct view *v, struct box box, const size_t *order, size_t n_hosts)
{
    struct box inner = view_panel(v, box, tr("Ladder: who sends what to whom"));
    double gutter = view_units(v, 74), heads = view_units(v, 58);
    struct ladder l = {.v = v, .px_per_ns = view_units(v, units_per_second) / 1e9};
    l.chart = box_of(inner.x + gutter, inner.y + heads, inner.w - gutter, inner.h - heads - view_units(v, foot_units));
    if (l.chart.h < 20 || l.chart.w < 20) return;
    collect(&l);
    view_only(v, box);
    l.share = mem_calloc(n_hosts + 1, sizeof *l.share);
    l.x = mem_calloc(n_hosts + 1, sizeof *l.x);
    measure_columns(&l, order, n_hosts);
    draw_share_drawn(&l, box_of(inner.x, inner.y, gutter, heads));
    draw_columns(&l, box_of(l.chart.x, inner.y, l.chart.w, heads), n_hosts);
    canvas_clip(v->canvas, box_of(inner.x, l.chart.y - 2, inner.w, l.chart.h + view_units(v, foot_units) + 2));
    draw_gaps(&l);
    draw_all_arrows(&l);
    draw_times(&l, box_of(inner.x, inner.y, gutter, inner.h));
    double now = y_at(&l, story_now(v->story));
    canvas_line(v->canvas, point_of(l.chart.x, now), point_of(l.chart.x + l.chart.w, now), 1,
                colour_with_alpha(v->theme->accent, 0.6));
    canvas_unclip(v->canvas);
    mem_free(l.arrows);
    mem_free(l.share);
    mem_free(l.x);
}
