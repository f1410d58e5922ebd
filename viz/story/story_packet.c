/* Asking the story for packets: hops, losses, headers, payload, and what a packet says in a few words. */
#include <stdio.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"

bool story_has_class(const struct story *story, enum story_class class)
{
    return story->class_seen[class];
}

bool story_has_loss(const struct story *story)
{
    return story->loss_seen;
}

bool story_has_not_taken(const struct story *story)
{
    return story->not_taken_seen;
}

const char *story_class_name(enum story_class class)
{
    switch (class) {
    case STORY_CONTROL:
        return tr("handshake and close");
    case STORY_ACK:
        return tr("acknowledgement");
    case STORY_DATA:
        return tr("data");
    case STORY_RETRANSMIT:
        return tr("retransmission");
    case STORY_DNS:
        return tr("name look-up");
    case STORY_ICMP:
        return tr("ICMP");
    case STORY_FRAGMENT:
        return tr("fragment");
    case STORY_OTHER:
    case STORY_CLASSES:
        break;
    }
    return tr("other");
}

size_t story_packet_count(const struct story *story)
{
    return story->packets.count;
}

const struct story_packet *story_packet(const struct story *story, size_t packet)
{
    return &story->packets.items[packet];
}

size_t story_packet_by_id(const struct story *story, uint64_t id)
{
    return packet_index(story, id);
}

size_t story_event_packet(const struct story *story, size_t event)
{
    enum event_kind kind = journal_memory_kind(story->journal, event);
    if (event_kind_group(kind) != GROUP_PACKET || !event_has(kind, FIELD_PACKET)) return STORY_NONE;
    const struct event *e = story_event(story, event);
    return story_packet_by_id(story, (uint64_t)event_int(e, FIELD_PACKET));
}

size_t story_event_conn(const struct story *story, size_t event)
{
    const struct event *e = story_event(story, event);
    size_t packet = story_event_packet(story, event);
    if (packet != STORY_NONE) return story_packet(story, packet)->conn;
    return event_has(e->kind, FIELD_CONN) ? story_conn_by_id(story, (uint32_t)event_int(e, FIELD_CONN)) : STORY_NONE;
}

size_t story_hop_count(const struct story *story)
{
    return story->hops.count;
}

const struct story_hop *story_hop(const struct story *story, size_t hop)
{
    return &story->hops.items[hop];
}

size_t story_hop_from(const struct story *story, size_t hop)
{
    const struct story_hop *h = &story->hops.items[hop];
    return story->links.items[h->link].ends[h->dir];
}

size_t story_hop_to(const struct story *story, size_t hop)
{
    const struct story_hop *h = &story->hops.items[hop];
    return story->links.items[h->link].ends[!h->dir];
}

double story_hop_place(const struct story_hop *hop, int64_t at_ns)
{
    if (at_ns < hop->begins) return -1;
    if (at_ns >= hop->arrives) return hop->arrives > hop->sent_ns ? 1 : 0;
    return (double)(at_ns - hop->begins) / (double)(hop->arrives - hop->begins);
}

size_t story_drop_count(const struct story *story)
{
    return story->drops.count;
}

const struct story_drop *story_drop(const struct story *story, size_t drop)
{
    return &story->drops.items[drop];
}

bool story_packet_header(const struct story *story, size_t packet, struct story_header *header)
{
    size_t at, size;
    memset(header, 0, sizeof *header);
    const struct story_packet *sent = &story->packets.items[packet];
    while (sent->copy_of != STORY_NONE)
        sent = &story->packets.items[sent->copy_of];
    const struct event *e = story_event(story, sent->send_event);
    if (e->kind != EVENT_PACKET_SEND) return false;
    header->bytes = (const uint8_t *)event_bytes(e, FIELD_HEADER, &header->size);
    if (!ip_decode(header->bytes, header->size, &header->ip, &header->transport_at)) return false;
    at = header->transport_at;
    if (header->ip.fragment_offset > 0) return true;
    if (header->ip.protocol == IP_PROTOCOL_TCP)
        header->is_tcp = tcp_decode(header->bytes + at, header->size - at, &header->tcp, &size);
    if (header->ip.protocol == IP_PROTOCOL_UDP)
        header->is_udp = udp_decode(header->bytes + at, header->size - at, &header->udp);
    if (header->ip.protocol == (ip_is_v6(&header->ip) ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP))
        header->is_icmp = icmp_decode(header->bytes + at, header->size - at, &header->icmp);
    header->tcp.length = story->packets.items[packet].length;
    return true;
}

