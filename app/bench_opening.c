/* postroad bench view, first part: a long journal is opened as `postroad view` opens it. Another process makes the
   journal, so that of this one's memory nothing is left over from that; a third opens a window on it that nobody sees.
   Times are those of the clock on the wall, since two threads are at work; but of a picture that of the processor
   for the thread that draws, and of giving up that of both. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/bench.h"
#include "app/bench_view.h"
#include "app/opening.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene.h"

enum {
    WIDTH = 1280,
    HEIGHT = 800,
    FRAME_US = 16667,
    FRAMES_AFTERWARDS = 30,
    OPENING_FRAMES = 10000,
    CLOSINGS = 12,
    PATH_BYTES = 4096
};

struct made {
    double events, payload_bytes; /* what the events say, and the bytes of mails among it */
};

static double clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double wall_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* What the system gives this process of memory at this moment; 0 where it does not say. */
static double resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return 0;
    if (fscanf(f, "%*u %llu", &pages) != 1) pages = 0;
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* ---- The journal ---- */

static bool write_journal(const struct journal_memory *memory, const char *path)
{
    char error[JOURNAL_ERROR_BYTES];
    struct journal_writer *writer = journal_writer_open(path, false, error);
    if (!writer) return false;
    struct journal_reader reader = journal_writer_reader(writer, event_mask_all());
    for (size_t i = 0; i < journal_memory_count(memory); i++)
        reader.on_event(reader.context, journal_memory_at(memory, i));
    return journal_writer_close(writer, error);
}

