/* What a packet costs: two ends of TCP over one link, no journal reader, nothing encoded. Each segment is one packet
   and one event; a timer is one event that is moved only when it would otherwise come too late. */
#include <assert.h>
#include <string.h>

#include "app/bench.h"
#include "model/tcp/tcp.h"
#include "sim/journal/tr.h"
#include "sim/network.h"
#include "sim/random.h"

enum { STREAM_BYTES = 100 * 1000 * 1000, IP_HEADER_BYTES = 20, RUNS = 11 };

struct bench_end {
    struct bench_tcp_world *world;
    struct tcp_conn *conn;
    struct host_id host, peer;
    struct event_handle timer;
    int64_t timer_ns;
    unsigned closes_on; /* news: the sender's at once, for it has written all; the receiver's when it has read all */
    bool open;
};

struct bench_tcp_world {
    struct journal *journal;
    struct engine *engine;
    struct packet_pool *pool;
    struct network *network;
    struct link_id link;
    struct tcp_config config;
    struct bench_end ends[2];
};

static void send_all(struct bench_end *e)
{
    struct bench_tcp_world *w = e->world;
    struct tcp_output out;
    while (tcp_next_segment(e->conn, w->engine->now_ns, &out)) {
        struct packet *packet = packet_new(w->pool);
        packet->size_bytes = (uint32_t)(IP_HEADER_BYTES + tcp_header_size(&out.segment)) + out.segment.length;
        packet->from = e->host;
        packet->to = e->peer;
        uint64_t unit =
            tcp_segment_sequence_length(&out.segment) ? out.segment.seq : UINT64_C(1) << 32 | out.segment.ack;
        packet->identity = (struct packet_identity){.flow = e->host.n, .unit = unit, .transmission = out.transmission};
        memcpy(packet->header, &out.segment, sizeof out.segment);
        tcp_label_sent(e->conn, packet->id);
        network_send(w->network, w->link, e->host, packet);
    }
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
    unsigned news = tcp_take_news(e->conn);
    int64_t now_ns = e->world->engine->now_ns;
    if (news & TCP_NEWS_READABLE) tcp_consume(e->conn, tcp_readable(e->conn), now_ns);
    if (news & e->closes_on) tcp_close(e->conn, now_ns);
    if (news & TCP_NEWS_CLOSED) e->open = false;
    send_all(e);
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
    struct tcp_segment segment;
    memcpy(&segment, packet->header, sizeof segment);
    packet_drop(e->world->pool, packet);
    if (!e->open) return;
    tcp_segment_arrives(e->conn, &segment, e->world->engine->now_ns);
    after_call(e);
}

static void build(struct bench_tcp_world *w, uint64_t loss_of_2_32)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 100 * 1000 * 1000;
    settings.delay_ns = 10 * MILLISECOND;
    settings.loss_of_2_32 = loss_of_2_32;
    w->config = tcp_config_default();
    w->journal = journal_new();
    w->engine = engine_new(1, w->journal);
    w->pool = packet_pool_new();
    w->network = network_new(w->engine, w->pool);
    for (uint32_t i = 0; i < 2; i++) {
        struct bench_end *e = &w->ends[i];
        struct tcp_opening opening = {
            .local_port = (uint16_t)(i ? 25 : 49152), .remote_port = (uint16_t)(i ? 49152 : 25), .mss = 1460};
        *e = (struct bench_end){.world = w, .timer_ns = TIME_NEVER, .open = true};
        e->closes_on = i ? TCP_NEWS_EOF : TCP_NEWS_ESTABLISHED;
        e->host = network_add_host(w->network, i ? "receiver" : "sender", false, on_arrival, e);
        e->peer = (struct host_id){2 - i};
        e->conn = tcp_new(&w->config, opening, w->journal, (struct conn_id){i + 1}, e->host);
    }
    w->link = network_add_link(w->network, "link", w->ends[0].host, w->ends[1].host, settings, settings);
    network_compute_routes(w->network, NULL);
}

static void tear_down(struct bench_tcp_world *w)
{
    network_free(w->network);
    for (int i = 0; i < 2; i++)
        tcp_free(w->ends[i].conn);
    engine_free(w->engine);
    packet_pool_free(w->pool);
    journal_free(w->journal);
}

/* Nanoseconds of one transfer; *w is left for its totals. */
static double run(struct bench_tcp_world *w, uint64_t loss_of_2_32)
{
    build(w, loss_of_2_32);
    tcp_listen(w->ends[1].conn);
    double begin_ns = bench_now_ns();
    tcp_open_active(w->ends[0].conn, 0);
    tcp_write(w->ends[0].conn, STREAM_BYTES, 0);
    after_call(&w->ends[0]);
    while (engine_run_next(w->engine, TIME_NEVER - 1))
        continue;
    double used_ns = bench_now_ns() - begin_ns;
    assert(tcp_readable(w->ends[1].conn) == STREAM_BYTES);
    return used_ns;
}

static void transfer(FILE *out, unsigned loss_percent)
{
    struct bench_tcp_world w;
    double used_ns[RUNS];
    for (int i = 0; i < RUNS; i++) {
        if (i) tear_down(&w);
        used_ns[i] = run(&w, RANDOM_ALWAYS * loss_percent / 100);
    }
    bench_sort(used_ns, RUNS);
    struct tcp_totals sent = tcp_totals(w.ends[0].conn), answered = tcp_totals(w.ends[1].conn);
    double data = (double)sent.segments_sent, all = data + (double)answered.segments_sent;
    fprintf(out,
            tr("  %u %% loss: %6.1f ns a packet of either kind, %6.1f ns a data packet with its acknowledgements\n"),
            loss_percent, used_ns[RUNS / 2] / all, used_ns[RUNS / 2] / data);
    fprintf(out,
            tr("           (median of %d; fastest %.1f ns, slowest %.1f ns a packet; %.0f data packets, %.0f "
               "acknowledgements,\n"
               "           %llu fast retransmissions, %llu by timeout)\n"),
            RUNS, used_ns[0] / all, used_ns[RUNS - 1] / all, data, all - data,
            (unsigned long long)sent.retransmits_fast, (unsigned long long)sent.retransmits_rto);
    tear_down(&w);
}

void bench_tcp(FILE *out)
{
    fprintf(out, tr("100 MB through TCP at both ends over one link (100 Mbit/s, 10 ms), no reader, processor time\n"));
    transfer(out, 0);
    transfer(out, 1);
}
