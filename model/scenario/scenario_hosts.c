/* "hosts": clients, mail servers, routers, name servers. */
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const char *const role_names[] = {"client", "mail_server", "router", "name_server", "outside", "resolver"};
enum { ROLES = 6 };

static const struct key_rule host_keys[] = {
    {"client", NULL},  {"mail_server", NULL}, {"router", NULL},   {"name_server", NULL},
    {"outside", NULL}, {"address", NULL},     {"address6", NULL}, {"path_mtu_discovery", NULL},
    {"tcp", NULL},     {"disk", NULL},        {"resolver", NULL}, {"asks", NULL}};
static const struct key_rule router_keys[] = {{"icmp", NULL}, {"strips_starttls", NULL}};
static const struct key_rule client_keys[] = {
    {"user", NULL},
    {"submits_to", NULL},
    {"fetches_from", NULL},
    {"fetches_every", NULL},
    {"fetch_jitter", NULL},
    {"leaves_on_server", NULL},
    {"submission_retry", NULL},
    {"online", NULL},
    {"submission_port", NULL},
    {"smtp", NULL},
    {"tls", NULL},
    {"password", "write \"smtp\": { \"auth\": { \"password\": \"secret\" } }"}};
static const struct key_rule server_keys[] = {{"domains", NULL},
                                              {"backup_for", NULL},
                                              {"users", NULL},
                                              {"aliases", NULL},
                                              {"retry", NULL},
                                              {"smtp", NULL},
                                              {"mx_preference", NULL},
                                              {"address_order", NULL},
                                              {"mx_aliases", NULL},
                                              {"refuse_null_mx_senders", NULL},
                                              {"tls", NULL},
                                              {"greylisting", NULL},
                                              {"tarpit", NULL},
                                              {"client_limits", NULL},
                                              {"mailbox_limit", NULL},
                                              {"refuse_content", NULL},
                                              {"refuse_senders", NULL},
                                              {"unknown_users", NULL}};
const char *host_role_text(enum host_role role)
{
    return role_names[role];
}

/* ---- names and roles ---- */

/* Which role this host has; false when it has none, or several. */
static bool find_role(const struct spot *host, enum host_role *role)
{
    int found = 0;
    for (int i = 0; i < ROLES; i++) {
        struct spot s = spot_key(host, role_names[i]);
        if (!s.json) continue;
        if (++found > 1) {
            spot_refuse_key(&s, tr("make two hosts of it"), tr("\"%s\" stands beside \"%s\", but a host has one role"),
                            role_names[i], role_names[*role]);
            return false;
        }
        *role = (enum host_role)i;
    }
    if (found == 0 && !check_slip(host, role_names, ROLES))
        spot_refuse(
            host,
            tr("write one of \"client\", \"mail_server\", \"router\", \"name_server\", \"resolver\", \"outside\""),
            tr("the host has no role"));
    return found == 1;
}

void load_host_names(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section, host;
    check_present(&l->root, "hosts", "\"hosts\": { \"internet\": { \"router\": {} } }");
    s->n_hosts = loader_name_section(l, "hosts", &l->hosts, &section);
    /* One more, since a name server may be added. */
    s->hosts = scenario_alloc(s->memory, s->n_hosts + 1, sizeof *s->hosts);
    l->host_is_good = scenario_alloc(s->memory, s->n_hosts + 1, sizeof *l->host_is_good);
    for (host = spot_first(&section); host.json; host = spot_next(&host)) {
        struct scenario_host *h = &s->hosts[host.index];
        h->name = scenario_text(s->memory, host.key);
        h->role = ROLE_ROUTER;
        loader_good_key(&host, name_host_problem, tr("write it like \"mail.a.example\""));
        l->host_is_good[host.index] = check_object(&host) && find_role(&host, &h->role);
    }
}

/* ---- roles ---- */

static void load_client(struct loader *l, const struct spot *object, struct scenario_client *c)
{
    struct spot spot;
    c->submits_to = c->fetches_from = -1;
    c->fetches_every_ns = MINUTE;
    c->user = "";
    CHECK_KEYS(object, client_keys);
    if (check_present(object, "user", "\"user\": \"alice@a.example\"") &&
        want_text(object, "user", "alice@a.example", &c->user)) {
        spot = spot_key(object, "user");
        loader_good_name(&spot, name_mailbox_problem, tr("write it like \"alice@a.example\""));
        c->user = scenario_text(l->scenario->memory, c->user);
    }
    spot = spot_key(object, "submits_to");
    if (spot.json && !loader_host(l, &spot, 1 << ROLE_MAIL_SERVER, &c->submits_to)) c->submits_to = WRONG_REFERENCE;
    spot = spot_key(object, "fetches_from");
    if (spot.json) loader_host(l, &spot, 1 << ROLE_MAIL_SERVER, &c->fetches_from);
    want_duration(object, "fetches_every", MILLISECOND, 30 * DAY, &c->fetches_every_ns);
    load_client_tls(object, c);
    int64_t port = c->tls == CLIENT_TLS_IMPLICIT ? 465 : 587;
    want_integer(object, "submission_port", 1, 65535, &port);
    c->submission_port = (uint16_t)port;
    load_client_habits(l, object, c);
}

