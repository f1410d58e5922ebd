/* The dialogue of a captured SMTP session (RFC 5321), command by command with its reply, and the mails in it. What is
   behind STARTTLS stays hidden. See capture.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/import/capture_talk.h"
#include "model/import/import_kinds.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { ADDRESS_BYTES = 320, REPLY_BYTES = 512, RECIPIENTS_MAX = 2000 };

struct told_reply {
    int code; /* 0: none came */
    char text[REPLY_BYTES];
    int64_t at_ns, heard_ns;
    uint64_t event, heard_event;
};

struct told_recipient {
    char address[ADDRESS_BYTES];
    struct told_reply reply;
};

struct transaction {
    bool begun;
    char from[ADDRESS_BYTES];
    int64_t at_ns;
    uint64_t event;
    struct told_reply refused; /* of MAIL or DATA; code 0: none */
    struct told_recipient *recipients;
    size_t n, room;
};

struct dialogue {
    struct capture *c;
    struct seen_conn *conn;
    struct seen_end *client, *server;
    uint64_t client_at, server_at;
    uint64_t heard_event; /* the client's next command is due to this */
    struct transaction transaction;
    bool is_over, submits;
};

/* ---- Lines ---- */

static uint64_t tell_line(struct dialogue *d, const struct seen_end *end, const struct talk_line *line, uint64_t cause)
{
    char text[TALK_LINE_BYTES + 64];
    snprintf(text, sizeof text, "%s%s", line->text,
             line->is_torn ? tr(" … (inferred: the rest was not captured)") : "");
    return DRAFT_ADD(d->c->draft, SMTP_LINE, line->at_ns, RANK_WORDS, cause, F_INT(SESSION, end->session_id),
                     F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1), F_TEXT(WHO, end == d->client ? "C" : "S"),
                     F_TEXT(TEXT, text), F_INT(STREAM, end->stream_id), F_INT(OFFSET, line->offset),
                     F_INT(LENGTH, line->length));
}

/* RFC 5321 4.2.1: all lines of a reply but the last have a hyphen behind the code. */
static struct told_reply next_reply(struct dialogue *d, uint64_t cause)
{
    struct told_reply reply = {0};
    struct talk_line line;
    while (talk_next_line(d->server, &d->server_at, &line)) {
        reply.event = tell_line(d, d->server, &line, cause);
        cause = reply.event;
        reply.code = (int)strtol(line.text, NULL, 10);
        snprintf(reply.text, sizeof reply.text, "%.511s", line.text);
        reply.at_ns = line.at_ns;
        reply.heard_ns = talk_heard_ns(d->c, d->server, line.offset + line.length - 1);
        reply.heard_event = talk_heard_event(d->c, d->server, line.offset + line.length - 1);
        if (line.is_torn || strlen(line.text) < 4 || line.text[3] != '-') break;
    }
    if (reply.heard_event) d->heard_event = reply.heard_event;
    return reply;
}

/* ---- Mails ---- */

static void forget_transaction(struct dialogue *d)
{
    mem_free(d->transaction.recipients);
    d->transaction = (struct transaction){0};
}

static char *join_recipients(const struct transaction *t)
{
    size_t size = 1;
    for (size_t i = 0; i < t->n; i++)
        size += strlen(t->recipients[i].address) + 2;
    char *list = mem_alloc(size);
    list[0] = '\0';
    for (size_t i = 0, at = 0; i < t->n; i++)
        at += (size_t)snprintf(list + at, size - at, "%s%s", i ? ", " : "", t->recipients[i].address);
    return list;
}

/* A mail that was put off is the one that the same host tries to hand on again. */
static uint64_t envelope_key(const struct dialogue *d, const char *to)
{
    uint64_t key = import_key(17, (uint64_t)d->client->host);
    return import_key_text(import_key_text(key, d->transaction.from), to);
}

static bool still_waits(const struct dialogue *d, uint32_t message)
{
    const struct transaction *t = &d->transaction;
    for (size_t i = 0; i < t->n; i++)
        if (!strcmp(mail_book_state_of(d->c->mails, message, (uint32_t)d->client->host + 1, t->recipients[i].address),
                    "deferred"))
            return true;
    return false;
}

