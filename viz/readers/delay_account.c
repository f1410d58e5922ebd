/* The fold of an account of delays: what a host is doing for a mail, told apart by causes.

   A job belongs to the recipients of a mail in one domain; its look-ups are caused by the events with which they became
   active or their attempts began, its connections by its look-ups or the end of its last connection, and what happens
   on a connection belongs to whose it is. A session that is reused goes over to another job with that job's MAIL. A
   client's outbox is one job: while the session is another mail's, a mail waits in the queue. */
#include "viz/readers/delay_account.h"

#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/delay_internal.h"

enum { PORT_DNS = 53, PORT_POP3 = 110, PORT_POP3S = 995 };

/* --- jobs --- */

size_t delay_job_of(struct delay_account *a, int64_t host, int64_t message, const char *recipient, const char *queue_id)
{
    const char *at = strrchr(recipient, '@'), *domain = at ? at + 1 : "";
    uint64_t key = delay_key_text(delay_key(delay_key(5, host), message), domain, strlen(domain));
    key = delay_key_text(key, queue_id, strlen(queue_id));
    size_t job = index_map_get(&a->job_index, key);
    if (job != SIZE_MAX) return job;
    index_map_put(&a->job_index, key, job = a->jobs.count);
    *TABLE_ADD(&a->jobs) = (struct delay_job){.host = host, .message = message, .stage = DELAY_QUEUE, .what = ""};
    return job;
}

static void add(struct delay_account *a, size_t job, size_t copy)
{
    struct delay_job *j = &a->jobs.items[job];
    struct delay_copy *c = &a->copies.items[copy];
    c->job = job;
    c->place = j->members.count;
    *TABLE_ADD(&j->members) = copy;
}

/* A round begins with its first member. */
void delay_job_add(struct delay_account *a, size_t job, size_t copy)
{
    struct delay_job *j = &a->jobs.items[job];
    if (a->copies.items[copy].job == job) return;
    delay_job_remove(a, copy);
    if (j->members.count == 0 && j->message) {
        j->stage = DELAY_QUEUE;
        j->questions = 0;
    }
    add(a, job, copy);
}

void delay_job_remove(struct delay_account *a, size_t copy)
{
    struct delay_copy *c = &a->copies.items[copy];
    if (c->job == DELAY_NONE) return;
    struct delay_job *j = &a->jobs.items[c->job];
    size_t last = j->members.items[--j->members.count];
    j->members.items[c->place] = last;
    a->copies.items[last].place = c->place;
    c->job = DELAY_NONE;
}

static void odd(const struct delay_account *a, const struct delay_job *j, const char *what)
{
    if (a->odd && j->message) a->odd(a->odd_context, a->heard, j->message, what);
}

/* The last connection is told to have ended within the same instant, if not before. */
static void replaces_connection(struct delay_account *a, struct delay_job *j)
{
    if (!j->conn) return;
    j->old_conn = j->conn;
    j->old_ns = a->now_ns;
}

static struct delay_interval interval_of(const struct delay_job *j)
{
    bool is_on_wire = j->stage == DELAY_CONNECT || j->stage == DELAY_TRANSFER;
    return (struct delay_interval){.stage = j->stage,
                                   .conn = is_on_wire ? j->conn : 0,
                                   .peer = is_on_wire ? j->peer : 0,
                                   .what = j->stage == DELAY_DNS ? j->what : ""};
}

static void enter(struct delay_account *a, struct delay_job *j, enum delay_stage stage)
{
    if (stage == DELAY_UNEXPLAINED && !j->is_attempt) stage = DELAY_QUEUE;
    j->stage = stage;
    if (j->old_conn && a->now_ns > j->old_ns) {
        odd(a, j, "a connection begins before the last one has ended");
        j->old_conn = 0;
    }
    struct delay_interval next = interval_of(j);
    for (size_t i = 0; i < j->members.count; i++)
        delay_copy_enter(a, j->members.items[i], &next);
}

static struct delay_job *job_at(struct delay_account *a, const struct index_map *map, uint64_t key)
{
    size_t job = index_map_get(map, key);
    return job == SIZE_MAX ? NULL : &a->jobs.items[job];
}

