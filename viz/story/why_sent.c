#include "viz/story/why_sent.h"

#include <stdio.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "sim/journal/tr.h"

enum { DNS_PORT = 53 };

/* What the journal says of it in a word. To add one: a row here, and an entry in each catalog. */
static const struct why_words {
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
    {"zero window", "Why: to tell that there is no room yet for what came (RFC 9293 3.8.6.1)."},
    {"keep-alive", "Why: to ask whether the other end is still there (RFC 9293 3.8.4)."},
    {"duplicate",
     "Why: what came is nothing that is expected now, such as what is here already; so what is expected is told "
     "once more (RFC 9293 3.10.7.4)."},
    {"old timestamp", "Why: what came was sent before what is here already, and is not taken (PAWS, RFC 7323 5)."},
    {"challenge ack",
     "Why: what came does not quite fit and may be a stranger's; who is really there will answer this (RFC "
     "5961 3)."},
    {"reset", "Why: what came belongs to no connection that there is here (RST, RFC 9293 3.10.7.1)."},
    {"abort", "Why: its program gives the connection up at once (RST, RFC 9293 3.10.5)."},
    {"ack of nothing sent", "Why: what came acknowledges what was never sent (RST, RFC 9293 3.10.7.4)."},
    {"small window, waited long enough",
     "Why: the window has little room, and that was waited with long enough (RFC 9293 "
     "3.8.6.2.1)."},
    {"question", "Why: a name is looked up that is not among what is remembered here (RFC 1035 7.1)."},
    {"question repeated", "Why: no answer has come in time, so it asks again (RFC 1035 4.2.1)."},
    {"answer", "Why: to answer the question that came (RFC 1035 4.1.1)."},
    {"cut for the next link", "Why: the whole packet is too large for the next link, and is cut (RFC 791 3.2)."},
    {"from outside", "Why: a program outside of this world has sent it."},
};

/* ICMP, by its tag: what became of a packet that cannot go on. */
static const struct why_words reports[] = {
    {"icmp.unreachable", "Why: a packet cannot go on from here, and its sender is told (RFC 1122 3.2.2.1)."},
    {"icmp.too-big",
     "Why: a packet is too large for the next link and may not be cut; its sender is told (RFC 1191 4)."},
    {"icmp.time-exceeded", "Why: a packet was on its way for too long, and its sender is told (RFC 1122 3.2.2.4)."},
    {"icmp.echo", "Why: to ask whether the other host can be reached, or to answer that (RFC 1122 3.2.2.6)."},
};

static const char *row_of(const struct why_words *rows, size_t n, const char *word, size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(rows[i].why) == length && !strncmp(word, rows[i].why, length)) return tr(rows[i].sentence);
    return NULL;
}

static const char *sentence_of(const char *why)
{
    return row_of(sentences, sizeof sentences / sizeof *sentences, why, strlen(why));
}

static const char *report_of(const struct story_packet *p)
{
    return row_of(reports, sizeof reports / sizeof *reports, p->tag, strcspn(p->tag, " "));
}

/* ---- New data ---- */

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

static void say_handed_over(const struct event *e, char *text, size_t size)
{
    if (e->kind == EVENT_SMTP_LINE || e->kind == EVENT_POP3_LINE)
        snprintf(text, size, tr("Why: its program handed over \"%s\"."), event_text(e, FIELD_TEXT));
    else
        snprintf(text, size, "%s", tr("Why: its program handed over the text of a mail."));
}

/* Whether these bytes are in the stream of the sender since this very instant. */
static bool is_written_now(const struct story *story, const struct story_packet *p)
{
    for (size_t i = p->send_event; i-- > 0 && story_event_time(story, i) == p->sent_ns;) {
        const struct event *e = story_event(story, i);
        size_t length;
        if (e->kind != EVENT_STREAM_DATA || (uint64_t)event_int(e, FIELD_STREAM) != p->stream) continue;
        event_bytes(e, FIELD_BYTES, &length);
        uint64_t offset = (uint64_t)event_int(e, FIELD_OFFSET);
        if (offset < p->offset + p->length && p->offset < offset + length) return true;
    }
    return false;
}

static bool say_name_over_tcp(const struct story *story, size_t packet, char *text, size_t size)
{
    struct story_header header;
    if (!story_packet_header(story, packet, &header) || !header.is_tcp) return false;
    if (header.tcp.destination_port == DNS_PORT)
        snprintf(text, size, "%s",
                 tr("Why: the answer was too large for a datagram, so it asks once more over TCP (RFC 7766 5)."));
    else if (header.tcp.source_port == DNS_PORT)
        snprintf(text, size, "%s", tr("Why: to answer the question that came over TCP (RFC 7766 5)."));
    return header.tcp.destination_port == DNS_PORT || header.tcp.source_port == DNS_PORT;
}

