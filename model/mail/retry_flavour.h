/* What the files of the policies (retry_*.c) fill in; retry.c calls them. */
#ifndef POSTROAD_MODEL_MAIL_RETRY_FLAVOUR_H
#define POSTROAD_MODEL_MAIL_RETRY_FLAVOUR_H

#include "model/mail/retry.h"

struct retry_flavour {
    const char *name;
    bool plans_by_clock;
    void (*set_default)(struct retry_policy *policy);
    struct retry_plan (*after_failure)(const struct retry_policy *policy, const struct retry_job *job);
    /* Of hosts; NULL: nothing is remembered of them. */
    bool (*host_may_try)(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                         int64_t run_ns, int64_t *until_ns);
    bool (*host_failed)(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, bool timed_out);
    void (*host_worked)(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns);
    /* Of destinations; NULL: the window stays as it was. */
    bool (*site_failed)(const struct retry_policy *policy, struct retry_site *site, const struct retry_job *job);
    void (*site_worked)(const struct retry_policy *policy, struct retry_site *site, int64_t busy);
};

extern const struct retry_flavour retry_postfix, retry_exim, retry_sendmail, retry_qmail, retry_opensmtpd,
    retry_kumomta, retry_exchange, retry_rfc_minimum, retry_custom;

/* retry.c */
struct retry_plan retry_again_at(int64_t at_ns);
struct retry_plan retry_again_in_run(int64_t due_ns, int64_t run_ns);
struct retry_plan retry_give_up_at(int64_t at_ns);
/* Shifts a wait by chance, by up to `part_ns` either way. */
int64_t retry_jitter(uint64_t draw, int64_t part_ns);
int64_t retry_part_of(int64_t whole_ns, int64_t of_2_32);
int64_t retry_clamp(int64_t value, int64_t low, int64_t high);
/* base * n^2 for the first n that is later than now (qmail, OpenSMTPD, custom). */
int64_t retry_next_square(int64_t arrived_ns, int64_t now_ns, int64_t base_ns);

/* retry_exim.c */
void retry_exim_update(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job);

#endif
