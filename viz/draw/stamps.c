#include "viz/draw/stamps.h"

#include <math.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/shapes.h"

enum { CELL = 3 }; /* pixels: stamps nearer to each other than this are not told apart */

struct stamps {
    const struct theme *theme;
    double unit;
    struct stamp {
        struct canvas *canvas;
        double size, reach;
    } cut[STAMP_SORTS];
    size_t width, height; /* in cells */
    uint16_t *taken;      /* a bit a sort */
    size_t room;
};

struct stamps *stamps_new(void)
{
    return mem_calloc(1, sizeof(struct stamps));
}

static void throw_away(struct stamps *s)
{
    for (size_t i = 0; i < STAMP_SORTS; i++)
        canvas_free(s->cut[i].canvas);
    memset(s->cut, 0, sizeof s->cut);
}

void stamps_free(struct stamps *s)
{
    if (!s) return;
    throw_away(s);
    mem_free(s->taken);
    mem_free(s);
}

void stamps_begin(struct stamps *s, const struct canvas *canvas, const struct theme *theme, double unit)
{
    if (theme != s->theme || unit != s->unit) throw_away(s);
    s->theme = theme;
    s->unit = unit;
    s->width = (size_t)canvas_width(canvas) / CELL + 1;
    s->height = (size_t)canvas_height(canvas) / CELL + 1;
    if (s->width * s->height > s->room) {
        s->room = s->width * s->height;
        s->taken = mem_realloc(s->taken, s->room * sizeof *s->taken);
    }
    memset(s->taken, 0, s->width * s->height * sizeof *s->taken);
}

/* What lies outside is not to be seen either. */
bool stamps_take_room(struct stamps *s, size_t sort, struct point at)
{
    double x = floor(at.x / CELL), y = floor(at.y / CELL);
    if (!(x >= 0 && y >= 0 && x < (double)s->width && y < (double)s->height)) return false;
    uint16_t *cell = &s->taken[(size_t)y * s->width + (size_t)x], bit = (uint16_t)(1u << sort);
    if (*cell & bit) return false;
    *cell |= bit;
    return true;
}

/* A fresh stamp of this sort and size with its middle at the middle, or the one that is there. */
static struct stamp *stamp_of(struct stamps *s, size_t sort, double size, double reach, bool *is_fresh)
{
    struct stamp *stamp = &s->cut[sort];
    *is_fresh = !stamp->canvas || stamp->size != size;
    if (!*is_fresh) return stamp;
    canvas_free(stamp->canvas);
    int side = 2 * (int)ceil(reach) + 1;
    *stamp = (struct stamp){canvas_new_layer(side, side), size, ceil(reach) + 0.5};
    return stamp;
}

static void press(const struct stamp *stamp, struct canvas *canvas, struct point at)
{
    canvas_paint_layer(canvas, stamp->canvas, floor(at.x - stamp->reach + 0.5), floor(at.y - stamp->reach + 0.5));
}

void stamps_packet(struct stamps *s, struct canvas *canvas, enum story_class class, struct point at, double r)
{
    bool is_fresh;
    struct stamp *stamp = stamp_of(s, class, r, 1.9 * r + 2, &is_fresh);
    if (is_fresh) shape_packet(stamp->canvas, s->theme, class, point_of(stamp->reach, stamp->reach), r, 1);
    press(stamp, canvas, at);
}

void stamps_envelope(struct stamps *s, struct canvas *canvas, struct point at, double width, bool bounce)
{
    bool is_fresh;
    struct stamp *stamp = stamp_of(s, bounce ? STAMP_BOUNCE : STAMP_ENVELOPE, width, 0.65 * width + 2, &is_fresh);
    if (is_fresh) shape_envelope(stamp->canvas, s->theme, point_of(stamp->reach, stamp->reach), width, bounce, 1);
    press(stamp, canvas, at);
}
