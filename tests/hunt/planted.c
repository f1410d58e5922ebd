/* Hunts for one planted bug (bugs/README.md): in how many random worlds must one look until the laws that it breaks
   have seen it?

   planted FIRST_SEED COUNT LAW...: says in which world each of these laws was broken for the first time, and on stderr
   what other laws were; ends with 0 when all were, with 1 when one of them was not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: planted FIRST_SEED COUNT LAW...\n");
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
    hunt_seeds(&order);
    return search.n_wanted > 0;
}
