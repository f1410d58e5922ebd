/* postroad live: the same world in real time, with ways in for real programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/library.h"
#include "app/live_authority.h"
#include "app/live_listen.h"
#include "app/live_poll.h"
#include "app/live_scenario.h"
#include "app/live_tun.h"
#include "app/options.h"
#include "app/recording.h"
#include "app/simulate.h"
#include "app/times.h"
#include "model/host/outside.h"
#include "model/wire/ip_address.h"
#include "sim/journal/tr.h"

enum { EVENTS_BETWEEN_LOOKS = 4096 };

struct live_options {
    const char *seed, *until, *tun, *ca;
    struct option_list sets, listen;
    struct recording_options recording;
};

struct live {
    struct scenario *scenario;
    struct live_listeners *listeners;
    struct live_tun *tun; /* NULL: none */
    struct recording *recording;
    struct world *world;
    struct live_clock clock;
    struct live_poll poll;
    int64_t flushed_ns;
};

/* --- the loop --- */

static bool goes_on(const struct live *live)
{
    return !world_has_ended(live->world) && !simulate_is_interrupted() && !ferror(stdout);
}

static void flush(struct live *live)
{
    fflush(stdout);
    if (live->clock.now_ns - live->flushed_ns < 250 * MILLISECOND) return;
    recording_flush(live->recording);
    live->flushed_ns = live->clock.now_ns;
}

static void loop(struct live *live)
{
    live_clock_start(&live->clock);
    while (goes_on(live)) {
        while (!world_advance(live->world, live->clock.now_ns, EVENTS_BETWEEN_LOOKS))
            if (!goes_on(live)) return;
        if (live->tun) live_tun_serve(live->tun, &live->poll, live->world);
        live_listeners_serve(live->listeners, &live->poll, live->world);
        flush(live);
        live_poll_clear(&live->poll);
        live_listeners_wait(live->listeners, &live->poll);
        if (live->tun) live_tun_wait(live->tun, &live->poll);
        live_clock_wait(&live->clock, &live->poll, world_next_ns(live->world));
    }
}

/* --- beginning and end --- */

/* "10.0.0.2", "2001:db8::2" or both. */
enum { ADDRESSES_TEXT_BYTES = 2 * IP_TEXT_BYTES + 2 };
static const char *addresses_text(const struct scenario_host *host, char text[ADDRESSES_TEXT_BYTES])
{
    char four[IP_TEXT_BYTES] = "", six[IP_TEXT_BYTES] = "";
    if (host->address) ip_text(ip_of_v4(host->address), four);
    if (!ip_is_none(host->address6)) ip_text(host->address6, six);
    snprintf(text, ADDRESSES_TEXT_BYTES, "%s%s%s", four, *four && *six ? ", " : "", six);
    return text;
}

static const char *ports_of(const struct scenario_host *host)
{
    switch (host->role) {
    case ROLE_MAIL_SERVER:
        return host->mail_server.tls.offers ? ": 25 587 465 110 995" : ": 25 587 110";
    case ROLE_NAME_SERVER:
    case ROLE_RESOLVER:
        return ": 53";
    case ROLE_CLIENT:
    case ROLE_ROUTER:
    case ROLE_OUTSIDE:
        break;
    }
    return NULL;
}

static void tell_host(const struct scenario_host *host)
{
    char addresses[ADDRESSES_TEXT_BYTES];
    const char *ports = ports_of(host);
    if (ports) fprintf(stderr, "  %s %s%s\n", addresses_text(host, addresses), host->name, ports);
}

static void tell_beginning(const struct live *live)
{
    char addresses[ADDRESSES_TEXT_BYTES];
    const struct scenario_host *outside = live_scenario_outside(live->scenario);
    fprintf(stderr, tr("%s, live; real programs enter at %s, %s:\n"), live->scenario->title, outside->name,
            addresses_text(outside, addresses));
    for (size_t i = 0; i < live->scenario->n_hosts; i++)
        tell_host(&live->scenario->hosts[i]);
    live_listeners_tell(live->listeners, stderr);
    if (live->tun)
        fprintf(stderr, tr("  the device %s leads to all of these addresses, and this machine's own is %s\n"),
                live_tun_name(live->tun), addresses);
    fputs(tr("ctrl-C ends it in order, a second ctrl-C at once\n"), stderr);
}

static void tell_packets(const struct live *live)
{
    const char *why;
    uint64_t n;
    if (!live->tun) return;
    live_tun_tell(live->tun, stderr);
    for (size_t i = 0; (why = outside_dropped(live->world, i, &n)) != NULL; i++)
        fprintf(stderr, tr("  not let in: %llu, %s\n"), (unsigned long long)n, why);
}

