/* The transcript's mails: their states, attempts to hand them on, queues, the disks that they lie on. */
#include <inttypes.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"

/* ---- Mail ---- */

static bool tell_compose(struct transcript *t, const struct event *e)
{
    /* A server writes reports about other mails, and nothing else. */
    bool is_of_server = index_map_get(&t->servers, (uint64_t)event_int(e, FIELD_HOST)) != SIZE_MAX;
    bool by_nobody = is_of_server && !event_int(e, FIELD_PARENT);
    text_adds(&t->words, by_nobody ? tr("sends a mail that nobody has written, ") : tr("writes "));
    transcript_add_mail(t, e);
    if (by_nobody) text_addf(&t->words, tr(", as if from %s:"), event_text(e, FIELD_FROM));
    text_addf(&t->words, tr(" “%s” to %s"), event_text(e, FIELD_SUBJECT), event_text(e, FIELD_TO));
    if (!event_int(e, FIELD_PARENT)) return true;
    const char *parent = journal_names_find(t->names, TYPE_MESSAGE, event_int(e, FIELD_PARENT));
    text_addf(&t->words, tr(", a report about %s"), parent ? parent : "?");
    return true;
}

static bool tell_queued(struct transcript *t, const struct event *e)
{
    const char *queue_id = event_text(e, FIELD_QUEUE_ID);
    text_adds(&t->words, tr("takes "));
    transcript_add_mail_for(t, e);
    text_adds(&t->words, tr(" into its queue"));
    if (*queue_id) text_addf(&t->words, tr(" as %s"), queue_id);
    return true;
}

static bool tell_deferred(struct transcript *t, const struct event *e)
{
    char at[VTIME_TEXT_BYTES], wait[VTIME_TEXT_BYTES];
    text_adds(&t->words, tr("keeps "));
    transcript_add_mail_for(t, e);
    text_addf(&t->words, tr(" and will try again in %s, at %s"),
              vtime_format_duration(event_int(e, FIELD_AT) - e->at_ns, wait),
              vtime_format_instant(event_int(e, FIELD_AT), at));
    return true;
}

/* What is said better by another line at once: only where everything is told. */
static bool tell_change(struct transcript *t, const struct event *e)
{
    if (t->level < TRANSCRIPT_PACKETS) return false;
    transcript_add_mail_for(t, e);
    const char *from = event_text(e, FIELD_FROM);
    text_addf(&t->words, *from ? ": %s -> %s" : ": %s%s", from, event_text(e, FIELD_TO));
    transcript_add_why(t, e);
    return true;
}

/* A server tells of handing on when its attempt ends; here speak clients, and mailboxes that are emptied. */
static bool tell_handed_on(struct transcript *t, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM);
    if (strcmp(from, "delivered") == 0) {
        if (t->level < TRANSCRIPT_SMTP) return false;
        text_adds(&t->words, tr("takes "));
        transcript_add_mail_for(t, e);
        text_adds(&t->words, tr(" out of the mailbox"));
    } else if (strcmp(from, "active") == 0) {
        return tell_change(t, e);
    } else {
        text_adds(&t->words, tr("has submitted "));
        transcript_add_mail_for(t, e);
    }
    transcript_add_why(t, e);
    return true;
}

static bool tell_mail_state(struct transcript *t, const struct event *e)
{
    const char *state = event_text(e, FIELD_TO);
    if (strcmp(state, "queued") == 0) return tell_queued(t, e);
    if (strcmp(state, "deferred") == 0) return tell_deferred(t, e);
    if (strcmp(state, "handed on") == 0) return tell_handed_on(t, e);
    if (strcmp(state, "delivered") == 0) {
        text_adds(&t->words, tr("puts "));
        transcript_add_mail(t, e);
        text_addf(&t->words, tr(" into the mailbox of %s"), event_text(e, FIELD_RECIPIENT));
        return true;
    }
    if (strcmp(state, "picked up") == 0) {
        text_adds(&t->words, tr("has picked up "));
        transcript_add_mail_for(t, e);
        return true;
    }
    if (strcmp(state, "bounced") != 0 && strcmp(state, "discarded") != 0) return tell_change(t, e);
    text_adds(&t->words, strcmp(state, "bounced") == 0 ? tr("gives up ") : tr("discards "));
    transcript_add_mail_for(t, e);
    transcript_add_why(t, e);
    return true;
}

/* The line waits, since an attempt that is over at once (a delivery on the spot) is no news, unless everything is told.
 */
static bool tell_attempt_begin(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("attempt %" PRId64 " to hand on "), event_int(e, FIELD_NTH));
    transcript_add_mail_for(t, e);
    if (t->level == TRANSCRIPT_PACKETS) return true;
    text_adds(&t->pending, t->words.bytes);
    t->pending_attempt = event_int(e, FIELD_ATTEMPT);
    t->pending_at_ns = e->at_ns;
    t->pending_host = event_int(e, FIELD_HOST);
    return false;
}

