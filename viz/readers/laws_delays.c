/* M18, inside of attempts: the stages of which the user is told (delay_account.h) add up to the age of a mail, exactly,
   when it comes to its end; they join without gap or overlap, and at no instant of an attempt is it unknown what it
   waits for. An attempt holds one connection at a time, and what it sends it sends in a session of its own. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/delay_account.h"
#include "viz/readers/laws_internal.h"

struct law_delays {
    struct delay_account *account;
    struct delay_interval *intervals;
    size_t room;
};

/* Told while the account hears the event, which may be about another mail than the one whose turn it is. */
static void on_odd(void *context, const struct event *e, int64_t message, const char *what)
{
    struct laws *laws = context;
    int64_t other = event_has(e->kind, FIELD_MESSAGE) ? event_int(e, FIELD_MESSAGE) : 0;
    if (law_stages_excuse(laws, message, "") != LAWS_JUDGED) return;
    if (other && law_stages_excuse(laws, other, "") != LAWS_JUDGED) return;
    law_broken(laws, e, "M18", "%s", what);
}

static struct law_delays *begin(struct laws *laws)
{
    laws->mail_delays = mem_calloc(1, sizeof *laws->mail_delays);
    laws->mail_delays->account = delay_account_new();
    delay_account_on_odd(laws->mail_delays->account, on_odd, laws);
    return laws->mail_delays;
}

static void law_of_intervals(struct laws *laws, const struct event *e, const struct delay_interval *list, size_t n,
                             int64_t written_ns)
{
    int64_t at_ns = written_ns;
    for (size_t i = 0; i < n; i++) {
        double from_s = (double)list[i].from_ns / 1e9, for_s = (double)(list[i].to_ns - list[i].from_ns) / 1e9;
        const char *stage = delay_stage_name(list[i].stage);
        if (list[i].from_ns != at_ns)
            law_broken(laws, e, "M18", "%s from %.6f s on does not join what was before, until %.6f s", stage, from_s,
                       (double)at_ns / 1e9);
        if (list[i].stage == DELAY_UNEXPLAINED)
            law_broken(laws, e, "M18", "nobody says what it waited for from %.6f s on, for %.6f s", from_s, for_s);
        at_ns = list[i].to_ns;
    }
    if (at_ns != e->at_ns)
        law_broken(laws, e, "M18", "its stages inside of attempts last %.6f s, but it is %.6f s old",
                   (double)(at_ns - written_ns) / 1e9, (double)(e->at_ns - written_ns) / 1e9);
}

/* Judged is the first copy that is delivered, and what is never delivered. */
static void on_end(struct laws *laws, const struct event *e)
{
    static const char *const ends[] = {"delivered", "bounced", "discarded"};
    struct law_delays *d = laws->mail_delays;
    int64_t message = event_int(e, FIELD_MESSAGE), host = event_int(e, FIELD_HOST);
    const char *to = event_text(e, FIELD_TO), *recipient = event_text(e, FIELD_RECIPIENT);
    bool is_end = event_text(e, FIELD_FROM)[0] != '\0' && strcmp(event_text(e, FIELD_FROM), "delivered") != 0,
         is_one = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        is_one |= strcmp(to, ends[i]) == 0;
    struct delay_span span = delay_account_span(d->account, message, recipient);
    bool is_first = strcmp(to, "delivered") == 0 ? span.delivered_ns == e->at_ns : span.delivered_ns == TIME_NEVER;
    if (!is_end || !is_one || !is_first || span.written_ns == TIME_NEVER) return;
    enum laws_excuse excuse = law_stages_excuse(laws, message, recipient);
    law_counts(laws, LAWS_COUNT_M18_INSIDE, excuse);
    if (excuse) return;
    size_t n = delay_account_intervals(d->account, message, recipient, host, d->intervals, d->room);
    if (n > d->room) {
        d->room = 2 * n;
        d->intervals = mem_realloc(d->intervals, d->room * sizeof *d->intervals);
        n = delay_account_intervals(d->account, message, recipient, host, d->intervals, d->room);
    }
    law_of_intervals(laws, e, d->intervals, n, span.written_ns);
}

void laws_of_delays(struct laws *laws, const struct event *e)
{
    if (!laws->full) return; /* why the next host is tried may be told by a timer only */
    struct law_delays *d = laws->mail_delays ? laws->mail_delays : begin(laws);
    delay_account_hear(d->account, e);
    if (e->kind == EVENT_MAIL_STATE) on_end(laws, e);
}

void laws_delays_free(struct laws *laws)
{
    if (!laws->mail_delays) return;
    delay_account_free(laws->mail_delays->account);
    mem_free(laws->mail_delays->intervals);
    mem_free(laws->mail_delays);
}
