/* The fold of measures: see measures.h. */
#include "viz/readers/measures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/delay_internal.h"
#include "viz/story/tables.h"

enum { PORT_DNS = 53, PORT_POP3 = 110, PORT_HTTPS = 443, PORT_POP3S = 995 };

#define BY_CLOSING                                                                                                     \
    (MEASURE_BIT(MEASURE_RETRANSMISSIONS) | MEASURE_BIT(MEASURE_RETRANSMISSIONS_RTO) |                                 \
     MEASURE_BIT(MEASURE_RETRANSMISSIONS_FAST) | MEASURE_BIT(MEASURE_RETRANSMISSIONS_SPURIOUS))
#define BY_LINKS   (MEASURE_BIT(MEASURE_BYTES_ON_WIRE) | MEASURE_BIT(MEASURE_PACKETS_ON_WIRE))
#define BY_QUEUE   (MEASURE_BIT(MEASURE_PEAK_QUEUE) | MEASURE_BIT(MEASURE_MEAN_QUEUE))
#define BY_OPENING (MEASURE_BIT(MEASURE_CONNECTIONS) | MEASURE_BIT(MEASURE_WASTED_CONNECTIONS))

/* Of a mail and a recipient, beside what everybody gets. Texts are places in `texts`, which may move. */
struct row {
    size_t mail, recipient;
    int64_t copies, asked_for; /* in the mailbox; by addresses and lists */
    int64_t first_attempt_ns, attempts, bounces;
    int64_t ended_ns[MEASURED_OUTCOMES]; /* TIME_NEVER: not in this way */
};

/* What a server writes itself is no mail of the study. */
struct mail {
    int64_t message;
    size_t name;
    int64_t written_ns, size_bytes;
    bool is_report;
};

struct measures {
    uint64_t wanted;
    bool has_no_literals; /* in the scenario */
    struct measured_run run;
    TABLE_OF(struct mail) mails;
    TABLE_OF(struct row) rows;
    TABLE_OF(struct measured_mail) result;
    TABLE_OF(struct measured_attempt) attempts;
    TABLE_OF(struct measured_queue) queue;
    TABLE_OF(char) texts;
    struct index_map mail_ids, row_ids, attempt_ids; /* by message, by message and recipient, by attempt */
    struct index_map carriers;   /* the connection by which a host has sent a mail to a peer, or at all */
    struct index_map conn_peers; /* of connections for mail by which nothing has been handed over */
    int64_t now_ns, length;      /* of the queue */
    uint64_t rto, fast, probes, spurious, bytes, packets, connections, wasted;
    struct delay_account *account; /* NULL: no part of a delay is wanted */
    TABLE_OF(struct delay_interval) intervals;
};

/* --- what is kept --- */

static size_t keep_text(struct measures *m, const char *text, size_t length)
{
    size_t at = m->texts.count;
    for (size_t i = 0; i < length; i++)
        *TABLE_ADD(&m->texts) = text[i];
    *TABLE_ADD(&m->texts) = '\0';
    return at;
}

static struct mail *mail_of(struct measures *m, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    size_t mail = index_map_get(&m->mail_ids, (uint64_t)message);
    if (mail == SIZE_MAX) {
        index_map_put(&m->mail_ids, (uint64_t)message, mail = m->mails.count);
        *TABLE_ADD(&m->mails) = (struct mail){.message = message, .name = SIZE_MAX, .written_ns = e->at_ns};
    }
    return &m->mails.items[mail];
}

/* NULL: a report's. */
static struct row *row_of(struct measures *m, const struct event *e, const char *recipient, size_t length)
{
    struct mail *mail = mail_of(m, e);
    if (mail->is_report) return NULL;
    uint64_t pair = delay_pair(mail->message, recipient, length);
    size_t at = index_map_get(&m->row_ids, pair);
    if (at == SIZE_MAX) {
        index_map_put(&m->row_ids, pair, at = m->rows.count);
        struct row *row = TABLE_ADD(&m->rows);
        *row = (struct row){.mail = (size_t)(mail - m->mails.items), .first_attempt_ns = TIME_NEVER};
        for (int i = 0; i < MEASURED_OUTCOMES; i++)
            row->ended_ns[i] = TIME_NEVER;
        row->recipient = keep_text(m, recipient, length);
    }
    return &m->rows.items[at];
}

