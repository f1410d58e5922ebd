/* Writing a journal to disk, block by block (docs/journal-format.md). Left out: syncing to the device, since a journal
   can be made again from its scenario. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#include "sim/journal/journal_file_format.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* The first block is small, so that the first picture of a growing journal comes early. */
enum { FIRST_BLOCK_BYTES = 1 << 13, BLOCK_BYTES = 1 << 16, COMPRESSION_LEVEL = 1 };

struct block_place {
    uint64_t offset, first_id;
    int64_t first_ns;
    uint32_t count;
};

struct journal_writer {
    FILE *file;
    char *path;      /* what the journal shall be called */
    char *part_path; /* what it is called until closed; NULL: written in place */
    bool growing;
    bool removable; /* a regular file, not a pipe or device */
    int failure;    /* errno of the first write that failed */
    uint64_t offset;
    struct byte_buffer block, frame;
    struct block_place here; /* the block being filled */
    uint64_t last_id;
    int64_t last_ns;
    struct block_place *places;
    size_t n_places, places_room;
    ZSTD_CCtx *zstd;
};

static void write_bytes(struct journal_writer *w, const void *bytes, size_t size)
{
    if (w->failure) return;
    errno = 0;
    if (fwrite(bytes, 1, size, w->file) != size) w->failure = errno ? errno : EIO;
    w->offset += size;
}

static void flush_file(struct journal_writer *w)
{
    if (w->failure) return;
    errno = 0;
    if (fflush(w->file) != 0) w->failure = errno ? errno : EIO;
}

static void encode_head(const struct section_head *head, unsigned char out[SECTION_HEAD_BYTES])
{
    memcpy(out, head->type, 4);
    store_u32(out + 4, head->frame_bytes);
    store_u32(out + 8, head->raw_bytes);
    store_u32(out + 12, head->count);
    store_u64(out + 16, head->first_id);
    store_u64(out + 24, (uint64_t)head->first_ns);
    store_u32(out + 32, head->zero);
    store_u32(out + 36, crc32_of(out, 36));
}

static void write_section(struct journal_writer *w, const char *type, const struct byte_buffer *raw,
                          const struct block_place *place)
{
    assert(raw->size <= SECTION_MAX_BYTES && "one event is larger than a section may be");
    size_t bound = ZSTD_compressBound(raw->size);
    if (w->frame.room < bound) {
        w->frame.bytes = mem_realloc(w->frame.bytes, bound);
        w->frame.room = bound;
    }
    size_t size = ZSTD_compress2(w->zstd, w->frame.bytes, bound, raw->bytes, raw->size);
    assert(!ZSTD_isError(size));
    struct section_head head = {.frame_bytes = (uint32_t)size,
                                .raw_bytes = (uint32_t)raw->size,
                                .count = place->count,
                                .first_id = place->first_id,
                                .first_ns = place->first_ns};
    memcpy(head.type, type, 4);
    unsigned char bytes[SECTION_HEAD_BYTES];
    encode_head(&head, bytes);
    write_bytes(w, bytes, sizeof bytes);
    write_bytes(w, w->frame.bytes, size);
    if (w->growing) flush_file(w);
}

static const char *type_name(enum field_type type)
{
    static const char *const names[] = {
        [TYPE_HOST] = "host",       [TYPE_LINK] = "link",       [TYPE_CONN] = "conn",         [TYPE_STREAM] = "stream",
        [TYPE_SESSION] = "session", [TYPE_MESSAGE] = "message", [TYPE_ATTEMPT] = "attempt",   [TYPE_PACKET] = "packet",
        [TYPE_EVENT] = "event",     [TYPE_INT] = "int",         [TYPE_BOOL] = "bool",         [TYPE_TIME] = "time",
        [TYPE_RATE] = "rate",       [TYPE_SIZE] = "size",       [TYPE_DURATION] = "duration", [TYPE_PORT] = "port",
        [TYPE_TEXT] = "text",       [TYPE_BLOB] = "blob",       [TYPE_ADDRESS] = "address"};
    return names[type];
}

static void write_manifest(struct journal_writer *w)
{
    struct byte_buffer raw = {0};
    for (int kind = 1; kind < EVENT_KINDS; kind++) {
        const enum field_id *fields;
        size_t n = event_kind_fields((enum event_kind)kind, &fields);
        buffer_put_text(&raw, event_kind_name((enum event_kind)kind));
        buffer_put_varint(&raw, n);
        for (size_t i = 0; i < n; i++) {
            buffer_put_text(&raw, field_name(fields[i]));
            buffer_put_text(&raw, type_name(field_type(fields[i])));
        }
    }
    write_section(w, SECTION_MANIFEST, &raw, &(struct block_place){.count = EVENT_KINDS - 1});
    buffer_free(&raw);
}

static void write_file_head(struct journal_writer *w)
{
    unsigned char head[FILE_HEAD_BYTES];
    memcpy(head, JOURNAL_MAGIC, MAGIC_BYTES);
    store_u32(head + MAGIC_BYTES, JOURNAL_FILE_VERSION);
    write_bytes(w, head, sizeof head);
    write_manifest(w);
}

