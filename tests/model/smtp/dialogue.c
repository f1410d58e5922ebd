/* Reads and runs dialogues; see dialogue.h. */
#include "tests/model/smtp/dialogue.h"

#include <assert.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

/* --- Text
 * ------------------------------------------------------------------------------------------------------------- */

void dialogue_text_add(struct dialogue_text *text, const char *bytes, size_t size)
{
    if (text->capacity < text->size + size + 1) {
        text->capacity = 2 * (text->size + size + 1);
        text->bytes = mem_realloc(text->bytes, text->capacity);
    }
    if (size) memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void dialogue_text_free(struct dialogue_text *text)
{
    mem_free(text->bytes);
    memset(text, 0, sizeof *text);
}

void dialogue_tell(struct dialogue_record *record, const char *format, ...)
{
    char line[8192];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    dialogue_text_add(&record->told, line, strlen(line));
    dialogue_text_add(&record->told, "\n", 1);
}

char *dialogue_escaped(const char *bytes, size_t size)
{
    struct dialogue_text out = {0};

    dialogue_text_add(&out, "", 0);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char buffer[8];
        if (c == '\r' || c == '\n')
            snprintf(buffer, sizeof buffer, "\\%c", c == '\r' ? 'r' : 'n');
        else
            snprintf(buffer, sizeof buffer, c < 32 || c > 126 ? "\\x%02x" : "%c", c);
        dialogue_text_add(&out, buffer, strlen(buffer));
    }
    return out.bytes;
}

/* "{a*500}" at text: adds 500 times a; returns its length, 0 if it is no such thing. */
static size_t add_repeated(struct dialogue_text *out, const char *text)
{
    char *end;
    unsigned long n;

    if (text[0] != '{' || text[1] == '\0' || text[2] != '*') return 0;
    n = strtoul(text + 3, &end, 10);
    if (*end != '}') return 0;
    while (n-- > 0)
        dialogue_text_add(out, text + 1, 1);
    return (size_t)(end + 1 - text);
}

static size_t add_escape(struct dialogue_text *out, const char *text)
{
    static const char letters[] = "rnt\\", bytes[] = "\r\n\t\\";
    const char *letter;

    if (text[0] != '\\' || text[1] == '\0') return 0;
    if (text[1] == 'x') {
        char hex[3] = {text[2], text[3], 0};
        char c = (char)strtoul(hex, NULL, 16);
        dialogue_text_add(out, &c, 1);
        return 4;
    }
    letter = strchr(letters, text[1]);
    if (!letter) return 0;
    dialogue_text_add(out, bytes + (letter - letters), 1);
    return 2;
}

char *dialogue_unescaped(const char *text, size_t *size)
{
    struct dialogue_text out = {0};

    dialogue_text_add(&out, "", 0);
    while (*text) {
        size_t n = add_repeated(&out, text);
        if (n == 0) n = add_escape(&out, text);
        if (n == 0) {
            dialogue_text_add(&out, text, 1);
            n = 1;
        }
        text += n;
    }
    *size = out.size;
    return out.bytes;
}

/* --- One run
 * ------------------------------------------------------------------------------------------------------------ */

enum segmentation { WHOLE, BYTE_BY_BYTE, BETWEEN_CR_AND_LF, SPLIT_ONCE };

struct run {
    const struct dialogue_machine *type;
    const char *name;
    char *error;
    enum segmentation segmentation;
    size_t split; /* for SPLIT_ONCE */
    void *machine;
    struct dialogue_record record;
    struct dialogue_text batch; /* fed together once something is expected */
    size_t longest_batch;
    int64_t now_ns;
    bool started;
    int line;
};

static bool fail(struct run *r, const char *expected, const char *got)
{
    static const char *const names[] = {"whole", "byte by byte", "between CR and LF", "split once"};

    snprintf(r->error, DIALOGUE_ERROR_BYTES, "%s:%d: expected \"%.800s\", got \"%.800s\" (%s, %zu)", r->name, r->line,
             expected, got, names[r->segmentation], r->split);
    return false;
}

static void feed_piece(struct run *r, size_t begin, size_t end)
{
    /* A copy of its own, so that the sanitizer sees a read beyond the piece. */
    char *copy;

    if (begin == end) return;
    copy = mem_alloc(end - begin);
    memcpy(copy, r->batch.bytes + begin, end - begin);
    r->type->receive(r->machine, copy, end - begin, r->now_ns);
    mem_free(copy);
}

static void start_once(struct run *r)
{
    if (r->started) return;
    r->started = true;
    r->type->start(r->machine, r->now_ns);
}

