/* Hunts for worlds in which a law is broken.

   hunt [--jobs N] FOLDER FIRST_SEED COUNT [SECONDS]: prints how often each fault fired, and ends with 1 when a law was
   broken, or a run did not end. A world that fails is left in FOLDER as world-SEED.json, for `postroad run
   --check-laws`, and the first five without all that they do not need as small-SEED.json; where recipients are not
   independent (M17), the two worlds that differ are calm-SEED.json and changed-SEED.json. Ctrl-C ends it, with the
   table of what was done so far. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/hunt/fault_kinds.h"
#include "tests/hunt/pair.h"
#include "tests/hunt/shrink.h"
#include "tests/hunt/workers.h"

enum { MOST_SHRUNK = 5, SLOW_S = 1 };

static volatile sig_atomic_t stop;

struct tally {
    const char *folder;
    uint64_t count; /* of worlds that are wanted */
    double begin, longest_s, told, cpu_s;
    bool tells_progress;
    unsigned long worlds, failed, drawn[RANDOM_KINDS], fired[RANDOM_KINDS], mails, ended, events, pairs;
    struct laws_tally laws;
    unsigned long below_80; /* worlds in which fewer mails reached an end */
    struct {
        uint64_t seed;
        char first[sizeof((struct hunted *)0)->first];
    } to_shrink[MOST_SHRUNK];
    unsigned n_to_shrink;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void leave(const char *folder, const char *prefix, uint64_t seed, const cJSON *json)
{
    char path[512], *text = cJSON_Print(json);
    snprintf(path, sizeof path, "%s/%s-%llu.json", folder, prefix, (unsigned long long)seed);
    FILE *file = fopen(path, "w");
    if (file) fprintf(file, "%s\n", text);
    if (file) fclose(file);
    free(text);
}

/* The two worlds that are compared. */
static void leave_pair(const char *folder, uint64_t seed, const cJSON *world)
{
    struct pair pair = pair_make(world);
    leave(folder, "calm", seed, pair.calm);
    leave(folder, "changed", seed, pair.changed);
    pair_free(&pair);
}

static void on_failure(struct tally *tally, const struct hunted_seed *found)
{
    struct random_world world = random_world_make(found->seed);
    printf("FAILED seed %llu: %s\n", (unsigned long long)found->seed,
           found->hunted.loaded ? found->hunted.first : "the scenario is refused");
    leave(tally->folder, "world", found->seed, world.json);
    if (strncmp(found->hunted.first, "M17 ", 4) == 0) leave_pair(tally->folder, found->seed, world.json);
    random_world_free(&world);
    tally->failed++;
    if (tally->n_to_shrink == MOST_SHRUNK || strncmp(found->hunted.first, "HANG", 4) == 0) return;
    tally->to_shrink[tally->n_to_shrink].seed = found->seed;
    memcpy(tally->to_shrink[tally->n_to_shrink++].first, found->hunted.first, sizeof found->hunted.first);
}

static void on_hunted(void *context, const struct hunted_seed *found)
{
    struct tally *tally = context;
    const struct hunted *hunted = &found->hunted;
    if (found->cpu_s > SLOW_S)
        printf("slow: seed %llu, %.1f s, %llu events\n", (unsigned long long)found->seed, found->cpu_s,
               (unsigned long long)hunted->events);
    tally->worlds++;
    tally->cpu_s += found->cpu_s;
    tally->mails += hunted->mails;
    tally->ended += hunted->mails_ended;
    tally->events += hunted->events;
    tally->pairs += hunted->pairs;
    tally->below_80 += hunted->mails_ended * 10 < hunted->mails * 8;
    for (int law = 0; law < LAWS_COUNTS; law++)
        for (int excuse = 0; excuse < LAWS_EXCUSE_END; excuse++)
            tally->laws.n[law][excuse] += hunted->tally.n[law][excuse];
    for (size_t i = 0; i < n_fault_kinds; i++) {
        tally->drawn[i] += found->drawn[i];
        tally->fired[i] += found->drawn[i] && hunted->fired[i];
    }
    if (!hunted->loaded || hunted->n_broken) on_failure(tally, found);
}

