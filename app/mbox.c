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

/* Events of some kinds, sorted by one of their numbers, so that many mails can be looked up. */
struct row {
    int64_t key;
    const struct event *event;
};
struct rows {
    struct row *items;
    size_t n, room;
};

struct index {
    struct rows contents, data, sessions, mails; /* by message, stream, session, message */
    struct rows deliveries;                      /* by recipient */
    struct rows chunks;                          /* lines "BDAT 100 LAST", by stream */
    int64_t starts;
};

static void add_row(struct rows *rows, int64_t key, const struct event *event)
{
    if (rows->n == rows->room) {
        rows->room = rows->room ? 2 * rows->room : 64;
        rows->items = mem_realloc(rows->items, rows->room * sizeof *rows->items);
    }
    rows->items[rows->n++] = (struct row){key, event};
}

static int compare_ids(const struct event *x, const struct event *y)
{
    return (x->id > y->id) - (x->id < y->id);
}

static int compare_keys(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return compare_ids(x->event, y->event);
}

static int compare_recipients(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = strcmp(event_text(x->event, FIELD_RECIPIENT), event_text(y->event, FIELD_RECIPIENT));
    return order ? order : compare_ids(x->event, y->event);
}

static void sort_rows(struct rows *rows, int (*compare)(const void *, const void *))
{
    if (rows->n) qsort(rows->items, rows->n, sizeof *rows->items, compare);
}

/* The first row of this key, or where it would stand. */
static size_t find_row(const struct rows *rows, int64_t key)
{
    size_t low = 0, high = rows->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void index_event(struct index *index, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_RUN_BEGIN:
        index->starts = event_int(e, FIELD_STARTS);
        break;
    case EVENT_STREAM_DATA:
        add_row(&index->data, event_int(e, FIELD_STREAM), e);
        break;
    case EVENT_SESSION_OPEN:
        add_row(&index->sessions, event_int(e, FIELD_SESSION), e);
        break;
    case EVENT_MAIL_COMPOSE:
        add_row(&index->mails, event_int(e, FIELD_MESSAGE), e);
        break;
    case EVENT_SMTP_LINE:
        if (!strncmp(event_text(e, FIELD_TEXT), "BDAT ", 5)) add_row(&index->chunks, event_int(e, FIELD_STREAM), e);
        break;
    case EVENT_SMTP_CONTENT:
    case EVENT_POP3_CONTENT:
        add_row(&index->contents, event_int(e, FIELD_MESSAGE), e);
        break;
    case EVENT_MAIL_STATE:
        if (!strcmp(event_text(e, FIELD_TO), "delivered")) add_row(&index->deliveries, 0, e);
        break;
    }
}

static void make_index(struct index *index, const struct journal_memory *journal)
{
    *index = (struct index){0};
    for (size_t i = 0; i < journal_memory_count(journal); i++)
        index_event(index, journal_memory_at(journal, i));
    sort_rows(&index->contents, compare_keys);
    sort_rows(&index->data, compare_keys);
    sort_rows(&index->sessions, compare_keys);
    sort_rows(&index->mails, compare_keys);
    sort_rows(&index->deliveries, compare_recipients);
    sort_rows(&index->chunks, compare_keys);
}

static void free_index(struct index *index)
{
    struct rows *all[] = {&index->contents, &index->data,       &index->sessions,
                          &index->mails,    &index->deliveries, &index->chunks};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]->items);
}

/* What one end wrote, from offset on. */
static struct bytes stream_bytes(const struct index *index, int64_t stream, int64_t offset, int64_t length)
{
    struct bytes out = {mem_calloc((size_t)length + 1, 1), (size_t)length};
    const struct rows *data = &index->data;
    for (size_t i = find_row(data, stream); i < data->n && data->items[i].key == stream; i++) {
        const struct event *e = data->items[i].event;
        size_t size;
        const char *bytes = event_bytes(e, FIELD_BYTES, &size);
        int64_t begin = event_int(e, FIELD_OFFSET), end = begin + (int64_t)size;
        int64_t from = begin > offset ? begin : offset, to = end < offset + length ? end : offset + length;
        if (from < to) memcpy(out.at + (from - offset), bytes + (from - begin), (size_t)(to - from));
    }
    return out;
}

/* The host at the other end of a session. */
static int64_t session_peer(const struct index *index, int64_t session)
{
    size_t i = find_row(&index->sessions, session);
    bool found = i < index->sessions.n && index->sessions.items[i].key == session;
    return found ? event_int(index->sessions.items[i].event, FIELD_PEER) : 0;
}

/* The event that tells where the content of this delivery lies. */
static const struct event *content_of(const struct index *index, const struct event *delivered)
{
    int64_t message = event_int(delivered, FIELD_MESSAGE), host = event_int(delivered, FIELD_HOST);
    const struct rows *contents = &index->contents;
    const struct event *found = NULL;
    for (size_t i = find_row(contents, message); i < contents->n && contents->items[i].key == message; i++) {
        const struct event *e = contents->items[i].event;
        if (e->kind == EVENT_POP3_CONTENT && event_int(e, FIELD_HOST) == host) return e;
        if (e->kind == EVENT_SMTP_CONTENT && session_peer(index, event_int(e, FIELD_SESSION)) == host) found = e;
    }
    return found;
}

