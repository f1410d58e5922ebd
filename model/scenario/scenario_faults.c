/* "faults": what goes wrong, when, for how long. To add a verb: one row in verbs, one load_ function. */
#include <string.h>

#include "model/scenario/link_values.h"
#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* Reads the object of one verb into *f. */
typedef void (*load_verb_fn)(struct loader *l, const struct spot *object, struct scenario_fault *f);

static void load_cut_link(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"link", NULL}, {"toward", NULL}};
    struct spot link = spot_key(object, "link");
    CHECK_KEYS(object, keys);
    if (check_present(object, "link", "\"link\": \"b-mail\"") && loader_link(l, &link, &f->link))
        loader_toward(l, object, f->link, &f->dir);
}

/* ---- drop ---- */

static void load_count(const struct spot *object, const char *key, uint32_t *out)
{
    int64_t value;
    if (want_integer(object, key, 1, 1000000000, &value)) *out = (uint32_t)value;
}

static void load_drop_place(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    struct spot link = spot_key(object, "link");
    if (link.json && !loader_link(l, &link, &f->link)) return;
    loader_toward(l, object, f->link, &f->dir);
}

static void load_drop_of_mail(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {
        {"mail", NULL},
        {"part", NULL},
        {"segment", NULL},
        {"transmission", NULL},
        {"link", NULL},
        {"toward", NULL},
        {"nth", "a mail's packets are told apart by \"segment\" and \"transmission\""},
        {"count", "write one fault for each packet"}};
    static const char later[] = "write \"body\", the default: all that is sent between DATA and its last dot";
    static const struct choice parts[] = {{"body", NULL}, {"any", later}, {"header", later}, {"envelope", later}};
    struct spot mail = spot_key(object, "mail");
    size_t part = 0;
    CHECK_KEYS(object, keys);
    loader_mail(l, &mail, &f->drop_mail);
    want_choice(object, "part", parts, sizeof parts / sizeof *parts, &part);
    f->drop_part = DROP_BODY;
    f->drop_transmission = 1;
    if (check_present(object, "segment", "\"segment\": 1")) load_count(object, "segment", &f->drop_segment);
    load_count(object, "transmission", &f->drop_transmission);
    load_drop_place(l, object, f);
}

static void load_drop_by_tag(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    size_t tag = 0;
    static const struct key_rule keys[] = {{"tag", NULL},
                                           {"nth", NULL},
                                           {"count", NULL},
                                           {"link", NULL},
                                           {"toward", NULL},
                                           {"mail", NULL},
                                           {"segment", "it belongs to \"mail\", not to \"tag\""},
                                           {"part", "it belongs to \"mail\", not to \"tag\""},
                                           {"transmission", "it belongs to \"mail\", not to \"tag\""}};
    CHECK_KEYS(object, keys);
    if (check_present(object, "tag", "\"mail\": \"m1\" or \"tag\": \"tcp.syn\"") &&
        want_choice(object, "tag", packet_tags, PACKET_TAGS, &tag))
        f->drop_tag = packet_tags[tag].word;
    load_count(object, "nth", &f->nth);
    load_count(object, "count", &f->count);
    load_drop_place(l, object, f);
}

/* Until the first difference a run goes as it went: its packets have the numbers that the journal tells. */
static void load_packet_by_number(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"packet", NULL}, {"link", NULL}, {"toward", NULL}};
    int64_t number;
    CHECK_KEYS(object, keys);
    if (check_present(object, "packet", "\"packet\": 57") &&
        want_integer(object, "packet", 1, INT64_C(1) << 53, &number))
        f->packet = (uint64_t)number;
    load_drop_place(l, object, f);
}

static void load_drop(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    struct spot mail = spot_key(object, "mail"), tag = spot_key(object, "tag"), packet = spot_key(object, "packet");
    if (packet.json)
        load_packet_by_number(l, object, f);
    else if (mail.json && tag.json)
        spot_refuse_key(&tag, tr("delete one of the two"), tr("\"tag\" stands beside \"mail\""));
    else if (mail.json)
        load_drop_of_mail(l, object, f);
    else
        load_drop_by_tag(l, object, f);
}

static void load_end(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"link", NULL}, {"host", NULL}};
    struct spot link = spot_key(object, "link"), host = spot_key(object, "host");
    CHECK_KEYS(object, keys);
    if (link.json && host.json)
        spot_refuse_key(&host, tr("make two faults of it"), tr("\"host\" stands beside \"link\""));
    else if (link.json)
        loader_link(l, &link, &f->link);
    else if (check_present(object, "host", "\"link\": \"b-mail\" or \"host\": \"mx1.b.example\""))
        loader_host(l, &host, ANY_ROLE, &f->host);
}

