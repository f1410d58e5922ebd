/* What a host goes by, in words: of the journal's "policy=postfix lifetime=432000s", and of a value as a scenario has it. */
#ifndef POSTROAD_VIZ_DRAW_SETTINGS_WORDS_H
#define POSTROAD_VIZ_DRAW_SETTINGS_WORDS_H

#include <stddef.h>

/* "postfix, gives up after 5 d, waits at least 5 min". What there are no words for is told by its own name. */
void settings_words(const char *settings, char *text, size_t size);
/* Of {"policy":"postfix","delay_warning_time":"1 h"}: "postfix, delay warning time 1 h"; what is no such object stays as
   it is, in one line. */
void settings_value_words(const char *value, char *text, size_t size);

#endif
