#include "viz/readers/laws_policy.h"

#include <stdlib.h>
#include <string.h>

static const int64_t second = 1000000000;

/* --- what host.settings says --- */

static int64_t number_of(const char *text)
{
    char *end;
    int64_t value = strtoll(text, &end, 10), part = 0, unit = second;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9' && unit > 1; end++)
            part = part * 10 + (*end - '0'), unit /= 10;
    return *end == 's' ? value * second + part * unit : value;
}

static bool take_list_item(struct law_policy *p, const char *key, int64_t value)
{
    if (strcmp(key, "step") == 0 && p->n_steps < LAW_STEPS)
        p->steps[p->n_steps++] = value;
    else if (strcmp(key, "rule") == 0 && p->n_rules < LAW_RULES)
        p->n_rules++;
    else if (strcmp(key, "cutoff") == 0 && p->n_rules)
        p->rules[p->n_rules - 1].cutoff = value;
    else if (strcmp(key, "wait") == 0 && p->n_rules)
        p->rules[p->n_rules - 1].wait = value;
    else if (strcmp(key, "factor_of_1000") == 0 && p->n_rules)
        p->rules[p->n_rules - 1].factor_of_1000 = value;
    else
        return false;
    return true;
}

static void take(struct law_policy *p, const char *key, int64_t value)
{
    const struct {
        const char *key;
        int64_t *place;
    } places[] = {{"lifetime", &p->lifetime},
                  {"bounce_lifetime", &p->bounce_lifetime},
                  {"lifetime_urgent", &p->lifetime_urgent},
                  {"lifetime_non_urgent", &p->lifetime_non_urgent},
                  {"run_interval", &p->run_interval},
                  {"run_phase", &p->run_phase},
                  {"minimal_backoff", &p->minimal_backoff},
                  {"maximal_backoff", &p->maximal_backoff},
                  {"interval_max", &p->interval_max},
                  {"min_queue_age", &p->min_queue_age},
                  {"max_queue_age", &p->max_queue_age},
                  {"base_remote", &p->base_remote},
                  {"base_local", &p->base_local},
                  {"interval", &p->interval},
                  {"max_interval", &p->max_interval},
                  {"early_period", &p->early_period},
                  {"glitch_count", &p->glitch_count},
                  {"glitch_interval", &p->glitch_interval},
                  {"transient_count", &p->transient_count},
                  {"transient_interval", &p->transient_interval},
                  {"outbound_interval", &p->outbound_interval},
                  {"message_interval", &p->message_interval},
                  {"jitter_of_2_32", &p->jitter_of_2_32},
                  {"first", &p->first},
                  {"factor_of_1000", &p->factor_of_1000},
                  {"square", &p->square},
                  {"waits_for_run", &p->waits_for_run},
                  {"read", &p->read}};
    if (take_list_item(p, key, value)) return;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].key, key) == 0) *places[i].place = value;
}

struct law_policy law_policy_parse(const char *text)
{
    struct law_policy p = {0};
    while (*text) {
        char key[32] = "";
        size_t length = strcspn(text, "= ");
        if (length < sizeof key) memcpy(key, text, length);
        const char *value = text + length + (text[length] == '=');
        size_t size = strcspn(value, " ");
        if (strcmp(key, "policy") == 0 && size < sizeof p.name)
            memcpy(p.name, value, size);
        else
            take(&p, key, number_of(value));
        text = value + size + strspn(value + size, " ");
    }
    return p;
}

/* --- arithmetic --- */

static bool is(const struct law_policy *p, const char *name)
{
    return strcmp(p->name, name) == 0;
}

/* The first queue run from this instant on. */
static int64_t run_from(const struct law_policy *p, int64_t at_ns)
{
    if (p->run_interval == 0) return at_ns;
    int64_t run = p->run_phase;
    if (at_ns > run) run += (at_ns - run) / p->run_interval * p->run_interval;
    return run < at_ns ? run + p->run_interval : run;
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    if (value > high) value = high;
    return value < low ? low : value;
}

static int64_t whole(int64_t ns)
{
    return ns / second * second;
}

static int64_t root_of(int64_t value)
{
    int64_t root = 0;
    while ((root + 1) * (root + 1) <= value) /* ages are days: some thousand steps at most */
        root++;
    return root;
}

