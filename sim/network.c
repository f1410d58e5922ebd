/* See network.h. What is asked of a packet that is offered to a link, in this order: is the link up, is the packet
   small enough, was it chosen to be dropped, is there room, is it unlucky. A packet that is chosen or unlucky still
   takes its place in the queue and on the wire, and dies at the instant at which it would have arrived: whoever listens
   at the sender's end sees it go, as on a real wire. */
#include "sim/network.h"

#include <assert.h>

#include "sim/journal/memory.h"
#include "sim/link_direction.h"
#include "sim/random.h"
#include "sim/routes.h"

struct host {
    const char *name;
    bool forwards, up;
    network_arrival_fn arrival;
    void *context;
};

struct wire {
    struct network *network;
    struct link_id link;
    int dir;
    struct host_id from, to;
    uint64_t luck; /* whose draws these are: hash of the link's name and direction */
    struct link_direction direction;
};

struct exact {
    struct exact_drop drop;
    uint64_t seen;
};

struct network {
    struct engine *engine;
    struct packet_pool *pool;
    struct host *hosts; /* [id - 1] */
    size_t n_hosts, hosts_room;
    struct wire **wires; /* [2 * (id - 1) + dir]; do not move, since arrivals point to them */
    size_t n_wires, wires_room;
    struct exact *exacts;
    size_t n_exacts;
    struct routes *routes;
    size_t in_flight;
};

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
        struct transit transit;
        while (link_direction_take(&network->wires[i]->direction, &transit)) {
            engine_cancel(network->engine, transit.arrival);
            packet_drop(network->pool, transit.packet);
        }
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

static struct host *host_of(const struct network *network, struct host_id host)
{
    assert(host.n >= 1 && host.n <= network->n_hosts);
    return &network->hosts[host.n - 1];
}

static struct wire *wire_of(const struct network *network, struct link_id link, int dir)
{
    assert(link.n >= 1 && link.n <= network->n_wires / 2 && (dir == 0 || dir == 1));
    return network->wires[2 * (link.n - 1) + (size_t)dir];
}

static struct wire *wire_from(const struct network *network, struct link_id link, struct host_id from)
{
    struct wire *out = wire_of(network, link, 0);
    if (out->from.n == from.n) return out;
    assert(out->to.n == from.n && "a host sends on its own links");
    return wire_of(network, link, 1);
}

static void add_wire(struct network *network, struct wire wire, const char *name, struct link_settings settings)
{
    struct wire *added = mem_alloc(sizeof *added);
    *added = wire;
    added->network = network;
    added->luck = random_hash_mix(random_hash_text(name), (uint64_t)wire.dir);
    link_direction_init(&added->direction, settings);
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

/* A packet's way over one link */

static void die(struct wire *wire, struct packet *packet, const char *why, uint64_t *count)
{
    struct journal *journal = wire->network->engine->journal;
    ++*count;
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause = JOURNAL_EMIT(journal, LINK_DROP, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                 F_INT(PACKET, packet->id), F_TEXT(WHY, why));
    journal_set_cause(journal, cause);
    packet_drop(wire->network->pool, packet);
}

static void deliver(struct wire *wire, struct packet *packet)
{
    struct network *network = wire->network;
    struct journal *journal = network->engine->journal;
    wire->direction.totals.delivered++;
    wire->direction.totals.bytes_delivered += packet->size_bytes;
    journal_set_cause(journal, packet->cause);
    packet->cause = JOURNAL_EMIT(journal, LINK_DELIVER, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                 F_INT(PACKET, packet->id), F_INT(HOST, wire->to.n));
    journal_set_cause(journal, packet->cause);
    const struct host *host = host_of(network, wire->to);
    host->arrival(host->context, packet, wire->link);
}

static void on_arrival(void *context, uint64_t arg)
{
    (void)arg;
    struct wire *wire = context;
    struct link_totals *totals = &wire->direction.totals;
    struct transit transit;
    link_direction_advance(&wire->direction, wire->network->engine->now_ns);
    bool any = link_direction_take(&wire->direction, &transit);
    assert(any && "each arrival is scheduled for one packet");
    (void)any;
    wire->network->in_flight--;
    switch (transit.fate) {
    case FATE_ARRIVES:
        deliver(wire, transit.packet);
        break;
    case FATE_LOST_CHANCE:
        die(wire, transit.packet, "loss", &totals->lost_chance);
        break;
    case FATE_LOST_EXACT:
        die(wire, transit.packet, "exact", &totals->lost_exact);
        break;
    }
}

static bool is_chosen_by(struct exact *exact, const struct wire *wire, const struct packet *packet)
{
    const struct exact_drop *drop = &exact->drop;
    /* Where no link is named, a packet is counted once, on its first link. */
    if (drop->link.n ? drop->link.n != wire->link.n : packet->from.n != wire->from.n) return false;
    if (drop->dir != 2 && drop->dir != wire->dir) return false;
    if (!packet->ops || !packet->ops->matches || !packet->ops->matches(packet, drop->pattern)) return false;
    exact->seen++;
    return exact->seen >= drop->nth && exact->seen - drop->nth < drop->count;
}

/* All are asked, so that each keeps its count. */
static bool should_drop_exactly(struct network *network, const struct wire *wire, const struct packet *packet)
{
    bool chosen = false;
    for (size_t i = 0; i < network->n_exacts; i++)
        chosen |= is_chosen_by(&network->exacts[i], wire, packet);
    return chosen;
}

static bool should_lose(const struct wire *wire, const struct packet *packet)
{
    uint64_t chance = wire->direction.settings.loss_of_2_32;
    if (chance == 0) return false;
    uint64_t which = random_hash_mix(packet->identity.flow, packet->identity.unit);
    uint64_t draw = random_draw(wire->network->engine->seed, wire->luck, which, packet->identity.transmission);
    return random_chance(draw, chance);
}

static void put_on_wire(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    struct engine *engine = wire->network->engine;
    struct journal *journal = engine->journal;
    struct transit_times times;
    struct transit *transit = link_direction_put(&wire->direction, engine->now_ns, packet->size_bytes, &times);
    transit->packet = packet;
    transit->fate = fate;
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause =
        JOURNAL_EMIT(journal, LINK_SEND, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir), F_INT(PACKET, packet->id),
                     F_INT(QUEUED, wire->direction.queued_bytes), F_INT(BEGINS, times.begins_ns),
                     F_INT(DEPARTS, times.departs_ns), F_INT(ARRIVES, times.arrives_ns));
    journal_set_cause(journal, packet->cause);
    transit->arrival = engine_at(engine, times.arrives_ns, on_arrival, wire, 0);
    journal_set_cause(journal, cause);
    wire->network->in_flight++;
}

