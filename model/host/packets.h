/* What hosts put into packets: an IP header and a TCP segment or a UDP datagram, as parsed headers with a reference to
   the payload (law 4). Bytes are made when the journal wants them. */
#ifndef POSTROAD_MODEL_HOST_PACKETS_H
#define POSTROAD_MODEL_HOST_PACKETS_H

#include "model/host/byte_stream.h"
#include "model/host/world_internal.h"
#include "model/wire/dns_wire.h"
#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"

/* Which part of a mail a segment carries: for names, and for drops that ask for it. */
struct mail_part {
    struct message_id message; /* 0: none */
    uint32_t segment;          /* of the content, from 1 */
};

struct ip_packet {
    struct ipv4_header ip;
    union {
        struct tcp_segment tcp;
        struct udp_header udp;
    };
    struct byte_stream *payload; /* held; NULL for none */
    uint64_t payload_offset;
    struct dns_message *dns;     /* held; the payload of a datagram */
    struct world *world;         /* for names */
    struct mail_part part;
};

static inline struct ip_packet *ip_packet_of(struct packet *packet)
{
    return (struct ip_packet *)(void *)packet->header;
}
static inline const struct ip_packet *ip_packet_of_const(const struct packet *packet)
{
    return (const struct ip_packet *)(const void *)packet->header;
}

/* A packet from a host to an address, its transport part still to be filled in. */
struct packet *packets_new(struct host *host, uint32_t destination, uint8_t protocol, uint32_t payload_bytes);

/* Why a packet is sent and what it repeats, for its event. */
struct send_reason {
    struct conn_id conn;
    const char *why;
    uint64_t repeats;
};
/* Emits packet.send and hands the packet to its first link; takes over the reference. */
void packets_send(struct host *host, struct packet *packet, struct send_reason reason);
/* Drops at a host, for a reason, and says so. */
void packets_discard(struct host *host, struct packet *packet, const char *why);
/* Hands on what arrived for somebody else. */
void packets_forward(struct host *host, struct packet *packet);

#endif
