/* One plain sentence for an event. To add an event: one function, one row in the table at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"

struct sentence {
    char *buffer;
    size_t size, used;
};

/* Appends; what does not fit is cut at a character's end. */
static void say(struct sentence *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct sentence *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(s->buffer + s->used, s->size - s->used, format, arguments);
    va_end(arguments);
    if (n < 0) return;
    size_t room = s->size - s->used - 1;
    s->used += (size_t)n < room ? (size_t)n : room;
    if ((size_t)n <= room) return;
    while (s->used > 0 && ((unsigned char)s->buffer[s->used - 1] & 0xc0) == 0x80)
        s->used--;
    if (s->used > 0 && ((unsigned char)s->buffer[s->used - 1] & 0x80)) s->used--;
    s->buffer[s->used] = 0;
}

typedef void (*teller)(struct sentence *s, const struct story *story, size_t i, const struct event *e);

static const char *host_name(const struct story *story, const struct event *e, enum field_id field)
{
    return story_name_of_host(story, cast_host(story, e, field));
}

static const char *link_name(const struct story *story, const struct event *e)
{
    size_t link = index_map_get(&story->link_ids, (uint64_t)event_int(e, FIELD_LINK));
    return link == SIZE_MAX ? "?" : story->links.items[link].name;
}

/* The host toward which a direction of a link leads. */
static const char *link_end(const struct story *story, const struct event *e)
{
    size_t link = index_map_get(&story->link_ids, (uint64_t)event_int(e, FIELD_LINK));
    if (link == SIZE_MAX) return "?";
    return story_name_of_host(story, story->links.items[link].ends[event_int(e, FIELD_DIR) ? 0 : 1]);
}

static const char *mail_name(const struct story *story, const struct event *e)
{
    size_t mail = cast_mail(story, e, FIELD_MESSAGE);
    return mail == STORY_NONE || !*story->mails.items[mail].name ? "?" : story->mails.items[mail].name;
}

static void say_why(struct sentence *s, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (*why) say(s, ": %s", why);
}

/* ---- The world ---- */

static void tell_run_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, tr("The world begins: %s"), event_text(e, FIELD_TITLE));
}

static void tell_run_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, "%s", tr("The world ends"));
    say_why(s, e);
}

static void tell_host_add(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    char address[IPV4_TEXT_BYTES];
    uint32_t v4 = (uint32_t)event_int(e, FIELD_ADDRESS);
    const char *v6 = event_text(e, FIELD_ADDRESS6);
    if (v4 && *v6)
        say(s, tr("%s has the addresses %s and %s"), event_text(e, FIELD_NAME), ipv4_text(v4, address), v6);
    else
        say(s, tr("%s has the address %s"), event_text(e, FIELD_NAME), *v6 ? v6 : ipv4_text(v4, address));
}

static void tell_link_add(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("The link %s joins %s and %s"), event_text(e, FIELD_NAME), host_name(story, e, FIELD_HOST),
        host_name(story, e, FIELD_PEER));
}

static void tell_host_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, event_int(e, FIELD_UP) ? tr("%s is up again") : tr("%s stops"), host_name(story, e, FIELD_HOST));
    say_why(s, e);
}

static void tell_host_icmp(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s,
        event_int(e, FIELD_UP) ? tr("%s tells of errors again") : tr("%s drops in silence from now on, without ICMP"),
        host_name(story, e, FIELD_HOST));
    say_why(s, e);
}

static void tell_link_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, event_int(e, FIELD_UP) ? tr("The link %s is up again toward %s") : tr("The link %s is cut toward %s"),
        link_name(story, e), link_end(story, e));
    say_why(s, e);
}

static void tell_link_value(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("The link %s toward %s now has %s %s"), link_name(story, e), link_end(story, e),
        event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

static void tell_routes(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, "%s", tr("The routes are computed anew"));
    say_why(s, e);
}

static void tell_link_totals(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("Over the link %s toward %s went %lld packets, and %lld arrived"), link_name(story, e),
        link_end(story, e), (long long)event_int(e, FIELD_OFFERED), (long long)event_int(e, FIELD_DELIVERED));
}

