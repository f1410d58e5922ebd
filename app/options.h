/* Options of a subcommand, described by a table from which both the parser and --help are made.

   A row names an option and where its value goes:
     { "seed", 0, "N", "use this seed", OPTION_TEXT, &seed }
   `--seed N`, `--seed=N` and, with a letter, `-s N` are understood; `--` ends the options. */
#ifndef POSTROAD_APP_OPTIONS_H
#define POSTROAD_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_FLAG, /* into: bool */
    OPTION_TEXT, /* into: const char *; the last one given counts */
    OPTION_LIST  /* into: struct option_list; may be given again and again */
};

struct option_list {
    const char **items; /* freed by option_list_free; the texts belong to argv */
    size_t n;
};
void option_list_free(struct option_list *list);

struct option_row {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* as --help prints it; NULL for a flag */
    const char *help;
    enum option_kind kind;
    void *into;
};

struct option_table {
    const char *command;  /* "run" */
    const char *operands; /* "SCENARIO" */
    const char *summary;  /* one sentence */
    const struct option_row *rows;
    size_t n_rows;
    size_t min_operands, max_operands;
};

enum options_verdict {
    OPTIONS_GO,     /* go on: operands are argv[1] to argv[*n_operands] */
    OPTIONS_HELPED, /* --help was printed: exit 0 */
    OPTIONS_WRONG   /* a message was printed: exit 2 */
};

/* Reorders argv so that operands stand first. */
enum options_verdict options_parse(const struct option_table *table, int argc, char **argv, size_t *n_operands);

#endif
