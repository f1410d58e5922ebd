#include "viz/draw/export.h"

#include <stdio.h>
#include <time.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/map_view.h"
#include "viz/draw/scene.h"

enum { MAP_W = 1280, MAP_H = 720 };

static bool save(struct canvas *canvas, const char *path, char error[DRAW_ERROR_BYTES])
{
    const char *why;
    bool saved = canvas_save(canvas, &why);
    if (!saved) snprintf(error, DRAW_ERROR_BYTES, tr("%s: cannot be written: %s"), path, why);
    canvas_free(canvas);
    return saved;
}

static bool can_be_drawn(const struct journal_memory *journal, int width, int height, char error[DRAW_ERROR_BYTES])
{
    if (journal_memory_count(journal) == 0) {
        snprintf(error, DRAW_ERROR_BYTES, "%s", tr("the journal is empty: there is nothing to draw"));
        return false;
    }
    if (width >= 320 && height >= 200 && width <= PICTURE_MAX_PIXELS && height <= PICTURE_MAX_PIXELS) return true;
    snprintf(error, DRAW_ERROR_BYTES, tr("%dx%d: a picture is at least 320x200 and at most %dx%d"), width, height,
             PICTURE_MAX_PIXELS, PICTURE_MAX_PIXELS);
    return false;
}

bool scene_screenshot(const struct journal_memory *journal, const struct screenshot *how, const char *path,
                      char error[DRAW_ERROR_BYTES])
{
    if (!can_be_drawn(journal, how->width, how->height, error)) return false;
    struct scene_options options = scene_options_default();
    options.dark = how->dark;
    options.scale = how->scale;
    options.arrangement = how->arrangement;
    options.projector = how->projector;
    options.calm = how->calm;
    struct scene *scene = scene_new(journal, options);
    scene_seek(scene, how->at_ns);
    bool saved = !how->look_at || scene_look_at(scene, how->look_at);
    if (!saved) snprintf(error, DRAW_ERROR_BYTES, tr("there is nothing called \"%s\" to look at"), how->look_at);
    if (saved) {
        struct canvas *canvas = canvas_new_file(path, how->width, how->height);
        scene_draw(scene, canvas);
        saved = save(canvas, path, error);
    }
    scene_free(scene);
    return saved;
}

bool gallery_export(struct gallery *gallery, int width, int height, const char *path, char error[DRAW_ERROR_BYTES])
{
    const struct timespec moment = {.tv_nsec = 2000000};
    for (gallery_poll(gallery); gallery_makes_pictures(gallery); gallery_poll(gallery))
        nanosleep(&moment, NULL);
    struct canvas *canvas = canvas_new_file(path, width, height);
    gallery_draw(gallery, canvas);
    return save(canvas, path, error);
}

static void draw_map_page(const struct view *v, const struct map_plan *plan)
{
    char time[VTIME_TEXT_BYTES];
    canvas_fill(v->canvas, box_of(0, 0, MAP_W, MAP_H), v->theme->panel);
    struct text_style title = view_text(v, FONT_HUGE), clock = view_mono(v, FONT_LARGE);
    title.bold = true;
    title.down = clock.down = ALIGN_CENTRE;
    clock.across = ALIGN_END;
    clock.colour = v->theme->faint;
    canvas_text(v->canvas, box_of(30, 14, MAP_W * 0.7, 40), &title, story_title(v->story));
    canvas_text(v->canvas, box_of(MAP_W * 0.7, 14, MAP_W * 0.3 - 30, 40), &clock,
                vtime_format_instant(story_now(v->story), time));
    map_view_draw_still(v, plan);
    map_view_draw_moving(v, plan);
    map_view_draw_legend(v, box_of(30, MAP_H - 34, MAP_W - 60, 24));
}

bool map_export(const struct journal_memory *journal, int64_t at_ns, const char *path, char error[DRAW_ERROR_BYTES])
{
    if (!can_be_drawn(journal, MAP_W, MAP_H, error)) return false;
    struct scene *scene = scene_new(journal, scene_options_default());
    const struct story *story = scene_story(scene);
    scene_seek(scene, at_ns);
    struct pace *pace = pace_new(journal, pace_settings_default());
    struct canvas *canvas = canvas_new_file(path, MAP_W, MAP_H);
    struct view view = {.canvas = canvas,
                        .story = story,
                        .pace = pace,
                        .screen_ns = pace_screen_at(pace, story_now(story)),
                        .theme = theme_of(false),
                        .unit = 1.2,
                        .selection = {ACT_NONE, 0}};
    struct map_plan *plan = map_plan_of(story, box_of(20, 60, MAP_W - 40, MAP_H - 110), view.unit, canvas);
    draw_map_page(&view, plan);
    map_plan_free(plan);
    pace_free(pace);
    bool saved = save(canvas, path, error);
    scene_free(scene);
    return saved;
}
