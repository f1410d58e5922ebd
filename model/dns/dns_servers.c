/* Two tables of fixed size, so that hostile delegations cannot make them grow: each key has some places, and takes the
   one that would be forgotten soonest when all are others'. */
#include "model/dns/dns_servers.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { SETS = 256, WAYS = 4 };
static const int64_t kept_ns = 900 * SECOND;
static const int64_t first_rttvar_ns = 94 * MILLISECOND; /* four times this is the first time-out */
static const int64_t least_rto_ns = 50 * MILLISECOND, most_rto_ns = 120 * SECOND;

struct lame {
    struct ip_address address;
    uint64_t zone; /* hash of its name */
    int64_t forgotten_ns;
};

struct dns_servers {
    struct dns_server servers[SETS][WAYS];
    struct lame lames[SETS][WAYS];
};

struct dns_servers *dns_servers_new(void)
{
    return mem_calloc(1, sizeof(struct dns_servers));
}

void dns_servers_free(struct dns_servers *servers)
{
    mem_free(servers);
}

void dns_servers_clear(struct dns_servers *servers)
{
    memset(servers, 0, sizeof *servers);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t hash = (a ^ b >> 29) * UINT64_C(0x9e3779b97f4a7c15) ^ b;
    hash = (hash ^ hash >> 32) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 29;
}

static uint64_t hash_address(struct ip_address address)
{
    return mix(address.high, address.low);
}

static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash;
}

struct dns_server *dns_servers_get(struct dns_servers *servers, struct ip_address address, int64_t now_ns)
{
    struct dns_server *set = servers->servers[hash_address(address) % SETS], *found = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (ip_equals(set[i].address, address) && now_ns < set[i].forgotten_ns) return &set[i];
        if (set[i].forgotten_ns < found->forgotten_ns) found = &set[i];
    }
    *found = (struct dns_server){.address = address,
                                 .rttvar_ns = first_rttvar_ns,
                                 .rto_ns = 4 * first_rttvar_ns,
                                 .forgotten_ns = now_ns + kept_ns};
    return found;
}

static int64_t within(int64_t rto_ns)
{
    return rto_ns < least_rto_ns ? least_rto_ns : rto_ns > most_rto_ns ? most_rto_ns : rto_ns;
}

void dns_server_on_answer(struct dns_server *server, int64_t took_ns)
{
    int64_t delta_ns = took_ns - server->srtt_ns;
    server->srtt_ns += delta_ns / 8;
    server->rttvar_ns += ((delta_ns < 0 ? -delta_ns : delta_ns) - server->rttvar_ns) / 4;
    server->rto_ns = within(server->srtt_ns + 4 * server->rttvar_ns);
    server->timeouts = 0;
}

/* Only once for all questions that ran out together. */
void dns_server_on_timeout(struct dns_server *server, int64_t timeout_ns)
{
    server->timeouts++;
    if (server->rto_ns <= timeout_ns) server->rto_ns = within(2 * server->rto_ns);
}

void dns_servers_set_lame(struct dns_servers *servers, struct ip_address address, const char *zone, int64_t now_ns)
{
    uint64_t name = hash_name(zone);
    struct lame *set = servers->lames[mix(hash_address(address), name) % SETS], *place = &set[0];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].forgotten_ns < place->forgotten_ns) place = &set[i];
    *place = (struct lame){address, name, now_ns + kept_ns};
}

bool dns_servers_is_lame(const struct dns_servers *servers, struct ip_address address, const char *zone, int64_t now_ns)
{
    uint64_t name = hash_name(zone);
    const struct lame *set = servers->lames[mix(hash_address(address), name) % SETS];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].zone == name && ip_equals(set[i].address, address) && now_ns < set[i].forgotten_ns) return true;
    return false;
}
