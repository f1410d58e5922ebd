/* D5, the work for one question is bounded, whatever zones say; and the rest of D6: what makes a mail fail for good is
   known from DNS, and not that DNS was silent.

   The bounds are those of BIND and Unbound (docs/dns.md): a resolver sends 50 queries at most for a question and takes
   10 s at most, and no server is asked the same thing more than five times. A host that is slow, paused or was stopped
   may take longer. */
#include <string.h>

#include "viz/readers/laws_internal.h"

enum { MOST_QUERIES = 50, MOST_TRANSMISSIONS = 5 };
enum account { ASKED_AT = 1, BUCKET, ASKED_NOW, ASKED_BEFORE, QUERIES, RESOLVES, HINDERED, MX_OUTCOME };
enum mx_outcome { MX_UNKNOWN, MX_SAID };

static const int64_t longest_ns = INT64_C(10000000000);

static uint64_t key_of(enum account account, int64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(101, account), (uint64_t)a), b);
}

static int64_t number_at(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : (int64_t)value;
}

static void put(struct laws *laws, uint64_t key, int64_t value)
{
    index_map_put(&laws->accounts, key, (size_t)value);
}

static uint64_t question_of(const struct event *e)
{
    const char *qname = event_text(e, FIELD_QNAME);
    uint64_t hash = law_hash(law_hash_name(1, qname, strlen(qname)), (uint64_t)event_int(e, FIELD_PEER));
    return law_hash_text(law_hash(hash, (uint64_t)event_int(e, FIELD_ID)), event_text(e, FIELD_QTYPE));
}

/* Queries of the last ten seconds belong to questions of the last ten, or of the ten before. */
static void turn_bucket(struct laws *laws, const struct event *e, int64_t host)
{
    int64_t bucket = e->at_ns / longest_ns + 1, known = number_at(laws, key_of(BUCKET, host, 0));
    if (bucket == known) return;
    put(laws, key_of(ASKED_BEFORE, host, 0), bucket == known + 1 ? number_at(laws, key_of(ASKED_NOW, host, 0)) : 0);
    put(laws, key_of(ASKED_NOW, host, 0), 0);
    put(laws, key_of(QUERIES, host, 0), 0);
    put(laws, key_of(BUCKET, host, 0), bucket);
}

static void on_asked(struct laws *laws, const struct event *e)
{
    int64_t host = event_int(e, FIELD_HOST);
    turn_bucket(laws, e, host);
    put(laws, key_of(RESOLVES, host, 0), 1);
    put(laws, key_of(ASKED_NOW, host, 0), number_at(laws, key_of(ASKED_NOW, host, 0)) + 1);
    put(laws, key_of(ASKED_AT, host, question_of(e)), e->at_ns + 1);
}

static void on_told(struct laws *laws, const struct event *e)
{
    int64_t host = event_int(e, FIELD_HOST), asked_ns = number_at(laws, key_of(ASKED_AT, host, question_of(e))) - 1;
    if (asked_ns < 0 || number_at(laws, key_of(HINDERED, host, 0))) return;
    if (e->at_ns - asked_ns > longest_ns)
        law_broken(laws, e, "D5", "the answer took %.3f s", (double)(e->at_ns - asked_ns) / 1e9);
}

static void on_query(struct laws *laws, const struct event *e)
{
    int64_t host = event_int(e, FIELD_HOST);
    if (event_int(e, FIELD_NTH) > MOST_TRANSMISSIONS)
        law_broken(laws, e, "D5", "it is sent for the %lldth time", (long long)event_int(e, FIELD_NTH));
    if (!number_at(laws, key_of(RESOLVES, host, 0)) || number_at(laws, key_of(HINDERED, host, 0))) return;
    turn_bucket(laws, e, host);
    int64_t queries = number_at(laws, key_of(QUERIES, host, 0)) + 1;
    int64_t asked = number_at(laws, key_of(ASKED_NOW, host, 0)) + number_at(laws, key_of(ASKED_BEFORE, host, 0));
    put(laws, key_of(QUERIES, host, 0), queries);
    if (queries > MOST_QUERIES * asked)
        law_broken(laws, e, "D5", "query %lld for %lld questions", (long long)queries, (long long)asked);
}

static void on_answer(struct laws *laws, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_QTYPE), "MX") != 0) return;
    const char *qname = event_text(e, FIELD_QNAME), *rcode = event_text(e, FIELD_RCODE);
    bool is_said = strcmp(rcode, "NOERROR") == 0 || strcmp(rcode, "NXDOMAIN") == 0;
    if (!is_said) return; /* another look-up may have been told at the same time */
    put(laws, key_of(MX_OUTCOME, event_int(e, FIELD_HOST), law_hash_name(1, qname, strlen(qname))), MX_SAID);
}

/* D6: "550 5.1.2", "550 5.4.4", "556 5.1.10" about a domain come from what was said about it. */
static void on_attempt_end(struct laws *laws, const struct event *e)
{
    static const char *const by_dns[] = {"550 5.1.2 no such domain", "550 5.4.4 ", "556 5.1.10 "};
    const char *why = event_text(e, FIELD_WHY), *at = strrchr(event_text(e, FIELD_RECIPIENT), '@');
    if (strcmp(event_text(e, FIELD_OUTCOME), "never") != 0 || !at || event_int(e, FIELD_PEER)) return;
    for (size_t i = 0; i < sizeof by_dns / sizeof *by_dns; i++) {
        if (strncmp(why, by_dns[i], strlen(by_dns[i])) != 0) continue;
        int64_t outcome =
            number_at(laws, key_of(MX_OUTCOME, event_int(e, FIELD_HOST), law_hash_name(1, at + 1, strlen(at + 1))));
        if (outcome != MX_SAID) law_broken(laws, e, "D6", "refused for good, though DNS has not said so: %.60s", why);
    }
}

void laws_of_names(struct laws *laws, const struct event *e)
{
    switch (e->kind) {
    case EVENT_DNS_ASKED:
        on_asked(laws, e);
        break;
    case EVENT_DNS_TOLD:
        on_told(laws, e);
        break;
    case EVENT_DNS_QUERY:
        on_query(laws, e);
        break;
    case EVENT_DNS_ANSWER:
        on_answer(laws, e);
        break;
    case EVENT_ATTEMPT_END:
        on_attempt_end(laws, e);
        break;
    case EVENT_HOST_STATE:
    case EVENT_HOST_TROUBLE:
        put(laws, key_of(HINDERED, event_int(e, FIELD_HOST), 0), 1);
        break;
    default:
        break;
    }
}
