/* The laws of names, as far as a journal shows them: D1 and D2 of a resolver's cache, D3 of answers, D4 of whose word
   is taken, D6 of what may make a failure permanent. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "viz/readers/laws_internal.h"

/* RFC 2308 5: three hours is sensible; RFC 9520 3.2: a failure is kept five minutes at most. */
enum { LONGEST_NEGATIVE_S = 10800, LONGEST_FAILURE_S = 300 };
enum account { ASKED = 1, ANSWERED, PUT_AT, PUT_TTL, NO_SUCH_NAME, IS_THERE };

static uint64_t hash_name(uint64_t seed, const char *name)
{
    return law_hash_name(seed, name, strlen(name));
}

static uint64_t question_of(const struct event *e, enum account account)
{
    uint64_t key = law_hash(law_hash(31, account), (uint64_t)event_int(e, FIELD_HOST));
    key = law_hash(law_hash(key, (uint64_t)event_int(e, FIELD_PEER)), (uint64_t)event_int(e, FIELD_ID));
    return law_hash_text(hash_name(key, event_text(e, FIELD_QNAME)), event_text(e, FIELD_QTYPE));
}

static size_t value_of(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : value;
}

/* D8, as far as it can be told without the zones: who has said something of a name does not say later, or of another
   type, that there is no such name (RFC 8020 2); unless zones have changed or somebody has lied. */
static void law_of_existence(struct laws *laws, const struct event *e)
{
    uint64_t name =
        hash_name(law_hash(law_hash(31, IS_THERE), (uint64_t)event_int(e, FIELD_PEER)), event_text(e, FIELD_QNAME));
    bool is_there = strcmp(event_text(e, FIELD_RCODE), "NOERROR") == 0, is_not = !is_there;
    is_there &= strncmp(event_text(e, FIELD_TEXT), "to be asked", 11) != 0;
    is_not &= strcmp(event_text(e, FIELD_RCODE), "NXDOMAIN") == 0;
    if (laws->names_change || (!is_there && !is_not)) return;
    size_t before = index_map_get(&laws->accounts, name);
    if (before != SIZE_MAX && before != (size_t)is_there)
        law_broken(laws, e, "D8", "%s is there, and is not there", event_text(e, FIELD_QNAME));
    index_map_put(&laws->accounts, name, is_there);
}

/* D3: an answer is taken from whom was asked, to what was asked, once for each time it was asked. */
static void on_answer(struct laws *laws, const struct event *e)
{
    size_t asked = value_of(laws, question_of(e, ASKED)), answered = value_of(laws, question_of(e, ANSWERED)) + 1;
    index_map_put(&laws->accounts, question_of(e, ANSWERED), answered);
    law_of_existence(laws, e);
    if (answered > asked) law_broken(laws, e, "D3", "answer %zu to %zu questions", answered, asked);
    if (strcmp(event_text(e, FIELD_RCODE), "NXDOMAIN") == 0)
        index_map_put(&laws->accounts, hash_name(law_hash(31, NO_SUCH_NAME), event_text(e, FIELD_QNAME)), 1);
}

static bool lies_in(const char *name, const char *zone)
{
    size_t n = strlen(name), z = strlen(zone);
    if (n && name[n - 1] == '.') n--;
    if (z && zone[z - 1] == '.') z--;
    if (z == 0) return true;
    if (z > n || (n > z && name[n - z - 1] != '.')) return false;
    for (size_t i = 0; i < z; i++)
        if (tolower((unsigned char)name[n - z + i]) != tolower((unsigned char)zone[i])) return false;
    return true;
}

static uint64_t entry_of(const struct event *e, enum account account)
{
    uint64_t key = law_hash(law_hash(31, account), (uint64_t)event_int(e, FIELD_HOST));
    return law_hash_text(hash_name(key, event_text(e, FIELD_NAME)), event_text(e, FIELD_QTYPE));
}

