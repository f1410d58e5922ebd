/* Sentences of packets on their way, of timers, and of TCP connections. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/reason.h"
#include "viz/story/sentence_internal.h"

/* ---- Packets ---- */

static const char *name_packet(const struct story *story, size_t i, const char *unknown, const char *with, char *name,
                               size_t size)
{
    char label[200];
    size_t packet = story_event_packet(story, i);
    if (packet == STORY_NONE) return unknown;
    const struct story_packet *p = &story->packets.items[packet];
    story_packet_label(story, packet, label, sizeof label);
    snprintf(name, size, "%s%s", p->length && p->class < STORY_DNS ? with : "", label);
    return name;
}

/* As a sentence begins with it. */
static const char *packet_name(const struct story *story, size_t i, char *name, size_t size)
{
    return name_packet(story, i, tr("A packet"), tr("The packet with "), name, size);
}

/* As it stands within a sentence. */
static const char *packet_name_within(const struct story *story, size_t i, char *name, size_t size)
{
    return name_packet(story, i, tr("a packet"), tr("the packet with "), name, size);
}

const char *story_resend_reason(const char *why)
{
    static const struct {
        const char *why, *reason;
    } reasons[] = {
        {"retransmission timeout", "the retransmission timer ran out"},
        {"third duplicate ack", "a third duplicate acknowledgement told that it is missing"},
        {"partial ack", "an acknowledgement came that told of one more gap"},
        {"sack shows a loss", "the receiver has told that it holds enough of what was sent later"},
        {"hole shown by sack", "the receiver has told of a gap here, and there is nothing new to send"},
        {"rack: sent before what has arrived", "something has arrived that was sent later"},
        {"rack: reordering waited for", "something sent later has arrived, and it was given time to be merely late"},
        {"tail loss probe", "nothing was heard for two round trips, and the end of what was sent may be lost"},
        {"packet too big", "it was too large for the path"},
        {"path mtu probed", "large segments may be vanishing on the path"},
        {"zero window probe", "the receiver had no room, and is asked whether it has some now"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(why, reasons[i].why) == 0) return tr(reasons[i].reason);
    return NULL;
}

static void say_retransmission(struct sentence *s, const char *host, const char *label, const char *why)
{
    const char *reason = story_resend_reason(why);
    if (reason)
        sentence_say(s, tr("%s resends %s because %s"), host, label, reason);
    else
        sentence_say(s, tr("%s resends %s (%s)"), host, label, why);
}

static void say_control(struct sentence *s, const char *host, const char *peer, unsigned flags)
{
    if (flags & TCP_RST)
        sentence_say(s, tr("%s refuses or resets the connection with %s (RST)"), host, peer);
    else if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
        sentence_say(s, tr("%s accepts the connection from %s (SYN,ACK)"), host, peer);
    else if (flags & TCP_SYN)
        sentence_say(s, tr("%s asks %s for a connection (SYN)"), host, peer);
    else
        sentence_say(s, tr("%s tells %s that it will send no more (FIN)"), host, peer);
}

/* RFC 2018, RFC 2883: bytes are counted as the acknowledgement counts them. */
static void say_sack(struct sentence *s, const struct tcp_segment *tcp, uint32_t acked)
{
    for (int i = 0; i < tcp->n_sack; i++) {
        uint32_t from = acked + (tcp->sack[i].left - tcp->ack) + 1, to = acked + (tcp->sack[i].right - tcp->ack);
        bool came_twice = i == 0 && (int32_t)(tcp->sack[i].right - tcp->ack) <= 0;
        sentence_say(s, came_twice ? tr(", and has had %u to %u twice") : tr(", and has %u to %u besides"),
                     (unsigned)from, (unsigned)to);
    }
}

/* Of the words that the other side has said on this connection, the last that the acknowledgement reaches; STORY_NONE.
   The search does not go on for long: an acknowledgement is about what was said just before. */
static size_t line_reached(const struct story *story, const struct story_packet *p, uint64_t bytes)
{
    enum { MOST_LINES = 3000, MOST_READ = 40 };
    size_t conn = p->conn == STORY_NONE ? STORY_NONE : story->conns.items[p->conn].other_end, read = 0;
    size_t i = conn == STORY_NONE ? 0 : story_lines_after(story, p->sent_ns), end = i > MOST_LINES ? i - MOST_LINES : 0;
    while (i-- > end && read < MOST_READ) {
        const struct story_line *line = &story->lines.items[i];
        if (line->conn != conn || line->is_secret || line->is_encrypted) continue;
        const struct event *e = story_event(story, line->event);
        read++;
        if ((uint64_t)event_int(e, FIELD_OFFSET) < bytes) return i;
    }
    return STORY_NONE;
}

static void say_line(struct sentence *s, const char *text, bool is_whole)
{
    enum { MOST = 48 };
    char begin[MOST + 8];
    size_t n = strlen(text) > MOST ? MOST : strlen(text);
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    snprintf(begin, sizeof begin, "%.*s%s", (int)n, text, text[n] ? "…" : "");
    sentence_say(s, is_whole ? tr(": %s") : tr(": %s, a part of it"), begin);
}

/* What it is that has arrived, in the words of the mail. */
static void say_reached(struct sentence *s, const struct story *story, const struct story_packet *p, uint64_t bytes)
{
    size_t i = line_reached(story, p, bytes);
    if (i == STORY_NONE) return;
    const struct story_line *line = &story->lines.items[i];
    const struct event *e = story_event(story, line->event);
    unsigned long long offset = (unsigned long long)event_int(e, FIELD_OFFSET),
                       length = (unsigned long long)event_int(e, FIELD_LENGTH), so_far = bytes - offset;
    const char *mail = line->is_content && line->mail != STORY_NONE ? story->mails.items[line->mail].name : "";
    if (!*mail)
        say_line(s, line->text, so_far >= length);
    else if (so_far >= length)
        sentence_say(s, tr(": all of mail %s"), mail);
    else
        sentence_say(s, tr(": %llu of %llu bytes of mail %s"), so_far, length, mail);
}

static void say_ack(struct sentence *s, const struct story *story, const struct story_packet *p,
                    const struct tcp_segment *tcp, const char *why)
{
    uint32_t bytes = 0;
    const char *host = story_name_of_host(story, p->from), *peer = story_name_of_host(story, p->to);
    if (!story_acked_bytes(story, p, tcp, &bytes))
        sentence_say(s, tr("%s acknowledges to %s what has arrived"), host, peer);
    else if (bytes == 0)
        sentence_say(s, tr("%s confirms the connection to %s"), host, peer);
    else
        sentence_say(s, tr("%s acknowledges to %s all bytes up to %u"), host, peer, (unsigned)bytes);
    if (bytes > 0) say_reached(s, story, p, bytes);
    say_sack(s, tcp, bytes);
    if (*why) sentence_say(s, " (%s)", why);
}

static void say_data(struct sentence *s, const struct story *story, const struct story_packet *p, const char *label)
{
    const char *host = story_name_of_host(story, p->from), *peer = story_name_of_host(story, p->to);
    const char *of_mail = strstr(p->tag, "mail ");
    if (p->class == STORY_ICMP)
        sentence_say(s, tr("%s tells %s: %s"), host, peer, label);
    else if (strncmp(p->tag, "dns.answer ", 11) == 0)
        sentence_say(s, tr("%s answers %s about %s"), host, peer, p->tag + 11);
    else if (p->class == STORY_DNS)
        sentence_say(s, tr("%s asks %s: %s"), host, peer, label);
    else
        sentence_say(s, tr("%s sends %s to %s"), host, label, peer);
    if (of_mail) sentence_say(s, " (%s)", of_mail);
}

static void tell_packet_send(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    struct story_header header;
    size_t packet = story_event_packet(story, i);
    const struct story_packet *p = &story->packets.items[packet];
    const char *host = story_name_of_host(story, p->from);
    story_packet_label(story, packet, label, sizeof label);
    bool is_tcp = story_packet_header(story, packet, &header) && header.is_tcp;
    if (p->class == STORY_RETRANSMIT)
        say_retransmission(s, host, label, event_text(e, FIELD_WHY));
    else if (is_tcp && p->class == STORY_CONTROL)
        say_control(s, host, story_name_of_host(story, p->to), header.tcp.flags);
    else if (is_tcp && p->class == STORY_ACK)
        say_ack(s, story, p, &header.tcp, event_text(e, FIELD_WHY));
    else
        say_data(s, story, p, label);
    if (story_is_limited_transmit(story, packet))
        sentence_say(s, tr(", since a duplicate acknowledgement told that something has left the network (limited "
                           "transmit, RFC 3042)"));
}

static void tell_link_send(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s goes out from %s toward %s"), packet_name(story, i, label, sizeof label),
                 sentence_link_end(story, e, 0), sentence_link_end(story, e, 1));
}

