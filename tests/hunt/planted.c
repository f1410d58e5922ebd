/* Hunts for one planted bug (bugs/README.md): in how many random worlds must one look until the laws that it breaks
   have seen it?

   planted [-w FAULT] FIRST_SEED COUNT LAW...: says in which world each of these laws was broken for the first time, and
   on stderr what other laws were; ends with 0 when all were, with 1 when one of them was not. -w: of the worlds only
   those that are made for this fault of fault_kinds.c, every so manieth; FIRST_SEED and COUNT are of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hunt/fault_kinds.h"
#include "tests/hunt/workers.h"

enum { MOST_HANGS = 2 };

static volatile sig_atomic_t stop;

struct search {
    char **wanted; /* those that were seen stand behind the others */
    int n_wanted;
    unsigned hangs;
    char told[4096]; /* each set of laws once */
};

static bool has_law(const struct hunted *hunted, const char *law)
{
    char padded[sizeof hunted->laws + 2], word[24];
    snprintf(padded, sizeof padded, " %s ", hunted->laws);
    snprintf(word, sizeof word, " %s ", law);
    return strstr(padded, word) != NULL;
}

static void look(struct search *search, const struct hunted *hunted, uint64_t seed)
{
    for (int i = search->n_wanted - 1; i >= 0; i--) {
        char *law = search->wanted[i];
        if (!has_law(hunted, law)) continue;
        printf("%s in world %llu\n", law, (unsigned long long)seed);
        search->wanted[i] = search->wanted[--search->n_wanted];
        search->wanted[search->n_wanted] = law;
    }
}

static void tell_others(struct search *search, const struct hunted *hunted, uint64_t seed)
{
    char words[sizeof hunted->laws + 4];
    snprintf(words, sizeof words, "[%s]", hunted->laws);
    if (strstr(search->told, words) || strlen(search->told) + strlen(words) >= sizeof search->told) return;
    strcat(search->told, words);
    fprintf(stderr, "world %llu breaks %s: %s\n", (unsigned long long)seed, hunted->laws, hunted->first);
}

static void on_hunted(void *context, const struct hunted_seed *world)
{
    struct search *search = context;
    if (!world->hunted.n_broken || stop) return;
    tell_others(search, &world->hunted, world->seed);
    look(search, &world->hunted, world->seed);
    search->hangs += strncmp(world->hunted.laws, "HANG", 4) == 0;
    stop = search->n_wanted == 0 || search->hangs == MOST_HANGS;
}

static void on_tick(void *context)
{
    (void)context;
}

/* Each in its turn: their seeds are as far from one another as there are faults (random_world.h). */
static void hunt_made_for(const char *fault, const struct hunt_order *order)
{
    size_t kind = 0;
    while (kind < n_fault_kinds && strcmp(fault_kinds[kind].name, fault) != 0)
        kind++;
    if (kind == n_fault_kinds) {
        fprintf(stderr, "planted: there is no fault \"%s\"\n", fault);
        exit(2);
    }
    for (uint64_t i = 0; i < order->count && !stop; i++) {
        struct hunt_order one = *order;
        one.first = (order->first + i) * n_fault_kinds + kind;
        one.count = 1;
        hunt_seeds(&one);
    }
}

int main(int argc, char **argv)
{
    const char *fault = NULL;
    if (argc > 3 && strcmp(argv[1], "-w") == 0) {
        fault = argv[2];
        argv += 2;
        argc -= 2;
    }
    if (argc < 4) {
        fprintf(stderr, "usage: planted [-w FAULT] FIRST_SEED COUNT LAW...\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct search search = {.wanted = argv + 3, .n_wanted = argc - 3};
    struct hunt_order order = {.first = strtoull(argv[1], NULL, 10),
                               .count = strtoull(argv[2], NULL, 10),
                               .jobs = 1, /* so that the first world is the first */
                               .longest_s = 3600,
                               .stop = &stop,
                               .on_hunted = on_hunted,
                               .on_tick = on_tick,
                               .context = &search};
    if (fault)
        hunt_made_for(fault, &order);
    else
        hunt_seeds(&order);
    return search.n_wanted > 0;
}
