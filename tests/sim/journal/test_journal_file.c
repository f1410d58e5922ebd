/* Journals on disk: what is written is read again, what was whole before a cut is read, and damage is told. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/journal/journal_file.h"
#include "tests/sim/journal/sample_journal.h"

static char folder[] = "/tmp/postroad-journal-XXXXXX";
static char path[64], part_path[80];
static char error[JOURNAL_ERROR_BYTES];

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.journal", folder);
    snprintf(part_path, sizeof part_path, "%s.part", path);
    error[0] = '\0';
}

static void remove_folder(void)
{
    remove(path);
    remove(part_path);
    remove(folder);
}

TestSuite(journal_file, .init = make_folder, .fini = remove_folder);

static bool exists(const char *name)
{
    return access(name, F_OK) == 0;
}

/* Writes a journal of `rounds` events of each kind, and returns what it should hold. */
static struct journal_memory *write_sample(int rounds)
{
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    struct journal_writer *writer = journal_writer_open(path, false, error);
    cr_assert_not_null(writer, "%s", error);
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_all()));
    sample_emit_all(journal, rounds);
    cr_assert_not(exists(path), "the name never holds half a journal");
    cr_assert(journal_writer_close(writer, error), "%s", error);
    cr_assert_not(exists(part_path));
    journal_free(journal);
    return memory;
}

struct file_bytes {
    unsigned char *bytes;
    size_t size;
};

static struct file_bytes load(const char *name)
{
    struct file_bytes file = {malloc(1 << 22), 0};
    FILE *f = fopen(name, "rb");
    cr_assert_not_null(f);
    file.size = fread(file.bytes, 1, 1 << 22, f);
    fclose(f);
    return file;
}

static void store(const struct file_bytes *file, size_t size)
{
    FILE *f = fopen(path, "wb");
    cr_assert_eq(fwrite(file->bytes, 1, size, f), size);
    fclose(f);
}

Test(journal_file, every_kind_of_event_comes_back_as_it_was)
{
    struct journal_memory *told = write_sample(200);
    bool truncated = true;
    struct journal_memory *read = journal_file_read(path, &truncated, error);
    cr_assert_not_null(read, "%s", error);
    cr_assert_not(truncated);
    cr_assert_eq(journal_memory_count(read), journal_memory_count(told));
    cr_assert(sample_same_events(told, read, journal_memory_count(told)));
    cr_assert(journal_file_is_journal(path));
    journal_memory_free(told);
    journal_memory_free(read);
}

Test(journal_file, a_journal_without_events_is_a_journal)
{
    struct journal_writer *writer = journal_writer_open(path, false, error);
    cr_assert(journal_writer_close(writer, error));
    struct journal_memory *read = journal_file_read(path, NULL, error);
    cr_assert_not_null(read, "%s", error);
    cr_assert_eq(journal_memory_count(read), 0);
    journal_memory_free(read);
}

Test(journal_file, what_was_whole_before_a_cut_is_read_at_every_offset)
{
    struct journal_memory *told = write_sample(8); /* three blocks */
    struct stat status;
    cr_assert_eq(stat(path, &status), 0);
    size_t least = journal_memory_count(told), steps = 0;
    for (off_t size = status.st_size - 1; size >= 0; size--) {
        cr_assert_eq(truncate(path, size), 0);
        bool truncated = false;
        struct journal_memory *read = journal_file_read(path, &truncated, error);
        if (size < 8) {
            cr_assert_null(read, "less than the magic is no journal");
            continue;
        }
        cr_assert_not_null(read, "%ld bytes: %s", (long)size, error);
        cr_assert(truncated);
        size_t n = journal_memory_count(read);
        cr_assert(n <= least && sample_same_events(told, read, n));
        cr_assert(size < status.st_size - 16 || n == least, "the index is not needed");
        steps += n < least;
        least = n;
        journal_memory_free(read);
    }
    cr_assert_geq(steps, 2, "only %zu blocks: the sample is too small to show anything", steps);
    cr_assert_eq(least, 0);
    journal_memory_free(told);
}

