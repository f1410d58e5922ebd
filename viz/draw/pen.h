/* A pen writes lines downwards into a box until it is full. */
#ifndef POSTROAD_VIZ_DRAW_PEN_H
#define POSTROAD_VIZ_DRAW_PEN_H

#include "viz/draw/view.h"

struct pen {
    const struct view *v;
    struct box box;
    double y;
};

bool pen_write(struct pen *pen, struct text_style style, const char *text); /* false: no room left */
void pen_title(struct pen *pen, const char *text);
void pen_paragraph(struct pen *pen, const char *text, int lines);
void pen_heading(struct pen *pen, const char *text);
/* A name and what is so called, in some lines where one is too short; nothing where there is no value. */
void pen_fact(struct pen *pen, const char *name, const char *value);

#endif
