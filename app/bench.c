/* postroad bench: what things cost. Figures are for people; no test depends on a clock. */
#include "app/bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/library.h"
#include "app/options.h"
#include "model/host/world.h"
#include "sim/journal/tr.h"

enum { BATCHES = 21, RUNS_PER_BATCH = 100 };

double bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_sort(double *figures, size_t n)
{
    qsort(figures, n, sizeof *figures, by_size);
}

/* Events run, so that the reader can tell what an event costs. */
static uint64_t run_once(const struct scenario *scenario, uint64_t seed)
{
    struct world_options options = world_options_default();
    options.seed = seed;
    options.has_seed = true;
    struct journal *journal = journal_new();
    struct world *world = world_new(scenario, &options, journal);
    while (world_run(world, UINT64_MAX))
        continue;
    uint64_t events = world_events(world);
    world_free(world);
    journal_free(journal);
    return events;
}

void bench_mail(FILE *out)
{
    struct scenario *scenario = library_load_scenario("first-mail", NULL, 0);
    if (!scenario) return;
    double micros[BATCHES];
    uint64_t seed = 1, events = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        double begin = bench_now_ns();
        for (int i = 0; i < RUNS_PER_BATCH; i++)
            events += run_once(scenario, seed++);
        micros[batch] = (bench_now_ns() - begin) / 1e3 / RUNS_PER_BATCH;
    }
    bench_sort(micros, BATCHES);
    fprintf(out, tr("one mail, end to end (first-mail: submission, DNS, relay, delivery, pick-up), no reader, "
                    "processor time\n"));
    fprintf(out, tr("  %8.1f us a run  (median of %d batches of %d runs; fastest %.1f, slowest %.1f)\n"),
            micros[BATCHES / 2], BATCHES, RUNS_PER_BATCH, micros[0], micros[BATCHES - 1]);
    fprintf(out, tr("  %8.1f events a run\n"), (double)events / (BATCHES * RUNS_PER_BATCH));
    scenario_free(scenario);
}

int command_bench(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*bench)(FILE *out);
    } benches[] = {{"queue", bench_sim}, {"tcp", bench_tcp}, {"mail", bench_mail}, {"count", bench_count}};
    static const char *const names[] = {"queue", "tcp", "mail", "count", NULL};
    const struct option_table table = {
        .command = "bench",
        .operands = "[queue|tcp|mail|count]",
        .summary = "Measures this program's own speed on this machine.",
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    bool found = false;
    for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++) {
        if (n ? strcmp(argv[1], benches[i].name) : benches[i].bench == bench_count) continue;
        if (found) putchar('\n');
        found = true;
        benches[i].bench(stdout);
        fflush(stdout);
    }
    if (found) return EXIT_DONE;
    const char *near = nearest_word(argv[1], names);
    fprintf(stderr, tr("postroad bench: \"%s\" is none of queue, tcp, mail, count\n"), argv[1]);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    return EXIT_USAGE;
}
