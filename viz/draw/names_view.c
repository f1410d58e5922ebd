#include "viz/draw/names_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/names_walk.h"
#include "viz/draw/shapes.h"

enum { STEPS_MAX = 40, LANES_MAX = 7, LOOK_BACK = 600, LINES_BACK = 100000, CACHE_SHOWN = 200 };

static const double step_units = 34, head_units = 42, entry_units = 25;

/* One question of a host that is no resolver itself, and all that was asked because of it. */
struct walk {
    size_t question;         /* its event */
    size_t steps[STEPS_MAX]; /* lines, in the order of time; of a longer walk the latest */
    size_t n_steps;
    size_t lanes[LANES_MAX]; /* hosts, in the order in which they appear */
    size_t n_lanes;
};

/* ---- What belongs together ---- */

static size_t lane_of(struct walk *walk, size_t host)
{
    for (size_t i = 0; i < walk->n_lanes; i++)
        if (walk->lanes[i] == host) return i;
    if (host == STORY_NONE || walk->n_lanes == LANES_MAX) return STORY_NONE;
    walk->lanes[walk->n_lanes] = host;
    return walk->n_lanes++;
}

/* Whether it is what is looked at that asks, or for which somebody asks; of anything else all questions are wanted. */
static bool is_wanted(const struct view *v, size_t question)
{
    const struct story *s = v->story;
    if (v->selection.what == ACT_MAIL) return names_mail_of(s, question) == v->selection.index;
    if (v->selection.what != ACT_HOST) return true;
    return story_host_by_id(s, (uint32_t)event_int(story_event(s, question), FIELD_HOST)) == v->selection.index;
}

/* Of the line that is selected, the mail, or the host, or of the latest: of many thousand lines of mail ago, where much
   is said at once. */
static size_t question_to_show(const struct view *v, size_t said)
{
    if (v->selection.what == ACT_EVENT) {
        size_t question = names_question_of(v->story, v->selection.index);
        if (question != STORY_NONE && story_event_time(v->story, question) <= story_now(v->story)) return question;
    }
    size_t oldest = said > LINES_BACK ? said - LINES_BACK : 0;
    size_t latest = STORY_NONE;
    for (size_t i = said, n = 0; i-- > oldest && n < LOOK_BACK;) {
        if (story_line(v->story, i)->speech != STORY_NAMES) continue;
        n++;
        size_t question = names_question_of(v->story, story_line(v->story, i)->event);
        if (question != STORY_NONE && is_wanted(v, question)) return question;
        if (latest == STORY_NONE) latest = question;
    }
    return latest;
}

static struct walk find_walk(const struct view *v)
{
    struct walk walk = {.question = STORY_NONE};
    size_t said = story_lines_so_far(v->story), found[STEPS_MAX], n = 0;
    walk.question = question_to_show(v, said);
    for (size_t i = said; i-- > 0 && n < STEPS_MAX && walk.question != STORY_NONE;) {
        const struct story_line *line = story_line(v->story, i);
        if (line->event < walk.question) break;
        if (line->speech == STORY_NAMES && names_question_of(v->story, line->event) == walk.question) found[n++] = i;
    }
    while (n-- > 0)
        walk.steps[walk.n_steps++] = found[n];
    for (size_t i = 0; i < walk.n_steps; i++) {
        lane_of(&walk, story_line(v->story, walk.steps[i])->host);
        lane_of(&walk, story_line(v->story, walk.steps[i])->peer);
    }
    return walk;
}

/* ---- The walk ---- */

static double lane_x(const struct walk *walk, struct box box, size_t lane)
{
    return box.x + box.w * ((double)lane + 0.5) / (double)walk->n_lanes;
}

static void draw_lanes(const struct view *v, const struct walk *walk, struct box box)
{
    double w = box.w / (double)walk->n_lanes, icon = view_units(v, 20), top = view_units(v, head_units);
    for (size_t i = 0; i < walk->n_lanes; i++) {
        double x = lane_x(walk, box, i);
        struct story_host host = story_host(v->story, walk->lanes[i]);
        struct text_style style = view_text(v, FONT_SMALL);
        style.bold = true;
        style.across = ALIGN_CENTRE;
        style = view_fitted(v, style, host.name, w - 4, 0.6);
        shape_host(v->canvas, v->theme, host.role, host.up, point_of(x, box.y + icon * 0.55), icon);
        canvas_text(v->canvas, box_of(x - w / 2 + 2, box.y + icon * 1.15, w - 4, top - icon * 1.15), &style, host.name);
        canvas_line(v->canvas, point_of(x, box.y + top), point_of(x, box.y + box.h), view_units(v, 1.6),
                    v->theme->edge);
        targets_add_box(v->targets, ACT_HOST, walk->lanes[i], box_of(x - w / 2, box.y, w, top));
    }
}

