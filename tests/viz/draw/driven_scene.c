#include "tests/viz/draw/driven_scene.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/viz/draw/run_scenario.h"

struct journal_memory *journal;
struct scene *scene;
struct canvas *canvas;

void open_scene_of(const char *scenario, struct scene_options options)
{
    journal = run_scenario(scenario);
    scene = scene_new(journal, options);
    canvas = canvas_new_layer(1280, 800);
    scene_draw(scene, canvas);
}

void close_scene(void)
{
    canvas_free(canvas);
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

bool press_with(int key, bool shift, bool ctrl)
{
    const struct input in = {.kind = INPUT_KEY, .key = key, .shift = shift, .ctrl = ctrl};
    bool meant = scene_handle(scene, &in);
    scene_draw(scene, canvas);
    return meant;
}

bool press(int key)
{
    return press_with(key, false, false);
}

void point_at(enum input_kind kind, double x, double y)
{
    const struct input in = {.kind = kind, .x = x, .y = y};
    scene_handle(scene, &in);
    scene_draw(scene, canvas);
}

bool click(enum act act, size_t arg)
{
    const struct target *t = targets_find_act(scene_targets(scene), act, arg);
    if (!t) return false;
    struct box box = target_bounds(t);
    point_at(INPUT_PRESS, box.x + box.w / 2, box.y + box.h / 2);
    point_at(INPUT_RELEASE, box.x + box.w / 2, box.y + box.h / 2);
    return true;
}

struct box box_of_act(enum act act)
{
    for (size_t i = 0; i < targets_count(scene_targets(scene)); i++)
        if (targets_at(scene_targets(scene), i)->act == act) return target_bounds(targets_at(scene_targets(scene), i));
    return box_of(-1, -1, 0, 0);
}

void click_act(enum act act)
{
    struct box box = box_of_act(act);
    cr_assert(box.w > 0, "nothing to press for act %d", act);
    point_at(INPUT_PRESS, box.x + box.w / 2, box.y + box.h / 2);
    point_at(INPUT_RELEASE, box.x + box.w / 2, box.y + box.h / 2);
}

static void hear(void *user, const struct canvas_part *part)
{
    if (part->text) fprintf(user, "%s\n", part->text);
}

bool picture_says(const char *words)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear, out});
    scene_draw(scene, ear);
    canvas_free(ear);
    fclose(out);
    bool says = strstr(text, words) != NULL;
    free(text);
    scene_draw(scene, canvas); /* a click refers to what was drawn last */
    return says;
}

size_t look_at_the_lost_packet(void)
{
    const struct story_drop *drop = story_drop(scene_story(scene), 0);
    scene_seek(scene, drop->at_ns);
    scene_select(scene, (struct selection){ACT_PACKET, drop->packet});
    scene_draw(scene, canvas);
    return drop->packet;
}
