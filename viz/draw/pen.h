/* A pen writes lines downwards into a box until it is full.

   What may be longer than its frame is a page: pens write its columns as far down as they go, moved up by the view's
   scroll; only lines that are in the frame as a whole are drawn and can be pressed; and a bar at the right tells where
   one is. Whoever writes a row himself asks pen_sees, and skips it by pen_skip. */
#ifndef POSTROAD_VIZ_DRAW_PEN_H
#define POSTROAD_VIZ_DRAW_PEN_H

#include "viz/draw/view.h"

struct pen {
    const struct view *v;
    struct box box;
    double y;
    bool is_of_page;
    double seen_from, seen_to; /* of a page: its frame */
};

bool pen_write(struct pen *pen, struct text_style style, const char *text); /* false: no room left */
void pen_title(struct pen *pen, const char *text);
void pen_paragraph(struct pen *pen, const char *text, int lines);
void pen_heading(struct pen *pen, const char *text);
/* Above rows: only where the first of them, as high as this, is in the frame, too. */
void pen_heading_of_rows(struct pen *pen, const char *text, double row);
/* A name and what is so called, in some lines where one is too short; nothing where there is no value. */
void pen_fact(struct pen *pen, const char *name, const char *value);

/* Whether what is as high as this, and comes next, is in the frame. */
bool pen_sees(const struct pen *pen, double height);
/* Goes on below it; true, as who draws a row returns that there was room. */
bool pen_skip(struct pen *pen, double height);

struct pen_page {
    const struct view *v;
    struct box frame;
    double top, height; /* of the page: where it begins, above the frame when it is scrolled; and how long it is */
};
/* Nothing is drawn outside the frame until the page ends. */
struct pen_page pen_page_begin(const struct view *view, struct box frame);
struct pen pen_page_column(const struct pen_page *page, double x, double width);
void pen_page_column_end(struct pen_page *page, const struct pen *pen);
void pen_page_end(const struct pen_page *page);

#endif
