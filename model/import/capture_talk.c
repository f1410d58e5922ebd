/* See capture_talk.h. */
#include "model/import/capture_talk.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/import/import_kinds.h"
#include "sim/journal/tr.h"

enum { PORT_SMTP = 25, PORT_POP3 = 110, PORT_SUBMISSIONS = 465, PORT_SUBMISSION = 587, PORT_POP3S = 995 };

/* ---- Which protocol ---- */

void capture_find_talk(struct capture *c, struct seen_conn *conn)
{
    const struct seen_end *server = &conn->ends[1 - conn->opener];
    char first[5] = "";
    talk_copy(server, 0, 4, first, sizeof first - 1);
    bool tls = server->port == PORT_SUBMISSIONS || server->port == PORT_POP3S;
    bool smtp = !strncmp(first, "220", 3) || server->port == PORT_SMTP || server->port == PORT_SUBMISSION;
    bool pop3 = !strncmp(first, "+OK", 3) || server->port == PORT_POP3;
    conn->talk = tls ? TALK_TLS : smtp ? TALK_SMTP : pop3 ? TALK_POP3 : TALK_OTHER;
    if (server->port == 21) conn->talk = TALK_OTHER; /* FTP greets with 220, too */
    conn->is_wanted = c->options->all || conn->talk != TALK_OTHER || server->port == 53;
    struct seen_host *serves = &c->hosts[server->host], *opens = &c->hosts[conn->ends[conn->opener].host];
    if (conn->talk == TALK_OTHER) return;
    serves->serves_mail = true;
    opens->sends_mail |= conn->talk == TALK_SMTP && server->port == PORT_SMTP;
    opens->submits |= server->port == PORT_SUBMISSION || server->port == PORT_SUBMISSIONS;
    opens->fetches |= conn->talk == TALK_POP3 || server->port == PORT_POP3S;
}

/* ---- Lines ---- */

struct cursor {
    const struct seen_end *end;
    size_t piece;
    uint64_t at;
};

/* The byte here, or -1 for one that is missing, or -2 behind the last. A whole gap is one step. */
static int step(struct cursor *cursor)
{
    const struct seen_end *end = cursor->end;
    while (cursor->piece < end->n_pieces) {
        const struct seen_piece *piece = &end->pieces[cursor->piece];
        if (cursor->at < piece->offset) {
            cursor->at = piece->offset;
            return -1;
        }
        uint64_t within = cursor->at - piece->offset;
        if (within < piece->there) {
            cursor->at++;
            return piece->bytes[within];
        }
        cursor->piece++;
        if (within >= piece->length) continue;
        cursor->at = piece->offset + piece->length;
        return -1;
    }
    return -2;
}

bool talk_next_line(const struct seen_end *end, uint64_t *at, struct talk_line *line)
{
    char raw[TALK_LINE_BYTES];
    size_t n = 0;
    struct cursor cursor = {end, capture_piece_at(end, *at), *at};
    int byte;
    *line = (struct talk_line){.offset = *at};
    while ((byte = step(&cursor)) >= -1 && byte != '\n') {
        if (byte == -1) line->is_torn = true;
        if (byte == -1) break;
        if (n < sizeof raw) raw[n++] = (char)byte;
    }
    if (cursor.at == *at) return false;
    while (n && raw[n - 1] == '\r')
        n--;
    import_clean_text(raw, n, line->text, sizeof line->text);
    line->length = cursor.at - *at;
    line->at_ns = talk_written_ns(end, cursor.at - 1);
    *at = cursor.at;
    return true;
}

uint64_t talk_content_end(const struct seen_end *end, uint64_t from, int64_t before_ns)
{
    static const char wanted[] = "\r\n.\r\n";
    struct cursor cursor = {end, capture_piece_at(end, from), from};
    size_t matched = 2; /* content may be empty: ".CRLF" alone */
    int byte;
    while ((byte = step(&cursor)) != -2) {
        if (byte == wanted[matched])
            matched++;
        else
            matched = byte == '\r' ? 1 : 0;
        if (matched == sizeof wanted - 1) return cursor.at;
    }
    uint64_t until = from;
    for (size_t i = capture_piece_at(end, from); i < end->n_pieces && end->pieces[i].written_ns < before_ns; i++)
        until = end->pieces[i].offset + end->pieces[i].length;
    return until;
}

