/* What hosts have learnt and decided: read off the journal, backwards from the present. */
#include <string.h>

#include "viz/story/story_internal.h"

enum { LOOK_BACK = 4000 };

bool story_is_note(enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_SMTP_RULE:
    case EVENT_CLIENT_ABUSE:
    case EVENT_STS_POLICY:
    case EVENT_PATH_MTU:
    case EVENT_TLS_START:
    case EVENT_TLS_DONE:
    case EVENT_TLS_FAILED:
    case EVENT_MAIL_NOTIFY:
    case EVENT_MAIL_REPORT:
    case EVENT_MAIL_DOUBT:
    case EVENT_MAIL_ASIDE:
    case EVENT_MAIL_CONTENT:
    case EVENT_MAIL_COPY:
    case EVENT_HOST_SETTINGS:
    case EVENT_TCP_SETTINGS:
    case EVENT_TLS_SECRETS:
    case EVENT_LINK_TOTALS:
        return true;
    default:
        return false;
    }
}

bool story_is_deed(enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_HOST_ICMP:
    case EVENT_SESSION_CLOSE:
    case EVENT_DNS_ASKED:
    case EVENT_DNS_TOLD:
    case EVENT_DNS_REFERRAL:
    case EVENT_DNS_TROUBLE:
    case EVENT_DNS_FAULT:
    case EVENT_TLS_CLOSE:
    case EVENT_TLS_FALLBACK:
    case EVENT_MAIL_COMMIT:
    case EVENT_MAIL_EXPAND:
    case EVENT_MAIL_ROUTE:
    case EVENT_FILE_ROT:
    case EVENT_LIVE_BEGIN:
    case EVENT_OUTSIDE_OPEN:
    case EVENT_OUTSIDE_DATA:
    case EVENT_OUTSIDE_TAKE:
    case EVENT_OUTSIDE_END:
    case EVENT_OUTSIDE_PACKET:
    case EVENT_OUTSIDE_DROP:
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
        size_t event = story->notes.items[i - 1];
        if (story_event_kind(story, event) != kind) continue; /* the rest of it takes time to read */
        if (event_int(story_event(story, event), field) == value) events[n++] = event;
    }
    return n;
}

/* What is set anew takes the place of what was so called. */
size_t story_settings(const struct story *story, uint32_t host, size_t *events, size_t room)
{
    size_t n = 0, until = story_so_far(story, story->settings.items, story->settings.count);
    for (size_t i = 0; i < until; i++) {
        size_t event = story->settings.items[i], k = 0;
        const struct event *e = story_event(story, event);
        if (event_int(e, FIELD_HOST) != host) continue;
        while (k < n && strcmp(event_text(story_event(story, events[k]), FIELD_NAME), event_text(e, FIELD_NAME)) != 0)
            k++;
        if (k < room) events[k] = event;
        if (k == n && n < room) n++;
    }
    return n;
}

size_t story_deeds(const struct story *story, uint32_t host, size_t *events, size_t room)
{
    size_t n = 0, looked = 0;
    for (size_t i = story_so_far(story, story->deeds.items, story->deeds.count);
         i > 0 && n < room && looked < LOOK_BACK; i--, looked++)
        if (event_int(story_event(story, story->deeds.items[i - 1]), FIELD_HOST) == host)
            events[n++] = story->deeds.items[i - 1];
    return n;
}