static struct row *row_of_event(struct measures *m, const struct event *e)
{
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    return row_of(m, e, recipient, strlen(recipient));
}

/* --- mails --- */

static void ask_for(struct measures *m, const struct event *e)
{
    for (const char *to = event_text(e, FIELD_TO); *to; to += strspn(to, ", ")) {
        size_t length = strcspn(to, ",");
        struct row *row = length ? row_of(m, e, to, length) : NULL;
        if (row) row->asked_for++;
        to += length;
    }
}

static void on_compose(struct measures *m, const struct event *e)
{
    struct mail *mail = mail_of(m, e);
    const char *name = event_text(e, FIELD_NAME);
    mail->is_report = event_int(e, FIELD_PARENT) != 0;
    mail->written_ns = e->at_ns;
    mail->size_bytes = event_int(e, FIELD_SIZE);
    mail->name = keep_text(m, name, strlen(name));
    ask_for(m, e);
}

static bool is_in_queue(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "active") == 0 || strcmp(state, "deferred") == 0;
}

static void on_queue(struct measures *m, const struct event *e)
{
    int change = is_in_queue(event_text(e, FIELD_TO)) - is_in_queue(event_text(e, FIELD_FROM));
    if (change == 0) return;
    m->length += change;
    struct measured_queue *last = m->queue.count ? &m->queue.items[m->queue.count - 1] : NULL;
    if (!last || last->at_ns != e->at_ns) last = TABLE_ADD(&m->queue);
    *last = (struct measured_queue){e->at_ns, m->length};
    int64_t before = m->queue.count > 1 ? last[-1].length : 0;
    if (before == m->length) m->queue.count--; /* it is what it was before this instant */
}

static void on_state(struct measures *m, const struct event *e)
{
    static const struct {
        const char *state;
        enum measured_outcome outcome;
    } ends[] = {{"delivered", MEASURED_DELIVERED},
                {"bounced", MEASURED_BOUNCED},
                {"discarded", MEASURED_DISCARDED},
                {"expanded", MEASURED_EXPANDED}};
    if (m->wanted & BY_QUEUE) on_queue(m, e);
    struct row *row = row_of_event(m, e);
    const char *to = event_text(e, FIELD_TO);
    for (size_t i = 0; row && i < sizeof ends / sizeof *ends; i++) {
        if (strcmp(to, ends[i].state) != 0) continue;
        int64_t *ended_ns = &row->ended_ns[ends[i].outcome];
        if (*ended_ns == TIME_NEVER) *ended_ns = e->at_ns;
        row->copies += ends[i].outcome == MEASURED_DELIVERED;
        row->bounces += ends[i].outcome == MEASURED_BOUNCED;
    }
}

static void on_attempt_begin(struct measures *m, const struct event *e)
{
    struct row *row = row_of_event(m, e);
    if (!row) return;
    row->attempts++;
    if (row->first_attempt_ns == TIME_NEVER) row->first_attempt_ns = e->at_ns;
    if (!(m->wanted & MEASURE_BIT(MEASURE_ATTEMPTS))) return;
    index_map_put(&m->attempt_ids, (uint64_t)event_int(e, FIELD_ATTEMPT), m->attempts.count);
    *TABLE_ADD(&m->attempts) = (struct measured_attempt){
        .mail = (size_t)(row - m->rows.items), .at_ns = e->at_ns, .until_ns = TIME_NEVER, .outcome = TRY_OPEN};
}

/* What a server puts into a mailbox of its own is no handing on; it is taken out at the end, when all is counted. */
static void on_attempt_end(struct measures *m, const struct event *e)
{
    struct row *row = row_of_event(m, e);
    if (!row) return;
    bool is_local = event_int(e, FIELD_PEER) == event_int(e, FIELD_HOST);
    if (is_local) row->attempts -= row->attempts > 0;
    if (is_local && row->attempts == 0) row->first_attempt_ns = TIME_NEVER;
    size_t at = index_map_get(&m->attempt_ids, (uint64_t)event_int(e, FIELD_ATTEMPT));
    if (at == SIZE_MAX) return;
    const char *outcome = event_text(e, FIELD_OUTCOME);
    struct measured_attempt *attempt = &m->attempts.items[at];
    attempt->until_ns = e->at_ns;
    attempt->outcome = outcome[0] == 'd' ? TRY_DELIVERED : outcome[0] == 'l' ? TRY_LATER : TRY_NEVER;
    if (is_local) attempt->mail = SIZE_MAX;
}

