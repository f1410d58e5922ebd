/* Packets between hosts: IPv4 (RFC 791) or IPv6 (RFC 8200) carrying TCP, UDP or ICMP. Routers count down the TTL and
   look up the next link. Their bytes are made and read in packet_bytes.c; what is too big is packet_fragments.c's. */
#include "model/host/packets.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/icmp.h"
#include "model/host/strip_starttls.h"
#include "sim/journal/memory.h"

_Static_assert(sizeof(struct ip_packet) <= PACKET_HEADER_ROOM, "the header block of a packet holds an ip_packet");

static const char *tcp_kind(const struct tcp_segment *segment)
{
    if (segment->flags & TCP_RST) return "tcp.rst";
    if (segment->flags & TCP_SYN) return segment->flags & TCP_ACK ? "tcp.syn-ack" : "tcp.syn";
    if (segment->length > 0) return "tcp.data";
    if (segment->flags & TCP_FIN) return "tcp.fin";
    return "tcp.ack";
}

static const char *icmp_tag(const struct ip_packet *ip)
{
    bool v6 = ip_is_v6(&ip->ip);
    switch (icmp_kind_of(&ip->icmp, v6)) {
    case ICMP_ECHO_REQUEST:
    case ICMP_ECHO_REPLY:
        return "icmp.echo";
    case ICMP_NO_ROUTE:
    case ICMP_HOST_DOWN:
    case ICMP_BAD_PROTOCOL:
    case ICMP_PORT_CLOSED:
        return "icmp.unreachable";
    case ICMP_TOO_BIG:
        return "icmp.too-big";
    case ICMP_TTL_EXCEEDED:
    case ICMP_REASSEMBLY_TIME:
        return "icmp.time-exceeded";
    case ICMP_OTHER:
        break;
    }
    return "icmp";
}

static const char *kind_of(const struct ip_packet *ip)
{
    if (ip_is_fragment(&ip->ip)) return "fragment";
    if (ip->ip.protocol == IP_PROTOCOL_ICMP || ip->ip.protocol == IP_PROTOCOL_ICMPV6) return icmp_tag(ip);
    if (ip->ip.protocol == IP_PROTOCOL_TCP) return tcp_kind(&ip->tcp);
    if (!ip->dns) return "udp";
    return ip->dns->is_response ? "dns.answer" : "dns.query";
}

static const char *tag(const struct packet *packet, char text[PACKET_TAG_BYTES])
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (ip->part.message.n) {
        const struct mail_message *mail = world_message(ip->world, ip->part.message);
        snprintf(text, PACKET_TAG_BYTES, "tcp.data mail %.40s, body, segment %u", mail ? mail->name : "of long ago",
                 (unsigned)ip->part.segment);
    } else if (ip_is_fragment(&ip->ip)) {
        snprintf(text, PACKET_TAG_BYTES, "fragment from byte %u%s", ip->ip.fragment_offset,
                 ip->ip.more_fragments ? "" : ", the last");
    } else if (ip->ip.protocol == IP_PROTOCOL_ICMP || ip->ip.protocol == IP_PROTOCOL_ICMPV6) {
        bool v6 = ip_is_v6(&ip->ip), too_big = icmp_kind_of(&ip->icmp, v6) == ICMP_TOO_BIG;
        int used = snprintf(text, PACKET_TAG_BYTES, "%s %s", icmp_tag(ip), icmp_text(&ip->icmp, v6));
        if (too_big) snprintf(text + used, PACKET_TAG_BYTES - (size_t)used, ", MTU %u", icmp_mtu(&ip->icmp, v6));
    } else if (ip->ip.protocol == IP_PROTOCOL_UDP && ip->dns) {
        snprintf(text, PACKET_TAG_BYTES, "%s %s %.60s", kind_of(ip), dns_type_text(ip->dns->qtype), ip->dns->qname);
    } else {
        snprintf(text, PACKET_TAG_BYTES, "%s", kind_of(ip));
    }
    return text;
}

/* A drop of the scenario asks for the segment of a mail, or for a kind of packet. */
static bool matches(const struct packet *packet, const void *pattern)
{
    const struct scenario_fault *fault = pattern;
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (fault->drop_mail < 0) return !fault->drop_tag || strcmp(kind_of(ip), fault->drop_tag) == 0;
    return ip->part.message.n == (uint32_t)fault->drop_mail + 1 &&
           (fault->drop_segment == 0 || fault->drop_segment == ip->part.segment) &&
           (fault->drop_transmission == 0 || fault->drop_transmission == packet->identity.transmission);
}

void packets_release(struct ip_packet *ip)
{
    if (ip->payload && !ip->is_foreign)
        byte_stream_drop_carried(ip->payload, ip->generation);
    else
        byte_stream_drop(ip->payload);
    byte_stream_drop(ip->raw);
    if (ip->dns) dns_message_drop(ip->dns);
}

static void release(struct packet *packet)
{
    packets_release(ip_packet_of(packet));
}

static const struct packet_ops ip_ops = {
    .tag = tag, .matches = matches, .release = release, .copied = packets_copied, .corrupt = packets_corrupt};

struct packet *packets_new(struct host *host, struct ip_address destination, uint8_t protocol, uint32_t payload_bytes)
{
    const struct host *to = world_host_by_address(host->world, destination);
    return packets_new_to(host, to ? to->id : (struct host_id){0}, destination, protocol, payload_bytes);
}

