/* draw_figures DIR WIDTH HEIGHT: all sample figures as PNG, to be looked at. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/viz/figures/sample_figures.h"

int main(int argc, char **argv)
{
    for (int i = 0; i < SAMPLE_FIGURES && argc == 4; i++) {
        char path[300], error[FIGURE_ERROR_BYTES];
        snprintf(path, sizeof path, "%s/%s.png", argv[1], sample_names[i]);
        if (!figure_write(sample_figure(i), (int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10), path,
                          error))
            fprintf(stderr, "%s\n", error);
    }
    return argc != 4;
}
