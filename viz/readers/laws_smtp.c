/* The laws of SMTP dialogues: M11 to M14. Each connection is heard as a third party would: the commands that one end
   writes stand in a line, and each final reply of the other end answers the first of them.

   What a fault or a teaching personality makes a server say is no reply to anything: from there on that connection is
   not judged. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

enum command { GREETING, HELLO, MAIL, RCPT, DATA, CONTENT, CHUNK, LAST_CHUNK, RESET, STARTTLS, QUIT, OTHER };

struct law_dialogue {
    TABLE_OF(unsigned char) commands; /* those not yet answered begin at answered */
    size_t answered;
    unsigned recipients;
    bool is_smtp, is_over, is_odd, has_sender, may_send_data;
};

static struct law_dialogue *dialogue_at(struct laws *laws, uint64_t conn)
{
    size_t index = index_map_get(&laws->dialogue_index, conn);
    return index == SIZE_MAX ? NULL : laws->dialogues.items[index];
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
        d->is_odd = is_from_outside;
        *TABLE_ADD(&laws->dialogues) = d;
        index_map_put(&laws->dialogue_keys, key, index);
    } else if (!active) { /* called twice by one SYN: the second is deaf to what was said to the first */
        laws->dialogues.items[index]->is_odd |= laws->dialogues.items[index]->is_over;
        laws->dialogues.items[index]->is_over = true;
    }
    index_map_put(&laws->dialogue_index, (uint64_t)event_int(e, FIELD_CONN), index);
}

static enum command command_of(const char *text)
{
    static const struct {
        const char *verb;
        enum command command;
    } verbs[] = {{"EHLO", HELLO}, {"HELO", HELLO}, {"MAIL", MAIL}, {"RCPT", RCPT},        {"DATA", DATA},
                 {"BDAT", CHUNK}, {"RSET", RESET}, {"QUIT", QUIT}, {"STARTTLS", STARTTLS}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strncmp(text, verbs[i].verb, strlen(verbs[i].verb)) != 0) continue;
        size_t length = strlen(text);
        bool is_last = verbs[i].command == CHUNK && length > 5 && strcmp(text + length - 5, " LAST") == 0;
        return is_last ? LAST_CHUNK : verbs[i].command;
    }
    return OTHER;
}

static void forget_transaction(struct law_dialogue *d)
{
    d->has_sender = false;
    d->recipients = 0;
}

/* M11: what a reply says is only right after what was said since the last reset. */
static void law_of_reply(struct laws *laws, const struct event *e, struct law_dialogue *d, enum command c, int code)
{
    bool done = code / 100 == 2;
    bool needs_mail = (c == RCPT && done) || (c == DATA && code == 354) || ((c == CHUNK || c == LAST_CHUNK) && done);
    if (needs_mail && !d->has_sender) law_broken(laws, e, "M11", "%d, but there is no sender", code);
    if (needs_mail && c != RCPT && d->recipients == 0) law_broken(laws, e, "M11", "%d, but no recipient", code);
    if (c == CONTENT && !d->may_send_data) law_broken(laws, e, "M14", "content that nobody asked for is answered");
    d->may_send_data = c == DATA && code == 354;
    if (c == MAIL && done) d->has_sender = true;
    if (c == RCPT && done) d->recipients++;
    bool resets = c == CONTENT || c == LAST_CHUNK || (c == CHUNK && !done);
    if (resets || ((c == HELLO || c == RESET || c == STARTTLS) && done)) forget_transaction(d);
}

static void on_reply(struct laws *laws, const struct event *e, struct law_dialogue *d)
{
    const char *text = event_text(e, FIELD_TEXT);
    int code = 0;
    if (strlen(text) > 3 && text[3] == '-') return;
    if (sscanf(text, "%3d", &code) != 1) return;
    if (code == 421) d->is_odd = true; /* it may come unasked, and is the last that is said */
    if (d->is_odd) return;
    if (d->answered == d->commands.count) { /* M12, M13 and M14: whatever is answered here was no command */
        law_broken(laws, e, "M12", "a reply to nothing: %.40s", text);
        d->is_odd = true;
        return;
    }
    law_of_reply(laws, e, d, d->commands.items[d->answered++], code);
}

static void on_line(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (!d || d->is_odd) return;
    if (!d->is_smtp) *TABLE_ADD(&d->commands) = GREETING;
    d->is_smtp = true;
    if (event_text(e, FIELD_WHO)[0] == 'S') {
        on_reply(laws, e, d);
    } else {
        enum command c = command_of(event_text(e, FIELD_TEXT));
        if (strncmp(event_text(e, FIELD_TEXT), "AUTH", 4) == 0) d->is_odd = true; /* its lines are no commands */
        *TABLE_ADD(&d->commands) = (unsigned char)c;
    }
}

/* What follows BDAT is answered with it; what follows DATA has its own reply. */
static void on_content(struct laws *laws, const struct event *e)
{
    struct law_dialogue *d = dialogue_at(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (!d || d->is_odd || d->commands.count == 0) return;
    enum command last = d->commands.items[d->commands.count - 1];
    if (last == CHUNK || last == LAST_CHUNK) return;
    *TABLE_ADD(&d->commands) = CONTENT;
}

static void on_rule(struct laws *laws, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_NAME), "fault") != 0 && strcmp(event_text(e, FIELD_NAME), "early talker") != 0)
        return;
    size_t conn = index_map_get(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION));
    struct law_dialogue *d = conn == SIZE_MAX ? NULL : dialogue_at(laws, conn);
    if (d) d->is_odd = true;
}

/* A world in which somebody reads or writes line endings as a teaching personality does breaks M14, to show it. */
static void on_begin(struct laws *laws, const struct event *e)
{
    static const char *const personalities[] = {"\"lenient\"", "\"keep\"", "\"normalize\"", "\"pass\"", "\"clean\""};
    for (size_t i = 0; i < sizeof personalities / sizeof *personalities; i++)
        laws->has_personalities |= strstr(event_text(e, FIELD_SCENARIO), personalities[i]) != NULL;
}

void laws_of_smtp(struct laws *laws, const struct event *e)
{
    if (laws->has_personalities) return;
    switch (e->kind) {
    case EVENT_RUN_BEGIN:
        on_begin(laws, e);
        break;
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
    case EVENT_SMTP_RULE:
        on_rule(laws, e);
        break;
    case EVENT_OUTSIDE_OPEN: /* real programs write no lines into a journal */
        laws->has_personalities = true;
        break;
    default:
        break;
    }
}

void laws_smtp_free(struct laws *laws)
{
    for (size_t i = 0; i < laws->dialogues.count; i++) {
        mem_free(laws->dialogues.items[i]->commands.items);
        mem_free(laws->dialogues.items[i]);
    }
    mem_free(laws->dialogues.items);
}
