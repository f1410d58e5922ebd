/* See network.h: hosts, links, ways and counts. What happens to a packet on a link is in wire.c. */
#include <assert.h>

#include "sim/journal/memory.h"
#include "sim/network_internal.h"
#include "sim/random.h"

struct link_settings link_settings_default(void)
{
    return (struct link_settings){.mtu_bytes = 1500};
}

struct network *network_new(struct engine *engine, struct packet_pool *pool)
{
    struct network *network = mem_calloc(1, sizeof *network);
    network->engine = engine;
    network->pool = pool;
    return network;
}

void network_free(struct network *network)
{
    if (!network) return;
    for (size_t i = 0; i < network->n_wires; i++) {
        wire_empty(network->wires[i], NULL);
        link_direction_free(&network->wires[i]->direction);
        mem_free(network->wires[i]);
    }
    routes_free(network->routes);
    mem_free(network->hosts);
    mem_free(network->wires);
    mem_free(network->exacts);
    mem_free(network);
}

struct host_id network_add_host(struct network *network, const char *name, bool forwards, network_arrival_fn arrival,
                                void *host_context)
{
    if (network->n_hosts == network->hosts_room) {
        network->hosts_room = network->hosts_room ? network->hosts_room * 2 : 16;
        network->hosts = mem_realloc(network->hosts, network->hosts_room * sizeof *network->hosts);
    }
    network->hosts[network->n_hosts++] =
        (struct host){.name = name, .forwards = forwards, .up = true, .arrival = arrival, .context = host_context};
    return (struct host_id){(uint32_t)network->n_hosts};
}

static void add_wire(struct network *network, struct wire wire, const char *name, struct link_settings settings)
{
    struct wire *added = mem_alloc(sizeof *added);
    *added = wire;
    added->network = network;
    added->luck = random_hash_mix(random_hash_text(name), (uint64_t)wire.dir);
    added->loss_key = random_key(network->engine->seed, added->luck);
    link_direction_init(&added->direction, link_settings_default());
    wire_set(added, settings);
    network->wires[network->n_wires++] = added;
}

struct link_id network_add_link(struct network *network, const char *name, struct host_id a, struct host_id b,
                                struct link_settings out, struct link_settings back)
{
    assert(host_of(network, a) != host_of(network, b) && "a link joins two hosts");
    if (network->n_wires == network->wires_room) {
        network->wires_room = network->wires_room ? network->wires_room * 2 : 32;
        network->wires = mem_realloc(network->wires, network->wires_room * sizeof *network->wires);
    }
    struct link_id link = {(uint32_t)(network->n_wires / 2 + 1)};
    add_wire(network, (struct wire){.link = link, .dir = 0, .from = a, .to = b}, name, out);
    add_wire(network, (struct wire){.link = link, .dir = 1, .from = b, .to = a}, name, back);
    return link;
}

/* Ways */

static bool wire_is_usable(const struct network *network, size_t i)
{
    const struct wire *wire = network->wires[i], *other = network->wires[i ^ 1];
    return (wire->direction.up || other->direction.up) && host_of(network, wire->from)->up &&
           host_of(network, wire->to)->up;
}

void network_compute_routes(struct network *network, const char *why)
{
    struct route_edge *edges = mem_alloc(network->n_wires * sizeof *edges);
    bool *forwards = mem_calloc(network->n_hosts + 1, sizeof *forwards);
    size_t n_edges = 0;
    for (size_t i = 0; i < network->n_wires; i++) {
        const struct wire *wire = network->wires[i];
        if (wire_is_usable(network, i))
            edges[n_edges++] =
                (struct route_edge){wire->link.n, wire->from.n, wire->to.n, wire->direction.settings.delay_ns};
    }
    for (size_t i = 0; i < network->n_hosts; i++)
        forwards[i + 1] = network->hosts[i].forwards;
    routes_free(network->routes);
    network->routes = routes_new(network->n_hosts, forwards, edges, n_edges);
    mem_free(edges);
    mem_free(forwards);
    if (why) JOURNAL_EMIT(network->engine->journal, ROUTES, F_TEXT(WHY, why));
}

struct link_id network_next_link(const struct network *network, struct host_id at, struct host_id to)
{
    assert(network->routes && "routes are computed before they are asked for");
    return (struct link_id){routes_next_link(network->routes, at.n, to.n)};
}

