/* Sentences of mails: their states, attempts to hand them on, queues, the disks that they lie on. */
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/instant_text.h"
#include "viz/story/sentence_internal.h"

/* ---- Mail ---- */

/* A server writes reports about other mails, and nothing else: this one came from it as a mail, and nobody here wrote
 * it. */
static bool is_written_by_nobody(const struct story *story, const struct event *e)
{
    size_t host = story_host_by_id(story, (uint32_t)event_int(e, FIELD_HOST));
    return host != STORY_NONE && story_host(story, host).role == STORY_MAIL_SERVER && !event_int(e, FIELD_PARENT);
}

static void tell_compose(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *from = event_text(e, FIELD_FROM);
    if (is_written_by_nobody(story, e))
        sentence_say(s, tr("%s sends a mail that nobody has written, %s, as if from %s to %s: %s"),
                     sentence_host(story, e, FIELD_HOST), sentence_mail(story, e), from, event_text(e, FIELD_TO),
                     event_text(e, FIELD_SUBJECT));
    else if (event_int(e, FIELD_PARENT))
        sentence_say(s, tr("%s writes mail %s, a report about another, to %s: %s"), sentence_host(story, e, FIELD_HOST),
                     sentence_mail(story, e), event_text(e, FIELD_TO), event_text(e, FIELD_SUBJECT));
    else
        sentence_say(s, tr("%s writes mail %s to %s: %s"), *from ? from : sentence_host(story, e, FIELD_HOST),
                     sentence_mail(story, e), event_text(e, FIELD_TO), event_text(e, FIELD_SUBJECT));
}

static void tell_mail_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char at[INSTANT_BYTES];
    uint32_t nth = story_nth_copy(story, i);
    enum story_mail_state state = story_mail_state_of(e);
    sentence_say(s, tr("At %s mail %s for %s is now %s"), sentence_host(story, e, FIELD_HOST), sentence_mail(story, e),
                 event_text(e, FIELD_RECIPIENT), story_mail_state_name(state));
    if (state == STORY_MAIL_DEFERRED)
        sentence_say(s, tr(", next at %s"), instant_text(story, event_int(e, FIELD_AT), at));
    if (nth > 1) sentence_say(s, tr(", copy no. %u"), nth);
    if (state != STORY_MAIL_DELIVERED) sentence_say_why(s, e);
}

static void tell_attempt_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s tries to hand on mail %s for %s, attempt %lld"), sentence_host(story, e, FIELD_HOST),
                 sentence_mail(story, e), event_text(e, FIELD_RECIPIENT), (long long)event_int(e, FIELD_NTH));
}

static const char *outcome_text(const char *outcome)
{
    if (strcmp(outcome, "delivered") == 0) return tr("it is handed on");
    if (strcmp(outcome, "later") == 0) return tr("it will be tried again");
    if (strcmp(outcome, "never") == 0) return tr("it will not be tried again");
    return outcome;
}

static void tell_attempt_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has tried to hand on mail %s for %s, and %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_mail(story, e), event_text(e, FIELD_RECIPIENT), outcome_text(event_text(e, FIELD_OUTCOME)));
    sentence_say_why(s, e);
}

/* ---- Queues ---- */

static void tell_destination(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char at[INSTANT_BYTES];
    const char *host = sentence_host(story, e, FIELD_HOST), *name = event_text(e, FIELD_NAME);
    long long window = (long long)event_int(e, FIELD_WINDOW);
    int64_t until_ns = event_int(e, FIELD_AT);
    if (event_int(e, FIELD_UP) && window)
        sentence_say(s, tr("%s may have %lld sessions with %s from now on"), host, window, name);
    else if (event_int(e, FIELD_UP))
        sentence_say(s, tr("%s no longer passes over %s"), host, name);
    else if (until_ns > e->at_ns)
        sentence_say(s, tr("%s holds %s for down and passes it over until %s"), host, name,
                     instant_text(story, until_ns, at));
    else
        sentence_say(s, tr("%s holds %s for down and passes it over in this queue run"), host, name);
    sentence_say_why(s, e);
}

static void tell_attempt_skip(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    char at[INSTANT_BYTES];
    sentence_say(s, tr("%s passes over mail %s for %s without an attempt"), sentence_host(story, e, FIELD_HOST),
                 sentence_mail(story, e), event_text(e, FIELD_RECIPIENT));
    if (event_int(e, FIELD_AT) > e->at_ns && event_int(e, FIELD_AT) != TIME_NEVER)
        sentence_say(s, tr(", not before %s"), instant_text(story, event_int(e, FIELD_AT), at));
    sentence_say_why(s, e);
}

