/* A heap with four children a node, since four keys of 16 bytes fill one cache line. Keys hold all that is compared;
   what an event does waits in a slot, found again by number. A cancelled event stays in the heap until it comes to the
   top, or until the cancelled outnumber the others and all are swept out. docs/performance.md has the measurements. */
#include "sim/event_queue.h"

#include <assert.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { CHILDREN = 4, SLOT_BITS = 24, FIRST_ROOM = 64, SWEEP_MIN = 64 };
#define SLOT_MASK    ((UINT64_C(1) << SLOT_BITS) - 1)
#define SEQUENCE_END (UINT64_C(1) << (64 - SLOT_BITS))

/* Ordered by time, then by order of scheduling, which the upper bits of order hold; the lower are the slot. */
struct key {
    int64_t at_ns;
    uint64_t order;
};

struct slot {
    uint64_t cause;
    event_fn fn; /* NULL: cancelled, or free */
    void *context;
    uint64_t arg;
    uint32_t generation; /* of the event in it; grows when that is over, never 0 */
    uint32_t next_free;  /* slot number + 1, 0: none */
};

struct event_queue {
    struct key *keys;       /* the heap */
    struct key *keys_block; /* what was allocated for it */
    size_t n_keys, room;    /* of keys and slots */
    struct slot *slots;
    uint32_t n_slots, first_free;
    size_t n_cancelled;
    uint64_t sequence;
};

/* keys[1], the first of the first four siblings, begins a cache line, and so do all siblings. */
static void grow_keys(struct event_queue *queue, size_t room)
{
    enum { CACHE_LINE = 64, PAD = CHILDREN - 1 };
    struct key *block = mem_alloc_aligned(CACHE_LINE, (room + PAD) * sizeof *block);
    for (size_t i = 0; i < queue->n_keys; i++)
        block[PAD + i] = queue->keys[i];
    mem_free(queue->keys_block);
    queue->keys_block = block;
    queue->keys = block + PAD;
}

static void grow(struct event_queue *queue)
{
    size_t room = queue->room ? queue->room * 2 : FIRST_ROOM;
    assert(room <= SLOT_MASK + 1 && "more events pending than slots can be numbered");
    grow_keys(queue, room);
    queue->slots = mem_realloc(queue->slots, room * sizeof *queue->slots);
    queue->room = room;
}

struct event_queue *event_queue_new(void)
{
    struct event_queue *queue = mem_calloc(1, sizeof *queue);
    grow(queue);
    return queue;
}

void event_queue_free(struct event_queue *queue)
{
    if (!queue) return;
    mem_free(queue->keys_block);
    mem_free(queue->slots);
    mem_free(queue);
}

static bool is_before(struct key a, struct key b)
{
    return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.order < b.order;
}

static void sift_up(struct key *keys, size_t i, struct key key)
{
    while (i > 0) {
        size_t parent = (i - 1) / CHILDREN;
        if (!is_before(key, keys[parent])) break;
        keys[i] = keys[parent];
        i = parent;
    }
    keys[i] = key;
}

static size_t earliest_child(const struct key *keys, size_t first, size_t n)
{
    size_t end = first + CHILDREN < n ? first + CHILDREN : n, best = first;
    for (size_t child = first + 1; child < end; child++)
        if (is_before(keys[child], keys[best])) best = child;
    return best;
}

static void sift_down(struct key *keys, size_t n, size_t i, struct key key)
{
    for (;;) {
        size_t first = i * CHILDREN + 1;
        if (first >= n) break;
        size_t child = earliest_child(keys, first, n);
        if (!is_before(keys[child], key)) break;
        keys[i] = keys[child];
        i = child;
    }
    keys[i] = key;
}

static uint32_t take_slot(struct event_queue *queue)
{
    if (queue->first_free) {
        uint32_t slot = queue->first_free - 1;
        queue->first_free = queue->slots[slot].next_free;
        return slot;
    }
    queue->slots[queue->n_slots].generation = 1;
    return queue->n_slots++;
}

static void end_slot(struct event_queue *queue, uint32_t number)
{
    struct slot *slot = &queue->slots[number];
    slot->fn = NULL;
    if (++slot->generation == 0) slot->generation = 1;
    slot->next_free = queue->first_free;
    queue->first_free = number + 1;
}

struct event_handle event_queue_schedule(struct event_queue *queue, const struct due_event *event)
{
    assert(event->fn && event->at_ns < TIME_NEVER);
    assert(queue->sequence < SEQUENCE_END);
    if (queue->n_keys == queue->room) grow(queue);
    uint32_t number = take_slot(queue);
    struct slot *slot = &queue->slots[number];
    slot->cause = event->cause;
    slot->fn = event->fn;
    slot->context = event->context;
    slot->arg = event->arg;
    struct key key = {event->at_ns, queue->sequence++ << SLOT_BITS | number};
    sift_up(queue->keys, queue->n_keys++, key);
    return (struct event_handle){number, slot->generation};
}

static uint32_t slot_of(struct key key)
{
    return (uint32_t)(key.order & SLOT_MASK);
}

static void remove_top(struct event_queue *queue)
{
    end_slot(queue, slot_of(queue->keys[0]));
    if (--queue->n_keys) sift_down(queue->keys, queue->n_keys, 0, queue->keys[queue->n_keys]);
}

/* The top is never a cancelled event, so that the next time can be read off it. */
static void clear_top(struct event_queue *queue)
{
    while (queue->n_keys && !queue->slots[slot_of(queue->keys[0])].fn) {
        remove_top(queue);
        queue->n_cancelled--;
    }
}

static void sweep_cancelled(struct event_queue *queue)
{
    size_t kept = 0;
    for (size_t i = 0; i < queue->n_keys; i++) {
        if (queue->slots[slot_of(queue->keys[i])].fn)
            queue->keys[kept++] = queue->keys[i];
        else
            end_slot(queue, slot_of(queue->keys[i]));
    }
    queue->n_keys = kept;
    queue->n_cancelled = 0;
    for (size_t i = kept / CHILDREN + 1; i-- > 0;)
        if (i < kept) sift_down(queue->keys, kept, i, queue->keys[i]);
}

bool event_queue_is_pending(const struct event_queue *queue, struct event_handle handle)
{
    return handle.slot < queue->n_slots && queue->slots[handle.slot].generation == handle.generation &&
           queue->slots[handle.slot].fn;
}

bool event_queue_cancel(struct event_queue *queue, struct event_handle handle)
{
    if (!event_queue_is_pending(queue, handle)) return false;
    queue->slots[handle.slot].fn = NULL;
    queue->n_cancelled++;
    if (queue->n_cancelled >= SWEEP_MIN && queue->n_cancelled > queue->n_keys / 2) sweep_cancelled(queue);
    clear_top(queue);
    return true;
}

bool event_queue_pop(struct event_queue *queue, struct due_event *event)
{
    if (!queue->n_keys) return false;
    const struct slot *slot = &queue->slots[slot_of(queue->keys[0])];
    *event = (struct due_event){.at_ns = queue->keys[0].at_ns,
                                .cause = slot->cause,
                                .fn = slot->fn,
                                .context = slot->context,
                                .arg = slot->arg};
    remove_top(queue);
    if (queue->n_cancelled) clear_top(queue);
    return true;
}

int64_t event_queue_next_ns(const struct event_queue *queue)
{
    return queue->n_keys ? queue->keys[0].at_ns : TIME_NEVER;
}

size_t event_queue_count(const struct event_queue *queue)
{
    return queue->n_keys - queue->n_cancelled;
}
