/* What mail servers refuse and whom they let wait: "greylisting", "tarpit", "client_limits", "mailbox_limit",
   "refuse_content", "refuse_senders", "unknown_users" of a mail server, and the fault "reply". */
#include <ctype.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* RFC 5321 4.2: three digits, a space, a text. Only refusals: an untrue 2yz or 3yz would break the dialogue. A fault
   may say a code that there is not. */
static void check_refusal(const struct spot *spot, const char *reply, bool may_be_unknown)
{
    bool is_unknown = may_be_unknown && reply[0] >= '6' && reply[0] <= '9';
    bool digits =
        isdigit((unsigned char)reply[0]) && isdigit((unsigned char)reply[1]) && isdigit((unsigned char)reply[2]);
    const char *what = NULL;
    if (!digits || (reply[3] && reply[3] != ' '))
        what = tr("does not begin with three digits and a space");
    else if (reply[0] != '4' && reply[0] != '5' && !is_unknown)
        what = tr("is no refusal: its first digit is neither 4 nor 5");
    else if (reply[1] > '5' && !is_unknown)
        what = tr("has a second digit beyond 5");
    else if (strlen(reply) > 500)
        what = tr("is longer than 500 letters");
    for (const unsigned char *p = (const unsigned char *)reply; *p && !what; p++)
        if (*p < 0x20 || *p > 0x7E) what = tr("has something else than ASCII letters");
    if (what)
        spot_refuse(spot, tr("write it like \"451 4.7.1 Try again later\""), "%s %s",
                    checks_value(spot->checks, spot->json), what);
}

static bool want_reply(struct loader *l, const struct spot *object, const char *key, const char *example,
                       bool may_be_unknown, const char **out)
{
    struct spot spot = spot_key(object, key);
    if (!want_text(object, key, example, out)) return false;
    check_refusal(&spot, *out, may_be_unknown);
    *out = scenario_text(l->scenario->memory, *out);
    return true;
}

static bool want_refusal(struct loader *l, const struct spot *object, const char *key, const char *example,
                         const char **out)
{
    return want_reply(l, object, key, example, false, out);
}

static void want_count(const struct spot *object, const char *key, int64_t min, unsigned *out)
{
    int64_t value;
    if (want_integer(object, key, min, 1000000000, &value)) *out = (unsigned)value;
}

/* ---- rules of a mail server ---- */

static void load_prefix(const struct spot *object, const char *key, int64_t most, unsigned *out)
{
    int64_t value;
    if (want_integer(object, key, 0, most, &value)) *out = (unsigned)value;
}

/* Not as a flag: then as an object. */
static bool check_greylisting_is_set(const struct spot *spot)
{
    if (cJSON_IsObject(spot->json)) return true;
    spot_refuse(spot, tr("write true, false, or how it is done: { \"delay\": \"5 min\" }"),
                tr("%s is neither true nor false nor an object"), checks_value(spot->checks, spot->json));
    return false;
}

static void load_greylisting(struct loader *l, const struct spot *server, struct scenario_refusals *r)
{
    static const struct key_rule keys[] = {{"delay", NULL},          {"retry_window", NULL}, {"max_age", NULL},
                                           {"auto_whitelist", NULL}, {"ipv4_prefix", NULL},  {"ipv6_prefix", NULL},
                                           {"reply", NULL}};
    struct spot object = spot_key(server, "greylisting");
    r->greylist = greylist_settings_default();
    if (!object.json) return;
    r->greylists = !cJSON_IsFalse(object.json);
    if (cJSON_IsBool(object.json) || !check_greylisting_is_set(&object)) return;
    CHECK_KEYS(&object, keys);
    want_duration(&object, "delay", 0, 30 * DAY, &r->greylist.delay_ns);
    want_duration(&object, "retry_window", 0, 365 * DAY, &r->greylist.retry_window_ns);
    want_duration(&object, "max_age", 0, 365 * DAY, &r->greylist.max_age_ns);
    want_count(&object, "auto_whitelist", 0, &r->greylist.clients_after);
    load_prefix(&object, "ipv4_prefix", 32, &r->greylist.prefix4);
    load_prefix(&object, "ipv6_prefix", 128, &r->greylist.prefix6);
    want_refusal(l, &object, "reply", "451 4.7.1 Greylisted, try again later", &r->greylist_reply);
    struct spot window = spot_key(&object, "retry_window");
    if (r->greylist.retry_window_ns < r->greylist.delay_ns)
        spot_refuse(window.json ? &window : &object, tr("make \"retry_window\" longer than \"delay\""),
                    tr("whoever waits for long enough is forgotten before"));
}

