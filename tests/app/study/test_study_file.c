/* Study files: what is refused, and how that is told; which points a study has. Every file in bad/ is refused with
   exactly the text in NAME.expected. After a change of the messages run this test with POSTROAD_REWRITE_EXPECTED=1, and
   review what git shows. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/study/study_points.h"
#include "app/study/study_shard.h"
#include "model/scenario/units.h"
#include "sim/journal/memory.h"
#include "tests/model/scenario/scenario_files.h"

static const char library[] = POSTROAD_SOURCE_DIR "/scenarios";

static struct study *load(const char *path, char **said)
{
    size_t length = 0;
    FILE *errors = open_memstream(said, &length);
    struct study *study = study_load(path, library, errors);
    fclose(errors);
    return study;
}

/* ---- what is refused ---- */

static void rewrite(const char *path, const char *said)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s cannot be written", path);
    fputs(said, file);
    cr_assert(fclose(file) == 0);
}

static void is_refused_as_expected(const char *path, const char *name)
{
    char expected_path[1100], *said = NULL;
    size_t size;
    struct study *study = load(name, &said);
    snprintf(expected_path, sizeof expected_path, "%.*s.expected", (int)(strlen(path) - strlen(".json")), path);
    if (getenv("POSTROAD_REWRITE_EXPECTED")) rewrite(expected_path, said);
    char *expected = read_file(expected_path, &size);
    cr_expect(study == NULL, "%s was accepted", name);
    cr_expect(expected != NULL, "%s is missing", expected_path);
    if (expected) cr_expect_str_eq(said, expected, "%s:\nexpected:\n%sactual:\n%s", name, expected, said);
    study_free(study);
    mem_free(said);
    mem_free(expected);
}

Test(study_file, each_bad_one_is_refused_with_its_exact_message)
{
    cr_assert(chdir(POSTROAD_SOURCE_DIR "/tests/app/study/bad") == 0);
    size_t n = each_scenario("tests/app/study/bad", is_refused_as_expected);
    cr_expect(n >= 80, "only %zu files were found", n);
}

static void is_accepted(const char *path, const char *name)
{
    char *said = NULL;
    struct study *study = load(path, &said);
    cr_expect(study != NULL, "%s is refused:\n%s", name, said);
    study_free(study);
    mem_free(said);
}

Test(study_file, the_good_ones_are_accepted)
{
    cr_expect(each_scenario("tests/app/study/good", is_accepted) >= 5);
}

Test(study_file, all_measures_can_be_named)
{
    char *said = NULL;
    struct study *study = load(POSTROAD_SOURCE_DIR "/tests/app/study/good/all_measures.json", &said);
    cr_assert(study != NULL);
    cr_expect_eq(study->measures, (UINT64_C(1) << MEASURES) - 1, "the list of measures in good/ is not complete");
    study_free(study);
    mem_free(said);
}

Test(study_file, what_is_no_file_is_said_so)
{
    char *said = NULL;
    cr_expect(load("/nonexistent/x.json", &said) == NULL);
    cr_expect_str_eq(said, "/nonexistent/x.json: cannot be read: No such file or directory\n");
    mem_free(said);
}

/* ---- which points it has ---- */

/* A study of first-mail with these members besides; removed when it is loaded. */
static struct study *study_of(const char *members)
{
    char path[] = "/tmp/postroad-study-XXXXXX", *said = NULL;
    FILE *file = fdopen(mkstemp(path), "w");
    fprintf(file, "{ \"scenario\": \"first-mail\"%s%s }", *members ? ", " : "", members);
    fclose(file);
    struct study *study = load(path, &said);
    cr_assert(study != NULL, "%s:\n%s", members, said);
    remove(path);
    mem_free(said);
    return study;
}

