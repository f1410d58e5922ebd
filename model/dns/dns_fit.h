/* What of an answer travels: as much as the asker's datagram holds, or everything over a connection. */
#ifndef POSTROAD_MODEL_DNS_DNS_FIT_H
#define POSTROAD_MODEL_DNS_DNS_FIT_H

#include "model/wire/dns_wire.h"

/* Says EDNS to whom says it (RFC 6891 7), and leaves out what does not fit: additional records in silence, others with the
   truncated bit. The records stay where they are, fewer of them count. */
void dns_fit_datagram(struct dns_message *answer, const struct dns_message *query);
void dns_fit_stream(struct dns_message *answer, const struct dns_message *query);

#endif
