/* What everything is drawn with: a thin page over Cairo and Pango, so that the same drawing goes to the window, to PNG,
   to SVG and to PDF. Lengths are pixels of the surface, y grows downwards. Colours and fonts come from theme.h.

   A canvas is owned by whoever made it. Nothing drawn outside it matters; a text that does not fit is cut with an
   ellipsis, never drawn over its box. */
#ifndef POSTROAD_VIZ_DRAW_CANVAS_H
#define POSTROAD_VIZ_DRAW_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;

struct point {
    double x, y;
};

struct box {
    double x, y, w, h;
};

struct colour {
    double r, g, b, a; /* 0 to 1 */
};

enum align { ALIGN_START, ALIGN_CENTRE, ALIGN_END };

struct text_style {
    double size; /* pixels */
    struct colour colour;
    bool bold, italic, mono;
    enum align across, down; /* where in its box */
    int lines;               /* at most so many, then an ellipsis; 0 and 1: one line */
    bool cut_middle;         /* the ellipsis stands in the middle */
    bool may_be_cut;         /* somebody's words, as long as they like: the whole is seen when one looks closely */
};

/* Onto memory of the form 0x00RRGGBB, native byte order. The pixels stay the caller's. */
struct canvas *canvas_new_pixels(void *pixels, int width, int height, int stride_bytes);
/* Memory of its own, transparent to begin with: a layer to be kept and painted many times. */
struct canvas *canvas_new_layer(int width, int height);
/* For a file; it is written by canvas_save. Ending .svg or .pdf (shapes) or anything else (PNG). */
struct canvas *canvas_new_file(const char *path, int width, int height);

/* SVG for a part of another file: its bytes are given away, in pieces, by canvas_save. */
struct canvas_sink {
    bool (*take)(void *user, const unsigned char *bytes, size_t n); /* false: it cannot be taken */
    void *user;
};
struct canvas *canvas_new_svg(int width, int height, struct canvas_sink sink);

/* What was drawn, for whoever judges a picture by its parts. Corners are on the surface, clockwise. */
enum canvas_part_what { CANVAS_TEXT, CANVAS_BOX, CANVAS_MARK, CANVAS_LEADER, CANVAS_LAID_OVER };
struct canvas_part {
    enum canvas_part_what what;
    struct point corners[4]; /* of the ink of a text; of a box that was filled; around a mark; the ends of a leader */
    struct box clip;         /* what is outside it is not seen */
    struct colour colour;
    /* of a text; lent */
    const char *text;
    const struct text_style *style;
    struct box room; /* that it was given */
    bool cut;
};
struct canvas_listener {
    void (*heard)(void *user, const struct canvas_part *part);
    void *user;
};
/* Draws nothing, and tells what it would have drawn. */
struct canvas *canvas_new_listener(int width, int height, struct canvas_listener listener);
/* A sign with a shape of its own, such as a packet or an envelope, is drawn in this box. */
void canvas_tell_mark(struct canvas *canvas, struct box box, double alpha);
/* What is drawn from now on lies over the rest on purpose, such as a menu. */
void canvas_lay_over(struct canvas *canvas);

/* False when the file could not be written; *why (static text) says so. */
bool canvas_save(struct canvas *canvas, const char **why);
void canvas_free(struct canvas *canvas);
/* Whether there are fonts with all of these letters. */
bool canvas_can_write(const char *text);
/* How many texts were cut with an ellipsis so far; for tests. */
size_t canvas_cut_texts(const struct canvas *canvas);
/* Drops what the libraries keep for the whole process, so that leak checkers are content. */
void canvas_forget_fonts(void);

/* Everything drawn from now on is moved by this much: (x, y) becomes the left upper corner. */
void canvas_set_origin(struct canvas *canvas, double x, double y);

/* From now on all lines are so many times as thick as they are told to be. */
void canvas_set_line_factor(struct canvas *canvas, double factor);

