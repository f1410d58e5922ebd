#include "viz/story/caption_text.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/story/day_time.h"

/* Times are rounded as everywhere else (vtime.h), so that a caption and the outcome give a mail the same age. */
enum { VALUE_BYTES = DAY_TIME_BYTES };

static bool is_place(const char *name, size_t length, const char *place)
{
    return strlen(place) == length && strncmp(name, place, length) == 0;
}

static const char *value_of(const struct event *e, int64_t starts_unix_s, const char *name, size_t length,
                            char value[VALUE_BYTES])
{
    int64_t at_ns = event_int(e, FIELD_AT);
    bool is_known = at_ns > e->at_ns; /* the event may have matched otherwise */
    if (is_place(name, length, "wait"))
        return is_known ? vtime_format_duration(at_ns - e->at_ns, value) : tr("a while");
    if (is_place(name, length, "next_attempt")) return is_known ? vtime_format_instant(at_ns, value) : tr("some time");
    if (is_place(name, length, "age")) return vtime_format_duration(e->at_ns - event_int(e, FIELD_SINCE), value);
    if (is_place(name, length, "time_of_day")) return day_time_text(starts_unix_s, e->at_ns, value);
    return NULL;
}

const char *caption_text_fill(const struct event *caption, int64_t starts_unix_s, const char *text,
                              char buffer[CAPTION_TEXT_BYTES])
{
    size_t n = 0;
    char value[VALUE_BYTES];
    while (*text && n + 1 < CAPTION_TEXT_BYTES) {
        size_t length = *text == '{' ? strcspn(text + 1, "}") : 0;
        bool is_closed = length > 0 && text[1 + length] == '}';
        const char *filled = is_closed ? value_of(caption, starts_unix_s, text + 1, length, value) : NULL;
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
