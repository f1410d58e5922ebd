/* What is to happen, in order of (time, order of scheduling). Nothing is allocated per event once the queue has grown
   to its size. */
#ifndef POSTROAD_SIM_EVENT_QUEUE_H
#define POSTROAD_SIM_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an event does: context is the object it happens to, arg a number of the scheduler's own. */
typedef void (*event_fn)(void *context, uint64_t arg);

/* Names a scheduled event. Stays safe after the event has run or was cancelled. {0} names none. */
struct event_handle {
    uint32_t slot;
    uint32_t generation;
};

/* An event taken from the queue. */
struct due_event {
    int64_t at_ns;
    uint64_t cause; /* of the journal, kept for the scheduler */
    event_fn fn;
    void *context;
    uint64_t arg;
};

struct event_queue;

struct event_queue *event_queue_new(void);
void event_queue_free(struct event_queue *queue);
/* Not before the event that was taken last, which asserts. */
struct event_handle event_queue_schedule(struct event_queue *queue, const struct due_event *event);
/* Whether the event was still to come. */
bool event_queue_cancel(struct event_queue *queue, struct event_handle handle);
bool event_queue_is_pending(const struct event_queue *queue, struct event_handle handle);
/* Takes the earliest event; false when the queue is empty. */
bool event_queue_pop(struct event_queue *queue, struct due_event *event);
/* The same, unless it is later than that. */
bool event_queue_pop_until(struct event_queue *queue, int64_t until_ns, struct due_event *event);
int64_t event_queue_next_ns(struct event_queue *queue); /* TIME_NEVER when empty */
size_t event_queue_count(const struct event_queue *queue);

#endif
