/* The rules, each a question asked in front of the policy; the first that refuses is the answer. */
#include "model/host/refusals.h"

#include <stdio.h>
#include <string.h>

#include "model/host/refusals_internal.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct refusals {
    struct greylist *greylist;  /* NULL: none */
    struct rate_limit *limits;  /* likewise */
    uint64_t *content_counters; /* one a rule, for its odds */
};

static const struct scenario_refusals *rules_of(const struct mail_server *server)
{
    return &mail_server_settings(server)->refusals;
}

static int64_t now_of(const struct mail_session *session)
{
    return mail_server_world(session->server)->engine->now_ns;
}

struct refusals *refusals_new(struct mail_server *server)
{
    const struct scenario_refusals *rules = rules_of(server);
    if (!rules->any) return NULL;
    struct refusals *refusals = mem_calloc(1, sizeof *refusals);
    if (rules->greylists) refusals->greylist = greylist_new(&rules->greylist);
    if (rules->limits_clients) refusals->limits = rate_limit_new(&rules->limits);
    refusals->content_counters = mem_calloc(rules->n_content + 1, sizeof *refusals->content_counters);
    return refusals;
}

void refusals_free(struct refusals *refusals)
{
    if (!refusals) return;
    greylist_free(refusals->greylist);
    rate_limit_free(refusals->limits);
    mem_free(refusals->content_counters);
    mem_free(refusals);
}

void refusals_tell(const struct mail_session *session, const char *name, const char *from, const char *recipient,
                   const char *text, int64_t at_ns)
{
    struct journal *journal = mail_server_world(session->server)->journal;
    uint64_t event =
        JOURNAL_EMIT(journal, SMTP_RULE, F_INT(SESSION, session->id.n), F_INT(HOST, session->server->host->id.n),
                     F_INT(PEER, socket_peer(session->socket).n), F_TEXT(NAME, name), F_TEXT(FROM, from),
                     F_TEXT(RECIPIENT, recipient), F_TEXT(TEXT, text), F_INT(AT, at_ns));
    journal_set_cause(journal, event);
}

static struct smtp_reply reply_of(const char *text)
{
    struct smtp_reply reply = {0};
    smtp_reply_parse(text, &reply);
    return reply;
}

/* --- connections --- */

static bool is_too_much(struct mail_session *session, struct smtp_reply *reply)
{
    char client[IP_TEXT_BYTES];
    struct rate_limit *limits = session->server->refusals->limits;
    struct ip_address address = socket_remote_address(session->socket);
    if (!limits) return false;
    session->rules->is_counted = true;
    enum rate_limit_verdict verdict = rate_limit_begin(limits, address, now_of(session));
    if (verdict == RATE_OK) return false;
    *reply = smtp_reply_make(421, "4.7.0 %.100s Error: too many connections from %s",
                             session->server->host->description->name, ip_text(address, client));
    refusals_tell(session, "connections", "", "",
                  verdict == RATE_TOO_MANY_AT_ONCE ? "too many at once" : "too many in this time", 0);
    return true;
}

static struct smtp_reply on_connect(void *context)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    struct smtp_reply reply;
    if (rules->has_rules && is_too_much(session, &reply)) return reply;
    return rules->inner.connect ? rules->inner.connect(rules->inner.context) : smtp_reply_say(220, "");
}

/* --- MAIL --- */

static bool is_refused_sender(const struct mail_session *session, const char *reverse_path)
{
    const struct scenario_refusals *rules = rules_of(session->server);
    for (size_t i = 0; i < rules->n_senders; i++) {
        const char *sender = rules->senders[i];
        if (sender[0] == '@' ? address_domain_equals(address_domain(reverse_path), sender + 1)
                             : address_equals(reverse_path, sender))
            return true;
    }
    return false;
}

static bool refuses_mail(struct mail_session *session, const struct smtp_envelope *envelope, struct smtp_reply *reply)
{
    char client[IP_TEXT_BYTES];
    struct rate_limit *limits = session->server->refusals->limits;
    struct ip_address address = socket_remote_address(session->socket);
    if (is_refused_sender(session, envelope->reverse_path)) {
        *reply = smtp_reply_make(550, "5.7.1 <%.200s>: Sender address rejected", envelope->reverse_path);
        refusals_tell(session, "sender", envelope->reverse_path, "", "no mail is taken from this sender", 0);
        return true;
    }
    if (!limits || rate_limit_mail(limits, address, now_of(session))) return false;
    *reply = smtp_reply_make(450, "4.7.1 Error: too much mail from %s", ip_text(address, client));
    refusals_tell(session, "rate", envelope->reverse_path, "", "too many mails in this time", 0);
    return true;
}

