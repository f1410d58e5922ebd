/* How views are arranged and gone through, and the row of buttons. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "viz/draw/menu_view.h"

static void open_scene(void)
{
    open_scene_of("first-mail", scene_options_default());
}

TestSuite(scene_views, .init = open_scene, .fini = close_scene);

/* ---- Arranging ---- */

static const char *arrangement(void)
{
    static char text[WORKSPACE_TEXT_BYTES];
    return scene_arrangement(scene, text);
}

Test(scene_views, a_view_is_put_in_the_place_of_another_beside_it_or_below_it)
{
    cr_expect(eq(str, (char *)arrangement(), "|62(-55(map,dialogue),ladder)"));
    click_act(ACT_VIEW_MENU); /* of the map */
    const struct target *t =
        targets_find_act(scene_targets(scene), ACT_SHOW_BESIDE, act_of_views(VIEW_MAP, VIEW_SEGMENT));
    cr_assert(t != NULL);
    struct box box = target_bounds(t);
    point_at(INPUT_PRESS, box.x + box.w / 2, box.y + box.h / 2);
    cr_expect(eq(str, (char *)arrangement(), "|62(-55(|50(map,segment),dialogue),ladder)"));
    cr_expect(box_of_act(ACT_SHOW_HERE).w <= 0, "the menu is closed again");
}

Test(scene_views, the_menu_takes_all_presses_and_goes_when_one_misses_it)
{
    press('v');
    cr_assert(box_of_act(ACT_SHOW_HERE).w > 0);
    cr_expect(box_of_act(ACT_PLAY).w <= 0, "nothing but the menu");
    point_at(INPUT_PRESS, 1270, 795);
    cr_expect(box_of_act(ACT_SHOW_HERE).w <= 0);
    cr_expect(box_of_act(ACT_PLAY).w > 0);
}

Test(scene_views, a_bar_between_views_is_dragged)
{
    const struct target *ladder = targets_find_act(scene_targets(scene), ACT_VIEW_MENU, VIEW_LADDER);
    double x = target_bounds(ladder).x - 16, y = 400;
    point_at(INPUT_PRESS, x, y);
    point_at(INPUT_MOVE, x - 128, y);
    point_at(INPUT_RELEASE, x - 128, y);
    cr_expect(eq(str, (char *)arrangement(), "|52(-55(map,dialogue),ladder)"), "%s", arrangement());
    point_at(INPUT_MOVE, x, y);
    cr_expect(eq(str, (char *)arrangement(), "|52(-55(map,dialogue),ladder)"), "released, it stays");
}

static void press_alt(int key, bool shift)
{
    const struct input in = {.kind = INPUT_KEY, .key = key, .shift = shift, .alt = true};
    cr_expect(scene_handle(scene, &in));
    scene_draw(scene, canvas);
}

Test(scene_views, a_host_is_moved_by_keys)
{
    size_t n, host = story_host_by_name(scene_story(scene), "alice-pc");
    struct scene_place *before = scene_places(scene, &n);
    press_alt(KEY_DOWN, false);
    struct scene_place *none = scene_places(scene, &n);
    cr_expect(eq(dbl, none[host].at.y, before[host].at.y), "nothing is looked at");
    scene_look_at(scene, "alice-pc");
    scene_draw(scene, canvas);
    press_alt(KEY_UP, false);
    press_alt(KEY_RIGHT, false);
    struct scene_place *moved = scene_places(scene, &n);
    cr_expect(lt(dbl, moved[host].at.y, before[host].at.y));
    cr_expect(gt(dbl, moved[host].at.x, before[host].at.x));
    for (int i = 0; i < 100; i++)
        press_alt(KEY_LEFT, false);
    struct box box = target_bounds(targets_find_act(scene_targets(scene), ACT_HOST, host));
    cr_expect(ge(dbl, box.x, 0), "it stays on the map");
    cr_expect(eq(i64, scene_now(scene), 0), "no step in time");
    struct scene_place *all[] = {before, none, moved};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < n; i++)
            mem_free(all[k][i].host);
        mem_free(all[k]);
    }
}

Test(scene_views, a_bar_between_views_is_moved_by_keys)
{
    char before[WORKSPACE_TEXT_BYTES], after[WORKSPACE_TEXT_BYTES];
    scene_arrangement(scene, before);
    press_alt(KEY_RIGHT, true);
    press_alt(KEY_UP, true);
    cr_expect(eq(str, before, "|62(-55(map,dialogue),ladder)"));
    cr_expect(eq(str, (char *)scene_arrangement(scene, after), "|67(-50(map,dialogue),ladder)"));
    for (int i = 0; i < 30; i++)
        press_alt(KEY_LEFT, true);
    cr_expect(eq(str, (char *)scene_arrangement(scene, after), "|15(-50(map,dialogue),ladder)"), "each keeps a little");
}

