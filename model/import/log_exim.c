/* Lines of Exim's main log: "1tAbCd-000123-4E => bob@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.1]
   C=\"250 OK\"". See chapter "Log files" of Exim's specification. */
#include <string.h>

#include "model/import/log_book.h"

enum { ID_SHORT = 16, ID_LONG = 23 }; /* 6-6-2, and 6-11-4 since Exim 4.97 */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static struct span message_id_of(struct span text)
{
    size_t n = span_until(text, " ").n;
    size_t second = n == ID_SHORT ? 13 : 18;
    if (n != ID_SHORT && n != ID_LONG) return (struct span){text.at, 0};
    for (size_t i = 0; i < n; i++)
        if (i == 6 || i == second ? text.at[i] != '-' : !is_word(text.at[i])) return (struct span){text.at, 0};
    return (struct span){text.at, n};
}

/* The value of " X=": up to a blank, or within its quotes. */
static struct span value_of(struct span text, const char *name)
{
    const char *found = span_find(text, name);
    if (!found) return (struct span){text.at, 0};
    struct span value = span_skip(span_from(text, found), strlen(name));
    if (value.n && value.at[0] == '"') return span_until(span_skip(value, 1), "\"");
    return span_until(value, " ");
}

/* "H=mx.b.example [192.0.2.1]:25", "H=(helo) [192.0.2.1]" */
static int host_in(struct log_book *book, struct span text)
{
    const char *found = span_find(text, "H=");
    if (!found || (found != text.at && found[-1] != ' ')) return -1;
    struct span host = span_skip(span_from(text, found), 2), name = span_until(host, " [");
    const char *open = span_find(host, "[");
    struct span address = open ? span_until(span_skip(span_from(host, open), 1), "]") : (struct span){"", 0};
    if (name.n && name.at[0] == '(') name.n = 0; /* what it calls itself is no proof */
    return log_book_host(book, name, address);
}

/* "bob <bob@b.example>" or "bob@b.example"; a local one may have no domain. */
static struct span recipient_of(struct span text)
{
    struct span word = span_until(text, " ");
    struct span behind = span_skip(text, word.n + 1);
    if (behind.n && behind.at[0] == '<') return span_until(span_skip(behind, 1), ">");
    if (word.n && word.at[word.n - 1] == ':') word.n--;
    return word;
}

static void on_arrival(struct log_book *book, int host, int entry, const struct log_line *line, struct span text)
{
    int client = host_in(book, text);
    struct log_entry *e = &book->entries[entry];
    struct span from = span_until(text, " ");
    e->at_ns = line->at_ns;
    e->client = client;
    e->size = span_number(value_of(text, " S="));
    if (!span_is(from, "<>")) log_keep(&e->from, from);
    log_keep(&e->message_id, value_of(text, " id="));
    log_keep(&e->subject, value_of(text, " T=\"") /* within the quotes */);
    struct span parent = message_id_of(value_of(text, " R="));
    if (span_is(from, "<>") && parent.n) e->parent = log_book_known(book, host, parent);
    if (client >= 0 && span_find(text, " A=")) book->hosts[client].is_user = true;
}

/* What is behind "defer (-44): " or behind the transport's name and its colon. */
static struct span reason_of(struct span text, enum log_outcome outcome)
{
    if (outcome == LOG_HANDED_ON || outcome == LOG_DELIVERED) return value_of(text, " C=");
    const char *found = span_find(text, "): ");
    if (found && span_find(text, " defer (")) return span_skip(span_from(text, found), 3);
    found = span_find(text, ": ");
    return found ? span_skip(span_from(text, found), 2) : (struct span){"", 0};
}

/* "QT=5s DT=1.2s": the time in the queue, and of the delivery. */
static void on_delivery(struct log_book *book, int entry, const struct log_line *line, struct span text,
                        enum log_outcome outcome)
{
    int peer = host_in(book, text);
    struct log_attempt *attempt = log_book_attempt(book, entry, recipient_of(text));
    if (peer >= 0) book->hosts[peer].is_server = true;
    attempt->peer = peer;
    attempt->end_ns = line->at_ns;
    attempt->begin_ns = line->at_ns - span_seconds_ns(value_of(text, " DT="));
    attempt->outcome = outcome == LOG_HANDED_ON && peer < 0 ? LOG_DELIVERED : outcome;
    if (outcome == LOG_LATER && span_find(text, "retry time not reached")) attempt->outcome = LOG_SKIPPED;
    log_keep(&attempt->why, reason_of(text, outcome));
}

static void on_message(struct log_book *book, int host, const struct log_line *line, struct span id, struct span text)
{
    int entry = log_book_entry(book, host, id, line->at_ns);
    struct span rest = span_skip(text, 3);
    if (span_begins(text, "<= "))
        on_arrival(book, host, entry, line, rest);
    else if (span_begins(text, "=> ") || span_begins(text, "-> ") || span_begins(text, ">> "))
        on_delivery(book, entry, line, rest, LOG_HANDED_ON);
    else if (span_begins(text, "== "))
        on_delivery(book, entry, line, rest, LOG_LATER);
    else if (span_begins(text, "** "))
        on_delivery(book, entry, line, rest, LOG_NEVER);
    else if (span_is(text, "Completed"))
        book->entries[entry].removed_ns = line->at_ns;
}

/* "H=mail.c.example [192.0.2.3] F=<alice@a.example> temporarily rejected RCPT <bob@b.example>: greylisted" */
static bool on_reject(struct log_book *book, int host, const struct log_line *line)
{
    const char *found = span_find(line->text, "rejected RCPT <");
    int client = found ? host_in(book, line->text) : -1;
    if (client < 0) return false;
    struct span to = span_until(span_skip(span_from(line->text, found), strlen("rejected RCPT <")), ">");
    struct span from = span_skip(value_of(line->text, " F="), 1);
    if (from.n) from.n--;
    bool later = span_find(line->text, "temporarily rejected") != NULL;
    int entry = log_book_held(book, client, from, to, line->at_ns);
    struct log_attempt *attempt = log_book_attempt(book, entry, to);
    attempt->begin_ns = attempt->end_ns = line->at_ns;
    attempt->peer = host;
    attempt->outcome = later ? LOG_LATER : LOG_NEVER;
    log_keep(&attempt->why, span_from(line->text, found - (later ? strlen("temporarily ") : 0)));
    if (!later) book->entries[entry].removed_ns = line->at_ns;
    return true;
}

bool log_exim_line(struct log_book *book, const struct log_line *line)
{
    struct log_line inner = *line, again;
    if (line->program.n && !span_begins(line->program, "exim")) return false;
    if (line->program.n && log_line_read(line->text, &again)) inner.text = again.text; /* dated twice, by syslog, too */
    if (inner.text.n && inner.text.at[0] == '[') {                                     /* log_selector = +pid */
        size_t n = span_until(inner.text, "]").n;
        inner.text = span_skip(inner.text, n + 2);
    }
    struct span id = message_id_of(inner.text);
    if (!id.n && !span_find(inner.text, "rejected RCPT <")) return false;
    struct span name = line->host.n ? line->host : (struct span){"this server", 11};
    int host = log_book_host(book, name, (struct span){"", 0});
    book->hosts[host].is_server = true;
    if (!id.n) return on_reject(book, host, &inner);
    on_message(book, host, line, id, span_skip(inner.text, id.n + 1));
    return true;
}
