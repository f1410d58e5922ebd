/* MX choice (RFC 5321 5.1, RFC 7505). */
#include "model/mail/mx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int compare(const void *a, const void *b)
{
    const struct mx_host *x = a, *y = b;
    if (x->preference != y->preference) return x->preference < y->preference ? -1 : 1;
    if (x->shuffle != y->shuffle) return x->shuffle < y->shuffle ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* 5.1: if we are in the list, we and all no better than us are no hosts to relay to. */
static void leave_out_self(struct mx_list *list, const char *self)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcasecmp(list->hosts[i].name, self) != 0) continue;
        uint16_t own = list->hosts[i].preference;
        while (list->n > 0 && list->hosts[list->n - 1].preference >= own)
            list->n--;
        list->only_self = list->n == 0;
        return;
    }
}

void mx_list_from_answer(struct mx_list *list, const struct dns_message *response, const char *self,
                         uint64_t (*draw)(void *context, size_t i), void *context)
{
    memset(list, 0, sizeof *list);
    for (size_t i = 0; i < response->n_answer && list->n < MX_MAX_HOSTS; i++) {
        const struct dns_rr *rr = &response->rrs[i];
        if (rr->type != DNS_MX) continue;
        struct mx_host *host = &list->hosts[list->n++];
        snprintf(host->name, sizeof host->name, "%s", rr->target);
        host->preference = rr->preference;
        host->shuffle = draw(context, i);
    }
    list->null_mx = list->n == 1 && list->hosts[0].name[0] == '\0';
    if (list->null_mx) list->n = 0;
    qsort(list->hosts, list->n, sizeof list->hosts[0], compare);
    leave_out_self(list, self);
}

void mx_list_implicit(struct mx_list *list, const char *domain)
{
    memset(list, 0, sizeof *list);
    snprintf(list->hosts[0].name, sizeof list->hosts[0].name, "%s", domain);
    list->n = 1;
}
