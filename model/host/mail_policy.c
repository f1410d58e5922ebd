/* The policy of a mail server's SMTP sessions: whom it takes mail from and for whom, and what it does with a message it
   takes. A server relays for its own users' hosts only (RFC 5321 7.9); "networks" are the clients that submit to it. */
#include <stdio.h>
#include <string.h>

#include "model/host/faults.h"
#include "model/host/host.h"
#include "model/host/ledger.h"
#include "model/host/mail_queue.h"
#include "model/host/mail_session.h"
#include "model/host/resolver.h"
#include "model/host/socket.h"
#include "model/mail/address.h"
#include "model/mail/address_utf8.h"
#include "sim/journal/memory.h"

static bool is_own_client(const struct mail_session *session)
{
    const struct mail_server *server = session->server;
    const struct host *peer = world_host_by_address(mail_server_world(server), socket_remote_address(session->socket));
    if (!peer || peer->description->role != ROLE_CLIENT) return false;
    int own = (int)server->host->id.n - 1;
    return peer->description->client.submits_to == own || peer->description->client.fetches_from == own;
}

static bool is_outside(const struct mail_session *session)
{
    struct host_id peer = socket_peer(session->socket);
    return peer.n && world_host(mail_server_world(session->server), peer)->description->role == ROLE_OUTSIDE;
}

static bool is_in_network(const struct scenario_network *network, struct ip_address address)
{
    uint8_t a[16], b[16];
    unsigned bits = network->prefix_bits + (ip_is_v4(network->address) ? 96 : 0);
    if (ip_is_v4(network->address) != ip_is_v4(address)) return false;
    ip_put_16_bytes(network->address, a);
    ip_put_16_bytes(address, b);
    for (unsigned i = 0; i < bits / 8; i++)
        if (a[i] != b[i]) return false;
    return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8)) == 0;
}

/* "relay_for": Postfix's mynetworks. */
static bool is_in_networks(const struct mail_session *session)
{
    const struct scenario_mail_server *settings = mail_server_settings(session->server);
    for (size_t i = 0; i < settings->n_relay_for; i++) {
        const struct scenario_network *network = &settings->relay_for[i];
        if (network->host < 0 && is_in_network(network, socket_remote_address(session->socket))) return true;
        if (network->host >= 0 && socket_peer(session->socket).n == (uint32_t)network->host + 1) return true;
    }
    return false;
}

/* RFC 5321 7.9: a server relays for its own. Those are who authenticated, its networks, the clients that submit to it,
   and programs outside on a submission port: who can reach that sits at this very machine. */
static bool may_relay(const struct mail_session *session, const struct smtp_envelope *envelope)
{
    if (envelope->user || is_own_client(session) || is_in_networks(session)) return true;
    return is_outside(session) && mail_session_is_submission(session);
}

/* RFC 7505 4.2: nobody could answer a mail from a domain that takes none. What cannot be found out now is no reason. */
static void on_sender_mx(void *context, enum dns_outcome outcome, const struct dns_message *answer)
{
    struct mail_session *session = context;
    struct smtp_reply reply = smtp_reply_say(250, "OK");
    bool takes_none = outcome == DNS_FOUND;
    session->about_sender = NULL;
    for (uint16_t i = 0; takes_none && i < answer->n_answer; i++)
        takes_none = answer->rrs[i].type != DNS_MX || answer->rrs[i].target[0] == '\0';
    if (takes_none) reply = smtp_reply_say(550, "5.7.27 the domain of the sender takes no mail (null MX)");
    mail_session_answer(session, &reply);
}

static struct smtp_reply on_mail(void *context, const struct smtp_envelope *envelope)
{
    struct mail_session *session = context;
    const char *domain = address_domain(envelope->reverse_path);
    if (!mail_server_settings(session->server)->refuses_null_mx_senders || *domain == '\0' || *domain == '[' ||
        may_relay(session, envelope))
        return smtp_reply_say(250, "OK");
    session->about_sender = resolver_ask(session->server->host->resolver, domain, DNS_MX, on_sender_mx, session);
    return (struct smtp_reply){0}; /* not yet */
}

/* RFC 5321 3.4. The new address is told where the sender can read it: beyond ASCII only with SMTPUTF8 (RFC 6531). */
static struct smtp_reply moved_reply(const struct scenario_alias *alias, const struct smtp_envelope *envelope)
{
    const char *path = alias->members[0];
    bool may_tell = envelope->smtputf8 || address_is_ascii(path);
    if (alias->moved == ALIAS_MOVED_FORWARDS)
        return may_tell ? smtp_reply_make(251, "2.1.5 User not local; will forward to <%.320s>", path)
                        : smtp_reply_say(250, "OK");
    return may_tell ? smtp_reply_make(551, "5.1.6 User not local; please try <%.320s>", path)
                    : smtp_reply_say(550, "5.1.6 User not local, and the new address needs SMTPUTF8");
}

