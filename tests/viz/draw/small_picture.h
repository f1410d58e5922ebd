/* A picture made small, to be kept and compared with a tolerance that another build of FreeType or Cairo keeps to. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_SMALL_PICTURE_H
#define POSTROAD_TESTS_VIZ_DRAW_SMALL_PICTURE_H

#include <stdbool.h>

#include "viz/draw/canvas.h"

enum { SMALL_W = 160, SMALL_H = 100, SMALL_COLOURS = 3 };

struct small_picture {
    double of[SMALL_H][SMALL_W][SMALL_COLOURS];
};

void small_picture_make(struct canvas *canvas, struct small_picture *small);
/* PNG. False: it could not be written, or is not there, or is no such picture. */
bool small_picture_write(const struct small_picture *small, const char *path);
bool small_picture_read(struct small_picture *small, const char *path);
bool small_picture_is_alike(const struct small_picture *a, const struct small_picture *b);

#endif
