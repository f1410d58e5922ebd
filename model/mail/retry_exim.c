/* Exim. What fails is remembered in a retry database, a record for each host and one for each address or message that
   was refused; a record says when it may be tried next, by rules, and all mails that need it wait for that (retry.c).
   The message itself is only looked at by queue runners. Exim counts in whole seconds. hosts_max_try is not for mail
   that is older than the last rule, so that in the end all hosts have been tried; hosts_max_try_hardlimit is
   (transports/smtp.c). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    retry_parse_rules("F,2h,15m; G,16h,1h,1.5; F,4d,6h", policy);
    policy->run_interval_ns = 30 * MINUTE;
    policy->interval_max_ns = 24 * HOUR;
    policy->data_expire_ns = 7 * DAY;
    policy->warning_ns = 24 * HOUR;
    policy->spares_automatic = true;                      /* delay_warning_condition, as it is by default */
    policy->lifetime_ns = policy->bounce_lifetime_ns = 0; /* the rules say it */
    policy->initial_concurrency = policy->concurrency_limit = 0;
    policy->address_limit = 5;
    policy->address_hardlimit = 50;
    policy->session_messages = 500;
    policy->connect_timeout_ns = 5 * MINUTE;
    policy->timeout_ns = 5 * MINUTE;
    policy->timeouts =
        (struct smtp_timeouts){.data_block_ns = 5 * MINUTE, .data_done_ns = 10 * MINUTE}; /* transports/smtp.c */
    policy->max_hops = 30;                                                                /* received_headers_max */
}

static int64_t whole_seconds(int64_t ns)
{
    return ns - ns % SECOND;
}

/* The first rule whose time is not over; past the last one that one holds on, and the record has expired. */
static const struct retry_rule *rule_for(const struct retry_policy *policy, int64_t failing_ns, bool *expired)
{
    for (size_t i = 0; i < policy->n_rules; i++)
        if (failing_ns <= policy->rules[i].cutoff_ns) {
            *expired = false;
            return &policy->rules[i];
        }
    *expired = true;
    return &policy->rules[policy->n_rules - 1];
}

/* How long ago the job came, in Exim's clock. */
static int64_t age_of(const struct retry_job *job)
{
    return whole_seconds(job->now_ns) - whole_seconds(job->arrived_ns);
}

static int64_t last_cutoff(const struct retry_policy *policy)
{
    return policy->rules[policy->n_rules - 1].cutoff_ns;
}

static int64_t wait_by(const struct retry_rule *rule, const struct retry_record *record, const struct retry_job *job)
{
    if (rule->letter == 'F') return rule->wait_ns;
    int64_t predicted = record->next_try_ns - record->last_try_ns;
    int64_t actual = whole_seconds(job->now_ns) - record->last_try_ns;
    int64_t gap = predicted < actual ? predicted : actual;
    int64_t wait = gap < rule->wait_ns ? rule->wait_ns : gap / 1000 * rule->factor_of_1000;
    if (rule->letter == 'H') /* between the least and what G would give */
        wait = rule->wait_ns + (int64_t)(job->draw % (uint64_t)(wait - rule->wait_ns + SECOND));
    return whole_seconds(wait);
}

void retry_exim_update(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job)
{
    int64_t now_ns = whole_seconds(job->now_ns);
    if (record->is_set && now_ns - record->last_try_ns > policy->data_expire_ns) record->is_set = false;
    if (!record->is_set)
        *record = (struct retry_record){
            .is_set = true, .first_failed_ns = now_ns, .last_try_ns = now_ns, .next_try_ns = now_ns};
    const struct retry_rule *rule = rule_for(policy, now_ns - record->first_failed_ns, &record->expired);
    int64_t wait_ns = wait_by(rule, record, job);
    /* On the queue for longer than the last rule, though the host itself has not failed for so long: the next mail in
       the same case may try at once. */
    bool as_old = whole_seconds(job->arrived_ns) <= record->first_failed_ns;
    if (!record->expired && as_old && age_of(job) > last_cutoff(policy)) wait_ns = 0;
    if (wait_ns > policy->interval_max_ns) wait_ns = policy->interval_max_ns;
    record->last_try_ns = now_ns;
    record->next_try_ns = now_ns + wait_ns;
}

/* Given up when the record has expired, or when the mail itself is older than the last rule goes (the ultimate address
   time-out). A mail that was passed over is given up only if the host has expired: "retry time not reached for any host
   after a long failure period". */
