/* The laws of SMTP dialogues: M11, M12, M14, M16; with laws_booking.c M13 and with laws_limits.c M19.

   Where a fault makes a server say what is no reply, or say it twice, or an early talker is cut short, that connection
   is not judged from there on, but for M13. Nor is one, nor what is booked of it, where corrupted bytes passed their
   checksums (packet.collide) at one of its hosts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_dialogue.h"

static struct law_dialogue *dialogue_at(struct laws *laws, uint64_t conn)
{
    size_t index = index_map_get(&laws->dialogue_index, conn);
    return index == SIZE_MAX ? NULL : laws->dialogues.items[index];
}

const struct law_dialogue *law_dialogue_of(const struct laws *laws, uint64_t conn)
{
    size_t index = index_map_get(&laws->dialogue_index, conn);
    return index == SIZE_MAX ? NULL : laws->dialogues.items[index];
}

enum laws_excuse law_why_odd(const struct laws *laws, uint64_t conn)
{
    const struct law_dialogue *d = law_dialogue_of(laws, conn);
    return d && d->is_odd ? d->why_odd : LAWS_JUDGED;
}

void law_goes_odd(struct law_dialogue *d, enum laws_excuse why)
{
    if (!d->is_odd) d->why_odd = why;
    d->is_odd = true;
}

/* Both ends of a connection have the key of the end that called. */
static void on_conn_open(struct laws *laws, const struct event *e)
{
    uint64_t host = (uint64_t)event_int(e, FIELD_HOST), peer = (uint64_t)event_int(e, FIELD_PEER);
    uint64_t here = (uint64_t)event_int(e, FIELD_LOCAL_PORT), there = (uint64_t)event_int(e, FIELD_REMOTE_PORT);
    bool active = strcmp(event_text(e, FIELD_ROLE), "active") == 0;
    uint64_t key = active ? law_hash(law_hash(law_hash(law_hash(21, host), here), peer), there)
                          : law_hash(law_hash(law_hash(law_hash(21, peer), there), host), here);
    size_t index = index_map_get(&laws->dialogue_keys, key);
    if (active || index == SIZE_MAX) {
        bool is_from_outside = !active; /* a real program called, and writes no lines into a journal */
        index = laws->dialogues.count;
        struct law_dialogue *d = mem_calloc(1, sizeof *d);
        if (is_from_outside) law_goes_odd(d, LAWS_EXCUSE_OUTSIDE);
        d->client = (int64_t)(active ? host : peer);
        d->server = (int64_t)(active ? peer : host);
        d->is_submission = active && there != 25;
        *TABLE_ADD(&laws->dialogues) = d;
        index_map_put(&laws->dialogue_keys, key, index);
    } else if (!active) { /* called twice by one SYN: the second is deaf to what was said to the first */
        struct law_dialogue *d = laws->dialogues.items[index];
        if (d->is_over) law_unheard(laws, d, LAWS_EXCUSE_TWO_CALLS);
        d->is_over = true;
    }
    index_map_put(&laws->dialogue_index, (uint64_t)event_int(e, FIELD_CONN), index);
}

static enum law_command command_of(const char *text)
{
    static const struct {
        const char *verb;
        enum law_command command;
    } verbs[] = {{"EHLO", LAW_HELLO}, {"HELO", LAW_HELLO},       {"MAIL", LAW_MAIL},  {"RCPT", LAW_RCPT},
                 {"DATA", LAW_DATA},  {"BDAT", LAW_CHUNK},       {"RSET", LAW_RESET}, {"QUIT", LAW_QUIT},
                 {"AUTH", LAW_AUTH},  {"STARTTLS", LAW_STARTTLS}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        size_t verb = strlen(verbs[i].verb), length = strlen(text);
        if (strncmp(text, verbs[i].verb, verb) != 0 || (text[verb] != '\0' && text[verb] != ' ')) continue;
        bool is_last = verbs[i].command == LAW_CHUNK && length > 5 && strcmp(text + length - 5, " LAST") == 0;
        return is_last ? LAW_LAST_CHUNK : verbs[i].command;
    }
    return LAW_OTHER;
}

/* What is in angle brackets. */
static void read_recipient(const char *text, struct law_said *said)
{
    char path[400] = "";
    const char *open = strchr(text, '<'), *close = open ? strrchr(open, '>') : NULL;
    if (close && (size_t)(close - open) < sizeof path) memcpy(path, open + 1, (size_t)(close - open) - 1);
    said->about = law_hash_text(1, path);
    said->user = law_user(path);
    said->domain = law_domain(path);
}

static bool is_junk(const char *text)
{
    static const char *const verbs[] = {"VRFY", "EXPN", "NOOP", "HELP", "RSET"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncmp(text, verbs[i], 4) == 0 && (text[4] == '\0' || text[4] == ' ')) return true;
    return false;
}

