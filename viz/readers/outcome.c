/* What came of a run, folded from core events. Rows are kept in the order of composing and of recipients. */
#include "viz/readers/outcome.h"

#include <inttypes.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/text_buffer.h"
#include "viz/story/tables.h"

struct row {
    uint32_t attempts, copies;
    int64_t delivered_ns, picked_up_ns;
    bool unsent; /* its own program has it, or has given it up: no server took it */
    bool bounced, discarded, expanded;
    uint32_t doubts;
    const char *doubted;
    const char *list; /* that it is a member of; NULL: none */
    size_t mail;
    const char *to;
    char *why;
    const char *refused; /* the answer for good that the latest attempt got; "" */
    size_t next;         /* of the same mail */
};

struct mail {
    const char *name, *from;
    int64_t sent_ns;
    size_t first_row, last_row;
};

struct expectation {
    const char *text, *why;
    bool held;
};

struct count {
    const char *name;
    uint64_t n;
};

struct counts {
    struct count *items;
    size_t count, room;
};

struct outcome {
    const char *seed;
    int64_t ended_ns;
    TABLE_OF(struct mail) mails;
    TABLE_OF(struct row) rows;
    TABLE_OF(struct expectation) expectations;
    struct counts rcodes, not_taken; /* not_taken: packets that came to a host, by why it did not take them */
    struct index_map mail_ids;
    struct text_store texts;
    uint64_t offered, duplicated, delivered, reordered, corrupted;
    uint64_t lost_chance, lost_exact, lost_queue, lost_codel, lost_down, lost_mtu;
    uint64_t connections, segments, retransmits_rto, retransmits_fast, retransmits_spurious;
    uint64_t queries;
};

struct outcome *outcome_new(void)
{
    struct outcome *outcome = mem_calloc(1, sizeof *outcome);
    outcome->seed = "";
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    if (!outcome) return;
    for (size_t i = 0; i < outcome->rows.count; i++)
        mem_free(outcome->rows.items[i].why);
    mem_free(outcome->mails.items);
    mem_free(outcome->rows.items);
    mem_free(outcome->expectations.items);
    mem_free(outcome->rcodes.items);
    mem_free(outcome->not_taken.items);
    index_map_free(&outcome->mail_ids);
    text_store_free(&outcome->texts);
    mem_free(outcome);
}

/* ---- Folding ---- */

static struct mail *mail_of(struct outcome *outcome, const struct event *e)
{
    uint64_t id = (uint64_t)event_int(e, FIELD_MESSAGE);
    size_t mail = index_map_get(&outcome->mail_ids, id);
    if (mail == SIZE_MAX) {
        mail = outcome->mails.count;
        *TABLE_ADD(&outcome->mails) = (struct mail){"", "", e->at_ns, SIZE_MAX, SIZE_MAX};
        index_map_put(&outcome->mail_ids, id, mail);
    }
    return &outcome->mails.items[mail];
}

static struct row *row_of(struct outcome *outcome, struct mail *mail, const char *to, size_t size)
{
    for (size_t i = mail->first_row; i != SIZE_MAX; i = outcome->rows.items[i].next)
        if (strlen(outcome->rows.items[i].to) == size && memcmp(outcome->rows.items[i].to, to, size) == 0)
            return &outcome->rows.items[i];
    size_t at = outcome->rows.count;
    char *copy = mem_alloc(size + 1);
    memcpy(copy, to, size);
    copy[size] = 0;
    *TABLE_ADD(&outcome->rows) = (struct row){.delivered_ns = TIME_NEVER,
                                              .picked_up_ns = TIME_NEVER,
                                              .mail = (size_t)(mail - outcome->mails.items),
                                              .to = text_store_add(&outcome->texts, copy),
                                              .why = mem_strdup(""),
                                              .doubted = "",
                                              .refused = "",
                                              .next = SIZE_MAX};
    mem_free(copy);
    if (mail->first_row == SIZE_MAX)
        mail->first_row = at;
    else
        outcome->rows.items[mail->last_row].next = at;
    mail->last_row = at;
    return &outcome->rows.items[at];
}

