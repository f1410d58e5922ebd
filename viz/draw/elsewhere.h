/* Looking at a packet in another program: what the window asks for and cannot do itself. The program around it does it. */
#ifndef POSTROAD_VIZ_DRAW_ELSEWHERE_H
#define POSTROAD_VIZ_DRAW_ELSEWHERE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"

enum { ELSEWHERE_SAID_BYTES = 256 };

struct elsewhere {
    void *context;
    const char *name;    /* of the program */
    const char *why_not; /* why it cannot be, in a few words; NULL: it can */
    /* Opens this journal's packets there, at this one (its number in the journal). said tells what was done, or why not. */
    bool (*open)(void *context, const struct journal_memory *journal, uint64_t packet, char said[ELSEWHERE_SAID_BYTES]);
};

#endif
