#include "tests/sim/link_world.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "tests/kept_event.h"

static const char *tag(const struct packet *packet, char text[PACKET_TAG_BYTES])
{
    (void)packet;
    text[0] = '\0';
    return text;
}

/* A pattern is a number; it matches packets whose unit it divides. */
static bool matches(const struct packet *packet, const void *pattern)
{
    return packet->identity.unit % *(const uint64_t *)pattern == 0;
}

static void copied(struct packet *copy)
{
    copy->header[1]++;
}

/* The test's packets have one bit that counts. */
static void corrupt(struct packet *packet, uint64_t draw)
{
    packet->header[0] ^= 1;
    memcpy(packet->header + 8, &draw, sizeof draw);
}

static const struct packet_ops ops = {.tag = tag, .matches = matches, .copied = copied, .corrupt = corrupt};

static void on_arrival(void *context, struct packet *packet, struct link_id link)
{
    (void)link;
    struct link_world *w = context;
    w->arrivals[w->n_arrivals++] = (struct arrival){.at_ns = w->engine->now_ns,
                                                    .packet = packet->id,
                                                    .unit = packet->identity.unit,
                                                    .cause = journal_cause(w->journal),
                                                    .corrupted = packet->header[0] == 1,
                                                    .copy = packet->header[1] == 1};
    packet_drop(w->pool, packet);
}

static struct link_world *new_world(uint64_t seed, struct link_settings settings, struct event_mask mask)
{
    struct link_world *w = mem_calloc(1, sizeof *w);
    w->journal = journal_new();
    w->memory = journal_memory_new();
    journal_add_reader(w->journal, journal_memory_reader(w->memory, mask));
    w->engine = engine_new(seed, w->journal);
    w->pool = packet_pool_new();
    w->network = network_new(w->engine, w->pool);
    w->a = network_add_host(w->network, "a", false, on_arrival, w);
    w->b = network_add_host(w->network, "b", false, on_arrival, w);
    w->link = network_add_link(w->network, "wire", w->a, w->b, settings, settings);
    w->arrivals = mem_calloc(LINK_WORLD_ARRIVALS, sizeof *w->arrivals);
    return w;
}

struct link_world *link_world_new(uint64_t seed, struct link_settings settings)
{
    return new_world(seed, settings, event_mask_all());
}

struct link_world *link_world_new_silent(uint64_t seed, struct link_settings settings)
{
    return new_world(seed, settings, event_mask_none());
}

void link_world_free(struct link_world *w)
{
    network_free(w->network);
    packet_pool_free(w->pool);
    engine_free(w->engine);
    journal_memory_free(w->memory);
    journal_free(w->journal);
    mem_free(w->arrivals);
    mem_free(w);
}

uint64_t link_world_send(struct link_world *w, uint32_t size_bytes)
{
    struct packet *packet = packet_new(w->pool);
    packet->size_bytes = size_bytes;
    packet->from = w->a;
    packet->to = w->b;
    packet->ops = &ops;
    memset(packet->header, 0, sizeof packet->header);
    packet->identity = (struct packet_identity){.flow = 1, .unit = ++w->sent, .transmission = 1};
    uint64_t id = packet->id;
    network_send(w->network, w->link, w->a, packet);
    return id;
}

static void nothing(void *context, uint64_t arg)
{
    (void)context;
    (void)arg;
}

void link_world_run_until(struct link_world *w, int64_t at_ns)
{
    engine_at(w->engine, at_ns, nothing, NULL, 0);
    while (engine_run_next(w->engine, at_ns))
        continue;
}

void link_world_run(struct link_world *w)
{
    while (engine_run_next(w->engine, TIME_NEVER))
        continue;
}

const struct event *link_world_event(const struct link_world *w, enum event_kind kind, size_t n)
{
    for (size_t i = 0; i < journal_memory_count(w->memory); i++) {
        const struct event *e = journal_memory_at(w->memory, i);
        if (e->kind == kind && n-- == 0) return kept_event(e);
    }
    return NULL;
}

size_t link_world_count(const struct link_world *w, enum event_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(w->memory); i++)
        n += journal_memory_kind(w->memory, i) == kind;
    return n;
}

bool link_world_conserves(const struct link_world *w)
{
    struct link_totals t = network_totals(w->network, w->link, 0);
    uint64_t lost = t.lost_chance + t.lost_exact + t.lost_queue + t.lost_codel + t.lost_down + t.lost_mtu;
    return t.offered == w->sent && t.offered + t.duplicated == t.delivered + lost + network_in_flight(w->network) &&
           t.delivered == w->n_arrivals &&
           (network_in_flight(w->network) || t.bytes_offered == t.bytes_delivered + t.bytes_lost);
}