static void on_compose(struct outcome *outcome, const struct event *e)
{
    struct mail *mail = mail_of(outcome, e);
    mail->name = text_store_add(&outcome->texts, event_text(e, FIELD_NAME));
    mail->from = text_store_add(&outcome->texts, event_text(e, FIELD_FROM));
    mail->sent_ns = e->at_ns;
    for (const char *to = event_text(e, FIELD_TO); *to;) {
        size_t size = strcspn(to, ",");
        if (size) row_of(outcome, mail, to, size);
        to += size;
        to += strspn(to, ", ");
    }
}

static void on_mail_state(struct outcome *outcome, const struct event *e)
{
    const char *to = event_text(e, FIELD_RECIPIENT), *state = event_text(e, FIELD_TO), *why = event_text(e, FIELD_WHY);
    struct row *row = row_of(outcome, mail_of(outcome, e), to, strlen(to));
    row->unsent = strcmp(state, "outbox") == 0 || (row->unsent && strcmp(state, "bounced") == 0);
    if (strcmp(state, "delivered") == 0) {
        row->copies++;
        if (row->delivered_ns == TIME_NEVER) row->delivered_ns = e->at_ns;
    } else if (strcmp(state, "picked up") == 0) {
        if (row->picked_up_ns == TIME_NEVER) row->picked_up_ns = e->at_ns;
    } else if (strcmp(state, "bounced") == 0) {
        row->bounced = true;
    } else if (strcmp(state, "discarded") == 0) {
        row->discarded = true;
    } else if (strcmp(state, "expanded") == 0) {
        row->expanded = true;
    } else if (strcmp(state, "deferred") != 0) {
        return;
    }
    mem_free(row->why);
    row->why = mem_strdup(why);
}

static void on_attempt(struct outcome *outcome, const struct event *e)
{
    struct mail *mail = mail_of(outcome, e);
    for (const char *to = event_text(e, FIELD_RECIPIENT); *to;) {
        size_t size = strcspn(to, ",");
        row_of(outcome, mail, to, size)->attempts++;
        to += size;
        to += strspn(to, ", ");
    }
}

/* What a server puts into a mailbox of its own is no handing on. */
static void on_attempt_end(struct outcome *outcome, const struct event *e)
{
    const char *to = event_text(e, FIELD_RECIPIENT);
    bool is_refused = strcmp(event_text(e, FIELD_OUTCOME), "never") == 0,
         is_here = event_int(e, FIELD_PEER) == event_int(e, FIELD_HOST);
    if (!is_refused && !is_here) return;
    struct row *row = row_of(outcome, mail_of(outcome, e), to, strlen(to));
    if (is_refused) row->refused = text_store_add(&outcome->texts, event_text(e, FIELD_WHY));
    if (is_here) row->attempts -= row->attempts > 0;
}

static void on_doubt(struct outcome *outcome, const struct event *e)
{
    const char *to = event_text(e, FIELD_RECIPIENT);
    struct row *row = row_of(outcome, mail_of(outcome, e), to, strlen(to));
    if (row->doubts++ == 0) row->doubted = text_store_add(&outcome->texts, event_text(e, FIELD_WHY));
}

/* Who is in two lists, or in one and addressed as well, gets two copies by right. */
static void on_expand(struct outcome *outcome, const struct event *e)
{
    const char *list = text_store_add(&outcome->texts, event_text(e, FIELD_RECIPIENT));
    for (const char *to = event_text(e, FIELD_TO); *to;) {
        size_t size = strcspn(to, ",");
        if (size) row_of(outcome, mail_of(outcome, e), to, size)->list = list;
        to += size;
        to += strspn(to, ", ");
    }
}