static struct smtp_reply on_mail(void *context, const struct smtp_envelope *envelope)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    struct smtp_reply reply;
    if (rules->has_faults && reply_faults_of_mail(session, "MAIL", envelope, NULL, &reply)) return reply;
    if (rules->has_rules && refuses_mail(session, envelope, &reply)) return reply;
    return rules->inner.mail(rules->inner.context, envelope);
}

/* --- RCPT --- */

const char *refusals_full_mailbox(const struct mail_server *server, const struct mailbox *box, size_t size)
{
    const struct scenario_refusals *rules = rules_of(server);
    uint64_t bytes = mailbox_bytes(box);
    bool full = (rules->mailbox_mails && mailbox_mails(box) >= rules->mailbox_mails) ||
                (rules->mailbox_bytes && (bytes >= rules->mailbox_bytes || size > rules->mailbox_bytes - bytes));
    if (!full) return NULL;
    return rules->full_reply ? rules->full_reply : "452 4.2.2 Mailbox full";
}

static bool is_full(struct mail_session *session, const struct smtp_envelope *envelope, const char *forward_path,
                    struct smtp_reply *reply)
{
    const struct mailbox *box = mail_server_mailbox(session->server, forward_path);
    const char *refusal = box ? refusals_full_mailbox(session->server, box, (size_t)envelope->size) : NULL;
    if (!refusal) return false;
    *reply = reply_of(refusal);
    refusals_tell(session, "mailbox full", envelope->reverse_path, forward_path, "there is no room for it", 0);
    return true;
}

static const char *greylist_text(enum greylist_outcome outcome)
{
    switch (outcome) {
    case GREYLIST_NEW:
        return "never seen before, so it has to wait";
    case GREYLIST_EARLY:
        return "back too early";
    case GREYLIST_WAITED:
        return "it has waited long enough";
    case GREYLIST_PASSED:
        return "these three have passed before";
    case GREYLIST_KNOWN_CLIENT:
        return "this client always comes back";
    }
    return "";
}

static bool is_greylisted(struct mail_session *session, const struct smtp_envelope *envelope, const char *forward_path,
                          struct smtp_reply *reply)
{
    struct greylist *greylist = session->server->refusals->greylist;
    const char *words = rules_of(session->server)->greylist_reply;
    if (!greylist) return false;
    struct greylist_answer answer = greylist_ask(greylist, socket_remote_address(session->socket),
                                                 envelope->reverse_path, forward_path, now_of(session));
    refusals_tell(session, "greylisting", envelope->reverse_path, forward_path, greylist_text(answer.outcome),
                  answer.passes_ns);
    if (greylist_lets_through(answer)) return false;
    *reply =
        words ? reply_of(words)
              : smtp_reply_make(450, "4.7.1 <%.200s>: Recipient address rejected: Greylisted for %lld seconds",
                                forward_path, (long long)((answer.passes_ns - now_of(session) + SECOND - 1) / SECOND));
    return true;
}

/* RFC 5321 3.6.1 wants a user who is not there refused with 550. A server that does not know its users yet says 450,
   and one that takes everything has to send reports to whoever is said to have written. */
static bool is_unknown(struct mail_session *session, const char *forward_path, struct smtp_reply *reply)
{
    const char *domain = address_domain(forward_path);
    if (rules_of(session->server)->unknown_users == UNKNOWN_REFUSED) return false;
    if (domain[0] == '\0' || !mail_server_is_local_domain(session->server, domain)) return false;
    if (mail_server_mailbox(session->server, forward_path)) return false;
    if (rules_of(session->server)->unknown_users == UNKNOWN_LATER)
        *reply = smtp_reply_make(450, "4.1.1 <%.200s>: Recipient address rejected: no such user here", forward_path);
    else
        *reply = smtp_reply_say(250, "2.1.5 OK");
    return true;
}

