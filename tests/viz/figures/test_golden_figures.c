/* Each kind of figure looks as it did when somebody looked at it: drawn, made small, and compared with a tolerance.
   What is drawn otherwise is left as a whole picture in the build folder. When a change is meant: UPDATE_GOLDEN=1 ctest
   -R golden_figures, and look at them (build/dev/tests/viz/figures/draw_figures DIR 1200 800). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/viz/draw/small_picture.h"
#include "tests/viz/figures/sample_figures.h"
#include "viz/draw/theme.h"

static struct canvas *drawn(const struct figure *figure)
{
    struct canvas *canvas = canvas_new_layer(960, 600);
    figure_draw(canvas, figure);
    return canvas;
}

static void leave(const struct figure *figure, const char *name)
{
    char path[600], error[FIGURE_ERROR_BYTES] = "";
    mkdir(POSTROAD_BINARY_DIR "/golden-figures", 0777);
    snprintf(path, sizeof path, "%s/golden-figures/%s.png", POSTROAD_BINARY_DIR, name);
    bool left = figure_write(figure, 1200, 800, path, error);
    cr_expect(false, "%s looks otherwise; %s", name, left ? path : error);
}

Test(golden_figures, of_each_kind)
{
    static struct small_picture now, golden;
    for (int i = 0; i < SAMPLE_FIGURES; i++) {
        char path[600];
        struct canvas *canvas = drawn(sample_figure(i));
        small_picture_make(canvas, &now);
        canvas_free(canvas);
        snprintf(path, sizeof path, "%s/tests/viz/figures/golden-figures/%s.png", POSTROAD_SOURCE_DIR, sample_names[i]);
        if (getenv("UPDATE_GOLDEN")) cr_assert(small_picture_write(&now, path), "%s", path);
        cr_assert(small_picture_read(&golden, path), "%s is not there, or no such picture", path);
        if (!small_picture_is_alike(&now, &golden)) leave(sample_figure(i), sample_names[i]);
    }
    canvas_forget_fonts();
}

/* The comparison sees a series in another colour, and an interval that is missing. */
Test(golden_figures, a_changed_series_is_seen)
{
    static struct small_picture one, other;
    struct figure figure = *sample_figure(0);
    struct canvas *canvas = drawn(&figure);
    small_picture_make(canvas, &one);
    canvas_free(canvas);
    figure.n_series--;
    canvas = drawn(&figure);
    small_picture_make(canvas, &other);
    canvas_free(canvas);
    cr_expect(not(small_picture_is_alike(&one, &other)));
    canvas_forget_fonts();
}

static void read_all(const char *path, char **bytes, size_t *n)
{
    FILE *f = fopen(path, "rb");
    cr_assert(f != NULL, "%s", path);
    *bytes = malloc(1 << 22);
    *n = fread(*bytes, 1, 1 << 22, f);
    fclose(f);
}

/* Cairo counts the surfaces of a process in the names that it gives to parts of an SVG. */
static void without_count(char *bytes, size_t *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n;) {
        bool is_count = kept >= 7 && memcmp(bytes + kept - 7, "surface", 7) == 0;
        if (is_count && bytes[i] >= '0' && bytes[i] <= '9')
            i++;
        else
            bytes[kept++] = bytes[i++];
    }
    *n = kept;
}

/* The same figure is the same file, and each form is what it says. */
Test(golden_figures, files_are_the_same_bytes_each_time)
{
    static const char *const endings[] = {"png", "svg", "pdf"}, *const begins[] = {"\x89PNG", "<?xml", "%PDF"};
    for (int i = 0; i < 3; i++) {
        char path[2][300], error[FIGURE_ERROR_BYTES], *bytes[2];
        size_t n[2];
        for (int k = 0; k < 2; k++) {
            snprintf(path[k], sizeof path[k], "%s/golden-figure-%d.%s", POSTROAD_BINARY_DIR, k, endings[i]);
            cr_assert(figure_write(sample_figure(0), 600, 400, path[k], error), "%s", error);
            read_all(path[k], &bytes[k], &n[k]);
            if (strcmp(endings[i], "svg") == 0) without_count(bytes[k], &n[k]);
            remove(path[k]);
        }
        cr_assert(n[0] == n[1] && memcmp(bytes[0], bytes[1], n[0]) == 0, "%s", endings[i]);
        cr_assert(memcmp(bytes[0], begins[i], strlen(begins[i])) == 0);
        free(bytes[0]);
        free(bytes[1]);
    }
    char error[FIGURE_ERROR_BYTES];
    cr_assert(not(figure_write(sample_figure(0), 600, 400, "/nowhere/at/all.png", error)));
    cr_assert(strstr(error, "/nowhere/at/all.png") != NULL);
}
