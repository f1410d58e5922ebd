/* What couples recipients rightly is left out of both runs: all that goes by chance or strikes by time (faults, loss),
   other mails, links that are busy with them or so long that a resolver learns of them, limits that count what a server
   has taken, names that one server of a domain knows and another does not; and nobody fetches mail, which is not
   compared. Policies, lists, greylisting, names and TLS stay as the world has them. What happens to a recipient is
   refused by rule, in the second run only: for good, or for a while. */
#include "tests/hunt/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/host/world.h"

enum { MOST_FATES = 32, ADDRESS_BYTES = 64 };

/* --- the two worlds --- */

static void take_away(cJSON *object, const char *const *keys)
{
    for (; *keys; keys++)
        cJSON_DeleteItemFromObject(object, *keys);
}

static void calm_down(cJSON *world)
{
    static const char *const of_world[] = {"faults", "traffic", NULL};
    static const char *const of_links[] = {"loss",  "duplicate", "reorder", "corrupt", "jitter",
                                           "queue", "codel",     "rate",    "delay",   NULL};
    static const char *const of_hosts[] = {"disk", NULL}, *const of_routers[] = {"icmp", NULL};
    static const char *const of_clients[] = {"fetches_from", "fetches_every", "fetch_jitter", "leaves_on_server", NULL};
    static const char *const of_servers[] = {"client_limits", "mailbox_limit", "refuse_content", "tarpit", NULL};
    cJSON *item;
    take_away(world, of_world);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(world, "links"))
    {
        take_away(item, of_links);
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(world, "hosts"))
    {
        take_away(item, of_hosts);
        take_away(cJSON_GetObjectItem(item, "router"), of_routers);
        take_away(cJSON_GetObjectItem(item, "client"), of_clients);
        take_away(cJSON_GetObjectItem(item, "mail_server"), of_servers);
    }
}

static bool lists(const cJSON *domains, const char *domain)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, domains)
    {
        if (cJSON_IsString(item) && strcasecmp(item->valuestring, domain) == 0) return true;
    }
    return false;
}

static bool serves(const cJSON *server, const char *domain)
{
    return lists(cJSON_GetObjectItem(server, "domains"), domain);
}

/* Whether mail to this domain may come to it. */
static bool takes(const cJSON *server, const char *domain)
{
    return serves(server, domain) || lists(cJSON_GetObjectItem(server, "backup_for"), domain);
}

static bool shares_a_domain(const cJSON *servers, const cJSON *server)
{
    static const char *const kinds[] = {"domains", "backup_for"};
    const cJSON *host, *domain;
    cJSON_ArrayForEach(host, servers)
    {
        const cJSON *other = cJSON_GetObjectItem(host, "mail_server");
        if (!other || other == server) continue;
        for (size_t i = 0; i < 2; i++)
            cJSON_ArrayForEach(domain, cJSON_GetObjectItem(server, kinds[i]))
            {
                if (cJSON_IsString(domain) && takes(other, domain->valuestring)) return true;
            }
    }
    return false;
}

/* Which of a domain's servers a mail comes to may be a matter of time, or of the session that is there already: they
   know the same names then, and refuse the same senders. */
static void agree_on_names(cJSON *world)
{
    static const char *const names[] = {"aliases", "unknown_users", "refuse_senders", NULL};
    cJSON *hosts = cJSON_GetObjectItem(world, "hosts"), *host;
    cJSON_ArrayForEach(host, hosts)
    {
        cJSON *server = cJSON_GetObjectItem(host, "mail_server");
        if (server && shares_a_domain(hosts, server)) take_away(server, names);
    }
}

/* Somebody whom a server knows: what is refused of others would be refused anyway. */
static bool is_user(const char *address)
{
    return address[0] == 'u' && address[1] >= '0' && address[1] <= '9' && address[2] == '@' &&
           strcmp(address + 4, ".example") == 0;
}

static int users_of(const cJSON *mail)
{
    int n = 0;
    cJSON *to;
    cJSON_ArrayForEach(to, cJSON_GetObjectItem(mail, "to"))
    {
        n += cJSON_IsString(to) && is_user(to->valuestring);
    }
    return n;
}

/* Any mail to somebody who is known; it alone stays. */
static cJSON *choose_mail(cJSON *world, struct luck *luck)
{
    cJSON *mails = cJSON_GetObjectItem(world, "mail"), *mail, *chosen = NULL;
    unsigned n = 0;
    cJSON_ArrayForEach(mail, mails)
    {
        if (users_of(mail) > 0 && luck_below(luck, ++n) == 0) chosen = mail;
    }
    if (!chosen) return NULL;
    cJSON_DetachItemViaPointer(mails, chosen);
    char *name = strdup(chosen->string);
    cJSON_DeleteItemFromObject(world, "mail");
    cJSON_AddItemToObject(cJSON_AddObjectToObject(world, "mail"), name, chosen);
    free(name);
    return chosen;
}

