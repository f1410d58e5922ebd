/* M19: a server's disk holds so many bytes and files at most ("disk", host.settings, and the fault that fills it,
   host.trouble): queue and mailboxes together. What fits is taken, and 452 4.3.1 is said of nothing that does.

   The journal tells when a file is durable (mail.commit). A file of the queue goes when all of its recipients have come
   to an end, at that instant, but may still be there when reports of it are written; one of a mailbox goes when it is
   deleted. One that was done with when its host stopped lies there until the queue looks at it again, which the journal
   does not tell: what is refused after that is reckoned with it. What is being written takes room before it is durable,
   so that on a disk that takes its time only what was taken is judged, as long as the limit does not change. Of a mail
   that was refused after DATA the file would be larger than what was sent, by the lines of this hop. */
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_dialogue.h"

enum { LINES_OF_A_HOP = 1100 };
enum account { DISK = 1, FILE_IN_QUEUE, IN_MAILBOX, SIZE_SENT, LAST_REPORT, REPORT_ABOUT };

struct law_disk {
    int64_t size, files;                                 /* of its own; 0: without bound */
    int64_t trouble_size, trouble_files;                 /* that a fault leaves it; -1: all */
    int64_t used, used_files, left, left_files, left_ns; /* left: gone, or still there at this instant */
    int64_t stopped_with, stopped_with_files;            /* done with, and perhaps still there, when its host stopped */
    bool is_down, takes_time, was_in_trouble, keeps_what_is_left, is_unsure;
};

struct law_file {
    int64_t size;
    unsigned open; /* recipients that have not come to an end */
    bool is_there;
};

struct law_disks {
    struct index_map index;
    TABLE_OF(struct law_disk) disks;
    TABLE_OF(struct law_file) files;
};

static uint64_t key_of(enum account account, int64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(161, account), (uint64_t)a), b);
}

static int64_t host_of(const struct event *e)
{
    return event_int(e, FIELD_HOST);
}

static bool is_text(const struct event *e, enum field_id field, const char *text)
{
    return strcmp(event_text(e, field), text) == 0;
}

/* NULL: no mail server's. */
static struct law_disk *disk_of(struct law_disks *s, const struct event *e)
{
    size_t index = index_map_get(&s->index, key_of(DISK, host_of(e), 0));
    struct law_disk *disk = index == SIZE_MAX ? NULL : &s->disks.items[index];
    if (disk && disk->left_ns != e->at_ns && !disk->keeps_what_is_left) disk->left = disk->left_files = 0;
    return disk;
}

/* --- what fits --- */

static int64_t least_of(int64_t own, int64_t trouble)
{
    if (own == 0) return trouble;
    return trouble >= 0 && trouble < own ? trouble : own;
}

static bool is_bounded(const struct law_disk *disk)
{
    return least_of(disk->size, disk->trouble_size) >= 0 || least_of(disk->files, disk->trouble_files) >= 0;
}

static bool fits(const struct law_disk *disk, int64_t used, int64_t used_files, int64_t size)
{
    int64_t most = least_of(disk->size, disk->trouble_size), files = least_of(disk->files, disk->trouble_files);
    return (most < 0 || used + size <= most) && (files < 0 || used_files + 1 <= files);
}

static void law_of_commits(struct laws *laws, const struct event *e, const struct law_disk *disk, int64_t size)
{
    if (!is_bounded(disk)) return;
    enum laws_excuse excuse = disk->is_unsure                            ? LAWS_EXCUSE_DISK
                              : disk->takes_time && disk->was_in_trouble ? LAWS_EXCUSE_WRITING
                                                                         : LAWS_JUDGED;
    law_counts(laws, LAWS_COUNT_M19_DISKS, excuse);
    if (!excuse && !fits(disk, disk->used, disk->used_files, size))
        law_broken(laws, e, "M19", "a file of %lld bytes is written where %lld in %lld files lie already",
                   (long long)size, (long long)disk->used, (long long)disk->used_files);
}

/* size: at most; -1: not known. */
static void law_of_refusals(struct laws *laws, const struct event *e, const struct law_disk *disk, int64_t size)
{
    enum laws_excuse excuse = disk->is_unsure    ? LAWS_EXCUSE_DISK
                              : disk->takes_time ? LAWS_EXCUSE_WRITING
                              : size < 0         ? LAWS_EXCUSE_NOT_TOLD
                                                 : LAWS_JUDGED;
    law_counts(laws, LAWS_COUNT_M19_DISKS, excuse);
    if (excuse) return;
    law_counts(laws, LAWS_COUNT_M19_DISKS_FULL, LAWS_JUDGED);
    int64_t used = disk->used + disk->left + disk->stopped_with;
    int64_t files = disk->used_files + disk->left_files + disk->stopped_with_files;
    if (fits(disk, used, files, size))
        law_broken(laws, e, "M19", "there is no room for %lld bytes, where %lld lie in %lld files", (long long)size,
                   (long long)used, (long long)files);
}

static const char no_room[] = "4.3.1 Insufficient system storage";

