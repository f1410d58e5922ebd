/* Lines of Postfix: "A1B2C3D4E5: to=<bob@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=3.1, delays=0.1/0/1/2,
   dsn=4.2.0, status=deferred (host ... said: 450 ...)". See https://www.postfix.org/DEBUG_README.html#logging and
   qmgr(8), smtp(8), bounce(8). */
#include <string.h>

#include "model/import/log_book.h"

enum { QUEUE_ID_MIN = 6, QUEUE_ID_MAX = 20 };

/* Short ones are hexadecimal, long ones (enable_long_queue_ids) have letters without vowels. */
static struct span queue_id_of(struct span text)
{
    struct span id = span_until(text, ":");
    if (id.n < QUEUE_ID_MIN || id.n > QUEUE_ID_MAX || id.n == text.n) return (struct span){text.at, 0};
    for (size_t i = 0; i < id.n; i++) {
        char c = id.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return (struct span){text.at, 0};
    }
    return id;
}

/* The value of "name=" up to a comma, or within its angle brackets. */
static struct span value_of(struct span text, const char *name)
{
    const char *found = span_find(text, name);
    while (found && found != text.at && found[-1] != ' ')
        found = span_find(span_skip(span_from(text, found), 1), name);
    if (!found) return (struct span){text.at, 0};
    struct span value = span_skip(span_from(text, found), strlen(name));
    if (value.n && value.at[0] == '<') return span_until(span_skip(value, 1), ">");
    return span_until(value, ", ");
}

static bool has_value(struct span text, const char *name)
{
    const char *found = span_find(text, name);
    return found && (found == text.at || found[-1] == ' ');
}

/* What stands in the parentheses behind the status. */
static struct span reason_of(struct span text)
{
    const char *status = span_find(text, "status=");
    const char *open = status ? span_find(span_from(text, status), "(") : NULL;
    if (!open) return (struct span){"", 0};
    struct span reason = span_skip(span_from(text, open), 1);
    if (reason.n && reason.at[reason.n - 1] == ')') reason.n--;
    return reason;
}

/* "delays=a/b/c/d": before the queue manager, in it, connecting, handing over; the last two make the attempt. */
static int64_t attempt_took_ns(struct span text)
{
    struct span delays = value_of(text, "delays=");
    int64_t took_ns = 0;
    for (int part = 0; part < 4 && delays.n; part++) {
        struct span one = span_until(delays, "/");
        if (part >= 2) took_ns += span_seconds_ns(one);
        delays = span_skip(delays, one.n + 1);
    }
    return took_ns;
}

static void on_delivery(struct log_book *book, int entry, const struct log_line *line, struct span text)
{
    struct span status = value_of(text, "status="), relay = value_of(text, "relay=");
    struct log_attempt *attempt = log_book_attempt(book, entry, value_of(text, "to="));
    int peer = log_book_peer(book, relay);
    if (peer >= 0) book->hosts[peer].is_server = true;
    attempt->peer = peer;
    attempt->end_ns = line->at_ns;
    attempt->begin_ns = line->at_ns - attempt_took_ns(text);
    attempt->outcome = span_is(status, "sent")      ? peer >= 0 ? LOG_HANDED_ON : LOG_DELIVERED
                       : span_is(status, "bounced") ? LOG_NEVER
                                                    : LOG_LATER;
    log_keep(&attempt->why, reason_of(text));
    struct log_entry *e = &book->entries[entry];
    int64_t arrived_ns = line->at_ns - span_seconds_ns(value_of(text, "delay="));
    if (arrived_ns < e->at_ns) e->at_ns = arrived_ns; /* it was there before the log begins */
}

static void on_bounce(struct log_book *book, int host, int entry, const struct log_line *line, struct span text)
{
    const char *colon = span_find(text, "notification: ");
    if (!colon) return;
    struct span id = span_until(span_skip(span_from(text, colon), strlen("notification: ")), " ");
    int bounce = log_book_entry(book, host, id, line->at_ns);
    book->entries[bounce].parent = entry;
}

static void on_queue(struct log_book *book, int host, const struct log_line *line, struct span id)
{
    struct span text = span_skip(line->text, id.n + 2);
    int entry = log_book_entry(book, host, id, line->at_ns);
    struct log_entry *e = &book->entries[entry];
    if (has_value(text, "to=") && has_value(text, "status=")) {
        on_delivery(book, entry, line, text);
    } else if (has_value(text, "client=")) {
        int client = log_book_peer(book, value_of(text, "client="));
        e = &book->entries[entry];
        e->client = client;
        if (client >= 0 && has_value(text, "sasl_username=")) book->hosts[client].is_user = true;
    } else if (has_value(text, "message-id=")) {
        log_keep(&e->message_id, value_of(text, "message-id="));
    } else if (span_find(text, "notification: ")) {
        on_bounce(book, host, entry, line, text);
    } else if (span_is(text, "removed")) {
        e->removed_ns = line->at_ns;
    } else if (has_value(text, "from=") && !has_value(text, "uid=")) {
        log_keep(&e->from, value_of(text, "from="));
        if (!e->size) e->size = span_number(value_of(text, "size="));
        if (span_find(text, "status=expired")) e->expired = true;
    }
}

/* "NOQUEUE: reject: RCPT from mail.c.example[192.0.2.3]: 450 4.2.0 <bob@b.example>: ...; from=<...> to=<...>
 * proto=ESMTP" */
static void on_reject(struct log_book *book, int host, const struct log_line *line)
{
    const char *from = span_find(line->text, " from ");
    if (!from || !has_value(line->text, "from=") || !has_value(line->text, "to=")) return;
    struct span rest = span_skip(span_from(line->text, from), 6), peer = span_until(rest, " ");
    int client = log_book_peer(book, peer);
    if (client < 0) return;
    struct span reply = span_until(span_skip(rest, peer.n + 1), ";");
    int entry = log_book_held(book, client, value_of(line->text, "from="), value_of(line->text, "to="), line->at_ns);
    struct log_attempt *attempt = log_book_attempt(book, entry, value_of(line->text, "to="));
    attempt->begin_ns = attempt->end_ns = line->at_ns;
    attempt->peer = host;
    attempt->outcome = reply.n && reply.at[0] == '5' ? LOG_NEVER : LOG_LATER;
    log_keep(&attempt->why, reply);
    if (attempt->outcome == LOG_NEVER) book->entries[entry].removed_ns = line->at_ns;
}

bool log_postfix_line(struct log_book *book, const struct log_line *line)
{
    if (!span_find(line->program, "postfix") || !line->host.n) return false;
    struct span id = queue_id_of(line->text);
    int host = log_book_host(book, line->host, (struct span){"", 0});
    if (host < 0) return false;
    book->hosts[host].is_server = true;
    if (span_begins(line->text, "NOQUEUE: reject"))
        on_reject(book, host, line);
    else if (id.n && !span_is(id, "NOQUEUE") && !span_is(id, "warning") && !span_is(id, "statistics"))
        on_queue(book, host, line, id);
    return true;
}
