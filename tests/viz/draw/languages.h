/* The languages of the window, as the program speaks them. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_LANGUAGES_H
#define POSTROAD_TESTS_VIZ_DRAW_LANGUAGES_H

#include <stdbool.h>
#include <stddef.h>

enum { LANGUAGES = 5 };
extern const char *const languages[LANGUAGES]; /* "en", "de", ... */

/* From now on. False where a language cannot be looked at: no catalogs, or no font. */
bool speak(const char *language);

#endif
