#include "viz/draw/caption_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/outcome_words.h"
#include "viz/draw/shapes.h"
#include "viz/draw/waiting_words.h"
#include "viz/draw/where_words.h"
#include "viz/story/caption_text.h"

/* Seconds of screen time from one instant to the present one. Where the pace stands still that is none: the same
   instant has the same caption, however one came to it. */
static double age_s(const struct view *v, int64_t at_ns)
{
    return (double)(pace_screen_at(v->pace, story_now(v->story)) - pace_screen_at(v->pace, at_ns)) / 1e9;
}

/* A caption is shown until it has been read twice, or until the next. */
static double reading_s(const char *text)
{
    return 6 + (double)strlen(text) * 0.11;
}

/* What is told of a classic moment gives way sooner: it was not written for this instant. */
static double classic_reading_s(const char *text)
{
    return 3 + (double)strlen(text) * 0.05;
}

/* What was told before the runs part is about the run as it was: once they have, in the other one it is no more. */
static bool is_of_the_other_run(const struct view *v, int64_t at_ns)
{
    return v->is_what_if && v->parts_ns != TIME_NEVER && at_ns < v->parts_ns && v->parts_ns <= story_now(v->story);
}

struct caption {
    const char *text, *cite; /* text NULL: none */
    size_t event;
    bool has_places; /* that are filled from its event */
};

static struct caption of_scenario(const struct view *v)
{
    size_t first = 0, n = story_captions_active(v->story, &first);
    if (n == 0 || v->captions == CAPTIONS_NONE) return (struct caption){0};
    const struct story_caption *caption = story_caption(v->story, first + n - 1);
    bool shown = age_s(v, caption->at_ns) <= reading_s(caption->text) && !is_of_the_other_run(v, caption->at_ns);
    return shown ? (struct caption){tr(caption->text), caption->cite, caption->event, true} : (struct caption){0};
}

static struct caption of_classic(const struct view *v)
{
    if (!v->classics || v->captions != CAPTIONS_ALL) return (struct caption){0};
    const struct classic_moment *moment = classics_latest_told(v->classics, story_cursor(v->story));
    const char *text = moment ? classic_text(moment->kind) : NULL;
    if (!text || is_of_the_other_run(v, moment->at_ns)) return (struct caption){0};
    if (age_s(v, moment->at_ns) > classic_reading_s(text)) return (struct caption){0};
    return (struct caption){text, classic_cite(moment->kind), moment->event, false};
}

static struct caption caption_now(const struct view *v)
{
    struct caption own = of_scenario(v), classic = of_classic(v);
    return !own.text || (classic.text && classic.event > own.event) ? classic : own;
}

/* A caption is shown as such; how links, zones and hosts are at the beginning is no happening. */
static bool says_something(const struct story *s, size_t event)
{
    enum event_kind kind = story_event(s, event)->kind;
    bool is_set_up = kind == EVENT_LINK_VALUE || kind == EVENT_ZONE_RECORD || kind == EVENT_HOST_SETTINGS;
    if (is_set_up && story_event(s, event)->at_ns == 0) return false;
    return story_event_is_visible(s, event) && kind != EVENT_CAPTION;
}

/* At the end: "The world ends: all is done; m1 for bob@b.example: picked up" */
static void add_outcome(const struct view *v, char *text, size_t size)
{
    char outcome[256];
    size_t used = strlen(text);
    if (!*outcome_words(v->story, outcome, sizeof outcome)) return;
    snprintf(text + used, size - used, "; %s", outcome);
}

size_t caption_view_told(const struct story *s, size_t before)
{
    size_t last = before == STORY_NONE ? story_step_subject(s) : story_step(s, before, STORY_STEP_EVENT, -1);
    while (last != STORY_NONE && !says_something(s, last))
        last = story_step(s, last, STORY_STEP_EVENT, -1);
    return last;
}

/* What the step at the cursor is about, so that every picture says it. */
static void happening(const struct view *v, char *text, size_t size)
{
    size_t last = caption_view_told(v->story, STORY_NONE);
    text[0] = 0;
    if (last != STORY_NONE) story_sentence(v->story, last, text, size);
    if (!text[0]) snprintf(text, size, "%s", tr("Press the space bar, and the journey begins."));
    if (last != STORY_NONE && story_event(v->story, last)->kind == EVENT_RUN_END) add_outcome(v, text, size);
}

/* A mail that waits is told before what is less: then true, and text says for what it waits. */
static bool waiting(const struct view *v, char *text, size_t size)
{
    size_t last = caption_view_told(v->story, STORY_NONE);
    text[0] = 0;
    return last != STORY_NONE && is_less_than_waiting(v->story, last) && *waiting_words(v->story, text, size);
}

/* A word that is broken at the end of a line is hard to read from afar. */
static bool words_fit(const struct view *v, const struct text_style *style, const char *text, double width)
{
    char word[64];
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (canvas_measure(v->canvas, style, word, 0).x > width) return false;
    }
    return true;
}