static bool refuses_recipient(struct mail_session *session, const struct smtp_envelope *envelope,
                              const char *forward_path, struct smtp_reply *reply)
{
    char client[IP_TEXT_BYTES];
    struct rate_limit *limits = session->server->refusals->limits;
    struct ip_address address = socket_remote_address(session->socket);
    if (limits && !rate_limit_recipient(limits, address, now_of(session))) {
        *reply = smtp_reply_make(450, "4.7.1 Error: too many recipients from %s", ip_text(address, client));
        refusals_tell(session, "rate", envelope->reverse_path, forward_path, "too many recipients in this time", 0);
        return true;
    }
    return is_full(session, envelope, forward_path, reply) || is_unknown(session, forward_path, reply);
}

/* Only whom the policy would take is put off: the others need not come back. */
static struct smtp_reply on_rcpt(void *context, const struct smtp_envelope *envelope, const char *forward_path,
                                 const struct smtp_recipient_options *options)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    struct smtp_reply reply, ordinary;
    if (rules->has_faults && reply_faults_of_mail(session, "RCPT", envelope, forward_path, &reply)) return reply;
    if (rules->has_rules && refuses_recipient(session, envelope, forward_path, &reply)) return reply;
    ordinary = rules->inner.rcpt(rules->inner.context, envelope, forward_path, options);
    bool takes = rules->has_rules && ordinary.code / 100 == 2;
    return takes && is_greylisted(session, envelope, forward_path, &reply) ? reply : ordinary;
}

/* --- DATA and its end --- */

static struct smtp_reply on_data(void *context, const struct smtp_envelope *envelope)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    struct smtp_reply reply;
    if (rules->has_faults && reply_faults_of_mail(session, "DATA", envelope, NULL, &reply)) return reply;
    return rules->inner.data ? rules->inner.data(rules->inner.context, envelope)
                             : smtp_reply_say(354, "End data with <CR><LF>.<CR><LF>");
}

static bool holds(const char *content, size_t size, const char *text)
{
    size_t length = strlen(text);
    const char *end = content + size;
    for (const char *p = content; length <= (size_t)(end - p); p++) {
        p = memchr(p, text[0], (size_t)(end - p) - length + 1);
        if (!p) return false;
        if (memcmp(p, text, length) == 0) return true;
    }
    return false;
}

static bool refuses_content(struct mail_session *session, const char *from, const char *content, size_t size,
                            struct smtp_reply *reply)
{
    const struct scenario_refusals *rules = rules_of(session->server);
    const struct host *host = session->server->host;
    for (size_t i = 0; i < rules->n_content; i++) {
        const struct scenario_content_rule *rule = &rules->content[i];
        if (rule->contains && !holds(content, size, rule->contains)) continue;
        uint64_t draw =
            random_draw(host->world->seed, host->name_hash, random_hash_mix(random_hash_text("content rule"), i),
                        session->server->refusals->content_counters[i]++);
        if (!random_chance(draw, rule->odds_of_2_32)) continue;
        *reply = reply_of(rule->reply ? rule->reply : "550 5.7.1 Message content rejected");
        refusals_tell(session, "content", from, "", rule->contains ? rule->contains : "by chance", 0);
        return true;
    }
    return false;
}

static struct smtp_reply on_message(void *context, const struct smtp_envelope *envelope, const char *content,
                                    size_t size)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    struct smtp_reply reply;
    if (rules->has_faults && reply_faults_of_mail(session, ".", envelope, NULL, &reply)) return reply;
    if (rules->has_rules && refuses_content(session, envelope->reverse_path, content, size, &reply)) return reply;
    if (rules->has_faults && reply_faults_discard(session, envelope, content, size, &reply)) return reply;
    rules->junk = 0;
    return rules->inner.message(rules->inner.context, envelope, content, size);
}

/* --- commands without a mail --- */

static bool is_junk(const char *command)
{
    static const char *const junk[] = {"VRFY", "EXPN", "NOOP", "HELP", "RSET"};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
        if (strcmp(command, junk[i]) == 0) return true;
    return false;
}

/* Postfix's smtpd_junk_command_limit, of which each more is an error there; here the session ends. */
static bool on_command(void *context, const char *command, struct smtp_reply *reply)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    const struct scenario_refusals *settings = rules_of(session->server);
    if (rules->has_rules && settings->most_junk && is_junk(command) && ++rules->junk > settings->most_junk) {
        *reply = smtp_reply_make(421, "4.7.0 %.100s Error: too many commands and no mail",
                                 session->server->host->description->name);
        refusals_tell(session, "rate", "", "", "too many commands and no mail", 0);
        return true;
    }
    if (rules->has_faults) return reply_faults_forced(session, command, reply);
    return rules->inner.forced && rules->inner.forced(rules->inner.context, command, reply);
}

