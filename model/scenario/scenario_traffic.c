/* "traffic": generators of mail. Who writes to whom, when, and how much. */
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const struct key_rule traffic_keys[] = {
    {"from", NULL},       {"senders", NULL}, {"to", NULL},
    {"recipients", NULL}, {"every", NULL},   {"hours", NULL},
    {"burst", NULL},      {"size", NULL},    {"at", NULL},
    {"until", NULL},      {"count", NULL},   {"subject", NULL},
    {"text", NULL},       {"attach", NULL},  {"for", "say when it ends: \"until\": \"8 h\""}};
static const struct key_rule every_keys[] = {{"poisson", NULL}, {"uniform", NULL}};
static const struct key_rule burst_keys[] = {{"mails", NULL}, {"apart", NULL}};
static const struct key_rule size_keys[] = {{"uniform", NULL}, {"exponential", NULL}, {"lognormal", NULL},
                                            {"pareto", NULL},  {"listed", NULL},      {"most", NULL}};

enum { WEIGHT_MAX = 1000000, RECIPIENTS_MAX = 1000 };
#define INTERVAL_MIN MICROSECOND
#define INTERVAL_MAX (365 * DAY)

/* The one key of an object that is a rule of its own ("most" may stand beside it); NULL: told that there is none. */
static const char *only_rule(const struct spot *object, const struct key_rule *rules, size_t n, const char *example)
{
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        struct spot spot = spot_key(object, rules[i].key);
        if (!spot.json || strcmp(rules[i].key, "most") == 0) continue;
        if (found) {
            spot_refuse_key(&spot, tr("keep one of the two"), tr("\"%s\" stands beside \"%s\""), rules[i].key, found);
            return NULL;
        }
        found = rules[i].key;
    }
    const char *words[8];
    size_t n_words = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rules[i].key, "most") != 0) words[n_words++] = rules[i].key;
    if (!found && !check_slip(object, words, n_words))
        spot_refuse(object, checks_hint(object->checks, tr("write it like %s"), example), tr("no law is named"));
    return found;
}

/* Two values with units, the second not below the first: ["5 min", "15 min"]. */
static bool load_pair(const struct spot *spot, enum unit_kind kind, int64_t min, int64_t max, const char *example,
                      int64_t *least, int64_t *most)
{
    if (!check_array(spot, example)) return false;
    if (cJSON_GetArraySize(spot->json) != 2) {
        spot_refuse(spot, checks_hint(spot->checks, tr("write it like %s"), example), tr("two values are wanted"));
        return false;
    }
    struct spot first = spot_first(spot), second = spot_next(&first);
    if (!check_unit(&first, kind, min, max, least) || !check_unit(&second, kind, min, max, most)) return false;
    if (*most < *least) spot_refuse(spot, tr("write the smaller one first"), tr("the second value is below the first"));
    return *most >= *least;
}

/* ---- who and whom ---- */

static bool choose_all_clients(struct loader *l, struct scenario_choice *choice, bool senders)
{
    struct scenario *s = l->scenario;
    choice->addresses = scenario_alloc(s->memory, s->n_hosts, sizeof *choice->addresses);
    choice->clients = scenario_alloc(s->memory, s->n_hosts, sizeof *choice->clients);
    for (size_t i = 0; i < s->n_hosts; i++) {
        if (s->hosts[i].role != ROLE_CLIENT || (senders && s->hosts[i].client.submits_to < 0)) continue;
        choice->clients[choice->n] = (int)i;
        choice->addresses[choice->n++] = s->hosts[i].client.user;
    }
    return choice->n > 0;
}

static void add_address(struct loader *l, const struct spot *spot, const char *address, struct scenario_choice *choice,
                        bool senders)
{
    choice->clients[choice->n] = senders ? loader_sender(l, spot, address) : loader_client_of(l->scenario, address);
    choice->addresses[choice->n++] = scenario_text(l->scenario->memory, address);
}

/* { "bob@b.example": 3, "carol@b.example": 1 } */
static void load_weighted(struct loader *l, const struct spot *object, struct scenario_choice *choice, bool senders)
{
    uint64_t sum = 0;
    choice->weight_sums =
        scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(object->json), sizeof *choice->weight_sums);
    for (struct spot spot = spot_first(object); spot.json; spot = spot_next(&spot)) {
        int64_t weight = 1;
        want_integer(object, spot.key, 1, WEIGHT_MAX, &weight);
        sum += (uint64_t)weight;
        choice->weight_sums[choice->n] = sum;
        if (loader_good_key(&spot, name_mailbox_problem, tr("write it like \"bob@b.example\"")))
            add_address(l, &spot, spot.key, choice, senders);
    }
}

