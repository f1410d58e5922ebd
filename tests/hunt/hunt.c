/* Hunts for worlds in which a law is broken.

   hunt FOLDER FIRST_SEED COUNT [SECONDS]: prints how often each fault fired, and ends with 1 when a law was broken, or
   a run did not end. A world that fails is left in FOLDER as world-SEED.json, for `postroad run --check-laws`, and
   without all that it does not need as small-SEED.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/hunt/fault_kinds.h"
#include "tests/hunt/shrink.h"

enum { MOST_SHRUNK = 5, LONGEST_S = 60, SLOW_S = 1 };

static void leave(const char *folder, const char *prefix, uint64_t seed, const cJSON *json)
{
    char path[512], *text = cJSON_Print(json);
    snprintf(path, sizeof path, "%s/%s-%llu.json", folder, prefix, (unsigned long long)seed);
    FILE *file = fopen(path, "w");
    if (file) fprintf(file, "%s\n", text);
    if (file) fclose(file);
    free(text);
}

struct tally {
    unsigned long worlds, failed, drawn[RANDOM_KINDS], fired[RANDOM_KINDS], mails, ended, events;
    unsigned long below_80; /* worlds in which fewer mails reached an end */
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void hunt_seed(struct tally *tally, const char *folder, uint64_t seed)
{
    struct random_world world = random_world_make(seed);
    double begin = seconds_now();
    struct hunted hunted = hunt_world_apart(world.json, world.places, seed % 16 == 0, LONGEST_S);
    double seconds = seconds_now() - begin;
    if (seconds > SLOW_S)
        printf("slow: seed %llu, %.1f s, %llu events\n", (unsigned long long)seed, seconds,
               (unsigned long long)hunted.events);
    tally->worlds++;
    tally->mails += hunted.mails;
    tally->ended += hunted.mails_ended;
    tally->events += hunted.events;
    tally->below_80 += hunted.mails_ended * 10 < hunted.mails * 8;
    for (size_t i = 0; i < n_fault_kinds; i++) {
        tally->drawn[i] += world.drawn[i];
        tally->fired[i] += world.drawn[i] && hunted.fired[i];
    }
    if (!hunted.loaded || hunted.n_broken) {
        printf("FAILED seed %llu: %s\n", (unsigned long long)seed,
               hunted.loaded ? hunted.first : "the scenario is refused");
        fflush(stdout);
        leave(folder, "world", seed, world.json);
        if (tally->failed++ < MOST_SHRUNK && strncmp(hunted.first, "HANG", 4) != 0) {
            shrink_world(world.json, hunted.first);
            leave(folder, "small", seed, world.json);
        }
    }
    random_world_free(&world);
}

static void tell(const struct tally *tally, double seconds)
{
    printf("%-26s %9s %9s\n", "fault", "drawn in", "fired in");
    for (size_t i = 0; i < n_fault_kinds; i++)
        printf("%-26s %9lu %9lu\n", fault_kinds[i].name, tally->drawn[i], tally->fired[i]);
    printf("%lu worlds in %.1f s, %.1f ms and %.0f events each: %lu failed\n", tally->worlds, seconds,
           1000 * seconds / (double)tally->worlds, (double)tally->events / (double)tally->worlds, tally->failed);
    printf("%lu of %lu mails and reports came to an end, %.2f %%; fewer than 80 %% did in %lu worlds\n", tally->ended,
           tally->mails, tally->mails ? 100.0 * (double)tally->ended / (double)tally->mails : 100.0, tally->below_80);
}

int main(int argc, char **argv)
{
    static struct tally tally;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 4) {
        fprintf(stderr, "usage: hunt FOLDER FIRST_SEED COUNT [SECONDS]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    double begin = seconds_now(), longest = argc > 4 ? atof(argv[4]) : 1e9;
    for (uint64_t seed = first; seed < first + count && seconds_now() - begin < longest; seed++) {
        hunt_seed(&tally, argv[1], seed);
    }
    tell(&tally, seconds_now() - begin);
    return tally.failed ? 1 : 0;
}
