/* M8 and the second half of M7: what a queue puts off it tries again when its policy says so (laws_policy.h), not
   sooner and not later, and it gives up only what was refused for good or has expired.

   What suspends it: of a host that was stopped, paused or slow, or whose clock is wrong, attempts may be late but never
   early; where its clock is wrong nobody else can say what it will plan; and a mail that one queue has taken twice is
   not told apart in attempts. The arrival of a mail is known to the instant only from mail.content and the like, so
   that what is planned is judged with --check-laws. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"
#include "viz/readers/laws_policy.h"

/* What is given up stays for so long when the disk does not take the report. */
static const int64_t report_retry_ns = INT64_C(300000000000);

enum { KNOWN = 256 };
enum outcome { NOT_YET, TRIED, PASSED_OVER, REFUSED };
enum account { ARRIVAL = 1, ARRIVES_NOW, EXPANDED, SENDER_IS_NULL, LOCAL_DOMAIN, DEAD_UNTIL, URGENCY };

/* One (message, recipient) at one host, in whatever files of its queue. */
struct law_pair_there {
    size_t copies, entry;
    int64_t attempts, skipped_until_ns, began_ns; /* began: the round that is under way, or was */
    enum outcome outcome;
};

/* The same in one file. */
struct law_waiting {
    int64_t arrived_ns, expected_ns; /* -1: not known */
    int64_t active_ns;               /* since when it is, or was last, under way */
    size_t entry, pair;
};

struct law_entry {
    size_t active;
    int64_t part_ns,
        round_end_ns; /* when it was last heard of a recipient's attempt; when a round last ended, or it came */
};

struct law_queue {
    struct law_policy policy;
    bool is_clock_wrong, is_stopped, is_slow, is_paused, has_bad_disk;
    int64_t read_ns; /* that its disk needs for each file after a restart */
    size_t files;
    int64_t up_ns, hindered_until_ns, first_failed_ns, clock_right_ns; /* since when its clock is right */
    int64_t session_closed_ns;                                         /* when one here was closed last */
    int64_t known_next_ns[KNOWN]; /* when addresses of hosts may be tried again, in the order in which it was told */
    size_t n_known;
};

struct law_schedule {
    struct index_map accounts, pair_index, waiting_index, entry_index, queue_index;
    TABLE_OF(struct law_pair_there) pairs;
    TABLE_OF(struct law_waiting) waiting;
    TABLE_OF(struct law_entry) entries;
    TABLE_OF(struct law_queue) queues;
    uint64_t aside; /* the last mail.aside */
};

static uint64_t key_of(enum account account, uint64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(51, account), a), b);
}

static int64_t number_at(const struct law_schedule *s, uint64_t key)
{
    size_t value = index_map_get(&s->accounts, key);
    return value == SIZE_MAX ? -1 : (int64_t)value;
}

static uint64_t host_of(const struct event *e)
{
    return (uint64_t)event_int(e, FIELD_HOST);
}

static bool is_text(const struct event *e, enum field_id field, const char *text)
{
    return strcmp(event_text(e, field), text) == 0;
}

static uint64_t domain_key(enum account account, uint64_t host, const char *domain, size_t length)
{
    return key_of(account, host, law_hash_name(1, domain, length));
}

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? at + 1 : "";
}

/* --- what there is --- */

static struct law_queue *queue_of(struct law_schedule *s, const struct event *e)
{
    size_t index = index_map_get(&s->queue_index, host_of(e));
    return index == SIZE_MAX ? NULL : &s->queues.items[index];
}

static uint64_t pair_key(const struct event *e)
{
    return law_hash_text(law_hash(law_hash(52, (uint64_t)event_int(e, FIELD_MESSAGE)), host_of(e)),
                         event_text(e, FIELD_RECIPIENT));
}

static size_t find_pair(struct law_schedule *s, const struct event *e)
{
    size_t index = index_map_get(&s->pair_index, pair_key(e));
    if (index != SIZE_MAX) return index;
    index = s->pairs.count;
    (void)TABLE_ADD(&s->pairs);
    index_map_put(&s->pair_index, pair_key(e), index);
    return index;
}

static size_t find_entry(struct law_schedule *s, const struct event *e)
{
    uint64_t key = law_hash_text(law_hash(53, host_of(e)), event_text(e, FIELD_QUEUE_ID));
    size_t index = index_map_get(&s->entry_index, key);
    if (index != SIZE_MAX) return index;
    index = s->entries.count;
    TABLE_ADD(&s->entries)->round_end_ns = -1;
    index_map_put(&s->entry_index, key, index);
    return index;
}

