#include "viz/draw/view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/shapes.h"

unsigned view_envelope(const struct view *view, size_t mail)
{
    switch (story_mail_sort(view->story, mail)) {
    case STORY_MAIL_BOUNCE:
        return ENVELOPE_BACK;
    case STORY_MAIL_DELAY:
        return ENVELOPE_DELAY;
    case STORY_MAIL_LETTER:
    case STORY_MAIL_RECEIPT:
        break;
    }
    return ENVELOPE_PLAIN;
}

double view_units(const struct view *view, double units)
{
    return units * view->unit;
}

struct text_style view_text(const struct view *view, int font)
{
    return theme_text(view->theme, font, view->unit);
}

struct text_style view_mono(const struct view *view, int font)
{
    return theme_mono(view->theme, font, view->unit);
}

struct text_style view_faint(const struct view *view, int font)
{
    struct text_style style = view_text(view, font);
    style.colour = view->theme->faint;
    return style;
}

struct text_style view_fitted(const struct view *view, struct text_style style, const char *text, double width,
                              double least_part)
{
    const double whole = style.size;
    while (style.size > whole * least_part && !canvas_text_fits(view->canvas, &style, text, width))
        style.size -= whole * 0.05;
    return style;
}

bool view_is_selected(const struct view *view, enum act what, size_t index)
{
    return view->selection.what == what && view->selection.index == index;
}

static struct text_style heading_style(const struct view *v)
{
    struct text_style style = view_faint(v, FONT_SMALL);
    style.bold = true;
    style.down = ALIGN_CENTRE;
    return style;
}

static const double heading_height = 18, heading_top = 6, heading_mark = 14;

struct box view_heading_box(const struct view *v, struct box panel, const char *heading)
{
    double u = v->unit, mark = v->id == VIEW_NONE ? 0 : heading_mark * u, room = panel.w - 24 * u;
    struct text_style style = heading_style(v);
    double w = ceil(canvas_measure(v->canvas, &style, heading, 0).x) + 2; /* a box as wide as its text may cut it */
    return box_of(panel.x + 12 * u, panel.y + heading_top * u, fmin(w + mark, room), heading_height * u);
}

static void draw_heading(const struct view *v, struct box panel, const char *heading)
{
    double u = v->unit;
    struct box box = view_heading_box(v, panel, heading);
    struct text_style style = heading_style(v);
    if (v->id == VIEW_NONE) {
        canvas_text(v->canvas, box, &style, heading);
        return;
    }
    style = view_fitted(v, style, heading, box.w - heading_mark * u, 0.6);
    canvas_text(v->canvas, box_of(box.x, box.y, box.w - heading_mark * u, box.h), &style, heading);
    struct point tip = {box.x + box.w - 5 * u, box.y + box.h / 2 + 2.5 * u};
    const struct point mark[3] = {{tip.x - 4 * u, tip.y - 4.5 * u}, {tip.x + 4 * u, tip.y - 4.5 * u}, tip};
    canvas_polygon(v->canvas, mark, 3, v->theme->ghost);
    targets_add_box(v->targets, ACT_VIEW_MENU, v->id, box_inset(box, -3 * u));
}

struct box view_panel(const struct view *v, struct box box, const char *heading)
{
    double u = v->unit, radius = 8 * u;
    canvas_fill_round(v->canvas, box, radius, v->theme->panel);
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), radius, 1, v->theme->edge);
    struct box inner = box_inset(box, 10 * u);
    if (!heading || !*heading) return inner;
    draw_heading(v, box, heading);
    double top = box.y + (heading_top + heading_height + 4) * u;
    return box_of(inner.x, top, inner.w, box.y + box.h - 8 * u - top);
}

void view_only(const struct view *v, struct box panel)
{
    if (only_is_all(v->only)) return;
    char text[160];
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    style.colour = v->theme->on_accent;
    style.across = style.down = ALIGN_CENTRE;
    snprintf(text, sizeof text, tr("only %s  ×"), v->only->words);
    double w = fmin(canvas_measure(v->canvas, &style, text, 0).x + 18 * v->unit, panel.w * 0.6);
    struct box box = box_of(panel.x + panel.w - w - 8 * v->unit, panel.y + 5 * v->unit, w, 20 * v->unit);
    canvas_fill_round(v->canvas, box, box.h / 2, v->theme->accent);
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, ACT_ONLY, 0, box);
}

/* Where there is more: a tip that points there. */
static void draw_tip_of_bar(const struct view *v, double x, double y, double up)
{
    double r = view_units(v, 3.5);
    const struct point tip[3] = {{x - r, y}, {x + r, y}, {x, y - up * r * 1.3}};
    canvas_polygon(v->canvas, tip, 3, v->theme->accent);
}

void view_tell_scroll(const struct view *v, struct box inner, double rows, double fit)
{
    double most = fmax(0, rows - fit), u = v->unit, w = 5 * u, end = 9 * u;
    if (v->scroll_most) *v->scroll_most = most;
    if (most <= 0) return;
    struct box track = box_of(inner.x + inner.w + 2 * u, inner.y + end, w, fmax(0, inner.h - 2 * end));
    double at = fmin(v->scroll, most), middle = track.x + w / 2, h = fmax(3 * w, track.h * fit / rows);
    double top = track.y + (track.h - h) * at / most;
    canvas_fill_round(v->canvas, track, w / 2, v->theme->grid);
    canvas_fill_round(v->canvas, box_of(track.x, top, w, h), w / 2, colour_mix(v->theme->ghost, v->theme->faint, 0.5));
    if (at > 0) draw_tip_of_bar(v, middle, inner.y + end - 3 * u, 1);
    if (at < most) draw_tip_of_bar(v, middle, inner.y + inner.h - end + 3 * u, -1);
}

