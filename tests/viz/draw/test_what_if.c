/* What if: a thing is looked at, an act is chosen, the world is run again, and both runs are compared. Here it is run
   again at once (rerun_at_once.h). What the window says of it meanwhile: test_what_if_seen.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/draw/what_if_scene.h"
#include "viz/draw/edits.h"
#include "viz/draw/menu_view.h"
#include "viz/draw/what_if.h"
#include "viz/draw/why_late_view.h"
#include "viz/story/difference.h"

/* ---- The scene ---- */

static int64_t delivered_at(const struct story *s)
{
    const struct story_mark *marks;
    for (size_t i = 0, n = story_marks(s, &marks); i < n; i++)
        if (marks[i].kind == STORY_MARK_DELIVERED) return marks[i].at_ns;
    return TIME_NEVER;
}

TestSuite(what_if, .init = open_first_mail, .fini = close_scene);

Test(what_if, a_packet_that_had_not_been_lost_lets_the_mail_come_sooner)
{
    size_t lost = look_at_the_lost_packet();
    int64_t was = delivered_at(scene_story(scene)), at = scene_now(scene);
    cr_assert(click(ACT_WHAT_IF, 0), "the inspector offers it");
    cr_expect(scene_is_running_again(scene));
    scene_poll(scene);
    cr_expect(not(scene_is_running_again(scene)));
    scene_draw(scene, canvas);
    cr_expect(lt(i64, delivered_at(scene_story(scene)), was));
    cr_expect(eq(int, story_packet(scene_story(scene), lost)->fate, STORY_ARRIVED));
    cr_expect(eq(i64, scene_now(scene), at), "one stands where the two runs part");
    press('x');
    cr_expect(eq(i64, delivered_at(scene_story(scene)), was), "as it was");
    press('x');
    cr_expect(lt(i64, delivered_at(scene_story(scene)), was));
    cr_assert(click(ACT_SHOW_RUN, 0));
    cr_expect(eq(i64, delivered_at(scene_story(scene)), was));
}

Test(what_if, an_act_is_taken_back_and_saved_as_a_line_of_the_scenario)
{
    look_at_the_lost_packet();
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_assert(click(ACT_SAVE, 0));
    cr_expect(strstr(rerun_saved, "\"spare\"") && strstr(rerun_saved, "\"packet\":43"), "%s", rerun_saved);
    struct journal_memory *again = run_scenario_text(rerun_saved);
    struct story *story = story_new(again);
    cr_expect(eq(i64, delivered_at(story), delivered_at(scene_story(scene))), "saved, it replays");
    story_free(story);
    journal_memory_free(again);
    cr_assert(click(ACT_UNDO, 0));
    cr_expect(not(click(ACT_SHOW_RUN, 1)), "nothing is left to compare");
    cr_expect(eq(sz, story_drop_count(scene_story(scene)), 1));
}

static size_t failed_expectations(const struct journal_memory *of)
{
    size_t failed = 0;
    for (size_t i = 0; i < journal_memory_count(of); i++) {
        const struct event *e = journal_memory_at(of, i);
        failed += e->kind == EVENT_EXPECTATION && event_int(e, FIELD_HELD) == 0;
    }
    return failed;
}

Test(what_if, expectations_that_do_not_hold_in_it_are_left_out_of_what_is_saved_and_that_is_said)
{
    scene_seek(scene, 1800 * MILLISECOND);
    scene_select(scene, (struct selection){ACT_LINK, story_link_by_name(scene_story(scene), "b-mail")});
    scene_draw(scene, canvas);
    cr_assert(click(ACT_WHAT_IF, 0), "cut for a minute");
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_assert(click(ACT_SAVE, 0));
    scene_draw(scene, canvas);
    cr_expect(picture_says("1 expectation of the scenario does not hold in it, and was left out."));
    cr_expect(strstr(rerun_saved, "\"expect\"") && strstr(rerun_saved, "10 mx1.b.example"), "what holds stays");
    cr_expect(eq(ptr, strstr(rerun_saved, "picked up\",\"before"), NULL), "%s", rerun_saved);
    struct journal_memory *again = run_scenario_text(rerun_saved);
    cr_expect(eq(sz, failed_expectations(again), 0), "%s", rerun_saved);
    journal_memory_free(again);
}

