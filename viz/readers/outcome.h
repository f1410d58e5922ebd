/* What came of a run: the object of `postroad run --json`, and the same for people. Folded from core events,
   and from what hosts did not take of packets. */
#ifndef POSTROAD_VIZ_READERS_OUTCOME_H
#define POSTROAD_VIZ_READERS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/journal/journal.h"

struct outcome;

struct outcome *outcome_new(void);
void outcome_free(struct outcome *outcome);
struct journal_reader outcome_reader(struct outcome *outcome);

/* One object and a line's end. Keys: fingerprint, seed, ended_at_s, mails, packets, tcp, dns, expectations. Seconds are
   exact decimals; what did not happen is null. journal gives the fingerprint; NULL: none. False when it could not be
   written. */
bool outcome_write_json(const struct outcome *outcome, const struct journal *journal, FILE *out);
/* A table of a line for each mail and recipient, and totals. */
bool outcome_write_text(const struct outcome *outcome, const struct journal *journal, FILE *out);

/* A row of `mails`, for those who need more than text. */
struct outcome_row {
    const char *mail, *from, *to; /* name, sender, this recipient */
    const char *outcome;          /* delivered bounced queued discarded expanded (a list) */
    const char *why;              /* latest reason given; "" */
    const char *refused;          /* the answer for good that its latest attempt got, which `why` need not tell; "" */
    bool unsent;                  /* it never left the program that it was written with */
    uint32_t attempts, copies;    /* tries to hand it to another server; times put into a mailbox */
    uint32_t doubts;              /* times it was sent again although another host may have had it: what makes copies */
    const char *doubted;          /* why, the first time; "" */
    const char *list;             /* an alias or a list that it is a member of; NULL: none */
    int64_t sent_ns, delivered_ns, picked_up_ns; /* TIME_NEVER: not */
};
size_t outcome_rows(const struct outcome *outcome);
struct outcome_row outcome_row(const struct outcome *outcome, size_t row);

#endif
