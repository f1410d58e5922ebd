/* Packets as bytes: made from the fields when somebody looks (law 4), read from any bytes, and corrupted bytes on their
   way. A corrupted packet travels as raw bytes: each router looks at its IP header, its destination at everything. */
#include <assert.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/icmp.h"
#include "model/host/packets.h"
#include "sim/journal/memory.h"

/* --- to bytes --- */

/* The payload; false when a message has another size. What both ends of a stream have done with is zeros. */
static bool put_payload(const struct ip_packet *ip, uint8_t *out, size_t size)
{
    if (!ip->payload && ip->dns) return dns_encode(ip->dns, out, size) == size;
    if (ip->payload) byte_stream_read(ip->payload, ip->payload_offset, out, size);
    return ip->payload || size == 0;
}

size_t packets_transport_header_size(const struct ip_packet *ip)
{
    if (ip_is_fragment(&ip->ip)) return 0;
    switch (ip->ip.protocol) {
    case IP_PROTOCOL_TCP:
        return tcp_header_size(&ip->tcp);
    case IP_PROTOCOL_UDP:
        return UDP_HEADER_BYTES;
    }
    return ICMP_HEADER_BYTES;
}

size_t packets_payload_size(const struct ip_packet *ip)
{
    if (ip_is_fragment(&ip->ip)) return ip->ip.payload_length;
    switch (ip->ip.protocol) {
    case IP_PROTOCOL_TCP:
        return ip->tcp.length;
    case IP_PROTOCOL_UDP:
        return (size_t)ip->udp.length - UDP_HEADER_BYTES;
    }
    return (size_t)ip->ip.payload_length - ICMP_HEADER_BYTES;
}

size_t packets_encode_headers(const struct ip_packet *ip, const uint8_t *payload, uint8_t out[PACKET_HEADERS_MAX_BYTES])
{
    struct ip_address source = ip->ip.source, destination = ip->ip.destination;
    size_t size = ip_encode(&ip->ip, out);
    if (ip_is_fragment(&ip->ip)) return size;
    switch (ip->ip.protocol) {
    case IP_PROTOCOL_TCP:
        return size + tcp_encode(&ip->tcp, source, destination, payload, out + size);
    case IP_PROTOCOL_UDP:
        udp_encode(&ip->udp, source, destination, payload, out + size);
        return size + UDP_HEADER_BYTES;
    }
    icmp_encode(&ip->icmp, source, destination, payload, packets_payload_size(ip), out + size);
    return size + ICMP_HEADER_BYTES;
}

size_t packets_encode(const struct packet *packet, uint8_t *out, size_t room)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (ip->raw) {
        if (ip->raw->size > room) return 0;
        memcpy(out, ip->raw->bytes, ip->raw->size);
        return ip->raw->size;
    }
    size_t size = packet->size_bytes, payload = packets_payload_size(ip), headers = size - payload;
    uint8_t header[PACKET_HEADERS_MAX_BYTES];
    assert(payload < size);
    if (size > room || !put_payload(ip, out + headers, payload)) return 0;
    packets_encode_headers(ip, out + headers, header);
    memcpy(out, header, headers);
    return size;
}

/* --- from bytes --- */

void packets_own_payload(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    ip->is_foreign = true;
    ip->payload = NULL;
    ip->payload_offset = 0;
    if (size == 0) return;
    ip->payload = byte_stream_new((struct stream_id){0});
    byte_stream_append(ip->payload, bytes, size);
}

static const char *read_tcp(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    size_t header_size;
    if (!tcp_decode(bytes, size, &ip->tcp, &header_size)) return "bad tcp header";
    if (!tcp_checksum_is_good(bytes, size, ip->ip.source, ip->ip.destination)) return "bad checksum";
    packets_own_payload(ip, bytes + header_size, ip->tcp.length);
    return NULL;
}

static const char *read_udp(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    if (!udp_decode(bytes, size, &ip->udp) || ip->udp.length > size) return "bad udp length";
    if (!udp_checksum_is_good(bytes, size, ip->ip.source, ip->ip.destination)) return "bad checksum";
    bytes += UDP_HEADER_BYTES;
    size = (size_t)ip->udp.length - UDP_HEADER_BYTES;
    if (ip->udp.source_port == DNS_PORT || ip->udp.destination_port == DNS_PORT) {
        ip->dns = dns_decode(bytes, size);
        if (!ip->dns) return "malformed dns";
    }
    packets_own_payload(ip, bytes, size);
    return NULL;
}

