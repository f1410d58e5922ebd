#include "tests/viz/draw/rerun_at_once.h"

#include <stdio.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/run_scenario.h"

struct rerun_job {
    struct journal_memory *journal;
};

char rerun_saved[20000];

static struct rerun_job *begin(void *context, const char *scenario, const char *seed)
{
    (void)context;
    (void)seed;
    struct rerun_job *job = mem_calloc(1, sizeof *job);
    job->journal = run_scenario_text(scenario);
    return job;
}

static enum rerun_state poll_job(struct rerun_job *job, struct journal_memory **out, char why[RERUN_WHY_BYTES])
{
    snprintf(why, RERUN_WHY_BYTES, "it does not load");
    *out = job->journal;
    job->journal = NULL;
    return *out ? RERUN_DONE : RERUN_FAILED;
}

static void end(struct rerun_job *job)
{
    journal_memory_free(job->journal);
    mem_free(job);
}

static bool save(void *context, const char *scenario, char where[RERUN_WHY_BYTES])
{
    (void)context;
    snprintf(rerun_saved, sizeof rerun_saved, "%s", scenario);
    snprintf(where, RERUN_WHY_BYTES, "x-what-if.json");
    return true;
}

struct rerun rerun_at_once = {.begin = begin, .poll = poll_job, .end = end, .save = save};
