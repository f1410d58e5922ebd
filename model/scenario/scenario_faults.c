/* "faults": what goes wrong, when, for how long. To add a verb: one row in verbs, one load_ function. */
#include <ctype.h>
#include <string.h>

#include "model/scenario/link_values.h"
#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* Reads the object of one verb into *f. */
typedef void (*load_verb_fn)(struct loader *l, const struct spot *object, struct scenario_fault *f);

/* stop_host and mute_icmp */
static void load_on_host(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"host", NULL}};
    struct spot host = spot_key(object, "host");
    CHECK_KEYS(object, keys);
    if (check_present(object, "host", "\"host\": \"mx1.b.example\"")) loader_host(l, &host, ANY_ROLE, &f->host);
}

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

static void load_drop(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    struct spot mail = spot_key(object, "mail"), tag = spot_key(object, "tag");
    if (mail.json && tag.json)
        spot_refuse_key(&tag, tr("delete one of the two"), tr("\"tag\" stands beside \"mail\""));
    else if (mail.json)
        load_drop_of_mail(l, object, f);
    else
        load_drop_by_tag(l, object, f);
}

/* ---- reply ---- */

/* RFC 5321 4.2: three digits, a space, a text. Only refusals: an untrue 2yz or 3yz would break the dialogue. */
static void check_reply(const struct spot *spot, const char *reply)
{
    bool digits =
        isdigit((unsigned char)reply[0]) && isdigit((unsigned char)reply[1]) && isdigit((unsigned char)reply[2]);
    const char *what = NULL;
    if (!digits || (reply[3] && reply[3] != ' '))
        what = tr("does not begin with three digits and a space");
    else if (reply[0] != '4' && reply[0] != '5')
        what = tr("is no refusal: its first digit is neither 4 nor 5");
    else if (reply[1] > '5')
        what = tr("has a second digit beyond 5");
    else if (strlen(reply) > 500)
        what = tr("is longer than 500 letters");
    for (const unsigned char *p = (const unsigned char *)reply; *p && !what; p++)
        if (*p < 0x20 || *p > 0x7E) what = tr("has something else than ASCII letters");
    if (what)
        spot_refuse(spot, tr("write it like \"451 4.7.1 Try again later\""), "%s %s",
                    checks_value(spot->checks, spot->json), what);
}

static void load_reply(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {
        {"server", NULL},
        {"to", NULL},
        {"with", NULL},
        {"odds", NULL},
        {"first", "write \"for\": \"10 min\" beside \"reply\", or \"odds\": \"50 %\" in it"}};
    static const struct choice commands[] = {{"RCPT", NULL}, {"CONNECT", NULL}, {"EHLO", NULL}, {"HELO", NULL},
                                             {"MAIL", NULL}, {"DATA", NULL},    {".", NULL},    {"RSET", NULL},
                                             {"NOOP", NULL}, {"QUIT", NULL}};
    struct spot server = spot_key(object, "server"), with = spot_key(object, "with");
    size_t command = 0;
    CHECK_KEYS(object, keys);
    if (check_present(object, "server", "\"server\": \"mx1.b.example\""))
        loader_host(l, &server, 1 << ROLE_MAIL_SERVER, &f->host);
    if (check_present(object, "to", "\"to\": \"RCPT\""))
        want_choice(object, "to", commands, sizeof commands / sizeof *commands, &command);
    f->reply_to = commands[command].word;
    if (check_present(object, "with", "\"with\": \"451 4.7.1 Try again later\"") &&
        want_text(object, "with", "451 4.7.1 Try again later", &f->reply_with)) {
        check_reply(&with, f->reply_with);
        f->reply_with = scenario_text(l->scenario->memory, f->reply_with);
    }
    want_chance(object, "odds", &f->reply_odds_of_2_32);
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

static void load_set_item(struct loader *l, const struct spot *object, const struct spot *item,
                          struct scenario_fault *f)
{
    char text[LINK_VALUE_TEXT_BYTES];
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

static const char verbs_later[] = "faults in this version are stop_host, cut_link, mute_icmp, set, drop, reply";
static const struct key_rule fault_keys[] = {
    {"at", NULL},   {"for", NULL},   {"stop_host", NULL},  {"cut_link", NULL},    {"mute_icmp", NULL},  {"set", NULL},
    {"drop", NULL}, {"reply", NULL}, {"dns", verbs_later}, {"disk", verbs_later}, {"slow", verbs_later}};
static const struct {
    const char *word;
    enum fault_verb verb;
    load_verb_fn load;
} verbs[] = {{"stop_host", FAULT_STOP_HOST, load_on_host},
             {"cut_link", FAULT_CUT_LINK, load_cut_link},
             {"mute_icmp", FAULT_MUTE_ICMP, load_on_host},
             {"set", FAULT_SET, NULL},
             {"drop", FAULT_DROP, load_drop},
             {"reply", FAULT_REPLY, load_reply}};
enum { VERBS = 6 };

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
    static const char *const words[] = {"stop_host", "cut_link", "mute_icmp", "set", "drop", "reply"};
    bool later = spot_key(fault, "dns").json || spot_key(fault, "disk").json || spot_key(fault, "slow").json;
    if (verb < 0 && !later && !check_slip(fault, words, VERBS))
        spot_refuse(fault, tr("write one of \"stop_host\", \"cut_link\", \"mute_icmp\", \"set\", \"drop\", \"reply\""),
                    tr("the fault has no verb"));
    return verb;
}

static void load_times(const struct spot *fault, int verb, struct scenario_fault *f)
{
    static const char *const times[] = {"at", "for"};
    for (size_t i = 0; i < 2; i++) {
        struct spot s = spot_key(fault, times[i]);
        if (!s.json || verbs[verb].verb != FAULT_DROP) continue;
        spot_refuse_key(&s, tr("leave it out"), tr("\"%s\" stands beside \"drop\", which counts packets and not time"),
                        times[i]);
        return;
    }
    want_duration(fault, "at", 0, 365 * DAY, &f->at_ns);
    want_duration(fault, "for", 1, 365 * DAY, &f->for_ns);
}

static void load_fault(struct loader *l, const struct spot *fault)
{
    struct scenario *s = l->scenario;
    struct scenario_fault f = {.for_ns = TIME_NEVER,
                               .host = -1,
                               .link = -1,
                               .dir = 2,
                               .drop_mail = -1,
                               .stop_step = -1,
                               .stop_mail = -1,
                               .nth = 1,
                               .count = 1,
                               .reply_odds_of_2_32 = UINT64_C(1) << 32};
    struct spot object;
    if (!check_object(fault)) return;
    CHECK_KEYS(fault, fault_keys);
    int verb = find_verb(fault);
    if (verb < 0) return;
    f.verb = verbs[verb].verb;
    load_times(fault, verb, &f);
    if (!want_object(fault, verbs[verb].word, &object)) return;
    if (f.verb == FAULT_SET) {
        load_set(l, &object, f);
        return;
    }
    verbs[verb].load(l, &object, &f);
    s->faults[s->n_faults++] = f;
}

void load_faults(struct loader *l)
{
    struct spot list;
    size_t room = 0;
    if (!want_array(&l->root, "faults", "[ { \"at\": \"1 s\", \"stop_host\": { \"host\": \"NAME\" } } ]", &list))
        return;
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item)) {
        struct spot set = spot_key(&item, "set");
        room += set.json ? count_set_items(&set) + 1 : 1;
    }
    l->scenario->faults = scenario_alloc(l->scenario->memory, room, sizeof *l->scenario->faults);
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item))
        load_fault(l, &item);
}
