#include "viz/draw/what_if_band.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static bool shows_what_if(const struct what_if_band *band)
{
    return band->page.comparison && !band->page.running && band->page.shown == 1;
}

/* ---- Words ---- */

static void act_words(const struct what_if_band *band, char text[ACT_QUESTION_BYTES])
{
    const size_t size = ACT_QUESTION_BYTES;
    const struct compare_page *page = &band->page;
    if (page->running)
        snprintf(text, size, "%s", tr("The world is run once more ..."));
    else if (!shows_what_if(band))
        snprintf(text, size, "%s", tr("The run as it was"));
    else if (page->n_acts == 1)
        what_if_question(&page->acts[0], text);
    else
        snprintf(text, size, tr("What if: %zu changes"), page->n_acts);
}

/* Where on the clock one is, and why. */
static void parting_words(const struct view *v, const struct what_if_band *band, char *text, size_t size)
{
    char parts[VIEW_TIME_BYTES], left[VIEW_TIME_BYTES];
    int64_t now = story_now(v->story);
    text[0] = 0;
    if (!band->page.comparison || band->page.running) return;
    view_instant_text(v, v->parts_ns, MILLISECOND, parts);
    if (band->n_aside && shows_what_if(band))
        snprintf(text, size, "%s",
                 tr("Begun anew from the run as it was. Ctrl Z brings back what was changed before."));
    else if (v->parts_ns == TIME_NEVER)
        snprintf(text, size, "%s", tr("Nothing differs: the act came to nothing."));
    else if (now < v->parts_ns)
        snprintf(text, size, tr("Until %s both runs are the same."), parts);
    else if (now == v->parts_ns && band->left_ns != TIME_NEVER)
        snprintf(text, size, tr("The clock was at %s and went back to where the runs part."),
                 view_instant_text(v, band->left_ns, MILLISECOND, left));
    else
        snprintf(text, size, tr("The runs part at %s."), parts);
}

/* On the run as it was also what comes of a change that is made there. */
static void clock_words(const struct view *v, const struct what_if_band *band, char *text, size_t size)
{
    parting_words(v, band, text, size);
    size_t n = strlen(text);
    if (*text && !shows_what_if(band))
        snprintf(text + n, size - n, " %s", tr("A change made here starts anew, without those made before."));
}

/* ---- Buttons ---- */

struct way {
    const char *text;
    enum act act;
    size_t arg;
    bool main;
};

/* From the right; the first is always there, the others where half of the band is left. Returns what is left. */
static struct box draw_ways(const struct view *v, struct box box, const struct what_if_band *band)
{
    const struct way ways[] = {{band->page.shown ? tr("back to the run as it was (x)") : tr("back to what if (x)"),
                                ACT_SHOW_RUN, band->page.shown ? 0 : 1, true},
                               {tr("compare (9)"), ACT_ENLARGE, VIEW_WHAT_IF, false},
                               {tr("why late (8)"), ACT_ENLARGE, VIEW_WHY_LATE, false}};
    double h = fmin(view_units(v, 26), box.h - view_units(v, 4)), gap = view_units(v, 7), right = box.x + box.w;
    if (!band->page.comparison || band->page.running) return box;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        double w = view_button_width(v, ways[i].text);
        if (i > 0 && right - w - box.x < box.w * 0.45) break;
        right -= w;
        view_button(v, box_of(right, box.y + (box.h - h) / 2, w, h), ways[i].text, ways[i].main, ways[i].act,
                    ways[i].arg);
        right -= gap;
    }
    return box_of(box.x, box.y, right - box.x, box.h);
}

/* ---- The band ---- */

void what_if_band_draw(const struct view *v, struct box box, const struct what_if_band *band)
{
    char text[ACT_QUESTION_BYTES], clock[300];
    const struct theme *t = v->theme;
    bool what_if = shows_what_if(band);
    canvas_fill_round(v->canvas, box, view_units(v, 8), what_if ? colour_mix(t->panel, t->accent, 0.2) : t->panel);
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), view_units(v, 8), 1, what_if ? t->accent : t->edge);
    struct box inner = box_of(box.x + view_units(v, 14), box.y, box.w - view_units(v, 22), box.h);
    inner = draw_ways(v, inner, band);
    act_words(band, text);
    clock_words(v, band, clock, sizeof clock);
    struct text_style bold = view_text(v, FONT_PLAIN), small = view_text(v, FONT_SMALL);
    bold.bold = true;
    bold.down = small.down = ALIGN_CENTRE;
    bold.may_be_cut = true; /* it names a packet; the view What if has all of it */
    bool both = *clock && box.h >= (bold.size + small.size) * 1.3;
    double half = both ? box.h * 0.52 : box.h;
    bold = view_fitted(v, bold, text, inner.w, 0.6);
    canvas_text(v->canvas, box_of(inner.x, inner.y, inner.w, half), &bold, text);
    if (!both) return;
    small = view_fitted(v, small, clock, inner.w, 0.6);
    small.may_be_cut = true;
    canvas_text(v->canvas, box_of(inner.x, inner.y + half - view_units(v, 2), inner.w, box.h - half), &small, clock);
}

void what_if_band_frame(const struct view *v, struct box views, double gap, const struct what_if_band *band)
{
    if (!shows_what_if(band)) return;
    double width = fmax(2, gap * 0.4);
    canvas_stroke_round(v->canvas, box_inset(views, -gap * 0.55), view_units(v, 10), width, v->theme->accent);
}
