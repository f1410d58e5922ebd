/* When a queue may try again, reckoned from what its documentation says (docs/queue.md), not by the model's code: each
   policy as the span of instants that it allows. */
#ifndef POSTROAD_VIZ_READERS_LAWS_POLICY_H
#define POSTROAD_VIZ_READERS_LAWS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAW_STEPS = 64, LAW_RULES = 16, LAW_SPANS = 5 };

/* As host.settings tells it; times in ns. */
struct law_policy {
    char name[16]; /* "": none is known */
    int64_t lifetime, bounce_lifetime, lifetime_urgent, lifetime_non_urgent, run_interval, run_phase,
        minimal_backoff, maximal_backoff, interval_max, min_queue_age, max_queue_age, base_remote, base_local,
        interval, max_interval, early_period, glitch_count, glitch_interval, transient_count,
        transient_interval, outbound_interval, message_interval, jitter_of_2_32, first, factor_of_1000, square,
        waits_for_run, read;
    int64_t steps[LAW_STEPS];
    size_t n_steps;
    struct {
        int64_t cutoff, wait, factor_of_1000;
    } rules[LAW_RULES];
    size_t n_rules;
};
struct law_policy law_policy_parse(const char *text);

/* As its Priority says. What a list sent on has a Precedence from there on, which makes it non-urgent where no Priority
   is named; before the list it is normal. */
enum law_urgency { LAW_NORMAL, LAW_URGENT, LAW_NON_URGENT, LAW_BY_LIST };

/* A recipient that was not got rid of. */
struct law_failure {
    int64_t arrived_ns, now_ns, tried_ns; /* tried_ns: since when it was under way */
    int64_t attempts;      /* begun so far */
    bool was_tried;        /* else all hosts were passed over, or the destination was */
    bool is_local, is_null_sender;
    enum law_urgency urgency;
    int64_t skipped_until_ns; /* where it was passed over */
    int64_t dead_until_ns;    /* its destination is passed over until then; 0: it is not */
    int64_t first_failed_ns;  /* the first attempt of this queue that failed at all; -1: none */
    int64_t known_next_ns;    /* the earliest since then at which some host may be tried again; 0: none */
};

/* Whether the policy gives up now. Where it depends on what is remembered of hosts, both may be. */
struct law_expiry {
    bool may, must;
};
struct law_expiry law_policy_expiry(const struct law_policy *policy, const struct law_failure *failure);

/* The next attempt, or the instant at which it will be given up, lies in one of these spans. */
struct law_spans {
    size_t n;
    struct {
        int64_t from_ns, until_ns;
    } spans[LAW_SPANS];
};
struct law_spans law_policy_next(const struct law_policy *policy, const struct law_failure *failure);
/* The first attempt of what arrives now. */
int64_t law_policy_first(const struct law_policy *policy, int64_t now_ns);

#endif