static struct law_said said_in(const char *text)
{
    struct law_said said = {.command = command_of(text), .size = (int64_t)strlen(text)};
    if (said.command == LAW_RCPT) read_recipient(text, &said);
    said.is_junk = is_junk(text);
    const char *size = said.command == LAW_MAIL ? strstr(text, " SIZE=") : NULL;
    if (said.command == LAW_MAIL) said.size = size ? strtoll(size + 6, NULL, 10) : -1;
    return said;
}

static void forget_transaction(struct law_dialogue *d)
{
    d->has_sender = false;
    d->recipients = 0;
    d->message = 0;
}

/* M16: what was said before the handshake is forgotten; what is said now begins with EHLO. */
static void law_of_the_wall(struct laws *laws, const struct event *e, const struct law_dialogue *d, enum law_command c,
                            int code)
{
    bool done = code / 100 == 2;
    if (c == LAW_MAIL && done && !d->said_hello)
        law_broken(laws, e, "M16", "%d to MAIL, but nobody has said EHLO since the handshake", code);
    if (c == LAW_AUTH && code == 503 && strstr(event_text(e, FIELD_TEXT), "lready") && !d->is_known)
        law_broken(laws, e, "M16", "who the client was before the handshake is not forgotten");
    bool needs_auth = d->is_submission && law_needs_auth(laws, d->server);
    if (c == LAW_MAIL && done && needs_auth && !d->is_known)
        law_broken(laws, e, "M16", "%d to MAIL, but nobody has said since the handshake who he is", code);
}

/* M11: what a reply says is only right after what was said since the last reset. */
static void law_of_reply(struct laws *laws, const struct event *e, struct law_dialogue *d, struct law_said said,
                         int code)
{
    enum law_command c = said.command;
    bool done = code / 100 == 2, is_chunk = c == LAW_CHUNK || c == LAW_LAST_CHUNK;
    bool needs_mail = (c == LAW_RCPT && done) || (c == LAW_DATA && code == 354) || (is_chunk && done);
    if (needs_mail && !d->has_sender) law_broken(laws, e, "M11", "%d, but there is no sender", code);
    if (needs_mail && c != LAW_RCPT && d->recipients == 0) law_broken(laws, e, "M11", "%d, but no recipient", code);
    if (c == LAW_CONTENT && !d->may_send_data) law_broken(laws, e, "M14", "content that nobody asked for is answered");
    law_of_the_wall(laws, e, d, c, code);
    law_of_limits(laws, e, d, &said, code);
    d->splits |= c == LAW_RCPT && (code == 452 || code == 552); /* RFC 5321 4.5.3.1.10: the rest comes again */
    law_of_booking(laws, e, d, &said, code);
    d->may_send_data = c == LAW_DATA && code == 354;
    if (c == LAW_MAIL && done) {
        d->has_sender = true;
        d->mails++;
        d->stated = said.size > 0 ? said.size : 0;
    }
    if (c == LAW_RCPT && done) {
        if (d->taken.count == d->recipients) TABLE_ADD(&d->taken);
        d->taken.items[d->recipients++] = said.about;
    }
    if (c == LAW_HELLO && done) d->said_hello = true;
    if (c == LAW_AUTH && code != 334) d->gives_secrets = false;
    if (c == LAW_AUTH && done) d->is_known = true;
    bool resets = c == LAW_CONTENT || c == LAW_LAST_CHUNK || (c == LAW_CHUNK && !done);
    if (resets || ((c == LAW_HELLO || c == LAW_RESET || c == LAW_STARTTLS) && done)) forget_transaction(d);
    if (c != LAW_STARTTLS || !done) return;
    d->in_handshake = 2;
    d->said_hello = d->is_known = false; /* RFC 3207 4.2 */
    d->answered = d->commands.count;     /* what came behind STARTTLS in the clear is never answered */
}

static void on_reply(struct laws *laws, const struct event *e, struct law_dialogue *d)
{
    const char *text = event_text(e, FIELD_TEXT);
    int code = 0;
    if (strlen(text) > 3 && text[3] == '-') return;
    if (sscanf(text, "%3d", &code) != 1) return;
    if (code == 421) law_goes_odd(d, LAWS_EXCUSE_LAST_REPLY); /* it may come unasked, and is the last that is said */
    if (d->is_odd) return;
    law_counts(laws, LAWS_COUNT_M11, LAWS_JUDGED);
    if (d->answered == d->commands.count) { /* M12, M13 and M14: whatever is answered here was no command */
        law_broken(laws, e, "M12", "a reply to nothing: %.40s", text);
        law_goes_odd(d, LAWS_EXCUSE_NO_REPLY);
        return;
    }
    law_of_reply(laws, e, d, d->commands.items[d->answered++], code);
    if (d->says_twice) law_unheard(laws, d, LAWS_EXCUSE_TWICE); /* the client is a reply behind */
    d->is_held = false;
}

