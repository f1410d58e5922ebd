/* The transcript's packets: each says what it is when it is sent, and a table of the latest lets its later hops repeat
   it. Bytes are counted from the beginning of a stream, as people count; only a SYN tells its sequence number as it is.
 */
#include <inttypes.h>
#include <string.h>

#include "model/wire/ip_header.h"
#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"
#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"

static struct recent *recent_of(struct transcript *t, int64_t packet)
{
    return &t->recent[(uint64_t)packet % RECENT_PACKETS];
}

/* One key for each direction of each connection, unless two of 2^64 collide. */
static uint64_t direction_key(struct ip_address from, struct ip_address to, uint16_t from_port, uint16_t to_port)
{
    uint64_t hosts = (from.high ^ from.low) * 3 ^ (to.high ^ to.low), ports = (uint64_t)from_port << 16 | to_port;
    return (hosts * UINT64_C(0x9e3779b97f4a7c15)) ^ (ports * UINT64_C(0xc2b2ae3d27d4eb4f));
}

struct decoded {
    struct ip_header ip;
    struct tcp_segment tcp;
    bool is_tcp;
};

static struct decoded decode(const struct event *e)
{
    struct decoded d = {0};
    size_t size, at, header;
    const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
    if (ip_decode(bytes, size, &d.ip, &at) && d.ip.protocol == IP_PROTOCOL_TCP)
        d.is_tcp = tcp_decode(bytes + at, size - at, &d.tcp, &header);
    return d;
}

/* The sequence number of the first byte that the receiver of this segment sent; false when its SYN was not seen. */
static bool first_byte_answered(const struct transcript *t, const struct decoded *d, uint32_t *first)
{
    uint64_t key = direction_key(d->ip.destination, d->ip.source, d->tcp.destination_port, d->tcp.source_port);
    size_t iss = index_map_get(&t->iss, key);
    *first = iss == SIZE_MAX ? 0 : (uint32_t)iss + 1;
    return iss != SIZE_MAX;
}

/* The number of the next byte that is waited for, counted from 1; false when the SYN was not seen. */
static bool ack_number(const struct transcript *t, const struct decoded *d, uint32_t *number)
{
    uint32_t first;
    if (!(d->tcp.flags & TCP_ACK) || !first_byte_answered(t, d, &first)) return false;
    *number = d->tcp.ack - first + 1;
    return true;
}

/* A question's tag is "dns.query MX b.example". */
static void make_tag_label(const char *tag, char *label)
{
    const char *words = strchr(tag, ' ');
    if (words && strncmp(tag, "dns.query", 9) == 0)
        snprintf(label, LABEL_BYTES, tr("%s?"), words + 1);
    else if (words && strncmp(tag, "dns.answer", 10) == 0)
        snprintf(label, LABEL_BYTES, tr("answer %s"), words + 1);
    else
        snprintf(label, LABEL_BYTES, "%s", tag);
}

static void make_label(const struct transcript *t, const struct event *e, const struct decoded *d, char *label)
{
    char flags[32];
    uint32_t next;
    int64_t offset = event_int(e, FIELD_OFFSET), length = event_int(e, FIELD_LENGTH);
    tcp_flags_text(d->tcp.flags, flags);
    if (!d->is_tcp)
        make_tag_label(event_text(e, FIELD_TAG), label);
    else if (length)
        snprintf(label, LABEL_BYTES, tr("bytes %" PRId64 "–%" PRId64), offset + 1, offset + length);
    else if (!(d->tcp.flags & TCP_SYN) && ack_number(t, d, &next))
        snprintf(label, LABEL_BYTES, "%s %" PRIu32, flags, next);
    else
        snprintf(label, LABEL_BYTES, "%s", flags);
}

