/* What is told while a study runs. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "app/study_progress.h"

/* A hundred runs a second for half a minute, and ten a second from then on: what is left takes as long as the last ones
   did, and not as long as all on average. */
Test(study_progress, the_time_left_goes_by_the_last_minute)
{
    static const struct study study;
    char *told = NULL;
    size_t size;
    FILE *out = open_memstream(&told, &size);
    struct progress_line line = progress_line_on(stderr, &study);
    struct study_progress progress = {.planned = 10000};
    line.out = out;
    line.is_terminal = false;
    for (int second = 1; second <= 120; second++) {
        progress.seconds = second;
        progress.made += second <= 30 ? 100 : 10;
        progress_line_tell(&line, &progress);
    }
    fclose(out);
    cr_expect(strstr(told, "3,000 of 10,000 runs (30 %), 100 a second, 1 min 10 s left\n"), "%s", told);
    cr_expect(strstr(told, "3,900 of 10,000 runs (39 %), 10 a second, 10 min 10 s left\n"), "%s", told);
    free(told);
}
