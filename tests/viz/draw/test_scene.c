/* What keys and pointer do, without SDL. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/header_view.h"
#include "viz/draw/menu_view.h"

static void open_scene(void)
{
    open_scene_of("first-mail", scene_options_default());
}

static struct box box_of_act(enum act act)
{
    for (size_t i = 0; i < targets_count(scene_targets(scene)); i++)
        if (targets_at(scene_targets(scene), i)->act == act) return target_bounds(targets_at(scene_targets(scene), i));
    return box_of(-1, -1, 0, 0);
}

static void click_act(enum act act)
{
    struct box box = box_of_act(act);
    cr_assert(box.w > 0, "nothing to press for act %d", act);
    point_at(INPUT_PRESS, box.x + box.w / 2, box.y + box.h / 2);
    point_at(INPUT_RELEASE, box.x + box.w / 2, box.y + box.h / 2);
}

TestSuite(scene, .init = open_scene, .fini = close_scene);

Test(scene, steps_forwards_and_backwards_lead_back_to_the_same_state)
{
    const struct story *story = scene_story(scene);
    enum { STEPS = 120 };
    uint64_t digests[STEPS];
    for (int i = 0; i < STEPS; i++) {
        press(KEY_RIGHT);
        digests[i] = story_digest(story);
    }
    for (int i = STEPS - 2; i >= 0; i--) {
        press(KEY_LEFT);
        cr_expect(story_digest(story) == digests[i], "step %d", i);
    }
}

/* How many events of this sort have happened since, not counting what goes with another at its instant. */
static size_t begun_since(size_t event, enum story_step what)
{
    const struct story *story = scene_story(scene);
    size_t n = 0, last = story_last_event(story);
    for (size_t i = story_step(story, event ? event - 1 : STORY_NONE, what, 1); i <= last;
         i = story_step(story, i, what, 1))
        n += story_step_beginning(story, i) == i;
    return n;
}

Test(scene, larger_steps_stop_at_packets_lines_and_mails)
{
    const struct story *story = scene_story(scene);
    for (int i = 0; i < 20; i++) {
        size_t before = story_cursor(story);
        press_with(KEY_RIGHT, true, false);
        cr_expect(eq(sz, begun_since(before, STORY_STEP_PACKET), 1), "step %d", i);
    }
    size_t before = story_cursor(story);
    press_with(KEY_RIGHT, false, true);
    cr_expect(eq(sz, begun_since(before, STORY_STEP_MAIL), 1));
    size_t said = story_lines_so_far(story);
    press(KEY_PAGE_DOWN);
    cr_expect(eq(sz, story_lines_so_far(story), said + 1));
}

Test(scene, home_and_end_and_beyond)
{
    press(KEY_END);
    cr_expect(eq(i64, scene_now(scene), story_end_ns(scene_story(scene))));
    press(KEY_RIGHT);
    cr_expect(eq(i64, scene_now(scene), story_end_ns(scene_story(scene))));
    press(KEY_HOME);
    cr_expect(eq(i64, scene_now(scene), 0));
    press(KEY_LEFT);
    cr_expect(eq(i64, scene_now(scene), 0));
}

Test(scene, playing_moves_time_and_stops_at_the_end)
{
    press(' ');
    cr_expect(scene_is_playing(scene));
    int64_t last = -1;
    for (int i = 0; i < 200; i++) {
        scene_advance(scene, 50 * MILLISECOND);
        cr_assert(scene_now(scene) >= last);
        last = scene_now(scene);
    }
    cr_expect(last > 0);
    scene_advance(scene, HOUR);
    cr_expect(not(scene_is_playing(scene)));
    cr_expect(eq(i64, scene_now(scene), story_end_ns(scene_story(scene))));
    press(' ');
    cr_expect(eq(i64, scene_now(scene), 0), "playing at the end begins anew");
}

