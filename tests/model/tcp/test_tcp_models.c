/* The machine against theory: throughput under random loss against the PFTK model and Mathis' formula, the handshake
   against Cardwell's; and the formulas themselves against numbers that are known. Two ends over a network of one link.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/network.h"
#include "sim/random.h"
#include "tests/model/tcp/tcp_models.h"

enum { MSS = 1460, IP_HEADER_BYTES = 20 };

struct flow_end {
    struct flow *flow;
    struct tcp_conn *conn;
    struct host_id host, peer;
    struct event_handle timer;
    int64_t timer_ns;
    bool open;
};

struct flow {
    struct journal *journal;
    struct engine *engine;
    struct packet_pool *pool;
    struct network *network;
    struct link_id link;
    struct tcp_config config;
    struct flow_end ends[2];
    uint64_t warm_bytes; /* the rate is measured from here on */
    int64_t warm_ns, end_ns, established_ns;
    unsigned drop_nth, n_data; /* the one data packet that is lost, counted from 1; 0: none */
};

static void send_all(struct flow_end *e)
{
    struct flow *f = e->flow;
    struct tcp_output out;
    while (tcp_next_segment(e->conn, f->engine->now_ns, &out)) {
        struct packet *packet = packet_new(f->pool);
        packet->size_bytes = (uint32_t)(IP_HEADER_BYTES + tcp_header_size(&out.segment)) + out.segment.length;
        packet->from = e->host;
        packet->to = e->peer;
        uint64_t unit =
            tcp_segment_sequence_length(&out.segment) ? out.segment.seq : UINT64_C(1) << 32 | out.segment.ack;
        packet->identity = (struct packet_identity){.flow = e->host.n, .unit = unit, .transmission = out.transmission};
        memcpy(packet->header, &out.segment, sizeof out.segment);
        tcp_label_sent(e->conn, packet->id);
        network_send(f->network, f->link, e->host, packet);
    }
}

static void on_timer(void *context, uint64_t arg);

static void arm(struct flow_end *e)
{
    int64_t deadline_ns = tcp_deadline(e->conn);
    if (deadline_ns >= e->timer_ns) return;
    engine_cancel(e->flow->engine, e->timer);
    e->timer = engine_at(e->flow->engine, deadline_ns, on_timer, e, 0);
    e->timer_ns = deadline_ns;
}

static void after_call(struct flow_end *e)
{
    struct flow *f = e->flow;
    int64_t now_ns = f->engine->now_ns;
    unsigned news = tcp_take_news(e->conn);
    if (news & TCP_NEWS_ESTABLISHED && e == &f->ends[0]) f->established_ns = now_ns;
    if (news & TCP_NEWS_READABLE) {
        tcp_consume(e->conn, tcp_readable(e->conn), now_ns);
        if (f->warm_ns == 0 && tcp_readable(e->conn) >= f->warm_bytes) f->warm_ns = now_ns;
        f->end_ns = now_ns;
    }
    if (news & TCP_NEWS_CLOSED) e->open = false;
    send_all(e);
    arm(e);
}

static void on_timer(void *context, uint64_t arg)
{
    struct flow_end *e = context;
    (void)arg;
    e->timer_ns = TIME_NEVER;
    if (tcp_deadline(e->conn) <= e->flow->engine->now_ns) {
        tcp_on_deadline(e->conn, e->flow->engine->now_ns);
        after_call(e);
    } else {
        arm(e);
    }
}

static void on_arrival(void *context, struct packet *packet, struct link_id link)
{
    struct flow_end *e = context;
    (void)link;
    struct tcp_segment segment;
    memcpy(&segment, packet->header, sizeof segment);
    packet_drop(e->flow->pool, packet);
    if (!e->open || (segment.length && ++e->flow->n_data == e->flow->drop_nth)) return;
    tcp_segment_arrives(e->conn, &segment, e->flow->engine->now_ns);
    after_call(e);
}

static struct link_settings direction(double loss)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = 0; /* without limit: only loss counts */
    settings.queue_bytes = 0;
    settings.delay_ns = 50 * MILLISECOND;
    settings.loss_of_2_32 = (uint64_t)(loss * (double)RANDOM_ALWAYS);
    return settings;
}