/* --- the tarpit --- */

/* Postfix's smtpd_error_sleep_time and limits of errors, and what others call greet pause and tarpit. */
static int64_t pace(void *context, struct smtp_reply *reply)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    const struct scenario_refusals *settings = rules_of(session->server);
    int64_t wait_ns = settings->command_ns;
    if (rules->is_mute) return TIME_NEVER;
    if (!rules->has_rules) return 0;
    if (reply->code >= 400) rules->errors++;
    if (reply->code >= 400 && settings->most_errors && rules->errors >= settings->most_errors) {
        *reply = smtp_reply_make(421, "4.7.0 %.100s Error: too many errors", session->server->host->description->name);
        refusals_tell(session, "rate", "", "", "too many errors in one session", 0);
        return 0;
    }
    if (reply->code >= 400 && rules->errors > settings->after_errors) wait_ns += settings->error_ns;
    if (!rules->has_greeted) wait_ns = settings->greeting_ns;
    if (wait_ns == 0 || reply->code == 421) {
        rules->has_greeted = true;
        return 0;
    }
    if (!rules->has_greeted) rules->greets_ns = now_of(session) + wait_ns;
    rules->has_greeted = true;
    refusals_tell(session, "tarpit", "", "", "the answer is kept back", now_of(session) + wait_ns);
    return now_of(session) + wait_ns;
}

/* RFC 5321 4.3.1: a client waits for the greeting. */
static void mind_early_talkers(struct mail_session *session)
{
    const struct session_rules *rules = session->rules;
    if (!rules->has_rules || now_of(session) >= rules->greets_ns) return;
    if (!rules_of(session->server)->refuses_early_talkers || !smtp_server_is_waiting(session->smtp)) return;
    struct smtp_reply reply = smtp_reply_say(554, "5.5.1 Protocol error: you speak before the greeting");
    refusals_tell(session, "early talker", "", "", "it speaks before the greeting", 0);
    smtp_server_answer(session->smtp, &reply, now_of(session));
}

size_t refusals_on_received(struct mail_session *session, size_t size)
{
    mind_early_talkers(session);
    if (reply_faults_swallow(session)) return 0;
    return session->rules->has_faults ? reply_acts_until_cut(session, size) : size;
}

/* --- in front of the policy --- */

static bool is_stranger(const struct mail_session *session)
{
    struct mail_server *server = session->server;
    struct host_id peer = socket_peer(session->socket);
    int own = (int)server->host->id.n - 1;
    if (socket_local_port(session->socket) != SMTP_PORT) return false;
    if (!peer.n) return true;
    const struct scenario_host *description = world_host(mail_server_world(server), peer)->description;
    return description->role != ROLE_CLIENT ||
           (description->client.submits_to != own && description->client.fetches_from != own);
}

struct smtp_server_policy refusals_policy(struct mail_session *session, struct smtp_server_policy inner)
{
    bool has_rules = session->server->refusals && is_stranger(session);
    bool has_faults = reply_faults_concern(session->server);
    if (!has_rules && !has_faults) return inner;
    struct session_rules *rules = session->rules = mem_calloc(1, sizeof *rules);
    struct smtp_server_policy policy = inner;
    rules->inner = inner;
    rules->client = socket_remote_address(session->socket);
    rules->has_rules = has_rules;
    rules->has_faults = has_faults;
    policy.context = session;
    policy.connect = on_connect;
    policy.mail = on_mail;
    policy.rcpt = on_rcpt;
    policy.data = on_data;
    policy.message = on_message;
    policy.forced = on_command;
    policy.pace = pace;
    return policy;
}

struct session_io refusals_io(struct mail_session *session, struct session_io inner)
{
    return session->rules && session->rules->has_faults ? reply_faults_io(session, inner) : inner;
}

void refusals_session_free(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!rules) return;
    if (rules->is_counted) rate_limit_end(session->server->refusals->limits, rules->client);
    wake_forget(&rules->drip_wake);
    reply_acts_free(rules);
    mem_free(rules->drip);
    mem_free(rules);
    session->rules = NULL;
}
