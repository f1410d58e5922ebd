/* Values of the scenario that can be changed in place: of a link, a host or a mail. A change is an act like those of
   what if, and holds from the beginning of the run on; what can be set while the world runs, also from the present
   instant on. */
#ifndef POSTROAD_VIZ_DRAW_EDITS_H
#define POSTROAD_VIZ_DRAW_EDITS_H

#include "viz/draw/view.h"
#include "viz/draw/what_if.h"

enum { EDITS_MAX = 8, EDIT_VALUE_BYTES = 200 };

struct edit_row {
    char about[ACT_WORDS_BYTES];   /* whose value it is: "internet – mail.a.example" */
    char name[40];                 /* "loss" */
    char pointer[ACT_WORDS_BYTES]; /* "/links/a-mail/loss" (RFC 6901) */
    char value[EDIT_VALUE_BYTES];  /* as it is; "" when the scenario does not say */
    char at[40];                   /* "12.5 s": it holds from there on; "": from the beginning */
};

/* What people call it: "largest packet (mtu)". */
enum { EDIT_WORDS_BYTES = 100 };
const char *edit_words(const struct edit_row *row, char words[EDIT_WORDS_BYTES]);

/* The values of what is selected; how many. */
size_t edits_of(const struct story *story, struct selection selection, struct edit_row rows[EDITS_MAX]);
/* The act that sets a value to what was written: JSON, or else a text. False when it is too long. */
bool edit_act(const struct edit_row *row, const char *written, struct act_line *act);

#endif
