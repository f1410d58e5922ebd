/* The disk of a host: what is written and synced survives its crash, the rest may not.

   A new file takes three steps, as mail servers take them: its content is written, it is synced, and its name is made
   durable (renamed into place, and the directory synced): only then is it committed. A change of a file takes two. Each
   step lasts as long as the host's "disk" says, which is no time by default: then all is done within the call, nothing
   is allocated and no event is scheduled. A crash loses, tears or keeps what is not committed (store_crash); a disk may
   be full, broken, slow or wiped. Whoever writes is told once what became of it, whatever happens. */
#ifndef POSTROAD_MODEL_HOST_STORE_H
#define POSTROAD_MODEL_HOST_STORE_H

#include "model/host/world_internal.h"

struct store;

enum store_result {
    STORE_OK,    /* committed */
    STORE_FULL,  /* no room: nothing was written */
    STORE_ERROR, /* the disk failed: nothing is durable */
    /* The host has crashed meanwhile. These come from within store_crash: nobody else is to be told anything. */
    STORE_LOST,  /* nothing of it is left */
    STORE_TORN,  /* half of it is left; the restart sets it aside and reports it (mail.aside) */
    STORE_KEPT   /* it is on the disk, whole: the restart finds it */
};
/* May be called from within the call that began it. */
typedef void (*store_done_fn)(void *context, enum store_result result);

/* One file: a mail in the queue or in a mailbox. The texts are copied when they are needed for longer than the call. */
struct store_file {
    struct message_id message;
    const char *queue_id;
    const char *place; /* "queue", "mailbox", "outbox": for the events */
    size_t size;
};

struct store *store_new(struct host *host);
void store_free(struct store *store);

/* Whether the disk has anything to say: it takes time, has a limit, or something is wrong with it. */
bool store_matters(const struct host *host);
/* A new file. When it is committed: mail.commit, and the cause moves there. */
void store_commit(struct host *host, const struct store_file *file, store_done_fn done, void *context);
/* A small change of a committed file, such as "this recipient is done"; needs no room. Until it is done, a crash leaves
   the file as it was before, which is what LOST means here; never TORN. After an error, the caller goes on from memory,
   and the file stays as it was before. */
void store_mark(struct host *host, const struct store_file *file, store_done_fn done, void *context);
/* A file goes, and makes room. */
void store_remove(struct host *host, const struct store_file *file);

/* What is wrong with a disk, as faults have it. */
enum disk_error { DISK_SOUND, DISK_READ_ONLY, DISK_WRITE_ERROR, DISK_SYNC_ERROR };
/* A write that gave less than it was asked for, or was interrupted by a signal before it gave anything: whoever writes
   goes on with the rest (POSIX write), which is another write. */
enum disk_writes { WRITES_WHOLE, WRITES_SHORT, WRITES_INTERRUPTED };
struct disk_trouble {
    uint64_t size_bytes, files; /* it holds no more than this; UINT64_MAX: as much as its host's "disk" says */
    uint32_t slow_factor; /* each step takes so many times as long; 1: as usual */
    enum disk_error error;
    enum disk_writes writes;
    bool reads_fail; /* EIO: what is there cannot be read just now */
};
struct disk_trouble disk_trouble_none(void);
void store_set_trouble(struct host *host, struct disk_trouble trouble);
bool store_reads_fail(const struct host *host);
void store_forget_torn(struct host *host); /* its disk is another one now */
uint64_t store_used_bytes(const struct host *host);

/* What to answer to whoever brought the mail: "452 4.3.1 ..." or "451 4.3.0 ..."; for FULL and ERROR. */
const char *store_refusal(enum store_result result);

/* The host stops: every open write is told what became of it. Called after the sessions have ended, so that none of them
   waits for an answer, and before the queue looks at what it has. */
void store_crash(struct host *host);
/* The host is back: reports what it sets aside, reads so many files and calls done, at once if reading takes no time. A
   crash meanwhile forgets it; the next restart begins anew. */
void store_restart(struct host *host, size_t n_files, void (*done)(void *context), void *context);

#endif