static struct law_waiting *find_waiting(struct law_schedule *s, const struct event *e)
{
    uint64_t key = law_hash_text(pair_key(e), event_text(e, FIELD_QUEUE_ID));
    size_t index = index_map_get(&s->waiting_index, key);
    if (index != SIZE_MAX) return &s->waiting.items[index];
    index_map_put(&s->waiting_index, key, s->waiting.count);
    struct law_waiting *w = TABLE_ADD(&s->waiting);
    *w = (struct law_waiting){.arrived_ns = -1, .expected_ns = -1};
    w->entry = find_entry(s, e);
    w->pair = find_pair(s, e);
    return w;
}

/* --- what is planned --- */

static struct law_failure failure_of(const struct law_schedule *s, const struct law_queue *queue,
                                     const struct law_waiting *w, const struct event *e, int64_t now_ns)
{
    const struct law_pair_there *pair = &s->pairs.items[w->pair];
    const char *domain = domain_of(event_text(e, FIELD_RECIPIENT));
    size_t length = strlen(domain);
    struct law_failure f = {.arrived_ns = w->arrived_ns,
                            .now_ns = now_ns,
                            .tried_ns = w->active_ns,
                            .attempts = pair->attempts,
                            .was_tried = pair->outcome == TRIED,
                            .skipped_until_ns = pair->skipped_until_ns,
                            .first_failed_ns = queue->first_failed_ns};
    f.is_local = length == 0 || number_at(s, domain_key(LOCAL_DOMAIN, host_of(e), domain, length)) > 0;
    f.is_null_sender = number_at(s, key_of(SENDER_IS_NULL, (uint64_t)event_int(e, FIELD_MESSAGE), 0)) > 0;
    int64_t urgency = number_at(s, key_of(URGENCY, (uint64_t)event_int(e, FIELD_MESSAGE), 0));
    f.urgency = urgency > 0 ? (enum law_urgency)(urgency - 1) : LAW_NORMAL;
    f.dead_until_ns = number_at(s, domain_key(DEAD_UNTIL, host_of(e), domain, length));
    for (size_t i = 0; i < KNOWN && i < queue->n_known; i++) {
        int64_t next_ns = queue->known_next_ns[i];
        if (next_ns > w->active_ns && (!f.known_next_ns || next_ns < f.known_next_ns)) f.known_next_ns = next_ns;
    }
    return f;
}

static bool is_allowed(const struct law_policy *policy, const struct law_failure *f, int64_t at_ns)
{
    struct law_spans spans = law_policy_next(policy, f);
    for (size_t i = 0; i < spans.n; i++)
        if (at_ns >= spans.spans[i].from_ns && at_ns <= spans.spans[i].until_ns) return true;
    return false;
}

/* What was noted while the clock was wrong, of the mail or of hosts, stays so. */
static bool has_wrong_times(const struct law_queue *queue, const struct law_waiting *w)
{
    bool remembers = queue->first_failed_ns >= 0 && queue->first_failed_ns < queue->clock_right_ns;
    return queue->is_clock_wrong || w->arrived_ns < queue->clock_right_ns || remembers;
}

static enum laws_excuse excuse_of_plan(const struct laws *laws, const struct law_queue *queue,
                                       const struct law_waiting *w)
{
    if (!laws->full || w->arrived_ns < 0) return LAWS_EXCUSE_NOT_TOLD;
    if (has_wrong_times(queue, w)) return LAWS_EXCUSE_CLOCK;
    return laws->schedule->pairs.items[w->pair].copies > 1 ? LAWS_EXCUSE_TWICE_IN_QUEUE : LAWS_JUDGED;
}

