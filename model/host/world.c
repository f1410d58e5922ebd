/* Making a world from its scenario, running it, and ending it (law 8). */
#include "model/host/world.h"
#include "model/host/abuse.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/host/captions.h"
#include "model/host/expectations.h"
#include "model/host/fault_index.h"
#include "model/host/faults.h"
#include "model/host/host.h"
#include "model/host/host_settings.h"
#include "model/host/host_sockets.h"
#include "model/host/ledger.h"
#include "model/host/mail_register.h"
#include "model/host/outside.h"
#include "model/host/packets.h"
#include "model/host/traffic.h"
#include "model/host/world_zones.h"
#include "model/scenario/link_values.h"
#include "sim/journal/memory.h"

static const int64_t longest_run_ns = 30 * DAY;

struct world_options world_options_default(void)
{
    return (struct world_options){.until_ns = TIME_NEVER};
}

/* --- registers --- */

struct host *world_host(struct world *world, struct host_id id)
{
    assert(id.n >= 1 && id.n <= world->n_hosts);
    return &world->hosts[id.n - 1];
}

static size_t address_hash(struct ip_address address)
{
    return (size_t)((address.high * UINT64_C(0x9e3779b97f4a7c15) ^ address.low) * UINT64_C(0xff51afd7ed558ccd) >> 32);
}

struct host *world_host_by_address(struct world *world, struct ip_address address)
{
    size_t mask = world->address_room - 1;
    for (size_t i = address_hash(address) & mask; world->by_address[i].host; i = (i + 1) & mask)
        if (ip_equals(world->by_address[i].address, address)) return world->by_address[i].host;
    return NULL;
}

static void index_address(struct world *world, struct host *host, struct ip_address address)
{
    if (ip_is_none(address)) return;
    size_t mask = world->address_room - 1, i = address_hash(address) & mask;
    while (world->by_address[i].host)
        i = (i + 1) & mask;
    world->by_address[i] = (struct addressed_host){address, host};
}

static void index_addresses(struct world *world)
{
    for (world->address_room = 8; world->address_room < 4 * world->n_hosts;)
        world->address_room *= 2;
    world->by_address = mem_calloc(world->address_room, sizeof *world->by_address);
    for (size_t n = 0; n < world->n_hosts; n++) {
        index_address(world, &world->hosts[n], world->hosts[n].address);
        index_address(world, &world->hosts[n], world->hosts[n].address6);
    }
}

/* --- making --- */

static void on_arrival(void *host_context, struct packet *packet, struct link_id link)
{
    host_on_packet(host_context, packet, link);
}

static void make_hosts(struct world *world)
{
    world->n_hosts = world->scenario->n_hosts;
    world->hosts = mem_calloc(world->n_hosts, sizeof *world->hosts);
    for (size_t i = 0; i < world->n_hosts; i++) {
        host_init(&world->hosts[i], world, i);
        const struct scenario_host *description = world->hosts[i].description;
        network_add_host(world->network, description->name, description->role == ROLE_ROUTER, on_arrival,
                         &world->hosts[i]);
    }
    index_addresses(world);
}

static void use_mtu(struct host *host, uint32_t mtu_bytes, bool is_first)
{
    if (is_first || mtu_bytes < host->mtu_bytes) host->mtu_bytes = mtu_bytes;
}

static void make_links(struct world *world)
{
    bool *has_link = mem_calloc(world->n_hosts, sizeof *has_link);
    world->smallest_mtu = UINT32_MAX;
    for (size_t i = 0; i < world->scenario->n_links; i++) {
        const struct scenario_link *link = &world->scenario->links[i];
        network_add_link(world->network, link->name, world->hosts[link->a].id, world->hosts[link->b].id, link->out,
                         link->back);
        if (link->mtu_bytes < world->smallest_mtu) world->smallest_mtu = link->mtu_bytes;
        use_mtu(&world->hosts[link->a], link->mtu_bytes, !has_link[link->a]);
        use_mtu(&world->hosts[link->b], link->mtu_bytes, !has_link[link->b]);
        has_link[link->a] = has_link[link->b] = true;
    }
    mem_free(has_link);
    network_compute_routes(world->network, NULL);
}

