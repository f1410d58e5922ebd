/* See engine.h. */
#include "sim/engine.h"

#include <assert.h>

#include "sim/journal/memory.h"

struct engine *engine_new(uint64_t seed, struct journal *journal)
{
    struct engine *engine = mem_calloc(1, sizeof *engine);
    engine->queue = event_queue_new();
    engine->journal = journal;
    engine->seed = seed;
    journal_set_now(journal, 0);
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine) return;
    event_queue_free(engine->queue);
    mem_free(engine);
}

struct event_handle engine_at(struct engine *engine, int64_t at_ns, event_fn fn, void *context, uint64_t arg)
{
    return engine_at_because(engine, at_ns, journal_cause(engine->journal), fn, context, arg);
}

struct event_handle engine_at_because(struct engine *engine, int64_t at_ns, uint64_t cause, event_fn fn, void *context,
                                      uint64_t arg)
{
    assert(at_ns >= engine->now_ns && "nothing happens in the past");
    assert(at_ns < TIME_NEVER);
    return event_queue_schedule(
        engine->queue, &(struct due_event){.at_ns = at_ns, .cause = cause, .fn = fn, .context = context, .arg = arg});
}

bool engine_cancel(struct engine *engine, struct event_handle handle)
{
    return event_queue_cancel(engine->queue, handle);
}

void engine_advance(struct engine *engine, int64_t to_ns)
{
    assert(to_ns >= engine->now_ns && event_queue_next_ns(engine->queue) > to_ns);
    engine->now_ns = to_ns;
    journal_set_now(engine->journal, to_ns);
}

bool engine_run_next(struct engine *engine, int64_t until_ns)
{
    struct due_event event;
    if (!event_queue_pop_until(engine->queue, until_ns, &event)) return false;
    engine->now_ns = event.at_ns;
    engine->events_run++;
    journal_set_now(engine->journal, event.at_ns);
    journal_set_cause(engine->journal, event.cause);
    event.fn(event.context, event.arg);
    return true;
}