static void on_put(struct laws *laws, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    int64_t ttl = event_int(e, FIELD_TTL);
    bool negative = strcmp(text, "no data") == 0 || strcmp(text, "no such name") == 0;
    if (negative && ttl > LONGEST_NEGATIVE_S)
        law_broken(laws, e, "D2", "that there is none is kept for %lld s", (long long)ttl);
    if (strcmp(text, "failure") == 0 && ttl > LONGEST_FAILURE_S)
        law_broken(laws, e, "D2", "a failure is kept for %lld s", (long long)ttl);
    if (!lies_in(event_text(e, FIELD_NAME), event_text(e, FIELD_ZONE)))
        law_broken(laws, e, "D4", "%s does not lie in %s", event_text(e, FIELD_NAME), event_text(e, FIELD_ZONE));
    index_map_put(&laws->accounts, entry_of(e, PUT_AT), (size_t)e->at_ns + 1);
    index_map_put(&laws->accounts, entry_of(e, PUT_TTL), (size_t)ttl);
    if (strcmp(text, "no such name") == 0)
        index_map_put(&laws->accounts, hash_name(law_hash(31, NO_SUCH_NAME), event_text(e, FIELD_NAME)), 1);
}

/* D1: what is used has been put, and its time has not run out; what is left of it is never more than that. */
static void on_hit(struct laws *laws, const struct event *e)
{
    size_t put_at = value_of(laws, entry_of(e, PUT_AT));
    int64_t ttl_ns = (int64_t)value_of(laws, entry_of(e, PUT_TTL)) * INT64_C(1000000000);
    if (!put_at) {
        law_broken(laws, e, "D1", "%s was never put there", event_text(e, FIELD_NAME));
        return;
    }
    int64_t age_ns = e->at_ns - (int64_t)(put_at - 1), left_ns = event_int(e, FIELD_TTL) * INT64_C(1000000000);
    if (age_ns >= ttl_ns)
        law_broken(laws, e, "D1", "%s is used %lld s after it ran out", event_text(e, FIELD_NAME),
                   (long long)((age_ns - ttl_ns) / 1000000000));
    else if (left_ns > ttl_ns - age_ns)
        law_broken(laws, e, "D1", "%s is said to be good for longer than it is", event_text(e, FIELD_NAME));
}

/* D6: that a domain does not exist, somebody who knows has said. */
static void on_attempt_end(struct laws *laws, const struct event *e)
{
    static const char words[] = "no such domain: ";
    const char *why = event_text(e, FIELD_WHY), *found = strstr(why, words);
    char domain[256];
    if (strcmp(event_text(e, FIELD_OUTCOME), "never") != 0) return;
    if (!found || sscanf(found + strlen(words), "%255[^ ,;]", domain) != 1) return;
    if (!value_of(laws, hash_name(law_hash(31, NO_SUCH_NAME), domain)))
        law_broken(laws, e, "D6", "nobody has said that %s does not exist", domain);
}

void laws_of_dns(struct laws *laws, const struct event *e)
{
    switch (e->kind) {
    case EVENT_DNS_QUERY:
        index_map_put(&laws->accounts, question_of(e, ASKED), value_of(laws, question_of(e, ASKED)) + 1);
        break;
    case EVENT_DNS_ANSWER:
        on_answer(laws, e);
        break;
    case EVENT_DNS_CACHE:
        if (strcmp(event_text(e, FIELD_WHY), "put") == 0) on_put(laws, e);
        if (strcmp(event_text(e, FIELD_WHY), "hit") == 0) on_hit(laws, e);
        break;
    case EVENT_DNS_FAULT:
    case EVENT_ZONE_CHANGE:
    case EVENT_PACKET_COLLIDE:
        laws->names_change = true;
        break;
    case EVENT_ATTEMPT_END:
        on_attempt_end(laws, e);
        break;
    default:
        break;
    }
}
