/* The "no boxes overlap and no text is cut", at 1280x800, 1920x1080 and 3840x2160: every view alone and in the
   usual arrangement, over the shipped scenarios, in every language, and at the scales at which it is meant to fit: up
   to 200 %, and up to 300 % the usual arrangement and each view alone on a screen of 1920x1080 or more. The rules are
   in composed.h. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "tests/viz/draw/crowd.h"
#include "tests/viz/draw/judged.h"
#include "tests/viz/draw/languages.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/gallery.h"
#include "viz/draw/scene.h"
#include "viz/draw/shapes.h"
#include "viz/draw/theme.h"

/* ---- Views ---- */

/* VIEWS: the usual arrangement. */
static const char *name_of(enum view_id view)
{
    return view == VIEWS ? NULL : workspace_view_name(view);
}

struct look {
    const char *scenario, *language;
    double scale;
    int instants, first_size; /* the sizes take turns */
};

/* At some instants; the sizes take turns. */
static void judge_view_at(const struct journal_memory *journal, const struct look *look, enum view_id view,
                          const struct size *from, size_t n_sizes)
{
    char what[120];
    struct scene_options options = scene_options_default();
    options.arrangement = name_of(view);
    options.scale = look->scale;
    struct scene *scene = scene_new(journal, options);
    size_t n = journal_memory_count(journal) - 1;
    for (int i = 0; i <= look->instants; i++) {
        double part = (double)i / look->instants;
        scene_seek(scene, i == look->instants ? journal_memory_end_ns(journal)
                                              : journal_memory_at(journal, (size_t)((double)n * part))->at_ns);
        look_at(scene, view == VIEWS || view == VIEW_CLOSELY ? (size_t)i + (size_t)look->first_size : 0, part);
        snprintf(what, sizeof what, "%s, %s, %s, %.0f %%", look->scenario, name_of(view) ? name_of(view) : "as usual",
                 look->language, look->scale * 100);
        judge_scene(scene, from[((size_t)look->first_size + (size_t)view + (size_t)i) % n_sizes], what);
    }
    scene_free(scene);
}

static void judge_view(const struct journal_memory *journal, const struct look *look, enum view_id view)
{
    judge_view_at(journal, look, view, sizes, SIZES);
}

static void judge_all_views(struct look look)
{
    if (!speak(look.language)) return;
    struct journal_memory *journal = run_scenario(look.scenario);
    for (enum view_id view = 0; view <= VIEWS; view++)
        judge_view(journal, &look, view);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(composed, every_view_of_every_scenario)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++)
        judge_all_views((struct look){names[i], "en", 1, 4, (int)i});
}

static const char *const telling[] = {"lost-segment", "office-day", "five-senders", "greylisting", "pipelining"};
enum { TELLING = sizeof telling / sizeof telling[0] };

Test(composed, in_every_language)
{
    for (size_t l = 1; l < LANGUAGES; l++)
        for (size_t i = 0; i < TELLING; i++)
            judge_all_views((struct look){telling[i], languages[l], 1, 3, (int)(l + i)});
}

Test(composed, small_and_large)
{
    static const double scales[] = {0.75, 1.25, 1.5, 2};
    for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++)
        for (size_t i = 0; i < TELLING; i++)
            judge_all_views((struct look){telling[i], "en", scales[k], 3, (int)(k + i)});
}

