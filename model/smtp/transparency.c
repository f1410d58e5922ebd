/* Dot-stuffing and its undoing (RFC 5321 4.5.2, RFC 1939 3). The end of data is CR LF . CR LF and nothing else: with LF
   or CR alone a line goes on, so no other spelling of the closing dot can end the content early. */
#include "model/smtp/transparency.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"

/* A line ends with CR LF only: behind LF alone no dot is doubled, for no receiver may take it for the closing one. */
static const char *next_line(const char *line, const char *end)
{
    const char *lf = memchr(line, '\n', (size_t)(end - line));

    while (lf && (lf == line || lf[-1] != '\r'))
        lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1));
    return lf ? lf + 1 : end;
}

enum { HAS_STRAY = 1, HAS_DOT_LINE = 2 };

/* Which of these there are: CR without LF or LF without CR; a line that begins with a dot. Whole mails are gone
   through, and this is a loop without branches, which compilers make wide. */
static unsigned special_lines(const char *content, size_t size)
{
    unsigned char stray = 0, dot = 0;

    if (size == 0) return 0;
    for (size_t i = 1; i < size; i++) {
        stray |= (unsigned char)((content[i - 1] == '\r') ^ (content[i] == '\n'));
        dot |= (unsigned char)((content[i - 1] == '\n') & (content[i] == '.'));
    }
    stray |= content[0] == '\n' || content[size - 1] == '\r';
    dot |= content[0] == '.';
    return (stray ? HAS_STRAY : 0u) | (dot ? HAS_DOT_LINE : 0u);
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
    bool whole = size == 0 || (size >= 2 && end[-2] == '\r' && end[-1] == '\n');
    const char *tail = whole ? closing + 2 : closing;
    const char *dot = special_lines(content, size) & HAS_DOT_LINE ? find_dot_line(begin, end) : end;
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
        size_t capacity = r->capacity ? 4 * r->capacity : 2048; /* few copies for a mail of usual size */
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

/* A CR within a line of n bytes. */
static void treat_stray_cr(struct dot_reader *r, char *line, size_t n)
{
    char *cr = memchr(line, '\r', n);

    if (cr && r->strays == STRAY_IS_FLAW) r->stray = true;
    if (r->strays != STRAY_BECOMES) return;
    for (; cr; cr = memchr(cr, '\r', (size_t)(line + n - cr)))
        *cr = ' ';
}

/* The line from line_start on is whole. Returns true when it is the closing dot. is_bare: it ended with LF alone. */
static bool finish_line(struct dot_reader *r, bool is_bare)
{
    char *line = r->bytes + r->line_start;
    size_t n = r->size - r->line_start;
    bool is_dot = n == 3 && line[0] == '.';
    bool after_bare = r->after_bare;

    r->after_bare = is_bare;
    if (is_dot && !is_bare && !after_bare) {
        r->size = r->line_start;
        return true;
    }
    treat_stray_cr(r, line, n - 2);
    if (line[0] == '.' && !is_dot) {
        memmove(line, line + 1, --n);
        r->size--;
    }
    if (n > r->max_line) r->long_line = true;
    if (r->size > r->max_size) r->too_big = true;
    r->line_start = r->size = is_flawed(r) ? 0 : r->size;
    return false;
}

/* The line from line_start on ends with LF alone. */
static void finish_bare_line(struct dot_reader *r)
{
    if (r->strays == STRAY_IS_FLAW) r->stray = true;
    if (r->strays != STRAY_BECOMES) return;
    r->size--;
    append(r, "\r\n", 2);
    finish_line(r, true);
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

static size_t last_lines_end(const char *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] != '\n')
        size--;
    return size;
}

static bool has_long_line(const char *bytes, size_t size, size_t max_line)
{
    for (size_t done; size > max_line; bytes += done, size -= done)
        if ((done = last_lines_end(bytes, max_line)) == 0) return true;
    return false;
}

