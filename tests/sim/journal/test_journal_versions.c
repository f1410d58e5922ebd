/* Journals written by another edition of the program, with another vocabulary. They are put together here by hand, as
   docs/journal-format.md says, sharing only the code for numbers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "sim/journal/journal_file_format.h"

static char path[] = "/tmp/postroad-journal-XXXXXX";
static char error[JOURNAL_ERROR_BYTES];
static FILE *file;

static void begin_file(void)
{
    file = fdopen(mkstemp(path), "wb");
    cr_assert_not_null(file);
    fwrite(JOURNAL_MAGIC "\1\0\0", 1, FILE_HEAD_BYTES, file);
}

static void remove_file(void)
{
    remove(path);
}

TestSuite(journal_versions, .init = begin_file, .fini = remove_file);

static void put_section(const char *type, uint32_t count, uint64_t first_id, struct byte_buffer *raw)
{
    unsigned char frame[1000], head[SECTION_HEAD_BYTES] = {0};
    size_t size = ZSTD_compress(frame, sizeof frame, raw->bytes, raw->size, 1);
    memcpy(head, type, 4);
    store_u32(head + 4, (uint32_t)size);
    store_u32(head + 8, (uint32_t)raw->size);
    store_u32(head + 12, count);
    store_u64(head + 16, first_id);
    store_u32(head + 36, crc32_of(head, 36));
    fwrite(head, 1, sizeof head, file);
    fwrite(frame, 1, size, file);
    buffer_free(raw);
}

static void put_texts(struct byte_buffer *buffer, const char *const *texts)
{
    for (; *texts; texts++)
        buffer_put_text(buffer, *texts);
}

/* Two kinds: one nobody here knows, and link.drop in another order, with a field more and others missing. */
static void put_other_manifest(void)
{
    struct byte_buffer raw = {0};
    buffer_put_text(&raw, "pigeon.lost");
    buffer_put_varint(&raw, 2);
    put_texts(&raw, (const char *[]){"ring", "int", "colour", "text", NULL});
    buffer_put_text(&raw, "link.drop");
    buffer_put_varint(&raw, 4);
    put_texts(&raw, (const char *[]){"why", "text", "weather", "blob", "packet", "packet", "dir", "text", NULL});
    put_section(SECTION_MANIFEST, 2, 0, &raw);
}

static void put_event_head(struct byte_buffer *raw, unsigned kind, unsigned id_step, unsigned cause_step)
{
    buffer_put_varint(raw, kind);
    buffer_put_varint(raw, id_step);
    buffer_put_varint(raw, 1000);
    buffer_put_varint(raw, cause_step);
}

static struct byte_buffer other_events(void)
{
    struct byte_buffer raw = {0};
    put_event_head(&raw, 1, 0, 0);
    buffer_put_signed(&raw, -5);
    buffer_put_text(&raw, "grey");
    put_event_head(&raw, 2, 3, 3);
    put_texts(&raw, (const char *[]){"loss", "rain", NULL});
    buffer_put_signed(&raw, 77);
    buffer_put_text(&raw, "out");
    return raw;
}

Test(journal_versions, unknown_kinds_and_fields_are_passed_over_and_missing_ones_are_empty)
{
    put_other_manifest();
    struct byte_buffer raw = other_events();
    put_section(SECTION_EVENTS, 2, 10, &raw);
    fclose(file);
    bool truncated = false;
    struct journal_memory *read = journal_file_read(path, &truncated, error);
    cr_assert_not_null(read, "%s", error);
    cr_assert(truncated, "there was no index");
    cr_assert_eq(journal_memory_count(read), 1);
    const struct event *e = journal_memory_at(read, 0);
    cr_assert_eq(e->kind, EVENT_LINK_DROP);
    cr_assert_eq(e->id, 13);
    cr_assert_eq(e->cause, 10, "a cause may be an event that was passed over");
    cr_assert_eq(e->at_ns, 2000);
    cr_assert_str_eq(event_text(e, FIELD_WHY), "loss");
    cr_assert_eq(event_int(e, FIELD_PACKET), 77);
    cr_assert_eq(event_int(e, FIELD_LINK), 0);
    cr_assert_eq(event_int(e, FIELD_DIR), 0, "a text is not taken for a number");
    journal_memory_free(read);
}

/* Well-formed sections with impossible contents, as no cut and no flipped bit would make them. */
Test(journal_versions, impossible_events_are_told)
{
    long events_begin;
    put_other_manifest();
    events_begin = ftell(file);
    for (int wrong = 0; wrong < 6; wrong++) {
        struct byte_buffer raw = other_events();
        uint64_t first_id = 10;
        uint32_t count = 2;
        /* Bytes: kind, id, time (two), cause, ring, length of colour. */
        if (wrong == 0) count = 3;           /* more than there are */
        if (wrong == 1) count = 1;           /* fewer */
        if (wrong == 2) raw.bytes[0] = 3;    /* no such kind */
        if (wrong == 3) raw.bytes[4] = 10;   /* a cause before all events */
        if (wrong == 4) first_id = 0;        /* ids count from 1 */
        if (wrong == 5) raw.bytes[6] = 0x7f; /* a text longer than the section */
        fseek(file, events_begin, SEEK_SET);
        put_section(SECTION_EVENTS, count, first_id, &raw);
        fflush(file);
        cr_assert_null(journal_file_read(path, NULL, error), "wrong %d", wrong);
        cr_assert_not_null(strstr(error, "the journal is corrupt near byte"), "%s", error);
    }
    fclose(file);
}
