/* See laws_tally.h. */
#include "viz/readers/laws_tally.h"

#define LAWS_TEXT(id, text) text,

const char *laws_counted_name(enum laws_counted counted)
{
    static const char *const names[] = {LAWS_COUNTED(LAWS_TEXT)};
    return names[counted];
}

const char *laws_excuse_name(enum laws_excuse excuse)
{
    static const char *const names[] = {"judged", LAWS_EXCUSES(LAWS_TEXT)};
    return names[excuse];
}
