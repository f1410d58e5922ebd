/* The file of results as such: see results_file.h. */
#include "app/study/results_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/study/results_tables.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { BUSY_MS = 20000 };

/* --- errors --- */

bool results_file_refuse(struct results_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = snprintf(file->error, file->room, "%s: ", file->path);
    if (n > 0 && (size_t)n < file->room) vsnprintf(file->error + n, file->room - (size_t)n, format, arguments);
    va_end(arguments);
    return false;
}

static bool refuse_full(struct results_file *file, const char *what)
{
    return results_file_refuse(
        file,
        tr("%s\n"
           "  hint: nothing that was stored is lost; make room, and start the same command again"),
        what);
}

bool results_file_damaged(struct results_file *file, const char *what)
{
    return results_file_refuse(file,
                               tr("the file is damaged: %s\n"
                                  "  hint: what can be saved: sqlite3 %s .recover | sqlite3 NEW.db"),
                               what, file->path);
}

/* SQLite tries several ways, and has the reason of the last only; the lock file beside it has met the first. */
static bool refuse_unopened(struct results_file *file)
{
    return results_file_refuse(file,
                               file->is_read ? tr("it cannot be opened: %s\n"
                                                  "  hint: the file, and what SQLite has put beside it, must be "
                                                  "readable")
                                             : tr("it cannot be opened: %s\n"
                                                  "  hint: the folder must be there, and be writable, for the file and "
                                                  "for what SQLite puts beside it"),
                               file->lock_errno ? strerror(file->lock_errno) : sqlite3_errmsg(file->db));
}

static bool refuse_strange(struct results_file *file, const char *what)
{
    return results_file_refuse(file, "%s\n  hint: %s", what,
                               file->is_read ? tr("name a file that postroad study has written (-o)")
                                             : tr("choose another name; the file was left as it is"));
}

