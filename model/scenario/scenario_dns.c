/* What a scenario says about DNS: how a mail server chooses among the places that DNS names. */
#include "model/scenario/loader.h"

void load_mx_choice(const struct spot *server, struct scenario_mail_server *m)
{
    static const struct choice orders[] = {
        {"alternate", NULL}, {"ipv6 first", NULL}, {"ipv4 first", NULL}, {"any", NULL}};
    static const struct choice aliases[] = {{"follow", NULL}, {"refuse", NULL}};
    size_t order = ADDRESSES_ALTERNATE, alias = 0;
    want_choice(server, "address_order", orders, sizeof orders / sizeof *orders, &order);
    want_choice(server, "mx_aliases", aliases, sizeof aliases / sizeof *aliases, &alias);
    m->address_order = (enum address_order)order;
    m->refuses_mx_aliases = alias == 1;
}
