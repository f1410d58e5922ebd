/* "smtp", at the top, of a mail server and of a client: how SMTP is spoken. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const struct key_rule server_keys[] = {{"extensions", NULL},         {"line_endings", NULL},
                                              {"stray_line_endings", NULL}, {"pipelines", NULL},
                                              {"sends_chunks", NULL},       {"chunk_size", NULL},
                                              {"max_recipients", NULL},     {"max_recipient_domains", NULL},
                                              {"max_message", NULL},        {"max_mails", NULL},
                                              {"max_hops", NULL},           {"forbid_unauthorized_pipelining", NULL},
                                              {"offers_auth", NULL},        {"auth_mechanisms", NULL},
                                              {"requires_auth", NULL},      {"timeouts", NULL},
                                              {"relay_for", NULL},          {"auth", NULL}};
static const struct key_rule client_keys[] = {{"stray_line_endings", NULL}, {"pipelines", NULL}, {"sends_chunks", NULL},
                                              {"chunk_size", NULL},         {"timeouts", NULL},  {"auth", NULL},
                                              {"extensions", NULL}};
static const struct key_rule auth_keys[] = {
    {"user", NULL}, {"password", NULL}, {"over_tls_only", NULL}, {"mechanism", NULL}, {"insists", NULL}};
static const struct key_rule timeout_keys[] = {
    {"command", NULL},    {"greeting", NULL},    {"ehlo", NULL}, {"mail", NULL},     {"rcpt", NULL}, {"data", NULL},
    {"data_block", NULL}, {"end_of_data", NULL}, {"quit", NULL}, {"starttls", NULL}, {"auth", NULL}};

/* Time-outs of the client and max_hops are 0 until somebody says them: else a server goes by its policy, a client by
   RFC 5321. */
struct scenario_smtp loader_smtp_default(void)
{
    struct smtp_client_config usual = smtp_client_config_default(NULL);
    return (struct scenario_smtp){
        .server = smtp_server_config_default(NULL),
        .client = {.pipelining = usual.pipelining, .mechanism = usual.mechanism, .strays = usual.strays}};
}

/* ---- extensions ---- */

static void extension_key(size_t i, char key[32])
{
    const char *keyword = smtp_extension_keyword(i);
    size_t n = 0;
    for (; keyword[n]; n++)
        key[n] = (char)tolower((unsigned char)keyword[n]);
    key[n] = '\0';
}

/* { "pipelining": false, "limits": true }, over what is there; "plain": those of the year 2000 and no more; "modern".
 */
static void load_extensions(const struct spot *object, unsigned *extensions)
{
    static const struct choice words[] = {{"plain", NULL}, {"modern", NULL}};
    char keys[SMTP_EXTENSIONS][32];
    struct key_rule rules[SMTP_EXTENSIONS];
    struct spot spot = spot_key(object, "extensions");
    size_t word;
    if (!spot.json) return;
    if (cJSON_IsString(spot.json)) {
        if (check_choice(&spot, words, 2, &word))
            *extensions = word == 0 ? SMTP_8BITMIME | SMTP_SIZE | SMTP_STARTTLS | SMTP_AUTH : SMTP_EXTENSIONS_DEFAULT;
        return;
    }
    if (!check_object(&spot)) return;
    for (size_t i = 0; i < SMTP_EXTENSIONS; i++) {
        extension_key(i, keys[i]);
        rules[i] = (struct key_rule){keys[i], NULL};
    }
    check_keys(&spot, rules, SMTP_EXTENSIONS);
    for (size_t i = 0; i < SMTP_EXTENSIONS; i++) {
        bool on = (*extensions & 1u << i) != 0;
        want_flag(&spot, keys[i], &on);
        *extensions = on ? *extensions | 1u << i : *extensions & ~(1u << i);
    }
}

/* ---- both ends ---- */

static void load_timeouts(const struct spot *object, struct scenario_smtp *smtp)
{
    struct smtp_client_config *c = &smtp->client;
    struct spot spot;
    if (!want_object(object, "timeouts", &spot)) return;
    CHECK_KEYS(&spot, timeout_keys);
    want_duration(&spot, "command", SECOND, DAY, &smtp->server.idle_ns);
    want_duration(&spot, "greeting", SECOND, DAY, &c->timeouts.greeting_ns);
    want_duration(&spot, "ehlo", SECOND, DAY, &c->timeouts.helo_ns);
    want_duration(&spot, "mail", SECOND, DAY, &c->timeouts.mail_ns);
    want_duration(&spot, "rcpt", SECOND, DAY, &c->timeouts.rcpt_ns);
    want_duration(&spot, "data", SECOND, DAY, &c->timeouts.data_init_ns);
    want_duration(&spot, "data_block", SECOND, DAY, &c->timeouts.data_block_ns);
    want_duration(&spot, "end_of_data", SECOND, DAY, &c->timeouts.data_done_ns);
    want_duration(&spot, "quit", SECOND, DAY, &c->timeouts.quit_ns);
    want_duration(&spot, "starttls", SECOND, DAY, &c->timeouts.starttls_ns);
    want_duration(&spot, "auth", SECOND, DAY, &c->timeouts.auth_ns);
}