Test(scene, dragging_the_time_line_seeks_and_equals_a_seek)
{
    struct box line = box_of_act(ACT_TIME_LINE);
    double y = line.y + line.h / 2;
    point_at(INPUT_PRESS, line.x + line.w * 0.2, y);
    int64_t first = scene_now(scene);
    point_at(INPUT_MOVE, line.x + line.w * 0.7, y + 300); /* the pointer may leave the line while it drags */
    int64_t second = scene_now(scene);
    uint64_t dragged = story_digest(scene_story(scene));
    point_at(INPUT_RELEASE, line.x + line.w * 0.7, y);
    cr_expect(first > 0 && second > first);
    point_at(INPUT_MOVE, line.x + line.w * 0.1, y);
    cr_expect(eq(i64, scene_now(scene), second), "released, it no longer drags");
    scene_seek(scene, 0);
    scene_seek(scene, second);
    cr_expect(story_digest(scene_story(scene)) == dragged);
    point_at(INPUT_PRESS, line.x - 1000, y); /* nothing is there */
    cr_expect(eq(i64, scene_now(scene), second));
}

/* A pixel is many packets wide: what the mark is about has just happened, with what belongs to it. */
Test(scene, a_mark_on_the_time_line_leads_to_its_event)
{
    const struct story_mark *marks;
    const struct story *story = scene_story(scene);
    size_t n = story_marks(story, &marks), n_losses = 0;
    struct box line = box_of_act(ACT_TIME_LINE);
    for (size_t i = 0; i < n; i++) {
        if (marks[i].kind != STORY_MARK_LOSS) continue;
        bool is_reached = false;
        for (double x = line.x; x < line.x + line.w && !is_reached; x += 2) {
            point_at(INPUT_PRESS, x, line.y + 4);
            point_at(INPUT_RELEASE, x, line.y + 4);
            is_reached = story_step_subject(story) == marks[i].event;
        }
        cr_expect(is_reached, "the loss at %lld ns", (long long)marks[i].at_ns);
        n_losses++;
    }
    cr_assert(n_losses > 0);
}

static void step_to_a_flying_packet(void)
{
    const size_t *hops;
    for (int i = 0; i < 400; i++) {
        press(KEY_RIGHT);
        if (story_live_hops(scene_story(scene), &hops) > 0) return;
    }
    cr_assert(zero(int, 1), "no packet ever flies");
}

Test(scene, a_packet_is_selected_by_a_click_and_let_go_by_escape)
{
    step_to_a_flying_packet();
    click_act(ACT_PACKET);
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET));
    press(KEY_ESCAPE);
    cr_expect(eq(int, scene_selection(scene).what, ACT_NONE));
    cr_expect(not(scene_wants_quit(scene)));
}

Test(scene, everything_that_can_be_clicked_can_be_reached_by_tab_and_enter)
{
    step_to_a_flying_packet();
    bool seen[ACT_SHOW_BELOW + 1] = {false};
    size_t n = targets_count(scene_targets(scene));
    for (size_t i = 0; i < n + 2; i++) {
        press(KEY_TAB);
        press(KEY_ENTER);
        if (box_of_act(ACT_SHOW_HERE).w > 0) press(KEY_ESCAPE); /* the menu of a view */
        seen[scene_selection(scene).what] = true;
        if (scene_selection(scene).what != ACT_NONE) scene_select(scene, (struct selection){ACT_NONE, 0});
        scene_draw(scene, canvas);
        if (scene_is_playing(scene)) press(' ');
    }
    cr_expect(seen[ACT_PACKET] && seen[ACT_HOST] && seen[ACT_LINK], "packets, hosts and links");
    cr_expect(scene_is_dark(scene), "the button for the theme was among them");
}