/* The plan was made when the last recipient of the round had its fate, or later, when reports were written first. */
static void law_of_plans(struct laws *laws, const struct event *e, const struct law_queue *queue,
                         const struct law_waiting *w)
{
    struct law_schedule *s = laws->schedule;
    const struct law_pair_there *pair = &s->pairs.items[w->pair];
    int64_t at_ns = event_int(e, FIELD_AT), part_ns = s->entries.items[w->entry].part_ns;
    if (at_ns < part_ns) law_broken(laws, e, "M8", "it shall be tried before now");
    enum laws_excuse excuse = excuse_of_plan(laws, queue, w);
    law_counts(laws, LAWS_COUNT_M8_PLANS, excuse);
    if (excuse || pair->outcome == REFUSED) return;
    struct law_failure f = failure_of(s, queue, w, e, part_ns), later = failure_of(s, queue, w, e, e->at_ns);
    bool awaits_report = queue->has_bad_disk && at_ns == e->at_ns + report_retry_ns;
    if (law_policy_expiry(&queue->policy, &later).may && awaits_report) return;
    if (law_policy_expiry(&queue->policy, &f).must) law_broken(laws, e, "M8", "it has expired, and is kept");
    if (is_allowed(&queue->policy, &f, at_ns) || is_allowed(&queue->policy, &later, at_ns)) return;
    /* A record counts from its own failure, which may be long before the end of the round. */
    struct law_failure early = failure_of(s, queue, w, e, pair->began_ns);
    if (strcmp(queue->policy.name, "exim") == 0 && is_allowed(&queue->policy, &early, at_ns)) return;
    struct law_spans spans = law_policy_next(&queue->policy, &f);
    law_broken(laws, e, "M8", "%s puts it off for %.3f s, which should be %.3f s to %.3f s", queue->policy.name,
               (double)(at_ns - part_ns) / 1e9, (double)(spans.spans[0].from_ns - part_ns) / 1e9,
               (double)(spans.spans[0].until_ns - part_ns) / 1e9);
}

/* M7: given up, though it was not refused. */
static void law_of_giving_up(struct laws *laws, const struct event *e, const struct law_queue *queue,
                             const struct law_waiting *w)
{
    struct law_schedule *s = laws->schedule;
    const struct law_pair_there *pair = &s->pairs.items[w->pair];
    if (pair->outcome == REFUSED || pair->copies > 1 || is_text(e, FIELD_WHY, "lost with the disk")) return;
    if (s->aside && e->cause == s->aside) return; /* its file was not what it should be */
    if (w->arrived_ns < 0 || has_wrong_times(queue, w)) return;
    struct law_failure f = failure_of(s, queue, w, e, e->at_ns);
    if (!law_policy_expiry(&queue->policy, &f).may)
        law_broken(laws, e, "M7", "given up after %.0f s, but nobody has refused it for good",
                   (double)(e->at_ns - w->arrived_ns) / 1e9);
}

/* --- what is kept --- */

/* A run by a clock that was wrong while the mail waited for its first one: nobody tells when that would be. */
static bool waits_for_a_wrong_run(const struct laws *laws, const struct law_queue *queue, const struct law_waiting *w)
{
    bool is_first = laws->schedule->pairs.items[w->pair].attempts == 0;
    return queue->policy.waits_for_run && is_first && has_wrong_times(queue, w);
}

static void law_of_times(struct laws *laws, const struct event *e, const struct law_queue *queue,
                         const struct law_waiting *w)
{
    const struct law_entry *entry = &laws->schedule->entries.items[w->entry];
    int64_t due_ns = w->expected_ns;
    if (due_ns < 0) return;
    if (waits_for_a_wrong_run(laws, queue, w)) {
        law_counts(laws, LAWS_COUNT_M8_TIMES, LAWS_EXCUSE_CLOCK);
        return;
    }
    if (e->at_ns < due_ns) law_broken(laws, e, "M8", "it is tried %.3f s too early", (double)(due_ns - e->at_ns) / 1e9);
    if (entry->round_end_ns > due_ns) due_ns = entry->round_end_ns;
    int64_t ready_ns = queue->up_ns < 0 ? -1 : queue->up_ns + queue->read_ns * (int64_t)queue->files;
    bool reads_slowly = queue->has_bad_disk && queue->up_ns > entry->round_end_ns; /* and nobody tells how slowly */
    bool waited_for_restart = ready_ns >= due_ns || reads_slowly;
    if (waited_for_restart && ready_ns > due_ns) due_ns = ready_ns;
    bool was_hindered = queue->is_slow || queue->is_paused || queue->hindered_until_ns >= due_ns;
    enum laws_excuse excuse = was_hindered                                ? LAWS_EXCUSE_HINDERED
                              : waited_for_restart && queue->has_bad_disk ? LAWS_EXCUSE_DISK
                              : queue->session_closed_ns == e->at_ns      ? LAWS_EXCUSE_GOOD_BYE
                                                                          : LAWS_JUDGED;
    law_counts(laws, LAWS_COUNT_M8_TIMES, excuse);
    if (excuse) return; /* a round lasts until its last session has said good-bye */
    if (e->at_ns > due_ns) law_broken(laws, e, "M8", "it is tried %.3f s too late", (double)(e->at_ns - due_ns) / 1e9);
}

