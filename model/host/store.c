/* The disk of a host, as steps in time. An open write stands in a list until it is done; how far it has come decides
   what a crash leaves of it. Writes do not wait for one another: a disk serves many at once. */
#include "model/host/store.h"

#include <stdio.h>
#include <string.h>

#include "model/host/faults.h"
#include "sim/journal/memory.h"

enum { STORE_ID_BYTES = 48 };

/* Steps done. Those of a mark are written and synced. */
enum stage { BEGUN, WRITTEN, SYNCED, COMMITTED };

struct store_op {
    struct store *store;
    struct store_op *next, *previous;
    bool is_mark, is_renaming;
    bool is_half_written; /* the rest of it is to be written */
    enum stage stage;
    struct message_id message;
    char queue_id[STORE_ID_BYTES];
    const char *place;
    size_t size;
    store_done_fn done;
    void *context;
    bool is_scheduled;
    struct event_handle step;
    uint64_t cause;
};

/* What a crash left half-written, until the restart finds it. */
struct torn_file {
    struct message_id message;
    char queue_id[STORE_ID_BYTES];
    const char *place;
};

struct store {
    struct host *host;
    struct store_op *ops, *last_op; /* in the order in which they began */
    uint64_t used_bytes, used_files;
    struct disk_trouble trouble;
    struct torn_file *torn;
    size_t n_torn;
    bool is_reading;
    struct event_handle reading;
    void (*on_read)(void *context);
    void *read_context;
};

struct disk_trouble disk_trouble_none(void)
{
    return (struct disk_trouble){.size_bytes = UINT64_MAX, .files = UINT64_MAX, .slow_factor = 1};
}

struct store *store_new(struct host *host)
{
    struct store *store = mem_calloc(1, sizeof *store);
    store->host = host;
    store->trouble = disk_trouble_none();
    return store;
}

static const struct scenario_disk *disk_of(const struct store *store)
{
    return &store->host->description->disk;
}

static int64_t now_of(const struct store *store)
{
    return store->host->world->engine->now_ns;
}

static int64_t lasts(const struct store *store, int64_t ns)
{
    return ns * store->trouble.slow_factor;
}

/* --- one write --- */

static struct store_file file_of(const struct store_op *op)
{
    return (struct store_file){op->message, op->queue_id, op->place, op->size};
}

static void op_unlink(struct store_op *op)
{
    struct store *store = op->store;
    if (op->previous)
        op->previous->next = op->next;
    else
        store->ops = op->next;
    if (op->next)
        op->next->previous = op->previous;
    else
        store->last_op = op->previous;
    if (op->is_scheduled) engine_cancel(store->host->world->engine, op->step);
}

/* Its owner may begin another one at once, or stop the host. */
static void op_end(struct store_op *op, enum store_result result)
{
    op_unlink(op);
    op->done(op->context, result);
    mem_free(op);
}

static void emit_commit(struct store *store, const struct store_file *file)
{
    struct journal *journal = store->host->world->journal;
    uint64_t event = JOURNAL_EMIT(journal, MAIL_COMMIT, F_INT(MESSAGE, file->message.n), F_INT(HOST, store->host->id.n),
                                  F_TEXT(QUEUE_ID, file->queue_id), F_TEXT(NAME, file->place), F_INT(SIZE, file->size));
    journal_set_cause(journal, event);
}

static uint64_t room_of(const struct store *store)
{
    uint64_t room = disk_of(store)->size_bytes ? disk_of(store)->size_bytes : UINT64_MAX;
    return store->trouble.size_bytes < room ? store->trouble.size_bytes : room;
}

static bool may_hold_one_more(const struct store *store)
{
    uint64_t files = disk_of(store)->files ? disk_of(store)->files : UINT64_MAX;
    return store->used_files < (store->trouble.files < files ? store->trouble.files : files);
}

static bool has_room(const struct store *store, size_t size)
{
    uint64_t room = room_of(store);
    return store->used_bytes <= room && size <= room - store->used_bytes && may_hold_one_more(store);
}

static void take_room(struct store *store, size_t size)
{
    store->used_bytes += size;
    store->used_files++;
}

static void give_room_back(struct store *store, size_t size)
{
    store->used_bytes -= size;
    store->used_files--;
}

/* What this step gives; STORE_OK while all is well. */
static enum store_result step_result(struct store_op *op)
{
    struct store *store = op->store;
    enum disk_error error = store->trouble.error;
    if (op->stage == WRITTEN) {
        if (error == DISK_READ_ONLY || error == DISK_WRITE_ERROR) return STORE_ERROR;
        if (!op->is_mark && !has_room(store, op->size)) return STORE_FULL;
        if (!op->is_mark) take_room(store, op->size);
    }
    if (op->stage >= SYNCED && error != DISK_SOUND) {
        if (!op->is_mark) give_room_back(store, op->size);
        return STORE_ERROR;
    }
    return STORE_OK;
}

