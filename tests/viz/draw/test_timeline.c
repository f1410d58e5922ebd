/* The time line: what its signs say under the pointer, and in the page of keys. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/time_axis.h"
#include "viz/draw/timeline_view.h"

static void open_window(void)
{
    open_scene_of("lost-segment", scene_options_default());
}

TestSuite(timeline, .init = open_window, .fini = close_scene);

/* As the window at 1280x800 has it; the row of marks begins at its top. */
static struct box time_line(void)
{
    return target_bounds(targets_find_act(scene_targets(scene), ACT_TIME_LINE, 0));
}

static double x_of(int64_t at_ns)
{
    struct view view = {.story = scene_story(scene),
                        .pace = scene_pace(scene),
                        .unit = theme_unit(1280, 800, 1),
                        .span = {0, story_end_ns(scene_story(scene))}};
    return timeline_x_of(&view, time_line(), at_ns);
}

static void point_at_mark(int64_t at_ns)
{
    point_at(INPUT_MOVE, x_of(at_ns), time_line().y + 10);
}

Test(timeline, a_mark_under_the_pointer_says_what_it_is_when_and_how)
{
    const struct story_drop *drop = story_drop(scene_story(scene), 0);
    char at[VIEW_TIME_BYTES], wanted[VIEW_TIME_BYTES + 40], sentence[STORY_SENTENCE_BYTES];
    snprintf(wanted, sizeof wanted, "a packet is lost, at %s", view_time_text(drop->at_ns, MILLISECOND, at));
    story_sentence(scene_story(scene), drop->event, sentence, sizeof sentence);
    cr_expect(not(picture_says(wanted)));
    point_at_mark(drop->at_ns);
    cr_expect(picture_says(wanted));
    cr_expect(picture_says(sentence));
    point_at(INPUT_MOVE, time_line().x + time_line().w / 2, 300);
    cr_expect(not(picture_says(wanted)), "it goes with the pointer");
}

struct laid_over {
    bool begun;
    const struct targets *targets;
    size_t boxes, on_buttons;
};

static bool overlap(struct box a, struct box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void hear_tip(void *user, const struct canvas_part *part)
{
    static const enum act buttons[] = {ACT_STEP_BACK, ACT_PLAY, ACT_STEP_FORWARD, ACT_SLOWER, ACT_PACE,
                                       ACT_FASTER,    ACT_FIND, ACT_THEME,        ACT_HELP,   ACT_TIME_LINE};
    struct laid_over *over = user;
    over->begun |= part->what == CANVAS_LAID_OVER;
    if (!over->begun || part->what != CANVAS_BOX) return;
    struct box box = box_of(part->corners[0].x, part->corners[0].y, part->corners[2].x - part->corners[0].x,
                            part->corners[2].y - part->corners[0].y);
    over->boxes++;
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
        const struct target *t = targets_find_act(over->targets, buttons[i], 0);
        over->on_buttons += t && overlap(box, target_bounds(t));
    }
}

Test(timeline, what_a_mark_says_covers_no_button_and_nothing_of_the_time_line)
{
    const struct story_mark *marks;
    size_t n = story_marks(scene_story(scene), &marks);
    press('4'); /* the queues: nothing else is laid over them */
    for (size_t i = 0; i < n; i++) {
        struct laid_over over = {.targets = scene_targets(scene)};
        point_at_mark(marks[i].at_ns);
        struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear_tip, &over});
        scene_draw(scene, ear);
        canvas_free(ear);
        cr_expect(gt(sz, over.boxes, 0), "mark %zu", i);
        cr_expect(zero(sz, over.on_buttons), "mark %zu", i);
    }
}

/* ---- Names beside the signs ---- */

struct named {
    struct box row;
    char texts[1000];
};

static void hear_names(void *user, const struct canvas_part *part)
{
    struct named *named = user;
    size_t n = strlen(named->texts);
    if (part->what != CANVAS_TEXT || !box_has(named->row, part->room.x + 1, part->room.y + part->room.h / 2)) return;
    snprintf(named->texts + n, sizeof named->texts - n, "%s;", part->text);
}

static void names_in(struct named *named)
{
    struct box line = time_line();
    *named = (struct named){.row = box_of(line.x, line.y, line.w, 20)};
    struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear_names, named});
    scene_draw(scene, ear);
    canvas_free(ear);
}

