#include "viz/draw/loading_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"

/* There is always room on the right for how far it is, and on the left for what is known. */
struct box loading_view_cut(struct box *time_line, double part)
{
    static const double least = 0.15, most = 0.75;
    struct box whole = *time_line;
    time_line->w = floor(whole.w * (part < 0 ? most : least + (most - least) * fmin(1, part)));
    return box_of(whole.x + time_line->w, whole.y, whole.w - time_line->w, whole.h);
}

/* "read: 43 %", "run: 12.3 s, 120,000 events". */
static const char *words_of(const struct loading_progress *p, char *text, size_t size)
{
    char at[VIEW_TIME_BYTES];
    if (p->part >= 0)
        snprintf(text, size, p->is_made ? tr("run so far: %d %%") : tr("read so far: %d %%"),
                 (int)(100 * fmin(1, p->part)));
    else
        snprintf(text, size, p->is_made ? tr("run so far: %s") : tr("read so far: %s"),
                 view_time_text(p->at_ns, 1000000000, at));
    return text;
}

/* Where nobody knows how much there is, the bar stays empty. */
static void draw_bar(struct canvas *canvas, const struct theme *theme, struct box bar, double part)
{
    double radius = fmin(4, bar.h / 2);
    canvas_fill_round(canvas, bar, radius, theme->grid);
    if (part > 0) canvas_fill_round(canvas, box_of(bar.x, bar.y, bar.w * fmin(1, part), bar.h), radius, theme->ghost);
}

void loading_view_draw_unread(const struct view *v, struct box box, const struct loading_progress *progress)
{
    char text[120];
    double u = v->unit;
    struct box bar = box_of(box.x, box.y + 20 * u, box.w - 14 * u, box.h - 40 * u);
    struct text_style style = view_faint(v, FONT_SMALL);
    style.across = ALIGN_CENTRE;
    style.down = ALIGN_CENTRE;
    draw_bar(v->canvas, v->theme, bar, progress->part);
    style.colour = v->theme->ink;
    canvas_text(v->canvas, bar, &style, words_of(progress, text, sizeof text));
}

void loading_view_draw(struct canvas *canvas, bool dark, const char *name, const struct loading_progress *progress)
{
    char text[400], words[120];
    const struct theme *theme = theme_of(dark);
    double w = canvas_width(canvas), h = canvas_height(canvas), u = theme_unit((int)w, (int)h, 1);
    struct text_style style = theme_text(theme, FONT_LARGE, u);
    style.across = style.down = ALIGN_CENTRE;
    style.cut_middle = true;
    canvas_fill(canvas, box_of(0, 0, w, h), theme->paper);
    snprintf(text, sizeof text, tr("%s is being opened"), name);
    canvas_text(canvas, box_of(w * 0.1, h * 0.5 - 50 * u, w * 0.8, 30 * u), &style, text);
    draw_bar(canvas, theme, box_of(w * 0.3, h * 0.5, w * 0.4, 12 * u), progress->part);
    style = theme_text(theme, FONT_PLAIN, u);
    style.across = style.down = ALIGN_CENTRE;
    style.colour = theme->faint;
    canvas_text(canvas, box_of(w * 0.1, h * 0.5 + 24 * u, w * 0.8, 20 * u), &style,
                words_of(progress, words, sizeof words));
}
