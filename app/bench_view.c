/* postroad bench view: the window without a display. A big world is run into a journal in memory, the scene is made of
   it, and then instants are sought and pictures drawn as the window does, into memory. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__ /* which the headers above define */
#include <malloc.h>
#endif

#include "app/bench.h"
#include "app/bench_view.h"
#include "app/bench_worlds.h"
#include "model/host/world.h"
#include "model/scenario/scenario.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene.h"

enum {
    USUAL_EVENTS = 10000000,
    SMALL_WORLD_EVENTS = 300000,
    LOOK_EVENTS = 1000,
    SEEKS = 200,
    FRAMES = 240,
    FEWEST_FRAMES = 10
};

static const double frames_longest_ns = 10e9;

static const int64_t frame_ns = 16666667;

struct bench_spread bench_spread_of(double *figures, size_t n)
{
    bench_sort(figures, n);
    return (struct bench_spread){figures[n / 2], figures[n - 1 - n / 100], figures[n - 1]};
}

/* What the program has of memory at this moment; 0 where the system does not say. */
static double heap_bytes(void)
{
#if defined __GLIBC__ && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 heap = mallinfo2();
    return (double)heap.uordblks + (double)heap.hblkhd;
#else
    return 0;
#endif
}

struct journal_memory *bench_view_journal(char *json, size_t events)
{
    struct scenario *scenario = scenario_parse("bench", json, strlen(json), NULL, 0, stderr);
    assert(scenario);
    struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    struct world *world = world_new(scenario, &options, journal);
    while (journal_memory_count(memory) < events && world_run(world, LOOK_EVENTS))
        continue;
    world_free(world);
    journal_free(journal);
    scenario_free(scenario);
    free(json); /* of open_memstream */
    return memory;
}

double bench_view_payload(const struct journal_memory *journal)
{
    double bytes = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        enum event_kind kind = journal_memory_kind(journal, i);
        if (kind != EVENT_STREAM_DATA && kind != EVENT_MAIL_COPY) continue;
        size_t size;
        event_bytes(journal_memory_at(journal, i), FIELD_BYTES, &size);
        bytes += (double)size;
    }
    return bytes;
}

static size_t in_flight(const struct scene *scene)
{
    const size_t *hops;
    return story_live_hops(scene_story(scene), &hops);
}

/* ---- Seeking ---- */

