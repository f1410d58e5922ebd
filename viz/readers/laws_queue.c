/* The laws of a mail server's queue: M3, M5, M6, M7, M9, M10, M18, M20. All accounts are counts by what a thing is, so
   that a journal may leave out what it likes but must not contradict itself. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

enum { MOST_HOPS = 110 }; /* Received lines are limited to 100 at most, and a mail may start at a server */

enum account {
    COMMITTED = 1, /* (host, queue id): files that are durable */
    COPIES,        /* (message, recipient): delivered */
    DOUBTS,        /* (message, recipient) */
    DOUBTS_OF_MAIL,
    ACCEPTED, /* (message, recipient, host) */
    ACCEPTED_IN_ALL,
    REFUSED,       /* (message, recipient, host): attempts that ended with never */
    FAILED,        /* (message, recipient, host): reports in a queue that said so */
    REPORTED,      /* a report: how many recipients it is about */
    REPORTED_PAIR, /* (report, nth of them): the hash of the pair */
    STOPS,         /* host */
    QUEUE_ID,      /* (host, queue id): the message */
    QUEUE_ID_OPEN, /* pairs that a queue id still holds */
    COMPOSED,      /* message -> hash of its reverse-path */
    ATTEMPT_OPEN,
    EXPANDED_FROM, /* (message, hash of the reverse-path of some of its members) */
    EXPANSIONS     /* (message, recipient): aliases and lists that have become this member */
};

static uint64_t key_of(enum account account, uint64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(UINT64_C(0x9f37), account), a), b);
}

static size_t value_of(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : value;
}

static size_t count(struct laws *laws, uint64_t key, int change)
{
    size_t value = value_of(laws, key) + (size_t)change;
    index_map_put(&laws->accounts, key, value);
    return value;
}

static uint64_t pair_of(const struct event *e)
{
    return law_hash_text(law_hash(11, (uint64_t)event_int(e, FIELD_MESSAGE)), event_text(e, FIELD_RECIPIENT));
}

static uint64_t host_of(const struct event *e)
{
    return (uint64_t)event_int(e, FIELD_HOST);
}

static bool is_text(const struct event *e, enum field_id field, const char *text)
{
    return strcmp(event_text(e, field), text) == 0;
}

static size_t text_number(const char *text)
{
    return law_hash_text(5, text) >> 1;
}

/* M3: what a server has taken is durable before anybody is told. */
static void law_of_commits(struct laws *laws, const struct event *e)
{
    const char *queue_id = event_text(e, FIELD_QUEUE_ID);
    if (queue_id[0] == '\0' || event_text(e, FIELD_FROM)[0] != '\0' || !is_text(e, FIELD_TO, "queued")) return;
    if (!value_of(laws, key_of(COMMITTED, host_of(e), law_hash_text(1, queue_id))))
        law_broken(laws, e, "M3", "%s was taken, but is not on the disk", queue_id);
}

static void law_of_acknowledgements(struct laws *laws, const struct event *e)
{
    static const char words[] = "OK queued as ";
    const char *text = event_text(e, FIELD_TEXT), *found = strstr(text, words);
    if (!is_text(e, FIELD_WHO, "S") || strncmp(text, "250", 3) != 0 || !found) return;
    const char *queue_id = found + strlen(words);
    uint64_t thrown_away = law_hash(law_hash(12, (uint64_t)event_int(e, FIELD_SESSION)), 0);
    if (value_of(laws, thrown_away)) return;
    if (!value_of(laws, key_of(COMMITTED, host_of(e), law_hash_text(1, queue_id))))
        law_broken(laws, e, "M3", "%s is acknowledged, but not on the disk", queue_id);
}

/* M5: each copy beside the first has a cause. */
static void law_of_copies(struct laws *laws, const struct event *e, uint64_t pair)
{
    size_t copies = count(laws, key_of(COPIES, pair, 0), 1), causes = value_of(laws, key_of(DOUBTS, pair, 0));
    causes += value_of(laws, key_of(EXPANSIONS, pair, 0)); /* named by an alias beside, or by several */
    if (copies > 1 + causes)
        law_broken(laws, e, "M5", "copy %zu, but only %zu causes for more than one", copies, causes);
}

