/* Instants and durations read back, in all forms in which this program writes them: as a duration ("1.5 s", "1 min 50
   s", "2 d 3 h"), as an instant ("00:01:50.000000", "2d 03:15:00"), and as the window's axes have it ("1:50.3", which
   is minutes, "1:04:05", "0:15 h", "3d 02:15"). */
#include <ctype.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

struct unit {
    const char *name;
    int64_t ns;
};

static const struct unit units[] = {{"d", DAY},
                                    {"h", HOUR},
                                    {"min", MINUTE},
                                    {"s", SECOND},
                                    {"ms", MILLISECOND},
                                    {"us", MICROSECOND},
                                    {"\xC2\xB5s", MICROSECOND},
                                    {"ns", NANOSECOND},
                                    {NULL, 0}};

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        ++*at;
}

static bool read_whole(const char **at, int64_t most, int64_t *value)
{
    if (!isdigit((unsigned char)**at)) return false;
    for (*value = 0; isdigit((unsigned char)**at); ++*at) {
        *value = *value * 10 + (**at - '0');
        if (*value > most) return false;
    }
    return true;
}

/* ".3" of a second is 300 ms: what stands behind a point, if one does, must be whole nanoseconds. */
static bool read_fraction(const char **at, int64_t unit_ns, int64_t *ns)
{
    *ns = 0;
    if (**at != '.') return true;
    const char *first = ++*at;
    for (int64_t part = unit_ns; isdigit((unsigned char)**at); ++*at) {
        if ((part % 10 || !part) && **at != '0') return false;
        part /= 10;
        *ns += (**at - '0') * part;
    }
    return *at > first;
}

/* ns += n * unit_ns, where that can be held. */
static bool add(int64_t *ns, int64_t n, int64_t unit_ns)
{
    if (n > (INT64_MAX - 1 - *ns) / unit_ns) return false;
    *ns += n * unit_ns;
    return true;
}

/* ---- 1 min 50 s ---- */

static bool is_unit(const struct unit *unit, const char *word, size_t n)
{
    const char *here = unit->ns == SECOND ? tr("s") : unit->ns == HOUR ? tr("h") : unit->name;
    return (strlen(unit->name) == n && !strncmp(unit->name, word, n)) || (strlen(here) == n && !strncmp(here, word, n));
}

static const struct unit *read_unit(const char **at)
{
    size_t n = strcspn(*at, " 0123456789");
    for (const struct unit *unit = units; unit->name; unit++)
        if (is_unit(unit, *at, n)) {
            *at += n;
            return unit;
        }
    return NULL;
}

/* From the larger unit to the smaller; only the last may have a fraction. */
static bool read_duration(const char *at, int64_t *ns)
{
    int64_t before_ns = INT64_MAX;
    for (*ns = 0; *at; skip_blanks(&at)) {
        const char *number = at;
        int64_t whole, fraction_ns;
        if (!read_whole(&at, INT64_MAX / 20, &whole)) return false;
        at += strspn(at, ".0123456789");
        skip_blanks(&at);
        const struct unit *unit = read_unit(&at);
        if (!unit || unit->ns >= before_ns || !add(ns, whole, unit->ns)) return false;
        number += strspn(number, "0123456789");
        bool has_fraction = *number == '.';
        if (!read_fraction(&number, unit->ns, &fraction_ns) || !add(ns, fraction_ns, 1)) return false;
        if (has_fraction && at[strspn(at, " ")]) return false;
        before_ns = unit->ns;
    }
    return true;
}

/* ---- 2d 03:15:00.5 ---- */

/* "3d " */
static bool read_days(const char **at, int64_t *ns)
{
    const char *mark = tr("%dd %s") + 2, *start = *at; /* behind the number */
    size_t n = strcspn(mark, " ");
    int64_t days;
    if (!read_whole(at, INT64_MAX / DAY, &days)) return false;
    bool is_days = !strncmp(*at, mark, n) && (*at)[n] == ' ';
    if (!is_days && (*at)[0] == 'd' && (*at)[1] == ' ') is_days = true, n = 1;
    if (!is_days) {
        *at = start;
        return false;
    }
    *at += n;
    skip_blanks(at);
    *ns = days * DAY;
    return true;
}

/* "0:15 h": hours and minutes. */
static bool read_hour_mark(const char **at)
{
    if (**at != ' ') return false;
    skip_blanks(at);
    size_t n = strlen(*at);
    if (!is_unit(&units[1], *at, n)) return false;
    *at += n;
    return true;
}

static bool read_clock(const char *at, int64_t *ns)
{
    int64_t parts[3] = {0}, fraction_ns, days_ns = 0;
    int n = 0;
    bool has_days = read_days(&at, &days_ns);
    do {
        if (!read_whole(&at, n ? 59 : 1000000, &parts[n])) return false;
        n++;
    } while (n < 3 && *at == ':' && at++);
    bool has_fraction = *at == '.', is_in_hours = n == 3 || has_days;
    if (n < 2 || (n == 2 && has_days && has_fraction) || !read_fraction(&at, SECOND, &fraction_ns)) return false;
    if (n == 2 && !has_days && !has_fraction) is_in_hours = read_hour_mark(&at);
    if (*at || (has_days && parts[0] > 23)) return false;
    int64_t first_ns = is_in_hours ? HOUR : MINUTE;
    *ns = days_ns;
    return add(ns, parts[0], first_ns) && add(ns, parts[1], first_ns / 60) && add(ns, parts[2], SECOND) &&
           add(ns, fraction_ns, 1);
}

bool vtime_parse(const char *text, int64_t *ns)
{
    int64_t read_ns;
    if (!*text || (!read_duration(text, &read_ns) && !read_clock(text, &read_ns))) return false;
    *ns = read_ns;
    return true;
}