Test(scene_views, a_host_is_dragged_on_the_map_and_a_click_does_not_shift_it)
{
    size_t n, host = story_host_by_name(scene_story(scene), "mail.a.example");
    struct scene_place *before = scene_places(scene, &n);
    struct box box = target_bounds(targets_find_act(scene_targets(scene), ACT_HOST, host));
    double x = box.x + box.w / 2, y = box.y + box.h / 2;
    point_at(INPUT_PRESS, x, y);
    point_at(INPUT_MOVE, x + 1, y + 1);
    point_at(INPUT_RELEASE, x + 1, y + 1);
    struct scene_place *clicked = scene_places(scene, &n);
    cr_expect(epsilon_eq(dbl, clicked[host].at.y, before[host].at.y, 1e-9));
    point_at(INPUT_PRESS, x, y);
    point_at(INPUT_MOVE, x, y + 60);
    point_at(INPUT_RELEASE, x, y + 60);
    struct scene_place *dragged = scene_places(scene, &n);
    cr_expect(gt(dbl, dragged[host].at.y, before[host].at.y + 0.1));
    box = target_bounds(targets_find_act(scene_targets(scene), ACT_HOST, host));
    cr_expect(epsilon_eq(dbl, box.y + box.h / 2, y + 60, 8));
    struct scene_place *all[] = {before, clicked, dragged};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < n; i++)
            mem_free(all[k][i].host);
        mem_free(all[k]);
    }
}

/* --show ladder --look-at mail.a.example showed no ladder. */
Test(scene_views, a_view_that_was_asked_for_is_shown_beside_what_is_looked_at)
{
    static const char *const asked[] = {"ladder", "dialogue", "|60(map,ladder)"};
    static const char *const says[] = {"Ladder: who sends what to whom", "Dialogue: what is said",
                                       "Ladder: who sends what to whom"};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct scene_options options = scene_options_default();
        options.arrangement = asked[i];
        close_scene();
        open_scene_of("first-mail", options);
        scene_look_at(scene, "mail.a.example");
        scene_draw(scene, canvas);
        cr_expect(picture_says(says[i]), "%s", asked[i]);
        cr_expect(picture_says("a mail server"), "%s", asked[i]);
    }
}

/* First it let the packet go, and another one stood there, in other letters. */
Test(scene_views, escape_leaves_the_segment_alone_before_what_is_looked_at)
{
    size_t packet = look_at_the_lost_packet();
    press('7');
    cr_assert(not(picture_says("Ladder: who sends what to whom")));
    press(KEY_ESCAPE);
    cr_expect(picture_says("Ladder: who sends what to whom"));
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET));
    cr_expect(eq(sz, scene_selection(scene).index, packet));
    press(KEY_ESCAPE);
    cr_expect(eq(int, scene_selection(scene).what, ACT_NONE));
    press('3');
    look_at_the_lost_packet();
    press(KEY_ESCAPE);
    cr_expect(eq(int, scene_selection(scene).what, ACT_NONE), "the pane below the ladder lies on top");
    cr_expect(not(picture_says("Dialogue: what is said")));
}

/* ---- What is longer than its frame ---- */

static void turn_wheel(double x, double y, double wheel)
{
    const struct input in = {.kind = INPUT_WHEEL, .x = x, .y = y, .wheel = wheel};
    scene_handle(scene, &in);
    scene_draw(scene, canvas);
}

Test(scene_views, what_is_looked_at_closely_is_gone_through_by_wheel_and_keys)
{
    const char *const first = "a mail server", *const last = "servers on the way at most 50";
    scene_seek(scene, 2 * SECOND);
    scene_look_at(scene, "mail.a.example");
    scene_draw(scene, canvas);
    cr_expect(picture_says(first));
    cr_expect(not(picture_says(last)), "there is no room for it, and it is not squeezed in");
    int64_t now = scene_now(scene);
    for (int i = 0; i < 20; i++)
        turn_wheel(200, 550, -1);
    cr_expect(picture_says(last));
    cr_expect(not(picture_says(first)), "it has gone out of sight as a whole");
    cr_expect(eq(i64, scene_now(scene), now), "no step");
    for (int i = 0; i < 20; i++)
        press_with(KEY_UP, false, true);
    cr_expect(picture_says(first));
    press_with(KEY_DOWN, false, true);
    scene_look_at(scene, "mx1.b.example");
    scene_draw(scene, canvas);
    cr_expect(picture_says(first), "another is shown from its beginning");
}

