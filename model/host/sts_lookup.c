/* A policy that was kept is used while it lasts, whatever DNS says or does not say now: else whoever can silence DNS
   could undo it (RFC 8461 3.3, 10.2). */
#include "model/host/sts_lookup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/host/resolver.h"
#include "model/host/wake.h"
#include "sim/journal/memory.h"

static const int64_t fetch_ns = 200 * MILLISECOND; /* about four round trips: TCP, TLS, request, end */

struct cached {
    struct cached *next;
    char domain[DNS_NAME_BYTES], id[STS_ID_BYTES];
    int64_t expires_ns;
    struct sts_policy policy;
};

struct sts_cache {
    struct cached *first;
};

struct sts_lookup {
    struct host *host;
    char domain[DNS_NAME_BYTES], id[STS_ID_BYTES];
    sts_lookup_fn done;
    void *context;
    struct resolver_question *question; /* open one, or NULL */
    struct wake fetch;
};

/* --- what is published --- */

static bool is_among(const char *const *domains, size_t n, const char *domain)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(domains[i], domain) == 0) return true;
    return false;
}

/* As its own, or as a backup. */
static bool takes_mail_for(const struct scenario_host *host, const char *domain)
{
    const struct scenario_mail_server *server = &host->mail_server;
    return host->role == ROLE_MAIL_SERVER && (is_among(server->domains, server->n_domains, domain) ||
                                              is_among(server->backup_for, server->n_backup_for, domain));
}

static void add_pattern(struct sts_policy *policy, const char *pattern)
{
    if (policy->n_mx == STS_MX_MOST) return;
    snprintf(policy->mx[policy->n_mx++], STS_PATTERN_BYTES, "%.*s", STS_PATTERN_BYTES - 1, pattern);
}

void sts_published(const struct scenario *scenario, const struct scenario_host *server, const char *domain,
                   struct sts_policy *policy)
{
    const struct scenario_sts *sts = &server->mail_server.tls.sts;
    *policy = (struct sts_policy){.mode = sts->mode, .max_age_s = sts->max_age_ns / SECOND};
    for (size_t i = 0; i < sts->n_mx; i++)
        add_pattern(policy, sts->mx[i]);
    for (size_t i = 0; sts->n_mx == 0 && i < scenario->n_hosts; i++)
        if (takes_mail_for(&scenario->hosts[i], domain)) add_pattern(policy, scenario->hosts[i].name);
}

void sts_published_record(const struct sts_policy *policy, char record[STS_RECORD_BYTES])
{
    char text[STS_TEXT_BYTES];
    sts_policy_write(policy, text);
    snprintf(record, STS_RECORD_BYTES, "v=STSv1; id=%" PRIu64 ";", random_hash_text(text));
}

/* --- the end --- */

static void lookup_free(struct sts_lookup *lookup)
{
    if (lookup->question) resolver_forget(lookup->host->resolver, lookup->question);
    wake_forget(&lookup->fetch);
    mem_free(lookup);
}

void sts_lookup_forget(struct sts_lookup *lookup)
{
    if (lookup) lookup_free(lookup);
}

void sts_cache_free(struct sts_cache *cache)
{
    while (cache && cache->first) {
        struct cached *next = cache->first->next;
        mem_free(cache->first);
        cache->first = next;
    }
    mem_free(cache);
}

static void tell(const struct sts_lookup *lookup, const struct cached *kept, const char *why)
{
    struct journal *journal = lookup->host->world->journal;
    char text[512] = "";
    size_t used = kept ? (size_t)snprintf(text, sizeof text, "%s:", sts_mode_text(kept->policy.mode)) : 0;
    for (size_t i = 0; kept && i < kept->policy.n_mx && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " %s", kept->policy.mx[i]);
    journal_set_cause(journal,
                      JOURNAL_EMIT(journal, STS_POLICY, F_INT(HOST, lookup->host->id.n), F_TEXT(QNAME, lookup->domain),
                                   F_TEXT(TEXT, text), F_TEXT(WHY, why), F_INT(AT, kept ? kept->expires_ns : 0)));
}