/* All values of a factor, with a space between. */
static void expect_values(const char *members, const char *expected)
{
    struct study *study = study_of(members);
    struct text_buffer text = {0};
    for (size_t i = 0; i < study->levels[study->factors[0].axis]; i++)
        text_add_format(&text, "%s%s", i ? " " : "", study->factors[0].values[i]);
    cr_expect_str_eq(text.text, expected, "%s makes %s", members, text.text);
    mem_free(text.text);
    study_free(study);
}

#define DELAY "\"vary\": {\"/links/b-mail/delay\": "
#define LOSS  "\"vary\": {\"/links/a-mail/loss\": "

Test(study_values, ranges_with_a_step_have_both_ends_and_no_rounding_errors)
{
    expect_values(LOSS "{\"from\": \"0 %\", \"to\": \"40 %\", \"step\": \"10 %\"}}",
                  "\"0 %\" \"10 %\" \"20 %\" \"30 %\" \"40 %\"");
    expect_values(LOSS "{\"from\": \"0.1 %\", \"to\": \"0.5 %\", \"step\": \"0.1 %\"}}",
                  "\"0.1 %\" \"0.2 %\" \"0.3 %\" \"0.4 %\" \"0.5 %\"");
    expect_values(DELAY "{\"from\": \"500 ms\", \"to\": \"2 s\", \"step\": \"500 ms\"}}",
                  "\"500 ms\" \"1 s\" \"1500 ms\" \"2 s\"");
    expect_values(DELAY "{\"from\": \"0 s\", \"to\": \"1 s\", \"step\": \"400 ms\"}}", "\"0 s\" \"400 ms\" \"800 ms\"");
    expect_values("\"vary\": {\"/links/b-mail/rate\": {\"from\": \"1 Mbit/s\", \"to\": \"3 Mbit/s\", \"step\": "
                  "\"1 Mbit/s\"}}",
                  "\"1 Mbit/s\" \"2 Mbit/s\" \"3 Mbit/s\"");
    expect_values("\"vary\": {\"/tcp/initial_window\": {\"from\": 1, \"to\": 10, \"step\": 3}}", "1 4 7 10");
}

Test(study_values, ranges_with_a_factor_double_or_grow_by_half)
{
    expect_values(DELAY "{\"from\": \"1 ms\", \"to\": \"16 ms\", \"factor\": 2}}",
                  "\"1 ms\" \"2 ms\" \"4 ms\" \"8 ms\" \"16 ms\"");
    expect_values(DELAY "{\"from\": \"1 s\", \"to\": \"3 s\", \"factor\": 1.5}}", "\"1 s\" \"1500 ms\" \"2250 ms\"");
}

Test(study_values, so_many_points_lie_evenly_on_the_scale)
{
    expect_values(DELAY "{\"from\": \"0 s\", \"to\": \"1 s\", \"points\": 5}}",
                  "\"0 s\" \"250 ms\" \"500 ms\" \"750 ms\" \"1 s\"");
    expect_values(DELAY "{\"from\": \"1 ms\", \"to\": \"1 s\", \"points\": 4, \"scale\": \"log\"}}",
                  "\"1 ms\" \"10 ms\" \"100 ms\" \"1 s\"");
    expect_values(DELAY "{\"from\": \"1 ms\", \"to\": \"10 ms\", \"points\": 4, \"scale\": \"log\"}}",
                  "\"1 ms\" \"2150 us\" \"4640 us\" \"10 ms\"");
    expect_values(DELAY "{\"from\": \"7 ms\", \"to\": \"9 ms\", \"points\": 1}}", "\"7 ms\"");
}

