#include "viz/draw/what_if.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/packet_words.h"

const char *what_if_instant(int64_t at_ns, char text[40])
{
    int n = snprintf(text, 40, "%lld.%09lld", (long long)(at_ns / SECOND), (long long)(at_ns % SECOND));
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.') n--;
    snprintf(text + n, 40 - (size_t)n, " s");
    return text;
}

static bool write_line(struct act_line *act, cJSON *fault)
{
    bool fits = cJSON_PrintPreallocated(fault, act->line, (int)sizeof act->line, 0);
    cJSON_Delete(fault);
    return fits;
}

/* {"at": now, "for": length, verb: {key: name}}; length NULL: for ever. */
static cJSON *fault_on(const struct story *s, const char *length, const char *verb, const char *key, const char *name)
{
    char at[40];
    cJSON *fault = cJSON_CreateObject();
    cJSON_AddStringToObject(fault, "at", what_if_instant(story_now(s), at));
    if (length) cJSON_AddStringToObject(fault, "for", length);
    cJSON *what = cJSON_AddObjectToObject(fault, verb);
    cJSON_AddStringToObject(what, key, name);
    return fault;
}

struct offers {
    const struct story *story;
    char about[ACT_WORDS_BYTES];
    struct act_line *acts;
    size_t n;
};

static void say_when(const struct story *s, struct act_line *act)
{
    char now[VIEW_TIME_BYTES];
    snprintf(act->when, sizeof act->when, "%.31s", view_time_text(story_now(s), MILLISECOND, now));
}

/* Takes the fault over; what does not fit into a line is not offered. */
static void offer(struct offers *o, cJSON *fault, const char *words)
{
    if (o->n == OFFERS_MAX) {
        cJSON_Delete(fault);
        return;
    }
    struct act_line *act = &o->acts[o->n];
    snprintf(act->about, sizeof act->about, "%s", o->about);
    act->pointer[0] = 0;
    snprintf(act->words, sizeof act->words, "%s", words);
    act->when[0] = 0;
    if (cJSON_HasObjectItem(fault, "at")) say_when(o->story, act);
    if (write_line(act, fault)) o->n++;
}

/* ---- Packets ---- */

/* On which link it was lost; else the link that it is on or comes to next. STORY_NONE: its way is over. */
static size_t hop_to_act_on(const struct story *s, size_t packet)
{
    const struct story_packet *p = story_packet(s, packet);
    size_t hop = p->first_hop, last = STORY_NONE;
    for (; hop != STORY_NONE; hop = story_hop(s, hop)->next) {
        if (story_hop(s, hop)->lost) return hop;
        if (last == STORY_NONE) last = hop;
    }
    return last;
}

/* Chance and choice can be undone; a full queue, a link that is down, or a packet too large for it cannot. */
static bool can_be_spared(const char *why)
{
    return !strcmp(why, "loss") || !strcmp(why, "exact") || !strcmp(why, "corrupt") || !strcmp(why, "checksum");
}

static void offer_for_packet(struct offers *o, size_t packet)
{
    const struct story *s = o->story;
    const struct story_packet *p = story_packet(s, packet);
    size_t hop = hop_to_act_on(s, packet);
    bool lost = p->fate == STORY_LOST || p->corrupted;
    if (hop == STORY_NONE || (lost && !can_be_spared(p->lost_why) && !p->corrupted)) return;
    cJSON *fault = cJSON_CreateObject();
    cJSON *what = cJSON_AddObjectToObject(fault, lost ? "spare" : "drop");
    cJSON_AddNumberToObject(what, "packet", (double)p->id);
    if (!p->corrupted) cJSON_AddStringToObject(what, "link", story_link(s, story_hop(s, hop)->link).name);
    offer(o, fault, lost ? tr("it had not been lost") : tr("it had been lost"));
}

/* ---- Links and hosts ---- */

static void offer_set(struct offers *o, const char *link, const char *value, const char *to, const char *words)
{
    char at[40], pointer[200];
    cJSON *fault = cJSON_CreateObject();
    cJSON_AddStringToObject(fault, "at", what_if_instant(story_now(o->story), at));
    snprintf(pointer, sizeof pointer, "/links/%s/%s", link, value);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(fault, "set"), pointer, to);
    offer(o, fault, words);
}

/* What the scenario names can also be taken away; what came of itself (a bounce, a mail of the traffic) cannot. */
static void offer_removal(struct offers *o, const char *part, const char *name, const char *words)
{
    cJSON *root = cJSON_Parse(story_scenario(o->story));
    size_t n = o->n;
    if (cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, part), name))
        offer(o, cJSON_CreateNull(), words);
    if (o->n > n) snprintf(o->acts[n].pointer, sizeof o->acts[n].pointer, "/%s/%s", part, name);
    cJSON_Delete(root);
}

