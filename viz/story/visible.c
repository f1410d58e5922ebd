/* Which events a view shows, and as what. A new kind is bookkeeping until it gets a line here. */
#include "viz/story/visible.h"

enum visible_sort event_visible_sort(enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_PACKET_SEND:
    case EVENT_LINK_SEND:
    case EVENT_LINK_DELIVER:
    case EVENT_LINK_QUEUE:
    case EVENT_LINK_RETIME:
    case EVENT_LINK_DUPLICATE:
    case EVENT_LINK_CORRUPT:
        return VISIBLE_PACKET;
    case EVENT_LINK_DROP:
    case EVENT_PACKET_DROP:
        return VISIBLE_LOSS;
    case EVENT_SMTP_LINE:
    case EVENT_SMTP_CONTENT:
    case EVENT_POP3_LINE:
    case EVENT_POP3_CONTENT:
    case EVENT_DNS_QUERY:
    case EVENT_DNS_ANSWER:
    case EVENT_DNS_FAILURE:
        return VISIBLE_LINE;
    case EVENT_MAIL_COMPOSE:
    case EVENT_MAIL_STATE:
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
        return VISIBLE_MAIL;
    case EVENT_CAPTION:
        return VISIBLE_CAPTION;
    case EVENT_HOST_STATE:
    case EVENT_LINK_STATE:
    case EVENT_LINK_VALUE:
    case EVENT_ROUTES:
    case EVENT_EXPECTATION:
    case EVENT_TIMER_FIRE:
    case EVENT_CONN_OPEN:
    case EVENT_CONN_CLOSE:
    case EVENT_TCP_STATE:
    case EVENT_LAW_BROKEN:
    case EVENT_PACKET_CORRUPT:
    case EVENT_PACKET_COLLIDE:
    case EVENT_RUN_END:
        return VISIBLE_OTHER;
    }
    return VISIBLE_NOT;
}
