/* Trouble with a file of results: a full disk, a folder that is read-only, damage, kill -9, two at once. Each time
   there is a message that helps, and what was stored stays. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/study/results_read.h"
#include "tests/app/study/made_results.h"

TestSuite(results_trouble, .init = made_folder_begin, .fini = made_folder_end);

static void expect_told(const char *what)
{
    cr_expect(strstr(made_error, what), "\"%s\" is not in:\n%s", what, made_error);
    cr_expect_eq(strncmp(made_error, made_folder, strlen(made_folder)), 0, "it begins with the file's name: %s",
                 made_error);
}

static void expect_refused(const char *what)
{
    struct results_study study = made_study();
    *made_error = '\0';
    cr_expect_null(results_open(made_path, &study, made_error, sizeof made_error));
    expect_told(what);
}

static void expect_unreadable(const char *what)
{
    *made_error = '\0';
    cr_expect_null(results_read_open(made_path, made_error, sizeof made_error));
    expect_told(what);
}

/* Every run is there with its mail. */
static bool is_whole_run(void *context, const struct results_run *run)
{
    ++*(size_t *)context;
    cr_expect_eq(run->run->n_mails, 1);
    cr_expect_str_eq(run->run->mails[0].message, "m1");
    return true;
}

static size_t whole_runs(void)
{
    size_t n = 0;
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    cr_assert(reader, "%s", made_error);
    cr_assert(results_read_runs(reader, RESULTS_MAILS, is_whole_run, &n, made_error, sizeof made_error), "%s",
              made_error);
    results_read_close(reader);
    return n;
}

static void put_many(struct results *r, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++)
        cr_assert(made_put(r, (uint64_t)i % 7, i / 7, 1), "%s", made_error);
}

static void make_file(int64_t runs)
{
    struct results *r = made_open();
    put_many(r, 0, runs);
    results_close(r);
}

static size_t size_of(const char *path)
{
    struct stat status;
    cr_assert_eq(stat(path, &status), 0);
    return (size_t)status.st_size;
}

static char *bytes_of(const char *path, size_t *size)
{
    *size = size_of(path);
    char *bytes = malloc(*size + 1);
    FILE *file = fopen(path, "rb");
    cr_assert(file && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, size, file) == size);
    fclose(file);
}

/* --- a full disk --- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {bytes, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(results_trouble, a_full_disk_is_told_and_nothing_that_was_stored_is_lost)
{
    struct results *r = made_open();
    put_many(r, 0, 50);
    int64_t stored = 50;
    limit_files(256 << 10); /* files larger than that cannot be */
    while (made_put(r, (uint64_t)stored % 7, stored / 7, 1))
        cr_assert_lt(++stored, 100000);
    expect_told("no room left");
    expect_told("hint: nothing that was stored is lost");
    cr_expect(!results_has(r, (uint64_t)stored % 7, stored / 7));
    cr_expect(!made_put(r, (uint64_t)stored % 7, stored / 7, 1), "and again");
    limit_files(RLIM_INFINITY);
    put_many(r, stored, stored + 20); /* in the same session, once there is room */
    results_close(r);
    cr_expect_eq(whole_runs(), (size_t)stored + 20);
}

Test(results_trouble, a_session_that_ends_on_a_full_disk_is_gone_on_with)
{
    struct results *r = made_open();
    int64_t stored = 0;
    limit_files(256 << 10);
    while (made_put(r, (uint64_t)stored % 7, stored / 7, 1))
        stored++;
    results_close(r);
    limit_files(RLIM_INFINITY);
    r = made_open();
    cr_expect_eq(results_count(r), (size_t)stored);
    put_many(r, stored, stored + 20);
    results_close(r);
    cr_expect_eq(whole_runs(), (size_t)stored + 20);
}

Test(results_trouble, a_file_that_has_no_room_for_its_tables_is_told)
{
    limit_files(8 << 10);
    expect_refused("no room left");
    limit_files(RLIM_INFINITY);
    make_file(1);
    cr_expect_eq(whole_runs(), 1);
}

/* --- folders and rights --- */

/* Root may write everywhere. */
static void become_nobody(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() == 0) cr_assert_eq(seteuid(NOBODY), 0);
}

static void become_somebody(void)
{
    if (getuid() == 0) cr_assert_eq(seteuid(0), 0);
}

Test(results_trouble, a_folder_that_is_not_there_is_told)
{
    snprintf(made_path, sizeof made_path, "%s/none/r.db", made_folder);
    expect_refused("cannot be opened: No such file or directory");
    expect_unreadable("No such file or directory");
}

