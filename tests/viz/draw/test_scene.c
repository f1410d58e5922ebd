/* What keys and pointer do, without SDL. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "viz/draw/header_view.h"

static void open_scene(void)
{
    open_scene_of("first-mail", scene_options_default());
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

/* ---- Bookmarks ---- */

/* At one instant a server answers, and the packet leaves. */
Test(scene, a_bookmark_leads_back_to_its_event_and_not_only_to_its_instant)
{
    size_t cursor = 0;
    scene_seek(scene, SECOND);
    for (int i = 0; i < 100 && cursor == 0; i++) {
        press(KEY_RIGHT);
        size_t here = story_cursor(scene_story(scene));
        if (story_event_time(scene_story(scene), here) == scene_now(scene)) cursor = here; /* more is to come at it */
    }
    cr_assert(cursor > 0);
    press('b');
    press(KEY_HOME);
    press(']');
    cr_expect(eq(sz, story_cursor(scene_story(scene)), cursor));
}

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
    press(' '); /* plays elsewhere, and would be pressed by mistake */
    press('x');
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