static void load_addresses(struct loader *l, const struct spot *list, struct scenario_choice *choice, bool senders)
{
    size_t n;
    const char **texts = loader_texts(l, list, senders ? "alice@a.example" : "bob@b.example", &n);
    if (cJSON_IsString(list->json)) {
        if (loader_good_mailbox(list)) add_address(l, list, texts[0], choice, senders);
        return;
    }
    for (struct spot spot = spot_first(list); texts && spot.json; spot = spot_next(&spot))
        if (cJSON_IsString(spot.json) && loader_good_mailbox(&spot))
            add_address(l, &spot, spot.json->valuestring, choice, senders);
}

static void load_choice(struct loader *l, const struct spot *traffic, const char *key, struct scenario_choice *choice)
{
    bool senders = strcmp(key, "from") == 0;
    struct spot spot = spot_key(traffic, key);
    if (!check_present(traffic, key, senders ? "\"from\": \"alice@a.example\"" : "\"to\": [\"bob@b.example\"]")) return;
    if (cJSON_IsString(spot.json) && strcmp(spot.json->valuestring, "clients") == 0) {
        if (!choose_all_clients(l, choice, senders) && l->hosts.n > 0)
            spot_refuse(&spot, tr("write a host with \"client\": { \"user\": ..., \"submits_to\": ... }"),
                        senders ? tr("no client submits mail") : tr("there are no clients"));
        return;
    }
    size_t n = cJSON_IsString(spot.json) ? 1 : (size_t)cJSON_GetArraySize(spot.json);
    choice->addresses = scenario_alloc(l->scenario->memory, n, sizeof *choice->addresses);
    choice->clients = scenario_alloc(l->scenario->memory, n, sizeof *choice->clients);
    if (cJSON_IsObject(spot.json))
        load_weighted(l, &spot, choice, senders);
    else
        load_addresses(l, &spot, choice, senders);
    if (n == 0) spot_refuse(&spot, tr("write \"clients\" for all clients"), tr("nobody is named"));
}

/* A number, or [from, to]. */
static void load_recipients(const struct spot *traffic, struct scenario_traffic *t)
{
    struct spot spot = spot_key(traffic, "recipients");
    t->recipients_least = t->recipients_most = 1;
    int64_t most = t->to.n < RECIPIENTS_MAX && t->to.n > 0 ? (int64_t)t->to.n : RECIPIENTS_MAX;
    if (!spot.json) return;
    if (!cJSON_IsArray(spot.json)) {
        if (want_integer(traffic, "recipients", 1, most, &t->recipients_least))
            t->recipients_most = t->recipients_least;
        return;
    }
    bool good = cJSON_GetArraySize(spot.json) == 2;
    int64_t pair[2] = {1, 1};
    size_t i = 0;
    for (struct spot s = spot_first(&spot); good && s.json; s = spot_next(&s)) {
        good = cJSON_IsNumber(s.json) && s.json->valuedouble >= 1 && s.json->valuedouble <= (double)most &&
               s.json->valuedouble == (double)(int64_t)s.json->valuedouble;
        if (good) pair[i++] = (int64_t)s.json->valuedouble;
    }
    if (!good || pair[1] < pair[0])
        spot_refuse(&spot, checks_hint(spot.checks, tr("write it like [1, %lld]"), (long long)most),
                    tr("%s is not two numbers from 1 to %lld, the smaller one first"),
                    checks_value(spot.checks, spot.json), (long long)most);
    t->recipients_least = pair[0];
    t->recipients_most = pair[1];
}

/* ---- when ---- */

/* "poisson 1 min": the law belongs before the value, in an object. True when it was that, and is told. */
static bool refuse_law_in_text(const struct spot *spot)
{
    const char *text = cJSON_IsString(spot->json) ? spot->json->valuestring : "";
    bool is_poisson = strncmp(text, "poisson", 7) == 0;
    struct unit_problem problem;
    int64_t mean_ns;
    if (!is_poisson && strncmp(text, "uniform", 7) != 0) return false;
    const char *value = text + 7 + strspn(text + 7, " :,");
    const char *hint = tr("write { \"uniform\": [\"5 min\", \"15 min\"] }");
    if (is_poisson && !unit_parse(UNIT_DURATION, value, &mean_ns, &problem)) value = "1 min";
    if (is_poisson) hint = checks_hint(spot->checks, tr("write { \"poisson\": \"%s\" }"), value);
    spot_refuse(spot, hint, tr("%s is a law in a text"), checks_value(spot->checks, spot->json));
    return true;
}

