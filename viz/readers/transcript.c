/* A run told as text. What an event says at which level is in the table at the end; to tell of a new kind, add a row.

   Columns: time, host (as wide as the longest name), words; wrapped at 100. A loss has an X before its words, a caption
   a bar. Packets are numbered as in the journal, and say what they are when they are sent; a table of the latest of
   them lets their later hops repeat it. */
#include "viz/readers/transcript.h"

#include <inttypes.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"

enum { COLUMNS = 100, HOST_MOST = 20, TIME_LEAST = 15, CONTENT_LEAST = 40 };

/* ---- Lines ---- */

/* How many columns n bytes of UTF-8 take: one each character. */
static int columns_of(const char *text, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* How many bytes of text go on a line of this width: up to the last blank that fits, or all that fits. */
static size_t bytes_that_fit(const char *text, int width)
{
    size_t n = 0, blank = 0;
    int columns = 0;
    for (; text[n] && text[n] != '\n'; n++) {
        if (((unsigned char)text[n] & 0xc0) != 0x80 && ++columns > width) return blank ? blank : n;
        if (text[n] == ' ' && n) blank = n;
    }
    return n;
}

/* The first line has begun already and is `used` columns long; the others are indented. */
static void print_wrapped(FILE *out, int used, int indent, const char *hanging, const char *text)
{
    int width = COLUMNS - used;
    for (bool first = true; first || *text; first = false) {
        if (!first) fprintf(out, "%*s%s", indent, "", hanging);
        size_t n = bytes_that_fit(text, width < CONTENT_LEAST ? CONTENT_LEAST : width);
        fprintf(out, "%.*s\n", (int)n, text);
        text += n;
        text += strspn(text, " \n");
        width = COLUMNS - indent - (int)strlen(hanging);
    }
}

const char *transcript_host(const struct transcript *t, int64_t host)
{
    const char *name = host ? journal_names_find(t->names, TYPE_HOST, host) : NULL;
    return name ? name : "?";
}

static void print_line(struct transcript *t, int64_t at_ns, int64_t host, const char *text)
{
    char time[VTIME_TEXT_BYTES];
    const char *name = host ? transcript_host(t, host) : "";
    int columns = columns_of(name, strlen(name)), pad = t->host_width > columns ? t->host_width - columns : 0;
    int used = fprintf(t->out, "%-*s  ", TIME_LEAST, vtime_format_instant(at_ns, time));
    fprintf(t->out, "%s%*s  ", name, pad, "");
    print_wrapped(t->out, used + columns + pad + 2, used + t->host_width + 2, "", text);
}

static void print_note(struct transcript *t, const char *text)
{
    int indent = TIME_LEAST + 2;
    fprintf(t->out, "%*s| ", indent, "");
    print_wrapped(t->out, indent + 2, indent, "| ", text);
}

/* ---- What the tellers share ---- */

static void add_mail(struct transcript *t, const struct event *e)
{
    const char *name = journal_names_find(t->names, TYPE_MESSAGE, event_int(e, FIELD_MESSAGE));
    if (name)
        text_adds(&t->words, name);
    else
        text_addf(&t->words, tr("mail %" PRId64), event_int(e, FIELD_MESSAGE));
}

static void add_mail_for(struct transcript *t, const struct event *e)
{
    add_mail(t, e);
    text_addf(&t->words, tr(" for %s"), event_text(e, FIELD_RECIPIENT));
}

void transcript_add_why(struct transcript *t, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (*why) text_addf(&t->words, ": %s", why);
}

const char *transcript_link(const struct transcript *t, const struct event *e)
{
    const char *name = journal_names_find(t->names, TYPE_LINK, event_int(e, FIELD_LINK));
    return name ? name : "?";
}

int64_t transcript_link_end(const struct transcript *t, const struct event *e, int end)
{
    int64_t ends[2];
    if (!journal_names_link_ends(t->names, event_int(e, FIELD_LINK), &ends[0], &ends[1])) return 0;
    return ends[(event_int(e, FIELD_DIR) == 1) ^ end];
}

static void remember_peer(struct transcript *t, const struct event *e, int sort, enum field_id field)
{
    uint64_t key = (uint64_t)event_int(e, field) * KEYS + (uint64_t)sort;
    index_map_put(&t->peers, key, (size_t)event_int(e, FIELD_PEER));
}

int64_t transcript_peer(const struct transcript *t, const struct event *e, enum transcript_key sort,
                        enum field_id field)
{
    size_t peer = index_map_get(&t->peers, (uint64_t)event_int(e, field) * KEYS + (uint64_t)sort);
    return peer == SIZE_MAX ? 0 : (int64_t)peer;
}

/* ---- Mail ---- */

static bool tell_compose(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("writes "));
    add_mail(t, e);
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
    add_mail_for(t, e);
    text_adds(&t->words, tr(" into its queue"));
    if (*queue_id) text_addf(&t->words, tr(" as %s"), queue_id);
    return true;
}