static void draw_step(const struct view *v, struct walk *walk, struct box box, size_t step, double y)
{
    char time[VTIME_TEXT_BYTES + 1] = "+";
    const struct story_line *line = story_line(v->story, walk->steps[step]);
    size_t from = lane_of(walk, line->host), to = line->peer == STORY_NONE ? from : lane_of(walk, line->peer);
    struct colour colour = line->by_client ? v->theme->client : v->theme->server;
    double h = view_units(v, step_units), base = y + h - view_units(v, 7);
    struct box row = box_of(box.x, y, box.w, h - 2);
    if (view_is_selected(v, ACT_EVENT, line->event))
        canvas_fill_round(v->canvas, row, view_units(v, 4), colour_with_alpha(v->theme->accent, 0.16));
    targets_add_box(v->targets, ACT_EVENT, line->event, row);
    struct text_style text = view_text(v, FONT_SMALL), small = view_mono(v, FONT_SMALL);
    text.colour = colour;
    text.bold = step + 1 == walk->n_steps;
    text.down = small.down = ALIGN_END;
    small.colour = v->theme->faint;
    vtime_format_duration(line->at_ns - story_event_time(v->story, walk->question), time + 1);
    double label_w = fmax(view_units(v, 40), box.w * 0.94),
           x = fmin(lane_x(walk, box, from == STORY_NONE ? 0 : from), lane_x(walk, box, to == STORY_NONE ? 0 : to));
    double left = x + view_units(v, 8);
    struct point size = canvas_measure(v->canvas, &small, time, 0);
    double room = fmin(label_w, box.x + box.w - left - size.x - view_units(v, 12));
    if (room < view_units(v, 90) || !canvas_text_fits(v->canvas, &text, line->text, room))
        left = box.x + 2, room = box.w - size.x - view_units(v, 14);
    text = view_fitted(v, text, line->text, room, 0.45);
    struct box words = box_of(left, y, room, base - y - view_units(v, 2));
    double w = fmin(room, canvas_measure(v->canvas, &text, line->text, 0).x); /* lanes stop behind it */
    canvas_fill(v->canvas, box_of(left - 2, y + view_units(v, 8), w + 4, words.h - view_units(v, 8)), v->theme->panel);
    canvas_text(v->canvas, words, &text, line->text);
    small.across = ALIGN_END;
    canvas_text(v->canvas, box_of(box.x + box.w - size.x - 4, y, size.x + 2, base - y - view_units(v, 2)), &small,
                time);
    if (from == STORY_NONE || to == STORY_NONE || from == to) return;
    canvas_arrow(v->canvas, point_of(lane_x(walk, box, from), base), point_of(lane_x(walk, box, to), base),
                 view_units(v, 2), view_units(v, 8), colour);
}

