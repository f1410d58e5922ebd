/* Which hosts take mail for a domain, and in which order to try them (RFC 5321 5.1), as pure code over DNS answers. */
#ifndef POSTROAD_MODEL_MAIL_MX_H
#define POSTROAD_MODEL_MAIL_MX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/dns_wire.h"

struct mx_host {
    const char *name; /* belongs to the list */
    uint16_t preference;
    uint64_t shuffle; /* orders equals */
};

struct mx_list {
    struct mx_host *hosts;
    size_t n;
    bool null_mx;  /* "0 .": takes no mail (RFC 7505) */
    bool implicit;  /* there are no MX records: the domain itself */
    bool only_self; /* we were the best: nothing left to try (5.1) */
};

/* From a response that holds MX records, as many as there are: sorted by preference, equals in the order of their
   draws, each keyed by the host's name; our own name and everything no better than it is left out, and so is "." beside
   other hosts. To be freed. */
void mx_list_from_answer(struct mx_list *list, const struct dns_message *response, const char *self,
                         uint64_t (*draw)(void *context, const char *host), void *context);
/* Implicit MX: the domain itself with preference 0, for a domain without MX records; or what it is an alias of, which is
   what the response without MX records is about in the end. response may be NULL. */
void mx_list_implicit(struct mx_list *list, const char *domain, const struct dns_message *response);
/* 5.1, once a host turned out to be ourselves under another name: it and all no better are left out. */
void mx_list_leave_out_from(struct mx_list *list, uint16_t preference);
void mx_list_free(struct mx_list *list);

#endif
