/* DNS messages as their bytes tell them, for who judges: written from RFC 1035 4.1 and RFC 6891 6.1, and sharing
   nothing with the simulator's own reader. A message is one question of class IN and records of the types that the
   simulator knows; whatever else there is, it is refused. Pointers lead strictly backwards, and to a label, so that no
   name costs more than its 255 bytes: the work is linear in the size. */
#ifndef POSTROAD_VIZ_READERS_DNS_READING_H
#define POSTROAD_VIZ_READERS_DNS_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { READ_NAME_BYTES = 256, READ_DATA_BYTES = 640 };
enum read_type {
    READ_A = 1,
    READ_NS = 2,
    READ_CNAME = 5,
    READ_SOA = 6,
    READ_MX = 15,
    READ_TXT = 16,
    READ_AAAA = 28,
    READ_OPT = 41
};
enum read_section { READ_ANSWER, READ_AUTHORITY, READ_ADDITIONAL, READ_SECTIONS };

/* Names are lower case and without the last dot; the root is "". */
struct read_record {
    enum read_section section;
    unsigned type; /* enum read_type, but no OPT */
    uint32_t ttl_s;
    char owner[READ_NAME_BYTES];
    char data[READ_DATA_BYTES]; /* "10 mx.b.example"; "10.0.0.5"; AAAA as 32 digits; a TXT's text; the fields of an SOA
                                 */
};

struct dns_reading {
    const uint8_t *bytes;
    size_t size;
    uint16_t id;
    bool is_response, authoritative, truncated, recursion_desired, recursion_available, has_opt;
    unsigned rcode; /* OPT's part included */
    unsigned opt_size, opt_version;
    char qname[READ_NAME_BYTES];
    unsigned qtype;
    unsigned n[READ_SECTIONS];          /* records, without OPT */
    size_t at, left;                    /* where the next record begins, and how many there are, OPT included */
    unsigned of_section[READ_SECTIONS]; /* that are left, OPT included */
};

/* Reads all of it once; false: it is no message. The bytes must outlive the reading. */
bool dns_reading_begin(struct dns_reading *r, const uint8_t *bytes, size_t size);
/* The next record; false behind the last. */
bool dns_reading_next(struct dns_reading *r, struct read_record *record);

#endif
