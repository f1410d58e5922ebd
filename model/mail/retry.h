/* When a queue tries again, as pure arithmetic and state, modelled on the mail servers that people run (protocols 3).
   One file a policy (retry_*.c); docs/queue.md has the rules and numbers with their sources. To add a policy: its file,
   a row in retry.c, its name here, its parameters in model/scenario/scenario_retry.c.

   Three things are kept: how old a job is and how often it was tried (the queue's own business); what is remembered of
   a host (retry_record, one an address); and what is remembered of a destination, the domain (retry_site). */
#ifndef POSTROAD_MODEL_MAIL_RETRY_H
#define POSTROAD_MODEL_MAIL_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/mail/clock_change.h"
#include "model/mail/urgency.h"
#include "model/smtp/smtp_timeouts.h"

enum retry_kind {
    RETRY_POSTFIX,
    RETRY_EXIM,
    RETRY_SENDMAIL,
    RETRY_QMAIL,
    RETRY_OPENSMTPD,
    RETRY_KUMOMTA,
    RETRY_EXCHANGE,
    RETRY_RFC_MINIMUM,
    RETRY_CUSTOM
};
enum { RETRY_KINDS = 9 };

/* Exim's rules: "F,2h,15m" waits 15 minutes each time while no more than 2 hours have failed; "G,16h,1h,1.5" waits an
   hour, then half as long again each time; "H" draws what G would give. */
struct retry_rule {
    char letter; /* F G H */
    int64_t cutoff_ns, wait_ns;
    int64_t factor_of_1000;
};

enum retry_growth { RETRY_STEPS, RETRY_GEOMETRIC, RETRY_QUADRATIC };
#define RETRY_NEVER     INT64_MAX
#define RETRY_AS_NORMAL (-1)

/* How far a host went that left something to be done. */
enum retry_ended {
    RETRY_ENDED_UNCONNECTED, /* no connection came about */
    RETRY_ENDED_UNGREETED,   /* a connection, but no session that came as far as MAIL: greeting, EHLO, STARTTLS */
    RETRY_ENDED_LOST,        /* later than that the connection broke, or there was no answer in time */
    RETRY_ENDED_ANSWERED     /* a reply of 4yz to MAIL or what follows it */
};
#define RETRY_AFTER(ended) (1u << RETRY_ENDED_##ended)
enum { RETRY_RULES_MAX = 16, RETRY_STEPS_MAX = 64 };

/* Every parameter; a policy reads its own. Times in ns; 0 switches off where that makes sense. */
struct retry_policy {
    enum retry_kind kind;
    int64_t lifetime_ns;        /* how long a mail is kept trying */
    int64_t bounce_lifetime_ns; /* the same for mail from the null sender */
    int64_t warning_ns;         /* at this age the sender is told of the delay; 0: never */
    bool warns_on_time;         /* at that very instant, not when an attempt fails after it */
    bool spares_automatic;      /* not of mail from lists and programs */
    /* sendmail: the same of mail that is urgent, or not urgent at all; RETRY_AS_NORMAL: as of other mail. */
    int64_t lifetime_urgent_ns, lifetime_non_urgent_ns, warning_urgent_ns, warning_non_urgent_ns;
    bool minds_urgency;
    /* Queue runs: deferred jobs are looked at at these instants; 0: each when it is due. */
    int64_t run_interval_ns, run_phase_ns;
    bool waits_for_run; /* the first attempt too */

