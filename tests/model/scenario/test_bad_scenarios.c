/* Every file in bad/ is refused with exactly the text in NAME.expected. After a change of the messages run this test
   with POSTROAD_REWRITE_EXPECTED=1, and review what git shows. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/scenario/scenario_files.h"

static void rewrite(const char *path, const char *said)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s cannot be written", path);
    fputs(said, file);
    cr_assert(fclose(file) == 0);
}

static void is_refused_as_expected(const char *path, const char *name)
{
    char expected_path[1100];
    size_t size, expected_size;
    struct scenario *scenario;
    char *text = read_file(path, &size);
    char *said = load_text(name, text, size, NULL, 0, &scenario);
    snprintf(expected_path, sizeof expected_path, "%.*s.expected", (int)(strlen(path) - strlen(".json")), path);
    if (getenv("POSTROAD_REWRITE_EXPECTED")) rewrite(expected_path, said);
    char *expected = read_file(expected_path, &expected_size);
    cr_expect(scenario == NULL, "%s was accepted", path);
    cr_expect(expected != NULL, "%s is missing", expected_path);
    if (expected) cr_expect_str_eq(said, expected, "%s:\nexpected:\n%sactual:\n%s", path, expected, said);
    scenario_free(scenario);
    free(text);
    free(said);
    free(expected);
}

Test(bad_scenarios, each_is_refused_with_its_exact_message)
{
    size_t n = each_scenario("tests/model/scenario/bad", is_refused_as_expected);
    cr_expect(n >= 50, "only %zu files were found", n);
}

/* ---- files that are none ---- */

static void expect_load_says(const char *path, const char *expected)
{
    char *said = NULL;
    size_t length = 0;
    FILE *errors = open_memstream(&said, &length);
    struct scenario *scenario = scenario_load(path, NULL, 0, errors);
    fclose(errors);
    cr_expect(scenario == NULL);
    cr_expect_str_eq(said, expected);
    free(said);
}

Test(bad_scenarios, what_is_no_file_is_said_so)
{
    expect_load_says("/nonexistent/x.json", "/nonexistent/x.json: cannot be read: No such file or directory\n");
    expect_load_says("/", "/: cannot be read: Is a directory\n");
    expect_load_says("/dev/null", "/dev/null:1:1: the file is empty\n  hint: begin with { \"postroad\": 1 }\n");
    expect_load_says("/dev/zero", "/dev/zero: cannot be read: larger than 64 MiB\n");
}
