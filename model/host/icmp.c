#include "model/host/icmp.h"

#include "model/host/host.h"
#include "model/host/host_sockets.h"
#include "model/host/name_server.h"
#include "model/host/path_mtu.h"
#include "model/host/recursor.h"
#include "model/host/resolver.h"
#include "model/wire/wire_bytes.h"
#include "sim/journal/memory.h"

/* How much of a packet is quoted: the whole message has at most 576 bytes (RFC 1812 4.3.2.3), or the least MTU of IPv6
   (RFC 4443 2.4 (c)). */
enum { MESSAGE_MAX_V4 = 576, MESSAGE_MAX_V6 = IPV6_MIN_MTU };

/* --- errors that are sent --- */

/* A bucket of ten that fills at ten a second. */
static bool is_within_rate(struct host *host)
{
    enum { BURST = 10 };
    static const int64_t cost_ns = 100 * MILLISECOND;
    int64_t now_ns = host->world->engine->now_ns;
    host->icmp_credit_ns += now_ns - host->icmp_credit_at_ns;
    host->icmp_credit_at_ns = now_ns;
    if (host->icmp_credit_ns > BURST * cost_ns) host->icmp_credit_ns = BURST * cost_ns;
    if (host->icmp_credit_ns < cost_ns) return false;
    host->icmp_credit_ns -= cost_ns;
    return true;
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e), by the packet's bytes. */
static bool may_be_told_of(const uint8_t *bytes, size_t size, struct ip_header *header)
{
    size_t at;
    if (!ip_decode(bytes, size, header, &at) || header->fragment_offset > 0) return false;
    if (ip_is_no_host(header->source) || ip_is_no_host(header->destination)) return false;
    bool v6 = ip_is_v6(header);
    if (header->protocol != (v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP)) return true;
    struct icmp_header icmp;
    return icmp_decode(bytes + at, size - at, &icmp) && !icmp_is_error(&icmp, v6);
}

static void send_message(struct host *host, struct ip_address to, struct icmp_header icmp, const uint8_t *payload,
                         size_t size, struct packet_identity identity, const char *why)
{
    struct packet *packet = packets_new(host, to, ip_is_v4(to) ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6,
                                        (uint32_t)(ICMP_HEADER_BYTES + size));
    struct ip_packet *ip = ip_packet_of(packet);
    ip->icmp = icmp;
    packets_own_payload(ip, payload, size);
    packets_let_be_cut(host, packet);
    packet->identity = identity;
    packets_send(host, packet, (struct send_reason){.why = why});
}

void icmp_send_error(struct host *host, const struct packet *about, enum icmp_kind kind, uint32_t rest)
{
    if (host->description->is_silent || host->icmp_muted) return;
    struct ip_header header;
    uint8_t *bytes = mem_alloc(about->size_bytes);
    size_t size = packets_encode(about, bytes, about->size_bytes);
    if (may_be_told_of(bytes, size, &header) && is_within_rate(host)) {
        bool v6 = ip_is_v6(&header);
        size_t most = v6 ? MESSAGE_MAX_V6 - IPV6_HEADER_BYTES : MESSAGE_MAX_V4 - IPV4_HEADER_BYTES;
        struct packet_identity identity = about->identity;
        identity.flow = random_hash_mix(identity.flow, random_hash_mix(host->name_hash, kind));
        struct icmp_header icmp = icmp_of_kind(kind, v6, rest);
        uint64_t cause = journal_set_cause(host->world->journal, about->cause);
        send_message(host, header.source, icmp, bytes,
                     size < most - ICMP_HEADER_BYTES ? size : most - ICMP_HEADER_BYTES, identity, icmp_text(&icmp, v6));
        journal_set_cause(host->world->journal, cause);
    }
    mem_free(bytes);
}

/* --- errors that arrive --- */

/* RFC 9293 3.9.2.2: what ends a connection, and what does not. */
static enum tcp_icmp_kind kind_for_tcp(enum icmp_kind kind)
{
    switch (kind) {
    case ICMP_BAD_PROTOCOL:
    case ICMP_PORT_CLOSED:
        return TCP_ICMP_HARD;
    case ICMP_TOO_BIG:
        return TCP_ICMP_TOO_BIG;
    case ICMP_NO_ROUTE:
    case ICMP_HOST_DOWN:
    case ICMP_TTL_EXCEEDED:
    case ICMP_REASSEMBLY_TIME:
    case ICMP_ECHO_REQUEST:
    case ICMP_ECHO_REPLY:
    case ICMP_OTHER:
        break;
    }
    return TCP_ICMP_SOFT;
}

struct quotation {
    struct ip_header ip;
    uint32_t ip_header_bytes, size; /* size: of the packet that is quoted */
    const uint8_t *transport;       /* its first eight bytes at least */
};