/* By its cause; another host's job is none. */
static struct delay_job *job_behind(struct delay_account *a, const struct event *e)
{
    struct delay_job *j = job_at(a, &a->event_jobs, e->cause);
    return j && j->host == event_int(e, FIELD_HOST) ? j : NULL;
}

/* Whatever happens for a job closes the group of those whose attempts begin together. */
static void remember(struct delay_account *a, const struct event *e, const struct delay_job *j)
{
    a->beginning = DELAY_NONE;
    index_map_put(&a->event_jobs, e->id, (size_t)(j - a->jobs.items));
}

/* What closes a connection that is being opened has the next address called as well: that comes of the same arrival. */
static void remember_cause(struct delay_account *a, const struct event *e, const struct delay_job *j)
{
    if (e->cause && !job_at(a, &a->event_jobs, e->cause))
        index_map_put(&a->event_jobs, e->cause, (size_t)(j - a->jobs.items));
}

/* --- names --- */

static uint64_t question_of(const struct event *e)
{
    const char *qname = event_text(e, FIELD_QNAME), *qtype = event_text(e, FIELD_QTYPE);
    uint64_t key = delay_key_text(delay_key(6, event_int(e, FIELD_HOST)), qname, strlen(qname));
    return delay_key_text(key, qtype, strlen(qtype));
}

static uint64_t transaction_of(const struct event *e)
{
    return delay_key(question_of(e), event_int(e, FIELD_ID));
}

static uint64_t open_key(const struct delay_account *a, const struct delay_job *j, uint64_t question)
{
    return delay_key(question, j - a->jobs.items);
}

/* What was asked so long ago has failed, or nobody waits for it any more. */
static bool asks(const struct delay_account *a, const struct delay_job *j, uint64_t transaction)
{
    const int64_t longest_ns = MINUTE;
    size_t since = index_map_get(&a->questions, open_key(a, j, transaction));
    return since != SIZE_MAX && since > 0 && a->now_ns - (int64_t)since < longest_ns;
}

static void on_query(struct delay_account *a, const struct event *e)
{
    uint64_t transaction = transaction_of(e);
    struct delay_job *j = job_behind(a, e), *asked = job_at(a, &a->question_jobs, transaction);
    bool is_again = event_int(e, FIELD_NTH) > 1;
    if (is_again && asked) j = asked;
    if (!j) return;
    remember(a, e, j);
    index_map_put(&a->question_jobs, transaction, (size_t)(j - a->jobs.items));
    if (asks(a, j, transaction)) return;
    index_map_put(&a->questions, open_key(a, j, transaction), (size_t)e->at_ns + 1);
    j->questions++;
    if (j->has_session) return; /* TLS may ask for a policy beside it */
    j->what = text_store_add(&a->texts, event_text(e, FIELD_QNAME));
    enter(a, j, DELAY_DNS);
}

/* After the last answer a connection is next; but a policy, of which DNS has said that there is one, is fetched. */
static void on_answer(struct delay_account *a, const struct event *e)
{
    uint64_t transaction = transaction_of(e);
    struct delay_job *j = job_at(a, &a->question_jobs, transaction);
    if (!j || j->host != event_int(e, FIELD_HOST)) return;
    remember(a, e, j);
    if (!asks(a, j, transaction)) return;
    index_map_put(&a->questions, open_key(a, j, transaction), 0);
    bool is_policy = strncmp(event_text(e, FIELD_QNAME), "_mta-sts.", 9) == 0;
    if (j->questions > 0) j->questions--;
    if (j->questions == 0 && j->stage == DELAY_DNS && !is_policy)
        enter(a, j, j->message ? DELAY_UNEXPLAINED : DELAY_QUEUE);
}

/* --- connections --- */

static void on_conn_open(struct delay_account *a, const struct event *e)
{
    int64_t conn = event_int(e, FIELD_CONN), port = event_int(e, FIELD_REMOTE_PORT);
    index_map_put(&a->conn_peers, (uint64_t)conn, (size_t)event_int(e, FIELD_PEER));
    struct delay_job *j = strcmp(event_text(e, FIELD_ROLE), "active") == 0 ? job_behind(a, e) : NULL;
    if (!j || port == PORT_DNS || port == PORT_POP3 || port == PORT_POP3S) return;
    replaces_connection(a, j);
    index_map_put(&a->conn_jobs, (uint64_t)conn, (size_t)(j - a->jobs.items));
    remember(a, e, j);
    j->conn = conn;
    j->peer = event_int(e, FIELD_PEER);
    j->has_session = false;
    enter(a, j, DELAY_CONNECT);
}

