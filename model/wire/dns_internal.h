/* What the files of DNS messages share:

       dns_message.c   a message in memory
       dns_size.c      how many bytes it takes
       dns_check.c     whether bytes may be read
       dns_wire.c      its bytes, by ldns
       dns_text.c      names, records and answers as people write them */
#ifndef POSTROAD_MODEL_WIRE_DNS_INTERNAL_H
#define POSTROAD_MODEL_WIRE_DNS_INTERNAL_H

#include <ldns/ldns.h>

#include "model/wire/dns_wire.h"

enum { DNS_LABEL_MAX_BYTES = 63, DNS_NAME_WIRE_MAX_BYTES = 255, DNS_MESSAGE_MAX_BYTES = 65535 };

/* ASCII only, whatever the locale (RFC 4343 2). */
static inline char dns_lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* --- dns_message.c --- */
size_t dns_message_count_rrs(const struct dns_message *message);
/* A block with room for the content's records, unset, and for name_bytes of names, where *names points. */
struct dns_message *dns_message_new_block(const struct dns_message *content, size_t name_bytes, struct dns_rr **rrs,
                                          char **names);

/* --- dns_check.c --- */
/* Whether ldns may read these bytes; tells whether they hold an OPT record. */
bool dns_wire_check(const uint8_t *bytes, size_t size, bool *has_opt);

/* --- dns_wire.c --- */
/* NULL when it is too long, or a label is empty. */
ldns_rdf *dns_wire_new_name(const char *name);
/* Names are put where *names points, which goes on behind them. False when it is no record that struct dns_rr can tell. */
bool dns_wire_take_rr(const ldns_rr *rr, struct dns_rr *out, char **names);

#endif
