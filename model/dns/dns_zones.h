/* Authoritative data, and the answer a server gives from it (RFC 1034 4.3.2). Made once, then shared unchanged. */
#ifndef POSTROAD_MODEL_DNS_DNS_ZONES_H
#define POSTROAD_MODEL_DNS_DNS_ZONES_H

#include "model/wire/dns_wire.h"

struct dns_zones;

struct dns_zones *dns_zones_new(void);
void dns_zones_free(struct dns_zones *zones);
/* A zone with this apex, and its SOA. Names as in dns_wire.h; copied. */
void dns_zones_add_zone(struct dns_zones *zones, const char *apex);
/* A record; its owner must lie in a zone that was added. False otherwise. */
bool dns_zones_add(struct dns_zones *zones, const struct dns_rr *rr);
/* The next of a zone's lines in master-file syntax; a comment or a directive alone is no record. An SOA takes the place
   of the zone's own. lines is the caller's, who begins one for each zone and gives its lines in order: it keeps what a
   directive said. False when it is not understood, and why, as the end of a sentence: "is not a record in master-file
   syntax". */
bool dns_zones_add_line(struct dns_zones *zones, struct dns_lines *lines, const char *line, char *error,
                        size_t error_size);
/* NS records below the name of a zone are delegations from now on: whoever asks for what lies there is referred to those
   servers, with their addresses as glue (RFC 1034 4.2.1, 4.3.2 step 3b). Without, they are records like others. */
void dns_zones_delegate(struct dns_zones *zones);
/* Encodes every answer's size once; call after the last record and before the first answer. */
void dns_zones_finish(struct dns_zones *zones);

/* What was added, name by name: the n-th in the order in which they came, its zone and its records, none where only names
   below it have some; false behind the last. For finished zones. */
struct dns_zones_name {
    const char *name, *apex;
    const struct dns_rr *rrs;
    size_t n_rrs;
};
bool dns_zones_name(const struct dns_zones *zones, size_t n, struct dns_zones_name *out);
bool dns_zones_delegates(const struct dns_zones *zones);

/* The response with one reference: records, a referral, NXDOMAIN or no data with the SOA, REFUSED outside all zones; MX
   answers carry the addresses of their hosts as additional records. What would not fit a datagram, of 512 bytes or what the
   query's EDNS allows, is truncated. The zones
   must outlive the answer, which points into them. Safe from several threads on finished zones. */
struct dns_message *dns_zones_answer(const struct dns_zones *zones, const struct dns_message *query);
/* The same for a TCP connection, where everything fits. */
struct dns_message *dns_zones_answer_stream(const struct dns_zones *zones, const struct dns_message *query);

#endif
