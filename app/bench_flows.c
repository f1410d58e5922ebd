/* See bench_flows.h. A timer is one event that is moved only when it would otherwise come too late. */
#include "app/bench_flows.h"

#include <assert.h>
#include <malloc.h>
#include <string.h>

#include "app/bench.h"
#include "sim/journal/memory.h"
#include "sim/random.h"

enum { IP_HEADER_BYTES = 20, MSS = 1460 };

struct bench_end {
    struct bench_world *world;
    struct tcp_conn *conn;
    struct host_id host, peer;
    struct link_id link; /* on which it sends */
    uint64_t flow;
    struct event_handle timer;
    int64_t timer_ns;
    unsigned closes_on; /* news: the sender's at once, for it has written all; the receiver's when it has read all */
    bool open;
};

struct bench_router {
    struct bench_world *world;
    struct host_id host;
};

struct bench_world {
    const struct bench_workload *workload;
    struct journal *journal;
    struct engine *engine;
    struct packet_pool *pool;
    struct network *network;
    struct bench_router routers[2];
    struct bench_end *ends; /* sender and receiver of each flow */
    uint64_t packets;
    uint32_t flows_left;
    int64_t ended_ns;
};

static void send_segment(struct bench_end *e, const struct tcp_output *out)
{
    struct bench_world *w = e->world;
    const struct tcp_segment *segment = &out->segment;
    struct packet *packet = packet_new(w->pool);
    packet->size_bytes = (uint32_t)(IP_HEADER_BYTES + tcp_header_size(segment)) + segment->length;
    packet->from = e->host;
    packet->to = e->peer;
    uint64_t unit = tcp_segment_sequence_length(segment) ? segment->seq : UINT64_C(1) << 32 | segment->ack;
    packet->identity = (struct packet_identity){.flow = e->flow, .unit = unit, .transmission = out->transmission};
    memcpy(packet->header, segment, sizeof *segment);
    tcp_label_sent(e->conn, packet->id);
    w->packets++;
    network_send(w->network, e->link, e->host, packet);
}

static void on_timer(void *context, uint64_t arg);

static void arm(struct bench_end *e)
{
    int64_t deadline_ns = tcp_deadline(e->conn);
    if (deadline_ns >= e->timer_ns) return;
    engine_cancel(e->world->engine, e->timer);
    e->timer = engine_at(e->world->engine, deadline_ns, on_timer, e, 0);
    e->timer_ns = deadline_ns;
}

static void after_call(struct bench_end *e)
{
    struct tcp_output out;
    unsigned news = tcp_take_news(e->conn);
    int64_t now_ns = e->world->engine->now_ns;
    if (news & TCP_NEWS_READABLE) tcp_consume(e->conn, tcp_readable(e->conn), now_ns);
    if (news & e->closes_on) tcp_close(e->conn, now_ns);
    if (news & TCP_NEWS_CLOSED) e->open = false;
    if (news & TCP_NEWS_EOF && e->closes_on == TCP_NEWS_EOF) {
        e->world->ended_ns = now_ns;
        e->world->flows_left--;
    }
    while (tcp_next_segment(e->conn, now_ns, &out))
        send_segment(e, &out);
    arm(e);
}

static void on_timer(void *context, uint64_t arg)
{
    struct bench_end *e = context;
    (void)arg;
    e->timer_ns = TIME_NEVER;
    if (tcp_deadline(e->conn) <= e->world->engine->now_ns) {
        tcp_on_deadline(e->conn, e->world->engine->now_ns);
        after_call(e);
    } else {
        arm(e);
    }
}

static void on_arrival(void *context, struct packet *packet, struct link_id link)
{
    struct bench_end *e = context;
    (void)link;
    if (e->open) {
        tcp_segment_arrives(e->conn, (const struct tcp_segment *)(const void *)packet->header,
                            e->world->engine->now_ns);
        after_call(e);
    }
    packet_drop(e->world->pool, packet);
}

static void forward(void *context, struct packet *packet, struct link_id link)
{
    const struct bench_router *r = context;
    struct network *network = r->world->network;
    (void)link;
    network_send(network, network_next_link(network, r->host, packet->to), r->host, packet);
}

/* Flows begin one after the other, so that they are not in step. */
static void begin_flow(void *context, uint64_t arg)
{
    struct bench_end *e = context;
    (void)arg;
    tcp_open_active(e->conn, e->world->engine->now_ns);
    tcp_write(e->conn, e->world->workload->bytes, e->world->engine->now_ns);
    after_call(e);
}

static void add_end(struct bench_world *w, uint32_t flow, bool receives)
{
    struct bench_end *e = &w->ends[2 * flow + receives];
    struct tcp_opening opening = {.local_port = receives ? 25 : 49152,
                                  .remote_port = receives ? 49152 : 25,
                                  .mss = MSS,
                                  .iss = (uint32_t)random_hash_mix(flow, receives)};
    *e = (struct bench_end){.world = w, .timer_ns = TIME_NEVER, .open = true, .flow = 2 * (uint64_t)flow + receives};
    e->closes_on = receives ? TCP_NEWS_EOF : TCP_NEWS_ESTABLISHED;
    e->host = network_add_host(w->network, "host", false, on_arrival, e);
    e->conn = tcp_new(&w->workload->tcp, opening, w->journal, (struct conn_id){2 * flow + receives + 1}, e->host);
}

static void join_ends(struct bench_world *w, struct bench_end *sender, struct bench_end *receiver)
{
    const struct bench_workload *l = w->workload;
    sender->peer = receiver->host;
    receiver->peer = sender->host;
    if (l->two_routers) {
        sender->link = network_add_link(w->network, "access", sender->host, w->routers[0].host, l->access, l->access);
        receiver->link =
            network_add_link(w->network, "access", w->routers[1].host, receiver->host, l->access, l->access);
    } else {
        sender->link = receiver->link =
            network_add_link(w->network, "link", sender->host, receiver->host, l->shared, l->shared);
    }
}

