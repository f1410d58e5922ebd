/* Values that people write on the command line. */
#ifndef POSTROAD_APP_TIMES_H
#define POSTROAD_APP_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "1.5 s", "20 ms", "1 min 50 s", "00:01:50", all that vtime_parse knows: false after a message that names the option. A
   NULL text leaves into as it is. */
bool times_parse(const char *command, const char *option, const char *text, int64_t *into);

/* A whole number from 0 to most, likewise. */
bool number_parse(const char *command, const char *option, const char *text, uint64_t most, uint64_t *into);

#endif
