/* The page over Cairo and Pango. Left out on purpose: gradients, images, rotation: nothing here needs them. */
#include "viz/draw/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/bound_text.h"

static const double turn = 6.283185307179586;

struct canvas {
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout; /* one for all texts: making them is the dear part */
    PangoFontDescription *sans, *mono;
    char *path;
    bool keeps_shapes; /* SVG, PDF: no pixels */
    int width, height;
    double line_factor; /* how much thicker lines are than they are told to be */
    size_t cut_texts;
    struct canvas_listener listener; /* heard NULL: nobody listens */
    struct canvas_sink sink;
};

static PangoFontDescription *font_named(const char *family)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, family);
    return font;
}

/* Hinting off, grey antialiasing: glyphs look the same at every place and on every machine. */
static void prepare_text(struct canvas *c)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    c->layout = pango_cairo_create_layout(c->cairo);
    PangoContext *context = pango_layout_get_context(c->layout);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72.0);
    cairo_font_options_destroy(options);
    c->sans = font_named("DejaVu Sans");
    c->mono = font_named("DejaVu Sans Mono");
}

static void prepare(struct canvas *c, cairo_surface_t *surface, int width, int height)
{
    c->surface = surface;
    c->cairo = cairo_create(surface);
    c->width = width;
    c->height = height;
    c->line_factor = 1;
    cairo_set_line_cap(c->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(c->cairo, CAIRO_LINE_JOIN_ROUND);
    prepare_text(c);
}

static struct canvas *canvas_on(cairo_surface_t *surface, int width, int height)
{
    struct canvas *c = mem_calloc(1, sizeof *c);
    prepare(c, surface, width, height);
    return c;
}

struct canvas *canvas_new_pixels(void *pixels, int width, int height, int stride_bytes)
{
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24, width, height, stride_bytes);
    return canvas_on(surface, width, height);
}

struct canvas *canvas_new_listener(int width, int height, struct canvas_listener listener)
{
    const cairo_rectangle_t all = {0, 0, width, height};
    struct canvas *c = canvas_on(cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &all), width, height);
    c->keeps_shapes = true;
    c->listener = listener;
    return c;
}

struct canvas *canvas_new_layer(int width, int height)
{
    return canvas_on(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height), width, height);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* The date would make each file another one. */
static cairo_surface_t *pdf_surface(const char *path, int width, int height)
{
    cairo_surface_t *surface = cairo_pdf_surface_create(path, width, height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "postroad");
    return surface;
}

struct canvas *canvas_new_file(const char *path, int width, int height)
{
    bool svg = ends_with(path, ".svg"), pdf = ends_with(path, ".pdf");
    cairo_surface_t *surface = svg   ? cairo_svg_surface_create(path, width, height)
                               : pdf ? pdf_surface(path, width, height)
                                     : cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    struct canvas *c = canvas_on(surface, width, height);
    c->path = mem_strdup(path);
    c->keeps_shapes = svg || pdf;
    return c;
}

static cairo_status_t give_away(void *canvas, const unsigned char *bytes, unsigned n)
{
    const struct canvas_sink *sink = &((struct canvas *)canvas)->sink;
    return sink->take(sink->user, bytes, n) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

struct canvas *canvas_new_svg(int width, int height, struct canvas_sink sink)
{
    struct canvas *c = mem_calloc(1, sizeof *c);
    c->sink = sink;
    c->keeps_shapes = true;
    prepare(c, cairo_svg_surface_create_for_stream(give_away, c, width, height), width, height);
    return c;
}

bool canvas_save(struct canvas *c, const char **why)
{
    cairo_status_t status = cairo_status(c->cairo);
    if (status == CAIRO_STATUS_SUCCESS && c->keeps_shapes) {
        cairo_show_page(c->cairo);
        cairo_surface_finish(c->surface);
        status = cairo_surface_status(c->surface);
    } else if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png(c->surface, c->path);
    }
    if (why) *why = cairo_status_to_string(status);
    return status == CAIRO_STATUS_SUCCESS;
}

void canvas_free(struct canvas *c)
{
    if (!c) return;
    pango_font_description_free(c->sans);
    pango_font_description_free(c->mono);
    g_object_unref(c->layout);
    cairo_destroy(c->cairo);
    cairo_surface_destroy(c->surface);
    mem_free(c->path);
    mem_free(c);
}