static void choose_name_servers(struct world *world)
{
    for (size_t i = 0; i < world->n_hosts; i++) {
        int asks = world->hosts[i].description->asks;
        world->hosts[i].name_server = asks >= 0 ? &world->hosts[asks] : NULL;
    }
}

/* --- the head of the journal --- */

static void join(char *text, size_t size, const char *const *words, size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

static void emit_host(struct world *world, const struct host *host)
{
    char text[512] = "", address6[IP_TEXT_BYTES] = "";
    const struct scenario_host *description = host->description;
    if (description->role == ROLE_CLIENT) snprintf(text, sizeof text, "%s", description->client.user);
    if (description->role == ROLE_MAIL_SERVER)
        join(text, sizeof text, description->mail_server.domains, description->mail_server.n_domains);
    if (!ip_is_none(host->address6)) ip_text(host->address6, address6);
    JOURNAL_EMIT(world->journal, HOST_ADD, F_INT(HOST, host->id.n), F_TEXT(NAME, description->name),
                 F_TEXT(ROLE, host_role_text(description->role)), F_INT(ADDRESS, ip_v4(host->address)),
                 F_TEXT(TEXT, text), F_TEXT(ADDRESS6, address6));
}

/* What link.add does not tell, and what is not as it is where the scenario says nothing. */
static void emit_link_values(struct world *world, size_t link, int dir, const struct link_settings *settings)
{
    const struct link_settings usual = link_values_default();
    char text[LINK_VALUE_TEXT_BYTES];
    if (!journal_wants(world->journal, EVENT_LINK_VALUE)) return; /* comparing and writing them is not cheap */
    for (int i = LINK_JITTER; i < LINK_VALUES; i++) {
        enum link_value value = (enum link_value)i;
        if (link_value_is_same(value, settings, &usual)) continue;
        JOURNAL_EMIT(world->journal, LINK_VALUE, F_INT(LINK, link + 1), F_INT(DIR, dir),
                     F_TEXT(NAME, link_value_name(value)), F_TEXT(TEXT, link_value_text(value, settings, text)));
    }
}

static void emit_head(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)world->options.seed);
    JOURNAL_EMIT(world->journal, RUN_BEGIN, F_TEXT(TITLE, scenario->title), F_TEXT(SCENARIO, scenario->json),
                 F_TEXT(SEED, world->options.has_seed ? seed : scenario->seed_text), F_TEXT(VERSION, POSTROAD_VERSION),
                 F_INT(STARTS, scenario->starts_unix_s));
    for (size_t i = 0; i < world->n_hosts; i++)
        emit_host(world, &world->hosts[i]);
    for (size_t i = 0; i < scenario->n_links; i++) {
        const struct scenario_link *link = &scenario->links[i];
        JOURNAL_EMIT(world->journal, LINK_ADD, F_INT(LINK, i + 1), F_TEXT(NAME, link->name), F_INT(HOST, link->a + 1),
                     F_INT(PEER, link->b + 1), F_INT(RATE_OUT, link->out.rate_bps),
                     F_INT(RATE_BACK, link->back.rate_bps), F_INT(DELAY_OUT, link->out.delay_ns),
                     F_INT(DELAY_BACK, link->back.delay_ns), F_INT(MTU, link->mtu_bytes));
        emit_link_values(world, i, 0, &link->out);
        emit_link_values(world, i, 1, &link->back);
    }
    for (size_t i = 0; i < world->n_hosts; i++)
        host_settings_emit(world, &world->hosts[i]);
}