static void on_session_open(struct delay_account *a, const struct event *e)
{
    uint64_t conn = (uint64_t)event_int(e, FIELD_CONN);
    struct delay_job *j = job_at(a, &a->conn_jobs, conn);
    if (strcmp(event_text(e, FIELD_ROLE), "client") != 0) return;
    index_map_put(&a->session_conns, (uint64_t)event_int(e, FIELD_SESSION), (size_t)conn);
    if (!j) return; /* it may become a job's when the session goes over to it */
    remember(a, e, j);
    if (j->conn != (int64_t)conn) return;
    j->has_session = true;
    j->has_content = false;
    j->mail_since_ns = e->at_ns;
    enter(a, j, DELAY_TRANSFER);
}

/* Session or connection, whichever ends first, is the end of it; the next one begins at once. */
static void on_end(struct delay_account *a, const struct event *e)
{
    uint64_t conn = e->kind == EVENT_CONN_CLOSE
                        ? (uint64_t)event_int(e, FIELD_CONN)
                        : (uint64_t)index_map_get(&a->session_conns, (uint64_t)event_int(e, FIELD_SESSION));
    struct delay_job *j = job_at(a, &a->conn_jobs, conn);
    if (!j) return;
    remember(a, e, j);
    if (j->old_conn == (int64_t)conn) j->old_conn = 0;
    if (j->conn != (int64_t)conn) return;
    j->conn = j->peer = 0;
    j->has_session = false;
    enter(a, j, j->message ? DELAY_UNEXPLAINED : DELAY_RETRY);
}

/* What a client says. The session goes over to the mail whose attempt it is due to, be it that there is no more than
   QUIT in it for that mail; also from a mail of which it was not told that it had it, at MAIL or the RSET before it. */
static void on_line(struct delay_account *a, const struct event *e)
{
    uint64_t conn = (uint64_t)event_int(e, FIELD_CONN);
    struct delay_job *j = job_at(a, &a->conn_jobs, conn), *next = job_behind(a, e);
    const char *text = event_text(e, FIELD_TEXT);
    bool is_mail = strncmp(text, "MAIL ", 5) == 0, begins = is_mail || strcmp(text, "RSET") == 0;
    bool goes_over = next && next != j && next->is_attempt && next->members.count && (j || begins);
    if ((!j && !goes_over) || (j && j->host != event_int(e, FIELD_HOST))) return;
    if (goes_over) {
        if (j && j->conn == (int64_t)conn) j->conn = j->peer = 0;
        int64_t peer = (int64_t)index_map_get(&a->conn_peers, conn);
        j = next;
        index_map_put(&a->conn_jobs, conn, (size_t)(j - a->jobs.items));
        replaces_connection(a, j);
        j->conn = (int64_t)conn;
        j->peer = peer;
        j->has_session = true;
        enter(a, j, DELAY_TRANSFER);
    }
    if (is_mail) j->mail_since_ns = e->at_ns;
    remember(a, e, j);
}

/* --- content --- */

/* Whose content it is had its turn since MAIL; the others of the outbox have waited from there on. */
static void turn_of(struct delay_account *a, struct delay_job *j, int64_t message)
{
    const struct delay_interval turn = interval_of(j), wait = {.stage = DELAY_QUEUE, .what = ""};
    for (size_t i = 0; !j->has_content && i < j->members.count; i++) {
        size_t copy = j->members.items[i];
        bool is_on = a->copies.items[copy].open.stage == DELAY_TRANSFER;
        if (a->copies.items[copy].message != message && is_on) delay_copy_enter_since(a, copy, &wait, j->mail_since_ns);
    }
    j->has_content = true;
    size_t copy = index_map_get(&a->siblings, delay_key(delay_key(3, message), j->host));
    for (; copy != SIZE_MAX; copy = a->copies.items[copy].sibling)
        if (a->copies.items[copy].job != DELAY_NONE && a->copies.items[copy].open.stage != DELAY_TRANSFER)
            delay_copy_enter_since(a, copy, &turn, j->mail_since_ns);
}

