#include "tests/viz/draw/written_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/viz/readers/handwritten.h"

enum { WIDTH = 1280, HEIGHT = 800 };

struct written_view seen;

static struct box bounds_of(const struct point corners[4])
{
    double x0 = corners[0].x, x1 = x0, y0 = corners[0].y, y1 = y0;
    for (int i = 1; i < 4; i++) {
        x0 = fmin(x0, corners[i].x), x1 = fmax(x1, corners[i].x);
        y0 = fmin(y0, corners[i].y), y1 = fmax(y1, corners[i].y);
    }
    return box_of(x0, y0, x1 - x0, y1 - y0);
}

static void hear(void *user, const struct canvas_part *part)
{
    (void)user;
    if (part->colour.a < 0.3) return;
    struct box box = bounds_of(part->corners);
    if (part->what == CANVAS_MARK && seen.n_marks < SEEN_MOST) seen.marks[seen.n_marks++].box = box;
    if (part->what != CANVAS_TEXT || seen.n_words == SEEN_MOST) return;
    struct heard *word = &seen.words[seen.n_words++];
    snprintf(word->text, sizeof word->text, "%s", part->text);
    word->box = box;
}

void open_view(const char *view, const char *journal)
{
    open_view_that_runs_again(view, journal, NULL);
}

void open_view_that_runs_again(const char *view, const char *journal, const struct rerun *rerun)
{
    struct scene_options options = scene_options_default();
    options.rerun = rerun;
    options.arrangement = view;
    options.captions = CAPTIONS_NONE;
    seen.journal = handwritten(journal);
    seen.scene = scene_new(seen.journal, options);
}

void close_view(void)
{
    scene_free(seen.scene);
    journal_memory_free(seen.journal);
    canvas_forget_fonts();
}

void draw(void)
{
    struct canvas *canvas = canvas_new_listener(WIDTH, HEIGHT, (struct canvas_listener){hear, NULL});
    seen.n_words = seen.n_marks = 0;
    scene_draw(seen.scene, canvas);
    canvas_free(canvas);
}

void draw_at(double at_s)
{
    scene_seek(seen.scene, (int64_t)(at_s * 1e9));
    draw();
}

const struct heard *word(const char *text)
{
    for (size_t i = 0; i < seen.n_words; i++)
        if (strstr(seen.words[i].text, text)) return &seen.words[i];
    return NULL;
}

struct box place_of_word(const char *text)
{
    const struct heard *found = word(text);
    cr_expect(found != NULL, "\"%s\" is not on the picture", text);
    return found ? found->box : box_of(0, 0, 0, 0);
}

void expect_words(const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        place_of_word(texts[i]);
}
struct point middle(struct box b)
{
    return point_of(b.x + b.w / 2, b.y + b.h / 2);
}

const struct target *target(enum act act, size_t arg)
{
    const struct target *t = targets_find_act(scene_targets(seen.scene), act, arg);
    cr_assert(t != NULL, "act %d %zu cannot be pressed", act, arg);
    return t;
}

bool has_fact(const char *name, const char *value)
{
    const struct heard *found = word(name);
    for (size_t i = 0; found && i < seen.n_words; i++) {
        const struct heard *w = &seen.words[i];
        bool in_row = fabs(middle(w->box).y - middle(found->box).y) < 6 && w->box.x > found->box.x;
        if (in_row && strstr(w->text, value)) return true;
    }
    return false;
}