Test(results_trouble, a_folder_that_is_read_only_is_told_and_can_be_read_in)
{
    make_file(9);
    chmod(made_path, 0444);
    chmod(made_folder, 0555);
    become_nobody();
    expect_refused("read-only");
    cr_expect_eq(whole_runs(), 9);
    snprintf(made_path, sizeof made_path, "%s/new.db", made_folder);
    expect_refused("cannot be opened: Permission denied");
    become_somebody();
}

Test(results_trouble, a_study_that_was_killed_in_a_folder_that_is_read_only_now_can_be_read_to_its_end_or_says_so)
{
    pid_t child = fork();
    if (child == 0) {
        struct results *r = made_open();
        put_many(r, 0, 9);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    chmod(made_folder, 0555);
    become_nobody();
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    if (reader)
        cr_expect_eq(results_read_about(reader)->n_runs, 9);
    else
        expect_told("a study has left off in its midst");
    results_read_close(reader);
    become_somebody();
}

Test(results_trouble, a_folder_in_its_place_is_told)
{
    cr_assert_eq(mkdir(made_path, 0777), 0);
    expect_refused("cannot be opened: unable to open database file");
    expect_unreadable("Is a directory");
}

/* --- damage --- */

static void expect_damage(const char *what)
{
    size_t before, after;
    char *was = bytes_of(made_path, &before);
    expect_refused(what);
    expect_unreadable(what);
    char *is = bytes_of(made_path, &after);
    cr_expect(before == after && memcmp(was, is, before) == 0, "the file was left as it is");
    free(was), free(is);
}

Test(results_trouble, something_else_of_the_same_name_is_told_and_left_alone)
{
    const char text[] = "a,b\n1,2\n";
    write_bytes(made_path, text, sizeof text);
    expect_damage("no file of results");
}

Test(results_trouble, a_database_of_somebody_else_is_told_and_left_alone)
{
    char command[256];
    snprintf(command, sizeof command, "sqlite3 %s 'CREATE TABLE mine (a)' 2> /dev/null", made_path);
    if (system(command) != 0) cr_skip_test("there is no sqlite3");
    expect_damage("no file of results");
}

Test(results_trouble, a_page_that_was_overwritten_is_told)
{
    size_t size;
    make_file(500);
    char *bytes = bytes_of(made_path, &size);
    memset(bytes + size / 2 / 4096 * 4096, 0x5a, 4096);
    write_bytes(made_path, bytes, size);
    free(bytes);
    expect_damage("damaged");
}

Test(results_trouble, a_file_that_was_cut_off_is_told)
{
    size_t size;
    make_file(500);
    char *bytes = bytes_of(made_path, &size);
    write_bytes(made_path, bytes, size / 2);
    free(bytes);
    expect_damage("damaged");
}

Test(results_trouble, a_beginning_that_was_overwritten_is_told)
{
    size_t size;
    make_file(50);
    char *bytes = bytes_of(made_path, &size);
    memset(bytes, 0, 100);
    write_bytes(made_path, bytes, size);
    free(bytes);
    expect_damage("no file of results, or its beginning is damaged");
}

/* A database that is whole, and holds what no study has stored. */
static void change(const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(made_path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void expect_unreadable_runs(const char *what)
{
    size_t n = 0;
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    cr_assert(reader, "%s", made_error);
    cr_expect_not(results_read_runs(reader, RESULTS_MAILS, is_whole_run, &n, made_error, sizeof made_error));
    expect_told(what);
    results_read_close(reader);
}

Test(results_trouble, rows_that_are_not_there_are_told)
{
    make_file(3);
    change("DELETE FROM mails");
    expect_unreadable_runs("a run lacks mails");
    change("DELETE FROM point_values");
    expect_unreadable_runs("a point lacks a value");
}

/* Who asks a second time is told a second time. */
Test(results_trouble, a_point_that_was_refused_is_not_known)
{
    size_t n = 0;
    make_file(3);
    change("DELETE FROM point_values");
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    cr_assert(reader, "%s", made_error);
    for (int i = 0; i < 2; i++) {
        cr_expect_not(results_read_runs(reader, 0, is_whole_run, &n, made_error, sizeof made_error));
        expect_told("a point lacks a value");
    }
    results_read_close(reader);
}

/* Such would be reckoned with, beyond what a number holds. */
Test(results_trouble, times_before_the_beginning_are_told)
{
    static const char *const changes[] = {
        "UPDATE runs SET ended_ns = -1", "UPDATE mails SET written_ns = -9223372036854775807",
        "UPDATE mails SET first_attempt_ns = -1", "UPDATE mails SET ended_ns = -1", "UPDATE mails SET queue_ns = -1"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        make_file(1);
        change(changes[i]);
        expect_unreadable_runs("a time lies before the beginning");
        unlink(made_path);
    }
}

Test(results_trouble, a_run_with_a_number_that_none_can_have_is_told)
{
    static const char *const numbers[] = {"-1", "1000000000000000"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char sql[128];
        make_file(1);
        snprintf(sql, sizeof sql, "UPDATE runs SET replication = %s", numbers[i]);
        change(sql);
        expect_refused("no run can have");
        unlink(made_path);
    }
}

Test(results_trouble, an_empty_file_is_a_new_one_but_nothing_to_be_read)
{
    write_bytes(made_path, "", 0);
    expect_unreadable("empty");
    make_file(3);
    cr_expect_eq(whole_runs(), 3);
}

/* --- other studies --- */

Test(results_trouble, another_version_of_the_program_is_told)
{
    make_file(3);
    struct results_study study = made_study();
    study.identity++;
    study.version = "0.2";
    cr_expect_null(results_open(made_path, &study, made_error, sizeof made_error));
    expect_told("another version of postroad");
    expect_told("postroad 0.2");
    cr_expect_eq(whole_runs(), 3);
}

Test(results_trouble, a_study_that_varies_something_else_is_told)
{
    static const char *const others[] = {"/links/a/loss", "/links/b/loss"};
    make_file(3);
    struct results_study study = made_study();
    study.pointers = others;
    cr_expect_null(results_open(made_path, &study, made_error, sizeof made_error));
    expect_told("varies other values");
    study.n_pointers = 1;
    cr_expect_null(results_open(made_path, &study, made_error, sizeof made_error));
    expect_told("varies other values: \"/hosts/m/retry\"");
    cr_expect_eq(whole_runs(), 3);
}

Test(results_trouble, two_studies_on_one_file_are_one_too_many)
{
    int go[2];
    cr_assert_eq(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        struct results *r = made_open();
        put_many(r, 0, 3);
        cr_assert_eq(write(go[1], "x", 1), 1);
        pause();
    }
    char byte, told[64];
    cr_assert_eq(read(go[0], &byte, 1), 1);
    snprintf(told, sizeof told, "another study is adding to it (process %ld)", (long)child);
    expect_refused(told);
    cr_expect_eq(whole_runs(), 3, "reading is allowed meanwhile");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    struct results *r = made_open(); /* the lock ends with its process */
    put_many(r, 3, 6);
    results_close(r);
    cr_expect_eq(whole_runs(), 6);
    cr_expect_neq(access(made_file("r.db-lock"), F_OK), 0, "nothing is left beside the file");
    cr_expect_neq(access(made_file("r.db-wal"), F_OK), 0);
}

/* --- kill -9 --- */

/* Adds runs until it is killed; tells of each that results_put has said to be stored. */
static void add_for_ever(int told)
{
    struct results *r = made_open();
    for (int64_t i = 0;; i++) {
        if (results_has(r, (uint64_t)i % 7, i / 7)) continue;
        if (!made_put(r, (uint64_t)i % 7, i / 7, 1) || write(told, &i, sizeof i) != sizeof i) _exit(1);
    }
}

static void wait_us(long us)
{
    const struct timespec time = {.tv_nsec = us * 1000};
    nanosleep(&time, NULL);
}

static void take_told(int told, int64_t *last)
{
    int64_t n;
    if (read(told, &n, sizeof n) != sizeof n) return;
    cr_assert(n > *last, "run %lld was stored before, and made again", (long long)n);
    *last = n;
}

/* Somewhere while it opens the file, or while it adds to it. */
static void add_and_be_killed(long us, bool in_its_midst, int64_t *last)
{
    int told[2], status, more;
    cr_assert_eq(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) add_for_ever(told[1]);
    close(told[1]);
    if (in_its_midst) take_told(told[0], last);
    wait_us(us);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    cr_expect(WIFSIGNALED(status), "it was still at work");
    while (ioctl(told[0], FIONREAD, &more) == 0 && more > 0)
        take_told(told[0], last);
    close(told[0]);
}

Test(results_trouble, what_was_stored_is_there_after_a_hundred_kills, .timeout = 300)
{
    uint32_t luck = 12345;
    int64_t last = -1;
    for (int i = 0; i < 100; i++) {
        luck = luck * 1103515245 + 12345;
        add_and_be_killed((long)(luck >> 16) % 5000, i % 2, &last);
        if (access(made_path, F_OK) != 0 || size_of(made_path) == 0) continue; /* not yet made */
        struct results *r = made_open();
        for (int64_t n = 0; n <= last; n++)
            cr_assert(results_has(r, (uint64_t)n % 7, n / 7), "after kill %d run %lld is lost", i, (long long)n);
        cr_assert_leq(results_count(r), (size_t)last + 2, "one more may be stored, of which it could not tell");
        last = (int64_t)results_count(r) - 1;
        results_close(r);
    }
    cr_expect_gt(last, 100);
    cr_expect_eq(whole_runs(), (size_t)last + 1);
}
