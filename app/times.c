/* Values of options: see times.h. */
#include "app/times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/units.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

bool times_parse(const char *command, const char *option, const char *text, int64_t *into)
{
    struct unit_problem problem;
    if (!text) return true;
    if (vtime_parse(text, into) || unit_parse(UNIT_DURATION, text, into, &problem)) return true;
    fprintf(stderr, "postroad %s: %s: \"%s\" %s\n", command, option, text, problem.what);
    if (*problem.hint) fprintf(stderr, tr("  hint: %s\n"), problem.hint);
    return false;
}

bool number_parse(const char *command, const char *option, const char *text, uint64_t most, uint64_t *into)
{
    if (!text) return true;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && number <= most) {
        *into = number;
        return true;
    }
    fprintf(stderr, tr("postroad %s: %s: \"%s\" is not a whole number from 0 to %llu\n"), command, option, text,
            (unsigned long long)most);
    return false;
}
