/* The option parser: see options.h. */
#include "app/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

enum { LONGEST_WORD = 64 };

void option_list_free(struct option_list *list)
{
    free(list->items);
    *list = (struct option_list){0};
}

/* "  -o, --journal FILE" */
static int option_heading(const struct option_row *row, char *buffer, size_t size)
{
    char letter[8] = "    ";
    if (row->letter) snprintf(letter, sizeof letter, "-%c, ", row->letter);
    return snprintf(buffer, size, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                    row->argument ? row->argument : "");
}

static void print_help(const struct option_table *table)
{
    static const struct option_row help = {"help", 'h', NULL, "print this page", OPTION_FLAG, NULL};
    char heading[80];
    int width = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        int w = option_heading(&table->rows[i], heading, sizeof heading);
        if (w > width) width = w;
    }
    printf(tr("usage: postroad %s [options]%s%s\n\n%s\n\noptions:\n"), table->command, *table->operands ? " " : "",
           table->operands, tr(table->summary));
    for (size_t i = 0; i <= table->n_rows; i++) {
        const struct option_row *row = i < table->n_rows ? &table->rows[i] : &help;
        option_heading(row, heading, sizeof heading);
        printf("%-*s  %s\n", width, heading, tr(row->help));
    }
}

static enum options_verdict wrong(const struct option_table *table)
{
    fprintf(stderr, tr("  see: postroad %s --help\n"), table->command);
    return OPTIONS_WRONG;
}

static enum options_verdict unknown_option(const struct option_table *table, const char *written)
{
    const char **names = mem_calloc(table->n_rows + 2, sizeof *names);
    for (size_t i = 0; i < table->n_rows; i++)
        names[i] = table->rows[i].name;
    names[table->n_rows] = "help";
    size_t dashes = strspn(written, "-"), length = strcspn(written + dashes, "=");
    char name[LONGEST_WORD];
    snprintf(name, sizeof name, "%.*s", (int)(length < LONGEST_WORD ? length : LONGEST_WORD - 1), written + dashes);
    fprintf(stderr, tr("postroad %s: unknown option \"%s\"\n"), table->command, written);
    const char *near = dashes == 2 ? near_word_find(name, names) : NULL;
    if (near) fprintf(stderr, tr("  hint: did you mean \"--%s\"?\n"), near);
    free(names);
    return wrong(table);
}

static const struct option_row *find_row(const struct option_table *table, const char *written)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        const struct option_row *row = &table->rows[i];
        size_t n = strlen(row->name);
        if (!strncmp(written, "--", 2) && !strncmp(written + 2, row->name, n) && strchr("=", written[2 + n]))
            return row; /* strchr finds the terminating zero too */
        if (written[1] != '-' && row->letter && written[1] == row->letter) return row;
    }
    return NULL;
}

static void store(const struct option_row *row, const char *value)
{
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->into = true;
        break;
    case OPTION_TEXT:
        *(const char **)row->into = value;
        break;
    case OPTION_LIST: {
        struct option_list *list = row->into;
        list->items = mem_realloc(list->items, (list->n + 1) * sizeof *list->items);
        list->items[list->n++] = value;
        break;
    }
    }
}

/* Takes the option at argv[*i] with its value, and moves *i to the last word taken. */
static enum options_verdict take_option(const struct option_table *table, int argc, char **argv, int *i)
{
    const char *written = argv[*i];
    if (!strcmp(written, "--help") || !strcmp(written, "-h")) {
        print_help(table);
        return OPTIONS_HELPED;
    }
    const struct option_row *row = find_row(table, written);
    if (!row) return unknown_option(table, written);
    const char *value = NULL;
    if (written[1] == '-' && strchr(written, '=')) value = strchr(written, '=') + 1;
    if (written[1] != '-' && written[2]) value = written + 2;
    if (row->kind == OPTION_FLAG && value) {
        fprintf(stderr, tr("postroad %s: --%s takes no value\n"), table->command, row->name);
        return wrong(table);
    }
    if (row->kind != OPTION_FLAG && !value) {
        if (*i + 1 >= argc) {
            fprintf(stderr, tr("postroad %s: --%s needs a value: %s\n"), table->command, row->name, row->argument);
            return wrong(table);
        }
        value = argv[++*i];
    }
    if (value && !*value) {
        fprintf(stderr, tr("postroad %s: the value of --%s is empty; it takes: %s\n"), table->command, row->name,
                row->argument);
        return wrong(table);
    }
    store(row, value);
    return OPTIONS_GO;
}

static enum options_verdict check_operands(const struct option_table *table, char **argv, size_t n)
{
    if (n < table->min_operands) {
        fprintf(stderr, tr("postroad %s: %s is missing\n"), table->command, table->operands);
        return wrong(table);
    }
    if (n > table->max_operands) {
        fprintf(stderr, tr("postroad %s: \"%s\" is one argument too many\n"), table->command,
                argv[1 + table->max_operands]);
        return wrong(table);
    }
    for (size_t i = 1; i <= n; i++) {
        if (*argv[i]) continue;
        fprintf(stderr, tr("postroad %s: an argument is empty\n"), table->command);
        return wrong(table);
    }
    return OPTIONS_GO;
}

enum options_verdict options_parse(const struct option_table *table, int argc, char **argv, size_t *n_operands)
{
    size_t n = 0;
    bool options_over = false;
    for (int i = 1; i < argc; i++) {
        if (!options_over && !strcmp(argv[i], "--")) {
            options_over = true;
        } else if (!options_over && argv[i][0] == '-' && argv[i][1]) {
            enum options_verdict verdict = take_option(table, argc, argv, &i);
            if (verdict != OPTIONS_GO) return verdict;
        } else {
            argv[1 + n++] = argv[i];
        }
    }
    *n_operands = n;
    return check_operands(table, argv, n);
}
