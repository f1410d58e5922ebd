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

/* ---- what is valid, and hardly meant ---- */

static const char with_zone[] =
    "{\"postroad\": 1, \"hosts\": {"
    "\"alice-pc\": {\"client\": {\"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\"}},"
    "\"mail.a.example\": {\"mail_server\": {\"domains\": [\"a.example\"], \"users\": [\"alice\"]}},"
    "\"mx1.b.example\": {\"mail_server\": {\"domains\": [\"b.example\"], \"users\": [\"bob\"]}},"
    "\"internet\": {\"router\": {}}}, \"links\": {\"alice\": {\"between\": [\"alice-pc\", \"internet\"]},"
    "\"a\": {\"between\": [\"mail.a.example\", \"internet\"]}, \"b\": {\"between\": [\"mx1.b.example\", "
    "\"internet\"]}},"
    "\"mail\": {\"m1\": {\"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"]}},\n"
    "\"zones\": {\"b.example\":\n[%s]}}";

static void expect_warnings(const char *lines, const char *expected)
{
    char text[2000];
    struct scenario *scenario = NULL;
    snprintf(text, sizeof text, with_zone, lines);
    char *said = load_text("w.json", text, strlen(text), NULL, 0, &scenario);
    cr_assert(scenario != NULL, "%s: refused:\n%s", lines, said);
    cr_expect_str_eq(said, "");
    cr_expect_str_eq(scenario->warnings, expected, "%s:\nexpected:\n%sactual:\n%s", lines, expected,
                     scenario->warnings);
    scenario_free(scenario);
    free(said);
}

Test(warnings, none_where_a_mail_exchanger_has_an_address)
{
    expect_warnings("\"@ MX 10 mx1\"", ""); /* a host */
    expect_warnings("\"@ MX 10 mx1.b.example.\"", "");
    expect_warnings("\"@ MX 10 mx2\", \"mx2 A 10.0.0.4\"", "");
    expect_warnings("\"@ MX 10 mx2\", \"mx2 AAAA fd00::4\"", "");
    expect_warnings("\"@ MX 10 mx2\", \"mx2 CNAME mx1\"", "");
    expect_warnings("\"@ MX 0 .\"", ""); /* RFC 7505 */
}

Test(warnings, a_mail_exchanger_without_an_address_is_told_with_what_was_meant)
{
    expect_warnings("\"@ MX 10 mx1.b.example\"",
                    "w.json:3:2: /zones/b.example/0: warning: \"@ MX 10 mx1.b.example\": "
                    "\"mx1.b.example.b.example\" has no address\n"
                    "  hint: without a dot at its end a name is one in b.example: write \"mx1.b.example.\"\n");
    expect_warnings("\"@ MX 10 mx2\"", "w.json:3:2: /zones/b.example/0: warning: \"@ MX 10 mx2\": "
                                       "\"mx2.b.example\" has no address\n"
                                       "  hint: did you mean \"mx1\"?\n");
    expect_warnings("\"@ MX 10 post\"", "w.json:3:2: /zones/b.example/0: warning: \"@ MX 10 post\": "
                                        "\"post.b.example\" has no address\n"
                                        "  hint: give it one: \"post.b.example. 300 IN A 10.0.0.4\"\n");
    expect_warnings("\"@ MX 10 post.org.\"",
                    "w.json:3:2: /zones/b.example/0: warning: \"@ MX 10 post.org.\": \"post.org\" has no address\n"
                    "  hint: name a host of this world, or a name that has an A record in one of its zones\n");
}

Test(warnings, an_address_is_no_mail_exchanger) /* RFC 1035 3.3.9 */
{
    static const char hint[] = "  hint: an MX names a host and never an address: give a name that address, as in "
                               "\"mx1 300 IN A 10.0.0.4\", and let the MX name that\n";
    char expected[600];
    snprintf(expected, sizeof expected,
             "w.json:3:2: /zones/b.example/0: warning: \"@ MX 10 10.0.0.4\": \"10.0.0.4.b.example\" has no address\n%s",
             hint);
    expect_warnings("\"@ MX 10 10.0.0.4\"", expected);
}
