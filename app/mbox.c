/* Mailboxes out of a journal: see mbox.h. What is written is what was put into the mailbox, in clear and with its trace
   lines, whatever way it came. */
#include "app/mbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* Copies: events are lent. */
struct rows {
    struct event *items;
    size_t n, room;
};

struct index {
    struct rows copies, mails; /* by recipient; by message */
    int64_t starts;
};

static void add_row(struct rows *rows, const struct event *event)
{
    if (rows->n == rows->room) {
        rows->room = rows->room ? 2 * rows->room : 64;
        rows->items = mem_realloc(rows->items, rows->room * sizeof *rows->items);
    }
    rows->items[rows->n++] = *event;
}

static int compare_recipients(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int order = strcmp(event_text(x, FIELD_RECIPIENT), event_text(y, FIELD_RECIPIENT));
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

static int compare_messages(const void *a, const void *b)
{
    int64_t x = event_int(a, FIELD_MESSAGE), y = event_int(b, FIELD_MESSAGE);
    return (x > y) - (x < y);
}

static void make_index(struct index *index, const struct journal_memory *journal)
{
    *index = (struct index){0};
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_RUN_BEGIN) index->starts = event_int(e, FIELD_STARTS);
        if (e->kind == EVENT_MAIL_COMPOSE) add_row(&index->mails, e);
        if (e->kind == EVENT_MAIL_COPY) add_row(&index->copies, e);
    }
    if (index->copies.n) qsort(index->copies.items, index->copies.n, sizeof *index->copies.items, compare_recipients);
    if (index->mails.n) qsort(index->mails.items, index->mails.n, sizeof *index->mails.items, compare_messages);
}

static void free_index(struct index *index)
{
    mem_free(index->copies.items);
    mem_free(index->mails.items);
}

/* Who wrote it; "" of a report, or where nobody is known to have. */
static const char *writer_of(const struct index *index, const struct event *copy)
{
    const struct rows *mails = &index->mails;
    const struct event *found =
        mails->n ? bsearch(copy, mails->items, mails->n, sizeof *mails->items, compare_messages) : NULL;
    return found ? event_text(found, FIELD_FROM) : "";
}

/* "From alice@a.example Mon Mar  3 09:00:01 2025" */
static void write_from_line(const struct index *index, const struct event *copy, FILE *out)
{
    const char *from = writer_of(index, copy);
    char date[VTIME_TEXT_BYTES], weekday[4] = "", month[4] = "", clock[9] = "";
    int day = 1, year = 1970;
    vtime_format_rfc5322(index->starts, copy->at_ns, date);
    sscanf(date, "%3[^,], %d %3s %d %8s", weekday, &day, month, &year, clock);
    fprintf(out, "From %s %s %s %2d %s %04d\n", *from ? from : "MAILER-DAEMON", weekday, month, day, clock, year);
}

/* Lines end as files have it, and what looks like a From line is quoted. */
static void write_content(const char *line, size_t size, FILE *out)
{
    const char *end = line + size;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline ? newline + 1 : end, *stop = newline ? newline : end;
        size_t quoted = 0;
        if (stop > line && stop[-1] == '\r') stop--;
        while (line + quoted < stop && line[quoted] == '>')
            quoted++;
        if (stop - line - (ptrdiff_t)quoted >= 5 && !memcmp(line + quoted, "From ", 5)) fputc('>', out);
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

/* The copies from `first` on that have the same recipient; *next is the first of another. */
static bool write_mailbox(const struct index *index, const char *folder, size_t first, size_t *next)
{
    const struct rows *copies = &index->copies;
    const char *recipient = event_text(&copies->items[first], FIELD_RECIPIENT);
    char *path = mailbox_path(folder, recipient);
    struct output_file *file = output_open(path);
    free(path);
    if (!file) return false;
    for (*next = first; *next < copies->n; ++*next) {
        size_t size;
        const struct event *copy = &copies->items[*next];
        if (strcmp(event_text(copy, FIELD_RECIPIENT), recipient)) break;
        const char *content = event_bytes(copy, FIELD_BYTES, &size);
        write_from_line(index, copy, output_stream(file));
        write_content(content, size, output_stream(file));
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
    for (size_t i = 0; good && i < index.copies.n;)
        good = write_mailbox(&index, folder, i, &i);
    free_index(&index);
    return good;
}
