/* "retry" of a mail server: a policy by name, or an object with "policy" and the policy's own parameters, under the
   names that they bear where they come from. */
#include <stddef.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum parameter_kind { IS_DURATION, IS_COUNT, IS_SKIP /* qmail's chanskip: kept as its square, in seconds */ };

struct parameter {
    unsigned policies; /* bits 1 << RETRY_... */
    const char *key;
    enum parameter_kind kind;
    size_t place; /* in struct retry_policy, an int64_t */
    int64_t min, max;
};

#define OF(policy)    (1u << RETRY_##policy)
#define ALL           ((1u << RETRY_KINDS) - 1)
#define PLACE(field)  offsetof(struct retry_policy, field)
#define WAIT          SECOND, 30 * DAY
#define OPTIONAL_WAIT 0, 30 * DAY
#define LIFETIME      0, 100 * DAY

/* To add a parameter: a row here, its place in retry.h, a line in the schema and in docs/queue.md. */
static const struct parameter parameters[] = {
    {OF(POSTFIX), "queue_run_delay", IS_DURATION, PLACE(run_interval_ns), SECOND, DAY},
    {OF(EXIM) | OF(SENDMAIL), "queue_run_interval", IS_DURATION, PLACE(run_interval_ns), 0, DAY},
    {OF(POSTFIX) | OF(EXIM) | OF(SENDMAIL), "queue_run_phase", IS_DURATION, PLACE(run_phase_ns), 0, DAY},
    {OF(POSTFIX), "minimal_backoff_time", IS_DURATION, PLACE(minimal_backoff_ns), WAIT},
    {OF(POSTFIX), "maximal_backoff_time", IS_DURATION, PLACE(maximal_backoff_ns), WAIT},
    {OF(POSTFIX), "maximal_queue_lifetime", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(POSTFIX), "bounce_queue_lifetime", IS_DURATION, PLACE(bounce_lifetime_ns), LIFETIME},
    {OF(POSTFIX), "delay_warning_time", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {OF(POSTFIX), "destination_concurrency_failed_cohort_limit", IS_COUNT, PLACE(cohort_limit), 0, 1000},
    {OF(POSTFIX), "initial_destination_concurrency", IS_COUNT, PLACE(initial_concurrency), 1, 1000},
    {OF(POSTFIX), "connection_cache_time_limit", IS_DURATION, PLACE(idle_ns), OPTIONAL_WAIT},
    {OF(POSTFIX), "connection_reuse_time_limit", IS_DURATION, PLACE(reuse_ns), OPTIONAL_WAIT},
    {OF(POSTFIX), "smtp_mx_address_limit", IS_COUNT, PLACE(address_limit), 0, 1000},
    {OF(POSTFIX), "smtp_mx_session_limit", IS_COUNT, PLACE(session_limit), 0, 1000},
    {OF(EXIM), "hosts_max_try", IS_COUNT, PLACE(address_limit), 1, 1000},
    {OF(EXIM), "hosts_max_try_hardlimit", IS_COUNT, PLACE(address_hardlimit), 1, 1000},
    {OF(EXIM), "retry_interval_max", IS_DURATION, PLACE(interval_max_ns), WAIT},
    {OF(EXIM), "retry_data_expire", IS_DURATION, PLACE(data_expire_ns), WAIT},
    {OF(EXIM), "delay_warning", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "min_queue_age", IS_DURATION, PLACE(min_queue_age_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "max_queue_age", IS_DURATION, PLACE(max_queue_age_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "timeout_queuereturn", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(SENDMAIL), "timeout_queuereturn_urgent", IS_DURATION, PLACE(lifetime_urgent_ns), SECOND, 100 * DAY},
    {OF(SENDMAIL), "timeout_queuereturn_non_urgent", IS_DURATION, PLACE(lifetime_non_urgent_ns), SECOND, 100 * DAY},
    {OF(SENDMAIL), "timeout_queuereturn_dsn", IS_DURATION, PLACE(bounce_lifetime_ns), LIFETIME},
    {OF(SENDMAIL), "timeout_queuewarn", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "timeout_queuewarn_urgent", IS_DURATION, PLACE(warning_urgent_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "timeout_queuewarn_non_urgent", IS_DURATION, PLACE(warning_non_urgent_ns), OPTIONAL_WAIT},
    {OF(SENDMAIL), "timeout_hoststatus", IS_DURATION, PLACE(host_status_ns), OPTIONAL_WAIT},
    {OF(QMAIL), "queuelifetime", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(QMAIL), "concurrencyremote", IS_COUNT, PLACE(total_concurrency), 1, 500},
    {OF(QMAIL), "timeoutconnect", IS_DURATION, PLACE(connect_timeout_ns), SECOND, HOUR},
    {OF(QMAIL), "chanskip_remote", IS_SKIP, PLACE(base_remote_ns), 1, 1000},
    {OF(QMAIL), "chanskip_local", IS_SKIP, PLACE(base_local_ns), 1, 1000},
    {OF(QMAIL), "tcpto_timeouts", IS_COUNT, PLACE(tcpto_timeouts), 1, 10},
    {OF(QMAIL), "tcpto_spacing", IS_DURATION, PLACE(tcpto_spacing_ns), OPTIONAL_WAIT},
    {OF(QMAIL), "tcpto_unit", IS_DURATION, PLACE(tcpto_unit_ns), SECOND, HOUR},
    {OF(OPENSMTPD), "base_remote", IS_DURATION, PLACE(base_remote_ns), WAIT},
    {OF(OPENSMTPD), "base_local", IS_DURATION, PLACE(base_local_ns), WAIT},
    {OF(OPENSMTPD), "route_penalty", IS_DURATION, PLACE(route_base_ns), SECOND, HOUR},
    {OF(OPENSMTPD), "route_penalty_max", IS_DURATION, PLACE(route_max_ns), WAIT},
    {OF(OPENSMTPD), "ttl", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(OPENSMTPD), "bounce_warn_interval", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {OF(OPENSMTPD), "conn_delay_route", IS_DURATION, PLACE(connect_pause_ns), 0, HOUR},
    {OF(OPENSMTPD), "disc_delay_route", IS_DURATION, PLACE(disconnect_pause_ns), 0, HOUR},
    {OF(OPENSMTPD), "session_keepalive", IS_DURATION, PLACE(idle_ns), 0, HOUR},
    {OF(KUMOMTA), "retry_interval", IS_DURATION, PLACE(interval_ns), WAIT},
    {OF(KUMOMTA), "max_retry_interval", IS_DURATION, PLACE(max_interval_ns), OPTIONAL_WAIT},
    {OF(KUMOMTA), "max_age", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(EXCHANGE), "glitch_retry_count", IS_COUNT, PLACE(glitch_count), 0, 15},
    {OF(EXCHANGE), "glitch_retry_interval", IS_DURATION, PLACE(glitch_interval_ns), SECOND, HOUR},
    {OF(EXCHANGE), "transient_failure_retry_count", IS_COUNT, PLACE(transient_count), 0, 15},
    {OF(EXCHANGE), "transient_failure_retry_interval", IS_DURATION, PLACE(transient_interval_ns), SECOND, 12 * HOUR},
    {OF(EXCHANGE), "outbound_connection_failure_retry_interval", IS_DURATION, PLACE(outbound_interval_ns), SECOND,
     20 * DAY},
    {OF(EXCHANGE), "message_retry_interval", IS_DURATION, PLACE(message_interval_ns), SECOND, DAY},
    {OF(EXCHANGE), "message_expiration_timeout", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(EXCHANGE), "delay_notification_timeout", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {OF(RFC_MINIMUM), "retry_interval", IS_DURATION, PLACE(interval_ns), WAIT},
    {OF(RFC_MINIMUM), "early_period", IS_DURATION, PLACE(early_period_ns), OPTIONAL_WAIT},
    {OF(RFC_MINIMUM), "later_interval", IS_DURATION, PLACE(max_interval_ns), WAIT},
    {OF(RFC_MINIMUM) | OF(CUSTOM), "lifetime", IS_DURATION, PLACE(lifetime_ns), LIFETIME},
    {OF(RFC_MINIMUM) | OF(CUSTOM), "bounce_lifetime", IS_DURATION, PLACE(bounce_lifetime_ns), LIFETIME},
    {OF(CUSTOM) | OF(RFC_MINIMUM), "delay_warning", IS_DURATION, PLACE(warning_ns), OPTIONAL_WAIT},
    {ALL & ~OF(QMAIL), "destination_concurrency_limit", IS_COUNT, PLACE(concurrency_limit), 0, 1000},
    {ALL & ~OF(QMAIL), "destination_recipient_limit", IS_COUNT, PLACE(recipient_limit), 1, 10000},
    {ALL & ~OF(QMAIL), "messages_per_connection", IS_COUNT, PLACE(session_messages), 0, 100000},
    {ALL & ~OF(QMAIL), "connect_timeout", IS_DURATION, PLACE(connect_timeout_ns), SECOND, HOUR},
    {OF(POSTFIX), "smtp_connect_timeout", IS_DURATION, PLACE(connect_timeout_ns), SECOND, HOUR},
    {OF(POSTFIX), "smtp_helo_timeout", IS_DURATION, PLACE(timeouts.helo_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_mail_timeout", IS_DURATION, PLACE(timeouts.mail_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_rcpt_timeout", IS_DURATION, PLACE(timeouts.rcpt_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_data_init_timeout", IS_DURATION, PLACE(timeouts.data_init_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_data_xfer_timeout", IS_DURATION, PLACE(timeouts.data_block_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_data_done_timeout", IS_DURATION, PLACE(timeouts.data_done_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_rset_timeout", IS_DURATION, PLACE(timeouts.rset_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_quit_timeout", IS_DURATION, PLACE(timeouts.quit_ns), SECOND, DAY},
    {OF(POSTFIX), "smtp_starttls_timeout", IS_DURATION, PLACE(timeouts.starttls_ns), SECOND, DAY},
    {OF(EXIM), "command_timeout", IS_DURATION, PLACE(timeout_ns), SECOND, DAY},
    {OF(EXIM), "data_timeout", IS_DURATION, PLACE(timeouts.data_block_ns), SECOND, DAY},
    {OF(EXIM), "final_timeout", IS_DURATION, PLACE(timeouts.data_done_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_connect", IS_DURATION, PLACE(connect_timeout_ns), SECOND, HOUR},
    {OF(SENDMAIL), "timeout_initial", IS_DURATION, PLACE(timeouts.greeting_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_helo", IS_DURATION, PLACE(timeouts.helo_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_mail", IS_DURATION, PLACE(timeouts.mail_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_rcpt", IS_DURATION, PLACE(timeouts.rcpt_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_datainit", IS_DURATION, PLACE(timeouts.data_init_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_datablock", IS_DURATION, PLACE(timeouts.data_block_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_datafinal", IS_DURATION, PLACE(timeouts.data_done_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_rset", IS_DURATION, PLACE(timeouts.rset_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_quit", IS_DURATION, PLACE(timeouts.quit_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_starttls", IS_DURATION, PLACE(timeouts.starttls_ns), SECOND, DAY},
    {OF(SENDMAIL), "timeout_auth", IS_DURATION, PLACE(timeouts.auth_ns), SECOND, DAY},
    {OF(QMAIL), "timeoutremote", IS_DURATION, PLACE(timeout_ns), SECOND, DAY},
    {OF(OPENSMTPD), "session_timeout", IS_DURATION, PLACE(timeout_ns), SECOND, DAY},
    {OF(KUMOMTA), "banner_timeout", IS_DURATION, PLACE(timeouts.greeting_ns), SECOND, DAY},
    {OF(KUMOMTA), "ehlo_timeout", IS_DURATION, PLACE(timeouts.helo_ns), SECOND, DAY},
    {OF(KUMOMTA), "mail_from_timeout", IS_DURATION, PLACE(timeouts.mail_ns), SECOND, DAY},
    {OF(KUMOMTA), "rcpt_to_timeout", IS_DURATION, PLACE(timeouts.rcpt_ns), SECOND, DAY},
    {OF(KUMOMTA), "data_timeout", IS_DURATION, PLACE(timeouts.data_init_ns), SECOND, DAY},
    {OF(KUMOMTA), "data_dot_timeout", IS_DURATION, PLACE(timeouts.data_done_ns), SECOND, DAY},
    {OF(KUMOMTA), "starttls_timeout", IS_DURATION, PLACE(timeouts.starttls_ns), SECOND, DAY},
    {OF(EXCHANGE), "connection_inactivity_timeout", IS_DURATION, PLACE(timeout_ns), SECOND, DAY},
    {OF(POSTFIX), "hopcount_limit", IS_COUNT, PLACE(max_hops), 1, 1000},
    {OF(EXIM), "received_headers_max", IS_COUNT, PLACE(max_hops), 1, 1000},
    {OF(SENDMAIL), "max_hop_count", IS_COUNT, PLACE(max_hops), 1, 1000},
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

/* ---- custom ---- */

static const char one_growth[] = "write one of \"steps\", \"geometric\", \"quadratic\"";

static void load_steps(const struct spot *steps, struct retry_policy *p)
{
    p->growth = RETRY_STEPS;
    if (!check_array(steps, "[\"5 min\", \"30 min\"]")) return;
    p->n_steps = 0;
    for (struct spot s = spot_first(steps); s.json; s = spot_next(&s)) {
        int64_t wait_ns = MINUTE;
        if (p->n_steps == RETRY_STEPS_MAX) {
            spot_refuse(&s, tr("leave the rest out: the last step holds on"), tr("more than %d steps"),
                        RETRY_STEPS_MAX);
            return;
        }
        check_unit(&s, UNIT_DURATION, SECOND, 30 * DAY, &wait_ns);
        p->steps_ns[p->n_steps++] = wait_ns;
    }
    if (p->n_steps == 0) {
        spot_refuse(steps, tr("write [\"5 min\", \"30 min\"]"), tr("the list of steps is empty"));
        p->n_steps = 1;
    }
}

static void load_factor(const struct spot *up, int64_t *of_1000)
{
    struct spot s = spot_key(up, "factor");
    if (!s.json) return;
    double factor = cJSON_IsNumber(s.json) ? s.json->valuedouble : 0;
    if (!(factor >= 1 && factor <= 100)) {
        spot_refuse(&s, tr("write a number such as 1.5"), tr("%s is not a number from 1 to 100"),
                    checks_value(s.checks, s.json));
        return;
    }
    *of_1000 = (int64_t)(factor * 1000 + 0.5);
}

static void load_geometric(const struct spot *object, struct retry_policy *p)
{
    static const struct key_rule keys[] = {{"first", NULL}, {"factor", NULL}, {"cap", NULL}};
    p->growth = RETRY_GEOMETRIC;
    if (!check_object(object)) return;
    CHECK_KEYS(object, keys);
    if (check_present(object, "first", "\"first\": \"5 min\""))
        want_duration(object, "first", SECOND, 30 * DAY, &p->steps_ns[0]);
    load_factor(object, &p->factor_of_1000);
    want_duration(object, "cap", SECOND, 30 * DAY, &p->max_interval_ns);
}

static void load_quadratic(const struct spot *object, struct retry_policy *p)
{
    static const struct key_rule keys[] = {{"base", NULL}};
    p->growth = RETRY_QUADRATIC;
    if (!check_object(object)) return;
    CHECK_KEYS(object, keys);
    if (check_present(object, "base", "\"base\": \"400 s\""))
        want_duration(object, "base", SECOND, 30 * DAY, &p->steps_ns[0]);
}

static void load_custom(const struct spot *object, struct retry_policy *p)
{
    struct spot steps = spot_key(object, "steps"), geometric = spot_key(object, "geometric"),
                quadratic = spot_key(object, "quadratic");
    int n = (steps.json != NULL) + (geometric.json != NULL) + (quadratic.json != NULL);
    if (n == 0) spot_refuse(object, tr(one_growth), tr("the policy \"custom\" does not say how waits grow"));
    if (n > 1) spot_refuse(object, tr(one_growth), tr("the policy \"custom\" says twice how waits grow"));
    if (steps.json) load_steps(&steps, p);
    if (geometric.json) load_geometric(&geometric, p);
    if (quadratic.json) load_quadratic(&quadratic, p);
    uint64_t jitter;
    if (want_chance(object, "jitter", &jitter)) p->jitter_of_2_32 = (int64_t)jitter;
}

/* ---- the others ---- */

static void load_rules(const struct spot *object, struct retry_policy *p)
{
    const char *text;
    if (!want_text(object, "rules", "F,2h,15m; G,16h,1h,1.5; F,4d,6h", &text)) return;
    struct retry_policy read = *p;
    const char *problem = retry_parse_rules(text, &read);
    struct spot spot = spot_key(object, "rules");
    if (problem)
        spot_refuse(&spot, tr("write it like \"F,2h,15m; G,16h,1h,1.5; F,4d,6h\""), "\"%s\" %s", text, tr(problem));
    else
        *p = read;
}

static void load_delivery_mode(const struct spot *object, struct retry_policy *p)
{
    static const struct choice modes[] = {{"background", NULL}, {"queue", NULL}};
    size_t mode;
    if (want_choice(object, "delivery_mode", modes, 2, &mode)) p->waits_for_run = mode == 1;
}

static void load_feedback(const struct spot *object, const char *key, struct retry_feedback *feedback)
{
    const char *text;
    if (!want_text(object, key, "1/concurrency", &text) || retry_parse_feedback(text, feedback)) return;
    struct spot spot = spot_key(object, key);
    spot_refuse(&spot, tr("write \"1\", \"0.25\", \"1/8\" or \"1/concurrency\""),
                tr("\"%s\" is no feedback from 0 to 1"), text);
}

static void load_postfix(const struct spot *object, struct retry_policy *p)
{
    load_feedback(object, "destination_concurrency_positive_feedback", &p->positive_feedback);
    load_feedback(object, "destination_concurrency_negative_feedback", &p->negative_feedback);
    p->timeouts.greeting_ns = p->timeouts.helo_ns; /* smtp_helo_timeout is for both (smtp_proto.c) */
}

static void load_kumomta(const struct spot *object, struct retry_policy *p)
{
    uint64_t jitter;
    bool tries_next = false;
    if (want_chance(object, "jitter", &jitter)) p->jitter_of_2_32 = (int64_t)jitter;
    want_flag(object, "try_next_host_on_transport_error", &tries_next);
    if (tries_next) p->stays_after &= ~RETRY_AFTER(LOST);
}

static void check_runs(const struct spot *object, const struct retry_policy *p)
{
    struct spot interval = spot_key(object, "queue_run_interval");
    if (interval.json && p->kind == RETRY_SENDMAIL && p->run_interval_ns == 0)
        spot_refuse(&interval, tr("write \"30 min\""), tr("without queue runs nothing is tried again"));
}

/* Keys that stand beside the numbers, by policy. */
static size_t other_keys(enum retry_kind kind, struct key_rule *keys)
{
    size_t n = 0;
    keys[n++] = (struct key_rule){"policy", NULL};
    if (kind == RETRY_POSTFIX) keys[n++] = (struct key_rule){"destination_concurrency_positive_feedback", NULL};
    if (kind == RETRY_POSTFIX) keys[n++] = (struct key_rule){"destination_concurrency_negative_feedback", NULL};
    if (kind == RETRY_EXIM) keys[n++] = (struct key_rule){"rules", NULL};
    if (kind == RETRY_SENDMAIL) keys[n++] = (struct key_rule){"delivery_mode", NULL};
    if (kind == RETRY_KUMOMTA) keys[n++] = (struct key_rule){"jitter", NULL};
    if (kind == RETRY_KUMOMTA) keys[n++] = (struct key_rule){"try_next_host_on_transport_error", NULL};
    if (kind == RETRY_CUSTOM) {
        keys[n++] = (struct key_rule){"steps", NULL};
        keys[n++] = (struct key_rule){"geometric", NULL};
        keys[n++] = (struct key_rule){"quadratic", NULL};
        keys[n++] = (struct key_rule){"jitter", NULL};
    }
    return n;
}

static void load_parameters(const struct spot *object, struct retry_policy *p)
{
    struct key_rule keys[PARAMETERS + 8];
    size_t n = other_keys(p->kind, keys);
    for (size_t i = 0; i < PARAMETERS; i++)
        if (parameters[i].policies & 1u << p->kind) keys[n++] = (struct key_rule){parameters[i].key, NULL};
    check_keys(object, keys, n);
    for (size_t i = 0; i < PARAMETERS; i++) {
        const struct parameter *parameter = &parameters[i];
        int64_t *out = (int64_t *)(void *)((char *)p + parameter->place);
        if (!(parameter->policies & 1u << p->kind)) continue;
        int64_t skip;
        if (parameter->kind == IS_DURATION)
            want_duration(object, parameter->key, parameter->min, parameter->max, out);
        else if (parameter->kind == IS_SKIP) {
            if (want_integer(object, parameter->key, parameter->min, parameter->max, &skip))
                *out = skip * skip * SECOND;
        } else
            want_integer(object, parameter->key, parameter->min, parameter->max, out);
    }
}

/* What one lifetime says for both kinds of mail, where nothing is said of the other. */
static void settle(const struct spot *object, struct retry_policy *p, const struct retry_policy *before)
{
    bool says_both = p->kind == RETRY_POSTFIX || p->kind == RETRY_CUSTOM || spot_key(object, "bounce_lifetime").json ||
                     spot_key(object, "timeout_queuereturn_dsn").json;
    if (!says_both && p->lifetime_ns != before->lifetime_ns) p->bounce_lifetime_ns = p->lifetime_ns;
    if (p->concurrency_limit != before->concurrency_limit &&
        (p->concurrency_limit == 0 || p->initial_concurrency > p->concurrency_limit || p->kind != RETRY_POSTFIX))
        p->initial_concurrency = p->concurrency_limit;
}

static bool check_policy(const struct spot *spot, enum retry_kind *kind)
{
    struct choice policies[RETRY_KINDS];
    size_t policy;
    for (int i = 0; i < RETRY_KINDS; i++)
        policies[i] = (struct choice){retry_kind_name((enum retry_kind)i), NULL};
    if (!check_choice(spot, policies, RETRY_KINDS, &policy)) return false;
    *kind = (enum retry_kind)policy;
    return true;
}

/* { "custom": [...] }: the name of a policy is a value. True when one was a key, and is told. */
static bool refuse_policy_as_key(const struct spot *object)
{
    for (int i = 0; i < RETRY_KINDS; i++) {
        const char *name = retry_kind_name((enum retry_kind)i);
        struct spot spot = spot_key(object, name);
        if (!spot.json) continue;
        const char *hint = i == RETRY_CUSTOM
                               ? tr("write { \"policy\": \"custom\", \"steps\": [\"5 min\", \"30 min\"] }")
                               : checks_hint(spot.checks, tr("write \"policy\": \"%s\", and its keys beside it"), name);
        spot_refuse_key(&spot, hint, tr("\"%s\" is a policy, and no key"), name);
        return true;
    }
    return false;
}

static void load_policy_object(const struct spot *object, struct retry_policy *p)
{
    enum retry_kind kind = RETRY_POSTFIX;
    struct spot policy = spot_key(object, "policy");
    if (refuse_policy_as_key(object)) return;
    if (policy.json && !check_policy(&policy, &kind)) return;
    *p = retry_policy_default(kind);
    struct retry_policy before = *p;
    load_parameters(object, p);
    if (kind == RETRY_EXIM) load_rules(object, p);
    if (kind == RETRY_SENDMAIL) load_delivery_mode(object, p);
    if (kind == RETRY_CUSTOM) load_custom(object, p);
    if (kind == RETRY_POSTFIX) load_postfix(object, p);
    if (kind == RETRY_KUMOMTA) load_kumomta(object, p);
    check_runs(object, p);
    settle(object, p, &before);
    if (p->minimal_backoff_ns > p->maximal_backoff_ns)
        spot_refuse(object, tr("make \"maximal_backoff_time\" at least as long as \"minimal_backoff_time\""),
                    tr("the minimal backoff is longer than the maximal"));
}

void load_retry_policy(const struct spot *spot, struct retry_policy *p)
{
    enum retry_kind kind = RETRY_POSTFIX;
    *p = retry_policy_default(kind);
    if (!cJSON_IsString(spot->json)) {
        if (check_object(spot)) load_policy_object(spot, p);
        return;
    }
    if (!check_policy(spot, &kind)) return;
    *p = retry_policy_default(kind);
    if (kind == RETRY_CUSTOM)
        spot_refuse(spot, tr("write { \"policy\": \"custom\", \"steps\": [\"5 min\", \"30 min\"] }"),
                    tr("the policy \"custom\" does not say how waits grow"));
}

void load_retry(const struct spot *server, struct retry_policy *p)
{
    struct spot spot = spot_key(server, "retry");
    *p = retry_policy_default(RETRY_POSTFIX);
    if (spot.json) load_retry_policy(&spot, p);
}