static int conclude(struct live *live, const struct live_options *options)
{
    bool is_interrupted = !world_has_ended(live->world);
    world_stop(live->world, "interrupted by the user");
    bool expected = is_interrupted || !world_failed(live->world);
    size_t n_open = live_listeners_free(live->listeners);
    live->listeners = NULL;
    if (n_open) fprintf(stderr, tr("postroad live: connections that were still open, and were reset: %zu\n"), n_open);
    tell_packets(live);
    if (live->clock.stood_ns > 0) {
        char text[VTIME_TEXT_BYTES];
        fprintf(stderr,
                tr("postroad live: this program could not keep up, and virtual time stood still for %s in all\n"),
                vtime_format_duration(live->clock.stood_ns, text));
    }
    bool good = recording_conclude(live->recording, ferror(stdout) != 0);
    if (options->recording.journal)
        fprintf(stderr, tr("to see the same run again: postroad run --replay %s\n"), options->recording.journal);
    return good && expected && !ferror(stdout) ? EXIT_DONE : EXIT_FAILED;
}

static int run_world(struct live *live, const struct live_options *options, struct world_options world)
{
    world.live = true;
    world.check_packets = options->recording.check_laws;
    world.live_text = live_listeners_text(live->listeners);
    if (live->tun) world.live_device = live_tun_name(live->tun);
    if (options->ca && !live_authority_write(options->ca)) return EXIT_FAILED;
    if (!recording_open(live->recording, live->scenario)) return EXIT_FAILED;
    simulate_catch_interrupts();
    tell_beginning(live);
    live->world = world_new(live->scenario, &world, recording_journal(live->recording));
    if (live->tun) live_tun_attach(live->tun, live->world);
    loop(live);
    int code = conclude(live, options);
    world_free(live->world);
    return code;
}

static int live_scenario(const char *word, const struct live_options *options)
{
    struct live live = {0};
    struct world_options world = world_options_default();
    int code = EXIT_USAGE;
    world.has_seed = options->seed != NULL;
    if (!number_parse("live", "--seed", options->seed, UINT64_C(1) << 53, &world.seed) ||
        !times_parse("live", "--until", options->until, &world.until_ns))
        return code;
    char *path = library_find(word);
    live.recording = recording_new(&options->recording, "SCENARIO", path);
    if (live.recording) live.scenario = live_scenario_load(word, &options->sets);
    if (live.scenario) live.listeners = live_listeners_open(&options->listen, live.scenario);
    if (live.listeners && options->tun) live.tun = live_tun_open(options->tun, live.scenario);
    if (live.listeners && (live.tun || !options->tun)) code = run_world(&live, options, world);
    live_tun_free(live.tun);
    live_listeners_free(live.listeners);
    recording_free(live.recording);
    scenario_free(live.scenario);
    live_poll_free(&live.poll);
    free(path);
    return code;
}

int command_live(int argc, char **argv)
{
    struct live_options o = {.recording = {.command = "live", .growing = true}};
    const struct option_row own[] = {
        {"listen", 0, "[ADDRESS:]PORT=HOST:PORT",
         "a port of this machine (by default of 127.0.0.1) that leads to a simulated one; may be repeated", OPTION_LIST,
         &o.listen},
        {"tun", 0, "NAME", "a TUN device of this name leads to all hosts; needs root or CAP_NET_ADMIN", OPTION_TEXT,
         &o.tun},
        {"ca", 0, "FILE", "write the certificate of the CA that has signed those of all servers, as PEM", OPTION_TEXT,
         &o.ca},
        {"seed", 0, "N", "use this seed instead of the scenario's", OPTION_TEXT, &o.seed},
        {"until", 0, "TIME", "end after this time, such as \"10 min\" or 00:10:00; otherwise at ctrl-C", OPTION_TEXT,
         &o.until},
        {"set", 0, "POINTER=VALUE", "set any value of the scenario, such as '/links/a-mail/loss=20 %'; may be repeated",
         OPTION_LIST, &o.sets},
    };
    enum { OWN = sizeof own / sizeof own[0] };
    struct option_row rows[OWN + RECORDING_OPTION_ROWS];
    memcpy(rows, own, sizeof own);
    recording_option_rows(&o.recording, rows + OWN);
    const struct option_table table = {
        .command = "live",
        .operands = "SCENARIO",
        .summary = "Runs a scenario in real time, and lets real programs reach its hosts; ctrl-C ends it.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    int code = verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (verdict == OPTIONS_GO) code = live_scenario(argv[1], &o);
    option_list_free(&o.sets);
    option_list_free(&o.listen);
    return code;
}
