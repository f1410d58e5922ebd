/* What hosts put into packets: an IP header and a TCP segment, a UDP datagram, an ICMP message or a fragment, as parsed
   headers with a reference to the payload (law 4). Bytes are made when somebody looks. */
#ifndef POSTROAD_MODEL_HOST_PACKETS_H
#define POSTROAD_MODEL_HOST_PACKETS_H

#include <stdbool.h>

#include "model/host/byte_stream.h"
#include "model/host/world_internal.h"
#include "model/wire/dns_wire.h"
#include "model/wire/icmp_wire.h"
#include "model/wire/ip_header.h"
#include "model/wire/tcp_wire.h"

/* Which part of a mail a segment carries: for names, and for drops that ask for it. */
struct mail_part {
    struct message_id message; /* 0: none */
    uint32_t segment;          /* of the content, from 1 */
};

struct ip_packet {
    struct world *world;         /* for names */
    struct byte_stream *payload; /* held, and if it is the peer's, carried; NULL for none */
    uint64_t payload_offset;
    struct dns_message *dns; /* held; the payload of a datagram */
    struct byte_stream *raw; /* held; the whole packet, where its bytes are no longer what the fields below say */
    struct mail_part part;
    bool is_corrupted; /* a fragment some of whose bits have flipped */
    bool is_piece;     /* a fragment that was cut in this world: `whole` is valid */
    bool is_foreign;   /* the payload's bytes are this packet's own, and no range of what the peer wrote */
    uint8_t generation; /* of a payload that is carried */
    struct ip_header ip;
    union {
        struct tcp_segment tcp;
        struct udp_header udp;
        struct icmp_header icmp;
        uint64_t whole; /* of a piece: the number of the packet that was cut */
    };
};

static inline struct ip_packet *ip_packet_of(struct packet *packet)
{
    return (struct ip_packet *)(void *)packet->header;
}
static inline const struct ip_packet *ip_packet_of_const(const struct packet *packet)
{
    return (const struct ip_packet *)(const void *)packet->header;
}

/* A packet from a host to an address, of so many bytes behind the IP header, its transport part still to be filled in:
 * tcp, udp or icmp, payload or dns. */
struct packet *packets_new(struct host *host, struct ip_address destination, uint8_t protocol, uint32_t payload_bytes);
/* The same, for those who know whose address it is; 0: nobody's. */
struct packet *packets_new_to(struct host *host, struct host_id to, struct ip_address destination, uint8_t protocol,
                              uint32_t payload_bytes);

/* Why a packet is sent and what it repeats, for its event. */
struct send_reason {
    struct conn_id conn;
    const char *why;
    uint64_t repeats;
};
/* Emits packet.send and hands the packet to its first link; takes over the reference. */
void packets_send(struct host *host, struct packet *packet, struct send_reason reason);

/* The whole IP packet as bytes, all checksums valid (a corrupted one: as it is); its size, or 0 where the room is too
   small. Bytes of a stream that both its ends have done with, which only an old duplicate names, are zeros. */
size_t packets_encode(const struct packet *packet, uint8_t *out, size_t room);
/* A packet at a host from bytes made elsewhere, any bytes, with one reference; bytes behind the packet's own length are
   passed over. Its payload is foreign. NULL and the reason, in few words, where no host would accept them. To send it
   on: packets_send. */
struct packet *packets_decode(struct host *at, const uint8_t *bytes, size_t size, const char **why);
/* The parts of that: headers, over a payload of so many bytes. */
enum { PACKET_HEADERS_MAX_BYTES = IP_HEADER_MAX_BYTES + TCP_HEADER_MAX_BYTES };
size_t packets_transport_header_size(const struct ip_packet *ip);
size_t packets_payload_size(const struct ip_packet *ip);
size_t packets_encode_headers(const struct ip_packet *ip, const uint8_t *payload,
                              uint8_t out[PACKET_HEADERS_MAX_BYTES]);
/* The packet's size, and the total length in its header, follow from its fields. */
void packets_fit(struct packet *packet);

/* Gives a packet payload of its own. */
void packets_own_payload(struct ip_packet *ip, const uint8_t *bytes, size_t size);
/* Reads a packet, whole or a fragment, into fields, whatever they held; NULL, or why it is none, with nothing to be
   released. The world must be set. */
const char *packets_read(struct ip_packet *ip, const uint8_t *bytes, size_t size);
void packets_release(struct ip_packet *ip); /* what its fields refer to */

/* What links do to packets (struct packet_ops). */
void packets_copied(struct packet *copy);
void packets_corrupt(struct packet *packet, uint64_t draw);
/* What arrives as raw bytes: a router looks at the IP header, its destination at everything. False when it was dropped,
   with its event; otherwise the packet is what its bytes say. */
bool packets_receive_raw(struct host *host, struct packet *packet);
void packets_age_raw(struct packet *packet); /* one off the TTL in its bytes */
/* The law of real bytes (world_options.check_packets): the packet is encoded, and what its bytes say must be what it
   is. At its destination it goes on as decoded. */
void packets_check(struct host *host, struct packet *packet);

/* A packet was accepted although bits had flipped: says so. */
void packets_flag_collision(struct host *host, const struct packet *packet);
/* A packet about to be sent that routers may cut, where one could want to. */
void packets_let_be_cut(struct host *host, struct packet *packet);
/* The most that the packet may have on a link with this MTU: its source cuts what it may to the path (RFC 8200 5). */
uint32_t packets_mtu(const struct host *host, const struct packet *packet, uint32_t link_mtu_bytes);
/* What is larger than the MTU of its next link: cut, or dropped and its sender told. Takes over the reference. */
void packets_too_big(struct host *host, struct packet *packet, uint32_t mtu_bytes);

/* Drops at a host, for a reason, and says so. */
void packets_discard(struct host *host, struct packet *packet, const char *why);
/* Hands on what arrived for somebody else. */
void packets_forward(struct host *host, struct packet *packet);

#endif
