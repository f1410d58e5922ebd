#include "app/opening.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/exit_codes.h"
#include "app/import_file.h"
#include "app/library.h"
#include "app/simulate.h"
#include "sim/journal/journal_sound.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene_index.h"

enum {
    FIRST_EVENTS = 4096, /* in the first index, and the world has begun by then */
    FIRST_EVENTS_MOST = 100000,
    TIMES_AS_MANY = 4, /* in each further one */
    EVENTS_BETWEEN_LOOKS = 1024
};

struct opening {
    pthread_t thread;
    bool has_thread;
    atomic_bool cancelled;
    char *word;
    size_t next_events; /* the thread's: when to make the next index */
    struct journal_memory *journal;
    struct journal_follower *follower;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    enum loading_state state;
    int code;
    struct loading_progress progress;
    struct scene_index *index; /* that nobody has taken yet */
};

/* ---- The thread ---- */

static void tell_progress(struct opening *o, double part, bool is_made)
{
    pthread_mutex_lock(&o->lock);
    o->progress =
        (struct loading_progress){part, journal_memory_count(o->journal), journal_memory_end_ns(o->journal), is_made};
    pthread_mutex_unlock(&o->lock);
}

static void hand_over(struct opening *o, struct scene_index *index, enum loading_state state)
{
    pthread_mutex_lock(&o->lock);
    struct scene_index *unseen = o->index;
    o->index = index;
    o->state = state;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    scene_index_free(unseen);
}

static void fail(struct opening *o, int code)
{
    pthread_mutex_lock(&o->lock);
    o->code = code;
    pthread_mutex_unlock(&o->lock);
    hand_over(o, NULL, LOADING_FAILED);
}

static bool is_cancelled(const struct opening *o)
{
    return atomic_load(&o->cancelled);
}

/* Each index is made anew; of ever more, all together cost a third of the last. */
static void show_if_due(struct opening *o, double part)
{
    size_t n = journal_memory_count(o->journal);
    if (n < o->next_events || (journal_memory_end_ns(o->journal) == 0 && n < FIRST_EVENTS_MOST)) return;
    hand_over(o, scene_index_as_now(o->journal, CAPTIONS_ALL, part), LOADING_GOES_ON);
    o->next_events = n * TIMES_AS_MANY;
}

static void show_whole(struct opening *o)
{
    if (journal_memory_count(o->journal) == 0) {
        fprintf(stderr, tr("postroad view: %s holds no events\n"), o->word);
        fail(o, EXIT_USAGE);
    } else if (!is_cancelled(o)) {
        hand_over(o, scene_index_new(o->journal, CAPTIONS_ALL), LOADING_DONE);
    }
}

static bool take_block(struct opening *o, struct journal_sound *sound, const char *path, enum journal_step *step)
{
    char error[JOURNAL_ERROR_BYTES], why[JOURNAL_SOUND_ERROR_BYTES];
    *step = journal_follower_step(o->follower, o->journal, error);
    if (*step == JOURNAL_STEP_BAD) {
        fprintf(stderr, "postroad: %s\n", error);
        return false;
    }
    if (journal_sound_go_on(sound, o->journal, why)) return true;
    fprintf(stderr, tr("postroad: %s makes no sense: %s\n  hint: to look at it: postroad show %s\n"), path, why, path);
    return false;
}

static void read_blocks(struct opening *o, const char *path)
{
    bool good = true;
    enum journal_step step = JOURNAL_STEP_MORE;
    struct journal_sound *sound = journal_sound_new();
    while (good && step == JOURNAL_STEP_MORE && !is_cancelled(o)) {
        good = take_block(o, sound, path, &step);
        if (!good || step != JOURNAL_STEP_MORE) break;
        double part = journal_follower_part(o->follower);
        tell_progress(o, part, false);
        show_if_due(o, part);
    }
    journal_sound_free(sound);
    if (!good) {
        fail(o, EXIT_USAGE);
        return;
    }
    if (step == JOURNAL_STEP_TORN)
        fprintf(stderr, tr("postroad: %s was cut off, or is still being written; its whole blocks are shown\n"), path);
    else
        journal_follower_free(o->follower), o->follower = NULL;
    show_whole(o);
}

