/* The gallery, and the steps of a lesson: what keys and pointer do, and what is on the picture. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/gallery.h"
#include "viz/draw/thumbnail.h"

enum { CARDS = 40 };

/* Runs at once what is asked for, by its name instead of its text. */
struct rerun_job {
    struct journal_memory *journal;
};

static struct rerun_job *begin(void *context, const char *scenario, const char *seed)
{
    (void)context;
    (void)seed;
    struct rerun_job *job = mem_calloc(1, sizeof *job);
    job->journal = strcmp(scenario, "bad") ? run_scenario(scenario) : NULL;
    return job;
}

static enum rerun_state poll_job(struct rerun_job *job, struct journal_memory **out, char why[RERUN_WHY_BYTES])
{
    *out = job->journal;
    job->journal = NULL;
    why[0] = 0;
    return *out ? RERUN_DONE : RERUN_FAILED;
}

static void end(struct rerun_job *job)
{
    journal_memory_free(job->journal);
    mem_free(job);
}

static const struct rerun rerun = {.begin = begin, .poll = poll_job, .end = end};
static const char long_title[] = "A mailing list, with and without pipelining";
static struct gallery_card cards[CARDS];
static struct gallery *gallery;

static void open_gallery(void)
{
    for (size_t i = 0; i < CARDS; i++)
        cards[i] = (struct gallery_card){"A title", "What there is to be seen.", "first-mail", 0, "card"};
    cards[0] = (struct gallery_card){"A lesson", "Ten steps.", NULL, 10, "lesson"};
    cards[2].scenario = "bad";
    cards[3].title = long_title;
    gallery = gallery_new(cards, CARDS, (struct gallery_options){.scale = 1, .selected = 1, .rerun = &rerun});
    canvas = canvas_new_layer(1280, 800);
    gallery_draw(gallery, canvas);
}

static void close_gallery(void)
{
    canvas_free(canvas);
    gallery_free(gallery);
    canvas_forget_fonts();
}

static void press_in_gallery(int key)
{
    const struct input in = {.kind = INPUT_KEY, .key = key};
    gallery_handle(gallery, &in);
    gallery_draw(gallery, canvas);
}

/* What the gallery writes, as it is now. */
struct wanted_text {
    const char *text;
    double size; /* of its letters; 0: it is not there */
};

static void hear_text(void *user, const struct canvas_part *part)
{
    struct wanted_text *wanted = user;
    if (part->what == CANVAS_TEXT && !strcmp(part->text, wanted->text)) wanted->size = part->style->size;
}

static double size_of_text(const char *text)
{
    struct wanted_text wanted = {text, 0};
    struct canvas *heard = canvas_new_listener(1280, 800, (struct canvas_listener){hear_text, &wanted});
    gallery_draw(gallery, heard);
    canvas_free(heard);
    return wanted.size;
}

static bool gallery_says(const char *text)
{
    return size_of_text(text) > 0;
}

TestSuite(gallery, .init = open_gallery, .fini = close_gallery);

Test(gallery, it_is_there_before_any_picture_and_they_come_one_by_one)
{
    cr_expect(eq(sz, gallery_pictures(gallery), 0));
    cr_expect(targets_count(gallery_targets(gallery)) >= 8);
    gallery_poll(gallery);
    gallery_poll(gallery);
    cr_expect(eq(sz, gallery_pictures(gallery), 1));
    cr_expect(gallery_journal(gallery, 1) != NULL, "the selected one is first");
    gallery_draw(gallery, canvas);
    cr_expect(gallery_is_dirty(gallery) == false);
    gallery_advance(gallery, 1000000);
    cr_expect(gallery_is_dirty(gallery), "it plays");
}

Test(gallery, a_world_that_cannot_be_run_has_no_picture_and_stops_nobody)
{
    for (int i = 0; i < 5; i++)
        gallery_poll(gallery);
    cr_expect(gallery_journal(gallery, 2) == NULL);
    cr_expect(gallery_journal(gallery, 3) != NULL);
}

