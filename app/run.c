/* postroad run: a scenario from beginning to end without a window, with whatever is to be left behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/library.h"
#include "app/mbox.h"
#include "app/options.h"
#include "app/output.h"
#include "app/simulate.h"
#include "app/times.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/laws.h"
#include "viz/readers/outcome.h"
#include "viz/readers/pcapng.h"
#include "viz/readers/transcript.h"

struct run_options {
    const char *seed, *until, *journal, *pcap, *mbox, *report, *transcript;
    struct option_list sets;
    bool json, check_laws;
};

/* Everything that one run holds; what is NULL was not asked for. */
struct run {
    const struct run_options *options;
    struct world_options world_options;
    enum transcript_level level;
    struct scenario *scenario;
    struct journal *journal;
    struct journal_writer *writer;
    struct output_file *pcap, *report;
    struct journal_memory *memory; /* for what can only be written at the end */
    struct transcript *transcript;
    struct outcome *outcome;
    struct laws *laws;
};

static bool level_from(const char *text, enum transcript_level *level)
{
    static const char *const names[] = {"none", "mail", "smtp", "packets", NULL};
    static const enum transcript_level levels[] = {TRANSCRIPT_NONE, TRANSCRIPT_MAIL, TRANSCRIPT_SMTP,
                                                   TRANSCRIPT_PACKETS};
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i])) continue;
        *level = levels[i];
        return true;
    }
    const char *near = nearest_word(text, names);
    fprintf(stderr, tr("postroad run: --transcript: \"%s\" is none of none, mail, smtp, packets\n"), text);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    return false;
}

static bool one_on_stdout(const struct run_options *options, enum transcript_level level)
{
    if (!options->json || level == TRANSCRIPT_NONE) return true;
    fputs(tr("postroad run: --json and --transcript would both print to standard output\n"
             "  hint: with a transcript, write the outcome to a file: --report FILE\n"),
          stderr);
    return false;
}

static bool read_options(struct run *run)
{
    const struct run_options *options = run->options;
    run->world_options = world_options_default();
    run->world_options.has_seed = options->seed != NULL;
    run->world_options.check_packets = options->check_laws;
    const char *level = options->transcript ? options->transcript : options->json ? "none" : "smtp";
    return number_parse("run", "--seed", options->seed, UINT64_C(1) << 53, &run->world_options.seed) &&
           times_parse("run", "--until", options->until, &run->world_options.until_ns) &&
           level_from(level, &run->level) && one_on_stdout(options, run->level);
}

/* POINTER=VALUE, each cut in two: pointers are copies. */
static struct scenario_override *overrides_from(const struct option_list *sets)
{
    struct scenario_override *overrides = mem_calloc(sets->n + 1, sizeof *overrides);
    for (size_t i = 0; i < sets->n; i++) {
        const char *equals = strchr(sets->items[i], '=');
        if (!equals || sets->items[i][0] != '/') {
            fprintf(stderr, tr("postroad run: --set: \"%s\" is not POINTER=VALUE\n"), sets->items[i]);
            fputs(tr("  hint: --set '/links/a-mail/loss=20 %'\n"), stderr);
            for (size_t k = 0; k < i; k++)
                free((char *)overrides[k].pointer);
            free(overrides);
            return NULL;
        }
        char *pointer = mem_strdup(sets->items[i]);
        pointer[equals - sets->items[i]] = '\0';
        overrides[i] = (struct scenario_override){pointer, equals + 1};
    }
    return overrides;
}

static bool load(struct run *run, const char *word)
{
    const struct option_list *sets = &run->options->sets;
    struct scenario_override *overrides = overrides_from(sets);
    if (!overrides) return false;
    run->scenario = library_load_scenario(word, overrides, sets->n);
    for (size_t i = 0; i < sets->n; i++)
        free((char *)overrides[i].pointer);
    free(overrides);
    return run->scenario != NULL;
}

/* What is written must not overwrite what is read, or one another. */
static bool outputs_differ(const char *word, const struct run_options *options)
{
    char *read = library_find(word);
    const struct {
        const char *option, *path;
    } files[] = {
        {"SCENARIO", read}, {"--journal", options->journal}, {"--pcap", options->pcap}, {"--report", options->report}};
    bool good = true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (size_t k = 0; k < i && good; k++) {
            if (!files[i].path || !files[k].path || !output_is_same(files[i].path, files[k].path)) continue;
            fprintf(stderr, tr("postroad run: %s and %s name the same file: %s\n"), files[k].option, files[i].option,
                    files[i].path);
            good = false;
        }
    }
    free(read);
    return good;
}

/* Opens all that will be written, so that a run is not made in vain. */
static bool open_outputs(struct run *run)
{
    const struct run_options *options = run->options;
    char error[JOURNAL_ERROR_BYTES];
    if (options->journal && !(run->writer = journal_writer_open(options->journal, false, error))) {
        fprintf(stderr, "postroad: %s\n", error);
        return false;
    }
    if (options->pcap && !(run->pcap = output_open(options->pcap))) return false;
    if (options->report && !(run->report = output_open(options->report))) return false;
    return !options->mbox || mbox_make_folder(options->mbox);
}

