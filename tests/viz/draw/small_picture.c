#include "tests/viz/draw/small_picture.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

enum { GROUP = 4, COLOURS = SMALL_COLOURS };
/* Of 255: over the whole picture, and in the worst of its squares of GROUP by GROUP. */
static const double mean_tolerance = 0.8, group_tolerance = 12;

/* The mean of what lies in each of the fields. */
void small_picture_make(struct canvas *canvas, struct small_picture *small)
{
    int w = canvas_width(canvas), h = canvas_height(canvas);
    for (int y = 0; y < SMALL_H; y++)
        for (int x = 0; x < SMALL_W; x++) {
            int x0 = x * w / SMALL_W, x1 = (x + 1) * w / SMALL_W, y0 = y * h / SMALL_H, y1 = (y + 1) * h / SMALL_H;
            double sum[COLOURS] = {0};
            for (int i = y0; i < y1; i++)
                for (int k = x0; k < x1; k++)
                    for (int c = 0; c < COLOURS; c++)
                        sum[c] += canvas_pixel(canvas, k, i) >> (8 * (2 - c)) & 255;
            for (int c = 0; c < COLOURS; c++)
                small->of[y][x][c] = sum[c] / ((x1 - x0) * (y1 - y0));
        }
}

bool small_picture_write(const struct small_picture *small, const char *path)
{
    struct canvas *canvas = canvas_new_file(path, SMALL_W, SMALL_H);
    for (int y = 0; y < SMALL_H; y++)
        for (int x = 0; x < SMALL_W; x++) {
            const double *p = small->of[y][x];
            canvas_fill(canvas, box_of(x, y, 1, 1), (struct colour){p[0] / 255, p[1] / 255, p[2] / 255, 1});
        }
    bool saved = canvas_save(canvas, NULL);
    canvas_free(canvas);
    return saved;
}

bool small_picture_read(struct small_picture *small, const char *path)
{
    cairo_surface_t *s = cairo_image_surface_create_from_png(path);
    bool is_one = cairo_surface_status(s) == CAIRO_STATUS_SUCCESS && cairo_image_surface_get_width(s) == SMALL_W &&
                  cairo_image_surface_get_height(s) == SMALL_H;
    for (int y = 0; y < SMALL_H && is_one; y++)
        for (int x = 0; x < SMALL_W; x++) {
            uint32_t pixel;
            memcpy(&pixel, cairo_image_surface_get_data(s) + y * cairo_image_surface_get_stride(s) + x * 4, 4);
            for (int c = 0; c < COLOURS; c++)
                small->of[y][x][c] = pixel >> (8 * (2 - c)) & 255;
        }
    cairo_surface_destroy(s);
    return is_one;
}

static double group_difference(const struct small_picture *a, const struct small_picture *b, int x0, int y0)
{
    double sum = 0;
    for (int y = y0; y < y0 + GROUP; y++)
        for (int x = x0; x < x0 + GROUP; x++)
            for (int c = 0; c < COLOURS; c++)
                sum += fabs(a->of[y][x][c] - b->of[y][x][c]);
    return sum / (GROUP * GROUP * COLOURS);
}

bool small_picture_is_alike(const struct small_picture *a, const struct small_picture *b)
{
    double sum = 0, worst = 0;
    for (int y = 0; y < SMALL_H; y += GROUP)
        for (int x = 0; x < SMALL_W; x += GROUP) {
            double group = group_difference(a, b, x, y);
            sum += group;
            worst = fmax(worst, group);
        }
    return sum / (SMALL_W * SMALL_H / (GROUP * GROUP)) <= mean_tolerance && worst <= group_tolerance;
}
