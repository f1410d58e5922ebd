/* Expectations are judged from the ledger, for every recipient of the mail they name. */
#include "model/host/expectations.h"

#include <stdio.h>
#include <string.h>

#include "model/host/ledger.h"

/* When the outcome that was asked for came, or TIME_NEVER. */
static int64_t outcome_at(const struct mail_fate *fate, const char *outcome)
{
    if (strcmp(outcome, "delivered") == 0) return fate->delivered_ns;
    if (strcmp(outcome, "picked up") == 0) return fate->picked_up_ns;
    if (strcmp(outcome, "bounced") == 0) return fate->bounced_ns;
    return TIME_NEVER;
}

/* What became of it in the end, as a word of the outcomes. */
static const char *fate_in_a_word(const struct mail_fate *fate)
{
    if (fate->bounced_ns != TIME_NEVER) return "bounced";
    if (fate->picked_up_ns != TIME_NEVER) return "picked up";
    return fate->delivered_ns != TIME_NEVER ? "delivered" : "queued";
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
    bool is_open = fate->delivered_ns == TIME_NEVER && fate->bounced_ns == TIME_NEVER;
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

static bool check(struct world *world, const struct scenario_expectation *expected)
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

bool expectations_check(struct world *world)
{
    bool all = true;
    for (size_t i = 0; i < world->scenario->n_expectations; i++)
        all = check(world, &world->scenario->expectations[i]) && all;
    return all;
}
