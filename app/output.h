/* What a command writes: files that never hold half of something, and a standard output whose failure is noticed. */
#ifndef POSTROAD_APP_OUTPUT_H
#define POSTROAD_APP_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* A file written beside its name and renamed when whole. What is no plain file (a device, a pipe) is written as it is.
 */
struct output_file;

/* Whether both name the same plain file, of which only one could be kept. */
bool output_is_same(const char *path, const char *other);
/* NULL after a message on stderr. */
struct output_file *output_open(const char *path);
FILE *output_stream(struct output_file *file);
/* The name under which it is being written, for those who write by name. */
const char *output_path(const struct output_file *file);
/* False after a message when something could not be written; nothing is left beside the name then. Frees either way. */
bool output_commit(struct output_file *file);
void output_abandon(struct output_file *file);

/* The last thing a command does: sends out what is buffered. Gives back code, or EXIT_FAILED with a message when
   standard output could not take everything. */
int output_finish(int code);

#endif