Test(scene, following_causes_leads_back_in_time_to_the_scenario)
{
    press(KEY_END);
    press_with(KEY_LEFT, true, false);
    int64_t last = scene_now(scene);
    int steps = 0;
    for (; steps < 2000; steps++) {
        int64_t before = scene_now(scene);
        struct selection looked_at = scene_selection(scene);
        press('c');
        struct selection next = scene_selection(scene);
        if (next.what == looked_at.what && next.index == looked_at.index) break;
        cr_assert(scene_now(scene) <= before);
    }
    cr_expect(steps > 3 && steps < 2000, "%d steps", steps);
    cr_expect(scene_now(scene) < last);
}

Test(scene, speed_pace_theme_and_scale_change_and_come_back)
{
    cr_expect(eq(dbl, scene_speed(scene), 1));
    press(KEY_UP);
    cr_expect(eq(dbl, scene_speed(scene), 2));
    press(KEY_DOWN);
    press(KEY_DOWN);
    cr_expect(eq(dbl, scene_speed(scene), 0.5));
    scene_seek(scene, 1500 * MILLISECOND);
    for (int i = 0; i < 3; i++) {
        press('p');
        cr_expect(eq(i64, scene_now(scene), 1500 * MILLISECOND), "another pace is the same instant");
    }
    cr_expect(eq(int, scene_pace_mode(scene), PACE_STORY));
    press('t');
    cr_expect(scene_is_dark(scene));
    click_act(ACT_THEME);
    cr_expect(not(scene_is_dark(scene)));
    for (int i = 0; i < 40; i++)
        press(i < 20 ? '+' : '-');
}

/* As the page says: some keys only close it, all others close it and act. */
Test(scene, keys_on_the_page_of_keys_close_it_and_do_what_it_says_of_them)
{
    static const int closing[] = {KEY_ESCAPE, '?', 'h', 'q'};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        press('?');
        press(closing[i]);
        cr_expect(not(scene_wants_quit(scene)));
        press('t');
        cr_expect(eq(int, scene_is_dark(scene), i % 2 == 0), "it is closed: keys act again");
    }
    press('?');
    press('t');
    cr_expect(scene_is_dark(scene), "a key that acts");
    press('t');
    cr_expect(not(scene_is_dark(scene)), "and had closed it");
    press('?');
    press('8');
    const struct target *why = targets_find_act(scene_targets(scene), ACT_VIEW_MENU, VIEW_WHY_LATE);
    cr_expect(why != NULL && targets_find_act(scene_targets(scene), ACT_VIEW_MENU, VIEW_MAP) == NULL);
    press('?');
    cr_expect(press('~'), "a key that is nothing closes it");
}

Test(scene, quitting_asks_first)
{
    press(KEY_ESCAPE);
    press('t');
    cr_expect(scene_asks(scene) && !scene_is_dark(scene), "no letter is a command until it is answered");
    press(KEY_ENTER);
    cr_expect(scene_wants_quit(scene));
}

Test(scene, a_picture_is_dirty_only_when_something_changed)
{
    cr_expect(not(scene_is_dirty(scene)));
    const struct input nothing = {.kind = INPUT_KEY, .key = ';'};
    cr_expect(not(scene_handle(scene, &nothing)));
    scene_advance(scene, SECOND);
    cr_expect(not(scene_is_dirty(scene)), "it stands still");
    const struct input step = {.kind = INPUT_KEY, .key = KEY_RIGHT};
    cr_expect(scene_handle(scene, &step));
    cr_expect(scene_is_dirty(scene));
}

/* As another thread does it, with what is on the screen ready. */
static void take_what_has_come(struct scene *shown, const struct journal_memory *growing)
{
    scene_index_free(scene_take_index(shown, scene_index_as_now(growing, scene_wish(shown), 1, NULL)));
}

