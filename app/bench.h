/* The project's own speed, in numbers: `postroad bench`. Each prints its table to out. */
#ifndef POSTROAD_APP_BENCH_H
#define POSTROAD_APP_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void bench_sim(FILE *out);   /* event queue, draws, packets over links */
void bench_tcp(FILE *out);   /* data packets through TCP at both ends */
void bench_count(FILE *out); /* a fixed piece of work, for counting instructions */

/* Whole worlds; mails: how many, 0 for the usual number. */
void bench_mail(FILE *out, uint64_t mails);       /* small ones, from end to end */
void bench_mail_link(FILE *out, uint64_t mails);  /* 20 kB each, one SMTP session */
void bench_five_days(FILE *out, uint64_t mails);  /* its number is fixed */
void bench_first_mail(FILE *out, uint64_t mails); /* one */
void bench_view(FILE *out, uint64_t events);      /* the window, without a display; events: of its journal, 0: usual */
void bench_study(FILE *out, uint64_t runs);       /* many small worlds, on all cores, results in a file */
void bench_count_mail(FILE *out, uint64_t mails); /* for counting instructions */
void bench_count_mail_link(FILE *out, uint64_t mails);

/* Processor time since some instant: what else the machine does counts little. */
double bench_now_ns(void);
/* From the fastest to the slowest; the median stands in the middle. */
void bench_sort(double *figures, size_t n);

#endif
