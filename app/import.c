/* postroad import: what was recorded in the real world becomes a journal, and a first scenario. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/import_file.h"
#include "app/options.h"
#include "app/output.h"
#include "model/import/scenario_draft.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { FIRST_YEAR = 1970, LAST_YEAR = 2199 };
struct import_words {
    const char *journal, *format, *year, *scenario;
    bool all;
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool options_read(const struct import_words *words, struct import_options *options)
{
    options->all = words->all;
    if (words->format && !(options->format = import_format_by_name(words->format))) {
        fprintf(stderr, tr("postroad import: --format: \"%s\" is none of capture, log, received\n"), words->format);
        return false;
    }
    if (!words->year) return true;
    char *end;
    long year = strtol(words->year, &end, 10);
    if (*end || end == words->year || year < FIRST_YEAR || year > LAST_YEAR) {
        fprintf(stderr, tr("postroad import: --year: \"%s\" is no year between 1970 and 2199\n"), words->year);
        return false;
    }
    options->year = (int)year;
    return true;
}

static bool write_journal(const struct journal_memory *memory, const char *path)
{
    char error[JOURNAL_ERROR_BYTES];
    struct journal_writer *writer = journal_writer_open(path, false, error);
    if (writer) {
        struct journal_reader reader = journal_writer_reader(writer, event_mask_all());
        for (size_t i = 0; i < journal_memory_count(memory); i++)
            reader.on_event(reader.context, journal_memory_at(memory, i));
        if (journal_writer_close(writer, error)) return true;
    }
    fprintf(stderr, "postroad import: %s\n", error);
    return false;
}

static bool write_scenario(const struct journal_memory *memory, const char *path)
{
    char error[DRAFT_ERROR_BYTES];
    struct output_file *file = output_open(path);
    if (!file) return false;
    if (scenario_draft_write(memory, output_stream(file), error)) return output_commit(file);
    output_abandon(file);
    fprintf(stderr, tr("postroad import: no scenario was written: %s\n"), error);
    return false;
}

static void tell_done(const struct journal_memory *memory, const struct import_words *words,
                      const struct import_report *report)
{
    size_t hosts = 0, conns = 0, mails = 0, packets = 0;
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        enum event_kind kind = journal_memory_at(memory, i)->kind;
        hosts += kind == EVENT_HOST_ADD;
        conns += kind == EVENT_CONN_OPEN;
        mails += kind == EVENT_MAIL_COMPOSE;
        packets += kind == EVENT_PACKET_SEND;
    }
    conns /= 2; /* each has two ends */
    printf(tr_count("%zu host", "%zu hosts", hosts), hosts);
    printf(tr_count(", %zu mail", ", %zu mails", mails), mails);
    if (packets) printf(tr_count(", %zu connection", ", %zu connections", conns), conns);
    if (packets) printf(tr_count(", %zu packet", ", %zu packets", packets), packets);
    printf("\n%s", report->notes);
    printf(tr("to watch it: postroad view %s\n"), words->journal);
    if (words->scenario) printf(tr("to replay it: postroad view %s\n"), words->scenario);
}

static int import_file(const char *path, const struct import_words *words, struct import_options *options)
{
    struct import_report report;
    struct journal_memory *memory = import_file_read("import", path, options, &report);
    if (!memory) return EXIT_USAGE;
    bool written = write_journal(memory, words->journal);
    if (written && words->scenario) written = write_scenario(memory, words->scenario);
    if (written) tell_done(memory, words, &report);
    journal_memory_free(memory);
    return written ? EXIT_DONE : EXIT_FAILED;
}

/* "a/mail.pcapng" becomes "mail.journal", here. */
static char *journal_beside(const char *path)
{
    const char *name = last_part(path), *dot = strrchr(name, '.');
    size_t n = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    char *journal = mem_alloc(n + sizeof ".journal");
    memcpy(journal, name, n);
    memcpy(journal + n, ".journal", sizeof ".journal");
    return journal;
}

int command_import(int argc, char **argv)
{
    struct import_words words = {0};
    struct import_options options = import_options_default();
    const struct option_row rows[] = {
        {"output", 'o', "JOURNAL", "where the journal goes (the file's name, with .journal)", OPTION_TEXT,
         &words.journal},
        {"format", 0, "FORMAT", "capture, log or received; else it is found out", OPTION_TEXT, &words.format},
        {"scenario", 0, "FILE", "write a first scenario, too, by which it can be replayed and varied", OPTION_TEXT,
         &words.scenario},
        {"year", 0, "YEAR", "of the last line of a log without years (when the file was changed last)", OPTION_TEXT,
         &words.year},
        {"all", 0, NULL, "of a capture: also packets that are neither mail nor names", OPTION_FLAG, &words.all},
    };
    const struct option_table table = {
        .command = "import",
        .operands = "FILE",
        .summary = "Makes a journal of a pcap or pcapng, of the mail.log of Postfix or Exim, or of the Received lines\n"
                   "of a mail. What was not recorded but concluded is marked as inferred.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (!options_read(&words, &options)) return EXIT_USAGE;
    char *beside = words.journal ? NULL : journal_beside(argv[1]);
    if (beside) words.journal = beside;
    int code = EXIT_USAGE;
    if (output_is_same(argv[1], words.journal))
        fprintf(stderr, tr("postroad import: %s is what is to be imported; name another file with -o\n"), argv[1]);
    else if (words.scenario && (output_is_same(argv[1], words.scenario) || !strcmp(words.journal, words.scenario)))
        fprintf(stderr, tr("postroad import: --scenario: %s is another file already\n"), words.scenario);
    else
        code = import_file(argv[1], &words, &options);
    mem_free(beside);
    return code;
}