/* A journal that grows, event by event, looks at each stage like one that has always been as long. */
Test(scene, a_growing_journal_is_followed)
{
    struct journal_memory *growing = journal_memory_new();
    size_t n = journal_memory_count(journal), i = 0;
    for (; i < n / 2; i++)
        journal_memory_append(growing, journal_memory_at(journal, i));
    struct scene *follows = scene_new(growing, scene_options_default());
    scene_set_growing(follows, true);
    scene_select(follows, (struct selection){ACT_HOST, 1});
    scene_seek(follows, journal_memory_end_ns(growing));
    cr_expect(not(scene_is_playing(follows)), "there is nothing to play yet");
    while (i < n) {
        for (size_t step = 0; step < 200 && i < n; step++)
            journal_memory_append(growing, journal_memory_at(journal, i++));
        int64_t before = scene_now(follows);
        take_what_has_come(follows, growing);
        cr_expect(scene_now(follows) >= before);
        cr_expect(scene_is_playing(follows), "who waited at the end goes on");
        scene_draw(follows, canvas);
        while (scene_is_playing(follows))
            scene_advance(follows, SECOND);
        cr_expect(eq(i64, scene_now(follows), journal_memory_end_ns(growing)));
    }
    cr_expect(eq(int, scene_selection(follows).what, ACT_HOST), "what was chosen stays chosen");
    scene_seek(follows, 0);
    take_what_has_come(follows, growing);
    cr_expect(not(scene_is_playing(follows)), "who is elsewhere stays there");
    cr_expect(eq(i64, scene_now(follows), 0));
    scene_free(follows);
    journal_memory_free(growing);
}

static uint64_t picture_of(struct scene *shown, int64_t at_ns)
{
    uint64_t hash = 1;
    struct canvas *on = canvas_new_layer(900, 600);
    scene_seek(shown, at_ns);
    scene_draw(shown, on);
    for (int y = 0; y < 600; y++)
        for (int x = 0; x < 900; x++)
            hash = (hash ^ canvas_pixel(on, x, y)) * UINT64_C(0x9e3779b97f4a7c15);
    canvas_free(on);
    return hash;
}

/* What was read behind looks in the end like what was there from the beginning. */
Test(scene, an_index_made_in_parts_gives_the_same_pictures_in_the_end)
{
    struct journal_memory *so_far = journal_memory_new();
    const struct loading_progress progress = {.part = 0.3};
    size_t n = journal_memory_count(journal), i = 0;
    struct scene *parts = NULL, *whole = scene_new(journal, scene_options_default());
    for (int part = 1; part <= 4; part++) {
        for (; i < n * (size_t)part / 4; i++)
            journal_memory_append(so_far, journal_memory_at(journal, i));
        const struct scene_wish wish = parts ? scene_wish(parts) : (struct scene_wish){.unit = 0};
        struct scene_index *index =
            part < 4 ? scene_index_as_now(so_far, wish, part / 4.0, NULL) : scene_index_new(so_far, wish, NULL);
        if (parts)
            scene_index_free(scene_take_index(parts, index));
        else
            parts = scene_new_indexed(index, scene_options_default());
        scene_set_loading(parts, part < 4 ? &progress : NULL);
        if (part < 4) cr_expect(ne(u64, picture_of(parts, 0), picture_of(whole, 0)), "it says that there is more");
    }
    for (int64_t at_ns = 0; at_ns <= story_end_ns(scene_story(whole)); at_ns += story_end_ns(scene_story(whole)) / 7)
        cr_expect(eq(u64, picture_of(parts, at_ns), picture_of(whole, at_ns)), "at %lld ns", (long long)at_ns);
    cr_expect(eq(u64, story_digest(scene_story(parts)), story_digest(scene_story(whole))));
    scene_free(parts);
    scene_free(whole);
    journal_memory_free(so_far);
}