/* ---- set: one fault a pointer ---- */

/* "/links/NAME/loss" taken apart; false when it is not such a pointer. */
static bool split_set_pointer(struct loader *l, const struct spot *item, struct scenario_fault *f)
{
    const char *rest = item->key;
    const char *form = checks_hint(l->checks, tr("write \"/links/NAME/loss\", with one of these at the end: %s"),
                                   link_values_listed());
    if (strncmp(rest, "/links/", 7) != 0 || !strchr(rest + 7, '/') || strchr(strchr(rest + 7, '/') + 1, '/')) {
        spot_refuse_key(item, form, tr("\"%s\" cannot be set while the world runs"), item->key);
        return false;
    }
    const char *end = strchr(rest + 7, '/');
    const char *name = checks_hint(l->checks, "%.*s", (int)(end - rest - 7), rest + 7);
    f->link = name_index_find(&l->links, name);
    if (f->link < 0) {
        struct suggest near = suggest_for(name);
        for (size_t i = 0; i < l->links.n; i++)
            suggest_offer(&near, l->links.entries[i].name);
        const char *hint =
            near.best ? checks_hint(l->checks, tr("did you mean \"/links/%s%s\"?"), near.best, end) : NULL;
        spot_refuse_key(item, hint, tr("\"%s\" is not the name of a link"), name);
        return false;
    }
    if (link_value_by_name(end + 1, &f->set)) return true;
    spot_refuse_key(item, form, tr("\"%s\" cannot be set while the world runs"), item->key);
    return false;
}

/* "/hosts/NAME/mail_server/retry": the host; -1 when it is not such a pointer, or of no mail server. */
static int mail_server_of_pointer(struct loader *l, const struct spot *item)
{
    static const char end[] = "/mail_server/retry";
    const char *name = item->key + strlen("/hosts/");
    size_t length = strlen(name);
    if (length <= strlen(end) || strcmp(name + length - strlen(end), end) != 0) return -1;
    int host = name_index_find(&l->hosts, checks_hint(l->checks, "%.*s", (int)(length - strlen(end)), name));
    return host >= 0 && l->scenario->hosts[host].role == ROLE_MAIL_SERVER ? host : -1;
}

static void load_set_retry(struct loader *l, const struct spot *object, const struct spot *item,
                           struct scenario_fault *f)
{
    struct retry_policy *policy = scenario_alloc(l->scenario->memory, 1, sizeof *policy);
    struct spot toward = spot_key(object, "toward");
    f->verb = FAULT_SET_RETRY;
    f->host = mail_server_of_pointer(l, item);
    f->set_retry = policy;
    if (f->host < 0) {
        spot_refuse_key(item, tr("write \"/hosts/NAME/mail_server/retry\", with the name of a mail server"),
                        tr("\"%s\" cannot be set while the world runs"), item->key);
        return;
    }
    load_retry_policy(item, policy);
    if (toward.json) spot_refuse(&toward, NULL, tr("a retry policy has no direction"));
}

static void load_set_item(struct loader *l, const struct spot *object, const struct spot *item,
                          struct scenario_fault *f)
{
    char text[LINK_VALUE_TEXT_BYTES];
    if (strncmp(item->key, "/hosts/", 7) == 0) {
        load_set_retry(l, object, item, f);
        return;
    }
    if (!split_set_pointer(l, item, f)) return;
    f->set_to = link_values_default();
    f->set_to.mtu_bytes = l->scenario->links[f->link].mtu_bytes;
    if (link_value_load(item, f->set, false, &f->set_to))
        f->set_text =
            scenario_text(l->scenario->memory, cJSON_IsString(item->json) ? item->json->valuestring
                                                                          : link_value_text(f->set, &f->set_to, text));
    loader_toward(l, object, f->link, &f->dir);
}

static size_t count_set_items(const struct spot *object)
{
    size_t n = 0;
    for (struct spot item = spot_first(object); item.json; item = spot_next(&item))
        n += strcmp(item.key, "toward") != 0 && strcmp(item.key, "description") != 0;
    return n;
}

/* Each pointer becomes a fault of its own, like *f otherwise. */
static void load_set(struct loader *l, const struct spot *object, struct scenario_fault f)
{
    struct scenario *s = l->scenario;
    if (count_set_items(object) == 0)
        spot_refuse(object, tr("write { \"/links/NAME/loss\": \"20 %\" }"), tr("nothing is set"));
    for (struct spot item = spot_first(object); item.json; item = spot_next(&item)) {
        if (strcmp(item.key, "toward") == 0) continue;
        if (strcmp(item.key, "description") == 0) {
            check_text(&item, "a remark");
            continue;
        }
        struct scenario_fault *one = &s->faults[s->n_faults++];
        *one = f;
        load_set_item(l, object, &item, one);
    }
}

