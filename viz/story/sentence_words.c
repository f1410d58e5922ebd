/* Sentences of what hosts say to each other: DNS, the dialogues of SMTP and POP3, TLS. */
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/reason.h"
#include "viz/story/sentence_internal.h"

/* ---- DNS ---- */

static void tell_dns_query(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s,
                 event_int(e, FIELD_NTH) > 1 ? tr("%s asks %s again for the %s record of %s")
                                             : tr("%s asks %s for the %s record of %s"),
                 sentence_host(story, e, FIELD_HOST), sentence_host(story, e, FIELD_PEER), event_text(e, FIELD_QTYPE),
                 event_text(e, FIELD_QNAME));
}

static const char *answer_text(const struct event *e)
{
    const char *rcode = event_text(e, FIELD_RCODE), *text = event_text(e, FIELD_TEXT);
    if (strcmp(rcode, "NOERROR") != 0) return rcode;
    return *text ? text : tr("no such record");
}

static void tell_dns_answer(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s learns the %s record of %s: %s"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), answer_text(e));
}

static void tell_dns_failure(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s cannot find out the %s record of %s: %s"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), event_text(e, FIELD_WHY));
}

static void tell_dns_asked(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s is asked by %s for the %s record of %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER), event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME));
}

static void tell_dns_told(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s tells %s the %s record of %s: %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER), event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME),
                 answer_text(e));
}

static void tell_dns_referral(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s, of the zone %s, says to ask the servers of %s"), sentence_host(story, e, FIELD_PEER),
                 event_text(e, FIELD_ZONE), event_text(e, FIELD_NAME));
}

static void tell_dns_cache(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *why = event_text(e, FIELD_WHY), *host = sentence_host(story, e, FIELD_HOST);
    const char *name = event_text(e, FIELD_NAME), *qtype = event_text(e, FIELD_QTYPE),
               *text = event_text(e, FIELD_TEXT);
    long long ttl_s = (long long)event_int(e, FIELD_TTL);
    if (strcmp(why, "put") == 0)
        sentence_say(s, tr("%s remembers %s %s for %lld s: %s"), host, name, qtype, ttl_s, text);
    else if (strcmp(why, "hit") == 0 && ttl_s == 0)
        sentence_say(s, tr("%s knows %s %s, for less than a second more: %s"), host, name, qtype, text);
    else if (strcmp(why, "hit") == 0)
        sentence_say(s, tr("%s knows %s %s, for %lld s more: %s"), host, name, qtype, ttl_s, text);
    else if (strcmp(why, "ran out") == 0)
        sentence_say(s, tr("the time of %s %s has run out: %s forgets it"), name, qtype, host);
    else
        sentence_say(s, tr("%s has forgotten all names"), host);
}

static void tell_dns_trouble(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has trouble with %s: %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER), story_reason(event_text(e, FIELD_WHY)));
}

static void tell_dns_fault(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s does not answer %s as it should about %s: %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER), event_text(e, FIELD_QNAME), event_text(e, FIELD_WHY));
}

static void tell_zone_change(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story;
    (void)i;
    sentence_say(s, tr("the zone %s is now: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

static void tell_zone_record(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s answers for %s, of the zone %s: %s"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_NAME), event_text(e, FIELD_ZONE), event_text(e, FIELD_TEXT));
}

static void tell_dns_unreachable(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s cannot be asked for %s %s, as %s is told: %s"), sentence_host(story, e, FIELD_PEER),
                 event_text(e, FIELD_QTYPE), event_text(e, FIELD_QNAME), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_WHY));
}

/* ---- Dialogues ---- */

static void tell_session_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s begins to speak %s with %s"), sentence_host(story, e, FIELD_HOST),
                 strcmp(event_text(e, FIELD_PROTOCOL), "pop3") == 0 ? "POP3" : "SMTP",
                 sentence_host(story, e, FIELD_PEER));
}

static void tell_session_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s ends the dialogue"), sentence_host(story, e, FIELD_HOST));
    sentence_say_why(s, e);
}

static void tell_line(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)e;
    if (story->subject[i] == NONE32) return;
    const struct story_line *line = &story->lines.items[story->subject[i]];
    sentence_say(s, tr("%s says to %s: %s"), story_name_of_host(story, line->host),
                 story_name_of_host(story, line->peer), line->text);
}

static void tell_content(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s sends the content of mail %s, %lld bytes, to %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_mail(story, e), (long long)event_int(e, FIELD_LENGTH), sentence_peer(s, story, e));
}

