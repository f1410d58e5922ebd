/* Figures are composed: no text lies on another, none is cut, at any size, with any number of series; and what they say
   is there. Heard part by part, as tests/viz/draw/composed.h judges the window. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/viz/draw/composed.h"
#include "tests/viz/figures/sample_figures.h"
#include "viz/figures/axis.h"
#include "viz/figures/figure.h"

static void must_be_composed(const struct figure *figure, const char *name, int width, int height)
{
    struct page *page = page_new(width, height);
    const struct finding *findings;
    figure_draw(page_canvas(page), figure);
    size_t n = page_judge(page, &findings);
    for (size_t i = 0; i < n && i < 5; i++)
        fprintf(stderr, "%s %dx%d: \"%s\" %s (\"%s\") at %.0f,%.0f\n", name, width, height, findings[i].text,
                fault_name(findings[i].fault), findings[i].other, findings[i].where.x, findings[i].where.y);
    cr_assert(page_texts(page) > 8);
    cr_assert(n == 0, "%s at %dx%d: %zu findings", name, width, height, n);
    page_free(page);
}

Test(figures, are_composed_at_every_size)
{
    static const int sizes[][2] = {{1200, 800}, {600, 400}, {900, 400}, {500, 500}, {2400, 1350}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int i = 0; i < SAMPLE_FIGURES; i++)
            must_be_composed(sample_figure(i), sample_names[i], sizes[k][0], sizes[k][1]);
}

/* Eight series that end at nearly the same height: their names are spread, in the order of their ends. */
Test(figures, names_of_series_that_end_together_stand_apart)
{
    static struct figure_point points[8][3];
    static struct figure_series series[8];
    static const char *const names[8] = {"postfix",   "exim",        "sendmail", "qmail",
                                         "opensmtpd", "rfc-minimum", "own",      "none"};
    for (int s = 0; s < 8; s++) {
        for (int i = 0; i < 3; i++)
            points[s][i] = (struct figure_point){i * 0.1, 10 + i + 0.001 * s, 9 + i, 11 + i, 0, 0, false};
        series[s] = (struct figure_series){names[s], points[s], 3, false, (size_t)s, false};
    }
    const struct figure f = {.kind = FIGURE_CURVE,
                             .title = "Eight",
                             .caption = "Eight series.",
                             .series = series,
                             .n_series = 8,
                             .x = {"Loss", FIGURE_SHARE, FIGURE_AUTO, NULL, 0},
                             .y = {"Delay", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0}};
    must_be_composed(&f, "eight", 600, 400);
    must_be_composed(&f, "eight", 1200, 800);
}

/* What has no values at all is still a figure that says so by its caption. */
Test(figures, of_nothing_and_of_one_point_are_drawn)
{
    static const struct figure_point one = {0.1, 5, NAN, NAN, 0, 0, false},
                                     open = {0.1, INFINITY, 3, INFINITY, 1, 0, false};
    struct figure_series series[3] = {
        {"one", &one, 1, false, 0, false}, {"open", &open, 1, false, 1, false}, {"none", NULL, 0, false, 2, false}};
    struct figure f = {.kind = FIGURE_CURVE,
                       .title = "Little",
                       .caption = "Little is known.",
                       .series = series,
                       .x = {"Loss", FIGURE_SHARE, FIGURE_AUTO, NULL, 0},
                       .y = {"Delay", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0}};
    for (int kind = 0; kind < FIGURES; kind++)
        for (f.n_series = 0; f.n_series <= 3; f.n_series++) {
            struct canvas *c = canvas_new_layer(600, 400);
            f.kind = (enum figure_kind)kind;
            figure_draw(c, &f);
            canvas_free(c);
        }
}

/* ---- Captions ---- */

static size_t picture_of(const struct figure *figure, int width, int height, char *bytes, size_t room)
{
    char folder[] = "/tmp/postroad-figure-XXXXXX", path[sizeof folder + 8], error[FIGURE_ERROR_BYTES];
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/f.png", folder);
    cr_assert(figure_write(figure, width, height, path, error), "%s", error);
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, room, file);
    fclose(file);
    remove(path);
    rmdir(folder);
    cr_assert(n > 0 && n < room);
    return n;
}

static bool are_same(const struct figure *a, const struct figure *b, int width, int height)
{
    static char of_a[1 << 20], of_b[1 << 20];
    size_t n = picture_of(a, width, height, of_a, sizeof of_a), m = picture_of(b, width, height, of_b, sizeof of_b);
    return n == m && memcmp(of_a, of_b, n) == 0;
}

/* A heat map tells what the second number in its cells is where it has one, and else does not speak of it. */
Test(figures, a_heat_map_speaks_of_intervals_where_they_are_seen)
{
    const struct figure *sample = NULL;
    for (int i = 0; i < SAMPLE_FIGURES; i++)
        if (!strcmp(sample_names[i], "heat")) sample = sample_figure(i);
    cr_assert(sample != NULL);
    struct figure both = *sample, with = *sample, without = *sample;
    both.cells_caption = with.caption = "With intervals.";
    both.caption = without.caption = "Without.";
    cr_expect(are_same(&both, &with, 1200, 800) && !are_same(&both, &without, 1200, 800));
    cr_expect(are_same(&both, &without, 400, 300) && !are_same(&both, &with, 400, 300));
}

/* ---- Axes ---- */

