/* What the files of DNS messages share:

       dns_message.c   a message in memory
       dns_write.c     its bytes, and how many they are
       dns_suffixes.c  which names they hold already, for compression
       dns_check.c     whether bytes may be read
       dns_wire.c      a message from bytes, by ldns
       dns_text.c      names and answers as people write them
       dns_lines.c     records as people write them */
#ifndef POSTROAD_MODEL_WIRE_DNS_INTERNAL_H
#define POSTROAD_MODEL_WIRE_DNS_INTERNAL_H

#include <ldns/ldns.h>

#include "model/wire/dns_wire.h"

enum { DNS_LABEL_MAX_BYTES = 63, DNS_NAME_WIRE_MAX_BYTES = 255, DNS_MESSAGE_MAX_BYTES = 65535 };
enum { DNS_POINTER_REACH = 0x3fff, DNS_SUFFIXES_FEW = 32 };

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

/* --- dns_suffixes.c --- */
/* A name, or its end from some label on, that stands in the message already. */
struct dns_suffix {
    const char *text; /* somebody else's */
    uint32_t hash;
    uint16_t length, at;
};
/* Those that a pointer can reach (RFC 1035 4.1.4). Lies where its user wants it; large messages take memory. */
struct dns_suffixes {
    size_t n, room, n_slots; /* a power of two */
    struct dns_suffix *suffixes;
    uint16_t *slots; /* open addressing; index into suffixes + 1, 0 is free */
    size_t looks;    /* at slots: the work done so far, for tests */
    struct dns_suffix few[DNS_SUFFIXES_FEW];
    uint16_t few_slots[4 * DNS_SUFFIXES_FEW];
};
void dns_suffixes_init(struct dns_suffixes *seen);
void dns_suffixes_free(struct dns_suffixes *seen);
/* Where the suffix stands, or 0: nowhere, and now it is remembered as standing at this offset, if that is in reach. */
size_t dns_suffixes_find_or_add(struct dns_suffixes *seen, const char *suffix, size_t length, uint32_t hash, size_t at);

/* --- dns_check.c --- */
/* Whether ldns may read these bytes; tells whether they hold an OPT record. */
bool dns_wire_check(const uint8_t *bytes, size_t size, bool *has_opt);

/* --- dns_wire.c --- */
/* NULL when it is too long, or a label is empty. */
ldns_rdf *dns_wire_new_name(const char *name);
/* Names are put where *names points, which goes on behind them. False when struct dns_rr cannot tell such a record. */
bool dns_wire_take_rr(const ldns_rr *rr, struct dns_rr *out, char **names);

#endif
