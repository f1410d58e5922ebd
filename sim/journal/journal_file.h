/* A journal on disk: docs/journal-format.md. A head with magic and version, the manifest it was written with, then
   blocks of events, each one zstd frame with length and checksum; an index at the end. Readable while it grows and
   after truncation: every whole block is read, what is torn is left. Anything corrupt is refused with a message. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_FILE_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_FILE_H

#include "sim/journal/journal.h"
#include "sim/journal/journal_memory.h"

enum { JOURNAL_ERROR_BYTES = 256 };

struct journal_writer;

/* Writes beside the name and renames when closed, so that the name never holds half a journal unless `growing` is set.
   NULL and a message when the file cannot be made. */
struct journal_writer *journal_writer_open(const char *path, bool growing, char error[JOURNAL_ERROR_BYTES]);
struct journal_reader journal_writer_reader(struct journal_writer *writer, struct event_mask mask);
/* Writes what has gathered as a block of its own, however small: for those who watch the file grow. */
void journal_writer_flush(struct journal_writer *writer);
/* False and a message when anything could not be written (disk full); frees the writer either way. */
bool journal_writer_close(struct journal_writer *writer, char error[JOURNAL_ERROR_BYTES]);
/* Drops the writer and what it wrote. */
void journal_writer_abandon(struct journal_writer *writer);

/* Reads a whole file into memory. truncated, if not NULL, tells whether the end was torn. NULL and a message when the
   file is no journal, is from a later version, or is corrupt. */
struct journal_memory *journal_file_read(const char *path, bool *truncated, char error[JOURNAL_ERROR_BYTES]);
/* Reads on in a journal that is still being written, or step by step in one that is long. */
struct journal_follower;
/* NULL and a message when the file cannot be read. */
struct journal_follower *journal_follower_open(const char *path, char error[JOURNAL_ERROR_BYTES]);
enum journal_step {
    JOURNAL_STEP_MORE,  /* there may be more */
    JOURNAL_STEP_WHOLE, /* that was all */
    JOURNAL_STEP_TORN,  /* all that is whole so far: it is being written, or was cut off */
    JOURNAL_STEP_BAD    /* as journal_file_read refuses it; the message says why */
};
/* Appends what the next block holds. Once it is torn, journal_follower_read goes on there. */
enum journal_step journal_follower_step(struct journal_follower *follower, struct journal_memory *into,
                                        char error[JOURNAL_ERROR_BYTES]);
/* How much of the file has been read, 0 to 1. */
double journal_follower_part(const struct journal_follower *follower);
/* Appends what has become whole since the last call and is later than what is there; true when that was something. */
bool journal_follower_read(struct journal_follower *follower, struct journal_memory *into);
/* False once the journal has its end, or cannot be read any further. */
bool journal_follower_goes_on(const struct journal_follower *follower);
void journal_follower_free(struct journal_follower *follower);

/* Whether the file begins like a journal. */
bool journal_file_is_journal(const char *path);

#endif
