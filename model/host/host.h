/* A host: what binds protocol machines to the simulated world. */
#ifndef POSTROAD_MODEL_HOST_HOST_H
#define POSTROAD_MODEL_HOST_HOST_H

#include "model/host/world_internal.h"

enum { DNS_PORT = 53 };

void host_init(struct host *host, struct world *world, size_t index);
void host_free(struct host *host);
/* After all hosts and links are there: starts what runs on it. */
void host_start(struct host *host);

/* network_arrival_fn's work: for us, to be forwarded, or dropped. Takes over the reference. */
void host_on_packet(struct host *host, struct packet *packet, struct link_id link);

/* A host that stops forgets all but its queue and mailboxes; nobody is told. */
void host_set_up(struct host *host, bool up, const char *why);

/* What the host's clock shows, as nanoseconds of the world that it believes in: what it writes into Date and Received
   lines, and by which it reckons the age of a mail. Right unless a fault has set it wrong; may step back. A span of its
   clock as real time: host_span_ns. */
int64_t host_clock_ns(const struct host *host);
int64_t host_span_ns(const struct host *host, int64_t clock_ns);

/* Sends a DNS message as a datagram; holds its own reference. nth: transmission, from 1. */
struct datagram {
    struct ip_address destination;
    uint16_t source_port, destination_port;
    uint64_t flow; /* for identities: see host_question_flow */
    uint32_t transmission;
    const char *why;
};
void host_send_datagram(struct host *host, const struct datagram *datagram, struct dns_message *message);
/* Names the n-th question to, or the n-th connection with, a peer; counts. */
uint64_t host_question_flow(struct host *host, const struct host *peer);
uint64_t host_connection_flow(struct host *host, const struct host *peer);
/* The next of the dynamic ports (RFC 6335 6), over and over; the caller sees whether it is free. */
enum { EPHEMERAL_PORTS = 16384 };
uint16_t host_ephemeral_port(struct host *host);
uint16_t host_next_identification(struct host *host); /* of a packet that may be cut (RFC 6864); never 0 */

#endif