static void add_segment_details(struct transcript *t, const struct event *e, const struct decoded *d)
{
    char flags[32], options[TCP_OPTIONS_TEXT_BYTES];
    uint32_t next, first;
    int64_t length = event_int(e, FIELD_LENGTH);
    if (length) {
        text_addf(&t->words, " %s", tcp_flags_text(d->tcp.flags, flags));
        if (ack_number(t, d, &next)) text_addf(&t->words, " %" PRIu32, next);
    }
    if (d->tcp.flags & TCP_SYN) text_addf(&t->words, tr(" seq %" PRIu32), d->tcp.seq);
    text_addf(&t->words, tr(" win %u"), (unsigned)d->tcp.window);
    if (length) text_addf(&t->words, tr(" len %" PRId64), length);
    bool is_known = first_byte_answered(t, d, &first);
    if (tcp_options_text(&d->tcp, is_known ? first - 1 : 0, options)[0]) text_addf(&t->words, " %s", options);
}

static bool tell_packet_send(struct transcript *t, const struct event *e)
{
    struct decoded d = decode(e);
    int64_t packet = event_int(e, FIELD_PACKET), repeats = event_int(e, FIELD_REPEATS);
    const char *why = event_text(e, FIELD_WHY);
    struct recent *recent = recent_of(t, packet);
    if (d.is_tcp && (d.tcp.flags & TCP_SYN))
        index_map_put(&t->iss, direction_key(d.ip.source, d.ip.destination, d.tcp.source_port, d.tcp.destination_port),
                      d.tcp.seq);
    recent->packet = packet;
    recent->from = event_int(e, FIELD_HOST);
    recent->to = event_int(e, FIELD_PEER);
    make_label(t, e, &d, recent->label);
    text_addf(&t->words, tr("#%" PRId64 " to %s: %s"), packet, transcript_host(t, recent->to), recent->label);
    if (d.is_tcp) add_segment_details(t, e, &d);
    bool is_said = strcmp(why, "new data") == 0 || (!d.is_tcp && strstr(recent->label, why)); /* as ICMP does */
    if (*why && !is_said) text_addf(&t->words, " (%s)", why);
    if (repeats) text_addf(&t->words, tr(", again for #%" PRId64), repeats);
    return true;
}

static void add_packet(struct transcript *t, const struct event *e)
{
    int64_t packet = event_int(e, FIELD_PACKET);
    const struct recent *recent = recent_of(t, packet);
    text_addf(&t->words, "#%" PRId64, packet);
    if (recent->packet == packet) text_addf(&t->words, " %s", recent->label);
}

/* The first link is told of only when the packet has to wait for it: sending said enough. */
static bool tell_link_send(struct transcript *t, const struct event *e)
{
    int64_t waits = event_int(e, FIELD_BEGINS) - e->at_ns, packet = event_int(e, FIELD_PACKET);
    const struct recent *recent = recent_of(t, packet);
    char duration[VTIME_TEXT_BYTES];
    if (recent->packet == packet && recent->from == transcript_link_end(t, e, 0) && waits <= 0) return false;
    add_packet(t, e);
    if (waits > 0)
        text_addf(&t->words, tr(" waits %s for the link to %s"), vtime_format_duration(waits, duration),
                  transcript_link_host(t, e, 1));
    else
        text_addf(&t->words, tr(" goes on to %s"), transcript_link_host(t, e, 1));
    return true;
}

/* At a router the next link.send says enough. */
static bool tell_link_deliver(struct transcript *t, const struct event *e)
{
    const struct recent *recent = recent_of(t, event_int(e, FIELD_PACKET));
    if (recent->packet == event_int(e, FIELD_PACKET) && recent->to != event_int(e, FIELD_HOST)) return false;
    add_packet(t, e);
    text_adds(&t->words, tr(" arrives"));
    return true;
}

static bool tell_link_drop(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "X ");
    add_packet(t, e);
    text_addf(&t->words, tr(" is lost between %s and %s"), transcript_link_host(t, e, 0),
              transcript_link_host(t, e, 1));
    transcript_add_why(t, e);
    return true;
}

static bool tell_link_queue(struct transcript *t, const struct event *e)
{
    add_packet(t, e);
    text_addf(&t->words, tr(" waits for the link to %s"), transcript_link_host(t, e, 1));
    return true;
}

static bool tell_link_retime(struct transcript *t, const struct event *e)
{
    bool held_up = strcmp(event_text(e, FIELD_WHY), "reordered") == 0;
    add_packet(t, e);
    text_addf(&t->words,
              held_up ? tr(" is held up on the way to %s, others may overtake it")
                      : tr(" goes out to %s as the link is now"),
              transcript_link_host(t, e, 1));
    return true;
}