/* Not FcFini: a thread of Pango's own may still be at work with Fontconfig, which would then end the program. */
void canvas_forget_fonts(void)
{
    pango_cairo_font_map_set_default(NULL);
}

/* Both are asked by the leak checker of sanitized builds, if there is one: what Fontconfig keeps to the end is no leak
 * of ours.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

void canvas_set_origin(struct canvas *c, double x, double y)
{
    cairo_identity_matrix(c->cairo);
    cairo_translate(c->cairo, -x, -y);
}

int canvas_width(const struct canvas *c)
{
    return c->width;
}

int canvas_height(const struct canvas *c)
{
    return c->height;
}

bool canvas_likes_layers(const struct canvas *c)
{
    return !c->keeps_shapes;
}

void canvas_paint_layer(struct canvas *c, struct canvas *layer, double x, double y)
{
    cairo_surface_flush(layer->surface);
    cairo_set_source_surface(c->cairo, layer->surface, x, y);
    cairo_paint(c->cairo);
}

struct canvas_pixels canvas_pixels(struct canvas *c)
{
    double left, top, right, bottom;
    cairo_matrix_t moved;
    cairo_surface_flush(c->surface);
    unsigned char *data = c->keeps_shapes ? NULL : cairo_image_surface_get_data(c->surface);
    if (!data) return (struct canvas_pixels){.pixels = NULL};
    cairo_clip_extents(c->cairo, &left, &top, &right, &bottom);
    cairo_get_matrix(c->cairo, &moved);
    return (struct canvas_pixels){.pixels = (uint32_t *)(void *)data,
                                  .stride = (size_t)cairo_image_surface_get_stride(c->surface) / 4,
                                  .left = (int)ceil(left),
                                  .top = (int)ceil(top),
                                  .right = (int)floor(right),
                                  .bottom = (int)floor(bottom),
                                  .dx = (int)moved.x0,
                                  .dy = (int)moved.y0};
}

void canvas_pixels_drawn(struct canvas *c)
{
    cairo_surface_mark_dirty(c->surface);
}

uint32_t canvas_pixel(struct canvas *c, int x, int y)
{
    cairo_surface_flush(c->surface);
    const unsigned char *data = c->keeps_shapes ? NULL : cairo_image_surface_get_data(c->surface);
    if (!data || x < 0 || y < 0 || x >= c->width || y >= c->height) return 0;
    uint32_t pixel;
    memcpy(&pixel, data + (size_t)y * (size_t)cairo_image_surface_get_stride(c->surface) + (size_t)x * 4, 4);
    return pixel & 0xffffff;
}

void canvas_clip(struct canvas *c, struct box b)
{
    cairo_save(c->cairo);
    cairo_new_path(c->cairo);
    cairo_rectangle(c->cairo, b.x, b.y, b.w, b.h);
    cairo_clip(c->cairo);
}

void canvas_unclip(struct canvas *c)
{
    cairo_restore(c->cairo);
}

/* ---- Telling a listener ---- */

static struct point on_surface(struct canvas *c, double x, double y)
{
    cairo_user_to_device(c->cairo, &x, &y);
    return point_of(x, y);
}

static void corners_of(struct canvas *c, struct box b, struct point corners[4])
{
    corners[0] = on_surface(c, b.x, b.y);
    corners[1] = on_surface(c, b.x + b.w, b.y);
    corners[2] = on_surface(c, b.x + b.w, b.y + b.h);
    corners[3] = on_surface(c, b.x, b.y + b.h);
}

static void tell_part(struct canvas *c, struct canvas_part part)
{
    double x0, y0, x1, y1;
    cairo_save(c->cairo);
    cairo_identity_matrix(c->cairo);
    cairo_clip_extents(c->cairo, &x0, &y0, &x1, &y1);
    cairo_restore(c->cairo);
    part.clip = box_of(x0, y0, x1 - x0, y1 - y0);
    c->listener.heard(c->listener.user, &part);
}

static void tell(struct canvas *c, struct canvas_part part, struct box b)
{
    corners_of(c, b, part.corners);
    tell_part(c, part);
}

void canvas_lay_over(struct canvas *c)
{
    if (c->listener.heard) tell(c, (struct canvas_part){.what = CANVAS_LAID_OVER}, box_of(0, 0, c->width, c->height));
}

