/* The line in which one writes what to run until, or another value. */
#ifndef POSTROAD_VIZ_DRAW_FIND_VIEW_H
#define POSTROAD_VIZ_DRAW_FIND_VIEW_H

#include "viz/draw/view.h"

enum { FIND_WORDS = 7 };

struct find_line {
    const char *question;          /* what is to be written, or why nothing came of it */
    const char *text;              /* what is written */
    bool told;                     /* the question is in the colour of what goes wrong */
    const char *words[FIND_WORDS]; /* that may be written: ACT_FIND_WORD */
    size_t n_words, next;          /* next: the one that Tab writes */
};
void find_view_draw(const struct view *view, struct box window, const struct find_line *line);
/* What one is to do, or why something was not done. */
void find_view_hint(const struct view *view, struct box box, const char *text, bool told);

#endif