static void tell_text(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, "%s", event_text(e, FIELD_TEXT));
}

static void tell_expectation(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, event_int(e, FIELD_HELD) ? tr("As expected: %s") : tr("Against expectation: %s"), event_text(e, FIELD_TEXT));
    say_why(s, e);
}

static void tell_law(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    say(s, tr("The law %s is broken: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

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

static const char *because(const char *why)
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
    const char *reason = because(why);
    if (reason)
        say(s, tr("%s resends %s because %s"), host, label, reason);
    else
        say(s, tr("%s resends %s (%s)"), host, label, why);
}

static void say_control(struct sentence *s, const char *host, const char *peer, unsigned flags)
{
    if (flags & TCP_RST)
        say(s, tr("%s refuses or resets the connection with %s (RST)"), host, peer);
    else if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
        say(s, tr("%s accepts the connection from %s (SYN,ACK)"), host, peer);
    else if (flags & TCP_SYN)
        say(s, tr("%s asks %s for a connection (SYN)"), host, peer);
    else
        say(s, tr("%s tells %s that it will send no more (FIN)"), host, peer);
}

/* RFC 2018, RFC 2883: bytes are counted as the acknowledgement counts them. */
static void say_sack(struct sentence *s, const struct tcp_segment *tcp, uint32_t acked)
{
    for (int i = 0; i < tcp->n_sack; i++) {
        uint32_t from = acked + (tcp->sack[i].left - tcp->ack) + 1, to = acked + (tcp->sack[i].right - tcp->ack);
        bool came_twice = i == 0 && (int32_t)(tcp->sack[i].right - tcp->ack) <= 0;
        say(s, came_twice ? tr(", and has had %u to %u twice") : tr(", and has %u to %u besides"), (unsigned)from,
            (unsigned)to);
    }
}

static void say_ack(struct sentence *s, const struct story *story, const struct story_packet *p,
                    const struct tcp_segment *tcp, const char *why)
{
    uint32_t bytes = 0;
    const char *host = story_name_of_host(story, p->from), *peer = story_name_of_host(story, p->to);
    if (!story_acked_bytes(story, p, tcp, &bytes))
        say(s, tr("%s acknowledges to %s what has arrived"), host, peer);
    else if (bytes == 0)
        say(s, tr("%s confirms the connection to %s"), host, peer);
    else
        say(s, tr("%s acknowledges to %s all bytes up to %u"), host, peer, (unsigned)bytes);
    say_sack(s, tcp, bytes);
    if (*why) say(s, " (%s)", why);
}

static void say_data(struct sentence *s, const struct story *story, const struct story_packet *p, const char *label)
{
    const char *host = story_name_of_host(story, p->from), *peer = story_name_of_host(story, p->to);
    const char *of_mail = strstr(p->tag, "mail ");
    if (p->class == STORY_ICMP)
        say(s, tr("%s tells %s: %s"), host, peer, label);
    else if (strncmp(p->tag, "dns.answer ", 11) == 0)
        say(s, tr("%s answers %s about %s"), host, peer, p->tag + 11);
    else if (p->class == STORY_DNS)
        say(s, tr("%s asks %s: %s"), host, peer, label);
    else
        say(s, tr("%s sends %s to %s"), host, label, peer);
    if (of_mail) say(s, " (%s)", of_mail);
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
}

static void tell_link_send(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s leaves over the link %s toward %s"), packet_name(story, i, label, sizeof label), link_name(story, e),
        link_end(story, e));
}

static void tell_link_deliver(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s reaches %s"), packet_name(story, i, label, sizeof label), host_name(story, e, FIELD_HOST));
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
    say(s, tr("%s is lost on the link %s toward %s: %s"), packet_name(story, i, label, sizeof label),
        link_name(story, e), link_end(story, e), why);
}

static void tell_link_queue(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s waits for the link %s toward %s"), packet_name(story, i, label, sizeof label), link_name(story, e),
        link_end(story, e));
}

