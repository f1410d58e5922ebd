/* What the parts of `postroad bench view` share: opening a journal (bench_opening.c), and drawing it (bench_view.c). */
#ifndef POSTROAD_APP_BENCH_VIEW_H
#define POSTROAD_APP_BENCH_VIEW_H

#include <stddef.h>
#include <stdio.h>

#include "sim/journal/journal_memory.h"

struct bench_spread {
    double median, p99, most;
};
struct bench_spread bench_spread_of(double *figures, size_t n); /* sorts them */

/* Runs this scenario until the journal has so many events. The text is freed. */
struct journal_memory *bench_view_journal(char *json, size_t events);
/* Bytes of mails: written to streams, and lying in mailboxes. They are the world's, whatever an event takes. */
double bench_view_payload(const struct journal_memory *journal);

/* The text is freed. */
void bench_opening(FILE *out, char *json, size_t events);

#endif