static struct smtp_reply on_rcpt(void *context, const struct smtp_envelope *envelope, const char *forward_path,
                                 const struct smtp_recipient_options *options)
{
    (void)options;
    struct mail_session *session = context;
    const char *domain = address_domain(forward_path);
    if (mail_server_is_local_domain(session->server, domain) || domain[0] == '\0') {
        /* RFC 5321 4.5.1: postmaster is there also without a domain. */
        const struct scenario_alias *alias = mail_server_alias(session->server, forward_path);
        bool is_known = mail_server_user_mailbox(session->server, forward_path) != NULL || alias != NULL;
        if (alias && alias->moved) return moved_reply(alias, envelope);
        if (is_known) return smtp_reply_say(250, "OK");
        return smtp_reply_make(550, "5.1.1 <%.200s>: no such user here", forward_path);
    }
    if (may_relay(session, envelope) || mail_server_is_backup_for(session->server, domain))
        return smtp_reply_say(250, "OK");
    return smtp_reply_make(550, "5.7.1 <%.200s>: relaying denied", forward_path);
}

/* The users of a server are those who have a mailbox; all have the same password (POP3_PASSWORD). */
static struct smtp_reply on_auth(void *context, const char *user, const char *password)
{
    struct mail_session *session = context;
    const char *domain = address_domain(user);
    bool is_ours = domain[0] == '\0' || mail_server_is_local_domain(session->server, domain);
    if (is_ours && mail_server_user_mailbox(session->server, user) && strcmp(password, POP3_PASSWORD) == 0)
        return smtp_reply_say(235, "2.7.0 Authentication successful");
    return smtp_reply_say(535, "5.7.8 Authentication credentials invalid");
}

static void tell_content(const struct mail_session *session, struct message_id message, const char *queue_id,
                         const char *where, const char *content, size_t size)
{
    ledger_tell_content(mail_server_world(session->server)->ledger,
                        &(struct mail_bytes){.message = message,
                                             .host = session->server->host->id,
                                             .recipient = "",
                                             .queue_id = queue_id,
                                             .where = where,
                                             .content = content,
                                             .size = size});
}

/* A mail that no client of this world has written; what it says of itself is not believed. */
static struct message_id register_foreign(const struct mail_session *session, const struct accepted_mail *mail,
                                          const char *content, size_t size)
{
    struct world *world = mail_server_world(session->server);
    struct mail_message *message = mem_calloc(1, sizeof *message);
    char name[32], subject[MESSAGE_SUBJECT_BYTES], recipients[1024] = "";
    snprintf(name, sizeof name, "%s-%u", is_outside(session) ? "outside" : "unwritten",
             (unsigned)++world->n_foreign_mails);
    message_subject(content, size, subject);
    *message = (struct mail_message){.id = world_next_message_id(world),
                                     .name = mem_strdup(name),
                                     .from = mem_strdup(mail->from),
                                     .recipients = mem_calloc(mail->n_recipients, sizeof(char *)),
                                     .n_recipients = mail->n_recipients,
                                     .subject = mem_strdup(subject),
                                     .composed_ns = world->engine->now_ns};
    for (size_t i = 0, used = 0; i < mail->n_recipients; i++) {
        message->recipients[i] = mem_strdup(mail->recipients[i].address);
        if (used < sizeof recipients)
            used += (size_t)snprintf(recipients + used, sizeof recipients - used, "%s%s", i ? ", " : "",
                                     mail->recipients[i].address);
    }
    world_add_message(world, message);
    journal_set_cause(world->journal, JOURNAL_EMIT(world->journal, MAIL_COMPOSE, F_INT(MESSAGE, message->id.n),
                                                   F_INT(HOST, socket_peer(session->socket).n), F_TEXT(NAME, name),
                                                   F_TEXT(FROM, message->from), F_TEXT(TO, recipients),
                                                   F_TEXT(SUBJECT, subject), F_INT(SIZE, size)));
    tell_content(session, message->id, "", "written", content, size);
    return message->id;
}

/* Domains compare without regard to case, so only the local part is hashed. */
static bool was_seen(const char **seen, size_t room, const char *address)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = address; *c && *c != '@'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    size_t i = (size_t)(hash >> 20) & (room - 1);
    for (; seen[i]; i = (i + 1) & (room - 1))
        if (address_equals(seen[i], address)) return true;
    seen[i] = address;
    return false;
}

