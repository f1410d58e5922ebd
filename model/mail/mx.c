/* MX choice (RFC 5321 5.1, RFC 7505). */
#include "model/mail/mx.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/journal/memory.h"

enum { ALIASES_MOST = 16 };

static int compare(const void *a, const void *b)
{
    const struct mx_host *x = a, *y = b;
    if (x->preference != y->preference) return x->preference < y->preference ? -1 : 1;
    if (x->shuffle != y->shuffle) return x->shuffle < y->shuffle ? -1 : 1;
    return strcmp(x->name, y->name);
}

void mx_list_leave_out_from(struct mx_list *list, uint16_t preference)
{
    while (list->n > 0 && list->hosts[list->n - 1].preference >= preference)
        mem_free((void *)list->hosts[--list->n].name);
    list->only_self = list->n == 0;
}

/* 5.1: if we are in the list, we and all no better than us are no hosts to relay to. */
static void leave_out_self(struct mx_list *list, const char *self)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcasecmp(list->hosts[i].name, self) != 0) continue;
        mx_list_leave_out_from(list, list->hosts[i].preference);
        return;
    }
}

static void add_host(struct mx_list *list, const char *name, uint16_t preference, uint64_t shuffle)
{
    list->hosts[list->n++] = (struct mx_host){.name = mem_strdup(name), .preference = preference, .shuffle = shuffle};
}

void mx_list_from_answer(struct mx_list *list, const struct dns_message *response, const char *self,
                         uint64_t (*draw)(void *context, const char *host), void *context)
{
    *list = (struct mx_list){.hosts = mem_calloc((size_t)response->n_answer + 1, sizeof *list->hosts)};
    for (size_t i = 0; i < response->n_answer; i++) {
        const struct dns_rr *rr = &response->rrs[i];
        if (rr->type != DNS_MX) continue;
        if (rr->target[0] == '\0')
            list->null_mx = true;
        else
            add_host(list, rr->target, rr->preference, draw(context, rr->target));
    }
    /* RFC 7505 3: a null MX stands alone; beside others it only is a host that nobody can reach. */
    if (list->n > 0) list->null_mx = false;
    qsort(list->hosts, list->n, sizeof list->hosts[0], compare);
    leave_out_self(list, self);
}

/* RFC 5321 5.1: a domain that is an alias is looked up as what it stands for, after as many steps as the look-up took
   (dns_lookup.c), whatever the answer holds. */
static const char *end_of_aliases(const struct dns_message *response, const char *name)
{
    for (unsigned aliases = 0; aliases < ALIASES_MOST; aliases++) {
        const char *next = NULL;
        for (size_t i = 0; i < response->n_answer && !next; i++)
            if (response->rrs[i].type == DNS_CNAME && strcmp(response->rrs[i].name, name) == 0)
                next = response->rrs[i].target;
        if (!next) return name;
        name = next;
    }
    return name;
}

void mx_list_implicit(struct mx_list *list, const char *domain, const struct dns_message *response)
{
    *list = (struct mx_list){.hosts = mem_calloc(1, sizeof *list->hosts), .implicit = true};
    add_host(list, response ? end_of_aliases(response, response->qname) : domain, 0, 0);
}

void mx_list_free(struct mx_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        mem_free((void *)list->hosts[i].name);
    mem_free(list->hosts);
    *list = (struct mx_list){0};
}