static void poke(FILE *f, size_t offset, int byte)
{
    fseek(f, (long)offset, SEEK_SET);
    fputc(byte, f);
}

Test(journal_file, every_flipped_bit_is_told_or_harmless)
{
    struct journal_memory *told = write_sample(1);
    struct file_bytes file = load(path);
    size_t harmless = 0, n = journal_memory_count(told);
    FILE *f = fopen(path, "r+b");
    setvbuf(f, NULL, _IONBF, 0);
    for (size_t bit = 0; bit < file.size * 8; bit++) {
        if (bit > 0) poke(f, (bit - 1) / 8, file.bytes[(bit - 1) / 8]);
        poke(f, bit / 8, file.bytes[bit / 8] ^ 1 << bit % 8);
        error[0] = '\0';
        struct journal_memory *read = journal_file_read(path, NULL, error);
        if (!read) {
            cr_assert_eq(strncmp(error, path, strlen(path)), 0, "the message names the file: %s", error);
            continue;
        }
        cr_assert(journal_memory_count(read) == n && sample_same_events(told, read, n), "bit %zu", bit);
        harmless++;
        journal_memory_free(read);
    }
    fclose(f);
    cr_assert_lt(harmless, file.size * 8 / 100, "%zu of %zu bits do not matter", harmless, file.size * 8);
    journal_memory_free(told);
    free(file.bytes);
}

Test(journal_file, bytes_behind_the_end_are_told)
{
    journal_memory_free(write_sample(1));
    FILE *f = fopen(path, "ab");
    fputc('x', f);
    fclose(f);
    cr_assert_null(journal_file_read(path, NULL, error));
    cr_assert_not_null(strstr(error, "corrupt"));
}

Test(journal_file, a_later_version_is_refused_by_its_number)
{
    journal_memory_free(write_sample(1));
    struct file_bytes file = load(path);
    file.bytes[8] = 2;
    store(&file, file.size);
    cr_assert_null(journal_file_read(path, NULL, error));
    char expected[JOURNAL_ERROR_BYTES];
    snprintf(expected, sizeof expected, "%s: the journal is of format version 2; this program reads version 1", path);
    cr_assert_str_eq(error, expected);
    free(file.bytes);
}

Test(journal_file, what_is_no_journal_is_told_so)
{
    FILE *f = fopen(path, "wb");
    fputs("{ \"postroad\": 1 }", f);
    fclose(f);
    cr_assert_not(journal_file_is_journal(path));
    cr_assert_null(journal_file_read(path, NULL, error));
    cr_assert_not_null(strstr(error, "this is not a postroad journal"));
    cr_assert_null(journal_file_read("/nonexistent/x.journal", NULL, error));
    cr_assert_str_eq(error, "/nonexistent/x.journal: No such file or directory");
    cr_assert_not(journal_file_is_journal("/nonexistent/x.journal"));
    cr_assert_null(journal_file_read(folder, NULL, error), "a folder is none either");
    cr_assert_not_null(strstr(error, "directory"), "%s", error);
}

Test(journal_file, a_growing_journal_can_be_read_while_it_is_written)
{
    struct journal *journal = journal_new();
    struct journal_writer *writer = journal_writer_open(path, true, error);
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_all()));
    sample_emit_all(journal, 100);
    bool truncated = false;
    struct journal_memory *read = journal_file_read(path, &truncated, error);
    cr_assert_not_null(read, "%s", error);
    cr_assert(truncated);
    cr_assert_gt(journal_memory_count(read), 50 * (size_t)(EVENT_KINDS - 1));
    journal_memory_free(read);
    cr_assert(journal_writer_close(writer, error));
    read = journal_file_read(path, &truncated, error);
    cr_assert_not(truncated);
    cr_assert_eq(journal_memory_count(read), 100 * (size_t)(EVENT_KINDS - 1));
    journal_memory_free(read);
    journal_free(journal);
}