/* --- connections and links --- */

static void on_conn_open(struct measures *m, const struct event *e)
{
    int64_t port = event_int(e, FIELD_REMOTE_PORT);
    if (strcmp(event_text(e, FIELD_ROLE), "active") != 0) return;
    m->connections++;
    if (port == PORT_DNS || port == PORT_POP3 || port == PORT_POP3S || port == PORT_HTTPS) return;
    m->wasted++;
    index_map_put(&m->conn_peers, (uint64_t)event_int(e, FIELD_CONN), (size_t)event_int(e, FIELD_PEER));
}

static uint64_t carrier_key(const struct event *e, int64_t peer)
{
    return delay_key(delay_key(delay_key(8, event_int(e, FIELD_MESSAGE)), event_int(e, FIELD_HOST)), peer);
}

static void on_content(struct measures *m, const struct event *e)
{
    size_t conn = (size_t)event_int(e, FIELD_CONN), peer = index_map_get(&m->conn_peers, conn);
    if (peer == SIZE_MAX) return;
    index_map_put(&m->carriers, carrier_key(e, (int64_t)peer), conn);
    index_map_put(&m->carriers, carrier_key(e, 0), conn);
}

/* Handed over as far as the sender knows: 0, no matter to whom. A connection is not wasted from the first time on. */
static void on_handed_over(struct measures *m, const struct event *e, int64_t peer)
{
    size_t conn = index_map_get(&m->carriers, carrier_key(e, peer));
    if (conn == SIZE_MAX || index_map_get(&m->conn_peers, conn) == 0) return;
    index_map_put(&m->conn_peers, conn, 0);
    m->wasted--;
}

static void on_conn_close(struct measures *m, const struct event *e)
{
    m->rto += (uint64_t)event_int(e, FIELD_RETRANSMITS_RTO);
    m->fast += (uint64_t)event_int(e, FIELD_RETRANSMITS_FAST);
    m->spurious += (uint64_t)event_int(e, FIELD_RETRANSMITS_SPURIOUS);
}

static void on_link_totals(struct measures *m, const struct event *e)
{
    m->bytes += (uint64_t)event_int(e, FIELD_SIZE_OFFERED);
    m->packets += (uint64_t)event_int(e, FIELD_OFFERED) + (uint64_t)event_int(e, FIELD_DUPLICATED);
}

static void on_packet(struct measures *m, const struct event *e)
{
    m->probes += event_int(e, FIELD_REPEATS) && strcmp(event_text(e, FIELD_WHY), "tail loss probe") == 0;
}

/* --- hearing --- */

static bool wants_waste(const struct measures *m)
{
    return m->wanted & MEASURE_BIT(MEASURE_WASTED_CONNECTIONS);
}

static void on_event(void *context, const struct event *e)
{
    struct measures *m = context;
    m->now_ns = e->at_ns;
    if (m->account) delay_account_hear(m->account, e);
    switch ((int)e->kind) {
    case EVENT_MAIL_COMPOSE:
        on_compose(m, e);
        return;
    case EVENT_MAIL_EXPAND:
        ask_for(m, e);
        return;
    case EVENT_MAIL_STATE:
        on_state(m, e);
        if (wants_waste(m) && strcmp(event_text(e, FIELD_TO), "handed on") == 0) on_handed_over(m, e, 0);
        return;
    case EVENT_ATTEMPT_BEGIN:
        on_attempt_begin(m, e);
        return;
    case EVENT_ATTEMPT_END:
        on_attempt_end(m, e);
        if (wants_waste(m) && event_text(e, FIELD_OUTCOME)[0] == 'd') on_handed_over(m, e, event_int(e, FIELD_PEER));
        return;
    case EVENT_CONN_OPEN:
        if (m->wanted & BY_OPENING) on_conn_open(m, e);
        return;
    case EVENT_SMTP_CONTENT:
        if (wants_waste(m)) on_content(m, e);
        return;
    case EVENT_CONN_CLOSE:
        on_conn_close(m, e);
        return;
    case EVENT_LINK_TOTALS:
        on_link_totals(m, e);
        return;
    case EVENT_PACKET_SEND:
        on_packet(m, e);
        return;
    }
}

