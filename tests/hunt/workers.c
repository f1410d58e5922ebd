/* The processes that hunt: each sends what it found through a pipe of its own. */
#include "tests/hunt/workers.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/hunt/pair.h"
#include "tests/hunt/pipes.h"

enum { LONGEST_S = 60, TICK_MS = 500, EACH_PAIR = 4 };

struct worker {
    pid_t child;
    int from;           /* its pipe; -1: it has come to its end */
    uint64_t next_seed; /* that it is at */
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* SIGPROF comes when this process has computed for so long; 0: never. Waiting for a processor does not count. */
static void limit_computing(unsigned seconds)
{
    struct itimerval limit = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_PROF, &limit, NULL);
}

static struct hunted_seed hunt_seed(uint64_t seed)
{
    struct hunted_seed found = {.seed = seed};
    double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    struct random_world world = random_world_make(seed);
    memcpy(found.drawn, world.drawn, sizeof found.drawn);
    limit_computing(LONGEST_S);
    found.hunted = hunt_world(world.json, world.places, seed % 16 == 0);
    if (found.hunted.loaded && seed % EACH_PAIR == 0) hunt_pair(world.json, &found.hunted);
    limit_computing(0);
    random_world_free(&world);
    found.cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begin;
    return found;
}

/* GCC defines a macro, clang has a feature. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER
#endif
#endif

/* A world that goes wild shall not take the machine with it. Sanitizers reserve far more room than they use. */
static void limit_memory(void)
{
#ifndef HAS_ADDRESS_SANITIZER
    static const struct rlimit most = {(rlim_t)4 << 30, (rlim_t)4 << 30};
    setrlimit(RLIMIT_AS, &most);
#endif
}

/* Memory is kept from one world to the next: getting its pages anew costs more than many a world. Ctrl-C is for the one
   that counts. */
static void work(const struct hunt_order *order, uint64_t seed, int to, double ends)
{
    signal(SIGINT, SIG_IGN);
    mallopt(M_MMAP_THRESHOLD, 1 << 28);
    mallopt(M_TRIM_THRESHOLD, 1 << 29);
    limit_memory();
    for (; seed < order->first + order->count && seconds_of(CLOCK_MONOTONIC) < ends; seed += order->jobs) {
        struct hunted_seed found = hunt_seed(seed);
        if (!pipe_send(to, &found, sizeof found)) _exit(3);
    }
    _exit(0);
}

static void begin_worker(struct worker *w, const struct hunt_order *order, double ends)
{
    int pipe_ends[2];
    fflush(NULL);
    if (pipe(pipe_ends) < 0 || (w->child = fork()) < 0) {
        perror("hunt");
        exit(2);
    }
    if (w->child == 0) {
        close(pipe_ends[0]);
        work(order, w->next_seed, pipe_ends[1], ends);
    }
    close(pipe_ends[1]);
    w->from = pipe_ends[0];
}

/* It ended before its last seed: that tells of a crash, or of a run without end. */
static void on_death(struct worker *w, const struct hunt_order *order, double ends)
{
    int status = 0;
    close(w->from);
    w->from = -1;
    waitpid(w->child, &status, 0);
    if (status == 0) return;
    struct hunted_seed found = {.seed = w->next_seed, .hunted = {.loaded = true, .n_broken = 1}};
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        snprintf(found.hunted.first, sizeof found.hunted.first, "HANG: no end in time");
    else
        snprintf(found.hunted.first, sizeof found.hunted.first, "CRASH: status %d", status);
    snprintf(found.hunted.laws, sizeof found.hunted.laws, "%.*s", (int)strcspn(found.hunted.first, ":"),
             found.hunted.first);
    order->on_hunted(order->context, &found);
    w->next_seed += order->jobs;
    begin_worker(w, order, ends);
}

static void on_readable(struct worker *w, const struct hunt_order *order, double ends)
{
    struct hunted_seed found;
    if (!pipe_take(w->from, &found, sizeof found)) {
        on_death(w, order, ends);
        return;
    }
    w->next_seed = found.seed + order->jobs;
    order->on_hunted(order->context, &found);
}

static bool wait_for_workers(struct worker *workers, const struct hunt_order *order, double ends)
{
    struct pollfd waits[MOST_JOBS];
    bool any = false;
    for (unsigned i = 0; i < order->jobs; i++) {
        waits[i] = (struct pollfd){.fd = workers[i].from, .events = POLLIN};
        any |= workers[i].from >= 0;
    }
    if (!any || poll(waits, order->jobs, TICK_MS) < 0) return any && errno == EINTR;
    for (unsigned i = 0; i < order->jobs; i++)
        if (waits[i].revents) on_readable(&workers[i], order, ends);
    return true;
}

void hunt_seeds(const struct hunt_order *order)
{
    struct worker workers[MOST_JOBS];
    double ends = seconds_of(CLOCK_MONOTONIC) + order->longest_s;
    for (unsigned i = 0; i < order->jobs; i++) {
        workers[i].next_seed = order->first + i;
        begin_worker(&workers[i], order, ends);
    }
    while (!*order->stop && wait_for_workers(workers, order, ends))
        order->on_tick(order->context);
    for (unsigned i = 0; i < order->jobs; i++) {
        if (workers[i].from < 0) continue;
        kill(workers[i].child, SIGKILL);
        waitpid(workers[i].child, NULL, 0);
        close(workers[i].from);
    }
}
