/* What a resolver knows of the name servers it has asked: how long they take to answer, what they do not understand, and
   for which zones they are lame. Numbers after Unbound (util/rtt.c, services/cache/infra.c): a first time-out of 376 ms,
   srtt by 1/8, rttvar by 1/4, between 50 ms and 120 s, doubled when no answer came; all is forgotten after 900 s. */
#ifndef POSTROAD_MODEL_DNS_DNS_SERVERS_H
#define POSTROAD_MODEL_DNS_DNS_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

struct dns_server {
    struct ip_address address;
    int64_t srtt_ns, rttvar_ns, rto_ns;
    uint32_t timeouts; /* in a row */
    bool no_edns;      /* said FORMERR to it */
    int64_t forgotten_ns;
};

struct dns_servers;

struct dns_servers *dns_servers_new(void);
void dns_servers_free(struct dns_servers *servers);
void dns_servers_clear(struct dns_servers *servers);
/* Of this address; made anew where nothing is known, or no longer. Good until the next call. */
struct dns_server *dns_servers_get(struct dns_servers *servers, struct ip_address address, int64_t now_ns);
void dns_server_on_answer(struct dns_server *server, int64_t took_ns);
/* No answer within a time-out that was this long. */
void dns_server_on_timeout(struct dns_server *server, int64_t timeout_ns);

void dns_servers_set_lame(struct dns_servers *servers, struct ip_address address, const char *zone, int64_t now_ns);
bool dns_servers_is_lame(const struct dns_servers *servers, struct ip_address address, const char *zone,
                         int64_t now_ns);

#endif