struct host_id network_other_end(const struct network *network, struct link_id link, struct host_id host)
{
    return wire_from(network, link, host)->to;
}

uint32_t network_link_mtu(const struct network *network, struct link_id link, struct host_id from)
{
    return wire_from(network, link, from)->direction.settings.mtu_bytes;
}

bool network_path(const struct network *network, struct host_id from, struct host_id to, uint32_t *mtu_bytes,
                  int64_t *delay_ns)
{
    *mtu_bytes = UINT32_MAX;
    *delay_ns = 0;
    for (struct host_id at = from; at.n != to.n;) {
        struct link_id link = network_next_link(network, at, to);
        if (!link.n) return false;
        const struct wire *wire = wire_from(network, link, at);
        const struct link_settings *settings = &wire->direction.settings;
        if (settings->mtu_bytes < *mtu_bytes) *mtu_bytes = settings->mtu_bytes;
        *delay_ns += settings->delay_ns;
        at = wire->to;
    }
    return true;
}

/* Changes while it runs */

static void set_wire_up(struct wire *wire, bool up, const char *why)
{
    if (wire->direction.up == up) return;
    struct journal *journal = wire->network->engine->journal;
    wire->direction.up = up;
    uint64_t event = JOURNAL_EMIT(journal, LINK_STATE, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir), F_INT(UP, up),
                                  F_TEXT(WHY, why));
    journal_set_cause(journal, event);
    if (up)
        wire_set(wire, wire->direction.settings);
    else
        wire_empty(wire, "link down");
}

void network_set_link_up(struct network *network, struct link_id link, int dir, bool up, const char *why)
{
    for (int d = 0; d < 2; d++)
        if (dir == 2 || dir == d) set_wire_up(wire_of(network, link, d), up, why);
}

void network_set_host_up(struct network *network, struct host_id host, bool up)
{
    host_of(network, host)->up = up;
}

void network_set_settings(struct network *network, struct link_id link, int dir, struct link_settings settings,
                          const char *name, const char *text)
{
    for (int d = 0; d < 2; d++) {
        if (dir != 2 && dir != d) continue;
        uint64_t event = JOURNAL_EMIT(network->engine->journal, LINK_VALUE, F_INT(LINK, link.n), F_INT(DIR, d),
                                      F_TEXT(NAME, name), F_TEXT(TEXT, text));
        uint64_t cause = journal_set_cause(network->engine->journal, event);
        wire_set(wire_of(network, link, d), settings);
        journal_set_cause(network->engine->journal, cause);
    }
}

struct link_settings network_settings(const struct network *network, struct link_id link, int dir)
{
    return wire_of(network, link, dir)->direction.settings;
}

void network_add_exact_drop(struct network *network, struct exact_drop drop)
{
    assert((drop.nth >= 1 || drop.packet) && drop.dir >= 0 && drop.dir <= 2);
    network->exacts = mem_realloc(network->exacts, (network->n_exacts + 1) * sizeof *network->exacts);
    network->exacts[network->n_exacts++] = (struct exact){.drop = drop};
}

/* Counts */

struct link_totals network_totals(const struct network *network, struct link_id link, int dir)
{
    return wire_of(network, link, dir)->direction.totals;
}

void network_emit_totals(struct network *network)
{
    for (size_t i = 0; i < network->n_wires; i++) {
        const struct wire *wire = network->wires[i];
        const struct link_totals *t = &wire->direction.totals;
        JOURNAL_EMIT(network->engine->journal, LINK_TOTALS, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                     F_INT(OFFERED, t->offered), F_INT(DELIVERED, t->delivered), F_INT(LOST_CHANCE, t->lost_chance),
                     F_INT(LOST_EXACT, t->lost_exact), F_INT(LOST_QUEUE, t->lost_queue), F_INT(LOST_DOWN, t->lost_down),
                     F_INT(LOST_MTU, t->lost_mtu), F_INT(SIZE, t->bytes_delivered), F_INT(LOST_CODEL, t->lost_codel),
                     F_INT(DUPLICATED, t->duplicated), F_INT(REORDERED, t->reordered), F_INT(CORRUPTED, t->corrupted),
                     F_INT(SIZE_OFFERED, t->bytes_offered), F_INT(SIZE_LOST, t->bytes_lost));
    }
}

size_t network_in_flight(const struct network *network)
{
    return network->in_flight;
}
