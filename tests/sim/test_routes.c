/* Shortest ways: by delay, then hops, then the order of links; only routers are led through; what is down is no way. */
#include <criterion/criterion.h>

#include "sim/journal/journal_memory.h"
#include "sim/network.h"
#include "sim/random.h"
#include "sim/routes.h"

static void no_arrival(void *context, struct packet *packet, struct link_id link)
{
    (void)context;
    (void)packet;
    (void)link;
    cr_assert_fail("nothing is sent here");
}

struct net {
    struct journal *journal;
    struct journal_memory *memory;
    struct engine *engine;
    struct packet_pool *pool;
    struct network *network;
};

static struct net net_new(void)
{
    struct net n = {.journal = journal_new(), .memory = journal_memory_new()};
    journal_add_reader(n.journal, journal_memory_reader(n.memory, event_mask_all()));
    n.engine = engine_new(1, n.journal);
    n.pool = packet_pool_new();
    n.network = network_new(n.engine, n.pool);
    return n;
}

static void net_free(struct net *n)
{
    network_free(n->network);
    packet_pool_free(n->pool);
    engine_free(n->engine);
    journal_memory_free(n->memory);
    journal_free(n->journal);
}

static struct host_id host(struct net *n, bool forwards)
{
    return network_add_host(n->network, "host", forwards, no_arrival, NULL);
}

static struct link_id join(struct net *n, struct host_id a, struct host_id b, int64_t delay_ns)
{
    struct link_settings settings = link_settings_default();
    settings.delay_ns = delay_ns;
    return network_add_link(n->network, "link", a, b, settings, settings);
}

Test(routes, prefer_delay_then_hops_then_the_first_link)
{
    struct net n = net_new();
    struct host_id a = host(&n, false), r = host(&n, true), s = host(&n, true), b = host(&n, false);
    struct link_id slow = join(&n, a, b, 10), ar = join(&n, a, r, 2), rs = join(&n, r, s, 2), sb = join(&n, s, b, 2);
    network_compute_routes(n.network, NULL);
    cr_assert_eq(network_next_link(n.network, a, b).n, ar.n, "6 ns in three hops beat 10 ns in one");
    cr_assert_eq(network_next_link(n.network, r, b).n, rs.n);
    cr_assert_eq(network_next_link(n.network, s, b).n, sb.n);
    cr_assert_eq(network_next_link(n.network, b, a).n, sb.n);
    cr_assert_eq(network_next_link(n.network, a, a).n, 0);
    uint32_t mtu;
    int64_t delay_ns;
    cr_assert(network_path(n.network, a, b, &mtu, &delay_ns));
    cr_assert_eq(delay_ns, 6);
    struct link_settings quick = network_settings(n.network, slow, 0);
    quick.delay_ns = 6;
    quick.mtu_bytes = 576;
    network_set_settings(n.network, slow, 0, quick, "delay", "6 ns");
    network_compute_routes(n.network, NULL);
    cr_assert_eq(network_next_link(n.network, a, b).n, slow.n, "as quick and fewer hops");
    cr_assert_eq(network_next_link(n.network, b, a).n, sb.n, "the way back is as before");
    cr_assert(network_path(n.network, a, b, &mtu, &delay_ns));
    cr_assert_eq(mtu, 576);
    struct link_id twin = join(&n, r, s, 2);
    network_compute_routes(n.network, NULL);
    cr_assert_eq(network_next_link(n.network, r, s).n, rs.n, "the first of two equals");
    cr_assert_neq(twin.n, rs.n);
    net_free(&n);
}

Test(routes, lead_through_routers_only)
{
    struct net n = net_new();
    struct host_id a = host(&n, false), middle = host(&n, false), b = host(&n, false);
    join(&n, a, middle, 1);
    join(&n, middle, b, 1);
    network_compute_routes(n.network, NULL);
    cr_assert_neq(network_next_link(n.network, a, middle).n, 0);
    cr_assert_eq(network_next_link(n.network, a, b).n, 0);
    uint32_t mtu;
    int64_t delay_ns;
    cr_assert_not(network_path(n.network, a, b, &mtu, &delay_ns));
    net_free(&n);
}