/* For the back row of a hall: each view alone, on the screens that a projector has. */
Test(composed, each_view_alone_at_three_times_the_size)
{
    static const struct size large[] = {{1920, 1080}, {3840, 2160}};
    for (size_t i = 0; i < TELLING; i++) {
        struct journal_memory *journal = run_scenario(telling[i]);
        for (enum view_id view = 0; view < VIEWS; view++)
            for (size_t k = 0; k < sizeof large / sizeof large[0]; k++) {
                const struct look look = {telling[i], "en", 3, 4, (int)k};
                judge_view_at(journal, &look, view, &large[k], 1);
            }
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}

/* There, fewer views are shown, in the end one alone and no line of time. */
Test(composed, the_usual_arrangement_at_three_times_the_size)
{
    for (size_t i = 0; i < TELLING; i++) {
        struct journal_memory *journal = run_scenario(telling[i]);
        for (int first = 0; first < SIZES; first++) {
            const struct look look = {telling[i], "en", 3, 4, first};
            judge_view(journal, &look, VIEWS);
        }
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}

/* Also of a hundred hosts, some of which are off at first, so that there is a queue. */
Test(composed, a_crowd)
{
    struct journal_memory *journal = run_crowd((struct crowd){113, 4, 1, 20});
    const struct look look = {"a crowd", "en", 1, 2, 0};
    for (enum view_id view = 0; view <= VIEWS; view++)
        judge_view(journal, &look, view);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* ---- What lies over the views ---- */

static void press(struct scene *scene, int key)
{
    const struct input in = {.kind = INPUT_KEY, .key = key};
    scene_handle(scene, &in);
}

/* The page of keys, the line that is written, the menu and the wish to quit, one after the other. */
Test(composed, pages_menus_and_lines_over_the_views)
{
    struct journal_memory *journal = run_scenario("first-mail");
    for (size_t l = 0; l < LANGUAGES; l++)
        for (int i = 0; i < SIZES && speak(languages[l]); i++) {
            static const int keys[][2] = {{'?', KEY_ESCAPE}, {'u', KEY_ESCAPE}, {'v', KEY_ESCAPE}, {KEY_ESCAPE, ' '}};
            struct scene *scene = scene_new(journal, scene_options_default());
            scene_seek(scene, 1200000000);
            for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
                press(scene, keys[k][0]);
                judge_scene(scene, sizes[i], languages[l]);
                press(scene, keys[k][1]);
            }
            scene_free(scene);
        }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static void write_text(struct scene *scene, const char *text)
{
    struct input in = {.kind = INPUT_TEXT};
    snprintf(in.text, sizeof in.text, "%s", text);
    scene_handle(scene, &in);
}

/* What is offered at first, while one writes, and of a word that comes no more, never, or is none. */
Test(composed, the_line_of_run_until)
{
    static const char *const texts[] = {"", "re", "loss", "bounce", "segmnt", "xyzzyplugh", "mx1.b.example lost"};
    struct journal_memory *journal = run_scenario("lost-segment");
    for (size_t l = 0; l < LANGUAGES; l++)
        for (int i = 0; i < SIZES && speak(languages[l]); i++) {
            struct scene *scene = scene_new(journal, scene_options_default());
            press(scene, KEY_END);
            for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
                press(scene, 'u');
                write_text(scene, "u");
                write_text(scene, texts[k]);
                judge_scene(scene, sizes[i], languages[l]);
                press(scene, KEY_ENTER);
                judge_scene(scene, sizes[i], languages[l]);
                press(scene, KEY_ESCAPE);
                scene_select(scene, (struct selection){ACT_NONE, 0});
            }
            scene_free(scene);
        }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* The pointer goes along the signs of the time line. */
Test(composed, the_tips_of_the_time_line)
{
    struct journal_memory *journal = run_scenario("first-mail");
    for (size_t l = 0; l < LANGUAGES; l++)
        for (int i = 0; i < SIZES && speak(languages[l]); i++) {
            struct scene *scene = scene_new(journal, scene_options_default());
            judge_scene(scene, sizes[i], languages[l]);
            const struct target *line = targets_find_act(scene_targets(scene), ACT_TIME_LINE, 0);
            struct box box = line ? target_bounds(line) : (struct box){0, 0, 0, 0};
            for (int part = 0; part < 24 && line; part++) {
                const struct input in = {
                    .kind = INPUT_MOVE, .x = box.x + box.w * part / 24, .y = box.y + box.h * (part % 3 ? 0.1 : 0.35)};
                scene_handle(scene, &in);
                judge_scene(scene, sizes[i], languages[l]);
            }
            scene_free(scene);
        }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* Whatever is looked at, from its beginning to its end: rows are in the frame as a whole, or not at all. */
Test(composed, what_is_longer_than_its_frame)
{
    struct journal_memory *journal = run_scenario("busy-server");
    for (size_t l = 0; l < LANGUAGES; l++)
        for (size_t kind = 0; kind < 6 && speak(languages[l]); kind++) {
            struct scene *scene = scene_new(journal, scene_options_default());
            const struct size size = sizes[(l + kind) % SIZES];
            scene_seek(scene, story_end_ns(scene_story(scene)) / 2);
            look_at(scene, kind, 0.4);
            for (int turn = 0; turn < 5; turn++) {
                judge_scene(scene, size, languages[l]);
                const struct input in = {.kind = INPUT_KEY, .key = turn < 3 ? KEY_DOWN : KEY_UP, .ctrl = true};
                scene_handle(scene, &in);
            }
            scene_free(scene);
        }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* Captions are whole, whatever moment they tell of; each question, before and after its answer. */
Test(composed, captions_and_questions)
{
    struct journal_memory *journal = run_scenario("busy-server");
    for (size_t l = 0; l < LANGUAGES; l++) {
        size_t answer;
        if (!speak(languages[l])) continue;
        struct scene *scene = scene_new(journal, scene_options_default());
        scene_set_guessing(scene, true);
        press(scene, ' ');
        for (size_t asked = 0;; asked++) {
            for (int step = 0; step < 100000 && scene_is_playing(scene); step++)
                scene_advance(scene, 50000000);
            if (!scene_question(scene, &answer)) break;
            judge_scene(scene, sizes[asked % SIZES], languages[l]);
            press(scene, '1');
            judge_scene(scene, sizes[asked % SIZES], languages[l]);
            press(scene, ' ');
        }
        scene_free(scene);
    }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(composed, lessons_and_the_projector)
{
    const struct scene_lesson lesson = {
        .title = "Loss, and who notices it",
        .text =
            "The sender does not see a packet die. It sees three acknowledgements that say the same, or it sees "
            "nothing until its timer runs out. Watch the ladder: which of the two is it here, and what did it cost?",
        .number = 3,
        .count = 12};
    struct journal_memory *journal = run_scenario("lost-segment");
    for (size_t l = 0; l < LANGUAGES; l++)
        for (int i = 0; i < 2 * SIZES && speak(languages[l]); i++) {
            struct scene_options options = scene_options_default();
            if (i < SIZES) options.lesson = &lesson;
            options.projector = i >= SIZES;
            struct scene *scene = scene_new(journal, options);
            for (int64_t at = 1000000000; at <= 3000000000; at += 500000000) {
                scene_seek(scene, at);
                judge_scene(scene, sizes[i % SIZES], languages[l]);
            }
            scene_free(scene);
        }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static struct gallery_card cards[MOST_SCENARIOS];

/* Of all scenarios with their pictures, which are made by running them. */
static struct gallery *gallery_with_pictures(void)
{
    static char titles[MOST_SCENARIOS][STORY_SENTENCE_BYTES], *texts[MOST_SCENARIOS];
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t i = 0; i < n; i++) {
        if (!texts[i]) texts[i] = shipped_text(names[i]);
        cards[i] = (struct gallery_card){titles[i],
                                         tr("From Alice's outbox to Bob's mailbox: who asks whom, and what is said."),
                                         texts[i], 0, names[i]};
    }
    struct gallery *gallery = gallery_new(cards, n, (struct gallery_options){.scale = 1, .rerun = &rerun_at_once});
    for (size_t i = 0; i < 4 * n && gallery_pictures(gallery) < n; i++)
        gallery_poll(gallery);
    cr_expect(eq(sz, gallery_pictures(gallery), n));
    for (size_t i = 0; i < n; i++) {
        const struct event *begin = journal_memory_at(gallery_journal(gallery, i), 0);
        snprintf(titles[i], sizeof titles[i], "%s", tr(event_text(begin, FIELD_TITLE)));
    }
    return gallery;
}

/* From the first card to the last, row by row; the picture of the one that is chosen plays. */
static void judge_gallery(struct gallery *gallery, struct size size, const char *what)
{
    const struct input home = {.kind = INPUT_KEY, .key = KEY_HOME}, down = {.kind = INPUT_KEY, .key = KEY_DOWN};
    gallery_handle(gallery, &home);
    for (size_t before = SIZE_MAX; before != gallery_selected(gallery); gallery_handle(gallery, &down)) {
        char text[120];
        struct page *page = page_new(size.w, size.h);
        before = gallery_selected(gallery);
        gallery_advance(gallery, 3000000000);
        gallery_draw(gallery, page_canvas(page));
        snprintf(text, sizeof text, "gallery, %s, %dx%d, card %zu", what, size.w, size.h, before);
        judge_page(page, true, text);
        page_free(page);
    }
}

Test(composed, the_gallery)
{
    for (size_t l = 0; l < LANGUAGES; l++) {
        if (!speak(languages[l])) continue;
        struct gallery *gallery = gallery_with_pictures();
        for (size_t i = 0; i < SIZES; i++)
            if (l == 0 || i == l % SIZES) judge_gallery(gallery, sizes[i], languages[l]);
        gallery_free(gallery);
    }
    canvas_forget_fonts();
}

/* ---- Marks on names ---- */

static bool is_host(const void *story, const char *text)
{
    for (size_t h = 0; h < story_host_count(story); h++)
        if (strcmp(story_host(story, h).name, text) == 0) return true;
    return false;
}

/* How many names, of all pictures, have a packet, a cross or an envelope on them. */
static size_t names_with_marks(const char *scenario, bool projector, struct size size)
{
    enum { INSTANTS = 20 };
    struct journal_memory *journal = run_scenario(scenario);
    struct scene_options options = scene_options_default();
    options.projector = projector;
    struct scene *scene = scene_new(journal, options);
    size_t all = 0, n = journal_memory_count(journal) - 1;
    for (size_t i = 0; i <= INSTANTS; i++) {
        const struct finding *found;
        struct page *page = page_new(size.w, size.h);
        scene_seek(scene, journal_memory_at(journal, n * i / INSTANTS)->at_ns);
        scene_draw(scene, page_canvas(page));
        size_t here = page_judge_marks(page, is_host, scene_story(scene), &found);
        for (size_t k = 0; k < here; k++)
            fprintf(stderr, "%s, %s, %dx%d, %lld ns: a mark on %s\n", scenario, projector ? "projector" : "as usual",
                    size.w, size.h, (long long)scene_now(scene), found[k].text);
        all += here;
        page_free(page);
    }
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
    return all;
}

/* What moves passes over what stands: a packet may be on a name for an instant. The bounds are what was counted when
   the rule was written; they may only become smaller. */
Test(composed, marks_on_names_become_no_more)
{
    static const struct {
        const char *scenario;
        size_t usual, projector; /* of 21 instants, at 1280x800 */
    } rows[] = {{"first-mail", 0, 0}, {"lost-segment", 0, 0}, {"pipelining", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(le(sz, names_with_marks(rows[i].scenario, false, sizes[0]), rows[i].usual), "%s", rows[i].scenario);
        cr_expect(le(sz, names_with_marks(rows[i].scenario, true, sizes[0]), rows[i].projector), "%s, projector",
                  rows[i].scenario);
    }
}

/* ---- The rules find what they must ---- */

static struct text_style style_of(double size)
{
    struct text_style style = theme_text(theme_of(false), FONT_PLAIN, size / 14);
    return style;
}

/* What a page has on which only this was drawn: the fault that is found, and that there is one; -1: none. */
static int fault_of(void (*draw)(struct canvas *canvas))
{
    const struct finding *found;
    struct page *page = page_new(400, 300);
    canvas_fill(page_canvas(page), box_of(0, 0, 400, 300), theme_of(false)->paper);
    draw(page_canvas(page));
    size_t n = page_judge(page, &found);
    int fault = n == 0 ? -1 : (int)found[0].fault;
    page_free(page);
    return fault;
}

static void write_at(struct canvas *c, double x, double y, double w, const char *text)
{
    struct text_style style = style_of(14);
    canvas_text(c, box_of(x, y, w, 20), &style, text);
}

static void whole(struct canvas *c)
{
    canvas_fill_round(c, box_of(10, 10, 200, 24), 4, theme_of(false)->panel);
    write_at(c, 14, 14, 180, "a.example");
    write_at(c, 14, 60, 180, "b.example");
}

static void cut(struct canvas *c)
{
    write_at(c, 14, 14, 50, "mail.a.example");
}

static void cut_with_room(struct canvas *c)
{
    struct text_style style = style_of(14);
    style.may_be_cut = true;
    canvas_text(c, box_of(14, 14, 100, 20), &style, "a subject line that goes on and on");
}

static void clipped(struct canvas *c)
{
    canvas_clip(c, box_of(10, 10, 60, 60));
    write_at(c, 14, 14, 180, "mail.a.example");
    canvas_unclip(c);
}

static void on_text(struct canvas *c)
{
    write_at(c, 14, 14, 180, "mail.a.example");
    write_at(c, 60, 20, 180, "mail.b.example");
}

static void half_hidden(struct canvas *c)
{
    write_at(c, 14, 14, 180, "mail.a.example");
    canvas_fill(c, box_of(60, 10, 100, 30), theme_of(false)->panel);
}

static void outside(struct canvas *c)
{
    canvas_fill_round(c, box_of(10, 10, 80, 24), 4, theme_of(false)->panel);
    write_at(c, 14, 14, 180, "mail.a.example");
}

static void across(struct canvas *c)
{
    canvas_fill_round(c, box_of(10, 10, 200, 40), 4, theme_of(false)->panel);
    write_at(c, 14, 12, 180, "a");
    canvas_fill_round(c, box_of(150, 30, 200, 40), 4, theme_of(false)->panel);
    write_at(c, 200, 40, 100, "b");
}

static void write_along(struct canvas *c, struct point a, struct point b)
{
    const struct text_style style = style_of(14);
    canvas_text_along(c, a, b, 2, colour_with_alpha(theme_of(false)->panel, 0.7), &style, "a long label, turned");
}

static void turned(struct canvas *c)
{
    write_along(c, point_of(20, 20), point_of(300, 200));
    write_along(c, point_of(20, 50), point_of(300, 230));
}

static void turned_on_each_other(struct canvas *c)
{
    write_along(c, point_of(20, 20), point_of(300, 200));
    write_along(c, point_of(20, 200), point_of(300, 20));
}

static bool is_any(const void *context, const char *text)
{
    (void)context;
    return *text != '\0';
}

static size_t marks_on_text(bool after, double x)
{
    const struct finding *found;
    struct page *page = page_new(400, 300);
    if (after) write_at(page_canvas(page), 14, 14, 180, "mail.a.example");
    shape_cross(page_canvas(page), point_of(x, 22), 8, 2, theme_of(false)->lost);
    shape_envelope(page_canvas(page), theme_of(false), point_of(x, 22), 20, false, 1);
    if (!after) write_at(page_canvas(page), 14, 14, 180, "mail.a.example");
    size_t n = page_judge_marks(page, is_any, NULL, &found);
    page_free(page);
    return n;
}

Test(composed, a_mark_on_a_text_is_found)
{
    cr_expect(eq(sz, marks_on_text(true, 60), 1), "on it");
    cr_expect(eq(sz, marks_on_text(true, 300), 0), "beside it");
    cr_expect(eq(sz, marks_on_text(false, 60), 0), "below it");
    canvas_forget_fonts();
}

Test(composed, each_fault_that_is_planted_is_found)
{
    cr_expect(eq(int, fault_of(whole), -1));
    cr_expect(eq(int, fault_of(turned), -1), "their upright bounds meet, they do not");
    cr_expect(eq(int, fault_of(cut), FAULT_CUT));
    cr_expect(eq(int, fault_of(cut_with_room), FAULT_CUT_WITH_ROOM));
    cr_expect(eq(int, fault_of(clipped), FAULT_CLIPPED));
    cr_expect(eq(int, fault_of(on_text), FAULT_ON_TEXT));
    cr_expect(eq(int, fault_of(turned_on_each_other), FAULT_ON_TEXT));
    cr_expect(eq(int, fault_of(half_hidden), FAULT_HIDDEN));
    cr_expect(eq(int, fault_of(outside), FAULT_OUTSIDE));
    cr_expect(eq(int, fault_of(across), FAULT_ON_BOX));
    canvas_forget_fonts();
}