/* What a reader already has may have been read in another way. */
Test(journal_file, a_follower_reads_on_in_a_growing_journal_to_its_end)
{
    struct journal *journal = journal_new();
    struct journal_memory *all = journal_memory_new(), *read = journal_memory_new();
    struct journal_writer *writer = journal_writer_open(path, true, error);
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_all()));
    journal_add_reader(journal, journal_memory_reader(all, event_mask_all()));
    sample_emit_all(journal, 3);
    journal_memory_append(read, journal_memory_at(all, 0));
    struct journal_follower *follower = journal_follower_open(path, error);
    cr_assert_not_null(follower, "%s", error);
    for (int round = 0; round < 20; round++) {
        journal_writer_flush(writer);
        cr_assert(journal_follower_read(follower, read), "round %d", round);
        cr_assert_eq(journal_memory_count(read), journal_memory_count(all));
        cr_assert_not(journal_follower_read(follower, read), "nothing has come since");
        cr_assert(journal_follower_goes_on(follower));
        sample_emit_all(journal, 1 + round % 3);
    }
    cr_assert(journal_writer_close(writer, error));
    cr_assert(journal_follower_read(follower, read));
    cr_assert_not(journal_follower_goes_on(follower));
    cr_assert_eq(journal_memory_count(read), journal_memory_count(all));
    for (size_t i = 0; i < journal_memory_count(all); i++)
        cr_assert_eq(journal_memory_at(read, i)->id, journal_memory_at(all, i)->id);
    journal_follower_free(follower);
    journal_memory_free(read);
    journal_memory_free(all);
    journal_free(journal);
}

Test(journal_file, an_abandoned_journal_leaves_nothing_and_the_old_one_in_place)
{
    struct journal_memory *old = write_sample(1);
    struct journal *journal = journal_new();
    struct journal_writer *writer = journal_writer_open(path, false, error);
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_all()));
    sample_emit_all(journal, 2);
    journal_writer_abandon(writer);
    cr_assert_not(exists(part_path));
    struct journal_memory *read = journal_file_read(path, NULL, error);
    cr_assert_eq(journal_memory_count(read), journal_memory_count(old));
    journal_memory_free(read);
    journal_memory_free(old);
    journal_free(journal);
}

Test(journal_file, a_mask_decides_what_is_written)
{
    struct journal *journal = journal_new();
    struct journal_writer *writer = journal_writer_open(path, false, error);
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_group(GROUP_DNS)));
    sample_emit_all(journal, 3);
    cr_assert(journal_writer_close(writer, error));
    struct journal_memory *read = journal_file_read(path, NULL, error);
    size_t kinds = 0;
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        kinds += event_kind_group((enum event_kind)kind) == GROUP_DNS;
    cr_assert_eq(journal_memory_count(read), 3 * kinds);
    for (size_t i = 0; i < 3 * kinds; i++)
        cr_assert_eq(event_kind_group(journal_memory_at(read, i)->kind), GROUP_DNS);
    journal_memory_free(read);
    journal_free(journal);
}

static void fill(struct journal_writer *writer)
{
    struct journal *journal = journal_new();
    journal_add_reader(journal, journal_writer_reader(writer, event_mask_all()));
    sample_emit_all(journal, 300);
    journal_free(journal);
}

Test(journal_file, a_full_disk_and_a_closed_pipe_are_told)
{
    struct journal_writer *writer = journal_writer_open("/dev/full", false, error);
    cr_assert_not_null(writer, "%s", error);
    fill(writer);
    cr_assert_not(journal_writer_close(writer, error));
    cr_assert_str_eq(error, "/dev/full: cannot write the journal: No space left on device");

    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(mkfifo(path, 0600), 0);
    FILE *reading = fopen(path, "r+"); /* both ends, so that opening does not wait */
    writer = journal_writer_open(path, false, error);
    fclose(reading);
    fill(writer);
    cr_assert_not(journal_writer_close(writer, error));
    cr_assert_not_null(strstr(error, strerror(EPIPE)), "%s", error);

    cr_assert_null(journal_writer_open("/nonexistent/x.journal", false, error));
    cr_assert_str_eq(error, "/nonexistent/x.journal: cannot write: No such file or directory");
}
