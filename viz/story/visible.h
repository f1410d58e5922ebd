/* Which events a view shows, and as what: one answer for stepping, pace and time line. */
#ifndef POSTROAD_VIZ_STORY_VISIBLE_H
#define POSTROAD_VIZ_STORY_VISIBLE_H

#include "sim/journal/journal.h"

enum visible_sort {
    VISIBLE_NOT,    /* bookkeeping: variables, timers being set, stored bytes, totals */
    VISIBLE_PACKET, /* sent, moves on, arrives */
    VISIBLE_LOSS,
    VISIBLE_LINE, /* a word of a dialogue, a question or an answer of DNS */
    VISIBLE_MAIL, /* a mail's state, an attempt */
    VISIBLE_CAPTION,
    VISIBLE_OTHER /* faults, timers running out, connections */
};
enum visible_sort event_visible_sort(enum event_kind kind);

#endif
