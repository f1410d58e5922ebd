/* What the law checker knows of DNS beside the events: the zones of name servers, and the messages on the wire. */
#ifndef POSTROAD_VIZ_READERS_LAWS_ZONES_H
#define POSTROAD_VIZ_READERS_LAWS_ZONES_H

#include "viz/readers/dns_reading.h"
#include "viz/readers/laws_internal.h"

/* A message as it was sent. */
struct law_message {
    int64_t from, to;
    unsigned asker_port; /* of the end that asks */
    bool over_tcp;
    const struct dns_reading *reading;
};

/* laws_zones.c: D8, of an answer to a question that said what of EDNS and of recursion; asked NULL: it is not known. */
struct law_asked {
    bool has_opt, recursion_desired;
    unsigned opt_size, opt_version;
};
void law_of_zones(struct laws *laws, const struct event *e, const struct law_message *m, const struct law_asked *asked);

#endif
