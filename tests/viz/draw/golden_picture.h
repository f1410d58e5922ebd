/* Pictures that were looked at once and are kept small, in golden-pictures/; what is drawn now is compared with them
   with a tolerance that another build of FreeType or Cairo keeps to. What is otherwise is left as a whole picture in
   the build folder. When a change is meant: UPDATE_GOLDEN=1 ctest -R golden, and look at them. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_GOLDEN_PICTURE_H
#define POSTROAD_TESTS_VIZ_DRAW_GOLDEN_PICTURE_H

#include "viz/draw/canvas.h"

enum { GOLDEN_SIZES = 2, GOLDEN_SCALES = 3 };
extern const int golden_sizes[GOLDEN_SIZES][2];   /* 1280x800, 1920x1080 */
extern const double golden_scales[GOLDEN_SCALES]; /* three quarters, as it is, half as large again */

struct golden_picture {
    const char *name; /* of the file, to which the size and the scale are added */
    const int *size;
    double scale;
    bool dark;
    void (*draw)(void *context, struct canvas *canvas); /* the same each time */
    void *context;
};
/* A failed expectation when it looks otherwise. */
void golden_picture_compare(const struct golden_picture *picture);

#endif
