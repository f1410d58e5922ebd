#include "viz/draw/timeline_signs.h"

#include "sim/journal/tr.h"

static enum sign sign_of_written(const struct story *story, const struct story_mark *mark)
{
    const struct event *e = story_event(story, mark->event);
    size_t mail = story_mail_by_id(story, (uint32_t)event_int(e, FIELD_MESSAGE));
    return mail != STORY_NONE && story_mail_sort(story, mail) == STORY_MAIL_DELAY ? SIGN_DELAY_REPORT : SIGN_COMPOSED;
}

enum sign timeline_sign_of(const struct story *story, const struct story_mark *mark)
{
    switch (mark->kind) {
    case STORY_MARK_COMPOSED:
        return sign_of_written(story, mark);
    case STORY_MARK_ATTEMPT:
        return SIGN_ATTEMPT;
    case STORY_MARK_DEFERRED:
        return SIGN_DEFERRED;
    case STORY_MARK_DELIVERED:
        return SIGN_DELIVERED;
    case STORY_MARK_PICKED_UP:
        return SIGN_PICKED_UP;
    case STORY_MARK_BOUNCED:
        return SIGN_BOUNCED;
    case STORY_MARK_NOT_SENT:
        return SIGN_NOT_SENT;
    case STORY_MARK_LOSS:
        return story_event_kind(story, mark->event) == EVENT_PACKET_DROP ? SIGN_NOT_TAKEN : SIGN_LOSS;
    case STORY_MARK_RETRANSMISSION:
        return SIGN_RETRANSMISSION;
    case STORY_MARK_CAPTION:
        return SIGN_CAPTION;
    case STORY_MARK_FAULT:
        return SIGN_FAULT;
    }
    return TIMELINE_SIGNS;
}

const char *timeline_sign_name(enum sign sign)
{
    switch ((int)sign) {
    case SIGN_COMPOSED:
        return tr("written");
    case SIGN_ATTEMPT:
        return tr("attempt");
    case SIGN_DEFERRED:
        return tr("put off");
    case SIGN_DELIVERED:
        return tr("delivered");
    case SIGN_PICKED_UP:
        return tr("picked up");
    case SIGN_BOUNCED:
        return tr("sent back");
    case SIGN_DELAY_REPORT:
        return tr("delay reported");
    case SIGN_NOT_SENT:
        return tr("not sent");
    case SIGN_LOSS:
        return tr("lost");
    case SIGN_NOT_TAKEN:
        return tr("not taken");
    case SIGN_RETRANSMISSION:
        return tr("sent again");
    case SIGN_FAULT:
        return tr("fault");
    case SIGN_CAPTION:
        return tr("explained");
    }
    return "";
}

void timeline_sign_draw(const struct view *v, enum sign sign, struct point at)
{
    sign_draw(v->canvas, v->theme, sign, at, view_units(v, sign == SIGN_CAPTION ? 3.6 : 5));
}