/* M20: a queue id is one message's for as long as the queue holds it. */
static void law_of_queue_ids(struct laws *laws, const struct event *e)
{
    const char *queue_id = event_text(e, FIELD_QUEUE_ID), *from = event_text(e, FIELD_FROM);
    if (queue_id[0] == '\0') return;
    uint64_t id = law_hash_text(1, queue_id), open = key_of(QUEUE_ID_OPEN, host_of(e), id);
    size_t message = (size_t)event_int(e, FIELD_MESSAGE);
    if (from[0] == '\0') {
        if (value_of(laws, open) && value_of(laws, key_of(QUEUE_ID, host_of(e), id)) != message)
            law_broken(laws, e, "M20", "%s is still the name of another mail", queue_id);
        index_map_put(&laws->accounts, key_of(QUEUE_ID, host_of(e), id), message);
        count(laws, open, 1);
    }
    const char *to = event_text(e, FIELD_TO);
    bool stays = strcmp(to, "queued") == 0 || strcmp(to, "active") == 0 || strcmp(to, "deferred") == 0;
    if (!stays && value_of(laws, open)) count(laws, open, -1);
}

static bool is_waiting(const char *state)
{
    return strcmp(state, "outbox") == 0 || strcmp(state, "queued") == 0 || strcmp(state, "active") == 0 ||
           strcmp(state, "deferred") == 0;
}

/* A report counts once it is in a queue: until then its disk may refuse it, and another one is written. */
static void on_report(struct laws *laws, const struct event *e)
{
    if (!is_text(e, FIELD_OUTCOME, "failed")) return;
    uint64_t pair = law_hash_text(law_hash(11, (uint64_t)event_int(e, FIELD_PARENT)), event_text(e, FIELD_RECIPIENT));
    uint64_t report = (uint64_t)event_int(e, FIELD_MESSAGE);
    size_t nth = count(laws, key_of(REPORTED, report, 0), 1);
    index_map_put(&laws->accounts, key_of(REPORTED_PAIR, report, nth), (size_t)(pair >> 1));
}

/* M6: a recipient is reported as failed once; a crash may come between report and mark, and a copy may fail for itself.
 */
static void law_of_reports(struct laws *laws, const struct event *e)
{
    uint64_t report = (uint64_t)event_int(e, FIELD_MESSAGE), all = key_of(REPORTED, report, 0);
    for (size_t n = value_of(laws, all); n > 0; n--) {
        uint64_t pair = value_of(laws, key_of(REPORTED_PAIR, report, n));
        size_t times = count(laws, key_of(FAILED, pair, host_of(e)), 1);
        size_t copies = value_of(laws, key_of(ACCEPTED, pair, host_of(e)));
        if (copies && times > copies * (1 + value_of(laws, key_of(STOPS, host_of(e), 0))))
            law_broken(laws, e, "M6", "reported as failed %zu times, and taken %zu times", times, copies);
    }
    index_map_put(&laws->accounts, all, 0);
}

static void on_state(struct laws *laws, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    uint64_t pair = pair_of(e);
    law_of_commits(laws, e);
    law_of_queue_ids(laws, e);
    if (is_text(e, FIELD_TO, "delivered")) law_of_copies(laws, e, pair);
    if (is_waiting(to) && !is_waiting(from)) laws->waiting++;
    if (!is_waiting(to) && is_waiting(from)) laws->waiting--;
    if (from[0] != '\0' || strcmp(to, "queued") != 0) return;
    count(laws, key_of(ACCEPTED, pair >> 1, host_of(e)), 1);
    law_of_reports(laws, e);
    size_t times = count(laws, key_of(ACCEPTED_IN_ALL, pair, 0), 1);
    /* A doubt about a list that it is a member of sets another one of it going, too. */
    size_t doubts = value_of(laws, key_of(DOUBTS_OF_MAIL, (uint64_t)event_int(e, FIELD_MESSAGE), 0));
    if (times > MOST_HOPS * (1 + doubts)) law_broken(laws, e, "M10", "servers have taken it %zu times", times);
}

/* M6: a report has the null sender and goes to whom the mail it is about comes from; nobody reports on a report. M20: a
   message is composed once. */
