/* Which hosts take mail for a domain, and in which order to try them (RFC 5321 5.1), as pure code over DNS answers. */
#ifndef POSTROAD_MODEL_MAIL_MX_H
#define POSTROAD_MODEL_MAIL_MX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/dns_wire.h"

enum { MX_MAX_HOSTS = 16 };

struct mx_host {
    char name[DNS_NAME_BYTES];
    uint16_t preference;
    uint64_t shuffle; /* orders equals */
};

struct mx_list {
    struct mx_host hosts[MX_MAX_HOSTS];
    size_t n;
    bool null_mx;  /* "0 .": takes no mail (RFC 7505) */
    bool only_self; /* we were the best: nothing left to try (5.1) */
};

/* From a response that holds MX records: sorted by preference, equals in the order of their draws (draw(context, i) for the i-th record);
   our own name and everything no better than it is left out. */
void mx_list_from_answer(struct mx_list *list, const struct dns_message *response, const char *self,
                         uint64_t (*draw)(void *context, size_t i), void *context);
/* Implicit MX: the domain itself with preference 0, for a domain without MX records. */
void mx_list_implicit(struct mx_list *list, const char *domain);

#endif