Test(what_if, values_that_can_be_changed_have_words_that_people_read_beside_their_keys)
{
    char words[EDIT_WORDS_BYTES];
    struct edit_row rows[EDITS_MAX];
    size_t link = story_link_by_name(scene_story(scene), "b-mail");
    cr_assert(gt(sz, edits_of(scene_story(scene), (struct selection){ACT_LINK, link}, rows), 4));
    cr_expect(eq(str, (char *)edit_words(&rows[4], words), "largest packet (mtu)"));
    cr_expect(eq(str, (char *)edit_words(&rows[2], words), "loss"), "which is its own word");
    size_t host = story_host_by_name(scene_story(scene), "mail.a.example");
    cr_assert(gt(sz, edits_of(scene_story(scene), (struct selection){ACT_HOST, host}, rows), 2));
    cr_expect(eq(str, (char *)edit_words(&rows[0], words), "when it tries again (retry)"));
    cr_expect(eq(str, (char *)edit_words(&rows[2], words), "room in a mailbox (mailbox_limit)"));
    scene_look_at(scene, "b-mail");
    press('1');
    scene_draw(scene, canvas);
    cr_expect(picture_says("largest packet (mtu)"));
}

Test(what_if, what_is_saved_has_the_seed_of_its_run)
{
    size_t left_out;
    char *text = what_if_to_save("{\"seed\":113}", "113", NULL, &left_out);
    cr_expect(eq(str, text, "{\"seed\":113}"));
    mem_free(text);
    text = what_if_to_save("{\"seed\":113}", "luck", NULL, &left_out);
    cr_expect(eq(str, text, "{\"seed\":\"luck\"}"));
    mem_free(text);
}

Test(what_if, the_view_that_came_of_itself_goes_with_the_last_act_and_is_not_remembered)
{
    char before[WORKSPACE_TEXT_BYTES], after[WORKSPACE_TEXT_BYTES];
    scene_arrangement(scene, before);
    look_at_the_lost_packet();
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(targets_find_act(scene_targets(scene), ACT_VIEW_MENU, VIEW_WHAT_IF) != NULL, "it is there");
    cr_expect(eq(str, (char *)scene_arrangement(scene, after), before));
    press_with('z', false, true);
    cr_expect(eq(ptr, (void *)targets_find_act(scene_targets(scene), ACT_VIEW_MENU, VIEW_WHAT_IF), NULL));
    cr_expect(eq(str, (char *)scene_arrangement(scene, after), before));
}

Test(what_if, the_view_that_the_user_has_opened_stays)
{
    char before[WORKSPACE_TEXT_BYTES], after[WORKSPACE_TEXT_BYTES];
    cr_assert(click(ACT_VIEW_MENU, VIEW_LADDER));
    cr_assert(click(ACT_SHOW_BELOW, act_of_views(VIEW_LADDER, VIEW_WHAT_IF)));
    scene_arrangement(scene, before);
    cr_assert(strstr(before, "what-if") != NULL);
    look_at_the_lost_packet();
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    scene_draw(scene, canvas);
    press_with('z', false, true);
    cr_expect(eq(str, (char *)scene_arrangement(scene, after), before));
}

Test(what_if, a_value_is_changed_in_place_and_the_rest_stays_as_it_was_written)
{
    int64_t was = delivered_at(scene_story(scene));
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2), "its loss");
    cr_expect(scene_wants_text(scene));
    write_over("0 %");
    cr_expect(eq(sz, story_drop_count(scene_story(scene)), 0));
    cr_expect(lt(i64, delivered_at(scene_story(scene)), was));
    cr_assert(click(ACT_SAVE, 0));
    cr_expect(strstr(rerun_saved, "\"loss\":\"0 %\"") != NULL, "%s", rerun_saved);
    cr_expect(strstr(rerun_saved, "At noon?") && strstr(rerun_saved, "\"description\""),
              "what the writer wrote is kept");
    cr_expect(strstr(rerun_saved, "\"postroad\"") < strstr(rerun_saved, "\"hosts\""), "in its order");
    cr_assert(click(ACT_UNDO, 0));
    cr_expect(eq(sz, story_drop_count(scene_story(scene)), 1));
}