static void draw_walk(const struct view *v, struct box box, struct walk *walk)
{
    struct text_style style = view_faint(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    if (walk->question == STORY_NONE || walk->n_lanes == 0) {
        canvas_text(v->canvas, box, &style, tr("No name has been asked for yet."));
        return;
    }
    draw_lanes(v, walk, box);
    double h = view_units(v, step_units), y = box.y + view_units(v, head_units) + view_units(v, 4);
    size_t fit = (size_t)fmax(1, floor((box.y + box.h - y) / h)), first = walk->n_steps > fit ? walk->n_steps - fit : 0;
    for (size_t i = first; i < walk->n_steps; i++, y += h)
        draw_step(v, walk, box, i, y);
}

/* ---- The cache ---- */

/* Who was asked for what is shown: his memory matters, even where nothing is left in it; but whoever asks from host to
   host himself remembers himself. */
static size_t host_asked(const struct view *v, const struct walk *walk)
{
    struct story_cached one;
    const struct event *question = story_event(v->story, walk->question);
    size_t asked = story_host_by_id(v->story, (uint32_t)event_int(question, FIELD_PEER)),
           asks = story_host_by_id(v->story, (uint32_t)event_int(question, FIELD_HOST));
    bool is_memory = asked != STORY_NONE &&
                     (story_host(v->story, asked).role == STORY_RESOLVER || story_cache(v->story, asked, &one, 1));
    return !is_memory && asks != STORY_NONE && story_cache(v->story, asks, &one, 1) ? asks : asked;
}

static bool anybody_remembers(const struct view *v)
{
    struct story_cached one;
    for (size_t h = 0; h < story_host_count(v->story); h++)
        if (story_cache(v->story, h, &one, 1)) return true;
    return false;
}

/* STORY_NONE: nobody remembers anything. */
static size_t cache_host(const struct view *v, const struct walk *walk)
{
    struct story_cached one;
    size_t looked_at = v->selection.what == ACT_HOST ? v->selection.index : STORY_NONE;
    if (!anybody_remembers(v)) return STORY_NONE;
    if (looked_at != STORY_NONE && story_host(v->story, looked_at).role == STORY_RESOLVER) return looked_at;
    if (looked_at != STORY_NONE && story_cache(v->story, looked_at, &one, 1)) return looked_at;
    return walk->question == STORY_NONE ? STORY_NONE : host_asked(v, walk);
}

static void draw_entry(const struct view *v, struct box row, const struct story_cached *entry)
{
    char text[VTIME_TEXT_BYTES], name[300];
    double left_s = (double)(entry->expires_ns - story_now(v->story)) / 1e9, right = view_units(v, 96), u = v->unit;
    double all_s = (double)event_int(story_event(v->story, entry->event), FIELD_TTL);
    double part = all_s > 0 ? fmax(0, fmin(1, left_s / all_s)) : 0;
    struct text_style bold = view_text(v, FONT_SMALL), faint = view_faint(v, FONT_SMALL),
                      small = view_mono(v, FONT_SMALL);
    bold.bold = true;
    bold.down = faint.down = small.down = ALIGN_CENTRE;
    small.across = ALIGN_END;
    snprintf(name, sizeof name, "%s %s", entry->name, entry->qtype);
    const double room = row.w - right - 8 * u, whole = bold.size;
    while (bold.size > whole * 0.5 &&
           canvas_measure(v->canvas, &bold, name, 0).x + canvas_measure(v->canvas, &faint, entry->text, 0).x > room - 2)
        bold.size = faint.size = bold.size - whole * 0.05;
    struct point size = canvas_text(v->canvas, box_of(row.x, row.y, room, row.h), &bold, name);
    canvas_text(v->canvas, box_of(row.x + size.x + 8 * u, row.y, fmax(0, room - size.x), row.h), &faint, entry->text);
    struct box bar = box_of(row.x + row.w - right + 8 * u, row.y + row.h - 6 * u, right - 8 * u, 3 * u);
    canvas_fill_round(v->canvas, bar, bar.h / 2, v->theme->grid);
    canvas_fill_round(v->canvas, box_of(bar.x, bar.y, bar.w * part, bar.h), bar.h / 2,
                      part < 0.1 ? v->theme->warn : v->theme->good);
    canvas_text(v->canvas, box_of(bar.x, row.y, bar.w, row.h - 5 * u), &small,
                names_left(entry->expires_ns - story_now(v->story), text));
    targets_add_box(v->targets, ACT_EVENT, entry->event, row);
}

static void draw_cache(const struct view *v, struct box box, const struct walk *walk)
{
    static struct story_cached entries[CACHE_SHOWN];
    char heading[200];
    size_t host = cache_host(v, walk), n = host == STORY_NONE ? 0 : story_cache(v->story, host, entries, CACHE_SHOWN);
    struct text_style style = view_faint(v, FONT_SMALL);
    style.bold = true;
    style.down = ALIGN_CENTRE;
    double h = view_units(v, entry_units), y = box.y + view_units(v, 20);
    if (host == STORY_NONE)
        snprintf(heading, sizeof heading, "%s", tr("Nobody remembers any name now."));
    else if (n == 0)
        snprintf(heading, sizeof heading, tr("%s remembers no name now."), story_host(v->story, host).name);
    else
        snprintf(heading, sizeof heading, tr("%s remembers, and for how long still"), story_host(v->story, host).name);
    style = view_fitted(v, style, heading, box.w, 0.6);
    canvas_text(v->canvas, box_of(box.x, box.y, box.w, view_units(v, 18)), &style, heading);
    size_t fit = (size_t)fmax(1, floor((box.y + box.h - y) / h)), first = (size_t)fmin(v->scroll, (double)n);
    for (size_t i = first; i < n && i < first + fit; i++, y += h)
        draw_entry(v, box_of(box.x, y, box.w, h), &entries[i]);
    view_tell_scroll(v, box_of(box.x, box.y + view_units(v, 20), box.w, box.h - view_units(v, 20)), (double)n,
                     (double)fit);
}

void names_view_draw(const struct view *v, struct box box)
{
    struct box inner = view_panel(v, box, tr("DNS"));
    struct walk walk = find_walk(v);
    double gap = view_units(v, 14);
    bool wide = inner.w > view_units(v, 640);
    struct box left = inner, right = inner;
    if (wide) {
        left.w = floor((inner.w - gap) * 0.58);
        right = box_of(inner.x + left.w + gap, inner.y, inner.w - left.w - gap - view_units(v, 6), inner.h);
    } else {
        left.h = floor((inner.h - gap) * 0.56);
        right = box_of(inner.x, inner.y + left.h + gap, inner.w - view_units(v, 6), inner.h - left.h - gap);
    }
    canvas_clip(v->canvas, box_inset(inner, -view_units(v, 8)));
    draw_walk(v, left, &walk);
    draw_cache(v, right, &walk);
    canvas_unclip(v->canvas);
}
