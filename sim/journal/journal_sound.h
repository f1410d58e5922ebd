/* Whether a journal makes sense beyond its checksums: numbers in their ranges, hosts and links that exist, packets that
   do not arrive before they leave. For journals that come from files, before a picture is made of them. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_SOUND_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_SOUND_H

#include <stdbool.h>

#include "sim/journal/journal_memory.h"

enum { JOURNAL_SOUND_ERROR_BYTES = 160 };

/* A journal that grows is looked at as it grows. */
struct journal_sound;
struct journal_sound *journal_sound_new(void);
void journal_sound_free(struct journal_sound *sound);
/* Whether what has come since the last time makes sense; error as below. */
bool journal_sound_go_on(struct journal_sound *sound, const struct journal_memory *journal,
                         char error[JOURNAL_SOUND_ERROR_BYTES]);

/* False, with the first event that does not make sense and what is wrong with it. */
bool journal_is_sound(const struct journal_memory *journal, char error[JOURNAL_SOUND_ERROR_BYTES]);

#endif
