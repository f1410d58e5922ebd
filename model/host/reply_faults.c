/* Faults that put words into a server's mouth, or make it do something else than answer. Each draw has its own number,
   so that a fault more changes nothing for the others. */
#include <stdio.h>
#include <string.h>

#include "model/host/ledger.h"
#include "model/host/mail_queue.h"
#include "model/host/refusals_internal.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

static struct world *world_of(const struct mail_session *session)
{
    return mail_server_world(session->server);
}

static bool is_of_server(const struct scenario_fault *fault, const struct mail_server *server)
{
    return fault->verb == FAULT_REPLY && fault->host == (int)server->host->id.n - 1;
}

bool reply_faults_concern(const struct mail_server *server)
{
    const struct scenario *scenario = server->host->world->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++)
        if (is_of_server(&scenario->faults[i], server)) return true;
    return false;
}

static bool is_in_force(const struct scenario_fault *fault, int64_t now_ns)
{
    if (now_ns < fault->at_ns) return false;
    return fault->for_ns == TIME_NEVER || now_ns - fault->at_ns < fault->for_ns;
}

/* Whether a fault strikes now: it is in force for this client, has times left, and the odds are with it. */
static bool strikes(const struct mail_session *session, size_t i)
{
    struct mail_server *server = session->server;
    struct world *world = world_of(session);
    const struct scenario_fault *fault = &world->scenario->faults[i];
    if (!is_in_force(fault, world->engine->now_ns)) return false;
    if (fault->reply_client >= 0 && socket_peer(session->socket).n != (uint32_t)fault->reply_client + 1) return false;
    if (fault->reply_times && world->fault_counts[i] >= fault->reply_times) return false;
    uint64_t draw = random_draw(world->seed, server->host->name_hash,
                                random_hash_mix(random_hash_text("reply fault"), i), server->fault_counters[i]++);
    if (!random_chance(draw, fault->reply_odds_of_2_32)) return false;
    world->fault_counts[i]++;
    return true;
}

static const char *const act_texts[REPLY_ACTS] = {"",
                                                  "it closes the connection",
                                                  "it resets the connection",
                                                  "it says nothing more",
                                                  "what it says is no reply",
                                                  "its reply has no end",
                                                  "it speaks an octet at a time",
                                                  "it says everything twice",
                                                  "the mail is thrown away after a 250"};

/* What the fault wants. True: this, with code 0 for nothing at all, is the reply; false: the ordinary one. */
static bool begin_act(struct mail_session *session, const struct scenario_fault *fault, struct smtp_reply *reply)
{
    struct session_rules *rules = session->rules;
    if (fault->reply_act == REPLY_WITH) return smtp_reply_parse(fault->reply_with, reply);
    if (fault->reply_act != REPLY_DISCARD) refusals_tell(session, "fault", "", "", act_texts[fault->reply_act], 0);
    switch (fault->reply_act) {
    case REPLY_TWICE:
        rules->says_twice = true;
        return false;
    case REPLY_DRIP:
        rules->drip_every_ns = fault->reply_every_ns;
        return false;
    case REPLY_WITH:
    case REPLY_DISCARD:
    case REPLY_ACTS:
        return false;
    case REPLY_CLOSE:
    case REPLY_RESET:
    case REPLY_SILENCE:
    case REPLY_GARBAGE:
    case REPLY_ENDLESS:
        break;
    }
    rules->act = fault;
    rules->acts_now = true;
    *reply = smtp_reply_later();
    return true;
}

/* Those that ask for a sender or a recipient are asked later, where these are known. */
bool reply_faults_forced(void *context, const char *command, struct smtp_reply *reply)
{
    struct mail_session *session = context;
    const struct scenario *scenario = world_of(session)->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!is_of_server(fault, session->server) || fault->reply_from || fault->reply_rcpt) continue;
        if (fault->reply_act == REPLY_DISCARD || strcmp(fault->reply_to, command) != 0) continue;
        if (strikes(session, i) && begin_act(session, fault, reply)) return true;
    }
    return session->rules->inner.forced && session->rules->inner.forced(session->rules->inner.context, command, reply);
}

static bool is_about(const struct scenario_fault *fault, const struct smtp_envelope *envelope, const char *forward_path)
{
    bool any = !fault->reply_rcpt || (forward_path && address_equals(forward_path, fault->reply_rcpt));
    if (fault->reply_from && !address_equals(envelope->reverse_path, fault->reply_from)) return false;
    for (size_t i = 0; !any && !forward_path && i < envelope->n_forward_paths; i++)
        any = address_equals(envelope->forward_paths[i], fault->reply_rcpt);
    return any;
}