Test(timeline, each_kind_of_sign_that_occurs_has_its_name_once_and_no_other_has)
{
    struct named named;
    names_in(&named);
    cr_expect(eq(str, named.texts, (char *)"written;attempt;delivered;picked up;lost;sent again;explained;"));
    close_scene();
    open_scene_of("mail-loop", scene_options_default());
    names_in(&named);
    cr_expect(strstr(named.texts, "sent back;") && !strstr(named.texts, "lost;"), "%s", named.texts);
}

Test(timeline, each_kind_of_mark_has_its_own_words)
{
    const struct story_mark *marks;
    size_t n = story_marks(scene_story(scene), &marks), told = 0;
    for (size_t i = 0; i < n; i++) {
        enum sign sign = timeline_sign_of(scene_story(scene), &marks[i]);
        if (marks[i].kind == STORY_MARK_CAPTION || marks[i].kind == STORY_MARK_ATTEMPT)
            continue; /* may lie under others */
        point_at_mark(marks[i].at_ns);
        cr_expect(picture_says(sign_words(sign)), "%s", sign_words(sign));
        told++;
    }
    cr_expect(gt(sz, told, 3));
}

Test(timeline, what_is_sent_again_has_a_sign_that_leads_there)
{
    const struct story *story = scene_story(scene);
    const struct story_packet *again = NULL;
    for (size_t i = 0; i < story_packet_count(story) && !again; i++)
        if (story_packet(story, i)->repeats != STORY_NONE) again = story_packet(story, i);
    cr_assert(again != NULL);
    char at[VIEW_TIME_BYTES], wanted[VIEW_TIME_BYTES + 40];
    snprintf(wanted, sizeof wanted, "a packet is sent again, at %s", view_time_text(again->sent_ns, MILLISECOND, at));
    point_at_mark(again->sent_ns);
    cr_expect(picture_says(wanted));
    point_at(INPUT_PRESS, x_of(again->sent_ns), time_line().y + 10);
    point_at(INPUT_RELEASE, x_of(again->sent_ns), time_line().y + 10);
    cr_expect(eq(sz, story_step_subject(story), again->send_event));
}

/* A long mail over a bad link. */
static const char much_is_lost[] =
    "{\"postroad\":1,\"seed\":1,\"hosts\":{\"a\":{\"client\":{\"user\":\"u@b.example\",\"submits_to\":\"b\"}},"
    "\"b\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"u\",\"v\"]}},\"r\":{\"router\":{}}},"
    "\"links\":{\"ar\":{\"between\":[\"a\",\"r\"],\"loss\":\"10 %\"},\"rb\":{\"between\":[\"r\",\"b\"]}},"
    "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"u@b.example\",\"to\":[\"v@b.example\"],\"size\":\"2 MB\"}}}";

/* Not each place that is free has one. */
Test(timeline, of_very_many_that_are_sent_again_a_sign_here_and_there_is_enough)
{
    close_scene();
    journal = run_scenario_text(much_is_lost);
    cr_assert(journal != NULL);
    scene = scene_new(journal, scene_options_default());
    canvas = canvas_new_layer(1280, 800);
    scene_draw(scene, canvas);
    const struct story *story = scene_story(scene);
    const struct story_mark *marks, *shown[TIMELINE_MOST_SIGNS];
    struct view view = {
        .story = story, .pace = scene_pace(scene), .unit = theme_unit(1280, 800, 1), .span = {0, story_end_ns(story)}};
    size_t n_marks = story_marks(story, &marks), again = 0, with_sign = 0;
    for (size_t i = 0; i < n_marks; i++)
        again += marks[i].kind == STORY_MARK_RETRANSMISSION;
    cr_assert(gt(sz, again, 60));
    for (size_t i = timeline_marks_with_signs(&view, time_line(), shown); i-- > 0;)
        with_sign += shown[i]->kind == STORY_MARK_RETRANSMISSION;
    cr_expect(le(sz, with_sign, (size_t)(time_line().w / (60 * view.unit)) + 1));
}

Test(timeline, a_ring_tells_of_its_timer_until_that_has_run_out)
{
    const struct story *story = scene_story(scene);
    scene_seek(scene, 1500 * MILLISECOND);
    scene_draw(scene, canvas);
    cr_assert(gt(sz, story_timer_count(story), 0));
    int64_t at_ns = story_timer_at(story, 0);
    for (size_t i = 1; i < story_timer_count(story); i++)
        if (story_timer_at(story, i) < at_ns) at_ns = story_timer_at(story, i);
    point_at(INPUT_MOVE, x_of(at_ns), time_line().y + 25);
    cr_expect(picture_says("a timer will run out, at "));
    press(KEY_END);
    cr_expect(not(picture_says("a timer will run out, at ")), "the pointer has not moved, but time has");
}

