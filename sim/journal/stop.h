/* A long piece of work that may no longer be wanted: another thread asks, and who works looks now and then, leaves off
   and says so. */
#ifndef POSTROAD_SIM_JOURNAL_STOP_H
#define POSTROAD_SIM_JOURNAL_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct stop {
    atomic_bool asked;
};

static inline void stop_ask(struct stop *stop)
{
    atomic_store(&stop->asked, true);
}

/* NULL: nobody ever asks. */
static inline bool stop_is_asked(const struct stop *stop)
{
    return stop && atomic_load_explicit(&stop->asked, memory_order_relaxed);
}

/* For a loop over very many, at the i-th: most of the time it does not even look. */
static inline bool stop_at(const struct stop *stop, size_t i)
{
    enum { LOOK_EVERY = 4096 };
    return i % LOOK_EVERY == 0 && stop_is_asked(stop);
}

#endif
