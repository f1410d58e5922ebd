/* The main screens in each language: no text of the window is cut. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "tests/viz/draw/languages.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/gallery.h"
#include "viz/draw/menu_view.h"
#include "viz/draw/scene.h"
#include "viz/story/reason.h"

static size_t cut_in_scene(struct scene *scene)
{
    struct canvas *canvas = canvas_new_layer(1280, 800);
    scene_draw(scene, canvas);
    size_t cut = canvas_cut_texts(canvas);
    canvas_free(canvas);
    return cut;
}

static void press(struct scene *scene, int key)
{
    const struct input in = {.kind = INPUT_KEY, .key = key};
    scene_handle(scene, &in);
}

Test(languages, what_is_one_is_not_counted_as_many)
{
    static const struct {
        const char *language, *none, *one, *two;
    } rows[LANGUAGES] = {{"en", "0 bytes", "1 byte", "2 bytes"},
                         {"de", "0 Bytes", "1 Byte", "2 Bytes"},
                         {"es", "0 bytes", "1 byte", "2 bytes"},
                         {"fr", "0 octet", "1 octet", "2 octets"},
                         {"hi", "0 बाइट", "1 बाइट", "2 बाइट"}};
    for (size_t i = 0; i < LANGUAGES; i++) {
        char text[40];
        if (!speak(rows[i].language)) continue;
        const char *const wanted[] = {rows[i].none, rows[i].one, rows[i].two};
        for (unsigned n = 0; n < 3; n++) {
            snprintf(text, sizeof text, tr_count("%u byte", "%u bytes", n), n);
            cr_expect(eq(str, text, (char *)wanted[n]), "%s", rows[i].language);
        }
    }
    canvas_forget_fonts();
}

Test(languages, the_page_of_keys_is_whole)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct scene *scene = scene_new(journal, scene_options_default());
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (!speak(languages[i])) continue;
        size_t before = cut_in_scene(scene);
        press(scene, '?');
        cr_expect(eq(sz, cut_in_scene(scene), before), "%s", languages[i]);
        press(scene, KEY_ESCAPE);
    }
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static void hear(void *user, const struct canvas_part *part)
{
    if (part->text) fprintf(user, "\n%s\n", part->text);
}

static bool begins_a_text(struct scene *scene, const char *words)
{
    char *text = NULL, wanted[120];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear, out});
    scene_draw(scene, ear);
    canvas_free(ear);
    fclose(out);
    snprintf(wanted, sizeof wanted, "\n%s", words);
    bool begins = strstr(text, wanted) != NULL;
    free(text);
    return begins;
}

/* What a menu calls a view is how its heading begins. */
Test(languages, a_view_has_one_name)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct scene *scene = scene_new(journal, scene_options_default());
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (!speak(languages[i])) continue;
        for (enum view_id view = 0; view < VIEWS; view++) {
            press(scene, (int)view + '1');
            cr_expect(begins_a_text(scene, view_title(view)), "%s: %s", languages[i], view_title(view));
            press(scene, (int)view + '1');
        }
    }
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(languages, every_caption_of_a_classic_moment_and_every_question_is_whole)
{
    struct journal_memory *journal = run_scenario("busy-server");
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (!speak(languages[i])) continue;
        size_t answer;
        struct scene *scene = scene_new(journal, scene_options_default());
        scene_set_guessing(scene, true);
        press(scene, ' ');
        for (;;) {
            for (int step = 0; step < 100000 && scene_is_playing(scene); step++)
                scene_advance(scene, 50000000);
            if (!scene_question(scene, &answer)) break;
            struct canvas *canvas = canvas_new_layer(1280, 800);
            scene_draw(scene, canvas);
            canvas_free(canvas);
            size_t asked = cut_in_scene(scene);
            press(scene, '1');
            cr_expect(cut_in_scene(scene) <= asked, "%s: %s", languages[i], scene_question(scene, &answer)->prompt);
            press(scene, ' ');
        }
        scene_free(scene);
    }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* In the box that the window has for them at 1280x800. */
static void expect_whole_captions(const char *scenario, const char *language, struct scene *scene)
{
    struct view view = {.story = scene_story(scene),
                        .pace = scene_pace(scene),
                        .theme = theme_of(false),
                        .unit = theme_unit(1280, 800, 1),
                        .captions = CAPTIONS_OF_SCENARIO};
    for (size_t i = 0; i < story_caption_count(view.story); i++) {
        struct canvas *canvas = canvas_new_layer(1280, 100);
        scene_seek(scene, story_caption(view.story, i)->at_ns);
        view.canvas = canvas;
        view.screen_ns = pace_screen_at(view.pace, scene_now(scene));
        caption_view_draw(&view, box_of(8, 8, 1264, 88));
        cr_expect(eq(sz, canvas_cut_texts(canvas), 0), "%s, %s: %s", scenario, language,
                  tr(story_caption(view.story, i)->text));
        canvas_free(canvas);
    }
}

Test(languages, every_caption_of_every_scenario_is_whole)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t k = 0; k < n; k++) {
        struct journal_memory *journal = run_scenario(names[k]);
        struct scene *scene = scene_new(journal, scene_options_default());
        for (size_t i = 0; i < LANGUAGES; i++)
            if (speak(languages[i])) expect_whole_captions(names[k], languages[i], scene);
        scene_free(scene);
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}

static struct gallery *gallery_of_titles(struct gallery_card cards[MOST_SCENARIOS], struct journal_memory **journals)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t i = 0; i < n; i++) {
        journals[i] = i < 6 ? run_scenario(names[i]) : NULL;
        const struct event *head = journals[i] ? journal_memory_at(journals[i], 0) : NULL;
        cards[i].title = head ? tr(event_text(head, FIELD_TITLE)) : names[i];
        cards[i].sentence = tr("From Alice's outbox to Bob's mailbox: who asks whom, and what is said.");
    }
    return gallery_new(cards, n, (struct gallery_options){.scale = 1});
}

Test(languages, the_gallery_is_whole)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        struct gallery_card cards[MOST_SCENARIOS] = {{0}};
        struct journal_memory *journals[MOST_SCENARIOS] = {NULL};
        if (!speak(languages[i])) continue;
        struct gallery *gallery = gallery_of_titles(cards, journals);
        struct canvas *canvas = canvas_new_layer(1280, 800);
        gallery_draw(gallery, canvas);
        cr_expect(eq(sz, canvas_cut_texts(canvas), 0), "%s", languages[i]);
        canvas_free(canvas);
        gallery_free(gallery);
        for (size_t k = 0; k < MOST_SCENARIOS; k++)
            journal_memory_free(journals[k]);
    }
    canvas_forget_fonts();
}

/* Each speaks of its own, and replies stay as they are. */
Test(languages, reasons_of_the_journal_are_told_in_each)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (!speak(languages[i])) continue;
        bool is_english = !strcmp(languages[i], "en");
        cr_expect(eq(int, !strcmp(story_reason("the answer is kept back"), "the answer is kept back"), is_english));
        cr_expect(eq(int, !strcmp(story_reason("all is done"), "all is done"), is_english), "%s", languages[i]);
        cr_expect(eq(str, (char *)story_reason("451 4.7.1 Try again later"), "451 4.7.1 Try again later"));
        cr_expect(eq(str, (char *)story_reason(""), ""));
    }
}
