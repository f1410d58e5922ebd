/* What a fault makes a server do in the place of its reply, or behind it; and dialogues that are cut off at an octet.
   Octets are counted as the server's program reads and writes them, of both sides, within TLS as it decrypts them. */
#include <string.h>

#include "model/host/refusals_internal.h"
#include "model/smtp/session_lines.h"

static struct world *world_of(const struct mail_session *session)
{
    return mail_server_world(session->server);
}

/* Longer than any client waits (RFC 5321 4.5.3.2.6: ten minutes). One that has vanished tells nobody that it is gone.
 */
static const int64_t patience_ns = 30 * MINUTE;

static void on_patience(void *context)
{
    mail_session_end(context, "a fault has held it up for half an hour");
}

/* Octets that are out go out before the reset. */
static void on_cut(void *context)
{
    struct mail_session *session = context;
    socket_abort(session->socket);
    session->socket = NULL;
    mail_session_end(session, "reset by a fault");
}

void reply_acts_init(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    wake_init(&rules->patience, session->server->host, "patience", on_patience, session);
    wake_init(&rules->cut_wake, session->server->host, "cut", on_cut, session);
    rules->patience.conn = rules->cut_wake.conn = socket_conn(session->socket);
}

void reply_acts_free(struct session_rules *rules)
{
    wake_forget(&rules->patience);
    wake_forget(&rules->cut_wake);
}

/* --- what it does instead --- */

static void say(struct mail_session *session, const char *bytes, size_t size)
{
    session->rules->inner_io.write(session->rules->inner_io.context, bytes, size);
}

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
    say(session, bytes, sizeof bytes);
}

/* As fast as it is taken, and no faster. */
static void write_without_end(struct mail_session *session, const char *text, size_t size)
{
    enum { AHEAD_BYTES = 65536 };
    while (socket_unacknowledged(session->socket) < AHEAD_BYTES)
        say(session, text, size);
}

static void write_lines(struct mail_session *session, const char *text)
{
    char lines[SMTP_REPLY_TEXT_BYTES + 4];
    size_t size = strlen(text);
    memcpy(lines, text, size);
    memcpy(lines + size, "\r\n", 2);
    session_write_lines(&session->rules->inner_io, EVENT_SMTP_LINE, "S", lines, size + 2);
}

/* RFC 5321 4.2.1: all lines of a reply have the same code. */
static const char mismatched[] = "250-2.0.0 Yes\r\n550 5.0.0 No";
static const char endless_line[] = "250 2.0.0 and so on, and so on, and so on, and so on, and so on";
static const char endless_lines[] = "250-and so on, and so on\r\n";

/* Where the next command is there already, as in a group, an answer would not be early. */
static void answer_unasked(struct mail_session *session)
{
    bool is_asked = smtp_server_is_waiting(session->smtp);
    refusals_tell(session, "fault", "", "", reply_act_texts[is_asked ? REPLY_SILENCE : REPLY_EARLY], 0);
    if (!is_asked) write_lines(session, "250 2.0.0 OK");
}

static bool act(struct mail_session *session, const struct scenario_fault *fault, bool is_first)
{
    switch (fault->reply_act) {
    case REPLY_CLOSE:
        mail_session_end(session, "closed by a fault");
        return false;
    case REPLY_RESET:
        if (is_first) wake_set(&session->rules->cut_wake, world_of(session)->engine->now_ns);
        return true;
    case REPLY_GARBAGE:
        if (is_first) write_garbage(session);
        return true;
    case REPLY_ENDLESS:
        write_without_end(session, endless_lines, sizeof endless_lines - 1);
        return true;
    case REPLY_ENDLESS_LINE:
        write_without_end(session, endless_line, sizeof endless_line - 1);
        return true;
    case REPLY_MISMATCHED:
        if (is_first) write_lines(session, mismatched);
        return true;
    case REPLY_UNKNOWN_CODE:
        if (is_first) write_lines(session, fault->reply_with);
        return true;
    case REPLY_EARLY:
        if (is_first) answer_unasked(session);
        return true;
    case REPLY_HALF_CLOSE:
        if (!is_first) return true;
        refusals_tell(session, "fault", "", "", reply_act_texts[REPLY_HALF_CLOSE], 0);
        socket_end_writing(session->socket);
        return true;
    case REPLY_WITH:
    case REPLY_SILENCE:
    case REPLY_DRIP:
    case REPLY_TWICE:
    case REPLY_DISCARD:
        break;
    }
    return true;
}

bool refusals_act(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    if (!rules || !rules->act) return true;
    bool is_first = rules->acts_now;
    rules->acts_now = false;
    if (is_first && rules->act->reply_act != REPLY_CLOSE && rules->act->reply_act != REPLY_RESET)
        wake_set(&rules->patience, world_of(session)->engine->now_ns + patience_ns);
    return act(session, rules->act, is_first);
}

/* --- behind its reply --- */

/* The reply is written. What it does now comes once it is told, and whatever else the client says has no effect. */
void reply_acts_after_reply(struct mail_session *session)
{
    struct session_rules *rules = session->rules;
    rules->act = rules->after_reply;
    rules->after_reply = NULL;
    rules->acts_now = rules->is_mute = true;
}

/* --- at an octet --- */

/* How many of these octets pass; all of them, unless a fault cuts the dialogue off here. */
size_t reply_acts_until_cut(struct mail_session *session, size_t size)
{
    struct session_rules *rules = session->rules;
    const struct scenario *scenario = world_of(session)->scenario;
    uint64_t before = rules->octets;
    rules->octets += size;
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (!fault->reply_at_octet || fault->reply_at_octet <= before || fault->reply_at_octet > before + size)
            continue;
        if (!reply_fault_is_of(fault, session->server) || !reply_fault_strikes(session, i)) continue;
        refusals_tell(session, "fault", "", "",
                      fault->reply_act == REPLY_CLOSE ? "it cuts the dialogue off" : "it resets the dialogue", 0);
        rules->act = fault;
        rules->acts_now = rules->is_mute = true;
        rules->after_reply = NULL;
        return (size_t)(fault->reply_at_octet - before);
    }
    return size;
}
