/* Every small world: each of the first packets of a short connection, in both directions, is delivered, dropped,
   duplicated or delayed, in all combinations. A world is played from its start, its fates are the digits of a number in
   base 4, and a world that has fewer packets than digits stands for all that differ only behind them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sim/journal/vtime.h"
#include "tests/model/tcp/two_ends.h"

enum { PACKETS_MAX = 16, STEPS_MAX = 5000 };

struct world_kind {
    const char *name;
    unsigned depth; /* packets whose fate is tried */
    void (*change)(struct two_ends_settings *s);
};

struct path {
    enum fate fates[PACKETS_MAX];
    unsigned depth, used;
};

static enum fate next_fate(void *context, int to, const struct tcp_segment *segment)
{
    struct path *path = context;
    (void)to;
    (void)segment;
    return path->used < path->depth ? path->fates[path->used++] : FATE_DELIVER;
}

static const char *path_text(const struct path *path, char text[PACKETS_MAX + 1])
{
    for (unsigned i = 0; i < path->used; i++)
        text[i] = ".x2~"[path->fates[i]];
    text[path->used] = '\0';
    return text;
}

/* Plays one world; NULL or the law it breaks. */
static const char *play(const struct two_ends_settings *s, struct path *path, char *message, size_t size)
{
    path->used = 0;
    struct two_ends *w = two_ends_new(s, next_fate, path);
    int steps = 0;
    while (steps < STEPS_MAX && two_ends_step(w))
        steps++;
    if (steps < STEPS_MAX) two_ends_judge_end(w);
    const char *broken = steps < STEPS_MAX ? two_ends_broken(w) : "T9: it does not end";
    if (broken) snprintf(message, size, "%s", broken);
    two_ends_free(w);
    return broken ? message : NULL;
}

/* The next world, with the last fate that was used one further; false when there is none. */
static bool next_path(struct path *path)
{
    unsigned n = path->used;
    while (n > 0 && path->fates[n - 1] == FATE_DELAY)
        n--;
    if (n == 0) return false;
    path->fates[n - 1]++;
    for (unsigned i = n; i < path->depth; i++)
        path->fates[i] = FATE_DELIVER;
    return true;
}

static void try_all(const struct world_kind *kind)
{
    struct two_ends_settings s = two_ends_settings_default();
    if (kind->change) kind->change(&s);
    struct path path = {.depth = kind->depth};
    char message[400], text[PACKETS_MAX + 1];
    size_t worlds = 0;
    do {
        const char *broken = play(&s, &path, message, sizeof message);
        worlds++;
        cr_assert(!broken, "%s, %s: %s", kind->name, path_text(&path, text), broken);
    } while (next_path(&path));
    cr_log_info("%s: %zu worlds\n", kind->name, worlds);
}

static void stop_and_wait(struct two_ends_settings *s)
{
    s->config[0].flavour = s->config[1].flavour = TCP_FLAVOUR_STOP_AND_WAIT;
}

static void simultaneous_open(struct two_ends_settings *s)
{
    s->simultaneous = true;
}

/* So late that timers run out meanwhile: every delay brings a needless retransmission. */
static void long_delays(struct two_ends_settings *s)
{
    s->late_ns = 1500 * MILLISECOND;
}

static void closing_windows(struct two_ends_settings *s)
{
    s->config[1].receive_buffer = 150;
    s->slow_reader[1] = true;
    s->to_write[0] = 320;
    s->to_write[1] = 0;
}

static void nothing_to_say(struct two_ends_settings *s)
{
    s->to_write[0] = s->to_write[1] = 0;
    s->late_ns = 700 * MILLISECOND;
}

/* Both talk at length, so that fast retransmit and recovery are within reach. */
static void long_flight(struct two_ends_settings *s)
{
    s->to_write[0] = 900;
    s->to_write[1] = 0;
    s->config[1].delayed_ack_ns = 0;
}

static const struct world_kind kinds[] = {
    {"reno", 9, NULL},
    {"reno, long delays", 8, long_delays},
    {"reno, a long flight", 9, long_flight},
    {"stop-and-wait", 8, stop_and_wait},
    {"both open at once", 9, simultaneous_open},
    {"windows that close", 8, closing_windows},
    {"no text", 9, nothing_to_say},
};

Test(tcp_small_worlds, whatever_befalls_the_first_packets_all_laws_hold_and_both_ends_close, .timeout = 300)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        try_all(&kinds[i]);
}
