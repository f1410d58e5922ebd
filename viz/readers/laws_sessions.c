/* M19 of those who send: a queue has no more mails under way to one domain than destination_concurrency_limit, or in
   all than concurrencyremote; names no more recipients in one transaction than destination_recipient_limit, and sends
   no more mails over one session than messages_per_connection (host.settings "retry").

   How many sessions a mail has is reckoned from the attempts that are under way: those of one mail for one domain share
   a session, up to as many as one transaction may name. Where a server takes fewer than it is asked for, or says that
   it does (RFC 9422), one mail is sent in several transactions, and those of a session are not counted. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_dialogue.h"

enum account { QUEUE = 1, OPEN, BUSY, BUSY_IN_ALL, MAILS, NAMED };

struct law_session_limits {
    int64_t at_once, in_all, recipients, mails; /* 0: no limit */
};

/* Where attempts have begun, one after the other. */
struct law_sessions_begun {
    bool any;
    int64_t host;
    uint64_t domain;
};

struct law_sessions {
    struct index_map index, counts;
    TABLE_OF(struct law_session_limits) limits;
    struct law_sessions_begun begun;
};

static uint64_t key_of(enum account account, int64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(171, account), (uint64_t)a), b);
}

static int64_t count_of(const struct law_sessions *s, uint64_t key)
{
    size_t value = index_map_get(&s->counts, key);
    return value == SIZE_MAX ? 0 : (int64_t)value;
}

static int64_t change(struct law_sessions *s, uint64_t key, int64_t by)
{
    int64_t value = count_of(s, key) + by;
    index_map_put(&s->counts, key, (size_t)(value > 0 ? value : 0));
    return value;
}

static const struct law_session_limits *limits_of(const struct law_sessions *s, int64_t host)
{
    size_t index = index_map_get(&s->index, key_of(QUEUE, host, 0));
    return index == SIZE_MAX ? NULL : &s->limits.items[index];
}

static void law_of_count(struct laws *laws, const struct event *e, const char *what, int64_t count, int64_t most)
{
    if (most <= 0) return;
    law_counts(laws, LAWS_COUNT_M19_SESSIONS, LAWS_JUDGED);
    if (count == most) law_counts(laws, LAWS_COUNT_M19_SESSIONS_FULL, LAWS_JUDGED);
    if (count > most) law_broken(laws, e, "M19", "%s %lld, of %lld", what, (long long)count, (long long)most);
}

/* --- attempts --- */

static int64_t sessions_for(int64_t recipients, int64_t most)
{
    return most > 0 ? (recipients + most - 1) / most : recipients > 0;
}

static void on_attempt(struct laws *laws, const struct event *e, int by)
{
    struct law_sessions *s = laws->sessions;
    int64_t host = event_int(e, FIELD_HOST);
    const struct law_session_limits *limits = limits_of(s, host);
    uint64_t domain = law_domain(event_text(e, FIELD_RECIPIENT));
    if (!limits || law_is_local(laws, host, domain)) return;
    uint64_t open = law_hash(key_of(OPEN, host, domain), (uint64_t)event_int(e, FIELD_MESSAGE));
    int64_t before = sessions_for(count_of(s, open), limits->recipients);
    int64_t more = sessions_for(change(s, open, by), limits->recipients) - before;
    change(s, key_of(BUSY, host, domain), more);
    change(s, key_of(BUSY_IN_ALL, host, 0), more);
    if (more > 0) s->begun = (struct law_sessions_begun){true, host, domain};
}

/* A mail that cannot be read from the disk needs no session: its attempts end as soon as they have begun. */
static void law_of_what_has_begun(struct laws *laws, const struct event *e)
{
    struct law_sessions *s = laws->sessions;
    struct law_sessions_begun begun = s->begun;
    bool is_attempt = e->kind == EVENT_ATTEMPT_BEGIN || e->kind == EVENT_ATTEMPT_END;
    bool is_there = is_attempt && event_int(e, FIELD_HOST) == begun.host &&
                    law_domain(event_text(e, FIELD_RECIPIENT)) == begun.domain;
    if (!begun.any || is_there) return;
    const struct law_session_limits *limits = limits_of(s, begun.host);
    s->begun.any = false;
    law_of_count(laws, e, "sessions with a domain:", count_of(s, key_of(BUSY, begun.host, begun.domain)),
                 limits->at_once);
    law_of_count(laws, e, "sessions of a queue:", count_of(s, key_of(BUSY_IN_ALL, begun.host, 0)), limits->in_all);
}

/* --- what is said --- */

static void on_line(struct laws *laws, const struct event *e)
{
    struct law_sessions *s = laws->sessions;
    const struct law_session_limits *limits = limits_of(s, event_int(e, FIELD_HOST));
    const char *text = event_text(e, FIELD_TEXT);
    if (!limits || event_text(e, FIELD_WHO)[0] != 'C') return;
    uint64_t conn = (uint64_t)event_int(e, FIELD_CONN), named = key_of(NAMED, (int64_t)conn, 0);
    const struct law_dialogue *d = law_dialogue_of(laws, conn);
    if (strncmp(text, "RCPT ", 5) == 0)
        law_of_count(laws, e, "recipient of a transaction", change(s, named, 1), limits->recipients);
    if (strncmp(text, "MAIL ", 5) != 0) return;
    index_map_put(&s->counts, named, 0);
    int64_t mails = change(s, key_of(MAILS, (int64_t)conn, 0), 1);
    if (limits->mails && (!d || d->splits))
        law_counts(laws, LAWS_COUNT_M19_SESSIONS, LAWS_EXCUSE_SPLITS);
    else
        law_of_count(laws, e, "mail of a session", mails, limits->mails);
}

static void on_settings(struct law_sessions *s, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    if (strcmp(event_text(e, FIELD_NAME), "retry") != 0) return;
    index_map_put(&s->index, key_of(QUEUE, event_int(e, FIELD_HOST), 0), s->limits.count);
    *TABLE_ADD(&s->limits) = (struct law_session_limits){.at_once = law_setting(text, "concurrency_limit"),
                                                         .in_all = law_setting(text, "total_concurrency"),
                                                         .recipients = law_setting(text, "recipient_limit"),
                                                         .mails = law_setting(text, "session_messages")};
}

void laws_of_sessions(struct laws *laws, const struct event *e)
{
    if (!laws->sessions) laws->sessions = mem_calloc(1, sizeof *laws->sessions);
    law_of_what_has_begun(laws, e);
    if (e->kind == EVENT_HOST_SETTINGS) on_settings(laws->sessions, e);
    if (e->kind == EVENT_ATTEMPT_BEGIN) on_attempt(laws, e, 1);
    if (e->kind == EVENT_ATTEMPT_END) on_attempt(laws, e, -1);
    if (e->kind == EVENT_SMTP_LINE) on_line(laws, e);
}

void laws_sessions_free(struct laws *laws)
{
    struct law_sessions *s = laws->sessions;
    if (!s) return;
    index_map_free(&s->index);
    index_map_free(&s->counts);
    mem_free(s->limits.items);
    mem_free(s);
}