/* --- what lies there --- */

static void add(struct law_disk *disk, int64_t size)
{
    disk->used += size;
    disk->used_files++;
}

static void leave(struct law_disk *disk, int64_t size, int64_t now_ns)
{
    disk->used -= size;
    disk->used_files--;
    *(disk->is_down ? &disk->stopped_with : &disk->left) += size;
    *(disk->is_down ? &disk->stopped_with_files : &disk->left_files) += 1;
    disk->left_ns = now_ns;
}

static uint64_t file_key(const struct event *e)
{
    return key_of(FILE_IN_QUEUE, host_of(e), law_hash_text(1, event_text(e, FIELD_QUEUE_ID)));
}

static uint64_t mailbox_key(const struct event *e)
{
    return law_hash_text(law_hash_text(key_of(IN_MAILBOX, host_of(e), 0), event_text(e, FIELD_QUEUE_ID)),
                         event_text(e, FIELD_RECIPIENT));
}

/* A report that lies in the queue is refused no more. */
static void forget_report(struct law_disks *s, const struct event *e)
{
    size_t about = index_map_get(&s->index, key_of(REPORT_ABOUT, host_of(e), (uint64_t)event_int(e, FIELD_MESSAGE)));
    if (about != SIZE_MAX) index_map_put(&s->index, key_of(LAST_REPORT, host_of(e), about), 0);
}

static void on_commit(struct laws *laws, const struct event *e)
{
    struct law_disks *s = laws->disks;
    struct law_disk *disk = disk_of(s, e);
    int64_t size = event_int(e, FIELD_SIZE);
    if (!disk) return;
    law_of_commits(laws, e, disk, size);
    add(disk, size);
    if (!is_text(e, FIELD_NAME, "queue")) return;
    forget_report(s, e);
    index_map_put(&s->index, file_key(e), s->files.count);
    *TABLE_ADD(&s->files) = (struct law_file){.size = size, .is_there = true};
}

static bool waits(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "active") == 0 || strcmp(state, "deferred") == 0;
}

static void on_state_in_queue(struct law_disks *s, const struct event *e, struct law_disk *disk)
{
    bool did = waits(event_text(e, FIELD_FROM)), does = waits(event_text(e, FIELD_TO));
    size_t index = index_map_get(&s->index, file_key(e));
    if (index == SIZE_MAX || did == does) return;
    struct law_file *file = &s->files.items[index];
    if (does) {
        file->open++;
        if (!file->is_there) add(disk, file->size); /* a crash has made it due again */
        file->is_there = true;
    } else if (file->open > 0 && --file->open == 0) {
        file->is_there = false;
        leave(disk, file->size, e->at_ns);
    }
}

static void law_of_reports(struct laws *laws, const struct event *e, const struct law_disk *disk)
{
    size_t size =
        index_map_get(&laws->disks->index, key_of(LAST_REPORT, host_of(e), (uint64_t)event_int(e, FIELD_MESSAGE)));
    if (is_text(e, FIELD_TO, "deferred") && strstr(event_text(e, FIELD_WHY), no_room) && size != SIZE_MAX && size > 0 &&
        event_int(e, FIELD_AT) == e->at_ns + INT64_C(300000000000))
        law_of_refusals(laws, e, disk, (int64_t)size);
}

static void on_state(struct laws *laws, const struct event *e)
{
    struct law_disks *s = laws->disks;
    struct law_disk *disk = disk_of(s, e);
    if (!disk) return;
    on_state_in_queue(s, e, disk);
    bool goes = is_text(e, FIELD_FROM, "delivered") && !is_text(e, FIELD_TO, "picked up");
    size_t size = goes ? index_map_get(&s->index, mailbox_key(e)) : SIZE_MAX;
    if (goes && size == SIZE_MAX) disk->is_unsure = true;
    if (goes && size != SIZE_MAX) leave(disk, (int64_t)size, e->at_ns);
}

/* --- what is refused --- */

void law_of_full_disks(struct laws *laws, const struct event *e, const struct law_said *said)
{
    struct law_disks *s = laws->disks;
    bool is_content = said->command == LAW_CONTENT || said->command == LAW_LAST_CHUNK;
    struct law_disk *disk = is_content && s ? disk_of(s, e) : NULL;
    if (!disk || !strstr(event_text(e, FIELD_TEXT), no_room)) return;
    const struct law_dialogue *d = law_dialogue_of(laws, (uint64_t)event_int(e, FIELD_CONN));
    size_t sent = index_map_get(&s->index, key_of(SIZE_SENT, host_of(e), said->about));
    if (d && d->is_held)
        law_counts(laws, LAWS_COUNT_M19_DISKS, LAWS_EXCUSE_HELD_BACK);
    else
        law_of_refusals(laws, e, disk, sent == SIZE_MAX ? -1 : (int64_t)sent + LINES_OF_A_HOP);
}