static void tell_link_retime(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    bool held_up = strcmp(event_text(e, FIELD_WHY), "reordered") == 0;
    say(s,
        held_up ? tr("%s is held up on the link %s toward %s, and others may overtake it")
                : tr("%s leaves over the link %s toward %s as the link is now"),
        packet_name(story, i, label, sizeof label), link_name(story, e), link_end(story, e));
}

static void tell_link_duplicate(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s is duplicated on the link %s toward %s"), packet_name(story, i, label, sizeof label),
        link_name(story, e), link_end(story, e));
}

static void tell_link_corrupt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s comes over the link %s toward %s with other bits than were sent"),
        packet_name(story, i, label, sizeof label), link_name(story, e), link_end(story, e));
}

static void tell_packet_drop(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s ends at %s: %s"), packet_name(story, i, label, sizeof label), host_name(story, e, FIELD_HOST),
        event_text(e, FIELD_WHY));
}

static void tell_packet_corrupt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("Bits of %s flip on the way: %s, byte %llu"), packet_name_within(story, i, label, sizeof label),
        event_text(e, FIELD_TEXT), (unsigned long long)event_int(e, FIELD_PLACE));
}

static void tell_packet_rewrite(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s changes %s on its way: %s, by %s"), host_name(story, e, FIELD_HOST),
        packet_name_within(story, i, label, sizeof label), event_text(e, FIELD_WHY), event_text(e, FIELD_TEXT));
}

static void tell_packet_collide(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s accepts %s: %s"), host_name(story, e, FIELD_HOST), packet_name_within(story, i, label, sizeof label),
        event_text(e, FIELD_WHY));
}

static void tell_packet_fragment(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char label[256];
    say(s, tr("%s cuts %s into %lld fragments: the next link takes %lld bytes"), host_name(story, e, FIELD_HOST),
        packet_name_within(story, i, label, sizeof label), (long long)event_int(e, FIELD_NTH),
        (long long)event_int(e, FIELD_MTU));
}

static void tell_packet_whole(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s has all %lld fragments, and puts the packet of %lld bytes together again"),
        host_name(story, e, FIELD_HOST), (long long)event_int(e, FIELD_NTH), (long long)event_int(e, FIELD_SIZE));
}

static void tell_path_mtu(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s learns that the path to %s takes no more than %lld bytes"), host_name(story, e, FIELD_HOST),
        host_name(story, e, FIELD_PEER), (long long)event_int(e, FIELD_MTU));
}

/* ---- Timers and connections ---- */

static void tell_timer_set(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char duration[VTIME_TEXT_BYTES];
    say(s, tr("%s sets a timer, %s, to run out in %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_NAME),
        vtime_format_duration(event_int(e, FIELD_AT) - e->at_ns, duration));
}

static void tell_timer_fire(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("A timer of %s runs out: %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_NAME));
}

static void tell_timer_cancel(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s needs its timer no longer: %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_NAME));
}

static void tell_stream_data(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    say(s, tr("%s has %zu bytes to send"), host_name(story, e, FIELD_HOST), size);
}

static void tell_conn_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (strcmp(event_text(e, FIELD_ROLE), "active") == 0)
        say(s, tr("%s opens a connection to %s, port %u"), host_name(story, e, FIELD_HOST),
            host_name(story, e, FIELD_PEER), (unsigned)event_int(e, FIELD_REMOTE_PORT));
    else
        say(s, tr("%s is called by %s on port %u"), host_name(story, e, FIELD_HOST), host_name(story, e, FIELD_PEER),
            (unsigned)event_int(e, FIELD_LOCAL_PORT));
}

static const char *conn_peer(const struct story *story, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    return conn == STORY_NONE ? "?" : story_name_of_host(story, story->conns.items[conn].peer);
}

static void tell_tcp_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s: the connection with %s goes from %s to %s"), host_name(story, e, FIELD_HOST), conn_peer(story, e),
        event_text(e, FIELD_FROM), event_text(e, FIELD_TO));
    say_why(s, e);
}

