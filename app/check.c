/* postroad check: reads scenarios, says all that is wrong with them, and runs nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/lesson.h"
#include "app/library.h"
#include "app/options.h"
#include "model/scenario/scenario.h"
#include "sim/journal/tr.h"

/* It lies beside the scenarios, and a shell's *.json names it too. */
static bool is_schema(const char *path)
{
    static const char ending[] = ".schema.json";
    size_t length = strlen(path);
    return length >= sizeof ending - 1 && strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

/* False after messages; there may be some of what is valid and hardly meant, too. */
static bool is_good(const char *word)
{
    char *path = library_find(word);
    bool is_lesson = lesson_is_one(path);
    struct lesson *lesson = is_lesson ? lesson_load(path, stderr) : NULL;
    struct scenario *scenario = is_lesson ? NULL : library_load_scenario(word, NULL, 0);
    bool good = lesson || scenario;
    if (scenario) fputs(scenario->warnings, stderr);
    lesson_free(lesson);
    scenario_free(scenario);
    free(path);
    return good;
}

int command_check(int argc, char **argv)
{
    const struct option_table table = {
        .command = "check",
        .operands = "SCENARIO|LESSON...",
        .summary = "Says all that is wrong with scenarios and lessons, and runs nothing.",
        .min_operands = 1,
        .max_operands = (size_t)argc,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    int code = EXIT_DONE;
    for (size_t i = 1; i <= n; i++) {
        if (n > 1 && is_schema(argv[i])) {
            printf(tr("%s: a schema, no scenario; passed over\n"), argv[i]);
            continue;
        }
        if (is_good(argv[i]))
            printf(tr("%s: valid\n"), argv[i]);
        else
            code = EXIT_USAGE;
    }
    return code;
}