static void say_duplicate(struct sentence *s, unsigned nth)
{
    static const char *const which[] = {"", "First duplicate acknowledgement: ", "Second duplicate acknowledgement: ",
                                        "Third duplicate acknowledgement: "};
    if (nth > 0) sentence_say(s, "%s", nth <= 3 ? tr(which[nth]) : tr("One more duplicate acknowledgement: "));
}

/* That a host or its network cannot be reached ends no connection: it may pass (RFC 9293 3.9.2.2). */
static void say_heard(struct sentence *s, const struct story *story, size_t packet, const char *name, const char *host)
{
    struct story_header header;
    const char *router = story_name_of_host(story, story->packets.items[packet].from);
    sentence_say(s, tr("%s hears from %s: %s"), host, router, name);
    if (!story_packet_header(story, packet, &header) || !header.is_icmp) return;
    enum icmp_kind kind = icmp_kind_of(&header.icmp, ip_is_v6(&header.ip));
    if (kind == ICMP_HOST_DOWN || kind == ICMP_NO_ROUTE)
        sentence_say(s, "%s", tr("; TCP goes on all the same, since this may pass"));
}

static void tell_link_deliver(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    size_t packet = story_event_packet(story, i),
           from = packet == STORY_NONE ? STORY_NONE : story->packets.items[packet].from;
    const char *name = packet_name(story, i, label, sizeof label), *host = sentence_host(story, e, FIELD_HOST);
    bool is_there = packet != STORY_NONE && story->packets.items[packet].end_event == i;
    if (is_there) say_duplicate(s, story->packets.items[packet].duplicate);
    if (is_there && from < story->hosts.count && story->packets.items[packet].class == STORY_ICMP)
        say_heard(s, story, packet, name, host);
    else if (from < story->hosts.count)
        sentence_say(s, tr("%s from %s reaches %s"), name, story_name_of_host(story, from), host);
    else
        sentence_say(s, tr("%s reaches %s"), name, host);
}

