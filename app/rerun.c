#include "app/rerun.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/library.h"
#include "app/output.h"
#include "model/host/world.h"
#include "model/scenario/json_edit.h"
#include "model/scenario/json_layout.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { EVENTS_BETWEEN_LOOKS = 4096 };

struct rerun_job {
    pthread_t thread;
    char *scenario, *seed;
    struct journal_memory *journal;
    char why[RERUN_WHY_BYTES];
    atomic_bool cancelled, done;
};

/* "what if:1:1423: /faults/2/set/~1links~1b-mail~1loss: 5 has no unit": who changed the value in the window knows
   where, and has never seen that line. */
static const char *without_place(const char *said)
{
    const char *pointer = strstr(said, ": /"), *what = pointer ? strstr(pointer + 2, ": ") : NULL;
    return what ? what + 2 : said;
}

/* What scenario_parse has to say goes into a text instead of onto the terminal. */
static struct scenario *parse(struct rerun_job *job)
{
    char *said = NULL;
    size_t n = 0;
    FILE *errors = open_memstream(&said, &n);
    struct scenario *scenario = scenario_parse("what if", job->scenario, strlen(job->scenario), NULL, 0, errors);
    fclose(errors);
    if (!scenario) snprintf(job->why, sizeof job->why, "%s", without_place(said));
    free(said);
    return scenario;
}

static void run(struct rerun_job *job, const struct scenario *scenario)
{
    struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    job->journal = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(job->journal, event_mask_all()));
    options.has_seed = job->seed && strcmp(job->seed, scenario->seed_text) != 0;
    if (options.has_seed) options.seed = scenario_seed_from_text(job->seed);
    struct world *world = world_new(scenario, &options, journal);
    while (!atomic_load(&job->cancelled) && world_run(world, EVENTS_BETWEEN_LOOKS)) {
    }
    world_free(world);
    journal_free(journal);
}

static void *work(void *context)
{
    struct rerun_job *job = context;
    struct scenario *scenario = parse(job);
    if (scenario) run(job, scenario);
    scenario_free(scenario);
    atomic_store(&job->done, true);
    return NULL;
}

static struct rerun_job *begin(void *context, const char *scenario, const char *seed)
{
    (void)context;
    struct rerun_job *job = mem_calloc(1, sizeof *job);
    job->scenario = mem_strdup(scenario);
    job->seed = seed ? mem_strdup(seed) : NULL;
    if (pthread_create(&job->thread, NULL, work, job) == 0) return job;
    work(job); /* without a thread the window stands still for as long as it takes */
    job->thread = pthread_self();
    return job;
}

static enum rerun_state poll_job(struct rerun_job *job, struct journal_memory **journal, char why[RERUN_WHY_BYTES])
{
    if (!atomic_load(&job->done)) return RERUN_GOES_ON;
    if (!job->journal) {
        snprintf(why, RERUN_WHY_BYTES, "%s", job->why);
        return RERUN_FAILED;
    }
    *journal = job->journal;
    job->journal = NULL;
    return RERUN_DONE;
}

static void end(struct rerun_job *job)
{
    atomic_store(&job->cancelled, true);
    if (!pthread_equal(job->thread, pthread_self())) pthread_join(job->thread, NULL);
    journal_memory_free(job->journal);
    mem_free(job->scenario);
    mem_free(job->seed);
    mem_free(job);
}

/* ---- Saving ---- */

/* "first-mail" of "scenarios/first-mail.json". */
static void stem_of(const char *path, char *stem, size_t size)
{
    const char *name = strrchr(path, '/');
    snprintf(stem, size, "%s", name ? name + 1 : path);
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem) *dot = 0;
}

/* What the user wrote; NULL when the run does not come from a file of text, but from a journal or a study. */
static char *written_text(const char *word, size_t *size)
{
    enum { MOST = 16 << 20 };
    char *path = library_find(word), *text = NULL;
    FILE *f = strcmp(path, "-") != 0 ? fopen(path, "rb") : NULL;
    free(path);
    if (!f) return NULL;
    text = mem_calloc(1, MOST);
    *size = fread(text, 1, MOST - 1, f);
    fclose(f);
    return text;
}

/* As it was written but for what is different; without such a text in the layout of the scenarios that come along. */
static char *text_to_save(const char *word, const char *scenario)
{
    size_t size = 0;
    cJSON *wanted = cJSON_Parse(scenario);
    char *written = written_text(word, &size);
    char *text = written ? json_edited(written, size, wanted) : NULL;
    if (!text) text = json_laid_out(wanted);
    mem_free(written);
    cJSON_Delete(wanted);
    return text;
}

/* Beside nothing that is there already: first-mail-what-if.json, first-mail-what-if-2.json, ... */
static bool save(void *context, const char *scenario, char where[RERUN_WHY_BYTES])
{
    enum { MOST = 1000 };
    char stem[200];
    stem_of(context, stem, sizeof stem);
    for (int i = 1; i <= MOST; i++) {
        if (i == 1)
            snprintf(where, RERUN_WHY_BYTES, "%s-what-if.json", stem);
        else
            snprintf(where, RERUN_WHY_BYTES, "%s-what-if-%d.json", stem, i);
        if (access(where, F_OK) != 0) break;
    }
    char *text = text_to_save(context, scenario);
    struct output_file *file = output_open(where);
    bool saved = file && fputs(text, output_stream(file)) >= 0 && output_commit(file);
    mem_free(text);
    if (saved) return true;
    snprintf(where, RERUN_WHY_BYTES, "%s", tr("the folder in which postroad was started cannot be written to"));
    return false;
}

static const char *why_not(const struct journal_memory *journal)
{
    bool begins = false;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_LIVE_BEGIN)
            return tr(
                "Real programs took part, and would have answered a changed world otherwise: it runs again only as "
                "it was.");
        begins |= e->kind == EVENT_RUN_BEGIN && *event_text(e, FIELD_SCENARIO);
        if (begins && e->at_ns > 0) break;
    }
    return begins ? NULL : tr("This journal does not say from which scenario it is.");
}

struct rerun rerun_of_scenarios(void)
{
    return (struct rerun){.begin = begin, .poll = poll_job, .end = end, .save = save};
}

struct rerun rerun_of(const struct journal_memory *journal, const char *save_as)
{
    return (struct rerun){.context = (void *)save_as,
                          .why_not = why_not(journal),
                          .begin = begin,
                          .poll = poll_job,
                          .end = end,
                          .save = save};
}