static struct box draw_title(const struct view *v, struct box box)
{
    char text[256];
    struct text_style style = view_text(v, FONT_LARGE);
    style.bold = true;
    style.lines = 2;
    struct text_style small = view_faint(v, FONT_SMALL);
    snprintf(text, sizeof text, tr("seed %s"), story_seed(v->story));
    double seed = canvas_measure(v->canvas, &small, text, 0).x + 2;
    const char *title = *story_title(v->story) ? tr(story_title(v->story)) : tr("A journey");
    double w = fmin(canvas_measure(v->canvas, &style, title, 0).x + 2, box.w * 0.22);
    while ((!canvas_text_fits(v->canvas, &style, title, w) || !words_fit(v, &style, title, w)) &&
           style.size > view_units(v, 9)) {
        style.size *= 0.94;
        style.lines = (int)fmax(2, floor((box.h - view_units(v, 18)) / (style.size * 1.2)));
    }
    double y = box.y + view_units(v, 9);
    struct point size = canvas_text(v->canvas, box_of(box.x, y, w, box.h), &style, title);
    if (*story_seed(v->story) && size.y + small.size * 1.4 < box.h - view_units(v, 16) && seed < box.w * 0.3) {
        w = fmax(w, seed); /* a short title leaves room for it */
        canvas_text(v->canvas, box_of(box.x, y + size.y + 1, w, small.size * 1.4), &small, text);
    }
    double used = w + view_units(v, 18);
    canvas_line(v->canvas, point_of(box.x + used, box.y + view_units(v, 12)),
                point_of(box.x + used, box.y + box.h - view_units(v, 12)), view_units(v, 3), v->theme->mail);
    used += view_units(v, 18);
    return box_of(box.x + used, box.y, box.w - used, box.h);
}

static struct box draw_cite(const struct view *v, struct box box, const char *cite)
{
    if (!*cite) return box;
    struct text_style style = view_text(v, FONT_PLAIN);
    double w = fmin(canvas_measure(v->canvas, &style, cite, 0).x + view_units(v, 20), box.w * 0.3);
    style = view_fitted(v, style, cite, w - view_units(v, 8), 0.6);
    if (!canvas_text_fits(v->canvas, &style, cite, w - view_units(v, 8))) return box;
    double h = view_units(v, 26);
    struct box pill = box_of(box.x + box.w - w, box.y + (box.h - h) / 2, w, h);
    canvas_stroke_round(v->canvas, pill, h / 2, view_units(v, 1.4), v->theme->ghost);
    style.colour = v->theme->faint;
    style.across = style.down = ALIGN_CENTRE;
    canvas_text(v->canvas, box_inset(pill, view_units(v, 4)), &style, cite);
    return box_of(box.x, box.y, box.w - w - view_units(v, 14), box.h);
}

static bool is_whole(const struct view *v, const struct text_style *style, const char *text, struct box room)
{
    struct text_style more = *style;
    double height = canvas_measure(v->canvas, style, text, room.w).y;
    more.lines++; /* would it be used? */
    return height <= room.h && canvas_measure(v->canvas, &more, text, room.w).y <= height;
}

/* Of several sizes and numbers of lines the first in which a text is whole; otherwise the last. */
static struct text_style whole_style(const struct view *v, const struct text_style *styles, size_t n, const char *text,
                                     struct box room)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (is_whole(v, &styles[i], text, room)) return styles[i];
    return styles[n - 1];
}

static struct text_style caption_style(const struct view *v, const char *text, struct box room)
{
    enum { SIZES = 6 };
    static const double sizes[] = {1.12, 1.05, 1.05, 0.84, 0.72, 0.64};
    static const int fonts[] = {FONT_LARGE, FONT_PLAIN, FONT_SMALL, FONT_SMALL, FONT_SMALL, FONT_SMALL},
                     lines[] = {2, 3, 4, 5, 6, 7};
    struct text_style styles[SIZES];
    for (int i = 0; i < SIZES; i++) {
        styles[i] = view_text(v, fonts[i]);
        styles[i].bold = true;
        styles[i].size *= sizes[i];
        styles[i].lines = lines[i];
    }
    return whole_style(v, styles, SIZES, text, room);
}

/* What is less, below it, where there is room for all of it. */
static struct text_style lesser_style(const struct view *v, const char *text, struct box room)
{
    struct text_style styles[4];
    for (int i = 0; i < 4; i++) {
        styles[i] = view_faint(v, i < 2 ? FONT_PLAIN : FONT_SMALL);
        styles[i].lines = 1 + i % 2;
    }
    return whole_style(v, styles, 4, text, room);
}

/* Where there is no caption it has its place, in large letters as long as it is short. */
static struct text_style happening_style(const struct view *v, const char *text, struct box room)
{
    enum { SIZES = 8 };
    struct text_style styles[SIZES];
    for (int i = 0; i < SIZES; i++) {
        styles[i] = view_text(v, FONT_LARGE);
        styles[i].size *= 1.1 - 0.08 * i;
        styles[i].lines = 2 + (i + 1) / 2;
    }
    return whole_style(v, styles, SIZES, text, room);
}