Test(gallery, arrows_walk_and_bring_the_card_into_sight)
{
    press_in_gallery(KEY_RIGHT);
    cr_expect(eq(sz, gallery_selected(gallery), 2));
    press_in_gallery(KEY_DOWN);
    press_in_gallery(KEY_DOWN);
    press_in_gallery(KEY_DOWN);
    size_t selected = gallery_selected(gallery);
    cr_expect(selected > 8);
    cr_expect(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, selected) != NULL);
    cr_expect(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, 0) == NULL, "scrolled away");
    press_in_gallery(KEY_END);
    cr_expect(eq(sz, gallery_selected(gallery), CARDS - 1));
    press_in_gallery(KEY_RIGHT);
    cr_expect(eq(sz, gallery_selected(gallery), CARDS - 1));
    press_in_gallery(KEY_HOME);
    press_in_gallery(KEY_UP);
    cr_expect(eq(sz, gallery_selected(gallery), 0));
}

Test(gallery, enter_and_a_click_choose)
{
    cr_expect(eq(sz, gallery_take_choice(gallery), SIZE_MAX));
    press_in_gallery(KEY_ENTER);
    cr_expect(eq(sz, gallery_take_choice(gallery), 1));
    cr_expect(eq(sz, gallery_take_choice(gallery), SIZE_MAX));
    struct box box = target_bounds(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, 3));
    struct input in = {.kind = INPUT_MOVE, .x = box.x + 9, .y = box.y + 9};
    gallery_handle(gallery, &in);
    cr_expect(eq(sz, gallery_selected(gallery), 3));
    in.kind = INPUT_PRESS;
    gallery_handle(gallery, &in);
    cr_expect(eq(sz, gallery_take_choice(gallery), 3));
}

Test(gallery, escape_asks_and_enter_quits_and_any_size_can_be_drawn)
{
    const int sizes[][2] = {{1, 1}, {320, 200}, {640, 400}, {3840, 2160}};
    for (size_t i = 0; i < 4; i++) {
        struct canvas *other = canvas_new_layer(sizes[i][0], sizes[i][1]);
        gallery_draw(gallery, other);
        canvas_free(other);
    }
    press_in_gallery(KEY_ESCAPE);
    cr_expect(gallery_wants_quit(gallery) == false);
    press_in_gallery(KEY_ESCAPE);
    cr_expect(gallery_wants_quit(gallery) == false, "Esc closes the question");
    gallery_draw(gallery, canvas);
    press_in_gallery(KEY_ESCAPE);
    press_in_gallery('t');
    cr_expect(targets_find_act(gallery_targets(gallery), ACT_STAY, 0) != NULL, "another key does not answer it");
    cr_expect(not(gallery_is_dark(gallery)));
    press_in_gallery(KEY_ENTER);
    cr_expect(gallery_wants_quit(gallery));
}

/* ---- Looking for a card ---- */

static void write_in_gallery(const char *text)
{
    struct input in = {.kind = INPUT_TEXT};
    for (; *text; text++) {
        in.text[0] = *text;
        gallery_handle(gallery, &in);
    }
    gallery_draw(gallery, canvas);
}

static void press_on_gallery(enum act act)
{
    const struct target *target = targets_find_act(gallery_targets(gallery), act, 0);
    cr_assert(target != NULL);
    struct box box = target_bounds(target);
    const struct input in = {.kind = INPUT_PRESS, .x = box.x + box.w / 2, .y = box.y + box.h / 2};
    gallery_handle(gallery, &in);
    gallery_draw(gallery, canvas);
}

static void open_gallery_of_four(void)
{
    cards[0] = (struct gallery_card){"A lost segment", "One packet dies.", NULL, 1, "lost-segment"};
    cards[1] = (struct gallery_card){"Tarpit", "Who loses more by it.", NULL, 1, "tarpit"};
    cards[2] = (struct gallery_card){"First mail", "Who asks whom.", NULL, 1, "first-mail"};
    cards[3] = (struct gallery_card){"\xc3\x9c"
                                     "ber Netze",
                                     "Viele Wege.", NULL, 1, "many-networks"};
    gallery = gallery_new(cards, 4, (struct gallery_options){.scale = 1, .selected = 2});
    canvas = canvas_new_layer(1280, 800);
    gallery_draw(gallery, canvas);
}

TestSuite(gallery_search, .init = open_gallery_of_four, .fini = close_gallery);

