/* Threads, their lock, and the runs. */
#include "app/study/study_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "app/study/study_points.h"
#include "app/study/study_rule.h"
#include "app/study/study_schedule.h"
#include "model/host/world.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum {
    EVENTS_BETWEEN_LOOKS = 4096, /* some milliseconds */
    MOST_RUNS_OF_PIECE = 256
};
static const double seconds_of_piece = 0.02, seconds_between_reports = 0.1;

struct pool {
    const struct study *study;
    const struct study_pool_options *options;
    bool divides_groups, some_found;
    atomic_bool stopping;
    double began;

    pthread_mutex_t lock;   /* of all below */
    pthread_cond_t changed; /* there may be something to do, or no more */
    pthread_cond_t ended;   /* a thread has */
    struct results *results;
    struct study_schedule *schedule;
    struct study_progress progress;
    size_t at_work; /* threads */
    enum study_end end;
};

/* What a thread has of its own. */
struct worker {
    struct pool *pool;
    struct measures *measures;
    struct scenario *scenario; /* of the point; NULL at first */
    uint64_t point, point_key;
    struct text_buffer point_text;
    const char **values;
    double seconds_of_run; /* about; 0: not known yet */
};

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Ends the study; the first reason counts. With the lock. */
static void stop(struct pool *pool, enum study_end why)
{
    if (pool->end == STUDY_COMPLETE) pool->end = why;
    atomic_store(&pool->stopping, true);
    pthread_cond_broadcast(&pool->changed);
}

/* ---- a run ---- */

static bool should_stop(const struct pool *pool)
{
    return atomic_load_explicit(&pool->stopping, memory_order_relaxed) || pool->options->is_interrupted();
}

/* False: dropped, because the study stops. */
static bool run_world(struct worker *w, struct journal *journal, uint64_t seed)
{
    struct world_options options = world_options_default();
    options.seed = seed;
    options.has_seed = true;
    struct world *world = world_new(w->scenario, &options, journal);
    bool dropped = false;
    while (!dropped && world_run(world, EVENTS_BETWEEN_LOOKS))
        dropped = should_stop(w->pool);
    world_free(world);
    return !dropped;
}

/* With the lock. */
static void keep(struct worker *w, int64_t replication, uint64_t seed, const struct measured_run *measured)
{
    struct pool *pool = w->pool;
    char error[RESULTS_ERROR_BYTES];
    const struct results_run run = {.point = w->point_text.text,
                                    .point_key = w->point_key,
                                    .values = w->values,
                                    .replication = replication,
                                    .seed = seed,
                                    .run = measured};
    if (results_put(pool->results, &run, error, sizeof error)) {
        pool->progress.made++;
        return;
    }
    if (pool->end != STUDY_UNWRITTEN) fprintf(pool->options->errors, "postroad study: %s\n", error);
    stop(pool, STUDY_UNWRITTEN);
}

static bool is_there(struct pool *pool, uint64_t point_key, int64_t replication)
{
    if (!pool->some_found) return false;
    pthread_mutex_lock(&pool->lock);
    bool found = results_has(pool->results, point_key, replication);
    pool->progress.found += found;
    pthread_mutex_unlock(&pool->lock);
    return found;
}

static bool belongs_to_shard(const struct pool *pool, uint64_t point, int64_t replication)
{
    return study_shard_has(pool->study, pool->options->shard, point / study_group_size(pool->study), replication);
}

/* False when it was dropped, or could not be written. */
static bool make_run(struct worker *w, int64_t replication)
{
    struct pool *pool = w->pool;
    if (!belongs_to_shard(pool, w->point, replication) || is_there(pool, w->point_key, replication)) return true;
    uint64_t seed = study_seed(pool->study, replication);
    double began = now_seconds();
    struct journal *journal = journal_new();
    measures_of_scenario(w->measures, w->scenario->json);
    journal_add_reader(journal, measures_reader(w->measures));
    bool made = run_world(w, journal, seed);
    if (made) {
        const struct measured_run *measured = measures_result(w->measures, journal);
        pthread_mutex_lock(&pool->lock);
        keep(w, replication, seed, measured);
        pthread_mutex_unlock(&pool->lock);
    }
    measures_clear(w->measures);
    journal_free(journal);
    double seconds = now_seconds() - began;
    w->seconds_of_run = w->seconds_of_run > 0 ? 0.8 * w->seconds_of_run + 0.2 * seconds : seconds;
    return made;
}

