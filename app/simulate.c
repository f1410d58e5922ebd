/* One run from its scenario to its end: see simulate.h. */
#include "app/simulate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/exit_codes.h"
#include "app/import_file.h"
#include "app/library.h"
#include "app/study_run.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/journal_sound.h"
#include "sim/journal/tr.h"

enum { EVENTS_BETWEEN_LOOKS = 4096 }; /* some milliseconds */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* The second ctrl-C ends the program as usual. */
void simulate_catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool simulate_is_interrupted(void)
{
    return interrupted;
}

void simulate_release_interrupts(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

enum simulate_end simulate(const struct scenario *scenario, const struct world_options *options,
                           struct journal *journal)
{
    simulate_catch_interrupts();
    struct world *world = world_new(scenario, options, journal);
    enum simulate_end end = SIMULATE_HELD;
    while (end == SIMULATE_HELD && world_run(world, EVENTS_BETWEEN_LOOKS)) {
        if (interrupted) end = SIMULATE_INTERRUPTED;
        if (ferror(stdout)) end = SIMULATE_POINTLESS;
    }
    if (end == SIMULATE_HELD && world_failed(world)) end = SIMULATE_FAILED;
    if (end == SIMULATE_INTERRUPTED || end == SIMULATE_POINTLESS) world_stop(world, "interrupted by the user");
    world_free(world);
    return end;
}

struct journal_memory *simulate_to_memory(const char *word, const struct scenario *scenario,
                                          const struct world_options *options, enum simulate_end *end)
{
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    enum simulate_end how = simulate(scenario, options, journal);
    if (end) *end = how;
    if (how != SIMULATE_INTERRUPTED) study_run_came_out(word, journal, stderr);
    journal_free(journal);
    return memory;
}

struct journal_memory *simulate_read_journal(const char *path, bool *has_end)
{
    char error[JOURNAL_ERROR_BYTES], why[JOURNAL_SOUND_ERROR_BYTES];
    bool truncated = false;
    struct journal_memory *memory = journal_file_read(path, &truncated, error);
    if (!memory) {
        fprintf(stderr, "postroad: %s\n", error);
        return NULL;
    }
    if (!journal_is_sound(memory, why)) {
        fprintf(stderr, tr("postroad: %s makes no sense: %s\n  hint: to look at it: postroad show %s\n"), path, why,
                path);
        journal_memory_free(memory);
        return NULL;
    }
    if (truncated)
        fprintf(stderr, tr("postroad: %s was cut off, or is still being written; its whole blocks are shown\n"), path);
    if (has_end) *has_end = !truncated;
    return memory;
}

/* As `postroad import` reads it, without keeping the journal. */
static struct journal_memory *read_recording(const char *path)
{
    struct import_options options = import_options_default();
    struct import_report report;
    struct journal_memory *memory = import_file_read("import", path, &options, &report);
    if (memory) fputs(report.notes, stderr);
    return memory;
}

struct journal_memory *simulate_or_read(const char *word, int *code, bool *has_end)
{
    *code = EXIT_USAGE;
    if (has_end) *has_end = true;
    char *path = library_find(word);
    struct journal_memory *memory = NULL;
    if (journal_file_is_journal(path)) {
        memory = simulate_read_journal(path, has_end);
    } else if (import_file_is_recording(path)) {
        memory = read_recording(path);
    } else {
        struct scenario *scenario = library_load_scenario(word, NULL, 0);
        struct world_options options = world_options_default();
        enum simulate_end end = SIMULATE_HELD;
        if (scenario) memory = simulate_to_memory(word, scenario, &options, &end);
        simulate_release_interrupts(); /* what follows looks at no flag, and can be long */
        if (end == SIMULATE_INTERRUPTED) {
            fputs(tr("postroad: interrupted; nothing was made\n"), stderr);
            journal_memory_free(memory);
            memory = NULL;
            *code = EXIT_FAILED;
        }
        scenario_free(scenario);
    }
    free(path);
    return memory;
}