static bool host_stops_here(const struct store_op *op)
{
    static const enum mail_step of_file[] = {[WRITTEN] = STEP_WRITTEN, STEP_SYNCED, STEP_COMMITTED};
    struct host *host = op->store->host;
    if (op->is_mark) return op->stage == SYNCED && host_stops_at(host, op->message, STEP_MARKED_DONE);
    return strcmp(op->place, "queue") == 0 && host_stops_at(host, op->message, of_file[op->stage]);
}

static int64_t next_step_lasts(const struct store_op *op)
{
    const struct scenario_disk *disk = disk_of(op->store);
    switch (op->stage) {
    case BEGUN:
        return lasts(op->store, disk->write_ns);
    case WRITTEN:
        return lasts(op->store, disk->sync_ns);
    case SYNCED:
    case COMMITTED:
        return lasts(op->store, disk->rename_ns);
    }
    return 0;
}

/* The write gave less than was asked for: the same step comes once more, with what is left. */
static bool is_to_be_continued(struct store_op *op)
{
    if (op->stage != BEGUN || op->is_half_written || op->store->trouble.writes == WRITES_WHOLE) return false;
    op->is_half_written = true;
    return true;
}

static void op_advance(struct store_op *op);
static bool begin_step(struct store_op *op);

static void on_step(void *context, uint64_t arg)
{
    (void)arg;
    struct store_op *op = context;
    op->is_scheduled = false;
    if (!is_to_be_continued(op) || !begin_step(op)) op_advance(op);
}

/* The next step begins, and is over at once if it takes no time. */
static bool begin_step(struct store_op *op)
{
    int64_t ns = next_step_lasts(op);
    op->is_renaming = op->stage == SYNCED;
    if (ns == 0) return false;
    struct engine *engine = op->store->host->world->engine;
    op->step = engine_at(engine, engine->now_ns + ns, on_step, op, 0);
    op->is_scheduled = true;
    return true;
}

/* A step is done. A host that stops at it leaves the write as it stands, for store_crash. */
static void op_advance(struct store_op *op)
{
    enum stage last = op->is_mark ? SYNCED : COMMITTED;
    do {
        op->stage++;
        op->is_renaming = false;
        enum store_result result = step_result(op);
        if (result != STORE_OK) {
            op_end(op, result);
            return;
        }
        if (op->stage == COMMITTED) {
            struct store_file file = file_of(op);
            emit_commit(op->store, &file);
        }
        if (op->store->host->stops_armed && host_stops_here(op)) return;
        if (op->stage == last) {
            op_end(op, STORE_OK);
            return;
        }
    } while (!begin_step(op));
}

static void op_begin(struct store *store, const struct store_file *file, bool is_mark, store_done_fn done,
                     void *context)
{
    struct store_op *op = mem_calloc(1, sizeof *op);
    op->store = store;
    op->is_mark = is_mark;
    op->message = file->message;
    op->place = file->place;
    op->size = file->size;
    op->done = done;
    op->context = context;
    snprintf(op->queue_id, sizeof op->queue_id, "%s", file->queue_id);
    op->previous = store->last_op;
    if (store->last_op)
        store->last_op->next = op;
    else
        store->ops = op;
    store->last_op = op;
    if (!begin_step(op)) op_advance(op);
}

/* Whether nothing can come between the steps. */
static bool is_plain(const struct store *store)
{
    const struct scenario_disk *disk = disk_of(store);
    return !disk->takes_time && !store->host->stops_armed && store->trouble.error == DISK_SOUND;
}

bool store_matters(const struct host *host)
{
    const struct store *store = host->store;
    const struct scenario_disk *disk = disk_of(store);
    const struct disk_trouble *trouble = &store->trouble;
    return !is_plain(store) || disk->size_bytes || disk->files || trouble->size_bytes != UINT64_MAX ||
           trouble->files != UINT64_MAX;
}

void store_commit(struct host *host, const struct store_file *file, store_done_fn done, void *context)
{
    struct store *store = host->store;
    if (!is_plain(store)) {
        op_begin(store, file, false, done, context);
    } else if (!has_room(store, file->size)) {
        done(context, STORE_FULL);
    } else {
        take_room(store, file->size);
        emit_commit(store, file);
        done(context, STORE_OK);
    }
}