static void on_link_totals(struct outcome *outcome, const struct event *e)
{
    outcome->offered += (uint64_t)event_int(e, FIELD_OFFERED);
    outcome->delivered += (uint64_t)event_int(e, FIELD_DELIVERED);
    outcome->lost_chance += (uint64_t)event_int(e, FIELD_LOST_CHANCE);
    outcome->lost_exact += (uint64_t)event_int(e, FIELD_LOST_EXACT);
    outcome->lost_queue += (uint64_t)event_int(e, FIELD_LOST_QUEUE);
    outcome->lost_codel += (uint64_t)event_int(e, FIELD_LOST_CODEL);
    outcome->duplicated += (uint64_t)event_int(e, FIELD_DUPLICATED);
    outcome->reordered += (uint64_t)event_int(e, FIELD_REORDERED);
    outcome->corrupted += (uint64_t)event_int(e, FIELD_CORRUPTED);
    outcome->lost_down += (uint64_t)event_int(e, FIELD_LOST_DOWN);
    outcome->lost_mtu += (uint64_t)event_int(e, FIELD_LOST_MTU);
}

static void on_conn_close(struct outcome *outcome, const struct event *e)
{
    outcome->segments += (uint64_t)event_int(e, FIELD_SEGMENTS_SENT);
    outcome->retransmits_rto += (uint64_t)event_int(e, FIELD_RETRANSMITS_RTO);
    outcome->retransmits_fast += (uint64_t)event_int(e, FIELD_RETRANSMITS_FAST);
    outcome->retransmits_spurious += (uint64_t)event_int(e, FIELD_RETRANSMITS_SPURIOUS);
}

/* Kept in the order of the names, so that the order of events does not show. */
static void count_name(struct outcome *outcome, struct counts *counts, const char *name)
{
    size_t at = 0;
    while (at < counts->count && strcmp(counts->items[at].name, name) < 0)
        at++;
    if (at == counts->count || strcmp(counts->items[at].name, name) != 0) {
        (void)TABLE_ADD(counts);
        memmove(&counts->items[at + 1], &counts->items[at], (counts->count - 1 - at) * sizeof *counts->items);
        counts->items[at] = (struct count){text_store_add(&outcome->texts, name), 0};
    }
    counts->items[at].n++;
}

static void on_expectation(struct outcome *outcome, const struct event *e)
{
    const char *text = text_store_add(&outcome->texts, event_text(e, FIELD_TEXT));
    const char *why = text_store_add(&outcome->texts, event_text(e, FIELD_WHY));
    *TABLE_ADD(&outcome->expectations) = (struct expectation){text, why, event_int(e, FIELD_HELD) != 0};
}

static void on_mail_event(struct outcome *outcome, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_MAIL_COMPOSE:
        on_compose(outcome, e);
        return;
    case EVENT_MAIL_STATE:
        on_mail_state(outcome, e);
        return;
    case EVENT_ATTEMPT_BEGIN:
        on_attempt(outcome, e);
        return;
    case EVENT_ATTEMPT_END:
        on_attempt_end(outcome, e);
        return;
    case EVENT_MAIL_EXPAND:
        on_expand(outcome, e);
        return;
    case EVENT_MAIL_DOUBT:
        on_doubt(outcome, e);
        return;
    }
}

static void on_event(void *context, const struct event *e)
{
    struct outcome *outcome = context;
    outcome->ended_ns = e->at_ns;
    on_mail_event(outcome, e);
    switch ((int)e->kind) {
    case EVENT_RUN_BEGIN:
        outcome->seed = text_store_add(&outcome->texts, event_text(e, FIELD_SEED));
        return;
    case EVENT_LINK_TOTALS:
        on_link_totals(outcome, e);
        return;
    case EVENT_PACKET_DROP:
        count_name(outcome, &outcome->not_taken, event_text(e, FIELD_WHY));
        return;
    case EVENT_CONN_OPEN:
        outcome->connections += strcmp(event_text(e, FIELD_ROLE), "active") == 0;
        return;
    case EVENT_CONN_CLOSE:
        on_conn_close(outcome, e);
        return;
    case EVENT_DNS_QUERY:
        outcome->queries++;
        return;
    case EVENT_DNS_ANSWER:
        count_name(outcome, &outcome->rcodes, event_text(e, FIELD_RCODE));
        return;
    case EVENT_EXPECTATION:
        on_expectation(outcome, e);
        return;
    }
}