static void on_content(struct delay_account *a, const struct event *e)
{
    uint64_t conn = (uint64_t)event_int(e, FIELD_CONN);
    int64_t message = event_int(e, FIELD_MESSAGE);
    size_t peer = index_map_get(&a->conn_peers, conn);
    struct delay_job *j = job_at(a, &a->conn_jobs, conn);
    if (peer != SIZE_MAX) delay_copy_sent(a, message, event_int(e, FIELD_HOST), (int64_t)peer);
    if (!j || j->host != event_int(e, FIELD_HOST)) return;
    if (j->message && j->message != message) odd(a, j, "another mail's content is sent in its turn");
    if (j->conn != (int64_t)conn || j->stage != DELAY_TRANSFER) odd(a, j, "content outside of its session");
    if (!j->message && j->conn == (int64_t)conn) turn_of(a, j, message);
}

/* --- attempts --- */

/* The rest of what its host does for it: the others of its round may still be under way. */
static void end_attempt(struct delay_account *a, const struct event *e, size_t copy)
{
    struct delay_copy *c = &a->copies.items[copy];
    bool is_done = e->kind == EVENT_ATTEMPT_END && strcmp(event_text(e, FIELD_OUTCOME), "later") != 0;
    if (c->ended_ns >= 0) return;
    if (c->job != DELAY_NONE) remember(a, e, &a->jobs.items[c->job]);
    delay_job_remove(a, copy);
    c->is_tried |= !is_done;
    c->open.attempt = is_done ? event_int(e, FIELD_ATTEMPT) : 0;
    struct delay_interval next = {.stage = is_done ? DELAY_DISK : DELAY_RETRY, .what = ""};
    if (!is_done) next.what = text_store_add(&a->texts, event_text(e, FIELD_WHY));
    delay_copy_enter(a, copy, &next);
}

/* A job of those whose attempts begin now. What was asked before belongs to the rest of the domain. */
static size_t group_of(struct delay_account *a, const struct delay_copy *c)
{
    size_t of = c->job, most = index_map_get(&a->recipient_limits, (uint64_t)c->host);
    bool goes_on = a->beginning != DELAY_NONE && a->beginning_of == of;
    if (goes_on && a->jobs.items[a->beginning].members.count < most) return a->beginning;
    struct delay_job whole = a->jobs.items[of];
    *TABLE_ADD(&a->jobs) = (struct delay_job){
        .host = whole.host, .message = whole.message, .stage = DELAY_UNEXPLAINED, .what = "", .is_attempt = true};
    a->beginning_of = of;
    return a->beginning = a->jobs.count - 1;
}

static void on_attempt(struct delay_account *a, const struct event *e)
{
    uint64_t attempt = e->kind == EVENT_ATTEMPT_SKIP ? 0 : (uint64_t)event_int(e, FIELD_ATTEMPT);
    size_t copy = index_map_get(&a->activated, e->cause);
    if (e->kind == EVENT_ATTEMPT_END)
        copy = index_map_get(&a->attempts, attempt);
    else if (!delay_copy_is_of(a, copy, e)) /* it is passed over together with others */
        copy = delay_copy_there(a, e);
    if (copy == DELAY_NONE) return;
    struct delay_copy *c = &a->copies.items[copy];
    if (e->kind != EVENT_ATTEMPT_BEGIN) {
        end_attempt(a, e, copy);
        return;
    }
    index_map_put(&a->attempts, attempt, copy);
    struct delay_interval next = c->open;
    next.attempt = event_int(e, FIELD_ATTEMPT);
    if (c->job != DELAY_NONE) {
        size_t group = group_of(a, c);
        delay_job_remove(a, copy);
        add(a, group, copy);
        index_map_put(&a->event_jobs, e->id, group);
        next = interval_of(&a->jobs.items[group]);
        next.attempt = event_int(e, FIELD_ATTEMPT);
    }
    delay_copy_enter(a, copy, &next);
}

