/* The cast's words: dialogue lines, questions and answers of DNS, captions. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"

enum { TEXT_ROOM = 1200 };

static void add_line(struct story *story, size_t i, struct story_line line)
{
    line.event = i;
    line.at_ns = story_event_time(story, i);
    story->subject[i] = (uint32_t)story->lines.count;
    *TABLE_ADD(&story->lines) = line;
}

/* ---- DNS ---- */

static void dns_query(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    long long nth = (long long)event_int(e, FIELD_NTH);
    const char *qname = event_text(e, FIELD_QNAME), *qtype = event_text(e, FIELD_QTYPE);
    if (nth > 1)
        snprintf(text, sizeof text, tr("%s %s? (asked again, %lld)"), qname, qtype, nth);
    else
        snprintf(text, sizeof text, tr("%s %s?"), qname, qtype);
    add_line(story, i,
             (struct story_line){.speech = STORY_NAMES,
                                 .host = cast_host(story, e, FIELD_HOST),
                                 .peer = cast_host(story, e, FIELD_PEER),
                                 .conn = STORY_NONE,
                                 .mail = STORY_NONE,
                                 .by_client = true,
                                 .text = text_store_add(&story->texts, text)});
}

/* The host of the event is the one that got the answer; the line is said by the other. */
static void dns_answer(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    const char *rcode = event_text(e, FIELD_RCODE), *records = event_text(e, FIELD_TEXT);
    const char *qname = event_text(e, FIELD_QNAME), *qtype = event_text(e, FIELD_QTYPE);
    if (strcmp(rcode, "NOERROR") != 0)
        snprintf(text, sizeof text, "%s %s: %s", qname, qtype, rcode);
    else if (*records)
        snprintf(text, sizeof text, "%s %s: %s", qname, qtype, records);
    else
        snprintf(text, sizeof text, tr("%s %s: no such record"), qname, qtype);
    add_line(story, i,
             (struct story_line){.speech = STORY_NAMES,
                                 .host = cast_host(story, e, FIELD_PEER),
                                 .peer = cast_host(story, e, FIELD_HOST),
                                 .conn = STORY_NONE,
                                 .mail = STORY_NONE,
                                 .text = text_store_add(&story->texts, text)});
}

static void dns_failure(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    snprintf(text, sizeof text, "%s %s: %s", event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE),
             event_text(e, FIELD_WHY));
    add_line(story, i,
             (struct story_line){.speech = STORY_NAMES,
                                 .host = cast_host(story, e, FIELD_HOST),
                                 .peer = STORY_NONE,
                                 .conn = STORY_NONE,
                                 .mail = STORY_NONE,
                                 .by_client = true,
                                 .text = text_store_add(&story->texts, text)});
}

/* ---- Dialogues ---- */

static void session_open(struct story *story, const struct event *e)
{
    struct cast_session session = {.id = (uint32_t)event_int(e, FIELD_SESSION),
                                   .conn = cast_conn(story, e),
                                   .peer = cast_host(story, e, FIELD_PEER)};
    index_map_put(&story->session_ids, session.id, story->sessions.count);
    *TABLE_ADD(&story->sessions) = session;
    if (session.conn != STORY_NONE) story->conns.items[session.conn].protocol = event_text(e, FIELD_PROTOCOL);
}

/* What a line and a content have in common. */
static struct story_line spoken(const struct story *story, const struct event *e)
{
    uint32_t session = (uint32_t)event_int(e, FIELD_SESSION);
    size_t at = story_index(&story->session_ids, session), conn = cast_conn(story, e);
    bool smtp = e->kind == EVENT_SMTP_LINE || e->kind == EVENT_SMTP_CONTENT;
    struct story_line line = {.speech = smtp ? STORY_SMTP : STORY_POP3,
                              .host = cast_host(story, e, FIELD_HOST),
                              .peer = STORY_NONE,
                              .session = session,
                              .conn = conn,
                              .mail = STORY_NONE};
    if (at != STORY_NONE) line.peer = story->sessions.items[at].peer;
    if (line.peer == STORY_NONE && conn != STORY_NONE) line.peer = story->conns.items[conn].peer;
    line.is_encrypted = conn != STORY_NONE && story->conns.items[conn].is_encrypted;
    return line;
}

/* RFC 5321 4.2.1: 4yz and 5yz refuse, for now or for good; RFC 1939 3: so does -ERR. */
static bool is_refusal(const struct story_line *line)
{
    if (line->by_client) return false;
    if (line->speech == STORY_POP3) return strncmp(line->text, "-ERR", 4) == 0;
    return line->text[0] == '4' || line->text[0] == '5';
}

static void dialogue_line(struct story *story, size_t i, const struct event *e)
{
    struct story_line line = spoken(story, e);
    line.by_client = strcmp(event_text(e, FIELD_WHO), "C") == 0;
    line.text = event_text(e, FIELD_TEXT);
    line.is_refusal = is_refusal(&line);
    add_line(story, i, line);
    /* The other side speaks again when it has the whole content. */
    size_t other = line.conn == STORY_NONE ? STORY_NONE : story->conns.items[line.conn].other_end;
    if (other != STORY_NONE) cast_transfer_end_of_conn(story, i, other);
}

