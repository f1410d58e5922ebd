/* What comes after an instant, of all that the cast holds in the order of time. */
#include "viz/story/story_internal.h"

typedef int64_t (*time_of)(const struct story *story, size_t i);

static size_t first_after(const struct story *story, size_t n, time_of at, int64_t at_ns)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at(story, middle) <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t time_of_line(const struct story *story, size_t i)
{
    return story->lines.items[i].at_ns;
}

static int64_t time_of_drop(const struct story *story, size_t i)
{
    return story->drops.items[i].at_ns;
}

size_t story_events_after(const struct story *story, int64_t at_ns)
{
    return first_after(story, story->n_events, story_event_time, at_ns);
}

size_t story_lines_after(const struct story *story, int64_t at_ns)
{
    return first_after(story, story->lines.count, time_of_line, at_ns);
}

size_t story_drops_after(const struct story *story, int64_t at_ns)
{
    return first_after(story, story->drops.count, time_of_drop, at_ns);
}