/* RFC 5927 4.1: a quotation must be of a packet that we sent. */
static bool read_quotation(const struct host *host, const uint8_t *bytes, size_t size, struct quotation *q)
{
    size_t at;
    if (!ip_decode(bytes, size, &q->ip, &at) || size - at < 8 || q->ip.fragment_offset > 0) return false;
    q->ip_header_bytes = (uint32_t)at;
    q->size = (uint32_t)at + q->ip.payload_length;
    q->transport = bytes + at;
    return ip_equals(q->ip.source, host->address) || ip_equals(q->ip.source, host->address6);
}

/* RFC 5927 4.1, 7.2: TCP knows whether it has sent that. */
static void tell_tcp(struct host *host, const struct quotation *q, const struct icmp_header *icmp, bool v6)
{
    enum icmp_kind kind = icmp_kind_of(icmp, v6);
    struct tcp_icmp told = {.kind = kind_for_tcp(kind),
                            .seq = wire_get_32(q->transport + 4),
                            .ip_header_bytes = q->ip_header_bytes,
                            .why = icmp_text(icmp, v6)};
    if (kind == ICMP_TOO_BIG) {
        told.mtu_bytes = path_mtu_believed(host, q->ip.destination, icmp_mtu(icmp, v6), q->size);
        if (told.mtu_bytes == 0) return;
    }
    if (sockets_on_icmp(host, q->ip.destination, wire_get_16(q->transport), wire_get_16(q->transport + 2), &told) &&
        kind == ICMP_TOO_BIG)
        path_mtu_lower(host, q->ip.destination, told.mtu_bytes);
}

/* RFC 1122 4.1.3.3: UDP passes on what it is told; the only datagrams whose sender waits for something are questions.
 */
static void tell_udp(struct host *host, const struct quotation *q, const struct icmp_header *icmp, bool v6)
{
    switch (icmp_kind_of(icmp, v6)) {
    case ICMP_NO_ROUTE:
    case ICMP_HOST_DOWN:
    case ICMP_BAD_PROTOCOL:
    case ICMP_PORT_CLOSED:
    case ICMP_TTL_EXCEEDED:
    case ICMP_REASSEMBLY_TIME:
        if (wire_get_16(q->transport + 2) != DNS_PORT) break;
        if (host->dns_server && name_server_recursor(host->dns_server))
            recursor_on_icmp(name_server_recursor(host->dns_server), q->ip.destination, wire_get_16(q->transport),
                             icmp_text(icmp, v6));
        else
            resolver_on_icmp(host->resolver, q->ip.destination, wire_get_16(q->transport), icmp_text(icmp, v6));
        break;
    case ICMP_TOO_BIG:
    case ICMP_ECHO_REQUEST:
    case ICMP_ECHO_REPLY:
    case ICMP_OTHER:
        break;
    }
}

/* RFC 8201 4: what is no TCP is cut by its source, and only by it. IPv4 is cut where it does not fit. */
static void lower_path(struct host *host, const struct quotation *q, const struct icmp_header *icmp)
{
    uint32_t mtu_bytes = path_mtu_believed(host, q->ip.destination, icmp_mtu(icmp, true), q->size);
    if (mtu_bytes > 0 && icmp_kind_of(icmp, true) == ICMP_TOO_BIG) path_mtu_lower(host, q->ip.destination, mtu_bytes);
}

void icmp_on_packet(struct host *host, struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of(packet);
    bool v6 = ip_is_v6(&ip->ip);
    size_t size = packets_payload_size(ip);
    const uint8_t *payload = size > 0 ? byte_stream_at(ip->payload, ip->payload_offset) : NULL;
    struct quotation q;
    if (icmp_kind_of(&ip->icmp, v6) == ICMP_ECHO_REQUEST) { /* RFC 1122 3.2.2.6, RFC 4443 4.2 */
        struct packet_identity identity = packet->identity;
        identity.flow = random_hash_mix(identity.flow, 1);
        send_message(host, ip->ip.source, icmp_of_kind(ICMP_ECHO_REPLY, v6, ip->icmp.rest), payload, size, identity,
                     "echo");
    } else if (icmp_is_error(&ip->icmp, v6) && read_quotation(host, payload, size, &q)) {
        if (q.ip.protocol == IP_PROTOCOL_TCP)
            tell_tcp(host, &q, &ip->icmp, v6);
        else if (v6)
            lower_path(host, &q, &ip->icmp);
        if (q.ip.protocol == IP_PROTOCOL_UDP) tell_udp(host, &q, &ip->icmp, v6);
    }
    packet_drop(host->world->packets, packet);
}