Test(study_values, draws_do_not_change_when_more_are_asked_for)
{
    struct study *few = study_of(LOSS "{\"from\": \"0 %\", \"to\": \"40 %\", \"points\": 10, \"draw\": true}}");
    struct study *many = study_of("\"vary\": {\"/links/b-mail/delay\": [\"1 s\"], \"/links/a-mail/loss\": {\"from\": "
                                  "\"0 %\", \"to\": \"40 %\", \"points\": 200, \"draw\": true}}");
    struct study *other =
        study_of("\"seed\": 2, " LOSS "{\"from\": \"0 %\", \"to\": \"40 %\", \"points\": 10, \"draw\": true}}");
    size_t same = 0;
    for (size_t i = 0; i < 10; i++) {
        cr_expect_str_eq(few->factors[0].values[i], many->factors[1].values[i]);
        same += !strcmp(few->factors[0].values[i], other->factors[0].values[i]);
    }
    cr_expect_eq(same, 0, "another seed draws the same");
    study_free(few);
    study_free(many);
    study_free(other);
}

Test(study_values, whole_numbers_are_drawn_once_and_evenly)
{
    struct study *study =
        study_of("\"vary\": {\"/tcp/initial_window\": {\"from\": 1, \"to\": 10, \"points\": 200, \"draw\": true}}");
    cr_expect_eq(study_points(study), 10, "%zu of 10 values", (size_t)study_points(study));
    study_free(study);
}

/* Chi-squared of 1000 draws in ten parts: 27.9 is its 0.999 quantile for nine degrees of freedom. */
Test(study_values, draws_are_uniform_on_their_scale)
{
    struct study *study =
        study_of(DELAY "{\"from\": \"1 ms\", \"to\": \"10 s\", \"points\": 1000, \"draw\": true, \"scale\": \"log\"}}");
    size_t parts[10] = {0};
    double chi = 0;
    for (size_t i = 0; i < study->levels[0]; i++) {
        struct unit_problem problem;
        int64_t ns;
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)strlen(study->factors[0].values[i]) - 2,
                 study->factors[0].values[i] + 1);
        cr_assert(unit_parse(UNIT_DURATION, text, &ns, &problem), "%s", text);
        double share = log10((double)ns / 1e6) / 4;
        cr_assert(share >= 0 && share <= 1);
        parts[share < 1 ? (int)(share * 10) : 9]++;
    }
    for (size_t i = 0; i < 10; i++)
        chi += ((double)parts[i] - 100) * ((double)parts[i] - 100) / 100;
    cr_expect(chi < 27.9, "chi-squared %.1f", chi);
    study_free(study);
}

/* McKay, Beckman and Conover: each of n strata of each factor has one point. */
Test(study_values, latin_hypercube_has_one_point_in_each_stratum)
{
    struct study *study = study_of("\"design\": {\"latin_hypercube\": 50}, "
                                   "\"vary\": {\"/links/a-mail/loss\": {\"from\": \"0 %\", \"to\": \"50 %\"}, "
                                   "\"/links/b-mail/delay\": {\"from\": \"0 s\", \"to\": \"50 s\"}, "
                                   "\"/hosts/mail.a.example/mail_server/retry\": [\"postfix\", \"exim\"]}");
    bool seen[2][50] = {{false}};
    size_t same = 0;
    cr_assert_eq(study_points(study), 100);
    for (uint64_t point = 0; point < 100; point += 2) {
        size_t strata[2];
        for (size_t f = 0; f < 2; f++) {
            double value = strtod(study_value(study, f, point) + 1, NULL);
            if (strstr(study_value(study, f, point), "ms")) value /= 1e3;
            if (strstr(study_value(study, f, point), "us")) value /= 1e6;
            strata[f] = (size_t)value < 50 ? (size_t)value : 49;
            cr_expect(!seen[f][strata[f]], "stratum %zu twice", strata[f]);
            seen[f][strata[f]] = true;
            cr_expect_str_eq(study_value(study, f, point), study_value(study, f, point + 1),
                             "compared at other places");
        }
        same += strata[0] == strata[1];
    }
    cr_expect(same < 10, "the orders of two factors are the same");
    study_free(study);
}

