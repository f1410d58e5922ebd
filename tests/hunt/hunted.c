/* Runs one world, with the law checker and a reader that counts beside it. */
#include "tests/hunt/hunted.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/host/world.h"
#include "tests/hunt/fault_kinds.h"
#include "tests/hunt/pipes.h"
#include "viz/readers/laws.h"
#include "viz/story/tables.h"

/* A world with a handful of mails has some ten thousand events. A loop that is not seen may make mails larger and
   larger long before it has made so many. */
static const uint64_t most_events = 5000000;
enum { EVENTS_AT_ONCE = 1000 };
static const size_t most_memory = (size_t)1 << 30;

/* Then nothing new comes. */
static const size_t enough_breaches = 40;

struct watcher {
    struct hunted *hunted;
    const uint32_t *places;
    unsigned first_host; /* number of the first host of the scenario */
    uint32_t is_link_of_file;
    signed char link_index[64];
    struct index_map pairs; /* hash of (message, recipient) -> 1: has ended */
    char why[80];
};

static uint64_t pair_key(int64_t message, const char *recipient, size_t length)
{
    uint64_t key = (uint64_t)message * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (size_t i = 0; i < length; i++)
        key = (key ^ (unsigned char)recipient[i]) * UINT64_C(0x100000001b3);
    return key ^ key >> 29;
}

static void on_compose(struct watcher *w, const struct event *e)
{
    for (const char *to = event_text(e, FIELD_TO); *to;) {
        size_t length = strcspn(to, ",");
        index_map_put(&w->pairs, pair_key(event_int(e, FIELD_MESSAGE), to, length), 0);
        w->hunted->mails++;
        to += length;
        to += strspn(to, ", ");
    }
}

static void on_state(struct watcher *w, const struct event *e)
{
    static const char ends[] = "|delivered|picked up|bounced|discarded|expanded|";
    char word[40];
    snprintf(word, sizeof word, "|%s|", event_text(e, FIELD_TO));
    if (!strstr(ends, word)) return;
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    uint64_t key = pair_key(event_int(e, FIELD_MESSAGE), recipient, strlen(recipient));
    if (index_map_get(&w->pairs, key) != 0) return;
    index_map_put(&w->pairs, key, 1);
    w->hunted->mails_ended++;
}

static bool has_word(const struct event *e, const char *word)
{
    if (word[0] == '\0') return true;
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (field_type(fields[i]) == TYPE_TEXT && strstr(event_text(e, fields[i]), word)) return true;
    return false;
}

static bool is_place(const struct watcher *w, const struct event *e, size_t kind)
{
    enum fault_way way = fault_kinds[kind].way;
    if (fault_kinds[kind].needs & ANYWHERE) return true;
    if (way == BY_LINK || way == BY_SET) {
        int64_t link = event_has(e->kind, FIELD_LINK) ? event_int(e, FIELD_LINK) : 0;
        if (!link) return true; /* a packet's event says of no link */
        return link < 64 && w->link_index[link] >= 0 && w->places[kind] >> w->link_index[link] & 1;
    }
    if (way != BY_SERVER && way != BY_HOST) return true;
    int64_t host = event_has(e->kind, FIELD_HOST) ? event_int(e, FIELD_HOST) : 0;
    return host > 0 && host <= 32 && w->places[kind] >> (host - 1) & 1;
}

static void note_faults(struct watcher *w, const struct event *e)
{
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (!w->hunted->fired[i] && fault_kinds[i].kind == e->kind && is_place(w, e, i) &&
            has_word(e, fault_kinds[i].word))
            w->hunted->fired[i] = true;
}

static void on_event(void *context, const struct event *e)
{
    struct watcher *w = context;
    if (e->kind == EVENT_LINK_ADD && event_int(e, FIELD_LINK) < 64) {
        const char *name = event_text(e, FIELD_NAME);
        bool is_ours = name[0] == 'l' && name[1] >= '0' && name[1] <= '9';
        w->link_index[event_int(e, FIELD_LINK)] = (signed char)(is_ours ? atoi(name + 1) : -1);
    }
    if (e->kind == EVENT_MAIL_COMPOSE) on_compose(w, e);
    if (e->kind == EVENT_MAIL_STATE) on_state(w, e);
    if (e->kind == EVENT_RUN_END) snprintf(w->why, sizeof w->why, "%s", event_text(e, FIELD_WHY));
    if (e->kind == EVENT_EXPECTATION || e->at_ns == 0) return;
    note_faults(w, e);
}

