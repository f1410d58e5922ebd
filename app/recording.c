/* What a run leaves behind: see recording.h. */
#include "app/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/mbox.h"
#include "app/output.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/readers/laws.h"
#include "viz/readers/outcome.h"
#include "viz/readers/pcapng.h"
#include "viz/readers/transcript.h"

void recording_option_rows(struct recording_options *o, struct option_row rows[RECORDING_OPTION_ROWS])
{
    const struct option_row all[RECORDING_OPTION_ROWS] = {
        {"journal", 'o', "FILE", "write everything that happens to this journal", OPTION_TEXT, &o->journal},
        {"pcap", 0, "FILE", "write the packets as a capture (pcapng)", OPTION_TEXT, &o->pcap},
        {"mbox", 0, "FOLDER", "write delivered mails, one mailbox a recipient", OPTION_TEXT, &o->mbox},
        {"report", 0, "FILE", "write the outcome as JSON", OPTION_TEXT, &o->report},
        {"json", 0, NULL, "print the outcome as JSON, and no transcript", OPTION_FLAG, &o->json},
        {"transcript", 0, "LEVEL", "how much to tell: none, mail, smtp (the default) or packets", OPTION_TEXT,
         &o->transcript},
        {"check-laws", 0, NULL,
         "check the laws of links, packets, streams and timers too, and that bytes say what packets are", OPTION_FLAG,
         &o->check_laws},
    };
    memcpy(rows, all, sizeof all);
}

/* What is NULL was not asked for. */
struct recording {
    const struct recording_options *options;
    enum transcript_level level;
    struct journal *journal;
    struct journal_writer *writer;
    struct output_file *pcap, *report;
    struct journal_memory *memory; /* for what can only be written at the end */
    struct transcript *transcript;
    struct outcome *outcome;
    struct laws *laws;
    int64_t next_capture_ns; /* of the clock: not before then is the capture written anew */
    bool spoilt;             /* something could not be written, which was told */
};

/* A capture is written anew at most so often, and in at most a fiftieth of the time. */
#define CAPTURE_EVERY_NS (2 * SECOND)
enum { CAPTURE_SHARE = 50 };

static bool level_from(const char *command, const char *text, enum transcript_level *level)
{
    static const char *const names[] = {"none", "mail", "smtp", "packets", NULL};
    static const enum transcript_level levels[] = {TRANSCRIPT_NONE, TRANSCRIPT_MAIL, TRANSCRIPT_SMTP,
                                                   TRANSCRIPT_PACKETS};
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i])) continue;
        *level = levels[i];
        return true;
    }
    const char *near = near_word_find(text, names);
    fprintf(stderr, tr("postroad %s: --transcript: \"%s\" is none of none, mail, smtp, packets\n"), command, text);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    return false;
}

static bool one_on_stdout(const struct recording_options *options, enum transcript_level level)
{
    if (!options->json || level == TRANSCRIPT_NONE) return true;
    fprintf(stderr,
            tr("postroad %s: --json and --transcript would both print to standard output\n"
               "  hint: with a transcript, write the outcome to a file: --report FILE\n"),
            options->command);
    return false;
}

/* What is written must not overwrite what is read, or one another. */
static bool outputs_differ(const struct recording_options *options, const char *read_option, const char *read_path)
{
    const struct {
        const char *option, *path;
    } files[] = {{read_option, read_path},
                 {"--journal", options->journal},
                 {"--pcap", options->pcap},
                 {"--report", options->report}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!files[i].path || !files[k].path || !output_is_same(files[i].path, files[k].path)) continue;
            fprintf(stderr, tr("postroad %s: %s and %s name the same file: %s\n"), options->command, files[k].option,
                    files[i].option, files[i].path);
            return false;
        }
    }
    return true;
}

struct recording *recording_new(const struct recording_options *options, const char *read_option, const char *read_path)
{
    enum transcript_level level;
    const char *text = options->transcript ? options->transcript : options->json ? "none" : "smtp";
    if (!level_from(options->command, text, &level) || !one_on_stdout(options, level)) return NULL;
    if (!outputs_differ(options, read_option, read_path)) return NULL;
    struct recording *recording = mem_calloc(1, sizeof *recording);
    recording->options = options;
    recording->level = level;
    return recording;
}

static bool open_outputs(struct recording *recording)
{
    const struct recording_options *options = recording->options;
    char error[JOURNAL_ERROR_BYTES];
    if (options->pcap && !(recording->pcap = output_open(options->pcap))) return false;
    if (options->report && !(recording->report = output_open(options->report))) return false;
    if (options->mbox && !mbox_make_folder(options->mbox)) return false;
    /* Last, since a growing one takes the place of what was there at once. */
    if (!options->journal || (recording->writer = journal_writer_open(options->journal, options->growing, error)))
        return true;
    fprintf(stderr, "postroad: %s\n", error);
    return false;
}

/* A caption may be about a packet, of which the transcript says nothing else. */
static struct event_mask kinds_of_captions(const struct scenario *scenario)
{
    struct event_mask kinds = event_mask_none();
    for (size_t i = 0; scenario && i < scenario->n_captions; i++)
        kinds = event_mask_union(kinds, event_mask_kind(scenario->captions[i].kind));
    return kinds;
}

