#include "viz/story/why_sent.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"

/* What TCP says of it in a word. To add one: a row here, and an entry in each catalog. */
static const struct {
    const char *why, *sentence;
} sentences[] = {
    {"open", "Why: its program opens a connection (RFC 9293 3.10.1)."},
    {"open answered", "Why: to answer the SYN that came (RFC 9293 3.10.7.2)."},
    {"handshake complete", "Why: to confirm the answer to its SYN, with which the connection is open (RFC 9293 3.5)."},
    {"close", "Why: its program closes the connection (RFC 9293 3.10.4)."},
    {"fin received", "Why: to acknowledge the FIN that came (RFC 9293 3.10.7.4)."},
    {"data received", "Why: to acknowledge what came, at once."},
    {"second full segment", "Why: to acknowledge two full segments (RFC 9293 3.8.6.3, RFC 5681 4.2)."},
    {"delayed ack", "Why: to acknowledge what came, after the time for which that may be kept back (RFC 5681 4.2)."},
    {"out of order", "Why: to tell at once that something before it is missing (RFC 5681 4.2)."},
    {"gap filled", "Why: to tell at once that a gap is filled (RFC 5681 4.2)."},
    {"window update", "Why: to tell that there is room again (RFC 9293 3.8.6.2.2)."},
    {"keep-alive", "Why: to ask whether the other end is still there (RFC 9293 3.8.4)."},
};

static const struct event *vars_before(const struct story *story, size_t conn, size_t event)
{
    size_t vars = story_conn_vars_before(story, conn, event);
    return vars == STORY_NONE ? NULL : story_event(story, vars);
}

static bool has_nagle(const struct story *story, size_t conn)
{
    size_t settings;
    return story_notes(story, EVENT_TCP_SETTINGS, FIELD_CONN, story_conn(story, conn).id, &settings, 1) &&
           strstr(event_text(story_event(story, settings), FIELD_TEXT), "nagle");
}

/* Whether both windows had room for it already before the acknowledgement came upon which it was sent: then it was the
   wait for that which kept it back. */
static bool had_room_before(const struct story *story, const struct story_packet *p, size_t cause)
{
    const struct event *before = vars_before(story, p->conn, cause);
    if (!before) return false;
    int64_t flight = event_int(before, FIELD_FLIGHT_SIZE), wanted = flight + (int64_t)p->length;
    return flight > 0 && wanted <= event_int(before, FIELD_CWND) && wanted <= event_int(before, FIELD_SND_WND);
}

static bool is_first_upon(const struct story *story, size_t packet, uint64_t cause)
{
    if (packet == 0) return true;
    return story_event(story, story_packet(story, packet - 1)->send_event)->cause != cause;
}

static bool is_handed_over(const struct event *e)
{
    return e->kind == EVENT_SMTP_LINE || e->kind == EVENT_POP3_LINE || e->kind == EVENT_SMTP_CONTENT ||
           e->kind == EVENT_POP3_CONTENT;
}

/* What a program handed over at the very instant at which the packet with it went out; STORY_NONE: nothing. */
static size_t handed_over(const struct story *story, const struct story_packet *p)
{
    for (size_t i = p->send_event; i-- > 0 && story_event_time(story, i) == p->sent_ns;) {
        const struct event *e = story_event(story, i);
        if (!is_handed_over(e) || (uint64_t)event_int(e, FIELD_STREAM) != p->stream) continue;
        uint64_t offset = (uint64_t)event_int(e, FIELD_OFFSET), end = offset + (uint64_t)event_int(e, FIELD_LENGTH);
        if (offset < p->offset + p->length && p->offset < end) return i;
    }
    return STORY_NONE;
}

static bool say_handed_over(const struct event *e, char *text, size_t size)
{
    if (e->kind == EVENT_SMTP_LINE || e->kind == EVENT_POP3_LINE)
        snprintf(text, size, tr("Why: its program handed over \"%s\"."), event_text(e, FIELD_TEXT));
    else
        snprintf(text, size, "%s", tr("Why: its program handed over the text of a mail."));
    return true;
}

/* New data goes out when a program hands it over, or when an acknowledgement lets it out. */
static bool say_new_data(const struct story *story, size_t packet, char *text, size_t size)
{
    const struct story_packet *p = story_packet(story, packet);
    uint64_t id = story_event(story, p->send_event)->cause;
    size_t cause = id ? story_event_by_id(story, id) : STORY_NONE, handed = handed_over(story, p);
    if (handed != STORY_NONE) return say_handed_over(story_event(story, handed), text, size);
    if (cause == STORY_NONE || story_event(story, cause)->kind != EVENT_LINK_DELIVER) return false;
    const struct event *vars = vars_before(story, p->conn, p->send_event);
    if (is_first_upon(story, packet, id) && had_room_before(story, p, cause) && has_nagle(story, p->conn))
        snprintf(text, size, "%s",
                 tr("Why: what was sent before is acknowledged, and a short segment waits for that (Nagle, RFC 9293 "
                    "3.7.4)."));
    else if (vars)
        snprintf(text, size, tr("Why: the acknowledgement that came lets out more (cwnd %lld, window %lld bytes)."),
                 (long long)event_int(vars, FIELD_CWND), (long long)event_int(vars, FIELD_SND_WND));
    return *text;
}

bool story_why_sent(const struct story *story, size_t packet, char *text, size_t size)
{
    const struct story_packet *p = story_packet(story, packet);
    const char *reason = story_resend_reason(p->why);
    text[0] = 0;
    if (p->conn == STORY_NONE) return false;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences && !reason; i++)
        if (!strcmp(p->why, sentences[i].why)) snprintf(text, size, "%s", tr(sentences[i].sentence));
    if (reason) snprintf(text, size, tr("Why: %s."), reason);
    return *text || (!strcmp(p->why, "new data") && say_new_data(story, packet, text, size));
}
