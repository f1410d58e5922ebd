#include "viz/draw/pen.h"

#include <math.h>
#include <string.h>

/* In units: of a page that anybody may fill, and what the wheel calls a row. */
static const double longest_page = 4000, page_row = 18;
/* A page goes on below: there a text has as many lines as it needs. */
enum { page_lines = 60 };

/* What is higher than the frame is seen in part. */
bool pen_sees(const struct pen *pen, double height)
{
    double from = pen->y, to = pen->y + height, hair = 0.5;
    if (!pen->is_of_page) return true;
    if (height > pen->seen_to - pen->seen_from) return to > pen->seen_from && from < pen->seen_to;
    return from >= pen->seen_from - hair && to <= pen->seen_to + hair;
}

bool pen_skip(struct pen *pen, double height)
{
    pen->y += height;
    return true;
}

bool pen_write(struct pen *pen, struct text_style style, const char *text)
{
    double room = pen->box.y + pen->box.h - pen->y;
    if (room < style.size * 1.15) return false;
    if (pen->is_of_page && style.lines > 1) style.lines = page_lines;
    if (style.lines > (int)(room / (style.size * 1.25))) style.lines = (int)(room / (style.size * 1.25));
    if (style.lines == 1) style = view_fitted(pen->v, style, text, pen->box.w, 0.55);
    style.down = ALIGN_START;
    struct point size = canvas_measure(pen->v->canvas, &style, text, pen->box.w);
    if (pen_sees(pen, size.y))
        size = canvas_text(pen->v->canvas, box_of(pen->box.x, pen->y, pen->box.w, room), &style, text);
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
    int most = pen->is_of_page ? page_lines : 4, lines = (int)fmin(most, floor(left / (style.size * 1.3)));
    bool many_lines = canvas_measure(v->canvas, &style, value, 0).x > room && lines > 1;
    double above = (line - style.size * 1.25) / 2, high = line;
    style.may_be_cut = true;
    faint.down = style.down = ALIGN_CENTRE;
    struct box value_box = box_of(pen->box.x + w, pen->y, room, line);
    if (many_lines) {
        style.lines = lines;
        style.down = ALIGN_START;
        value_box = box_of(pen->box.x + w, pen->y + above, room, left - above);
        high = fmax(line, canvas_measure(v->canvas, &style, value, room).y + 2 * above);
    } else {
        style = view_fitted(v, style, value, room, 0.55); /* the last line that there is room for */
    }
    struct box name_box = box_of(pen->box.x, pen->y, w - gap, line);
    if (named > w) { /* somebody's address, or large letters */
        faint.lines = most;
        faint.down = ALIGN_START;
        name_box.y += above;
        high = fmax(high, canvas_measure(v->canvas, &faint, name, name_box.w).y + 2 * above);
    }
    if (pen_sees(pen, high)) {
        canvas_text(v->canvas, name_box, &faint, name);
        canvas_text(v->canvas, value_box, &style, value);
    }
    pen->y += high;
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
    style.lines = pen->is_of_page ? page_lines : lines;
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

void pen_heading_of_rows(struct pen *pen, const char *text, double row)
{
    struct text_style style = view_faint(pen->v, FONT_SMALL);
    style.bold = true;
    style.lines = 2;
    double h = canvas_measure(pen->v->canvas, &style, text, pen->box.w).y + view_units(pen->v, 3);
    if (pen_sees(pen, h + row))
        pen_heading(pen, text);
    else
        pen_skip(pen, h);
}

/* ---- Pages ---- */

struct pen_page pen_page_begin(const struct view *v, struct box frame)
{
    canvas_clip(v->canvas, frame);
    return (struct pen_page){v, frame, frame.y - floor(v->scroll * view_units(v, page_row)), 0};
}

struct pen pen_page_column(const struct pen_page *page, double x, double width)
{
    return (struct pen){.v = page->v,
                        .box = box_of(x, page->top, width, view_units(page->v, longest_page)),
                        .y = page->top,
                        .is_of_page = true,
                        .seen_from = page->frame.y,
                        .seen_to = page->frame.y + page->frame.h};
}

void pen_page_column_end(struct pen_page *page, const struct pen *pen)
{
    page->height = fmax(page->height, pen->y - page->top - view_units(page->v, 3));
}

void pen_page_end(const struct pen_page *page)
{
    double row = view_units(page->v, page_row);
    canvas_unclip(page->v->canvas);
    view_tell_scroll(page->v, page->frame, page->height / row, page->frame.h / row);
}
