#include "viz/draw/why_waits.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/draw/packet_words.h"
#include "viz/story/tables.h"

/* ---- What ended it ---- */

struct ending {
    const struct story *story;
    const struct delay_interval *interval;
    size_t conn, other_end;
};

static bool is_its_packet(const struct ending *e, size_t packet)
{
    const struct story_packet *p = story_packet(e->story, packet);
    if (e->interval->stage == DELAY_DNS) return p->class == STORY_DNS;
    return p->conn != STORY_NONE && (p->conn == e->conn || p->conn == e->other_end);
}

/* How likely it is that this, and nothing else of the same instant, was waited for: what the client says next; what
   arrives, and a timer; anything else of the connection; anything of the host. 0: it is about something else. */
static int likeliness(const struct ending *e, size_t index)
{
    const struct event *event = story_event(e->story, index);
    enum event_kind kind = event->kind;
    size_t packet = story_event_packet(e->story, index), conn = story_event_conn(e->story, index);
    bool is_its_conn = conn != STORY_NONE && (conn == e->conn || conn == e->other_end);
    bool is_its_host = event_has(kind, FIELD_HOST) && event_int(event, FIELD_HOST) == e->interval->host;
    if (kind == EVENT_SMTP_LINE && conn == e->conn && conn != STORY_NONE) return 5;
    if (packet != STORY_NONE && kind == EVENT_LINK_DELIVER && story_packet(e->story, packet)->end_event == index)
        return is_its_packet(e, packet) ? 4 : 0;
    if (kind == EVENT_TIMER_FIRE) return is_its_conn ? 4 : is_its_host ? 2 : 0;
    return is_its_conn ? 3 : is_its_host ? 1 : 0;
}

static size_t event_that_ends(const struct ending *e, int64_t to_ns)
{
    size_t found = STORY_NONE;
    int most = 0;
    for (size_t i = story_events_after(e->story, to_ns - 1), n = story_event_count(e->story); i < n; i++) {
        if (story_event_time(e->story, i) > to_ns) break;
        int much = likeliness(e, i);
        if (much <= most) continue;
        most = much;
        found = i;
    }
    return found;
}

/* ---- Back along the causes ---- */

/* What arrives was on its way since it was sent, whichever links it took. */
static size_t packet_on_its_way(const struct story *s, size_t event)
{
    size_t packet = story_event_packet(s, event);
    if (packet == STORY_NONE || story_event_kind(s, event) == EVENT_PACKET_SEND) return STORY_NONE;
    return story_packet(s, packet)->send_event < event ? packet : STORY_NONE;
}

static size_t event_before(const struct story *s, size_t event)
{
    size_t packet = packet_on_its_way(s, event);
    if (packet != STORY_NONE) return story_packet(s, packet)->send_event;
    uint64_t cause = story_event(s, event)->cause;
    size_t before = cause ? story_event_by_id(s, cause) : STORY_NONE;
    return before != STORY_NONE && before < event ? before : STORY_NONE;
}

size_t why_waits_of(const struct story *s, const struct delay_interval *interval, int64_t from_ns, int64_t to_ns,
                    struct why_wait **out)
{
    TABLE_OF(struct why_wait) waits = {0};
    struct ending ending = {.story = s, .interval = interval};
    ending.conn = interval->conn ? story_conn_by_id(s, (uint32_t)interval->conn) : STORY_NONE;
    ending.other_end = ending.conn == STORY_NONE ? STORY_NONE : story_conn(s, ending.conn).other_end;
    size_t event = event_that_ends(&ending, to_ns);
    int64_t edge_ns = to_ns;
    while (edge_ns > from_ns) {
        size_t before = event == STORY_NONE ? STORY_NONE : event_before(s, event);
        int64_t since_ns = before == STORY_NONE ? from_ns : story_event_time(s, before);
        if (since_ns < from_ns) since_ns = from_ns;
        if (since_ns < edge_ns) {
            bool is_known = before != STORY_NONE;
            *TABLE_ADD(&waits) = (struct why_wait){.from_ns = since_ns,
                                                   .to_ns = edge_ns,
                                                   .event = is_known ? event : STORY_NONE,
                                                   .packet = is_known ? packet_on_its_way(s, event) : STORY_NONE};
            edge_ns = since_ns;
        }
        event = before;
    }
    for (size_t i = 0; i < waits.count / 2; i++) {
        struct why_wait late = waits.items[i];
        waits.items[i] = waits.items[waits.count - 1 - i];
        waits.items[waits.count - 1 - i] = late;
    }
    *out = waits.items;
    return waits.count;
}