/* What the header says: the caption, or what happens; what happens beside a caption; where the mail is. */
struct told {
    const char *first, *second, *where, *shorter; /* shorter: without how the other mails stand */
    bool is_caption;                              /* first: it is bold */
    bool where_matters_more;
};

static double where_icon_width(const struct view *v)
{
    return view_units(v, 22);
}

static struct text_style first_style(const struct view *v, const struct told *told, struct box room)
{
    return told->is_caption ? caption_style(v, told->first, room) : happening_style(v, told->first, room);
}

/* How high a lesser text is in the room that is left, with its style; 0: it would be cut, and is left out. */
static double lesser_height(const struct view *v, const char *text, struct box room, struct text_style *style)
{
    *style = lesser_style(v, text, room);
    return *text && is_whole(v, style, text, room) ? canvas_measure(v->canvas, style, text, room.w).y : 0;
}

static void draw_where(const struct view *v, struct box box, const struct text_style *style, const char *text)
{
    double icon = where_icon_width(v), line = style->size * 1.3;
    shape_envelope(v->canvas, v->theme, point_of(box.x + icon * 0.36, box.y + fmin(line, box.h) / 2), icon * 0.64,
                   false, 1);
    canvas_text(v->canvas, box_of(box.x + icon, box.y, box.w - icon, box.h), style, text);
}

/* Of one line, which says how all mails stand where it can. */
static double where_height(const struct view *v, const struct told *told, struct box room, struct text_style *style,
                           const char **text)
{
    struct text_style styles[] = {view_faint(v, FONT_PLAIN), view_faint(v, FONT_SMALL)};
    const char *texts[] = {told->where, told->shorter};
    for (int i = 0; i < 4; i++) {
        *text = texts[i / 2];
        *style = styles[i % 2];
        style->lines = 1;
        if (**text && is_whole(v, style, *text, room)) return canvas_measure(v->canvas, style, *text, room.w).y;
    }
    return 0;
}

static void draw_told(const struct view *v, struct box box, const struct told *told)
{
    double budget = box.h - view_units(v, 14), slack = view_units(v, 8), icon = where_icon_width(v);
    struct text_style style = first_style(v, told, box_of(box.x, box.y, box.w, budget)), lesser, small;
    double first = canvas_measure(v->canvas, &style, told->first, box.w).y, left = budget - first;
    const char *place;
    double second = lesser_height(v, told->second, box_of(0, 0, box.w, left), &lesser),
           where = where_height(v, told, box_of(0, 0, box.w - icon, left - second + slack), &small, &place);
    if (where == 0 && told->where_matters_more) {
        where = where_height(v, told, box_of(0, 0, box.w - icon, left), &small, &place);
        if (where > 0) second = 0;
    }
    double gap = fmax(0, fmin(view_units(v, 5), budget - first - second - where)),
           y = box.y + (box.h - first - second - where - gap) / 2;
    canvas_text(v->canvas, box_of(box.x, y, box.w, first), &style, told->first);
    y += first;
    if (second > 0) canvas_text(v->canvas, box_of(box.x, y, box.w, second), &lesser, told->second);
    if (where > 0) draw_where(v, box_of(box.x, y + second + gap, box.w, where), &small, place);
}

void caption_view_draw(const struct view *v, struct box box)
{
    char text[STORY_SENTENCE_BYTES], waits[STORY_SENTENCE_BYTES], where[STORY_SENTENCE_BYTES],
        alone[STORY_SENTENCE_BYTES], filled[CAPTION_TEXT_BYTES];
    canvas_fill_round(v->canvas, box, view_units(v, 8), v->theme->panel);
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), view_units(v, 8), 1, v->theme->edge);
    struct box inner = box_of(box.x + view_units(v, 16), box.y, box.w - view_units(v, 32), box.h);
    inner = draw_title(v, inner);
    struct caption caption = caption_now(v);
    happening(v, text, sizeof text);
    bool is_waiting = waiting(v, waits, sizeof waits);
    size_t event = caption_view_told(v->story, STORY_NONE);
    struct told told = {.first = text,
                        .second = "",
                        .where = where_words(v->story, event, true, where, sizeof where),
                        .shorter = where_words(v->story, event, false, alone, sizeof alone)};
    told.where_matters_more = is_waiting;
    if (caption.text) {
        inner = draw_cite(v, inner, caption.cite);
        if (caption.has_places)
            caption.text =
                caption_text_fill(story_event(v->story, caption.event), story_starts(v->story), caption.text, filled);
        told.first = caption.text;
        told.second = is_waiting ? waits : text;
    } else if (is_waiting) {
        told.first = waits;
        told.second = text;
    }
    told.is_caption = told.first != text;
    draw_told(v, inner, &told);
}