static void add_readers(struct run *run)
{
    run->journal = journal_new();
    run->outcome = outcome_new();
    journal_add_reader(run->journal, outcome_reader(run->outcome));
    run->laws = laws_new();
    journal_add_reader(run->journal, laws_reader(run->laws, run->options->check_laws));
    if (run->level != TRANSCRIPT_NONE) {
        run->transcript = transcript_new(run->level, stdout);
        journal_add_reader(run->journal, transcript_reader(run->transcript));
    }
    if (run->writer) journal_add_reader(run->journal, journal_writer_reader(run->writer, event_mask_all()));
    if (run->options->pcap || run->options->mbox) {
        run->memory = journal_memory_new();
        journal_add_reader(run->journal, journal_memory_reader(run->memory, event_mask_all()));
    }
}

/* False after a message when anything could not be written. */
static bool leave_behind(struct run *run)
{
    bool good = true;
    char error[JOURNAL_ERROR_BYTES];
    if (run->writer && !journal_writer_close(run->writer, error)) {
        fprintf(stderr, "postroad: %s\n", error);
        good = false;
    }
    run->writer = NULL;
    if (run->pcap) {
        pcapng_write(run->memory, output_stream(run->pcap));
        good = output_commit(run->pcap) && good;
        run->pcap = NULL;
    }
    if (run->report) {
        outcome_write_json(run->outcome, run->journal, output_stream(run->report));
        good = output_commit(run->report) && good;
        run->report = NULL;
    }
    if (run->options->mbox) good = mbox_write(run->memory, run->options->mbox) && good;
    return good;
}

/* Broken laws are our own mistakes, and are told whatever else was asked for. */
static bool laws_held(struct run *run)
{
    size_t n = laws_finish(run->laws);
    for (size_t i = 0; i < laws_breaches(run->laws); i++)
        fprintf(stderr, tr("postroad: law broken: %s\n"), laws_breach(run->laws, i));
    return n == 0;
}

static int conclude(struct run *run, enum simulate_end end)
{
    bool left = leave_behind(run);
    bool lawful = laws_held(run);
    if (end == SIMULATE_POINTLESS) return EXIT_FAILED;
    if (run->options->json)
        outcome_write_json(run->outcome, run->journal, stdout);
    else
        outcome_write_text(run->outcome, run->journal, stdout);
    if (end == SIMULATE_INTERRUPTED) fputs(tr("postroad: interrupted; what was written up to here is whole\n"), stderr);
    return left && lawful && end == SIMULATE_HELD ? EXIT_DONE : EXIT_FAILED;
}

static void drop(struct run *run)
{
    if (run->writer) journal_writer_abandon(run->writer);
    if (run->pcap) output_abandon(run->pcap);
    if (run->report) output_abandon(run->report);
    if (run->memory) journal_memory_free(run->memory);
    if (run->transcript) transcript_free(run->transcript);
    if (run->outcome) outcome_free(run->outcome);
    laws_free(run->laws);
    if (run->journal) journal_free(run->journal);
    if (run->scenario) scenario_free(run->scenario);
}

static int run_scenario(const char *word, const struct run_options *options)
{
    struct run run = {.options = options};
    int code = EXIT_USAGE;
    if (read_options(&run) && outputs_differ(word, options) && load(&run, word)) {
        code = EXIT_FAILED;
        if (open_outputs(&run)) {
            add_readers(&run);
            code = conclude(&run, simulate(run.scenario, &run.world_options, run.journal));
        }
    }
    drop(&run);
    return code;
}

int command_run(int argc, char **argv)
{
    struct run_options o = {0};
    const struct option_row rows[] = {
        {"seed", 0, "N", "use this seed instead of the scenario's", OPTION_TEXT, &o.seed},
        {"until", 0, "TIME", "end at this time at the latest, such as \"2 h\"", OPTION_TEXT, &o.until},
        {"set", 0, "POINTER=VALUE", "set any value of the scenario, such as '/links/a-mail/loss=20 %'; may be repeated",
         OPTION_LIST, &o.sets},
        {"journal", 'o', "FILE", "write everything that happened to this journal", OPTION_TEXT, &o.journal},
        {"pcap", 0, "FILE", "write the packets as a capture (pcapng)", OPTION_TEXT, &o.pcap},
        {"mbox", 0, "FOLDER", "write delivered mails, one mailbox a recipient", OPTION_TEXT, &o.mbox},
        {"report", 0, "FILE", "write the outcome as JSON", OPTION_TEXT, &o.report},
        {"json", 0, NULL, "print the outcome as JSON, and no transcript", OPTION_FLAG, &o.json},
        {"transcript", 0, "LEVEL", "how much to tell: none, mail, smtp (the default) or packets", OPTION_TEXT,
         &o.transcript},
        {"check-laws", 0, NULL,
         "check the laws of links, packets, streams and timers too, and that bytes say what packets are", OPTION_FLAG,
         &o.check_laws},
    };
    const struct option_table table = {
        .command = "run",
        .operands = "SCENARIO",
        .summary = "Runs a scenario without a window; prints the transcript and the outcome.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    int code = verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (verdict == OPTIONS_GO) code = run_scenario(argv[1], &o);
    option_list_free(&o.sets);
    return code;
}
