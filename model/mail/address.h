/* Mail addresses as the envelope carries them: local-part@domain (RFC 5321 2.3.11). */
#ifndef POSTROAD_MODEL_MAIL_ADDRESS_H
#define POSTROAD_MODEL_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* The domain, or "" where there is none ("postmaster", the null path). Points into the address. */
const char *address_domain(const char *address);
/* Domains compare without regard to case, local parts exactly (2.4). */
bool address_domain_equals(const char *a, const char *b);
bool address_equals(const char *a, const char *b);
/* Whether the local part is this user, without regard to case as nearly all servers do. */
bool address_local_part_is(const char *address, const char *user);
bool address_same_local_part(const char *a, const char *b);

#endif