Test(gallery_search, what_is_written_leaves_the_cards_that_have_it_in_their_order)
{
    write_in_gallery("/LOS");
    cr_expect(eq(sz, gallery_found(gallery), 2), "by the title of one and the sentence of the other");
    cr_expect(eq(sz, gallery_selected(gallery), 0), "the selected one is gone");
    cr_expect(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, 2) == NULL);
    struct box first = target_bounds(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, 0)),
               second = target_bounds(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, 1));
    cr_expect(second.x > first.x && second.y == first.y);
    press_in_gallery(KEY_RIGHT);
    press_in_gallery(KEY_RIGHT);
    cr_expect(eq(sz, gallery_selected(gallery), 1));
    press_in_gallery(KEY_ENTER);
    cr_expect(eq(sz, gallery_take_choice(gallery), 1));
}

static void press_with_ctrl(int key)
{
    const struct input in = {.kind = INPUT_KEY, .key = key, .ctrl = true};
    gallery_handle(gallery, &in);
    gallery_draw(gallery, canvas);
}

Test(gallery_search, what_was_written_is_marked_when_one_looks_again_and_gives_way)
{
    write_in_gallery("/tarpit");
    press_with_ctrl('f');
    write_in_gallery("first");
    cr_expect(eq(sz, gallery_selected(gallery), 2), "the new words are in the place of the old ones");
    press_with_ctrl('a');
    press_in_gallery(KEY_BACKSPACE);
    cr_expect(eq(sz, gallery_found(gallery), 4), "all that is marked is gone, and the field is still open");
    write_in_gallery("a/b");
    cr_expect(eq(sz, gallery_found(gallery), 0), "a slash is a letter like any other");
    press_on_gallery(ACT_FIND);
    write_in_gallery("tarpit");
    cr_expect(eq(sz, gallery_selected(gallery), 1), "a press on the field marks, too");
    press_in_gallery(KEY_ENTER);
    cr_expect(eq(sz, gallery_take_choice(gallery), 1));
    write_in_gallery("/first");
    cr_expect(eq(sz, gallery_selected(gallery), 2), "who comes back and looks for something else");
}

Test(gallery_search, all_words_must_be_there_in_the_title_the_name_or_the_sentence)
{
    write_in_gallery("/one segm");
    cr_expect(eq(sz, gallery_found(gallery), 1));
    press_in_gallery(KEY_ESCAPE);
    write_in_gallery("/many-net");
    cr_expect(eq(sz, gallery_selected(gallery), 3), "by its name");
    press_in_gallery(KEY_ESCAPE);
    write_in_gallery("/\xc3\xbc"
                     "ber");
    cr_expect(eq(sz, gallery_found(gallery), 1), "capitals of other languages, too");
}

Test(gallery_search, escape_and_backspace_and_the_cross_bring_all_back)
{
    write_in_gallery("/tarp\xc3\xbc");
    cr_expect(eq(sz, gallery_found(gallery), 0));
    press_in_gallery(KEY_BACKSPACE);
    cr_expect(eq(sz, gallery_found(gallery), 1), "a letter of two bytes is one letter");
    press_in_gallery(KEY_ESCAPE);
    cr_expect(eq(sz, gallery_found(gallery), 4));
    cr_expect(eq(sz, gallery_selected(gallery), 1), "what was found stays selected");
    press_on_gallery(ACT_FIND);
    write_in_gallery("f");
    cr_expect(eq(sz, gallery_found(gallery), 1));
    press_in_gallery(KEY_BACKSPACE);
    press_in_gallery(KEY_BACKSPACE); /* nothing is left to erase: the field is closed */
    write_in_gallery("x");
    cr_expect(eq(sz, gallery_found(gallery), 4));
    press_on_gallery(ACT_FIND);
    write_in_gallery("x");
    press_on_gallery(ACT_CLOSE);
    cr_expect(eq(sz, gallery_found(gallery), 4));
    cr_expect(gallery_wants_quit(gallery) == false);
}