static void dialogue_content(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    struct story_line line = spoken(story, e);
    long long length = (long long)event_int(e, FIELD_LENGTH);
    line.mail = cast_mail(story, e, FIELD_MESSAGE);
    if (line.mail != STORY_NONE && *story->mails.items[line.mail].name)
        snprintf(text, sizeof text, tr_count("(mail %s, %lld byte)", "(mail %s, %lld bytes)", (unsigned long)length),
                 story->mails.items[line.mail].name, length);
    else
        snprintf(text, sizeof text, tr_count("(a mail, %lld byte)", "(a mail, %lld bytes)", (unsigned long)length),
                 length);
    line.by_client = line.speech == STORY_SMTP; /* SMTP pushes, POP3 is fetched from */
    line.is_content = true;
    line.text = text_store_add(&story->texts, text);
    add_line(story, i, line);
    cast_transfer_begin(story, i, e);
}

/* A mail that nobody has written came to be within another, since the server took a part of that for its end and what
   followed for commands (smuggling): it answers what no client has said. The line stands after the replies, for only
   then is it known. */
void cast_taken_for_commands(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    if (story->lines.count == 0 || strncmp(event_text(e, FIELD_NAME), "unwritten", 9) != 0) return;
    struct story_line line = story->lines.items[story->lines.count - 1];
    bool answers = line.speech == STORY_SMTP && !line.by_client && line.at_ns == e->at_ns && line.text[0] == '3';
    if (!answers) return;
    snprintf(text, sizeof text, tr("(taken for commands: MAIL FROM:<%s>, RCPT TO:<%s>, DATA)"),
             event_text(e, FIELD_FROM), event_text(e, FIELD_TO));
    uint32_t server = line.host;
    line.host = line.peer;
    line.peer = server;
    line.event = (uint32_t)i;
    line.by_client = true;
    line.is_refusal = false;
    line.text = text_store_add(&story->texts, text);
    *TABLE_ADD(&story->lines) = line; /* the event stays about its mail */
}

/* What the client found: it stands in the dialogue where the words begin to be hidden, or could not be. */
static void tls_outcome(struct story *story, size_t i, const struct event *e)
{
    char text[TEXT_ROOM];
    size_t conn = cast_conn(story, e);
    if (conn == STORY_NONE) return;
    story->conns.items[conn].is_encrypted = e->kind == EVENT_TLS_DONE;
    if (strcmp(event_text(e, FIELD_ROLE), "client") != 0) return;
    const char *protocol = story->conns.items[conn].protocol, *name = event_text(e, FIELD_NAME);
    struct story_line line = {.speech = protocol && strcmp(protocol, "pop3") == 0 ? STORY_POP3 : STORY_SMTP,
                              .host = cast_host(story, e, FIELD_HOST),
                              .peer = story->conns.items[conn].peer,
                              .session = (uint32_t)event_int(e, FIELD_SESSION),
                              .conn = conn,
                              .mail = STORY_NONE,
                              .by_client = true,
                              .is_secret = true};
    if (e->kind == EVENT_TLS_FAILED)
        snprintf(text, sizeof text, tr("TLS fails: %s"), event_text(e, FIELD_WHY));
    else if (event_int(e, FIELD_VERIFIED))
        snprintf(text, sizeof text, tr("%s from here on; %s is good"), event_text(e, FIELD_VERSION), name);
    else
        snprintf(text, sizeof text, tr("%s from here on; %s: %s"), event_text(e, FIELD_VERSION), name,
                 event_text(e, FIELD_WHY));
    line.text = text_store_add(&story->texts, text);
    add_line(story, i, line);
}

static void caption(struct story *story, size_t i, const struct event *e)
{
    uint64_t about = (uint64_t)event_int(e, FIELD_ABOUT);
    *TABLE_ADD(&story->captions) = (struct story_caption){.event = i,
                                                          .about = about ? story_event_by_id(story, about) : STORY_NONE,
                                                          .at_ns = e->at_ns,
                                                          .text = event_text(e, FIELD_TEXT),
                                                          .cite = event_text(e, FIELD_CITE)};
    cast_mark(story, STORY_MARK_CAPTION, i);
}

void cast_words_event(struct story *story, size_t i, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_DNS_QUERY:
        dns_query(story, i, e);
        return;
    case EVENT_DNS_ANSWER:
        dns_answer(story, i, e);
        return;
    case EVENT_DNS_FAILURE:
    case EVENT_DNS_UNREACHABLE:
        dns_failure(story, i, e);
        return;
    case EVENT_DNS_CACHE:
        *TABLE_ADD(&story->cache_changes) = i;
        return;
    case EVENT_SESSION_OPEN:
        session_open(story, e);
        return;
    case EVENT_SMTP_LINE:
    case EVENT_POP3_LINE:
        dialogue_line(story, i, e);
        return;
    case EVENT_SMTP_CONTENT:
    case EVENT_POP3_CONTENT:
        dialogue_content(story, i, e);
        return;
    case EVENT_TLS_DONE:
    case EVENT_TLS_FAILED:
        tls_outcome(story, i, e);
        return;
    case EVENT_CAPTION:
        caption(story, i, e);
        return;
    }
}