static bool may_begin_plainly(const struct dot_reader *r, size_t size)
{
    return r->size == r->line_start && !r->after_bare && !is_flawed(r) && size <= r->max_size - r->size;
}

/* How many of these bytes are whole lines about which there is nothing to do but to keep them: all of them, as a rule,
   but for the last line. */
static size_t all_plain_lines(const struct dot_reader *r, const char *bytes, size_t size)
{
    size_t whole = may_begin_plainly(r, size) ? last_lines_end(bytes, size) : 0;
    return special_lines(bytes, whole) || has_long_line(bytes, whole, r->max_line) ? 0 : whole;
}

/* The same, but only up to the first line that is not so. */
static size_t plain_lines(const struct dot_reader *r, const char *bytes, size_t size)
{
    const char *line = bytes, *end = bytes + size;
    const char *lf;

    if (!may_begin_plainly(r, size)) return 0;
    while (line < end && *line != '.' && (lf = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        if (lf == line || memchr(line, '\r', (size_t)(lf - line)) != lf - 1) break;
        if ((size_t)(lf + 1 - line) > r->max_line) break;
        line = lf + 1;
    }
    return (size_t)(line - bytes);
}

size_t dot_reader_take(struct dot_reader *r, const char *bytes, size_t size, bool *ended)
{
    size_t taken = all_plain_lines(r, bytes, size);

    if (taken > 0) {
        append(r, bytes, taken);
        r->line_start = r->size;
    }
    *ended = false;
    while (taken < size && !*ended) {
        size_t plain = plain_lines(r, bytes + taken, size - taken);
        if (plain > 0) {
            append(r, bytes + taken, plain);
            r->line_start = r->size;
            taken += plain;
            continue;
        }
        const char *lf = memchr(bytes + taken, '\n', size - taken);
        size_t n = lf ? (size_t)(lf + 1 - (bytes + taken)) : size - taken;

        append(r, bytes + taken, n);
        taken += n;
        if (lf && r->size - r->line_start >= 2 && r->bytes[r->size - 2] == '\r')
            *ended = finish_line(r, false);
        else if (lf)
            finish_bare_line(r);
        if (!*ended) bound_line(r);
    }
    return taken;
}

/* Once too big nothing is kept, so that memory is bounded. */
void dot_reader_add_chunk(struct dot_reader *r, const char *bytes, size_t size)
{
    if (is_flawed(r)) return;
    if (size > r->max_size - r->size)
        r->too_big = true;
    else
        append(r, bytes, size);
}

void dot_reader_end_chunks(struct dot_reader *r)
{
    struct dot_reader whole = {.max_line = r->max_line, .max_size = r->max_size, .strays = r->strays};
    size_t at = 0;

    if (is_flawed(r)) return;
    if (r->size > 0 && (r->size < 2 || memcmp(r->bytes + r->size - 2, "\r\n", 2) != 0)) append(r, "\r\n", 2);
    /* Line by line through the same door; with its dot doubled a line is what a sender of DATA makes of it. */
    while (at < r->size && !is_flawed(&whole)) {
        const char *lf = memchr(r->bytes + at, '\n', r->size - at);
        size_t n = (size_t)(lf + 1 - (r->bytes + at));
        bool ended;
        if (r->bytes[at] == '.' && whole.size == whole.line_start) append(&whole, ".", 1);
        dot_reader_take(&whole, r->bytes + at, n, &ended);
        at += n;
    }
    dot_reader_free(r);
    *r = whole;
}

bool content_has_whole_lines(const char *content, size_t size)
{
    return !(special_lines(content, size) & HAS_STRAY);
}

void content_clean_lines(char *content, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool is_pair = content[i] == '\r' && i + 1 < size && content[i + 1] == '\n';
        if (is_pair)
            i++;
        else if (content[i] == '\r' || content[i] == '\n')
            content[i] = ' ';
    }
}