/* What was handed over, of what is no line of a dialogue. */
static void say_bytes(const struct story *story, size_t packet, char *text, size_t size)
{
    uint8_t bytes[TLS_RECORD_HEADER_BYTES];
    struct tls_record record;
    size_t n = story_packet_payload(story, packet, bytes, sizeof bytes);
    if (say_name_over_tcp(story, packet, text, size)) return;
    bool is_tls = tls_record_decode(bytes, n, &record);
    if (is_tls && record.type == TLS_APPLICATION_DATA)
        snprintf(text, size, "%s", tr("Why: its program handed over what TLS has encrypted (RFC 8446 5.2)."));
    else if (is_tls && record.type == TLS_ALERT)
        snprintf(text, size, "%s", tr("Why: TLS ends, or tells what is wrong (alert, RFC 8446 6)."));
    else if (is_tls)
        snprintf(text, size, "%s", tr("Why: TLS agrees on keys before anything is said (RFC 8446 2)."));
    else
        snprintf(text, size, "%s", tr("Why: its program handed over these bytes."));
}

/* New data goes out when a program hands it over, or when an acknowledgement lets it out. */
static bool say_new_data(const struct story *story, size_t packet, char *text, size_t size)
{
    const struct story_packet *p = story_packet(story, packet);
    uint64_t id = story_event(story, p->send_event)->cause;
    size_t cause = id ? story_event_by_id(story, id) : STORY_NONE, handed = handed_over(story, p);
    size_t vars = story_conn_vars_before(story, p->conn, p->send_event);
    enum event_kind upon = cause == STORY_NONE ? EVENT_KINDS : story_event(story, cause)->kind;
    bool something_came = upon == EVENT_LINK_DELIVER || upon == EVENT_LINK_SEND; /* the latter of a packet's copy */
    if (handed != STORY_NONE) {
        say_handed_over(story_event(story, handed), text, size);
    } else if (is_written_now(story, p) || !something_came || vars == STORY_NONE) {
        say_bytes(story, packet, text, size);
    } else if (is_first_upon(story, packet, id) && had_room_before(story, p, cause) && has_nagle(story, p->conn)) {
        snprintf(text, size, "%s",
                 tr("Why: what was sent before is acknowledged, and a short segment waits for that (Nagle, RFC 9293 "
                    "3.7.4)."));
    } else {
        const struct event *now = story_event(story, vars); /* what is looked up meanwhile may take its place */
        snprintf(text, size, tr("Why: the acknowledgement that came lets out more (cwnd %lld, window %lld bytes)."),
                 (long long)event_int(now, FIELD_CWND), (long long)event_int(now, FIELD_SND_WND));
    }
    return *text;
}

/* ---- What is sent again ---- */

/* Of the handshake and the close: what has had no answer. */
static const char *unanswered(const struct story *story, size_t packet)
{
    struct story_header header;
    if (!story_packet_header(story, packet, &header) || !header.is_tcp) return NULL;
    unsigned flags = header.tcp.flags;
    if (flags & TCP_SYN) return flags & TCP_ACK ? "SYN,ACK" : "SYN";
    return flags & TCP_FIN ? "FIN" : NULL;
}

static void say_again(const struct story *story, size_t packet, const char *reason, char *text, size_t size)
{
    const char *flags = unanswered(story, packet);
    if (flags)
        snprintf(text, size, tr("Why: %s, and the %s is not acknowledged yet."), reason, flags);
    else
        snprintf(text, size, tr("Why: %s."), reason);
}

/* ---- Any packet ---- */

/* What was concluded of a recording is said of what was concluded. */
static const char *without_mark(const char *why)
{
    static const char mark[] = "inferred: ";
    return strncmp(why, mark, sizeof mark - 1) ? why : why + sizeof mark - 1;
}

bool story_why_sent(const struct story *story, size_t packet, char *text, size_t size)
{
    const struct story_packet *p = story_packet(story, packet);
    const char *why = without_mark(p->why), *reason = story_resend_reason(why), *sentence = sentence_of(why);
    text[0] = 0;
    if (p->class == STORY_ICMP && report_of(p)) {
        sentence = report_of(p);
        reason = NULL; /* "packet too big" is also why something is sent again */
    }
    if (!strcmp(why, "window update") && p->length > 0) reason = tr("there is room again, as the other end has told");
    if (reason)
        say_again(story, packet, reason, text, size);
    else if (sentence)
        snprintf(text, size, "%s", sentence);
    else if (!strcmp(why, "new data") && p->conn != STORY_NONE)
        say_new_data(story, packet, text, size);
    else if (*why)
        snprintf(text, size, tr("Why: %s."), why);
    size_t n = strlen(text);
    if (*text && why != p->why) snprintf(text + n, size - n, " %s", tr("(Inferred.)"));
    return *text;
}