static const char *read_icmp(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    if (!icmp_decode(bytes, size, &ip->icmp)) return "cut short";
    if (!icmp_checksum_is_good(bytes, size, ip->ip.source, ip->ip.destination)) return "bad checksum";
    packets_own_payload(ip, bytes + ICMP_HEADER_BYTES, size - ICMP_HEADER_BYTES);
    return NULL;
}

static const char *read_transport(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    switch (ip->ip.protocol) {
    case IP_PROTOCOL_TCP:
        return read_tcp(ip, bytes, size);
    case IP_PROTOCOL_UDP:
        return read_udp(ip, bytes, size);
    case IP_PROTOCOL_ICMP:
    case IP_PROTOCOL_ICMPV6:
        if ((ip->ip.protocol == IP_PROTOCOL_ICMPV6) == ip_is_v6(&ip->ip)) return read_icmp(ip, bytes, size);
        break;
    }
    return "unknown protocol";
}

const char *packets_read(struct ip_packet *ip, const uint8_t *bytes, size_t size)
{
    size_t header_size;
    ip->payload = NULL;
    ip->dns = NULL;
    ip->raw = NULL;
    ip->part = (struct mail_part){0};
    ip->is_corrupted = ip->is_piece = false;
    const char *problem = ip_problem(bytes, size);
    if (problem) return problem;
    ip_decode(bytes, size, &ip->ip, &header_size);
    if (ip_is_no_host(ip->ip.source)) return "bad source address";
    if (ip_is_fragment(&ip->ip)) {
        packets_own_payload(ip, bytes + header_size, ip->ip.payload_length);
        return NULL;
    }
    return read_transport(ip, bytes + header_size, ip->ip.payload_length);
}

/* Nobody here counted its transmissions: each packet from elsewhere has luck of its own. */
static struct packet_identity identity_of(const struct ip_packet *ip, uint32_t nth)
{
    struct ip_address from = ip->ip.source, to = ip->ip.destination;
    uint64_t ends = random_hash_mix(random_hash_mix(from.high, from.low), random_hash_mix(to.high, to.low));
    bool whole = !ip_is_fragment(&ip->ip);
    bool is_tcp = whole && ip->ip.protocol == IP_PROTOCOL_TCP, is_udp = whole && ip->ip.protocol == IP_PROTOCOL_UDP;
    uint64_t ports = is_tcp   ? (uint64_t)ip->tcp.source_port << 16 | ip->tcp.destination_port
                     : is_udp ? (uint64_t)ip->udp.source_port << 16 | ip->udp.destination_port
                     : whole  ? ip->icmp.rest
                              : ip->ip.fragment_offset;
    return (struct packet_identity){random_hash_mix(ends, ports), is_tcp ? ip->tcp.seq : 0, nth, 0};
}

struct packet *packets_decode(struct host *at, const uint8_t *bytes, size_t size, const char **why)
{
    struct ip_packet read = {.world = at->world};
    *why = packets_read(&read, bytes, size);
    if (*why) return NULL;
    struct packet *packet = packets_new(at, read.ip.destination, read.ip.protocol, 0);
    *ip_packet_of(packet) = read;
    packets_fit(packet);
    packet->identity = identity_of(&read, ++at->world->last_foreign);
    return packet;
}

/* --- raw bytes on their way --- */

void packets_flag_collision(struct host *host, const struct packet *packet)
{
    JOURNAL_EMIT(host->world->journal, PACKET_COLLIDE, F_INT(PACKET, packet->id), F_INT(HOST, host->id.n),
                 F_TEXT(WHY, "corrupted, and all its checksums hold"));
}

/* Its fields are what its bytes say; what they were is let go. Of a fragment only the header has been judged. */
static void accept_raw(struct host *host, struct packet *packet, const struct ip_packet *read)
{
    struct ip_packet *ip = ip_packet_of(packet);
    uint64_t whole = ip->whole;
    bool is_piece = ip->is_piece && ip_is_fragment(&read->ip);
    packets_release(ip);
    *ip = *read;
    packets_fit(packet);
    if (ip_is_fragment(&ip->ip))
        ip->is_corrupted = true;
    else
        packets_flag_collision(host, packet);
    ip->is_piece = is_piece;
    if (is_piece) ip->whole = whole;
}

/* A header that still sums up may name another destination. */
static void route_raw(struct host *host, struct packet *packet, const uint8_t *bytes)
{
    struct ip_packet *ip = ip_packet_of(packet);
    size_t header_size;
    ip_decode(bytes, ip->raw->size, &ip->ip, &header_size);
    const struct host *to = world_host_by_address(host->world, ip->ip.destination);
    packet->to = to ? to->id : (struct host_id){0};
}