struct packet *packets_new_to(struct host *host, struct host_id to, struct ip_address destination, uint8_t protocol,
                              uint32_t payload_bytes)
{
    struct packet *packet = packet_new(host->world->packets);
    struct ip_packet *ip = ip_packet_of(packet);
    memset(ip, 0, offsetof(struct ip_packet, ip)); /* the headers are written by the callers */
    ip->world = host->world;
    packet->ops = &ip_ops;
    packet->from = host->id;
    packet->to = to;
    ip->ip = (struct ip_header){.source = ip_is_v4(destination) ? host->address : host->address6,
                                .destination = destination,
                                .payload_length = (uint16_t)payload_bytes,
                                .dont_fragment = true, /* so that the identification means nothing (RFC 6864) */
                                .ttl = IP_DEFAULT_TTL,
                                .protocol = protocol};
    packet->size_bytes = (ip_is_v4(destination) ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES) + payload_bytes;
    return packet;
}

void packets_fit(struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet);
    ip->ip.payload_length = (uint16_t)(packets_transport_header_size(ip) + packets_payload_size(ip));
    packet->size_bytes = (uint32_t)ip_header_size(&ip->ip) + ip->ip.payload_length;
}

/* Payload that is no range of a stream is stored as a stream of its own. The bytes are the caller's to free. */
static uint8_t *emit_own_payload(struct host *host, const struct ip_packet *ip, struct stream_id stream, size_t size)
{
    uint8_t *bytes = mem_alloc(size + 1);
    if (ip->payload)
        memcpy(bytes, byte_stream_at(ip->payload, ip->payload_offset), size);
    else if (dns_encode(ip->dns, bytes, size) != size)
        assert(!"a message has the size that it was sent with");
    JOURNAL_EMIT(host->world->journal, STREAM_DATA, F_INT(STREAM, stream.n), F_INT(HOST, host->id.n),
                 F_BLOB(BYTES, bytes, size));
    return bytes;
}

static bool is_own_payload(const struct ip_packet *ip)
{
    return ip->is_foreign ? ip->payload != NULL : ip->dns != NULL;
}

static uint64_t emit_send(struct host *host, const struct packet *packet, struct send_reason reason,
                          struct stream_id stream)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    uint8_t headers[PACKET_HEADERS_MAX_BYTES], *own = NULL;
    const uint8_t *payload = NULL;
    size_t length = packets_payload_size(ip);
    if (is_own_payload(ip))
        payload = own = emit_own_payload(host, ip, stream, length);
    else if (length > 0)
        payload = byte_stream_at(ip->payload, ip->payload_offset);
    size_t headers_size = packets_encode_headers(ip, payload, headers);
    mem_free(own);
    char text[PACKET_TAG_BYTES];
    return JOURNAL_EMIT(host->world->journal, PACKET_SEND, F_INT(PACKET, packet->id), F_INT(HOST, packet->from.n),
                        F_INT(PEER, packet->to.n), F_INT(CONN, reason.conn.n), F_INT(REPEATS, reason.repeats),
                        F_TEXT(TAG, tag(packet, text)), F_TEXT(WHY, reason.why), F_BLOB(HEADER, headers, headers_size),
                        F_INT(STREAM, stream.n), F_INT(OFFSET, is_own_payload(ip) ? 0 : ip->payload_offset),
                        F_INT(LENGTH, length), F_INT(SIZE, packet->size_bytes));
}

static void send_on_next_link(struct host *host, struct packet *packet)
{
    struct link_id link =
        packet->to.n ? network_next_link(host->world->network, host->id, packet->to) : (struct link_id){0};
    if (link.n == 0) {
        if (packet->from.n != host->id.n) icmp_send_error(host, packet, ICMP_NO_ROUTE, 0);
        packets_discard(host, packet, "no route");
        return;
    }
    if (packet->size_bytes > host->world->smallest_mtu) {
        uint32_t mtu_bytes = packets_mtu(host, packet, network_link_mtu(host->world->network, link, host->id));
        if (packet->size_bytes > mtu_bytes) {
            packets_too_big(host, packet, mtu_bytes);
            return;
        }
    }
    network_send(host->world->network, link, host->id, packet);
}

/* A datagram is a stream of its own; it is numbered whether or not somebody records it (law 1). */
static struct stream_id stream_of(struct host *host, const struct ip_packet *ip)
{
    if (is_own_payload(ip)) return (struct stream_id){++host->world->last_stream};
    return ip->payload ? ip->payload->id : (struct stream_id){0};
}

void packets_send(struct host *host, struct packet *packet, struct send_reason reason)
{
    struct journal *journal = host->world->journal;
    struct stream_id stream = stream_of(host, ip_packet_of(packet));
    packet->cause =
        journal_wants(journal, EVENT_PACKET_SEND) ? emit_send(host, packet, reason, stream) : journal_cause(journal);
    if (packet->to.n == host->id.n)
        host_on_packet(host, packet, (struct link_id){0});
    else
        send_on_next_link(host, packet);
}

void packets_discard(struct host *host, struct packet *packet, const char *why)
{
    JOURNAL_EMIT(host->world->journal, PACKET_DROP, F_INT(PACKET, packet->id), F_INT(HOST, host->id.n),
                 F_TEXT(WHY, why));
    packet_drop(host->world->packets, packet);
}

/* RFC 1812 5.3.1: a packet whose TTL runs out here goes no further. */
void packets_forward(struct host *host, struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet);
    if (ip->ip.ttl <= 1) {
        icmp_send_error(host, packet, ICMP_TTL_EXCEEDED, 0);
        packets_discard(host, packet, "ttl exceeded");
        return;
    }
    ip->ip.ttl--;
    if (host->description->strips_starttls) strip_starttls(host, packet);
    if (ip->raw) packets_age_raw(packet);
    send_on_next_link(host, packet);
}
