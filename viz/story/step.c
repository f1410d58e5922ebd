/* Steps: what the next event is that one sees, and what belongs to it. Many events may share an instant. What goes with
   another at its instant is no step of its own: that a packet which has just been sent, or has come to a router, goes
   out on the next link; a caption; bookkeeping; and what an arrival brings about goes with the arrival, which nobody
   tells of by itself. So a step shows what seeking its instant shows, unless more steps follow at that instant. */
#include "viz/story/story_internal.h"
#include "viz/story/visible.h"

bool story_event_is_visible(const struct story *story, size_t event)
{
    return event_visible_sort(journal_memory_kind(story->journal, event)) != VISIBLE_NOT;
}

static bool is_step(const struct story *story, size_t event, enum story_step what)
{
    enum visible_sort sort = event_visible_sort(journal_memory_kind(story->journal, event));
    switch (what) {
    case STORY_STEP_EVENT:
        return sort != VISIBLE_NOT;
    case STORY_STEP_PACKET:
        return sort == VISIBLE_PACKET || sort == VISIBLE_LOSS;
    case STORY_STEP_LINE:
        return sort == VISIBLE_LINE;
    case STORY_STEP_MAIL:
        return sort == VISIBLE_MAIL;
    }
    return false;
}

size_t story_step(const struct story *story, size_t event, enum story_step what, int direction)
{
    if (direction > 0) {
        for (size_t i = event == STORY_NONE ? 0 : event + 1; i < story->n_events; i++)
            if (is_step(story, i, what)) return i;
    } else if (event != STORY_NONE) {
        for (size_t i = event; i-- > 0;)
            if (is_step(story, i, what)) return i;
    }
    return STORY_NONE;
}

/* ---- What belongs to a step ---- */

static bool is_same_instant(const struct story *story, size_t a, size_t b)
{
    return journal_memory_time(story->journal, a) == journal_memory_time(story->journal, b);
}

/* A caption follows anything; a packet that goes out on a link, what has just happened to it. */
static bool follows(const struct story *story, size_t event)
{
    enum event_kind kind = journal_memory_kind(story->journal, event);
    if (kind != EVENT_CAPTION && kind != EVENT_LINK_SEND) return false;
    for (size_t i = event; i-- > 0 && is_same_instant(story, i, event);) {
        if (!story_event_is_visible(story, i)) continue;
        if (kind == EVENT_CAPTION || story_event_packet(story, i) == story_event_packet(story, event)) return true;
    }
    return false;
}

/* The first that an arrival brings about, at the host where it arrives. */
static bool comes_of_arrival(const struct story *story, size_t event)
{
    if (journal_memory_kind(story->journal, event) == EVENT_LINK_DELIVER) return false;
    for (size_t i = event; i-- > 0 && is_same_instant(story, i, event);) {
        if (!story_event_is_visible(story, i)) continue;
        if (journal_memory_kind(story->journal, i) != EVENT_LINK_DELIVER) return false;
        int64_t host = event_int(journal_memory_at(story->journal, i), FIELD_HOST);
        return event_int(journal_memory_at(story->journal, event), FIELD_HOST) == host;
    }
    return false;
}

/* A line and a mail's change are steps of their own sorts, whatever comes before them. */
static bool begins_step(const struct story *story, size_t event, enum story_step what)
{
    bool may_join = what == STORY_STEP_EVENT || what == STORY_STEP_PACKET;
    return is_step(story, event, what) && !follows(story, event) && !(may_join && comes_of_arrival(story, event));
}

/* The last one at or before an event that begins a step; STORY_NONE. */
static size_t last_beginning(const struct story *story, size_t event, enum story_step what)
{
    if (event == STORY_NONE) return STORY_NONE;
    for (size_t i = event + 1; i-- > 0;)
        if (begins_step(story, i, what)) return i;
    return STORY_NONE;
}

size_t story_step_beginning(const struct story *story, size_t event)
{
    size_t begins = last_beginning(story, event, STORY_STEP_EVENT);
    return begins != STORY_NONE && is_same_instant(story, begins, event) ? begins : event;
}

size_t story_step_subject(const struct story *story)
{
    size_t event = story_last_event(story);
    while (event != STORY_NONE && event > 0 && (!story_event_is_visible(story, event) || follows(story, event)))
        event--;
    return event;
}

size_t story_step_end(const struct story *story, size_t event, enum story_step what)
{
    size_t end = event;
    for (size_t i = event + 1; i < story->n_events && is_same_instant(story, i, event); end = i++)
        if (begins_step(story, i, what)) break;
    return end;
}

size_t story_next_step(const struct story *story, enum story_step what, int direction)
{
    size_t now = story_last_event(story);
    if (direction > 0) {
        for (size_t i = now == STORY_NONE ? 0 : now + 1; i < story->n_events; i++)
            if (begins_step(story, i, what)) return story_step_end(story, i, what);
        return STORY_NONE;
    }
    size_t begins = last_beginning(story, now, what);
    if (begins != STORY_NONE && now <= story_step_end(story, begins, what))
        begins = begins ? last_beginning(story, begins - 1, what) : STORY_NONE;
    return begins == STORY_NONE ? STORY_NONE : story_step_end(story, begins, what);
}

struct story_place story_place(const struct story *story)
{
    struct story_place place = {0, 0};
    size_t last = story_last_event(story), first = last;
    if (last == STORY_NONE || journal_memory_time(story->journal, last) != story_now(story)) return place;
    if (last + 1 >= story->n_events || !is_same_instant(story, last + 1, last)) return place;
    while (first > 0 && is_same_instant(story, first - 1, last))
        first--;
    for (size_t i = first; i < story->n_events && is_same_instant(story, i, last); i++) {
        if (!begins_step(story, i, STORY_STEP_EVENT)) continue;
        place.steps++;
        place.done += i <= last;
    }
    return place.done < place.steps ? place : (struct story_place){0, 0};
}
