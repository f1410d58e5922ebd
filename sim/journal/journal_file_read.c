/* Reading a journal from disk (docs/journal-format.md). Kinds and fields are found by the names in the file's own
   manifest: what this program does not know is passed over, what the file does not have is 0 or "". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "sim/journal/journal_file_format.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* A kind as the file has it. */
struct file_kind {
    enum event_kind kind; /* EVENT_NONE: not known here */
    size_t n_fields;
    struct file_field {
        bool is_bytes;
        int slot; /* in the event; -1: not known here */
    } * fields;
};

enum section_result { SECTION_WHOLE, SECTION_TORN, SECTION_BAD };

struct file_reader {
    FILE *file;
    const char *path;
    char *error;
    struct section_head head; /* of the section at hand */
    uint64_t offset;          /* behind the section at hand */
    uint64_t whole;           /* behind the last section that was whole and has been taken */
    unsigned char *frame, *raw;
    struct file_kind *kinds;
    size_t n_kinds;
    uint64_t last_id;
    int64_t last_ns;
    uint64_t after_id; /* only events later than this one are kept */
    struct journal_memory *memory;
};

static bool complain(struct file_reader *r, const char *what)
{
    if (r->error) snprintf(r->error, JOURNAL_ERROR_BYTES, "%s: %s", r->path, what);
    return false;
}

static bool complain_corrupt(struct file_reader *r)
{
    if (r->error)
        snprintf(r->error, JOURNAL_ERROR_BYTES, tr("%s: the journal is corrupt near byte %llu"), r->path,
                 (unsigned long long)r->offset);
    return false;
}

static enum section_result corrupt(struct file_reader *r)
{
    complain_corrupt(r);
    return SECTION_BAD;
}

/* Reads as many bytes as there are; a failing disk is told by ferror. */
static size_t read_bytes(struct file_reader *r, void *bytes, size_t size)
{
    size_t n = fread(bytes, 1, size, r->file);
    r->offset += n;
    return n;
}

static enum section_result read_head(struct file_reader *r)
{
    unsigned char bytes[SECTION_HEAD_BYTES];
    size_t n = read_bytes(r, bytes, sizeof bytes);
    if (n < sizeof bytes) return SECTION_TORN;
    if (load_u32(bytes + 36) != crc32_of(bytes, 36)) return corrupt(r);
    memcpy(r->head.type, bytes, 4);
    r->head.frame_bytes = load_u32(bytes + 4);
    r->head.raw_bytes = load_u32(bytes + 8);
    r->head.count = load_u32(bytes + 12);
    r->head.first_id = load_u64(bytes + 16);
    r->head.first_ns = (int64_t)load_u64(bytes + 24);
    if (r->head.raw_bytes > SECTION_MAX_BYTES || r->head.frame_bytes > ZSTD_compressBound(SECTION_MAX_BYTES))
        return corrupt(r);
    return SECTION_WHOLE;
}

/* Reads a section into r->head and r->raw. */
static enum section_result read_section(struct file_reader *r)
{
    enum section_result result = read_head(r);
    if (result != SECTION_WHOLE) return result;
    r->frame = mem_realloc(r->frame, r->head.frame_bytes);
    if (read_bytes(r, r->frame, r->head.frame_bytes) < r->head.frame_bytes) return SECTION_TORN;
    if (ZSTD_getFrameContentSize(r->frame, r->head.frame_bytes) != r->head.raw_bytes) return corrupt(r);
    r->raw = mem_realloc(r->raw, r->head.raw_bytes);
    size_t size = ZSTD_decompress(r->raw, r->head.raw_bytes, r->frame, r->head.frame_bytes);
    if (ZSTD_isError(size) || size != r->head.raw_bytes) return corrupt(r);
    return SECTION_WHOLE;
}

static bool is_type(const struct file_reader *r, const char *type)
{
    return memcmp(r->head.type, type, 4) == 0;
}

static struct byte_cursor raw_cursor(const struct file_reader *r)
{
    return (struct byte_cursor){r->raw, r->raw + r->head.raw_bytes, false};
}

