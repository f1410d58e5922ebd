/* English is the only language so far: every text is its own translation. */
#include "sim/journal/tr.h"

const char *tr(const char *english)
{
    return english;
}