/* When it came: when its file was begun, not when it was on the disk. */
static int64_t arrival_of(const struct law_schedule *s, const struct event *e)
{
    int64_t by_id = number_at(s, key_of(ARRIVAL, host_of(e), law_hash_text(1, event_text(e, FIELD_QUEUE_ID))));
    if (by_id >= 0) return by_id;
    int64_t now_ns = number_at(s, key_of(ARRIVES_NOW, host_of(e), (uint64_t)event_int(e, FIELD_MESSAGE)));
    bool is_report = number_at(s, key_of(SENDER_IS_NULL, (uint64_t)event_int(e, FIELD_MESSAGE), 0)) > 0;
    bool was_refused = is_report && e->at_ns - now_ns >= report_retry_ns; /* it counts from the try that is taken */
    return was_refused ? -1 : now_ns;
}

/* A round that only writes reports of those whose time is over keeps the others waiting, too. */
static void end_part(struct law_schedule *s, const struct law_waiting *w, bool was_active, int64_t now_ns)
{
    struct law_entry *entry = &s->entries.items[w->entry];
    if (was_active && entry->active > 0) entry->active--;
    if (entry->active == 0) entry->round_end_ns = now_ns;
}

static void on_taken(struct law_schedule *s, const struct event *e, struct law_queue *queue, struct law_waiting *w)
{
    queue->files++;
    struct law_pair_there *pair = &s->pairs.items[w->pair];
    pair->copies++;
    pair->entry = w->entry;
    pair->attempts = 0;
    pair->outcome = NOT_YET;
    w->arrived_ns = arrival_of(s, e);
    w->expected_ns = queue->is_stopped ? 0 : law_policy_first(&queue->policy, e->at_ns);
}

static void on_state(struct laws *laws, const struct event *e)
{
    struct law_schedule *s = laws->schedule;
    struct law_queue *queue = queue_of(s, e);
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    if (!queue || event_text(e, FIELD_QUEUE_ID)[0] == '\0' || strcmp(from, "delivered") == 0) return;
    struct law_waiting *w = find_waiting(s, e);
    bool was_active = strcmp(from, "active") == 0;
    if (strcmp(to, "active") == 0) {
        law_of_times(laws, e, queue, w);
        w->active_ns = e->at_ns;
        s->entries.items[w->entry].active++;
        s->entries.items[w->entry].part_ns = e->at_ns;
        s->pairs.items[w->pair].outcome = NOT_YET;
        s->pairs.items[w->pair].began_ns = e->at_ns;
        return;
    }
    if (strcmp(to, "queued") == 0) {
        if (from[0] == '\0') on_taken(s, e, queue, w);
        if (from[0] != '\0') w->expected_ns = 0; /* after a crash: as soon as the host is up again */
    } else if (strcmp(to, "deferred") == 0) {
        law_of_plans(laws, e, queue, w);
        w->expected_ns = event_int(e, FIELD_AT);
    } else if (strcmp(to, "bounced") == 0 || strcmp(to, "discarded") == 0) {
        if (from[0] != '\0') law_of_giving_up(laws, e, queue, w);
    } else {
        s->entries.items[w->entry].part_ns = e->at_ns;
    }
    end_part(s, w, was_active, e->at_ns);
}

/* --- what else is told --- */

static void on_attempt(struct laws *laws, const struct event *e)
{
    struct law_schedule *s = laws->schedule;
    struct law_queue *queue = queue_of(s, e);
    if (!queue) return;
    size_t index = find_pair(s, e); /* may move them */
    struct law_pair_there *pair = &s->pairs.items[index];
    if (e->kind == EVENT_ATTEMPT_BEGIN) {
        pair->attempts = event_int(e, FIELD_NTH);
        return;
    }
    if (pair->entry < s->entries.count) s->entries.items[pair->entry].part_ns = e->at_ns;
    if (e->kind == EVENT_ATTEMPT_SKIP) {
        pair->outcome = PASSED_OVER;
        pair->skipped_until_ns = event_int(e, FIELD_AT);
        return;
    }
    bool is_refusal = is_text(e, FIELD_OUTCOME, "never");
    pair->outcome = is_refusal ? REFUSED : TRIED;
    if (is_text(e, FIELD_OUTCOME, "later") && queue->first_failed_ns < 0) queue->first_failed_ns = e->at_ns;
    if (is_refusal &&
        event_text(e, FIELD_WHY)[0] != '5') /* RFC 5321 4.2.1: 4yz, and a connection that is lost, is not */
        law_broken(laws, e, "M7", "refused for good, but not by a 5yz: %.60s", event_text(e, FIELD_WHY));
}