struct journal_reader outcome_reader(struct outcome *outcome)
{
    struct event_mask mask = event_mask_union(event_mask_core(), event_mask_kind(EVENT_RUN_BEGIN));
    mask = event_mask_union(mask, event_mask_kind(EVENT_PACKET_DROP));
    return (struct journal_reader){.mask = mask, .on_event = on_event, .context = outcome};
}

size_t outcome_rows(const struct outcome *outcome)
{
    return outcome->rows.count;
}

/* A copy in a mailbox is a delivery, whatever became of another copy; what is nowhere at its end is still queued. */
static const char *outcome_of(const struct row *row)
{
    if (row->copies) return "delivered";
    if (row->bounced) return "bounced"; /* also what had been sent on before, and came back in a loop */
    if (row->expanded) return "expanded";
    if (row->discarded) return "discarded";
    return "queued";
}

struct outcome_row outcome_row(const struct outcome *outcome, size_t i)
{
    const struct row *row = &outcome->rows.items[i];
    const struct mail *mail = &outcome->mails.items[row->mail];
    return (struct outcome_row){.mail = mail->name,
                                .from = mail->from,
                                .to = row->to,
                                .outcome = outcome_of(row),
                                .why = row->why,
                                .refused = row->refused,
                                .unsent = row->unsent,
                                .attempts = row->attempts,
                                .copies = row->copies,
                                .doubts = row->doubts,
                                .doubted = row->doubted,
                                .list = row->list,
                                .sent_ns = mail->sent_ns,
                                .delivered_ns = row->delivered_ns,
                                .picked_up_ns = row->picked_up_ns};
}

/* ---- JSON ---- */

static void add_string(struct text_buffer *text, const char *string)
{
    text_add_json(text, string, strlen(string));
}

static void add_member(struct text_buffer *text, const char *name, const char *string)
{
    text_addf(text, "\"%s\": ", name);
    add_string(text, string);
}

/* Seconds as an exact decimal. */
static void add_seconds(struct text_buffer *text, int64_t at_ns)
{
    if (at_ns == TIME_NEVER) {
        text_adds(text, "null");
        return;
    }
    char fraction[16];
    snprintf(fraction, sizeof fraction, "%09" PRId64, at_ns % SECOND);
    size_t n = 9;
    while (n > 1 && fraction[n - 1] == '0')
        n--;
    text_addf(text, "%" PRId64 ".%.*s", at_ns / SECOND, (int)n, fraction);
}

static void add_count(struct text_buffer *text, const char *name, uint64_t n)
{
    text_addf(text, "\"%s\": %" PRIu64, name, n);
}

/* A scenario's seed is a whole number up to 2^53, or a string. */
static void add_seed(struct text_buffer *text, const char *seed)
{
    size_t n = strlen(seed);
    bool is_number = n > 0 && n <= 15 && strspn(seed, "0123456789") == n && (n == 1 || *seed != '0');
    if (is_number)
        text_adds(text, seed);
    else
        add_string(text, seed);
}