    /* Sessions */
    int64_t initial_concurrency, concurrency_limit; /* to one destination; limit 0: none */
    int64_t total_concurrency;                      /* of the whole queue; 0: none */
    int64_t recipient_limit;                        /* of one transaction */
    /* Of one attempt: addresses tried, sessions that came as far as MAIL; 0: none. */
    int64_t address_limit, session_limit;
    int64_t address_hardlimit; /* exim: address_limit is not for mail that is older than the last rule, this one is */
    unsigned stays_after;      /* RETRY_AFTER(...): what the next host is not tried at once after */
    int64_t connect_timeout_ns;
    /* How long a server that hands mail on waits for an answer. What is 0 is timeout_ns; where that is 0 too, what RFC
       5321 4.5.3.2 asks for. */
    struct smtp_timeouts timeouts;
    int64_t timeout_ns;
    int64_t max_hops;         /* Received lines of a mail that is in a loop */
    int64_t session_messages; /* how many one session may carry; 1: no reuse; 0: no limit */
    int64_t reuse_ns;         /* a session is not taken up again after so long; 0: no limit */
    int64_t idle_ns;   /* a session of a busy destination is kept open so long for the next mail; 0: not at all */
    bool idles_always; /* of any destination */
    /* No connection to a destination is begun before so long after the last was begun, or has ended. */
    int64_t connect_pause_ns, disconnect_pause_ns;
    /* A host whose TLS handshake fails is tried once more at once, in clear, for mail of this age where encryption is
       not demanded; RETRY_NEVER: it is not. */
    int64_t clear_after_ns;

    /* postfix */
    int64_t minimal_backoff_ns, maximal_backoff_ns;
    int64_t cohort_limit; /* failed cohorts until a destination is dead; 0: never */
    /* What a mail that got through adds to the window, and a session that was not greeted takes from it. */
    struct retry_feedback {
        int64_t millionths; /* of a session */
        bool by_window;     /* divided by the window */
    } positive_feedback, negative_feedback;
    /* exim */
    struct retry_rule rules[RETRY_RULES_MAX];
    size_t n_rules;
    int64_t interval_max_ns, data_expire_ns;
    /* sendmail */
    int64_t min_queue_age_ns, max_queue_age_ns, host_status_ns;
    /* qmail, opensmtpd: base * n^2 */
    int64_t base_remote_ns, base_local_ns;
    int64_t tcpto_timeouts, tcpto_spacing_ns, tcpto_unit_ns; /* qmail: skip a host after so many time-outs */
    int64_t route_base_ns, route_max_ns;                     /* opensmtpd: route_base * penalty^2 */
    /* kumomta, rfc-minimum */
    int64_t interval_ns, max_interval_ns;
    int64_t early_period_ns; /* rfc-minimum: the time in which interval_ns holds; then max_interval_ns */
    /* exchange */
    int64_t glitch_count, glitch_interval_ns, transient_count, transient_interval_ns, outbound_interval_ns,
        message_interval_ns;
    /* custom */
    enum retry_growth growth;
    int64_t steps_ns[RETRY_STEPS_MAX]; /* the last holds on; geometric and quadratic use the first alone */
    size_t n_steps;
    int64_t factor_of_1000;
    /* kumomta, custom: a wait is shifted by up to this part of it (custom) or of the interval (kumomta), either way */
    int64_t jitter_of_2_32;
};

struct retry_policy retry_policy_default(enum retry_kind kind);
/* All that decides when a queue tries again, as text (retry_text.c). */
enum { RETRY_TEXT_BYTES = 3072 };
const char *retry_policy_text(const struct retry_policy *policy, char text[RETRY_TEXT_BYTES]);
const char *retry_kind_name(enum retry_kind kind); /* "postfix", as scenarios write it */
bool retry_kind_by_name(const char *name, enum retry_kind *kind);
/* "F,2h,15m; G,16h,1h,1.5". NULL, or what is wrong with it. */
const char *retry_parse_rules(const char *text, struct retry_policy *policy);
/* Postfix's "1", "0.25", "1/8" or "1/concurrency", from 0 to 1. */
bool retry_parse_feedback(const char *text, struct retry_feedback *feedback);

/* --- jobs: what happens after an attempt failed --- */

enum retry_failure {
    RETRY_NOT_TRIED,   /* every host was passed over, for what is remembered of it */
    RETRY_UNREACHABLE, /* no session came about, or none that was greeted */
    RETRY_REFUSED      /* a session that was greeted ended in a 4yz, or was lost */
};

/* What is remembered of a host, or of an address: Exim's retry database, qmail's tcpto, Sendmail's host status,
   OpenSMTPD's routes. All zero: nothing. */
struct retry_record {
    int64_t first_failed_ns, last_try_ns, next_try_ns;
    int64_t penalty; /* opensmtpd's; qmail's count of time-outs; exchange's count of failures */
    bool is_set, expired;
};

