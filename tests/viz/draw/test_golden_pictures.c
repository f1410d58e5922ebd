/* Each view looks as it did when somebody looked at it: at two sizes and three scales, drawn small, and compared with a
   tolerance that another build of FreeType or Cairo keeps to. What was drawn otherwise is left as a whole picture in
   the build folder. When a change is meant: UPDATE_GOLDEN=1 ctest -R golden_pictures, and look at them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/draw/small_picture.h"
#include "viz/draw/export.h"
#include "viz/draw/scene.h"
#include "viz/draw/theme.h"

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
    static struct small_picture now, golden;
    char name[120], path[600];
    snprintf(name, sizeof name, "%s-%dx%d-%.0f%s", options.arrangement ? options.arrangement : "usual", size[0],
             size[1], options.scale * 100, options.dark ? "-dark" : "");
    snprintf(path, sizeof path, "%s/tests/viz/draw/golden-pictures/%s.png", POSTROAD_SOURCE_DIR, name);
    struct canvas *canvas = draw(journal, options, size);
    small_picture_make(canvas, &now);
    canvas_free(canvas);
    if (getenv("UPDATE_GOLDEN")) cr_assert(small_picture_write(&now, path), "%s", path);
    cr_assert(small_picture_read(&golden, path), "%s is not there, or no such picture", path);
    if (!small_picture_is_alike(&now, &golden)) leave(journal, &options, size, name);
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

static void make_with_box(const struct journal_memory *journal, double x, struct colour colour,
                          struct small_picture *small)
{
    struct canvas *canvas = draw(journal, scene_options_default(), sizes[0]);
    canvas_fill(canvas, box_of(x, 300, 60, 24), colour);
    small_picture_make(canvas, small);
    canvas_free(canvas);
}

Test(golden_pictures, a_box_that_moves_and_a_colour_that_changes_are_seen)
{
    static struct small_picture one, other;
    struct journal_memory *journal = run_scenario("lost-segment");
    const struct theme *theme = theme_of(false);
    make_with_box(journal, 400, theme->accent, &one);
    make_with_box(journal, 400, theme->accent, &other);
    cr_expect(small_picture_is_alike(&one, &other));
    make_with_box(journal, 412, theme->accent, &other);
    cr_expect(not(small_picture_is_alike(&one, &other)), "it has moved");
    make_with_box(journal, 400, theme->good, &other);
    cr_expect(not(small_picture_is_alike(&one, &other)), "it has another colour");
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* As other antialiasing would: everything by a third of a pixel. */
Test(golden_pictures, letters_that_fall_otherwise_onto_the_pixels_are_the_same_picture)
{
    static struct small_picture one, other;
    struct journal_memory *journal = run_scenario("lost-segment");
    for (int i = 0; i < 2; i++) {
        struct canvas *canvas = canvas_new_layer(1280, 800);
        struct scene *scene = scene_new(journal, scene_options_default());
        scene_seek(scene, 2100 * MILLISECOND);
        if (i) canvas_set_origin(canvas, 0.3, 0.2);
        scene_draw(scene, canvas);
        small_picture_make(canvas, i ? &other : &one);
        scene_free(scene);
        canvas_free(canvas);
    }
    cr_expect(small_picture_is_alike(&one, &other));
    journal_memory_free(journal);
    canvas_forget_fonts();
}