/* Heard also where dialogues are not judged: how many mails one has is (laws_sessions.c). Nobody can say there to what
   a 452 is said. */
static void notes_what_splits(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    const char *reply = event_text(e, FIELD_TEXT);
    if (!d || event_text(e, FIELD_WHO)[0] != 'S') return;
    bool is_judged = !d->is_odd && !laws->has_personalities;
    bool lacks_room = strncmp(reply, "452", 3) == 0 || strncmp(reply, "552", 3) == 0;
    d->splits |= strstr(reply, "LIMITS ") != NULL || (!is_judged && lacks_room); /* RFC 9422 */
}

static void on_line(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    bool is_reply = event_text(e, FIELD_WHO)[0] == 'S';
    if (d && d->is_odd && is_reply) law_counts(laws, LAWS_COUNT_M11, d->why_odd);
    if (d && !is_reply) d->sends_chunk = strncmp(event_text(e, FIELD_TEXT), "BDAT ", 5) == 0;
    if (!d || d->is_odd) return;
    if (d->in_handshake > 0) {
        bool tls_is_open = event_int(e, FIELD_HOST) == (d->in_handshake == 1 ? d->secured : 0);
        if (!tls_is_open) law_broken(laws, e, "M16", "said in the midst of a handshake");
    }
    if (!d->is_smtp) *TABLE_ADD(&d->commands) = (struct law_said){.command = LAW_GREETING};
    d->is_smtp = true;
    if (is_reply) {
        on_reply(laws, e, d);
        return;
    }
    struct law_said said = said_in(event_text(e, FIELD_TEXT));
    said.line = d->is_under_tls ? -1 : event_int(e, FIELD_LENGTH);
    if (d->gives_secrets) said.command = LAW_AUTH;
    if (said.command == LAW_AUTH) d->gives_secrets = true;
    *TABLE_ADD(&d->commands) = said;
}

/* What was taken may be another mail, or for another recipient. */
static void is_deceived_about(struct laws *laws, const struct law_dialogue *d, int64_t message, enum laws_excuse why)
{
    if (!message) return;
    law_content_unheard(laws, d, message);
    index_map_put(&laws->accounts, law_deceived_key(message), why);
}

/* A client that is a reply behind takes the one to RCPT for the chunk's, which may have been refused. (What is said to
   DATA is no final reply, so that it finds out there.) */
static void is_deceived_about_chunk(struct laws *laws, const struct law_dialogue *d)
{
    if (d->says_twice && d->sends_chunk) is_deceived_about(laws, d, d->content, LAWS_EXCUSE_TWICE);
}

/* What follows BDAT is answered with it; what follows DATA has its own reply. */
static void on_content(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (d) d->content = event_int(e, FIELD_MESSAGE);
    if (d && d->is_deceived) is_deceived_about(laws, d, d->content, LAWS_EXCUSE_DECEIVED);
    if (d) is_deceived_about_chunk(laws, d);
    if (d && law_is_stray(laws, d->content)) law_unheard(laws, d, LAWS_EXCUSE_PERSONALITY);
    if (d && d->is_unheard) law_content_unheard(laws, d, d->content);
    if (!d || d->is_odd || d->commands.count == 0) return;
    struct law_said *last = &d->commands.items[d->commands.count - 1];
    if (last->command == LAW_CHUNK || last->command == LAW_LAST_CHUNK) {
        last->about = (uint64_t)event_int(e, FIELD_MESSAGE);
        return;
    }
    *TABLE_ADD(&d->commands) = (struct law_said){.command = LAW_CONTENT,
                                                 .about = (uint64_t)event_int(e, FIELD_MESSAGE),
                                                 .size = event_int(e, FIELD_LENGTH),
                                                 .hops = d->is_under_tls ? -1 : law_hops_of(laws, e)};
}

static void on_handshake_end(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (d) d->is_under_tls = true;
    if (!d || d->in_handshake == 0) return;
    d->in_handshake--;
    d->secured = event_int(e, FIELD_HOST);
}

