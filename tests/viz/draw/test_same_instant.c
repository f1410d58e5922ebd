/* An instant looks the same, however one came to it: by a step of any sort, forwards or backwards, by playing, by going
   to it. That the state is the same (test_story) does not hold the window to that: a step may stop among the events of
   one instant, before the caption that tells of it. Where it does so because more steps follow, the clock says it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/scene.h"

enum { WIDTH = 1000, HEIGHT = 640, TEXTS_BYTES = 40000 };

/* ---- What is seen ---- */

struct seen {
    char texts[TEXTS_BYTES]; /* all of them, but for how fast the clock goes just now */
    char said[4000];         /* of these, those of the caption above */
};

static void hear(void *user, const struct canvas_part *part)
{
    struct seen *seen = user;
    static const char *const speed[] = {"in a second", "the clock waits a moment", "paused", "skipping ahead"};
    if (part->what != CANVAS_TEXT) return;
    for (size_t i = 0; i < sizeof speed / sizeof speed[0]; i++)
        if (strstr(part->text, speed[i])) return;
    size_t n = strlen(seen->texts), m = strlen(seen->said);
    snprintf(seen->texts + n, sizeof seen->texts - n, "%s\n", part->text);
    if (part->room.y + part->room.h < 100) snprintf(seen->said + m, sizeof seen->said - m, "%s\n", part->text);
}

static void see(struct scene *scene, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    struct canvas *listener = canvas_new_listener(WIDTH, HEIGHT, (struct canvas_listener){hear, seen});
    scene_draw(scene, listener);
    canvas_free(listener);
}

static uint64_t picture_of(struct scene *scene)
{
    uint64_t hash = 1;
    struct canvas *canvas = canvas_new_layer(WIDTH, HEIGHT);
    scene_draw(scene, canvas);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            hash = (hash ^ canvas_pixel(canvas, x, y)) * UINT64_C(0x9e3779b97f4a7c15);
    canvas_free(canvas);
    return hash;
}

/* ---- Two windows: one is driven, in the other the same instant is gone to ---- */

static struct journal_memory *journal;
static struct scene *driven, *sought;
static const char *of_scenario;

static void open_both(const char *scenario)
{
    of_scenario = scenario;
    journal = run_scenario(scenario);
    driven = scene_new(journal, scene_options_default());
    sought = scene_new(journal, scene_options_default());
}

static void close_both(void)
{
    scene_free(driven);
    scene_free(sought);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* The whole picture, where the clock does not say that the instant is not over. Returns whether it is. */
static bool expect_same_picture(const char *how)
{
    static struct seen by_way, by_time;
    char place[40], time[VTIME_TEXT_BYTES];
    const struct story_place at = story_place(scene_story(driven));
    vtime_format_instant(scene_now(driven), time);
    see(driven, &by_way);
    snprintf(place, sizeof place, "\n%zu of %zu\n", at.done, at.steps);
    if (at.steps) {
        cr_expect(strstr(by_way.texts, place) != NULL, "%s, %s, at %s: the clock does not say%s", of_scenario, how,
                  time, place);
        return false;
    }
    scene_seek(sought, scene_now(driven));
    scene_select(sought, scene_selection(driven));
    see(sought, &by_time);
    cr_expect(strcmp(by_way.said, by_time.said) == 0, "%s, %s, at %s:\n%sand gone to\n%s", of_scenario, how, time,
              by_way.said, by_time.said);
    cr_expect(strcmp(by_way.texts, by_time.texts) == 0, "%s, %s, at %s", of_scenario, how, time);
    cr_expect(eq(u64, picture_of(driven), picture_of(sought)), "%s, %s, at %s", of_scenario, how, time);
    return true;
}

/* ---- By steps ---- */

static const struct {
    const char *how;
    int key;
    bool shift, ctrl;
} keys[] = {{"by events", KEY_RIGHT, false, false},     {"by packets", KEY_RIGHT, true, false},
            {"by lines", KEY_PAGE_DOWN, false, false},  {"by mails", KEY_RIGHT, false, true},
            {"back by events", KEY_LEFT, false, false}, {"back by packets", KEY_LEFT, true, false}};

static void expect_steps_to_look_alike(const char *scenario, int64_t from_ns, int n)
{
    open_both(scenario);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        int whole = 0;
        const struct input in = {.kind = INPUT_KEY, .key = keys[k].key, .shift = keys[k].shift, .ctrl = keys[k].ctrl};
        scene_seek(driven, from_ns);
        for (int i = 0; i < n; i++) {
            scene_handle(driven, &in);
            whole += expect_same_picture(keys[k].how);
        }
        cr_expect(whole > 0, "%s, %s: no step ends an instant", scenario, keys[k].how);
    }
    close_both();
}

Test(same_instant, a_step_to_it_shows_the_same_picture_as_going_there)
{
    expect_steps_to_look_alike("lost-segment", 1890 * MILLISECOND, 25);
    expect_steps_to_look_alike("first-mail", 1880 * MILLISECOND, 12);
}

