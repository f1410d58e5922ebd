/* A radix heap of lists. It rests on one promise: nothing is scheduled before the event that was taken last.

   Compare an event's time with that of the last event taken, both written in digits of six bits. The highest digit in
   which they differ is the event's level; the event's own digit there is its bucket. Whatever is in a lower level comes
   before whatever is in a higher one, and within a level buckets are in order of their digit. When the lowest bucket is
   needed, its earliest time becomes the last time, and its events move down to lower levels; those at that very time go
   to the bucket of what is due. An event moves at most once a level.

   Buckets are lists in order of scheduling, and moving keeps that order. Two events of the same time are always in the
   same bucket, so ties need no sequence number. docs/performance.md tells what else was measured. */
#include "sim/event_queue.h"

#include <assert.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { DIGIT_BITS = 6, DIGITS = 1 << DIGIT_BITS, LEVELS = (63 + DIGIT_BITS - 1) / DIGIT_BITS };
enum { BUCKET_DUE = LEVELS * DIGITS, BUCKETS, FIRST_ROOM = 64 };

/* A scheduled event, or a free place. Places are numbered from 1. */
struct slot {
    int64_t at_ns;
    uint32_t next, previous; /* in its bucket; next also among the free */
    uint32_t generation;     /* of the event in it; grows when that is over, never 0 */
    uint32_t bucket;
    uint64_t cause;
    event_fn fn; /* NULL: free */
    void *context;
    uint64_t arg;
};

struct bucket {
    uint32_t first, last; /* slots */
    int64_t earliest_ns;  /* EARLIEST_UNKNOWN after the earliest was cancelled */
};
#define EARLIEST_UNKNOWN INT64_MIN

struct event_queue {
    int64_t last_ns;         /* time of the event taken last */
    uint64_t levels;         /* bit l: level l is not empty */
    uint64_t digits[LEVELS]; /* bit d: bucket d of the level is not empty */
    struct slot *slots;
    uint32_t n_slots, room, first_free;
    size_t count;
    struct bucket buckets[BUCKETS];
};

static void grow(struct event_queue *queue)
{
    uint32_t room = queue->room ? queue->room * 2 : FIRST_ROOM;
    assert(room > queue->room);
    queue->slots = mem_realloc(queue->slots, room * sizeof *queue->slots);
    queue->room = room;
}

struct event_queue *event_queue_new(void)
{
    struct event_queue *queue = mem_calloc(1, sizeof *queue);
    grow(queue);
    queue->slots[0] = (struct slot){.generation = 1};
    queue->n_slots = 1;
    return queue;
}

void event_queue_free(struct event_queue *queue)
{
    if (!queue) return;
    mem_free(queue->slots);
    mem_free(queue);
}

