/* The dialogue of a captured POP3 session (RFC 1939), and the mails that were fetched. See capture.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/import/capture_talk.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct pop3 {
    struct capture *c;
    struct seen_end *client, *server;
    uint64_t client_at, server_at;
    uint64_t heard_event;
    char user[TALK_LINE_BYTES];
};

static uint64_t tell_line(struct pop3 *d, const struct seen_end *end, const struct talk_line *line, uint64_t cause)
{
    char text[TALK_LINE_BYTES + 64];
    snprintf(text, sizeof text, "%s%s", line->text,
             line->is_torn ? tr(" … (inferred: the rest was not captured)") : "");
    return DRAFT_ADD(d->c->draft, POP3_LINE, line->at_ns, RANK_WORDS, cause, F_INT(SESSION, end->session_id),
                     F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1), F_TEXT(WHO, end == d->client ? "C" : "S"),
                     F_TEXT(TEXT, text), F_INT(STREAM, end->stream_id), F_INT(OFFSET, line->offset),
                     F_INT(LENGTH, line->length));
}

static bool next_server_line(struct pop3 *d, struct talk_line *line, uint64_t *cause)
{
    if (!talk_next_line(d->server, &d->server_at, line)) return false;
    *cause = tell_line(d, d->server, line, *cause);
    uint64_t heard = talk_heard_event(d->c, d->server, line->offset + line->length - 1);
    if (heard) d->heard_event = heard;
    return true;
}

/* RFC 1939 3: the responses that go on until a line with a dot. */
static bool goes_on(const char *command)
{
    bool alone = !strchr(command, ' ');
    return !strncasecmp(command, "CAPA", 4) || !strncasecmp(command, "TOP", 3) ||
           (alone && (!strncasecmp(command, "LIST", 4) || !strncasecmp(command, "UIDL", 4)));
}

static uint32_t find_mail(struct pop3 *d, uint64_t from, uint64_t until, uint64_t cause)
{
    char id[TALK_LINE_BYTES], subject[TALK_LINE_BYTES], sender[TALK_LINE_BYTES];
    char *head = mem_alloc(TALK_HEAD_BYTES);
    size_t n = talk_copy(d->server, from, until, head, TALK_HEAD_BYTES);
    talk_header(head, n, "Message-ID", id, sizeof id);
    talk_header(head, n, "Subject", subject, sizeof subject);
    talk_header(head, n, "From", sender, sizeof sender);
    mem_free(head);
    uint64_t key = import_key_text(19, id);
    uint32_t message = id[0] ? mail_book_find(d->c->mails, key) : 0;
    if (message) return message;
    message = mail_book_compose(d->c->mails, &(struct mail_found){.at_ns = talk_written_ns(d->server, from),
                                                                  .cause = cause,
                                                                  .size = until - from,
                                                                  .host = (uint32_t)d->server->host + 1,
                                                                  .from = sender,
                                                                  .to = d->user,
                                                                  .subject = subject});
    if (id[0]) mail_book_know(d->c->mails, key, message);
    return message;
}

static void tell_content(struct pop3 *d, uint64_t cause)
{
    uint64_t from = d->server_at, until = talk_content_end(d->server, from, UNKNOWN_NS);
    if (until == from) return;
    uint32_t message = find_mail(d, from, until, cause);
    int64_t at_ns = talk_written_ns(d->server, from);
    char recipient[TALK_LINE_BYTES];
    mail_book_recipient(d->c->mails, message, d->user, recipient, sizeof recipient);
    uint64_t told =
        DRAFT_ADD(d->c->draft, POP3_CONTENT, at_ns, RANK_WORDS, cause, F_INT(SESSION, d->server->session_id),
                  F_INT(CONN, d->server->conn_id), F_INT(HOST, d->server->host + 1), F_INT(MESSAGE, message),
                  F_INT(STREAM, d->server->stream_id), F_INT(OFFSET, from), F_INT(LENGTH, until - from));
    struct mail_place there = {at_ns, told, message, (uint32_t)d->server->host + 1, recipient, ""};
    mail_book_state(d->c->mails, &there, "delivered", 0, tr("inferred: it is fetched from here"));
    uint64_t heard = talk_heard_event(d->c, d->server, until - 1);
    struct mail_place here = {talk_heard_ns(d->c, d->server, until - 1),
                              heard ? heard : told,
                              message,
                              (uint32_t)d->client->host + 1,
                              recipient,
                              ""};
    mail_book_state(d->c->mails, &here, "picked up", 0, tr("inferred: all of it was sent"));
    if (heard) d->heard_event = heard;
    d->server_at = until;
}

static void answer(struct pop3 *d, const struct talk_line *command)
{
    struct talk_line line;
    uint64_t cause = talk_heard_event(d->c, d->client, command->offset + command->length - 1);
    if (!next_server_line(d, &line, &cause) || strncmp(line.text, "+OK", 3)) return;
    if (!strncasecmp(command->text, "USER ", 5)) snprintf(d->user, sizeof d->user, "%s", command->text + 5);
    if (!strncasecmp(command->text, "RETR ", 5)) tell_content(d, cause);
    if (goes_on(command->text))
        while (next_server_line(d, &line, &cause) && strcmp(line.text, ".") && !line.is_torn)
            continue;
    if (!strncasecmp(command->text, "STLS", 4)) {
        d->c->n_encrypted++;
        d->client_at = d->client->snd_max;
    }
}

void capture_tell_pop3(struct capture *c, struct seen_conn *conn)
{
    struct pop3 d = {.c = c, .client = &conn->ends[conn->opener], .server = &conn->ends[1 - conn->opener], .user = ""};
    struct talk_line line;
    uint64_t cause = conn->open_event[1 - conn->opener];
    talk_open_sessions(c, conn, "pop3");
    if (!conn->was_open) next_server_line(&d, &line, &cause);
    while (talk_next_line(d.client, &d.client_at, &line)) {
        tell_line(&d, d.client, &line, d.heard_event);
        answer(&d, &line);
    }
    talk_close_sessions(c, conn);
}