/* Of what is selected: the row that changes this value from now on. */
static size_t row_from_now(const char *name)
{
    struct edit_row rows[EDITS_MAX];
    size_t n = edits_of(scene_story(scene), scene_selection(scene), rows);
    for (size_t i = 0; i < n; i++)
        if (*rows[i].at && !strcmp(rows[i].name, name)) return i;
    cr_assert(false, "no %s from now on", name);
    return 0;
}

static void expect_set_from_now(const char *value, const char *written, const char *saved)
{
    int64_t now = scene_now(scene);
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, row_from_now(value)), "%s", value);
    write_over(written);
    cr_assert(click(ACT_SAVE, 0), "%s", value);
    cr_expect(strstr(rerun_saved, saved) != NULL, "%s", rerun_saved);
    cr_expect(strstr(rerun_saved, "\"at\":\"1.5 s\"") != NULL, "%s", rerun_saved);
    press('x');
    cr_expect(eq(i64, scene_now(scene), now));
    cr_assert(click(ACT_UNDO, 0));
}

Test(what_if, a_link_loses_what_one_writes_from_now_on)
{
    scene_seek(scene, 1500 * MILLISECOND);
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    size_t link = scene_selection(scene).index;
    cr_assert(click(ACT_EDIT, row_from_now("loss")));
    write_over("37 %");
    scene_seek(scene, 1500 * MILLISECOND - 1);
    cr_expect(ne(str, (char *)story_link(scene_story(scene), link).loss[0], "37 %"), "not before");
    scene_seek(scene, 1500 * MILLISECOND);
    cr_expect(eq(str, (char *)story_link(scene_story(scene), link).loss[0], "37 %"));
    cr_expect(eq(str, (char *)story_link(scene_story(scene), link).loss[1], "37 %"));
    cr_assert(click(ACT_UNDO, 0));
    expect_set_from_now("loss", "12.5 %", "\"/links/a-mail/loss\":\"12.5 %\"");
}

Test(what_if, a_link_has_the_delay_or_the_rate_that_one_writes_from_now_on)
{
    scene_seek(scene, 1500 * MILLISECOND);
    expect_set_from_now("delay", "120 ms", "\"/links/a-mail/delay\":\"120 ms\"");
    expect_set_from_now("rate", "64 kbit/s", "\"/links/a-mail/rate\":\"64 kbit/s\"");
}

Test(what_if, a_server_tries_again_by_another_policy_from_now_on)
{
    struct scene_options options = scene_options_default();
    close_scene();
    options.rerun = &rerun_at_once;
    open_scene_of("greylisting", options);
    int64_t failed = story_attempt(scene_story(scene), 0)->end_ns;
    int64_t was = story_attempt(scene_story(scene), 1)->begin_ns - failed;
    scene_seek(scene, failed - MILLISECOND);
    scene_look_at(scene, "mail.a.example");
    scene_draw(scene, canvas);
    size_t row = row_from_now("retry");
    for (int i = 0; i < 40 && !targets_find_act(scene_targets(scene), ACT_EDIT, row); i++)
        press_with(KEY_DOWN, false, true); /* it is further down */
    cr_assert(click(ACT_EDIT, row));
    write_over("exim");
    cr_assert(ge(sz, story_attempt_count(scene_story(scene)), 2));
    int64_t would = story_attempt(scene_story(scene), 1)->begin_ns - story_attempt(scene_story(scene), 0)->end_ns;
    cr_expect(ne(i64, was, would));
    cr_expect(would >= 15 * MINUTE, "%lld: the first wait of Exim", (long long)would);
    cr_assert(click(ACT_SAVE, 0));
    cr_expect(strstr(rerun_saved, "\"/hosts/mail.a.example/mail_server/retry\"") != NULL, "%s", rerun_saved);
}

Test(what_if, a_value_that_cannot_be_is_refused_and_nothing_changes)
{
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2));
    write_over("much");
    cr_expect(eq(sz, story_drop_count(scene_story(scene)), 1));
    cr_expect(not(click(ACT_SHOW_RUN, 1)));
}

Test(what_if, a_value_that_is_refused_stands_there_to_be_mended_and_its_form_is_shown)
{
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2));
    cr_expect(picture_says("such as 2 %"));
    write_over("much");
    cr_expect(scene_wants_text(scene), "it can be mended");
    cr_expect(picture_says("much▏"), "as it was written");
    cr_expect(picture_says("it does not load"), "and why it is refused");
    write_over("1 %");
    cr_expect(not(scene_wants_text(scene)));
    cr_expect(click(ACT_SHOW_RUN, 0), "now there is another run");
}