double view_age_s(const struct view *view, int64_t at_ns)
{
    return (double)(view->screen_ns - pace_screen_at(view->pace, at_ns)) / 1e9;
}

struct box view_pill(const struct view *v, struct point at, const char *text, struct colour fill, struct colour ink,
                     int font)
{
    struct text_style style = view_text(v, font);
    style.colour = ink;
    style.bold = true;
    struct point size = canvas_measure(v->canvas, &style, text, 0);
    struct box box = box_of(at.x, at.y, size.x + 14 * v->unit, size.y + 4 * v->unit);
    canvas_fill_round(v->canvas, box, box.h / 2, fill);
    style.across = style.down = ALIGN_CENTRE;
    canvas_text(v->canvas, box, &style, text);
    return box;
}

static struct text_style button_style(const struct view *v)
{
    struct text_style style = view_text(v, FONT_SMALL);
    style.across = style.down = ALIGN_CENTRE;
    style.bold = true;
    return style;
}

double view_button_width(const struct view *v, const char *text)
{
    struct text_style style = button_style(v);
    return ceil(canvas_measure(v->canvas, &style, text, 0).x) + view_units(v, 24);
}

void view_button(const struct view *v, struct box box, const char *text, bool accented, enum act act, size_t arg)
{
    struct text_style style = button_style(v);
    style.colour = accented ? v->theme->on_accent : v->theme->ink;
    canvas_fill_round(v->canvas, box, box.h / 2, accented ? v->theme->accent : v->theme->grid);
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, act, arg, box);
}

/* "2d 03:15"; "3:15 h", since "3:15" would be minutes */
static const char *hours_text(int64_t at_ns, char *buffer)
{
    char clock[VIEW_TIME_BYTES];
    int days = (int)(at_ns / DAY), hours = (int)(at_ns % DAY / HOUR), minutes = (int)(at_ns % HOUR / MINUTE);
    snprintf(clock, sizeof clock, days > 0 ? "%02d:%02d" : "%d:%02d", hours, minutes);
    if (days > 0)
        snprintf(buffer, VIEW_TIME_BYTES, tr("%dd %s"), days, clock);
    else
        snprintf(buffer, VIEW_TIME_BYTES, "%.20s %s", clock, tr("h"));
    return buffer;
}

const char *view_time_text(int64_t at_ns, int64_t apart_ns, char buffer[VIEW_TIME_BYTES])
{
    int hours = (int)(at_ns / HOUR), minutes = (int)(at_ns % HOUR / MINUTE), seconds = (int)(at_ns % MINUTE / SECOND);
    if (apart_ns >= 2 * MINUTE || at_ns >= DAY) return hours_text(at_ns, buffer);
    if (at_ns >= HOUR) {
        snprintf(buffer, VIEW_TIME_BYTES, "%d:%02d:%02d", hours, minutes, seconds);
        return buffer;
    }
    int digits = apart_ns >= SECOND || at_ns == 0 ? 0
                 : apart_ns >= 100 * MILLISECOND  ? 1
                 : apart_ns >= MILLISECOND        ? 3
                                                  : 6;
    int64_t part = at_ns % SECOND;
    for (int d = digits; d < 9; d++)
        part /= 10;
    int n = at_ns >= MINUTE ? snprintf(buffer, VIEW_TIME_BYTES, "%d:%02d", minutes, seconds)
                            : snprintf(buffer, VIEW_TIME_BYTES, "%d", seconds);
    if (digits) n += snprintf(buffer + n, VIEW_TIME_BYTES - (size_t)n, ".%0*d", digits, (int)part);
    if (at_ns < MINUTE) snprintf(buffer + n, VIEW_TIME_BYTES - (size_t)n, " %s", tr("s"));
    return buffer;
}

const char *view_instant_text(const struct view *v, int64_t at_ns, int64_t apart_ns, char buffer[VIEW_TIME_BYTES])
{
    char text[VIEW_TIME_BYTES];
    view_time_text(at_ns, apart_ns, text);
    snprintf(buffer, VIEW_TIME_BYTES, "%s%.*s", story_tells_starts(v->story) ? "+" : "", VIEW_TIME_BYTES - 2, text);
    return buffer;
}

/* At its start, on its way, at its end. */
double view_moved(const struct view *view, double part)
{
    if (!view->calm || part < 0) return part;
    return part >= 1 ? 1 : part < 1.0 / 3 ? 0.08 : part < 2.0 / 3 ? 0.5 : 0.92;
}

const char *view_countdown(int64_t left_ns, char buffer[VIEW_TIME_BYTES])
{
    char duration[VTIME_TEXT_BYTES];
    snprintf(buffer, VIEW_TIME_BYTES, "%s", vtime_format_duration((left_ns + SECOND - 1) / SECOND * SECOND, duration));
    return buffer;
}