bool reply_faults_of_mail(struct mail_session *session, const char *command, const struct smtp_envelope *envelope,
                          const char *forward_path, struct smtp_reply *reply)
{
    const struct scenario *scenario = world_of(session)->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!is_of_server(fault, session->server) || (!fault->reply_from && !fault->reply_rcpt)) continue;
        if (fault->reply_act == REPLY_DISCARD || strcmp(fault->reply_to, command) != 0) continue;
        if (!is_about(fault, envelope, forward_path)) continue;
        if (strikes(session, i) && begin_act(session, fault, reply)) return true;
    }
    return false;
}

/* --- a dishonest server --- */

/* Here the trace of the mail ends: the server before has a 250 for it. */
static void throw_away(struct mail_session *session, const struct smtp_envelope *envelope, struct message_id message,
                       const char *queue_id)
{
    struct journal *journal = world_of(session)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < envelope->n_forward_paths; i++) {
        mail_enter_state(world_of(session)->ledger, (struct mail_change){.message = message,
                                                                         .recipient = envelope->forward_paths[i],
                                                                         .host = session->server->host,
                                                                         .queue_id = queue_id,
                                                                         .from = MAIL_NOWHERE,
                                                                         .to = MAIL_DISCARDED,
                                                                         .why = "thrown away after a 250"});
        journal_set_cause(journal, cause);
    }
}

bool reply_faults_discard(struct mail_session *session, const struct smtp_envelope *envelope, const char *content,
                          size_t size, struct smtp_reply *reply)
{
    const struct scenario *scenario = world_of(session)->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!is_of_server(fault, session->server) || fault->reply_act != REPLY_DISCARD) continue;
        if (!is_about(fault, envelope, NULL) || !strikes(session, i)) continue;
        char queue_id[QUEUE_ID_BYTES];
        struct message_id message = {message_number_of(content, size)};
        mail_queue_next_id(session->server->queue, queue_id);
        refusals_tell(session, "fault", envelope->reverse_path, "", act_texts[REPLY_DISCARD], 0);
        if (message.n && world_message(world_of(session), message)) throw_away(session, envelope, message, queue_id);
        *reply = smtp_reply_make(250, "OK queued as %s", queue_id);
        return true;
    }
    return false;
}

/* --- how it speaks --- */

/* Longer than any client waits (RFC 5321 4.5.3.2.6: ten minutes). One that has vanished tells nobody that it is gone.
 */
static const int64_t patience_ns = 30 * MINUTE;

static void on_patience(void *context)
{
    mail_session_end(context, "a fault has held it up for half an hour");
}

static void drip(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!session->socket || rules->dripped == rules->drip_size) return;
    rules->inner_io.write(rules->inner_io.context, rules->drip + rules->dripped++, 1);
    if (rules->dripped < rules->drip_size)
        wake_set(&rules->drip_wake, world_of(session)->engine->now_ns + rules->drip_every_ns);
}

static void on_drip(void *context)
{
    drip(context);
}

/* The first octet goes at once. What is still to drip has its place in the stream already. */
static uint64_t write_in_drops(struct mail_session *session, const char *bytes, size_t size)
{
    struct session_rules *rules = session->rules;
    bool is_dripping = rules->dripped < rules->drip_size;
    uint64_t offset = rules->drip_end;
    if (!is_dripping) {
        offset = rules->inner_io.write(rules->inner_io.context, bytes, 1);
        rules->drip_size = 0;
        rules->dripped = 1;
        wake_set(&rules->drip_wake, world_of(session)->engine->now_ns + rules->drip_every_ns);
    }
    rules->drip = mem_realloc(rules->drip, rules->drip_size + size);
    memcpy(rules->drip + rules->drip_size, bytes, size);
    rules->drip_size += size;
    rules->drip_end = offset + size;
    return offset;
}

static uint64_t write_as_wanted(void *context, const char *bytes, size_t size)
{
    struct mail_session *session = context;
    struct session_rules *rules = session->rules;
    if (rules->drip_every_ns) return write_in_drops(session, bytes, size);
    uint64_t offset = rules->inner_io.write(rules->inner_io.context, bytes, size);
    if (rules->says_twice) rules->inner_io.write(rules->inner_io.context, bytes, size);
    rules->says_twice = false;
    return offset;
}

static void io_content(void *context, struct message_id message, uint64_t offset, uint64_t length)
{
    const struct session_io *io = &((struct mail_session *)context)->rules->inner_io;
    io->content(io->context, message, offset, length);
}

