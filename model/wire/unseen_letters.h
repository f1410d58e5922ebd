/* Letters beyond ASCII that an address must not have, since nobody could see them. */
#ifndef POSTROAD_MODEL_WIRE_UNSEEN_LETTERS_H
#define POSTROAD_MODEL_WIRE_UNSEEN_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

/* It shows nothing, or turns the line around: control characters, spaces, fillers, marks of direction, tags, selectors
   of variants (Unicode: the categories Cc, Zs, Zl and Zp, and Default_Ignorable_Code_Point of
   DerivedCoreProperties.txt). */
bool letter_is_unseen(uint32_t letter);
/* The number of the letter that begins there, of well-formed UTF-8. */
uint32_t utf8_letter_at(const char *text);

#endif