/* start + base n^2, the first that is later than now. */
static int64_t next_square(int64_t start, int64_t now, int64_t base)
{
    int64_t n = 1;
    while (start + base * n * n <= now)
        n++;
    return start + base * n * n;
}

static int64_t lifetime_of(const struct law_policy *p, const struct law_failure *f)
{
    if (f->is_null_sender) return p->bounce_lifetime;
    if (f->urgency == LAW_URGENT && p->lifetime_urgent) return p->lifetime_urgent;
    if (f->urgency == LAW_NON_URGENT && p->lifetime_non_urgent) return p->lifetime_non_urgent;
    return p->lifetime;
}

int64_t law_policy_first(const struct law_policy *p, int64_t now_ns)
{
    return p->waits_for_run ? run_from(p, now_ns + 1) : now_ns;
}

static void add(struct law_spans *s, int64_t from_ns, int64_t until_ns)
{
    if (s->n == LAW_SPANS) return;
    s->spans[s->n].from_ns = from_ns;
    s->spans[s->n++].until_ns = until_ns;
}

/* --- policies --- */

static int64_t doubled(const struct law_policy *p, int64_t attempts)
{
    int64_t wait = p->interval;
    while (--attempts > 0 && wait < INT64_C(1) << 56)
        wait *= 2;
    return p->max_interval && wait > p->max_interval ? p->max_interval : wait;
}

static int64_t kumomta_jitter(const struct law_policy *p)
{
    int64_t part = (int64_t)((double)p->interval * ((double)p->jitter_of_2_32 / 4294967296.0)) + 1;
    return within(part, 0, 30 * second);
}

static int64_t custom_wait(const struct law_policy *p, const struct law_failure *f)
{
    if (p->square) return next_square(f->arrived_ns, f->now_ns, p->square) - f->now_ns;
    if (p->n_steps) return p->steps[within(f->attempts - 1, 0, (int64_t)p->n_steps - 1)];
    double wait = (double)p->first;
    for (int64_t i = 1; i < f->attempts && wait < 1e17; i++)
        wait = wait * (double)p->factor_of_1000 / 1000;
    if (p->max_interval && wait > (double)p->max_interval) return p->max_interval;
    return wait < 86.4e15 ? (int64_t)wait : INT64_C(86400000000000000); /* a thousand days */
}

static void next_of_custom(const struct law_policy *p, const struct law_failure *f, struct law_spans *s)
{
    int64_t wait = custom_wait(p, f);
    int64_t shift = (int64_t)((double)wait * ((double)p->jitter_of_2_32 / 4294967296.0));
    int64_t slack = p->factor_of_1000 && wait > second ? wait / 1000000 + 1000 : 1; /* of rounding, at each step */
    int64_t from = f->now_ns + wait - shift - slack;
    add(s, from > f->now_ns ? from : f->now_ns + 1, f->now_ns + wait + shift + slack);
}

static void next_of_exchange(const struct law_policy *p, const struct law_failure *f, struct law_spans *s)
{
    int64_t end = f->arrived_ns + lifetime_of(p, f);
    int64_t waits[] = {p->message_interval, f->dead_until_ns > f->now_ns ? f->dead_until_ns - f->now_ns : 0,
                       f->attempts <= p->glitch_count                        ? p->glitch_interval
                       : f->attempts <= p->glitch_count + p->transient_count ? p->transient_interval
                                                                             : p->outbound_interval};
    for (size_t i = f->was_tried ? 0 : 1; i < sizeof waits / sizeof *waits; i++) {
        int64_t next = f->now_ns + waits[i];
        if (next > end) next = end;
        if (waits[i]) add(s, next, next);
    }
}

/* What is remembered of hosts and addresses decides, by rules whose least and longest waits are known: no sooner than
   the least of them after an attempt, or when a host that was passed over may be tried. */
static void next_of_exim(const struct law_policy *p, const struct law_failure *f, struct law_spans *s)
{
    int64_t least = p->interval_max, from = whole(f->now_ns);
    for (size_t i = 0; i < p->n_rules; i++)
        least = p->rules[i].wait < least ? p->rules[i].wait : least;
    if (f->was_tried)
        from = whole(f->tried_ns) + whole(least); /* its first host may have failed long before its last */
    if (f->known_next_ns && f->known_next_ns < from) from = f->known_next_ns;
    if (!f->was_tried && f->skipped_until_ns > from) from = f->skipped_until_ns;
    int64_t until = f->was_tried ? whole(f->now_ns) + p->interval_max : f->skipped_until_ns;
    if (until < f->now_ns + second) until = f->now_ns + second;
    from = run_from(p, from);
    add(s, from > f->now_ns ? from : f->now_ns + 1, run_from(p, until));
}