/* ---- one fault ---- */

static const struct key_rule fault_keys[] = {
    {"at", NULL},       {"for", NULL},       {"every", NULL}, {"times", NULL}, {"stop_host", NULL},
    {"cut_link", NULL}, {"mute_icmp", NULL}, {"set", NULL},   {"drop", NULL},  {"spare", NULL},
    {"end", NULL},      {"reply", NULL},     {"disk", NULL},  {"slow", NULL},  {"pause", NULL},
    {"clock", NULL},    {"dns", NULL},       {"zone", NULL},  {"abuse", NULL}};
static const struct {
    const char *word;
    enum fault_verb verb;
    load_verb_fn load;
} verbs[] = {{"stop_host", FAULT_STOP_HOST, load_stop_host},
             {"cut_link", FAULT_CUT_LINK, load_cut_link},
             {"mute_icmp", FAULT_MUTE_ICMP, load_on_host},
             {"set", FAULT_SET, NULL},
             {"drop", FAULT_DROP, load_drop},
             {"spare", FAULT_SPARE, load_drop},
             {"end", FAULT_END, load_end},
             {"reply", FAULT_REPLY, load_reply},
             {"disk", FAULT_DISK, load_disk_fault},
             {"slow", FAULT_SLOW, load_slow},
             {"pause", FAULT_PAUSE, load_on_host},
             {"clock", FAULT_CLOCK, load_clock},
             {"dns", FAULT_DNS, load_dns_fault},
             {"zone", FAULT_ZONE, load_zone_fault},
             {"abuse", FAULT_ABUSE, load_abuse}};
enum { VERBS = sizeof verbs / sizeof *verbs };

/* The one verb, as an index; -1 when there is none, or several. */
static int find_verb(const struct spot *fault)
{
    int verb = -1;
    for (int i = 0; i < VERBS; i++) {
        struct spot s = spot_key(fault, verbs[i].word);
        if (!s.json) continue;
        if (verb >= 0) {
            spot_refuse_key(&s, tr("make two faults of it"),
                            tr("\"%s\" stands beside \"%s\", but a fault has one verb"), verbs[i].word,
                            verbs[verb].word);
            return -1;
        }
        verb = i;
    }
    const char *words[VERBS];
    for (int i = 0; i < VERBS; i++)
        words[i] = verbs[i].word;
    if (verb < 0 && !check_slip(fault, words, VERBS))
        spot_refuse(fault,
                    tr("write one of \"stop_host\", \"cut_link\", \"mute_icmp\", \"set\", \"drop\", \"spare\", "
                       "\"end\", \"reply\", "
                       "\"disk\", \"slow\", \"pause\", \"clock\", \"dns\", \"zone\", \"abuse\""),
                    tr("the fault has no verb"));
    return verb;
}

enum { MOST_TIMES = 1000 };

/* How often a fault comes: once for each instant of "at", and that as often as "times" says; SIZE_MAX: too often. */
static size_t occurrences(const struct spot *fault)
{
    const cJSON *at = spot_key(fault, "at").json, *times = spot_key(fault, "times").json;
    size_t instants = cJSON_IsArray(at) ? (size_t)cJSON_GetArraySize(at) : 1;
    bool repeats = cJSON_IsNumber(times) && times->valuedouble >= 1 && times->valuedouble <= MOST_TIMES;
    size_t n = instants * (repeats ? (size_t)times->valuedouble : 1);
    return n <= MOST_TIMES ? n : SIZE_MAX;
}

static bool counts_packets(enum fault_verb verb)
{
    return verb == FAULT_DROP || verb == FAULT_SPARE;
}

static void refuse_times_of_drop(const struct spot *fault, const char *verb)
{
    static const char *const times[] = {"at", "for", "every", "times"};
    for (size_t i = 0; i < 4; i++) {
        struct spot s = spot_key(fault, times[i]);
        if (!s.json) continue;
        spot_refuse_key(&s, tr("leave it out"), tr("\"%s\" stands beside \"%s\", which counts packets and not time"),
                        times[i], verb);
        return;
    }
}

struct fault_times {
    int64_t every_ns, times;
};

static void load_times(const struct spot *fault, struct scenario_fault *f, struct fault_times *t)
{
    struct spot every = spot_key(fault, "every"), times = spot_key(fault, "times");
    want_duration(fault, "for", 1, 365 * DAY, &f->for_ns);
    want_duration(fault, "every", 1, 365 * DAY, &t->every_ns);
    want_integer(fault, "times", 1, MOST_TIMES, &t->times);
    if (every.json && !times.json)
        spot_refuse(&every, tr("write \"times\": 10 beside it"), tr("\"every\" stands without \"times\""));
    if (times.json && !every.json)
        spot_refuse(&times, tr("write \"every\": \"10 min\" beside it"), tr("\"times\" stands without \"every\""));
}