Test(routes, are_what_they_were_until_computed_anew)
{
    struct net n = net_new();
    struct host_id a = host(&n, false), r = host(&n, true), s = host(&n, true), b = host(&n, false);
    struct link_id ar = join(&n, a, r, 1), as = join(&n, a, s, 5);
    join(&n, r, b, 1);
    join(&n, s, b, 5);
    network_compute_routes(n.network, NULL);
    cr_assert_eq(journal_memory_count(n.memory), 0, "the first ways are nobody's news");
    network_set_link_up(n.network, ar, 2, false, "cut");
    cr_assert_eq(network_next_link(n.network, a, b).n, ar.n, "nobody has noticed yet, even who never asked before");
    network_compute_routes(n.network, "link a-r is down");
    cr_assert_eq(network_next_link(n.network, a, b).n, as.n);
    const struct event *e = journal_memory_at(n.memory, journal_memory_count(n.memory) - 1);
    cr_assert_eq(e->kind, EVENT_ROUTES);
    cr_assert_str_eq(event_text(e, FIELD_WHY), "link a-r is down");
    network_set_link_up(n.network, ar, 0, true, "half repaired");
    network_compute_routes(n.network, "half repaired");
    cr_assert_eq(network_next_link(n.network, a, b).n, ar.n, "a link is a way unless it is down both ways");
    network_set_host_up(n.network, r, false);
    network_compute_routes(n.network, "r is down");
    cr_assert_eq(network_next_link(n.network, a, b).n, as.n);
    cr_assert_eq(network_next_link(n.network, a, r).n, 0, "no way to what is down");
    net_free(&n);
}

enum { HOSTS = 12 };

/* Floyd and Warshall's way of saying the same, delays and hops in one number. */
static void all_distances(const bool *forwards, const struct route_edge *edges, size_t n,
                          int64_t d[HOSTS + 1][HOSTS + 1])
{
    for (int i = 1; i <= HOSTS; i++)
        for (int j = 1; j <= HOSTS; j++)
            d[i][j] = i == j ? 0 : INT64_MAX / 4;
    for (size_t e = 0; e < n; e++)
        if (edges[e].delay_ns * 1000 + 1 < d[edges[e].from][edges[e].to])
            d[edges[e].from][edges[e].to] = edges[e].delay_ns * 1000 + 1;
    for (int k = 1; k <= HOSTS; k++)
        for (int i = 1; forwards[k] && i <= HOSTS; i++)
            for (int j = 1; j <= HOSTS; j++)
                if (d[i][k] + d[k][j] < d[i][j]) d[i][j] = d[i][k] + d[k][j];
}

/* The first link that lies on a shortest way; 0 if there is none. */
static uint32_t expected_link(const bool *forwards, const struct route_edge *edges, size_t n,
                              int64_t d[HOSTS + 1][HOSTS + 1], uint32_t at, uint32_t to)
{
    if (at == to || d[at][to] >= INT64_MAX / 4) return 0;
    uint32_t best = UINT32_MAX;
    for (size_t e = 0; e < n; e++) {
        bool leads = edges[e].to == to || forwards[edges[e].to];
        if (edges[e].from == at && leads && edges[e].delay_ns * 1000 + 1 + d[edges[e].to][to] == d[at][to] &&
            edges[e].link < best)
            best = edges[e].link;
    }
    return best;
}

Test(routes, agree_with_another_algorithm_on_random_networks)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random_stream stream = random_stream_for(seed, "test", "routes");
        bool forwards[HOSTS + 1] = {false};
        for (int i = 1; i <= HOSTS; i++)
            forwards[i] = random_stream_below(&stream, 3) > 0;
        struct route_edge edges[60];
        size_t n = 0;
        uint32_t n_links = 4 + (uint32_t)random_stream_below(&stream, 26);
        for (uint32_t link = 1; link <= n_links; link++) {
            uint32_t a = 1 + (uint32_t)random_stream_below(&stream, HOSTS),
                     b = 1 + (uint32_t)random_stream_below(&stream, HOSTS);
            if (a == b) continue;
            edges[n++] = (struct route_edge){link, a, b, (int64_t)random_stream_below(&stream, 4)};
            edges[n++] = (struct route_edge){link, b, a, (int64_t)random_stream_below(&stream, 4)};
        }
        static int64_t d[HOSTS + 1][HOSTS + 1];
        all_distances(forwards, edges, n, d);
        struct routes *routes = routes_new(HOSTS, forwards, edges, n);
        for (uint32_t at = 1; at <= HOSTS; at++)
            for (uint32_t to = 1; to <= HOSTS; to++)
                cr_assert_eq(routes_next_link(routes, at, to), expected_link(forwards, edges, n, d, at, to),
                             "seed %lu from %u to %u", (unsigned long)seed, at, to);
        routes_free(routes);
    }
}