static bool tell_deferred(struct transcript *t, const struct event *e)
{
    char at[VTIME_TEXT_BYTES], wait[VTIME_TEXT_BYTES];
    text_adds(&t->words, tr("keeps "));
    add_mail_for(t, e);
    text_addf(&t->words, tr(" and will try again in %s, at %s"),
              vtime_format_duration(event_int(e, FIELD_AT) - e->at_ns, wait),
              vtime_format_instant(event_int(e, FIELD_AT), at));
    return true;
}

/* A server tells of handing on when its attempt ends; here speak clients, and mailboxes that are emptied. */
static bool tell_handed_on(struct transcript *t, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM);
    if (strcmp(from, "delivered") == 0) {
        if (t->level < TRANSCRIPT_SMTP) return false;
        text_adds(&t->words, tr("takes "));
        add_mail_for(t, e);
        text_adds(&t->words, tr(" out of the mailbox"));
    } else if (strcmp(from, "active") == 0) {
        return false;
    } else {
        text_adds(&t->words, tr("has submitted "));
        add_mail_for(t, e);
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
        add_mail(t, e);
        text_addf(&t->words, tr(" into the mailbox of %s"), event_text(e, FIELD_RECIPIENT));
        return true;
    }
    if (strcmp(state, "picked up") == 0) {
        text_adds(&t->words, tr("has picked up "));
        add_mail_for(t, e);
        return true;
    }
    if (strcmp(state, "bounced") != 0 && strcmp(state, "discarded") != 0) return false;
    text_adds(&t->words, strcmp(state, "bounced") == 0 ? tr("gives up ") : tr("discards "));
    add_mail_for(t, e);
    transcript_add_why(t, e);
    return true;
}

/* The line waits, since an attempt that is over at once (a delivery on the spot) is no news. */
static bool tell_attempt_begin(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("attempt %" PRId64 " to hand on "), event_int(e, FIELD_NTH));
    add_mail_for(t, e);
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
    if (handed_on && (!peer || peer == event_int(e, FIELD_HOST))) return false;
    if (handed_on)
        text_adds(&t->words, tr("has handed on "));
    else
        text_adds(&t->words, strcmp(outcome, "later") == 0 ? tr("could not hand on ") : tr("can never hand on "));
    add_mail_for(t, e);
    if (peer && peer != event_int(e, FIELD_HOST)) text_addf(&t->words, tr(" to %s"), transcript_host(t, peer));
    transcript_add_why(t, e);
    return true;
}

static void flush_pending(struct transcript *t, const struct event *e)
{
    if (!t->pending_attempt) return;
    if (e->kind == EVENT_MAIL_COMMIT && e->at_ns == t->pending_at_ns) return; /* a delivery on the spot is a file */
    bool over_at_once = e->kind == EVENT_ATTEMPT_END && event_int(e, FIELD_ATTEMPT) == t->pending_attempt &&
                        e->at_ns == t->pending_at_ns;
    if (!over_at_once) print_line(t, t->pending_at_ns, t->pending_host, t->pending.bytes);
    t->pending_attempt = 0;
    text_clear(&t->pending);
}

/* ---- The world ---- */

static bool tell_run_begin(struct transcript *t, const struct event *e)
{
    fprintf(t->out, tr("%s (seed %s)\n\n"), event_text(e, FIELD_TITLE), event_text(e, FIELD_SEED));
    return false;
}