/* Instants anywhere, always the same ones. */
static double next_part(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void measure_seeks(FILE *out, struct scene *scene)
{
    double took_ns[SEEKS];
    uint64_t state = 1;
    int64_t end_ns = story_end_ns(scene_story(scene));
    for (size_t i = 0; i < SEEKS; i++) {
        int64_t at_ns = (int64_t)(next_part(&state) * (double)end_ns);
        double begin_ns = bench_now_ns();
        scene_seek(scene, at_ns);
        took_ns[i] = bench_now_ns() - begin_ns;
    }
    struct bench_spread seek = bench_spread_of(took_ns, SEEKS);
    fprintf(out, tr("  %8.2f ms to any instant  (median of %d; %.2f at 99 %%, %.2f at most)\n"), seek.median / 1e6,
            SEEKS, seek.p99 / 1e6, seek.most / 1e6);
    fflush(out);
}

/* ---- Drawing ---- */

static double draw_frame(struct scene *scene, void *pixels, int width, int height)
{
    double begin_ns = bench_now_ns();
    scene_advance(scene, frame_ns);
    struct canvas *canvas = canvas_new_pixels(pixels, width, height, width * 4);
    scene_draw(scene, canvas);
    canvas_free(canvas);
    return bench_now_ns() - begin_ns;
}

/* At the beginning the long links are still being filled; from a third of the run on, the instant of many at which most
   packets are in flight. */
static int64_t busiest_ns(struct scene *scene)
{
    enum { INSTANTS = 60 };
    int64_t end_ns = story_end_ns(scene_story(scene)), best_ns = end_ns / 3;
    double most = 0;
    for (int i = 0; i < INSTANTS; i++) {
        int64_t at_ns = end_ns / 3 + end_ns / 2 / INSTANTS * i;
        scene_seek(scene, at_ns);
        double now = (double)in_flight(scene);
        if (now <= most) continue;
        most = now;
        best_ns = at_ns;
    }
    return best_ns;
}

/* Plays from the busiest instant on. The first picture, for which what stands still is drawn, is not counted. */
static void measure_frames(FILE *out, struct scene *scene, int width, int height)
{
    double took_ns[FRAMES], flying = 0, fewest = 0, spent_ns = 0;
    size_t n = 0;
    void *pixels = mem_calloc((size_t)width * (size_t)height, 4);
    scene_seek(scene, busiest_ns(scene));
    if (!scene_is_playing(scene)) scene_handle(scene, &(struct input){.kind = INPUT_KEY, .key = ' '});
    double first_ns = draw_frame(scene, pixels, width, height);
    for (; n < FRAMES && (n < FEWEST_FRAMES || spent_ns < frames_longest_ns); n++) {
        spent_ns += took_ns[n] = draw_frame(scene, pixels, width, height);
        double now = (double)in_flight(scene);
        flying += now;
        if (n == 0 || now < fewest) fewest = now;
    }
    struct bench_spread frame = bench_spread_of(took_ns, n);
    fprintf(
        out,
        tr("  %8.2f ms a picture of %dx%d  (median of %zu; %.2f at 99 %%, %.2f at most; the first %.1f; %.0f packets "
           "in flight, never fewer than %.0f)\n"),
        frame.median / 1e6, width, height, n, frame.p99 / 1e6, frame.most / 1e6, first_ns / 1e6, flying / (double)n,
        fewest);
    fflush(out);
    mem_free(pixels);
}

static void measure_world(FILE *out, char *json, size_t events)
{
    double heap = heap_bytes(), begin_ns = bench_now_ns();
    struct journal_memory *journal = bench_view_journal(json, events);
    double count = (double)journal_memory_count(journal), ran_ns = bench_now_ns() - begin_ns,
           kept = heap_bytes() - heap;
    fprintf(out, tr("  %8.2f s  to run the world (%.0f events, %.1f s of virtual time)\n"), ran_ns / 1e9, count,
            (double)journal_memory_end_ns(journal) / 1e9);
    begin_ns = bench_now_ns();
    struct scene *scene = scene_new(journal, scene_options_default());
    fprintf(out, tr("  %8.2f s  to index it\n"), (bench_now_ns() - begin_ns) / 1e9);
    double payload = bench_view_payload(journal), all = heap_bytes() - heap;
    fprintf(out, tr("  %8.1f bytes an event  (%.1f the journal, %.1f the story and its pace), and %.1f of mails\n"),
            (all - payload) / count, (kept - payload) / count, (all - kept) / count, payload / count);
    fflush(out);
    measure_seeks(out, scene);
    measure_frames(out, scene, 1280, 800);
    measure_frames(out, scene, 3840, 2160);
    scene_free(scene);
    journal_memory_free(journal);
}

void bench_view(FILE *out, uint64_t events)
{
    fprintf(
        out, "%s\n",
        tr("the window, drawn into memory: a star of routers, 1,000 senders, 10 servers; every link 1 Gbit/s, 400 ms, "
           "0.1 % loss;\nmails of 100 kB by SMTP, so that thousands of packets are in flight"));
    size_t n = events ? (size_t)events : USUAL_EVENTS;
    bench_opening(out, bench_world_view(1000000), n);
    fprintf(out, "%s\n", tr("drawing it"));
    measure_world(out, bench_world_view(1000000), n);
    fprintf(out, "%s\n", tr("the same in the world of mail-link, with mails two and a half times as often"));
    measure_world(out, bench_world_view_some(1000000), SMALL_WORLD_EVENTS);
}
