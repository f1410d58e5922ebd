/* A policy as text, for the journal: "policy=postfix lifetime=432000s run_interval=300s", what is 0 left out. With it a
   reader can say when a queue must try again, whatever the scenario's words for it. */
#include <stddef.h>
#include <stdio.h>

#include "model/mail/retry.h"
#include "sim/journal/vtime.h"

#define TIME(name)  #name, offsetof(struct retry_policy, name##_ns), true
#define COUNT(name) #name, offsetof(struct retry_policy, name), false

static const struct {
    const char *name;
    size_t place; /* an int64_t */
    bool is_time;
} values[] = {
    {TIME(lifetime)},          {TIME(bounce_lifetime)},    {TIME(run_interval)},       {TIME(run_phase)},
    {TIME(minimal_backoff)},   {TIME(maximal_backoff)},    {TIME(interval_max)},       {TIME(min_queue_age)},
    {TIME(max_queue_age)},     {TIME(base_remote)},        {TIME(base_local)},         {TIME(interval)},
    {TIME(max_interval)},      {TIME(early_period)},       {COUNT(glitch_count)},      {TIME(glitch_interval)},
    {COUNT(transient_count)},  {TIME(transient_interval)}, {TIME(outbound_interval)},  {TIME(message_interval)},
    {COUNT(jitter_of_2_32)},   {COUNT(concurrency_limit)}, {COUNT(total_concurrency)}, {COUNT(recipient_limit)},
    {COUNT(session_messages)},
};

static size_t add_number(char *text, size_t used, const char *name, int64_t value)
{
    if (value == 0 || used >= RETRY_TEXT_BYTES) return used;
    return used + (size_t)snprintf(text + used, RETRY_TEXT_BYTES - used, " %s=%lld", name, (long long)value);
}

/* In seconds, to the last nanosecond. */
static size_t add_time(char *text, size_t used, const char *name, int64_t ns)
{
    if (ns == 0 || used >= RETRY_TEXT_BYTES) return used;
    used += (size_t)snprintf(text + used, RETRY_TEXT_BYTES - used, " %s=%lld", name, (long long)(ns / SECOND));
    if (used < RETRY_TEXT_BYTES && ns % SECOND)
        used += (size_t)snprintf(text + used, RETRY_TEXT_BYTES - used, ".%09lld", (long long)(ns % SECOND));
    return used < RETRY_TEXT_BYTES ? used + (size_t)snprintf(text + used, RETRY_TEXT_BYTES - used, "s") : used;
}

/* What differs from what holds for most mail. */
static size_t add_other(char *text, size_t used, const char *name, int64_t ns, int64_t usual_ns)
{
    return ns == RETRY_AS_NORMAL || ns == usual_ns ? used : add_time(text, used, name, ns);
}

/* Each growth by its own words. */
static size_t add_custom(const struct retry_policy *policy, char *text, size_t used)
{
    switch (policy->growth) {
    case RETRY_STEPS:
        for (size_t i = 0; i < policy->n_steps; i++)
            used = add_time(text, used, "step", policy->steps_ns[i]);
        break;
    case RETRY_GEOMETRIC:
        used = add_time(text, used, "first", policy->steps_ns[0]);
        used = add_number(text, used, "factor_of_1000", policy->factor_of_1000);
        break;
    case RETRY_QUADRATIC:
        used = add_time(text, used, "square", policy->steps_ns[0]);
        break;
    }
    return used;
}

const char *retry_policy_text(const struct retry_policy *policy, char text[RETRY_TEXT_BYTES])
{
    size_t used = (size_t)snprintf(text, RETRY_TEXT_BYTES, "policy=%s", retry_kind_name(policy->kind));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        used = (values[i].is_time ? add_time : add_number)(
            text, used, values[i].name, *(const int64_t *)(const void *)((const char *)policy + values[i].place));
    if (policy->kind == RETRY_CUSTOM) used = add_custom(policy, text, used);
    for (size_t i = 0; i < policy->n_rules; i++) {
        if (used < RETRY_TEXT_BYTES)
            used += (size_t)snprintf(text + used, RETRY_TEXT_BYTES - used, " rule=%c", policy->rules[i].letter);
        used = add_time(text, used, "cutoff", policy->rules[i].cutoff_ns);
        used = add_time(text, used, "wait", policy->rules[i].wait_ns);
        used = add_number(text, used, "factor_of_1000", policy->rules[i].factor_of_1000);
    }
    used = add_number(text, used, "stays_after", policy->stays_after);
    if (policy->minds_urgency) {
        used = add_other(text, used, "lifetime_urgent", policy->lifetime_urgent_ns, policy->lifetime_ns);
        used = add_other(text, used, "lifetime_non_urgent", policy->lifetime_non_urgent_ns, policy->lifetime_ns);
        used = add_other(text, used, "warning_urgent", policy->warning_urgent_ns, policy->warning_ns);
        used = add_other(text, used, "warning_non_urgent", policy->warning_non_urgent_ns, policy->warning_ns);
    }
    if (policy->waits_for_run) add_number(text, used, "waits_for_run", 1);
    return text;
}