static bool tell_run_end(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("the end"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_host_state(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, event_int(e, FIELD_UP) ? tr("is up again") : tr("stops"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_host_icmp(struct transcript *t, const struct event *e)
{
    text_adds(&t->words,
              event_int(e, FIELD_UP) ? tr("tells of errors again") : tr("drops in silence from now on, without ICMP"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_link_state(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, event_int(e, FIELD_UP) ? tr("link %s is up again toward %s") : tr("link %s is cut toward %s"),
              transcript_link(t, e), transcript_host(t, transcript_link_end(t, e, 1)));
    transcript_add_why(t, e);
    return true;
}

static bool tell_link_value(struct transcript *t, const struct event *e)
{
    if (e->at_ns == 0) return false;
    text_addf(&t->words, tr("link %s toward %s: %s is now %s"), transcript_link(t, e),
              transcript_host(t, transcript_link_end(t, e, 1)), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_routes(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("routes are computed anew"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_law(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("LAW BROKEN, %s: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_caption(struct transcript *t, const struct event *e)
{
    const char *cite = event_text(e, FIELD_CITE);
    text_adds(&t->words, event_text(e, FIELD_TEXT));
    if (*cite) text_addf(&t->words, " [%s]", cite);
    print_note(t, t->words.bytes);
    return false;
}

/* ---- Dialogues, names, connections ---- */

static bool tell_dns_query(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, event_int(e, FIELD_NTH) > 1 ? tr("asks %s again: %s %s?") : tr("asks %s: %s %s?"),
              transcript_host(t, event_int(e, FIELD_PEER)), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    return true;
}

static bool tell_dns_answer(struct transcript *t, const struct event *e)
{
    const char *rcode = event_text(e, FIELD_RCODE), *text = event_text(e, FIELD_TEXT);
    const char *shown = strcmp(rcode, "NOERROR") != 0 ? rcode : *text ? text : tr("no such record");
    text_addf(&t->words, tr("learns: %s %s is %s"), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE), shown);
    return true;
}

static bool tell_dns_failure(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("learns nothing of %s %s"), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    transcript_add_why(t, e);
    return true;
}

static bool tell_dns_trouble(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("has trouble with %s"), transcript_host(t, event_int(e, FIELD_PEER)));
    transcript_add_why(t, e);
    return true;
}

static bool tell_dns_referral(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("is told by %s to ask the servers of %s"), transcript_host(t, event_int(e, FIELD_PEER)),
              event_text(e, FIELD_NAME));
    return true;
}

static bool tell_dns_cache(struct transcript *t, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY), *name = event_text(e, FIELD_NAME), *qtype = event_text(e, FIELD_QTYPE);
    const char *text = event_text(e, FIELD_TEXT);
    int64_t ttl_s = event_int(e, FIELD_TTL);
    if (strcmp(why, "put") == 0)
        text_addf(&t->words, tr("remembers %s %s for %" PRId64 " s: %s"), name, qtype, ttl_s, text);
    else if (strcmp(why, "hit") == 0)
        text_addf(&t->words, tr("knows %s %s for %" PRId64 " s more: %s"), name, qtype, ttl_s, text);
    else if (strcmp(why, "ran out") == 0)
        text_addf(&t->words, tr("forgets %s %s, whose time has run out"), name, qtype);
    else
        text_adds(&t->words, tr("has forgotten all names"));
    return true;
}

static bool tell_dns_fault(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("does not answer as it should about %s"), event_text(e, FIELD_QNAME));
    transcript_add_why(t, e);
    return true;
}

static bool tell_zone_change(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("the zone %s is now: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_dns_unreachable(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("cannot ask %s for %s %s"), transcript_host(t, event_int(e, FIELD_PEER)),
              event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    transcript_add_why(t, e);
    return true;
}

static bool tell_conn_open(struct transcript *t, const struct event *e)
{
    remember_peer(t, e, CONN_KEY, FIELD_CONN);
    if (strcmp(event_text(e, FIELD_ROLE), "active") != 0) return false;
    text_addf(&t->words, tr("calls %s, port %" PRId64), transcript_host(t, event_int(e, FIELD_PEER)),
              event_int(e, FIELD_REMOTE_PORT));
    return true;
}

/* Orderly closing is told by the dialogue's end. */
static bool tell_conn_close(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "closed") == 0 && t->level < TRANSCRIPT_PACKETS) return false;
    text_addf(&t->words, tr("connection with %s ends"),
              transcript_host(t, transcript_peer(t, e, CONN_KEY, FIELD_CONN)));
    transcript_add_why(t, e);
    return true;
}

static bool tell_session_open(struct transcript *t, const struct event *e)
{
    remember_peer(t, e, SESSION_KEY, FIELD_SESSION);
    if (strcmp(event_text(e, FIELD_ROLE), "client") == 0) remember_peer(t, e, CLIENT_KEY, FIELD_SESSION);
    return false;
}

/* A server tells of the end only when something went wrong: else its client does. */
static bool tell_session_close(struct transcript *t, const struct event *e)
{
    bool done = strcmp(event_text(e, FIELD_WHY), "done") == 0;
    if (done && !transcript_peer(t, e, CLIENT_KEY, FIELD_SESSION)) return false;
    text_addf(&t->words, tr("ends the dialogue with %s"),
              transcript_host(t, transcript_peer(t, e, SESSION_KEY, FIELD_SESSION)));
    if (!done) transcript_add_why(t, e);
    return true;
}

static bool tell_line(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, "%s: %s", event_text(e, FIELD_WHO), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_content(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, e->kind == EVENT_SMTP_CONTENT ? "C: " : "S: ");
    text_adds(&t->words, tr("(the content of "));
    add_mail(t, e);
    text_addf(&t->words, tr(", %" PRId64 " bytes)"), event_int(e, FIELD_LENGTH));
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
    add_mail_for(t, e);
    text_adds(&t->words, tr(" without an attempt"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_doubt(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("does not know whether "));
    add_mail_for(t, e);
    text_adds(&t->words, tr(" got through, and will send it again: there may be two copies"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_report(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("reports in "));
    add_mail(t, e);
    text_addf(&t->words, ": %s %s", event_text(e, FIELD_RECIPIENT), tr(event_text(e, FIELD_OUTCOME)));
    return true;
}

static bool tell_expand(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("sends "));
    add_mail_for(t, e);
    int64_t n = event_int(e, FIELD_NTH);
    text_addf(&t->words, n == 1 ? tr(" on to its %" PRId64 " member") : tr(" on to its %" PRId64 " members"), n);
    return true;
}

/* ---- Disks, and hosts in trouble ---- */

static bool tell_commit(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("mail "));
    add_mail(t, e);
    text_addf(&t->words, tr(" is safe on the disk: %s"), event_text(e, FIELD_NAME));
    return true;
}

static bool tell_aside(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("finds a damaged file of mail "));
    add_mail(t, e);
    text_adds(&t->words, tr(" and sets it aside"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_trouble(struct transcript *t, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    text_addf(&t->words, *text ? tr("in trouble: its %s is %s") : tr("well again: its %s"),
              tr(event_text(e, FIELD_NAME)), text);
    transcript_add_why(t, e);
    return true;
}

static bool tell_rule(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, "%s: %s", tr(event_text(e, FIELD_NAME)), event_text(e, FIELD_TEXT));
    return true;
}

/* ---- TLS, as its client sees it ---- */

static bool tell_tls_done(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_ROLE), "server") == 0) return false;
    text_addf(&t->words, tr("from here on encrypted: %s, %s; the certificate %s is "), event_text(e, FIELD_VERSION),
              event_text(e, FIELD_CIPHER), event_text(e, FIELD_NAME));
    if (event_int(e, FIELD_VERIFIED))
        text_adds(&t->words, tr("good"));
    else
        text_addf(&t->words, tr("not good (%s)"), event_text(e, FIELD_WHY));
    return true;
}

static bool tell_sts_policy(struct transcript *t, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    text_addf(&t->words, *text ? tr("knows the TLS policy of %s: %s") : tr("knows of no TLS policy of %s"),
              event_text(e, FIELD_QNAME), text);
    transcript_add_why(t, e);
    return true;
}

static bool tell_tls_failed(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("TLS fails"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_tls_close(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "truncated") != 0) return false;
    text_adds(&t->words, tr("the connection ends without a word of TLS"));
    return true;
}

/* ---- From outside ---- */

static bool tell_live_begin(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("real time moves this world; real programs enter here"));
    if (*event_text(e, FIELD_TEXT)) text_addf(&t->words, ": %s", event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_outside_open(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("a real program connects to %s, port %" PRId64),
              transcript_host(t, event_int(e, FIELD_PEER)), event_int(e, FIELD_REMOTE_PORT));
    return true;
}

static bool tell_outside_end(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "end") == 0) return false;
    text_adds(&t->words, tr("the real program is gone"));
    return true;
}

/* ---- Everything ---- */

static const struct telling tellings[EVENT_KINDS] = {
    [EVENT_RUN_BEGIN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_begin},
    [EVENT_RUN_END] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_end},
    [EVENT_HOST_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_host_state},
    [EVENT_HOST_ICMP] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_host_icmp},
    [EVENT_LINK_STATE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_state},
    [EVENT_LINK_VALUE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_value},
    [EVENT_ROUTES] = {TRANSCRIPT_SMTP, FIELD_NONE, tell_routes},
    [EVENT_CAPTION] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_caption},
    [EVENT_LAW_BROKEN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_law},
    [EVENT_MAIL_COMPOSE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_compose},
    [EVENT_MAIL_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_mail_state},
    [EVENT_ATTEMPT_BEGIN] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_begin},
    [EVENT_ATTEMPT_END] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_end},
    [EVENT_MAIL_COMMIT] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_commit},
    [EVENT_DESTINATION] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_destination},
    [EVENT_ATTEMPT_SKIP] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_skip},
    [EVENT_MAIL_DOUBT] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_doubt},
    [EVENT_MAIL_REPORT] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_report},
    [EVENT_MAIL_EXPAND] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_expand},
    [EVENT_MAIL_ASIDE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_aside},
    [EVENT_HOST_TROUBLE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_trouble},
    [EVENT_SMTP_RULE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_rule},
    [EVENT_DNS_QUERY] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_query},
    [EVENT_DNS_ANSWER] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_answer},
    [EVENT_DNS_FAILURE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_failure},
    [EVENT_DNS_UNREACHABLE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_unreachable},
    [EVENT_DNS_REFERRAL] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_dns_referral},
    [EVENT_DNS_CACHE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_cache},
    [EVENT_DNS_TROUBLE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_trouble},
    [EVENT_DNS_FAULT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_fault},
    [EVENT_ZONE_CHANGE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_zone_change},
    [EVENT_CONN_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_open},
    [EVENT_CONN_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_close},
    [EVENT_SESSION_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_open},
    [EVENT_SESSION_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_close},
    [EVENT_SMTP_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_SMTP_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_POP3_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_POP3_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_PACKET_SEND] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_send},
    [EVENT_LINK_SEND] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_send},
    [EVENT_LINK_DELIVER] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_link_deliver},
    [EVENT_LINK_DROP] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_drop},
    [EVENT_LINK_QUEUE] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_queue},
    [EVENT_LINK_RETIME] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_retime},
    [EVENT_LINK_DUPLICATE] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_duplicate},
    [EVENT_LINK_CORRUPT] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_corrupt},
    [EVENT_PACKET_DROP] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_drop},
    [EVENT_PACKET_FRAGMENT] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_fragment},
    [EVENT_PACKET_WHOLE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_whole},
    [EVENT_PATH_MTU] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_path_mtu},
    [EVENT_PACKET_CORRUPT] = {TRANSCRIPT_PACKETS, FIELD_NONE, tell_packet_corrupt},
    [EVENT_PACKET_REWRITE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_packet_rewrite},
    [EVENT_STS_POLICY] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_sts_policy},
    [EVENT_TLS_DONE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_done},
    [EVENT_TLS_FAILED] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_failed},
    [EVENT_TLS_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_close},
    [EVENT_PACKET_COLLIDE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_collide},
    [EVENT_TIMER_FIRE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_timer_fire},
    [EVENT_TCP_STATE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_tcp_state},
    [EVENT_LIVE_BEGIN] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_live_begin},
    [EVENT_OUTSIDE_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_outside_open},
    [EVENT_OUTSIDE_END] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_outside_end},
};

