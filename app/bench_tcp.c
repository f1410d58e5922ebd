/* postroad bench tcp: what a packet costs with TCP at both ends. The workloads are printed, so that others can repeat
   them. */
#include "app/bench.h"
#include "app/bench_flows.h"
#include "sim/journal/tr.h"
#include "sim/random.h"

enum { MANY_RUNS = 7, FEW_RUNS = 3, MILLION = 1000000 };

/* Chance of a loss, in parts of a thousand. */
static uint64_t per_mille(uint64_t thousandths)
{
    return (RANDOM_ALWAYS * thousandths + 500) / 1000;
}

static struct link_settings link_of(int64_t rate_bps, int64_t delay_ns, uint64_t loss_of_2_32)
{
    struct link_settings settings = link_settings_default();
    settings.rate_bps = rate_bps;
    settings.delay_ns = delay_ns;
    settings.loss_of_2_32 = loss_of_2_32;
    return settings;
}

/* Fills the path of any workload here. */
static struct tcp_config config_of(enum tcp_flavour flavour)
{
    struct tcp_config config = tcp_config_default();
    tcp_config_set_flavour(&config, flavour);
    config.window_scaling = true;
    config.receive_buffer = MILLION;
    return config;
}

static struct bench_workload one_flow(enum tcp_flavour flavour, uint64_t loss_per_mille)
{
    return (struct bench_workload){.n_flows = 1,
                                   .bytes = 100 * MILLION,
                                   .shared = link_of(100 * MILLION, 10 * MILLISECOND, per_mille(loss_per_mille)),
                                   .tcp = config_of(flavour)};
}

static struct bench_workload many_flows(uint32_t n_flows, uint64_t bytes)
{
    struct bench_workload workload = {.n_flows = n_flows,
                                      .bytes = bytes,
                                      .two_routers = true,
                                      .access = link_of(1000 * MILLION, MILLISECOND, 0),
                                      .shared = link_of(1000 * MILLION, 10 * MILLISECOND, per_mille(10)),
                                      .tcp = config_of(TCP_FLAVOUR_CUBIC)};
    workload.shared.queue_bytes = MILLION;
    return workload;
}

/* The run in the middle, by its time; all runs do the same work. */
static struct bench_result median_run(const struct bench_workload *workload, size_t runs)
{
    double used_ns[MANY_RUNS];
    struct bench_result result = {0};
    for (size_t i = 0; i < runs; i++) {
        result = bench_flows_run(workload);
        used_ns[i] = result.cpu_ns;
    }
    bench_sort(used_ns, runs);
    result.cpu_ns = used_ns[runs / 2];
    return result;
}

static void print_result(FILE *out, const char *what, const struct bench_result *r)
{
    fprintf(out,
            tr("  %-22s %6.1f ns a packet and link  (%.1f ns a packet; %.0f thousand packets, %.1f MB/s in virtual "
               "time, %llu repeated without a timer, %llu by it)\n"),
            what, r->cpu_ns / (double)r->hops, r->cpu_ns / (double)r->packets, (double)r->packets / 1e3,
            (double)r->data_packets * 1460 / ((double)r->ended_ns / 1e9) / 1e6, (unsigned long long)r->retransmits_fast,
            (unsigned long long)r->retransmits_rto);
    fflush(out);
}

static void bench_one_flow(FILE *out, enum tcp_flavour flavour)
{
    static const struct {
        const char *name;
        uint64_t per_mille;
    } losses[] = {{"0 % loss", 0}, {"0.1 % loss", 1}, {"1 % loss", 10}, {"5 % loss", 50}};
    fprintf(out, tr("one flow of 100 MB over one link, 100 Mbit/s, 10 ms, %s\n"), tcp_flavour_text(flavour));
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct bench_workload workload = one_flow(flavour, losses[i].per_mille);
        struct bench_result result = median_run(&workload, MANY_RUNS);
        print_result(out, losses[i].name, &result);
    }
}

static void bench_many_flows(FILE *out)
{
    fprintf(out, "%s\n",
            tr("flows through two routers that share 1 Gbit/s, 10 ms, 1 MB of queue, 1 % loss each way; "
               "every host has 1 Gbit/s, 1 ms; cubic"));
    static const struct {
        const char *name;
        uint32_t n_flows;
        uint64_t bytes;
    } loads[] = {{"100 of 10 MB", 100, 10 * MILLION}, {"10000 of 100 kB", 10000, MILLION / 10}};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        struct bench_workload workload = many_flows(loads[i].n_flows, loads[i].bytes);
        struct bench_result result = median_run(&workload, FEW_RUNS);
        print_result(out, loads[i].name, &result);
        fprintf(out, tr("  %-22s %6.2f s in all\n"), "", result.cpu_ns / 1e9);
    }
}

void bench_tcp(FILE *out)
{
    fprintf(out, "%s\n",
            tr("TCP at both ends, segments of 1460 B, receive buffers of 1 MB; no reader; processor time, "
               "the median of several runs"));
    bench_one_flow(out, TCP_FLAVOUR_CUBIC);
    bench_one_flow(out, TCP_FLAVOUR_NEWRENO);
    bench_many_flows(out);
    struct tcp_config config = config_of(TCP_FLAVOUR_CUBIC);
    fprintf(out, tr("an idle connection\n  %.0f B of memory, both ends\n"), bench_idle_bytes(&config));
}

/* Always the same work, and little of it, for counting instructions. */
void bench_count(FILE *out)
{
    struct bench_workload workload = one_flow(TCP_FLAVOUR_CUBIC, 10);
    workload.bytes = 10 * MILLION;
    struct bench_result result = bench_flows_run(&workload);
    fprintf(out, "packets %llu\n", (unsigned long long)result.hops);
}