Test(timeline, a_bookmark_says_that_it_is_one)
{
    scene_seek(scene, 1600 * MILLISECOND);
    press('b');
    point_at(INPUT_MOVE, x_of(1600 * MILLISECOND), time_line().y + time_line().h / 2 + 5);
    cr_expect(picture_says("a bookmark, at 1.600 s"));
}

Test(timeline, the_page_of_keys_explains_every_sign)
{
    press('?');
    for (enum sign sign = 0; sign < TIMELINE_SIGNS; sign++) {
        cr_expect(sign_words(sign)[0] != 0);
        cr_expect(picture_says(sign_words(sign)), "%s", sign_words(sign));
    }
}

/* ---- From days to microseconds ---- */

struct label {
    char text[VIEW_TIME_BYTES];
    double x, left, right; /* where it is true, and of its ink */
};
struct labels {
    struct label labels[40];
    size_t n;
};

static void hear_label(void *user, const struct canvas_part *part)
{
    struct labels *heard = user;
    bool is_name = part->room.y < 20; /* of a sign, above the strip */
    if (part->what != CANVAS_TEXT || is_name || heard->n == 40) return;
    struct label *label = &heard->labels[heard->n++];
    snprintf(label->text, sizeof label->text, "%s", part->text);
    label->x = part->room.x + part->room.w * (part->style->across == ALIGN_START ? 0
                                              : part->style->across == ALIGN_END ? 1
                                                                                 : 0.5);
    label->left = part->corners[0].x;
    label->right = part->corners[1].x;
    cr_expect(not(part->cut), "%s", part->text);
}

/* "3d 02:15", "3:15 h", "1d 00:01:10.5", "1:00.15", "1.89 s"; the instant where it begins to be true, and for how long.
 */
static int64_t read_label(const char *text, int64_t *exact_ns)
{
    int64_t fields[4] = {0}, days = 0, digits_ns = 0, unit_ns = SECOND;
    int n = 0;
    const char *c = strstr(text, "d ");
    if (c) days = atoi(text);
    for (c = c ? c + 2 : text; *c && *c != '.' && *c != ' '; c++) {
        if (*c == ':')
            n++;
        else
            fields[n] = fields[n] * 10 + (*c - '0');
    }
    bool are_minutes = strstr(text, "h") || (strstr(text, "d ") && n == 1);
    for (c = *c == '.' ? c + 1 : ""; *c >= '0' && *c <= '9'; c++) {
        unit_ns /= 10;
        digits_ns += (*c - '0') * unit_ns;
    }
    *exact_ns = are_minutes ? MINUTE : unit_ns;
    int64_t whole = 0;
    for (int i = 0; i <= n; i++)
        whole = whole * 60 + fields[i];
    return days * DAY + whole * (are_minutes ? MINUTE : SECOND) + digits_ns;
}

static void labels_are_true(const struct view *view, struct box box, const struct labels *heard, bool is_part)
{
    int64_t exact_ns, exact_too_ns;
    if (story_tells_starts(view->story)) return; /* days of the week: test_axis_time */
    for (size_t i = 0; i < heard->n; i++) {
        const struct label *label = &heard->labels[i];
        int64_t said = read_label(label->text, &exact_ns), is = timeline_instant_at(view, box, label->x);
        cr_expect(is >= said && is < said + exact_ns, "%s stands at %lld", label->text, (long long)is);
        if (i == 0) continue;
        cr_expect(gt(dbl, label->left - label[-1].right, 4), "%s lies on %s", label->text, label[-1].text);
        cr_expect(lt(i64, read_label(label[-1].text, &exact_too_ns), said), "%s after %s", label->text, label[-1].text);
        cr_expect(eq(i64, exact_ns, exact_too_ns), "%s after %s", label->text, label[-1].text);
    }
    cr_expect(ge(sz, heard->n, is_part ? 5 : 2));
}

/* Closer and closer around an instant; of the whole run labels may be missing where the clock stands. */
static void zoom_in_around(int64_t around_ns)
{
    struct view view = {.story = scene_story(scene), .pace = scene_pace(scene), .theme = theme_of(false)};
    struct box box = box_of(0, 0, 1280, 60);
    int64_t end_ns = story_end_ns(view.story);
    view.unit = theme_unit(1280, 800, 1);
    view.span = (struct span){0, end_ns};
    for (bool is_part = false;; is_part = true) {
        struct labels heard = {.n = 0};
        view.canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_label, &heard});
        timeline_view_draw_still(&view, box);
        labels_are_true(&view, box, &heard, is_part);
        double x = timeline_x_of(&view, box, around_ns);
        cr_expect(le(i64, llabs(timeline_instant_at(&view, box, x) - around_ns),
                     (view.span.to_ns - view.span.from_ns) / 500));
        canvas_free(view.canvas);
        if (view.span.to_ns - view.span.from_ns <= SHORTEST_SPAN_NS + 1) return;
        view.span = span_zoomed(view.span, around_ns, 0.5, end_ns);
    }
}