void store_mark(struct host *host, const struct store_file *file, store_done_fn done, void *context)
{
    if (is_plain(host->store))
        done(context, STORE_OK);
    else
        op_begin(host->store, file, true, done, context);
}

void store_remove(struct host *host, const struct store_file *file)
{
    give_room_back(host->store, file->size);
}

const char *store_refusal(enum store_result result)
{
    return result == STORE_FULL ? "452 4.3.1 Insufficient system storage" : "451 4.3.0 Error: queue file write error";
}

/* --- trouble --- */

void store_set_trouble(struct host *host, struct disk_trouble trouble)
{
    host->store->trouble = trouble;
}

bool store_reads_fail(const struct host *host)
{
    return host->store->trouble.reads_fail;
}

void store_forget_torn(struct host *host)
{
    host->store->n_torn = 0;
}

uint64_t store_used_bytes(const struct host *host)
{
    return host->store->used_bytes;
}

/* --- crash and restart --- */

/* What was written but not synced lies in the memory of the system: a process that dies leaves it there, a power
   failure does not, or half of it. Files that are not in place yet are swept away by the restart. */
static enum store_result fate_of_file(const struct store_op *op, enum crash_loss loss)
{
    if (op->stage == COMMITTED) return STORE_KEPT;
    switch (loss) {
    case CRASH_DROPS:
        return STORE_LOST;
    case CRASH_TEARS:
        return STORE_TORN;
    case CRASH_KEEPS:
        return op->is_renaming ? STORE_KEPT : STORE_LOST;
    }
    return STORE_LOST;
}

static enum store_result fate_of_mark(const struct store_op *op, enum crash_loss loss)
{
    if (op->stage >= SYNCED) return STORE_KEPT;
    return op->stage == WRITTEN && loss == CRASH_KEEPS ? STORE_KEPT : STORE_LOST;
}

static void remember_torn(struct store *store, const struct store_op *op)
{
    store->torn = mem_realloc(store->torn, (store->n_torn + 1) * sizeof *store->torn);
    struct torn_file *torn = &store->torn[store->n_torn++];
    *torn = (struct torn_file){.message = op->message, .place = op->place};
    memcpy(torn->queue_id, op->queue_id, sizeof torn->queue_id);
}

void store_crash(struct host *host)
{
    struct store *store = host->store;
    struct journal *journal = host->world->journal;
    uint64_t cause = journal_cause(journal);
    if (store->is_reading) engine_cancel(host->world->engine, store->reading);
    store->is_reading = false;
    while (store->ops) {
        struct store_op *op = store->ops;
        enum store_result fate = op->is_mark ? fate_of_mark(op, host->crash_loss) : fate_of_file(op, host->crash_loss);
        bool is_counted = !op->is_mark && op->stage >= WRITTEN;
        if (fate == STORE_TORN) remember_torn(store, op);
        if (is_counted && fate != STORE_KEPT) give_room_back(store, op->size);
        if (fate == STORE_KEPT && !op->is_mark && op->stage != COMMITTED) {
            struct store_file file = file_of(op);
            emit_commit(store, &file);
        }
        op_end(op, fate);
        journal_set_cause(journal, cause);
    }
}

static void report_torn(struct store *store)
{
    struct host *host = store->host;
    for (size_t i = 0; i < store->n_torn; i++) {
        const struct torn_file *torn = &store->torn[i];
        JOURNAL_EMIT(host->world->journal, MAIL_ASIDE, F_INT(MESSAGE, torn->message.n), F_INT(HOST, host->id.n),
                     F_TEXT(QUEUE_ID, torn->queue_id), F_TEXT(NAME, torn->place),
                     F_TEXT(WHY, "half-written when the host stopped"));
    }
    store->n_torn = 0;
}

static void on_read(void *context, uint64_t arg)
{
    (void)arg;
    struct store *store = context;
    store->is_reading = false;
    store->on_read(store->read_context);
}

void store_restart(struct host *host, size_t n_files, void (*done)(void *context), void *context)
{
    struct store *store = host->store;
    int64_t ns = lasts(store, disk_of(store)->read_ns) * (int64_t)n_files;
    report_torn(store);
    if (ns == 0) {
        done(context);
        return;
    }
    store->on_read = done;
    store->read_context = context;
    store->is_reading = true;
    store->reading = engine_at(host->world->engine, now_of(store) + ns, on_read, store, 0);
}

void store_free(struct store *store)
{
    if (!store) return;
    while (store->ops)
        op_end(store->ops, STORE_LOST);
    if (store->is_reading) engine_cancel(store->host->world->engine, store->reading);
    mem_free(store->torn);
    mem_free(store);
}