/* To work out where everything stands on a large map takes longer than a picture may. */
Test(scene, what_the_map_needs_comes_with_the_index_or_stays)
{
    struct scene *shown = scene_new(journal, scene_options_default());
    scene_draw(shown, canvas);
    const struct scene_wish wish = scene_wish(shown);
    cr_assert(wish.unit > 0, "the map is in sight");
    struct scene_index *index = scene_index_as_now(journal, wish, 1, NULL);
    cr_assert(index->plan != NULL);
    cr_expect(index->map.canvas != NULL);
    index->places[0] = point_of(0.5, 0.25); /* as if more of the run had told where it belongs */
    const struct map_plan *planned = index->plan;
    struct scene_index *former = scene_take_index(shown, index);
    cr_expect(former->plan && former->plan != planned, "what was drawn goes with what was known");
    scene_index_free(former);
    index = scene_index_as_now(journal, wish, 1, NULL);
    index->places[0] = point_of(0.5, 0.25);
    planned = index->plan;
    former = scene_take_index(shown, index);
    cr_expect(eq(ptr, (void *)former->plan, (void *)planned), "nothing stands elsewhere: what is drawn stays");
    scene_index_free(former);
    scene_draw(shown, canvas);
    scene_free(shown);
}

Test(scene, an_index_is_ready_for_the_pace_that_is_chosen)
{
    struct scene *shown = scene_new(journal, scene_options_default());
    const struct input p = {.kind = INPUT_KEY, .key = 'p'};
    for (int i = 0; i < 3; i++) {
        scene_handle(shown, &p);
        struct scene_index *index = scene_index_as_now(journal, scene_wish(shown), 1, NULL);
        const struct pace *made = index->pace;
        cr_expect(eq(i64, pace_total_ns(made), pace_total_ns(scene_pace(shown))));
        scene_index_free(scene_take_index(shown, index));
        cr_expect(eq(ptr, (void *)scene_pace(shown), (void *)made), "none is made anew while somebody waits");
    }
    scene_free(shown);
}

Test(scene, an_index_that_is_not_wanted_any_more_is_none)
{
    struct stop stop = {false};
    const struct scene_wish wish = {.unit = 0};
    struct scene_index *index = scene_index_new(journal, wish, &stop);
    cr_expect(index != NULL, "nobody has asked");
    scene_index_free(index);
    stop_ask(&stop);
    cr_expect(eq(ptr, (void *)scene_index_new(journal, wish, &stop), NULL));
    cr_expect(eq(ptr, (void *)scene_index_as_now(journal, wish, 1, &stop), NULL));
    cr_expect(eq(ptr, (void *)story_new_until(journal, &stop), NULL));
    struct story *story = story_new(journal);
    cr_expect(eq(ptr, (void *)classics_new_until(story, &stop), NULL));
    cr_expect(eq(ptr, (void *)pace_new_with(journal, pace_settings_default(), NULL, 0, &stop), NULL));
    story_free(story);
}

Test(scene, looks_at_what_is_named)
{
    static const struct {
        const char *name;
        enum act what;
    } names[] = {{"mail.a.example", ACT_HOST}, {"b-mail", ACT_LINK}, {"m1", ACT_MAIL}, {"#1", ACT_EVENT}};
    char number[24];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_expect(scene_look_at(scene, names[i].name), "%s", names[i].name);
        cr_expect(eq(int, scene_selection(scene).what, names[i].what), "%s", names[i].name);
        scene_draw(scene, canvas);
    }
    const struct story *story = scene_story(scene);
    snprintf(number, sizeof number, "#%llu",
             (unsigned long long)story_event(story, story_packet(story, 3)->send_event)->id);
    cr_expect(scene_look_at(scene, number));
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET));
    cr_expect(eq(sz, scene_selection(scene).index, 3));
    for (size_t i = 0; i < 3; i++)
        cr_expect(not(scene_look_at(scene, (const char *const[]){"nobody", "#", "#99999999"}[i])));
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET), "what was looked at still is");
}

/* ---- Arranging ---- */

static const char *arrangement(void)
{
    static char text[WORKSPACE_TEXT_BYTES];
    return scene_arrangement(scene, text);
}

Test(scene, a_view_is_put_in_the_place_of_another_beside_it_or_below_it)
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

