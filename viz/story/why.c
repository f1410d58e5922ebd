/* Why: walks along causes, and all events about one packet. */
#include "viz/story/story_internal.h"

static size_t cause_of(const struct story *story, size_t event)
{
    uint64_t cause = story_event(story, event)->cause;
    return cause ? story_event_by_id(story, cause) : STORY_NONE;
}

/* What made a retransmission necessary: the loss of the packet that it repeats. */
static size_t loss_behind(const struct story *story, size_t event)
{
    if (story_event(story, event)->kind != EVENT_PACKET_SEND) return STORY_NONE;
    size_t packet = story_event_packet(story, event);
    size_t repeats = packet == STORY_NONE ? STORY_NONE : story->packets.items[packet].repeats;
    if (repeats == STORY_NONE || story->packets.items[repeats].fate != STORY_LOST) return STORY_NONE;
    size_t loss = story->packets.items[repeats].end_event;
    return loss < event ? loss : STORY_NONE;
}

/* The arrival of a duplicate acknowledgement upon which a retransmission was sent; STORY_NONE. */
static size_t duplicate_behind(const struct story *story, size_t event)
{
    size_t cause = cause_of(story, event), packet = cause == STORY_NONE ? STORY_NONE : story_event_packet(story, cause);
    if (packet == STORY_NONE || story->packets.items[packet].duplicate == 0) return STORY_NONE;
    return story->packets.items[packet].end_event == cause ? cause : STORY_NONE;
}

/* From the sending of a duplicate acknowledgement to that of the one before it, from its arrival likewise, and from the
   first to the loss that all of them tell of; STORY_NONE: it is none of these events, or nothing was lost. */
static size_t behind_duplicate(const struct story *story, size_t event)
{
    size_t packet = story_event_packet(story, event);
    const struct story_packet *p = packet == STORY_NONE ? NULL : &story->packets.items[packet];
    if (!p || p->duplicate == 0 || (event != p->send_event && event != p->end_event)) return STORY_NONE;
    size_t before = story_duplicate_before(story, packet), lost = duplicates_lost_packet(story, packet);
    if (lost == STORY_NONE) return STORY_NONE;
    if (before == STORY_NONE) return story->packets.items[lost].end_event;
    const struct story_packet *b = &story->packets.items[before];
    return event == p->send_event ? b->send_event : b->end_event;
}

/* Why late: a retransmission is there because of a loss, and the duplicates that told of it. */
static size_t behind(const struct story *story, size_t event)
{
    size_t loss = loss_behind(story, event);
    size_t duplicate = loss == STORY_NONE ? behind_duplicate(story, event) : duplicate_behind(story, event);
    return duplicate != STORY_NONE && duplicate < event ? duplicate : loss;
}

/* Causes come earlier, so that a walk ends; a journal that says otherwise is not followed. */
static size_t walk(const struct story *story, size_t event, bool through_losses, size_t *chain, size_t room)
{
    size_t n = 0;
    while (event != STORY_NONE) {
        if (n < room) chain[n] = event;
        n++;
        size_t next = through_losses ? behind(story, event) : STORY_NONE;
        if (next == STORY_NONE) next = cause_of(story, event);
        event = next != STORY_NONE && next < event ? next : STORY_NONE;
    }
    return n;
}

size_t story_causes(const struct story *story, size_t event, size_t *chain, size_t room)
{
    return walk(story, event, false, chain, room);
}

size_t story_explanation(const struct story *story, size_t event, size_t *chain, size_t room)
{
    return walk(story, event, true, chain, room);
}

static void add_event(size_t event, size_t *events, size_t room, size_t *n)
{
    if (*n && *n <= room && events[*n - 1] == event) return;
    if (*n < room) events[*n] = event;
    ++*n;
}

size_t story_packet_events(const struct story *story, size_t packet, size_t *events, size_t room)
{
    size_t n = 0;
    const struct story_packet *p = &story->packets.items[packet];
    add_event(p->send_event, events, room, &n);
    for (size_t hop = p->first_hop; hop != STORY_NONE; hop = story->hops.items[hop].next) {
        const struct story_hop *h = &story->hops.items[hop];
        add_event(h->send_event, events, room, &n);
        if (h->end_event != STORY_NONE) add_event(h->end_event, events, room, &n);
    }
    /* The end is its last hop's, unless it died at a host. */
    if (p->end_event != STORY_NONE && story_event(story, p->end_event)->kind == EVENT_PACKET_DROP)
        add_event(p->end_event, events, room, &n);
    return n;
}
