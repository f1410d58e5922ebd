/* What the window says while there are two runs: which of them is seen, where they part, what would be lost by leaving,
   and what is offered. What the acts do: test_what_if.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/what_if_scene.h"

/* ---- What is heard ---- */

struct heard {
    const char *words;
    int told, cut; /* texts with these words, and of these, those that were cut */
};

static void hear_words(void *user, const struct canvas_part *part)
{
    struct heard *heard = user;
    if (part->what != CANVAS_TEXT || !strstr(part->text, heard->words)) return;
    heard->told++;
    heard->cut += part->cut;
}

static bool is_told(const char *words)
{
    struct heard heard = {words, 0, 0};
    struct canvas *listener = canvas_new_listener(1280, 800, (struct canvas_listener){hear_words, &heard});
    scene_draw(scene, listener);
    canvas_free(listener);
    cr_expect(eq(int, heard.cut, 0), "%s", words);
    return heard.told > 0;
}

static void spare_the_lost_packet(int64_t at_ns)
{
    look_at_the_lost_packet();
    scene_seek(scene, at_ns);
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    scene_draw(scene, canvas);
}

TestSuite(what_if_seen, .init = open_first_mail, .fini = close_scene);

/* ---- Which run is seen ---- */

static size_t buttons_to_a_run(void)
{
    size_t n = 0;
    for (size_t i = 0; i < targets_count(scene_targets(scene)); i++)
        n += targets_at(scene_targets(scene), i)->act == ACT_SHOW_RUN;
    return n;
}

Test(what_if_seen, while_there_are_two_runs_a_band_says_which_is_seen_and_leads_to_the_other)
{
    cr_expect(not(is_told("The run as it was")), "there is but one");
    spare_the_lost_packet(2500 * MILLISECOND);
    press(KEY_ESCAPE);
    press('1'); /* the map alone: the view What if is not there */
    int64_t now = scene_now(scene);
    for (int i = 0; i < 3; i++) {
        cr_expect(is_told("what if it had not been lost?"));
        cr_expect(eq(sz, buttons_to_a_run(), 1), "the choice is there once");
        cr_assert(click(ACT_SHOW_RUN, 0), "back to the run as it was");
        cr_expect(is_told("The run as it was"));
        cr_expect(eq(sz, story_drop_count(scene_story(scene)), 1));
        cr_expect(eq(i64, scene_now(scene), now), "at the same instant");
        cr_assert(click(ACT_SHOW_RUN, 1));
        cr_expect(eq(sz, story_drop_count(scene_story(scene)), 0));
    }
    cr_assert(click(ACT_ENLARGE, VIEW_WHY_LATE));
    cr_expect(is_told("Why late"));
    cr_assert(click(ACT_ENLARGE, VIEW_WHAT_IF));
    cr_expect(is_told("Until "));
    cr_expect(eq(sz, buttons_to_a_run(), 1), "in the view of it, too");
    cr_assert(click(ACT_UNDO, 0));
    cr_expect(not(is_told("back to the run as it was")), "there is but one again");
}

/* The run that is looked at is the run that the question is about. */
Test(what_if_seen, who_changes_the_run_as_it_was_begins_a_new_what_if_and_may_take_that_back)
{
    spare_the_lost_packet(2500 * MILLISECOND);
    press('x');
    cr_expect(is_told("A change made here starts anew, without those made before."));
    size_t link = story_link_by_name(scene_story(scene), "a-mail");
    scene_select(scene, (struct selection){ACT_LINK, link});
    scene_draw(scene, canvas);
    cr_assert(click(ACT_WHAT_IF, 0), "it were cut, or something else of a link");
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(is_told("Begun anew from the run as it was."));
    cr_assert(press_with('s', false, true));
    cr_expect(eq(ptr, strstr(rerun_saved, "\"spare\""), NULL), "what was changed before is no part of it");
    press_with('z', false, true);
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(is_told("what if it had not been lost?"), "it is back");
    cr_expect(not(is_told("Begun anew")));
    press_with('z', false, true);
    cr_expect(not(is_told("as it was")), "there is but one again");
}

/* Who looks at what might have been goes on from there. */
Test(what_if_seen, acts_on_what_might_have_been_add_up)
{
    spare_the_lost_packet(2500 * MILLISECOND);
    scene_select(scene, (struct selection){ACT_LINK, story_link_by_name(scene_story(scene), "a-mail")});
    scene_draw(scene, canvas);
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(is_told("What if: 2 changes"));
    cr_expect(not(is_told("Begun anew")));
}

Test(what_if_seen, where_the_clock_goes_is_said)
{
    spare_the_lost_packet(2500 * MILLISECOND);
    int64_t parts = scene_now(scene);
    cr_expect_lt(parts, 2500 * MILLISECOND);
    cr_expect(is_told("The clock was at 2.500 s and went back to where the runs part."));
    scene_seek(scene, parts + MILLISECOND);
    cr_expect(is_told("The runs part at "));
    press_with('z', false, true);
    spare_the_lost_packet(parts - MILLISECOND);
    cr_expect(eq(i64, scene_now(scene), parts - MILLISECOND), "nothing has been missed yet: it stays");
    cr_expect(is_told("both runs are the same"));
}

