/* RFC 1034 5.3.3, steps 2 and 3: the servers nearest to the name that can be asked, the best of them first; and the
   side questions for the addresses of servers that are known only by name. */
#include <string.h>

#include "model/dns/dns_resolver_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

/* Servers this much slower than the fastest are asked as gladly (Unbound's RTT_BAND). */
static const int64_t band_ns = 400 * MILLISECOND;

/* --- the end --- */

static void tell_waiters(struct question *q, const struct dns_entry *end)
{
    struct dns_resolver *r = q->resolver;
    struct dns_message *answer = NULL;
    while (q->waiters) {
        struct waiter *waiter = q->waiters;
        q->waiters = waiter->next;
        if (waiter->parent) {
            waiter->parent->side_questions--;
            question_make_ready(waiter->parent);
        } else {
            if (!answer) answer = resolver_make_answer(r, q->qname, q->qtype, &q->trail, end);
            r->owner.answer(r->owner.context, waiter->asker, answer);
        }
        mem_free(waiter);
    }
    dns_message_drop(answer);
}

static void question_finish(struct question *q, const struct dns_entry *end)
{
    q->is_over = true;
    if (q->query) query_drop(q, "nobody asks any more");
    tell_waiters(q, end);
}

/* RFC 9520 3.2: failures are remembered for a while, lest every client's question begins them anew. */
void question_fail(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    if (r->config.failure_ttl_s > 0) {
        struct dns_entry content = {.what = DNS_CACHED_FAILURE,
                                    .rank = DNS_RANK_ANSWER,
                                    .name = q->qname,
                                    .type = q->qtype,
                                    .zone = "", /* nobody has said so */
                                    .ttl_s = r->config.failure_ttl_s,
                                    .put_ns = r->now_ns};
        const struct dns_entry *entry = dns_cache_put(r->cache, &content);
        if (entry) resolver_note(r, (struct dns_note){.kind = DNS_NOTE_PUT, .entry = entry});
    }
    question_finish(q, NULL);
}

/* --- the zone to ask --- */

void question_set_cut(struct question *q, const char *zone, struct dns_entry *ns)
{
    dns_entry_drop(q->ns);
    q->ns = ns ? dns_entry_hold(ns) : NULL;
    memcpy(q->cut, zone, strlen(zone) + 1);
    q->has_cut = true;
    memset(q->is_asked, 0, sizeof q->is_asked);
    q->n_candidates = 0;
}

static struct dns_entry *address_entry(struct question *q, const char *name, enum dns_type type)
{
    const struct dns_resolver_config *config = &q->resolver->config;
    if (type == DNS_A ? !config->v4 : !config->v6) return NULL;
    struct dns_entry *entry = resolver_find(q->resolver, name, type, DNS_RANK_GLUE, q->work->transaction);
    return entry && entry->what == DNS_CACHED_RECORDS ? entry : NULL;
}

/* Servers below the zone itself can only be found with the glue that its parent gives. */
static bool can_be_asked(struct question *q, const char *zone, const struct dns_entry *ns)
{
    for (size_t i = 0; i < ns->n && i < MOST_NAME_SERVERS; i++) {
        const char *name = ns->rrs[i].target;
        if (!name_is_in(name, zone) || address_entry(q, name, DNS_A) || address_entry(q, name, DNS_AAAA)) return true;
    }
    return false;
}

static void choose_cut(struct question *q)
{
    for (const char *zone = q->trail.sname; zone; zone = parent_of(zone)) {
        struct dns_entry *ns = resolver_find(q->resolver, zone, DNS_NS, DNS_RANK_REFERRAL, q->work->transaction);
        if (!ns || ns->what != DNS_CACHED_RECORDS) continue;
        dns_entry_hold(ns);
        bool good = can_be_asked(q, zone, ns);
        if (good) question_set_cut(q, zone, ns);
        dns_entry_drop(ns);
        if (good) return;
    }
    question_set_cut(q, "", NULL);
}

/* --- its servers --- */

static void add_candidate(struct question *q, struct ip_address address)
{
    const struct dns_resolver_config *config = &q->resolver->config;
    if (ip_is_no_host(address) || (ip_is_v4(address) ? !config->v4 : !config->v6)) return;
    for (size_t i = 0; i < q->n_candidates; i++)
        if (ip_equals(q->candidates[i].address, address)) return;
    if (q->n_candidates == MOST_CANDIDATES) return;
    q->candidates[q->n_candidates++] = (struct candidate){.address = address};
}

static void add_candidates_of(struct question *q, const char *name)
{
    static const enum dns_type types[] = {DNS_AAAA, DNS_A};
    for (size_t t = 0; t < 2; t++) {
        const struct dns_entry *entry = address_entry(q, name, types[t]);
        for (size_t i = 0; entry && i < entry->n; i++)
            add_candidate(q, types[t] == DNS_A ? ip_of_v4(entry->rrs[i].address) : entry->rrs[i].address6);
    }
}

