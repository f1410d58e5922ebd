/* The Received fields of a mail (RFC 5321 4.4) become its way from server to server. Each server writes its own clock:
   one that goes back is wrong, and is told. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/import/capture_talk.h"
#include "model/import/import_kinds.h"
#include "model/import/received_line.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { HOPS_MAX = 200, HEAD_MAX_BYTES = 1 << 20, WHY_BYTES = 700, CLOCKS_APART_S = 1 };

struct hop {
    struct received_line line;
    int from, by;     /* hosts */
    int64_t at_ns;    /* by the clock of who wrote it, from the first on */
    int64_t taken_ns; /* not before the hop before it */
};

struct trace_host {
    char name[RECEIVED_NAME_BYTES], address[RECEIVED_NAME_BYTES];
};

struct trace {
    struct hop *hops; /* the first one first */
    struct trace_host hosts[2 * HOPS_MAX + 1];
    size_t n, n_hosts;
    char from[TALK_LINE_BYTES], to[TALK_LINE_BYTES], subject[TALK_LINE_BYTES], recipient[TALK_LINE_BYTES];
    int64_t zero_s, composed_ns;
    bool is_delivered, has_date, date_is_late;
    struct draft *draft;
    struct mail_book *mails;
    struct import_report *report;
};

/* ---- Reading ---- */

static size_t head_size(struct span all)
{
    size_t at = 0;
    struct span line;
    while (span_next_line(all, &at, &line))
        if (!line.n) break;
    return at < all.n ? at : all.n;
}

static bool is_field(struct span line, const char *name)
{
    size_t n = strlen(name);
    return line.n > n && !strncasecmp(line.at, name, n) && line.at[n] == ':';
}

/* The next field from *at on, unfolded into text. */
static bool next_field(struct span head, size_t *at, char *text, size_t room)
{
    struct span line;
    size_t n = 0;
    while (span_next_line(head, at, &line)) {
        for (size_t i = 0; i < line.n && n + 1 < room; i++)
            text[n++] = line.at[i] == '\t' || !line.at[i] ? ' ' : line.at[i];
        if (*at >= head.n || (head.at[*at] != ' ' && head.at[*at] != '\t')) break;
    }
    text[n] = '\0';
    return n > 0;
}

bool import_has_received(const uint8_t *bytes, size_t size)
{
    struct span all = {(const char *)bytes, size < HEAD_MAX_BYTES ? size : HEAD_MAX_BYTES}, line;
    size_t at = 0;
    while (span_next_line(all, &at, &line) && line.n)
        if (is_field(line, "Received")) return true;
    return false;
}

static int host_of(struct trace *t, const char *name, const char *address)
{
    const char *called = name[0] ? name : address;
    if (!called[0]) return NO_INDEX;
    size_t i = 0;
    while (i < t->n_hosts && strcasecmp(t->hosts[i].name, called))
        i++;
    if (i == t->n_hosts) snprintf(t->hosts[t->n_hosts++].name, RECEIVED_NAME_BYTES, "%s", called);
    if (!t->hosts[i].address[0]) snprintf(t->hosts[i].address, RECEIVED_NAME_BYTES, "%s", address);
    return (int)i;
}

static void read_hops(struct trace *t, struct span head)
{
    char *text = mem_alloc(TALK_HEAD_BYTES);
    size_t at = 0, dateless = 0, unread = 0;
    while (t->n < HOPS_MAX && next_field(head, &at, text, TALK_HEAD_BYTES)) {
        struct span field = {text, strlen(text)};
        if (is_field(field, "Delivered-To") || is_field(field, "Return-Path")) t->is_delivered = true;
        if (!is_field(field, "Received")) continue;
        struct hop hop = {.from = NO_INDEX, .by = NO_INDEX};
        if (!received_line_read(span_skip(field, strlen("Received:")), &hop.line) || !hop.line.by[0])
            unread++;
        else if (!hop.line.has_date)
            dateless++;
        else
            t->hops[t->n++] = hop;
    }
    for (size_t i = 0; i < t->n / 2; i++) { /* the last server has written the first line */
        struct hop swap = t->hops[i];
        t->hops[i] = t->hops[t->n - 1 - i];
        t->hops[t->n - 1 - i] = swap;
    }
    if (unread) import_note(t->report, tr("%zu Received lines do not say who wrote them, and are left out"), unread);
    if (dateless) import_note(t->report, tr("%zu Received lines have no date, and are left out"), dateless);
    mem_free(text);
}

/* The last two labels of a name. */
static const char *domain_of(const char *name)
{
    int dots = 0;
    const char *at = name + strlen(name);
    while (at > name && !(at[-1] == '.' && ++dots == 2))
        at--;
    return at;
}

/* Who hands on is who took it before, also under another name of the same domain, or none at all. */
static void find_hosts(struct trace *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct hop *hop = &t->hops[i];
        const char *before = i ? t->hosts[t->hops[i - 1].by].name : "";
        bool same = i && (!hop->line.from[0] || !strcasecmp(domain_of(before), domain_of(hop->line.from)));
        hop->from = same ? t->hops[i - 1].by : host_of(t, hop->line.from, hop->line.address);
        hop->by = host_of(t, hop->line.by, "");
    }
}

