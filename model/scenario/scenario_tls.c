/* "tls": of the whole file, of a mail server, of a client. */
#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const struct key_rule server_tls_keys[] = {{"offer", NULL},    {"certificate", NULL}, {"version", NULL},
                                                  {"outbound", NULL}, {"clear_after", NULL}, {"mta_sts", NULL}};
static const struct key_rule sts_keys[] = {{"mode", NULL}, {"mx", NULL}, {"max_age", NULL}};

/* RFC 8461 3.2. */
static const int64_t max_age_most_ns = 31557600 * SECOND;

void load_tls_kind(struct loader *l)
{
    static const struct choice kinds[] = {{"real", NULL}, {"modelled", NULL}};
    size_t kind = 0;
    want_choice(&l->root, "tls", kinds, sizeof kinds / sizeof *kinds, &kind);
    l->scenario->tls_is_modelled = kind == 1;
}

void load_client_tls(const struct spot *client, struct scenario_client *c)
{
    static const struct choice words[] = {{"off", NULL}, {"starttls", NULL}, {"implicit", NULL}};
    size_t word = CLIENT_TLS_OFF;
    want_choice(client, "tls", words, sizeof words / sizeof *words, &word);
    c->tls = (enum client_tls)word;
}

/* A pattern is a host's name, or one with "*" for its first label (RFC 8461 4.1). */
static void check_patterns(struct loader *l, const struct spot *sts, struct scenario_sts *policy)
{
    struct spot list = spot_key(sts, "mx");
    char better[NAME_BYTES];
    if (!list.json) return;
    policy->mx = loader_texts(l, &list, "mx1.b.example", &policy->n_mx);
    for (size_t i = 0; policy->mx && i < policy->n_mx; i++) {
        bool is_wild = policy->mx[i][0] == '*' && policy->mx[i][1] == '.';
        const char *problem = name_host_problem(policy->mx[i] + (is_wild ? 2 : 0), better);
        if (problem)
            spot_refuse(&list, tr("write it like \"mx1.b.example\" or \"*.b.example\""), "\"%s\" %s", policy->mx[i],
                        problem);
    }
}

static void load_sts(struct loader *l, const struct spot *tls, struct scenario_sts *policy)
{
    static const struct choice modes[] = {{"none", NULL}, {"testing", NULL}, {"enforce", NULL}};
    struct spot sts = spot_key(tls, "mta_sts");
    size_t mode = STS_ENFORCE;
    policy->max_age_ns = 7 * DAY;
    if (!sts.json || !check_object(&sts)) return;
    CHECK_KEYS(&sts, sts_keys);
    policy->is_published = true;
    want_choice(&sts, "mode", modes, sizeof modes / sizeof *modes, &mode);
    policy->mode = (enum sts_mode)mode;
    want_duration(&sts, "max_age", SECOND, max_age_most_ns, &policy->max_age_ns);
    check_patterns(l, &sts, policy);
}

static void load_clear_after(const struct spot *tls, struct scenario_tls *t)
{
    static const struct choice words[] = {{"never", NULL}};
    struct spot spot = spot_key(tls, "clear_after");
    size_t word = 0;
    if (!spot.json) return;
    if (t->outbound != OUTBOUND_OPPORTUNISTIC && t->outbound != OUTBOUND_MTA_STS)
        spot_refuse_key(&spot, tr("leave it out, or write \"outbound\": \"opportunistic\""),
                        tr("\"clear_after\" is nothing for a server that %s"),
                        t->outbound == OUTBOUND_NEVER ? tr("never encrypts") : tr("must encrypt"));
    else if (cJSON_IsString(spot.json) && !(spot.json->valuestring[0] >= '0' && spot.json->valuestring[0] <= '9')) {
        if (check_choice(&spot, words, 1, &word)) t->clear_after_ns = RETRY_NEVER;
    } else
        check_unit(&spot, UNIT_DURATION, 0, 365 * DAY, &t->clear_after_ns);
}

void load_server_tls(struct loader *l, const struct spot *server, struct scenario_tls *t)
{
    static const struct choice certificates[] = {{"valid", NULL},       {"expired", NULL},    {"not yet valid", NULL},
                                                 {"self-signed", NULL}, {"wrong name", NULL}, {"untrusted ca", NULL}};
    static const struct choice versions[] = {{"1.3", NULL}, {"1.2", NULL}};
    static const struct choice policies[] = {
        {"never", NULL}, {"opportunistic", NULL}, {"required", NULL}, {"verify", NULL}, {"mta-sts", NULL}};
    struct spot tls;
    size_t certificate = TLS_CERTIFICATE_VALID, version = TLS_VERSION_1_3, outbound = OUTBOUND_OPPORTUNISTIC;
    t->clear_after_ns = -1;
    if (!want_object(server, "tls", &tls)) return;
    CHECK_KEYS(&tls, server_tls_keys);
    t->offers = true;
    want_flag(&tls, "offer", &t->offers);
    want_choice(&tls, "certificate", certificates, sizeof certificates / sizeof *certificates, &certificate);
    want_choice(&tls, "version", versions, sizeof versions / sizeof *versions, &version);
    want_choice(&tls, "outbound", policies, sizeof policies / sizeof *policies, &outbound);
    t->certificate = (enum tls_certificate_kind)certificate;
    t->version = (enum tls_version)version;
    t->outbound = (enum tls_outbound)outbound;
    load_clear_after(&tls, t);
    load_sts(l, &tls, &t->sts);
}