Test(timeline, from_the_whole_run_to_a_microsecond_all_labels_are_there_and_true)
{
    zoom_in_around(story_drop(scene_story(scene), 0)->at_ns); /* where a caption is read, too */
    zoom_in_around(1893 * MILLISECOND);
}

Test(timeline, from_days_to_a_microsecond_all_labels_are_there_and_true)
{
    close_scene();
    open_scene_of("retry-side-by-side", scene_options_default());
    zoom_in_around(MINUTE + 1257 * MILLISECOND);
    zoom_in_around(story_end_ns(scene_story(scene)) / 2 + 123456789); /* nothing happens, and time is passed over */
}

/* ---- The wheel ---- */

static double x_in_window(int64_t at_ns)
{
    const struct view view = scene_view(scene, NULL);
    return timeline_x_of(&view, time_line(), at_ns);
}

static void turn_wheel(double x, int notches)
{
    const struct input in = {.kind = INPUT_WHEEL, .x = x, .y = time_line().y + 10, .wheel = notches > 0 ? 1 : -1};
    scene_handle(scene, &in);
}

/* The pointer stays where it is, a little beside a sign; what it points at does, too, whatever way the wheel turns. */
static void wheel_stays_at(double pointer)
{
    enum { NOTCHES = 24 };
    const struct view view = scene_view(scene, NULL);
    struct timeline_found found = timeline_sign_at(&view, time_line(), point_of(pointer, time_line().y + 10));
    double x = x_in_window(found.at_ns);
    cr_expect(ne(int, found.sign, TIMELINE_SIGNS));
    for (int turn = -NOTCHES; turn < NOTCHES; turn++) {
        turn_wheel(pointer, -turn);
        cr_expect(lt(dbl, fabs(x_in_window(found.at_ns) - x), 2), "%lld ns, turn %d", (long long)found.at_ns, turn);
    }
    cr_expect(eq(i64, scene->span.from_ns, 0));
    cr_expect(eq(i64, scene->span.to_ns, story_end_ns(scene_story(scene))));
    scene_zoom(scene, 0, 0);
}

Test(timeline, what_is_under_the_pointer_stays_there_when_the_wheel_turns)
{
    static const char *const names[] = {"lost-segment", "retry-side-by-side"};
    for (size_t n = 0; n < 2; n++) {
        close_scene();
        open_scene_of(names[n], scene_options_default());
        const struct story_mark *shown[TIMELINE_MOST_SIGNS];
        const struct view view = scene_view(scene, NULL);
        size_t n_shown = timeline_marks_with_signs(&view, time_line(), shown);
        for (size_t i = 0; i < n_shown; i++)
            wheel_stays_at(x_in_window(shown[i]->at_ns) - 3);
        cr_expect(gt(sz, n_shown, 5));
    }
}

/* ---- The way back ---- */

Test(timeline, while_a_part_of_the_time_is_shown_a_button_leads_back_to_all_of_it)
{
    cr_expect(not(click(ACT_WHOLE_TIME, 0)), "all of it is shown");
    press('z');
    cr_expect(picture_says("the whole time (w)"));
    cr_assert(click(ACT_WHOLE_TIME, 0));
    cr_expect(not(picture_says("the whole time (w)")));
    cr_expect(not(click(ACT_WHOLE_TIME, 0)));
}

/* 09:00 on a Monday and 16 h 2 min 2 s: clock, ruler and sentence tell one time, and what is counted has a plus. */
Test(time_of_day, in_a_world_with_one_all_tell_it_alike)
{
    struct scene_options options = scene_options_default();
    options.arrangement = "|62(-55(map,dialogue),ladder)";
    open_scene_of("retry-side-by-side", options);
    scene_seek(scene, 16 * HOUR + 2 * MINUTE + 2 * SECOND);
    scene_draw(scene, canvas);
    cr_expect(picture_says("01:02 on Tuesday"));
    cr_expect(picture_says("+16:02:02.000000"));
    cr_expect(picture_says("until 01:30 on Tuesday"));
    cr_expect(picture_says("Mon 09:00"), "the ruler");
    cr_expect(picture_says("+16:01:00"), "the dialogue");
    close_scene();
}