static void add_row(struct text_buffer *text, struct outcome_row row)
{
    text_adds(text, "    {");
    add_member(text, "id", row.mail);
    text_adds(text, ", ");
    add_member(text, "from", row.from);
    text_adds(text, ", ");
    add_member(text, "to", row.to);
    text_adds(text, ", ");
    add_member(text, "outcome", row.outcome);
    text_adds(text, ", ");
    add_count(text, "attempts", row.attempts);
    text_adds(text, ", \"sent_at_s\": ");
    add_seconds(text, row.sent_ns);
    text_adds(text, ", \"delivered_at_s\": ");
    add_seconds(text, row.delivered_ns);
    text_adds(text, ", \"picked_up_at_s\": ");
    add_seconds(text, row.picked_up_ns);
    text_adds(text, ", ");
    add_count(text, "copies", row.copies);
    if (row.copies > 1 && row.doubts) {
        text_adds(text, ", ");
        add_member(text, "copies_because", row.doubted);
    } else if (row.copies > 1 && row.list) {
        char because[600];
        snprintf(because, sizeof because, "also as a member of %s", row.list);
        text_adds(text, ", ");
        add_member(text, "copies_because", because);
    }
    text_adds(text, "}");
}

static void add_counts(struct text_buffer *text, const struct count *counts, size_t n)
{
    text_adds(text, "{");
    for (size_t i = 0; i < n; i++) {
        text_adds(text, i ? ", " : "");
        add_string(text, counts[i].name);
        text_addf(text, ": %" PRIu64, counts[i].n);
    }
    text_adds(text, "}");
}

static void add_mails(struct text_buffer *text, const struct outcome *outcome)
{
    text_adds(text, "  \"mails\": [");
    for (size_t i = 0; i < outcome->rows.count; i++) {
        text_adds(text, i ? ",\n" : "\n");
        add_row(text, outcome_row(outcome, i));
    }
    text_adds(text, outcome->rows.count ? "\n  ],\n" : "],\n");
}

static void add_packets(struct text_buffer *text, const struct outcome *outcome)
{
    const struct count dropped[] = {{"loss", outcome->lost_chance},      {"exact", outcome->lost_exact},
                                    {"queue full", outcome->lost_queue}, {"codel", outcome->lost_codel},
                                    {"link down", outcome->lost_down},   {"larger than mtu", outcome->lost_mtu}};
    text_adds(text, "  \"packets\": {");
    add_count(text, "sent", outcome->offered);
    text_adds(text, ", ");
    add_count(text, "delivered", outcome->delivered);
    text_adds(text, ", \"dropped\": ");
    add_counts(text, dropped, sizeof dropped / sizeof dropped[0]);
    text_adds(text, ", \"not_taken\": ");
    add_counts(text, outcome->not_taken.items, outcome->not_taken.count);
    text_adds(text, ", ");
    add_count(text, "duplicated", outcome->duplicated);
    text_adds(text, ", ");
    add_count(text, "reordered", outcome->reordered);
    text_adds(text, ", ");
    add_count(text, "corrupted", outcome->corrupted);
    text_adds(text, "},\n");
}

static void add_tcp(struct text_buffer *text, const struct outcome *outcome)
{
    const struct count causes[] = {{"timeout", outcome->retransmits_rto}, {"fast", outcome->retransmits_fast}};
    text_adds(text, "  \"tcp\": {");
    add_count(text, "connections", outcome->connections);
    text_adds(text, ", ");
    add_count(text, "segments", outcome->segments);
    text_adds(text, ", \"retransmissions\": ");
    add_counts(text, causes, sizeof causes / sizeof causes[0]);
    text_adds(text, ", ");
    add_count(text, "spurious", outcome->retransmits_spurious);
    text_adds(text, "},\n  \"dns\": {");
    add_count(text, "queries", outcome->queries);
    text_adds(text, ", \"answers\": ");
    add_counts(text, outcome->rcodes.items, outcome->rcodes.count);
    text_adds(text, "},\n");
}

static void add_expectations(struct text_buffer *text, const struct outcome *outcome)
{
    text_adds(text, "  \"expectations\": [");
    for (size_t i = 0; i < outcome->expectations.count; i++) {
        const struct expectation *expectation = &outcome->expectations.items[i];
        text_adds(text, i ? ",\n    {" : "\n    {");
        add_member(text, "text", expectation->text);
        text_addf(text, ", \"held\": %s, ", expectation->held ? "true" : "false");
        add_member(text, "why", expectation->why);
        text_adds(text, "}");
    }
    text_adds(text, outcome->expectations.count ? "\n  ]\n" : "]\n");
}

