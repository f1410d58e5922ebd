/* Transparency (RFC 5321 4.5.2): whatever the pieces in which content arrives, and whatever is in it, it is read as it
   is when it comes octet by octet; and what was written is read. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"

TestSuite(transparency);

enum { LONGEST = 4000, MAX_LINE = 60, MAX_SIZE = 3000 };

struct text {
    char bytes[3 * LONGEST];
    size_t size;
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void add(struct text *text, const char *piece)
{
    memcpy(text->bytes + text->size, piece, strlen(piece));
    text->size += strlen(piece);
}

enum { PLAIN, DOTTED, TRICKY };

/* Mostly whole lines: with dots, or with all that is tricky about them. */
static void make_content(struct text *text, uint64_t *seed, unsigned kind)
{
    static const char *const strange[] = {".", "..", "\r", "\n", ".\r", "\n.\r\n", "\r\n.\n", "\r\r\n", "\n\r"};
    size_t most = next_random(seed) % 4 ? 200 : LONGEST;
    size_t wanted = next_random(seed) % most;
    text->size = 0;
    while (text->size < wanted) {
        size_t n = kind != PLAIN && next_random(seed) % 4 == 0 ? 0 : next_random(seed) % (MAX_LINE + 2);
        for (; n > 0; n--)
            add(text, "x");
        if (kind != PLAIN && next_random(seed) % 4 == 0)
            add(text, strange[next_random(seed) % (kind == DOTTED ? 2 : sizeof strange / sizeof strange[0])]);
        add(text, "\r\n");
    }
}

struct reading {
    struct dot_reader reader;
    size_t taken;
    bool ended;
};

/* most: the largest piece. */
static struct reading read_in_pieces(const struct text *text, enum stray_line_ends strays, size_t most, uint64_t *seed)
{
    struct reading reading = {0};
    dot_reader_init(&reading.reader, MAX_LINE, MAX_SIZE);
    reading.reader.strays = strays;
    while (reading.taken < text->size && !reading.ended) {
        size_t left = text->size - reading.taken, n = most == 1 ? 1 : 1 + next_random(seed) % most;
        reading.taken +=
            dot_reader_take(&reading.reader, text->bytes + reading.taken, n < left ? n : left, &reading.ended);
    }
    return reading;
}

static bool is_flawed(const struct dot_reader *r)
{
    return r->stray || r->long_line || r->too_big;
}

static void check_same(const struct reading *a, const struct reading *b, unsigned round)
{
    cr_assert_eq(a->ended, b->ended, "round %u", round);
    cr_assert_eq(a->taken, b->taken, "round %u", round);
    /* Of several flaws in one line it may be another that is seen first: what is too long in any case is not kept. */
    cr_assert_eq(is_flawed(&a->reader), is_flawed(&b->reader), "round %u", round);
    if (is_flawed(&a->reader)) return; /* nothing more is kept */
    cr_assert_eq(a->reader.size, b->reader.size, "round %u", round);
    cr_assert(a->reader.size == 0 || memcmp(a->reader.bytes, b->reader.bytes, a->reader.size) == 0, "round %u", round);
}

Test(transparency, pieces_make_no_difference)
{
    static struct text text;
    uint64_t seed = 88172645463325252;
    unsigned ended = 0, flawed = 0;

    for (unsigned round = 0; round < 3000; round++) {
        enum stray_line_ends strays = (enum stray_line_ends)(round % 3);
        make_content(&text, &seed, round / 3 % 3);
        add(&text, ".\r\n");
        struct reading by_octet = read_in_pieces(&text, strays, 1, &seed);
        struct reading by_piece = read_in_pieces(&text, strays, round % 5 ? 1500 : 30, &seed);
        check_same(&by_octet, &by_piece, round);
        ended += by_octet.ended;
        flawed += is_flawed(&by_octet.reader);
        dot_reader_free(&by_octet.reader);
        dot_reader_free(&by_piece.reader);
    }
    cr_assert(ended > 1000 && flawed > 300 && flawed < 2700, "%u ended, %u flawed", ended, flawed);
}

static uint64_t collect(void *context, const char *bytes, size_t size)
{
    struct text *text = context;
    size_t at = text->size;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return at;
}

Test(transparency, what_is_written_is_read)
{
    static struct text text, sent;
    uint64_t seed = 1181783497276652981, length;
    unsigned with_dots = 0;

    for (unsigned round = 0; round < 2000; round++) {
        struct session_io io = {.context = &sent, .write = collect};
        struct reading reading;
        make_content(&text, &seed, round % 3);
        sent.size = 0;
        transparency_write(&io, text.bytes, text.size, &length);
        cr_assert_eq(length, sent.size);
        if (!content_has_whole_lines(text.bytes, text.size)) continue;
        reading = read_in_pieces(&sent, STRAY_IS_CONTENT, 1500, &seed);
        cr_assert(reading.ended && reading.taken == sent.size, "round %u", round);
        if (!is_flawed(&reading.reader)) {
            cr_assert_eq(reading.reader.size, text.size, "round %u", round);
            cr_assert(text.size == 0 || memcmp(reading.reader.bytes, text.bytes, text.size) == 0, "round %u", round);
            with_dots += sent.size > text.size + 3;
        }
        dot_reader_free(&reading.reader);
    }
    cr_assert(with_dots > 50, "%u", with_dots);
}

static bool has_whole_lines_plainly(const char *content, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (content[i] == '\r' && (i + 1 == size || content[i + 1] != '\n')) return false;
        if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r')) return false;
    }
    return true;
}

/* All texts of up to seven of these octets, at every place in a longer one. */
Test(transparency, cr_and_lf_that_stand_alone_are_found_wherever_they_are)
{
    static const char octets[] = {'\r', '\n', 'x', '.'};
    char text[64];

    for (size_t at = 0; at < 40; at += 13) {
        for (unsigned k = 0; k < 4 * 4 * 4 * 4 * 4 * 4 * 4; k++) {
            size_t size = at;
            memset(text, 'x', sizeof text);
            for (unsigned rest = k, i = 0; i < 7; i++, rest /= 4)
                text[size++] = octets[rest % 4];
            for (size_t end = at; end <= size + 17; end += end < size ? 1 : 17)
                cr_assert_eq(content_has_whole_lines(text, end), has_whole_lines_plainly(text, end), "%zu %u %zu", at,
                             k, end);
        }
    }
}

/* Whoever sends nothing but dots at the beginnings of lines, as much as fits, makes no more work than others. */
Test(transparency, many_dots_are_little_work, .timeout = 10)
{
    enum { LINES = 300000 };
    char *content = mem_alloc(4 * LINES);
    struct dot_reader reader;
    bool ended;

    for (size_t i = 0; i < LINES; i++)
        memcpy(content + 4 * i, "..\r\n", 4);
    dot_reader_init(&reader, MAX_LINE, 4 * LINES);
    cr_assert_eq(dot_reader_take(&reader, content, 4 * LINES, &ended), 4 * LINES);
    cr_assert_eq(reader.size, 3 * LINES);
    dot_reader_free(&reader);
    mem_free(content);
}