static void build(struct flow *f, struct tcp_config config, uint64_t seed, double loss_out, double loss_back)
{
    memset(f, 0, sizeof *f);
    f->config = config;
    f->journal = journal_new();
    f->engine = engine_new(seed, f->journal);
    f->pool = packet_pool_new();
    f->network = network_new(f->engine, f->pool);
    for (uint32_t i = 0; i < 2; i++) {
        struct flow_end *e = &f->ends[i];
        struct tcp_opening opening = {.iss = UINT32_MAX - 5000, .mss = MSS};
        opening.local_port = (uint16_t)(i ? 25 : 49152);
        opening.remote_port = (uint16_t)(i ? 49152 : 25);
        *e = (struct flow_end){.flow = f, .timer_ns = TIME_NEVER, .open = true};
        e->host = network_add_host(f->network, i ? "receiver" : "sender", false, on_arrival, e);
        e->peer = (struct host_id){2 - i};
        e->conn = tcp_new(&f->config, opening, f->journal, (struct conn_id){i + 1}, e->host);
    }
    f->link = network_add_link(f->network, "link", f->ends[0].host, f->ends[1].host, direction(loss_out),
                               direction(loss_back));
    network_compute_routes(f->network, NULL);
    tcp_listen(f->ends[1].conn);
    tcp_open_active(f->ends[0].conn, 0);
}

static void tear_down(struct flow *f)
{
    network_free(f->network);
    for (int i = 0; i < 2; i++)
        tcp_free(f->ends[i].conn);
    engine_free(f->engine);
    packet_pool_free(f->pool);
    journal_free(f->journal);
}

/* Segments a second of a long transfer, after its beginning; the mean of some runs. */
static double measured_rate(struct tcp_config config, double p, unsigned segments, int runs)
{
    double sum = 0;
    for (int i = 0; i < runs; i++) {
        struct flow f;
        build(&f, config, (uint64_t)i + 1, p, 0);
        uint64_t bytes = (uint64_t)segments * MSS;
        f.warm_bytes = bytes / 10;
        tcp_write(f.ends[0].conn, bytes, 0);
        after_call(&f.ends[0]);
        while (engine_run_next(f.engine, TIME_NEVER - 1))
            continue;
        cr_assert_eq(tcp_readable(f.ends[1].conn), bytes);
        sum += 0.9 * segments / ((double)(f.end_ns - f.warm_ns) / 1e9);
        tear_down(&f);
    }
    return sum / runs;
}

/* As the papers' senders were: 0.2 s least time-out, an acknowledgement for every second segment or after 40 ms. */
static struct tcp_config of_the_papers(void)
{
    struct tcp_config config = tcp_config_default();
    config.rto_min_ns = 200 * MILLISECOND;
    config.msl_ns = SECOND;
    config.data_r2_ns = HOUR;
    return config;
}

static void assert_within(double measured, double expected, double tolerance, const char *what, double p)
{
    cr_log_info("%s, p = %g: measured %.2f, by formula %.2f, ratio %.3f\n", what, p, measured, expected,
                measured / expected);
    cr_expect(fabs(measured / expected - 1) <= tolerance, "%s, p = %g: measured %.3f, by formula %.3f", what, p,
              measured, expected);
}

Test(tcp_models, the_formulas_give_the_numbers_that_are_known)
{
    static const struct {
        double p, full, approximate, mathis;
    } known[] = {{1e-4, 861.6, 864.1, 866},
                 {1e-3, 265.6, 267.8, 273.9},
                 {1e-2, 69.5, 70.7, 86.6},
                 {0.05, 18.6, 17.5, 38.7},
                 {0.1, 9.1, 6.9, 27.4}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double p = known[i].p;
        cr_expect_float_eq(pftk_full(p, 0.1, 1, 2, 1e9), known[i].full, 0.06, "%g: %f", p,
                           pftk_full(p, 0.1, 1, 2, 1e9));
        cr_expect_float_eq(pftk_approximate(p, 0.1, 1, 2, 1e9), known[i].approximate, 0.06);
        cr_expect_float_eq(mathis(p, 0.1, sqrt(0.75)), known[i].mathis, 0.06);
    }
    static const struct {
        double p, mean_s;
    } handshakes[] = {{.01, .1204}, {.05, .2111}, {.1, .35}, {.2, .7667}};
    for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++) {
        double p = handshakes[i].p;
        cr_expect_float_eq(cardwell_handshake_s(p, p, 0.1, 1), handshakes[i].mean_s, 0.0001);
        cr_expect_float_eq(handshake_chain_s(p, p, 0.1, 1, 1e12, 60), handshakes[i].mean_s, 0.0001);
    }
}

/* b of the formulas is by how little each round opens the window: 1/b. A sender that counts acknowledged bytes, as RFC
   5681 3.1 recommends, opens it by one segment a round however seldom it is acknowledged; so b is 1 here, not 2. */
