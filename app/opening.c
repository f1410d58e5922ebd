#include "app/opening.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/exit_codes.h"
#include "app/import_file.h"
#include "app/library.h"
#include "app/simulate.h"
#include "app/study_run.h"
#include "sim/journal/journal_sound.h"
#include "sim/journal/memory.h"
#include "sim/journal/stop.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/scene_index.h"

enum {
    FIRST_EVENTS = 4096, /* in the first index, and the world has begun by then */
    FIRST_EVENTS_MOST = 100000,
    TIMES_AS_MANY = 4, /* in each further one */
    FEW_EVENTS = 300000,
    MANY_EVENTS = 1 << 20,
    PART_OF_MANY = 8,
    EVENTS_BETWEEN_LOOKS = 1024,
    LOOK_MS = 250,  /* for more, in a journal that grows */
    LOOK_SHARE = 5, /* and at most one part in so many of the time */
    GIVEN_BACK = 8
};

struct opening {
    pthread_t thread;
    bool has_thread;
    struct stop stop;
    char *word;
    /* The thread's: */
    size_t next_events; /* when to make the next index */
    int64_t next_look_ns;
    struct journal_memory *journal;
    struct journal_sound *sound;
    struct journal_follower *follower; /* NULL: there can be no more */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    enum loading_state state;
    int code;
    struct loading_progress progress;
    struct scene_wish wish;
    struct scene_index *index; /* that nobody has taken yet */
    bool grows;                /* done, but there will be more */
    bool is_followed;          /* whoever asked knows that it is done, and wants more */
    bool again;                /* an index is wanted of what is known */
    struct scene_index *given_back[GIVEN_BACK];
    size_t n_given_back;
};

/* ---- The thread ---- */

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static void clear_away(struct opening *o)
{
    struct scene_index *former[GIVEN_BACK];
    pthread_mutex_lock(&o->lock);
    size_t n = o->n_given_back;
    memcpy(former, o->given_back, sizeof former);
    o->n_given_back = 0;
    pthread_mutex_unlock(&o->lock);
    for (size_t i = 0; i < n; i++)
        scene_index_free(former[i]);
}

static void tell_progress(struct opening *o, double part, bool is_made)
{
    pthread_mutex_lock(&o->lock);
    o->progress =
        (struct loading_progress){part, journal_memory_count(o->journal), journal_memory_end_ns(o->journal), is_made};
    pthread_mutex_unlock(&o->lock);
    clear_away(o);
}

static struct scene_wish wish_of(struct opening *o)
{
    pthread_mutex_lock(&o->lock);
    struct scene_wish wish = o->wish;
    pthread_mutex_unlock(&o->lock);
    return wish;
}

static bool is_wanted_again(struct opening *o)
{
    pthread_mutex_lock(&o->lock);
    bool again = o->again;
    pthread_mutex_unlock(&o->lock);
    return again;
}

static void hand_over(struct opening *o, struct scene_index *index, enum loading_state state)
{
    pthread_mutex_lock(&o->lock);
    struct scene_index *unseen = o->index;
    o->index = index;
    o->state = state;
    o->grows = o->follower != NULL;
    o->again = false;
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

/* The next one is made while the window still has the one before: what that takes in memory is to be little of the
   whole, as far as one can tell. */
static bool is_little(size_t events, double part)
{
    double most = part > 0 ? (double)events / part / PART_OF_MANY : MANY_EVENTS;
    return events <= FEW_EVENTS || (double)events <= most;
}

/* Each index is made anew; of ever more, all together cost a third of the last. */
static void show_if_due(struct opening *o, double part)
{
    size_t n = journal_memory_count(o->journal);
    bool begun = journal_memory_end_ns(o->journal) > 0 || n >= FIRST_EVENTS_MOST;
    bool due = begun && n >= o->next_events && is_little(n, part);
    if (!due && (n == 0 || !is_wanted_again(o))) return;
    struct scene_index *index = scene_index_as_now(o->journal, wish_of(o), part, &o->stop);
    if (index) hand_over(o, index, LOADING_GOES_ON);
    o->next_events = n * TIMES_AS_MANY;
}

/* What will be appended to must not change under who looks at it. */
static void show_whole(struct opening *o)
{
    struct scene_index *index = o->follower ? scene_index_as_now(o->journal, wish_of(o), 1, &o->stop)
                                            : scene_index_new(o->journal, wish_of(o), &o->stop);
    if (index) hand_over(o, index, LOADING_DONE);
}

static void show_first_whole(struct opening *o)
{
    if (stop_is_asked(&o->stop)) return;
    if (journal_memory_count(o->journal) > 0) {
        show_whole(o);
        return;
    }
    fprintf(stderr, tr("postroad view: %s holds no events\n"), o->word);
    fail(o, EXIT_USAGE);
}

static bool take_block(struct opening *o, const char *path, enum journal_step *step)
{
    char error[JOURNAL_ERROR_BYTES], why[JOURNAL_SOUND_ERROR_BYTES];
    *step = journal_follower_step(o->follower, o->journal, error);
    if (*step == JOURNAL_STEP_BAD) {
        fprintf(stderr, "postroad: %s\n", error);
        return false;
    }
    if (journal_sound_go_on(o->sound, o->journal, why)) return true;
    fprintf(stderr, tr("postroad: %s makes no sense: %s\n  hint: to look at it: postroad show %s\n"), path, why, path);
    return false;
}

static void end_following(struct opening *o)
{
    journal_follower_free(o->follower);
    o->follower = NULL;
}

static void read_blocks(struct opening *o, const char *path)
{
    enum journal_step step = JOURNAL_STEP_MORE;
    while (!stop_is_asked(&o->stop)) {
        if (!take_block(o, path, &step)) {
            fail(o, EXIT_USAGE);
            return;
        }
        if (step != JOURNAL_STEP_MORE) break;
        double part = journal_follower_part(o->follower);
        tell_progress(o, part, false);
        show_if_due(o, part);
    }
    if (step == JOURNAL_STEP_TORN)
        fprintf(stderr, tr("postroad: %s was cut off, or is still being written; its whole blocks are shown\n"), path);
    else
        end_following(o);
    show_first_whole(o);
}

static void read_journal(struct opening *o, const char *path)
{
    char error[JOURNAL_ERROR_BYTES];
    o->follower = journal_follower_open(path, error);
    o->sound = journal_sound_new();
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
    show_first_whole(o);
}

static void run_world(struct opening *o, const struct scenario *scenario)
{
    struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    o->journal = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(o->journal, event_mask_all()));
    struct world *world = world_new(scenario, &options, journal);
    while (!stop_is_asked(&o->stop) && world_run(world, EVENTS_BETWEEN_LOOKS)) {
        bool has_end = scenario->until_ns != TIME_NEVER && scenario->until_ns > 0;
        double part = has_end ? (double)world_now(world) / (double)scenario->until_ns : -1;
        tell_progress(o, part, true);
        show_if_due(o, part);
    }
    if (!stop_is_asked(&o->stop)) study_run_came_out(o->word, journal, stderr);
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
    show_first_whole(o);
}

