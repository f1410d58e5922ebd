/* What if? Acts that change the course of a run, as lines of a scenario: what can be done with the thing that is looked at,
   at this instant; and a scenario with such lines added. */
#ifndef POSTROAD_VIZ_DRAW_WHAT_IF_H
#define POSTROAD_VIZ_DRAW_WHAT_IF_H

#include "viz/draw/view.h"

enum { ACTS_MAX = 12, ACT_WORDS_BYTES = 160, ACT_LINE_BYTES = 640, OFFERS_MAX = 6 };

struct act_line {
    char about[ACT_WORDS_BYTES]; /* "mail m1, 1348 bytes", "a-mail" */
    char words[ACT_WORDS_BYTES]; /* "it had not been lost" */
    char line[ACT_LINE_BYTES];   /* {"spare":{"packet":57,"link":"a-mail"}}; with a pointer: the value */
    char pointer[ACT_WORDS_BYTES]; /* "/links/a-mail/loss": this value is another; "/": the line is merged into the whole (RFC 7396); "": it is a fault */
};

/* Offers for a packet, link or host; how many. */
size_t what_if_offers(const struct story *story, struct selection selection, struct act_line offers[OFFERS_MAX]);

/* The scenario of a journal with the acts; everything else stays as its writer has it. For a person to read when `pretty`.
   To be freed with mem_free. NULL when there is no scenario. */
char *what_if_scenario(const struct story *story, const struct act_line *acts, size_t n, bool pretty);

#endif
