/* Where the time of a mail went: from the instant at which it was written to its delivery, an account of intervals that
   add up exactly, for each recipient. Folded from a journal as it is made. Core events suffice where no others are in the
   journal; where there are timers it must hear of them, since they are causes.

   A copy is what one host has of a mail for one recipient; the account of a recipient goes along the copies from the
   writer's outbox to the mailbox, over as many servers as there are. It goes on with the next copy at the instant at
   which the next host has taken it, so that what the last one still does (hearing the 250, QUIT) costs the mail nothing. At
   each host the time is one of

     queue      it waits for its turn: to be taken up, for a session with its destination, behind others of its outbox
     dns        a name is looked up for it, or a policy (RFC 8461)
     connect    a connection is tried: from SYN to its establishment or failure
     transfer   a session is there, and it is its turn: greeting, TLS, envelope, content, reply
     retry      it is put off after a failure, up to the beginning of the next attempt
     disk       it is written down: into the mailbox, or that it is done
     unexplained  an attempt is under way, and the journal does not say with what. In a sound journal: never

   (facts of RFC 5321 4.5.4.1 and RFC 1034 5.3.1; the names are ours). From its delivery to its being fetched by POP3 a mail
   waits for its reader; that is kept apart.

   The fold costs a few look-ups an event, and an event about a job touches the recipients of that job. An answer costs the
   intervals it consists of. Memory: the intervals, and a number for each event that may be a cause. */
#ifndef POSTROAD_VIZ_READERS_DELAY_ACCOUNT_H
#define POSTROAD_VIZ_READERS_DELAY_ACCOUNT_H

#include "sim/journal/journal.h"

enum delay_stage {
    DELAY_QUEUE,
    DELAY_DNS,
    DELAY_CONNECT,
    DELAY_TRANSFER,
    DELAY_RETRY,
    DELAY_DISK,
    DELAY_UNEXPLAINED,
    DELAY_STAGES
};
const char *delay_stage_name(enum delay_stage stage); /* "queue" */

struct delay_interval {
    enum delay_stage stage;
    int64_t from_ns, to_ns; /* from < to, and to is the next one's from */
    int64_t host;           /* that has the mail */
    int64_t attempt;        /* 0: none is under way */
    int64_t conn, peer;     /* of connect and transfer; else 0 */
    const char *what;       /* what it waits for: the question "MX b.example"; why it was put off; "" */
};

/* The whole of it; TIME_NEVER: that has not happened. */
struct delay_span {
    int64_t written_ns, delivered_ns, picked_up_ns;
};

struct delay_account;

struct delay_account *delay_account_new(void);
void delay_account_free(struct delay_account *account);
struct journal_reader delay_account_reader(struct delay_account *account);
struct event_mask delay_account_mask(void);
/* The same, for who reads for itself. */
void delay_account_hear(struct delay_account *account, const struct event *e);

/* The intervals in order, from the writing to the end of the copy that was delivered first, or else began last; with a
   host of the copy there. What has not ended goes up to what was heard last. Those that fit into out; returns how many
   there are, 0: of that nothing is known. */
size_t delay_account_intervals(const struct delay_account *account, int64_t message, const char *recipient, int64_t host,
                               struct delay_interval *out, size_t room);
struct delay_span delay_account_span(const struct delay_account *account, int64_t message, const char *recipient);
/* Adds up what was spent in each stage. */
void delay_account_sum(const struct delay_interval *intervals, size_t n, int64_t sums_ns[DELAY_STAGES]);

/* Told where the events of a mail contradict one another: two connections at a time for one attempt, content outside a
   session that is its own. */
typedef void (*delay_odd_fn)(void *context, const struct event *e, int64_t message, const char *what);
void delay_account_on_odd(struct delay_account *account, delay_odd_fn odd, void *context);

#endif