static void feed_batch(struct run *r)
{
    size_t begin = 0, size = r->batch.size;

    start_once(r);
    if (size == 0) return;
    if (r->type->before_receive) r->type->before_receive(r->machine);
    if (size > r->longest_batch) r->longest_batch = size;
    for (size_t i = 1; i < size; i++) {
        bool cut = r->segmentation == BYTE_BY_BYTE ||
                   (r->segmentation == BETWEEN_CR_AND_LF && r->batch.bytes[i - 1] == '\r') ||
                   (r->segmentation == SPLIT_ONCE && i == r->split % size);
        if (!cut) continue;
        feed_piece(r, begin, i);
        begin = i;
    }
    feed_piece(r, begin, size);
    dialogue_text_free(&r->batch);
}

static bool matches(const char *pattern, const char *text)
{
    size_t n = strlen(pattern);

    if (n > 0 && pattern[n - 1] == '*') return strncmp(pattern, text, n - 1) == 0;
    return strcmp(pattern, text) == 0;
}

/* Cuts the next line, ended by ending, out of what was said or told. NULL: there is none. */
static char *next_line(const struct dialogue_text *text, size_t *checked, const char *ending)
{
    const char *begin = text->bytes ? text->bytes + *checked : "";
    const char *end = strstr(begin, ending);
    char *line;

    if (!end) return NULL;
    line = mem_alloc((size_t)(end - begin) + 1);
    memcpy(line, begin, (size_t)(end - begin));
    line[end - begin] = '\0';
    *checked += (size_t)(end - begin) + strlen(ending);
    return line;
}

/* "250-...": any number of lines that begin so. */
static void skip_lines(const struct dialogue_text *text, size_t *checked, const char *pattern)
{
    while (text->bytes && strncmp(text->bytes + *checked, pattern, 4) == 0)
        mem_free(next_line(text, checked, "\r\n"));
}

static bool expect(struct run *r, const char *pattern, const struct dialogue_text *text, size_t *checked,
                   const char *ending)
{
    char *wanted, *line;
    size_t size;
    bool right;

    feed_batch(r);
    if (strlen(pattern) > 4 && strcmp(pattern + 4, "...") == 0) {
        skip_lines(text, checked, pattern);
        return true;
    }
    wanted = ending[0] == '\r' ? dialogue_unescaped(pattern, &size) : mem_strdup(pattern);
    line = next_line(text, checked, ending);
    right = line && matches(wanted, line);
    if (!right) fail(r, pattern, line ? line : "nothing");
    mem_free(line);
    mem_free(wanted);
    return right;
}

/* Nothing was said or told beyond what was expected. */
static bool expect_no_more(struct run *r)
{
    const struct dialogue_record *record = &r->record;

    feed_batch(r);
    if (record->said.size > record->said_checked) return fail(r, "nothing", record->said.bytes + record->said_checked);
    if (record->told.size > record->told_checked) return fail(r, "nothing", record->told.bytes + record->told_checked);
    return true;
}

static void pass_time(struct run *r, const char *text)
{
    char *unit;
    int64_t n = strtoll(text, &unit, 10);
    int64_t ns = strcmp(unit, "h") == 0 ? HOUR : strcmp(unit, "min") == 0 ? MINUTE : MILLISECOND;
    int64_t until, deadline;

    if (strcmp(unit, "s") == 0) ns = SECOND;
    until = r->now_ns + n * ns;
    while ((deadline = r->type->deadline(r->machine)) <= until) {
        r->now_ns = deadline;
        r->type->on_deadline(r->machine, deadline);
    }
    r->now_ns = until;
}

static bool expect_closed(struct run *r)
{
    feed_batch(r);
    if (!r->type->is_over(r->machine)) return fail(r, "closes", "is open");
    return r->type->deadline(r->machine) == TIME_NEVER || fail(r, "no deadline", "a deadline");
}

static bool feed_line(struct run *r, const char *text, bool raw)
{
    size_t size;
    char *bytes = dialogue_unescaped(text, &size);

    /* Lines that follow each other arrive together; what was said before must have been expected. */
    if (r->batch.size == 0 && !expect_no_more(r)) {
        mem_free(bytes);
        return false;
    }
    dialogue_text_add(&r->batch, bytes, size);
    if (!raw) dialogue_text_add(&r->batch, "\r\n", 2);
    mem_free(bytes);
    return true;
}