static void read_fields(struct trace *t, struct span head)
{
    char date[TALK_LINE_BYTES];
    int64_t at_s = 0;
    talk_header(head.at, head.n, "From", t->from, sizeof t->from);
    talk_header(head.at, head.n, "To", t->to, sizeof t->to);
    talk_header(head.at, head.n, "Subject", t->subject, sizeof t->subject);
    talk_header(head.at, head.n, "Date", date, sizeof date);
    snprintf(t->recipient, sizeof t->recipient, "%s", t->to);
    for (size_t i = 0; i < t->n; i++)
        if (t->hops[i].line.recipient[0]) snprintf(t->recipient, sizeof t->recipient, "%s", t->hops[i].line.recipient);
    char *open = strrchr(t->recipient, '<'), *close = open ? strchr(open, '>') : NULL;
    if (close) {
        *close = '\0';
        memmove(t->recipient, open + 1, strlen(open + 1) + 1);
    }
    int64_t first_s = t->n ? t->hops[0].line.at_s : 0;
    t->has_date = received_date_read((struct span){date, strlen(date)}, &at_s);
    t->date_is_late = t->has_date && at_s > first_s;
    t->zero_s = t->has_date && at_s < first_s ? at_s : first_s;
    for (size_t i = 0; i < t->n; i++)
        if (t->hops[i].line.at_s < t->zero_s) t->zero_s = t->hops[i].line.at_s;
    t->composed_ns = ((t->has_date && !t->date_is_late ? at_s : first_s) - t->zero_s) * SECOND;
}

/* ---- Telling ---- */

static void tell_hosts(struct trace *t)
{
    for (size_t i = 0; i < t->n_hosts; i++) {
        char six[IP_TEXT_BYTES] = "";
        struct ip_address address = {0, 0};
        bool known = ip_parse(t->hosts[i].address, &address), v4 = known && ip_is_v4(address), takes = false;
        for (size_t k = 0; k < t->n; k++)
            takes |= t->hops[k].by == (int)i;
        if (known && !v4) ip_text(address, six);
        DRAFT_ADD(t->draft, HOST_ADD, 0, RANK_WORLD, 0, F_INT(HOST, i + 1), F_TEXT(NAME, t->hosts[i].name),
                  F_TEXT(ROLE, takes || i ? "mail_server" : "client"), F_INT(ADDRESS, v4 ? ip_v4(address) : 0),
                  F_TEXT(ADDRESS6, six));
    }
}

/* From who took the mail to who hands it on, where these are two, and on to who takes it then. */
static void tell_links(struct trace *t)
{
    struct import_map links = {0};
    uint32_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        int ends[3] = {i ? t->hops[i - 1].by : NO_INDEX, t->hops[i].from, t->hops[i].by};
        for (int k = 0; k < 2; k++) {
            int low = ends[k] < ends[k + 1] ? ends[k] : ends[k + 1], high = ends[k] ^ ends[k + 1] ^ low;
            uint64_t key = import_key(import_key(61, (uint64_t)low), (uint64_t)high);
            if (low < 0 || low == high || import_map_get(&links, key) >= 0) continue;
            import_map_put(&links, key, (int)++n);
            char name[2 * RECEIVED_NAME_BYTES + 4];
            snprintf(name, sizeof name, "%s - %s", t->hosts[ends[k]].name, t->hosts[ends[k + 1]].name);
            uint64_t added = DRAFT_ADD(t->draft, LINK_ADD, 0, RANK_WORLD, 0, F_INT(LINK, n), F_TEXT(NAME, name),
                                       F_INT(HOST, ends[k] + 1), F_INT(PEER, ends[k + 1] + 1), F_INT(MTU, 1500));
            DRAFT_ADD(t->draft, LINK_VALUE, 0, RANK_WORLD, added, F_INT(LINK, n), F_TEXT(NAME, "delay"),
                      F_TEXT(TEXT, tr("inferred; delay not recorded")));
        }
    }
    import_map_free(&links);
}

/* One that is earlier than the hop before it was written by a clock that is slow, or after one that is fast. */
static void settle_times(struct trace *t)
{
    int64_t before_ns = t->composed_ns;
    for (size_t i = 0; i < t->n; i++) {
        struct hop *hop = &t->hops[i];
        char apart[VTIME_TEXT_BYTES], text[WHY_BYTES];
        hop->at_ns = (hop->line.at_s - t->zero_s) * SECOND;
        hop->taken_ns = hop->at_ns > before_ns ? hop->at_ns : before_ns + MILLISECOND;
        if (before_ns - hop->at_ns > CLOCKS_APART_S * SECOND) {
            vtime_format_duration(before_ns - hop->at_ns, apart);
            snprintf(text, sizeof text, tr("inferred: %s behind"), apart);
            DRAFT_ADD(t->draft, HOST_TROUBLE, hop->taken_ns, RANK_STATE, 0, F_INT(HOST, hop->by + 1),
                      F_TEXT(NAME, "clock"), F_TEXT(TEXT, text), F_TEXT(WHY, tr("its Received line is too early")));
            import_note(t->report, tr("%s: its clock is %s behind, or that of who handed the mail on is as much ahead"),
                        t->hosts[hop->by].name, apart);
        }
        before_ns = hop->taken_ns;
    }
}

