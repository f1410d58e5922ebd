/* The queue against a model too simple to be wrong: an unsorted list that is searched for its earliest. */
#include <criterion/criterion.h>

#include "sim/event_queue.h"
#include "sim/journal/vtime.h"
#include "sim/random.h"

static void nothing(void *context, uint64_t arg)
{
    (void)context;
    (void)arg;
}

static struct due_event event_at(int64_t at_ns, uint64_t arg)
{
    return (struct due_event){.at_ns = at_ns, .cause = arg * 3, .fn = nothing, .context = NULL, .arg = arg};
}

enum { MODEL_ROOM = 600 };

struct model {
    struct model_event {
        int64_t at_ns;
        uint64_t sequence;
        struct event_handle handle;
    } events[MODEL_ROOM];
    size_t n;
};

static size_t model_earliest(const struct model *m)
{
    size_t best = 0;
    for (size_t i = 1; i < m->n; i++) {
        const struct model_event *a = &m->events[i], *b = &m->events[best];
        if (a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->sequence < b->sequence)) best = i;
    }
    return best;
}

/* Delays of every size, many of them equal, so that all levels and ties occur. */
static int64_t some_delay(struct random_stream *stream)
{
    switch (random_stream_below(stream, 6)) {
    case 0:
        return 0;
    case 1:
        return (int64_t)random_stream_below(stream, 3);
    case 2:
        return (int64_t)random_stream_below(stream, 4) * MILLISECOND;
    case 3:
        return (int64_t)random_stream_below(stream, SECOND);
    case 4:
        return (int64_t)random_stream_below(stream, 3 * HOUR);
    default:
        return (int64_t)random_stream_below(stream, 30 * DAY);
    }
}

static void schedule_one(struct event_queue *queue, struct model *m, int64_t at_ns, uint64_t sequence)
{
    struct due_event event = event_at(at_ns, sequence);
    m->events[m->n++] = (struct model_event){at_ns, sequence, event_queue_schedule(queue, &event)};
}

static void pop_one(struct event_queue *queue, struct model *m, int64_t *now_ns)
{
    struct due_event event;
    cr_assert_eq(event_queue_pop(queue, &event), m->n > 0);
    if (!m->n) return;
    size_t expected = model_earliest(m);
    struct model_event e = m->events[expected];
    m->events[expected] = m->events[--m->n];
    cr_assert_eq(event.at_ns, e.at_ns);
    cr_assert_eq(event.arg, e.sequence);
    cr_assert_eq(event.cause, e.sequence * 3);
    cr_assert_not(event_queue_is_pending(queue, e.handle));
    cr_assert_not(event_queue_cancel(queue, e.handle), "what has happened cannot be cancelled");
    *now_ns = e.at_ns;
}

static void cancel_one(struct event_queue *queue, struct model *m, struct random_stream *stream)
{
    if (!m->n) return;
    size_t i = random_stream_below(stream, m->n);
    struct event_handle handle = m->events[i].handle;
    m->events[i] = m->events[--m->n];
    cr_assert(event_queue_is_pending(queue, handle));
    cr_assert(event_queue_cancel(queue, handle));
    cr_assert_not(event_queue_is_pending(queue, handle));
    cr_assert_not(event_queue_cancel(queue, handle), "nothing is cancelled twice");
}

static void run_seed(uint64_t seed)
{
    struct random_stream stream = random_stream_for(seed, "test", "event queue");
    struct event_queue *queue = event_queue_new();
    static struct model m;
    m.n = 0;
    int64_t now_ns = 0;
    for (uint64_t sequence = 1; sequence <= 6000; sequence++) {
        uint64_t what = random_stream_below(&stream, 10);
        if (what < 5 && m.n < MODEL_ROOM)
            schedule_one(queue, &m, now_ns + some_delay(&stream), sequence);
        else if (what < 8)
            pop_one(queue, &m, &now_ns);
        else
            cancel_one(queue, &m, &stream);
        cr_assert_eq(event_queue_count(queue), m.n);
        if (random_stream_below(&stream, 4) == 0)
            cr_assert_eq(event_queue_next_ns(queue), m.n ? m.events[model_earliest(&m)].at_ns : TIME_NEVER);
    }
    while (m.n)
        pop_one(queue, &m, &now_ns);
    pop_one(queue, &m, &now_ns);
    event_queue_free(queue);
}

Test(event_queue, random_schedules_pops_and_cancels_agree_with_a_naive_list)
{
    for (uint64_t seed = 1; seed <= 30; seed++)
        run_seed(seed);
}

Test(event_queue, events_of_the_same_time_keep_the_order_of_scheduling)
{
    struct event_queue *queue = event_queue_new();
    struct due_event event;
    /* Half of them before time has moved, half after, when their times are compared with a later one. */
    for (uint64_t i = 0; i < 500; i++)
        event_queue_schedule(queue, &(struct due_event){.at_ns = 5 * SECOND, .fn = nothing, .arg = i});
    event_queue_schedule(queue, &(struct due_event){.at_ns = 5 * SECOND - 1, .fn = nothing, .arg = 12345});
    cr_assert(event_queue_pop(queue, &event));
    cr_assert_eq(event.arg, 12345);
    for (uint64_t i = 500; i < 1000; i++)
        event_queue_schedule(queue, &(struct due_event){.at_ns = 5 * SECOND, .fn = nothing, .arg = i});
    for (uint64_t i = 0; i < 1000; i++) {
        cr_assert(event_queue_pop(queue, &event));
        cr_assert_eq(event.arg, i);
    }
    cr_assert_not(event_queue_pop(queue, &event));
    event_queue_free(queue);
}

Test(event_queue, a_stale_handle_does_not_touch_the_event_that_took_its_place)
{
    struct event_queue *queue = event_queue_new();
    struct due_event event = event_at(1, 1), taken;
    struct event_handle old = event_queue_schedule(queue, &event);
    cr_assert(event_queue_pop(queue, &taken));
    event = event_at(2, 2);
    struct event_handle fresh = event_queue_schedule(queue, &event);
    cr_assert_eq(old.slot, fresh.slot, "the place is used again, or this test shows nothing");
    cr_assert_not(event_queue_cancel(queue, old));
    cr_assert(event_queue_is_pending(queue, fresh));
    struct event_handle none = {0};
    cr_assert_not(event_queue_is_pending(queue, none));
    cr_assert_not(event_queue_cancel(queue, none));
    cr_assert(event_queue_pop(queue, &taken));
    cr_assert_eq(taken.arg, 2);
    event_queue_free(queue);
}

Test(event_queue, looking_at_the_next_time_leaves_room_for_something_earlier)
{
    struct event_queue *queue = event_queue_new();
    struct due_event far = event_at(HOUR, 1), near = event_at(SECOND, 2), taken;
    event_queue_schedule(queue, &far);
    cr_assert_eq(event_queue_next_ns(queue), HOUR);
    struct event_handle handle = event_queue_schedule(queue, &near);
    cr_assert_eq(event_queue_next_ns(queue), SECOND);
    cr_assert(event_queue_cancel(queue, handle));
    cr_assert_eq(event_queue_next_ns(queue), HOUR, "a cancelled event is no next event");
    event_queue_schedule(queue, &near);
    cr_assert(event_queue_pop(queue, &taken));
    cr_assert_eq(taken.arg, 2);
    event_queue_free(queue);
}
