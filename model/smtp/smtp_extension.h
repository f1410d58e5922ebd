/* The service extensions of SMTP that both ends know, as bits, and what a server says of itself in its reply to EHLO.
 */
#ifndef POSTROAD_MODEL_SMTP_SMTP_EXTENSION_H
#define POSTROAD_MODEL_SMTP_SMTP_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum smtp_extension {
    SMTP_8BITMIME = 1 << 0,            /* RFC 6152 */
    SMTP_SIZE = 1 << 1,                /* RFC 1870 */
    SMTP_PIPELINING = 1 << 2,          /* RFC 2920 */
    SMTP_ENHANCEDSTATUSCODES = 1 << 3, /* RFC 2034 */
    SMTP_CHUNKING = 1 << 4,            /* RFC 3030 */
    SMTP_DSN = 1 << 5,                 /* RFC 3461 */
    SMTP_SMTPUTF8 = 1 << 6,            /* RFC 6531 */
    SMTP_LIMITS = 1 << 7,              /* RFC 9422 */
    SMTP_STARTTLS = 1 << 8,            /* RFC 3207 */
    SMTP_AUTH = 1 << 9                 /* RFC 4954 */
};
enum { SMTP_EXTENSIONS = 10 };

/* "PIPELINING"; i from 0 to SMTP_EXTENSIONS - 1, the bit is 1 << i. */
const char *smtp_extension_keyword(size_t i);

enum smtp_auth_mechanism { SMTP_AUTH_PLAIN = 1, SMTP_AUTH_LOGIN = 2 };
enum { SMTP_AUTH_MECHANISMS = 2 };
/* "PLAIN"; i from 0 to SMTP_AUTH_MECHANISMS - 1, the bit is 1 << i. */
const char *smtp_auth_mechanism_name(size_t i);

/* What a server said in its reply to EHLO. */
struct smtp_offer {
    unsigned extensions;
    unsigned mechanisms;                          /* of AUTH, those that we know */
    uint64_t size;                                /* SIZE; 0: unsaid, or no limit */
    uint64_t mail_max, rcpt_max, rcpt_domain_max; /* LIMITS; 0: unsaid */
};

/* Reads the lines of a reply to EHLO, parted by '\n'; the first names the server (RFC 5321 4.1.1.1). */
void smtp_offer_read(struct smtp_offer *offer, const char *text);

#endif
