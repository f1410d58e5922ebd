/* No text is cut: what test_composed judges sparsely, at all its sizes and with nothing else in mind. The shipped
   scenarios from their beginning to their end, with something looked at and without; two runs compared; what is opened
   of why late; the lessons as they are shipped. The rules are in judged.h. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "model/scenario/json.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/judged.h"
#include "tests/viz/draw/languages.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/shapes.h"

static void judge_at_all_sizes(const char *what)
{
    for (int i = 0; i < SIZES; i++)
        judge_scene(scene, sizes[i], what);
    scene_draw(scene, canvas);
}

/* ---- The scenarios ---- */

/* Every other time nothing is looked at, so that the dialogue is seen. */
static void judge_scenario(const char *name, int instants, const struct size *size)
{
    struct journal_memory *run = run_scenario(name);
    struct scene *seen = scene_new(run, scene_options_default());
    size_t n = journal_memory_count(run) - 1;
    for (int i = 0; i < instants; i++) {
        double part = (double)i / instants;
        scene_seek(seen, journal_memory_at(run, (size_t)((double)n * part))->at_ns);
        scene_select(seen, (struct selection){ACT_NONE, 0});
        if (i % 2) look_at(seen, (size_t)i / 2, part);
        judge_scene(seen, *size, name);
    }
    scene_free(seen);
    journal_memory_free(run);
    canvas_forget_fonts();
}

Test(uncut, every_scenario_where_there_is_least_room)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++)
        judge_scenario(names[i], 37, &sizes[0]);
}

Test(uncut, every_scenario_on_larger_screens)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++)
        judge_scenario(names[i], 13, &sizes[1 + i % 2]);
}

/* The longest words of those that tests know. */
Test(uncut, every_scenario_in_german)
{
    const char *names[MOST_SCENARIOS];
    if (!speak("de")) return;
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++)
        judge_scenario(names[i], 11, &sizes[0]);
}

/* ---- What if ---- */

/* The sizes take turns. */
static void judge_once(const char *what)
{
    static size_t turn;
    judge_scene(scene, sizes[turn++ % SIZES], what);
    scene_draw(scene, canvas);
}

static void judge_offers(const char *what)
{
    enum { OFFERS = 4 };
    struct selection chosen = scene_selection(scene);
    int64_t at_ns = scene_now(scene);
    for (size_t offer = 0; offer < OFFERS; offer++) {
        scene_seek(scene, at_ns);
        scene_select(scene, chosen);
        scene_draw(scene, canvas);
        if (!click(ACT_WHAT_IF, offer)) continue;
        scene_poll(scene);
        scene_draw(scene, canvas);
        judge_at_all_sizes(what);
        press('9');
        judge_once(what);
        press('x');
        judge_once(what);
        press('9');
        press_with('z', false, true);
        scene_poll(scene);
    }
}

Test(uncut, what_if_and_what_it_comes_to)
{
    static const struct {
        const char *scenario, *language;
        double scale;
    } rows[] = {{"first-mail", "en", 1}, {"greylisting", "en", 1}, {"first-mail", "de", 1}, {"first-mail", "en", 1.5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!speak(rows[i].language)) continue;
        struct scene_options options = scene_options_default();
        rerun_at_once.why_not = NULL;
        options.rerun = &rerun_at_once;
        options.scale = rows[i].scale;
        open_scene_of(rows[i].scenario, options);
        for (size_t kind = 1; kind < LOOKED_AT_KINDS; kind++) {
            scene_seek(scene, journal_memory_at(journal, journal_memory_count(journal) / 3)->at_ns);
            look_at(scene, kind, 0.3);
            judge_offers(rows[i].scenario);
        }
        close_scene();
    }
}

/* ---- Why late ---- */

Test(uncut, whatever_is_opened_of_why_late)
{
    static const char *const names[] = {"lost-segment", "greylisting", "backup-relays", "moving-house"};
    static const double scales[] = {1, 1, 1.25, 1.5};
    for (size_t l = 0; l < sizeof scales / sizeof scales[0]; l++)
        for (size_t i = 0; i < sizeof names / sizeof names[0] && speak(languages[l % 2]); i++) {
            struct scene_options options = scene_options_default();
            options.scale = scales[l];
            open_scene_of(names[i], options);
            scene_seek(scene, journal_memory_end_ns(journal));
            press('8');
            for (size_t part = 0; part < 12; part++) {
                judge_at_all_sizes(names[i]);
                click(ACT_INTERVAL, part % 4);
            }
            close_scene();
        }
}

/* ---- Lessons ---- */

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text ? text : "";
}

/* Its words above the views, whatever these show. */
static void judge_lesson(const char *name)
{
    char *text = shipped_text(name);
    cJSON *root = cJSON_Parse(text), *steps = cJSON_GetObjectItemCaseSensitive(root, "steps"), *step;
    struct journal_memory *run = run_scenario("first-mail");
    size_t number = 0;
    cr_assert(gt(int, cJSON_GetArraySize(steps), 0));
    cJSON_ArrayForEach(step, steps)
    {
        const struct scene_lesson lesson = {.title = tr(text_of(step, "title")),
                                            .text = tr(text_of(step, "text")),
                                            .number = ++number,
                                            .count = (size_t)cJSON_GetArraySize(steps)};
        struct scene_options options = scene_options_default();
        options.lesson = &lesson;
        struct scene *seen = scene_new(run, options);
        for (int i = 0; i < SIZES; i++)
            judge_scene(seen, sizes[i], name);
        scene_free(seen);
        options.scale = number % 2 ? 1.25 : 1.5;
        seen = scene_new(run, options);
        judge_scene_uncut(seen, sizes[number % SIZES], name);
        scene_free(seen);
    }
    journal_memory_free(run);
    cJSON_Delete(root);
    mem_free(text);
}

Test(uncut, the_lessons_that_are_shipped)
{
    for (size_t l = 0; l < LANGUAGES; l++)
        if (speak(languages[l])) judge_lesson("lessons/how-a-mail-travels");
    canvas_forget_fonts();
}

/* ---- That it finds what it must ---- */

static size_t cut_texts(double width, const char *text)
{
    const struct finding *found;
    struct page *page = page_new(400, 300);
    struct text_style style = theme_text(theme_of(false), FONT_PLAIN, 1);
    style.may_be_cut = true;
    canvas_text(page_canvas(page), box_of(10, 10, width, 20), &style, text);
    page_judge(page, &found);
    size_t n = page_cut_texts(page, &found);
    page_free(page);
    return n;
}

Test(uncut, a_text_that_is_cut_is_found_whatever_its_style_says)
{
    const char *reply = "450 4.7.1 Greylisted";
    cr_expect(eq(sz, cut_texts(300, reply), 0));
    cr_expect(eq(sz, cut_texts(60, reply), 1), "by the canvas");
    cr_expect(eq(sz, cut_texts(300, "450 4.7.1 Grey…"), 1), "by who drew it");
    cr_expect(eq(sz, cut_texts(300, "…"), 0), "for what is still to come");
    cr_expect(eq(sz, cut_texts(300, "¿y si…?"), 0), "as it is said");
    canvas_forget_fonts();
}