static void tell_tcp_settings(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *options = event_text(e, FIELD_TEXT);
    say(s, tr("%s: the connection with %s sends as %s, with a buffer of %lld bytes"), host_name(story, e, FIELD_HOST),
        conn_peer(story, e), event_text(e, FIELD_NAME), (long long)event_int(e, FIELD_RECEIVE_BUFFER));
    if (*options) say(s, tr("; may use %s"), options);
}

static void tell_tcp_vars(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char rto[VTIME_TEXT_BYTES];
    say(s, tr("%s toward %s: cwnd %lld, ssthresh %lld, in flight %lld, RTO %s"), host_name(story, e, FIELD_HOST),
        conn_peer(story, e), (long long)event_int(e, FIELD_CWND), (long long)event_int(e, FIELD_SSTHRESH),
        (long long)event_int(e, FIELD_FLIGHT_SIZE), vtime_format_duration(event_int(e, FIELD_RTO), rto));
    say_why(s, e);
}

static void tell_conn_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s has done with its connection to %s"), host_name(story, e, FIELD_HOST), conn_peer(story, e));
    say_why(s, e);
}

/* ---- Words ---- */

static void tell_dns_query(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s,
        event_int(e, FIELD_NTH) > 1 ? tr("%s asks %s again for the %s record of %s")
                                    : tr("%s asks %s for the %s record of %s"),
        host_name(story, e, FIELD_HOST), host_name(story, e, FIELD_PEER), event_text(e, FIELD_QTYPE),
        event_text(e, FIELD_QNAME));
}

static void tell_dns_answer(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *rcode = event_text(e, FIELD_RCODE), *text = event_text(e, FIELD_TEXT);
    const char *shown = strcmp(rcode, "NOERROR") != 0 ? rcode : *text ? text : tr("no such record");
    say(s, tr("%s learns the %s record of %s: %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_QTYPE),
        event_text(e, FIELD_QNAME), shown);
}

static void tell_dns_failure(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s cannot find out the %s record of %s: %s"), host_name(story, e, FIELD_HOST),
        event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), event_text(e, FIELD_WHY));
}

static void tell_dns_asked(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s is asked by %s for the %s record of %s"), host_name(story, e, FIELD_HOST),
        host_name(story, e, FIELD_PEER), event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME));
}

static void tell_dns_told(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *rcode = event_text(e, FIELD_RCODE), *text = event_text(e, FIELD_TEXT);
    const char *shown = strcmp(rcode, "NOERROR") != 0 ? rcode : *text ? text : tr("no such record");
    say(s, tr("%s tells %s the %s record of %s: %s"), host_name(story, e, FIELD_HOST), host_name(story, e, FIELD_PEER),
        event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), shown);
}

static void tell_dns_referral(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s, of the zone %s, says to ask the servers of %s"), host_name(story, e, FIELD_PEER),
        event_text(e, FIELD_ZONE), event_text(e, FIELD_NAME));
}

static void tell_dns_cache(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *why = event_text(e, FIELD_WHY), *host = host_name(story, e, FIELD_HOST);
    const char *name = event_text(e, FIELD_NAME), *qtype = event_text(e, FIELD_QTYPE),
               *text = event_text(e, FIELD_TEXT);
    long long ttl_s = (long long)event_int(e, FIELD_TTL);
    if (strcmp(why, "put") == 0)
        say(s, tr("%s remembers %s %s for %lld s: %s"), host, name, qtype, ttl_s, text);
    else if (strcmp(why, "hit") == 0)
        say(s, tr("%s knows %s %s, for %lld s more: %s"), host, name, qtype, ttl_s, text);
    else if (strcmp(why, "ran out") == 0)
        say(s, tr("the time of %s %s has run out: %s forgets it"), name, qtype, host);
    else
        say(s, tr("%s has forgotten all names"), host);
}

static void tell_dns_trouble(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s has trouble with %s: %s"), host_name(story, e, FIELD_HOST), host_name(story, e, FIELD_PEER),
        event_text(e, FIELD_WHY));
}

static void tell_dns_fault(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s does not answer %s as it should about %s: %s"), host_name(story, e, FIELD_HOST),
        host_name(story, e, FIELD_PEER), event_text(e, FIELD_QNAME), event_text(e, FIELD_WHY));
}