static void load_tarpit(const struct spot *server, struct scenario_refusals *r)
{
    static const struct key_rule keys[] = {
        {"greeting", NULL}, {"command", NULL}, {"error", NULL}, {"after_errors", NULL}, {"early_talkers", NULL}};
    static const struct choice talkers[] = {{"bear", NULL}, {"refuse", NULL}};
    struct spot object;
    size_t early = 0;
    if (!want_object(server, "tarpit", &object)) return;
    CHECK_KEYS(&object, keys);
    want_duration(&object, "greeting", 0, DAY, &r->greeting_ns);
    want_duration(&object, "command", 0, DAY, &r->command_ns);
    want_duration(&object, "error", 0, DAY, &r->error_ns);
    want_count(&object, "after_errors", 0, &r->after_errors);
    if (want_choice(&object, "early_talkers", talkers, 2, &early) && early == 1) {
        struct spot spot = spot_key(&object, "early_talkers");
        r->refuses_early_talkers = true;
        if (r->greeting_ns == 0)
            spot_refuse(&spot, tr("write \"greeting\": \"5 s\" beside it"),
                        tr("nobody can speak before a greeting that comes at once"));
    }
}

static void load_client_limits(const struct spot *server, struct scenario_refusals *r)
{
    static const struct key_rule keys[] = {{"per", NULL},   {"at_once", NULL},    {"connections", NULL},
                                           {"mails", NULL}, {"recipients", NULL}, {"errors", NULL},
                                           {"junk", NULL}};
    struct spot object;
    r->limits = rate_limit_settings_default();
    if (!want_object(server, "client_limits", &object)) return;
    CHECK_KEYS(&object, keys);
    want_duration(&object, "per", SECOND, DAY, &r->limits.unit_ns);
    want_count(&object, "at_once", 1, &r->limits.at_once);
    want_count(&object, "connections", 1, &r->limits.connections);
    want_count(&object, "mails", 1, &r->limits.mails);
    want_count(&object, "recipients", 1, &r->limits.recipients);
    want_count(&object, "errors", 1, &r->most_errors);
    want_count(&object, "junk", 1, &r->most_junk);
    r->limits_clients = true;
}

static void load_mailbox_limit(struct loader *l, const struct spot *server, struct scenario_refusals *r)
{
    static const struct key_rule keys[] = {{"size", NULL}, {"mails", NULL}, {"reply", NULL}};
    struct spot object;
    int64_t size = 0;
    if (!want_object(server, "mailbox_limit", &object)) return;
    CHECK_KEYS(&object, keys);
    if (want_size(&object, "size", 1, INT64_C(1) << 50, &size)) r->mailbox_bytes = (uint64_t)size;
    want_count(&object, "mails", 1, &r->mailbox_mails);
    want_refusal(l, &object, "reply", "552 5.2.2 Mailbox full", &r->full_reply);
    if (!spot_key(&object, "size").json && !spot_key(&object, "mails").json)
        spot_refuse(&object, tr("write \"size\": \"1 MB\" or \"mails\": 100"), tr("the limit says no number"));
}

static void load_content_rule(struct loader *l, const struct spot *object, struct scenario_content_rule *rule)
{
    static const struct key_rule keys[] = {{"contains", NULL}, {"odds", NULL}, {"reply", NULL}};
    rule->odds_of_2_32 = UINT64_C(1) << 32;
    if (!check_object(object)) return;
    CHECK_KEYS(object, keys);
    if (want_text(object, "contains", "cheap watches", &rule->contains)) {
        struct spot spot = spot_key(object, "contains");
        if (!*rule->contains) spot_refuse(&spot, tr("write a text"), tr("every mail contains an empty text"));
        rule->contains = scenario_text(l->scenario->memory, rule->contains);
    }
    want_chance(object, "odds", &rule->odds_of_2_32);
    want_refusal(l, object, "reply", "550 5.7.1 Message content rejected", &rule->reply);
    if (!spot_key(object, "contains").json && !spot_key(object, "odds").json)
        spot_refuse(object, tr("write \"contains\": \"cheap watches\" or \"odds\": \"10 %\""),
                    tr("the rule says nothing of a mail"));
}