static uint32_t find_mail(struct dialogue *d, const char *head, size_t head_size, uint64_t size)
{
    char id[TALK_LINE_BYTES], subject[TALK_LINE_BYTES];
    struct transaction *t = &d->transaction;
    struct mail_book *book = d->c->mails;
    char *to = join_recipients(t);
    talk_header(head, head_size, "Message-ID", id, sizeof id);
    talk_header(head, head_size, "Subject", subject, sizeof subject);
    uint64_t by_id = import_key_text(19, id), by_envelope = envelope_key(d, to);
    uint32_t message = id[0] ? mail_book_find(book, by_id) : 0;
    if (!message && (message = mail_book_find(book, by_envelope)) && !still_waits(d, message)) message = 0;
    if (!message)
        message = mail_book_compose(book, &(struct mail_found){.at_ns = t->at_ns,
                                                               .cause = t->event,
                                                               .size = size,
                                                               .host = (uint32_t)d->client->host + 1,
                                                               .from = t->from,
                                                               .to = to,
                                                               .subject = subject});
    if (id[0]) mail_book_know(book, by_id, message);
    mail_book_learn(book, message, subject, size);
    mail_book_know(book, by_envelope, message);
    mem_free(to);
    return message;
}

static void tell_outcome(struct dialogue *d, const struct mail_place *place, uint32_t attempt,
                         const struct told_reply *reply)
{
    struct mail_book *book = d->c->mails;
    struct mail_place after = *place;
    uint32_t peer = (uint32_t)d->server->host + 1;
    char why[REPLY_BYTES + 40];
    bool done = reply->code >= 200 && reply->code < 300, never = reply->code >= 500;
    snprintf(why, sizeof why, "%s",
             reply->code ? reply->text : tr("inferred: no answer was captured, the connection was lost"));
    after.at_ns = reply->heard_ns > place->at_ns ? reply->heard_ns : place->at_ns;
    if (reply->heard_event) after.cause = reply->heard_event;
    if (attempt)
        after.cause = mail_book_end_attempt(book, &after, attempt, peer,
                                            done    ? "delivered"
                                            : never ? "never"
                                                    : "later",
                                            why);
    mail_book_state(book, &after, done ? "handed on" : never ? "bounced" : d->submits ? "outbox" : "deferred", 0, why);
    if (!done) return;
    struct mail_place taken = {reply->at_ns, reply->event, place->message, peer, place->recipient, ""};
    snprintf(why, sizeof why, tr("inferred: accepted with %s"), reply->text);
    mail_book_state(book, &taken, "queued", 0, why);
}

/* Each recipient's way through this session; final: the reply to the content, code 0 when it came to none. */
static void tell_transaction(struct dialogue *d, uint32_t message, const struct told_reply *final)
{
    struct transaction *t = &d->transaction;
    struct mail_book *book = d->c->mails;
    for (size_t i = 0; i < t->n; i++) {
        const struct told_recipient *r = &t->recipients[i];
        struct mail_place place = {t->at_ns, t->event, message, (uint32_t)d->client->host + 1, r->address, ""};
        uint32_t attempt = 0;
        if (!mail_book_state_of(book, message, place.host, r->address)[0])
            place.cause = mail_book_state(book, &place, d->submits ? "outbox" : "queued", 0,
                                          tr("inferred: it was here when the session began"));
        if (!d->submits) {
            place.cause = mail_book_state(book, &place, "active", 0, tr("inferred: an attempt begins"));
            attempt = mail_book_begin_attempt(book, &place, &place.cause);
        }
        bool taken = r->reply.code >= 200 && r->reply.code < 300;
        tell_outcome(d, &place, attempt, taken ? final : &r->reply);
    }
}

static void end_transaction(struct dialogue *d)
{
    struct transaction *t = &d->transaction;
    if (t->begun && t->n) {
        uint32_t message = find_mail(d, "", 0, 0);
        tell_transaction(d, message, &t->refused);
    }
    forget_transaction(d);
}

/* ---- Commands ---- */