static void read_journal(struct opening *o, const char *path)
{
    char error[JOURNAL_ERROR_BYTES];
    o->follower = journal_follower_open(path, error);
    o->journal = journal_memory_new();
    if (o->follower) {
        read_blocks(o, path);
        return;
    }
    fprintf(stderr, "postroad: %s\n", error);
    fail(o, EXIT_USAGE);
}

static void read_recording(struct opening *o, const char *path)
{
    struct import_options options = import_options_default();
    struct import_report report;
    o->journal = import_file_read("import", path, &options, &report);
    if (!o->journal) {
        fail(o, EXIT_USAGE);
        return;
    }
    fputs(report.notes, stderr);
    show_whole(o);
}

static void run_world(struct opening *o, const struct scenario *scenario)
{
    struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    o->journal = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(o->journal, event_mask_all()));
    struct world *world = world_new(scenario, &options, journal);
    while (!is_cancelled(o) && world_run(world, EVENTS_BETWEEN_LOOKS)) {
        bool has_end = scenario->until_ns != TIME_NEVER && scenario->until_ns > 0;
        double part = has_end ? (double)world_now(world) / (double)scenario->until_ns : -1;
        tell_progress(o, part, true);
        show_if_due(o, part);
    }
    world_free(world);
    journal_free(journal);
}

static void make(struct opening *o)
{
    struct scenario *scenario = library_load_scenario(o->word, NULL, 0);
    if (!scenario) {
        fail(o, EXIT_USAGE);
        return;
    }
    run_world(o, scenario);
    scenario_free(scenario);
    show_whole(o);
}

static void *work(void *context)
{
    struct opening *o = context;
    char *path = library_find(o->word);
    if (journal_file_is_journal(path))
        read_journal(o, path);
    else if (import_file_is_recording(path))
        read_recording(o, path);
    else
        make(o);
    free(path);
    return NULL;
}

/* ---- Who waits for it ---- */

struct opening *opening_begin(const char *word)
{
    struct opening *o = mem_calloc(1, sizeof *o);
    o->word = mem_strdup(word);
    o->next_events = FIRST_EVENTS;
    o->progress.part = -1;
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->changed, NULL);
    o->has_thread = pthread_create(&o->thread, NULL, work, o) == 0;
    if (!o->has_thread) work(o); /* without a thread it takes as long as it takes */
    return o;
}

void opening_end(struct opening *o)
{
    if (!o) return;
    atomic_store(&o->cancelled, true);
    if (o->has_thread) pthread_join(o->thread, NULL);
    scene_index_free(o->index);
    journal_memory_free(o->journal);
    journal_follower_free(o->follower);
    pthread_cond_destroy(&o->changed);
    pthread_mutex_destroy(&o->lock);
    mem_free(o->word);
    mem_free(o);
}

enum loading_state opening_wait(struct opening *o, int most_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(most_ms % 1000) * 1000000;
    until.tv_sec += most_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int late = 0;
    pthread_mutex_lock(&o->lock);
    while (o->state == LOADING_GOES_ON && !late)
        late = most_ms < 0 ? pthread_cond_wait(&o->changed, &o->lock)
                           : pthread_cond_timedwait(&o->changed, &o->lock, &until);
    enum loading_state state = o->state;
    pthread_mutex_unlock(&o->lock);
    return state;
}

enum loading_state opening_poll(void *context, struct loading_news *news)
{
    struct opening *o = context;
    pthread_mutex_lock(&o->lock);
    enum loading_state state = o->state;
    news->progress = o->progress;
    news->index = o->index;
    o->index = NULL;
    pthread_mutex_unlock(&o->lock);
    news->grows = state == LOADING_DONE && o->follower;
    return state;
}

int opening_code(const struct opening *o)
{
    return o->code;
}

struct journal_memory *opening_journal(const struct opening *o)
{
    return o->journal;
}

struct journal_follower *opening_follower(const struct opening *o)
{
    return o->follower;
}