static void load_contents(struct loader *l, const struct spot *server, struct scenario_refusals *r)
{
    struct spot list;
    if (!want_array(server, "refuse_content", "[ { \"contains\": \"cheap watches\" } ]", &list)) return;
    r->content = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(list.json), sizeof *r->content);
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item))
        load_content_rule(l, &item, &r->content[r->n_content++]);
}

/* "alice@a.example" or "@a.example" */
static void check_sender(const struct spot *spot)
{
    char better[NAME_BYTES];
    const char *sender = spot->json->valuestring;
    const char *what = sender[0] == '@' ? name_host_problem(sender + 1, better) : name_mailbox_problem(sender, better);
    if (what)
        spot_refuse(spot, tr("write it like \"alice@a.example\" or \"@a.example\""), "%s %s",
                    checks_value(spot->checks, spot->json), what);
}

static void load_senders(struct loader *l, const struct spot *server, struct scenario_refusals *r)
{
    struct spot spot = spot_key(server, "refuse_senders");
    if (!spot.json) return;
    r->senders = loader_texts(l, &spot, "@a.example", &r->n_senders);
    if (cJSON_IsString(spot.json)) check_sender(&spot);
    for (struct spot s = spot_first(&spot); s.json; s = spot_next(&s))
        if (cJSON_IsString(s.json)) check_sender(&s);
}

void load_refusals(struct loader *l, const struct spot *server, struct scenario_refusals *r)
{
    static const struct choice unknown[] = {{"refuse", NULL}, {"later", NULL}, {"accept", NULL}};
    size_t users = UNKNOWN_REFUSED;
    load_greylisting(l, server, r);
    load_tarpit(server, r);
    load_client_limits(server, r);
    load_mailbox_limit(l, server, r);
    load_contents(l, server, r);
    load_senders(l, server, r);
    want_choice(server, "unknown_users", unknown, 3, &users);
    r->unknown_users = (enum unknown_users)users;
    r->any = r->greylists || r->greeting_ns || r->command_ns || r->error_ns || r->limits_clients || r->mailbox_bytes ||
             r->mailbox_mails || r->n_content || r->n_senders || users != UNKNOWN_REFUSED;
}

/* ---- the fault "reply" ---- */

/* In the order of enum reply_act. */
static const struct choice acts[REPLY_ACTS] = {
    {"reply", NULL},        {"close", NULL},      {"reset", NULL}, {"silence", NULL}, {"garbage", NULL},
    {"endless", NULL},      {"drip", NULL},       {"twice", NULL}, {"discard", NULL}, {"mismatched", NULL},
    {"endless line", NULL}, {"half close", NULL}, {"early", NULL}};

static const struct choice commands[] = {
    {"RCPT", NULL}, {"CONNECT", NULL}, {"EHLO", NULL}, {"HELO", NULL}, {"STARTTLS", NULL}, {"handshake", NULL},
    {"AUTH", NULL}, {"BDAT", NULL},    {"VRFY", NULL}, {"EXPN", NULL}, {"HELP", NULL},     {"MAIL", NULL},
    {"DATA", NULL}, {".", NULL},       {"RSET", NULL}, {"NOOP", NULL}, {"QUIT", NULL}};

/* A sender is known from MAIL on, a recipient from RCPT on. */
static void load_about(struct loader *l, const struct spot *object, struct scenario_fault *f, bool is_at_octet)
{
    static const char *const keys[] = {"from", "rcpt"};
    const char **values[] = {&f->reply_from, &f->reply_rcpt};
    struct spot client = spot_key(object, "client");
    bool is_of_mail =
        strcmp(f->reply_to, "RCPT") == 0 || strcmp(f->reply_to, "DATA") == 0 || strcmp(f->reply_to, ".") == 0;
    for (size_t i = 0; i < 2 && !is_at_octet; i++) {
        struct spot spot = spot_key(object, keys[i]);
        if (!want_text(object, keys[i], "alice@a.example", values[i])) continue;
        *values[i] = scenario_text(l->scenario->memory, *values[i]);
        if (!is_of_mail && (i == 1 || strcmp(f->reply_to, "MAIL") != 0))
            spot_refuse_key(&spot, tr("leave it out, or write \"to\": \"RCPT\""), tr("\"%s\" is not known yet at %s"),
                            keys[i], f->reply_to);
    }
    if (client.json) loader_host(l, &client, ANY_ROLE, &f->reply_client);
}