Test(scene, the_menu_takes_all_presses_and_goes_when_one_misses_it)
{
    press('v');
    cr_assert(box_of_act(ACT_SHOW_HERE).w > 0);
    cr_expect(box_of_act(ACT_PLAY).w <= 0, "nothing but the menu");
    point_at(INPUT_PRESS, 1270, 795);
    cr_expect(box_of_act(ACT_SHOW_HERE).w <= 0);
    cr_expect(box_of_act(ACT_PLAY).w > 0);
}

Test(scene, a_bar_between_views_is_dragged)
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

Test(scene, a_host_is_moved_by_keys)
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

Test(scene, a_bar_between_views_is_moved_by_keys)
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

Test(scene, a_host_is_dragged_on_the_map_and_a_click_does_not_shift_it)
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

Test(scene, a_field_and_its_bytes_mark_each_other)
{
    const struct story *story = scene_story(scene);
    step_to_a_flying_packet();
    for (size_t i = 0; i < story_packet_count(story); i++)
        if (story_packet(story, i)->class == STORY_DATA) scene_select(scene, (struct selection){ACT_PACKET, i});
    press('7');
    cr_assert(eq(int, scene_selection(scene).what, ACT_PACKET));
    size_t packet = scene_selection(scene).index;
    struct view view = {.story = story};
    size_t ttl = header_field_of_byte(&view, packet, 8); /* RFC 791 3.1 */
    cr_expect(eq(sz, header_bytes_from(ttl), 8));
    cr_expect(eq(sz, header_bytes_count(ttl), 1));
    cr_expect(eq(sz, header_bytes_count(header_field_of_byte(&view, packet, 13)), 4), "an address");
    cr_expect(eq(sz, header_bytes_count(header_field_of_byte(&view, packet, 5000)), 0));
    int at = 0;
    struct box places[2];
    for (size_t i = 0; i < targets_count(scene_targets(scene)) && at < 2; i++) {
        const struct target *t = targets_at(scene_targets(scene), i);
        if (t->act == ACT_BYTES && t->arg == ttl) places[at++] = target_bounds(t);
    }
    cr_assert(eq(int, at, 2), "in the header and in the dump");
    for (int i = 0; i < 2; i++) {
        struct box other = places[1 - i];
        uint32_t before = canvas_pixel(canvas, (int)(other.x + 2), (int)(other.y + 2));
        point_at(INPUT_MOVE, places[i].x + places[i].w / 2, places[i].y + places[i].h / 2);
        uint32_t marked = canvas_pixel(canvas, (int)(other.x + (i ? -2 : 2)), (int)(other.y + (i ? other.h / 2 : 2)));
        cr_expect(ne(u32, marked, before), "%s marks its twin", i ? "the byte" : "the field");
        point_at(INPUT_MOVE, 5, 5);
    }
}

/* ---- Going to what one looks for ---- */

static void write_text(const char *text)
{
    struct input in = {.kind = INPUT_TEXT};
    snprintf(in.text, sizeof in.text, "%s", text);
    scene_handle(scene, &in);
    scene_draw(scene, canvas);
}

Test(scene, it_runs_until_what_is_written_by_kind_or_by_words)
{
    const struct story *story = scene_story(scene);
    press('u');
    cr_expect(scene_wants_text(scene));
    write_text("u"); /* the key that opened the line comes as text, too */
    write_text("LINK.");
    write_text("dropp");
    press(KEY_BACKSPACE);
    press(KEY_ENTER);
    cr_expect(not(scene_wants_text(scene)));
    cr_expect(eq(int, story_event(story, story_step_subject(story))->kind, EVENT_LINK_DROP));
    press(KEY_HOME);
    press('u');
    write_text("354 End");
    press(KEY_ENTER);
    int64_t first = scene_now(scene);
    press('n');
    cr_expect(gt(i64, scene_now(scene), first), "there are two of them: to the server, and from it");
    press('n');
    cr_expect(scene_wants_text(scene), "there is no third one, and it is said so");
    press(KEY_ESCAPE);
    cr_expect(not(scene_wants_text(scene)));
    cr_expect(not(scene_wants_quit(scene)));
}

