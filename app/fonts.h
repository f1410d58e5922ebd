/* Whether there is anything to write with. Where Fontconfig finds no font at all, Pango draws a box for each letter and
   says nothing; so whatever draws asks first. */
#ifndef POSTROAD_APP_FONTS_H
#define POSTROAD_APP_FONTS_H

#include <stdbool.h>

/* False after a message of that command when there is no font for the letters of our texts: then EXIT_FAILED. */
bool fonts_check(const char *command);

#endif
