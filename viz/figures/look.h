/* How figures look: paper, ink, and what tells one series from the next. */
#ifndef POSTROAD_VIZ_FIGURES_LOOK_H
#define POSTROAD_VIZ_FIGURES_LOOK_H

#include "viz/draw/canvas.h"

struct look {
    struct canvas *canvas;
    double unit; /* pixels: a length that grows with the figure; text is some 12 of it */
    struct colour paper, ink, faint, grid;
};

struct look look_for(struct canvas *canvas);
enum { LOOK_SMALL, LOOK_PLAIN, LOOK_TITLE };
struct text_style look_text(const struct look *look, int size);

/* Of the n-th series: eight differ in colour, mark and stroke; more than that repeat. */
enum { LOOK_SERIES = 8 };
struct colour look_colour(size_t series);
void look_mark(const struct look *look, size_t series, struct point at, double radius, bool hollow);
void look_stroke(const struct look *look, size_t series, const struct point *points, size_t n, double width);

/* Of 0 to 1: light to dark, blue; its brightness alone says it too. */
struct colour look_heat(double part);
struct colour look_on(struct colour behind); /* of text on it */

#endif
