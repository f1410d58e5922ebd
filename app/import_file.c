/* See import_file.h. */
#include "app/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { TM_YEAR_0 = 1900, LOOK_AT_BYTES = 16384 };
/* A packet takes some 500 bytes here while it is looked at. */
#define INPUT_MAX_BYTES ((size_t)4 << 30)

struct input {
    uint8_t *bytes;
    size_t size, room;
    int year; /* in which it was written last */
};

static bool cannot_read(const char *command, const char *path, const char *why)
{
    fprintf(stderr, tr("postroad %s: cannot read %s: %s\n"), command, path, why);
    return false;
}

static bool read_on(const char *command, int file, const char *path, struct input *input)
{
    ssize_t n = 1;
    while (n > 0) {
        if (input->size == input->room) {
            input->room = input->room ? 2 * input->room : 1 << 16;
            input->bytes = mem_realloc(input->bytes, input->room);
        }
        n = read(file, input->bytes + input->size, input->room - input->size);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return cannot_read(command, path, strerror(errno));
        else
            input->size += (size_t)n;
        if (input->size > INPUT_MAX_BYTES) {
            cannot_read(command, path, tr("it is larger than 4 GiB"));
            fputs(tr("  hint: take a part of a capture with editcap or tcpdump -r ... port 25, of a log with grep\n"),
                  stderr);
            return false;
        }
    }
    return true;
}

/* A pipe is read to its end, so that `zcat mail.log.2.gz mail.log.1.gz | postroad import /dev/stdin` works; one that
   nobody writes to is not waited for. */
static bool input_read(const char *command, const char *path, struct input *input)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return cannot_read(command, path, strerror(errno));
    bool good = fstat(file, &about) == 0 || cannot_read(command, path, strerror(errno));
    if (good && S_ISDIR(about.st_mode)) good = cannot_read(command, path, tr("it is a directory"));
    if (good) {
        struct tm when;
        if (gmtime_r(&about.st_mtime, &when)) input->year = when.tm_year + TM_YEAR_0;
        fcntl(file, F_SETFL, O_RDONLY);
        good = read_on(command, file, path, input);
    }
    close(file);
    return good;
}

static void tell_report(const char *command, const char *path, const struct import_report *report)
{
    if (!report->error[0]) return;
    fprintf(stderr, "postroad %s: %s: %s\n", command, path, report->error);
    if (report->hint[0]) fprintf(stderr, tr("  hint: %s\n"), report->hint);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

bool import_file_is_recording(const char *path)
{
    struct stat about;
    uint8_t *bytes = mem_alloc(LOOK_AT_BYTES);
    FILE *file = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "rb") : NULL;
    size_t n = file ? fread(bytes, 1, LOOK_AT_BYTES, file) : 0;
    if (file) fclose(file);
    /* A scenario is an object. */
    size_t blank = 0;
    while (blank < n && strchr(" \t\r\n", bytes[blank]) && bytes[blank])
        blank++;
    bool is = blank < n && bytes[blank] != '{' && import_format_of(bytes, n) != IMPORT_UNKNOWN;
    mem_free(bytes);
    return is;
}

struct journal_memory *import_file_read(const char *command, const char *path, struct import_options *options,
                                        struct import_report *report)
{
    struct input input = {0};
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    *report = (struct import_report){0};
    options->title = last_part(path);
    bool read = input_read(command, path, &input);
    if (!options->year) options->year = input.year;
    bool good = read && import_bytes(input.bytes, input.size, options, journal, report);
    if (read && !good) tell_report(command, path, report);
    mem_free(input.bytes);
    journal_free(journal);
    if (good) return memory;
    journal_memory_free(memory);
    return NULL;
}
