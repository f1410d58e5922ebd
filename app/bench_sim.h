/* What the ground floor costs: events, draws, packets over a link. */
#ifndef POSTROAD_APP_BENCH_SIM_H
#define POSTROAD_APP_BENCH_SIM_H

#include <stdio.h>

void bench_sim(FILE *out);

#endif
