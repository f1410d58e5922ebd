#include "viz/story/day_time.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* Behind the text that begins here, as far as it is closed. */
static const char *behind_text(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
    return *at ? at + 1 : at;
}

bool day_time_is_told(const char *scenario)
{
    static const char key[] = "\"starts\"";
    int depth = 0;
    for (const char *at = scenario; *at;) {
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        bool is_key = depth == 1 && strncmp(at, key, strlen(key)) == 0;
        at = *at == '"' ? behind_text(at) : at + 1;
        if (is_key && at[strspn(at, " \t\r\n")] == ':') return true;
    }
    return false;
}

static const char *weekday(int day)
{
    switch (day) {
    case 0:
        return tr("Thursday");
    case 1:
        return tr("Friday");
    case 2:
        return tr("Saturday");
    case 3:
        return tr("Sunday");
    case 4:
        return tr("Monday");
    case 5:
        return tr("Tuesday");
    default:
        return tr("Wednesday");
    }
}

struct day_time {
    int weekday, hour, minute; /* weekday 0: as 1970-01-01 */
};

static struct day_time day_time_of(int64_t starts_unix_s, int64_t at_ns)
{
    enum { DAY_S = 86400, WEEK_S = 7 * DAY_S };
    int64_t in_week = (starts_unix_s + at_ns / SECOND) % WEEK_S;
    if (in_week < 0) in_week += WEEK_S;
    return (struct day_time){(int)(in_week / DAY_S), (int)(in_week % DAY_S / 3600), (int)(in_week % 3600 / 60)};
}

const char *day_time_text(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES])
{
    char time[16];
    struct day_time t = day_time_of(starts_unix_s, at_ns);
    snprintf(time, sizeof time, "%02d:%02d", t.hour, t.minute);
    /* tr: "09:12 on Monday" */
    snprintf(buffer, DAY_TIME_BYTES, tr("%s on %s"), time, weekday(t.weekday));
    return buffer;
}

const char *day_time_short(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES])
{
    static const char names[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* as in a Date */
    struct day_time t = day_time_of(starts_unix_s, at_ns);
    snprintf(buffer, DAY_TIME_BYTES, "%s %02d:%02d", names[t.weekday], t.hour, t.minute);
    return buffer;
}

static const char *short_weekday(int day)
{
    switch (day) {
    case 0:
        return tr("Thu");
    case 1:
        return tr("Fri");
    case 2:
        return tr("Sat");
    case 3:
        return tr("Sun");
    case 4:
        return tr("Mon");
    case 5:
        return tr("Tue");
    default:
        return tr("Wed");
    }
}

const char *day_time_column(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES])
{
    struct day_time t = day_time_of(starts_unix_s, at_ns);
    snprintf(buffer, DAY_TIME_BYTES, "%s %02d:%02d", short_weekday(t.weekday), t.hour, t.minute);
    return buffer;
}