/* A text of the manifest, as a string in a buffer; too long ones are cut, and then match no name of ours. */
enum { NAME_ROOM = 64 };
static void read_name(struct byte_cursor *cursor, char name[NAME_ROOM])
{
    uint64_t size = cursor_varint(cursor);
    const unsigned char *bytes = cursor_bytes(cursor, size);
    if (!bytes) size = 0;
    if (size > NAME_ROOM - 1) size = NAME_ROOM - 1;
    if (size) memcpy(name, bytes, size);
    name[size] = '\0';
}

static bool type_is_bytes(enum field_type type)
{
    return type == TYPE_TEXT || type == TYPE_BLOB;
}

static int slot_by_name(enum event_kind kind, const char *name, bool is_bytes)
{
    const enum field_id *fields;
    size_t n = kind == EVENT_NONE ? 0 : event_kind_fields(kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (strcmp(field_name(fields[i]), name) == 0 && type_is_bytes(field_type(fields[i])) == is_bytes) return (int)i;
    return -1;
}

static void read_kind(struct byte_cursor *cursor, struct file_kind *kind)
{
    char name[NAME_ROOM], type[NAME_ROOM];
    read_name(cursor, name);
    kind->kind = event_kind_by_name(name);
    uint64_t n = cursor_varint(cursor);
    if (n > (uint64_t)(cursor->end - cursor->at)) cursor->bad = true;
    if (cursor->bad) return;
    kind->fields = mem_alloc((size_t)n * sizeof *kind->fields);
    for (; kind->n_fields < n; kind->n_fields++) {
        read_name(cursor, name);
        read_name(cursor, type);
        bool is_bytes = strcmp(type, "text") == 0 || strcmp(type, "blob") == 0;
        kind->fields[kind->n_fields] = (struct file_field){is_bytes, slot_by_name(kind->kind, name, is_bytes)};
    }
}

static bool read_manifest(struct file_reader *r)
{
    struct byte_cursor cursor = raw_cursor(r);
    if (r->head.count > r->head.raw_bytes) return complain_corrupt(r);
    r->kinds = mem_calloc(r->head.count, sizeof *r->kinds);
    r->n_kinds = r->head.count;
    for (size_t i = 0; i < r->n_kinds && !cursor.bad; i++)
        read_kind(&cursor, &r->kinds[i]);
    return (!cursor.bad && cursor.at == cursor.end) || complain_corrupt(r);
}

static void clear_values(struct event *e)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        e->values[i] = (struct event_value){0, type_is_bytes(field_type(fields[i])) ? "" : NULL};
}

static void read_values(struct byte_cursor *cursor, const struct file_kind *kind, struct event *e)
{
    if (kind->kind != EVENT_NONE) clear_values(e);
    for (size_t i = 0; i < kind->n_fields && !cursor->bad; i++) {
        struct event_value value = {0, NULL};
        if (kind->fields[i].is_bytes) {
            uint64_t size = cursor_varint(cursor);
            value.bytes = (const char *)cursor_bytes(cursor, size);
            value.i = (int64_t)size;
        } else {
            value.i = cursor_signed(cursor);
        }
        if (kind->fields[i].slot >= 0) e->values[kind->fields[i].slot] = value;
    }
}

/* Reads one event and keeps it; false when it cannot be one. */
static bool read_event(struct file_reader *r, struct byte_cursor *cursor)
{
    struct event e;
    uint64_t number = cursor_varint(cursor), id_step = cursor_varint(cursor), ns_step = cursor_varint(cursor);
    uint64_t cause_step = cursor_varint(cursor);
    if (cursor->bad || number == 0 || number > r->n_kinds) return false;
    if (id_step > UINT64_MAX - r->last_id || ns_step > (uint64_t)INT64_MAX - (uint64_t)r->last_ns) return false;
    const struct file_kind *kind = &r->kinds[number - 1];
    e.kind = kind->kind;
    e.id = r->last_id + id_step;
    e.at_ns = r->last_ns + (int64_t)ns_step;
    if (cause_step >= e.id) return false;
    e.cause = cause_step ? e.id - cause_step : 0;
    read_values(cursor, kind, &e);
    if (cursor->bad) return false;
    r->last_id = e.id;
    r->last_ns = e.at_ns;
    if (e.kind != EVENT_NONE && e.id > r->after_id) journal_memory_append(r->memory, &e);
    return true;
}

