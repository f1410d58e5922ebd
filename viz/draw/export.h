/* Pictures without a window: no SDL, no display. PNG, SVG or PDF by the ending of the path. */
#ifndef POSTROAD_VIZ_DRAW_EXPORT_H
#define POSTROAD_VIZ_DRAW_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"
#include "viz/draw/gallery.h"

enum { DRAW_ERROR_BYTES = 256, PICTURE_MAX_PIXELS = 16384 };

struct screenshot {
    int64_t at_ns;
    int width, height;
    double scale; /* 1: as the size has it */
    bool dark;
    const char *look_at; /* as scene_look_at has it; NULL: nothing closely */
    const char *arrangement; /* as workspace_write has it, or the name of one view; NULL: the usual one */
    bool projector, calm;    /* as scene_options has them */
};
/* The whole window as it would be at that instant. False and a message when it could not be made. */
bool scene_screenshot(const struct journal_memory *journal, const struct screenshot *how, const char *path,
                      char error[DRAW_ERROR_BYTES]);
/* The gallery with all the pictures that it shows at this size; they are made first. */
bool gallery_export(struct gallery *gallery, int width, int height, const char *path, char error[DRAW_ERROR_BYTES]);
/* The map alone, with the title, for a slide. */
bool map_export(const struct journal_memory *journal, int64_t at_ns, const char *path, char error[DRAW_ERROR_BYTES]);

#endif
