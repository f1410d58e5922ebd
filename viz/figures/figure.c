#include "viz/figures/figure.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/figures/frame.h"

static const struct kind {
    const char *name;
    void (*draw)(const struct look *look, const struct figure *figure);
} kinds[FIGURES] = {[FIGURE_CURVE] = {"curve", curve_draw},
                    [FIGURE_DIFFERENCE] = {"difference", curve_draw},
                    [FIGURE_SURVIVAL] = {"survival", steps_draw},
                    [FIGURE_ECDF] = {"ecdf", steps_draw},
                    [FIGURE_BOX] = {"box", box_draw},
                    [FIGURE_VIOLIN] = {"violin", violin_draw},
                    [FIGURE_HEAT] = {"heat", heat_draw},
                    [FIGURE_QUEUE] = {"queue", curve_draw},
                    [FIGURE_ATTEMPTS] = {"attempts", attempts_draw}};

const char *figure_name(enum figure_kind kind)
{
    return kinds[kind].name;
}

bool figure_find(const char *name, enum figure_kind *kind)
{
    for (int i = 0; i < FIGURES; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = (enum figure_kind)i;
            return true;
        }
    return false;
}

void figure_draw(struct canvas *canvas, const struct figure *figure)
{
    assert(figure->caption && figure->title);
    struct look look = look_for(canvas);
    canvas_fill(canvas, box_of(0, 0, canvas_width(canvas), canvas_height(canvas)), look.paper);
    kinds[figure->kind].draw(&look, figure);
}

bool figure_give_svg(const struct figure *figure, int width, int height, struct canvas_sink sink)
{
    struct canvas *canvas = canvas_new_svg(width, height, sink);
    figure_draw(canvas, figure);
    bool given = canvas_save(canvas, NULL);
    canvas_free(canvas);
    return given;
}

bool figure_write(const struct figure *figure, int width, int height, const char *path, char error[FIGURE_ERROR_BYTES])
{
    struct canvas *canvas = canvas_new_file(path, width, height);
    const char *why = "";
    figure_draw(canvas, figure);
    bool saved = canvas_save(canvas, &why);
    if (!saved) snprintf(error, FIGURE_ERROR_BYTES, tr("cannot write %.150s: %.80s"), path, why);
    canvas_free(canvas);
    return saved;
}
