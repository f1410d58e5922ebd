/* Files of results for tests: see made_results.h. */
#include "tests/app/study/made_results.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char made_folder[] = "/tmp/results-XXXXXX", made_path[64], made_error[RESULTS_ERROR_BYTES];

void made_folder_begin(void)
{
    cr_assert(mkdtemp(made_folder));
    snprintf(made_path, sizeof made_path, "%s/r.db", made_folder);
}

void made_folder_end(void)
{
    char command[64];
    snprintf(command, sizeof command, "chmod u+w %s && rm -r %s", made_folder, made_folder);
    cr_assert(system(command) == 0);
}

const char *made_file(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", made_folder, name);
    return path;
}

static const char *const pointers[] = {"/links/a/loss", "/hosts/m/retry"};

struct results_study made_study(void)
{
    return (struct results_study){.name = "loss",
                                  .study_text = "{}",
                                  .scenario_text = "{\"postroad\": 1}",
                                  .version = "0.1",
                                  .identity = 0xfeedfacecafebeef,
                                  .seed = 7,
                                  .pointers = pointers,
                                  .n_pointers = 2,
                                  .measures = MEASURE_BIT(MEASURE_DELIVERY_DELAY) | MEASURE_BIT(MEASURE_ATTEMPTS)};
}

struct results *made_open(void)
{
    struct results_study s = made_study();
    struct results *r = results_open(made_path, &s, made_error, sizeof made_error);
    cr_assert(r, "%s", made_error);
    return r;
}

/* A mail that took so long; 0: it is still on its way. */
bool made_put(struct results *r, uint64_t key, int64_t replication, double delay_s)
{
    char point[64];
    static const char *const values[] = {"\"5 %\"", "\"exim\""};
    struct measured_mail mail = {.message = "m1",
                                 .recipient = "bob@b.example",
                                 .written_ns = SECOND,
                                 .first_attempt_ns = 2 * SECOND,
                                 .ended_ns = delay_s > 0 ? SECOND + (int64_t)(delay_s * 1e9) : TIME_NEVER,
                                 .outcome = delay_s > 0 ? MEASURED_DELIVERED : MEASURED_QUEUED,
                                 .attempts = 3};
    struct measured_run run = {.mails = &mail,
                               .n_mails = 1,
                               .n_censored = delay_s <= 0,
                               .ended_ns = 10 * SECOND,
                               .fingerprint = 0xabc0000 + (uint64_t)(delay_s * 1000)};
    for (int m = 0; m < MEASURES; m++)
        run.values[m] = NAN;
    run.values[MEASURE_DELIVERY_DELAY] = delay_s > 0 ? delay_s : 9;
    run.values[MEASURE_ATTEMPTS] = 3;
    snprintf(point, sizeof point, "/links/a/loss=\"5 %%\";n=%03llu", (unsigned long long)key % 1000);
    struct results_run row = {.point = point,
                              .point_key = key,
                              .values = values,
                              .replication = replication,
                              .seed = 100 + (uint64_t)replication,
                              .run = &run};
    return results_put(r, &row, made_error, sizeof made_error);
}

char *made_exported(const char *path, enum results_table table, enum results_form form)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct results_reader *reader = results_read_open(path, made_error, sizeof made_error);
    cr_assert(reader, "%s", made_error);
    cr_assert(results_export(reader, table, form, out, made_error, sizeof made_error), "%s", made_error);
    results_read_close(reader);
    fclose(out);
    return text;
}
