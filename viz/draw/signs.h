/* The signs: one table from what is meant to the shape that says it, for all views: time line, queues, map, dialogue,
   and the page of keys, which explains those of the table that have words. No two meanings share a shape, and a shape
   has one colour, so that who does not see the colour misses nothing; test_signs holds the table and the pictures to
   that.

   To add a meaning: a row in signs.c with a shape of its own, and how that is drawn. */
#ifndef POSTROAD_VIZ_DRAW_SIGNS_H
#define POSTROAD_VIZ_DRAW_SIGNS_H

#include "viz/draw/canvas.h"
#include "viz/draw/theme.h"

enum sign {
    /* marks of what happens, on the time line */
    SIGN_COMPOSED,
    SIGN_ATTEMPT,
    SIGN_DEFERRED,
    SIGN_DELIVERED,
    SIGN_PICKED_UP,
    SIGN_BOUNCED,
    SIGN_DELAY_REPORT,
    SIGN_NOT_SENT,
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
    TIMELINE_SIGNS,
    /* how an attempt ended, in the queues and in the dialogue */
    SIGN_TAKEN = TIMELINE_SIGNS,
    SIGN_REFUSED,
    SIGN_SECRET,
    /* what is the matter with a host that is up */
    SIGN_FULL,
    SIGN_SLOW,
    SIGN_STOP,
    SIGN_CLOCK,
    SIGNS_WITH_WORDS,
    /* packets, which the legend of the map explains */
    SIGN_HANDSHAKE = SIGNS_WITH_WORDS,
    SIGN_ACK,
    SIGN_DATA,
    SIGN_DNS,
    SIGN_ICMP,
    SIGN_FRAGMENT,
    SIGN_OTHER,
    SIGNS
};

enum sign_form {
    FORM_ENVELOPE,
    FORM_ARROW,
    FORM_CLOCK_WITH_ARROW,
    FORM_TICK_IN_TRAY,
    FORM_OPENED_ENVELOPE,
    FORM_ENVELOPE_WITH_ARROW,
    FORM_ENVELOPE_WITH_DOTS,
    FORM_ENVELOPE_STRUCK_OUT,
    FORM_CROSS,
    FORM_RING_WITH_BAR,
    FORM_SQUARE_IN_SQUARE,
    FORM_BOLT,
    FORM_BUBBLE,
    FORM_STOPWATCH,
    FORM_HOLLOW_ARROW,
    FORM_FLAG,
    FORM_FORK,
    FORM_BARS,
    FORM_STROKES,
    FORM_DASHES,
    FORM_TICK,
    FORM_CROSS_IN_BOX,
    FORM_LOCK,
    FORM_VESSEL,
    FORM_HOURGLASS,
    FORM_OCTAGON,
    FORM_SQUARE_CLOCK,
    FORM_DIAMOND,
    FORM_SMALL_CIRCLE,
    FORM_SQUARE,
    FORM_TRIANGLE,
    FORM_TRIANGLE_ON_POINT,
    FORM_TWO_SQUARES,
    FORM_HOLLOW_DIAMOND,
    SIGN_FORMS
};

enum sign_form sign_form(enum sign sign);
struct colour sign_colour(const struct theme *theme, enum sign sign);
const char *sign_words(enum sign sign); /* "a packet is lost"; of those with words */
/* Around a point; r: half its height, about. */
void sign_draw(struct canvas *canvas, const struct theme *theme, enum sign sign, struct point at, double r);
/* The same, paler, or with another weight of its strokes: those of a packet's end, over packets and lines. */
void sign_draw_death(struct canvas *canvas, bool not_taken, struct point at, double r, double width,
                     struct colour colour);
/* With a ground of its own, so that it stands out from the icon that it lies on. */
void sign_draw_at_host(struct canvas *canvas, const struct theme *theme, enum sign sign, struct point at, double r);
/* How lines of the dialogue are drawn in a bar of the strip: strokes above each other, from the foot of the box. */
void sign_draw_strokes(struct canvas *canvas, struct box box, double thick, struct colour colour);

#endif
