/* One question of a stub resolver as pure code: asks a server over UDP, again on time-out, over TCP where the answer was cut
   off, and ends with an answer or a reason (numbers of glibc: 5 s, 2 attempts, no EDNS). */
#ifndef POSTROAD_MODEL_DNS_DNS_LOOKUP_H
#define POSTROAD_MODEL_DNS_DNS_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "model/wire/dns_wire.h"

enum dns_outcome {
    DNS_FOUND,           /* answer holds records of the type */
    DNS_NO_DATA,         /* the name is there, the type is not */
    DNS_NO_NAME,         /* NXDOMAIN */
    DNS_TEMPORARY_ERROR  /* SERVFAIL, REFUSED, no answer: try later */
};
const char *dns_outcome_text(enum dns_outcome outcome);

struct dns_lookup_config {
    int64_t timeout_ns;
    unsigned attempts;
    uint16_t edns_bytes; /* 0: without EDNS, and answers of up to 512 bytes */
};
struct dns_lookup_config dns_lookup_config_default(void);

struct dns_lookup; /* opaque */

struct dns_lookup *dns_lookup_new(const struct dns_lookup_config *config, const char *qname, enum dns_type qtype,
                                  uint16_t id);
void dns_lookup_free(struct dns_lookup *lookup);
void dns_lookup_start(struct dns_lookup *lookup, int64_t now_ns);
/* A message to send now, held for the caller, or NULL. transmission counts from 1. */
struct dns_message *dns_lookup_next_query(struct dns_lookup *lookup, uint32_t *transmission);
/* After a truncated answer, once: the message to send over a connection, held for the caller; NULL when nothing is to be
   sent so. Over it, time-outs and attempts are those of a datagram. */
struct dns_message *dns_lookup_next_stream(struct dns_lookup *lookup);
bool dns_lookup_receive_stream(struct dns_lookup *lookup, const struct dns_message *response, int64_t now_ns);
void dns_lookup_stream_failed(struct dns_lookup *lookup, int64_t now_ns);
/* A response from the server; what does not match id and question is passed over (RFC 5452 9.1): false. */
bool dns_lookup_receive(struct dns_lookup *lookup, const struct dns_message *response, int64_t now_ns);
/* ICMP told that the query could not reach the server (RFC 1122 4.1.3.3): as a time-out, but now. False: none was out. */
bool dns_lookup_on_unreachable(struct dns_lookup *lookup, int64_t now_ns);
int64_t dns_lookup_deadline(const struct dns_lookup *lookup);
void dns_lookup_on_deadline(struct dns_lookup *lookup, int64_t now_ns);
bool dns_lookup_is_over(const struct dns_lookup *lookup);
/* Once over. The response stays with the lookup; NULL after a time-out. */
enum dns_outcome dns_lookup_outcome(const struct dns_lookup *lookup, const struct dns_message **response);

#endif