Test(what_if, a_mail_gets_another_text)
{
    scene_seek(scene, story_end_ns(scene_story(scene)));
    scene_look_at(scene, "m1");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2), "its subject");
    write_over("Dinner?");
    cr_expect(eq(str, (char *)story_mail(scene_story(scene), 0)->subject, (char *)"Dinner?"));
}

static bool choose(const char *host, const char *words)
{
    struct act_line offers[OFFERS_MAX];
    scene_look_at(scene, host);
    scene_draw(scene, canvas);
    size_t n = what_if_offers(scene_story(scene), scene_selection(scene), offers);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(offers[i].words, words)) return click(ACT_WHAT_IF, i);
    return false;
}

Test(what_if, a_computer_and_then_a_mail_of_it_are_added)
{
    press('1'); /* where there is room */
    press('1');
    scene_seek(scene, 2 * SECOND);
    cr_assert(choose("internet", "one more computer were linked to it"));
    scene_poll(scene);
    size_t added = story_host_by_name(scene_story(scene), "added-1");
    cr_assert(ne(sz, added, STORY_NONE));
    press('a'); /* queues and why late */ /* the view of it makes room for the inspector */
    press('a');                           /* queues and why late */
    cr_assert(choose("alice-pc", "one more mail were written here now"));
    scene_poll(scene);
    cr_expect(ne(sz, story_mail_by_name(scene_story(scene), "added-1"), STORY_NONE));
    cr_expect(eq(sz, story_mail_count(scene_story(scene)), 2));
    cr_expect(ne(sz, story_host_by_name(scene_story(scene), "added-1"), STORY_NONE), "both acts hold");
}

/* ---- Adding a link ---- */

static size_t host_called(const char *name)
{
    return story_host_by_name(scene_story(scene), name);
}

Test(what_if, a_link_is_added_by_two_clicks_and_then_changed_like_any_other)
{
    size_t links = story_link_count(scene_story(scene));
    cr_assert(click(ACT_VIEW_MENU, VIEW_MAP));
    cr_assert(click(ACT_ADD_LINK, 0));
    cr_assert(click(ACT_HOST, host_called("alice-pc")));
    cr_expect(not(scene_is_running_again(scene)), "it waits for the other end");
    cr_assert(click(ACT_HOST, host_called("mail.a.example")));
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(eq(sz, story_link_count(scene_story(scene)), links + 1));
    size_t added = story_link_by_name(scene_story(scene), "added-1");
    cr_assert(ne(sz, added, STORY_NONE));
    cr_expect(eq(int, scene_selection(scene).what, ACT_LINK), "it is looked at, to be given its values");
    cr_expect(eq(sz, scene_selection(scene).index, added));
    press('a'); /* queues and why late */ /* the inspector has the room */
    press('a');                           /* queues and why late */
    press('1');
    cr_assert(click(ACT_EDIT, 1), "its delay");
    write_over("70 ms");
    cr_expect(story_link(scene_story(scene), added).delay_ns[0] == 70 * MILLISECOND);
    struct input save_it = {.kind = INPUT_KEY, .key = 's', .ctrl = true},
                 undo = {.kind = INPUT_KEY, .key = 'z', .ctrl = true};
    scene_handle(scene, &save_it);
    cr_expect(strstr(rerun_saved, "\"added-1\"") && strstr(rerun_saved, "\"70 ms\"") && strstr(rerun_saved, "At noon?"),
              "%s", rerun_saved);
    struct journal_memory *again = run_scenario_text(rerun_saved);
    cr_assert(again != NULL, "what was saved is a scenario");
    journal_memory_free(again);
    scene_handle(scene, &undo);
    scene_poll(scene);
    cr_expect(eq(sz, story_link_count(scene_story(scene)), links + 1), "the last change is taken back, the link stays");
    scene_handle(scene, &undo);
    cr_expect(eq(sz, story_link_count(scene_story(scene)), links));
}

