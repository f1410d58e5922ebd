/* The worlds of the mail benchmarks as scenarios in JSON, to be freed by free(). */
#ifndef POSTROAD_APP_BENCH_WORLDS_H
#define POSTROAD_APP_BENCH_WORLDS_H

#include <stdint.h>

char *bench_world_mail(uint64_t mails);
char *bench_world_mail_link(uint64_t mails);
char *bench_world_five_days(void);
/* That of mail-link with long links, and more and bigger mails: more than 10,000 packets are on their way at once; with
   nothing but more mails: more than 300. */
char *bench_world_view(uint64_t mails);
char *bench_world_view_some(uint64_t mails);

#endif
