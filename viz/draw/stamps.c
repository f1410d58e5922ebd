#include "viz/draw/stamps.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/shapes.h"

static_assert(STAMP_SORTS <= 16, "a bit for each sort");
enum { CELL = 3 }; /* pixels: stamps nearer to each other than this are not told apart */

struct stamps {
    const struct theme *theme;
    double unit;
    struct stamp {
        double size, reach; /* reach: of its middle, from its left and upper edge */
        int side;
        uint32_t *pixels;
        struct ink {
            int first, end;
        } * rows; /* where each row has colour */
    } cut[STAMP_SORTS];
    size_t width, height; /* in cells */
    uint16_t *taken;      /* a bit a sort */
    size_t room;
};

struct stamps *stamps_new(void)
{
    return mem_calloc(1, sizeof(struct stamps));
}

static void throw_away_stamp(struct stamp *stamp)
{
    mem_free(stamp->pixels);
    mem_free(stamp->rows);
    *stamp = (struct stamp){.pixels = NULL};
}

static void throw_away(struct stamps *s)
{
    for (size_t i = 0; i < STAMP_SORTS; i++)
        throw_away_stamp(&s->cut[i]);
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

/* The stamp of this sort, as long as it is of this size. */
static const struct stamp *stamp_of(const struct stamps *s, size_t sort, double size)
{
    const struct stamp *stamp = &s->cut[sort];
    return stamp->pixels && stamp->size == size ? stamp : NULL;
}

static struct ink ink_of(const uint32_t *row, int n)
{
    struct ink ink = {0, n};
    while (ink.end > 0 && !row[ink.end - 1])
        ink.end--;
    while (ink.first < ink.end && !row[ink.first])
        ink.first++;
    return ink;
}

static int side_of(double reach)
{
    return 2 * (int)ceil(reach) + 1;
}

/* Keeps what was drawn around the middle of a layer of side_of(reach), and frees that. */
static const struct stamp *cut(struct stamps *s, size_t sort, double size, double reach, struct canvas *layer)
{
    struct stamp *stamp = &s->cut[sort];
    struct canvas_pixels from = canvas_pixels(layer);
    throw_away_stamp(stamp);
    *stamp = (struct stamp){.size = size, .reach = ceil(reach) + 0.5, .side = side_of(reach)};
    size_t side = (size_t)stamp->side;
    stamp->pixels = mem_alloc(side * side * sizeof *stamp->pixels);
    stamp->rows = mem_alloc(side * sizeof *stamp->rows);
    for (size_t y = 0; y < side; y++) {
        memcpy(stamp->pixels + y * side, from.pixels + y * from.stride, side * sizeof *stamp->pixels);
        stamp->rows[y] = ink_of(stamp->pixels + y * side, stamp->side);
    }
    canvas_free(layer);
    return stamp;
}

/* Each byte of a pixel times part / 255, rounded as Pixman does it, two bytes at a time. */
static inline uint32_t pixel_times(uint32_t pixel, uint32_t part)
{
    uint32_t low = (pixel & 0xff00ff) * part + 0x800080, high = (pixel >> 8 & 0xff00ff) * part + 0x800080;
    low = (low + (low >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    return low | ((high + (high >> 8 & 0xff00ff)) & 0xff00ff00);
}

static void lay_over(uint32_t *restrict to, const uint32_t *restrict from, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = from[i] + pixel_times(to[i], 255 - (from[i] >> 24));
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Cairo would paint the same, but takes ten times as long to get ready as to paint so few pixels. */
static void press(const struct stamp *stamp, struct canvas *canvas, struct point at)
{
    struct canvas_pixels on = canvas_pixels(canvas);
    int x = (int)floor(at.x - stamp->reach + 0.5), y = (int)floor(at.y - stamp->reach + 0.5);
    int top = larger(on.top, y), bottom = smaller(on.bottom, y + stamp->side);
    for (int row = top; row < bottom; row++) {
        struct ink ink = stamp->rows[row - y];
        int left = larger(on.left, x + ink.first), right = smaller(on.right, x + ink.end);
        uint32_t *to = on.pixels + (size_t)(row + on.dy) * on.stride + on.dx;
        if (left < right) lay_over(to + left, stamp->pixels + (row - y) * stamp->side + (left - x), right - left);
    }
    canvas_pixels_drawn(canvas);
}

void stamps_packet(struct stamps *s, struct canvas *canvas, enum story_class class, struct point at, double r)
{
    const struct stamp *stamp = stamp_of(s, class, r);
    if (!stamp) {
        double reach = 1.9 * r + 2, middle = ceil(reach) + 0.5;
        struct canvas *layer = canvas_new_layer(side_of(reach), side_of(reach));
        shape_packet(layer, s->theme, class, point_of(middle, middle), r, 1);
        stamp = cut(s, class, r, reach, layer);
    }
    press(stamp, canvas, at);
}

void stamps_envelope(struct stamps *s, struct canvas *canvas, struct point at, double width, unsigned kind)
{
    size_t sort = STAMP_ENVELOPE + kind;
    const struct stamp *stamp = stamp_of(s, sort, width);
    if (!stamp) {
        double reach = 0.65 * width + 2, middle = ceil(reach) + 0.5;
        struct canvas *layer = canvas_new_layer(side_of(reach), side_of(reach));
        shape_envelope(layer, s->theme, point_of(middle, middle), width, kind, 1);
        stamp = cut(s, sort, width, reach, layer);
    }
    press(stamp, canvas, at);
}
