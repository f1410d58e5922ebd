/* DNS messages (RFC 1035 4.1) as structures, and their bytes. Messages travel between simulated hosts as
   structures; bytes are made when somebody looks. */
#ifndef POSTROAD_MODEL_WIRE_DNS_WIRE_H
#define POSTROAD_MODEL_WIRE_DNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

enum dns_type { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_SOA = 6, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28 };
enum dns_rcode { DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5,
                 DNS_BADVERS = 16 };
enum {
    DNS_NAME_BYTES = 256,
    DNS_UDP_MAX_BYTES = 512,
    DNS_EDNS_BYTES = 1232 /* what passes everywhere, see dnsflagday.net/2020 */
};

/* Names are absolute, lower case, without the last dot: "b.example". The root is "". */
struct dns_rr {
    const char *name;
    enum dns_type type;
    uint32_t ttl_s;
    uint16_t preference; /* MX */
    const char *target;  /* MX exchange, NS, CNAME; the text of TXT, one string of printable characters */
    uint32_t address;    /* A */
    struct ip_address address6; /* AAAA */
    /* SOA: target is mname */
    const char *soa_rname;
    uint32_t soa_serial, soa_refresh, soa_retry, soa_expire, soa_minimum;
};

/* One block of memory holding its names; reference counted, since a message may be in several places at once. */
struct dns_message {
    uint32_t references;
    uint16_t id;
    bool is_response, authoritative, truncated, recursion_desired, recursion_available;
    enum dns_rcode rcode;
    const char *qname;
    enum dns_type qtype;
    bool has_edns;          /* an OPT record (RFC 6891), which is not among rrs */
    uint8_t edns_version;
    uint16_t edns_size;     /* of a datagram that the sender takes: 512 or more */
    uint16_t n_answer, n_authority, n_additional;
    const struct dns_rr *rrs; /* answer, authority, additional in this order */
    uint32_t wire_size;       /* bytes of dns_encode's result; 0: not yet known */
};

/* A copy of everything named, with one reference. */
struct dns_message *dns_message_new(const struct dns_message *content);
struct dns_message *dns_message_hold(struct dns_message *message);
void dns_message_drop(struct dns_message *message);

/* Size on the wire, with name compression as dns_encode does it. */
size_t dns_wire_size(struct dns_message *message);
/* How many of its records, from the first on, fit into so many bytes, and how many bytes the message takes with these
   alone (more than most_bytes when not even the question fits). The work ends where the bytes do. */
size_t dns_wire_records_within(const struct dns_message *message, size_t most_bytes, size_t *size);
/* Bytes, 65535 at most; 0 when they do not fit, or a name or text is none that DNS can carry. */
size_t dns_encode(const struct dns_message *message, uint8_t *out, size_t room);
/* A new message with one reference, or NULL when the bytes are not one question's message that we understand. */
struct dns_message *dns_decode(const uint8_t *bytes, size_t size);

const char *dns_type_text(enum dns_type type);   /* "MX"; "TYPE257" style for unknown ones is not needed: "?" */
const char *dns_rcode_text(enum dns_rcode rcode); /* "NXDOMAIN" */
/* The answer section as people read it: "10 mx1.b.example., 20 mx2.b.example." ; "10.0.0.5"; "" when empty. Cut to size. */
const char *dns_answer_text(const struct dns_message *message, char *buffer, size_t size);

/* Brings a name into the form used here: lower case, no last dot. False when it is no host name that DNS can carry:
   an empty label, one over 63 bytes, over 253 in all, or a character outside letters, digits, '-', '_' and '*'. */
bool dns_name_normalize(const char *name, char out[DNS_NAME_BYTES]);

/* A record and room for its names. */
struct dns_rr_line {
    struct dns_rr rr; /* points into the arrays beside it */
    char name[DNS_NAME_BYTES], target[DNS_NAME_BYTES], rname[DNS_NAME_BYTES];
};
/* A zone's lines in master-file syntax (RFC 1035 5.1), in their order: "@ 300 IN MX 10 mx1". */
enum { DNS_LINE_TTL_S = 3600 };
struct dns_lines {
    char origin[DNS_NAME_BYTES]; /* to which names are relative: the zone's, until $ORIGIN */
    uint32_t ttl_s;              /* of records that say none: DNS_LINE_TTL_S, until $TTL (RFC 2308 4) */
};
void dns_lines_begin(struct dns_lines *lines, const char *apex);
enum dns_line {
    DNS_LINE_RECORD,
    DNS_LINE_NOTHING, /* a comment, or a directive for the lines behind it */
    DNS_LINE_WRONG    /* not understood, or of a type that struct dns_rr cannot tell; why is the end of a sentence */
};
enum dns_line dns_lines_read(struct dns_lines *lines, const char *line, struct dns_rr_line *out, char *error,
                             size_t error_size);

#endif