bool packets_receive_raw(struct host *host, struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet);
    const char *problem = ip_problem(ip->raw->bytes, ip->raw->size);
    if (!problem) {
        route_raw(host, packet, ip->raw->bytes);
        if (packet->to.n != host->id.n) return true;
        struct ip_packet read = {.world = ip->world};
        problem = packets_read(&read, ip->raw->bytes, ip->raw->size);
        if (!problem) accept_raw(host, packet, &read);
    }
    if (!problem) return true;
    if (strcmp(problem, "unknown protocol") == 0) icmp_send_error(host, packet, ICMP_BAD_PROTOCOL, 0);
    packets_discard(host, packet, problem);
    return false;
}

void packets_age_raw(struct packet *packet)
{
    struct byte_stream *raw = ip_packet_of(packet)->raw;
    ip_count_down(raw->bytes);
}

/* --- links that copy and corrupt --- */

void packets_copied(struct packet *copy)
{
    struct ip_packet *ip = ip_packet_of(copy);
    if (ip->payload && ip->is_foreign) byte_stream_hold(ip->payload);
    if (ip->payload && !ip->is_foreign) byte_stream_carry_twin(ip->payload, ip->generation);
    if (ip->dns) dns_message_hold(ip->dns);
    if (!ip->raw) return;
    const struct byte_stream *raw = ip->raw; /* each counts down a TTL of its own */
    ip->raw = byte_stream_new((struct stream_id){0});
    byte_stream_append(ip->raw, raw->bytes, raw->size);
}

static void flip(uint8_t *bytes, size_t bit)
{
    bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

struct flips {
    size_t first, last; /* bytes */
};

static void note_flip(struct flips *flips, size_t bit)
{
    if (bit / 8 < flips->first) flips->first = bit / 8;
    if (bit / 8 > flips->last) flips->last = bit / 8;
}

/* Three times in four one bit; else two anywhere (which, in the same place of two words and opposed, the Internet
   checksum does not see: one such pair in 32), or a burst within 16 bits. */
static struct flips flip_bits(uint8_t *bytes, size_t size, uint64_t draw)
{
    size_t n_bits = size * 8, first = (size_t)((draw >> 8) % n_bits);
    struct flips flips = {size, 0};
    unsigned kind = (unsigned)(draw & 15);
    flip(bytes, first);
    note_flip(&flips, first);
    for (unsigned i = 1; kind == 15 && i < 16 && first + i < n_bits; i++) {
        if (!(draw >> (40 + i) & 1)) continue;
        flip(bytes, first + i);
        note_flip(&flips, first + i);
    }
    if (kind >= 12 && kind < 15 && n_bits > 1) {
        size_t second = (first + 1 + (size_t)(random_hash_mix(draw, 1) % (n_bits - 1))) % n_bits;
        flip(bytes, second);
        note_flip(&flips, second);
    }
    return flips;
}

static const char *layer_of(const struct ip_packet *ip, size_t size, size_t place)
{
    if (place < ip_header_size(&ip->ip)) return "ip header";
    if (place >= size - packets_payload_size(ip)) return "payload";
    if (ip->ip.protocol == IP_PROTOCOL_TCP) return "tcp header";
    return ip->ip.protocol == IP_PROTOCOL_UDP ? "udp header" : "icmp header";
}

void packets_corrupt(struct packet *packet, uint64_t draw)
{
    struct ip_packet *ip = ip_packet_of(packet);
    if (!ip->raw) {
        uint8_t *bytes = mem_alloc(packet->size_bytes);
        size_t size = packets_encode(packet, bytes, packet->size_bytes);
        struct byte_stream *raw = byte_stream_new((struct stream_id){0});
        byte_stream_append(raw, bytes, size);
        mem_free(bytes);
        ip->raw = raw;
    }
    struct flips flips = flip_bits(ip->raw->bytes, ip->raw->size, draw);
    struct journal *journal = ip->world->journal;
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause = JOURNAL_EMIT(journal, PACKET_CORRUPT, F_INT(PACKET, packet->id), F_INT(PLACE, flips.first),
                                 F_BLOB(BYTES, ip->raw->bytes + flips.first, flips.last - flips.first + 1),
                                 F_TEXT(TEXT, layer_of(ip, packet->size_bytes, flips.first)));
    journal_set_cause(journal, cause);
}
