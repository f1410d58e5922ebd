/* Files of a queue that a disk has harmed. Each file has a checksum over all of it, as spools with a journal have (a
   plain Postfix would notice a bit only where the file's structure breaks); it is read for every attempt, and by a
   restart. What is not sound then is set aside, as Postfix does in its folder "corrupt": the mail has ended here, which
   is told by name, and the others go their way. */
#include "model/host/queue_internal.h"
#include "model/host/store.h"
#include "sim/journal/memory.h"

static const char *rot_text(enum disk_rot rot)
{
    switch (rot) {
    case ROT_BIT:
        return "a bit of its file has flipped";
    case ROT_TRUNCATED:
        return "its file has been cut short";
    case ROT_EMPTY:
        return "its file is empty";
    case ROT_FOREIGN:
        return "a file that is no mail";
    }
    return "";
}

static void emit(const struct mail_queue *queue, enum event_kind kind, const struct queue_entry *entry, const char *why)
{
    struct journal *journal = queue_world(queue)->journal;
    uint32_t message = entry ? entry->message.n : 0;
    const char *queue_id = entry ? entry->queue_id : "";
    uint64_t event = kind == EVENT_FILE_ROT
                         ? JOURNAL_EMIT(journal, FILE_ROT, F_INT(MESSAGE, message), F_INT(HOST, queue->host->id.n),
                                        F_TEXT(QUEUE_ID, queue_id), F_TEXT(NAME, "queue"), F_TEXT(WHY, why))
                         : JOURNAL_EMIT(journal, MAIL_ASIDE, F_INT(MESSAGE, message), F_INT(HOST, queue->host->id.n),
                                        F_TEXT(QUEUE_ID, queue_id), F_TEXT(NAME, "queue"), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

/* --- harm --- */

static void harm(struct queue_entry *entry, const struct scenario_fault *fault)
{
    entry->rot = rot_text(fault->rot);
    entry->queue->may_have_rot = true;
    emit(entry->queue, EVENT_FILE_ROT, entry, entry->rot);
}

static bool is_meant(const struct queue_entry *entry, const struct scenario_fault *fault)
{
    bool is_its_mail = fault->rot_mail < 0 || entry->message.n == (uint32_t)fault->rot_mail + 1;
    return entry->is_durable && !entry->rot && is_its_mail;
}

/* By chance one of those that are there: the draw goes by the fault. */
static struct queue_entry *choose(const struct mail_queue *queue, const struct scenario_fault *fault)
{
    const struct world *world = queue_world(queue);
    uint64_t n = 0, chosen;
    for (const struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        n += is_meant(entry, fault);
    if (n == 0) return NULL;
    chosen = random_draw(world->seed, queue->host->name_hash, random_hash_text("rot"),
                         (uint64_t)(fault - world->scenario->faults)) %
             n;
    struct queue_entry *entry = queue->entries;
    while (!is_meant(entry, fault) || chosen-- > 0)
        entry = entry->next;
    return entry;
}

static void wait_for_a_file(struct mail_queue *queue, const struct scenario_fault *fault)
{
    queue->rots = mem_realloc(queue->rots, (queue->n_rots + 1) * sizeof *queue->rots);
    queue->rots[queue->n_rots++] = fault;
    queue->may_have_rot = true;
}

static void forget(struct mail_queue *queue, size_t i)
{
    for (; i + 1 < queue->n_rots; i++)
        queue->rots[i] = queue->rots[i + 1];
    queue->n_rots--;
}

void mail_queue_rot(struct mail_queue *queue, const struct scenario_fault *fault, bool is_in_force)
{
    struct queue_entry *entry;
    if (!is_in_force) {
        for (size_t i = 0; i < queue->n_rots; i++)
            if (queue->rots[i] == fault) forget(queue, i--);
        return;
    }
    if (fault->rot == ROT_FOREIGN) {
        queue->n_foreign++;
        queue->may_have_rot = true;
        emit(queue, EVENT_FILE_ROT, NULL, rot_text(fault->rot));
    } else if ((entry = choose(queue, fault)) != NULL) {
        harm(entry, fault);
    } else {
        wait_for_a_file(queue, fault);
    }
}

void queue_rot_take_new(struct queue_entry *entry)
{
    struct mail_queue *queue = entry->queue;
    struct journal *journal = queue_world(queue)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < queue->n_rots; i++) {
        if (!is_meant(entry, queue->rots[i])) continue;
        harm(entry, queue->rots[i]);
        forget(queue, i);
        break;
    }
    journal_set_cause(journal, cause);
}

/* --- it is found --- */

static void set_aside(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    emit(entry->queue, EVENT_MAIL_ASIDE, entry, entry->rot);
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        enum mail_state state = (enum mail_state)entry->recipients[i].state;
        if (state != MAIL_QUEUED && state != MAIL_ACTIVE && state != MAIL_DEFERRED) continue;
        queue_enter_state(entry, &entry->recipients[i], MAIL_DISCARDED, 0, entry->rot);
        journal_set_cause(journal, cause);
    }
    queue_entry_remove(entry);
}

static void set_foreign_ones_aside(struct mail_queue *queue)
{
    struct journal *journal = queue_world(queue)->journal;
    uint64_t cause = journal_cause(journal);
    for (; queue->n_foreign > 0; queue->n_foreign--) {
        emit(queue, EVENT_MAIL_ASIDE, NULL, rot_text(ROT_FOREIGN));
        journal_set_cause(journal, cause);
    }
}

bool queue_rot_finds(struct queue_entry *entry)
{
    if (store_reads_fail(entry->queue->host)) return false;
    set_foreign_ones_aside(entry->queue);
    if (!entry->rot) return false;
    set_aside(entry);
    return true;
}

void mail_queue_find_rot(struct mail_queue *queue)
{
    struct journal *journal = queue_world(queue)->journal;
    uint64_t cause = journal_cause(journal);
    if (!queue->may_have_rot || store_reads_fail(queue->host)) return;
    set_foreign_ones_aside(queue);
    for (struct queue_entry *entry = queue->entries, *next; entry; entry = next) {
        next = entry->next;
        if (entry->rot && entry->n_open == 0) set_aside(entry);
        journal_set_cause(journal, cause);
    }
}
