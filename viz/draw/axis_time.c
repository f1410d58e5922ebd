#include "viz/draw/axis_time.h"

#include <inttypes.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/story/day_time.h"

static const int64_t minutes_are_enough = 2 * MINUTE, days_are_counted = 2 * DAY;

/* Digits behind the point, so that neighbours so far from each other differ. */
static int digits_for(int64_t apart_ns, int64_t unit_ns)
{
    int digits = 0;
    for (int64_t part = unit_ns; part > 1 && part > apart_ns; part /= 10)
        digits++;
    return digits;
}

enum { FRACTION_BYTES = 12 };

/* ".152"; "" without digits. */
static const char *fraction_text(int64_t ns, int64_t unit_ns, int digits, char buffer[FRACTION_BYTES])
{
    int64_t rest = ns % unit_ns;
    int n = 0;
    if (digits > 0) buffer[n++] = '.';
    for (; digits > 0 && n < FRACTION_BYTES - 1; digits--) {
        rest *= 10;
        buffer[n++] = (char)('0' + rest / unit_ns);
        rest %= unit_ns;
    }
    buffer[n] = '\0';
    return buffer;
}

/* "26:05", "2d 02:05"; `behind` follows at once. */
static void put_hours(const struct axis_time *axis, int64_t at_ns, const char *behind, char buffer[VIEW_TIME_BYTES])
{
    char clock[VIEW_TIME_BYTES];
    int days = (int)(at_ns / DAY), hours = (int)(at_ns / HOUR), minutes = (int)(at_ns % HOUR / MINUTE);
    if (axis->most_ns >= days_are_counted) {
        snprintf(clock, sizeof clock, "%02d:%02d%.24s", hours % 24, minutes, behind);
        snprintf(buffer, VIEW_TIME_BYTES, tr("%dd %s"), days, clock);
    } else {
        snprintf(buffer, VIEW_TIME_BYTES, "%d:%02d%.24s", hours, minutes, behind);
    }
}

struct axis_time axis_time_in(const struct view *v, int64_t most_ns, int64_t apart_ns)
{
    return (struct axis_time){most_ns, apart_ns, story_tells_starts(v->story), story_starts(v->story)};
}

static void put_time(struct axis_time axis, int64_t at_ns, char buffer[VIEW_TIME_BYTES])
{
    char fraction[FRACTION_BYTES], behind[FRACTION_BYTES + 16];
    int seconds = (int)(at_ns % MINUTE / SECOND);
    fraction_text(at_ns, SECOND, digits_for(axis.apart_ns, SECOND), fraction);
    if (axis.apart_ns >= minutes_are_enough) {
        snprintf(behind, sizeof behind, " %s", tr("h"));
        put_hours(&axis, at_ns, axis.most_ns >= days_are_counted ? "" : behind, buffer);
    } else if (at_ns >= HOUR || axis.most_ns >= days_are_counted) {
        snprintf(behind, sizeof behind, ":%02d%s", seconds, fraction);
        put_hours(&axis, at_ns, behind, buffer);
    } else if (at_ns >= MINUTE) {
        snprintf(buffer, VIEW_TIME_BYTES, "%d:%02d%s", (int)(at_ns / MINUTE), seconds, fraction);
    } else {
        snprintf(buffer, VIEW_TIME_BYTES, "%d%s %s", seconds, fraction, tr("s"));
    }
}

const char *axis_time_text(struct axis_time axis, int64_t at_ns, char buffer[VIEW_TIME_BYTES])
{
    char text[VIEW_TIME_BYTES], of_day[DAY_TIME_BYTES];
    if (axis.tells_starts && axis.apart_ns >= minutes_are_enough) {
        snprintf(buffer, VIEW_TIME_BYTES, "%.*s", VIEW_TIME_BYTES - 1,
                 day_time_column(axis.starts_unix_s, at_ns, of_day));
        return buffer;
    }
    put_time(axis, at_ns, text);
    snprintf(buffer, VIEW_TIME_BYTES, "%s%.*s", axis.tells_starts ? "+" : "", VIEW_TIME_BYTES - 2, text);
    return buffer;
}

const char *axis_duration_text(struct axis_time axis, int64_t duration_ns, char buffer[VIEW_TIME_BYTES])
{
    char fraction[FRACTION_BYTES];
    int64_t unit_ns = axis.most_ns >= SECOND ? SECOND : axis.most_ns >= MILLISECOND ? MILLISECOND : MICROSECOND;
    const char *unit = unit_ns == SECOND ? tr("s") : unit_ns == MILLISECOND ? "ms" : "µs";
    fraction_text(duration_ns, unit_ns, digits_for(axis.apart_ns, unit_ns), fraction);
    snprintf(buffer, VIEW_TIME_BYTES, "%" PRId64 "%s %s", duration_ns / unit_ns, fraction, unit);
    return buffer;
}