static void on_compose(struct laws *laws, const struct event *e)
{
    uint64_t key = key_of(COMPOSED, (uint64_t)event_int(e, FIELD_MESSAGE), 0);
    uint64_t parent = (uint64_t)event_int(e, FIELD_PARENT);
    if (value_of(laws, key)) law_broken(laws, e, "M20", "there is such a mail already");
    index_map_put(&laws->accounts, key, text_number(event_text(e, FIELD_FROM)));
    if (!parent || !value_of(laws, key_of(COMPOSED, parent, 0))) return;
    size_t to = text_number(event_text(e, FIELD_TO));
    bool is_deceived = value_of(laws, law_deceived_key((int64_t)parent)) > 0; /* nobody may have written its sender */
    law_counts(laws, LAWS_COUNT_M6, is_deceived ? LAWS_EXCUSE_DECEIVED : LAWS_JUDGED);
    if (value_of(laws, key_of(COMPOSED, parent, 0)) == text_number(""))
        law_broken(laws, e, "M6", "a report about a mail that has no sender");
    else if (event_text(e, FIELD_FROM)[0] != '\0')
        law_broken(laws, e, "M6", "a report with a sender, to whom it could bounce");
    else if (value_of(laws, key_of(COMPOSED, parent, 0)) != to && !is_deceived &&
             !value_of(laws, key_of(EXPANDED_FROM, parent, to)))
        law_broken(laws, e, "M6", "the report goes to somebody else than the sender");
}

/* M7: what was refused for good is not tried again. M18: an attempt begins once and ends once, in this order. */
static void on_attempt(struct laws *laws, const struct event *e)
{
    uint64_t attempt = key_of(ATTEMPT_OPEN, (uint64_t)event_int(e, FIELD_ATTEMPT), 0), pair = pair_of(e);
    uint64_t refused = key_of(REFUSED, pair, host_of(e));
    if (e->kind == EVENT_ATTEMPT_BEGIN) {
        size_t copies = value_of(laws, key_of(ACCEPTED, pair >> 1, host_of(e)));
        if (copies && value_of(laws, refused) >= copies * (1 + value_of(laws, key_of(STOPS, host_of(e), 0))))
            law_broken(laws, e, "M7", "tried again after it was refused for good");
        if (value_of(laws, attempt)) law_broken(laws, e, "M18", "this attempt has been made already");
        count(laws, attempt, 1);
        return;
    }
    if (value_of(laws, attempt) != 1) law_broken(laws, e, "M18", "an attempt ends that is not under way");
    count(laws, attempt, 1);
    if (is_text(e, FIELD_OUTCOME, "never")) count(laws, refused, 1);
}

/* M9: it is said that all is done, and nothing waits. */
static void on_end(struct laws *laws, const struct event *e)
{
    if (is_text(e, FIELD_WHY, "all is done") && laws->waiting)
        law_broken(laws, e, "M9", "%zu recipients still wait for their mail", laws->waiting);
}

static void on_expansion(struct laws *laws, const struct event *e)
{
    uint64_t message = (uint64_t)event_int(e, FIELD_MESSAGE);
    char member[320]; /* RFC 5321 4.5.3.1.3: a path is no longer than 256 */
    index_map_put(&laws->accounts, key_of(EXPANDED_FROM, message, text_number(event_text(e, FIELD_FROM))), 1);
    for (const char *to = event_text(e, FIELD_TO); *to; to += strspn(to, ", ")) {
        size_t length = strcspn(to, ",");
        snprintf(member, sizeof member, "%.*s", (int)length, to);
        count(laws, key_of(EXPANSIONS, law_hash_text(law_hash(11, message), member), 0), 1);
        to += length;
    }
}

void laws_of_queues(struct laws *laws, const struct event *e)
{
    switch (e->kind) {
    case EVENT_MAIL_COMMIT:
        count(laws, key_of(COMMITTED, host_of(e), law_hash_text(1, event_text(e, FIELD_QUEUE_ID))), 1);
        break;
    case EVENT_SMTP_RULE:
        if (strstr(event_text(e, FIELD_TEXT), "thrown away"))
            count(laws, law_hash(law_hash(12, (uint64_t)event_int(e, FIELD_SESSION)), 0), 1);
        break;
    case EVENT_SMTP_LINE:
        law_of_acknowledgements(laws, e);
        break;
    case EVENT_MAIL_COMPOSE:
        on_compose(laws, e);
        break;
    case EVENT_MAIL_EXPAND:
        on_expansion(laws, e);
        break;
    case EVENT_MAIL_DOUBT:
        count(laws, key_of(DOUBTS, pair_of(e), 0), 1);
        count(laws, key_of(DOUBTS_OF_MAIL, (uint64_t)event_int(e, FIELD_MESSAGE), 0), 1);
        break;
    case EVENT_MAIL_REPORT:
        on_report(laws, e);
        break;
    case EVENT_MAIL_STATE:
        on_state(laws, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
        on_attempt(laws, e);
        break;
    case EVENT_HOST_STATE:
        if (!event_int(e, FIELD_UP)) count(laws, key_of(STOPS, host_of(e), 0), 1);
        break;
    case EVENT_RUN_END:
        on_end(laws, e);
        break;
    default:
        break;
    }
}
