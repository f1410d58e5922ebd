/* Files written beside and renamed, and the end of standard output: see output.h. */
#include "app/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/exit_codes.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct output_file {
    char *path, *beside; /* the same text when nothing is to be renamed */
    FILE *stream;
};

static void explain(const char *path, const char *why)
{
    fprintf(stderr, tr("postroad: cannot write %s: %s\n"), path, why);
}

/* The ending is kept, since some writers go by it. */
static char *beside_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    const char *ending = dot && (!slash || dot > slash) ? dot : "";
    size_t size = strlen(path) + strlen(ending) + sizeof ".part";
    char *name = mem_alloc(size);
    snprintf(name, size, "%s.part%s", path, ending);
    return name;
}

bool output_is_same(const char *path, const char *other)
{
    struct stat a, b;
    bool there = stat(path, &a) == 0, other_there = stat(other, &b) == 0;
    if (there && other_there) return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    return !there && !other_there && !strcmp(path, other);
}

struct output_file *output_open(const char *path)
{
    struct stat st;
    bool as_it_is = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    struct output_file *file = mem_calloc(1, sizeof *file);
    file->path = mem_strdup(path);
    file->beside = as_it_is ? mem_strdup(path) : beside_name(path);
    file->stream = fopen(file->beside, "wb");
    if (file->stream) return file;
    explain(path, strerror(errno));
    free(file->path);
    free(file->beside);
    free(file);
    return NULL;
}

FILE *output_stream(struct output_file *file)
{
    return file->stream;
}

const char *output_path(const struct output_file *file)
{
    return file->beside;
}

static bool is_renamed(const struct output_file *file)
{
    return strcmp(file->path, file->beside) != 0;
}

static void drop(struct output_file *file)
{
    free(file->path);
    free(file->beside);
    free(file);
}

bool output_commit(struct output_file *file)
{
    bool lost = ferror(file->stream) != 0; /* of an earlier write, so that errno is about something else by now */
    errno = 0;
    bool good = fclose(file->stream) == 0 && !lost;
    if (good && is_renamed(file)) good = rename(file->beside, file->path) == 0;
    if (!good) {
        explain(file->path, lost ? tr("not everything went in; is the disk full?") : strerror(errno ? errno : EIO));
        if (is_renamed(file)) unlink(file->beside);
    }
    drop(file);
    return good;
}

void output_abandon(struct output_file *file)
{
    fclose(file->stream);
    if (is_renamed(file)) unlink(file->beside);
    drop(file);
}

int output_finish(int code)
{
    errno = 0;
    bool good = fflush(stdout) == 0 && !ferror(stdout);
    if (good) return code;
    if (errno == EPIPE || errno == 0)
        fputs(tr("postroad: standard output was closed before everything was written\n"), stderr);
    else
        fprintf(stderr, tr("postroad: cannot write to standard output: %s\n"), strerror(errno));
    return EXIT_FAILED;
}
