/* Reading and writing lines for SMTP and POP3 sessions (RFC 5321 2.3.8, RFC 1939 3), and the events of what is written.
   A CR or LF alone ends nothing: whoever lets it, lets commands be smuggled in. */
#include "model/smtp/session_lines.h"

#include <assert.h>
#include <string.h>

#include "model/smtp/transparency.h"
#include "sim/journal/journal.h"
#include "sim/journal/memory.h"

void line_reader_init(struct line_reader *r, size_t limit)
{
    assert(limit >= 2);
    r->limit = limit;
    r->lf_ends = false;
    r->bytes = r->room;
    r->capacity = LINE_READER_BYTES;
    line_reader_clear(r);
}

void line_reader_free(struct line_reader *r)
{
    if (r->bytes != r->room) mem_free(r->bytes);
    r->bytes = r->room;
    r->capacity = LINE_READER_BYTES;
}

void line_reader_clear(struct line_reader *r)
{
    r->length = r->size = 0;
    r->last = '\0';
    r->too_long = r->stray = false;
}

static bool has_stray(const char *bytes, size_t size)
{
    unsigned found = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        found |= (unsigned)(c == 127) | ((unsigned)(c < 32) & (unsigned)(c != '\t'));
    }
    return found != 0;
}

/* Few lines are longer than the room that each reader has. */
static void make_room(struct line_reader *r, size_t size)
{
    bool is_first = r->bytes == r->room;
    size_t capacity = r->capacity;

    while (capacity < size)
        capacity *= 2;
    r->bytes = mem_realloc(is_first ? NULL : r->bytes, capacity + 1);
    if (is_first) memcpy(r->bytes, r->room, r->size);
    r->capacity = capacity;
}

static void keep(struct line_reader *r, const char *bytes, size_t size)
{
    size_t room = r->limit - r->size;
    size_t n = size < room ? size : room;

    r->length += size;
    r->too_long = r->length > r->limit;
    if (r->size + n > r->capacity) make_room(r, r->size + n);
    memcpy(r->bytes + r->size, bytes, n);
    r->size += n;
}

static void finish(struct line_reader *r, bool has_cr)
{
    if (!r->too_long) r->size -= has_cr ? 2 : 1;
    r->bytes[r->size] = '\0';
    r->stray = has_stray(r->bytes, r->size);
}

size_t line_reader_take(struct line_reader *r, const char *bytes, size_t size, bool *whole)
{
    size_t taken = 0;
    bool has_cr = false;

    *whole = false;
    while (taken < size && !*whole) {
        const char *lf = memchr(bytes + taken, '\n', size - taken);
        size_t n = lf ? (size_t)(lf + 1 - (bytes + taken)) : size - taken;
        char before = n > 1 ? bytes[taken + n - 2] : r->last;

        keep(r, bytes + taken, n);
        taken += n;
        r->last = bytes[taken - 1];
        has_cr = before == '\r';
        *whole = lf && (has_cr || r->lf_ends);
    }
    if (*whole) finish(r, has_cr);
    return taken;
}

static void tell_line(const struct session_io *io, enum event_kind kind, const char *who, const char *text,
                      uint64_t offset, uint64_t length)
{
    if (io->locate) io->locate(io->context, &offset, &length);
    const struct event_field fields[] = {
        F_INT(SESSION, io->session.n),
        F_INT(CONN, io->conn.n),
        F_INT(HOST, io->host.n),
        F_TEXT(WHO, who),
        F_TEXT(TEXT, text),
        F_INT(STREAM, io->stream.n),
        F_INT(OFFSET, offset),
        F_INT(LENGTH, length),
    };

    journal_set_cause(io->journal, journal_emit(io->journal, kind, fields, sizeof fields / sizeof fields[0]));
}

uint64_t session_write_lines(const struct session_io *io, enum event_kind kind, const char *who, char *lines,
                             size_t size)
{
    uint64_t offset = io->write(io->context, lines, size);
    size_t begin = 0;

    assert(size >= 2 && lines[size - 1] == '\n');
    if (!journal_wants(io->journal, kind)) return offset + size;
    while (begin < size) {
        char *lf = memchr(lines + begin, '\n', size - begin);
        size_t length = (size_t)(lf + 1 - (lines + begin));

        lf[-1] = '\0';
        tell_line(io, kind, who, lines + begin, offset + begin, length);
        begin += length;
    }
    return offset + size;
}

static void tell_content(const struct session_io *io, enum event_kind kind, struct message_id message, uint64_t offset,
                         uint64_t length)
{
    if (io->locate) io->locate(io->context, &offset, &length);
    const struct event_field fields[] = {
        F_INT(SESSION, io->session.n), F_INT(CONN, io->conn.n), F_INT(HOST, io->host.n), F_INT(MESSAGE, message.n),
        F_INT(STREAM, io->stream.n),   F_INT(OFFSET, offset),   F_INT(LENGTH, length),
    };

    journal_set_cause(io->journal, journal_emit(io->journal, kind, fields, sizeof fields / sizeof fields[0]));
}

uint64_t session_write_content(const struct session_io *io, enum event_kind kind, struct message_id message,
                               const char *content, size_t size)
{
    uint64_t length, offset;

    if (io->gather) io->gather(io->context, true);
    offset = transparency_write(io, content, size, &length);
    if (io->gather) io->gather(io->context, false);

    if (io->content && message.n != 0) io->content(io->context, message, offset, length);
    if (journal_wants(io->journal, kind)) tell_content(io, kind, message, offset, length);
    return offset + length;
}

uint64_t session_write_chunk(const struct session_io *io, enum event_kind kind, struct message_id message,
                             const char *bytes, size_t size)
{
    uint64_t offset = io->write(io->context, bytes, size);

    if (io->content && message.n != 0) io->content(io->context, message, offset, size);
    if (journal_wants(io->journal, kind)) tell_content(io, kind, message, offset, size);
    return offset + size;
}