Test(scene_views, rows_out_of_sight_cannot_be_pressed)
{
    press(KEY_END);
    scene_look_at(scene, "m1");
    scene_draw(scene, canvas);
    for (int turn = 0; turn < 8; turn++) {
        for (size_t i = 0; i < targets_count(scene_targets(scene)); i++) {
            const struct target *t = targets_at(scene_targets(scene), i);
            if (t->act != ACT_GO_TO_EVENT) continue;
            cr_expect(ge(dbl, t->box.y, 430), "below the heading");
            cr_expect(le(dbl, t->box.y + t->box.h, 665), "above the time line");
        }
        turn_wheel(200, 550, -1);
    }
}

Test(scene_views, the_dialogue_goes_back_by_the_wheel_until_something_new_is_said)
{
    const char *const early = "EHLO alice-pc";
    press(KEY_END);
    cr_expect(not(picture_says(early)));
    for (int i = 0; i < 40; i++)
        turn_wheel(200, 550, 1);
    cr_expect(picture_says(early));
    turn_wheel(200, 550, -1);
    cr_expect(eq(i64, scene_now(scene), story_end_ns(scene_story(scene))));
    press(KEY_PAGE_UP); /* to the last line, which had been said */
    cr_expect(picture_says(early));
    press(KEY_PAGE_UP);
    cr_expect(not(picture_says(early)), "the newest line is in sight again");
}

Test(scene_views, the_dialogue_and_the_ladder_show_only_what_was_chosen)
{
    const struct story *story = scene_story(scene);
    press(KEY_END);
    size_t all = 0, chosen = 0;
    for (size_t i = 0; i < targets_count(scene_targets(scene)); i++)
        all += targets_at(scene_targets(scene), i)->act == ACT_EVENT;
    scene_select(scene, (struct selection){ACT_HOST, story_host_by_name(story, "alice-pc")});
    press('l');
    scene_select(scene, (struct selection){ACT_NONE, 0});
    scene_draw(scene, canvas);
    for (size_t i = 0; i < targets_count(scene_targets(scene)); i++) {
        const struct target *t = targets_at(scene_targets(scene), i);
        if (t->act != ACT_EVENT) continue;
        const struct event *e = story_event(story, t->arg);
        if (e->kind == EVENT_SMTP_LINE)
            cr_expect(ne(str, (char *)event_text(e, FIELD_TEXT), (char *)"EHLO mail.a.example"));
        chosen++;
    }
    cr_expect(gt(sz, chosen, 0));
    cr_expect(gt(sz, all, 0));
    click_act(ACT_ONLY);
    cr_expect(box_of_act(ACT_ONLY).w <= 0, "everything again");
}

/* ---- The row of buttons ---- */

Test(scene_views, the_row_of_buttons_leads_to_why_late_and_to_run_until)
{
    cr_assert(click(ACT_ENLARGE, VIEW_WHY_LATE));
    cr_expect(picture_says("Why late\nm1 "), "alone, with what it says of the mail");
    cr_assert(click(ACT_ENLARGE, VIEW_WHY_LATE));
    cr_expect(picture_says("Ladder: who sends what to whom"), "once more: all");
    cr_assert(click(ACT_FIND, 0));
    cr_assert(scene_wants_text(scene));
    const struct input in = {.kind = INPUT_TEXT, .text = "u"};
    scene_handle(scene, &in);
    cr_expect(picture_says("u▏"), "no key has opened the line: what is written is meant");
}