struct retry_job {
    int64_t arrived_ns, now_ns;
    int64_t began_ns;    /* when this attempt did: now_ns is when it failed */
    int64_t last_try_ns; /* of an attempt; now_ns if it was just tried */
    unsigned attempts;   /* so far, this one included; those passed over do not count */
    enum retry_failure failure;
    bool null_sender, is_local;
    enum mail_urgency urgency; /* need only be right where the policy minds_urgency */
    uint64_t draw;                     /* chance for jitter */
    const struct retry_record *record; /* of what failed; NULL: none is kept */
};

struct retry_plan {
    bool gives_up; /* at that instant, without a further attempt */
    int64_t at_ns;
    int64_t due_ns; /* the same, before a queue run was looked for */
};
struct retry_plan retry_after_failure(const struct retry_policy *policy, const struct retry_job *job);
/* The first queue run not before an instant; the instant itself where there are no runs. */
int64_t retry_run_not_before(const struct retry_policy *policy, int64_t at_ns);
/* Whether what is planned is kept as a date, and waits for the clock to show it when somebody sets the clock; else it
   is a wait, which goes on. */
bool retry_plans_by_clock(const struct retry_policy *policy);
/* When a job that arrived now is tried first. */
int64_t retry_first_attempt(const struct retry_policy *policy, int64_t now_ns);
/* Whether the next host of the domain is tried at once, in the same attempt, or the mail waits. */
bool retry_goes_elsewhere(const struct retry_policy *policy, enum retry_ended ended);
/* Whether an attempt of a mail of this age may try one address more than it has. */
bool retry_may_try_more(const struct retry_policy *policy, int64_t addresses, int64_t age_ns);
/* The lifetime that holds for a mail, and the age at which its sender is told of the delay. */
int64_t retry_lifetime(const struct retry_policy *policy, bool null_sender, enum mail_urgency urgency);
int64_t retry_warning(const struct retry_policy *policy, enum mail_urgency urgency);

/* --- hosts --- */

/* Whether the policy keeps records of hosts, so that no record need be looked for. */
bool retry_remembers_hosts(const struct retry_policy *policy);
/* Whether what is remembered lies on the disk, and outlives a crash. */
bool retry_memory_is_durable(const struct retry_policy *policy);
/* Whether a job may try this host now; if not, *until_ns is when it may. run_ns: the queue run that the job was taken
   up by, or -1. */
bool retry_host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, int64_t *until_ns);
/* A connection failed; timed_out: nobody answered. Returns whether the host is passed over from now on. */
bool retry_host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                       int64_t run_ns, bool timed_out);
void retry_host_worked(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns);
/* Where plans are dates: the clock was set. */
void retry_record_move(struct retry_record *record, const struct clock_change *change);
/* Whether 4yz replies are remembered for the address they were about (Exim). */
bool retry_remembers_addresses(const struct retry_policy *policy);
/* The same record, for an address or a message that was refused. */
void retry_record_failure(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job);

/* --- destinations --- */

/* How many sessions a destination may have, and whether it is held for dead (Postfix's qmgr_queue.c), or in retry
   (Exchange). */
struct retry_site {
    int64_t window;           /* sessions allowed; 0 while dead */
    int64_t fail_cohorts;     /* in RETRY_COHORT */
    int64_t success, failure; /* feedback that has not come to a session yet, in millionths of one */
    int64_t dead_until_ns;    /* 0: alive */
    struct retry_record record;
};
#define RETRY_COHORT INT64_C(720720) /* divisible by all up to 16, so that cohorts add up exactly */

/* Whether a job's plan goes by the record of its destination (Exchange). */
bool retry_goes_by_destination(const struct retry_policy *policy);
void retry_site_init(const struct retry_policy *policy, struct retry_site *site);
/* No session came about. busy: sessions that this destination still has. Returns whether it died of it. */
bool retry_site_failed(const struct retry_policy *policy, struct retry_site *site, const struct retry_job *job);
/* A message was taken or refused in a session that was greeted. */
void retry_site_worked(const struct retry_policy *policy, struct retry_site *site, int64_t busy);
/* The time of being dead is over. */
void retry_site_revive(const struct retry_policy *policy, struct retry_site *site, int64_t busy);

#endif