static struct axis placed(enum figure_unit unit, enum figure_scale scale, double low, double high, double pixels,
                          double gap)
{
    static struct figure_axis of;
    of = (struct figure_axis){"t", unit, scale, NULL, 0};
    struct axis_range r = axis_range_none();
    axis_range_add(&r, low);
    axis_range_add(&r, high);
    struct axis a = axis_new(&of, r, true, 0);
    axis_place(&a, 0, pixels, gap);
    return a;
}

static void ticks_are(struct axis a, const char *expected)
{
    char all[400] = "";
    for (double last = -INFINITY;;) { /* in order of value */
        int next = -1;
        for (int i = 0; i < a.n_ticks; i++)
            if (*a.ticks[i].text && a.ticks[i].value > last && (next < 0 || a.ticks[i].value < a.ticks[next].value))
                next = i;
        if (next < 0) break;
        last = a.ticks[next].value;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? "|" : "", a.ticks[next].text);
    }
    char title[60];
    snprintf(all + strlen(all), sizeof all - strlen(all), "  %s", axis_title(&a, title, sizeof title));
    cr_assert(strcmp(all, expected) == 0, "expected %s, got %s", expected, all);
}

Test(axes, have_the_round_values_that_a_person_would_name)
{
    ticks_are(placed(FIGURE_SHARE, FIGURE_LINEAR, 0, 0.4, 500, 56), "0|5|10|15|20|25|30|35|40  t (%)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LINEAR, 0, 1.8, 300, 34), "0|0.5|1|1.5  t (s)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LINEAR, 0, 0.3, 300, 34), "0|50|100|150|200|250|300  t (ms)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LINEAR, 0, 4 * 3600, 300, 60), "0|1|2|3|4  t (h)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LINEAR, 0, 86400, 300, 34), "0|3|6|9|12|15|18|21|24  t (h)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LINEAR, 0, 5400, 300, 34), "0|15|30|45|60|75|90  t (min)");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LOG, 1, 3 * 86400, 500, 56), "1 s|10 s|1 min|10 min|1 h|1 d  t");
    ticks_are(placed(FIGURE_SECONDS, FIGURE_LOG, 0.02, 2, 500, 56), "20 ms|50 ms|100 ms|200 ms|500 ms|1 s|2 s  t");
    ticks_are(placed(FIGURE_PLAIN, FIGURE_LOG, 1, 1e6, 300, 34),
              "1|10|100|1000|10\u202f000|100\u202f000|1\u202f000\u202f000  t");
    ticks_are(placed(FIGURE_SHARE, FIGURE_LOG, 0.001, 1, 300, 34), "0.1 %|0.3 %|1 %|3 %|10 %|30 %|100 %  t");
    ticks_are(placed(FIGURE_BYTES, FIGURE_LINEAR, 0, 120e3, 300, 60), "0|50|100  t (kB)");
    ticks_are(placed(FIGURE_PLAIN, FIGURE_LINEAR, 100, 105, 300, 60), "100|101|102|103|104|105  t");
}

Test(axes, are_logarithmic_only_where_values_spread_over_much)
{
    cr_assert(placed(FIGURE_SECONDS, FIGURE_AUTO, 1, 39, 100, 30).scale == FIGURE_LINEAR);
    cr_assert(placed(FIGURE_SECONDS, FIGURE_AUTO, 1, 41, 100, 30).scale == FIGURE_LOG);
    cr_assert(placed(FIGURE_SECONDS, FIGURE_AUTO, 0, 1000, 100, 30).scale == FIGURE_LINEAR);
    cr_assert(placed(FIGURE_SECONDS, FIGURE_AUTO, -1, 1000, 100, 30).scale == FIGURE_LINEAR);
    cr_assert(placed(FIGURE_SHARE, FIGURE_AUTO, 0.001, 1, 100, 30).scale == FIGURE_LINEAR);
}

Test(units, are_written_with_as_many_digits_as_matter)
{
    static const struct {
        enum figure_unit unit;
        double value;
        const char *text;
    } rows[] = {{FIGURE_SECONDS, 0.0123, "12.3 ms"},
                {FIGURE_SECONDS, 90, "1.50 min"},
                {FIGURE_SECONDS, 0, "0.00 s"},
                {FIGURE_SECONDS, 59.96, "60.0 s"},
                {FIGURE_SHARE, 0.1234, "12.3 %"},
                {FIGURE_SHARE, 1, "100 %"},
                {FIGURE_BYTES, 40e3, "40.0 kB"},
                {FIGURE_PLAIN, 3.14159, "3.14"},
                {FIGURE_PLAIN, 123456, "123\u202f456"},
                {FIGURE_PLAIN, 0.0000123, "1.23e-05"},
                {FIGURE_SECONDS, INFINITY, "not reached"},
                {FIGURE_PLAIN, NAN, "\u2013"}};
    char text[VALUE_TEXT_BYTES], range[VALUE_RANGE_BYTES];
    cr_assert(strcmp(value_text_range(FIGURE_SECONDS, 123, 143, range), "2.05 \u2013 2.38 min") == 0);
    cr_assert(strcmp(value_text_range(FIGURE_SECONDS, 55.8, 65, range), "55.8 s \u2013 1.08 min") == 0);
    cr_assert(strcmp(value_text_range(FIGURE_SECONDS, 55.8, INFINITY, range), "55.8 s \u2013 not reached") == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert(strcmp(value_text(rows[i].unit, rows[i].value, text), rows[i].text) == 0, "%s, not %s", text,
                  rows[i].text);
}
