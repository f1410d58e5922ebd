#include "viz/draw/film.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene_internal.h"

struct film {
    struct scene *scene;
    struct film_settings settings;
    int64_t from_ns, to_ns; /* on the screen */
};

struct film_settings film_settings_default(void)
{
    return (struct film_settings){
        .width = 1280, .height = 800, .scale = 1, .pace = PACE_STORY, .speed = 1, .fps = 25, .to_ns = TIME_NEVER};
}

struct film *film_new(const struct journal_memory *journal, const struct film_settings *settings)
{
    struct scene_options options = scene_options_default();
    options.dark = settings->dark;
    options.scale = settings->scale;
    options.arrangement = settings->arrangement;
    options.playing = true;
    struct film *film = mem_calloc(1, sizeof *film);
    film->settings = *settings;
    film->scene = scene_new(journal, options);
    scene_set_pace(film->scene, settings->pace);
    const struct pace *pace = film->scene->pace;
    film->from_ns = settings->from_ns > 0 ? pace_screen_at(pace, settings->from_ns) : 0;
    film->to_ns =
        settings->to_ns >= journal_memory_end_ns(journal) ? pace_total_ns(pace) : pace_screen_at(pace, settings->to_ns);
    if (film->to_ns < film->from_ns) film->to_ns = film->from_ns;
    return film;
}

void film_free(struct film *film)
{
    scene_free(film->scene);
    mem_free(film);
}

size_t film_frame_count(const struct film *film)
{
    double seconds = (double)(film->to_ns - film->from_ns) / 1e9 / film->settings.speed;
    return (size_t)(ceil(seconds * film->settings.fps) + ceil(film->settings.fps));
}

static void go_to(struct film *film, size_t frame)
{
    double passed = (double)frame / film->settings.fps * film->settings.speed * 1e9;
    double left = (double)(film->to_ns - film->from_ns);
    scene_seek_screen(film->scene, film->from_ns + (int64_t)fmin(passed, left));
}

void film_draw(struct film *film, size_t frame, void *pixels)
{
    int width = film->settings.width, height = film->settings.height;
    go_to(film, frame);
    struct canvas *canvas = canvas_new_pixels(pixels, width, height, width * 4);
    scene_draw(film->scene, canvas);
    canvas_free(canvas);
}

bool film_save(struct film *film, size_t frame, const char *path, char error[DRAW_ERROR_BYTES])
{
    const char *why;
    go_to(film, frame);
    struct canvas *canvas = canvas_new_file(path, film->settings.width, film->settings.height);
    scene_draw(film->scene, canvas);
    bool saved = canvas_save(canvas, &why);
    if (!saved) snprintf(error, DRAW_ERROR_BYTES, tr("%s: cannot be written: %s"), path, why);
    canvas_free(canvas);
    return saved;
}