static void load_words(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    struct spot with = spot_key(object, "with");
    if (f->reply_act == REPLY_WITH && strcmp(f->reply_to, "handshake") != 0) {
        if (check_present(object, "with", "\"with\": \"451 4.7.1 Try again later\""))
            want_reply(l, object, "with", "451 4.7.1 Try again later", true, &f->reply_with);
        if (f->reply_with && f->reply_with[0] > '5') f->reply_act = REPLY_UNKNOWN_CODE;
    } else if (with.json) {
        spot_refuse_key(&with, tr("leave it out"), tr("\"with\" stands beside \"action\": \"%s\""),
                        acts[f->reply_act].word);
    }
    bool is_handshake = strcmp(f->reply_to, "handshake") == 0;
    bool is_act_of_handshake = f->reply_act == REPLY_CLOSE || f->reply_act == REPLY_RESET ||
                               f->reply_act == REPLY_SILENCE || f->reply_act == REPLY_GARBAGE;
    if (is_handshake && !is_act_of_handshake)
        spot_refuse(object, tr("write \"action\": \"close\", \"reset\", \"silence\" or \"garbage\""),
                    tr("a handshake fails by no words"));
    if (f->reply_act == REPLY_DISCARD && !is_handshake && strcmp(f->reply_to, ".") != 0) {
        struct spot to = spot_key(object, "to");
        spot_refuse(&to, tr("write \"to\": \".\""), tr("a mail is thrown away at its end"));
    }
}

/* In the place of a command: the n-th octet of the dialogue, of both sides. */
static bool load_octet(const struct spot *object, struct scenario_fault *f)
{
    static const char *const of_commands[] = {"to", "from", "rcpt"};
    struct spot octet = spot_key(object, "at_octet");
    int64_t n = 1;
    if (!octet.json) return false;
    want_integer(object, "at_octet", 1, INT64_C(1) << 40, &n);
    f->reply_at_octet = (uint64_t)n;
    f->reply_to = "";
    for (size_t i = 0; i < 3; i++) {
        struct spot key = spot_key(object, of_commands[i]);
        if (key.json)
            spot_refuse_key(&key, tr("leave one of them out"), tr("\"%s\" stands beside \"at_octet\""), of_commands[i]);
    }
    return true;
}

static void check_act_at_octet(const struct spot *object, const struct scenario_fault *f)
{
    if (f->reply_act != REPLY_CLOSE && f->reply_act != REPLY_RESET)
        spot_refuse(object, tr("write \"action\": \"close\" or \"reset\""),
                    tr("at an octet a dialogue can only be cut off"));
}

void load_reply(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {
        {"server", NULL},   {"to", NULL},
        {"with", NULL},     {"odds", NULL},
        {"action", NULL},   {"from", NULL},
        {"rcpt", NULL},     {"client", NULL},
        {"times", NULL},    {"every", NULL},
        {"at_octet", NULL}, {"first", "write \"times\": 1 in it, or \"for\": \"10 min\" beside \"reply\""}};
    struct spot server = spot_key(object, "server"), every = spot_key(object, "every");
    size_t command = 0, act = REPLY_WITH;
    CHECK_KEYS(object, keys);
    if (check_present(object, "server", "\"server\": \"mx1.b.example\""))
        loader_host(l, &server, 1 << ROLE_MAIL_SERVER, &f->host);
    bool is_at_octet = load_octet(object, f);
    if (!is_at_octet) {
        if (check_present(object, "to", "\"to\": \"RCPT\""))
            want_choice(object, "to", commands, sizeof commands / sizeof *commands, &command);
        f->reply_to = commands[command].word;
    }
    bool is_clear = !spot_key(object, "action").json || want_choice(object, "action", acts, REPLY_ACTS, &act);
    f->reply_act = (enum reply_act)act;
    if (is_clear && is_at_octet) check_act_at_octet(object, f);
    if (is_clear && (!is_at_octet || act != REPLY_WITH)) load_words(l, object, f);
    load_about(l, object, f, is_at_octet);
    want_chance(object, "odds", &f->reply_odds_of_2_32);
    want_count(object, "times", 1, &f->reply_times);
    if (every.json && f->reply_act != REPLY_DRIP)
        spot_refuse_key(&every, tr("leave it out"), tr("\"every\" belongs to \"action\": \"drip\""));
    else
        want_duration(object, "every", MILLISECOND, DAY, &f->reply_every_ns);
}