/* The BDAT that this content follows, or NULL (RFC 3030). */
static const struct event *chunk_line(const struct index *index, const struct event *content)
{
    const struct rows *chunks = &index->chunks;
    int64_t stream = event_int(content, FIELD_STREAM), begin = event_int(content, FIELD_OFFSET);
    for (size_t i = find_row(chunks, stream); i < chunks->n && chunks->items[i].key == stream; i++) {
        const struct event *line = chunks->items[i].event;
        if (event_int(line, FIELD_OFFSET) + event_int(line, FIELD_LENGTH) == begin) return line;
    }
    return NULL;
}

static bool is_last_chunk(const struct event *line)
{
    return strstr(event_text(line, FIELD_TEXT), " LAST") != NULL;
}

/* Where among the contents the mail begins that ends with the i-th one: with the chunk behind the last of another. */
static size_t first_chunk(const struct index *index, size_t i)
{
    const struct row *contents = index->contents.items;
    int64_t stream = event_int(contents[i].event, FIELD_STREAM);
    size_t first = i;
    for (size_t k = i; k-- > 0 && contents[k].key == contents[i].key;) {
        if (event_int(contents[k].event, FIELD_STREAM) != stream) continue;
        const struct event *line = chunk_line(index, contents[k].event);
        if (!line || is_last_chunk(line)) break;
        first = k;
    }
    return first;
}

/* A mail that came in chunks, put together again. */
static struct bytes join_chunks(const struct index *index, const struct event *last)
{
    const struct rows *contents = &index->contents;
    int64_t stream = event_int(last, FIELD_STREAM);
    size_t end = find_row(contents, event_int(last, FIELD_MESSAGE));
    struct bytes out = {0};
    while (contents->items[end].event != last)
        end++;
    for (size_t i = first_chunk(index, end); i <= end; i++) {
        const struct event *e = contents->items[i].event;
        if (event_int(e, FIELD_STREAM) != stream) continue;
        struct bytes chunk = stream_bytes(index, stream, event_int(e, FIELD_OFFSET), event_int(e, FIELD_LENGTH));
        out.at = mem_realloc(out.at, out.size + chunk.size + 1);
        memcpy(out.at + out.size, chunk.at, chunk.size);
        out.size += chunk.size;
        free(chunk.at);
    }
    return out;
}

/* "From alice@a.example Mon Mar  3 09:00:01 2025" */
static void write_from_line(const struct index *index, const struct event *delivered, FILE *out)
{
    int64_t message = event_int(delivered, FIELD_MESSAGE);
    size_t i = find_row(&index->mails, message);
    bool composed = i < index->mails.n && index->mails.items[i].key == message;
    const char *from = composed ? event_text(index->mails.items[i].event, FIELD_FROM) : "";
    char date[VTIME_TEXT_BYTES], weekday[4] = "", month[4] = "", clock[9] = "";
    int day = 1, year = 1970;
    vtime_format_rfc5322(index->starts, delivered->at_ns, date);
    sscanf(date, "%3[^,], %d %3s %d %8s", weekday, &day, month, &year, clock);
    fprintf(out, "From %s %s %s %2d %s %04d\n", *from ? from : "MAILER-DAEMON", weekday, month, day, clock, year);
}

/* Takes the dots off again if it has them (RFC 5321 4.5.2), ends at the line that is one dot, and quotes what looks
   like a From line. */
static void write_content(struct bytes content, bool has_dots, FILE *out)
{
    const char *line = content.at, *end = content.at + content.size;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline ? newline + 1 : end, *stop = newline ? newline : end;
        if (stop > line && stop[-1] == '\r') stop--;
        if (has_dots && *line == '.') {
            if (++line == stop) break;
        }
        if (!strncmp(line + strspn(line, ">"), "From ", 5)) fputc('>', out);
        fwrite(line, 1, (size_t)(stop - line), out);
        fputc('\n', out);
        line = next;
    }
    fputc('\n', out);
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

/* The deliveries from `first` on that have the same recipient; *next is the first of another. */
static bool write_mailbox(const struct index *index, const char *folder, size_t first, size_t *next)
{
    const struct rows *deliveries = &index->deliveries;
    const char *recipient = event_text(deliveries->items[first].event, FIELD_RECIPIENT);
    char *path = mailbox_path(folder, recipient);
    struct output_file *file = output_open(path);
    free(path);
    if (!file) return false;
    for (*next = first; *next < deliveries->n; ++*next) {
        const struct event *e = deliveries->items[*next].event;
        if (strcmp(event_text(e, FIELD_RECIPIENT), recipient)) break;
        const struct event *where = content_of(index, e);
        if (!where) continue;
        bool is_chunk = chunk_line(index, where) != NULL;
        struct bytes content = is_chunk ? join_chunks(index, where)
                                        : stream_bytes(index, event_int(where, FIELD_STREAM),
                                                       event_int(where, FIELD_OFFSET), event_int(where, FIELD_LENGTH));
        write_from_line(index, e, output_stream(file));
        write_content(content, !is_chunk, output_stream(file));
        free(content.at);
    }
    return output_commit(file);
}

bool mbox_make_folder(const char *folder)
{
    struct stat st;
    if (mkdir(folder, 0777) == 0) return true;
    int error = errno;
    if (error == EEXIST && stat(folder, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return true;
        error = ENOTDIR;
    }
    fprintf(stderr, tr("postroad: cannot make the folder %s: %s\n"), folder, strerror(error));
    return false;
}

bool mbox_write(const struct journal_memory *journal, const char *folder)
{
    struct index index;
    make_index(&index, journal);
    bool good = true;
    for (size_t i = 0; good && i < index.deliveries.n;)
        good = write_mailbox(&index, folder, i, &i);
    free_index(&index);
    return good;
}