static bool tell_attempt_end(struct transcript *t, const struct event *e)
{
    int64_t peer = event_int(e, FIELD_PEER);
    const char *outcome = event_text(e, FIELD_OUTCOME);
    bool handed_on = strcmp(outcome, "delivered") == 0;
    bool on_the_spot = handed_on && (!peer || peer == event_int(e, FIELD_HOST));
    if (on_the_spot && t->level < TRANSCRIPT_PACKETS) return false;
    if (handed_on)
        text_adds(&t->words, tr("has handed on "));
    else
        text_adds(&t->words, strcmp(outcome, "later") == 0 ? tr("could not hand on ") : tr("can never hand on "));
    transcript_add_mail_for(t, e);
    if (peer && peer != event_int(e, FIELD_HOST)) text_addf(&t->words, tr(" to %s"), transcript_host(t, peer));
    transcript_add_why(t, e);
    return true;
}

/* ---- Queues ---- */

static bool tell_destination(struct transcript *t, const struct event *e)
{
    char at[VTIME_TEXT_BYTES];
    const char *name = event_text(e, FIELD_NAME);
    int64_t window = event_int(e, FIELD_WINDOW), until_ns = event_int(e, FIELD_AT);
    bool up = event_int(e, FIELD_UP) != 0;
    if (up && window)
        text_addf(&t->words, tr("may have %" PRId64 " sessions with %s"), window, name);
    else if (up)
        text_addf(&t->words, tr("no longer passes over %s"), name);
    else if (until_ns > e->at_ns)
        text_addf(&t->words, tr("passes over %s until %s"), name, vtime_format_instant(until_ns, at));
    else
        text_addf(&t->words, tr("passes over %s in this queue run"), name);
    transcript_add_why(t, e);
    return true;
}

static bool tell_attempt_skip(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("passes over "));
    transcript_add_mail_for(t, e);
    text_adds(&t->words, tr(" without an attempt"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_doubt(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("does not know whether "));
    transcript_add_mail_for(t, e);
    text_adds(&t->words, tr(" got through, and will send it again: there may be two copies"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_report(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("reports in "));
    transcript_add_mail(t, e);
    text_addf(&t->words, ": %s %s", event_text(e, FIELD_RECIPIENT), tr(event_text(e, FIELD_OUTCOME)));
    return true;
}

static bool tell_notify(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("wants to hear of "));
    transcript_add_mail(t, e);
    text_addf(&t->words, ": %s", event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_priority(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("writes into the header of "));
    transcript_add_mail(t, e);
    text_addf(&t->words, ": Priority: %s", event_text(e, FIELD_NAME));
    return true;
}

static bool tell_expand(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("sends "));
    transcript_add_mail_for(t, e);
    int64_t n = event_int(e, FIELD_NTH);
    text_addf(&t->words, n == 1 ? tr(" on to its %" PRId64 " member") : tr(" on to its %" PRId64 " members"), n);
    return true;
}

/* ---- Disks ---- */

static bool tell_commit(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("mail "));
    transcript_add_mail(t, e);
    text_addf(&t->words, tr(" is safe on the disk: %s"), event_text(e, FIELD_NAME));
    return true;
}

static bool tell_aside(struct transcript *t, const struct event *e)
{
    if (event_int(e, FIELD_MESSAGE) == 0) {
        text_adds(&t->words, tr("finds a file that is no mail"));
    } else {
        text_adds(&t->words, tr("finds a damaged file of mail "));
        transcript_add_mail(t, e);
    }
    text_adds(&t->words, tr(" and sets it aside"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_rot(struct transcript *t, const struct event *e)
{
    if (event_int(e, FIELD_MESSAGE) == 0) {
        text_adds(&t->words, tr("a file that is no mail is in the queue"));
        return true;
    }
    text_adds(&t->words, tr("the file of mail "));
    transcript_add_mail(t, e);
    text_adds(&t->words, tr(" is harmed, and nobody knows it"));
    transcript_add_why(t, e);
    return true;
}

/* ---- What laws are judged by ---- */

static bool tell_content(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("mail "));
    transcript_add_mail(t, e);
    text_addf(&t->words, ", %s: %" PRId64 " B", tr(event_text(e, FIELD_NAME)), event_int(e, FIELD_SIZE));
    return true;
}

static bool tell_settings(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("goes by (%s): %s"), tr(event_text(e, FIELD_NAME)), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_route(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("sends mail for %s to %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

const struct telling tellings_of_mail[EVENT_KINDS] = {
    [EVENT_MAIL_COMPOSE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_compose},
    [EVENT_MAIL_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_mail_state},
    [EVENT_ATTEMPT_BEGIN] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_begin},
    [EVENT_ATTEMPT_END] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_end},
    [EVENT_MAIL_COMMIT] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_commit},
    [EVENT_DESTINATION] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_destination},
    [EVENT_ATTEMPT_SKIP] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_skip},
    [EVENT_MAIL_DOUBT] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_doubt},
    [EVENT_MAIL_REPORT] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_report},
    [EVENT_MAIL_NOTIFY] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_notify},
    [EVENT_MAIL_PRIORITY] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_priority},
    [EVENT_MAIL_EXPAND] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_expand},
    [EVENT_MAIL_ASIDE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_aside},
    [EVENT_MAIL_ROUTE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_route},
    [EVENT_MAIL_CONTENT] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_content},
    [EVENT_HOST_SETTINGS] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_settings},
    [EVENT_FILE_ROT] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_rot},
};