void canvas_tell_mark(struct canvas *c, struct box box, double alpha)
{
    if (c->listener.heard) tell(c, (struct canvas_part){.what = CANVAS_MARK, .colour = {0, 0, 0, alpha}}, box);
}

static void tell_box(struct canvas *c, struct box b, struct colour colour)
{
    if (c->listener.heard) tell(c, (struct canvas_part){.what = CANVAS_BOX, .colour = colour}, b);
}

static void use(struct canvas *c, struct colour colour)
{
    cairo_set_source_rgba(c->cairo, colour.r, colour.g, colour.b, colour.a);
}

void canvas_clear(struct canvas *c, struct box b)
{
    cairo_save(c->cairo);
    cairo_set_operator(c->cairo, CAIRO_OPERATOR_CLEAR);
    canvas_fill(c, b, (struct colour){0, 0, 0, 0});
    cairo_restore(c->cairo);
}

void canvas_fill(struct canvas *c, struct box b, struct colour colour)
{
    use(c, colour);
    tell_box(c, b, colour);
    cairo_new_path(c->cairo);
    cairo_rectangle(c->cairo, b.x, b.y, b.w, b.h);
    cairo_fill(c->cairo);
}

static void round_path(struct canvas *c, struct box b, double radius)
{
    double most = fmin(b.w, b.h) / 2;
    double r = fmax(0, fmin(radius, most));
    cairo_new_path(c->cairo);
    cairo_arc(c->cairo, b.x + b.w - r, b.y + r, r, -turn / 4, 0);
    cairo_arc(c->cairo, b.x + b.w - r, b.y + b.h - r, r, 0, turn / 4);
    cairo_arc(c->cairo, b.x + r, b.y + b.h - r, r, turn / 4, turn / 2);
    cairo_arc(c->cairo, b.x + r, b.y + r, r, turn / 2, turn * 3 / 4);
    cairo_close_path(c->cairo);
}

void canvas_fill_round(struct canvas *c, struct box b, double radius, struct colour colour)
{
    if (b.w <= 0 || b.h <= 0) return;
    use(c, colour);
    tell_box(c, b, colour);
    round_path(c, b, radius);
    cairo_fill(c->cairo);
}

void canvas_stroke_round(struct canvas *c, struct box b, double radius, double width, struct colour colour)
{
    if (b.w <= 0 || b.h <= 0) return;
    use(c, colour);
    round_path(c, b, radius);
    cairo_set_line_width(c->cairo, width * c->line_factor);
    cairo_stroke(c->cairo);
}

void canvas_line(struct canvas *c, struct point a, struct point b, double width, struct colour colour)
{
    use(c, colour);
    cairo_new_path(c->cairo);
    cairo_move_to(c->cairo, a.x, a.y);
    cairo_line_to(c->cairo, b.x, b.y);
    cairo_set_line_width(c->cairo, width * c->line_factor);
    cairo_stroke(c->cairo);
}

void canvas_leader(struct canvas *c, struct point a, struct point b, double width, struct colour colour)
{
    if (c->listener.heard) {
        struct canvas_part part = {.what = CANVAS_LEADER, .colour = colour};
        const struct point ends[2] = {on_surface(c, a.x, a.y), on_surface(c, b.x, b.y)};
        part.corners[0] = part.corners[3] = ends[0];
        part.corners[1] = part.corners[2] = ends[1];
        tell_part(c, part);
    }
    canvas_line(c, a, b, width, colour);
}

void canvas_dashed(struct canvas *c, struct point a, struct point b, double width, double dash, struct colour colour)
{
    double dashes[2] = {dash, dash};
    cairo_set_dash(c->cairo, dashes, 2, 0);
    canvas_line(c, a, b, width, colour);
    cairo_set_dash(c->cairo, NULL, 0, 0);
}

void canvas_arrow(struct canvas *c, struct point a, struct point b, double width, double head, struct colour colour)
{
    double length = point_distance(a, b);
    if (length < 0.5) return;
    struct point d = {(b.x - a.x) / length, (b.y - a.y) / length};
    double h = fmin(head, length), wing = h * 0.42;
    struct point neck = {b.x - d.x * h, b.y - d.y * h};
    canvas_line(c, a, point_between(neck, b, 0.3), width, colour);
    struct point tip[3] = {b, {neck.x - d.y * wing, neck.y + d.x * wing}, {neck.x + d.y * wing, neck.y - d.x * wing}};
    canvas_polygon(c, tip, 3, colour);
}

