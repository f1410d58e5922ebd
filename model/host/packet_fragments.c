/* Packets that are too big for the next link: cut into fragments where that is allowed (RFC 791 3.2, RFC 8200 4.5),
   else dropped, and their sender told (RFC 1191, RFC 8201). */
#include "model/host/host.h"
#include "model/host/icmp.h"
#include "model/host/packets.h"
#include "model/host/path_mtu.h"
#include "sim/journal/memory.h"

static bool may_be_cut(const struct host *host, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (!ip_is_v6(&ip->ip)) return !ip->ip.dont_fragment;
    return packet->from.n == host->id.n && ip->ip.protocol != IP_PROTOCOL_TCP;
}

void packets_let_be_cut(struct host *host, struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet);
    /* Where no link could want to cut it, it may as well say so, and needs no identification (RFC 6864 4.1). */
    ip->ip.dont_fragment = ip_is_v6(&ip->ip) || packet->size_bytes <= host->world->smallest_mtu;
    if (!ip->ip.dont_fragment) ip->ip.identification = host_next_identification(host);
}

uint32_t packets_mtu(const struct host *host, const struct packet *packet, uint32_t link_mtu_bytes)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (!ip_is_v6(&ip->ip) || !may_be_cut(host, packet)) return link_mtu_bytes;
    uint32_t path_mtu_bytes = path_mtu_of(host, ip->ip.destination);
    return path_mtu_bytes < link_mtu_bytes ? path_mtu_bytes : link_mtu_bytes;
}

/* A packet with the whole's header and `size` bytes of its payload. */
static struct packet *new_piece(struct host *host, const struct packet *whole, const struct ip_header *header,
                                struct byte_stream *payload, uint32_t at, uint32_t size)
{
    const struct ip_packet *of = ip_packet_of_const(whole);
    struct packet *packet = packets_new(host, header->destination, header->protocol, size);
    struct ip_packet *ip = ip_packet_of(packet);
    ip->ip = *header;
    ip->ip.fragment_offset = (uint16_t)(header->fragment_offset + at);
    ip->ip.more_fragments = header->more_fragments || at + size < header->payload_length;
    ip->ip.payload_length = (uint16_t)size;
    ip->is_foreign = true;
    ip->is_corrupted = of->is_corrupted || of->raw;
    ip->payload = byte_stream_hold(payload);
    ip->payload_offset = at;
    /* Of what a fragment from elsewhere is a part, nobody knows. */
    ip->is_piece = of->is_piece || !ip_is_fragment(&of->ip);
    ip->whole = of->is_piece ? of->whole : whole->id;
    packet->to = whole->to;
    packet->size_bytes = (uint32_t)ip_header_size(&ip->ip) + size;
    packet->identity = whole->identity;
    packet->identity.unit = random_hash_mix(whole->identity.unit, ip->ip.fragment_offset + 1u);
    return packet;
}

static void cut(struct host *host, struct packet *whole, uint32_t mtu_bytes)
{
    struct journal *journal = host->world->journal;
    struct ip_header header;
    size_t header_size;
    uint8_t *bytes = mem_alloc(whole->size_bytes);
    size_t size = packets_encode(whole, bytes, whole->size_bytes);
    bool good = ip_decode(bytes, size, &header, &header_size);
    struct byte_stream *payload = byte_stream_new((struct stream_id){0});
    byte_stream_append(payload, bytes + header_size, good ? header.payload_length : 0);
    mem_free(bytes);
    struct ip_header as_fragment = header;
    as_fragment.more_fragments = true;
    uint32_t step = (mtu_bytes - (uint32_t)ip_header_size(&as_fragment)) & ~7u;
    if (header.identification == 0) header.identification = host_next_identification(host);
    uint64_t event = JOURNAL_EMIT(journal, PACKET_FRAGMENT, F_INT(PACKET, whole->id), F_INT(HOST, host->id.n),
                                  F_INT(MTU, mtu_bytes), F_INT(NTH, (header.payload_length + step - 1) / step));
    for (uint32_t at = 0; at < header.payload_length; at += step) {
        uint32_t left = header.payload_length - at;
        journal_set_cause(journal, event);
        packets_send(host, new_piece(host, whole, &header, payload, at, left < step ? left : step),
                     (struct send_reason){.why = "cut for the next link"});
    }
    byte_stream_drop(payload);
    packet_drop(host->world->packets, whole);
}

void packets_too_big(struct host *host, struct packet *packet, uint32_t mtu_bytes)
{
    if (may_be_cut(host, packet)) {
        cut(host, packet, mtu_bytes);
        return;
    }
    icmp_send_error(host, packet, ICMP_TOO_BIG, mtu_bytes);
    packets_discard(host, packet,
                    host->description->is_silent ? "too big for the next link, in silence"
                                                 : "too big for the next link");
}
