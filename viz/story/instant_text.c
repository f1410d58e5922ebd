#include "viz/story/instant_text.h"

#include <stdio.h>

#include "sim/journal/vtime.h"

static const char *elapsed(bool is_marked, int64_t at_ns, char buffer[INSTANT_BYTES])
{
    char text[VTIME_TEXT_BYTES];
    snprintf(buffer, INSTANT_BYTES, "%s%s", is_marked ? "+" : "", vtime_format_instant(at_ns, text));
    return buffer;
}

const char *instant_text_of(bool tells_starts, int64_t starts_unix_s, int64_t at_ns, char buffer[INSTANT_BYTES])
{
    if (tells_starts && at_ns >= HOUR) return day_time_text(starts_unix_s, at_ns, buffer);
    return elapsed(tells_starts, at_ns, buffer);
}

const char *instant_text(const struct story *story, int64_t at_ns, char buffer[INSTANT_BYTES])
{
    return instant_text_of(story_tells_starts(story), story_starts(story), at_ns, buffer);
}

const char *instant_text_elapsed(const struct story *story, int64_t at_ns, char buffer[INSTANT_BYTES])
{
    return elapsed(story_tells_starts(story), at_ns, buffer);
}