Test(study_points, factors_are_crossed_and_those_with_another_go_along)
{
    struct study *study = study_of("\"vary\": {\"/links/a-mail/loss\": [\"1 %\", \"2 %\"], "
                                   "\"/links/b-mail/loss\": {\"with\": \"/links/a-mail/loss\"}, "
                                   "\"/links/b-mail/delay\": [\"1 ms\", \"2 ms\", \"3 ms\"], "
                                   "\"/links/alice/delay\": {\"with\": \"/links/b-mail/delay\", \"values\": "
                                   "[\"4 ms\", \"5 ms\", \"6 ms\"]}}");
    struct text_buffer text = {0};
    cr_assert_eq(study_points(study), 6);
    cr_expect_eq(study_group_size(study), 1);
    study_point_text(study, 5, &text);
    cr_expect_str_eq(text.text, "/links/a-mail/loss=\"2 %\";/links/alice/delay=\"6 ms\";/links/b-mail/delay=\"3 ms\";"
                                "/links/b-mail/loss=\"2 %\"");
    study_point_text(study, 1, &text);
    cr_expect_str_eq(text.text, "/links/a-mail/loss=\"1 %\";/links/alice/delay=\"5 ms\";/links/b-mail/delay=\"2 ms\";"
                                "/links/b-mail/loss=\"1 %\"");
    mem_free(text.text);
    study_free(study);
}

Test(study_points, every_point_is_there_once)
{
    struct study *study = study_of("\"vary\": {\"/hosts/mail.a.example/mail_server/retry\": [\"postfix\", \"exim\"], "
                                   "\"/links/a-mail/loss\": [\"1 %\", \"2 %\", \"3 %\"], "
                                   "\"/links/b-mail/delay\": [\"1 ms\", \"2 ms\", \"3 ms\", \"4 ms\"]}, "
                                   "\"compare\": \"/hosts/mail.a.example/mail_server/retry\"");
    bool seen[2][3][4] = {{{false}}};
    cr_assert_eq(study_points(study), 24);
    cr_assert_eq(study_group_size(study), 2);
    for (uint64_t p = 0; p < 24; p++) {
        size_t a = study_level(study, 0, p), b = study_level(study, 1, p), c = study_level(study, 2, p);
        cr_expect(!seen[a][b][c]);
        seen[a][b][c] = true;
        cr_expect_eq(b, study_level(study, 1, p - p % 2), "a group differs in more than what is compared");
        cr_expect_eq(c, study_level(study, 2, p - p % 2));
    }
    study_free(study);
}

Test(study_points, names_at_the_end_are_compared_and_amounts_are_not)
{
    struct study *named = study_of("\"vary\": {\"/links/a-mail/loss\": [\"1 %\", \"2 %\"], "
                                   "\"/hosts/mail.a.example/mail_server/retry\": [\"postfix\", \"exim\", \"qmail\"]}");
    struct study *amounts = study_of(LOSS "[\"1 %\", \"2 %\"]}");
    struct study *none = study_of("\"compare\": \"none\", \"vary\": {\"/tcp/sack\": [true, false]}");
    cr_expect_eq(study_group_size(named), 3);
    cr_expect_eq(study_group_size(amounts), 1);
    cr_expect_eq(study_group_size(none), 1);
    study_free(named);
    study_free(amounts);
    study_free(none);
}

Test(study_points, a_study_that_varies_nothing_has_one_point)
{
    struct study *study = study_of("");
    struct text_buffer text = {0};
    cr_expect_eq(study_points(study), 1);
    study_point_text(study, 0, &text);
    cr_expect_str_eq(text.text, "");
    mem_free(text.text);
    study_free(study);
}

/* ---- what it is ---- */

static uint64_t identity_of(const char *members)
{
    struct study *study = study_of(members);
    uint64_t identity = study->identity;
    study_free(study);
    return identity;
}