/* A mail to one only goes to others, too: to all whose clients the world has, or to one of them. */
static void add_recipients(const cJSON *world, cJSON *mail, struct luck *luck)
{
    cJSON *host, *to = cJSON_GetObjectItem(mail, "to");
    bool all = luck_odds(luck, 50);
    if (cJSON_GetArraySize(to) > 1) return;
    cJSON_ArrayForEach(host, cJSON_GetObjectItem(world, "hosts"))
    {
        const cJSON *user = cJSON_GetObjectItem(cJSON_GetObjectItem(host, "client"), "user");
        bool is_new = cJSON_IsString(user) && strcmp(user->valuestring, to->child->valuestring) != 0;
        if (is_new && (all || cJSON_GetArraySize(to) == 1))
            cJSON_AddItemToArray(to, cJSON_CreateString(user->valuestring));
    }
}

static const char *choose_recipient(const cJSON *mail, struct luck *luck)
{
    unsigned left = luck_below(luck, (unsigned)users_of(mail));
    cJSON *to;
    cJSON_ArrayForEach(to, cJSON_GetObjectItem(mail, "to"))
    {
        if (cJSON_IsString(to) && is_user(to->valuestring) && left-- == 0) return to->valuestring;
    }
    return NULL;
}

/* At the servers of the recipient's domain, or at all of them, the one to which the mail is submitted included. Not put
   off for ever: a client never gives up. */
static void refuse(struct pair *pair, struct luck *luck)
{
    static const char *const replies[] = {"550 5.1.1 No such user here", "452 4.2.2 Mailbox full"};
    bool for_good = luck_odds(luck, 50), everywhere = luck_odds(luck, 25);
    const char *how_long = luck_odds(luck, 50) ? "20 min" : "2 h";
    cJSON *host, *faults = cJSON_AddArrayToObject(pair->changed, "faults");
    snprintf(pair->how, sizeof pair->how, "refused (%s%s)", for_good ? "for good" : how_long,
             everywhere ? ", everywhere" : "");
    cJSON_ArrayForEach(host, cJSON_GetObjectItem(pair->changed, "hosts"))
    {
        const cJSON *server = cJSON_GetObjectItem(host, "mail_server");
        if (!server || (!everywhere && !serves(server, strchr(pair->recipient, '@') + 1))) continue;
        cJSON *fault = cJSON_CreateObject(), *reply = cJSON_AddObjectToObject(fault, "reply");
        cJSON_AddItemToArray(faults, fault);
        cJSON_AddStringToObject(reply, "server", host->string);
        cJSON_AddStringToObject(reply, "to", "RCPT");
        cJSON_AddStringToObject(reply, "with", replies[!for_good]);
        cJSON_AddStringToObject(reply, "rcpt", pair->recipient);
        if (!for_good) cJSON_AddStringToObject(fault, "at", "0 s");
        if (!for_good) cJSON_AddStringToObject(fault, "for", how_long);
    }
}

struct pair pair_make(const cJSON *world)
{
    struct pair pair = {0};
    const cJSON *seed = cJSON_GetObjectItem(world, "seed");
    struct luck luck = {cJSON_IsNumber(seed) ? (uint64_t)seed->valuedouble : 1};
    cJSON *calm = cJSON_Duplicate(world, true), *mail = choose_mail(calm, &luck);
    if (!mail) {
        cJSON_Delete(calm);
        return pair;
    }
    calm_down(calm);
    agree_on_names(calm);
    add_recipients(calm, mail, &luck);
    snprintf(pair.mail, sizeof pair.mail, "%s", mail->string);
    snprintf(pair.recipient, sizeof pair.recipient, "%s", choose_recipient(mail, &luck));
    pair.calm = calm;
    pair.changed = cJSON_Duplicate(calm, true);
    refuse(&pair, &luck);
    return pair;
}

void pair_free(struct pair *pair)
{
    cJSON_Delete(pair->calm);
    cJSON_Delete(pair->changed);
}

/* --- what became of the mail --- */

enum fate { DELIVERED, BOUNCED, DISCARDED, EXPANDED, FATES };
static const char *const fate_words[FATES] = {"delivered", "bounced", "discarded", "expanded"};

struct fates {
    const char *mail;
    int64_t message;
    size_t n;
    struct {
        char recipient[ADDRESS_BYTES];
        unsigned times[FATES];
        bool in_doubt; /* it may lawfully come twice */
    } of[MOST_FATES];
    bool is_complete;
    const struct pair *pair;
    pair_lie_fn lie; /* or NULL */
};