void canvas_dart(struct canvas *c, struct point a, struct point b, double width, double head, struct colour colour)
{
    double length = point_distance(a, b);
    if (length < 0.5) return;
    struct point d = {(b.x - a.x) / length, (b.y - a.y) / length};
    double h = fmin(head, length), wing = h * 0.42, half = width * c->line_factor / 2;
    struct point neck = {b.x - d.x * h, b.y - d.y * h};
    const struct point outline[7] = {
        {a.x - d.y * half, a.y + d.x * half},       {neck.x - d.y * half, neck.y + d.x * half},
        {neck.x - d.y * wing, neck.y + d.x * wing}, b,
        {neck.x + d.y * wing, neck.y - d.x * wing}, {neck.x + d.y * half, neck.y - d.x * half},
        {a.x + d.y * half, a.y - d.x * half}};
    canvas_polygon(c, outline, 7, colour);
}

void canvas_disc(struct canvas *c, struct point centre, double radius, struct colour colour)
{
    use(c, colour);
    cairo_new_path(c->cairo);
    cairo_arc(c->cairo, centre.x, centre.y, radius, 0, turn);
    cairo_fill(c->cairo);
}

void canvas_ring(struct canvas *c, struct point centre, double radius, double width, struct colour colour)
{
    canvas_arc(c, centre, radius, 0, turn, width, colour);
}

void canvas_arc(struct canvas *c, struct point centre, double radius, double from, double to, double width,
                struct colour colour)
{
    use(c, colour);
    cairo_new_path(c->cairo);
    cairo_arc(c->cairo, centre.x, centre.y, radius, from, to);
    cairo_set_line_width(c->cairo, width * c->line_factor);
    cairo_stroke(c->cairo);
}

static void points_path(struct canvas *c, const struct point *points, size_t n, bool closed)
{
    cairo_new_path(c->cairo);
    for (size_t i = 0; i < n; i++)
        cairo_line_to(c->cairo, points[i].x, points[i].y);
    if (closed) cairo_close_path(c->cairo);
}

void canvas_polygon(struct canvas *c, const struct point *points, size_t n, struct colour colour)
{
    use(c, colour);
    points_path(c, points, n, true);
    cairo_fill(c->cairo);
}

void canvas_polyline(struct canvas *c, const struct point *points, size_t n, bool closed, double width,
                     struct colour colour)
{
    use(c, colour);
    points_path(c, points, n, closed);
    cairo_set_line_width(c->cairo, width * c->line_factor);
    cairo_stroke(c->cairo);
}