static void open_it(struct opening *o)
{
    char *path = library_find(o->word);
    if (journal_file_is_journal(path))
        read_journal(o, path);
    else if (import_file_is_recording(path))
        read_recording(o, path);
    else
        make(o);
    free(path);
}

/* ---- The thread, afterwards ---- */

static void look_for_more(struct opening *o)
{
    char why[JOURNAL_SOUND_ERROR_BYTES];
    int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
    bool has_more = journal_follower_read(o->follower, o->journal);
    if (!journal_follower_goes_on(o->follower)) end_following(o);
    if (has_more && !journal_sound_go_on(o->sound, o->journal, why)) {
        fprintf(stderr, tr("postroad view: %s makes no sense any more: %s\n"), o->word, why);
        end_following(o);
        fail(o, EXIT_USAGE);
        return;
    }
    if (has_more || !o->follower) show_whole(o);
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    o->next_look_ns = now_ns + LOOK_MS * MILLISECOND + LOOK_SHARE * (now_ns - begun_ns);
}

/* Until there is anything to do: to look for more is in its time. */
static void wait_for_work(struct opening *o)
{
    pthread_mutex_lock(&o->lock);
    while (!stop_is_asked(&o->stop) && !o->again && !o->n_given_back) {
        int64_t left_ns = o->next_look_ns - clock_ns(CLOCK_MONOTONIC);
        if (!o->follower || !o->is_followed) {
            pthread_cond_wait(&o->changed, &o->lock);
            continue;
        }
        if (left_ns <= 0) break;
        int64_t until_ns = clock_ns(CLOCK_REALTIME) + left_ns;
        struct timespec until = {until_ns / SECOND, until_ns % SECOND};
        pthread_cond_timedwait(&o->changed, &o->lock, &until);
    }
    pthread_mutex_unlock(&o->lock);
}

static bool is_due(struct opening *o)
{
    pthread_mutex_lock(&o->lock);
    bool due = o->follower && o->is_followed && clock_ns(CLOCK_MONOTONIC) >= o->next_look_ns;
    pthread_mutex_unlock(&o->lock);
    return due;
}

static void do_what_is_due(struct opening *o)
{
    clear_away(o);
    if (is_wanted_again(o)) show_whole(o);
    if (is_due(o)) look_for_more(o);
}

static void *work(void *context)
{
    struct opening *o = context;
    open_it(o);
    for (wait_for_work(o); !stop_is_asked(&o->stop); wait_for_work(o))
        do_what_is_due(o);
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
    if (!o->has_thread) open_it(o); /* without a thread it takes as long as it takes */
    return o;
}

void opening_end(struct opening *o)
{
    if (!o) return;
    pthread_mutex_lock(&o->lock);
    stop_ask(&o->stop);
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    if (o->has_thread) pthread_join(o->thread, NULL);
    clear_away(o);
    scene_index_free(o->index);
    journal_memory_free(o->journal);
    journal_sound_free(o->sound);
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

enum loading_state opening_poll(void *context, const struct scene_wish *wish, struct loading_news *news)
{
    struct opening *o = context;
    if (!o->has_thread && is_due(o)) look_for_more(o);
    pthread_mutex_lock(&o->lock);
    enum loading_state state = o->state;
    if (wish) o->wish = *wish;
    news->progress = o->progress;
    news->index = o->index;
    o->index = NULL;
    news->grows = state == LOADING_DONE && o->grows;
    if (news->grows && !o->is_followed) {
        o->is_followed = true;
        pthread_cond_broadcast(&o->changed);
    }
    pthread_mutex_unlock(&o->lock);
    return state;
}

void opening_give_back(void *context, struct scene_index *former)
{
    struct opening *o = context;
    pthread_mutex_lock(&o->lock);
    bool kept = o->has_thread && o->n_given_back < GIVEN_BACK;
    if (kept) o->given_back[o->n_given_back++] = former;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    if (!kept) scene_index_free(former);
}

void opening_again(struct opening *o)
{
    pthread_mutex_lock(&o->lock);
    o->again = !o->index && o->state != LOADING_FAILED;
    o->wish = (struct scene_wish){.unit = 0};
    if (o->again) o->state = LOADING_GOES_ON;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    if (!o->has_thread && o->again) show_whole(o);
}

int opening_code(const struct opening *o)
{
    return o->code;
}

const struct journal_memory *opening_journal(const struct opening *o)
{
    return o->journal;
}
