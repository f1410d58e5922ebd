/* A number stays with its unit where a text is wrapped: "4 min 50 s" is never broken at its spaces. */
#ifndef POSTROAD_VIZ_DRAW_BOUND_TEXT_H
#define POSTROAD_VIZ_DRAW_BOUND_TEXT_H

/* The text with U+00A0 in quantities, to be freed with mem_free(); NULL where there is nothing to bind. */
char *bound_text(const char *text);

#endif