static bool read_events(struct file_reader *r)
{
    struct byte_cursor cursor = raw_cursor(r);
    if (r->head.first_id <= r->last_id || r->head.first_ns < r->last_ns) return complain_corrupt(r);
    r->last_id = r->head.first_id;
    r->last_ns = r->head.first_ns;
    for (uint32_t i = 0; i < r->head.count; i++) {
        uint64_t before = r->last_id;
        if (!read_event(r, &cursor) || (i > 0 && r->last_id == before)) return complain_corrupt(r);
    }
    return cursor.at == cursor.end || complain_corrupt(r);
}

/* The index has been read; behind it stands where it began, and then the file ends. */
static enum section_result read_tail(struct file_reader *r, uint64_t index_offset)
{
    unsigned char tail[FILE_TAIL_BYTES + 1];
    size_t n = read_bytes(r, tail, sizeof tail);
    unsigned char expected[FILE_TAIL_BYTES];
    store_u64(expected, index_offset);
    memcpy(expected + 8, JOURNAL_TAIL_MAGIC, MAGIC_BYTES);
    if (memcmp(tail, expected, n < sizeof expected ? n : sizeof expected) != 0) return corrupt(r);
    if (n < sizeof expected) return SECTION_TORN;
    return n == sizeof expected ? SECTION_WHOLE : corrupt(r);
}

static enum section_result read_file_head(struct file_reader *r)
{
    unsigned char head[FILE_HEAD_BYTES];
    size_t n = read_bytes(r, head, sizeof head);
    if (ferror(r->file)) return SECTION_TORN;
    if (n < MAGIC_BYTES || memcmp(head, JOURNAL_MAGIC, MAGIC_BYTES) != 0) {
        complain(r, tr("this is not a postroad journal"));
        return SECTION_BAD;
    }
    if (n < sizeof head) return SECTION_TORN;
    uint32_t version = load_u32(head + MAGIC_BYTES);
    if (version == JOURNAL_FILE_VERSION) return SECTION_WHOLE;
    if (r->error)
        snprintf(r->error, JOURNAL_ERROR_BYTES,
                 tr("%s: the journal is of format version %lu; this program reads version %d"), r->path,
                 (unsigned long)version, JOURNAL_FILE_VERSION);
    return SECTION_BAD;
}

/* Takes the section at r->whole, and before the first the file's head; is_last when nothing can follow. TORN when the
   file ends too early. */
static enum section_result take_section(struct file_reader *r, bool *is_last)
{
    *is_last = false;
    enum section_result result = r->whole ? SECTION_WHOLE : read_file_head(r);
    if (result != SECTION_WHOLE) return result;
    uint64_t offset = r->whole = r->offset;
    result = read_section(r);
    if (result != SECTION_WHOLE) return result;
    bool first = !r->kinds;
    if (first != is_type(r, SECTION_MANIFEST)) return corrupt(r);
    *is_last = is_type(r, SECTION_INDEX);
    if (*is_last) return read_tail(r, offset);
    if (!is_type(r, SECTION_MANIFEST) && !is_type(r, SECTION_EVENTS)) return corrupt(r);
    if (!(first ? read_manifest(r) : read_events(r))) return SECTION_BAD;
    r->whole = r->offset;
    return SECTION_WHOLE;
}

/* Reads everything from r->whole on. */
static enum section_result read_file(struct file_reader *r)
{
    bool is_last = false;
    enum section_result result = SECTION_WHOLE;
    while (result == SECTION_WHOLE && !is_last)
        result = take_section(r, &is_last);
    return result;
}

