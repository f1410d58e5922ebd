/* Limited transmit (RFC 3042): the first and the second duplicate acknowledgement each let out one new segment beyond
   the congestion window. The journal calls it new data, as the sender does; what let it go is read from the
   acknowledgement that is its cause, and from the sender's variables just before. */
#include <string.h>

#include "viz/story/story_internal.h"

/* The packet whose arrival made this one be sent; STORY_NONE. */
static size_t answered_packet(const struct story *story, const struct story_packet *p)
{
    uint64_t cause = story_event(story, p->send_event)->cause;
    size_t event = cause ? story_event_by_id(story, cause) : STORY_NONE;
    if (event == STORY_NONE || story_event_kind(story, event) != EVENT_LINK_DELIVER) return STORY_NONE;
    return story_event_packet(story, event);
}

static bool repeats_acknowledgement(const struct story *story, size_t packet, const struct event *vars)
{
    struct story_header header;
    const struct story_packet *p = story_packet(story, packet);
    if (p->class != STORY_ACK || !story_packet_header(story, packet, &header) || !header.is_tcp) return false;
    return header.tcp.n_sack == 0 && header.tcp.ack == (uint32_t)event_int(vars, FIELD_SND_UNA);
}

bool story_is_limited_transmit(const struct story *story, size_t packet)
{
    const struct story_packet *p = story_packet(story, packet);
    if (p->class != STORY_DATA || p->conn == STORY_NONE || strcmp(p->why, "new data") != 0) return false;
    size_t answered = answered_packet(story, p), vars = story_conn_vars_before(story, p->conn, p->send_event);
    if (answered == STORY_NONE || vars == STORY_NONE) return false;
    if (!repeats_acknowledgement(story, answered, story_event(story, vars))) return false;
    const struct event *e = story_event(story, vars);
    return event_int(e, FIELD_PIPE) + p->length > event_int(e, FIELD_CWND);
}