void canvas_polyline_dashed(struct canvas *c, const struct point *points, size_t n, double width, const double *pattern,
                            int n_pattern, struct colour colour)
{
    cairo_set_line_cap(c->cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(c->cairo, pattern, n_pattern, 0);
    canvas_polyline(c, points, n, false, width, colour);
    cairo_set_dash(c->cairo, NULL, 0, 0);
    cairo_set_line_cap(c->cairo, CAIRO_LINE_CAP_ROUND);
}

/* Text that is not UTF-8 (a message's bytes) would make Pango complain: such bytes show as question marks. */
static void set_text(PangoLayout *layout, const char *text, bool wraps)
{
    if (g_utf8_validate(text, -1, NULL)) {
        char *bound = wraps ? bound_text(text) : NULL;
        pango_layout_set_text(layout, bound ? bound : text, -1);
        mem_free(bound);
        return;
    }
    char *copy = mem_strdup(text);
    for (char *p = copy; *p; p++)
        if ((unsigned char)*p >= 0x80) *p = '?';
    pango_layout_set_text(layout, copy, -1);
    mem_free(copy);
}

static void lay_out(struct canvas *c, const struct text_style *style, const char *text, double width)
{
    PangoFontDescription *font = style->mono ? c->mono : c->sans;
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, style->italic ? PANGO_STYLE_OBLIQUE : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(c->layout, font);
    int lines = style->lines > 1 ? style->lines : 1;
    pango_layout_set_single_paragraph_mode(c->layout, lines == 1);
    pango_layout_set_wrap(c->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(c->layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_height(c->layout, -lines);
    PangoEllipsizeMode cut = style->cut_middle ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END;
    pango_layout_set_ellipsize(c->layout, width > 0 ? cut : PANGO_ELLIPSIZE_NONE);
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    pango_layout_set_alignment(c->layout, alignments[style->across]);
    set_text(c->layout, text, lines > 1);
}

static struct point layout_size(struct canvas *c)
{
    PangoRectangle logical;
    pango_layout_get_extents(c->layout, NULL, &logical);
    return point_of((double)logical.width / PANGO_SCALE, (double)logical.height / PANGO_SCALE);
}

/* Of the text that is laid out, with its left upper corner there. */
static void tell_text(struct canvas *c, struct box room, double y, const struct text_style *style, const char *text)
{
    PangoRectangle ink;
    pango_layout_get_extents(c->layout, &ink, NULL);
    const struct box inked = {room.x + (double)ink.x / PANGO_SCALE, y + (double)ink.y / PANGO_SCALE,
                              (double)ink.width / PANGO_SCALE, (double)ink.height / PANGO_SCALE};
    const struct canvas_part part = {.what = CANVAS_TEXT,
                                     .colour = style->colour,
                                     .text = text,
                                     .style = style,
                                     .room = room,
                                     .cut = pango_layout_is_ellipsized(c->layout)};
    if (c->listener.heard) tell(c, part, inked);
}

struct point canvas_text(struct canvas *c, struct box b, const struct text_style *style, const char *text)
{
    if (b.w < 1 || !text || !*text) return point_of(0, 0);
    lay_out(c, style, text, b.w);
    struct point size = layout_size(c);
    c->cut_texts += pango_layout_is_ellipsized(c->layout);
    double y = b.y;
    if (style->down == ALIGN_CENTRE) y += (b.h - size.y) / 2;
    if (style->down == ALIGN_END) y += b.h - size.y;
    tell_text(c, b, y, style, text);
    use(c, style->colour);
    cairo_new_path(c->cairo);
    cairo_move_to(c->cairo, b.x, y);
    pango_cairo_show_layout(c->cairo, c->layout);
    cairo_new_path(c->cairo);
    return size;
}

void canvas_text_along(struct canvas *c, struct point a, struct point b, double gap, struct colour behind,
                       const struct text_style *style, const char *text)
{
    struct point from = a.x <= b.x ? a : b, to = a.x <= b.x ? b : a, middle = point_between(a, b, 0.5);
    double length = point_distance(a, b);
    if (length < 1) return;
    cairo_save(c->cairo);
    cairo_translate(c->cairo, middle.x, middle.y);
    cairo_rotate(c->cairo, atan2(to.y - from.y, to.x - from.x));
    struct text_style turned = *style;
    turned.across = ALIGN_CENTRE;
    turned.down = ALIGN_END;
    struct point size = canvas_measure(c, &turned, text, length);
    canvas_fill_round(c, box_of(-size.x / 2 - 2, -gap - size.y * 0.92, size.x + 4, size.y * 0.84), 3, behind);
    canvas_text(c, box_of(-length / 2, -gap - style->size * 2, length, style->size * 2), &turned, text);
    cairo_restore(c->cairo);
}

bool canvas_can_write(const char *text)
{
    struct canvas *c = canvas_new_layer(1, 1);
    const struct text_style style = {.size = 12};
    lay_out(c, &style, text, 0);
    bool can = pango_layout_get_unknown_glyphs_count(c->layout) == 0;
    canvas_free(c);
    return can;
}

size_t canvas_cut_texts(const struct canvas *canvas)
{
    return canvas->cut_texts;
}

void canvas_set_line_factor(struct canvas *canvas, double factor)
{
    canvas->line_factor = factor;
}

struct point canvas_measure(struct canvas *c, const struct text_style *style, const char *text, double width)
{
    if (!text || !*text) return point_of(0, 0);
    lay_out(c, style, text, width);
    return layout_size(c);
}

bool canvas_text_fits(struct canvas *c, const struct text_style *style, const char *text, double width)
{
    if (!*text) return true;
    lay_out(c, style, text, fmax(1, width));
    return !pango_layout_is_ellipsized(c->layout);
}