/* ---- a thread ---- */

/* False when the scenario refuses the point, which is told. */
static bool go_to_point(struct worker *w, uint64_t point)
{
    struct pool *pool = w->pool;
    if (w->scenario && w->point == point) return true;
    char *problems = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&problems, &length);
    scenario_free(w->scenario);
    w->scenario = study_point_scenario(pool->study, point, memory);
    fclose(memory);
    if (!w->scenario) {
        pthread_mutex_lock(&pool->lock);
        if (pool->end != STUDY_REFUSED) fputs(problems, pool->options->errors);
        stop(pool, STUDY_REFUSED);
        pthread_mutex_unlock(&pool->lock);
    }
    mem_free(problems);
    w->point = point;
    study_point_text(pool->study, point, &w->point_text);
    w->point_key = study_point_key(w->point_text.text);
    for (size_t i = 0; i < pool->study->n_factors; i++)
        w->values[i] = study_value(pool->study, i, point);
    return w->scenario != NULL;
}

/* About as many runs as take a moment: few enough to share the rest fairly, many enough to ask seldom. */
static int64_t size_of_piece(const struct worker *w)
{
    if (w->seconds_of_run <= 0) return 1;
    double runs = seconds_of_piece / w->seconds_of_run;
    return runs < 1 ? 1 : runs < MOST_RUNS_OF_PIECE ? (int64_t)runs : MOST_RUNS_OF_PIECE;
}