static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    const struct retry_record *record = job->record;
    int64_t due_ns = job->now_ns;
    bool too_old = age_of(job) > last_cutoff(policy);
    if (record && record->is_set) {
        if (record->expired || (too_old && job->failure != RETRY_NOT_TRIED)) return retry_give_up_at(job->now_ns);
        due_ns = record->next_try_ns;
    } else if (too_old) {
        return retry_give_up_at(job->now_ns);
    } else { /* nothing to go by, such as a name server that does not answer: as a record of this job alone */
        struct retry_record own = {.is_set = true, .first_failed_ns = whole_seconds(job->arrived_ns)};
        own.last_try_ns = own.next_try_ns = whole_seconds(job->last_try_ns);
        retry_exim_update(policy, &own, job);
        due_ns = own.next_try_ns;
    }
    int64_t at_ns = retry_run_not_before(policy, due_ns);
    if (at_ns <= job->now_ns) at_ns = retry_run_not_before(policy, job->now_ns + SECOND);
    return retry_again_in_run(policy->run_interval_ns > 0 ? due_ns : at_ns, at_ns);
}

/* retry_check_address: before its time a host is not tried, but by a mail that has waited longer than the last rule. */
static bool host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                         int64_t run_ns, int64_t *until_ns)
{
    (void)run_ns;
    if (job->now_ns - record->last_try_ns > policy->data_expire_ns) record->is_set = false;
    if (!record->is_set || job->now_ns >= record->next_try_ns) return true;
    if (!record->expired && age_of(job) > last_cutoff(policy)) return true;
    *until_ns = record->next_try_ns;
    return false;
}

static bool host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, bool timed_out)
{
    (void)run_ns;
    (void)timed_out;
    retry_exim_update(policy, record, job);
    return true;
}

static void host_worked(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns)
{
    (void)policy;
    (void)now_ns;
    *record = (struct retry_record){0};
}

const struct retry_flavour retry_exim = {.name = "exim",
                                         .plans_by_clock = true,
                                         .set_default = set_default,
                                         .after_failure = after_failure,
                                         .host_may_try = host_may_try,
                                         .host_failed = host_failed,
                                         .host_worked = host_worked};

/* --- rules as text --- */

static const char *skip_blanks(const char *c)
{
    while (*c == ' ')
        c++;
    return c;
}

/* "2h30m", as Exim writes times: w d h m s. */
static const char *read_time(const char *c, int64_t *ns)
{
    static const struct {
        char letter;
        int64_t ns;
    } units[] = {{'w', 7 * DAY}, {'d', DAY}, {'h', HOUR}, {'m', MINUTE}, {'s', SECOND}};
    *ns = 0;
    if (!isdigit((unsigned char)*c)) return NULL;
    while (isdigit((unsigned char)*c)) {
        int64_t number = 0, unit = 0;
        for (; isdigit((unsigned char)*c); c++)
            if ((number = number * 10 + (*c - '0')) > 1000000) return NULL;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (units[i].letter == *c) unit = units[i].ns;
        if (unit == 0) return NULL;
        c++;
        *ns += number * unit;
    }
    return *ns > 0 && *ns <= 1000 * DAY ? c : NULL;
}

static const char *read_factor(const char *c, int64_t *of_1000)
{
    int64_t digit = 100;
    *of_1000 = 0;
    if (!isdigit((unsigned char)*c)) return NULL;
    for (; isdigit((unsigned char)*c); c++)
        if ((*of_1000 = *of_1000 * 10 + (*c - '0')) > 1000) return NULL;
    *of_1000 *= 1000;
    if (*c == '.')
        for (c++; isdigit((unsigned char)*c); c++, digit /= 10)
            *of_1000 += digit * (*c - '0');
    return *of_1000 >= 1000 ? c : NULL;
}

static const char *read_comma(const char *c)
{
    c = c ? skip_blanks(c) : NULL;
    return c && *c == ',' ? skip_blanks(c + 1) : NULL;
}

static const char *read_rule(const char *c, struct retry_rule *rule)
{
    *rule = (struct retry_rule){.letter = *c};
    if (!strchr("FGH", *c) || !*c || !(c = read_comma(c + 1))) return NULL;
    c = read_comma(read_time(c, &rule->cutoff_ns));
    if (!c || !(c = read_time(c, &rule->wait_ns))) return NULL;
    if (rule->letter == 'F') return skip_blanks(c);
    c = read_comma(c);
    return c && (c = read_factor(c, &rule->factor_of_1000)) ? skip_blanks(c) : NULL;
}

const char *retry_parse_rules(const char *text, struct retry_policy *policy)
{
    const char *c = skip_blanks(text);
    size_t n = 0;
    do {
        if (n == RETRY_RULES_MAX) return "has more rules than 16";
        c = read_rule(skip_blanks(c), &policy->rules[n]);
        if (!c) return "is not a list of Exim's retry rules";
        if (n > 0 && policy->rules[n].cutoff_ns <= policy->rules[n - 1].cutoff_ns)
            return "has a rule that ends no later than the one before it";
        n++;
    } while (*c++ == ';');
    if (c[-1] != '\0') return "is not a list of Exim's retry rules";
    policy->n_rules = n;
    return NULL;
}