static bool tell_link_duplicate(struct transcript *t, const struct event *e)
{
    int64_t packet = event_int(e, FIELD_PACKET), original = event_int(e, FIELD_ORIGINAL);
    struct recent *recent = recent_of(t, packet);
    const struct recent same = *recent_of(t, original);
    text_addf(&t->words, tr("#%" PRId64), original);
    if (same.packet == original) {
        *recent = same;
        recent->packet = packet;
        text_addf(&t->words, " %s", same.label);
    }
    text_addf(&t->words, tr(" is duplicated between %s and %s: #%" PRId64 " is the same"),
              transcript_link_host(t, e, 0), transcript_link_host(t, e, 1), packet);
    return true;
}

static bool tell_link_corrupt(struct transcript *t, const struct event *e)
{
    add_packet(t, e);
    text_addf(&t->words, tr(" was damaged between %s and %s"), transcript_link_host(t, e, 0),
              transcript_link_host(t, e, 1));
    return true;
}

static bool tell_packet_drop(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "X ");
    add_packet(t, e);
    text_adds(&t->words, tr(" ends here"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_packet_fragment(struct transcript *t, const struct event *e)
{
    add_packet(t, e);
    text_addf(&t->words, tr(" is cut into %" PRId64 " fragments for an MTU of %" PRId64 " bytes"),
              event_int(e, FIELD_NTH), event_int(e, FIELD_MTU));
    return true;
}

static bool tell_packet_whole(struct transcript *t, const struct event *e)
{
    add_packet(t, e);
    text_addf(&t->words, tr(" is whole again, from %" PRId64 " fragments"), event_int(e, FIELD_NTH));
    return true;
}

static bool tell_path_mtu(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("learns: the path to %s takes no more than %" PRId64 " bytes"),
              transcript_host(t, event_int(e, FIELD_PEER)), event_int(e, FIELD_MTU));
    return true;
}

static bool tell_packet_corrupt(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "! ");
    add_packet(t, e);
    text_addf(&t->words, tr(" is corrupted on the way: %s, byte %llu"), event_text(e, FIELD_TEXT),
              (unsigned long long)event_int(e, FIELD_PLACE));
    return true;
}

static bool tell_packet_rewrite(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("changes what passes: %s, by %s"), event_text(e, FIELD_WHY), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_packet_collide(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "! ");
    add_packet(t, e);
    text_adds(&t->words, tr(" is accepted"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_timer_fire(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("timer runs out: %s"), event_text(e, FIELD_NAME));
    return true;
}

static bool tell_tcp_state(struct transcript *t, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    text_addf(&t->words, tr("connection with %s: %s -> %s"), transcript_conn_peer(t, e), event_text(e, FIELD_FROM),
              event_text(e, FIELD_TO));
    if (*why) text_addf(&t->words, " (%s)", why);
    return true;
}

const struct telling tellings_of_packets[EVENT_KINDS] = {
    [EVENT_PACKET_SEND] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_send},
    [EVENT_LINK_SEND] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_send},
    [EVENT_LINK_DELIVER] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_link_deliver},
    [EVENT_LINK_DROP] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_drop},
    [EVENT_LINK_QUEUE] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_queue},
    [EVENT_LINK_RETIME] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_retime},
    [EVENT_LINK_DUPLICATE] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_duplicate},
    [EVENT_LINK_CORRUPT] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_corrupt},
    [EVENT_PACKET_DROP] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_drop},
    [EVENT_PACKET_FRAGMENT] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_fragment},
    [EVENT_PACKET_WHOLE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_whole},
    [EVENT_PATH_MTU] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_path_mtu},
    [EVENT_PACKET_CORRUPT] = {TRANSCRIPT_PACKETS, FIELD_NONE, tell_packet_corrupt},
    [EVENT_PACKET_REWRITE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_packet_rewrite},
    [EVENT_PACKET_COLLIDE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_collide},
    [EVENT_TIMER_FIRE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_timer_fire},
    [EVENT_TCP_STATE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_tcp_state},
};