static void load_every(const struct spot *traffic, struct scenario_arrivals *a)
{
    struct spot spot = spot_key(traffic, "every"), rule;
    static const char example[] = "{ \"poisson\": \"10 min\" }";
    a->interval_ns = a->most_ns = MINUTE;
    if (!check_present(traffic, "every", "\"every\": { \"poisson\": \"10 min\" }")) return;
    if (refuse_law_in_text(&spot)) return;
    if (!cJSON_IsObject(spot.json)) {
        check_unit(&spot, UNIT_DURATION, INTERVAL_MIN, INTERVAL_MAX, &a->interval_ns);
        return;
    }
    CHECK_KEYS(&spot, every_keys);
    const char *law = only_rule(&spot, every_keys, sizeof every_keys / sizeof *every_keys, example);
    if (!law) return;
    rule = spot_key(&spot, law);
    if (strcmp(law, "poisson") == 0) {
        a->law = INTERVAL_POISSON;
        check_unit(&rule, UNIT_DURATION, INTERVAL_MIN, INTERVAL_MAX, &a->interval_ns);
    } else {
        a->law = INTERVAL_UNIFORM;
        load_pair(&rule, UNIT_DURATION, INTERVAL_MIN, INTERVAL_MAX, "[\"5 min\", \"15 min\"]", &a->interval_ns,
                  &a->most_ns);
    }
}

static void load_burst(const struct spot *traffic, struct scenario_arrivals *a)
{
    struct spot spot;
    int64_t mails = 1;
    a->burst = 1;
    if (!want_object(traffic, "burst", &spot)) return;
    CHECK_KEYS(&spot, burst_keys);
    if (check_present(&spot, "mails", "\"mails\": 20")) want_integer(&spot, "mails", 1, WEIGHT_MAX, &mails);
    want_duration(&spot, "apart", 0, DAY, &a->apart_ns);
    a->burst = (uint64_t)mails;
}

static int compare_hours(const void *a, const void *b)
{
    const struct scenario_hours *x = a, *y = b;
    return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* { "08:00-12:00": "100 %", "12:00-13:00": "30 %" } */
static void load_hours(struct loader *l, const struct spot *traffic, struct scenario_arrivals *a)
{
    struct spot object;
    if (!want_object(traffic, "hours", &object)) return;
    a->hours = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(object.json), sizeof *a->hours);
    uint64_t sum = 0;
    for (struct spot spot = spot_first(&object); spot.json; spot = spot_next(&spot)) {
        struct scenario_hours *h = &a->hours[a->n_hours];
        int64_t share = 0;
        bool known = loader_hours(&spot, spot.key, &h->from_ns, &h->until_ns);
        if (!check_unit(&spot, UNIT_PERCENT, 0, INT64_C(1) << 32, &share) || !known) continue;
        h->share = (uint32_t)(share >> 16);
        sum += h->share;
        a->n_hours++;
    }
    if (a->n_hours > 0) qsort(a->hours, a->n_hours, sizeof *a->hours, compare_hours);
    for (size_t i = 1; i < a->n_hours; i++)
        if (a->hours[i].from_ns < a->hours[i - 1].until_ns)
            spot_refuse(&object, tr("let one begin where the other ends"), tr("two of the times overlap"));
    if (sum == 0 && a->n_hours == (size_t)cJSON_GetArraySize(object.json))
        spot_refuse(&object, tr("write { \"08:00-18:00\": \"100 %\" }"),
                    tr("there is no hour at which mail is written"));
}

/* It has an end: a number, a time, or that of the world. */
static void load_extent(struct loader *l, const struct spot *traffic, struct scenario_traffic *t)
{
    int64_t count = 0;
    t->until_ns = TIME_NEVER;
    t->count = UINT64_MAX;
    want_duration(traffic, "at", 0, INTERVAL_MAX, &t->at_ns);
    want_duration(traffic, "until", 0, INTERVAL_MAX, &t->until_ns);
    if (want_integer(traffic, "count", 1, INT64_C(1000000000), &count)) t->count = (uint64_t)count;
    if (spot_key(traffic, "count").json || spot_key(traffic, "until").json || l->scenario->until_ns != TIME_NEVER)
        return;
    spot_refuse(traffic, tr("write \"count\": 100 or \"until\": \"8 h\", or \"until\" for the whole scenario"),
                tr("nothing says when it ends"));
}

/* ---- how much ---- */