static void finish(struct sts_lookup *lookup, const struct cached *kept, const char *why)
{
    tell(lookup, kept, why);
    lookup->done(lookup->context, kept ? &kept->policy : NULL);
    lookup_free(lookup);
}

/* --- what is known --- */

static struct cached *find(const struct host *host, const char *domain)
{
    for (struct cached *c = host->sts_cache ? host->sts_cache->first : NULL; c; c = c->next)
        if (strcasecmp(c->domain, domain) == 0) return c;
    return NULL;
}

static struct cached *find_fresh(const struct sts_lookup *lookup)
{
    struct cached *kept = find(lookup->host, lookup->domain);
    return kept && kept->expires_ns > lookup->host->world->engine->now_ns ? kept : NULL;
}

static struct cached *keep(const struct sts_lookup *lookup, const struct sts_policy *policy)
{
    struct host *host = lookup->host;
    struct cached *kept = find(host, lookup->domain);
    if (!host->sts_cache) host->sts_cache = mem_calloc(1, sizeof *host->sts_cache);
    if (!kept) {
        kept = mem_calloc(1, sizeof *kept);
        kept->next = host->sts_cache->first;
        host->sts_cache->first = kept;
        memcpy(kept->domain, lookup->domain, sizeof kept->domain);
    }
    memcpy(kept->id, lookup->id, sizeof kept->id);
    kept->policy = *policy;
    kept->expires_ns = host->world->engine->now_ns + policy->max_age_s * SECOND;
    return kept;
}

/* --- finding out --- */

static bool fetch(const struct sts_lookup *lookup, struct sts_policy *policy)
{
    struct world *world = lookup->host->world;
    for (size_t i = 0; i < world->scenario->n_hosts; i++) {
        const struct scenario_host *server = &world->scenario->hosts[i];
        char text[STS_TEXT_BYTES];
        if (!takes_mail_for(server, lookup->domain) || !server->mail_server.tls.sts.is_published) continue;
        if (!world->hosts[i].up) continue;
        sts_published(world->scenario, server, lookup->domain, policy);
        return sts_policy_read(text, sts_policy_write(policy, text), policy);
    }
    return false;
}

static void on_fetched(void *context)
{
    struct sts_lookup *lookup = context;
    struct sts_policy policy;
    if (fetch(lookup, &policy)) {
        finish(lookup, keep(lookup, &policy), "fetched");
    } else {
        struct cached *kept = find_fresh(lookup);
        finish(lookup, kept, kept ? "kept, since it cannot be fetched" : "it cannot be fetched");
    }
}

static const char *record_of(const struct dns_message *answer)
{
    for (size_t i = 0; answer && i < answer->n_answer; i++)
        if (answer->rrs[i].type == DNS_TXT) return answer->rrs[i].target;
    return NULL;
}

static void on_record(void *context, enum dns_outcome outcome, const struct dns_message *answer)
{
    struct sts_lookup *lookup = context;
    struct cached *kept = find_fresh(lookup);
    const char *record = outcome == DNS_FOUND ? record_of(answer) : NULL;
    lookup->question = NULL;
    if (!record || !sts_record_read(record, lookup->id))
        finish(lookup, kept, kept ? "kept, though nothing tells of it now" : "none");
    else if (kept && strcmp(kept->id, lookup->id) == 0)
        finish(lookup, kept, "kept");
    else
        wake_set(&lookup->fetch, lookup->host->world->engine->now_ns + fetch_ns);
}

struct sts_lookup *sts_lookup_start(struct host *host, const char *domain, sts_lookup_fn done, void *context)
{
    static const char prefix[] = "_mta-sts.";
    char name[sizeof prefix + DNS_NAME_BYTES];
    struct sts_lookup *lookup = mem_calloc(1, sizeof *lookup);
    lookup->host = host;
    snprintf(lookup->domain, sizeof lookup->domain, "%s", domain);
    lookup->done = done;
    lookup->context = context;
    wake_init(&lookup->fetch, host, "policy fetch", on_fetched, lookup);
    snprintf(name, sizeof name, "%s%s", prefix, lookup->domain);
    lookup->question = resolver_ask(host->resolver, name, DNS_TXT, on_record, lookup);
    return lookup;
}
