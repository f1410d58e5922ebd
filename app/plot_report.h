/* All of a study on one page: figures, tables with intervals, what each measure means, the study and the scenario. */
#ifndef POSTROAD_APP_PLOT_REPORT_H
#define POSTROAD_APP_PLOT_REPORT_H

#include <stdio.h>

#include "app/plot_choice.h"
#include "app/plot_figure.h"

/* HTML that needs nothing else. wish: as for a figure, of each measure. An exit code: other than EXIT_DONE after a
   message, and what was written is of no use then. */
int plot_report_write(struct results_reader *reader, const struct plot_wish *wish, const char *results_path, FILE *out);

#endif
