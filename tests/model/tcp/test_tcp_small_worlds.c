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

static void set_flavour(struct two_ends_settings *s, enum tcp_flavour flavour)
{
    for (int i = 0; i < 2; i++)
        tcp_config_set_flavour(&s->config[i], flavour);
}

static void go_back_n(struct two_ends_settings *s)
{
    set_flavour(s, TCP_FLAVOUR_GO_BACK_N);
    s->config[0].initial_window_segments = 2;
}

static void tahoe(struct two_ends_settings *s)
{
    long_flight(s);
    set_flavour(s, TCP_FLAVOUR_TAHOE);
}

static void reno(struct two_ends_settings *s)
{
    long_flight(s);
    set_flavour(s, TCP_FLAVOUR_RENO);
}

static void sack(struct two_ends_settings *s)
{
    set_flavour(s, TCP_FLAVOUR_SACK);
}

static void sack_long_flight(struct two_ends_settings *s)
{
    long_flight(s);
    set_flavour(s, TCP_FLAVOUR_SACK);
}

/* With every option, RACK-TLP and all. */
static void cubic(struct two_ends_settings *s)
{
    set_flavour(s, TCP_FLAVOUR_CUBIC);
}

static void cubic_long_flight(struct two_ends_settings *s)
{
    long_flight(s);
    set_flavour(s, TCP_FLAVOUR_CUBIC);
}

static void cubic_long_delays(struct two_ends_settings *s)
{
    cubic(s);
    s->late_ns = 1500 * MILLISECOND;
}

static void cubic_like_linux(struct two_ends_settings *s)
{
    cubic(s);
    for (int i = 0; i < 2; i++) {
        int64_t r2_ns = s->config[i].data_r2_ns, msl_ns = s->config[i].msl_ns;
        tcp_config_set_linux(&s->config[i]);
        s->config[i].data_r2_ns = s->config[i].syn_r2_ns = s->config[i].syn_answer_r2_ns = r2_ns;
        s->config[i].msl_ns = msl_ns;
    }
    s->late_ns = 400 * MILLISECOND;
}

/* Each end wants what the other does not. */
static void at_odds(struct two_ends_settings *s)
{
    tcp_config_set_flavour(&s->config[0], TCP_FLAVOUR_CUBIC);
    s->config[0].receive_buffer = 1000000;
    tcp_config_set_flavour(&s->config[1], TCP_FLAVOUR_NEWRENO);
}

static const struct world_kind kinds[] = {
    {"newreno", 9, NULL},
    {"newreno, long delays", 8, long_delays},
    {"newreno, a long flight", 8, long_flight},
    {"stop-and-wait", 8, stop_and_wait},
    {"both open at once", 8, simultaneous_open},
    {"windows that close", 7, closing_windows},
    {"no text", 8, nothing_to_say},
    {"go-back-n", 7, go_back_n},
    {"tahoe", 7, tahoe},
    {"reno", 7, reno},
    {"sack", 8, sack},
    {"sack, a long flight", 8, sack_long_flight},
    {"cubic", 8, cubic},
    {"cubic, a long flight", 8, cubic_long_flight},
    {"cubic, long delays", 8, cubic_long_delays},
    {"cubic, like linux", 8, cubic_like_linux},
    {"ends at odds", 8, at_odds},
};

Test(tcp_small_worlds, whatever_befalls_the_first_packets_all_laws_hold_and_both_ends_close, .timeout = 300)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        try_all(&kinds[i]);
}