static void tell_rule(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s applies its rule %s to %s: %s"), sentence_host(story, e, FIELD_HOST),
                 tr(event_text(e, FIELD_NAME)), sentence_host(story, e, FIELD_PEER), event_text(e, FIELD_TEXT));
}

static void tell_abuse(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has no mail for %s: %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER), tr(event_text(e, FIELD_TEXT)));
}

/* ---- TLS ---- */

static bool is_server(const struct event *e)
{
    return strcmp(event_text(e, FIELD_ROLE), "server") == 0;
}

static void tell_tls_start(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, is_server(e) ? tr("%s awaits the TLS handshake of %s") : tr("%s begins a TLS handshake with %s"),
                 sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e));
}

static void tell_tls_done(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s has a secure connection with %s: %s, %s"), sentence_host(story, e, FIELD_HOST),
                 sentence_peer(s, story, e), event_text(e, FIELD_VERSION), event_text(e, FIELD_CIPHER));
    if (is_server(e)) return;
    sentence_say(
        s, event_int(e, FIELD_VERIFIED) ? tr("; the certificate %s is good") : tr("; the certificate %s is not: %s"),
        event_text(e, FIELD_NAME), event_text(e, FIELD_WHY));
}

static void tell_tls_failed(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *alert = event_text(e, FIELD_ALERT);
    sentence_say(s, tr("TLS between %s and %s fails"), sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e));
    sentence_say_why(s, e);
    if (*alert && (strcmp(event_text(e, FIELD_WHO), "S") == 0) == is_server(e))
        sentence_say(s, tr(" (alert %s)"), alert);
}

static void tell_tls_fallback(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("%s tries %s again at once, in clear"), sentence_host(story, e, FIELD_HOST),
                 event_text(e, FIELD_NAME));
    sentence_say_why(s, e);
}

static void tell_tls_close(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    bool is_orderly = strcmp(event_text(e, FIELD_WHY), "close_notify") == 0;
    sentence_say(s,
                 is_orderly ? tr("%s is told by TLS that %s will say no more")
                            : tr("%s sees the connection with %s end without a word of TLS"),
                 sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e));
}

static void tell_sts_policy(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    if (*event_text(e, FIELD_TEXT))
        sentence_say(s, tr("%s knows the TLS policy of %s: %s"), sentence_host(story, e, FIELD_HOST),
                     event_text(e, FIELD_QNAME), event_text(e, FIELD_TEXT));
    else
        sentence_say(s, tr("%s knows of no TLS policy of %s"), sentence_host(story, e, FIELD_HOST),
                     event_text(e, FIELD_QNAME));
    sentence_say_why(s, e);
}

static void tell_tls_secrets(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("The keys of the connection between %s and %s, for captures"),
                 sentence_host(story, e, FIELD_HOST), sentence_peer(s, story, e));
}

const sentence_teller sentences_of_words[EVENT_KINDS] = {
    [EVENT_DNS_QUERY] = tell_dns_query,         [EVENT_DNS_ANSWER] = tell_dns_answer,
    [EVENT_DNS_FAILURE] = tell_dns_failure,     [EVENT_DNS_UNREACHABLE] = tell_dns_unreachable,
    [EVENT_DNS_ASKED] = tell_dns_asked,         [EVENT_DNS_TOLD] = tell_dns_told,
    [EVENT_DNS_REFERRAL] = tell_dns_referral,   [EVENT_DNS_CACHE] = tell_dns_cache,
    [EVENT_DNS_TROUBLE] = tell_dns_trouble,     [EVENT_DNS_FAULT] = tell_dns_fault,
    [EVENT_ZONE_CHANGE] = tell_zone_change,     [EVENT_SESSION_OPEN] = tell_session_open,
    [EVENT_SESSION_CLOSE] = tell_session_close, [EVENT_SMTP_LINE] = tell_line,
    [EVENT_SMTP_CONTENT] = tell_content,        [EVENT_POP3_LINE] = tell_line,
    [EVENT_POP3_CONTENT] = tell_content,        [EVENT_SMTP_RULE] = tell_rule,
    [EVENT_TLS_START] = tell_tls_start,         [EVENT_TLS_DONE] = tell_tls_done,
    [EVENT_TLS_FAILED] = tell_tls_failed,       [EVENT_TLS_CLOSE] = tell_tls_close,
    [EVENT_TLS_SECRETS] = tell_tls_secrets,     [EVENT_STS_POLICY] = tell_sts_policy,
    [EVENT_TLS_FALLBACK] = tell_tls_fallback,   [EVENT_ZONE_RECORD] = tell_zone_record,
    [EVENT_CLIENT_ABUSE] = tell_abuse,
};