static void tell_link_drop(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    const char *why = event_text(e, FIELD_WHY);
    if (strcmp(why, "exact") == 0)
        why = tr("the scenario wants it so");
    else if (strcmp(why, "loss") == 0)
        why = tr("by chance");
    else if (strcmp(why, "codel") == 0)
        why = tr("CoDel found that packets have waited too long");
    else
        why = story_reason(why);
    sentence_say(s, tr("%s is lost between %s and %s: %s"), packet_name(story, i, label, sizeof label),
                 sentence_link_end(story, e, 0), sentence_link_end(story, e, 1), why);
}

static void tell_link_queue(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s waits at %s for the link to %s"), packet_name(story, i, label, sizeof label),
                 sentence_link_end(story, e, 0), sentence_link_end(story, e, 1));
}

static void tell_link_retime(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    bool held_up = strcmp(event_text(e, FIELD_WHY), "reordered") == 0;
    sentence_say(s,
                 held_up ? tr("%s is held up between %s and %s, and others may overtake it")
                         : tr("%s goes out from %s toward %s as the link is now"),
                 packet_name(story, i, label, sizeof label), sentence_link_end(story, e, 0),
                 sentence_link_end(story, e, 1));
}

static void tell_link_duplicate(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s is duplicated between %s and %s"), packet_name(story, i, label, sizeof label),
                 sentence_link_end(story, e, 0), sentence_link_end(story, e, 1));
}

static void tell_link_corrupt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s comes from %s to %s with other bits than were sent"),
                 packet_name(story, i, label, sizeof label), sentence_link_end(story, e, 0),
                 sentence_link_end(story, e, 1));
}

static void tell_packet_drop(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s ends at %s: %s"), packet_name(story, i, label, sizeof label),
                 sentence_host(story, e, FIELD_HOST), story_reason(event_text(e, FIELD_WHY)));
}

static void tell_packet_corrupt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("Bits of %s flip on the way: %s, byte %llu"), packet_name_within(story, i, label, sizeof label),
                 event_text(e, FIELD_TEXT), (unsigned long long)event_int(e, FIELD_PLACE));
}

static void tell_packet_rewrite(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s changes %s on its way: %s, by %s"), sentence_host(story, e, FIELD_HOST),
                 packet_name_within(story, i, label, sizeof label), event_text(e, FIELD_WHY),
                 event_text(e, FIELD_TEXT));
}

static void tell_packet_collide(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s accepts %s: %s"), sentence_host(story, e, FIELD_HOST),
                 packet_name_within(story, i, label, sizeof label), event_text(e, FIELD_WHY));
}

static void tell_packet_fragment(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    sentence_say(s, tr("%s cuts %s into %lld fragments: the next link takes %lld bytes"),
                 sentence_host(story, e, FIELD_HOST), packet_name_within(story, i, label, sizeof label),
                 (long long)event_int(e, FIELD_NTH), (long long)event_int(e, FIELD_MTU));
}

static void tell_packet_whole(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has all %lld fragments, and puts the packet of %lld bytes together again"),
                 sentence_host(story, e, FIELD_HOST), (long long)event_int(e, FIELD_NTH),
                 (long long)event_int(e, FIELD_SIZE));
}