/* --- the rest --- */

static void on_host(struct delay_account *a, const struct event *e)
{
    const char *domains = event_text(e, FIELD_TEXT);
    if (strcmp(event_text(e, FIELD_ROLE), "mail_server") != 0) return;
    while (*domains) {
        size_t length = strcspn(domains, ",");
        index_map_put(&a->local_domains, delay_key_text(delay_key(4, event_int(e, FIELD_HOST)), domains, length), 1);
        domains += length;
        domains += strspn(domains, ", ");
    }
}

/* "recipient_limit=50": more than so many have several sessions. */
static void on_settings(struct delay_account *a, const struct event *e)
{
    static const char word[] = "recipient_limit=";
    const char *found = strstr(event_text(e, FIELD_TEXT), word);
    if (strcmp(event_text(e, FIELD_NAME), "retry") != 0 || !found) return;
    size_t most = (size_t)strtoul(found + strlen(word), NULL, 10);
    index_map_put(&a->recipient_limits, (uint64_t)event_int(e, FIELD_HOST), most ? most : SIZE_MAX);
}

static void on_expand(struct delay_account *a, const struct event *e)
{
    size_t list = delay_copy_there(a, e);
    if (list == DELAY_NONE) return;
    for (const char *to = event_text(e, FIELD_TO); *to; to += strspn(to, ", ")) {
        size_t length = strcspn(to, ",");
        uint64_t pair = delay_pair(event_int(e, FIELD_MESSAGE), to, length);
        index_map_put(&a->expansions, delay_key(pair, event_int(e, FIELD_HOST)), list);
        to += length;
    }
}

/* u@[10.0.0.1]: nobody is asked, but a slow host takes its time to read it. */
static void on_literal(struct delay_account *a, const struct event *e, struct delay_job *j)
{
    bool is_set = e->kind == EVENT_TIMER_SET, is_timer = is_set || e->kind == EVENT_TIMER_FIRE;
    if (!is_timer || strcmp(event_text(e, FIELD_NAME), "address literal") != 0) return;
    if (is_set) j->what = "an address literal";
    if (is_set)
        enter(a, j, DELAY_DNS);
    else if (j->stage == DELAY_DNS && j->questions == 0)
        enter(a, j, j->message ? DELAY_UNEXPLAINED : DELAY_QUEUE);
}

/* Whatever else a next step may be due to: it belongs to its connection's job, or to its cause's. A client begins
   anew by its clock. */
static void follow(struct delay_account *a, const struct event *e)
{
    int64_t conn = event_has(e->kind, FIELD_CONN) ? event_int(e, FIELD_CONN) : 0;
    struct delay_job *j = conn ? job_at(a, &a->conn_jobs, (uint64_t)conn) : NULL;
    if (!j) j = job_behind(a, e);
    bool is_submission = e->kind == EVENT_TIMER_FIRE && strcmp(event_text(e, FIELD_NAME), "next submission") == 0;
    if (is_submission) j = &a->jobs.items[delay_job_of(a, event_int(e, FIELD_HOST), 0, "", "")];
    if (!j || j->host != event_int(e, FIELD_HOST)) return;
    remember(a, e, j);
    on_literal(a, e, j);
    bool is_in_vain = e->kind == EVENT_TCP_STATE && !j->has_session && strcmp(event_text(e, FIELD_TO), "CLOSED") == 0;
    if (is_in_vain) remember_cause(a, e, j);
}

/* What a host does on the network. */
static void hear_of_the_network(struct delay_account *a, const struct event *e)
{
    switch (e->kind) {
    case EVENT_DNS_QUERY:
        on_query(a, e);
        break;
    case EVENT_DNS_ANSWER:
    case EVENT_DNS_FAILURE:
        on_answer(a, e);
        break;
    case EVENT_CONN_OPEN:
        on_conn_open(a, e);
        break;
    case EVENT_SESSION_OPEN:
        on_session_open(a, e);
        break;
    case EVENT_CONN_CLOSE:
    case EVENT_SESSION_CLOSE:
        on_end(a, e);
        break;
    case EVENT_SMTP_LINE:
        on_line(a, e);
        break;
    case EVENT_SMTP_CONTENT:
        on_content(a, e);
        break;
    case EVENT_TIMER_SET:
    case EVENT_TIMER_FIRE:
    case EVENT_TCP_STATE:
    case EVENT_TLS_FAILED:
    case EVENT_TLS_FALLBACK:
    case EVENT_DESTINATION:
    case EVENT_MAIL_ROUTE:
    case EVENT_MAIL_COMMIT:
    case EVENT_MAIL_DOUBT:
    case EVENT_STS_POLICY:
    case EVENT_DNS_UNREACHABLE:
    case EVENT_DNS_CACHE:
        follow(a, e);
        break;
    default:
        break;
    }
}

