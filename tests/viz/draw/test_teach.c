/* Captions of classic moments, and guessing, on the shipped scenarios. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/run_scenario.h"

/* The kinds in the order in which they first come, joined by spaces. */
static const char *moments_of(const char *scenario, bool told_only)
{
    static char text[600];
    bool seen[CLASSICS] = {false};
    struct journal_memory *run = run_scenario(scenario);
    struct story *story = story_new(run);
    struct classics *classics = classics_new(story);
    text[0] = 0;
    for (size_t i = 0; i < classics_count(classics); i++) {
        const struct classic_moment *moment = classics_at(classics, i);
        if (seen[moment->kind] || (told_only && !moment->is_told)) continue;
        seen[moment->kind] = true;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? " " : "", classic_name(moment->kind));
    }
    classics_free(classics);
    story_free(story);
    journal_memory_free(run);
    return text;
}

Test(teach, the_classic_moments_of_a_lost_segment)
{
    cr_expect_str_eq(moments_of("lost-segment", false),
                     "syn syn-ack ack greeting mail rcpt data go-ahead accepted mx loss by-duplicates pick-up");
}

Test(teach, refusals_reports_secrets_and_timers_are_found)
{
    static const char *const expected[][2] = {{"unknown-user", "refused bounce"},
                                              {"busy-server", "put-off"},
                                              {"backup-mx", "mx by-timer"},
                                              {"starttls", "greeting starttls"},
                                              {"first-mail", "loss by-timer"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const char *found = moments_of(expected[i][0], false);
        cr_expect(strstr(found, expected[i][1]) != NULL, "%s: %s", expected[i][0], found);
    }
}

Test(teach, where_the_scenario_has_a_caption_none_is_added)
{
    char all[600];
    snprintf(all, sizeof all, "%s", moments_of("first-mail", false));
    const char *told = moments_of("first-mail", true);
    cr_expect(strstr(all, "syn syn-ack") == all, "%s", all);
    cr_expect(strncmp(told, "syn ", 4) != 0, "%s", told);
}

static void check_question(const char *scenario, const struct story *story, const struct quiz_question *q)
{
    cr_expect(q->n_choices >= 2 && q->right < q->n_choices && *q->prompt && *q->explanation && *q->cite, "%s: %s",
              scenario, q->prompt);
    cr_expect(q->answer_event >= q->ask_event && q->answer_event < story_event_count(story), "%s: %s", scenario,
              q->prompt);
    for (size_t i = 0; i < q->n_choices; i++)
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(q->choices[i], q->choices[k], "%s: %s", scenario, q->prompt);
    const struct event *answer = story_event(story, q->answer_event);
    if (answer->kind != EVENT_SMTP_LINE || strstr(q->prompt, "first")) return;
    cr_expect(strncmp(q->choices[q->right], event_text(answer, FIELD_TEXT), 3) == 0, "%s: %s", scenario,
              q->choices[q->right]);
}

Test(teach, every_question_of_every_scenario_has_one_answer_that_the_journal_gives)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names), asked = 0;
    for (size_t i = 0; i < n; i++) {
        struct journal_memory *run = run_scenario(names[i]);
        struct story *story = story_new(run);
        struct classics *classics = classics_new(story);
        struct quiz *quiz = quiz_new(story, classics), *again = quiz_new(story, classics);
        asked += quiz_count(quiz);
        cr_assert(eq(sz, quiz_count(quiz), quiz_count(again)));
        for (size_t k = 0; k < quiz_count(quiz); k++) {
            check_question(names[i], story, quiz_question(quiz, k));
            cr_expect(memcmp(quiz_question(quiz, k), quiz_question(again, k), sizeof(struct quiz_question)) == 0);
        }
        quiz_free(quiz);
        quiz_free(again);
        classics_free(classics);
        story_free(story);
        journal_memory_free(run);
    }
    cr_expect(asked > 3 * n, "%zu questions", asked);
}

/* ---- In the window ---- */

static void open_scene(void)
{
    open_scene_of("lost-segment", scene_options_default());
}

/* Until it stops by itself. */
static void play(void)
{
    for (int i = 0; i < 100000 && scene_is_playing(scene); i++)
        scene_advance(scene, 50000000);
    scene_draw(scene, canvas);
}

TestSuite(guessing, .init = open_scene, .fini = close_scene);