Test(what_if, escape_gives_a_new_link_up_and_a_host_can_be_looked_at_again)
{
    press('e');
    cr_assert(click(ACT_HOST, host_called("internet")));
    cr_expect(eq(int, scene_selection(scene).what, ACT_NONE), "the press was for the link");
    press(KEY_ESCAPE);
    cr_assert(click(ACT_HOST, host_called("bob-pc")));
    cr_expect(eq(int, scene_selection(scene).what, ACT_HOST));
    cr_expect(not(scene_is_running_again(scene)));
}

Test(what_if, a_link_to_itself_or_to_what_came_of_itself_is_refused_and_another_host_may_be_pressed)
{
    press('e');
    cr_assert(click(ACT_HOST, host_called("bob-pc")));
    cr_assert(click(ACT_HOST, host_called("bob-pc")));
    cr_expect(not(scene_is_running_again(scene)));
    cr_assert(click(ACT_HOST, host_called("name-server")), "the scenario does not name it");
    cr_expect(not(scene_is_running_again(scene)));
    cr_assert(click(ACT_HOST, host_called("alice-pc")));
    cr_expect(scene_is_running_again(scene));
    scene_poll(scene);
    cr_expect(ne(sz, story_link_by_name(scene_story(scene), "added-1"), STORY_NONE));
}

Test(what_if, a_shorter_way_is_taken)
{
    size_t before = story_packet_count(scene_story(scene));
    press('e');
    cr_assert(click(ACT_HOST, host_called("alice-pc")));
    cr_assert(click(ACT_HOST, host_called("mail.a.example")));
    scene_poll(scene);
    const struct story *s = scene_story(scene);
    size_t added = story_link_by_name(s, "added-1"), carried = 0;
    for (size_t i = 0; i < story_packet_count(s); i++)
        carried +=
            story_packet(s, i)->first_hop != STORY_NONE && story_hop(s, story_packet(s, i)->first_hop)->link == added;
    cr_expect(gt(sz, carried, 5), "of %zu packets", before);
}

/* ---- Taking away ---- */

Test(what_if, a_link_that_is_taken_away_is_gone_with_the_faults_on_it_and_comes_back)
{
    static const char world[] =
        "{\"postroad\":1,\"hosts\":{\"a\":{\"client\":{\"user\":\"u@b.example\",\"submits_to\":\"b\"}},"
        "\"b\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"u\",\"v\"]}},\"r\":{\"router\":{}}},"
        "\"links\":{\"ar\":{\"between\":[\"a\",\"r\"]},\"rb\":{\"between\":[\"r\",\"b\"]},\"ab\":{\"between\":[\"a\","
        "\"b\"]}},"
        "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"u@b.example\",\"to\":[\"v@b.example\"]},"
        "\"m2\":{\"at\":\"2 s\",\"from\":\"u@b.example\",\"to\":[\"v@b.example\"]}},"
        "\"faults\":[{\"at\":\"1 s\",\"cut_link\":{\"link\":\"ab\"}},{\"at\":\"1 s\",\"set\":{\"/links/ab/loss\":\"5 "
        "%\"}},"
        "{\"at\":\"2 s\",\"for\":\"1 s\",\"cut_link\":{\"link\":\"rb\"}}],"
        "\"expect\":[{\"mail\":\"m1\"},{\"mail\":\"m2\"},{\"event\":\"link.drop\",\"where\":{\"link\":\"ab\"},"
        "\"times\":0}]}";
    static const struct {
        const char *pointer, *gone[5], *there[5];
    } rows[] = {{"/links/ab", {"\"ab\"", "/links/ab/"}, {"\"m1\"", "\"rb\"", "cut_link"}},
                {"/mail/m1", {"\"m1\""}, {"\"m2\"", "cut_link", "link.drop"}},
                {"/hosts/a", {"\"a\"", "\"m1\"", "\"m2\"", "\"ab\"", "\"ar\""}, {"\"rb\"", "cut_link"}}};
    struct journal_memory *made = run_scenario_text(world);
    struct story *story = story_new(made);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct act_line act = {.line = "null"};
        snprintf(act.pointer, sizeof act.pointer, "%s", rows[i].pointer);
        char *changed = what_if_scenario(story, &act, 1);
        for (int k = 0; k < 5 && rows[i].gone[k]; k++)
            cr_expect(strstr(changed, rows[i].gone[k]) == NULL, "%s: %s in %s", rows[i].pointer, rows[i].gone[k],
                      changed);
        for (int k = 0; k < 5 && rows[i].there[k]; k++)
            cr_expect(strstr(changed, rows[i].there[k]) != NULL, "%s: %s in %s", rows[i].pointer, rows[i].there[k],
                      changed);
        struct journal_memory *runs = run_scenario_text(changed);
        cr_expect(runs != NULL, "%s", changed);
        journal_memory_free(runs);
        mem_free(changed);
    }
    story_free(story);
    journal_memory_free(made);
}

