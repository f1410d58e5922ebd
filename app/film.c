/* Frames through a pipe to ffmpeg: see film.h. */
#include "app/film.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/output.h"
#include "app/program.h"
#include "app/simulate.h"
#include "app/times.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/text_buffer.h"

enum { LONGEST_FILM_S = 1800, PALETTE_FRAMES = 40, WORD_BYTES = 32, WORDS = 40 };

/* ---- What is wanted ---- */

/* A decimal number; NULL leaves it as it is. */
static bool read_number(const char *command, const char *option, const char *text, double least, double most,
                        double *into)
{
    if (!text) return true;
    char *end;
    double number = strtod(text, &end);
    bool plain = !text[strspn(text, "0123456789.")] && *text;
    if (plain && !*end && number >= least && number <= most) {
        *into = number;
        return true;
    }
    fprintf(stderr, tr("postroad %s: %s: \"%s\" is not a number between %g and %g\n"), command, option, text, least,
            most);
    return false;
}

static bool read_pace(const char *command, const char *text, enum pace_mode *pace)
{
    static const char *const names[] = {[PACE_STORY] = "story", [PACE_STEADY] = "steady", [PACE_EVENT] = "event"};
    for (enum pace_mode mode = PACE_STORY; text && mode <= PACE_EVENT; mode++)
        if (!strcmp(text, names[mode])) {
            *pace = mode;
            return true;
        }
    if (text) fprintf(stderr, tr("postroad %s: --pace: \"%s\" is not story, steady or event\n"), command, text);
    return !text;
}

bool film_settings_read(const char *command, const struct film_words *words, struct film_settings *settings)
{
    if (!times_parse(command, "--from", words->from, &settings->from_ns) ||
        !times_parse(command, "--to", words->to, &settings->to_ns) ||
        !read_number(command, "--fps", words->fps, 1, 60, &settings->fps) ||
        !read_number(command, "--speed", words->speed, 0.01, 1000, &settings->speed) ||
        !read_pace(command, words->pace, &settings->pace))
        return false;
    if (settings->from_ns < settings->to_ns) return true;
    fprintf(stderr, tr("postroad %s: --from is not before --to\n"), command);
    return false;
}

/* ---- Making ---- */

struct making {
    struct film *film;
    const struct film_settings *settings;
    const char *path;
    size_t n_frames, told;
};

/* A line on a terminal, and now and then a line elsewhere. */
static void tell_progress(struct making *m, size_t frame)
{
    size_t tenth = frame * 10 / m->n_frames;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, tr("\rpostroad: %s: frame %zu of %zu "), m->path, frame, m->n_frames);
    else if (tenth > m->told)
        fprintf(stderr, tr("postroad: %s: frame %zu of %zu\n"), m->path, frame, m->n_frames);
    m->told = tenth;
    if (frame == m->n_frames && isatty(STDERR_FILENO)) fputs("\n", stderr);
}

static bool is_interrupted(void)
{
    if (!simulate_is_interrupted()) return false;
    fputs(tr("\npostroad: interrupted; nothing was made\n"), stderr);
    return true;
}

/* Every `apart`th frame. False when the program takes no more, or after a message. */
static bool send_frames(struct making *m, FILE *to, size_t apart, bool tells)
{
    size_t size = (size_t)m->settings->width * (size_t)m->settings->height * 4;
    void *pixels = mem_calloc(1, size);
    bool good = true;
    for (size_t frame = 0; good && frame < m->n_frames; frame += apart) {
        film_draw(m->film, frame, pixels);
        good = fwrite(pixels, 1, size, to) == size && !is_interrupted();
        if (good && tells) tell_progress(m, frame + 1);
    }
    mem_free(pixels);
    return good;
}

/* Words of a command line: those of how our frames come in, and then the program's own. */
struct command {
    const char *words[WORDS];
    size_t n;
};

static void add_words(struct command *command, const char *const *words)
{
    for (; *words && command->n + 1 < WORDS; words++)
        command->words[command->n++] = *words;
}
#define ADD_WORDS(command, ...) add_words(command, (const char *const[]){__VA_ARGS__, NULL})

static bool through_ffmpeg(struct making *m, const char *const *words, size_t apart, bool tells)
{
    char size[WORD_BYTES], fps[WORD_BYTES];
    snprintf(size, sizeof size, "%dx%d", m->settings->width, m->settings->height);
    snprintf(fps, sizeof fps, "%g", m->settings->fps);
    struct command command = {.n = 0};
    ADD_WORDS(&command, "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s", size,
              "-r", fps);
    ADD_WORDS(&command, "-i", "pipe:0");
    add_words(&command, words);
    struct program *ffmpeg = program_start(command.words);
    if (!ffmpeg) return false;
    bool sent = send_frames(m, program_input(ffmpeg), apart, tells);
    if (simulate_is_interrupted()) {
        program_stop(ffmpeg);
        return false;
    }
    return program_finish(ffmpeg) && sent;
}

