/* A run as a film: the window's picture, frame by frame, without a window. The same journal and settings give the same
   frames. */
#ifndef POSTROAD_VIZ_DRAW_FILM_H
#define POSTROAD_VIZ_DRAW_FILM_H

#include "viz/draw/export.h"
#include "viz/story/pace.h"

struct film_settings {
    int width, height;
    double scale; /* of text and shapes */
    bool dark;
    const char *arrangement; /* of the views; NULL: the usual one */
    enum pace_mode pace;
    double speed;           /* 2: twice as fast */
    double fps;             /* frames a second */
    int64_t from_ns, to_ns; /* virtual time; TIME_NEVER: the end */
};
struct film_settings film_settings_default(void); /* 1280x800, light, story pace, 25 frames a second, the whole run */

struct film;

/* The journal must outlive it, and have at least one event. */
struct film *film_new(const struct journal_memory *journal, const struct film_settings *settings);
void film_free(struct film *film);
/* The last frame stands for a second. */
size_t film_frame_count(const struct film *film);
/* Pixels as canvas_new_pixels has them, width * height of the settings, row after row. */
void film_draw(struct film *film, size_t frame, void *pixels);
/* As a file of its own. */
bool film_save(struct film *film, size_t frame, const char *path, char error[DRAW_ERROR_BYTES]);

#endif