/* ---- Words ---- */

static const char *host_name(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "?" : story_host(s, host).name;
}

/* Of a content, which of its bytes: all of its packets carry the same line. */
static bool is_told_by_its_line(const struct story *s, size_t packet)
{
    size_t line = packet_line(s, packet);
    return line != STORY_NONE && !story_line(s, line)->is_content;
}

static void packet_name(const struct story *s, size_t packet, char *text, size_t size)
{
    if (is_told_by_its_line(s, packet))
        packet_words_shorter(s, packet, 0, text, size);
    else
        story_packet_label(s, packet, text, size);
}

/* What a host waits for while a timer of this name runs. To add one: a row here, and an entry in each catalog. */
static const char *timer_words(const char *name)
{
    static const struct {
        const char *name, *words;
    } timers[] = {
        {"retransmission", "no acknowledgement comes, and the retransmission timer runs"},
        {"delayed ack", "it keeps its acknowledgement back (delayed ACK)"},
        {"tail loss probe", "nothing is heard for two round trips (tail loss probe)"},
        {"reordering", "what is missing may be merely late (RACK)"},
        {"persist", "the receiver has no room (persist timer)"},
        {"dns time-out", "no answer comes"},
        {"dns resolver", "no answer comes"},
        {"connect time-out", "nobody answers"},
        {"smtp time-out", "no reply comes"},
        {"next connection", "its policy lets some time pass between two connections"},
        {"smtp idle", "it lets the other side wait"},
    };
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
        if (strcmp(timers[i].name, name) == 0) return tr(timers[i].words);
    return name;
}

void why_wait_words(const struct story *s, size_t event, size_t packet, char *text, size_t size)
{
    char name[200], sentence[STORY_SENTENCE_BYTES];
    const struct event *e = event == STORY_NONE ? NULL : story_event(s, event);
    if (!e) {
        snprintf(text, size, "%s", tr("nothing of it is on its way"));
    } else if (packet != STORY_NONE) {
        const struct story_packet *p = story_packet(s, packet);
        const char *to = host_name(s, p->to), *from = host_name(s, p->from);
        packet_name(s, packet, name, sizeof name);
        if (p->repeats != STORY_NONE)
            snprintf(text, size, tr("%s waits for %s: %s, sent again"), to, from, name);
        else
            snprintf(text, size, tr("%s waits for %s: %s"), to, from, name);
    } else if (e->kind == EVENT_TIMER_FIRE) {
        size_t host = story_host_by_id(s, (uint32_t)event_int(e, FIELD_HOST));
        snprintf(text, size, tr("%s waits: %s"), host_name(s, host), timer_words(event_text(e, FIELD_NAME)));
    } else {
        snprintf(text, size, tr("until then: %s"), story_sentence(s, event, sentence, sizeof sentence));
    }
}

void why_wait_label(const struct story *s, size_t event, size_t packet, char *text, size_t size)
{
    text[0] = '\0';
    if (packet != STORY_NONE && is_told_by_its_line(s, packet))
        packet_words_shorter(s, packet, 1, text, size);
    else if (packet != STORY_NONE)
        story_packet_label(s, packet, text, size);
    else if (event != STORY_NONE && story_event_kind(s, event) == EVENT_TIMER_FIRE)
        snprintf(text, size, "%s", event_text(story_event(s, event), FIELD_NAME));
}
