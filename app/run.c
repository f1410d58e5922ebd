/* postroad run: a scenario from beginning to end without a window, with whatever is to be left behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/library.h"
#include "app/options.h"
#include "app/recording.h"
#include "app/replay.h"
#include "app/simulate.h"
#include "app/study_run.h"
#include "app/times.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct run_options {
    const char *seed, *until, *replay, *run;
    struct option_list sets;
    struct recording_options recording;
};

static bool read_world_options(const struct run_options *options, struct world_options *world)
{
    *world = world_options_default();
    world->has_seed = options->seed != NULL;
    world->check_packets = options->recording.check_laws;
    return number_parse("run", "--seed", options->seed, UINT64_C(1) << 53, &world->seed) &&
           times_parse("run", "--until", options->until, &world->until_ns);
}

static struct scenario *load(const char *word, const struct option_list *sets)
{
    struct scenario_override *overrides = overrides_new("run", sets);
    if (!overrides) return NULL;
    struct scenario *scenario = library_load_scenario(word, overrides, sets->n);
    overrides_free(overrides, sets->n);
    return scenario;
}

static int conclude(struct recording *recording, enum simulate_end end)
{
    bool good = recording_conclude(recording, end == SIMULATE_POINTLESS);
    if (end == SIMULATE_INTERRUPTED) fputs(tr("postroad: interrupted; what was written up to here is whole\n"), stderr);
    return good && end == SIMULATE_HELD ? EXIT_DONE : EXIT_FAILED;
}

/* A run of a study comes out as it did there, unless something else was wanted of it. */
static int simulate_and_compare(const char *word, const struct scenario *scenario, const struct world_options *world,
                                const struct run_options *options, struct recording *recording)
{
    enum simulate_end end = simulate(scenario, world, recording_journal(recording));
    bool is_other =
        options->seed || options->until || options->sets.n || end == SIMULATE_INTERRUPTED || end == SIMULATE_POINTLESS;
    bool same = is_other || study_run_came_out(word, recording_journal(recording), stderr);
    int code = conclude(recording, end);
    return same ? code : EXIT_FAILED;
}

static int run_scenario(const char *word, const struct run_options *options)
{
    struct world_options world;
    int code = EXIT_USAGE;
    if (!read_world_options(options, &world)) return code;
    char *path = study_run_file(word);
    if (!path) path = library_find(word);
    struct recording *recording = recording_new(&options->recording, "SCENARIO", path);
    struct scenario *scenario = recording ? load(word, &options->sets) : NULL;
    if (scenario) {
        code = EXIT_FAILED;
        if (recording_open(recording, scenario))
            code = simulate_and_compare(word, scenario, &world, options, recording);
    }
    recording_free(recording);
    scenario_free(scenario);
    free(path);
    return code;
}

/* A recorded run has its scenario, seed and end in its journal. */
static bool replay_stands_alone(const struct run_options *options, size_t n_operands)
{
    const char *beside = n_operands       ? "SCENARIO"
                         : options->seed  ? "--seed"
                         : options->run   ? "--run"
                         : options->until ? "--until"
                                          : NULL;
    if (!beside && options->sets.n) beside = "--set";
    if (!beside) return true;
    fprintf(stderr,
            tr("postroad run: %s beside --replay, but the journal says all that there is to say\n"
               "  hint: leave it out\n"),
            beside);
    return false;
}

static int run_replay(const struct run_options *options)
{
    int code = EXIT_USAGE;
    struct recording *recording = recording_new(&options->recording, "--replay", options->replay);
    struct replay *replay = recording ? replay_open(options->replay) : NULL;
    if (replay) {
        code = EXIT_FAILED;
        if (recording_open(recording, NULL))
            code = conclude(recording, replay_run(replay, recording_journal(recording), options->recording.check_laws));
    }
    recording_free(recording);
    replay_free(replay);
    return code;
}

static int run(const struct run_options *options, size_t n_operands, char **argv)
{
    if (options->replay) return replay_stands_alone(options, n_operands) ? run_replay(options) : EXIT_USAGE;
    if (n_operands == 1) {
        char *word = study_run_word("run", argv[1], options->run);
        int code = word ? run_scenario(word, options) : EXIT_USAGE;
        free(word);
        return code;
    }
    fputs(tr("postroad run: SCENARIO is missing\n  see: postroad run --help\n"), stderr);
    return EXIT_USAGE;
}

int command_run(int argc, char **argv)
{
    struct run_options o = {.recording = {.command = "run"}};
    const struct option_row own[] = {
        {"seed", 0, "N", "use this seed instead of the scenario's", OPTION_TEXT, &o.seed},
        {"until", 0, "TIME", "end at this time at the latest, such as \"2 h\" or 02:00:00", OPTION_TEXT, &o.until},
        {"set", 0, "POINTER=VALUE", "set any value of the scenario, such as '/links/a-mail/loss=20 %'; may be repeated",
         OPTION_LIST, &o.sets},
        {"run", 0, "K", "of the results of a study: run this one again, such as 5a3c01f2-17", OPTION_TEXT, &o.run},
        {"replay", 0, "JOURNAL", "instead of a scenario: run again what `postroad live` has recorded", OPTION_TEXT,
         &o.replay},
    };
    enum { OWN = sizeof own / sizeof own[0] };
    struct option_row rows[OWN + RECORDING_OPTION_ROWS];
    memcpy(rows, own, sizeof own);
    recording_option_rows(&o.recording, rows + OWN);
    const struct option_table table = {
        .command = "run",
        .operands = "SCENARIO|RESULTS.db",
        .summary = "Runs a scenario without a window; prints the transcript and the outcome.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    int code = verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (verdict == OPTIONS_GO) code = run(&o, n, argv);
    option_list_free(&o.sets);
    return code;
}