/* The third repetition arrives, and the segment is sent again: one step, of which the caption tells. */
Test(same_instant, the_retransmission_comes_with_the_acknowledgement_that_asks_for_it_and_with_its_caption)
{
    open_both("lost-segment");
    for (size_t k = 0; k < 2; k++) {
        static struct seen seen;
        const struct input in = {.kind = INPUT_KEY, .key = keys[k].key, .shift = keys[k].shift};
        scene_seek(driven, 1932543 * MICROSECOND);
        scene_handle(driven, &in);
        see(driven, &seen);
        cr_expect(strstr(seen.said, "Three repetitions are enough") && strstr(seen.said, "resends bytes 3013"),
                  "%s:\n%s", keys[k].how, seen.said);
        cr_expect(expect_same_picture(keys[k].how), "%s: there is no more to come at this instant", keys[k].how);
    }
    close_both();
}

/* All that is said above, in the whole run, by each sort of step. */
Test(same_instant, each_caption_is_there_with_the_step_that_it_is_about)
{
    static struct seen by_way, by_time;
    open_both("lost-segment");
    for (size_t k = 0; k < 2; k++) {
        const struct input in = {.kind = INPUT_KEY, .key = keys[k].key, .shift = keys[k].shift};
        const struct story *story = scene_story(driven);
        for (size_t i = 0; i < story_caption_count(story); i++) {
            const struct story_caption *caption = story_caption(story, i);
            scene_seek(driven, caption->at_ns - 1);
            while (story_last_event(story) == STORY_NONE || story_last_event(story) < caption->about)
                scene_handle(driven, &in);
            scene_seek(sought, caption->at_ns);
            see(driven, &by_way);
            see(sought, &by_time);
            cr_expect(eq(i64, scene_now(driven), caption->at_ns));
            cr_expect(strstr(by_way.said, caption->text) && strstr(by_time.said, caption->text), "%s: %s, not\n%s",
                      keys[k].how, caption->text, by_way.said);
        }
    }
    close_both();
}

/* ---- By playing ---- */

/* Plays from there on, a frame of this length after another, until then. */
static void expect_playing_to_say_the_same(const char *scenario, int64_t from_ns, int64_t to_ns, int64_t frame_ns)
{
    static struct seen by_way, by_time;
    int64_t last_ns = -1, n_stood = 0;
    open_both(scenario);
    const struct input space = {.kind = INPUT_KEY, .key = ' '};
    scene_seek(driven, from_ns);
    scene_handle(driven, &space);
    while (scene_is_playing(driven) && scene_now(driven) < to_ns) {
        scene_advance(driven, frame_ns);
        n_stood += scene_now(driven) == last_ns;
        last_ns = scene_now(driven);
        scene_seek(sought, last_ns);
        see(driven, &by_way);
        see(sought, &by_time);
        cr_expect(strcmp(by_way.said, by_time.said) == 0, "%s, playing, at %lld ns:\n%sand gone to\n%s", scenario,
                  (long long)last_ns, by_way.said, by_time.said);
    }
    cr_expect(n_stood > 3, "%s: the clock stands still while something is read", scenario);
    close_both();
}

Test(same_instant, playing_to_it_says_the_same_as_going_there)
{
    expect_playing_to_say_the_same("lost-segment", 0, INT64_MAX, 700 * MILLISECOND);
    expect_playing_to_say_the_same("first-mail", 0, INT64_MAX, 700 * MILLISECOND);
}

/* There a caption has been read while the clock stands still. */
Test(same_instant, a_caption_goes_between_two_instants_and_not_within_one)
{
    expect_playing_to_say_the_same("smuggling", 1131 * MILLISECOND, 1133 * MILLISECOND, 30 * MILLISECOND);
}

/* As a mark on the time line and a cause are gone to: the event with what belongs to it. */
Test(same_instant, what_is_searched_for_shows_the_same_picture_as_going_to_its_instant)
{
    struct input text = {.kind = INPUT_TEXT, .text = "u"};
    const struct input find = {.kind = INPUT_KEY, .key = 'u'}, enter = {.kind = INPUT_KEY, .key = KEY_ENTER};
    open_both("lost-segment");
    scene_handle(driven, &find);
    scene_handle(driven, &text);
    snprintf(text.text, sizeof text.text, "resends bytes 3013");
    scene_handle(driven, &text);
    scene_handle(driven, &enter);
    const struct story *story = scene_story(driven);
    cr_expect(eq(int, story_event(story, story_step_subject(story))->kind, EVENT_PACKET_SEND));
    const struct input done = {.kind = INPUT_KEY, .key = KEY_ESCAPE};
    if (scene_wants_text(driven)) scene_handle(driven, &done);
    cr_expect(expect_same_picture("searched for"), "that it goes out, and a caption, are all that follows");
    close_both();
}