static void tell_zone_change(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story;
    (void)i;
    say(s, tr("the zone %s is now: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

static void tell_dns_unreachable(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s cannot be asked for %s %s, as %s is told: %s"), host_name(story, e, FIELD_PEER),
        event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), host_name(story, e, FIELD_HOST),
        event_text(e, FIELD_WHY));
}

static void tell_session_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s begins to speak %s with %s"), host_name(story, e, FIELD_HOST),
        strcmp(event_text(e, FIELD_PROTOCOL), "pop3") == 0 ? "POP3" : "SMTP", host_name(story, e, FIELD_PEER));
}

static void tell_session_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s ends the dialogue"), host_name(story, e, FIELD_HOST));
    say_why(s, e);
}

static const char *peer_by_conn(const struct story *story, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    return conn == STORY_NONE ? "?" : story_name_of_host(story, story->conns.items[conn].peer);
}

static bool is_server(const struct event *e)
{
    return strcmp(event_text(e, FIELD_ROLE), "server") == 0;
}

static void tell_tls_start(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, is_server(e) ? tr("%s awaits the TLS handshake of %s") : tr("%s begins a TLS handshake with %s"),
        host_name(story, e, FIELD_HOST), peer_by_conn(story, e));
}

static void tell_tls_done(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s has a secure connection with %s: %s, %s"), host_name(story, e, FIELD_HOST), peer_by_conn(story, e),
        event_text(e, FIELD_VERSION), event_text(e, FIELD_CIPHER));
    if (is_server(e)) return;
    say(s, event_int(e, FIELD_VERIFIED) ? tr("; the certificate %s is good") : tr("; the certificate %s is not: %s"),
        event_text(e, FIELD_NAME), event_text(e, FIELD_WHY));
}

static void tell_tls_failed(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *alert = event_text(e, FIELD_ALERT);
    say(s, tr("TLS between %s and %s fails"), host_name(story, e, FIELD_HOST), peer_by_conn(story, e));
    say_why(s, e);
    if (*alert && (strcmp(event_text(e, FIELD_WHO), "S") == 0) == is_server(e)) say(s, tr(" (alert %s)"), alert);
}

static void tell_tls_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    bool is_orderly = strcmp(event_text(e, FIELD_WHY), "close_notify") == 0;
    say(s, is_orderly ? tr("%s is told by TLS that %s will say no more") : tr("%s sees the connection with %s end without a word of TLS"),
        host_name(story, e, FIELD_HOST), peer_by_conn(story, e));
}

static void tell_sts_policy(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (*event_text(e, FIELD_TEXT))
        say(s, tr("%s knows the TLS policy of %s: %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_QNAME),
            event_text(e, FIELD_TEXT));
    else
        say(s, tr("%s knows of no TLS policy of %s"), host_name(story, e, FIELD_HOST), event_text(e, FIELD_QNAME));
    say_why(s, e);
}

static void tell_tls_secrets(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("The keys of the connection between %s and %s, for captures"), host_name(story, e, FIELD_HOST),
        peer_by_conn(story, e));
}

static void tell_line(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)e;
    if (story->subject[i] == NONE32) return;
    const struct story_line *line = &story->lines.items[story->subject[i]];
    say(s, tr("%s says to %s: %s"), story_name_of_host(story, line->host), story_name_of_host(story, line->peer),
        line->text);
}

static void tell_content(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    (void)i;
    say(s, tr("%s sends the content of mail %s, %lld bytes, to %s"), host_name(story, e, FIELD_HOST),
        mail_name(story, e), (long long)event_int(e, FIELD_LENGTH),
        conn == STORY_NONE ? "?" : story_name_of_host(story, story->conns.items[conn].peer));
}

/* ---- Mail ---- */

