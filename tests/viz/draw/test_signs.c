/* One meaning, one shape: by the table, and by what is drawn. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/canvas.h"
#include "viz/draw/signs.h"

Test(signs, each_meaning_has_a_shape_of_its_own)
{
    for (enum sign a = 0; a < SIGNS; a++)
        for (enum sign b = 0; b < a; b++)
            cr_expect(ne(int, sign_form(a), sign_form(b)), "signs %d and %d", a, b);
}

Test(signs, each_that_is_no_packet_has_words_of_its_own)
{
    for (enum sign a = 0; a < SIGNS_WITH_WORDS; a++) {
        cr_expect(sign_words(a)[0] != 0, "sign %d", a);
        for (enum sign b = 0; b < a; b++)
            cr_expect(strcmp(sign_words(a), sign_words(b)) != 0, "%s", sign_words(a));
    }
}

/* What is seen of a sign by who sees no colours: how much each pixel differs from the ground, the darkest being 1. */
enum { SIDE = 33, TIMES = 2 };
struct seen {
    double dark[SIDE * SIDE];
};

static double grey(uint32_t pixel)
{
    return (0.30 * (pixel >> 16 & 255) + 0.59 * (pixel >> 8 & 255) + 0.11 * (pixel & 255)) / 255;
}

static void look(enum sign sign, double r, bool dark, struct seen *seen)
{
    static uint32_t pixels[SIDE * SIDE];
    const struct theme *theme = theme_of(dark);
    struct canvas *canvas = canvas_new_pixels(pixels, SIDE, SIDE, SIDE * 4);
    canvas_fill(canvas, box_of(0, 0, SIDE, SIDE), theme->panel);
    sign_draw(canvas, theme, sign, point_of(SIDE / 2.0, SIDE / 2.0), r);
    canvas_free(canvas);
    double ground = grey(pixels[0]), most = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        seen->dark[i] = fabs(grey(pixels[i]) - ground);
        most = fmax(most, seen->dark[i]);
    }
    for (size_t i = 0; i < SIDE * SIDE; i++)
        seen->dark[i] /= most;
}

/* As a part of what both show together; 0: alike. */
static double difference(const struct seen *a, const struct seen *b)
{
    double differs = 0, whole = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        differs += fabs(a->dark[i] - b->dark[i]);
        whole += fmax(a->dark[i], b->dark[i]);
    }
    return differs / whole;
}

static double closest(double r, bool dark, char which[64])
{
    static struct seen seen[SIGNS];
    double least = 1;
    for (enum sign a = 0; a < SIGNS; a++) {
        look(a, r, dark, &seen[a]);
        for (enum sign b = 0; b < a; b++) {
            double d = difference(&seen[a], &seen[b]);
            if (getenv("TELL_SIGNS") && d < 0.4) fprintf(stderr, "%d %d: %.2f\n", a, b, d);
            if (d >= least) continue;
            least = d;
            snprintf(which, 64, "signs %d and %d, r %.0f, %s", a, b, r, dark ? "dark" : "light");
        }
    }
    return least;
}

/* Twelve pixels, and what a projector in 300 % has. */
Test(signs, without_colours_each_looks_different)
{
    char which[64] = "";
    for (int dark = 0; dark < 2; dark++) {
        cr_expect(gt(dbl, closest(6, dark, which), 0.2), "%s", which);
        cr_expect(gt(dbl, closest(11, dark, which), 0.2), "%s", which);
    }
}