static uint64_t io_acknowledged(void *context)
{
    const struct session_io *io = &((struct mail_session *)context)->rules->inner_io;
    return io->acknowledged(io->context);
}

/* Where a handshake is to fail there is none on this side: what it does instead comes with the client's first word. */
static void io_start_tls(void *context)
{
    struct mail_session *session = context;
    const struct session_io *io = &session->rules->inner_io;
    const struct scenario *scenario = world_of(session)->scenario;
    for (size_t i = 0; i < scenario->n_faults && !session->rules->fails_handshake; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!is_of_server(fault, session->server) || strcmp(fault->reply_to, "handshake") != 0) continue;
        if (strikes(session, i)) session->rules->fails_handshake = fault;
    }
    if (!session->rules->fails_handshake) io->start_tls(io->context);
}

bool reply_faults_swallow(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!rules->fails_handshake) return false;
    if (rules->act) return true;
    refusals_tell(session, "fault", "", "", act_texts[rules->fails_handshake->reply_act], 0);
    rules->act = rules->fails_handshake;
    rules->acts_now = true;
    return true;
}

static void io_locate(void *context, uint64_t *offset, uint64_t *length)
{
    const struct session_io *io = &((struct mail_session *)context)->rules->inner_io;
    io->locate(io->context, offset, length);
}

static void io_gather(void *context, bool begins)
{
    const struct session_io *io = &((struct mail_session *)context)->rules->inner_io;
    io->gather(io->context, begins);
}

struct session_io reply_faults_io(struct mail_session *session, struct session_io inner)
{
    struct session_io io = inner;
    session->rules->inner_io = inner;
    wake_init(&session->rules->drip_wake, session->server->host, "drip", on_drip, session);
    session->rules->drip_wake.conn = socket_conn(session->socket);
    wake_init(&session->rules->patience, session->server->host, "patience", on_patience, session);
    session->rules->patience.conn = socket_conn(session->socket);
    io.context = session;
    io.write = write_as_wanted;
    if (inner.content) io.content = io_content;
    if (inner.acknowledged) io.acknowledged = io_acknowledged;
    if (inner.start_tls) io.start_tls = io_start_tls;
    if (inner.locate) io.locate = io_locate;
    if (inner.gather) io.gather = io_gather;
    return io;
}

/* --- what it does instead --- */

/* Any octets but those of a reply: lines of chance, with zeros among them. */
static void write_garbage(struct mail_session *session)
{
    enum { GARBAGE_BYTES = 256 };
    char bytes[GARBAGE_BYTES + 2];
    for (uint64_t i = 0; i < GARBAGE_BYTES; i++)
        bytes[i] = (char)(random_draw(world_of(session)->seed, session->server->host->name_hash,
                                      random_hash_text("garbage"), (uint64_t)session->id.n << 16 | i) >>
                          56);
    bytes[0] = '?';
    memcpy(bytes + GARBAGE_BYTES, "\r\n", 2);
    session->rules->inner_io.write(session->rules->inner_io.context, bytes, sizeof bytes);
}

/* As fast as it is taken, and no faster. */
static void write_without_end(struct mail_session *session)
{
    enum { AHEAD_BYTES = 65536 };
    static const char line[] = "250-and so on, and so on\r\n";
    while (socket_unacknowledged(session->socket) < AHEAD_BYTES)
        session->rules->inner_io.write(session->rules->inner_io.context, line, sizeof line - 1);
}

bool refusals_act(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!rules || !rules->act) return true;
    bool is_first = rules->acts_now;
    rules->acts_now = false;
    if (is_first && rules->act->reply_act != REPLY_CLOSE && rules->act->reply_act != REPLY_RESET)
        wake_set(&rules->patience, world_of(session)->engine->now_ns + patience_ns);
    switch (rules->act->reply_act) {
    case REPLY_CLOSE:
        mail_session_end(session, "closed by a fault");
        return false;
    case REPLY_RESET:
        socket_abort(session->socket);
        session->socket = NULL;
        mail_session_end(session, "reset by a fault");
        return false;
    case REPLY_GARBAGE:
        if (is_first) write_garbage(session);
        return true;
    case REPLY_ENDLESS:
        write_without_end(session);
        return true;
    case REPLY_WITH:
    case REPLY_SILENCE:
    case REPLY_DRIP:
    case REPLY_TWICE:
    case REPLY_DISCARD:
    case REPLY_ACTS:
        return true;
    }
    return true;
}
