/* How hosts are joined, and how links become well again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hunt/random_internal.h"

cJSON *maker_add_link(struct maker *m, const char *a, const char *b)
{
    char name[16];
    snprintf(name, sizeof name, "l%u", m->n_links++);
    cJSON *link = cJSON_AddObjectToObject(m->links, name), *between = cJSON_AddArrayToObject(link, "between");
    cJSON_AddItemToArray(between, cJSON_CreateString(a));
    cJSON_AddItemToArray(between, cJSON_CreateString(b));
    if (luck_odds(&m->luck, 50)) luck_add(&m->luck, link, "rate", "unlimited|64 kbit/s|1 Mbit/s|10 Mbit/s|1 Gbit/s");
    if (luck_odds(&m->luck, 50)) luck_add(&m->luck, link, "delay", "0 ms|1 ms|15 ms|80 ms|400 ms");
    return link;
}

unsigned maker_link_of(const struct maker *m, const char *host)
{
    cJSON *link;
    cJSON_ArrayForEach(link, m->links)
    {
        if (strcmp(cJSON_GetArrayItem(cJSON_GetObjectItem(link, "between"), 0)->valuestring, host) == 0)
            return (unsigned)atoi(link->string + 1);
    }
    return 0;
}

/* Where the middle of the way matters, the two servers that matter are on either side of it. */
static const char *router_of(struct maker *m, const char *host)
{
    if (m->needs & NEEDS_MIDDLE && strcmp(host, SENDING_SERVER) == 0) return "r0";
    if (m->needs & NEEDS_MIDDLE && strcmp(host, RECEIVING_SERVER) == 0) return "r1";
    return m->names[luck_below(&m->luck, m->n_routers)];
}

void random_links(struct maker *m)
{
    for (unsigned i = 1; i < m->n_routers; i++)
        maker_add_link(m, m->names[i - 1], m->names[i]);
    if (m->n_routers == 3 && luck_odds(&m->luck, 50)) maker_add_link(m, m->names[2], m->names[0]);
    for (unsigned i = m->n_routers; i < m->n_hosts; i++) {
        cJSON *link = maker_add_link(m, m->names[i], router_of(m, m->names[i]));
        if (!(m->needs & NEEDS_SLOW) || strcmp(m->names[i], RECEIVING_SERVER) != 0) continue;
        cJSON_DeleteItemFromObject(link, "rate");
        luck_add(&m->luck, link, "rate", "64 kbit/s|128 kbit/s");
    }
    if (m->needs & NEEDS_MIDDLE)
        luck_add(&m->luck, cJSON_GetArrayItem(m->links, 0), "mtu",
                 m->needs & NEEDS_V4 ? "296 B|576 B|1000 B" : "1280 B|1400 B");
}

static bool has_narrow_links(const struct maker *m)
{
    cJSON *link;
    cJSON_ArrayForEach(link, m->links)
    {
        if (cJSON_HasObjectItem(link, "mtu")) return true;
    }
    return false;
}

static bool has_silent_routers(const struct maker *m)
{
    cJSON *host;
    cJSON_ArrayForEach(host, m->hosts)
    {
        if (cJSON_HasObjectItem(cJSON_GetObjectItem(host, "router"), "icmp")) return true;
    }
    return false;
}

/* A router that is silent for ever before a narrow link is a black hole for ever, but for those who probe. They find
   the way when several retransmission time-outs are over, which takes longer than the three minutes of a block of
   content where the narrowest links come last: who gives up then sends the mail again and again, and it gets there
   each time. A connection that is given up sooner (user_timeout) never finds it. */
static void probe_for_mtu(struct maker *m)
{
    cJSON *host, *tcp = maker_object(m->json, "tcp");
    cJSON_ArrayForEach(host, m->hosts)
    {
        cJSON_DeleteItemFromObject(cJSON_GetObjectItem(host, "tcp"), "mtu_probing");
        cJSON_DeleteItemFromObject(cJSON_GetObjectItem(host, "tcp"), "user_timeout");
    }
    cJSON_DeleteItemFromObject(tcp, "mtu_probing");
    cJSON_DeleteItemFromObject(tcp, "user_timeout");
    cJSON_AddTrueToObject(tcp, "mtu_probing");
    cJSON_AddStringToObject(maker_object(maker_object(m->json, "smtp"), "timeouts"), "data_block", "1 h");
}

/* A resolver that has forgotten what it learnt begins at the root, and does so each time when it is asked seldom, or
   forgets soon. Where every server is more than a second away, and is asked several times before an answer can be
   there, those who ask have given up long before the end: for ever. */
static void shorten_ways(const struct maker *m, cJSON *set)
{
    cJSON *link;
    cJSON_ArrayForEach(link, m->links)
    {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/links/%s/delay", link->string);
        if (cJSON_HasObjectItem(link, "delay")) cJSON_AddStringToObject(set, pointer, "15 ms");
    }
}

/* What a link is like for as long as the world lasts ends too, but for its MTU. */
void random_healing(struct maker *m)
{
    static const struct {
        const char *key, *healthy;
    } values[] = {{"loss", "0 %"},   {"duplicate", "0 %"}, {"reorder", "0 %"}, {"corrupt", "0 %"},
                  {"jitter", "0 s"}, {"queue", "256 kB"},  {"codel", "false"}};
    cJSON *fault = cJSON_CreateObject(), *set, *link;
    luck_add(&m->luck, fault, "at", "20 min|3 h");
    set = cJSON_AddObjectToObject(fault, "set");
    cJSON_ArrayForEach(link, m->links) for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/links/%s/%s", link->string, values[i].key);
        if (cJSON_HasObjectItem(link, values[i].key)) luck_add(&m->luck, set, pointer, values[i].healthy);
    }
    if (maker_role(m, "resolver", "resolver")) shorten_ways(m, set);
    if (set->child)
        cJSON_AddItemToArray(m->faults, fault);
    else
        cJSON_Delete(fault);
    if (has_narrow_links(m) && has_silent_routers(m)) probe_for_mtu(m);
}