/* Two passes: 256 colours are chosen from some frames, and then used for all, so that nothing flickers. */
static bool write_gif(struct making *m, const char *path)
{
    size_t size = strlen(path) + sizeof ".palette.png";
    char *palette = mem_alloc(size);
    snprintf(palette, size, "%s.palette.png", path);
    bool good =
        through_ffmpeg(m, (const char *const[]){"-vf", "palettegen", "-update", "1", "-frames:v", "1", palette, NULL},
                       m->n_frames / PALETTE_FRAMES + 1, false) &&
        through_ffmpeg(m,
                       (const char *const[]){"-i", palette, "-lavfi", "paletteuse=dither=none:diff_mode=rectangle",
                                             "-fflags", "+bitexact", "-loop", "0", path, NULL},
                       1, true);
    unlink(palette);
    mem_free(palette);
    return good;
}

#define EVEN_SIZE "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p"

static bool write_webm(struct making *m, const char *path)
{
    return through_ffmpeg(m,
                          (const char *const[]){EVEN_SIZE, "-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-deadline",
                                                "realtime", "-cpu-used", "5", "-row-mt", "1", "-fflags", "+bitexact",
                                                path, NULL},
                          1, true);
}

static bool write_mp4(struct making *m, const char *path)
{
    return through_ffmpeg(m,
                          (const char *const[]){EVEN_SIZE, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20",
                                                "-movflags", "+faststart", "-fflags", "+bitexact", path, NULL},
                          1, true);
}

static bool write_file(struct making *m, bool (*write)(struct making *m, const char *path))
{
    if (!program_is_there("ffmpeg")) {
        fprintf(stderr,
                tr("postroad export: %s is made by ffmpeg, which is not installed\n"
                   "  hint: apt-get install ffmpeg; or the frames for it elsewhere: -o frames/\n"),
                m->path);
        return false;
    }
    struct output_file *file = output_open(m->path);
    if (!file) return false;
    if (write(m, output_path(file))) return output_commit(file);
    output_abandon(file);
    return false;
}

/* ---- Frames in a folder ---- */

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct text_buffer file = {0};
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        text_clear(&file);
        text_addf(&file, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.') unlink(file.bytes);
    }
    text_free(&file);
    if (dir) closedir(dir);
    rmdir(folder);
}

static bool save_frames(struct making *m, const char *folder)
{
    char error[DRAW_ERROR_BYTES];
    struct text_buffer file = {0};
    bool good = true;
    for (size_t frame = 0; good && frame < m->n_frames; frame++) {
        text_clear(&file);
        text_addf(&file, "%s/%06zu.png", folder, frame + 1);
        good = film_save(m->film, frame, file.bytes, error);
        if (!good) fprintf(stderr, "\npostroad: %s\n", error);
        good = good && !is_interrupted();
        if (good) tell_progress(m, frame + 1);
    }
    text_free(&file);
    return good;
}

static bool is_free(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t n = 0;
    while (dir && readdir(dir))
        n++;
    if (dir) closedir(dir);
    if (n > 2) fprintf(stderr, tr("postroad: the folder %s is there already, and not empty\n"), folder);
    return n <= 2; /* itself and the one above */
}

static bool make_folder(struct making *m, const char *folder, const char *beside)
{
    if (!is_free(folder)) return false;
    if (mkdir(beside, 0777) != 0) {
        fprintf(stderr, tr("postroad: cannot make the folder %s: %s\n"), beside, strerror(errno));
        return false;
    }
    bool good = save_frames(m, beside);
    if (good && rename(beside, folder) != 0) {
        fprintf(stderr, tr("postroad: cannot write %s: %s\n"), m->path, strerror(errno));
        good = false;
    }
    if (!good) remove_folder(beside);
    return good;
}

/* Made beside its name and renamed when whole; a folder that holds something already is left alone. */
static bool write_folder(struct making *m)
{
    struct text_buffer folder = {0}, beside = {0};
    size_t n = strlen(m->path);
    while (n > 1 && m->path[n - 1] == '/')
        n--;
    text_add(&folder, m->path, n);
    text_addf(&beside, "%s.part", folder.bytes);
    bool good = make_folder(m, folder.bytes, beside.bytes);
    if (good)
        fprintf(stderr, tr("postroad: a film is made of them so: ffmpeg -framerate %g -i %s/%%06d.png run.webm\n"),
                m->settings->fps, folder.bytes);
    text_free(&folder);
    text_free(&beside);
    return good;
}

static bool ends_with(const char *path, const char *ending)
{
    size_t n = strlen(path), k = strlen(ending);
    return n > k && !strcmp(path + n - k, ending);
}

static bool is_short_enough(const struct making *m)
{
    double seconds = (double)m->n_frames / m->settings->fps;
    if (seconds <= LONGEST_FILM_S) return true;
    fprintf(stderr,
            tr("postroad export: the film would last %.0f min, and %d min is the longest\n"
               "  hint: a part of it, --from and --to, or --speed %.0f\n"),
            seconds / 60, LONGEST_FILM_S / 60, m->settings->speed * seconds / LONGEST_FILM_S + 1);
    return false;
}

bool film_write(const struct journal_memory *journal, const char *path, const struct film_settings *settings)
{
    struct making m = {film_new(journal, settings), settings, path, 0, 0};
    bool good = false;
    m.n_frames = film_frame_count(m.film);
    simulate_catch_interrupts();
    if (is_short_enough(&m))
        good = ends_with(path, ".gif")    ? write_file(&m, write_gif)
               : ends_with(path, ".webm") ? write_file(&m, write_webm)
               : ends_with(path, ".mp4")  ? write_file(&m, write_mp4)
                                          : write_folder(&m);
    simulate_release_interrupts();
    film_free(m.film);
    return good;
}