static void load_candidates(struct question *q)
{
    const struct dns_resolver *r = q->resolver;
    if (!q->ns)
        for (size_t i = 0; i < r->n_hints; i++)
            add_candidate(q, r->hints[i].address);
    else
        for (size_t i = 0; i < q->ns->n && i < MOST_NAME_SERVERS; i++)
            add_candidates_of(q, q->ns->rrs[i].target);
}

static bool may_be_asked(const struct question *q, const struct candidate *candidate)
{
    const struct dns_resolver *r = q->resolver;
    return !candidate->bad && candidate->transmissions < r->config.most_transmissions &&
           !dns_servers_is_lame(r->servers, candidate->address, q->cut, r->now_ns);
}

/* Those asked least for this question; of these, any that is nearly as fast as the fastest; of these, one by chance. */
static struct candidate *best_candidate(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    struct candidate *good[MOST_CANDIDATES];
    int64_t rto_ns[MOST_CANDIDATES], fastest_ns = INT64_MAX;
    unsigned least = UINT32_MAX;
    size_t n = 0, n_near = 0;
    for (size_t i = 0; i < q->n_candidates; i++)
        if (may_be_asked(q, &q->candidates[i]) && q->candidates[i].transmissions < least)
            least = q->candidates[i].transmissions;
    for (size_t i = 0; i < q->n_candidates; i++) {
        if (q->candidates[i].transmissions != least || !may_be_asked(q, &q->candidates[i])) continue;
        rto_ns[n] = dns_servers_get(r->servers, q->candidates[i].address, r->now_ns)->rto_ns;
        if (rto_ns[n] < fastest_ns) fastest_ns = rto_ns[n];
        good[n++] = &q->candidates[i];
    }
    for (size_t i = 0; i < n; i++)
        if (rto_ns[i] < fastest_ns + band_ns) good[n_near++] = good[i];
    if (n_near < 2) return n_near ? good[0] : NULL;
    return good[r->owner.draw(r->owner.context, "dns server", r->last_query + 1) % n_near];
}

/* --- side questions --- */

/* NULL: it cannot be asked, being what is asked already, or too deep. */
static struct question *side_question(struct question *q, const char *name, enum dns_type type)
{
    struct dns_resolver *r = q->resolver;
    struct question *side = question_find(r, name, type);
    if (side) return question_waits_for(side, q) ? NULL : side;
    if (q->depth >= r->config.most_depth || r->n_questions >= r->config.most_questions) return NULL;
    side = question_new(r, name, type, q->work, q->depth + 1);
    question_make_ready(side);
    return side;
}

static void ask_for_address(struct question *q, const char *name, enum dns_type type)
{
    const struct dns_resolver_config *config = &q->resolver->config;
    if (type == DNS_A ? !config->v4 : !config->v6) return;
    struct question *side = side_question(q, name, type);
    if (side) question_add_waiter(side, NULL, q);
}

static void ask_for_addresses(struct question *q)
{
    for (size_t i = 0; q->ns && i < q->ns->n && i < MOST_NAME_SERVERS; i++) {
        const char *name = q->ns->rrs[i].target;
        if (q->side_questions >= q->resolver->config.most_side_questions) return;
        if (q->is_asked[i] || !*name) continue;
        q->is_asked[i] = true;
        if (address_entry(q, name, DNS_A) || address_entry(q, name, DNS_AAAA)) continue;
        ask_for_address(q, name, DNS_A);
        ask_for_address(q, name, DNS_AAAA);
    }
}

/* --- a step --- */

/* True when the question is over. */
static bool is_known(struct question *q)
{
    const char *before = q->trail.sname;
    struct dns_entry *end = NULL;
    switch (trail_follow(q->resolver, &q->trail, q->qtype, q->work->transaction, &end)) {
    case TRAIL_KNOWN:
        dns_entry_hold(end);
        question_finish(q, end);
        dns_entry_drop(end);
        return true;
    case TRAIL_BROKEN:
        question_fail(q);
        return true;
    case TRAIL_UNKNOWN:
        break;
    }
    if (q->trail.sname != before) q->has_cut = false; /* step 4c: the alias leads elsewhere */
    return false;
}

static void ask_servers(struct question *q)
{
    load_candidates(q);
    struct candidate *candidate = best_candidate(q);
    /* Servers that keep silent are no reason not to look for those whose addresses nobody has given. */
    if (!candidate || candidate->transmissions >= 2) ask_for_addresses(q);
    if (candidate) {
        candidate->transmissions++;
        if (!query_send(q, candidate, false)) question_fail(q);
    } else if (q->side_questions == 0) {
        question_fail(q);
    }
}

static void advance(struct question *q)
{
    if (q->query || is_known(q)) return;
    if (!q->has_cut) choose_cut(q);
    ask_servers(q);
}

void resolver_run_ready(struct dns_resolver *r)
{
    while (r->first_ready) {
        struct question *q = r->first_ready;
        r->first_ready = q->next_ready;
        if (!r->first_ready) r->last_ready = NULL;
        q->is_ready = false;
        if (!q->is_over) advance(q);
        if (q->is_over) question_free(q);
    }
}