Test(what_if_seen, the_band_has_room_from_three_quarters_to_twice_the_size)
{
    static const double scales[] = {0.75, 1, 1.25, 1.5, 2};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        struct scene_options options = scene_options_default();
        close_scene();
        options.rerun = &rerun_at_once;
        options.scale = scales[i];
        options.arrangement = "closely"; /* with room for its offers at any size */
        open_scene_of("first-mail", options);
        spare_the_lost_packet(story_drop(scene_story(scene), 0)->at_ns);
        cr_expect(is_told("back to the run as it was (x)"), "%.2f", scales[i]);
        cr_expect(is_told("what if it had not been lost?"), "%.2f", scales[i]);
        cr_expect(is_told("The runs part at "), "%.2f", scales[i]);
    }
}

Test(what_if_seen, an_act_is_told_in_words_and_not_as_the_line_that_is_saved)
{
    scene_seek(scene, 1200 * MILLISECOND);
    scene_look_at(scene, "a-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 2), "its loss");
    write_over("0 %");
    press('9');
    cr_expect(is_told("mail.a.example – internet, loss: what if it were 0 % instead of "));
    cr_expect(not(is_told("/links/")));
    cr_assert(click(ACT_UNDO, 0));
    press('0');
    scene_seek(scene, 1200 * MILLISECOND);
    scene_draw(scene, canvas);
    cr_assert(click(ACT_WHAT_IF, 0), "that the link is cut");
    scene_poll(scene);
    press('9');
    cr_expect(is_told("mail.a.example – internet (at 1.200 s): what if it were cut for a minute?"));
    cr_expect(not(is_told("cut_link")));
    cr_assert(click(ACT_SAVE, 0));
    cr_expect(strstr(rerun_saved, "cut_link") != NULL, "saved it is a line");
}

/* ---- Looked at closely ---- */

Test(what_if_seen, the_offers_of_a_packet_have_room_where_letters_are_larger)
{
    static const double scales[] = {1, 1.1, 1.25};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        struct scene_options options = scene_options_default();
        close_scene();
        options.rerun = &rerun_at_once;
        options.scale = scales[i];
        open_scene_of("first-mail", options);
        look_at_the_lost_packet();
        cr_expect(is_told("it had not been lost"), "%.2f", scales[i]);
        cr_expect(targets_find_act(scene_targets(scene), ACT_WHAT_IF, 0) != NULL, "%.2f", scales[i]);
    }
}

Test(what_if_seen, it_is_said_how_long_ago_the_packet_was_that_is_looked_at)
{
    look_at_the_lost_packet();
    int64_t now = scene_now(scene);
    cr_expect(not(is_told(" ago   (Esc lets it go)")), "it is just being lost");
    scene_seek(scene, now + 123456789);
    cr_expect(is_told("Looked at closely: 120 ms ago   (Esc lets it go)"));
    press(KEY_ESCAPE);
    cr_expect(not(is_told(" ago ")));
}

/* ---- Leaving ---- */

Test(what_if_seen, who_would_lose_acts_is_asked_and_may_save_them_first)
{
    static const int keys[] = {'q', 'm'};
    close_scene();
    struct scene_options options = scene_options_default();
    options.rerun = &rerun_at_once;
    options.from_gallery = true;
    open_scene_of("first-mail", options);
    spare_the_lost_packet(story_drop(scene_story(scene), 0)->at_ns);
    for (int i = 0; i < 2; i++) {
        press(keys[i]);
        cr_expect(not(scene_wants_quit(scene)));
        cr_expect(eq(int, scene_way(scene), WAY_STAY));
        cr_expect(is_told("The changes of what if are not saved. Ctrl S saves them."));
        cr_expect(is_told("Esc stays."), "in the same words, whichever key asked");
        press('z');
        cr_expect(is_told("are not saved"), "a key that is no answer does nothing");
        press(KEY_ESCAPE);
        cr_expect(not(is_told("are not saved")), "it stays");
        cr_expect(not(scene_wants_quit(scene)));
    }
    press('q');
    press_with('s', false, true);
    cr_expect(is_told("Saved: "));
    press('q');
    cr_expect(scene_wants_quit(scene), "nothing is lost any more");
}

/* A caption of before is about the run as it was. */
Test(what_if_seen, once_a_link_is_cut_the_headline_is_no_longer_that_of_the_run_as_it_was)
{
    const struct story_caption *caption = NULL;
    for (size_t i = 0; i < story_caption_count(scene_story(scene)) && !caption; i++)
        if (story_caption(scene_story(scene), i)->at_ns > SECOND) caption = story_caption(scene_story(scene), i);
    cr_assert(caption != NULL);
    char words[24];
    snprintf(words, sizeof words, "%.20s", caption->text);
    scene_seek(scene, caption->at_ns + MILLISECOND);
    scene_select(scene, (struct selection){ACT_LINK, story_link_by_name(scene_story(scene), "a-mail")});
    scene_draw(scene, canvas);
    cr_expect(is_told(words), "%s", words);
    cr_assert(click(ACT_WHAT_IF, 0), "cut for a minute");
    scene_poll(scene);
    scene_draw(scene, canvas);
    cr_expect(not(is_told(words)), "%s", words);
    press('x');
    cr_expect(is_told(words), "there it is still");
}