/* Each address once, however often RCPT named it. The caller frees the array, and none of the texts. */
static struct accepted_recipient *without_repeats(const struct smtp_envelope *envelope, size_t *n)
{
    struct accepted_recipient *recipients = mem_calloc(envelope->n_forward_paths, sizeof *recipients);
    size_t room = 2;
    while (room < 2 * envelope->n_forward_paths)
        room *= 2;
    const char **seen = envelope->n_forward_paths > 1 ? mem_calloc(room, sizeof *seen) : NULL; /* open addressing */
    *n = 0;
    for (size_t i = 0; i < envelope->n_forward_paths; i++) {
        if (seen && was_seen(seen, room, envelope->forward_paths[i])) continue;
        struct accepted_recipient *recipient = &recipients[(*n)++];
        recipient->address = envelope->forward_paths[i];
        if (!envelope->options) continue;
        recipient->notify = envelope->options[i].notify;
        recipient->orcpt = envelope->options[i].orcpt;
    }
    mem_free(seen);
    return recipients;
}

/* RFC 3848, RFC 6531 4.3: how the mail came. */
static const char *with_protocol(const struct smtp_envelope *envelope)
{
    static const char *const ascii[] = {"ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"};
    static const char *const utf8[] = {"UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA"};
    if (!envelope->esmtp) return "SMTP";
    return (envelope->smtputf8 ? utf8 : ascii)[(envelope->security != NULL) + 2 * (envelope->user != NULL)];
}

/* The trace of this hop (RFC 5321 4.4), to be put before the content. */
static void trace_lines(const struct mail_session *session, const struct smtp_envelope *envelope,
                        const struct accepted_mail *mail, char lines[RECEIVED_LINE_BYTES])
{
    const struct world *world = mail_server_world(session->server);
    struct received_hop hop = {.helo = envelope->helo,
                               .by = session->server->host->description->name,
                               .protocol = with_protocol(envelope),
                               .queue_id = mail->queue_id,
                               .recipient = envelope->n_forward_paths == 1 ? envelope->forward_paths[0] : NULL,
                               .address = socket_remote_address(session->socket),
                               .starts_unix_s = world->scenario->starts_unix_s,
                               .at_ns = host_clock_ns(session->server->host)};
    message_received_line(&hop, lines);
}

/* The disk has spoken: within the call that handed the mail over, or later, when the session waits for it. */
static void on_taken(void *context, enum store_result result)
{
    struct mail_session *session = context;
    struct host *host = session->server->host;
    struct message_id message = session->taken;
    bool is_later = session->accepting != NULL;
    session->accepting = NULL;
    if (result != STORE_OK) smtp_reply_parse(store_refusal(result), &session->answer);
    if (result == STORE_OK && host_stops_at(host, message, STEP_BEFORE_250)) {
        session->answer = smtp_reply_later(); /* which is never */
        return;
    }
    if (is_later) mail_session_answer(session, &session->answer);
    if (result == STORE_OK) host_stops_at(host, message, STEP_AFTER_250);
}

static struct smtp_reply on_message(void *context, const struct smtp_envelope *envelope, const char *content,
                                    size_t size)
{
    struct mail_session *session = context;
    struct mail_server *server = session->server;
    unsigned max_hops = server->host->description->smtp.max_hops;
    char queue_id[QUEUE_ID_BYTES], lines[RECEIVED_LINE_BYTES + MESSAGE_NUMBER_LINE_BYTES];
    struct accepted_mail mail = {.message = {message_number_of(content, size)},
                                 .from = envelope->reverse_path,
                                 .queue_id = queue_id,
                                 .envid = envelope->envid,
                                 .ret = envelope->ret,
                                 .body = envelope->body,
                                 .smtputf8 = envelope->smtputf8};
    /* Nobody of this world wrote it: it came from outside, or was made on the way, as by smuggling. */
    bool is_foreign = is_outside(session) || !world_knows_message(mail_server_world(server), mail.message);
    if (message_count_received(content, size) >= max_hops) return smtp_reply_say(554, "5.4.6 too many hops");

    struct accepted_recipient *recipients = without_repeats(envelope, &mail.n_recipients);
    mail.recipients = recipients;
    mail_queue_next_id(server->queue, queue_id);
    trace_lines(session, envelope, &mail, lines);
    if (is_foreign) {
        mail.message = register_foreign(session, &mail, content, size);
        message_number_line(mail.message, lines + strlen(lines));
    }
    tell_content(session, mail.message, queue_id, "accepted", content, size);
    mail.content = message_prepend(lines, content, size, &mail.size);
    session->answer = smtp_reply_make(250, "OK queued as %s", queue_id);
    session->taken = mail.message;
    session->accepting = mail_queue_accept(server->queue, &mail, on_taken, session);
    mem_free(recipients);
    return session->accepting ? smtp_reply_later() : session->answer;
}

struct smtp_server_policy mail_policy(struct mail_session *session)
{
    return (struct smtp_server_policy){
        .context = session, .mail = on_mail, .rcpt = on_rcpt, .message = on_message, .auth = on_auth};
}
