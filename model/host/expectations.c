/* Expectations of mails are judged from the ledger, for every recipient of the mail they name. Those of events are
   counted by a reader of the journal, which asks for their kinds; worlds that expect none have no such reader. */
#include "model/host/expectations.h"

#include <stdio.h>
#include <string.h>

#include "model/host/event_words.h"
#include "model/host/ledger.h"
#include "sim/journal/memory.h"

/* When the outcome that was asked for came, or TIME_NEVER. */
static int64_t outcome_at(const struct mail_fate *fate, const char *outcome)
{
    if (strcmp(outcome, "delivered") == 0) return fate->delivered_ns;
    if (strcmp(outcome, "picked up") == 0) return fate->picked_up_ns;
    if (strcmp(outcome, "bounced") == 0) return fate->bounced_ns;
    if (strcmp(outcome, "discarded") == 0) return fate->discarded_ns;
    return TIME_NEVER;
}

/* What became of it in the end, as a word of the outcomes. */
static const char *fate_in_a_word(const struct mail_fate *fate)
{
    if (fate->bounced_ns != TIME_NEVER) return "bounced";
    if (fate->picked_up_ns != TIME_NEVER) return "picked up";
    if (fate->delivered_ns != TIME_NEVER) return "delivered";
    return fate->discarded_ns != TIME_NEVER ? "discarded" : "queued";
}

static bool numbers_hold(const struct scenario_expectation *expected, const struct mail_fate *fate, char *why,
                         size_t size)
{
    bool is_tried_too_often = fate->attempts > expected->max_attempts;
    if (fate->attempts < expected->min_attempts || is_tried_too_often) {
        unsigned bound = is_tried_too_often ? expected->max_attempts : expected->min_attempts;
        snprintf(why, size, "attempts: %u, not %u", fate->attempts, bound);
        return false;
    }
    if (fate->copies < expected->min_copies || fate->copies > expected->max_copies) {
        snprintf(why, size, "copies: %u, not %u", fate->copies, (unsigned)expected->min_copies);
        return false;
    }
    return true;
}

static bool recipient_holds(const struct scenario_expectation *expected, const struct mail_fate *fate, char *why,
                            size_t size)
{
    char at[VTIME_TEXT_BYTES], bound[VTIME_TEXT_BYTES];
    bool is_open =
        fate->delivered_ns == TIME_NEVER && fate->bounced_ns == TIME_NEVER && fate->discarded_ns == TIME_NEVER;
    bool wants_queued = strcmp(expected->outcome, "queued") == 0;
    int64_t at_ns = outcome_at(fate, expected->outcome);
    if (!numbers_hold(expected, fate, why, size)) return false;
    if (wants_queued ? !is_open : at_ns == TIME_NEVER) {
        snprintf(why, size, "it is %s", fate_in_a_word(fate));
        return false;
    }
    bool is_late = at_ns >= expected->before_ns, is_early = at_ns < expected->after_ns;
    if (!wants_queued && (is_late || is_early)) {
        snprintf(why, size, "at %s, not %s %s", vtime_format_instant(at_ns, at), is_late ? "before" : "after",
                 vtime_format_instant(is_late ? expected->before_ns : expected->after_ns, bound));
        return false;
    }
    snprintf(why, size, "held");
    return true;
}

static bool check_mail(struct world *world, const struct scenario_expectation *expected)
{
    const struct scenario_mail *mail = &world->scenario->mails[expected->mail];
    char text[512], why[256] = "held";
    bool held = true;
    for (size_t i = 0; i < mail->n_to && held; i++) {
        struct mail_fate fate =
            ledger_fate(world->ledger, (struct message_id){(uint32_t)expected->mail + 1}, mail->to[i]);
        held = recipient_holds(expected, &fate, why, sizeof why);
    }
    snprintf(text, sizeof text, "%s is %s", mail->name, expected->outcome);
    JOURNAL_EMIT(world->journal, EXPECTATION, F_TEXT(TEXT, text), F_INT(HELD, held), F_TEXT(WHY, why));
    return held;
}

/* ---- of events ---- */

struct event_counts {
    const struct scenario *scenario;
    uint32_t times[]; /* by expectation */
};

