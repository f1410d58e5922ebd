/* Programs of others: looked for in PATH, started without a shell. */
#ifndef POSTROAD_APP_PROGRAM_H
#define POSTROAD_APP_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

bool program_is_there(const char *name);

/* A program that we write to and wait for. It has a process group of its own, so that ctrl-C reaches us alone. */
struct program;

/* words[0] is the program; the last one is NULL. NULL after a message when it could not be started. */
struct program *program_start(const char *const *words);
FILE *program_input(const struct program *program);
/* Closes its input, and waits. False after a message unless it ended well. Frees. */
bool program_finish(struct program *program);
void program_stop(struct program *program); /* ends it at once, and frees */

/* Starts a program that goes on without us, and says nothing on our terminal. False when it could not be started. */
bool program_launch(const char *const *words);

#endif
