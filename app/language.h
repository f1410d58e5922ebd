/* The language of the window and of what is made of it, pages, pictures and films: --language, or LANGUAGE, LC_ALL,
   LC_MESSAGES and LANG, as gettext has it. Figures of studies speak what --language says. What subcommands print stays
   English: programs read it. */
#ifndef POSTROAD_APP_LANGUAGE_H
#define POSTROAD_APP_LANGUAGE_H

#include <stdbool.h>

/* wanted: "de"; NULL: as the environment says. False after a message when there is no such language. */
bool language_begin(const char *command, const char *wanted);
/* The language in which texts are now: "de". */
const char *language_chosen(void);

#endif