static void load_sending(const struct spot *object, struct smtp_client_config *config)
{
    static const struct choice strays[] = {{"refuse", NULL}, {"pass", NULL}, {"clean", NULL}};
    size_t which;
    int64_t chunk = (int64_t)config->chunk_bytes;
    if (want_choice(object, "stray_line_endings", strays, 3, &which)) config->strays = (enum smtp_strays)which;
    want_flag(object, "pipelines", &config->pipelining);
    want_flag(object, "sends_chunks", &config->chunking);
    if (want_size(object, "chunk_size", 1, MAIL_SIZE_MAX, &chunk)) config->chunking = true;
    config->chunk_bytes = (size_t)chunk;
}

/* ---- servers ---- */

static void load_limits(const struct spot *object, struct scenario_smtp *smtp)
{
    int64_t recipients = (int64_t)smtp->server.max_recipients, message = (int64_t)smtp->server.max_message;
    int64_t mails = (int64_t)smtp->server.max_mails, hops = smtp->max_hops;
    int64_t domains = (int64_t)smtp->server.max_recipient_domains;
    want_integer(object, "max_recipients", 1, 100000, &recipients);
    want_integer(object, "max_recipient_domains", 1, 100000, &domains);
    want_size(object, "max_message", 1000, INT64_C(100) * 1000 * 1000, &message);
    want_integer(object, "max_mails", 1, 1000000, &mails);
    want_integer(object, "max_hops", 1, 1000, &hops);
    smtp->server.max_recipients = (size_t)recipients;
    smtp->server.max_recipient_domains = (size_t)domains;
    smtp->server.max_message = (size_t)message;
    smtp->server.max_mails = (size_t)mails;
    smtp->max_hops = (unsigned)hops;
}

/* In the order of the bits of enum smtp_auth_mechanism. */
static const struct choice mechanisms[SMTP_AUTH_MECHANISMS] = {{"PLAIN", NULL}, {"LOGIN", NULL}};

/* ["PLAIN", "LOGIN"], or one of them. */
static void load_mechanisms(const struct spot *object, unsigned *offered)
{
    struct spot spot = spot_key(object, "auth_mechanisms");
    unsigned wanted = 0;
    size_t which;
    if (!spot.json) return;
    if (cJSON_IsString(spot.json)) {
        if (check_choice(&spot, mechanisms, SMTP_AUTH_MECHANISMS, &which)) *offered = 1u << which;
        return;
    }
    if (!check_array(&spot, "[\"PLAIN\", \"LOGIN\"]")) return;
    for (struct spot item = spot_first(&spot); item.json; item = spot_next(&item)) {
        if (!check_choice(&item, mechanisms, SMTP_AUTH_MECHANISMS, &which)) continue;
        if (wanted & 1u << which)
            spot_refuse(&item, tr("delete one of the two"), tr("\"%s\" is here twice"), mechanisms[which].word);
        wanted |= 1u << which;
    }
    if (!spot.json->child)
        spot_refuse(&spot, tr("write \"offers_auth\": \"never\""), tr("the list of mechanisms is empty"));
    if (wanted) *offered = wanted;
}

static void load_receiving(const struct spot *object, struct smtp_server_config *config)
{
    static const struct choice endings[] = {{"strict", NULL}, {"normalize", NULL}, {"keep", NULL}, {"lenient", NULL}};
    static const struct choice offers[] = {{"over tls", NULL}, {"always", NULL}, {"never", NULL}};
    size_t which;
    load_extensions(object, &config->extensions);
    if (want_choice(object, "line_endings", endings, 4, &which)) config->line_endings = (enum smtp_line_endings)which;
    want_flag(object, "forbid_unauthorized_pipelining", &config->forbid_early_commands);
    want_flag(object, "requires_auth", &config->auth_required);
    load_mechanisms(object, &config->auth_mechanisms);
    if (!want_choice(object, "offers_auth", offers, 3, &which)) return;
    config->extensions |= SMTP_AUTH;
    if (which == 2) config->extensions &= ~(unsigned)SMTP_AUTH;
    config->auth = which == 1 ? SMTP_AUTH_ALWAYS : SMTP_AUTH_OVER_TLS;
}

