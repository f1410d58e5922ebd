/* The signs of the time line, each with its words: on the line itself, in the page of keys, and under the pointer. To
   add a sign: a row here, its shape and its words in timeline_signs.c. */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_SIGNS_H
#define POSTROAD_VIZ_DRAW_TIMELINE_SIGNS_H

#include "viz/draw/view.h"

enum timeline_sign {
    /* marks of what happens */
    SIGN_COMPOSED,
    SIGN_ATTEMPT,
    SIGN_DEFERRED,
    SIGN_DELIVERED,
    SIGN_PICKED_UP,
    SIGN_BOUNCED,
    SIGN_LOSS,
    SIGN_NOT_TAKEN,
    SIGN_RETRANSMISSION,
    SIGN_FAULT,
    SIGN_CAPTION,
    /* what the present knows of the future */
    SIGN_TIMER,
    SIGN_NEXT_ATTEMPT,
    /* the user's own */
    SIGN_BOOKMARK,
    SIGN_PARTING,
    /* the strip */
    SIGN_PACKETS,
    SIGN_LINES,
    SIGN_SKIPPED,
    TIMELINE_SIGNS
};

enum timeline_sign timeline_sign_of(const struct story *story, const struct story_mark *mark);
void timeline_sign_draw(const struct view *view, enum timeline_sign sign, struct point at);
const char *timeline_sign_words(enum timeline_sign sign); /* "a packet is lost" */
const char *timeline_sign_name(enum timeline_sign sign);  /* "lost", beside a mark of what happens; else "" */
/* Of the bars. */
struct colour timeline_packets_colour(const struct theme *theme);
struct colour timeline_lines_colour(const struct theme *theme);

#endif