bool story_acked_bytes(const struct story *story, const struct story_packet *packet, const struct tcp_segment *tcp,
                       uint32_t *bytes)
{
    if (packet->conn == STORY_NONE) return false;
    size_t other = story->conns.items[packet->conn].other_end;
    if (other == STORY_NONE || !story->conns.items[other].has_iss) return false;
    /* The SYN takes up one number; so does a FIN, which is told as a byte more than there are. */
    *bytes = tcp->ack - story->conns.items[other].iss - 1;
    return true;
}

/* Its tag is "fragment from byte 1376, the last". */
static void fragment_label(const struct story_packet *p, char *buffer, size_t size)
{
    unsigned from = 0;
    sscanf(p->tag, "fragment from byte %u", &from);
    snprintf(buffer, size, strstr(p->tag, "last") ? tr("last fragment, bytes %u–%u") : tr("fragment, bytes %u–%u"),
             from, from + p->length - 1);
}

/* A question's tag is "dns.query MX b.example": its label leaves the first word out. */
static const char *tag_label(const struct story_packet *p, char *buffer, size_t size)
{
    const char *words = strchr(p->tag, ' ');
    if (words && strncmp(p->tag, "icmp", 4) == 0)
        snprintf(buffer, size, "%s", words + 1);
    else if (strncmp(p->tag, "fragment", 8) == 0)
        fragment_label(p, buffer, size);
    else if (words && strncmp(p->tag, "dns.query", 9) == 0)
        snprintf(buffer, size, tr("%s?"), words + 1);
    else if (words && strncmp(p->tag, "dns.answer", 10) == 0)
        snprintf(buffer, size, tr("answer: %s"), words + 1);
    else
        snprintf(buffer, size, "%s", *p->tag ? p->tag : tr("packet"));
    return buffer;
}

/* The record that a segment begins with, if it looks like one; *handshake: the message in it, where that can be read.
 */
static bool begins_record(const struct story *story, size_t packet, struct tls_record *record, uint8_t *handshake)
{
    uint8_t bytes[TLS_RECORD_HEADER_BYTES + 1];
    size_t size = story_packet_payload(story, packet, bytes, sizeof bytes);
    if (!tls_record_decode(bytes, size, record)) return false;
    *handshake = size > TLS_RECORD_HEADER_BYTES ? bytes[TLS_RECORD_HEADER_BYTES] : 0;
    return true;
}

const char *story_packet_record(const struct story *story, size_t packet, char *buffer, size_t size)
{
    struct tls_record record;
    uint8_t handshake;
    if (!begins_record(story, packet, &record, &handshake)) return NULL;
    bool is_hello = record.type == TLS_HANDSHAKE && (handshake == 1 || handshake == 2);
    snprintf(buffer, size, tr("%s%s%s, version 0x%04x, %u bytes"), tls_content_type_name(record.type),
             is_hello ? ": " : "", is_hello ? tls_handshake_type_name(handshake) : "", (unsigned)record.version,
             (unsigned)record.length);
    return buffer;
}

/* Words of a dialogue have their own labels; of TLS these are left, and bytes. */
static bool tls_label(const struct story *story, size_t packet, char *buffer, size_t size)
{
    struct tls_record record;
    uint8_t handshake;
    if (!begins_record(story, packet, &record, &handshake) || record.type == TLS_APPLICATION_DATA) return false;
    bool is_hello = record.type == TLS_HANDSHAKE && (handshake == 1 || handshake == 2);
    snprintf(buffer, size, "TLS %s",
             is_hello ? tls_handshake_type_name(handshake) : tls_content_type_name(record.type));
    return true;
}