static void tell_doubt(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(
        s, tr("%s does not know whether mail %s for %s got through, and will send it again: there may be two copies"),
        sentence_host(story, e, FIELD_HOST), sentence_mail(story, e), event_text(e, FIELD_RECIPIENT));
    sentence_say_why(s, e);
}

static void tell_report(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s: report %s says of %s: %s"), sentence_host(story, e, FIELD_HOST), sentence_mail(story, e),
                 event_text(e, FIELD_RECIPIENT), tr(event_text(e, FIELD_OUTCOME)));
    sentence_say_why(s, e);
}

static void tell_notify(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s: of mail %s its writer wants to hear: %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_mail(story, e), event_text(e, FIELD_TEXT));
}

static void tell_priority(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("The header of mail %s says \"Priority: %s\""), sentence_mail(story, e),
                 event_text(e, FIELD_NAME));
}

static void tell_copy(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    size_t size;
    (void)i;
    event_bytes(e, FIELD_BYTES, &size);
    sentence_say(s, tr("In the mailbox of %s lies mail %s, %zu bytes"), event_text(e, FIELD_RECIPIENT),
                 sentence_mail(story, e), size);
}

static void tell_expand(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    long long n = (long long)event_int(e, FIELD_NTH);
    sentence_say(s,
                 n == 1 ? tr("%s sends mail %s for %s on to its %lld member")
                        : tr("%s sends mail %s for %s on to its %lld members"),
                 sentence_host(story, e, FIELD_HOST), sentence_mail(story, e), event_text(e, FIELD_RECIPIENT), n);
}

/* ---- Disks ---- */

static void tell_commit(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("Mail %s is safe on the disk of %s"), sentence_mail(story, e),
                 sentence_host(story, e, FIELD_HOST));
    if (*event_text(e, FIELD_QUEUE_ID)) sentence_say(s, tr(" as %s"), event_text(e, FIELD_QUEUE_ID));
}

static void tell_aside(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (event_int(e, FIELD_MESSAGE) == 0)
        sentence_say(s, tr("%s finds a file among its mails that is none, and sets it aside"),
                     sentence_host(story, e, FIELD_HOST));
    else
        sentence_say(s, tr("%s finds a damaged file of mail %s and sets it aside"), sentence_host(story, e, FIELD_HOST),
                     sentence_mail(story, e));
    sentence_say_why(s, e);
}

static void tell_rot(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (event_int(e, FIELD_MESSAGE) == 0)
        sentence_say(s, tr("A file that is no mail has come among those of %s, which does not know it"),
                     sentence_host(story, e, FIELD_HOST));
    else
        sentence_say(s, tr("The file of mail %s on the disk of %s is harmed, and nobody knows it"),
                     sentence_mail(story, e), sentence_host(story, e, FIELD_HOST));
    sentence_say_why(s, e);
}

/* ---- What laws are judged by ---- */

static void tell_content(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("Mail %s at %s (%s): %lld bytes"), sentence_mail(story, e), sentence_host(story, e, FIELD_HOST),
                 tr(event_text(e, FIELD_NAME)), (long long)event_int(e, FIELD_SIZE));
}

static void tell_settings(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("What %s goes by (%s): %s"), sentence_host(story, e, FIELD_HOST), tr(event_text(e, FIELD_NAME)),
                 event_text(e, FIELD_TEXT));
}

static void tell_route(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s sends mail for %s to %s"), sentence_host(story, e, FIELD_HOST), event_text(e, FIELD_NAME),
                 event_text(e, FIELD_TEXT));
}

const sentence_teller sentences_of_mail[EVENT_KINDS] = {
    [EVENT_MAIL_COMPOSE] = tell_compose,
    [EVENT_MAIL_STATE] = tell_mail_state,
    [EVENT_ATTEMPT_BEGIN] = tell_attempt_begin,
    [EVENT_ATTEMPT_END] = tell_attempt_end,
    [EVENT_MAIL_COMMIT] = tell_commit,
    [EVENT_MAIL_ASIDE] = tell_aside,
    [EVENT_FILE_ROT] = tell_rot,
    [EVENT_DESTINATION] = tell_destination,
    [EVENT_ATTEMPT_SKIP] = tell_attempt_skip,
    [EVENT_MAIL_DOUBT] = tell_doubt,
    [EVENT_MAIL_REPORT] = tell_report,
    [EVENT_MAIL_NOTIFY] = tell_notify,
    [EVENT_MAIL_PRIORITY] = tell_priority,
    [EVENT_MAIL_COPY] = tell_copy,
    [EVENT_MAIL_EXPAND] = tell_expand,
    [EVENT_MAIL_CONTENT] = tell_content,
    [EVENT_MAIL_ROUTE] = tell_route,
    [EVENT_HOST_SETTINGS] = tell_settings,
};