static void write_block(struct journal_writer *w)
{
    if (!w->here.count) return;
    w->here.offset = w->offset;
    write_section(w, SECTION_EVENTS, &w->block, &w->here);
    if (w->n_places == w->places_room) {
        w->places_room = w->places_room ? w->places_room * 2 : 64;
        w->places = mem_realloc(w->places, w->places_room * sizeof *w->places);
    }
    w->places[w->n_places++] = w->here;
    w->here.count = 0;
    w->block.size = 0;
}

static void write_index(struct journal_writer *w)
{
    struct byte_buffer raw = {0};
    for (size_t i = 0; i < w->n_places; i++) {
        buffer_put_varint(&raw, w->places[i].offset);
        buffer_put_varint(&raw, w->places[i].count);
        buffer_put_varint(&raw, w->places[i].first_id);
        buffer_put_signed(&raw, w->places[i].first_ns);
    }
    unsigned char tail[FILE_TAIL_BYTES];
    store_u64(tail, w->offset);
    memcpy(tail + 8, JOURNAL_TAIL_MAGIC, MAGIC_BYTES);
    write_section(w, SECTION_INDEX, &raw, &(struct block_place){.count = (uint32_t)w->n_places});
    write_bytes(w, tail, sizeof tail);
    buffer_free(&raw);
}

static void put_values(struct byte_buffer *block, const struct event *e)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++) {
        enum field_type type = field_type(fields[i]);
        if (type == TYPE_TEXT || type == TYPE_BLOB) {
            buffer_put_varint(block, (uint64_t)e->values[i].i);
            buffer_put(block, e->values[i].bytes, (size_t)e->values[i].i);
        } else {
            buffer_put_signed(block, e->values[i].i);
        }
    }
}

static void on_event(void *context, const struct event *e)
{
    struct journal_writer *w = context;
    if (w->failure) return;
    assert(e->id > w->last_id && e->cause < e->id && "ids grow and causes are earlier");
    assert(e->at_ns >= w->last_ns && "time never goes back");
    if (!w->here.count) {
        w->here.first_id = w->last_id = e->id;
        w->here.first_ns = w->last_ns = e->at_ns;
    }
    buffer_put_varint(&w->block, e->kind);
    buffer_put_varint(&w->block, e->id - w->last_id);
    buffer_put_varint(&w->block, (uint64_t)e->at_ns - (uint64_t)w->last_ns);
    buffer_put_varint(&w->block, e->cause ? e->id - e->cause : 0);
    put_values(&w->block, e);
    w->last_id = e->id;
    w->last_ns = e->at_ns;
    w->here.count++;
    if (w->block.size >= (w->n_places ? BLOCK_BYTES : FIRST_BLOCK_BYTES)) write_block(w);
}

void journal_writer_flush(struct journal_writer *w)
{
    if (!w->failure) write_block(w);
}

/* A pipe or a device cannot be replaced by renaming; it is written in place. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static char *part_path_for(const char *path)
{
    size_t size = strlen(path) + sizeof ".part";
    char *part = mem_alloc(size);
    snprintf(part, size, "%s.part", path);
    return part;
}

struct journal_writer *journal_writer_open(const char *path, bool growing, char error[JOURNAL_ERROR_BYTES])
{
    bool special = is_special(path);
    char *part_path = growing || special ? NULL : part_path_for(path);
    FILE *file = fopen(part_path ? part_path : path, "wb");
    if (!file) {
        snprintf(error, JOURNAL_ERROR_BYTES, tr("%s: cannot write: %s"), path, strerror(errno));
        mem_free(part_path);
        return NULL;
    }
    struct journal_writer *w = mem_calloc(1, sizeof *w);
    w->file = file;
    w->path = mem_strdup(path);
    w->part_path = part_path;
    w->growing = growing;
    w->removable = !special;
    w->zstd = ZSTD_createCCtx();
    assert(w->zstd);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
    write_file_head(w);
    return w;
}

struct journal_reader journal_writer_reader(struct journal_writer *writer, struct event_mask mask)
{
    return (struct journal_reader){mask, on_event, writer};
}

static void free_writer(struct journal_writer *w)
{
    ZSTD_freeCCtx(w->zstd);
    buffer_free(&w->block);
    buffer_free(&w->frame);
    mem_free(w->places);
    mem_free(w->part_path);
    mem_free(w->path);
    mem_free(w);
}

bool journal_writer_close(struct journal_writer *w, char error[JOURNAL_ERROR_BYTES])
{
    write_block(w);
    write_index(w);
    flush_file(w);
    errno = 0;
    if (fclose(w->file) != 0 && !w->failure) w->failure = errno ? errno : EIO;
    if (!w->failure && w->part_path && rename(w->part_path, w->path) != 0) w->failure = errno;
    bool good = !w->failure;
    if (!good) {
        snprintf(error, JOURNAL_ERROR_BYTES, tr("%s: cannot write the journal: %s"), w->path, strerror(w->failure));
        if (w->part_path) remove(w->part_path);
    }
    free_writer(w);
    return good;
}

void journal_writer_abandon(struct journal_writer *w)
{
    fclose(w->file);
    if (w->removable) remove(w->part_path ? w->part_path : w->path);
    free_writer(w);
}
