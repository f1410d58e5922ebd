/* The engine: clock, queue and journal of one run. Everything that happens in a world happens in engine_run_next. */
#ifndef POSTROAD_SIM_ENGINE_H
#define POSTROAD_SIM_ENGINE_H

#include "sim/event_queue.h"
#include "sim/journal/journal.h"

struct engine {
    struct event_queue *queue; /* owned */
    struct journal *journal;   /* owned by the caller */
    uint64_t seed;
    int64_t now_ns; /* read only to all but the engine */
    uint64_t events_run;
};

struct engine *engine_new(uint64_t seed, struct journal *journal);
void engine_free(struct engine *engine);

/* Schedules fn(context, arg) with the journal's present cause. A time before now asserts. */
struct event_handle engine_at(struct engine *engine, int64_t at_ns, event_fn fn, void *context, uint64_t arg);
/* The same with this cause. */
struct event_handle engine_at_because(struct engine *engine, int64_t at_ns, uint64_t cause, event_fn fn, void *context,
                                      uint64_t arg);
bool engine_cancel(struct engine *engine, struct event_handle handle);

/* Lets the next event happen: moves the clock, sets the cause, calls. False when nothing is left or the next one is
   later than until_ns (the clock then stays). */
bool engine_run_next(struct engine *engine, int64_t until_ns);

/* Moves the clock on to a time before which nothing is due any more; for what comes from outside. */
void engine_advance(struct engine *engine, int64_t to_ns);

#endif
