/* Mail addresses (RFC 5321 2.3.11, 2.4). Quoted local parts may contain "@": the last one counts. */
#include "model/mail/address.h"

#include <string.h>
#include <strings.h>

const char *address_domain(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? at + 1 : "";
}

bool address_domain_equals(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

static size_t local_part_length(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? (size_t)(at - address) : strlen(address);
}

bool address_equals(const char *a, const char *b)
{
    size_t length = local_part_length(a);
    return length == local_part_length(b) && memcmp(a, b, length) == 0 &&
           address_domain_equals(address_domain(a), address_domain(b));
}

bool address_local_part_is(const char *address, const char *user)
{
    size_t length = local_part_length(address);
    return length == strlen(user) && strncasecmp(address, user, length) == 0;
}

bool address_same_local_part(const char *a, const char *b)
{
    size_t length = local_part_length(a);
    return length == local_part_length(b) && strncasecmp(a, b, length) == 0;
}