struct world *world_new(const struct scenario *scenario, const struct world_options *options, struct journal *journal)
{
    struct world *world = mem_calloc(1, sizeof *world);
    world->scenario = scenario;
    world->options = *options;
    world->journal = journal;
    world->seed = options->has_seed ? options->seed : scenario->seed;
    world->until_ns = options->until_ns != TIME_NEVER || options->live ? options->until_ns : scenario->until_ns;
    if (world->until_ns > longest_run_ns && !options->live) world->until_ns = longest_run_ns;
    world->engine = engine_new(world->seed, journal);
    world->packets = packet_pool_new();
    world->network = network_new(world->engine, world->packets);
    world->ledger = ledger_new(world);
    world->captions = captions_new(world);
    world->event_counts = expectations_new(world);
    world->mails = mail_register_new(world);
    make_hosts(world);
    make_links(world);
    emit_head(world);
    world->outside = outside_new(world);
    choose_name_servers(world);
    world_zones_make(world);
    faults_schedule(world);
    for (size_t i = 0; i < world->n_hosts; i++) {
        journal_set_cause(journal, 0);
        host_start(&world->hosts[i]);
    }
    world->traffic = traffic_new(world);
    return world;
}

/* --- running --- */

/* In a live world mail may come at any time. What was fetched, and is to be deleted later, needs its client again. */
bool world_awaits_mail(const struct world *world)
{
    return world->options.live || world->mails_to_come > 0 || world->faults_to_come > 0 ||
           world->mails_left > 0 || ledger_open_pairs(world->ledger) > 0;
}

static bool has_work(const struct world *world)
{
    return world_awaits_mail(world) || world->sockets_active > 0 || network_in_flight(world->network) > 0;
}

void world_settle(struct world *world)
{
    if (world->dirty_first) sockets_settle(world);
    captions_settle(world->captions);
}

void world_stop(struct world *world, const char *why)
{
    if (world->ended) return;
    journal_set_cause(world->journal, 0);
    for (size_t i = 0; i < world->n_hosts; i++)
        sockets_emit_open(&world->hosts[i]);
    network_emit_totals(world->network);
    if (!expectations_check(world)) world->failed = true;
    JOURNAL_EMIT(world->journal, RUN_END, F_TEXT(WHY, why));
    world->ended = true;
}

bool world_run(struct world *world, uint64_t n_events)
{
    for (uint64_t i = 0; i < n_events; i++) {
        if (world->ended) return false;
        if (!has_work(world)) {
            world_stop(world, "all is done");
            return false;
        }
        if (!engine_run_next(world->engine, world->until_ns)) {
            engine_advance(world->engine, world->until_ns);
            world_stop(world, world->until_ns == longest_run_ns ? "30 days have passed" : "the time is up");
            return false;
        }
        world_settle(world);
    }
    return true;
}

bool world_advance(struct world *world, int64_t to_ns, uint64_t n_events)
{
    if (world->ended) return true;
    int64_t last_ns = to_ns < world->until_ns ? to_ns : world->until_ns;
    for (uint64_t i = 0; i < n_events; i++) {
        if (engine_run_next(world->engine, last_ns)) {
            world_settle(world);
            continue;
        }
        if (world->engine->now_ns < last_ns) engine_advance(world->engine, last_ns);
        if (to_ns > world->until_ns) world_stop(world, "the time is up");
        return true;
    }
    return false;
}

int64_t world_next_ns(const struct world *world)
{
    int64_t next_ns = event_queue_next_ns(world->engine->queue);
    return next_ns < world->until_ns ? next_ns : world->until_ns;
}

bool world_has_ended(const struct world *world)
{
    return world->ended;
}

void world_free(struct world *world)
{
    if (!world) return;
    world->ended = true; /* nothing is told any more */
    network_free(world->network);
    abuse_free(world);
    for (size_t i = 0; i < world->n_hosts; i++)
        host_free(&world->hosts[i]);
    world_zones_free(world);
    mail_register_free(world->mails);
    mem_free(world->hosts);
    mem_free(world->by_address);
    captions_free(world->captions);
    expectations_free(world->event_counts);
    traffic_free(world->traffic);
    outside_free(world->outside);
    mem_free(world->faults_in_force);
    fault_index_free(world->faults_by_host);
    mem_free(world->fault_counts);
    ledger_free(world->ledger);
    engine_free(world->engine);
    packet_pool_free(world->packets);
    mem_free(world);
}

int64_t world_now(const struct world *world)
{
    return world->engine->now_ns;
}

uint64_t world_events(const struct world *world)
{
    return world->engine->events_run;
}

bool world_failed(const struct world *world)
{
    return world->failed;
}
