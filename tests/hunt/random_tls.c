/* Who speaks TLS with whom. */
#include <string.h>

#include "tests/hunt/random_internal.h"

static void add_demands(struct maker *m, cJSON *tls, bool is_sending)
{
    if (is_sending && maker_wants(m, "demand"))
        cJSON_AddStringToObject(tls, "outbound", "required");
    else if (is_sending && m->needs & NEEDS_DEMAND)
        cJSON_AddStringToObject(tls, "outbound", "verify");
    else if (is_sending && m->needs & NEEDS_TLS)
        luck_add(&m->luck, tls, "outbound", "opportunistic|mta-sts");
    else if (luck_odds(&m->luck, 40))
        luck_add(&m->luck, tls, "outbound", "never|opportunistic|required|verify|mta-sts");
}

void random_tls(struct maker *m)
{
    bool demands = maker_wants(m, "demand");
    if (!m->has_tls && !demands) return;
    luck_add(&m->luck, m->json, "tls", "modelled|modelled|modelled|modelled|modelled|real");
    for (unsigned i = 0; i < m->n_servers; i++) {
        bool is_sending = strcmp(m->servers[i], SENDING_SERVER) == 0;
        bool is_receiving = strcmp(m->servers[i], RECEIVING_SERVER) == 0;
        if (is_receiving && demands && !(m->needs & NEEDS_TLS)) continue; /* so that it is demanded in vain */
        if (!is_sending && !(is_receiving && m->needs & NEEDS_TLS) && luck_odds(&m->luck, 30)) continue;
        cJSON *tls = cJSON_AddObjectToObject(maker_role(m, m->servers[i], "mail_server"), "tls");
        add_demands(m, tls, is_sending);
        if (luck_odds(&m->luck, 15)) cJSON_AddStringToObject(tls, "version", "1.2");
        if (!is_receiving && luck_odds(&m->luck, 15))
            luck_add(&m->luck, tls, "mta_sts",
                     "{'mode':'enforce'}|{'mode':'none'}|{'mode':'enforce','mx':['*.c.example']}");
    }
}

static bool any_router_strips(const struct maker *m)
{
    for (unsigned i = 0; i < m->n_routers; i++)
        if (cJSON_HasObjectItem(maker_role(m, m->names[i], "router"), "strips_starttls")) return true;
    return false;
}

/* A client says nothing to a server whose certificate is bad, nor where STARTTLS is stripped, for ever. */
void random_tls_of_clients(struct maker *m)
{
    cJSON *host;
    bool is_stripped = any_router_strips(m);
    cJSON_ArrayForEach(host, m->hosts)
    {
        cJSON *client = cJSON_GetObjectItem(host, "client");
        if (!client) continue;
        const char *server = cJSON_GetObjectItem(client, "submits_to")->valuestring;
        cJSON *tls = cJSON_GetObjectItem(maker_role(m, server, "mail_server"), "tls");
        if (!tls || cJSON_HasObjectItem(tls, "certificate")) continue;
        if (!maker_wants(m, "tls of clients") && luck_odds(&m->luck, 70)) continue;
        luck_add(&m->luck, client, "tls", is_stripped ? "implicit" : "implicit|starttls");
    }
}