Test(guessing, it_stops_asks_explains_counts_and_goes_on_to_the_end)
{
    size_t answer;
    unsigned asked = 0;
    press('g');
    press(' ');
    for (play(); scene_question(scene, &answer); play()) {
        const struct quiz_question *q = scene_question(scene, &answer);
        cr_assert(eq(sz, answer, QUIZ_CHOICES));
        cr_expect(eq(sz, story_last_event(scene_story(scene)), q->ask_event));
        press(' '); /* no way round it */
        cr_expect(scene_question(scene, &answer) == q);
        press('1' + (int)(asked % 2 ? (q->right + 1) % q->n_choices : q->right));
        cr_expect(scene_question(scene, &answer) == q && answer < QUIZ_CHOICES);
        press(asked % 2 ? ' ' : KEY_ENTER);
        asked++;
        if (scene_question(scene, &answer)) continue; /* two at one place */
        cr_expect(scene_is_playing(scene));
    }
    struct scene_score score = scene_score(scene);
    cr_expect(asked >= 6, "%u", asked);
    cr_expect(eq(uint, score.asked, asked));
    cr_expect(eq(uint, score.right, (asked + 1) / 2));
    cr_expect(scene_now(scene) >= story_end_ns(scene_story(scene)));
}

Test(guessing, an_answer_can_be_pressed_and_escape_ends_it)
{
    size_t answer;
    press('g');
    press(' ');
    play();
    cr_assert(click(ACT_ANSWER, 1));
    cr_assert(scene_question(scene, &answer) != NULL && answer == 1);
    cr_assert(click(ACT_GO_ON, 0));
    cr_expect(scene_is_playing(scene));
    play();
    press(KEY_ESCAPE);
    cr_expect(scene_question(scene, &answer) == NULL && !scene_is_guessing(scene));
}

Test(guessing, a_step_forward_is_asked_about_too_and_going_back_asks_nothing)
{
    size_t answer;
    press('g');
    for (int i = 0; i < 200 && !scene_question(scene, &answer); i++)
        press(KEY_RIGHT);
    cr_assert(scene_question(scene, &answer) != NULL);
    press('1');
    press(KEY_RIGHT);
    press(KEY_HOME);
    cr_expect(scene_question(scene, &answer) == NULL);
}

Test(guessing, captions_are_all_the_scenarios_or_none)
{
    int64_t with = pace_total_ns(scene_pace(scene));
    press('y');
    cr_expect(eq(int, scene_captions(scene), CAPTIONS_OF_SCENARIO));
    cr_expect(pace_total_ns(scene_pace(scene)) < with, "what is not shown needs no time to be read");
    press('y');
    cr_expect(eq(int, scene_captions(scene), CAPTIONS_NONE));
    press('y');
    cr_expect(eq(int, scene_captions(scene), CAPTIONS_ALL));
}

Test(guessing, a_projector_gets_fewer_controls_and_what_was_arranged_comes_back)
{
    char before[WORKSPACE_TEXT_BYTES], after[WORKSPACE_TEXT_BYTES];
    scene_arrangement(scene, before);
    press_with('p', true, false);
    cr_expect(scene_is_for_projector(scene));
    cr_expect(targets_find_act(scene_targets(scene), ACT_PLAY, 0) != NULL);
    cr_expect(targets_find_act(scene_targets(scene), ACT_SLOWER, 0) == NULL);
    cr_expect_str_eq(scene_arrangement(scene, after), before, "it is not what is remembered");
    press_with('p', true, false);
    cr_expect(targets_find_act(scene_targets(scene), ACT_SLOWER, 0) != NULL);
    cr_expect_str_eq(scene_arrangement(scene, after), before);
}

Test(guessing, with_reduced_motion_what_moves_goes_by_steps)
{
    press('j');
    cr_expect(scene_is_calm(scene));
    struct view view = {.calm = true};
    double last = 0;
    int steps = 0;
    for (int i = 0; i <= 100; i++) {
        double at = view_moved(&view, i / 100.0);
        steps += at > last;
        cr_expect(at >= last);
        last = at;
    }
    cr_expect(eq(int, steps, 4));
    cr_expect(view_moved(&view, -0.5) < 0, "what waits, waits");
    view.calm = false;
    cr_expect(view_moved(&view, 0.37) > 0.36 && view_moved(&view, 0.37) < 0.38);
}