/* ---- What is longer than its frame ---- */

static void turn_wheel(double x, double y, double wheel)
{
    const struct input in = {.kind = INPUT_WHEEL, .x = x, .y = y, .wheel = wheel};
    scene_handle(scene, &in);
    scene_draw(scene, canvas);
}

Test(scene, what_is_looked_at_closely_is_gone_through_by_wheel_and_keys)
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

Test(scene, rows_out_of_sight_cannot_be_pressed)
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

Test(scene, the_dialogue_goes_back_by_the_wheel_until_something_new_is_said)
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

/* ---- Bookmarks ---- */

Test(scene, bookmarks_are_set_gone_to_and_taken_away)
{
    scene_seek(scene, SECOND);
    press('b');
    scene_seek(scene, 3 * SECOND);
    press('b');
    press(KEY_HOME);
    press(']');
    cr_expect(eq(i64, scene_now(scene), SECOND));
    press(']');
    cr_expect(eq(i64, scene_now(scene), 3 * SECOND));
    press(']');
    cr_expect(eq(i64, scene_now(scene), 3 * SECOND));
    press('b');
    press('[');
    press(']');
    cr_expect(eq(i64, scene_now(scene), SECOND), "the second one has gone");
}

Test(scene, the_dialogue_and_the_ladder_show_only_what_was_chosen)
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

Test(scene, the_row_of_buttons_leads_to_why_late_and_to_run_until)
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

Test(scene, a_button_under_the_pointer_says_what_it_does_and_its_key)
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
Test(scene, the_pace_and_its_factor_are_one_thing_and_the_clock_says_how_it_goes)
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

Test(scene, while_it_plays_nothing_says_that_the_clock_stands)
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
Test(scene, buttons_give_way_one_after_the_other_where_letters_are_larger)
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

/* ---- Whether to leave ---- */

Test(scene, escape_closes_the_question_whether_to_leave_and_enter_leaves)
{
    press(KEY_ESCAPE);
    cr_expect(picture_says("Enter quits, Esc stays."));
    press(KEY_ESCAPE);
    cr_expect(not(scene_asks(scene)));
    cr_expect(not(scene_wants_quit(scene)));
    press(KEY_ESCAPE);
    press(KEY_ENTER);
    cr_expect(scene_wants_quit(scene));
}

Test(scene, the_question_whether_to_leave_stays_until_it_is_answered_by_a_button)
{
    press(KEY_ESCAPE);
    scene_advance(scene, 60 * SECOND);
    struct input wheel = {.kind = INPUT_WHEEL, .wheel = 1, .x = 20, .y = 20};
    int64_t now = scene_now(scene);
    scene_handle(scene, &wheel);
    point_at(INPUT_PRESS, 20, 20);
    cr_expect(scene_asks(scene) && picture_says("Quit?"));
    cr_expect(eq(i64, scene_now(scene), now));
    cr_assert(click(ACT_STAY, 0));
    cr_expect(not(scene_asks(scene)));
    cr_expect(not(scene_wants_quit(scene)));
    press(KEY_ESCAPE);
    press(KEY_TAB);
    press(KEY_ENTER);
    cr_expect(not(scene_asks(scene) || scene_wants_quit(scene)), "Tab goes to the button that stays");
    press(KEY_ESCAPE);
    cr_assert(click(ACT_LEAVE, 0));
    cr_expect(scene_wants_quit(scene));
}

/* First it let the packet go, and another one stood there, in other letters. */
Test(scene, escape_leaves_the_segment_alone_before_what_is_looked_at)
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

/* --show ladder --look-at mail.a.example showed no ladder. */
Test(scene, a_view_that_was_asked_for_is_shown_beside_what_is_looked_at)
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