/* "MAIL FROM:<alice@a.example> SIZE=100" */
static void take_address(const char *line, char out[ADDRESS_BYTES])
{
    const char *from = strchr(line, '<'), *until = from ? strchr(from, '>') : NULL;
    size_t n = until ? (size_t)(until - from - 1) : 0;
    if (!until) {
        from = strchr(line, ':');
        from = from ? from + strspn(from, ": ") - 1 : "";
        n = *from ? strcspn(from + 1, " ") : 0;
    }
    if (n >= ADDRESS_BYTES) n = ADDRESS_BYTES - 1;
    memcpy(out, *from ? from + 1 : "", n);
    out[n] = '\0';
}

static void add_recipient(struct dialogue *d, const char *line, const struct told_reply *reply)
{
    struct transaction *t = &d->transaction;
    if (t->n >= RECIPIENTS_MAX) return;
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 4;
        t->recipients = mem_realloc(t->recipients, t->room * sizeof *t->recipients);
    }
    struct told_recipient *r = &t->recipients[t->n++];
    r->reply = *reply;
    take_address(line, r->address);
}

/* The segments that carry it say so: "tcp.data mail m1, body, segment 3". */
static void tag_content(const struct dialogue *d, uint32_t message, uint64_t from, uint64_t until)
{
    char tag[80];
    const struct seen_end *end = d->client;
    unsigned n = 0;
    for (size_t i = capture_piece_at(end, from); i < end->n_pieces && end->pieces[i].offset < until; i++) {
        const struct seen_piece *piece = &end->pieces[i];
        snprintf(tag, sizeof tag, "tcp.data mail m%u, body, segment %u", (unsigned)message, ++n);
        int carriers[2] = {piece->first, piece->packet};
        for (int k = 0; k < (carriers[0] == carriers[1] ? 1 : 2); k++) {
            uint64_t sent = d->c->packets[carriers[k]].send_event;
            if (sent) draft_set(d->c->draft, sent, (struct event_field)F_TEXT(TAG, tag));
        }
    }
}

/* The content begins where the client stands, and ends here. */
static void tell_content(struct dialogue *d, uint64_t until, const struct told_reply *final)
{
    char *head = mem_alloc(TALK_HEAD_BYTES);
    uint64_t from = d->client_at;
    size_t n = talk_copy(d->client, from, until, head, TALK_HEAD_BYTES);
    uint32_t message = find_mail(d, head, n, until - from);
    mem_free(head);
    DRAFT_ADD(d->c->draft, SMTP_CONTENT, talk_written_ns(d->client, from), RANK_WORDS, d->heard_event,
              F_INT(SESSION, d->client->session_id), F_INT(CONN, d->client->conn_id), F_INT(HOST, d->client->host + 1),
              F_INT(MESSAGE, message), F_INT(STREAM, d->client->stream_id), F_INT(OFFSET, from),
              F_INT(LENGTH, until - from));
    tag_content(d, message, from, until);
    tell_transaction(d, message, final);
    forget_transaction(d);
}

static void on_data(struct dialogue *d, const struct told_reply *reply)
{
    if (reply->code != 354 && reply->code) {
        d->transaction.refused = *reply;
        return;
    }
    /* The next thing that the server says is about the content. */
    uint64_t peek = d->server_at;
    struct talk_line line;
    int64_t answered_ns = talk_next_line(d->server, &peek, &line) ? line.at_ns : UNKNOWN_NS;
    uint64_t from = d->client_at, until = talk_content_end(d->client, from, answered_ns);
    if (until == from) return;
    uint64_t heard = d->heard_event;
    struct told_reply final = next_reply(d, talk_heard_event(d->c, d->client, until - 1));
    uint64_t after = d->heard_event;
    d->heard_event = heard;
    tell_content(d, until, &final);
    d->heard_event = after;
    d->client_at = until;
}

/* RFC 3030 2: "BDAT 1000 LAST"; the chunk stands behind the command at once. */
static void on_bdat(struct dialogue *d, const struct talk_line *line, const struct told_reply *reply)
{
    uint64_t size = strtoull(line->text + 4, NULL, 10), left = d->client->snd_max - d->client_at;
    if (!d->client->snd_max || d->client_at > d->client->snd_max || size > left) size = left;
    bool is_last = strlen(line->text) > 9 && !strcasecmp(line->text + strlen(line->text) - 4, "LAST");
    if (is_last) tell_content(d, d->client_at + size, reply);
    d->client_at += size;
}