static void check_names_in(const struct spot *object, const char *key, name_rule_fn problem, const char *hint)
{
    struct spot list = spot_key(object, key);
    if (cJSON_IsString(list.json)) loader_good_name(&list, problem, hint);
    for (struct spot s = spot_first(&list); s.json; s = spot_next(&s))
        if (cJSON_IsString(s.json)) loader_good_name(&s, problem, hint);
}

static void load_mail_server(struct loader *l, const struct spot *object, struct scenario_mail_server *m)
{
    struct spot spot = spot_key(object, "domains");
    int64_t preference = 10;
    CHECK_KEYS(object, server_keys);
    if (check_present(object, "domains", "\"domains\": [\"a.example\"]"))
        m->domains = loader_texts(l, &spot, "a.example", &m->n_domains);
    if (m->domains && m->n_domains == 0 && spot.json && !spot.json->child)
        spot_refuse(&spot, tr("write [\"a.example\"]"), tr("the list of domains is empty"));
    check_names_in(object, "domains", name_host_problem, tr("write it like \"a.example\""));
    spot = spot_key(object, "backup_for");
    if (spot.json) m->backup_for = loader_texts(l, &spot, "b.example", &m->n_backup_for);
    check_names_in(object, "backup_for", name_host_problem, tr("write it like \"b.example\""));
    if (m->n_backup_for > 0) preference = 20;
    spot = spot_key(object, "users");
    if (spot.json) m->users = loader_texts(l, &spot, "alice", &m->n_users);
    check_names_in(object, "users", name_local_part_problem, tr("write it like \"alice\""));
    want_integer(object, "mx_preference", 0, 65535, &preference);
    m->mx_preference = (uint16_t)preference;
    load_mx_choice(object, m);
    load_aliases(l, object, m);
    load_retry(object, &m->retry);
    load_refusals(l, object, &m->refusals);
    load_server_tls(l, object, &m->tls);
}

static void load_router(const struct spot *object, struct scenario_host *h)
{
    bool icmp = true;
    CHECK_KEYS(object, router_keys);
    want_flag(object, "icmp", &icmp);
    h->is_silent = !icmp;
    want_flag(object, "strips_starttls", &h->strips_starttls);
}

static void load_role(struct loader *l, const struct spot *host, struct scenario_host *h)
{
    struct spot object;
    if (!want_object(host, role_names[h->role], &object)) return;
    switch (h->role) {
    case ROLE_CLIENT:
        load_client(l, &object, &h->client);
        load_smtp(l, &object, SMTP_OF_CLIENT, h);
        break;
    case ROLE_MAIL_SERVER:
        load_mail_server(l, &object, &h->mail_server);
        load_smtp(l, &object, SMTP_OF_SERVER, h);
        if (h->smtp.max_hops == 0) h->smtp.max_hops = (unsigned)h->mail_server.retry.max_hops;
        break;
    case ROLE_ROUTER:
        load_router(&object, h);
        break;
    case ROLE_NAME_SERVER:
        load_name_server(l, &object, h);
        break;
    case ROLE_RESOLVER:
        load_resolver(l, &object, host, h);
        break;
    case ROLE_OUTSIDE:
        check_keys(&object, NULL, 0);
        break;
    }
}

static void load_address(const struct spot *host, struct scenario_host *h)
{
    const char *text;
    if (!want_text(host, "address", "10.0.0.1", &text)) return;
    const char *problem = name_address_problem(text, &h->address);
    struct spot spot = spot_key(host, "address");
    if (problem) spot_refuse(&spot, tr("write it like \"10.0.0.1\""), "\"%s\" %s", text, problem);
}

static void load_address6(const struct spot *host, struct scenario_host *h)
{
    const char *text;
    if (!want_text(host, "address6", "2001:db8::1", &text)) return;
    const char *problem = name_address6_problem(text, &h->address6);
    struct spot spot = spot_key(host, "address6");
    if (problem) spot_refuse(&spot, tr("write it like \"2001:db8::1\""), "\"%s\" %s", text, problem);
}

void load_hosts(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "hosts");
    struct tcp_config tcp = loader_tcp_default();
    struct scenario_host all = {.smtp = loader_smtp_default()};
    load_tcp(&l->root, &tcp);
    load_smtp(l, &l->root, SMTP_OF_ALL, &all);
    for (struct spot host = spot_first(&section); s->n_hosts && host.json; host = spot_next(&host)) {
        struct scenario_host *h = &s->hosts[host.index];
        h->tcp = tcp;
        h->smtp = all.smtp;
        h->client.submits_to = h->client.fetches_from = -1;
        load_asks(l, &host, h);
        if (!cJSON_IsObject(host.json)) continue;
        CHECK_KEYS(&host, host_keys);
        load_tcp(&host, &h->tcp);
        load_address(&host, h);
        load_address6(&host, h);
        bool discovers = true;
        want_flag(&host, "path_mtu_discovery", &discovers);
        h->no_path_mtu_discovery = !discovers;
        if (l->host_is_good[host.index]) load_role(l, &host, h);
        if (l->host_is_good[host.index]) load_disk(&host, h);
    }
    s->hosts[s->n_hosts].tcp = tcp; /* of the hosts that are not written */
    s->hosts[s->n_hosts].client.submits_to = s->hosts[s->n_hosts].client.fetches_from = -1;
    const struct spot none = {.checks = l->checks};
    load_asks(l, &none, &s->hosts[s->n_hosts]);
}