static void tell_compose(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *from = event_text(e, FIELD_FROM);
    if (event_int(e, FIELD_PARENT))
        say(s, tr("%s writes mail %s, a report about another, to %s: %s"), host_name(story, e, FIELD_HOST),
            mail_name(story, e), event_text(e, FIELD_TO), event_text(e, FIELD_SUBJECT));
    else
        say(s, tr("%s writes mail %s to %s: %s"), *from ? from : host_name(story, e, FIELD_HOST), mail_name(story, e),
            event_text(e, FIELD_TO), event_text(e, FIELD_SUBJECT));
}

static void tell_mail_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char at[VTIME_TEXT_BYTES];
    enum story_mail_state state = story_mail_state_of(event_text(e, FIELD_TO));
    say(s, tr("At %s mail %s for %s is now %s"), host_name(story, e, FIELD_HOST), mail_name(story, e),
        event_text(e, FIELD_RECIPIENT), story_mail_state_name(state));
    if (state == STORY_MAIL_DEFERRED) say(s, tr(", next at %s"), vtime_format_instant(event_int(e, FIELD_AT), at));
    if (state != STORY_MAIL_DELIVERED) say_why(s, e);
}

static void tell_attempt_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s tries to hand on mail %s for %s, attempt %lld"), host_name(story, e, FIELD_HOST), mail_name(story, e),
        event_text(e, FIELD_RECIPIENT), (long long)event_int(e, FIELD_NTH));
}

static const char *outcome_text(const char *outcome)
{
    if (strcmp(outcome, "delivered") == 0) return tr("it is handed on");
    if (strcmp(outcome, "later") == 0) return tr("it will be tried again");
    if (strcmp(outcome, "never") == 0) return tr("it will not be tried again");
    return outcome;
}

static void tell_attempt_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s has tried to hand on mail %s for %s, and %s"), host_name(story, e, FIELD_HOST), mail_name(story, e),
        event_text(e, FIELD_RECIPIENT), outcome_text(event_text(e, FIELD_OUTCOME)));
    say_why(s, e);
}

/* ---- Queues ---- */

static void tell_destination(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char at[VTIME_TEXT_BYTES];
    const char *host = host_name(story, e, FIELD_HOST), *name = event_text(e, FIELD_NAME);
    long long window = (long long)event_int(e, FIELD_WINDOW);
    int64_t until_ns = event_int(e, FIELD_AT);
    if (event_int(e, FIELD_UP) && window)
        say(s, tr("%s may have %lld sessions with %s from now on"), host, window, name);
    else if (event_int(e, FIELD_UP))
        say(s, tr("%s no longer passes over %s"), host, name);
    else if (until_ns > e->at_ns)
        say(s, tr("%s holds %s for down and passes it over until %s"), host, name, vtime_format_instant(until_ns, at));
    else
        say(s, tr("%s holds %s for down and passes it over in this queue run"), host, name);
    say_why(s, e);
}

static void tell_attempt_skip(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char at[VTIME_TEXT_BYTES];
    say(s, tr("%s passes over mail %s for %s without an attempt"), host_name(story, e, FIELD_HOST), mail_name(story, e),
        event_text(e, FIELD_RECIPIENT));
    if (event_int(e, FIELD_AT) > e->at_ns && event_int(e, FIELD_AT) != TIME_NEVER)
        say(s, tr(", not before %s"), vtime_format_instant(event_int(e, FIELD_AT), at));
    say_why(s, e);
}

static void tell_doubt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s does not know whether mail %s for %s got through, and will send it again: there may be two copies"),
        host_name(story, e, FIELD_HOST), mail_name(story, e), event_text(e, FIELD_RECIPIENT));
    say_why(s, e);
}

static void tell_report(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("Report %s says of %s: %s"), mail_name(story, e), event_text(e, FIELD_RECIPIENT),
        tr(event_text(e, FIELD_OUTCOME)));
    say_why(s, e);
}

static void tell_expand(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    long long n = (long long)event_int(e, FIELD_NTH);
    say(s, n == 1 ? tr("%s sends mail %s for %s on to its %lld member")
                  : tr("%s sends mail %s for %s on to its %lld members"),
        host_name(story, e, FIELD_HOST), mail_name(story, e), event_text(e, FIELD_RECIPIENT), n);
}

/* ---- Disks, and hosts in trouble ---- */

