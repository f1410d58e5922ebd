/* English is what every text is in; another language is whatever the program was given to look it up with. */
#include "sim/journal/tr.h"

#include <stddef.h>

static const char *(*lookup_text)(const char *english);

void tr_set_lookup(const char *(*lookup)(const char *english))
{
    lookup_text = lookup;
}

/* An empty text is not looked up: gettext keeps its own notes under it. */
const char *tr(const char *english)
{
    return lookup_text && *english ? lookup_text(english) : english;
}