/* ["20 kB", 1.5] */
static void load_shaped(const struct spot *spot, const char *example, double least, double most,
                        struct scenario_sizes *z)
{
    if (!check_array(spot, example)) return;
    struct spot first = spot_first(spot), second = first.json ? spot_next(&first) : first;
    bool good = cJSON_GetArraySize(spot->json) == 2 && cJSON_IsNumber(second.json) &&
                second.json->valuedouble >= least && second.json->valuedouble <= most;
    if (!good) {
        spot_refuse(spot, checks_hint(spot->checks, tr("write it like %s"), example),
                    tr("%s is not a size and a number from %g to %g"), checks_value(spot->checks, spot->json), least,
                    most);
        return;
    }
    z->shape = second.json->valuedouble;
    check_unit(&first, UNIT_SIZE, 1, MAIL_SIZE_MAX, &z->bytes);
}

static void load_listed(struct loader *l, const struct spot *spot, struct scenario_sizes *z)
{
    static const char example[] = "[\"2 kB\", \"2 kB\", \"80 kB\"]";
    if (!check_array(spot, example)) return;
    int64_t *listed = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(spot->json), sizeof *listed);
    for (struct spot s = spot_first(spot); s.json; s = spot_next(&s))
        if (check_unit(&s, UNIT_SIZE, 1, MAIL_SIZE_MAX, &listed[z->n_listed])) z->n_listed++;
    z->listed = listed;
    if (!spot->json->child)
        spot_refuse(spot, checks_hint(spot->checks, tr("write it like %s"), example), tr("the list of sizes is empty"));
}

static void load_size_law(struct loader *l, const struct spot *spot, struct scenario_sizes *z)
{
    const char *law =
        only_rule(spot, size_keys, sizeof size_keys / sizeof *size_keys, "{ \"lognormal\": [\"20 kB\", 1.5] }");
    if (!law) return;
    struct spot rule = spot_key(spot, law);
    if (strcmp(law, "uniform") == 0) {
        z->law = SIZE_UNIFORM;
        load_pair(&rule, UNIT_SIZE, 1, MAIL_SIZE_MAX, "[\"1 kB\", \"40 kB\"]", &z->bytes, &z->most);
    } else if (strcmp(law, "exponential") == 0) {
        z->law = SIZE_EXPONENTIAL;
        check_unit(&rule, UNIT_SIZE, 1, MAIL_SIZE_MAX, &z->bytes);
    } else if (strcmp(law, "lognormal") == 0) {
        z->law = SIZE_LOGNORMAL;
        load_shaped(&rule, "[\"20 kB\", 1.5]", 0, 10, z);
    } else if (strcmp(law, "pareto") == 0) {
        z->law = SIZE_PARETO;
        load_shaped(&rule, "[\"4 kB\", 1.2]", 0.1, 100, z);
    } else {
        z->law = SIZE_LISTED;
        load_listed(l, &rule, z);
    }
}

static void load_size(struct loader *l, const struct spot *traffic, struct scenario_sizes *z)
{
    struct spot spot = spot_key(traffic, "size");
    z->most = MAIL_SIZE_MAX;
    if (!spot.json) return;
    if (!cJSON_IsObject(spot.json)) {
        check_unit(&spot, UNIT_SIZE, 1, MAIL_SIZE_MAX, &z->bytes);
        return;
    }
    CHECK_KEYS(&spot, size_keys);
    load_size_law(l, &spot, z);
    want_size(&spot, "most", 1, MAIL_SIZE_MAX, &z->most);
}

void load_traffic(struct loader *l)
{
    static const struct choice orders[] = {{"at random", NULL}, {"in turn", NULL}};
    struct scenario *s = l->scenario;
    struct spot section;
    if (!want_object(&l->root, "traffic", &section)) return;
    s->traffic = scenario_alloc(s->memory, (size_t)cJSON_GetArraySize(section.json), sizeof *s->traffic);
    for (struct spot traffic = spot_first(&section); traffic.json; traffic = spot_next(&traffic)) {
        struct scenario_traffic *t = &s->traffic[s->n_traffic++];
        size_t order = 0;
        loader_good_key(&traffic, name_plain_problem, tr("write it like \"office\""));
        t->name = scenario_text(s->memory, traffic.key);
        if (!check_object(&traffic)) continue;
        CHECK_KEYS(&traffic, traffic_keys);
        load_choice(l, &traffic, "from", &t->from);
        load_choice(l, &traffic, "to", &t->to);
        load_recipients(&traffic, t);
        if (want_choice(&traffic, "senders", orders, 2, &order)) t->in_turn = order == 1;
        load_every(&traffic, &t->every);
        load_burst(&traffic, &t->every);
        load_hours(l, &traffic, &t->every);
        load_extent(l, &traffic, t);
        load_size(l, &traffic, &t->size);
        loader_subject_and_text(l, &traffic, &t->subject, &t->text);
        t->attachments = loader_attachments(l, &traffic, &t->n_attachments);
    }
}
