/* postroad bench: what things cost. Figures are for people; no test depends on a clock. */
#include "app/bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/options.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

double bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_sort(double *figures, size_t n)
{
    qsort(figures, n, sizeof *figures, by_size);
}

static bool read_mails(const char *text, uint64_t *mails)
{
    char *rest;
    unsigned long long number = strtoull(text, &rest, 10);
    *mails = number;
    return text[0] >= '1' && text[0] <= '9' && *rest == '\0' && number <= 1000000000;
}

static const struct {
    const char *name;
    void (*bench)(FILE *out);
    void (*of_mails)(FILE *out, uint64_t mails); /* or runs, or, for the window, events */
    bool only_by_name;
} benches[] = {{"queue", bench_sim, NULL, false},
               {"tcp", bench_tcp, NULL, false},
               {"mail", NULL, bench_mail, false},
               {"mail-link", NULL, bench_mail_link, false},
               {"five-days", NULL, bench_five_days, false},
               {"first-mail", NULL, bench_first_mail, false},
               {"view", NULL, bench_view, true},
               {"study", NULL, bench_study, true},
               {"count", bench_count, NULL, true},
               {"count-mail", NULL, bench_count_mail, true},
               {"count-mail-link", NULL, bench_count_mail_link, true}};
enum { N_BENCHES = sizeof benches / sizeof *benches };

/* Those with this name, or all. False if there is none. */
static bool run_benches(const char *name, uint64_t mails)
{
    bool found = false;
    for (size_t i = 0; i < N_BENCHES; i++) {
        if (name ? strcmp(name, benches[i].name) : benches[i].only_by_name) continue;
        if (found) putchar('\n');
        found = true;
        if (benches[i].bench)
            benches[i].bench(stdout);
        else
            benches[i].of_mails(stdout, mails);
        fflush(stdout);
    }
    return found;
}

int command_bench(int argc, char **argv)
{
    const struct option_table table = {
        .command = "bench",
        .operands =
            "[queue|tcp|mail|mail-link|five-days|first-mail|view|study|count|count-mail|count-mail-link] [NUMBER]",
        .summary = "Measures this program's own speed on this machine.",
        .max_operands = 2,
    };
    size_t n;
    uint64_t mails = 0;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (n == 2 && !read_mails(argv[2], &mails)) {
        fprintf(stderr, tr("postroad bench: \"%s\" is not a number of mails, runs or events\n"), argv[2]);
        return EXIT_USAGE;
    }
    if (run_benches(n ? argv[1] : NULL, mails)) return EXIT_DONE;
    const char *names[N_BENCHES + 1] = {0};
    fprintf(stderr, tr("postroad bench: \"%s\" is none of "), argv[1]);
    for (size_t i = 0; i < N_BENCHES; i++)
        fprintf(stderr, "%s%s", i ? ", " : "", names[i] = benches[i].name);
    const char *near = near_word_find(argv[1], names);
    fprintf(stderr, near ? tr("\n  hint: did you mean \"%s\"?\n") : "\n", near);
    return EXIT_USAGE;
}