static bool write_out(struct text_buffer *text, FILE *out)
{
    bool written = fwrite(text->bytes, 1, text->length, out) == text->length;
    text_free(text);
    return written;
}

static const char *fingerprint_of(const struct journal *journal, char buffer[FINGERPRINT_TEXT_BYTES])
{
    return journal ? journal_fingerprint(journal, buffer) : "";
}

bool outcome_write_json(const struct outcome *outcome, const struct journal *journal, FILE *out)
{
    struct text_buffer text = {0};
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    text_adds(&text, "{\n  ");
    add_member(&text, "fingerprint", fingerprint_of(journal, fingerprint));
    text_adds(&text, ",\n  \"seed\": ");
    add_seed(&text, outcome->seed);
    text_adds(&text, ",\n  \"ended_at_s\": ");
    add_seconds(&text, outcome->ended_ns);
    text_adds(&text, ",\n");
    add_mails(&text, outcome);
    add_packets(&text, outcome);
    add_tcp(&text, outcome);
    add_expectations(&text, outcome);
    text_adds(&text, "}\n");
    return write_out(&text, out);
}

/* ---- For people ---- */

static bool is_discarded(struct outcome_row row)
{
    return strcmp(row.outcome, "discarded") == 0;
}

static const char *outcome_word(struct outcome_row row)
{
    if (strcmp(row.outcome, "delivered") == 0) return tr("delivered");
    if (strcmp(row.outcome, "bounced") == 0) return row.unsent ? tr("not sent") : tr("sent back");
    if (is_discarded(row)) return tr("discarded");
    if (strcmp(row.outcome, "expanded") == 0) return tr("sent on");
    return row.unsent ? tr("in the outbox") : tr("still queued");
}

static void add_attempts(struct text_buffer *text, struct outcome_row row)
{
    if (row.attempts == 1)
        text_adds(text, tr("1 attempt"));
    else
        text_addf(text, tr("%" PRIu32 " attempts"), row.attempts);
}

static void add_fate(struct text_buffer *text, struct outcome_row row)
{
    char time[VTIME_TEXT_BYTES];
    if (row.unsent) {
        text_adds(text, *row.why ? row.why : tr("no server has taken it"));
        return;
    }
    if (row.copies) text_addf(text, tr("after %s, "), vtime_format_duration(row.delivered_ns - row.sent_ns, time));
    if (row.attempts || !row.copies)
        add_attempts(text, row);
    else
        text_adds(text, tr("on the spot"));
    if (row.copies > 1) text_addf(text, tr(", %" PRIu32 " copies"), row.copies);
    if (row.copies > 1 && row.doubts)
        text_addf(text, " (%s)", row.doubted);
    else if (row.copies > 1 && row.list)
        text_addf(text, tr(" (also as a member of %s)"), row.list);
    if (row.picked_up_ns != TIME_NEVER)
        text_addf(text, tr(", picked up at %s"), vtime_format_duration(row.picked_up_ns, time));
    if (!row.copies && *row.why) text_addf(text, ": %s", row.why);
    if (is_discarded(row) && *row.refused && strcmp(row.refused, row.why) != 0)
        text_addf(text, tr(", after the answer %s"), row.refused);
}

struct widths {
    int mail, from, to, outcome;
};