/* A disk that fails is no file that is torn. */
static enum section_result tell_failing_disk(struct file_reader *r, enum section_result result)
{
    if (result != SECTION_TORN || !ferror(r->file)) return result;
    complain(r, strerror(errno ? errno : EIO));
    return SECTION_BAD;
}

static void free_reader(struct file_reader *r)
{
    for (size_t i = 0; i < r->n_kinds; i++)
        mem_free(r->kinds[i].fields);
    mem_free(r->kinds);
    mem_free(r->frame);
    mem_free(r->raw);
    fclose(r->file);
}

struct journal_memory *journal_file_read(const char *path, bool *truncated, char error[JOURNAL_ERROR_BYTES])
{
    struct file_reader r = {.file = fopen(path, "rb"), .path = path, .error = error};
    if (!r.file) {
        complain(&r, strerror(errno));
        return NULL;
    }
    r.memory = journal_memory_new();
    errno = 0;
    enum section_result result = tell_failing_disk(&r, read_file(&r));
    if (truncated) *truncated = result == SECTION_TORN;
    free_reader(&r);
    if (result != SECTION_BAD) return r.memory;
    journal_memory_free(r.memory);
    return NULL;
}

struct journal_follower {
    struct file_reader reader;
    char *path;
    uint64_t file_bytes; /* when it was opened */
    bool is_over;
};

struct journal_follower *journal_follower_open(const char *path, char error[JOURNAL_ERROR_BYTES])
{
    struct file_reader r = {.file = fopen(path, "rb"), .path = path, .error = error};
    if (!r.file) {
        complain(&r, strerror(errno));
        return NULL;
    }
    r.error = NULL; /* the caller's buffer may not last */
    struct journal_follower *follower = mem_calloc(1, sizeof *follower);
    follower->reader = r;
    follower->path = mem_strdup(path);
    follower->reader.path = follower->path;
    if (fseeko(r.file, 0, SEEK_END) == 0) follower->file_bytes = (uint64_t)ftello(r.file);
    rewind(r.file);
    return follower;
}

/* What has been read stays read: the file stands behind it. */
enum journal_step journal_follower_step(struct journal_follower *follower, struct journal_memory *into,
                                        char error[JOURNAL_ERROR_BYTES])
{
    struct file_reader *r = &follower->reader;
    bool is_last;
    if (follower->is_over) return JOURNAL_STEP_WHOLE;
    r->memory = into;
    r->error = error;
    errno = 0;
    enum section_result result = tell_failing_disk(r, take_section(r, &is_last));
    r->error = NULL;
    if (result == SECTION_TORN) return JOURNAL_STEP_TORN;
    follower->is_over = result == SECTION_BAD || is_last;
    return result == SECTION_BAD ? JOURNAL_STEP_BAD : is_last ? JOURNAL_STEP_WHOLE : JOURNAL_STEP_MORE;
}

double journal_follower_part(const struct journal_follower *follower)
{
    double part = follower->file_bytes ? (double)follower->reader.whole / (double)follower->file_bytes : 1;
    return part < 1 ? part : 1;
}

bool journal_follower_read(struct journal_follower *follower, struct journal_memory *into)
{
    struct file_reader *r = &follower->reader;
    size_t before = journal_memory_count(into);
    if (follower->is_over) return false;
    r->memory = into;
    r->after_id = before ? journal_memory_at(into, before - 1)->id : 0;
    r->offset = r->whole;
    if (fseeko(r->file, (off_t)r->whole, SEEK_SET) != 0) return false;
    follower->is_over = read_file(r) != SECTION_TORN || ferror(r->file);
    clearerr(r->file);
    return journal_memory_count(into) > before;
}

bool journal_follower_goes_on(const struct journal_follower *follower)
{
    return !follower->is_over;
}

void journal_follower_free(struct journal_follower *follower)
{
    if (!follower) return;
    free_reader(&follower->reader);
    mem_free(follower->path);
    mem_free(follower);
}

bool journal_file_is_journal(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char magic[MAGIC_BYTES];
    bool is = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, JOURNAL_MAGIC, sizeof magic) == 0;
    fclose(file);
    return is;
}
