/* What hosts have learnt and decided: read off the journal, backwards from the present. */
#include "viz/story/story_internal.h"

enum { LOOK_BACK = 4000 };

bool story_is_note(enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_SMTP_RULE:
    case EVENT_STS_POLICY:
    case EVENT_PATH_MTU:
    case EVENT_TLS_START:
    case EVENT_TLS_DONE:
    case EVENT_TLS_FAILED:
    case EVENT_MAIL_NOTIFY:
    case EVENT_MAIL_REPORT:
    case EVENT_MAIL_DOUBT:
    case EVENT_MAIL_ASIDE:
        return true;
    default:
        return false;
    }
}

size_t story_so_far(const struct story *story, const size_t *events, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (events[middle] < story_cursor(story))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t story_notes(const struct story *story, enum event_kind kind, enum field_id field, int64_t value, size_t *events,
                   size_t room)
{
    size_t n = 0, looked = 0;
    for (size_t i = story_so_far(story, story->notes.items, story->notes.count);
         i > 0 && n < room && looked < LOOK_BACK; i--, looked++) {
        const struct event *e = story_event(story, story->notes.items[i - 1]);
        if (e->kind == kind && event_int(e, field) == value) events[n++] = story->notes.items[i - 1];
    }
    return n;
}
