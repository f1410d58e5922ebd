/* What waits for slow and paused programs: datagrams stand in a list of their host, in order of arrival. What waits at
   a connection waits in its socket. */
#include "model/host/hindered.h"

#include "model/host/packets.h"
#include "sim/journal/memory.h"

struct held_datagram {
    struct host *host;
    struct held_datagram *next;
    struct packet *packet;
    void (*hear)(struct host *host, struct packet *packet);
    bool is_scheduled;
    struct event_handle handle;
};

int64_t hindered_hears_ns(const struct host *host)
{
    int64_t now_ns = host->world->engine->now_ns, slow_ns = (int64_t)host->slow_factor * MILLISECOND;
    if (host->paused_until_ns == TIME_NEVER) return TIME_NEVER;
    return (host->paused_until_ns > now_ns ? host->paused_until_ns : now_ns) + slow_ns;
}

int64_t hindered_rings_ns(const struct host *host)
{
    int64_t hears_ns = hindered_hears_ns(host);
    bool is_paused = host->paused_until_ns > host->world->engine->now_ns;
    return hears_ns == TIME_NEVER || !is_paused ? hears_ns : hears_ns + 1;
}

static void on_heard(void *context, uint64_t arg);

static void schedule(struct held_datagram *held)
{
    int64_t at_ns = hindered_hears_ns(held->host);
    held->is_scheduled = at_ns != TIME_NEVER;
    if (held->is_scheduled) held->handle = engine_at(held->host->world->engine, at_ns, on_heard, held, 0);
}

static void on_heard(void *context, uint64_t arg)
{
    (void)arg;
    struct held_datagram *held = context, **link;
    struct host *host = held->host;
    if (host->paused_until_ns > host->world->engine->now_ns) {
        schedule(held);
        return;
    }
    for (link = &host->held; *link != held; link = &(*link)->next) {
    }
    *link = held->next;
    struct packet *packet = held->packet;
    void (*hear)(struct host *, struct packet *) = held->hear;
    mem_free(held);
    hear(host, packet);
}

void hindered_hold(struct host *host, struct packet *packet, void (*hear)(struct host *host, struct packet *packet))
{
    struct held_datagram *held = mem_calloc(1, sizeof *held), **link = &host->held;
    held->host = host;
    held->packet = packet;
    held->hear = hear;
    while (*link)
        link = &(*link)->next;
    *link = held;
    schedule(held);
}

void hindered_free(struct host *host)
{
    while (host->held) {
        struct held_datagram *held = host->held;
        host->held = held->next;
        if (held->is_scheduled) engine_cancel(host->world->engine, held->handle);
        if (host->world->ended)
            packet_drop(host->world->packets, held->packet);
        else
            packets_discard(host, held->packet, "host down");
        mem_free(held);
    }
}