static void tell_path_mtu(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s learns that the path to %s takes no more than %lld bytes"),
                 sentence_host(story, e, FIELD_HOST), sentence_host(story, e, FIELD_PEER),
                 (long long)event_int(e, FIELD_MTU));
}

/* ---- Timers ---- */

static void tell_timer_set(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char duration[VTIME_TEXT_BYTES];
    sentence_say(s, tr("%s sets a timer, %s, to run out in %s"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_NAME), vtime_format_duration(event_int(e, FIELD_AT) - e->at_ns, duration));
}

static void tell_timer_fire(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("A timer of %s runs out: %s"), sentence_host(story, e, FIELD_HOST), event_text(e, FIELD_NAME));
}

static void tell_timer_cancel(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s needs its timer no longer: %s"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_NAME));
}

/* ---- Connections ---- */

static void tell_stream_data(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    sentence_say(s, tr_count("%s has %zu byte to send", "%s has %zu bytes to send", size),
                 sentence_host(story, e, FIELD_HOST), size);
}

static void tell_conn_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (strcmp(event_text(e, FIELD_ROLE), "active") == 0)
        sentence_say(s, tr("%s opens a connection to %s, port %u"), sentence_host(story, e, FIELD_HOST),
                     sentence_peer(s, story, e), (unsigned)event_int(e, FIELD_REMOTE_PORT));
    else
        sentence_say(s, tr("%s is called by %s on port %u"), sentence_host(story, e, FIELD_HOST),
                     sentence_peer(s, story, e), (unsigned)event_int(e, FIELD_LOCAL_PORT));
}

static void tell_tcp_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s: the connection with %s goes from %s to %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_peer(s, story, e), event_text(e, FIELD_FROM), event_text(e, FIELD_TO));
    sentence_say_why(s, e);
}

static void tell_tcp_settings(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *options = event_text(e, FIELD_TEXT);
    sentence_say(s, tr("%s: the connection with %s sends as %s, with a buffer of %lld bytes"),
                 sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e), event_text(e, FIELD_NAME),
                 (long long)event_int(e, FIELD_RECEIVE_BUFFER));
    if (*options) sentence_say(s, tr("; may use %s"), options);
}

static void tell_tcp_vars(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char rto[VTIME_TEXT_BYTES];
    sentence_say(s, tr("%s toward %s: cwnd %lld, ssthresh %lld, in flight %lld, RTO %s"),
                 sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e), (long long)event_int(e, FIELD_CWND),
                 (long long)event_int(e, FIELD_SSTHRESH), (long long)event_int(e, FIELD_FLIGHT_SIZE),
                 vtime_format_duration(event_int(e, FIELD_RTO), rto));
    sentence_say_why(s, e);
}

static void tell_conn_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has done with its connection to %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_peer(s, story, e));
    sentence_say_why(s, e);
}

const sentence_teller sentences_of_packets[EVENT_KINDS] = {
    [EVENT_PACKET_SEND] = tell_packet_send,       [EVENT_LINK_SEND] = tell_link_send,
    [EVENT_LINK_DELIVER] = tell_link_deliver,     [EVENT_LINK_QUEUE] = tell_link_queue,
    [EVENT_LINK_RETIME] = tell_link_retime,       [EVENT_LINK_DUPLICATE] = tell_link_duplicate,
    [EVENT_LINK_CORRUPT] = tell_link_corrupt,     [EVENT_LINK_DROP] = tell_link_drop,
    [EVENT_PACKET_DROP] = tell_packet_drop,       [EVENT_TIMER_SET] = tell_timer_set,
    [EVENT_TIMER_FIRE] = tell_timer_fire,         [EVENT_TIMER_CANCEL] = tell_timer_cancel,
    [EVENT_STREAM_DATA] = tell_stream_data,       [EVENT_CONN_OPEN] = tell_conn_open,
    [EVENT_TCP_STATE] = tell_tcp_state,           [EVENT_TCP_VARS] = tell_tcp_vars,
    [EVENT_TCP_SETTINGS] = tell_tcp_settings,     [EVENT_CONN_CLOSE] = tell_conn_close,
    [EVENT_PACKET_CORRUPT] = tell_packet_corrupt, [EVENT_PACKET_REWRITE] = tell_packet_rewrite,
    [EVENT_PACKET_COLLIDE] = tell_packet_collide, [EVENT_PACKET_FRAGMENT] = tell_packet_fragment,
    [EVENT_PACKET_WHOLE] = tell_packet_whole,     [EVENT_PATH_MTU] = tell_path_mtu,
};
