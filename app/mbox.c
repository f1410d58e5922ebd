/* Mailboxes out of a journal: see mbox.h. What is written is what went over the wire: the copy that the recipient
   fetched, which carries all trace headers, or else the copy that the last server was given. */
#include "app/mbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct bytes {
    char *at;
    size_t size;
};

/* What one end wrote, from offset on. */
static struct bytes stream_bytes(const struct journal_memory *journal, int64_t stream, int64_t offset, int64_t length)
{
    struct bytes out = {mem_calloc((size_t)length + 1, 1), (size_t)length};
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_STREAM_DATA || event_int(e, FIELD_STREAM) != stream) continue;
        size_t size;
        const char *bytes = event_bytes(e, FIELD_BYTES, &size);
        int64_t begin = event_int(e, FIELD_OFFSET), end = begin + (int64_t)size;
        int64_t from = begin > offset ? begin : offset, to = end < offset + length ? end : offset + length;
        if (from < to) memcpy(out.at + (from - offset), bytes + (from - begin), (size_t)(to - from));
    }
    return out;
}

/* The host at the other end of a session. */
static int64_t session_peer(const struct journal_memory *journal, int64_t session)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_SESSION_OPEN && event_int(e, FIELD_SESSION) == session) return event_int(e, FIELD_PEER);
    }
    return 0;
}

/* The event that tells where the content of this delivery lies. */
static const struct event *content_of(const struct journal_memory *journal, const struct event *delivered)
{
    int64_t message = event_int(delivered, FIELD_MESSAGE), host = event_int(delivered, FIELD_HOST);
    const struct event *found = NULL;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_SMTP_CONTENT && e->kind != EVENT_POP3_CONTENT) continue;
        if (event_int(e, FIELD_MESSAGE) != message) continue;
        if (e->kind == EVENT_POP3_CONTENT && event_int(e, FIELD_HOST) == host) return e;
        if (e->kind == EVENT_SMTP_CONTENT && session_peer(journal, event_int(e, FIELD_SESSION)) == host) found = e;
    }
    return found;
}

/* "From alice@a.example Mon Mar  3 09:00:01 2025" */
static void write_from_line(const struct journal_memory *journal, const struct event *delivered, FILE *out)
{
    const char *from = "";
    int64_t starts = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_RUN_BEGIN) starts = event_int(e, FIELD_STARTS);
        if (e->kind == EVENT_MAIL_COMPOSE && event_int(e, FIELD_MESSAGE) == event_int(delivered, FIELD_MESSAGE))
            from = event_text(e, FIELD_FROM);
    }
    char date[VTIME_TEXT_BYTES], weekday[4] = "", month[4] = "", clock[9] = "";
    int day = 1, year = 1970;
    vtime_format_rfc5322(starts, delivered->at_ns, date);
    sscanf(date, "%3[^,], %d %3s %d %8s", weekday, &day, month, &year, clock);
    fprintf(out, "From %s %s %s %2d %s %04d\n", *from ? from : "MAILER-DAEMON", weekday, month, day, clock, year);
}

/* Takes the dots off again (RFC 5321 4.5.2), ends at the line that is one dot, and quotes what looks like a From line.
 */
static void write_content(struct bytes content, FILE *out)
{
    const char *line = content.at, *end = content.at + content.size;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline ? newline + 1 : end, *stop = newline ? newline : end;
        if (stop > line && stop[-1] == '\r') stop--;
        if (*line == '.') {
            if (++line == stop) break;
        }
        if (!strncmp(line + strspn(line, ">"), "From ", 5)) fputc('>', out);
        fwrite(line, 1, (size_t)(stop - line), out);
        fputc('\n', out);
        line = next;
    }
    fputc('\n', out);
}

static bool is_delivery(const struct event *e)
{
    return e->kind == EVENT_MAIL_STATE && !strcmp(event_text(e, FIELD_TO), "delivered");
}

/* A recipient's address as a file name. */
static char *mailbox_path(const char *folder, const char *recipient)
{
    size_t size = strlen(folder) + strlen(recipient) + sizeof "/.mbox";
    char *path = mem_alloc(size);
    snprintf(path, size, "%s/%s.mbox", folder, recipient);
    for (char *c = path + strlen(folder) + 1; *c; c++)
        if (*c == '/') *c = '_';
    return path;
}

static bool write_mailbox(const struct journal_memory *journal, const char *folder, const char *recipient)
{
    char *path = mailbox_path(folder, recipient);
    struct output_file *file = output_open(path);
    free(path);
    if (!file) return false;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (!is_delivery(e) || strcmp(event_text(e, FIELD_RECIPIENT), recipient)) continue;
        const struct event *where = content_of(journal, e);
        if (!where) continue;
        struct bytes content = stream_bytes(journal, event_int(where, FIELD_STREAM), event_int(where, FIELD_OFFSET),
                                            event_int(where, FIELD_LENGTH));
        write_from_line(journal, e, output_stream(file));
        write_content(content, output_stream(file));
        free(content.at);
    }
    return output_commit(file);
}

/* Whether an earlier delivery had the same recipient. */
static bool is_repeated(const struct journal_memory *journal, size_t i)
{
    const char *recipient = event_text(journal_memory_at(journal, i), FIELD_RECIPIENT);
    for (size_t k = 0; k < i; k++) {
        const struct event *e = journal_memory_at(journal, k);
        if (is_delivery(e) && !strcmp(event_text(e, FIELD_RECIPIENT), recipient)) return true;
    }
    return false;
}

bool mbox_write(const struct journal_memory *journal, const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, tr("postroad: cannot make the folder %s: %s\n"), folder, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (!is_delivery(e) || is_repeated(journal, i)) continue;
        if (!write_mailbox(journal, folder, event_text(e, FIELD_RECIPIENT))) return false;
    }
    return true;
}