static void build(struct bench_world *w, const struct bench_workload *workload)
{
    *w = (struct bench_world){.workload = workload, .journal = journal_new(), .flows_left = workload->n_flows};
    w->engine = engine_new(1, w->journal);
    w->pool = packet_pool_new();
    w->network = network_new(w->engine, w->pool);
    for (int i = 0; i < 2 && workload->two_routers; i++) {
        w->routers[i].world = w;
        w->routers[i].host = network_add_host(w->network, "router", true, forward, &w->routers[i]);
    }
    if (workload->two_routers)
        network_add_link(w->network, "shared", w->routers[0].host, w->routers[1].host, workload->shared,
                         workload->shared);
    w->ends = mem_calloc(2 * workload->n_flows, sizeof *w->ends);
    for (uint32_t i = 0; i < workload->n_flows; i++) {
        add_end(w, i, false);
        add_end(w, i, true);
        join_ends(w, &w->ends[2 * i], &w->ends[2 * i + 1]);
        tcp_listen(w->ends[2 * i + 1].conn);
        engine_at(w->engine, i * (SECOND / workload->n_flows), begin_flow, &w->ends[2 * i], 0);
    }
    network_compute_routes(w->network, NULL);
}

static void tear_down(struct bench_world *w)
{
    network_free(w->network);
    for (uint32_t i = 0; i < 2 * w->workload->n_flows; i++)
        tcp_free(w->ends[i].conn);
    mem_free(w->ends);
    engine_free(w->engine);
    packet_pool_free(w->pool);
    journal_free(w->journal);
}

static uint64_t links_crossed(const struct bench_world *w)
{
    uint64_t n = 0, links = w->workload->two_routers ? 2 * (uint64_t)w->workload->n_flows + 1 : w->workload->n_flows;
    for (uint32_t i = 1; i <= links; i++)
        n += network_totals(w->network, (struct link_id){i}, 0).offered +
             network_totals(w->network, (struct link_id){i}, 1).offered;
    return n;
}

static struct bench_result result_of(const struct bench_world *w)
{
    struct bench_result result = {.packets = w->packets, .hops = links_crossed(w), .ended_ns = w->ended_ns};
    for (uint32_t i = 0; i < w->workload->n_flows; i++) {
        struct tcp_totals sent = tcp_totals(w->ends[2 * i].conn);
        assert(tcp_readable(w->ends[2 * i + 1].conn) == w->workload->bytes);
        result.data_packets += sent.segments_sent;
        result.retransmits_fast += sent.retransmits_fast;
        result.retransmits_rto += sent.retransmits_rto;
    }
    return result;
}

struct bench_result bench_flows_run(const struct bench_workload *workload)
{
    struct bench_world w;
    build(&w, workload);
    double begin_ns = bench_now_ns();
    while (w.flows_left > 0 && engine_run_next(w.engine, TIME_NEVER - 1))
        continue;
    double used_ns = bench_now_ns() - begin_ns;
    struct bench_result result = result_of(&w);
    result.cpu_ns = used_ns;
    tear_down(&w);
    return result;
}

/* --- memory --- */

static bool send_all(struct tcp_conn *from, struct tcp_conn *to, int64_t now_ns)
{
    struct tcp_output out;
    bool any = false;
    for (; tcp_next_segment(from, now_ns, &out); any = true)
        tcp_segment_arrives(to, &out.segment, now_ns);
    tcp_consume(to, tcp_readable(to), now_ns);
    return any;
}

/* To and fro, until neither has anything to say. */
static void take_turns(struct tcp_conn *ends[2], int64_t now_ns)
{
    for (int silent = 0, from = 0; silent < 2; from = 1 - from)
        silent = send_all(ends[from], ends[1 - from], now_ns) ? 0 : silent + 1;
}

/* The same, delayed acknowledgements included. */
static void exchange(struct tcp_conn *ends[2], int64_t now_ns)
{
    for (int pause = 0; pause < 2; pause++) {
        take_turns(ends, now_ns);
        now_ns += 100 * MILLISECOND;
        for (int i = 0; i < 2; i++)
            if (tcp_deadline(ends[i]) <= now_ns) tcp_on_deadline(ends[i], now_ns);
    }
    take_turns(ends, now_ns);
}

double bench_idle_bytes(const struct tcp_config *config)
{
    enum { PAIRS = 10000, A_LITTLE = 1000 };
    struct tcp_conn *(*pairs)[2] = mem_calloc(PAIRS, sizeof *pairs);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < PAIRS; i++) {
        for (int side = 0; side < 2; side++)
            pairs[i][side] =
                tcp_new(config, (struct tcp_opening){.mss = MSS}, NULL, (struct conn_id){1}, (struct host_id){1});
        tcp_listen(pairs[i][1]);
        tcp_open_active(pairs[i][0], 0);
        exchange(pairs[i], 0);
        for (int side = 0; side < 2; side++) {
            tcp_write(pairs[i][side], A_LITTLE, SECOND * (side + 1));
            exchange(pairs[i], SECOND * (side + 1));
        }
        assert(tcp_acked(pairs[i][0]) == A_LITTLE && tcp_acked(pairs[i][1]) == A_LITTLE);
    }
    double bytes = (double)(mallinfo2().uordblks - before) / PAIRS;
    for (int i = 0; i < PAIRS; i++)
        for (int side = 0; side < 2; side++)
            tcp_free(pairs[i][side]);
    mem_free(pairs);
    return bytes;
}
