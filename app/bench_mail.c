/* postroad bench mail, mail-link, five-days: what a mail costs in whole worlds, with nobody reading the journal. Each
   workload is a scenario that is written here, and printed in words, so that others can repeat it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "app/bench.h"
#include "app/bench_worlds.h"
#include "app/library.h"
#include "model/host/world.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { BATCHES = 21, RUNS_PER_BATCH = 100, USUAL_MAILS = 10000, RUNS = 3, COUNTED_MAILS = 4000 };

struct tally {
    uint64_t delivered, picked_up, bounced;
};

struct mail_result {
    double cpu_ns;
    uint64_t events;
    int64_t ended_ns;
    struct tally tally;
    bool failed;
};

static void count_mail(void *context, const struct event *e)
{
    struct tally *tally = context;
    const char *to = event_text(e, FIELD_TO);
    if (to[0] == 'd' && to[1] == 'e' && to[2] == 'l') tally->delivered++;
    if (to[0] == 'p') tally->picked_up++;
    if (to[0] == 'b') tally->bounced++;
}

/* Never inlined: the instructions spent in it are what tests/perf counts. */
__attribute__((noinline)) static void bench_mail_run(struct world *world)
{
    while (world_run(world, UINT64_MAX))
        continue;
}

static struct mail_result run_world(const struct scenario *scenario)
{
    struct mail_result result = {0};
    struct journal *journal = journal_new();
    struct world_options options = world_options_default();
    journal_add_reader(journal, (struct journal_reader){event_mask_kind(EVENT_MAIL_STATE), count_mail, &result.tally});
    struct world *world = world_new(scenario, &options, journal);
    double begin_ns = bench_now_ns();
    bench_mail_run(world);
    result.cpu_ns = bench_now_ns() - begin_ns;
    result.events = world_events(world);
    result.ended_ns = world_now(world);
    result.failed = world_failed(world);
    world_free(world);
    journal_free(journal);
    return result;
}

static struct scenario *scenario_of(char *json)
{
    struct scenario *scenario = scenario_parse("bench", json, strlen(json), NULL, 0, stderr);
    assert(scenario);
    free(json); /* of open_memstream */
    return scenario;
}

static double peak_megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* The median of several runs, all of which do the same work; of long ones, one. */
static struct mail_result median_run(const struct scenario *scenario, uint64_t mails)
{
    size_t runs = mails > 10 * USUAL_MAILS ? 1 : RUNS;
    double cpu_ns[RUNS];
    struct mail_result result = {0};
    for (size_t i = 0; i < runs; i++) {
        result = run_world(scenario);
        cpu_ns[i] = result.cpu_ns;
    }
    bench_sort(cpu_ns, runs);
    result.cpu_ns = cpu_ns[runs / 2];
    return result;
}

static void print_result(FILE *out, uint64_t mails, const struct mail_result *r)
{
    fprintf(
        out,
        tr("  %8.1f us a mail  (%llu mails: %llu delivered, %llu fetched, %llu returned; %.2f s in all, %.1f events "
           "a mail, %.1f h in virtual time, %.0f MB at most)\n"),
        r->cpu_ns / 1e3 / (double)mails, (unsigned long long)mails, (unsigned long long)r->tally.delivered,
        (unsigned long long)r->tally.picked_up, (unsigned long long)r->tally.bounced, r->cpu_ns / 1e9,
        (double)r->events / (double)mails, (double)r->ended_ns / 3.6e12, peak_megabytes());
    fflush(out);
}

static void measure(FILE *out, char *json, uint64_t mails)
{
    struct scenario *scenario = scenario_of(json);
    struct mail_result result = median_run(scenario, mails);
    print_result(out, mails, &result);
    scenario_free(scenario);
}

/* --- the smallest world, again and again --- */

/* Events run, so that the reader can tell what an event costs. */
static uint64_t run_once(const struct scenario *scenario, uint64_t seed)
{
    struct world_options options = world_options_default();
    options.seed = seed;
    options.has_seed = true;
    struct journal *journal = journal_new();
    struct world *world = world_new(scenario, &options, journal);
    bench_mail_run(world);
    uint64_t events = world_events(world);
    world_free(world);
    journal_free(journal);
    return events;
}

void bench_first_mail(FILE *out, uint64_t mails)
{
    (void)mails;
    struct scenario *scenario = library_load_scenario("first-mail", NULL, 0);
    if (!scenario) return;
    double micros[BATCHES];
    uint64_t seed = 1, events = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        double begin = bench_now_ns();
        for (int i = 0; i < RUNS_PER_BATCH; i++)
            events += run_once(scenario, seed++);
        micros[batch] = (bench_now_ns() - begin) / 1e3 / RUNS_PER_BATCH;
    }
    bench_sort(micros, BATCHES);
    fprintf(out,
            tr("one mail in a world of its own (first-mail: submission, DNS, relay, delivery, pick-up), making the "
               "world included\n"));
    fprintf(out, tr("  %8.1f us a run  (median of %d batches of %d runs; fastest %.1f, slowest %.1f)\n"),
            micros[BATCHES / 2], BATCHES, RUNS_PER_BATCH, micros[0], micros[BATCHES - 1]);
    fprintf(out, tr("  %8.1f events a run\n"), (double)events / (BATCHES * RUNS_PER_BATCH));
    scenario_free(scenario);
}

/* --- the workloads --- */

void bench_mail(FILE *out, uint64_t mails)
{
    mails = mails ? mails : USUAL_MAILS;
    fprintf(
        out, "%s\n",
        tr("small mails in a world of 1,000 users and 10 servers, all on links of 10 Mbit/s, 10 ms, 1 % loss, to one "
           "router:\nsubmitted, resolved, relayed to another server, delivered, fetched by POP3 every minute; the "
           "users write in turn,\none mail every 60 ms of virtual time (Poisson); nobody reads the journal"));
    measure(out, bench_world_mail(mails), mails);
}

void bench_mail_link(FILE *out, uint64_t mails)
{
    mails = mails ? mails : USUAL_MAILS;
    fprintf(
        out, "%s\n",
        tr("mails of 20 kB in a star of routers: one in the middle, ten around it, at each of those 100 senders and a "
           "server;\nevery link 10 Mbit/s, 10 ms, 1 % loss; each sender submits by SMTP to one server, for a mailbox "
           "there; a tenth of\nthem each to that at their own router; a server gets a mail every 100 ms of virtual "
           "time "
           "(Poisson)"));
    measure(out, bench_world_mail_link(mails), mails);
}

void bench_five_days(FILE *out, uint64_t mails)
{
    (void)mails;
    fprintf(out, "%s\n",
            tr("five days of ten hosts: 6 users, 3 servers, a router; 1,000 mails a day to the others (Poisson), polls "
               "every\nfive minutes, 1 % loss on every link; one server is off from the second to the fourth day"));
    measure(out, bench_world_five_days(), 5000);
}

/* --- for counting instructions --- */

static void count(FILE *out, char *json, uint64_t mails)
{
    struct scenario *scenario = scenario_of(json);
    struct mail_result result = run_world(scenario);
    assert(result.tally.delivered == mails);
    fprintf(out, "mails %llu\n", (unsigned long long)mails);
    scenario_free(scenario);
}

void bench_count_mail(FILE *out, uint64_t mails)
{
    mails = mails ? mails : COUNTED_MAILS;
    count(out, bench_world_mail(mails), mails);
}

void bench_count_mail_link(FILE *out, uint64_t mails)
{
    mails = mails ? mails : COUNTED_MAILS;
    count(out, bench_world_mail_link(mails), mails);
}
