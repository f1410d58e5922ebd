/* The scenario of a live world: see live_scenario.h. What is added is written into the effective scenario like any
   other value from the command line, so that the journal holds it. */
#include "app/live_scenario.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/library.h"
#include "app/recording.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { NAME_BYTES = 32, VALUE_BYTES = 640, MOST_ADDITIONS = 3 };

static const struct scenario_host *first_with_role(const struct scenario *scenario, enum host_role role)
{
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (scenario->hosts[i].role == role) return &scenario->hosts[i];
    return NULL;
}

const struct scenario_host *live_scenario_outside(const struct scenario *scenario)
{
    return first_with_role(scenario, ROLE_OUTSIDE);
}

static bool is_taken(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (strcmp(scenario->hosts[i].name, name) == 0) return true;
    for (size_t i = 0; i < scenario->n_links; i++)
        if (strcmp(scenario->links[i].name, name) == 0) return true;
    return false;
}

/* "outside", "outside-2", ...: the name of the host and of its link. */
static void choose_name(const struct scenario *scenario, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "outside");
    for (unsigned n = 2; is_taken(scenario, name); n++)
        snprintf(name, NAME_BYTES, "outside-%u", n);
}

/* What a live world needs and the file does not say. */
struct additions {
    struct scenario_override items[MOST_ADDITIONS];
    size_t n;
    char host_pointer[NAME_BYTES + 16], link_pointer[NAME_BYTES + 16], link[VALUE_BYTES], starts[32];
};

static bool add_outside(struct additions *a, const struct scenario *scenario, const char *path)
{
    char name[NAME_BYTES];
    const struct scenario_host *router = first_with_role(scenario, ROLE_ROUTER);
    if (live_scenario_outside(scenario)) return true;
    if (!router) {
        fprintf(stderr,
                tr("postroad live: %s: there is no router at which real programs could enter\n"
                   "  hint: add a host with \"outside\": {}, and a link to it\n"),
                path);
        return false;
    }
    choose_name(scenario, name);
    snprintf(a->host_pointer, sizeof a->host_pointer, "/hosts/%s", name);
    snprintf(a->link_pointer, sizeof a->link_pointer, "/links/%s", name);
    snprintf(a->link, sizeof a->link,
             "{\"between\": [\"%s\", \"%.255s\"], \"rate\": \"1 Gbit/s\", \"delay\": \"1 ms\"}", name, router->name);
    a->items[a->n++] = (struct scenario_override){a->host_pointer, "{\"outside\": {}}"};
    a->items[a->n++] = (struct scenario_override){a->link_pointer, a->link};
    return true;
}

static void add_starts(struct additions *a, const struct scenario *scenario)
{
    if (strstr(scenario->json, "\"starts\":")) return;
    time_t now = time(NULL);
    struct tm utc;
    strftime(a->starts, sizeof a->starts, "\"%Y-%m-%dT%H:%M:%SZ\"", gmtime_r(&now, &utc));
    a->items[a->n++] = (struct scenario_override){"/starts", a->starts};
}

/* Reads the effective scenario once more, with the additions and with what is set of them. */
static struct scenario *complete(const struct scenario *scenario, const char *path,
                                 const struct scenario_override *late, size_t n_late)
{
    struct additions additions = {.n = 0};
    if (!add_outside(&additions, scenario, path)) return NULL;
    add_starts(&additions, scenario);
    struct scenario_override *all = mem_calloc(additions.n + n_late + 1, sizeof *all);
    for (size_t i = 0; i < additions.n + n_late; i++)
        all[i] = i < additions.n ? additions.items[i] : late[i - additions.n];
    struct scenario *whole =
        scenario_parse(path, scenario->json, strlen(scenario->json), all, additions.n + n_late, stderr);
    mem_free(all);
    return whole;
}

/* May be about what is only added here: "/links/outside/loss". */
static bool is_about_outside(const struct scenario_override *override)
{
    return strncmp(override->pointer, "/hosts/outside/", 15) == 0 ||
           strncmp(override->pointer, "/links/outside/", 15) == 0;
}

/* Those that are about something else first; returns how many these are. */
static size_t sort_overrides(struct scenario_override *overrides, size_t n)
{
    size_t n_early = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_about_outside(&overrides[i])) continue;
        struct scenario_override early = overrides[i];
        for (size_t k = i; k > n_early; k--)
            overrides[k] = overrides[k - 1];
        overrides[n_early++] = early;
    }
    return n_early;
}

struct scenario *live_scenario_load(const char *word, const struct option_list *sets)
{
    struct scenario_override *overrides = overrides_new("live", sets);
    if (!overrides) return NULL;
    size_t n_early = sort_overrides(overrides, sets->n);
    struct scenario *scenario = library_load_scenario(word, overrides, n_early), *whole = NULL;
    if (scenario) whole = complete(scenario, word, overrides + n_early, sets->n - n_early);
    scenario_free(scenario);
    overrides_free(overrides, sets->n);
    return whole;
}
