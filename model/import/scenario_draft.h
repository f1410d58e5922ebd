/* A first scenario out of an imported journal: what was recorded, so that it can be replayed and varied. Hosts stand
   around one router; who delivered mail for a domain serves it; who was put off is put off again, by greylisting, by
   the same reply for as long, or because the server is down. What had to be guessed is said in "description". */
#ifndef POSTROAD_MODEL_IMPORT_SCENARIO_DRAFT_H
#define POSTROAD_MODEL_IMPORT_SCENARIO_DRAFT_H

#include <stdio.h>

#include "sim/journal/journal_memory.h"

enum { DRAFT_ERROR_BYTES = 200 };

/* JSON that the loader takes. False, with a reason, when the journal has no mail that a scenario could send. */
bool scenario_draft_write(const struct journal_memory *journal, FILE *out, char error[DRAFT_ERROR_BYTES]);

#endif
