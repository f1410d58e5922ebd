/* Dot-stuffing and its undoing (RFC 5321 4.5.2, RFC 1939 3). The end of data is CR LF . CR LF and nothing else: with LF
   or CR alone a line goes on, so no other spelling of the closing dot can end the content early. */
#include "model/smtp/transparency.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"

static const char *next_line(const char *line, const char *end)
{
    const char *lf = memchr(line, '\n', (size_t)(end - line));

    return lf ? lf + 1 : end;
}

/* The first line from this one on that needs a dot, or end. */
static const char *find_dot_line(const char *line, const char *end)
{
    while (line < end && *line != '.')
        line = next_line(line, end);
    return line;
}

static uint64_t write_piece(const struct session_io *io, const char *begin, const char *end, uint64_t *length)
{
    *length += (uint64_t)(end - begin);
    return io->write(io->context, begin, (size_t)(end - begin));
}

uint64_t transparency_write(const struct session_io *io, const char *content, size_t size, uint64_t *length)
{
    static const char closing[] = "\r\n.\r\n";
    const char *end = content + size;
    const char *begin = content;
    bool whole = size == 0 || end[-1] == '\n';
    const char *tail = whole ? closing + 2 : closing;
    const char *dot = find_dot_line(begin, end);
    uint64_t first;

    *length = 0;
    first = write_piece(io, begin, dot < end ? dot + 1 : end, length);
    while (dot < end) {
        /* The piece before ended with this dot; the next begins with it again. */
        begin = dot;
        dot = find_dot_line(next_line(dot, end), end);
        write_piece(io, begin, dot < end ? dot + 1 : end, length);
    }
    write_piece(io, tail, tail + strlen(tail), length);
    return first;
}

void dot_reader_init(struct dot_reader *r, size_t max_line, size_t max_size)
{
    memset(r, 0, sizeof *r);
    r->max_line = max_line;
    r->max_size = max_size;
}

void dot_reader_free(struct dot_reader *r)
{
    mem_free(r->bytes);
    dot_reader_init(r, r->max_line, r->max_size);
}

static void append(struct dot_reader *r, const char *bytes, size_t size)
{
    if (r->capacity - r->size < size) {
        size_t capacity = r->capacity ? r->capacity : 2048;
        while (capacity - r->size < size)
            capacity *= 2;
        r->bytes = mem_realloc(r->bytes, capacity);
        r->capacity = capacity;
    }
    memcpy(r->bytes + r->size, bytes, size);
    r->size += size;
}

static bool is_flawed(const struct dot_reader *r)
{
    return r->stray || r->long_line || r->too_big;
}

/* The line from line_start on is whole. Returns true when it is the closing dot. */
static bool finish_line(struct dot_reader *r)
{
    char *line = r->bytes + r->line_start;
    size_t n = r->size - r->line_start;

    if (n == 3 && line[0] == '.') {
        r->size = r->line_start;
        return true;
    }
    if (memchr(line, '\r', n - 2)) r->stray = true;
    if (line[0] == '.') {
        memmove(line, line + 1, --n);
        r->size--;
    }
    if (n > r->max_line) r->long_line = true;
    if (r->size > r->max_size) r->too_big = true;
    r->line_start = r->size = is_flawed(r) ? 0 : r->size;
    return false;
}

/* A line too long in any case is not kept: a filler that is no dot, and the last byte, which may be the CR. */
static void bound_line(struct dot_reader *r)
{
    size_t n = r->size - r->line_start;
    char last;

    if (n < 2 || n - 2 < r->max_line) return;
    r->long_line = true;
    last = r->bytes[r->size - 1];
    r->bytes[0] = 'x';
    r->bytes[1] = last;
    r->line_start = 0;
    r->size = 2;
}

size_t dot_reader_take(struct dot_reader *r, const char *bytes, size_t size, bool *ended)
{
    size_t taken = 0;

    *ended = false;
    while (taken < size && !*ended) {
        const char *lf = memchr(bytes + taken, '\n', size - taken);
        size_t n = lf ? (size_t)(lf + 1 - (bytes + taken)) : size - taken;

        append(r, bytes + taken, n);
        taken += n;
        if (lf && r->size - r->line_start >= 2 && r->bytes[r->size - 2] == '\r')
            *ended = finish_line(r);
        else if (lf)
            r->stray = true;
        if (!*ended) bound_line(r);
    }
    return taken;
}

bool content_has_whole_lines(const char *content, size_t size)
{
    const char *end = content + size;

    while (content < end) {
        const char *lf = memchr(content, '\n', (size_t)(end - content));
        const char *line_end = lf ? lf : end;
        const char *cr = memchr(content, '\r', (size_t)(line_end - content));

        if (cr ? !lf || cr != lf - 1 : lf != NULL) return false;
        content = lf ? lf + 1 : end;
    }
    return true;
}