static const char *data_label(const struct story *story, size_t packet, char *buffer, size_t size)
{
    const struct story_packet *p = &story->packets.items[packet];
    if (tls_label(story, packet, buffer, size)) return buffer;
    unsigned long long first = p->offset + 1, last = p->offset + p->length;
    if (first == last)
        snprintf(buffer, size, tr("byte %llu"), first);
    else
        snprintf(buffer, size, tr("bytes %llu–%llu"), first, last);
    return buffer;
}

const char *story_packet_label(const struct story *story, size_t packet, char *buffer, size_t size)
{
    struct story_header header;
    char flags[32];
    uint32_t acked;
    const struct story_packet *p = &story->packets.items[packet];
    if (!story_packet_header(story, packet, &header) || !header.is_tcp) return tag_label(p, buffer, size);
    if (p->length && !(header.tcp.flags & (TCP_SYN | TCP_RST | TCP_FIN)))
        return data_label(story, packet, buffer, size);
    if (header.tcp.flags == TCP_ACK && story_acked_bytes(story, p, &header.tcp, &acked))
        snprintf(buffer, size, tr("ACK %u"), (unsigned)(acked + 1)); /* the byte that is waited for */
    else
        snprintf(buffer, size, "%s", tcp_flags_text(header.tcp.flags, flags));
    return buffer;
}

/* ---- Payload ---- */

/* Copies what one stream.data event and the wanted range have in common. */
static size_t copy_common(const struct event *e, uint64_t offset, uint8_t *out, size_t room)
{
    size_t size;
    const char *bytes = event_bytes(e, FIELD_BYTES, &size);
    uint64_t begins = (uint64_t)event_int(e, FIELD_OFFSET);
    if (offset < begins || offset >= begins + size) return 0;
    size_t skip = (size_t)(offset - begins), n = size - skip < room ? size - skip : room;
    memcpy(out, bytes + skip, n);
    return n;
}

size_t story_packet_payload(const struct story *story, size_t packet, uint8_t *out, size_t room)
{
    const struct story_packet *p = &story->packets.items[packet];
    size_t copied = 0, stream = story_index(&story->streams, p->stream);
    if (stream == STORY_NONE) return 0;
    const struct cast_stream *s = &story->stream_bytes.items[stream];
    room = p->length < room ? p->length : room;
    size_t low = 0, high = s->events.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if ((uint64_t)event_int(story_event(story, s->events.items[middle]), FIELD_OFFSET) <= p->offset)
            low = middle;
        else
            high = middle;
    }
    for (; low < s->events.count && copied < room; low++)
        copied +=
            copy_common(story_event(story, s->events.items[low]), p->offset + copied, out + copied, room - copied);
    return copied;
}

/* ---- The ladder ---- */

size_t story_ladder(const struct story *story, int64_t from_ns, int64_t to_ns, struct story_arrow *arrows, size_t room)
{
    size_t low = 0, high = story->packets.count, n = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story->latest_end[middle / PACKET_BLOCK] < from_ns)
            low = (middle / PACKET_BLOCK + 1) * PACKET_BLOCK;
        else
            high = middle / PACKET_BLOCK * PACKET_BLOCK;
    }
    for (; low < story->packets.count && story->packets.items[low].sent_ns <= to_ns; low++) {
        const struct story_packet *p = &story->packets.items[low];
        if (p->end_ns < from_ns || p->from == STORY_NONE || p->to == STORY_NONE) continue;
        if (n < room)
            arrows[n] =
                (struct story_arrow){low, p->from, p->to, p->sent_ns, p->end_ns, p->fate == STORY_LOST, p->class};
        n++;
    }
    return n;
}