/* Exim has a record of each address of a host, but the journal tells the host: the IPv6 address may be due long before
   the IPv4 address that has failed since. So each instant is kept, whatever was told later. */
static void know_next(struct law_queue *queue, int64_t next_ns)
{
    size_t n = queue->n_known < KNOWN ? queue->n_known : KNOWN;
    for (size_t i = 0; i < n; i++)
        if (queue->known_next_ns[i] == next_ns) return;
    queue->known_next_ns[queue->n_known++ % KNOWN] = next_ns;
}

static void on_destination(struct law_schedule *s, const struct event *e)
{
    struct law_queue *queue = queue_of(s, e);
    const char *name = event_text(e, FIELD_NAME);
    if (!queue) return;
    int64_t at_ns = event_int(e, FIELD_UP) ? 0 : event_int(e, FIELD_AT);
    index_map_put(&s->accounts, domain_key(DEAD_UNTIL, host_of(e), name, strlen(name)), (size_t)at_ns);
    if (event_int(e, FIELD_PEER) && at_ns) know_next(queue, at_ns);
}

static void on_host(struct law_schedule *s, const struct event *e)
{
    const char *domains = event_text(e, FIELD_TEXT);
    if (!is_text(e, FIELD_ROLE, "mail_server")) return;
    while (*domains) {
        size_t length = strcspn(domains, ",");
        index_map_put(&s->accounts, domain_key(LOCAL_DOMAIN, host_of(e), domains, length), 1);
        domains += length;
        domains += strspn(domains, ", ");
    }
}

/* After "retry" comes "disk", where reading it takes time. */
static void on_settings(struct law_schedule *s, const struct event *e)
{
    struct law_queue *queue = queue_of(s, e);
    if (is_text(e, FIELD_NAME, "disk") && queue) queue->read_ns = law_policy_parse(event_text(e, FIELD_TEXT)).read;
    if (!is_text(e, FIELD_NAME, "retry")) return;
    if (queue) { /* set anew, while it runs */
        queue->policy = law_policy_parse(event_text(e, FIELD_TEXT));
        queue->n_known = 0;
        return;
    }
    index_map_put(&s->queue_index, host_of(e), s->queues.count);
    *TABLE_ADD(&s->queues) = (struct law_queue){.policy = law_policy_parse(event_text(e, FIELD_TEXT)),
                                                .up_ns = -1,
                                                .hindered_until_ns = -1,
                                                .first_failed_ns = -1};
}

static void on_host_state(struct law_schedule *s, const struct event *e)
{
    struct law_queue *queue = queue_of(s, e);
    if (!queue) return;
    queue->is_stopped = !event_int(e, FIELD_UP);
    if (!queue->is_stopped) queue->up_ns = e->at_ns;
}

static void on_content(struct law_schedule *s, const struct event *e)
{
    if (!is_text(e, FIELD_NAME, "accepted")) return;
    uint64_t key = key_of(ARRIVAL, host_of(e), law_hash_text(1, event_text(e, FIELD_QUEUE_ID)));
    index_map_put(&s->accounts, key, (size_t)e->at_ns);
}

static void on_expand(struct law_schedule *s, const struct event *e)
{
    uint64_t message = (uint64_t)event_int(e, FIELD_MESSAGE);
    index_map_put(&s->accounts, key_of(ARRIVES_NOW, host_of(e), message), (size_t)e->at_ns);
    index_map_put(&s->accounts, key_of(EXPANDED, e->id, 0), (size_t)e->at_ns);
}

/* While a slow disk writes the members' file, the same mail may be expanded in another one. */
static void on_commit(struct law_schedule *s, const struct event *e)
{
    int64_t expanded_ns = number_at(s, key_of(EXPANDED, e->cause, 0));
    if (expanded_ns < 0 || !is_text(e, FIELD_NAME, "queue")) return;
    uint64_t key = key_of(ARRIVAL, host_of(e), law_hash_text(1, event_text(e, FIELD_QUEUE_ID)));
    index_map_put(&s->accounts, key, (size_t)expanded_ns);
}

static void on_session_close(struct law_schedule *s, const struct event *e)
{
    struct law_queue *queue = queue_of(s, e);
    if (queue) queue->session_closed_ns = e->at_ns;
}

