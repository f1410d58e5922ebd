#include "model/host/path_mtu.h"

#include "model/wire/ip_header.h"
#include "sim/journal/memory.h"

enum { KNOWN_MAX = 64, IPV4_MIN_MTU = 68 };
static const int64_t forgotten_after_ns = 10 * MINUTE; /* RFC 1191 6.3 */

struct path_mtus {
    size_t n;
    struct known {
        struct ip_address destination;
        uint32_t mtu_bytes;
        int64_t until_ns;
    } known[KNOWN_MAX];
};

static struct known *find(const struct host *host, struct ip_address destination)
{
    for (size_t i = 0; host->path_mtus && i < host->path_mtus->n; i++)
        if (ip_equals(host->path_mtus->known[i].destination, destination)) return &host->path_mtus->known[i];
    return NULL;
}

uint32_t path_mtu_of(const struct host *host, struct ip_address destination)
{
    const struct known *known = host->path_mtus ? find(host, destination) : NULL;
    bool holds = known && known->until_ns > host->world->engine->now_ns && known->mtu_bytes < host->mtu_bytes;
    return holds ? known->mtu_bytes : host->mtu_bytes;
}

static uint32_t plateau_below(uint32_t size)
{
    static const uint32_t plateaus[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < sizeof plateaus / sizeof *plateaus; i++)
        if (plateaus[i] < size) return plateaus[i];
    return IPV4_MIN_MTU;
}

uint32_t path_mtu_believed(const struct host *host, struct ip_address destination, uint32_t told, uint32_t quoted_size)
{
    uint32_t least = ip_is_v4(destination) ? IPV4_MIN_MTU : IPV6_MIN_MTU;
    if (told == 0 && ip_is_v4(destination)) told = plateau_below(quoted_size);
    return told >= least && told < path_mtu_of(host, destination) ? told : 0;
}

/* A free place, or that of who is forgotten next. */
static struct known *place_for(struct path_mtus *mtus)
{
    if (mtus->n < KNOWN_MAX) return &mtus->known[mtus->n++];
    struct known *oldest = &mtus->known[0];
    for (size_t i = 1; i < mtus->n; i++)
        if (mtus->known[i].until_ns < oldest->until_ns) oldest = &mtus->known[i];
    return oldest;
}

void path_mtu_lower(struct host *host, struct ip_address destination, uint32_t mtu_bytes)
{
    struct world *world = host->world;
    if (!host->path_mtus) host->path_mtus = mem_calloc(1, sizeof *host->path_mtus);
    struct known *known = find(host, destination);
    if (!known) known = place_for(host->path_mtus);
    *known = (struct known){destination, mtu_bytes, world->engine->now_ns + forgotten_after_ns};
    const struct host *peer = world_host_by_address(world, destination);
    uint64_t event = JOURNAL_EMIT(world->journal, PATH_MTU, F_INT(HOST, host->id.n), F_INT(PEER, peer ? peer->id.n : 0),
                                  F_INT(MTU, mtu_bytes), F_TEXT(WHY, "a packet was too big for a link on the way"));
    journal_set_cause(world->journal, event);
}

void path_mtus_free(struct host *host)
{
    mem_free(host->path_mtus);
    host->path_mtus = NULL;
}
