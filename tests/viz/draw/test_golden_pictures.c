/* Each view of a mail whose segment is lost looks as it did when somebody looked at it (golden_picture.h): at two sizes
   and three scales. Other screens: test_golden_screens.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/golden_picture.h"
#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/draw/small_picture.h"
#include "viz/draw/scene.h"
#include "viz/draw/theme.h"

/* ---- The pictures ---- */

static void draw(const struct journal_memory *journal, struct scene_options options, struct canvas *canvas)
{
    struct scene *scene = scene_new(journal, options);
    scene_seek(scene, 2100 * MILLISECOND);
    if (options.arrangement && strcmp(options.arrangement, "closely") == 0) scene_look_at(scene, "mail.a.example");
    scene_draw(scene, canvas);
    scene_free(scene);
}

struct picture {
    const struct journal_memory *journal;
    struct scene_options options;
};

static void draw_picture(void *context, struct canvas *canvas)
{
    const struct picture *p = context;
    draw(p->journal, p->options, canvas);
}

static void compare(const struct journal_memory *journal, struct scene_options options, const int size[2])
{
    struct picture picture = {journal, options};
    const struct golden_picture golden = {.name = options.arrangement ? options.arrangement : "usual",
                                          .size = size,
                                          .scale = options.scale,
                                          .dark = options.dark,
                                          .draw = draw_picture,
                                          .context = &picture};
    golden_picture_compare(&golden);
}

Test(golden_pictures, each_view_at_two_sizes_and_three_scales)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    for (enum view_id view = 0; view <= VIEWS; view++)
        for (int i = 0; i < GOLDEN_SIZES; i++)
            for (int k = 0; k < GOLDEN_SCALES; k++) {
                struct scene_options options = scene_options_default();
                options.arrangement = view == VIEWS ? NULL : workspace_view_name(view);
                options.scale = golden_scales[k];
                compare(journal, options, golden_sizes[i]);
            }
    struct scene_options dark = scene_options_default();
    dark.dark = true;
    compare(journal, dark, golden_sizes[0]);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* ---- The comparison sees what it must, and no more ---- */

static void make_with_box(const struct journal_memory *journal, double x, struct colour colour,
                          struct small_picture *small)
{
    struct canvas *canvas = canvas_new_layer(golden_sizes[0][0], golden_sizes[0][1]);
    draw(journal, scene_options_default(), canvas);
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
