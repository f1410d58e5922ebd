/* What a run leaves behind: transcript, outcome, journal, capture, mailboxes, report. Used by `run` and `live`. */
#ifndef POSTROAD_APP_RECORDING_H
#define POSTROAD_APP_RECORDING_H

#include <stdbool.h>

#include "app/options.h"
#include "model/scenario/scenario.h"
#include "sim/journal/journal.h"

/* As the command line has them; NULL: not asked for. */
struct recording_options {
    const char *command; /* for messages: "run" */
    const char *journal, *pcap, *mbox, *report, *transcript;
    bool json, check_laws;
    bool growing; /* the journal can be read while it is written */
};

/* The options that fill it, for the table of a subcommand that records. */
enum { RECORDING_OPTION_ROWS = 7 };
void recording_option_rows(struct recording_options *options, struct option_row rows[RECORDING_OPTION_ROWS]);

struct recording;

/* What is read, and the option that names it, must differ from all that is written. The options must outlive the
   recording. NULL after a message. */
struct recording *recording_new(const struct recording_options *options, const char *read_option,
                                const char *read_path);
/* Opens all that will be written, so that a run is not made in vain. The scenario says what captions are about; NULL: not
   known. False after a message. */
bool recording_open(struct recording *recording, const struct scenario *scenario);
/* With all readers on it. */
struct journal *recording_journal(struct recording *recording);
/* Lets those who watch the files see what has happened so far: the journal grows, the capture is replaced now and then by
   one that is longer, and whole. */
void recording_flush(struct recording *recording);
/* Writes all files, and the outcome to standard output unless `silent`. False after a message when something could not
   be written, or a law was broken. */
bool recording_conclude(struct recording *recording, bool silent);
void recording_free(struct recording *recording);

/* POINTER=VALUE, each cut in two. NULL after a message. */
struct scenario_override *overrides_new(const char *command, const struct option_list *sets);
void overrides_free(struct scenario_override *overrides, size_t n);

#endif