/* What was read, once for each instant, but for those beyond all time. The first n of them are there, for the time 0. */
static void repeat(struct scenario *s, size_t first, size_t n, int64_t at_ns, const struct fault_times *t)
{
    const int64_t last_ns = INT64_MAX / 4;
    for (int64_t k = 0; k < t->times && (k == 0 || t->every_ns <= (last_ns - at_ns) / k); k++)
        for (size_t i = 0; i < n; i++) {
            struct scenario_fault *f = &s->faults[s->n_faults++];
            *f = s->faults[first + i];
            f->at_ns = at_ns + k * t->every_ns;
        }
}

/* Every instant gets its own copies; then the model of them goes. */
static void load_instants(struct loader *l, const struct spot *fault, size_t first, const struct fault_times *t)
{
    struct scenario *s = l->scenario;
    struct spot at = spot_key(fault, "at");
    size_t n = s->n_faults - first;
    int64_t at_ns = 0;
    if (!cJSON_IsArray(at.json)) {
        want_duration(fault, "at", 0, 365 * DAY, &at_ns);
        repeat(s, first, n, at_ns, t);
    } else {
        if (!at.json->child)
            spot_refuse(&at, tr("write \"1 s\", or [\"1 s\", \"5 s\"]"), tr("the list of instants is empty"));
        for (struct spot item = spot_first(&at); item.json; item = spot_next(&item))
            if (check_unit(&item, UNIT_DURATION, 0, 365 * DAY, &at_ns)) repeat(s, first, n, at_ns, t);
    }
    memmove(&s->faults[first], &s->faults[first + n], (s->n_faults - first - n) * sizeof *s->faults);
    s->n_faults -= n;
}

bool loader_faults_meet(const struct scenario_fault *a, const struct scenario_fault *b)
{
    const struct scenario_fault *first = a->at_ns <= b->at_ns ? a : b, *second = first == a ? b : a;
    return first->for_ns >= second->at_ns - first->at_ns;
}

static void load_verb(struct loader *l, const struct spot *fault, int verb, struct scenario_fault f)
{
    struct spot object;
    if (!want_object(fault, verbs[verb].word, &object)) return;
    if (f.verb == FAULT_SET) {
        load_set(l, &object, f);
        return;
    }
    verbs[verb].load(l, &object, &f);
    l->scenario->faults[l->scenario->n_faults++] = f;
}

static void load_fault(struct loader *l, const struct spot *fault)
{
    struct scenario_fault f = {.text = fault->index,
                               .for_ns = TIME_NEVER,
                               .host = -1,
                               .link = -1,
                               .dir = 2,
                               .drop_mail = -1,
                               .stop_step = -1,
                               .stop_mail = -1,
                               .rot_mail = -1,
                               .nth = 1,
                               .count = 1,
                               .factor = 1,
                               .reply_client = -1,
                               .abuse_server = -1,
                               .reply_every_ns = SECOND,
                               .reply_odds_of_2_32 = UINT64_C(1) << 32};
    struct fault_times times = {.times = 1};
    size_t first = l->scenario->n_faults;
    if (!check_object(fault)) return;
    CHECK_KEYS(fault, fault_keys);
    int verb = find_verb(fault);
    if (verb < 0) return;
    f.verb = verbs[verb].verb;
    if (counts_packets(f.verb))
        refuse_times_of_drop(fault, verbs[verb].word);
    else
        load_times(fault, &f, &times);
    load_verb(l, fault, verb, f);
    if (counts_packets(f.verb)) return;
    if (occurrences(fault) != SIZE_MAX)
        load_instants(l, fault, first, &times);
    else
        spot_refuse(fault, tr("write fewer instants, or make \"times\" smaller"),
                    tr("the fault comes more than 1000 times"));
}

void load_faults(struct loader *l)
{
    struct spot list;
    size_t room = 0;
    if (!want_array(&l->root, "faults", "[ { \"at\": \"1 s\", \"stop_host\": { \"host\": \"NAME\" } } ]", &list))
        return;
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item)) {
        struct spot set = spot_key(&item, "set");
        room +=
            (set.json ? count_set_items(&set) + 1 : 1) * (occurrences(&item) == SIZE_MAX ? 1 : occurrences(&item) + 1);
    }
    l->scenario->faults = scenario_alloc(l->scenario->memory, room, sizeof *l->scenario->faults);
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item))
        load_fault(l, &item);
    check_clocks(l, &list);
}
