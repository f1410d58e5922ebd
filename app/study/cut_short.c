#include "app/study/cut_short.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *cut_short(char *into, size_t room, const char *text)
{
    size_t n = strlen(text);
    bool fits = n < room;
    if (!fits) n = room - sizeof "\u2026";
    while (!fits && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    snprintf(into, room, "%.*s%s", (int)n, text, fits ? "" : "\u2026");
    return into;
}