/* Letters, not bytes: names of mailboxes may be beyond ASCII. */
static int letters_in(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void widen(int *width, const char *text)
{
    int n = letters_in(text);
    if (n > *width) *width = n;
}

static void add_padded(struct text_buffer *text, const char *word, int width, const char *after)
{
    text_addf(text, "%s%*s%s", word, width - letters_in(word), "", after);
}

static void add_table(struct text_buffer *text, const struct outcome *outcome)
{
    struct widths w = {0};
    for (size_t i = 0; i < outcome->rows.count; i++) {
        struct outcome_row row = outcome_row(outcome, i);
        widen(&w.mail, row.mail);
        widen(&w.from, row.from);
        widen(&w.to, row.to);
        widen(&w.outcome, outcome_word(row));
    }
    for (size_t i = 0; i < outcome->rows.count; i++) {
        struct outcome_row row = outcome_row(outcome, i);
        add_padded(text, row.mail, w.mail, "  ");
        add_padded(text, *row.from ? row.from : "<>", w.from, " -> ");
        add_padded(text, row.to, w.to, "  ");
        add_padded(text, outcome_word(row), w.outcome, "  ");
        add_fate(text, row);
        text_adds(text, "\n");
    }
}

/* What came to a host and was not taken there is among the delivered: no link has lost it. */
static void add_not_taken(struct text_buffer *text, const struct outcome *outcome)
{
    uint64_t total = 0;
    for (size_t i = 0; i < outcome->not_taken.count; i++)
        total += outcome->not_taken.items[i].n;
    if (total) text_addf(text, tr(", not taken by a host %" PRIu64), total);
}

static void add_why_not_taken(struct text_buffer *text, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->not_taken.count; i++)
        text_addf(text, tr("  %" PRIu64 " not taken: %s\n"), outcome->not_taken.items[i].n,
                  outcome->not_taken.items[i].name);
}

static void add_totals(struct text_buffer *text, const struct outcome *outcome)
{
    uint64_t lost = outcome->lost_chance + outcome->lost_exact + outcome->lost_queue + outcome->lost_codel +
                    outcome->lost_down + outcome->lost_mtu;
    text_addf(text, tr("packets on links: %" PRIu64 ", lost %" PRIu64), outcome->offered, lost);
    add_not_taken(text, outcome);
    if (outcome->duplicated) text_addf(text, tr(", duplicated %" PRIu64), outcome->duplicated);
    if (outcome->reordered) text_addf(text, tr(", reordered %" PRIu64), outcome->reordered);
    if (outcome->corrupted) text_addf(text, tr(", corrupted %" PRIu64), outcome->corrupted);
    text_adds(text, "\n");
    add_why_not_taken(text, outcome);
    text_addf(text,
              tr("TCP: %" PRIu64 " connections, %" PRIu64 " segments, resent %" PRIu64 " after a time-out and %" PRIu64
                 " fast\n"),
              outcome->connections, outcome->segments, outcome->retransmits_rto, outcome->retransmits_fast);
    if (outcome->retransmits_spurious)
        text_addf(text, tr("  %" PRIu64 " of these needlessly, as the receiver told\n"), outcome->retransmits_spurious);
    text_addf(text, tr("DNS: %" PRIu64 " questions\n"), outcome->queries);
}

bool outcome_write_text(const struct outcome *outcome, const struct journal *journal, FILE *out)
{
    struct text_buffer text = {0};
    char fingerprint[FINGERPRINT_TEXT_BYTES], time[VTIME_TEXT_BYTES];
    add_table(&text, outcome);
    if (outcome->rows.count) text_adds(&text, "\n");
    add_totals(&text, outcome);
    for (size_t i = 0; i < outcome->expectations.count; i++) {
        const struct expectation *expectation = &outcome->expectations.items[i];
        text_addf(&text, expectation->held ? tr("as expected: %s\n") : tr("NOT AS EXPECTED: %s"), expectation->text);
        if (!expectation->held) text_addf(&text, *expectation->why ? " (%s)\n" : "%s\n", expectation->why);
    }
    text_addf(&text, tr("ended at %s, seed %s"), vtime_format_instant(outcome->ended_ns, time), outcome->seed);
    if (journal) text_addf(&text, tr(", fingerprint %s"), fingerprint_of(journal, fingerprint));
    text_adds(&text, "\n");
    return write_out(&text, out);
}
