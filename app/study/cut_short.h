/* Texts of people where there is little room. */
#ifndef POSTROAD_APP_STUDY_CUT_SHORT_H
#define POSTROAD_APP_STUDY_CUT_SHORT_H

#include <stddef.h>

/* As much of a text as there is room for, in bytes and with the zero: whole characters, with an ellipsis where there
   was more. Returns into; room is 4 at least. */
const char *cut_short(char *into, size_t room, const char *text);

#endif