int canvas_width(const struct canvas *canvas);
int canvas_height(const struct canvas *canvas);
/* Whether layers help here: true for pixels, false where shapes are kept (SVG, PDF). */
bool canvas_likes_layers(const struct canvas *canvas);
void canvas_paint_layer(struct canvas *canvas, struct canvas *layer, double x, double y);
/* The pixels themselves, for who draws thousands of small things alike: 0xAARRGGBB, colours multiplied by their alpha,
   and what of them may be drawn on now. pixels is NULL where there are none. */
struct canvas_pixels {
    uint32_t *pixels;
    size_t stride;                /* of a row, in pixels */
    int left, top, right, bottom; /* the clip: whole pixels, the latter two not within */
    int dx, dy;                   /* from places as they are drawn to, to pixels */
};
struct canvas_pixels canvas_pixels(struct canvas *canvas);
void canvas_pixels_drawn(struct canvas *canvas); /* they have been written to */
/* The colour at a pixel, 0xRRGGBB; for tests. 0 outside and where no pixels are. */
uint32_t canvas_pixel(struct canvas *canvas, int x, int y);

void canvas_clip(struct canvas *canvas, struct box box); /* nests; undone by canvas_unclip */
void canvas_unclip(struct canvas *canvas);

/* Transparent again; of a layer. */
void canvas_clear(struct canvas *canvas, struct box box);
void canvas_fill(struct canvas *canvas, struct box box, struct colour colour);
void canvas_fill_round(struct canvas *canvas, struct box box, double radius, struct colour colour);
void canvas_stroke_round(struct canvas *canvas, struct box box, double radius, double width, struct colour colour);
void canvas_line(struct canvas *canvas, struct point a, struct point b, double width, struct colour colour);
/* A line that leads from words to what they are about; a listener hears of it, as of no other line. */
void canvas_leader(struct canvas *canvas, struct point a, struct point b, double width, struct colour colour);
void canvas_dashed(struct canvas *canvas, struct point a, struct point b, double width, double dash,
                   struct colour colour);
/* A line with a filled head of that length at b. */
void canvas_arrow(struct canvas *canvas, struct point a, struct point b, double width, double head,
                  struct colour colour);
/* The same in one piece, with a straight end: for many. */
void canvas_dart(struct canvas *canvas, struct point a, struct point b, double width, double head,
                 struct colour colour);
void canvas_disc(struct canvas *canvas, struct point centre, double radius, struct colour colour);
void canvas_ring(struct canvas *canvas, struct point centre, double radius, double width, struct colour colour);
/* An arc in radians, clockwise from the x axis. */
void canvas_arc(struct canvas *canvas, struct point centre, double radius, double from, double to, double width,
                struct colour colour);
void canvas_polygon(struct canvas *canvas, const struct point *points, size_t n, struct colour colour);
void canvas_polyline(struct canvas *canvas, const struct point *points, size_t n, bool closed, double width,
                     struct colour colour);
/* The same, open, with a pattern of strokes and gaps; none: unbroken. */
void canvas_polyline_dashed(struct canvas *canvas, const struct point *points, size_t n, double width,
                            const double *pattern, int n_pattern, struct colour colour);

/* Draws within the box and returns the size taken. */
struct point canvas_text(struct canvas *canvas, struct box box, const struct text_style *style, const char *text);
/* One line of text, centred just above the line from a to b and turned with it, never upside down; `behind` is laid
   under it, so that other lines do not disturb. */
void canvas_text_along(struct canvas *canvas, struct point a, struct point b, double gap, struct colour behind,
                       const struct text_style *style, const char *text);
/* The size that the text would take in this width; width 0: as wide as it likes. */
struct point canvas_measure(struct canvas *canvas, const struct text_style *style, const char *text, double width);
/* Whether it would be whole in this width, in so many lines as its style allows. */
bool canvas_text_fits(struct canvas *canvas, const struct text_style *style, const char *text, double width);

/* Plain geometry. */
struct box box_of(double x, double y, double w, double h);
struct box box_inset(struct box box, double by);
bool box_has(struct box box, double x, double y);
bool box_meets(struct box a, struct box b);
double box_distance(struct box a, struct box b); /* between their edges; 0: they touch or meet */
struct point point_of(double x, double y);
struct point point_between(struct point a, struct point b, double part);
double point_distance(struct point a, struct point b);

#endif