struct event_mask measures_mask(const struct measures *m)
{
    const struct {
        uint64_t measures;
        enum event_kind kind;
    } needs[] = {{UINT64_MAX, EVENT_RUN_END},
                 {UINT64_MAX, EVENT_MAIL_COMPOSE},
                 {UINT64_MAX, EVENT_MAIL_STATE},
                 {UINT64_MAX, EVENT_MAIL_EXPAND},
                 {UINT64_MAX, EVENT_ATTEMPT_BEGIN},
                 {UINT64_MAX, EVENT_ATTEMPT_END},
                 {MEASURES_OF_STAGES, EVENT_HOST_ADD},
                 {MEASURES_OF_STAGES, EVENT_HOST_SETTINGS},
                 {MEASURES_OF_STAGES, EVENT_TIMER_FIRE},
                 {BY_OPENING, EVENT_CONN_OPEN},
                 {MEASURE_BIT(MEASURE_WASTED_CONNECTIONS), EVENT_SMTP_CONTENT},
                 {BY_CLOSING, EVENT_CONN_CLOSE},
                 {BY_LINKS, EVENT_LINK_TOTALS},
                 {MEASURE_BIT(MEASURE_RETRANSMISSIONS_PROBE), EVENT_PACKET_SEND}};
    struct event_mask mask = m->account ? event_mask_core() : event_mask_none();
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (m->wanted & needs[i].measures) mask = event_mask_union(mask, event_mask_kind(needs[i].kind));
    bool hears_literals = m->account && !m->has_no_literals;
    return hears_literals ? event_mask_union(mask, event_mask_kind(EVENT_TIMER_SET)) : mask;
}

void measures_of_scenario(struct measures *m, const char *json)
{
    m->has_no_literals = strstr(json, "@[") == NULL;
}

struct journal_reader measures_reader(struct measures *m)
{
    return (struct journal_reader){.mask = measures_mask(m), .on_event = on_event, .context = m};
}

/* --- the result --- */

static void sum_stages(struct measures *m, int64_t message, struct measured_mail *mail)
{
    size_t n;
    while ((n = delay_account_intervals(m->account, message, mail->recipient, 0, m->intervals.items,
                                        m->intervals.room)) > m->intervals.room) {
        m->intervals.items = mem_realloc(m->intervals.items, n * sizeof *m->intervals.items);
        m->intervals.room = n;
    }
    delay_account_sum(m->intervals.items, n, mail->stage_ns);
}

/* A copy in a mailbox is a delivery, whatever became of another copy. */
static enum measured_outcome outcome_of(const struct row *row)
{
    static const enum measured_outcome first[] = {MEASURED_DELIVERED, MEASURED_BOUNCED, MEASURED_EXPANDED,
                                                  MEASURED_DISCARDED};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (row->ended_ns[first[i]] != TIME_NEVER) return first[i];
    return MEASURED_QUEUED;
}

static void put_mail(struct measures *m, const struct row *row)
{
    const struct mail *mail = &m->mails.items[row->mail];
    enum measured_outcome outcome = outcome_of(row);
    int64_t beyond = row->copies - row->asked_for;
    struct measured_mail *out = TABLE_ADD(&m->result);
    *out = (struct measured_mail){.message = mail->name == SIZE_MAX ? "" : m->texts.items + mail->name,
                                  .recipient = m->texts.items + row->recipient,
                                  .written_ns = mail->written_ns,
                                  .first_attempt_ns = row->first_attempt_ns,
                                  .ended_ns = row->ended_ns[outcome],
                                  .outcome = outcome,
                                  .size_bytes = mail->size_bytes,
                                  .attempts = row->attempts,
                                  .duplicates = beyond > 0 && row->copies > 1 ? beyond : 0,
                                  .bounces = row->bounces};
    if (m->account) sum_stages(m, mail->message, out);
}