static void on_event(void *context, const struct event *e)
{
    struct event_counts *counts = context;
    for (size_t i = 0; i < counts->scenario->n_expectations; i++) {
        const struct scenario_expectation *expected = &counts->scenario->expectations[i];
        if (expected->kind != e->kind || e->at_ns < expected->after_ns || e->at_ns >= expected->before_ns) continue;
        if (event_says(e, expected->words) && event_is_where(e, expected->where, expected->n_where)) counts->times[i]++;
    }
}

struct event_counts *expectations_new(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct event_mask mask = event_mask_none();
    bool some = false;
    for (size_t i = 0; i < scenario->n_expectations; i++) {
        if (!scenario->expectations[i].event) continue;
        some = true;
        mask = event_mask_union(mask, event_mask_kind(scenario->expectations[i].kind));
    }
    if (!some) return NULL;
    struct event_counts *counts = mem_calloc(1, sizeof *counts + scenario->n_expectations * sizeof *counts->times);
    counts->scenario = scenario;
    journal_add_reader(world->journal, (struct journal_reader){.mask = mask, .on_event = on_event, .context = counts});
    return counts;
}

void expectations_free(struct event_counts *counts)
{
    mem_free(counts);
}

static void times_in_words(const struct scenario_expectation *expected, char *words, size_t size)
{
    uint32_t least = expected->min_times, most = expected->max_times;
    if (most == 0)
        snprintf(words, size, "never comes");
    else if (least == most)
        snprintf(words, size, least == 1 ? "comes once" : "comes %u times", least);
    else if (most == UINT32_MAX)
        snprintf(words, size, least == 1 ? "comes at least once" : "comes at least %u times", least);
    else if (least == 0)
        snprintf(words, size, most == 1 ? "comes at most once" : "comes at most %u times", most);
    else
        snprintf(words, size, "comes %u to %u times", least, most);
}

/* The conditions as they were written: " with host mx1.b.example, to delivered". */
static void conditions_in_words(const struct world *world, const struct scenario_expectation *expected, char *text,
                                size_t size)
{
    const struct scenario *s = world->scenario;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < expected->n_where && used < size; i++) {
        const struct event_condition *c = &expected->where[i];
        const char *name = c->text;
        enum field_type type = field_type(c->field);
        if (type == TYPE_HOST) name = s->hosts[c->number - 1].name;
        if (type == TYPE_LINK) name = s->links[c->number - 1].name;
        if (type == TYPE_MESSAGE) name = s->mails[c->number - 1].name;
        used += (size_t)snprintf(text + used, size - used, "%s %s ", i ? "," : " with", field_name(c->field));
        if (used >= size) break;
        if (name)
            used += (size_t)snprintf(text + used, size - used, "%s", name);
        else
            used += (size_t)snprintf(text + used, size - used, "%lld", (long long)c->number);
    }
}

static void span_in_words(const struct scenario_expectation *expected, char *words, size_t size)
{
    char at[VTIME_TEXT_BYTES];
    size_t used = 0;
    words[0] = '\0';
    if (expected->after_ns > 0)
        used = (size_t)snprintf(words, size, " after %s", vtime_format_instant(expected->after_ns, at));
    if (expected->before_ns != TIME_NEVER && used < size)
        snprintf(words + used, size - used, " before %s", vtime_format_instant(expected->before_ns, at));
}

static bool check_event(struct world *world, const struct scenario_expectation *expected, uint32_t times)
{
    char text[1024], where[512], often[64], span[96], why[64] = "held";
    bool held = times >= expected->min_times && times <= expected->max_times;
    conditions_in_words(world, expected, where, sizeof where);
    times_in_words(expected, often, sizeof often);
    span_in_words(expected, span, sizeof span);
    snprintf(text, sizeof text, "%s%s %s%s", expected->event, where, often, span);
    if (!held)
        snprintf(why, sizeof why,
                 times == 0   ? "it never came"
                 : times == 1 ? "it came once"
                              : "it came %u times",
                 times);
    JOURNAL_EMIT(world->journal, EXPECTATION, F_TEXT(TEXT, text), F_INT(HELD, held), F_TEXT(WHY, why));
    return held;
}

bool expectations_check(struct world *world)
{
    bool all = true;
    for (size_t i = 0; i < world->scenario->n_expectations; i++) {
        const struct scenario_expectation *expected = &world->scenario->expectations[i];
        bool held =
            expected->event ? check_event(world, expected, world->event_counts->times[i]) : check_mail(world, expected);
        all = held && all;
    }
    return all;
}
