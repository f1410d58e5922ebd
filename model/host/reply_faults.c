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

bool reply_fault_is_of(const struct scenario_fault *fault, const struct mail_server *server)
{
    return fault->verb == FAULT_REPLY && fault->host == (int)server->host->id.n - 1;
}

bool reply_faults_concern(const struct mail_server *server)
{
    const struct scenario *scenario = server->host->world->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++)
        if (reply_fault_is_of(&scenario->faults[i], server)) return true;
    return false;
}

static bool is_in_force(const struct scenario_fault *fault, int64_t now_ns)
{
    if (now_ns < fault->at_ns) return false;
    return fault->for_ns == TIME_NEVER || now_ns - fault->at_ns < fault->for_ns;
}

bool reply_fault_strikes(const struct mail_session *session, size_t i)
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

const char *const reply_act_texts[REPLY_ACTS] = {"",
                                                 "it closes the connection",
                                                 "it resets the connection",
                                                 "it says nothing more",
                                                 "what it says is no reply",
                                                 "its reply has no end",
                                                 "it speaks an octet at a time",
                                                 "it says everything twice",
                                                 "the mail is thrown away after a 250",
                                                 "the lines of its reply contradict each other",
                                                 "its line has no end",
                                                 "it says its reply, and closes its side",
                                                 "it answers before it is asked"};

/* What the fault wants. True: this, with code 0 for nothing at all, is the reply; false: the ordinary one. */
static bool begin_act(struct mail_session *session, const struct scenario_fault *fault, struct smtp_reply *reply)
{
    struct session_rules *rules = session->rules;
    if (fault->reply_act == REPLY_WITH) return smtp_reply_parse(fault->reply_with, reply);
    if (fault->reply_act == REPLY_HALF_CLOSE || fault->reply_act == REPLY_EARLY) {
        rules->after_reply = fault;
        return false;
    }
    if (fault->reply_act == REPLY_UNKNOWN_CODE)
        refusals_tell(session, "fault", "", "", "it says a code that there is not", 0);
    else if (fault->reply_act != REPLY_DISCARD)
        refusals_tell(session, "fault", "", "", reply_act_texts[fault->reply_act], 0);
    switch (fault->reply_act) {
    case REPLY_TWICE:
        rules->says_twice = true;
        return false;
    case REPLY_DRIP:
        rules->drip_every_ns = fault->reply_every_ns;
        return false;
    case REPLY_WITH:
    case REPLY_DISCARD:
    case REPLY_HALF_CLOSE:
    case REPLY_EARLY:
        return false;
    case REPLY_CLOSE:
    case REPLY_RESET:
    case REPLY_SILENCE:
    case REPLY_GARBAGE:
    case REPLY_ENDLESS:
    case REPLY_MISMATCHED:
    case REPLY_ENDLESS_LINE:
    case REPLY_UNKNOWN_CODE:
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
    if (session->rules->is_mute) {
        *reply = smtp_reply_later();
        return true;
    }
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!reply_fault_is_of(fault, session->server) || fault->reply_from || fault->reply_rcpt) continue;
        if (fault->reply_act == REPLY_DISCARD || strcmp(fault->reply_to, command) != 0) continue;
        if (reply_fault_strikes(session, i) && begin_act(session, fault, reply)) return true;
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
        if (!reply_fault_is_of(fault, session->server) || (!fault->reply_from && !fault->reply_rcpt)) continue;
        if (fault->reply_act == REPLY_DISCARD || strcmp(fault->reply_to, command) != 0) continue;
        if (!is_about(fault, envelope, forward_path)) continue;
        if (reply_fault_strikes(session, i) && begin_act(session, fault, reply)) return true;
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
        if (!reply_fault_is_of(fault, session->server) || fault->reply_act != REPLY_DISCARD) continue;
        if (!is_about(fault, envelope, NULL) || !reply_fault_strikes(session, i)) continue;
        char queue_id[QUEUE_ID_BYTES];
        struct message_id message = {message_number_of(content, size)};
        mail_queue_next_id(session->server->queue, queue_id);
        refusals_tell(session, "fault", envelope->reverse_path, "", reply_act_texts[REPLY_DISCARD], 0);
        if (message.n && world_message(world_of(session), message)) throw_away(session, envelope, message, queue_id);
        *reply = smtp_reply_make(250, "OK queued as %s", queue_id);
        return true;
    }
    return false;
}

/* --- how it speaks --- */

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
    if (rules->is_mute) return rules->written_end;
    if (rules->drip_every_ns) return write_in_drops(session, bytes, size);
    size_t passes = reply_acts_until_cut(session, size);
    uint64_t offset = rules->inner_io.write(rules->inner_io.context, bytes, passes);
    if (rules->says_twice) rules->inner_io.write(rules->inner_io.context, bytes, size);
    rules->says_twice = false;
    rules->written_end = offset + passes;
    if (rules->after_reply) reply_acts_after_reply(session);
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
        if (!reply_fault_is_of(fault, session->server) || strcmp(fault->reply_to, "handshake") != 0) continue;
        if (reply_fault_strikes(session, i)) session->rules->fails_handshake = fault;
    }
    if (!session->rules->fails_handshake) io->start_tls(io->context);
}

bool reply_faults_swallow(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!rules->fails_handshake) return false;
    if (rules->act) return true;
    refusals_tell(session, "fault", "", "", reply_act_texts[rules->fails_handshake->reply_act], 0);
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
    reply_acts_init(session);
    io.context = session;
    io.write = write_as_wanted;
    if (inner.content) io.content = io_content;
    if (inner.acknowledged) io.acknowledged = io_acknowledged;
    if (inner.start_tls) io.start_tls = io_start_tls;
    if (inner.locate) io.locate = io_locate;
    if (inner.gather) io.gather = io_gather;
    return io;
}
