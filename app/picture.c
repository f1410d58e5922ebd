/* Pictures of an instant: see picture.h. */
#include "app/picture.h"

#include <stdio.h>
#include <string.h>

#include "app/output.h"
#include "app/times.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/export.h"
#include "viz/draw/workspace.h"

struct picture_options picture_options_default(void)
{
    return (struct picture_options){.at_ns = TIME_NEVER, .width = 1280, .height = 800, .scale = 1};
}

bool picture_path_check(const char *command, const char *path)
{
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (n > 4 && !strcmp(path + n - 4, endings[i])) return true;
    fprintf(stderr, tr("postroad %s: %s: a picture's name ends in .png, .svg or .pdf\n"), command, path);
    return false;
}

static bool read_size(const char *command, const char *text, struct picture_options *options)
{
    char rest;
    if (!text) return true;
    bool plain = !text[strspn(text, "0123456789x")];
    if (plain && sscanf(text, "%5dx%5d%c", &options->width, &options->height, &rest) == 2 && options->width >= 320 &&
        options->height >= 200 && options->width <= PICTURE_MAX_PIXELS && options->height <= PICTURE_MAX_PIXELS)
        return true;
    fprintf(stderr, tr("postroad %s: --size: \"%s\" is not a size between 320x200 and %dx%d\n"), command, text,
            PICTURE_MAX_PIXELS, PICTURE_MAX_PIXELS);
    fputs(tr("  hint: --size 1280x800\n"), stderr);
    return false;
}

static bool read_theme(const char *command, const char *text, struct picture_options *options)
{
    if (!text) return true;
    options->dark = !strcmp(text, "dark");
    if (options->dark || !strcmp(text, "light")) return true;
    fprintf(stderr, tr("postroad %s: --theme: \"%s\" is neither light nor dark\n"), command, text);
    return false;
}

static bool read_scale(const char *command, const char *text, struct picture_options *options)
{
    int percent;
    char rest;
    if (!text) return true;
    if (sscanf(text, "%4d %%%c", &percent, &rest) == 1 && percent >= 50 && percent <= 300 && strchr(text, '%')) {
        options->scale = percent / 100.0;
        return true;
    }
    fprintf(stderr, tr("postroad %s: --scale: \"%s\" is not between 50 %% and 300 %%\n"), command, text);
    fputs(tr("  hint: --scale \"150 %\"\n"), stderr);
    return false;
}

static bool read_arrangement(const char *command, const char *text, struct picture_options *options)
{
    struct workspace workspace;
    options->arrangement = text;
    if (!text || workspace_read(&workspace, text)) return true;
    fprintf(stderr, tr("postroad %s: --show: \"%s\" is no view and no arrangement of views\n"), command, text);
    fputs(tr("  hint: one of"), stderr);
    for (enum view_id view = 0; view < VIEWS; view++)
        fprintf(stderr, " %s", workspace_view_name(view));
    fprintf(stderr, tr(", or several, such as \"%s\"\n"), workspace_preset(0));
    return false;
}

static bool read_instant(const char *command, const char *text, struct picture_options *options)
{
    bool is_begin = text && !strcmp(text, "begin"), is_end = text && !strcmp(text, "end");
    if (is_begin) options->at_ns = 0;
    if (is_end) options->at_ns = TIME_NEVER;
    return is_begin || is_end || times_parse(command, "--at", text, &options->at_ns);
}

bool picture_options_read(const char *command, const struct picture_words *words, struct picture_options *options)
{
    return read_instant(command, words->at, options) && read_size(command, words->size, options) &&
           read_theme(command, words->theme, options) && read_scale(command, words->scale, options) &&
           read_arrangement(command, words->show, options);
}

/* The instant asked for, or the end. Who asks for a later one is told, since the picture does not look like it. */
static int64_t instant_of_picture(const struct journal_memory *journal, int64_t asked_ns)
{
    char text[VTIME_TEXT_BYTES];
    int64_t end_ns = journal_memory_end_ns(journal);
    if (asked_ns <= end_ns) return asked_ns;
    if (asked_ns != TIME_NEVER) {
        vtime_format_duration(end_ns, text);
        fprintf(stderr, tr("postroad: --at: all ends at %s; the picture shows the end\n"), text);
    }
    return end_ns;
}

bool picture_write(const struct journal_memory *journal, const char *path, const struct picture_options *options)
{
    char error[DRAW_ERROR_BYTES];
    int64_t at_ns = instant_of_picture(journal, options->at_ns);
    struct output_file *file = output_open(path);
    if (!file) return false;
    const char *where = output_path(file);
    struct screenshot how = {at_ns,         options->width,   options->height,      options->scale,
                             options->dark, options->look_at, options->arrangement, options->projector,
                             options->calm};
    bool good =
        options->map_only ? map_export(journal, at_ns, where, error) : scene_screenshot(journal, &how, where, error);
    if (good) return output_commit(file);
    fprintf(stderr, tr("postroad: cannot draw %s: %s\n"), path, error);
    output_abandon(file);
    return false;
}