Test(tcp_models, throughput_under_loss_is_that_of_the_pftk_model, .timeout = 300)
{
    static const struct {
        double p;
        unsigned segments;
        int runs;
    } cases[] = {{0.001, 20000, 8}, {0.003, 15000, 6}, {0.01, 10000, 6},
                 {0.03, 5000, 6},   {0.05, 5000, 6},   {0.1, 3000, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double p = cases[i].p, rate = measured_rate(of_the_papers(), p, cases[i].segments, cases[i].runs);
        assert_within(rate, pftk_full(p, 0.1, 0.2, 1, 65535.0 / MSS), 0.30, "PFTK", p);
    }
}

Test(tcp_models, at_low_loss_throughput_is_that_of_mathis_formula)
{
    assert_within(measured_rate(of_the_papers(), 0.003, 15000, 6), mathis(0.003, 0.1, 1.31), 0.30, "Mathis", 0.003);
    assert_within(measured_rate(of_the_papers(), 0.01, 10000, 6), mathis(0.01, 0.1, 1.31), 0.30, "Mathis", 0.01);
}

static double measured_handshake_s(double p, int runs)
{
    double sum_s = 0;
    int good = 0;
    for (int i = 0; i < runs; i++) {
        struct flow f;
        build(&f, of_the_papers(), (uint64_t)i + 1, p, p);
        after_call(&f.ends[0]);
        while (f.established_ns == 0 && engine_run_next(f.engine, TIME_NEVER - 1))
            continue;
        if (f.established_ns) sum_s += (double)f.established_ns / 1e9;
        good += f.established_ns != 0;
        tear_down(&f);
    }
    return sum_s / good;
}

/* A SYN goes out eight times (0 to 123 s); so does its answer, by a timer of its own: a SYN that comes again is only
   acknowledged (RFC 9293 3.10.7.4), and the two waits add up as in the formula. */
Test(tcp_models, a_handshake_takes_as_long_as_cardwell_s_chain)
{
    static const double losses[] = {0.001, 0.01, 0.05, 0.1};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        double p = losses[i], mean_s = measured_handshake_s(p, 3000);
        assert_within(mean_s, handshake_chain_s(p, p, 0.1, 1, 60, 8), 0.12, "handshake", p);
        assert_within(mean_s, cardwell_handshake_s(p, p, 0.1, 1), 0.30, "Cardwell", p);
    }
}

/* RFC 9438 4.2: after one loss the window follows C (t - K)^3 + W_max, K = cbrt(W_max (1 - beta) / C), C = 0.4, beta =
   0.7. In segments and seconds since congestion avoidance began. */
Test(tcp_models, after_a_loss_cubic_s_window_is_its_cube)
{
    struct tcp_config config = tcp_config_default();
    tcp_config_set_flavour(&config, TCP_FLAVOUR_CUBIC);
    config.receive_buffer = 8 << 20;
    struct flow f;
    build(&f, config, 1, 0, 0);
    f.drop_nth = 600;
    tcp_write(f.ends[0].conn, 200 << 20, 0);
    after_call(&f.ends[0]);
    const struct tcp_conn *c = f.ends[0].conn;
    double w_max = 0;
    while (!c->in_recovery && engine_run_next(f.engine, TIME_NEVER - 1))
        if (!c->in_recovery) w_max = (double)c->cwnd / c->smss;
    while (c->in_recovery && engine_run_next(f.engine, TIME_NEVER - 1))
        continue;
    int64_t begin_ns = f.engine->now_ns;
    double k_s = cbrt(w_max * 0.3 / 0.4), worst = 0;
    cr_assert_gt(w_max, 100.0, "%f", w_max);
    cr_assert_float_eq((double)c->ssthresh / c->smss, 0.7 * w_max, 0.03 * w_max);
    while ((double)(f.engine->now_ns - begin_ns) < 1.5 * k_s * 1e9 && engine_run_next(f.engine, TIME_NEVER - 1)) {
        double t_s = (double)(f.engine->now_ns - begin_ns) / 1e9, cube = 0.4 * pow(t_s - k_s, 3) + w_max;
        double off = fabs((double)c->cwnd / c->smss / cube - 1);
        if (t_s > 0.5 && off > worst) worst = off;
    }
    cr_log_info("W_max %.0f, K %.2f s: at most %.1f %% off\n", w_max, k_s, worst * 100);
    cr_expect_lt(worst, 0.05, "cwnd is %.1f %% off the cube", worst * 100);
    tear_down(&f);
}
