/* What a study asks of a run: numbers of each mail and of the whole run, from its journal alone.

   A mail counts once for each of its recipients. Reports and other mails that a server writes itself count as bounces
   of the mail that they are about, and not as mails. Who has not got his mail when the run ends is not left out: its
   time so far is there, and it is said to be censored. So the mean of a delay within a run is a restricted one, up to
   the end of the run (Royston and Parmar 2013); a mail that was sent back or discarded will never arrive, and counts as
   one that has not arrived by the end.

   Memory is kept from run to run: measures_clear, then the reader hears the next one. A reader costs what is wanted of
   it: the parts of the delay need an account of delays (viz/readers/delay_account.h), retransmissions by a probe need
   the packets. */
#ifndef POSTROAD_VIZ_READERS_MEASURES_H
#define POSTROAD_VIZ_READERS_MEASURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/journal.h"
#include "viz/readers/delay_account.h"

/* To add a measure: at the end of its part here, a row in measures_table.c and one in docs/results.md. */
enum measure {
    /* of mails; of a run: the mean over its mails */
    MEASURE_DELIVERY_DELAY,
    MEASURE_QUEUE_WAIT, /* the parts: with what is unexplained, which is nothing in a sound journal, they add up to the
                           delay */
    MEASURE_DNS_WAIT,
    MEASURE_CONNECT,
    MEASURE_TRANSFER,
    MEASURE_RETRY_WAIT,
    MEASURE_DISK_WAIT,
    MEASURE_TIME_TO_FIRST_ATTEMPT,
    MEASURE_ATTEMPTS,
    MEASURE_DELIVERED, /* of a run: the share */
    MEASURE_BOUNCED,
    MEASURE_DUPLICATES,
    /* of runs */
    MEASURE_RETRANSMISSIONS,
    MEASURE_RETRANSMISSIONS_RTO,
    MEASURE_RETRANSMISSIONS_FAST,
    MEASURE_RETRANSMISSIONS_PROBE,
    MEASURE_RETRANSMISSIONS_SPURIOUS,
    MEASURE_BYTES_ON_WIRE,
    MEASURE_PACKETS_ON_WIRE,
    MEASURE_CONNECTIONS,
    MEASURE_WASTED_CONNECTIONS,
    MEASURE_PEAK_QUEUE,
    MEASURE_MEAN_QUEUE,
    MEASURE_GOODPUT,
    MEASURE_END_TIME,
    MEASURES
};
#define MEASURE_BIT(measure) (UINT64_C(1) << (measure))
#define MEASURES_OF_STAGES                                                                                             \
    (MEASURE_BIT(MEASURE_DISK_WAIT + 1) - MEASURE_BIT(MEASURE_QUEUE_WAIT)) /* the parts of a delay */

const char *measure_name(enum measure m);  /* "delivery_delay": in study files, tables, on the command line */
const char *measure_title(enum measure m); /* "Delivery delay": above figures and on their axes, translated */
const char *measure_unit(enum measure m);  /* "s", "B", "B/s"; "" for a count, and "share" for a part of all */
const char *measure_says(enum measure m);  /* a line for people */
bool measure_find(const char *name, enum measure *m);
bool measure_is_of_mails(enum measure m);
bool measure_is_censored_by_end(enum measure m); /* a time that the end of the run may cut off */

enum measured_outcome {
    MEASURED_QUEUED, /* censored: somewhere on its way when the run ended */
    MEASURED_DELIVERED,
    MEASURED_BOUNCED,
    MEASURED_DISCARDED,
    MEASURED_EXPANDED, /* the address of a list; its members have rows of their own */
    MEASURED_OUTCOMES
};
const char *measured_outcome_name(enum measured_outcome outcome); /* "delivered" */
bool measured_outcome_find(const char *name, enum measured_outcome *outcome);

/* A mail and one of its recipients. */
struct measured_mail {
    const char *message, *recipient;                /* its name in the scenario, "m1", and an address */
    int64_t written_ns, first_attempt_ns, ended_ns; /* TIME_NEVER: that has not happened */
    enum measured_outcome outcome;
    int64_t stage_ns[DELAY_STAGES]; /* from its writing to its end, or to that of the run; 0 unless a part is wanted */
    int64_t size_bytes;
    int64_t attempts;   /* to hand it to another server */
    int64_t duplicates; /* copies in the mailbox beyond those that the addresses ask for */
    int64_t bounces;    /* times it was sent back */
};

/* What a measure of mails says of one of them: nanoseconds of a time (so far, when it is cut off by the end of the
   run), or a count. False: the mail has none. */
bool measured_mail_value(const struct measured_mail *mail, enum measure m, int64_t end_ns, int64_t *value);

enum measured_try {
    TRY_OPEN, /* the run ended in its midst */
    TRY_DELIVERED,
    TRY_LATER,
    TRY_NEVER,
    TRIES
};
const char *measured_try_name(enum measured_try outcome); /* "later" */
bool measured_try_find(const char *name, enum measured_try *outcome);

/* An attempt to hand a mail to another server; kept when attempts are wanted. */
struct measured_attempt {
    size_t mail;             /* index into mails */
    int64_t at_ns, until_ns; /* until: TIME_NEVER when it is open */
    enum measured_try outcome;
};

struct measured_run {
    const struct measured_mail *mails; /* in the order of their writing, and of their addresses */
    size_t n_mails;
    const struct measured_attempt *attempts; /* in the order of their beginning */
    size_t n_attempts;
    double values[MEASURES]; /* in measure_unit; NAN: not wanted, or there is none (of no mails) */
    size_t n_censored;       /* mails that are MEASURED_QUEUED */
    int64_t ended_ns;
    uint64_t fingerprint; /* of the journal; 0: not known */
    const struct measured_queue {
        int64_t at_ns, length; /* from here on, recipients in the queues of all mail servers */
    } * queue;                 /* kept when peak or mean is wanted */
    size_t n_queue;
};

struct measures;

struct measures *measures_new(uint64_t wanted); /* MEASURE_BIT of each */
void measures_free(struct measures *measures);
/* Before the reader is asked for. Told what the effective scenario is, it wants less of the journal: where nobody is
   addressed as u@[10.0.0.1], the parts of a delay do not depend on when timers are set. */
void measures_of_scenario(struct measures *measures, const char *json);
/* Where other readers of the same journal want timers, its mask must have all of delay_account_mask. */
struct journal_reader measures_reader(struct measures *measures);
struct event_mask measures_mask(const struct measures *measures);
/* What was heard; lent until measures_clear or measures_free. The journal, which may be NULL, gives the fingerprint. */
const struct measured_run *measures_result(struct measures *measures, const struct journal *journal);
void measures_clear(struct measures *measures); /* for the next run */

#endif