static void offer_for_link(struct offers *o, size_t index)
{
    struct story_link link = story_link(o->story, index);
    bool up = link.up[0] && link.up[1];
    if (!up) offer(o, fault_on(o->story, NULL, "end", "link", link.name), tr("it were whole again now"));
    if (up) offer(o, fault_on(o->story, "1 min", "cut_link", "link", link.name), tr("it were cut for a minute"));
    if (up) offer(o, fault_on(o->story, "1 h", "cut_link", "link", link.name), tr("it were cut for an hour"));
    offer_set(o, link.name, "loss", "0 %", tr("it lost nothing from now on"));
    offer_removal(o, "links", link.name, tr("there were no such link"));
}

/* ---- What is added ---- */

/* A name that nothing in this part of the scenario has. */
static void free_name(const cJSON *part, const char *stem, char *name, size_t size)
{
    for (int i = 1; i < 1000; i++) {
        snprintf(name, size, "%s-%d", stem, i);
        if (!cJSON_HasObjectItem(part, name)) return;
    }
}

/* Takes the patch over. */
static void offer_patch(struct offers *o, cJSON *patch, const char *words)
{
    size_t n = o->n;
    offer(o, patch, words);
    if (o->n > n) snprintf(o->acts[n].pointer, sizeof o->acts[n].pointer, "/");
}

/* To whom somebody in this world has written before; NULL. */
static const char *some_recipient(const cJSON *root, const char *but_not)
{
    const cJSON *mail, *to;
    cJSON_ArrayForEach(mail, cJSON_GetObjectItemCaseSensitive(root, "mail"))
    {
        cJSON_ArrayForEach(to, cJSON_GetObjectItemCaseSensitive(mail, "to"))
        {
            if (cJSON_IsString(to) && strcmp(to->valuestring, but_not)) return to->valuestring;
        }
    }
    return NULL;
}

static void offer_mail(struct offers *o, const cJSON *root, const cJSON *client)
{
    char name[40], at[40];
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(client, "user");
    const char *to = cJSON_IsString(user) ? some_recipient(root, user->valuestring) : NULL;
    if (!to) return;
    free_name(cJSON_GetObjectItemCaseSensitive(root, "mail"), "added", name, sizeof name);
    cJSON *patch = cJSON_CreateObject(), *mail = cJSON_AddObjectToObject(cJSON_AddObjectToObject(patch, "mail"), name);
    cJSON_AddStringToObject(mail, "at", what_if_instant(story_now(o->story), at));
    cJSON_AddStringToObject(mail, "from", user->valuestring);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(mail, "to"), cJSON_CreateString(to));
    cJSON_AddStringToObject(mail, "text", "One more.");
    size_t n = o->n;
    offer_patch(o, patch, tr("one more mail were written here now"));
    if (o->n > n) say_when(o->story, &o->acts[n]);
}

/* The first mail server that lists its users; NULL. */
static const cJSON *server_with_users(const cJSON *root)
{
    const cJSON *host;
    cJSON_ArrayForEach(host, cJSON_GetObjectItemCaseSensitive(root, "hosts"))
    {
        const cJSON *server = cJSON_GetObjectItemCaseSensitive(host, "mail_server");
        const cJSON *domains = cJSON_GetObjectItemCaseSensitive(server, "domains");
        bool lists = cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(server, "users"));
        if (lists && cJSON_IsString(cJSON_GetArrayItem(domains, 0))) return host;
    }
    return NULL;
}

/* Another computer with its user, linked to this router. */
static void offer_client(struct offers *o, const cJSON *root, const char *router)
{
    char name[40], user[200];
    const cJSON *host = server_with_users(root);
    if (!host) return;
    const cJSON *server = cJSON_GetObjectItemCaseSensitive(host, "mail_server");
    free_name(cJSON_GetObjectItemCaseSensitive(root, "hosts"), "added", name, sizeof name);
    snprintf(user, sizeof user, "%s@%s", name,
             cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(server, "domains"), 0)->valuestring);
    cJSON *patch = cJSON_CreateObject(), *hosts = cJSON_AddObjectToObject(patch, "hosts");
    cJSON *client = cJSON_AddObjectToObject(cJSON_AddObjectToObject(hosts, name), "client");
    cJSON_AddStringToObject(client, "user", user);
    cJSON_AddStringToObject(client, "submits_to", host->string);
    cJSON_AddStringToObject(client, "fetches_from", host->string);
    cJSON *users = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(server, "users"), 1);
    cJSON_AddItemToArray(users, cJSON_CreateString(name));
    cJSON_AddItemToObject(cJSON_AddObjectToObject(cJSON_AddObjectToObject(hosts, host->string), "mail_server"), "users",
                          users);
    cJSON *link = cJSON_AddObjectToObject(cJSON_AddObjectToObject(patch, "links"), name);
    cJSON *ends = cJSON_AddArrayToObject(link, "between");
    cJSON_AddItemToArray(ends, cJSON_CreateString(name));
    cJSON_AddItemToArray(ends, cJSON_CreateString(router));
    offer_patch(o, patch, tr("one more computer were linked to it"));
}

