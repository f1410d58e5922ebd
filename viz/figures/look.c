#include "viz/figures/look.h"

#include <math.h>

#include "viz/draw/theme.h"

struct look look_for(struct canvas *canvas)
{
    double w = canvas_width(canvas), h = canvas_height(canvas);
    double unit = fmin(w / 800, h / 530);
    return (struct look){.canvas = canvas,
                         .unit = fmax(unit, 0.82),
                         .paper = colour_hex(0xffffff),
                         .ink = colour_hex(0x1a1f24),
                         .faint = colour_hex(0x59636b),
                         .grid = colour_hex(0xe3e7ea)};
}

struct text_style look_text(const struct look *look, int size)
{
    static const double sizes[] = {10.5, 12.5, 15};
    return (struct text_style){.size = sizes[size] * look->unit, .colour = look->ink, .bold = size == LOOK_TITLE};
}

/* Okabe and Ito, in an order in which neighbours differ in brightness too; the yellow, too pale on white, is left out,
   and the last is a grey. Sky blue and orange are darkened for thin lines. */
struct colour look_colour(size_t series)
{
    static const uint32_t palette[LOOK_SERIES] = {0x0072b2, 0xd55e00, 0x00664a, 0xc95f9b,
                                                  0x3a3f44, 0xc98500, 0x3f9bd1, 0x8a9096};
    return colour_hex(palette[series % LOOK_SERIES]);
}

static const struct stroke {
    double pattern[6];
    int n;
} strokes[LOOK_SERIES] = {{{0}, 0},    {{7, 3}, 2},  {{2, 2.2}, 2},           {{9, 2.5, 2, 2.5}, 4},
                          {{4, 2}, 2}, {{12, 3}, 2}, {{9, 2, 2, 2, 2, 2}, 6}, {{1.2, 3}, 2}};

void look_stroke(const struct look *look, size_t series, const struct point *points, size_t n, double width)
{
    const struct stroke *s = &strokes[series % LOOK_SERIES];
    double pattern[6];
    for (int i = 0; i < s->n; i++)
        pattern[i] = s->pattern[i] * look->unit;
    canvas_polyline_dashed(look->canvas, points, n, width, pattern, s->n, look_colour(series));
}

enum shape {
    SHAPE_DISC,
    SHAPE_SQUARE,
    SHAPE_TRIANGLE,
    SHAPE_DIAMOND,
    SHAPE_DOWN,
    SHAPE_HEXAGON,
    SHAPE_BAR,
    SHAPE_POST
};

static size_t shape_corners(enum shape shape, struct point at, double r, struct point corners[6])
{
    static const struct outline {
        size_t n;
        double xy[6][2];
    } outlines[] = {
        [SHAPE_SQUARE] = {4, {{-0.88, -0.88}, {0.88, -0.88}, {0.88, 0.88}, {-0.88, 0.88}}},
        [SHAPE_TRIANGLE] = {3, {{0, -1.2}, {1.1, 0.8}, {-1.1, 0.8}}},
        [SHAPE_DIAMOND] = {4, {{0, -1.25}, {1.1, 0}, {0, 1.25}, {-1.1, 0}}},
        [SHAPE_DOWN] = {3, {{0, 1.2}, {1.1, -0.8}, {-1.1, -0.8}}},
        [SHAPE_HEXAGON] = {6, {{-1.1, 0}, {-0.55, -0.95}, {0.55, -0.95}, {1.1, 0}, {0.55, 0.95}, {-0.55, 0.95}}},
        [SHAPE_BAR] = {4, {{-1.2, -0.5}, {1.2, -0.5}, {1.2, 0.5}, {-1.2, 0.5}}},
        [SHAPE_POST] = {4, {{-0.5, -1.2}, {0.5, -1.2}, {0.5, 1.2}, {-0.5, 1.2}}}};
    const struct outline *o = &outlines[shape];
    for (size_t i = 0; i < o->n; i++)
        corners[i] = point_of(at.x + r * o->xy[i][0], at.y + r * o->xy[i][1]);
    return o->n;
}

/* Around each mark a rim of paper, so that marks that touch stay two. */
void look_mark(const struct look *look, size_t series, struct point at, double r, bool hollow)
{
    struct canvas *c = look->canvas;
    struct colour colour = look_colour(series);
    double line = 1.5 * look->unit;
    enum shape shape = (enum shape)(series % LOOK_SERIES);
    if (shape == SHAPE_DISC) {
        canvas_disc(c, at, r + line / 2, look->paper);
        canvas_disc(c, at, r, colour);
        if (hollow) canvas_disc(c, at, r - line, look->paper);
        return;
    }
    struct point corners[6];
    size_t n = shape_corners(shape, at, r, corners);
    canvas_polyline(c, corners, n, true, line, look->paper);
    canvas_polygon(c, corners, n, colour);
    if (!hollow) return;
    n = shape_corners(shape, at, r - line * 0.5, corners);
    canvas_polygon(c, corners, n, look->paper);
    canvas_polyline(c, corners, n, true, line, colour);
}

struct colour look_heat(double part)
{
    static const uint32_t stops[] = {0xf3f7fb, 0xcfe1f2, 0x93c4de, 0x4a97c9, 0x1764ab, 0x08306b};
    enum { LAST = sizeof stops / sizeof *stops - 1 };
    double at = fmin(fmax(part, 0), 1) * LAST;
    int below = at >= LAST ? LAST - 1 : (int)at;
    return colour_mix(colour_hex(stops[below]), colour_hex(stops[below + 1]), at - below);
}

struct colour look_on(struct colour behind)
{
    double brightness = 0.3 * behind.r + 0.59 * behind.g + 0.11 * behind.b;
    return colour_hex(brightness > 0.52 ? 0x1a1f24 : 0xffffff);
}