static void on_attempt_end(struct laws *laws, const struct event *e)
{
    struct law_disk *disk = disk_of(laws->disks, e);
    bool is_local = event_int(e, FIELD_PEER) == host_of(e);
    if (!disk || !is_local || !strstr(event_text(e, FIELD_WHY), no_room)) return;
    int64_t message = event_int(e, FIELD_MESSAGE);
    law_of_refusals(laws, e, disk, law_size_in_mailbox(laws, host_of(e), message, event_text(e, FIELD_RECIPIENT)));
}

static void on_content(struct law_disks *s, const struct event *e)
{
    size_t size = (size_t)event_int(e, FIELD_SIZE);
    if (is_text(e, FIELD_NAME, "accepted"))
        index_map_put(&s->index, key_of(SIZE_SENT, host_of(e), (uint64_t)event_int(e, FIELD_MESSAGE)), size);
    if (is_text(e, FIELD_NAME, "delivered")) index_map_put(&s->index, mailbox_key(e), size);
}

static void on_compose(struct law_disks *s, const struct event *e)
{
    int64_t parent = event_int(e, FIELD_PARENT), report = event_int(e, FIELD_MESSAGE);
    if (!parent) return;
    index_map_put(&s->index, key_of(LAST_REPORT, host_of(e), (uint64_t)parent), (size_t)event_int(e, FIELD_SIZE));
    index_map_put(&s->index, key_of(REPORT_ABOUT, host_of(e), (uint64_t)report), (size_t)parent);
}

/* --- limits --- */

static void on_settings(struct law_disks *s, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    if (is_text(e, FIELD_NAME, "retry")) { /* the first of a server's */
        index_map_put(&s->index, key_of(DISK, host_of(e), 0), s->disks.count);
        *TABLE_ADD(&s->disks) = (struct law_disk){.trouble_size = -1, .trouble_files = -1};
    }
    struct law_disk *disk = disk_of(s, e);
    if (!disk || !is_text(e, FIELD_NAME, "disk")) return;
    disk->size = law_setting(text, "size");
    disk->files = law_setting(text, "files");
    disk->takes_time = law_setting(text, "takes_time") > 0;
}

/* "full", "full at 2000 bytes and 3 files, read-only" */
static void on_trouble(struct law_disks *s, const struct event *e)
{
    struct law_disk *disk = disk_of(s, e);
    const char *text = event_text(e, FIELD_TEXT), *c = text;
    if (!disk || !is_text(e, FIELD_NAME, "disk")) return;
    disk->was_in_trouble = true;
    disk->keeps_what_is_left |= strstr(text, "read-only") || strstr(text, "fail"); /* and is not told that it is done */
    disk->trouble_size = disk->trouble_files = -1;
    if (strncmp(text, "full", 4) != 0) return;
    if (strncmp(text, "full at ", 8) != 0) disk->trouble_size = 0;
    for (c += 4; (c = strpbrk(c, "0123456789,")) != NULL && *c != ',';) {
        char *unit;
        int64_t number = strtoll(c, &unit, 10);
        if (strncmp(unit, " bytes", 6) == 0) disk->trouble_size = number;
        if (strncmp(unit, " files", 6) == 0) disk->trouble_files = number;
        c = unit;
    }
}

static void on_host_state(struct law_disks *s, const struct event *e)
{
    struct law_disk *disk = disk_of(s, e);
    if (!disk) return;
    disk->is_down = !event_int(e, FIELD_UP);
    if (!disk->is_down) return;
    disk->stopped_with += disk->left;
    disk->stopped_with_files += disk->left_files;
    disk->left = disk->left_files = 0;
}

void laws_of_disks(struct laws *laws, const struct event *e)
{
    if (!laws->disks) laws->disks = mem_calloc(1, sizeof *laws->disks);
    struct law_disks *s = laws->disks;
    switch (e->kind) {
    case EVENT_HOST_SETTINGS:
        on_settings(s, e);
        break;
    case EVENT_HOST_STATE:
        on_host_state(s, e);
        break;
    case EVENT_HOST_TROUBLE:
        on_trouble(s, e);
        break;
    case EVENT_MAIL_COMMIT:
        on_commit(laws, e);
        break;
    case EVENT_MAIL_CONTENT:
        on_content(s, e);
        break;
    case EVENT_MAIL_COMPOSE:
        on_compose(s, e);
        break;
    case EVENT_MAIL_STATE:
        if (disk_of(s, e)) law_of_reports(laws, e, disk_of(s, e));
        on_state(laws, e);
        break;
    case EVENT_ATTEMPT_END:
        on_attempt_end(laws, e);
        break;
    case EVENT_FILE_ROT:
    case EVENT_MAIL_ASIDE: /* what it was is not what it says that it is */
        if (disk_of(s, e)) disk_of(s, e)->is_unsure = true;
        break;
    default:
        break;
    }
}

void laws_disks_free(struct laws *laws)
{
    struct law_disks *s = laws->disks;
    if (!s) return;
    index_map_free(&s->index);
    mem_free(s->disks.items);
    mem_free(s->files.items);
    mem_free(s);
}
