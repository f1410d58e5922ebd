/* Measurements of sim/, the median of a few batches each. Traffic is drawn beforehand, so that drawing is not measured.
 */
#include "app/bench.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/network.h"
#include "sim/random.h"

enum { BATCHES = 7, OPERATIONS = 1000000, STEPS = 1 << 16 };

static double median(double figures[BATCHES])
{
    bench_sort(figures, BATCHES);
    return figures[BATCHES / 2];
}

static void nothing(void *context, uint64_t arg)
{
    (void)context;
    (void)arg;
}

/* How long after an event the next one is scheduled. */
static int64_t *draw_steps(bool mixed)
{
    int64_t *steps = mem_alloc(STEPS * sizeof *steps);
    struct random_stream stream = random_stream_for(1, "bench", mixed ? "mixed" : "uniform");
    for (size_t i = 0; i < STEPS; i++) {
        /* Mixed as in a world: seven packets within 100 us to one timer within a second. */
        bool timer = mixed && random_stream_below(&stream, 8) == 0;
        uint64_t limit = !mixed ? 2 * MILLISECOND : timer ? SECOND : 100 * MICROSECOND;
        steps[i] = (int64_t)random_stream_below(&stream, limit);
    }
    return steps;
}

/* Nanoseconds to take an event and schedule another, with so many pending. */
static double bench_queue(size_t pending, const int64_t *steps)
{
    double figures[BATCHES];
    struct event_queue *queue = event_queue_new();
    struct due_event event = {.fn = nothing};
    for (size_t i = 0; i < pending; i++) {
        event.at_ns = steps[i % STEPS];
        event_queue_schedule(queue, &event);
    }
    for (int batch = -1; batch < BATCHES; batch++) { /* the first warms up */
        double begin = bench_now_ns();
        for (size_t i = 0; i < OPERATIONS; i++) {
            event_queue_pop(queue, &event);
            event.at_ns += steps[i % STEPS];
            event_queue_schedule(queue, &event);
        }
        if (batch >= 0) figures[batch] = (bench_now_ns() - begin) / OPERATIONS;
    }
    event_queue_free(queue);
    return median(figures);
}

/* A packet that goes to and fro for ever. */
struct shuttle {
    struct network *network;
    uint64_t hops;
};

static void send_on(void *context, struct packet *packet, struct link_id link)
{
    struct shuttle *shuttle = context;
    struct host_id here = packet->to;
    packet->to = packet->from;
    packet->from = here;
    packet->identity.unit++;
    shuttle->hops++;
    network_send(shuttle->network, link, here, packet);
}

/* Nanoseconds a hop: a packet sent on a link, queued behind others, its arrival, nobody reading. */
static double bench_hop(size_t packets, uint64_t loss_of_2_32)
{
    double figures[BATCHES];
    struct journal *journal = journal_new();
    struct engine *engine = engine_new(1, journal);
    struct packet_pool *pool = packet_pool_new();
    struct shuttle shuttle = {.network = network_new(engine, pool)};
    struct link_settings settings = link_settings_default();
    settings.rate_bps = INT64_C(1000000000);
    settings.delay_ns = MILLISECOND;
    settings.loss_of_2_32 = loss_of_2_32;
    struct host_id a = network_add_host(shuttle.network, "a", false, send_on, &shuttle);
    struct host_id b = network_add_host(shuttle.network, "b", false, send_on, &shuttle);
    struct link_id link = network_add_link(shuttle.network, "wire", a, b, settings, settings);
    for (size_t i = 0; i < packets; i++) {
        struct packet *packet = packet_new(pool);
        packet->size_bytes = 1500;
        packet->from = a;
        packet->to = b;
        packet->identity.flow = i;
        network_send(shuttle.network, link, a, packet);
    }
    for (int batch = -1; batch < BATCHES; batch++) {
        uint64_t hops = shuttle.hops;
        double begin = bench_now_ns();
        while (shuttle.hops < hops + OPERATIONS)
            engine_run_next(engine, TIME_NEVER);
        if (batch >= 0) figures[batch] = (bench_now_ns() - begin) / OPERATIONS;
    }
    network_free(shuttle.network);
    packet_pool_free(pool);
    engine_free(engine);
    journal_free(journal);
    return median(figures);
}

static double bench_draw(uint64_t *sum)
{
    double figures[BATCHES];
    for (int batch = 0; batch < BATCHES; batch++) {
        double begin = bench_now_ns();
        for (uint64_t i = 0; i < OPERATIONS; i++)
            *sum += random_draw(1, 2, i, 1);
        figures[batch] = (bench_now_ns() - begin) / OPERATIONS;
    }
    return median(figures);
}

void bench_sim(FILE *out)
{
    static const size_t pending[] = {100, 10000, 1000000};
    for (int mixed = 0; mixed < 2; mixed++) {
        int64_t *steps = draw_steps(mixed);
        fprintf(out, "%s\n",
                mixed ? tr("an event through the queue, packets and timers mixed")
                      : tr("an event through the queue, times uniform over 2 ms"));
        for (size_t i = 0; i < sizeof pending / sizeof *pending; i++)
            fprintf(out, tr("  %8.1f ns  with %zu pending\n"), bench_queue(pending[i], steps), pending[i]);
        mem_free(steps);
    }
    fprintf(out, "%s\n", tr("a packet over one link, without protocols or readers"));
    fprintf(out, tr("  %8.1f ns  with 100 packets on their way\n"), bench_hop(100, 0));
    fprintf(out, tr("  %8.1f ns  with 10000 packets on their way\n"), bench_hop(10000, 0));
    /* The smallest chance there is: each packet draws, next to none is lost. */
    fprintf(out, tr("  %8.1f ns  with 100 packets on their way and a draw for each\n"), bench_hop(100, 1));
    uint64_t sum = 0;
    fprintf(out, "%s\n", tr("a draw of 64 bits by identity"));
    double draw_ns = bench_draw(&sum);
    fprintf(out, tr("  %8.1f ns  (their sum is %016llx)\n"), draw_ns, (unsigned long long)sum);
}