static void tell_commit(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("Mail %s is safe on the disk of %s"), mail_name(story, e), host_name(story, e, FIELD_HOST));
    if (*event_text(e, FIELD_QUEUE_ID)) say(s, tr(" as %s"), event_text(e, FIELD_QUEUE_ID));
}

static void tell_aside(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s finds a damaged file of mail %s and sets it aside"), host_name(story, e, FIELD_HOST),
        mail_name(story, e));
    say_why(s, e);
}

static void tell_trouble(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *text = event_text(e, FIELD_TEXT);
    say(s, *text ? tr("%s is in trouble: its %s is %s") : tr("%s is well again: its %s"),
        host_name(story, e, FIELD_HOST), tr(event_text(e, FIELD_NAME)), text);
    say_why(s, e);
}

static void tell_rule(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("%s applies its rule %s to %s: %s"), host_name(story, e, FIELD_HOST), tr(event_text(e, FIELD_NAME)),
        host_name(story, e, FIELD_PEER), event_text(e, FIELD_TEXT));
}

/* ---- From outside ---- */

static void tell_live_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("Real time moves this world; real programs enter at %s"), host_name(story, e, FIELD_HOST));
    if (*event_text(e, FIELD_TEXT)) say(s, ": %s", event_text(e, FIELD_TEXT));
}

static void tell_outside_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    say(s, tr("A program outside connects to %s, port %lld"), host_name(story, e, FIELD_PEER),
        (long long)event_int(e, FIELD_REMOTE_PORT));
}

static void tell_outside_data(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    say(s, tr("The program outside writes %zu bytes"), size);
}

static void tell_outside_take(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    say(s, tr("The program outside takes %lld bytes"), (long long)event_int(e, FIELD_LENGTH));
}

static void tell_outside_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    bool is_end = strcmp(event_text(e, FIELD_WHY), "end") == 0;
    say(s, "%s", is_end ? tr("The program outside will write no more") : tr("The program outside is gone"));
}

static void tell_outside_packet(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    say(s, tr("A packet of %zu bytes enters from outside at %s"), size, host_name(story, e, FIELD_HOST));
}

static void tell_outside_drop(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    say(s, "%s", tr("It is not let in"));
    say_why(s, e);
}