/* qmail-send.c pass_dochan: when the message's turn comes. */
static int64_t age_when_begun(const struct law_failure *f)
{
    return f->tried_ns > f->arrived_ns ? f->tried_ns - f->arrived_ns : 0;
}

static int64_t next_of_the_rest(const struct law_policy *p, const struct law_failure *f)
{
    int64_t age = f->now_ns - f->arrived_ns;
    if (is(p, "postfix")) { /* a scan takes what is due within a second */
        int64_t scan = run_from(p, f->now_ns + within(age, p->minimal_backoff, p->maximal_backoff) - second);
        return scan > f->now_ns ? scan : scan + p->run_interval;
    }
    if (is(p, "sendmail")) {
        int64_t wait = p->max_queue_age ? within(age, 0, p->max_queue_age) : p->min_queue_age;
        return run_from(p, f->now_ns + (wait ? wait : 1));
    }
    if (is(p, "qmail")) {
        int64_t n =
            root_of(age_when_begun(f) / second) + root_of((f->is_local ? p->base_local : p->base_remote) / second);
        int64_t next = f->arrived_ns + n * n * second;
        return next > f->now_ns ? next : f->now_ns;
    }
    if (is(p, "opensmtpd")) {
        int64_t next = next_square(f->arrived_ns, f->now_ns, f->is_local ? p->base_local : p->base_remote);
        int64_t end = f->arrived_ns + lifetime_of(p, f);
        return next < end ? next : end;
    }
    return f->now_ns + (age < p->early_period ? p->interval : p->max_interval); /* rfc-minimum */
}

struct law_spans law_policy_next(const struct law_policy *p, const struct law_failure *f)
{
    struct law_spans s = {0};
    if (is(p, "custom")) {
        next_of_custom(p, f, &s);
    } else if (is(p, "exchange")) {
        next_of_exchange(p, f, &s);
    } else if (is(p, "exim")) {
        next_of_exim(p, f, &s);
    } else if (is(p, "kumomta")) {
        int64_t wait = doubled(p, f->attempts), jitter = kumomta_jitter(p);
        add(&s, f->now_ns + wait - jitter, f->now_ns + wait + jitter);
    } else {
        int64_t next = next_of_the_rest(p, f);
        add(&s, next, next);
    }
    return s;
}

static struct law_expiry expiry_of_sendmail(const struct law_policy *p, const struct law_failure *f)
{
    struct law_failure other = *f;
    if (f->urgency == LAW_BY_LIST) other.urgency = LAW_NON_URGENT;
    int64_t age = whole(f->now_ns) - whole(f->arrived_ns);
    bool is_over = age >= lifetime_of(p, f), is_other_over = age >= lifetime_of(p, &other);
    return (struct law_expiry){.may = is_over || is_other_over, .must = is_over && is_other_over};
}

struct law_expiry law_policy_expiry(const struct law_policy *p, const struct law_failure *f)
{
    int64_t age = f->now_ns - f->arrived_ns, lifetime = lifetime_of(p, f);
    bool is_over = age >= lifetime;
    if (is(p, "qmail")) is_over = age_when_begun(f) / second > lifetime / second;
    if (is(p, "sendmail")) return expiry_of_sendmail(p, f);
    if (is(p, "kumomta")) {
        int64_t next = age + doubled(p, f->attempts), jitter = kumomta_jitter(p);
        return (struct law_expiry){.may = next + jitter > lifetime, .must = next - jitter > lifetime};
    }
    if (is(p, "exim")) {
        int64_t longest = p->n_rules ? p->rules[p->n_rules - 1].cutoff : 0;
        bool is_old = whole(f->now_ns) - whole(f->arrived_ns) > longest;
        bool failed_long = f->first_failed_ns >= 0 && f->now_ns - f->first_failed_ns > longest - second;
        return (struct law_expiry){.may = is_old || failed_long, .must = is_old && f->was_tried};
    }
    return (struct law_expiry){.may = is_over, .must = is_over};
}