Test(gallery_search, where_nothing_is_found_it_says_so_and_nothing_can_be_chosen)
{
    write_in_gallery("/zzz");
    cr_expect(eq(sz, gallery_found(gallery), 0));
    cr_expect(gallery_says("Nothing here has this in its title, its name or its sentence: zzz\nEsc shows all again."));
    cr_expect(gallery_says("0 of 4"));
    for (size_t i = 0; i < 4; i++)
        cr_expect(targets_find_act(gallery_targets(gallery), ACT_CHOOSE, i) == NULL);
    press_in_gallery(KEY_DOWN);
    press_in_gallery(KEY_HOME);
    press_in_gallery(KEY_ENTER);
    cr_expect(eq(sz, gallery_take_choice(gallery), SIZE_MAX));
}

Test(gallery_search, while_one_writes_letters_are_no_keys)
{
    const struct input find = {.kind = INPUT_KEY, .key = 'f', .ctrl = true};
    gallery_handle(gallery, &find);
    cr_expect(gallery_take_full_screen_wish(gallery) == false);
    const char *keys = "tfq +-0";
    for (const char *key = keys; *key; key++)
        press_in_gallery(*key);
    cr_expect(gallery_is_dark(gallery) == false);
    cr_expect(gallery_wants_quit(gallery) == false);
    cr_expect(gallery_take_full_screen_wish(gallery) == false);
    cr_expect(eq(dbl, gallery_scale(gallery), 1));
    cr_expect(eq(sz, gallery_take_choice(gallery), SIZE_MAX));
}

/* ---- What is to be read ---- */

Test(gallery, a_long_title_is_as_large_as_a_short_one)
{
    cr_expect(gallery_says(long_title));
    cr_expect(eq(dbl, size_of_text(long_title), size_of_text("A lesson")));
}

static void hear_words(void *user, const struct canvas_part *part)
{
    if (part->what == CANVAS_TEXT) ++*(size_t *)user;
}

/* Nobody could read it at that size; what moves is there. */
Test(gallery, a_small_picture_says_nothing)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        size_t words = 0;
        struct thumbnail *thumbnail = thumbnail_new(run_scenario(names[i]));
        struct canvas *heard = canvas_new_listener(400, 300, (struct canvas_listener){hear_words, &words});
        for (int k = 0; k < 6; k++) {
            thumbnail_draw(thumbnail, heard, box_of(10, 10, 270, 228), theme_of(false));
            thumbnail_play(thumbnail, 1700000000);
        }
        cr_expect(eq(sz, words, 0), "%s", names[i]);
        canvas_free(heard);
        thumbnail_free(thumbnail);
    }
}

/* ---- Lessons, and the way back ---- */

static struct quiz_question question = {
    .prompt = "Which?", .choices = {"this", "that"}, .n_choices = 2, .right = 1, .explanation = "That.", .cite = ""};
static struct scene_lesson step = {"The handshake", "Watch the three packets.", 1, 3, &question};

static void open_lesson(void)
{
    struct scene_options options = scene_options_default();
    options.from_gallery = true;
    options.lesson = &step;
    open_scene_of("first-mail", options);
}

TestSuite(lesson, .init = open_lesson, .fini = close_scene);

Test(lesson, a_question_stands_before_the_next_step_once)
{
    size_t answer;
    cr_expect(targets_find_act(scene_targets(scene), ACT_LESSON_NEXT, 0) != NULL);
    cr_expect(targets_find_act(scene_targets(scene), ACT_LESSON_BACK, 0) == NULL, "there is none before the first");
    press('.');
    cr_assert(scene_question(scene, &answer) == &question);
    cr_expect(eq(int, scene_way(scene), WAY_STAY));
    press('2');
    cr_expect(eq(uint, scene_score(scene).right, 1));
    press(' ');
    cr_expect(eq(int, scene_way(scene), WAY_NEXT));
}

Test(lesson, escape_leaves_the_question_and_then_goes_to_the_gallery)
{
    size_t answer;
    press('.');
    press(KEY_ESCAPE);
    cr_expect(scene_question(scene, &answer) == NULL);
    press(KEY_ESCAPE);
    cr_expect(eq(int, scene_way(scene), WAY_GALLERY), "at once: nothing would be lost");
}

Test(lesson, the_key_of_the_gallery_goes_there_at_once)
{
    press('m');
    cr_expect(eq(int, scene_way(scene), WAY_GALLERY));
}