static const teller tellers[EVENT_KINDS] = {
    [EVENT_RUN_BEGIN] = tell_run_begin,
    [EVENT_HOST_ADD] = tell_host_add,
    [EVENT_LINK_ADD] = tell_link_add,
    [EVENT_RUN_END] = tell_run_end,
    [EVENT_HOST_STATE] = tell_host_state,
    [EVENT_HOST_ICMP] = tell_host_icmp,
    [EVENT_LINK_STATE] = tell_link_state,
    [EVENT_LINK_VALUE] = tell_link_value,
    [EVENT_ROUTES] = tell_routes,
    [EVENT_LINK_TOTALS] = tell_link_totals,
    [EVENT_CAPTION] = tell_text,
    [EVENT_EXPECTATION] = tell_expectation,
    [EVENT_PACKET_SEND] = tell_packet_send,
    [EVENT_LINK_SEND] = tell_link_send,
    [EVENT_LINK_DELIVER] = tell_link_deliver,
    [EVENT_LINK_QUEUE] = tell_link_queue,
    [EVENT_LINK_RETIME] = tell_link_retime,
    [EVENT_LINK_DUPLICATE] = tell_link_duplicate,
    [EVENT_LINK_CORRUPT] = tell_link_corrupt,
    [EVENT_LINK_DROP] = tell_link_drop,
    [EVENT_PACKET_DROP] = tell_packet_drop,
    [EVENT_TIMER_SET] = tell_timer_set,
    [EVENT_TIMER_FIRE] = tell_timer_fire,
    [EVENT_TIMER_CANCEL] = tell_timer_cancel,
    [EVENT_STREAM_DATA] = tell_stream_data,
    [EVENT_CONN_OPEN] = tell_conn_open,
    [EVENT_TCP_STATE] = tell_tcp_state,
    [EVENT_TCP_VARS] = tell_tcp_vars,
    [EVENT_TCP_SETTINGS] = tell_tcp_settings,
    [EVENT_CONN_CLOSE] = tell_conn_close,
    [EVENT_DNS_QUERY] = tell_dns_query,
    [EVENT_DNS_ANSWER] = tell_dns_answer,
    [EVENT_DNS_FAILURE] = tell_dns_failure,
    [EVENT_DNS_UNREACHABLE] = tell_dns_unreachable,
    [EVENT_DNS_ASKED] = tell_dns_asked,
    [EVENT_DNS_TOLD] = tell_dns_told,
    [EVENT_DNS_REFERRAL] = tell_dns_referral,
    [EVENT_DNS_CACHE] = tell_dns_cache,
    [EVENT_DNS_TROUBLE] = tell_dns_trouble,
    [EVENT_DNS_FAULT] = tell_dns_fault,
    [EVENT_ZONE_CHANGE] = tell_zone_change,
    [EVENT_SESSION_OPEN] = tell_session_open,
    [EVENT_SESSION_CLOSE] = tell_session_close,
    [EVENT_SMTP_LINE] = tell_line,
    [EVENT_SMTP_CONTENT] = tell_content,
    [EVENT_POP3_LINE] = tell_line,
    [EVENT_POP3_CONTENT] = tell_content,
    [EVENT_MAIL_COMPOSE] = tell_compose,
    [EVENT_MAIL_STATE] = tell_mail_state,
    [EVENT_ATTEMPT_BEGIN] = tell_attempt_begin,
    [EVENT_ATTEMPT_END] = tell_attempt_end,
    [EVENT_MAIL_COMMIT] = tell_commit,
    [EVENT_MAIL_ASIDE] = tell_aside,
    [EVENT_HOST_TROUBLE] = tell_trouble,
    [EVENT_SMTP_RULE] = tell_rule,
    [EVENT_DESTINATION] = tell_destination,
    [EVENT_ATTEMPT_SKIP] = tell_attempt_skip,
    [EVENT_MAIL_DOUBT] = tell_doubt,
    [EVENT_MAIL_REPORT] = tell_report,
    [EVENT_MAIL_EXPAND] = tell_expand,
    [EVENT_LAW_BROKEN] = tell_law,
    [EVENT_PACKET_CORRUPT] = tell_packet_corrupt,
    [EVENT_PACKET_REWRITE] = tell_packet_rewrite,
    [EVENT_TLS_START] = tell_tls_start,
    [EVENT_TLS_DONE] = tell_tls_done,
    [EVENT_TLS_FAILED] = tell_tls_failed,
    [EVENT_TLS_CLOSE] = tell_tls_close,
    [EVENT_TLS_SECRETS] = tell_tls_secrets,
    [EVENT_STS_POLICY] = tell_sts_policy,
    [EVENT_PACKET_COLLIDE] = tell_packet_collide,
    [EVENT_PACKET_FRAGMENT] = tell_packet_fragment,
    [EVENT_PACKET_WHOLE] = tell_packet_whole,
    [EVENT_PATH_MTU] = tell_path_mtu,
    [EVENT_LIVE_BEGIN] = tell_live_begin,
    [EVENT_OUTSIDE_OPEN] = tell_outside_open,
    [EVENT_OUTSIDE_DATA] = tell_outside_data,
    [EVENT_OUTSIDE_TAKE] = tell_outside_take,
    [EVENT_OUTSIDE_END] = tell_outside_end,
    [EVENT_OUTSIDE_PACKET] = tell_outside_packet,
    [EVENT_OUTSIDE_DROP] = tell_outside_drop,
};

const char *story_sentence(const struct story *story, size_t event, char *buffer, size_t size)
{
    const struct event *e = story_event(story, event);
    struct sentence s = {buffer, size, 0};
    buffer[0] = 0;
    if ((size_t)e->kind < EVENT_KINDS && tellers[e->kind])
        tellers[e->kind](&s, story, event, e);
    else
        say(&s, "%s", event_kind_name(e->kind));
    return buffer;
}