/* A breach begins with the name of its law. */
static void note_law(struct hunted *hunted, const char *breach)
{
    char padded[sizeof hunted->laws + 2], word[24];
    int length = (int)strcspn(breach, " :");
    size_t used = strlen(hunted->laws);
    snprintf(padded, sizeof padded, " %s ", hunted->laws);
    snprintf(word, sizeof word, " %.*s ", length, breach);
    if (strstr(padded, word) || used + (size_t)length + 2 > sizeof hunted->laws) return;
    snprintf(hunted->laws + used, sizeof hunted->laws - used, "%s%.*s", used ? " " : "", length, breach);
}

/* What is true from the first instant on counts as fired when it is told later, too; but for values set at 0 s. */
static void run(struct hunted *hunted, const struct scenario *scenario, const uint32_t *places, bool check_packets)
{
    struct watcher watcher = {.hunted = hunted, .places = places};
    struct laws *laws = laws_new();
    struct journal *journal = journal_new();
    journal_add_reader(journal, laws_reader(laws, true));
    journal_add_reader(journal,
                       (struct journal_reader){.mask = event_mask_all(), .on_event = on_event, .context = &watcher});
    struct world_options options = world_options_default();
    options.check_packets = check_packets;
    struct world *world = world_new(scenario, &options, journal);
    bool goes_on = true;
    while (goes_on && world_events(world) < most_events && laws_breaches(laws) < enough_breaches &&
           mallinfo2().uordblks < most_memory)
        goes_on = world_run(world, EVENTS_AT_ONCE);
    hunted->events = world_events(world);
    hunted->n_broken = laws_finish(laws);
    hunted->tally = *laws_tally_of(laws);
    if (hunted->n_broken) snprintf(hunted->first, sizeof hunted->first, "%s", laws_breach(laws, 0));
    for (size_t i = 0; i < laws_breaches(laws); i++)
        note_law(hunted, laws_breach(laws, i));
    if (laws_breaches(laws) < enough_breaches &&
        strcmp(watcher.why, "all is done") != 0) { /* M9: healed, and yet not over */
        note_law(hunted, "M9");
        if (!hunted->n_broken++)
            snprintf(hunted->first, sizeof hunted->first, "M9 at the end: %s",
                     watcher.why[0] ? watcher.why : "the world goes on and on");
    }
    world_free(world);
    journal_free(journal);
    laws_free(laws);
    index_map_free(&watcher.pairs);
}

struct hunted hunt_world(const cJSON *json, const uint32_t *places, bool check_packets)
{
    struct hunted hunted = {0};
    char *text = cJSON_PrintUnformatted(json);
    static FILE *nowhere;
    if (!nowhere) nowhere = fopen("/dev/null", "w");
    struct scenario *scenario = scenario_parse("world", text, strlen(text), NULL, 0, nowhere);
    hunted.loaded = scenario != NULL;
    if (scenario) run(&hunted, scenario, places, check_packets);
    scenario_free(scenario);
    free(text);
    return hunted;
}

static struct hunted told_by(int from, pid_t child)
{
    struct hunted hunted = {0};
    bool whole = pipe_take(from, &hunted, sizeof hunted);
    int status = 0;
    close(from);
    waitpid(child, &status, 0);
    if (whole && status == 0) return hunted;
    hunted = (struct hunted){.loaded = true, .n_broken = 1};
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(hunted.first, sizeof hunted.first, "HANG: no end in time");
    else
        snprintf(hunted.first, sizeof hunted.first, "CRASH: status %d", status);
    return hunted;
}

struct hunted hunt_world_apart(const cJSON *json, const uint32_t *places, bool check_packets, unsigned longest_s)
{
    int ends[2];
    pid_t child;
    if (pipe(ends) < 0 || (child = fork()) < 0) {
        perror("hunt");
        exit(2);
    }
    if (child > 0) {
        close(ends[1]);
        return told_by(ends[0], child);
    }
    alarm(longest_s);
    struct hunted hunted = hunt_world(json, places, check_packets);
    _exit(pipe_send(ends[1], &hunted, sizeof hunted) ? 0 : 3);
}