static void on_trouble(struct law_schedule *s, const struct event *e)
{
    struct law_queue *queue = queue_of(s, e);
    if (!queue) return;
    if (is_text(e, FIELD_NAME, "clock")) {
        queue->is_clock_wrong = event_text(e, FIELD_TEXT)[0] != '\0';
        queue->clock_right_ns = e->at_ns;
    }
    if (is_text(e, FIELD_NAME, "disk")) queue->has_bad_disk = true;
    bool begins = event_text(e, FIELD_TEXT)[0] != '\0', is_speed = is_text(e, FIELD_NAME, "work");
    if (!is_speed && !is_text(e, FIELD_NAME, "program")) return;
    if (is_speed) queue->is_slow = begins;
    if (!is_speed) queue->is_paused = begins;
    queue->hindered_until_ns = e->at_ns + INT64_C(10000000000); /* what was held comes a little later */
}

static void on_compose(struct law_schedule *s, const struct event *e)
{
    uint64_t message = (uint64_t)event_int(e, FIELD_MESSAGE);
    if (event_text(e, FIELD_FROM)[0] == '\0') index_map_put(&s->accounts, key_of(SENDER_IS_NULL, message, 0), 1);
    if (event_int(e, FIELD_PARENT))
        index_map_put(&s->accounts, key_of(ARRIVES_NOW, host_of(e), message), (size_t)e->at_ns);
}

static void on_priority(struct law_schedule *s, const struct event *e)
{
    enum law_urgency urgency = is_text(e, FIELD_NAME, "urgent")       ? LAW_URGENT
                               : is_text(e, FIELD_NAME, "non-urgent") ? LAW_NON_URGENT
                                                                      : LAW_NORMAL;
    index_map_put(&s->accounts, key_of(URGENCY, (uint64_t)event_int(e, FIELD_MESSAGE), 0), (size_t)urgency + 1);
}

/* A Priority that is named counts behind a list, too. */
static void on_list(struct law_schedule *s, const struct event *e)
{
    uint64_t key = key_of(URGENCY, (uint64_t)event_int(e, FIELD_MESSAGE), 0);
    if (event_text(e, FIELD_FROM)[0] && number_at(s, key) <= 0) index_map_put(&s->accounts, key, LAW_BY_LIST + 1);
}

static void on_mail(struct laws *laws, const struct event *e)
{
    struct law_schedule *s = laws->schedule;
    switch (e->kind) {
    case EVENT_MAIL_COMPOSE:
        on_compose(s, e);
        break;
    case EVENT_MAIL_ASIDE:
        s->aside = e->id;
        break;
    case EVENT_MAIL_CONTENT:
        on_content(s, e);
        break;
    case EVENT_MAIL_PRIORITY:
        on_priority(s, e);
        break;
    case EVENT_MAIL_EXPAND:
        on_expand(s, e);
        on_list(s, e);
        break;
    case EVENT_MAIL_COMMIT:
        on_commit(s, e);
        break;
    case EVENT_MAIL_STATE:
        on_state(laws, e);
        break;
    default:
        break;
    }
}

void laws_of_schedule(struct laws *laws, const struct event *e)
{
    if (!laws->schedule) laws->schedule = mem_calloc(1, sizeof *laws->schedule);
    struct law_schedule *s = laws->schedule;
    switch (e->kind) {
    case EVENT_HOST_ADD:
        on_host(s, e);
        break;
    case EVENT_HOST_SETTINGS:
        on_settings(s, e);
        break;
    case EVENT_HOST_STATE:
        on_host_state(s, e);
        break;
    case EVENT_SESSION_CLOSE:
        on_session_close(s, e);
        break;
    case EVENT_HOST_TROUBLE:
        on_trouble(s, e);
        break;
    case EVENT_DESTINATION:
        on_destination(s, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
    case EVENT_ATTEMPT_SKIP:
        on_attempt(laws, e);
        break;
    default:
        on_mail(laws, e);
        break;
    }
}

void laws_schedule_free(struct laws *laws)
{
    struct law_schedule *s = laws->schedule;
    if (!s) return;
    struct index_map *const maps[] = {&s->accounts, &s->pair_index, &s->waiting_index, &s->entry_index,
                                      &s->queue_index};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        index_map_free(maps[i]);
    mem_free(s->pairs.items);
    mem_free(s->waiting.items);
    mem_free(s->entries.items);
    mem_free(s->queues.items);
    mem_free(s);
}
