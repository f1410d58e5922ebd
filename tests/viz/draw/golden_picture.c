#include "tests/viz/draw/golden_picture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/viz/draw/small_picture.h"

const int golden_sizes[GOLDEN_SIZES][2] = {{1280, 800}, {1920, 1080}};
const double golden_scales[GOLDEN_SCALES] = {0.75, 1, 1.5};

/* The whole picture, for whoever wants to see what is otherwise. */
static void leave(const struct golden_picture *p, const char *name)
{
    char path[600];
    mkdir(POSTROAD_BINARY_DIR "/golden-pictures", 0777);
    snprintf(path, sizeof path, "%s/golden-pictures/%s.png", POSTROAD_BINARY_DIR, name);
    struct canvas *canvas = canvas_new_file(path, p->size[0], p->size[1]);
    p->draw(p->context, canvas);
    bool left = canvas_save(canvas, NULL);
    canvas_free(canvas);
    cr_expect(false, "%s looks otherwise; %s %s", name, left ? "as it is now:" : "it could not be left:", path);
}

void golden_picture_compare(const struct golden_picture *p)
{
    static struct small_picture now, golden;
    char name[120], path[600];
    snprintf(name, sizeof name, "%s-%dx%d-%.0f%s", p->name, p->size[0], p->size[1], p->scale * 100,
             p->dark ? "-dark" : "");
    snprintf(path, sizeof path, "%s/tests/viz/draw/golden-pictures/%s.png", POSTROAD_SOURCE_DIR, name);
    struct canvas *canvas = canvas_new_layer(p->size[0], p->size[1]);
    p->draw(p->context, canvas);
    small_picture_make(canvas, &now);
    canvas_free(canvas);
    if (getenv("UPDATE_GOLDEN")) cr_assert(small_picture_write(&now, path), "%s", path);
    cr_assert(small_picture_read(&golden, path), "%s is not there, or no such picture", path);
    if (!small_picture_is_alike(&now, &golden)) leave(p, name);
}