static int64_t time_of(const struct measured_mail *mail, enum measure measure, int64_t end_ns)
{
    static const enum delay_stage stages[] = {DELAY_QUEUE,    DELAY_DNS,   DELAY_CONNECT,
                                              DELAY_TRANSFER, DELAY_RETRY, DELAY_DISK};
    if (measure == MEASURE_DELIVERY_DELAY)
        return (mail->outcome == MEASURED_DELIVERED ? mail->ended_ns : end_ns) - mail->written_ns;
    if (measure == MEASURE_TIME_TO_FIRST_ATTEMPT)
        return (mail->first_attempt_ns == TIME_NEVER ? end_ns : mail->first_attempt_ns) - mail->written_ns;
    return mail->stage_ns[stages[measure - MEASURE_QUEUE_WAIT]];
}

static int64_t count_of(const struct measured_mail *mail, enum measure measure)
{
    if (measure == MEASURE_ATTEMPTS) return mail->attempts;
    if (measure == MEASURE_DELIVERED) return mail->outcome == MEASURED_DELIVERED;
    if (measure == MEASURE_BOUNCED) return mail->outcome == MEASURED_BOUNCED;
    return mail->duplicates;
}

/* What nobody receives at, the address of a list, counts in nothing; what ended without an attempt, as a mail to a user
   of the same server does, has no time to the first one. */
bool measured_mail_value(const struct measured_mail *mail, enum measure measure, int64_t end_ns, int64_t *value)
{
    bool was_tried = mail->first_attempt_ns != TIME_NEVER, is_open = mail->outcome == MEASURED_QUEUED;
    if (mail->outcome == MEASURED_EXPANDED) return false;
    if (measure == MEASURE_TIME_TO_FIRST_ATTEMPT && !was_tried && !is_open) return false;
    *value = measure_is_censored_by_end(measure) ? time_of(mail, measure, end_ns) : count_of(mail, measure);
    return true;
}

/* Over all mails that have one. Whole numbers are added, so that the order does not matter. */
static double mean_of_mails(const struct measures *m, enum measure measure)
{
    int64_t n = 0, sum = 0, value;
    double seconds = 0;
    bool is_time = measure_is_censored_by_end(measure);
    for (size_t i = 0; i < m->result.count; i++) {
        if (!measured_mail_value(&m->result.items[i], measure, m->now_ns, &value)) continue;
        n++;
        if (is_time) seconds += (double)(value / SECOND);
        sum += is_time ? value % SECOND : value;
    }
    if (n == 0) return NAN;
    if (is_time) return (seconds * 1e9 + (double)sum) / (double)n / 1e9;
    return (double)sum / (double)n;
}

static double mean_queue(const struct measures *m)
{
    double area = 0;
    for (size_t i = 0; i < m->queue.count; i++) {
        int64_t until_ns = i + 1 < m->queue.count ? m->queue.items[i + 1].at_ns : m->now_ns;
        area += (double)m->queue.items[i].length * (double)(until_ns - m->queue.items[i].at_ns);
    }
    return m->now_ns ? area / (double)m->now_ns : 0;
}

static double peak_queue(const struct measures *m)
{
    int64_t peak = 0;
    for (size_t i = 0; i < m->queue.count; i++)
        if (m->queue.items[i].length > peak) peak = m->queue.items[i].length;
    return (double)peak;
}

static double goodput(const struct measures *m)
{
    int64_t first_ns = INT64_MAX, last_ns = 0, bytes = 0;
    for (size_t i = 0; i < m->result.count; i++) {
        const struct measured_mail *mail = &m->result.items[i];
        if (mail->written_ns < first_ns) first_ns = mail->written_ns;
        if (mail->outcome != MEASURED_DELIVERED) continue;
        if (mail->ended_ns > last_ns) last_ns = mail->ended_ns;
        bytes += mail->size_bytes;
    }
    return bytes && last_ns > first_ns ? (double)bytes * 1e9 / (double)(last_ns - first_ns) : 0;
}

