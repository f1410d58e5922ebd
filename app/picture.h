/* A picture of one instant, made without a display: for `view --screenshot` and for `export`. */
#ifndef POSTROAD_APP_PICTURE_H
#define POSTROAD_APP_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"

struct picture_options {
    int64_t at_ns; /* TIME_NEVER: the end */
    int width, height;
    bool dark;
    double scale; /* of text and shapes */
    const char *look_at; /* what is looked at closely; NULL: nothing */
    const char *arrangement; /* of the views; NULL: the usual one */
    bool projector, calm; /* as scene_options has them */
    bool map_only; /* the map with its title; its size and theme are its own */
};
struct picture_options picture_options_default(void);

/* The same as written on the command line; NULL: as it is by default. */
struct picture_words {
    const char *at, *size, *theme, *scale, *show;
};
/* False after a message. */
bool picture_options_read(const char *command, const struct picture_words *words, struct picture_options *options);

/* Whether the ending of the path is one that a picture can have; false after a message. */
bool picture_path_check(const char *command, const char *path);
/* PNG, SVG or PDF, by the ending of the path. False after a message. */
bool picture_write(const struct journal_memory *journal, const char *path, const struct picture_options *options);

#endif