/* Of a mail that nobody in this world has written the first place where it is. */
static void on_commit(struct delay_account *a, const struct event *e)
{
    uint64_t first = delay_key(8, event_int(e, FIELD_MESSAGE));
    if (index_map_get(&a->written, first) == SIZE_MAX)
        index_map_put(&a->written, first, (size_t)event_int(e, FIELD_HOST));
}

void delay_account_hear(struct delay_account *a, const struct event *e)
{
    a->now_ns = e->at_ns;
    a->heard = e;
    switch (e->kind) {
    case EVENT_HOST_ADD:
        on_host(a, e);
        break;
    case EVENT_HOST_SETTINGS:
        on_settings(a, e);
        break;
    case EVENT_MAIL_COMPOSE:
        index_map_put(&a->written, delay_key(0, event_int(e, FIELD_MESSAGE)), (size_t)e->at_ns);
        index_map_put(&a->written, delay_key(7, event_int(e, FIELD_MESSAGE)), (size_t)event_int(e, FIELD_HOST));
        break;
    case EVENT_MAIL_COMMIT:
        on_commit(a, e);
        hear_of_the_network(a, e);
        break;
    case EVENT_MAIL_STATE:
        delay_copy_state(a, e);
        break;
    case EVENT_MAIL_EXPAND:
        on_expand(a, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
    case EVENT_ATTEMPT_SKIP:
        on_attempt(a, e);
        break;
    default:
        hear_of_the_network(a, e);
        break;
    }
}

struct event_mask delay_account_mask(void)
{
    struct event_mask mask = event_mask_union(event_mask_core(), event_mask_group(GROUP_TIMER));
    static const enum event_kind others[] = {EVENT_HOST_ADD, EVENT_HOST_SETTINGS, EVENT_TCP_STATE, EVENT_MAIL_ROUTE,
                                             EVENT_MAIL_COMMIT};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        mask = event_mask_union(mask, event_mask_kind(others[i]));
    return mask;
}

static void on_event(void *context, const struct event *e)
{
    delay_account_hear(context, e);
}

struct journal_reader delay_account_reader(struct delay_account *account)
{
    return (struct journal_reader){.mask = delay_account_mask(), .on_event = on_event, .context = account};
}

void delay_account_on_odd(struct delay_account *account, delay_odd_fn on_odd, void *context)
{
    account->odd = on_odd;
    account->odd_context = context;
}

struct delay_account *delay_account_new(void)
{
    struct delay_account *a = mem_calloc(1, sizeof *a);
    a->beginning = DELAY_NONE;
    return a;
}

void delay_account_free(struct delay_account *a)
{
    if (!a) return;
    struct index_map *const maps[] = {&a->written,       &a->delivered,     &a->picked_up,     &a->there,
                                      &a->files,         &a->attempts,      &a->activated,     &a->latest,
                                      &a->siblings,      &a->local_domains, &a->senders,       &a->expansions,
                                      &a->conn_peers,    &a->conn_jobs,     &a->session_conns, &a->event_jobs,
                                      &a->question_jobs, &a->questions,     &a->job_index,     &a->recipient_limits};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        index_map_free(maps[i]);
    for (size_t i = 0; i < a->copies.count; i++)
        mem_free(a->copies.items[i].intervals.items);
    for (size_t i = 0; i < a->jobs.count; i++)
        mem_free(a->jobs.items[i].members.items);
    mem_free(a->copies.items);
    mem_free(a->jobs.items);
    text_store_free(&a->texts);
    mem_free(a);
}