Test(scene_views, a_button_under_the_pointer_says_what_it_does_and_its_key)
{
    static const struct {
        struct selection button;
        const char *tip;
    } rows[] = {{{ACT_PACE, 0}, "pace: story, steady, event (p)"},
                {{ACT_ENLARGE, VIEW_WHY_LATE}, "where the time of a mail went; once more: all (8)"},
                {{ACT_FIND, 0}, "run until ...; the next, the one before (u, n, Shift n)"},
                {{ACT_THEME, 0}, "light, dark (t)"},
                {{ACT_PLAY, 0}, "play, pause (Space)"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct target *t = targets_find_act(scene_targets(scene), rows[i].button.what, rows[i].button.index);
        cr_assert(t != NULL, "%s", rows[i].tip);
        struct box box = target_bounds(t);
        cr_expect(not(picture_says(rows[i].tip)));
        point_at(INPUT_MOVE, box.x + box.w / 2, box.y + box.h / 2);
        cr_expect(picture_says(rows[i].tip), "%s", rows[i].tip);
    }
}

/* The factor is one of the pace: nothing says "× 1" beside a clock that goes slower. */
Test(scene_views, the_pace_and_its_factor_are_one_thing_and_the_clock_says_how_it_goes)
{
    scene_seek(scene, 1100 * MILLISECOND);
    scene_draw(scene, canvas);
    cr_expect(picture_says("story pace\n"));
    cr_expect(not(picture_says("× 1")));
    cr_expect(picture_says("paused"));
    press(' ');
    scene_draw(scene, canvas);
    cr_expect(picture_says("slow motion: "));
    press(' ');
    cr_assert(click(ACT_FASTER, 0));
    cr_expect(picture_says("story pace × 2\n"));
    struct box faster = target_bounds(targets_find_act(scene_targets(scene), ACT_FASTER, 0));
    for (int i = 0; i < 3; i++) {
        cr_assert(click(ACT_PACE, 0));
        struct box now = target_bounds(targets_find_act(scene_targets(scene), ACT_FASTER, 0));
        cr_expect(eq(dbl, now.x, faster.x), "it does not move away from the pointer");
    }
}

Test(scene_views, while_it_plays_nothing_says_that_the_clock_stands)
{
    const struct pace_stand *stands;
    cr_assert(gt(sz, pace_stands(scene_pace(scene), &stands), 0));
    scene_seek(scene, stands[0].at_ns);
    cr_expect(picture_says("paused"));
    press(' ');
    cr_assert(scene_is_playing(scene));
    scene_advance(scene, 1);
    cr_expect(picture_says("the clock waits a moment"));
    cr_expect(not(picture_says("stands still")));
}

/* What is there at 75 % and at 300 %, and what gives way first. */
Test(scene_views, buttons_give_way_one_after_the_other_where_letters_are_larger)
{
    static const struct selection order[] = {{ACT_PACE, 0},  {ACT_HELP, 0},
                                             {ACT_FIND, 0},  {ACT_ENLARGE, VIEW_WHY_LATE},
                                             {ACT_THEME, 0}, {ACT_ENLARGE, VIEW_WHAT_IF}};
    enum { BUTTONS = sizeof order / sizeof order[0] };
    size_t before = BUTTONS;
    for (double scale = 0.75; scale <= 3; scale += 0.25) {
        struct scene_options options = scene_options_default();
        close_scene();
        options.scale = scale;
        open_scene_of("first-mail", options);
        size_t n = 0, last = 0;
        for (size_t i = 0; i < BUTTONS; i++) {
            bool is_there = targets_find_act(scene_targets(scene), order[i].what, order[i].index) != NULL;
            n += is_there;
            if (is_there) last = i + 1;
        }
        cr_expect(eq(sz, n, last), "at %.2f one gave way before another that matters less", scale);
        cr_expect(le(sz, n, before), "%.2f", scale);
        if (scale <= 1) cr_expect(eq(sz, n, BUTTONS), "%.2f", scale);
        if (scale <= 1.25) cr_expect(ge(sz, n, 4), "%.2f", scale);
        before = n;
    }
}

/* ---- Journals of attempts alone ---- */

Test(attempts_alone, a_log_without_packets_is_shown_by_its_queues_unless_the_user_has_them_already)
{
    struct journal *made = journal_new();
    struct journal_memory *log = journal_memory_new();
    journal_add_reader(made, journal_memory_reader(log, event_mask_all()));
    JOURNAL_EMIT(made, ATTEMPT_END, F_INT(ATTEMPT, 1), F_TEXT(OUTCOME, "later"));
    cr_expect(eq(str, (char *)scene_arrangement_instead(log, ""), "-50(queue,map)"));
    cr_expect(eq(str, (char *)scene_arrangement_instead(log, "|62(-55(map,dialogue),ladder)"), "-50(queue,map)"));
    cr_expect(eq(ptr, (void *)scene_arrangement_instead(log, "-30(map,queue)"), NULL));
    JOURNAL_EMIT(made, PACKET_SEND, F_INT(PACKET, 1));
    cr_expect(eq(ptr, (void *)scene_arrangement_instead(log, ""), NULL), "a run has more to show");
    journal_free(made);
    journal_memory_free(log);
}

static const char *opens_with(int64_t waits_ns, const char *chosen)
{
    struct journal *made = journal_new();
    struct journal_memory *run = journal_memory_new();
    journal_add_reader(made, journal_memory_reader(run, event_mask_all()));
    JOURNAL_EMIT(made, PACKET_SEND, F_INT(PACKET, 1));
    JOURNAL_EMIT(made, MAIL_STATE, F_TEXT(TO, "deferred"), F_INT(AT, waits_ns));
    const char *instead = scene_arrangement_instead(run, chosen);
    journal_free(made);
    journal_memory_free(run);
    return instead;
}

Test(long_waits, where_a_mail_waits_for_hours_the_queues_are_seen_unless_the_user_has_chosen)
{
    static const char *const usual = "|62(-55(map,dialogue),ladder)";
    cr_expect(eq(str, (char *)opens_with(HOUR, NULL), "|62(-50(map,queue),ladder)"));
    cr_expect(eq(str, (char *)opens_with(HOUR, usual), "|62(-50(map,queue),ladder)"));
    cr_expect(eq(ptr, (void *)opens_with(HOUR - 1, usual), NULL));
    cr_expect(eq(ptr, (void *)opens_with(HOUR, "|50(map,ladder)"), NULL));
}
