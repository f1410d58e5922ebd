/* Each view looks as it did when somebody looked at it: at two sizes and three scales, drawn small, and compared with a
   tolerance that another build of FreeType or Cairo keeps to. What was drawn otherwise is left as a whole picture in
   the build folder. When a change is meant: UPDATE_GOLDEN=1 ctest -R golden_pictures, and look at them. */
#include <cairo.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/export.h"
#include "viz/draw/scene.h"
#include "viz/draw/theme.h"

enum { SMALL_W = 160, SMALL_H = 100, GROUP = 4, COLOURS = 3 };
/* Of 255: over the whole picture, and in the worst of its squares of GROUP by GROUP. */
static const double mean_tolerance = 0.8, group_tolerance = 12;

struct small {
    double of[SMALL_H][SMALL_W][COLOURS];
};

/* The mean of what lies in each of the fields. */
static void make_small(struct canvas *canvas, struct small *small)
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

static bool write_small(const struct small *small, const char *path)
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

static bool read_small(struct small *small, const char *path)
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

static double group_difference(const struct small *a, const struct small *b, int x0, int y0)
{
    double sum = 0;
    for (int y = y0; y < y0 + GROUP; y++)
        for (int x = x0; x < x0 + GROUP; x++)
            for (int c = 0; c < COLOURS; c++)
                sum += fabs(a->of[y][x][c] - b->of[y][x][c]);
    return sum / (GROUP * GROUP * COLOURS);
}

static bool is_alike(const struct small *a, const struct small *b)
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

/* ---- The pictures ---- */

static const int sizes[][2] = {{1280, 800}, {1920, 1080}};
static const double scales[] = {0.75, 1, 1.5};

static struct canvas *draw(const struct journal_memory *journal, struct scene_options options, const int size[2])
{
    struct canvas *canvas = canvas_new_layer(size[0], size[1]);
    struct scene *scene = scene_new(journal, options);
    scene_seek(scene, 2100 * MILLISECOND);
    if (options.arrangement && strcmp(options.arrangement, "closely") == 0) scene_look_at(scene, "mail.a.example");
    scene_draw(scene, canvas);
    scene_free(scene);
    return canvas;
}

/* The whole picture, for whoever wants to see what is otherwise. */
static void leave(const struct journal_memory *journal, const struct scene_options *options, const int size[2],
                  const char *name)
{
    char path[600], error[DRAW_ERROR_BYTES];
    const struct screenshot how = {2100 * MILLISECOND,   size[0], size[1], options->scale, options->dark, NULL,
                                   options->arrangement, false,   false};
    mkdir(POSTROAD_BINARY_DIR "/golden-pictures", 0777);
    snprintf(path, sizeof path, "%s/golden-pictures/%s.png", POSTROAD_BINARY_DIR, name);
    bool left = scene_screenshot(journal, &how, path, error);
    cr_expect(false, "%s looks otherwise; %s %s", name,
              left ? "as it is now:" : "it could not be left:", left ? path : error);
}

static void compare(const struct journal_memory *journal, struct scene_options options, const int size[2])
{
    static struct small now, golden;
    char name[120], path[600];
    snprintf(name, sizeof name, "%s-%dx%d-%.0f%s", options.arrangement ? options.arrangement : "usual", size[0],
             size[1], options.scale * 100, options.dark ? "-dark" : "");
    snprintf(path, sizeof path, "%s/tests/viz/draw/golden-pictures/%s.png", POSTROAD_SOURCE_DIR, name);
    struct canvas *canvas = draw(journal, options, size);
    make_small(canvas, &now);
    canvas_free(canvas);
    if (getenv("UPDATE_GOLDEN")) cr_assert(write_small(&now, path), "%s", path);
    cr_assert(read_small(&golden, path), "%s is not there, or no such picture", path);
    if (!is_alike(&now, &golden)) leave(journal, &options, size, name);
}

Test(golden_pictures, each_view_at_two_sizes_and_three_scales)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    for (enum view_id view = 0; view <= VIEWS; view++)
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 3; k++) {
                struct scene_options options = scene_options_default();
                options.arrangement = view == VIEWS ? NULL : workspace_view_name(view);
                options.scale = scales[k];
                compare(journal, options, sizes[i]);
            }
    struct scene_options dark = scene_options_default();
    dark.dark = true;
    compare(journal, dark, sizes[0]);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* ---- The comparison sees what it must, and no more ---- */

static void make_with_box(const struct journal_memory *journal, double x, struct colour colour, struct small *small)
{
    struct canvas *canvas = draw(journal, scene_options_default(), sizes[0]);
    canvas_fill(canvas, box_of(x, 300, 60, 24), colour);
    make_small(canvas, small);
    canvas_free(canvas);
}

Test(golden_pictures, a_box_that_moves_and_a_colour_that_changes_are_seen)
{
    static struct small one, other;
    struct journal_memory *journal = run_scenario("lost-segment");
    const struct theme *theme = theme_of(false);
    make_with_box(journal, 400, theme->accent, &one);
    make_with_box(journal, 400, theme->accent, &other);
    cr_expect(is_alike(&one, &other));
    make_with_box(journal, 412, theme->accent, &other);
    cr_expect(not(is_alike(&one, &other)), "it has moved");
    make_with_box(journal, 400, theme->good, &other);
    cr_expect(not(is_alike(&one, &other)), "it has another colour");
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* As other antialiasing would: everything by a third of a pixel. */
Test(golden_pictures, letters_that_fall_otherwise_onto_the_pixels_are_the_same_picture)
{
    static struct small one, other;
    struct journal_memory *journal = run_scenario("lost-segment");
    for (int i = 0; i < 2; i++) {
        struct canvas *canvas = canvas_new_layer(1280, 800);
        struct scene *scene = scene_new(journal, scene_options_default());
        scene_seek(scene, 2100 * MILLISECOND);
        if (i) canvas_set_origin(canvas, 0.3, 0.2);
        scene_draw(scene, canvas);
        make_small(canvas, i ? &other : &one);
        scene_free(scene);
        canvas_free(canvas);
    }
    cr_expect(is_alike(&one, &other));
    journal_memory_free(journal);
    canvas_forget_fonts();
}