size_t talk_copy(const struct seen_end *end, uint64_t from, uint64_t until, char *out, size_t room)
{
    struct cursor cursor = {end, capture_piece_at(end, from), from};
    size_t n = 0;
    int byte;
    while (n < room && from + n < until && (byte = step(&cursor)) >= 0)
        out[n++] = (char)byte;
    return n;
}

/* ---- When ---- */

int64_t talk_written_ns(const struct seen_end *end, uint64_t offset)
{
    size_t at = capture_piece_at(end, offset);
    if (at == end->n_pieces) at--;
    return end->n_pieces ? end->pieces[at].written_ns : 0;
}

const struct seen_packet *talk_bringer(const struct capture *c, const struct seen_end *end, uint64_t offset)
{
    size_t at = capture_piece_at(end, offset);
    if (at >= end->n_pieces) return NULL;
    const struct seen_packet *first = &c->packets[end->pieces[at].first];
    const struct seen_packet *p = first->lost ? &c->packets[end->pieces[at].packet] : first;
    return p->lost ? NULL : p;
}

uint64_t talk_heard_event(const struct capture *c, const struct seen_end *end, uint64_t offset)
{
    const struct seen_packet *p = talk_bringer(c, end, offset);
    return p ? p->end_event : 0;
}

int64_t talk_heard_ns(const struct capture *c, const struct seen_end *end, uint64_t offset)
{
    const struct seen_packet *p = talk_bringer(c, end, offset);
    int64_t written_ns = talk_written_ns(end, offset);
    return p && p->arrives_ns > written_ns ? p->arrives_ns : written_ns;
}

/* ---- Sessions ---- */

void talk_open_sessions(struct capture *c, struct seen_conn *conn, const char *protocol)
{
    for (int side = 0; side < 2; side++) {
        struct seen_end *end = &conn->ends[side];
        end->session_id = ++c->n_sessions;
        DRAFT_ADD(c->draft, SESSION_OPEN, conn->open_ns[side], RANK_STATE, conn->open_event[side],
                  F_INT(SESSION, end->session_id), F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1),
                  F_INT(PEER, conn->ends[1 - side].host + 1), F_TEXT(PROTOCOL, protocol),
                  F_TEXT(ROLE, side == conn->opener ? "client" : "server"));
    }
}

void talk_close_sessions(struct capture *c, struct seen_conn *conn)
{
    for (int side = 0; side < 2 && conn->is_over; side++)
        DRAFT_ADD(c->draft, SESSION_CLOSE, conn->close_ns[side], RANK_LAST, conn->ends[side].heard_event,
                  F_INT(SESSION, conn->ends[side].session_id), F_INT(HOST, conn->ends[side].host + 1),
                  F_TEXT(WHY, conn->had_reset ? tr("inferred: reset") : tr("inferred: the connection is closed")));
}

/* ---- Header fields ---- */

static size_t line_end(const char *head, size_t size, size_t at)
{
    while (at < size && head[at] != '\n')
        at++;
    return at < size ? at + 1 : size;
}

char *talk_header(const char *head, size_t size, const char *name, char *out, size_t room)
{
    char raw[TALK_LINE_BYTES];
    size_t n = 0, length = strlen(name);
    bool inside = false;
    out[0] = '\0';
    for (size_t at = 0, next; at < size; at = next) {
        next = line_end(head, size, at);
        if (head[at] == '\r' || head[at] == '\n') break;
        bool folded = head[at] == ' ' || head[at] == '\t';
        if (inside && !folded) break;
        if (!folded) inside = size - at > length && !strncasecmp(head + at, name, length) && head[at + length] == ':';
        if (!inside) continue;
        size_t from = folded ? at : at + length + 1;
        while (from < next && isspace((unsigned char)head[from]))
            from++;
        if (n && n < sizeof raw) raw[n++] = ' ';
        for (; from < next && n < sizeof raw; from++)
            if (head[from] != '\r' && head[from] != '\n') raw[n++] = head[from];
    }
    return import_clean_text(raw, n, out, room);
}
