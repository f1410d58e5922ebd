#include "viz/draw/pen.h"

#include <math.h>
#include <string.h>

bool pen_write(struct pen *pen, struct text_style style, const char *text)
{
    double room = pen->box.y + pen->box.h - pen->y;
    if (room < style.size * 1.15) return false;
    if (style.lines > (int)(room / (style.size * 1.25))) style.lines = (int)(room / (style.size * 1.25));
    if (style.lines == 1) style = view_fitted(pen->v, style, text, pen->box.w, 0.55);
    style.down = ALIGN_START;
    struct point size = canvas_text(pen->v->canvas, box_of(pen->box.x, pen->y, pen->box.w, room), &style, text);
    pen->y += size.y + view_units(pen->v, 3);
    return true;
}

void pen_fact(struct pen *pen, const char *name, const char *value)
{
    const struct view *v = pen->v;
    double line = view_units(v, 18), left = pen->box.y + pen->box.h - pen->y;
    if (!*value || line > left) return;
    struct text_style faint = view_faint(v, FONT_SMALL), style = view_text(v, FONT_SMALL);
    double gap = view_units(v, 4), named = canvas_measure(v->canvas, &faint, name, 0).x + gap + 1;
    double w = fmin(fmax(view_units(v, 112), named), pen->box.w * 0.5), room = pen->box.w - w;
    int lines = (int)fmin(4, floor(left / (style.size * 1.3)));
    bool many_lines = canvas_measure(v->canvas, &style, value, 0).x > room && lines > 1;
    style.down = faint.down = ALIGN_CENTRE;
    style.may_be_cut = true;
    faint.may_be_cut = strchr(name, '@') != NULL; /* somebody's address */
    canvas_text(v->canvas, box_of(pen->box.x, pen->y, w - gap, line), &faint, name);
    if (many_lines) {
        style.lines = lines;
        style.down = ALIGN_START;
        double above = (line - style.size * 1.25) / 2;
        struct point size =
            canvas_text(v->canvas, box_of(pen->box.x + w, pen->y + above, room, left - above), &style, value);
        pen->y += fmax(line, size.y + 2 * above);
        return;
    }
    style = view_fitted(v, style, value, room, 0.55); /* the last line that there is room for */
    canvas_text(v->canvas, box_of(pen->box.x + w, pen->y, room, line), &style, value);
    pen->y += line;
}

void pen_title(struct pen *pen, const char *text)
{
    struct text_style style = view_text(pen->v, FONT_LARGE);
    style.bold = true;
    style.lines = 2;
    style.may_be_cut = true; /* what was said in a packet, as long as it likes */
    pen_write(pen, style, text);
}

void pen_paragraph(struct pen *pen, const char *text, int lines)
{
    struct text_style style = view_text(pen->v, FONT_PLAIN);
    style.lines = lines;
    style.may_be_cut = true; /* where the room ends; a larger view has more */
    pen_write(pen, style, text);
}

void pen_heading(struct pen *pen, const char *text)
{
    struct text_style style = view_faint(pen->v, FONT_SMALL);
    style.bold = true;
    style.lines = 2;
    pen->y += view_units(pen->v, 3);
    pen_write(pen, style, text);
}