/* Waits for it. False: there is nothing left to do. */
static bool take(struct worker *w, struct study_piece *piece)
{
    struct pool *pool = w->pool;
    bool taken = false;
    pthread_mutex_lock(&pool->lock);
    while (!atomic_load(&pool->stopping) && !schedule_is_over(pool->schedule)) {
        taken = schedule_take(pool->schedule, w->point, size_of_piece(w), piece);
        if (taken) break;
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

static void give_back(struct pool *pool, const struct study_piece *piece)
{
    pthread_mutex_lock(&pool->lock);
    schedule_done(pool->schedule, piece);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *context)
{
    struct pool *pool = context;
    struct worker w = {.pool = pool, .measures = measures_new(pool->study->measures), .point = UINT64_MAX};
    struct study_piece piece;
    w.values = mem_calloc(pool->study->n_factors, sizeof *w.values);
    while (take(&w, &piece)) {
        bool whole = go_to_point(&w, piece.point);
        for (int64_t r = piece.first; r < piece.end && whole; r++)
            whole = !atomic_load(&pool->stopping) && make_run(&w, r);
        if (whole) give_back(pool, &piece);
    }
    measures_free(w.measures);
    scenario_free(w.scenario);
    mem_free(w.point_text.text);
    mem_free(w.values);
    pthread_mutex_lock(&pool->lock);
    pool->at_work--;
    pthread_cond_signal(&pool->ended);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* ---- all of them ---- */

/* Called with the lock, out of schedule_done. */
static int64_t next_stage(void *context, uint64_t group, int64_t replications)
{
    struct pool *pool = context;
    const struct study *study = pool->study;
    if (!study->precision.is_wanted) return replications;
    bool is_settled = study_rule_is_settled(study, pool->results, group, replications);
    if (!is_settled && replications >= study->most_runs) pool->progress.unsettled++;
    return is_settled ? replications : study_rule_next_look(study, replications);
}

static struct study_schedule *make_schedule(struct pool *pool)
{
    const struct study *study = pool->study;
    struct study_plan plan = {.group_size = study_group_size(study),
                              .every = 1,
                              .first_stage = study->least_runs,
                              .next_stage = next_stage,
                              .context = pool,
                              .most_open = 2 * pool->options->jobs};
    plan.groups = study_points(study) / plan.group_size;
    if (pool->divides_groups) {
        plan.first_group = pool->options->shard.part - 1;
        plan.every = pool->options->shard.parts;
    }
    return schedule_new(&plan);
}

/* Waits for the threads, tells how far they are, and stops them when it is time. */
static void watch(struct pool *pool)
{
    const struct study_pool_options *options = pool->options;
    pthread_mutex_lock(&pool->lock);
    while (pool->at_work > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)(seconds_between_reports * 1e9);
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        while (pool->at_work > 0 && pthread_cond_timedwait(&pool->ended, &pool->lock, &until) == 0)
            continue;
        pool->progress.seconds = now_seconds() - pool->began;
        if (options->is_interrupted()) stop(pool, STUDY_INTERRUPTED);
        if (pool->study->time_ns != TIME_NEVER && pool->progress.seconds * 1e9 > (double)pool->study->time_ns)
            stop(pool, STUDY_TIME_UP);
        struct study_progress progress = pool->progress;
        pthread_mutex_unlock(&pool->lock); /* a terminal may be slow */
        options->on_progress(options->context, &progress);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* Signals are for the thread that watches. */
static size_t start_threads(struct pool *pool, pthread_t *threads)
{
    sigset_t all, before;
    size_t n = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (n < pool->options->jobs) {
        pthread_mutex_lock(&pool->lock);
        pool->at_work++;
        pthread_mutex_unlock(&pool->lock);
        if (pthread_create(&threads[n], NULL, work, pool)) break;
        n++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (n < pool->options->jobs) {
        pthread_mutex_lock(&pool->lock);
        pool->at_work--;
        pthread_mutex_unlock(&pool->lock);
    }
    return n;
}

struct results *study_open_results(const struct study *study, const char *path, char *error, size_t room)
{
    char *problems = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&problems, &length);
    struct scenario *scenario = study_point_scenario(study, STUDY_NO_POINT, memory); /* with what "set" says */
    fclose(memory);
    if (!scenario) snprintf(error, room, "%s", problems);
    mem_free(problems);
    if (!scenario) return NULL;
    const char **pointers = mem_calloc(study->n_factors, sizeof *pointers);
    for (size_t i = 0; i < study->n_factors; i++)
        pointers[i] = study->factors[i].pointer;
    const struct results_study about = {.name = study->name,
                                        .study_text = study->text,
                                        .scenario_text = scenario->json,
                                        .version = POSTROAD_VERSION,
                                        .identity = study->identity,
                                        .seed = study->seed,
                                        .pointers = pointers,
                                        .n_pointers = study->n_factors,
                                        .measures = study->measures};
    struct results *results = results_open(path, &about, error, room);
    mem_free(pointers);
    scenario_free(scenario);
    return results;
}

enum study_end study_pool_run(const struct study *study, struct results *results,
                              const struct study_pool_options *options)
{
    struct pool pool = {.study = study, .options = options, .results = results, .began = now_seconds()};
    pool.divides_groups = study_shard_divides_groups(study, options->shard);
    pool.some_found = results_count(results) > 0;
    pool.progress.planned = study_shard_runs(study, options->shard);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.changed, NULL);
    pthread_cond_init(&pool.ended, NULL);
    pool.schedule = make_schedule(&pool);
    pthread_t *threads = mem_calloc(options->jobs, sizeof *threads);
    size_t n = start_threads(&pool, threads);
    if (n == 0) {
        fputs(tr("postroad study: the system gives no thread\n"), options->errors);
        pool.end = STUDY_UNWRITTEN;
    }
    watch(&pool);
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    options->on_progress(options->context, &pool.progress);
    schedule_free(pool.schedule);
    mem_free(threads);
    pthread_cond_destroy(&pool.changed);
    pthread_cond_destroy(&pool.ended);
    pthread_mutex_destroy(&pool.lock);
    return pool.end;
}
