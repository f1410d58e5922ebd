/* Whether a journal makes sense beyond its checksums: numbers in their ranges, hosts and links that exist, packets that
   do not arrive before they leave. For journals that come from files, before a picture is made of them. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_SOUND_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_SOUND_H

#include <stdbool.h>

#include "sim/journal/journal_memory.h"

enum { JOURNAL_SOUND_ERROR_BYTES = 160 };

/* False, with the first event that does not make sense and what is wrong with it. */
bool journal_is_sound(const struct journal_memory *journal, char error[JOURNAL_SOUND_ERROR_BYTES]);

#endif