static void make_journal(const char *path, char *json, size_t events, int answer)
{
    struct journal_memory *memory = bench_view_journal(json, events);
    struct made made = {(double)journal_memory_count(memory), bench_view_payload(memory)};
    bool good = write_journal(memory, path) && write(answer, &made, sizeof made) == sizeof made;
    _exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool journal_made_elsewhere(const char *path, char *json, size_t events, struct made *made)
{
    int ends[2];
    if (pipe(ends) != 0) return false;
    pid_t pid = fork();
    if (pid == 0) make_journal(path, json, events, ends[1]);
    close(ends[1]);
    bool good = pid > 0 && read(ends[0], made, sizeof *made) == sizeof *made;
    close(ends[0]);
    if (pid > 0) waitpid(pid, NULL, 0);
    return good;
}

/* ---- The command itself, with a window that nobody sees ---- */

/* Its messages, of which `--times` makes the first when the first picture is there. */
static pid_t begin_view(const char *path, FILE **said)
{
    int ends[2];
    if (pipe(ends) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        setenv("SDL_VIDEODRIVER", "dummy", 1);
        setenv("SDL_RENDER_DRIVER", "software", 1);
        execl("/proc/self/exe", "postroad", "view", "--times", path, (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    close(ends[1]);
    *said = fdopen(ends[0], "r");
    return pid;
}

static void measure_view(FILE *out, const char *path)
{
    char line[512];
    FILE *said = NULL;
    double begin_ns = wall_ns(), picture_ns = 0, whole_ns = 0;
    pid_t pid = begin_view(path, &said);
    if (pid < 0 || !said) return;
    if (fgets(line, sizeof line, said)) picture_ns = wall_ns() - begin_ns;
    if (fgets(line, sizeof line, said)) whole_ns = wall_ns() - begin_ns;
    begin_ns = wall_ns();
    kill(pid, SIGTERM);
    while (fgets(line, sizeof line, said))
        continue;
    waitpid(pid, NULL, 0);
    double closed_ns = wall_ns() - begin_ns;
    fclose(said);
    if (whole_ns > 0)
        fprintf(out,
                tr("  %8.2f s  from the command to the first picture, %.2f until all is known; %.2f to close it "
                   "then\n"),
                picture_ns / 1e9, whole_ns / 1e9, closed_ns / 1e9);
    fflush(out);
}

/* ---- What the window does meanwhile ---- */

/* Somebody drags through all that is known, to and fro. */
struct dragging {
    struct opening *opening;
    struct scene *scene;
    void *pixels;
    size_t frames, swaps, n_opening;
    double begin_ns, first_ns, longest_ns, longest_swap_ns;
    double opening_ns[OPENING_FRAMES]; /* of each picture while more is still being read and indexed */
    double longest_wall_ns;            /* of these, on the clock on the wall, with the other thread at work */
    double most_bytes;
};

static void take_news(struct dragging *d, struct loading_news *news)
{
    struct scene_options options = scene_options_default();
    if (!news->index) return;
    if (d->scene)
        opening_give_back(d->opening, scene_take_index(d->scene, news->index)), d->swaps++;
    else
        d->scene = scene_new_indexed(news->index, options);
}

static void drag(struct dragging *d)
{
    int64_t end_ns = story_end_ns(scene_story(d->scene));
    scene_seek(d->scene, (int64_t)((double)end_ns * (0.5 + 0.5 * sin((double)d->frames++ * 0.05))));
    struct canvas *canvas = canvas_new_pixels(d->pixels, WIDTH, HEIGHT, WIDTH * 4);
    scene_draw(d->scene, canvas);
    canvas_free(canvas);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void note_opening(struct dragging *d, double took_ns, double wall_took_ns)
{
    if (d->n_opening < OPENING_FRAMES) d->opening_ns[d->n_opening++] = took_ns;
    d->longest_wall_ns = larger(d->longest_wall_ns, wall_took_ns);
}

static enum loading_state look_and_drag(struct dragging *d)
{
    double begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID), begin_wall_ns = wall_ns();
    struct loading_news news = {.index = NULL};
    const struct scene_wish wish = d->scene ? scene_wish(d->scene) : (struct scene_wish){.unit = 0};
    enum loading_state state = opening_poll(d->opening, d->scene ? &wish : NULL, &news);
    bool swaps = d->scene && news.index;
    take_news(d, &news);
    if (!d->scene) return state;
    scene_set_loading(d->scene, state == LOADING_GOES_ON ? &news.progress : NULL);
    drag(d);
    double took_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_ns;
    if (d->frames == 1)
        d->first_ns = took_ns;
    else if (swaps)
        d->longest_swap_ns = larger(d->longest_swap_ns, took_ns);
    else
        d->longest_ns = larger(d->longest_ns, took_ns);
    if (state == LOADING_GOES_ON) note_opening(d, took_ns, wall_ns() - begin_wall_ns);
    return state;
}

static void rest(void)
{
    nanosleep(&(struct timespec){0, FRAME_US * 1000}, NULL);
}

static void drag_until_all_is_known(struct dragging *d)
{
    for (size_t after = 0; after < FRAMES_AFTERWARDS;) {
        enum loading_state state = look_and_drag(d);
        if (state == LOADING_FAILED) return;
        after += state == LOADING_DONE;
        d->most_bytes = larger(d->most_bytes, resident_bytes());
        rest();
    }
}

static void tell_pictures(FILE *out, struct dragging *d)
{
    struct bench_spread opening = {0, 0, 0};
    if (d->n_opening) opening = bench_spread_of(d->opening_ns, d->n_opening);
    fprintf(out,
            tr("  %8.2f ms the longest picture of %dx%d while the index is being built, dragging (of %zu; median %.2f, "
               "%.2f at 99 %%; %.1f the longest on the clock on the wall)\n"),
            opening.most / 1e6, WIDTH, HEIGHT, d->n_opening, opening.median / 1e6, opening.p99 / 1e6,
            d->longest_wall_ns / 1e6);
    fprintf(out, tr("  %8.2f ms the longest at which more is taken in (of %zu; of all others %.2f, the first %.2f)\n"),
            d->longest_swap_ns / 1e6, d->swaps, d->longest_ns / 1e6, d->first_ns / 1e6);
}

static double measure_dragging(FILE *out, const char *path, const struct made *made)
{
    double before = resident_bytes();
    static struct dragging d;
    d = (struct dragging){.pixels = mem_calloc((size_t)WIDTH * HEIGHT, 4), .begin_ns = wall_ns()};
    d.opening = opening_begin(path);
    drag_until_all_is_known(&d);
    double took_ns = wall_ns() - d.begin_ns, kept = resident_bytes() - before, most = d.most_bytes - before;
    fprintf(out,
            tr("  %8.1f bytes an event at most while it is opened, %.1f once all is known (of the system's memory, "
               "without %.1f of mails)\n"),
            (most - made->payload_bytes) / made->events, (kept - made->payload_bytes) / made->events,
            made->payload_bytes / made->events);
    tell_pictures(out, &d);
    fflush(out);
    scene_free(d.scene);
    opening_end(d.opening);
    mem_free(d.pixels);
    return took_ns;
}

/* ---- Giving up ---- */

static void measure_closing(FILE *out, const char *path, double all_ns)
{
    double longest_ns = 0;
    for (int i = 1; i <= CLOSINGS; i++) {
        double wait_ns = all_ns * i / (CLOSINGS + 1);
        struct opening *opening = opening_begin(path);
        nanosleep(&(struct timespec){(time_t)(wait_ns / 1e9), (long)fmod(wait_ns, 1e9)}, NULL);
        double begin_ns = bench_now_ns();
        opening_end(opening);
        longest_ns = larger(longest_ns, bench_now_ns() - begin_ns);
    }
    fprintf(out, tr("  %8.2f ms to give it up in the midst of it, at most (of %d instants)\n"), longest_ns / 1e6,
            CLOSINGS);
    fflush(out);
}

void bench_opening(FILE *out, char *json, size_t events)
{
    char path[PATH_BYTES];
    struct made made;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/postroad-bench-XXXXXX", folder && *folder ? folder : "/tmp");
    int file = mkstemp(path);
    if (file < 0) return;
    close(file);
    if (journal_made_elsewhere(path, json, events, &made)) {
        fprintf(out, tr("opening a journal of %.0f events of it, as the window does\n"), made.events);
        fflush(out);
        measure_view(out, path);
        measure_closing(out, path, measure_dragging(out, path, &made));
    }
    unlink(path);
    free(json); /* of open_memstream */
}