bool results_file_fail(struct results_file *file, int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return refuse_full(file, tr("there is no room left on the disk"));
    case SQLITE_CORRUPT:
        return results_file_damaged(file, sqlite3_errmsg(file->db));
    case SQLITE_NOTADB:
        return refuse_strange(file, tr("this is no file of results, or its beginning is damaged"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return results_file_refuse(file, tr("it cannot be written: the file or its folder is read-only\n"
                                            "  hint: choose a name in a folder that you may write to"));
    case SQLITE_CANTOPEN:
        return refuse_unopened(file);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return results_file_refuse(file, tr("another program keeps it locked\n"
                                            "  hint: wait until that is done, or end it"));
    case SQLITE_IOERR: /* a file that may not grow is no full disk to SQLite; most often there is no difference */
        if (!file->is_read && code != SQLITE_IOERR_READ && code != SQLITE_IOERR_SHORT_READ)
            return refuse_full(file, tr("writing failed: there may be no room left on the disk"));
    }
    return results_file_refuse(file, "%s", sqlite3_errmsg(file->db));
}

/* --- statements --- */

sqlite3_stmt *results_file_prepare(struct results_file *file, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(file->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code == SQLITE_OK) return statement;
    results_file_fail(file, code);
    return NULL;
}

bool results_file_do(struct results_file *file, const char *sql)
{
    int code = sqlite3_exec(file->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || results_file_fail(file, code);
}

bool results_file_step(struct results_file *file, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    bool done = code == SQLITE_DONE || code == SQLITE_ROW || results_file_fail(file, code);
    sqlite3_reset(statement);
    return done;
}

/* The first column of the first row: a number; -1 after an error. */
static int64_t number_of(struct results_file *file, const char *sql)
{
    sqlite3_stmt *statement = results_file_prepare(file, sql);
    if (!statement) return -1;
    int code = sqlite3_step(statement);
    int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    if (code != SQLITE_ROW && code != SQLITE_DONE) results_file_fail(file, code);
    sqlite3_finalize(statement);
    return number;
}

/* --- who may write --- */

static char *lock_name(const struct results_file *file)
{
    size_t size = strlen(file->path) + sizeof "-lock";
    char *name = mem_alloc(size);
    snprintf(name, size, "%s-lock", file->path);
    return name;
}

/* The name may have been taken away between its being opened and locked, by who has just ended. */
static bool is_still(int descriptor, const char *name)
{
    struct stat mine, there;
    return fstat(descriptor, &mine) == 0 && stat(name, &there) == 0 && mine.st_ino == there.st_ino;
}

/* 0: got it, or there are no locks, such as on some network drives, where SQLite's own have to do; else who has it. */
static pid_t try_lock(struct results_file *file)
{
    char *name = lock_name(file);
    struct flock whole;
    bool again;
    do {
        whole = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
        file->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        file->lock_errno = file->lock < 0 ? errno : 0;
        bool got = file->lock >= 0 && fcntl(file->lock, F_SETLK, &whole) == 0;
        bool taken = file->lock >= 0 && !got && (errno == EACCES || errno == EAGAIN);
        again = (got && !is_still(file->lock, name)) ||
                (taken && fcntl(file->lock, F_GETLK, &whole) == 0 && whole.l_type == F_UNLCK);
        if (again || taken) close(file->lock);
        if (again || taken) file->lock = -1;
        if (!taken) whole.l_pid = 0;
    } while (again);
    mem_free(name);
    return whole.l_pid;
}

/* A lock of its own beside the file, since SQLite's are held for a transaction only. It ends with its process, however
   that ends. */
static bool lock(struct results_file *file)
{
    pid_t other = try_lock(file);
    return other == 0 ||
           results_file_refuse(file,
                               tr("another study is adding to it (process %ld)\n"
                                  "  hint: wait for it or end it with ctrl-C, or give this one another file "
                                  "and merge them: postroad study merge"),
                               (long)other);
}

static void unlock(struct results_file *file)
{
    if (file->lock < 0) return;
    char *name = lock_name(file);
    unlink(name);
    mem_free(name);
    close(file->lock);
    file->lock = -1;
}

/* --- opening --- */

static bool is_ours(struct results_file *file)
{
    int64_t application = number_of(file, "PRAGMA application_id"), form = number_of(file, "PRAGMA user_version");
    if (application < 0 || form < 0) return false;
    if (application != RESULTS_APPLICATION_ID)
        return refuse_strange(file, tr("this is a database, but no file of results"));
    if (form != RESULTS_FORM)
        return results_file_refuse(file, tr("its tables have form %lld, and this version of postroad knows form %d"),
                                   (long long)form, RESULTS_FORM);
    return true;
}

/* Finds what a torn or overwritten page has done, at the speed of the disk. */
static bool is_whole(struct results_file *file)
{
    sqlite3_stmt *statement = results_file_prepare(file, "PRAGMA quick_check(1)");
    if (!statement) return false;
    int code = sqlite3_step(statement);
    const char *found = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : "";
    bool whole = code == SQLITE_ROW && strcmp(found, "ok") == 0;
    if (!whole && code == SQLITE_ROW) results_file_damaged(file, found);
    if (code != SQLITE_ROW) results_file_fail(file, code);
    sqlite3_finalize(statement);
    return whole;
}

static bool make_tables(struct results_file *file)
{
    char *tables = results_tables_make();
    bool done =
        results_file_do(file, "BEGIN IMMEDIATE") && results_file_do(file, tables) && results_file_do(file, "COMMIT");
    sqlite3_free(tables);
    return done;
}

bool results_file_open(struct results_file *file, const char *path, char *error, size_t room)
{
    *file = (struct results_file){.path = mem_strdup(path), .lock = -1, .error = error, .room = room};
    if (!lock(file)) return false;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, &file->db, flags, NULL);
    if (code != SQLITE_OK) return results_file_fail(file, code);
    sqlite3_extended_result_codes(file->db, 1);
    sqlite3_busy_timeout(file->db, BUSY_MS);
    int64_t tables = number_of(file, "SELECT count(*) FROM sqlite_schema");
    if (tables < 0 || (tables > 0 && (!is_ours(file) || !is_whole(file)))) return false;
    if (!results_file_do(file, "PRAGMA journal_mode = WAL") || !results_file_do(file, "PRAGMA synchronous = NORMAL"))
        return false;
    return tables > 0 || make_tables(file);
}

/* Where nothing may be written, SQLite cannot read a file with a write-ahead log, unless it is told that nobody else
 * writes. */
static int open_unchanging(struct results_file *file)
{
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendall(text, "file:");
    for (const char *c = file->path; *c; c++)
        sqlite3_str_appendf(text, strchr("?#%", *c) ? "%%%02X" : "%c", *c);
    sqlite3_str_appendall(text, "?immutable=1");
    char *uri = sqlite3_str_finish(text);
    sqlite3_close(file->db);
    int code = sqlite3_open_v2(uri, &file->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    sqlite3_free(uri);
    return code;
}

/* What a study that was killed has left beside the file belongs to it. */
static bool has_log(const struct results_file *file)
{
    struct stat status;
    size_t size = strlen(file->path) + sizeof "-wal";
    char *name = mem_alloc(size);
    snprintf(name, size, "%s-wal", file->path);
    bool has = stat(name, &status) == 0 && status.st_size > 0;
    mem_free(name);
    return has;
}

bool results_file_open_to_read(struct results_file *file, const char *path, char *error, size_t room)
{
    struct stat status;
    *file = (struct results_file){.path = mem_strdup(path), .lock = -1, .is_read = true, .error = error, .room = room};
    if (stat(path, &status) != 0) return results_file_refuse(file, "%s", strerror(errno));
    if (S_ISDIR(status.st_mode)) return results_file_refuse(file, "%s", strerror(EISDIR));
    if (status.st_size == 0 && !has_log(file)) return results_file_refuse(file, tr("the file is empty"));
    int code = sqlite3_open_v2(path, &file->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(file->db, "PRAGMA schema_version", NULL, NULL, NULL);
    bool is_barred = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
    if (is_barred && has_log(file))
        return results_file_refuse(file,
                                   tr("a study has left off in its midst, and nothing can be written here\n"
                                      "  hint: copy it, and what is beside it, to a folder that you may write to"));
    if (is_barred) code = open_unchanging(file);
    if (code != SQLITE_OK) return results_file_fail(file, code);
    sqlite3_extended_result_codes(file->db, 1);
    sqlite3_busy_timeout(file->db, BUSY_MS);
    return is_ours(file) && is_whole(file);
}

/* One file stays behind, which can be read anywhere. That fails while somebody reads, and does no harm then. */
void results_file_close(struct results_file *file)
{
    if (file->db && file->lock >= 0) sqlite3_exec(file->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(file->db);
    unlock(file);
    mem_free(file->path);
    memset(file, 0, sizeof *file);
}