struct transcript *transcript_new(enum transcript_level level, FILE *out)
{
    struct transcript *t = mem_calloc(1, sizeof *t);
    t->level = level;
    t->out = out;
    t->names = journal_names_new();
    return t;
}

void transcript_free(struct transcript *t)
{
    if (!t) return;
    journal_names_free(t->names);
    text_free(&t->words);
    text_free(&t->pending);
    index_map_free(&t->peers);
    index_map_free(&t->iss);
    mem_free(t);
}

static void note_names(struct transcript *t, const struct event *e)
{
    journal_names_fold(t->names, e);
    if (e->kind != EVENT_HOST_ADD) return;
    int width = columns_of(event_text(e, FIELD_NAME), strlen(event_text(e, FIELD_NAME)));
    width = width > HOST_MOST ? HOST_MOST : width;
    t->host_width = width > t->host_width ? width : t->host_width;
}

static int64_t host_of(const struct transcript *t, const struct event *e, enum field_id field)
{
    if (field == FIELD_LINK) return transcript_link_end(t, e, 0);
    return field == FIELD_NONE ? 0 : event_int(e, field);
}

static void on_event(void *context, const struct event *e)
{
    struct transcript *t = context;
    const struct telling *telling = &tellings[e->kind];
    note_names(t, e);
    if (!telling->tell || telling->from > t->level) return;
    flush_pending(t, e);
    text_clear(&t->words);
    if (telling->tell(t, e)) print_line(t, e->at_ns, host_of(t, e, telling->host), t->words.bytes);
}

struct journal_reader transcript_reader(struct transcript *t)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        bool names = kind == EVENT_HOST_ADD || kind == EVENT_LINK_ADD;
        bool told = tellings[kind].tell && tellings[kind].from <= t->level;
        if (t->level != TRANSCRIPT_NONE && (names || told))
            mask = event_mask_union(mask, event_mask_kind((enum event_kind)kind));
    }
    return (struct journal_reader){.mask = mask, .on_event = on_event, .context = t};
}