static void on_rule(struct laws *laws, const struct event *e)
{
    static const char *const no_replies[] = {"what it says is no reply", "its reply has no end", "its line has no end",
                                             "the lines of its reply contradict each other",
                                             "it says a code that there is not"};
    size_t conn = index_map_get(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION));
    struct law_dialogue *d = conn == SIZE_MAX ? NULL : dialogue_at(laws, conn);
    if (!d) return;
    /* Who guesses names, or asks, says lines, and waits for the greeting. */
    bool says_lines = e->kind == EVENT_CLIENT_ABUSE &&
                      (strcmp(event_text(e, FIELD_TEXT), "it guesses names") == 0 ||
                       strcmp(event_text(e, FIELD_TEXT), "it asks whatever may be asked") == 0);
    if (e->kind == EVENT_CLIENT_ABUSE && !says_lines) law_goes_odd(d, LAWS_EXCUSE_ABUSE);
    d->is_held |= strcmp(event_text(e, FIELD_NAME), "tarpit") == 0;
    if (strcmp(event_text(e, FIELD_NAME), "early talker") == 0) law_goes_odd(d, LAWS_EXCUSE_EARLY_TALKER);
    if (strcmp(event_text(e, FIELD_NAME), "fault") != 0) return;
    for (size_t i = 0; i < sizeof no_replies / sizeof *no_replies; i++)
        if (strcmp(event_text(e, FIELD_TEXT), no_replies[i]) == 0) law_goes_odd(d, LAWS_EXCUSE_NO_REPLY);
    if (strcmp(event_text(e, FIELD_TEXT), "it answers before it is asked") == 0)
        law_unheard(laws, d, LAWS_EXCUSE_NO_REPLY);
    d->drips |= strcmp(event_text(e, FIELD_TEXT), "it speaks an octet at a time") == 0; /* and nothing twice */
    if (d->drips) d->says_twice = false;
    if (d->drips || strcmp(event_text(e, FIELD_TEXT), "it says everything twice") != 0) return;
    d->says_twice = true; /* the first of the two is a reply still */
    law_refusals_unheard(laws, d, LAWS_EXCUSE_TWICE);
    is_deceived_about_chunk(laws, d);
}

/* Whoever speaks with this host just now may have said, or heard, what was never sent. */
static void on_collision(struct laws *laws, const struct event *e)
{
    int64_t host = event_int(e, FIELD_HOST);
    for (size_t i = 0; i < laws->dialogues.count; i++) {
        struct law_dialogue *d = laws->dialogues.items[i];
        if (d->is_deceived || d->ends_closed >= 2 || (d->client != host && d->server != host)) continue;
        d->is_deceived = true;
        law_unheard(laws, d, LAWS_EXCUSE_DECEIVED);
        is_deceived_about(laws, d, d->content, LAWS_EXCUSE_DECEIVED);
    }
}

static void on_close(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (d) d->ends_closed++;
}

void laws_of_smtp(struct laws *laws, const struct event *e)
{
    /* Where line ends mean other things to others no dialogue is judged; but what a checksum was deceived about is
     * known. */
    bool is_said = e->kind == EVENT_SMTP_LINE || e->kind == EVENT_SMTP_RULE || e->kind == EVENT_TLS_DONE;
    if (laws->has_personalities && e->kind == EVENT_SMTP_LINE && event_text(e, FIELD_WHO)[0] == 'S')
        law_counts(laws, LAWS_COUNT_M11, LAWS_EXCUSE_PERSONALITY);
    if (e->kind == EVENT_SMTP_LINE) notes_what_splits(laws, e);
    if (laws->has_personalities && is_said) return;
    switch (e->kind) {
    case EVENT_CONN_OPEN:
        on_conn_open(laws, e);
        break;
    case EVENT_SESSION_OPEN:
        index_map_put(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION),
                      (size_t)event_int(e, FIELD_CONN));
        break;
    case EVENT_SMTP_LINE:
        on_line(laws, e);
        break;
    case EVENT_SMTP_CONTENT:
        on_content(laws, e);
        break;
    case EVENT_CLIENT_ABUSE:
    case EVENT_SMTP_RULE:
        on_rule(laws, e);
        break;
    case EVENT_TLS_DONE:
        on_handshake_end(laws, e);
        break;
    case EVENT_CONN_CLOSE:
        on_close(laws, e);
        break;
    case EVENT_PACKET_COLLIDE:
        on_collision(laws, e);
        break;
    case EVENT_LIVE_BEGIN: /* real programs write no lines into a journal */
    case EVENT_OUTSIDE_OPEN:
        laws->has_personalities = true;
        break;
    default:
        break;
    }
    if (laws->has_personalities) return;
    laws_of_booking(laws, e);
    laws_of_limits(laws, e);
}

void laws_smtp_free(struct laws *laws)
{
    for (size_t i = 0; i < laws->dialogues.count; i++) {
        mem_free(laws->dialogues.items[i]->commands.items);
        mem_free(laws->dialogues.items[i]->taken.items);
        index_map_free(&laws->dialogues.items[i]->domains);
        mem_free(laws->dialogues.items[i]);
    }
    mem_free(laws->dialogues.items);
}