/* A host hands the mail to another. */
static uint64_t tell_hand_over(struct trace *t, int from, int to, int64_t at_ns, const char *queue_id, const char *why,
                               uint64_t cause)
{
    struct mail_place place = {at_ns, cause, 1, (uint32_t)from + 1, t->recipient, ""};
    bool is_writer = !mail_book_state_of(t->mails, 1, place.host, t->recipient)[0];
    if (is_writer) {
        place.at_ns = t->composed_ns;
        place.cause = mail_book_state(t->mails, &place, "outbox", 0, tr("inferred: it was written here"));
        place.at_ns = at_ns;
    } else {
        place.cause = mail_book_state(t->mails, &place, "active", 0, tr("inferred: an attempt begins"));
        uint32_t attempt = mail_book_begin_attempt(t->mails, &place, &place.cause);
        place.cause = mail_book_end_attempt(t->mails, &place, attempt, (uint32_t)to + 1, "delivered", why);
    }
    place.cause = mail_book_state(t->mails, &place, "handed on", 0, why);
    struct mail_place there = {at_ns, place.cause, 1, (uint32_t)to + 1, t->recipient, queue_id};
    return mail_book_state(t->mails, &there, "queued", 0, why);
}

static uint64_t tell_hop(struct trace *t, size_t i, uint64_t cause)
{
    char why[WHY_BYTES];
    const struct hop *hop = &t->hops[i];
    int before = i ? t->hops[i - 1].by : hop->from;
    int64_t at_ns = hop->taken_ns;
    if (i && hop->from != before && hop->from != NO_INDEX && hop->from != hop->by) {
        snprintf(why, sizeof why, tr("inferred: %s has written no line, but hands the mail on"),
                 t->hosts[hop->from].name);
        cause = tell_hand_over(t, before, hop->from, at_ns - MICROSECOND, "", why, cause);
        before = hop->from;
    }
    snprintf(why, sizeof why, tr("taken over%s%s%s%s, as its Received line says"),
             hop->line.with[0] ? tr(" with ") : "", hop->line.with, hop->line.id[0] ? tr(" as ") : "", hop->line.id);
    if (before == hop->by || before == NO_INDEX) {
        struct mail_place place = {at_ns, cause, 1, (uint32_t)hop->by + 1, t->recipient, hop->line.id};
        return mail_book_state(t->mails, &place, "queued", 0, why);
    }
    return tell_hand_over(t, before, hop->by, at_ns, hop->line.id, why, cause);
}

static void tell_way(struct trace *t)
{
    int writer = t->hops[0].from != NO_INDEX ? t->hops[0].from : t->hops[0].by;
    mail_book_compose(t->mails, &(struct mail_found){.at_ns = t->composed_ns,
                                                     .host = (uint32_t)writer + 1,
                                                     .from = t->from,
                                                     .to = t->recipient,
                                                     .subject = t->subject});
    if (t->date_is_late) import_note(t->report, tr("the mail is dated later than its first server has it"));
    settle_times(t);
    uint64_t cause = mail_book_compose_event(t->mails, 1);
    for (size_t i = 0; i < t->n; i++)
        cause = tell_hop(t, i, cause);
    struct mail_place last = {t->hops[t->n - 1].taken_ns + MILLISECOND, cause,        1,
                              (uint32_t)t->hops[t->n - 1].by + 1,       t->recipient, ""};
    if (t->is_delivered)
        mail_book_state(t->mails, &last, "delivered", 0, tr("inferred: it was put into a mailbox (Return-Path)"));
    tell_hosts(t);
    tell_links(t);
}

bool import_received(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                     struct import_report *report)
{
    struct trace *t = mem_calloc(1, sizeof *t);
    struct span all = {(const char *)bytes, size < HEAD_MAX_BYTES ? size : HEAD_MAX_BYTES};
    struct span head = {all.at, head_size(all)};
    t->report = report;
    t->draft = draft_new();
    t->mails = mail_book_new(t->draft);
    t->hops = mem_calloc(HOPS_MAX, sizeof *t->hops);
    read_hops(t, head);
    find_hosts(t);
    bool good = t->n > 0;
    if (good) {
        read_fields(t, head);
        tell_way(t);
        good =
            import_emit(t->draft, t->zero_s, options, tr("Received lines"),
                        tr("This is from the Received lines of a mail. The times are those of the servers' own clocks; "
                           "attempts that failed left no trace, so that nothing is known of them."),
                        journal, report);
    } else {
        import_fail(report, tr("wanted is a mail with its full header, as \"show source\" or a mailbox file has it"),
                    tr("line 1: there is no Received line that says by whom and when"));
    }
    mail_book_free(t->mails);
    draft_free(t->draft);
    mem_free(t->hops);
    mem_free(t);
    return good;
}