static unsigned lowest_bit(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

static unsigned highest_bit(uint64_t bits)
{
    return 63 - (unsigned)__builtin_clzll(bits);
}

static uint32_t bucket_for(const struct event_queue *queue, int64_t at_ns)
{
    uint64_t differing = (uint64_t)at_ns ^ (uint64_t)queue->last_ns;
    if (!differing) return BUCKET_DUE;
    unsigned level = highest_bit(differing) / DIGIT_BITS;
    unsigned digit = (unsigned)((uint64_t)at_ns >> level * DIGIT_BITS) % DIGITS;
    return level * DIGITS + digit;
}

static void mark_filled(struct event_queue *queue, uint32_t bucket)
{
    if (bucket == BUCKET_DUE) return;
    queue->levels |= UINT64_C(1) << bucket / DIGITS;
    queue->digits[bucket / DIGITS] |= UINT64_C(1) << bucket % DIGITS;
}

static void mark_empty(struct event_queue *queue, uint32_t bucket)
{
    if (bucket == BUCKET_DUE) return;
    queue->digits[bucket / DIGITS] &= ~(UINT64_C(1) << bucket % DIGITS);
    if (!queue->digits[bucket / DIGITS]) queue->levels &= ~(UINT64_C(1) << bucket / DIGITS);
}

/* Appends to the bucket of its time. */
static void put(struct event_queue *queue, uint32_t number)
{
    struct slot *slot = &queue->slots[number];
    slot->bucket = bucket_for(queue, slot->at_ns);
    struct bucket *bucket = &queue->buckets[slot->bucket];
    slot->next = 0;
    slot->previous = bucket->last;
    if (bucket->last) {
        queue->slots[bucket->last].next = number;
        if (slot->at_ns < bucket->earliest_ns) bucket->earliest_ns = slot->at_ns;
    } else {
        bucket->first = number;
        bucket->earliest_ns = slot->at_ns;
        mark_filled(queue, slot->bucket);
    }
    bucket->last = number;
}

static void unlink_slot(struct event_queue *queue, const struct slot *slot)
{
    struct bucket *bucket = &queue->buckets[slot->bucket];
    if (slot->previous)
        queue->slots[slot->previous].next = slot->next;
    else
        bucket->first = slot->next;
    if (slot->next)
        queue->slots[slot->next].previous = slot->previous;
    else
        bucket->last = slot->previous;
    if (!bucket->first) mark_empty(queue, slot->bucket);
}

static uint32_t take_slot(struct event_queue *queue)
{
    uint32_t number = queue->first_free;
    if (number) {
        queue->first_free = queue->slots[number].next;
        return number;
    }
    if (queue->n_slots == queue->room) grow(queue);
    queue->slots[queue->n_slots].generation = 1;
    return queue->n_slots++;
}

static void free_slot(struct event_queue *queue, uint32_t number)
{
    struct slot *slot = &queue->slots[number];
    slot->fn = NULL;
    if (++slot->generation == 0) slot->generation = 1;
    slot->next = queue->first_free;
    queue->first_free = number;
    queue->count--;
}

struct event_handle event_queue_schedule(struct event_queue *queue, const struct due_event *event)
{
    assert(event->fn && event->at_ns >= queue->last_ns && event->at_ns < TIME_NEVER);
    uint32_t number = take_slot(queue);
    struct slot *slot = &queue->slots[number];
    slot->at_ns = event->at_ns;
    slot->cause = event->cause;
    slot->fn = event->fn;
    slot->context = event->context;
    slot->arg = event->arg;
    put(queue, number);
    queue->count++;
    return (struct event_handle){number, slot->generation};
}

bool event_queue_is_pending(const struct event_queue *queue, struct event_handle handle)
{
    return handle.slot < queue->n_slots && queue->slots[handle.slot].generation == handle.generation &&
           queue->slots[handle.slot].fn;
}

bool event_queue_cancel(struct event_queue *queue, struct event_handle handle)
{
    if (!event_queue_is_pending(queue, handle)) return false;
    const struct slot *slot = &queue->slots[handle.slot];
    struct bucket *bucket = &queue->buckets[slot->bucket];
    unlink_slot(queue, slot);
    if (slot->at_ns == bucket->earliest_ns && slot->bucket != BUCKET_DUE) bucket->earliest_ns = EARLIEST_UNKNOWN;
    free_slot(queue, handle.slot);
    return true;
}

/* The bucket of what comes next when nothing is due; NULL when the queue is empty. */
static struct bucket *lowest_bucket(struct event_queue *queue)
{
    if (!queue->levels) return NULL;
    unsigned level = lowest_bit(queue->levels);
    return &queue->buckets[level * DIGITS + lowest_bit(queue->digits[level])];
}

static int64_t earliest_in(const struct event_queue *queue, struct bucket *bucket)
{
    if (bucket->earliest_ns != EARLIEST_UNKNOWN) return bucket->earliest_ns;
    bucket->earliest_ns = TIME_NEVER;
    for (uint32_t number = bucket->first; number; number = queue->slots[number].next)
        if (queue->slots[number].at_ns < bucket->earliest_ns) bucket->earliest_ns = queue->slots[number].at_ns;
    return bucket->earliest_ns;
}

/* Goes on to the next time: moves the lowest bucket's events down. */
static void move_down(struct event_queue *queue, struct bucket *bucket)
{
    queue->last_ns = earliest_in(queue, bucket);
    uint32_t number = bucket->first;
    mark_empty(queue, queue->slots[number].bucket);
    bucket->first = bucket->last = 0;
    while (number) {
        uint32_t next = queue->slots[number].next;
        put(queue, number);
        number = next;
    }
}

static uint32_t take_first_due(struct event_queue *queue)
{
    struct bucket *due = &queue->buckets[BUCKET_DUE];
    uint32_t number = due->first, next = queue->slots[number].next;
    due->first = next;
    if (next)
        queue->slots[next].previous = 0;
    else
        due->last = 0;
    return number;
}

/* The only event of the lowest bucket is the next of all, and need not go down. */
static uint32_t take_only(struct event_queue *queue, struct bucket *bucket)
{
    uint32_t number = bucket->first;
    queue->last_ns = queue->slots[number].at_ns;
    mark_empty(queue, queue->slots[number].bucket);
    bucket->first = bucket->last = 0;
    return number;
}

/* The slot of what comes next, until then; 0: nothing does. */
static uint32_t take_next(struct event_queue *queue, int64_t until_ns)
{
    if (queue->buckets[BUCKET_DUE].first) return queue->last_ns <= until_ns ? take_first_due(queue) : 0;
    struct bucket *bucket = lowest_bucket(queue);
    if (!bucket || earliest_in(queue, bucket) > until_ns) return 0;
    if (bucket->first == bucket->last) return take_only(queue, bucket);
    move_down(queue, bucket);
    return take_first_due(queue);
}

/* What comes next is mostly about things that nobody has touched for a while: they are fetched from memory while the
   event before it is still at work. A guess, since that one may schedule something sooner. */
static void fetch_ahead(const struct event_queue *queue)
{
    if (!queue->levels) return;
    unsigned level = lowest_bit(queue->levels);
    uint32_t number = queue->buckets[level * DIGITS + lowest_bit(queue->digits[level])].first;
    uintptr_t context = (uintptr_t)queue->slots[number].context; /* may be NULL, or less than this large */
    __builtin_prefetch((const void *)context);
    __builtin_prefetch((const void *)(context + 64));
    __builtin_prefetch((const void *)(context + 128));
}

bool event_queue_pop_until(struct event_queue *queue, int64_t until_ns, struct due_event *event)
{
    uint32_t number = take_next(queue, until_ns);
    if (!number) return false;
    fetch_ahead(queue);
    const struct slot *slot = &queue->slots[number];
    *event = (struct due_event){
        .at_ns = slot->at_ns, .cause = slot->cause, .fn = slot->fn, .context = slot->context, .arg = slot->arg};
    free_slot(queue, number);
    return true;
}

bool event_queue_pop(struct event_queue *queue, struct due_event *event)
{
    return event_queue_pop_until(queue, TIME_NEVER, event);
}

int64_t event_queue_next_ns(struct event_queue *queue)
{
    if (queue->buckets[BUCKET_DUE].first) return queue->last_ns;
    struct bucket *bucket = lowest_bucket(queue);
    return bucket ? earliest_in(queue, bucket) : TIME_NEVER;
}

size_t event_queue_count(const struct event_queue *queue)
{
    return queue->count;
}
