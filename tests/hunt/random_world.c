/* How worlds are drawn. Which faults a world may have is drawn first (a swarm: most are off in most worlds, and all but
   none in some), then how bad they are. Each world has one fault more, by its seed, for which it is made: so that none
   is rare. All faults end, so that in the end each queue must be empty. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/hunt/random_internal.h"

bool maker_wants(const struct maker *m, const char *habit)
{
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (fault_kinds[i].way == BY_HABIT && strcmp(fault_kinds[i].what, habit) == 0) return m->world->drawn[i];
    assert(!"a habit that stands in fault_kinds");
    return false;
}

cJSON *maker_object(cJSON *parent, const char *key)
{
    cJSON *object = cJSON_GetObjectItem(parent, key);
    return object ? object : cJSON_AddObjectToObject(parent, key);
}

cJSON *maker_add_host(struct maker *m, const char *name, const char *role)
{
    assert(m->n_hosts < MAX_HOSTS);
    snprintf(m->names[m->n_hosts++], NAME_BYTES, "%s", name);
    return cJSON_AddObjectToObject(cJSON_AddObjectToObject(m->hosts, name), role);
}

cJSON *maker_role(const struct maker *m, const char *host, const char *role)
{
    return cJSON_GetObjectItem(cJSON_GetObjectItem(m->hosts, host), role);
}

/* The featured kind is there in any case. What cannot be in this world is not drawn. */
static void draw_kinds(struct maker *m, uint64_t seed)
{
    static const unsigned how_many[] = {0, 2, 3, 5, 8, 15, 30, 60}; /* in a hundred */
    unsigned odds = how_many[luck_below(&m->luck, sizeof how_many / sizeof *how_many)];
    assert(n_fault_kinds <= RANDOM_KINDS);
    m->featured = (size_t)(seed % n_fault_kinds);
    m->needs = fault_kinds[m->featured].needs;
    m->is_tree = m->needs & NEEDS_TREE || luck_odds(&m->luck, 30);
    m->has_tls = m->needs & NEEDS_TLS || luck_odds(&m->luck, 30);
    luck_add(&m->luck, m->json, "ip", m->needs & NEEDS_V4 ? "v4" : "v4|v4|v6|both");
    bool is_v4 = strcmp(cJSON_GetObjectItem(m->json, "ip")->valuestring, "v4") == 0;
    for (size_t i = 0; i < n_fault_kinds; i++) {
        unsigned needs = fault_kinds[i].needs;
        bool can_be = (m->is_tree || !(needs & NEEDS_TREE)) && (m->has_tls || !(needs & NEEDS_TLS)) &&
                      (is_v4 || !(needs & NEEDS_V4));
        m->world->drawn[i] = i == m->featured || (luck_odds(&m->luck, odds) && can_be);
        if (m->world->drawn[i] && luck_odds(&m->luck, 30)) m->needs |= needs & (unsigned)~NEEDS_V4;
    }
}

static void add_smtp(struct maker *m)
{
    if (maker_wants(m, "line ends"))
        luck_add(&m->luck, maker_object(m->json, "smtp"), "stray_line_endings", "pass|pass|clean|refuse");
    if (!luck_odds(&m->luck, 60)) return;
    cJSON *smtp = maker_object(m->json, "smtp");
    luck_add(&m->luck, smtp, "extensions",
             "modern|modern|plain|{'pipelining':false}|{'chunking':false,'dsn':false}|{'limits':true}");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, smtp, "sends_chunks", "true");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "chunk_size", "100 B|1 kB");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "pipelines", "false");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "max_recipients", "1|2");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, smtp, "max_recipient_domains", "1|2");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "max_mails", "1|2");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, smtp, "max_message", "1 kB|3 kB");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, smtp, "max_hops", "2|3");
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, smtp, "line_endings", "strict|normalize|keep|lenient");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, smtp, "forbid_unauthorized_pipelining", "true");
}

struct random_world random_world_make(uint64_t seed)
{
    struct random_world world = {.json = cJSON_CreateObject()};
    struct maker m = {.luck = {seed}, .world = &world, .json = world.json};
    char title[40];
    snprintf(title, sizeof title, "random world %llu", (unsigned long long)seed);
    cJSON_AddNumberToObject(world.json, "postroad", 1);
    cJSON_AddStringToObject(world.json, "title", title);
    cJSON_AddNumberToObject(world.json, "seed", (double)(luck_draw(&m.luck) >> 20));
    draw_kinds(&m, seed);
    add_smtp(&m);
    m.hosts = cJSON_AddObjectToObject(world.json, "hosts");
    m.links = cJSON_AddObjectToObject(world.json, "links");
    m.mails = cJSON_AddObjectToObject(world.json, "mail");
    m.faults = cJSON_AddArrayToObject(world.json, "faults");
    random_hosts(&m);
    random_names(&m);
    random_links(&m);
    random_mails(&m);
    random_tls(&m);
    random_faults(&m);
    random_tls_of_clients(&m);
    random_healing(&m);
    return world;
}

void random_world_free(struct random_world *world)
{
    cJSON_Delete(world->json);
}