Test(study_identity, more_runs_or_more_values_are_the_same_study_and_other_luck_or_measures_are_not)
{
    uint64_t identity = identity_of(LOSS "[\"1 %\"]}, \"replications\": 10");
    cr_expect_eq(identity, identity_of(LOSS "[\"1 %\", \"3 %\"]}, \"replications\": 20, \"title\": \"x\""));
    cr_expect_eq(identity, identity_of("\"time_limit\": \"1 min\", " LOSS "[\"1 %\"]}, \"compare\": \"none\""));
    cr_expect_neq(identity, identity_of(LOSS "[\"1 %\"]}, \"seed\": 2"));
    cr_expect_neq(identity, identity_of(LOSS "[\"1 %\"]}, \"set\": {\"/links/b-mail/loss\": \"1 %\"}"));
    cr_expect_neq(identity, identity_of(LOSS "[\"1 %\"]}, \"measure\": [\"attempts\"]"));
    cr_expect_neq(identity, identity_of("\"vary\": {\"/links/b-mail/loss\": [\"1 %\"]}"));
}

Test(study_identity, seeds_are_those_of_the_replication_and_fit_the_command_line)
{
    struct study *one = study_of(LOSS "[\"1 %\"]}"), *two = study_of("\"seed\": 2, " LOSS "[\"1 %\"]}");
    struct study *more = study_of("\"replications\": 7, " LOSS "[\"1 %\", \"2 %\"], \"/tcp/sack\": [true, false]}");
    for (int64_t r = 0; r < 1000; r++) {
        cr_expect_eq(study_seed(one, r), study_seed(more, r), "what varies has its own luck");
        cr_expect(study_seed(one, r) < UINT64_C(1) << 53);
        cr_expect_neq(study_seed(one, r), study_seed(one, r + 1));
        cr_expect_neq(study_seed(one, r), study_seed(two, r));
    }
    study_free(one);
    study_free(two);
    study_free(more);
}

/* ---- parts ---- */

/* How many runs belong to this part; each that does is counted in made. */
static uint64_t runs_of(const struct study *study, struct study_shard shard, uint8_t *made)
{
    uint64_t size = study_group_size(study), groups = study_points(study) / size, n = 0;
    for (uint64_t group = 0; group < groups; group++)
        for (int64_t r = 0; r < study->most_runs; r++) {
            bool has = study_shard_has(study, shard, group, r);
            made[group * (uint64_t)study->most_runs + (uint64_t)r] += has;
            n += has ? size : 0;
        }
    return n;
}

/* The third divides groups among few parts, and replications among many. */
Test(study_shards, say_how_many_runs_they_have_and_have_each_once)
{
    static const char *const studies[] = {
        "\"replications\": 7, " LOSS "[\"1 %\", \"2 %\", \"3 %\"], \"/tcp/sack\": [true, false]}",
        "\"replications\": {\"min\": 10, \"max\": 20}, \"precision\": {\"measure\": \"attempts\", \"relative\": "
        "0.1}, " LOSS "[\"1 %\", \"2 %\", \"3 %\"], \"/tcp/sack\": [true, false]}",
        "\"replications\": 5, " LOSS "{\"from\": \"1 %\", \"to\": \"11 %\", \"step\": \"1 %\"}}"};
    for (size_t i = 0; i < 3; i++)
        for (uint64_t parts = 1; parts < 10; parts++) {
            struct study *study = study_of(studies[i]);
            uint8_t made[400] = {0};
            uint64_t runs = study_points(study) / study_group_size(study) * (uint64_t)study->most_runs;
            for (uint64_t part = 1; part <= parts; part++) {
                struct study_shard shard = {part, parts};
                uint64_t has = runs_of(study, shard, made), said = study_shard_runs(study, shard);
                cr_expect_eq(has, said, "part %d of %d of study %d has %d runs and says %d", (int)part, (int)parts,
                             (int)i, (int)has, (int)said);
            }
            for (uint64_t run = 0; run < runs; run++)
                cr_expect_eq(made[run], 1, "run %d of study %d in %d parts", (int)run, (int)i, (int)parts);
            study_free(study);
        }
}