/* How fast it goes, and when it will be over. */
static void on_tick(void *context)
{
    struct tally *tally = context;
    double now = seconds_now(), passed = now - tally->begin;
    if (!tally->tells_progress || now - tally->told < 1 || tally->worlds == 0) return;
    double rate = (double)tally->worlds / passed, left = (double)(tally->count - tally->worlds) / rate;
    if (left > tally->longest_s - passed) left = tally->longest_s - passed;
    tally->told = now;
    fprintf(stderr, "\r%lu worlds, %.0f a second, %lu failed, %.0f min %02.0f s left \033[K", tally->worlds, rate,
            tally->failed, left < 0 ? 0 : (double)(long)(left / 60), left < 0 ? 0 : (double)((long)left % 60));
}

/* What the laws could not judge, and why, of all that they should. */
static void tell_excuses(const struct laws_tally *laws)
{
    printf("%-26s %12s %12s\n", "law", "judged", "excused");
    for (int law = 0; law < LAWS_COUNTS; law++) {
        uint64_t all = 0, judged = laws->n[law][LAWS_JUDGED];
        for (int excuse = 0; excuse < LAWS_EXCUSE_END; excuse++)
            all += laws->n[law][excuse];
        double percent = all ? 100.0 / (double)all : 0;
        printf("%-26s %12llu %12llu %6.2f %%\n", laws_counted_name((enum laws_counted)law), (unsigned long long)judged,
               (unsigned long long)(all - judged), (double)(all - judged) * percent);
        for (int excuse = LAWS_JUDGED + 1; excuse < LAWS_EXCUSE_END; excuse++)
            if (laws->n[law][excuse])
                printf("    %-35s %12llu %6.2f %%\n", laws_excuse_name((enum laws_excuse)excuse),
                       (unsigned long long)laws->n[law][excuse], (double)laws->n[law][excuse] * percent);
    }
}

static void tell(const struct tally *tally)
{
    double worlds = tally->worlds ? (double)tally->worlds : 1;
    printf("%-26s %9s %9s\n", "fault", "drawn in", "fired in");
    for (size_t i = 0; i < n_fault_kinds; i++)
        printf("%-26s %9lu %9lu %7.2f %%\n", fault_kinds[i].name, tally->drawn[i], tally->fired[i],
               100 * (double)tally->fired[i] / worlds);
    tell_excuses(&tally->laws);
    printf("%lu worlds in %.1f s, %.1f ms of computing and %.0f events each: %lu failed\n", tally->worlds,
           seconds_now() - tally->begin, 1000 * tally->cpu_s / worlds, (double)tally->events / worlds, tally->failed);
    printf("%lu of %lu mails and reports came to an end, %.2f %%; fewer than 80 %% did in %lu worlds\n", tally->ended,
           tally->mails, tally->mails ? 100.0 * (double)tally->ended / (double)tally->mails : 100.0, tally->below_80);
    printf("%lu pairs of calm worlds, in which the fate of one recipient differs, were compared\n", tally->pairs);
}

static void shrink_failures(const struct tally *tally)
{
    for (unsigned i = 0; i < tally->n_to_shrink && !stop; i++) {
        struct random_world world = random_world_make(tally->to_shrink[i].seed);
        shrink_world(world.json, tally->to_shrink[i].first);
        leave(tally->folder, "small", tally->to_shrink[i].seed, world.json);
        random_world_free(&world);
    }
}

static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

int main(int argc, char **argv)
{
    static struct tally tally;
    struct hunt_order order = {
        .jobs = 1, .longest_s = 1e9, .stop = &stop, .on_hunted = on_hunted, .on_tick = on_tick, .context = &tally};
    if (argc > 2 && strcmp(argv[1], "--jobs") == 0) {
        order.jobs = (unsigned)strtoul(argv[2], NULL, 10);
        argc -= 2;
        argv += 2;
    }
    if (argc < 4 || order.jobs < 1 || order.jobs > MOST_JOBS) {
        fprintf(stderr, "usage: hunt [--jobs N] FOLDER FIRST_SEED COUNT [SECONDS]   (N from 1 to %d)\n", MOST_JOBS);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    order.first = strtoull(argv[2], NULL, 10);
    order.count = strtoull(argv[3], NULL, 10);
    if (argc > 4) order.longest_s = strtod(argv[4], NULL);
    tally = (struct tally){.folder = argv[1],
                           .count = order.count,
                           .begin = seconds_now(),
                           .longest_s = order.longest_s,
                           .tells_progress = isatty(STDERR_FILENO)};
    hunt_seeds(&order);
    if (tally.tells_progress) fputs("\r\033[K", stderr);
    tell(&tally);
    shrink_failures(&tally);
    return stop ? 130 : tally.failed ? 1 : 0;
}
