/* English is what every text is in; another language is whatever the program was given to look it up with. */
#include "sim/journal/tr.h"

#include <stddef.h>

static const char *(*lookup_text)(const char *english);
static const char *(*lookup_text_of_count)(const char *one, const char *many, unsigned long n);

void tr_set_lookup(const char *(*lookup)(const char *english),
                   const char *(*lookup_count)(const char *one, const char *many, unsigned long n))
{
    lookup_text = lookup;
    lookup_text_of_count = lookup_count;
}

const char *tr_count(const char *one, const char *many, unsigned long n)
{
    if (lookup_text_of_count) return lookup_text_of_count(one, many, n);
    return n == 1 ? one : many;
}

/* An empty text is not looked up: gettext keeps its own notes under it. */
const char *tr(const char *english)
{
    return lookup_text && *english ? lookup_text(english) : english;
}
