#include "viz/draw/names_walk.h"

enum { CAUSES_WALKED = 96 };

static bool asks_for_itself(const struct story *s, const struct event *e)
{
    if (e->kind != EVENT_DNS_QUERY) return false;
    size_t host = story_host_by_id(s, (uint32_t)event_int(e, FIELD_HOST));
    return host != STORY_NONE && story_host(s, host).role != STORY_RESOLVER;
}

/* Where names end and mail begins: an answer about the mail before is no reason for a question about this one. */
static bool is_about_mail(enum event_kind kind)
{
    return kind == EVENT_SMTP_LINE || kind == EVENT_MAIL_STATE || kind == EVENT_MAIL_COMPOSE ||
           kind == EVENT_ATTEMPT_BEGIN || kind == EVENT_CONN_OPEN;
}

size_t names_question_of(const struct story *s, size_t event)
{
    size_t chain[CAUSES_WALKED], n = story_causes(s, event, chain, CAUSES_WALKED), found = STORY_NONE;
    if (n > CAUSES_WALKED) n = CAUSES_WALKED;
    for (size_t i = 0; i < n; i++) {
        const struct event *e = story_event(s, chain[i]);
        if (found != STORY_NONE && is_about_mail(e->kind)) break;
        if (!asks_for_itself(s, e)) continue;
        if (found == STORY_NONE || event_int(story_event(s, found), FIELD_HOST) == event_int(e, FIELD_HOST))
            found = chain[i];
    }
    return found;
}

size_t names_mail_of(const struct story *s, size_t question)
{
    size_t chain[CAUSES_WALKED], n = story_causes(s, question, chain, CAUSES_WALKED);
    if (n > CAUSES_WALKED) n = CAUSES_WALKED;
    for (size_t i = 0; i < n; i++) {
        const struct event *e = story_event(s, chain[i]);
        if (!is_about_mail(e->kind)) continue;
        return event_has(e->kind, FIELD_MESSAGE) ? story_mail_by_id(s, (uint32_t)event_int(e, FIELD_MESSAGE))
                                                 : STORY_NONE;
    }
    return STORY_NONE;
}

const char *names_left(int64_t left_ns, char text[VTIME_TEXT_BYTES])
{
    int64_t grain_ns = left_ns >= DAY ? HOUR : left_ns >= HOUR ? MINUTE : SECOND;
    return vtime_format_duration((left_ns + grain_ns - 1) / grain_ns * grain_ns, text);
}
