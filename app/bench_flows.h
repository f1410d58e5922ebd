/* Bulk TCP flows over a small network, for measuring: machines and links only, nobody reads the journal, nothing is
   encoded. Each segment is one packet, and each link that it crosses one event. */
#ifndef POSTROAD_APP_BENCH_FLOWS_H
#define POSTROAD_APP_BENCH_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/tcp/tcp.h"
#include "sim/network.h"

struct bench_workload {
    uint32_t n_flows;
    uint64_t bytes;     /* of each flow */
    bool two_routers;   /* every host on a link of its own to the nearer of two routers; else one link for all */
    struct link_settings access, shared; /* shared: between the routers, or the one link */
    struct tcp_config tcp;
};

struct bench_result {
    double cpu_ns;
    uint64_t packets;  /* sent by hosts, data and acknowledgements */
    uint64_t hops;     /* packets times links */
    uint64_t data_packets, retransmits_fast, retransmits_rto;
    int64_t ended_ns;  /* virtual: when the last byte was read */
};

/* Runs all flows to their end. */
struct bench_result bench_flows_run(const struct bench_workload *workload);

/* Bytes on the heap of one connection, both ends, that has carried a little data each way and is idle now. */
double bench_idle_bytes(const struct tcp_config *config);

#endif