void network_send(struct network *network, struct link_id link, struct host_id from, struct packet *packet)
{
    struct wire *wire = wire_from(network, link, from);
    struct link_direction *direction = &wire->direction;
    struct link_totals *totals = &direction->totals;
    if (!packet->cause) packet->cause = journal_cause(network->engine->journal);
    totals->offered++;
    link_direction_advance(direction, network->engine->now_ns);
    if (!direction->up) {
        die(wire, packet, "link down", &totals->lost_down);
        return;
    }
    if (packet->size_bytes > direction->settings.mtu_bytes) {
        die(wire, packet, "larger than mtu", &totals->lost_mtu);
        return;
    }
    bool chosen = network->n_exacts && should_drop_exactly(network, wire, packet);
    if (!link_direction_has_room(direction, packet->size_bytes))
        die(wire, packet, chosen ? "exact" : "queue full", chosen ? &totals->lost_exact : &totals->lost_queue);
    else
        put_on_wire(wire, packet,
                    chosen                      ? FATE_LOST_EXACT
                    : should_lose(wire, packet) ? FATE_LOST_CHANCE
                                                : FATE_ARRIVES);
}

/* Changes while it runs */

static void lose_all(struct wire *wire)
{
    struct transit transit;
    while (link_direction_take(&wire->direction, &transit)) {
        engine_cancel(wire->network->engine, transit.arrival);
        wire->network->in_flight--;
        die(wire, transit.packet, "link down", &wire->direction.totals.lost_down);
    }
    wire->direction.transmitter_free_ns = wire->direction.last_arrival_ns = wire->network->engine->now_ns;
}

static void set_wire_up(struct wire *wire, bool up, const char *why)
{
    if (wire->direction.up == up) return;
    struct journal *journal = wire->network->engine->journal;
    wire->direction.up = up;
    uint64_t event = JOURNAL_EMIT(journal, LINK_STATE, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir), F_INT(UP, up),
                                  F_TEXT(WHY, why));
    journal_set_cause(journal, event);
    if (!up) lose_all(wire);
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
        wire_of(network, link, d)->direction.settings = settings;
        JOURNAL_EMIT(network->engine->journal, LINK_VALUE, F_INT(LINK, link.n), F_INT(DIR, d), F_TEXT(NAME, name),
                     F_TEXT(TEXT, text));
    }
}

struct link_settings network_settings(const struct network *network, struct link_id link, int dir)
{
    return wire_of(network, link, dir)->direction.settings;
}

void network_add_exact_drop(struct network *network, struct exact_drop drop)
{
    assert(drop.nth >= 1 && drop.dir >= 0 && drop.dir <= 2);
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
                     F_INT(LOST_MTU, t->lost_mtu), F_INT(SIZE, t->bytes_delivered));
    }
}

size_t network_in_flight(const struct network *network)
{
    return network->in_flight;
}