static bool run_line(struct run *r, const char *line)
{
    struct dialogue_record *record = &r->record;

    if (line[0] == '\0' || line[0] == '#') return true;
    if (strncmp(line, "given ", 6) == 0)
        return (!r->started && r->type->given(r->machine, line + 6)) || fail(r, "a setting", line);
    if (line[0] == '+') {
        if (!expect_no_more(r)) return false;
        pass_time(r, line + 1);
        return true;
    }
    if (strncmp(line, "=> ", 3) == 0) return expect(r, line + 3, &record->told, &record->told_checked, "\n");
    if (strncmp(line, "do ", 3) == 0)
        return expect_no_more(r) && (r->type->happen(r->machine, line + 3, r->now_ns) || fail(r, "a happening", line));
    if (line[0] != 'C' && line[0] != 'S') return fail(r, "a line of a dialogue", line);
    if (line[0] != r->type->speaks && (strncmp(line + 1, ": ", 2) == 0 || strncmp(line + 1, "! ", 2) == 0))
        return feed_line(r, line + 3, line[1] == '!');
    if (line[0] == r->type->speaks && strcmp(line + 1, ": closes") == 0) return expect_closed(r);
    if (line[0] == r->type->speaks && strncmp(line + 1, ": ", 2) == 0)
        return expect(r, line + 3, &record->said, &record->said_checked, "\r\n");
    if (line[1] == ':' && line[2] == '\0') /* an empty line */
        return line[0] == r->type->speaks ? expect(r, "", &record->said, &record->said_checked, "\r\n")
                                          : feed_line(r, "", false);
    return fail(r, "a line of a dialogue", line);
}

static bool run_lines(struct run *r, const char *text)
{
    bool right = true;

    for (r->line = 1; right && *text; r->line++) {
        size_t n = strcspn(text, "\n");
        char *line = mem_alloc(n + 1);

        memcpy(line, text, n);
        line[n] = '\0';
        right = run_line(r, line);
        mem_free(line);
        text += n + (text[n] == '\n');
    }
    return right && expect_no_more(r);
}

static bool run_segmented(const struct dialogue_machine *type, const char *name, const char *text, char *error,
                          enum segmentation segmentation, size_t split, size_t *longest_batch)
{
    struct run r = {.type = type, .name = name, .error = error, .segmentation = segmentation, .split = split};
    bool right;

    r.machine = type->make(&r.record);
    right = run_lines(&r, text);
    type->free(r.machine);
    dialogue_text_free(&r.record.said);
    dialogue_text_free(&r.record.told);
    dialogue_text_free(&r.batch);
    *longest_batch = r.longest_batch;
    return right;
}

bool dialogue_run(const struct dialogue_machine *type, const char *name, const char *text, char *error)
{
    size_t longest, ignored;

    if (!run_segmented(type, name, text, error, WHOLE, 0, &longest)) return false;
    if (!run_segmented(type, name, text, error, BYTE_BY_BYTE, 0, &ignored)) return false;
    if (!run_segmented(type, name, text, error, BETWEEN_CR_AND_LF, 0, &ignored)) return false;
    /* Every position of a short batch; of a long one, all at its ends and a hundred between. */
    for (size_t split = 1; split<longest; split += split> 100 && split + 20 < longest ? 1 + longest / 100 : 1)
        if (!run_segmented(type, name, text, error, SPLIT_ONCE, split, &ignored)) return false;
    return true;
}

/* --- Files
 * -------------------------------------------------------------------------------------------------------------- */

static bool run_file(const struct dialogue_machine *type, const char *folder, const char *name, char *error)
{
    struct dialogue_text text = {0};
    char path[1024], buffer[4096];
    FILE *file;
    size_t n;
    bool right;

    snprintf(path, sizeof path, POSTROAD_SOURCE_DIR "/%s/%s", folder, name);
    file = fopen(path, "rb");
    assert(file);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        dialogue_text_add(&text, buffer, n);
    fclose(file);
    if (!text.bytes || text.bytes[0] != '#' || !strstr(text.bytes, "RFC")) {
        snprintf(error, DIALOGUE_ERROR_BYTES, "%s:1: the first line names no rule", name);
        right = false;
    } else
        right = dialogue_run(type, name, text.bytes, error);
    dialogue_text_free(&text);
    return right;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

size_t dialogue_run_folder(const struct dialogue_machine *type, const char *folder, char *error)
{
    struct dirent **entries;
    char path[1024];
    bool right = true;
    int n;

    snprintf(path, sizeof path, POSTROAD_SOURCE_DIR "/%s", folder);
    n = scandir(path, &entries, is_visible, alphasort);
    assert(n >= 0);
    for (int i = 0; i < n; i++) {
        right = right && run_file(type, folder, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return right ? (size_t)n : 0;
}