Test(what_if, a_mail_is_taken_away_and_comes_back)
{
    scene_seek(scene, 2 * SECOND);
    cr_assert(choose("m1", "it were never written"));
    scene_poll(scene);
    cr_expect(eq(sz, story_mail_by_name(scene_story(scene), "m1"), STORY_NONE));
    cr_expect(eq(int, scene_selection(scene).what, ACT_NONE), "what is gone is not looked at");
    press('x');
    cr_expect(ne(sz, story_mail_by_name(scene_story(scene), "m1"), STORY_NONE), "as it was");
    scene_look_at(scene, "m1");
    press(KEY_DELETE);
    scene_poll(scene);
    cr_expect(eq(sz, story_mail_by_name(scene_story(scene), "m1"), STORY_NONE), "by a key, too");
}

Test(what_if, a_server_without_which_there_is_no_world_stays_and_why_is_said)
{
    size_t hosts = story_host_count(scene_story(scene));
    press('1'); /* alone, where nothing else could say it */
    press('1');
    scene_seek(scene, 2 * SECOND);
    cr_assert(choose("mail.a.example", "there were no such host"));
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(eq(sz, story_host_count(scene_story(scene)), hosts));
    cr_expect(not(click(ACT_SHOW_RUN, 1)));
}

static void hear(void *user, const struct canvas_part *part)
{
    if (part->what == CANVAS_TEXT && strstr(part->text, "cannot be run again")) ++*(int *)user;
}

/* How often the picture as it would be drawn now tells why. */
static int why_is_told(void)
{
    int n = 0;
    struct canvas *listener = canvas_new_listener(1280, 800, (struct canvas_listener){hear, &n});
    scene_draw(scene, listener);
    canvas_free(listener);
    return n;
}

Test(what_if, keys_that_ask_for_another_world_are_told_why_there_is_none)
{
    rerun_at_once.why_not = "What came from outside cannot be run again.";
    cr_expect(eq(int, why_is_told(), 0));
    press('e');
    cr_expect(eq(int, why_is_told(), 1));
    press(KEY_ESCAPE);
    cr_expect(eq(int, why_is_told(), 0));
    scene_look_at(scene, "alice-pc");
    int beside_the_offers = why_is_told();
    press(KEY_DELETE);
    cr_expect(eq(int, why_is_told(), beside_the_offers + 1));
    press(KEY_ESCAPE);
    press(KEY_ESCAPE); /* nothing is looked at any more */
    press('9');        /* What if, alone */
    cr_expect(eq(int, why_is_told(), 1));
}

Test(what_if, what_cannot_be_run_again_says_why_and_cannot_be_pressed)
{
    rerun_at_once.why_not = "What came from outside cannot be run again.";
    look_at_the_lost_packet();
    cr_expect(not(click(ACT_WHAT_IF, 0)));
    cr_assert(click(ACT_VIEW_MENU, VIEW_MAP));
    cr_expect(not(click(ACT_ADD_LINK, 0)), "the menu tells why instead");
}

Test(what_if, each_offer_for_each_thing_makes_a_world_that_runs)
{
    struct act_line offers[OFFERS_MAX];
    struct selection things[] = {{ACT_PACKET, 3}, {ACT_PACKET, 40}, {ACT_LINK, 1}, {ACT_HOST, 1}, {ACT_HOST, 2}};
    scene_seek(scene, 1500 * MILLISECOND);
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        size_t n = what_if_offers(scene_story(scene), things[i], offers);
        cr_assert(n > 0, "thing %zu", i);
        for (size_t k = 0; k < n; k++) {
            char *scenario = what_if_scenario(scene_story(scene), &offers[k], 1);
            struct journal_memory *changed = run_scenario_text(scenario);
            if (!changed && !strcmp(offers[k].line, "null")) { /* the others need it, and the message said so */
                mem_free(scenario);
                continue;
            }
            cr_assert(changed != NULL, "%s", offers[k].line);
            struct difference d = first_difference(journal, changed);
            cr_expect(d.at_ns >= story_now(scene_story(scene)) || things[i].what == ACT_PACKET || *offers[k].pointer,
                      "%s differs at %lld", offers[k].line, (long long)d.at_ns);
            journal_memory_free(changed);
            mem_free(scenario);
        }
    }
}