static void offer_additions(struct offers *o, const char *name)
{
    cJSON *root = cJSON_Parse(story_scenario(o->story));
    const cJSON *host = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, "hosts"), name);
    const cJSON *client = cJSON_GetObjectItemCaseSensitive(host, "client");
    if (client) offer_mail(o, root, client);
    if (cJSON_HasObjectItem(host, "router")) offer_client(o, root, name);
    cJSON_Delete(root);
}

static void offer_for_host(struct offers *o, size_t index)
{
    struct story_host host = story_host(o->story, index);
    bool troubled = !host.up;
    for (int i = 0; i < STORY_TROUBLES; i++)
        troubled |= *host.trouble[i] != '\0';
    if (troubled) offer(o, fault_on(o->story, NULL, "end", "host", host.name), tr("all were well with it from now on"));
    if (host.up) offer(o, fault_on(o->story, "1 min", "stop_host", "host", host.name), tr("it stopped for a minute"));
    if (host.up) offer(o, fault_on(o->story, "1 d", "stop_host", "host", host.name), tr("it stopped for a day"));
    if (host.up)
        offer(o, fault_on(o->story, "1 min", "pause", "host", host.name), tr("its programs paused for a minute"));
    offer_additions(o, host.name);
    offer_removal(o, "hosts", host.name, tr("there were no such host"));
}

/* Of a mail's content: which mail, and which part of it, for it is the packet that the act is about. */
static void say_packet(const struct story *s, size_t index, char about[ACT_WORDS_BYTES])
{
    char label[80];
    size_t line = packet_line(s, index);
    packet_words(s, index, about, ACT_WORDS_BYTES);
    if (line == STORY_NONE || !story_line(s, line)->is_content || story_line(s, line)->mail == STORY_NONE) return;
    story_packet_label(s, index, label, sizeof label);
    snprintf(about, ACT_WORDS_BYTES, tr("mail %s, %s"), story_mail(s, story_line(s, line)->mail)->name, label);
}

void what_if_say_about(const struct story *story, struct selection selection, char about[ACT_WORDS_BYTES])
{
    about[0] = 0;
    if (selection.what == ACT_PACKET) say_packet(story, selection.index, about);
    if (selection.what == ACT_HOST) snprintf(about, ACT_WORDS_BYTES, "%s", story_host(story, selection.index).name);
    if (selection.what == ACT_MAIL) snprintf(about, ACT_WORDS_BYTES, "%s", story_mail(story, selection.index)->name);
    if (selection.what != ACT_LINK) return;
    struct story_link link = story_link(story, selection.index); /* as the map shows it: by its ends */
    snprintf(about, ACT_WORDS_BYTES, "%.70s – %.70s", story_host(story, link.ends[0]).name,
             story_host(story, link.ends[1]).name);
}

const char *what_if_question(const struct act_line *act, char text[ACT_QUESTION_BYTES])
{
    if (*act->when)
        snprintf(text, ACT_QUESTION_BYTES, tr("%s (at %s): what if %s?"), act->about, act->when, act->words);
    else
        snprintf(text, ACT_QUESTION_BYTES, tr("%s: what if %s?"), act->about, act->words);
    return text;
}

size_t what_if_offers(const struct story *story, struct selection selection, struct act_line offers[OFFERS_MAX])
{
    struct offers o = {.story = story, .acts = offers};
    what_if_say_about(story, selection, o.about);
    switch (selection.what) {
    case ACT_PACKET:
        offer_for_packet(&o, selection.index);
        break;
    case ACT_LINK:
        offer_for_link(&o, selection.index);
        break;
    case ACT_HOST:
        offer_for_host(&o, selection.index);
        break;
    case ACT_MAIL:
        offer_removal(&o, "mail", o.about, tr("it were never written"));
        break;
    default:
        break;
    }
    return o.n;
}

bool what_if_link(const struct story *story, size_t a, size_t b, struct act_line *act, char name[ACT_NAME_BYTES])
{
    const char *const ends[] = {story_host(story, a).name, story_host(story, b).name};
    struct offers o = {.story = story, .acts = act};
    cJSON *root = cJSON_Parse(story_scenario(story)), *patch = cJSON_CreateObject();
    const cJSON *hosts = cJSON_GetObjectItemCaseSensitive(root, "hosts");
    free_name(cJSON_GetObjectItemCaseSensitive(root, "links"), "added", name, ACT_NAME_BYTES);
    cJSON *link = cJSON_AddObjectToObject(cJSON_AddObjectToObject(patch, "links"), name);
    cJSON_AddItemToObject(link, "between", cJSON_CreateStringArray(ends, 2));
    bool named = cJSON_GetObjectItemCaseSensitive(hosts, ends[0]) && cJSON_GetObjectItemCaseSensitive(hosts, ends[1]);
    snprintf(o.about, sizeof o.about, "%.70s – %.70s", ends[0], ends[1]);
    if (named)
        offer_patch(&o, patch, tr("a link joined them"));
    else
        cJSON_Delete(patch);
    cJSON_Delete(root);
    return o.n == 1;
}
