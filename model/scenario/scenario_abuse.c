/* The fault "abuse": a client that means no mail. */
#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* In the order of enum abuse_kind. */
static const struct choice kinds[ABUSE_KINDS] = {{"vrfy", NULL}, {"early", NULL}, {"http", NULL},    {"tls", NULL},
                                                 {"bdat", NULL}, {"drip", NULL},  {"silence", NULL}, {"curious", NULL}};

const char *abuse_kind_text(enum abuse_kind kind)
{
    return kinds[kind].word;
}

static void refuse_where_it_says_nothing(const struct spot *object, const char *key, enum abuse_kind kind,
                                         enum abuse_kind its_kind)
{
    struct spot spot = spot_key(object, key);
    if (spot.json && kind != its_kind)
        spot_refuse_key(&spot, tr("leave it out"), tr("\"%s\" belongs to \"kind\": \"%s\""), key, kinds[its_kind].word);
}

static void load_number(const struct spot *object, const char *key, int64_t most, uint32_t *out)
{
    int64_t value;
    if (want_integer(object, key, 1, most, &value)) *out = (uint32_t)value;
}

static void load_numbers(const struct spot *object, struct scenario_fault *f)
{
    enum { MOST_CONNECTIONS = 100000, MOST_AT_ONCE = 20000, USUALLY_AT_ONCE = 1000 };
    struct spot at_once = spot_key(object, "at_once");
    f->abuse_port = 25;
    f->abuse_connections = 1;
    f->abuse_count = 100;
    f->abuse_every_ns = 10 * SECOND;
    load_number(object, "port", 65535, &f->abuse_port);
    load_number(object, "connections", MOST_CONNECTIONS, &f->abuse_connections);
    f->abuse_at_once = f->abuse_connections < USUALLY_AT_ONCE ? f->abuse_connections : USUALLY_AT_ONCE;
    load_number(object, "at_once", MOST_AT_ONCE, &f->abuse_at_once);
    load_number(object, "count", 1000000, &f->abuse_count);
    want_duration(object, "every", MILLISECOND, DAY, &f->abuse_every_ns);
    if (f->abuse_at_once > f->abuse_connections)
        spot_refuse(&at_once, tr("make \"connections\" larger"), tr("there are not so many connections in all"));
}

void load_abuse(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"client", NULL},      {"server", NULL},  {"kind", NULL},  {"port", NULL},
                                           {"connections", NULL}, {"at_once", NULL}, {"count", NULL}, {"every", NULL}};
    struct spot client = spot_key(object, "client"), server = spot_key(object, "server");
    size_t kind = ABUSE_VRFY;
    CHECK_KEYS(object, keys);
    if (check_present(object, "client", "\"client\": \"mallory-pc\""))
        loader_host(l, &client, 1 << ROLE_CLIENT, &f->host);
    if (check_present(object, "server", "\"server\": \"mx1.b.example\""))
        loader_host(l, &server, 1 << ROLE_MAIL_SERVER, &f->abuse_server);
    bool is_clear =
        check_present(object, "kind", "\"kind\": \"vrfy\"") && want_choice(object, "kind", kinds, ABUSE_KINDS, &kind);
    f->abuse_kind = (enum abuse_kind)kind;
    load_numbers(object, f);
    if (!is_clear) return;
    refuse_where_it_says_nothing(object, "count", f->abuse_kind, ABUSE_VRFY);
    refuse_where_it_says_nothing(object, "every", f->abuse_kind, ABUSE_DRIP);
}
