/* What hosts say to each other, as the transcript has it: DNS, connections and the dialogues on them, TLS. */
#include <inttypes.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"

/* ---- DNS ---- */

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
    else if (strcmp(why, "hit") == 0 && ttl_s == 0)
        text_addf(&t->words, tr("knows %s %s for less than a second more: %s"), name, qtype, text);
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

static bool tell_zone_record(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("answers for %s, of the zone %s: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_ZONE),
              event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_dns_unreachable(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("cannot ask %s for %s %s"), transcript_host(t, event_int(e, FIELD_PEER)),
              event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    transcript_add_why(t, e);
    return true;
}

/* ---- Connections and dialogues ---- */

static bool tell_conn_open(struct transcript *t, const struct event *e)
{
    transcript_remember_conn(t, e);
    bool calls = strcmp(event_text(e, FIELD_ROLE), "active") == 0;
    if (!calls && t->level < TRANSCRIPT_PACKETS) return false;
    if (!calls) text_addf(&t->words, tr("is called by %s"), transcript_conn_peer(t, e));
    if (calls)
        text_addf(&t->words, tr("calls %s, port %" PRId64), transcript_conn_peer(t, e),
                  event_int(e, FIELD_REMOTE_PORT));
    return true;
}

/* Orderly closing is told by the dialogue's end. */
static bool tell_conn_close(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "closed") == 0 && t->level < TRANSCRIPT_PACKETS) return false;
    text_addf(&t->words, tr("connection with %s ends"), transcript_conn_peer(t, e));
    transcript_add_why(t, e);
    return true;
}

static bool tell_session_open(struct transcript *t, const struct event *e)
{
    transcript_remember_peer(t, e, SESSION_KEY, FIELD_SESSION);
    if (strcmp(event_text(e, FIELD_ROLE), "client") == 0) transcript_remember_peer(t, e, CLIENT_KEY, FIELD_SESSION);
    return false;
}

static bool tell_abuse(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("has no mail for %s: %s"), transcript_host(t, event_int(e, FIELD_PEER)),
              tr(event_text(e, FIELD_TEXT)));
    return true;
}

/* A server tells of the end only when something went wrong, or everything is told: else its client does. */
static bool tell_session_close(struct transcript *t, const struct event *e)
{
    bool done = strcmp(event_text(e, FIELD_WHY), "done") == 0;
    bool is_server = !transcript_peer(t, e, CLIENT_KEY, FIELD_SESSION);
    if (done && is_server && t->level < TRANSCRIPT_PACKETS) return false;
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
    transcript_add_mail(t, e);
    text_addf(&t->words, tr(", %" PRId64 " bytes)"), event_int(e, FIELD_LENGTH));
    return true;
}

static bool tell_rule(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, "%s: %s", tr(event_text(e, FIELD_NAME)), event_text(e, FIELD_TEXT));
    return true;
}

/* ---- TLS, as its client sees it ---- */

static bool tell_tls_start(struct transcript *t, const struct event *e)
{
    bool serves = strcmp(event_text(e, FIELD_ROLE), "server") == 0;
    text_addf(&t->words, serves ? tr("awaits the TLS handshake of %s") : tr("begins a TLS handshake with %s"),
              transcript_conn_peer(t, e));
    return true;
}

static bool tell_tls_done(struct transcript *t, const struct event *e)
{
    bool serves = strcmp(event_text(e, FIELD_ROLE), "server") == 0;
    if (serves && t->level < TRANSCRIPT_PACKETS) return false;
    if (serves) {
        text_addf(&t->words, tr("from here on encrypted: %s, %s"), event_text(e, FIELD_VERSION),
                  event_text(e, FIELD_CIPHER));
        return true;
    }
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

static bool tell_tls_fallback(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("tries %s again at once, in clear"), event_text(e, FIELD_NAME));
    transcript_add_why(t, e);
    return true;
}

static bool tell_tls_close(struct transcript *t, const struct event *e)
{
    bool in_order = strcmp(event_text(e, FIELD_WHY), "truncated") != 0;
    if (in_order && t->level < TRANSCRIPT_PACKETS) return false;
    text_adds(&t->words, in_order ? tr("is told by TLS that no more will be said")
                                  : tr("the connection ends without a word of TLS"));
    return true;
}

const struct telling tellings_of_words[EVENT_KINDS] = {
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
    [EVENT_ZONE_RECORD] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_zone_record},
    [EVENT_CONN_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_open},
    [EVENT_CONN_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_close},
    [EVENT_SESSION_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_open},
    [EVENT_CLIENT_ABUSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_abuse},
    [EVENT_SESSION_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_close},
    [EVENT_SMTP_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_SMTP_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_POP3_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_POP3_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_STS_POLICY] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_sts_policy},
    [EVENT_TLS_START] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_tls_start},
    [EVENT_TLS_DONE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_done},
    [EVENT_TLS_FAILED] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_failed},
    [EVENT_TLS_FALLBACK] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_fallback},
    [EVENT_TLS_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_tls_close},
};
