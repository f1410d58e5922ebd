/* What varies in a study, gathered while its runs are read: the values of each factor, in a good order, as numbers
   where they are numbers. */
#ifndef POSTROAD_APP_PLOT_FACTORS_H
#define POSTROAD_APP_PLOT_FACTORS_H

#include "app/plot_data.h"

struct plot_reader;
struct plot_reader *plot_reader_new(const struct results_about *about);
/* The level of each factor; allocated. They are numbers of their order of arrival until plot_reader_finish. */
size_t *plot_reader_levels(struct plot_reader *reader, const char *const *values);
/* Sorts the levels and puts the points right; frees the reader. One for each pointer. */
struct plot_factor *plot_reader_finish(struct plot_reader *reader, struct plot_point *points, size_t n_points);
void plot_factors_free(struct plot_factor *factors, size_t n);

/* A factor by its pointer, or by the end of it where only one has it ("loss"). NULL after a message. */
const struct plot_factor *plot_find_factor(const struct plot_data *data, const char *written, const char *option);
/* A level by its text, its JSON, or another way of writing the same value. n_levels after a message. */
size_t plot_find_level(const struct plot_factor *factor, const char *written, const char *option);

#endif