/* "10.0.0.0/8", "2001:db8::/32", one address; false: not an address at all. */
static bool read_network(const char *text, struct scenario_network *network)
{
    char address[64];
    size_t n = strcspn(text, "/");
    char *end;
    if (n >= sizeof address) return false;
    memcpy(address, text, n);
    address[n] = '\0';
    if (!ip_parse(address, &network->address)) return false;
    unsigned most = ip_is_v4(network->address) ? 32 : 128;
    network->host = -1;
    network->prefix_bits = most;
    if (text[n] == '\0') return true;
    if (!isdigit((unsigned char)text[n + 1])) return false;
    unsigned long bits = strtoul(text + n + 1, &end, 10);
    network->prefix_bits = (unsigned)bits;
    return *end == '\0' && bits <= most;
}

static void load_relay_for(struct loader *l, const struct spot *object, struct scenario_mail_server *m)
{
    struct spot list;
    if (!want_array(object, "relay_for", "[\"10.0.0.0/8\", \"alice-pc\"]", &list)) return;
    m->relay_for = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(list.json) + 1, sizeof *m->relay_for);
    for (struct spot s = spot_first(&list); s.json; s = spot_next(&s)) {
        struct scenario_network *network = &m->relay_for[m->n_relay_for];
        if (!check_text(&s, "10.0.0.0/8")) continue;
        const char *text = s.json->valuestring;
        bool good = read_network(text, network);
        if (!good && (strchr(text, '/') || strchr(text, ':')))
            spot_refuse(&s, tr("write it like \"10.0.0.0/8\" or \"2001:db8::/32\""),
                        tr("\"%s\" is no address with a number of bits"), text);
        else if (!good)
            good = loader_host(l, &s, ANY_ROLE, &network->host);
        m->n_relay_for += good;
    }
}

/* ---- clients ---- */

/* true: with the name of the mailbox and the password that all users have. */
static void load_auth(struct loader *l, const struct spot *object, const char *user, struct scenario_smtp *smtp)
{
    struct spot spot = spot_key(object, "auth");
    char name[256];
    size_t which;
    if (!spot.json || cJSON_IsFalse(spot.json)) return;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(user, "@"), user);
    smtp->auth_user = scenario_text(l->scenario->memory, name);
    smtp->auth_password = "secret";
    if (cJSON_IsTrue(spot.json) || !check_object(&spot)) return;
    CHECK_KEYS(&spot, auth_keys);
    want_text(&spot, "user", "alice", &smtp->auth_user);
    want_text(&spot, "password", "secret", &smtp->auth_password);
    want_flag(&spot, "over_tls_only", &smtp->client.auth_over_tls_only);
    want_flag(&spot, "insists", &smtp->client.insists_on_mechanism);
    if (want_choice(&spot, "mechanism", mechanisms, SMTP_AUTH_MECHANISMS, &which))
        smtp->client.mechanism = (enum smtp_auth_mechanism)(1u << which);
    smtp->auth_user = scenario_text(l->scenario->memory, smtp->auth_user);
    smtp->auth_password = scenario_text(l->scenario->memory, smtp->auth_password);
}

/* A key that belongs somewhere else. */
static void refuse_here(const struct spot *object, const char *key, const char *hint)
{
    struct spot spot = spot_key(object, key);
    if (spot.json) spot_refuse_key(&spot, hint, tr("\"%s\" cannot be said here"), key);
}

void load_smtp(struct loader *l, const struct spot *up, enum smtp_of of, struct scenario_host *h)
{
    struct spot object;
    if (!want_object(up, "smtp", &object)) return;
    if (of == SMTP_OF_CLIENT)
        CHECK_KEYS(&object, client_keys);
    else
        CHECK_KEYS(&object, server_keys);
    load_sending(&object, &h->smtp.client);
    load_timeouts(&object, &h->smtp);
    if (of == SMTP_OF_CLIENT) {
        refuse_here(&object, "extensions", tr("write it at the server that is to offer them"));
        load_auth(l, &object, h->client.user, &h->smtp);
        return;
    }
    load_receiving(&object, &h->smtp.server);
    load_limits(&object, &h->smtp);
    refuse_here(&object, "auth", tr("write it at the client that is to authenticate"));
    if (of == SMTP_OF_SERVER)
        load_relay_for(l, &object, &h->mail_server);
    else
        refuse_here(&object, "relay_for", tr("write it at the mail server that is to relay"));
}
