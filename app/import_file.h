/* Files that were recorded in the real world, read into a journal (model/import). Used by `import`, and by every
   command that takes a journal. */
#ifndef POSTROAD_APP_IMPORT_FILE_H
#define POSTROAD_APP_IMPORT_FILE_H

#include "model/import/import.h"
#include "sim/journal/journal_memory.h"

/* Whether the file begins like a capture, a log, or a mail. What cannot be read, and a pipe, does not. */
bool import_file_is_recording(const char *path);
/* NULL after a message on stderr, which begins with "postroad COMMAND". */
struct journal_memory *import_file_read(const char *command, const char *path, struct import_options *options,
                                        struct import_report *report);

#endif
