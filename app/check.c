/* postroad check: reads scenarios, says all that is wrong with them, and runs nothing. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
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

int command_check(int argc, char **argv)
{
    const struct option_table table = {
        .command = "check",
        .operands = "SCENARIO...",
        .summary = "Says all that is wrong with scenarios, and runs nothing.",
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
        struct scenario *scenario = library_load_scenario(argv[i], NULL, 0);
        if (!scenario) {
            code = EXIT_USAGE;
            continue;
        }
        printf(tr("%s: valid\n"), argv[i]);
        scenario_free(scenario);
    }
    return code;
}