static void add_readers(struct recording *recording, const struct scenario *scenario)
{
    struct journal *journal = recording->journal = journal_new();
    recording->outcome = outcome_new();
    journal_add_reader(journal, outcome_reader(recording->outcome));
    recording->laws = laws_new();
    journal_add_reader(journal, laws_reader(recording->laws, recording->options->check_laws));
    if (recording->level != TRANSCRIPT_NONE) {
        recording->transcript = transcript_new(recording->level, stdout);
        transcript_watch(recording->transcript, kinds_of_captions(scenario));
        journal_add_reader(journal, transcript_reader(recording->transcript));
    }
    if (recording->writer) journal_add_reader(journal, journal_writer_reader(recording->writer, event_mask_all()));
    if (recording->options->pcap || recording->options->mbox) {
        recording->memory = journal_memory_new();
        journal_add_reader(journal, journal_memory_reader(recording->memory, event_mask_all()));
    }
}

bool recording_open(struct recording *recording, const struct scenario *scenario)
{
    if (!open_outputs(recording)) return false;
    add_readers(recording, scenario);
    return true;
}

struct journal *recording_journal(struct recording *recording)
{
    return recording->journal;
}

static bool write_capture(struct recording *recording)
{
    pcapng_write(recording->memory, output_stream(recording->pcap));
    bool good = output_commit(recording->pcap);
    recording->pcap = NULL;
    return good;
}

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static void renew_capture(struct recording *recording)
{
    int64_t begun_ns = clock_ns();
    if (!recording->pcap || begun_ns < recording->next_capture_ns) return;
    if (strcmp(output_path(recording->pcap), recording->options->pcap) == 0) return; /* a pipe takes one capture */
    if (!write_capture(recording) || !(recording->pcap = output_open(recording->options->pcap)))
        recording->spoilt = true;
    int64_t now_ns = clock_ns();
    recording->next_capture_ns = now_ns + CAPTURE_EVERY_NS + CAPTURE_SHARE * (now_ns - begun_ns);
}

void recording_flush(struct recording *recording)
{
    if (recording->writer) journal_writer_flush(recording->writer);
    renew_capture(recording);
}

/* False after a message when anything could not be written. */
static bool leave_behind(struct recording *recording)
{
    bool good = !recording->spoilt;
    char error[JOURNAL_ERROR_BYTES];
    if (recording->writer && !journal_writer_close(recording->writer, error)) {
        fprintf(stderr, "postroad: %s\n", error);
        good = false;
    }
    recording->writer = NULL;
    if (recording->pcap) good = write_capture(recording) && good;
    if (recording->report) {
        outcome_write_json(recording->outcome, recording->journal, output_stream(recording->report));
        good = output_commit(recording->report) && good;
        recording->report = NULL;
    }
    if (recording->options->mbox) good = mbox_write(recording->memory, recording->options->mbox) && good;
    return good;
}

/* Broken laws are our own mistakes, and are told whatever else was asked for. */
static bool laws_held(struct recording *recording)
{
    size_t n = laws_finish(recording->laws);
    for (size_t i = 0; i < laws_breaches(recording->laws); i++)
        fprintf(stderr, tr("postroad: law broken: %s\n"), laws_breach(recording->laws, i));
    return n == 0;
}

bool recording_conclude(struct recording *recording, bool silent)
{
    bool left = leave_behind(recording);
    bool lawful = laws_held(recording);
    if (!silent && recording->options->json)
        outcome_write_json(recording->outcome, recording->journal, stdout);
    else if (!silent)
        outcome_write_text(recording->outcome, recording->journal, stdout);
    return left && lawful;
}

void recording_free(struct recording *recording)
{
    if (!recording) return;
    if (recording->writer) journal_writer_abandon(recording->writer);
    if (recording->pcap) output_abandon(recording->pcap);
    if (recording->report) output_abandon(recording->report);
    if (recording->memory) journal_memory_free(recording->memory);
    if (recording->transcript) transcript_free(recording->transcript);
    if (recording->outcome) outcome_free(recording->outcome);
    laws_free(recording->laws);
    if (recording->journal) journal_free(recording->journal);
    free(recording);
}

void overrides_free(struct scenario_override *overrides, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((char *)overrides[i].pointer);
    free(overrides);
}

struct scenario_override *overrides_new(const char *command, const struct option_list *sets)
{
    struct scenario_override *overrides = mem_calloc(sets->n + 1, sizeof *overrides);
    for (size_t i = 0; i < sets->n; i++) {
        const char *equals = strchr(sets->items[i], '=');
        if (!equals || sets->items[i][0] != '/') {
            fprintf(stderr, tr("postroad %s: --set: \"%s\" is not POINTER=VALUE\n"), command, sets->items[i]);
            fputs(tr("  hint: --set '/links/a-mail/loss=20 %'\n"), stderr);
            overrides_free(overrides, i);
            return NULL;
        }
        char *pointer = mem_strdup(sets->items[i]);
        pointer[equals - sets->items[i]] = '\0';
        overrides[i] = (struct scenario_override){pointer, equals + 1};
    }
    return overrides;
}
