#include "viz/story/caption_text.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* As one would say it: "9 min" for 538.8 s. */
static int64_t rounded(int64_t ns)
{
    static const struct {
        int64_t from_ns, unit_ns;
    } units[] = {
        {DAY, DAY / 10}, {HOUR, HOUR / 10}, {2 * MINUTE, MINUTE}, {10 * SECOND, SECOND}, {SECOND, SECOND / 10}};
    int64_t unit = MILLISECOND;
    for (size_t i = sizeof units / sizeof units[0]; i-- > 0;)
        if (ns >= units[i].from_ns) unit = units[i].unit_ns;
    return (ns + unit / 2) / unit * unit;
}

static const char *value_of(const struct event *e, const char *name, size_t length, char value[VTIME_TEXT_BYTES])
{
    int64_t at_ns = event_int(e, FIELD_AT);
    bool is_known = at_ns > e->at_ns; /* the event may have matched otherwise */
    if (length == 4 && !strncmp(name, "wait", 4) && !is_known) return tr("a while");
    if (length == 12 && !strncmp(name, "next_attempt", 12) && !is_known) return tr("some time");
    if (length == 4 && !strncmp(name, "wait", 4)) return vtime_format_duration(rounded(at_ns - e->at_ns), value);
    if (length == 12 && !strncmp(name, "next_attempt", 12)) return vtime_format_instant(rounded(at_ns), value);
    if (length == 3 && !strncmp(name, "age", 3))
        return vtime_format_duration(rounded(e->at_ns - event_int(e, FIELD_SINCE)), value);
    return NULL;
}

const char *caption_text_fill(const struct event *caption, const char *text, char buffer[CAPTION_TEXT_BYTES])
{
    size_t n = 0;
    char value[VTIME_TEXT_BYTES];
    while (*text && n + 1 < CAPTION_TEXT_BYTES) {
        size_t length = *text == '{' ? strcspn(text + 1, "}") : 0;
        bool is_closed = length > 0 && text[1 + length] == '}';
        const char *filled = is_closed ? value_of(caption, text + 1, length, value) : NULL;
        if (!filled) {
            buffer[n++] = *text++;
            continue;
        }
        n += (size_t)snprintf(buffer + n, CAPTION_TEXT_BYTES - n, "%s", filled);
        if (n >= CAPTION_TEXT_BYTES) n = CAPTION_TEXT_BYTES - 1;
        text += length + 2;
    }
    buffer[n] = '\0';
    return buffer;
}
