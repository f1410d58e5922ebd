/* A quantity is a number, a space and a unit; a duration may have several of them one after the other. */
#include "viz/draw/bound_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "sim/journal/memory.h"

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of the unit that begins here; 0: it is another word. */
static size_t unit_at(const char *text)
{
    static const char *const units[] = {"ns", "µs",    "us", "ms",    "s",      "min",    "h",      "d",  "%",
                                        "B",  "bytes", "kB", "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "MB", "GB"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i]);
        if (strncmp(text, units[i], n) == 0 && !is_letter(text[n])) return n;
    }
    return 0;
}

/* A number that a unit follows: "50 s". */
static bool quantity_at(const char *text)
{
    size_t n = strspn(text, "0123456789.");
    return n > 0 && text[n] == ' ' && unit_at(text + n + 1) > 0;
}

static bool ends_quantity(const char *text, const char *space)
{
    const char *unit = space;
    while (unit > text && unit[-1] != ' ')
        unit--;
    return unit > text + 1 && isdigit((unsigned char)unit[-2]) && unit_at(unit) == (size_t)(space - unit);
}

static bool is_bound(const char *text, const char *space)
{
    if (*space != ' ' || space == text) return false;
    if (isdigit((unsigned char)space[-1])) return unit_at(space + 1) > 0;
    return ends_quantity(text, space) && quantity_at(space + 1);
}

char *bound_text(const char *text)
{
    size_t n = 0, spaces = 0;
    for (const char *c = text; *c; c++)
        spaces += is_bound(text, c);
    if (spaces == 0) return NULL;
    char *bound = mem_calloc(strlen(text) + spaces + 1, 1);
    for (const char *c = text; *c; c++) {
        if (is_bound(text, c)) bound[n++] = '\xc2';
        bound[n++] = *c == ' ' && is_bound(text, c) ? '\xa0' : *c;
    }
    return bound;
}