static size_t place_of(struct fates *fates, const char *recipient)
{
    size_t i = 0;
    while (i < fates->n && strcasecmp(fates->of[i].recipient, recipient) != 0)
        i++;
    if (i == MOST_FATES) return i - 1;
    if (i == fates->n) snprintf(fates->of[fates->n++].recipient, ADDRESS_BYTES, "%s", recipient);
    return i;
}

static void on_event(void *context, const struct event *told)
{
    struct fates *fates = context;
    struct event copy = *told, *e = &copy;
    if (fates->lie) fates->lie(e, fates->pair);
    if (e->kind == EVENT_MAIL_COMPOSE && strcmp(event_text(e, FIELD_NAME), fates->mail) == 0)
        fates->message = event_int(e, FIELD_MESSAGE);
    if (e->kind == EVENT_RUN_END) fates->is_complete = strcmp(event_text(e, FIELD_WHY), "all is done") == 0;
    bool is_ours = (e->kind == EVENT_MAIL_STATE || e->kind == EVENT_MAIL_DOUBT) && fates->message &&
                   event_int(e, FIELD_MESSAGE) == fates->message;
    if (!is_ours) return;
    size_t i = place_of(fates, event_text(e, FIELD_RECIPIENT));
    if (e->kind == EVENT_MAIL_DOUBT) fates->of[i].in_doubt = true;
    for (size_t f = 0; e->kind == EVENT_MAIL_STATE && f < FATES; f++)
        fates->of[i].times[f] += strcmp(event_text(e, FIELD_TO), fate_words[f]) == 0;
}

static struct fates run(const cJSON *json, const struct pair *pair, pair_lie_fn lie)
{
    static const uint64_t most_events = 2000000;
    struct fates fates = {.mail = pair->mail, .pair = pair, .lie = lie};
    char *text = cJSON_PrintUnformatted(json);
    static FILE *nowhere;
    if (!nowhere) nowhere = fopen("/dev/null", "w");
    struct scenario *scenario = scenario_parse("world", text, strlen(text), NULL, 0, nowhere);
    free(text);
    if (!scenario) return fates;
    struct journal *journal = journal_new();
    struct event_mask mask = event_mask_union(event_mask_group(GROUP_MAIL), event_mask_kind(EVENT_RUN_END));
    journal_add_reader(journal, (struct journal_reader){.mask = mask, .on_event = on_event, .context = &fates});
    struct world_options options = world_options_default();
    struct world *world = world_new(scenario, &options, journal);
    while (world_events(world) < most_events && world_run(world, 10000)) {
    }
    world_free(world);
    journal_free(journal);
    scenario_free(scenario);
    return fates;
}

/* --- the comparison --- */

static void tell(const struct pair *pair, const char *recipient, const unsigned before[FATES],
                 const unsigned after[FATES], struct hunted *hunted)
{
    const char *space = hunted->laws[0] ? " " : "";
    size_t used = strlen(hunted->laws);
    snprintf(hunted->laws + used, sizeof hunted->laws - used, "%sM17", space);
    if (hunted->n_broken++) return;
    int n = snprintf(hunted->first, sizeof hunted->first, "M17 at the end: with %s %s, %s of %s is", pair->recipient,
                     pair->how, recipient, pair->mail);
    for (size_t f = 0; f < FATES && n < (int)sizeof hunted->first; f++)
        if (before[f] != after[f])
            n += snprintf(hunted->first + n, sizeof hunted->first - (size_t)n, " %s %u times in the place of %u",
                          fate_words[f], after[f], before[f]);
}

/* A recipient who is in one of them only had no fate in the other. */
static bool compare(const struct pair *pair, struct fates *a, struct fates *b, struct hunted *hunted)
{
    for (size_t k = 0; k < b->n; k++)
        place_of(a, b->of[k].recipient);
    for (size_t i = 0; i < a->n; i++) {
        size_t k = place_of(b, a->of[i].recipient);
        if (strcasecmp(a->of[i].recipient, pair->recipient) == 0 || a->of[i].in_doubt || b->of[k].in_doubt) continue;
        if (memcmp(a->of[i].times, b->of[k].times, sizeof a->of[i].times) == 0) continue;
        tell(pair, a->of[i].recipient, a->of[i].times, b->of[k].times, hunted);
        return false;
    }
    return true;
}

void hunt_pair(const cJSON *world, struct hunted *hunted)
{
    hunt_pair_with(world, NULL, hunted);
}

void hunt_pair_with(const cJSON *world, pair_lie_fn lie, struct hunted *hunted)
{
    struct pair pair = pair_make(world);
    if (!pair.calm) return;
    struct fates before = run(pair.calm, &pair, NULL), after = run(pair.changed, &pair, lie);
    hunted->pairs = before.is_complete && after.is_complete;
    if (hunted->pairs) compare(&pair, &before, &after, hunted);
    pair_free(&pair);
}