static void on_starttls(struct dialogue *d, const struct talk_line *line, const struct told_reply *reply)
{
    if (reply->code != 220) return;
    d->is_over = true;
    d->c->n_encrypted++;
    const struct seen_end *ends[2] = {d->client, d->server};
    int64_t at_ns[2] = {reply->heard_ns, reply->at_ns > line->at_ns ? reply->at_ns : line->at_ns};
    for (int i = 0; i < 2; i++)
        DRAFT_ADD(d->c->draft, TLS_START, at_ns[i], RANK_WORDS, reply->event, F_INT(SESSION, ends[i]->session_id),
                  F_INT(CONN, ends[i]->conn_id), F_INT(HOST, ends[i]->host + 1), F_TEXT(ROLE, i ? "server" : "client"),
                  F_TEXT(NAME, d->c->hosts[d->server->host].name));
}

static void name_client(struct dialogue *d, const char *line)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%.255s", line + 4 + strspn(line + 4, " "));
    name[strcspn(name, " ")] = '\0';
    if (name[0] && name[0] != '[' && strcasecmp(name, "localhost"))
        capture_host_named(d->c, d->c->hosts[d->client->host].address, name);
}

static void on_command(struct dialogue *d, const struct talk_line *line, uint64_t event, const struct told_reply *reply)
{
    const char *text = line->text;
    struct transaction *t = &d->transaction;
    if (!strncasecmp(text, "EHLO", 4) || !strncasecmp(text, "HELO", 4)) {
        end_transaction(d);
        name_client(d, text);
    } else if (!strncasecmp(text, "MAIL", 4)) {
        end_transaction(d);
        t->begun = true;
        t->at_ns = line->at_ns;
        t->event = event;
        take_address(text, t->from);
        if (reply->code >= 400) t->refused = *reply;
    } else if (!strncasecmp(text, "RCPT", 4)) {
        add_recipient(d, text, t->refused.code ? &t->refused : reply);
    } else if (!strncasecmp(text, "DATA", 4)) {
        on_data(d, reply);
    } else if (!strncasecmp(text, "STARTTLS", 8)) {
        on_starttls(d, line, reply);
    } else if (!strncasecmp(text, "RSET", 4) || !strncasecmp(text, "QUIT", 4)) {
        end_transaction(d);
    }
}

static void greet(struct dialogue *d)
{
    char name[NAME_BYTES];
    if (d->conn->was_open) return; /* it was said before the capture began */
    struct told_reply greeting = next_reply(d, d->conn->open_event[1 - d->conn->opener]);
    if (strlen(greeting.text) < 5) return;
    snprintf(name, sizeof name, "%.255s", greeting.text + 4);
    name[strcspn(name, " ")] = '\0';
    if (strchr(name, '.')) capture_host_named(d->c, d->c->hosts[d->server->host].address, name);
}

void capture_tell_smtp(struct capture *c, struct seen_conn *conn)
{
    struct dialogue d = {
        .c = c, .conn = conn, .client = &conn->ends[conn->opener], .server = &conn->ends[1 - conn->opener]};
    struct talk_line line;
    d.submits = d.server->port != 25 && c->hosts[d.client->host].submits;
    talk_open_sessions(c, conn, "smtp");
    greet(&d);
    while (!d.is_over && talk_next_line(d.client, &d.client_at, &line)) {
        uint64_t event = tell_line(&d, d.client, &line, d.heard_event);
        bool is_bdat = !strncasecmp(line.text, "BDAT", 4);
        uint64_t last = line.offset + line.length - 1;
        struct told_reply reply = next_reply(&d, talk_heard_event(c, d.client, last));
        if (is_bdat)
            on_bdat(&d, &line, &reply);
        else
            on_command(&d, &line, event, &reply);
    }
    if (d.is_over) forget_transaction(&d);
    end_transaction(&d);
    talk_close_sessions(c, conn);
}