static double value_of(const struct measures *m, enum measure measure)
{
    if (measure_is_of_mails(measure)) return mean_of_mails(m, measure);
    switch (measure) {
    case MEASURE_RETRANSMISSIONS:
        return (double)(m->rto + m->fast);
    case MEASURE_RETRANSMISSIONS_RTO:
        return (double)m->rto;
    case MEASURE_RETRANSMISSIONS_FAST:
        return (double)m->fast;
    case MEASURE_RETRANSMISSIONS_PROBE:
        return (double)m->probes;
    case MEASURE_RETRANSMISSIONS_SPURIOUS:
        return (double)m->spurious;
    case MEASURE_BYTES_ON_WIRE:
        return (double)m->bytes;
    case MEASURE_PACKETS_ON_WIRE:
        return (double)m->packets;
    case MEASURE_CONNECTIONS:
        return (double)m->connections;
    case MEASURE_WASTED_CONNECTIONS:
        return (double)m->wasted;
    case MEASURE_PEAK_QUEUE:
        return peak_queue(m);
    case MEASURE_MEAN_QUEUE:
        return mean_queue(m);
    case MEASURE_GOODPUT:
        return goodput(m);
    case MEASURE_END_TIME:
        return (double)m->now_ns / 1e9;
    case MEASURE_DELIVERY_DELAY: /* of mails, as above */
    case MEASURE_QUEUE_WAIT:
    case MEASURE_DNS_WAIT:
    case MEASURE_CONNECT:
    case MEASURE_TRANSFER:
    case MEASURE_RETRY_WAIT:
    case MEASURE_DISK_WAIT:
    case MEASURE_TIME_TO_FIRST_ATTEMPT:
    case MEASURE_ATTEMPTS:
    case MEASURE_DELIVERED:
    case MEASURE_BOUNCED:
    case MEASURE_DUPLICATES:
    case MEASURES:
        break;
    }
    return NAN;
}

/* Those that were no handing on are left out. */
static void settle_attempts(struct measures *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->attempts.count; i++)
        if (m->attempts.items[i].mail != SIZE_MAX) m->attempts.items[kept++] = m->attempts.items[i];
    m->attempts.count = kept;
}

const struct measured_run *measures_result(struct measures *m, const struct journal *journal)
{
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    m->result.count = 0;
    settle_attempts(m);
    m->run = (struct measured_run){.ended_ns = m->now_ns};
    for (size_t i = 0; i < m->rows.count; i++) {
        put_mail(m, &m->rows.items[i]);
        m->run.n_censored += m->result.items[i].outcome == MEASURED_QUEUED;
    }
    for (int i = 0; i < MEASURES; i++)
        m->run.values[i] = m->wanted & MEASURE_BIT(i) ? value_of(m, (enum measure)i) : NAN;
    m->run.mails = m->result.items;
    m->run.n_mails = m->result.count;
    m->run.attempts = m->attempts.items;
    m->run.n_attempts = m->attempts.count;
    m->run.queue = m->queue.items;
    m->run.n_queue = m->queue.count;
    if (journal) m->run.fingerprint = strtoull(journal_fingerprint(journal, fingerprint), NULL, 16);
    return &m->run;
}

/* --- its life --- */

struct measures *measures_new(uint64_t wanted)
{
    struct measures *m = mem_calloc(1, sizeof *m);
    m->wanted = wanted;
    if (wanted & MEASURES_OF_STAGES) m->account = delay_account_new();
    return m;
}

void measures_clear(struct measures *m)
{
    m->mails.count = m->rows.count = m->result.count = m->attempts.count = m->queue.count = m->texts.count = 0;
    index_map_clear(&m->mail_ids);
    index_map_clear(&m->row_ids);
    index_map_clear(&m->attempt_ids);
    index_map_clear(&m->carriers);
    index_map_clear(&m->conn_peers);
    m->now_ns = m->length = 0;
    m->rto = m->fast = m->probes = m->spurious = m->bytes = m->packets = m->connections = m->wasted = 0;
    if (!m->account) return;
    delay_account_free(m->account);
    m->account = delay_account_new();
}

void measures_free(struct measures *m)
{
    if (!m) return;
    mem_free(m->mails.items);
    mem_free(m->rows.items);
    mem_free(m->result.items);
    mem_free(m->attempts.items);
    mem_free(m->queue.items);
    mem_free(m->texts.items);
    mem_free(m->intervals.items);
    index_map_free(&m->mail_ids);
    index_map_free(&m->row_ids);
    index_map_free(&m->attempt_ids);
    index_map_free(&m->carriers);
    index_map_free(&m->conn_peers);
    delay_account_free(m->account);
    mem_free(m);
}