Test(difference, a_run_differs_from_itself_nowhere_and_from_a_shorter_one_at_its_end)
{
    struct journal_memory *a = run_scenario("first-mail"), *b = journal_memory_new();
    struct difference none = first_difference(a, a);
    cr_expect(eq(i64, none.at_ns, TIME_NEVER));
    size_t n = journal_memory_count(a) - 5;
    for (size_t i = 0; i < n; i++)
        journal_memory_append(b, journal_memory_at(a, i));
    struct difference shorter = first_difference(a, b);
    cr_expect(eq(sz, shorter.event_a, n));
    cr_expect(eq(sz, shorter.event_b, STORY_NONE));
    cr_expect(eq(i64, shorter.at_ns, journal_memory_at(a, n)->at_ns));
    journal_memory_free(a);
    journal_memory_free(b);
}

/* ---- Why late ---- */

static const struct delay_interval *intervals_of_m1(size_t *n)
{
    static struct why_plan *plan;
    why_plan_free(plan);
    plan = why_plan_new(journal);
    why_plan_take(plan, scene_story(scene), 0);
    *n = plan->n_intervals;
    return plan->intervals;
}

/* In first-mail one packet of the mail is lost, and it is sent again a second later. */
Test(what_if, why_late_estimates_the_time_without_the_loss_and_a_run_without_it_agrees)
{
    size_t n;
    const struct delay_interval *intervals = intervals_of_m1(&n);
    struct why_losses losses = why_losses_of(scene_story(scene), intervals, n);
    int64_t took = intervals[n - 1].to_ns - intervals[0].from_ns, written = intervals[0].from_ns;
    cr_expect(eq(sz, losses.n, 1));
    cr_expect(eq(sz, losses.can_be_spared, 1));
    cr_expect(losses.waited_ns > 0 && losses.waited_ns < took);
    press('a'); /* queues and why late */
    scene_draw(scene, canvas);
    cr_assert(click(ACT_WITHOUT_LOSSES, 0), "why late offers it");
    scene_poll(scene);
    scene_draw(scene, canvas);
    int64_t really = delivered_at(scene_story(scene)) - written, estimate = took - losses.waited_ns;
    cr_expect(eq(sz, story_drop_count(scene_story(scene)), 0), "nothing is lost");
    cr_expect_lt(really, took);
    cr_expect(llabs(really - estimate) < took / 20, "estimated %lld, is %lld", (long long)estimate, (long long)really);
    cr_expect(not(click(ACT_WITHOUT_LOSSES, 0)), "it is compared already");
}

Test(what_if, where_nothing_was_lost_there_is_no_estimate)
{
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2));
    write_over("0 %");
    struct why_plan *plan = why_plan_new(journal);
    why_plan_take(plan, scene_story(scene), 0);
    cr_expect(eq(sz, why_losses_of(scene_story(scene), plan->intervals, plan->n_intervals).n, 0));
    why_plan_free(plan);
}

/* A timer noticed nothing there: other segments were on their way, and only the run without the loss tells what it
   cost. */
Test(what_if, of_a_loss_that_acknowledgements_told_of_nothing_is_estimated)
{
    struct scene_options options = scene_options_default();
    close_scene();
    options.rerun = &rerun_at_once;
    open_scene_of("lost-segment", options);
    struct why_plan *plan = why_plan_new(journal);
    why_plan_take(plan, scene_story(scene), 0);
    cr_expect(eq(sz, plan->losses.n, 1));
    cr_expect(eq(sz, plan->losses.can_be_spared, 1));
    cr_expect(eq(sz, plan->losses.n_timed, 0));
    cr_expect(eq(i64, plan->losses.waited_ns, 0));
    why_plan_free(plan);
}
