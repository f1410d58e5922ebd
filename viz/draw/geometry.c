/* Plain geometry: boxes and points; no drawing. */
#include <math.h>

#include "viz/draw/canvas.h"

struct box box_of(double x, double y, double w, double h)
{
    return (struct box){x, y, w, h};
}

struct box box_inset(struct box b, double by)
{
    return (struct box){b.x + by, b.y + by, fmax(0, b.w - 2 * by), fmax(0, b.h - 2 * by)};
}

bool box_has(struct box b, double x, double y)
{
    return x >= b.x && x < b.x + b.w && y >= b.y && y < b.y + b.h;
}

bool box_meets(struct box a, struct box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

double box_distance(struct box a, struct box b)
{
    double dx = fmax(0, fmax(a.x - (b.x + b.w), b.x - (a.x + a.w))),
           dy = fmax(0, fmax(a.y - (b.y + b.h), b.y - (a.y + a.h)));
    return sqrt(dx * dx + dy * dy);
}

struct point point_of(double x, double y)
{
    return (struct point){x, y};
}

struct point point_between(struct point a, struct point b, double part)
{
    return (struct point){a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part};
}

double point_distance(struct point a, struct point b)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    return sqrt(dx * dx + dy * dy);
}
