/* What a loss has cost: what if says how much later the mail came for it, and how much of that was waiting until the
   packet was sent again. The numbers are worked out here once more, from the journals of both runs. */
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
#include "viz/draw/loss_cost.h"

/* ---- From the journals ---- */

/* The first event of this kind whose field has this value. */
static int64_t first_time(const struct journal_memory *in, enum event_kind kind, enum field_id field, int64_t value)
{
    for (size_t i = 0; i < journal_memory_count(in); i++) {
        const struct event *e = journal_memory_at(in, i);
        if (e->kind == kind && event_int(e, field) == value) return e->at_ns;
    }
    return TIME_NEVER;
}

static int64_t delivered_at(const struct journal_memory *in)
{
    for (size_t i = 0; i < journal_memory_count(in); i++) {
        const struct event *e = journal_memory_at(in, i);
        if (e->kind == EVENT_MAIL_STATE && !strcmp(event_text(e, FIELD_TO), "delivered")) return e->at_ns;
    }
    return TIME_NEVER;
}

static int64_t first_lost_packet(const struct journal_memory *in)
{
    for (size_t i = 0; i < journal_memory_count(in); i++)
        if (journal_memory_kind(in, i) == EVENT_LINK_DROP) return event_int(journal_memory_at(in, i), FIELD_PACKET);
    return 0;
}

/* ---- Both runs ---- */

struct both {
    struct journal_memory *journals[2];
    struct story *stories[2];
    struct comparison *comparison;
};

static struct both run_both(const char *scenario, const struct act_line *act)
{
    struct both b;
    b.journals[0] = run_scenario(scenario);
    b.stories[0] = story_new(b.journals[0]);
    char *changed = what_if_scenario(b.stories[0], act, 1);
    b.journals[1] = run_scenario_text(changed);
    b.stories[1] = story_new(b.journals[1]);
    b.comparison = comparison_new(b.stories[0], b.journals[0], b.stories[1], b.journals[1]);
    mem_free(changed);
    return b;
}

static void free_both(struct both *b)
{
    comparison_free(b->comparison);
    for (int i = 0; i < 2; i++) {
        story_free(b->stories[i]);
        journal_memory_free(b->journals[i]);
    }
}

static bool cost_of(const struct both *b, struct loss_cost *cost)
{
    return loss_cost_of(b->comparison, (const struct story *const *)b->stories,
                        (const struct journal_memory *const *)b->journals, loss_cost_row(b->comparison), cost);
}

static void expect_parts(const char *scenario, const struct act_line *act, int lost_in)
{
    struct both b = run_both(scenario, act);
    struct loss_cost cost;
    cr_assert(cost_of(&b, &cost), "%s: the loss is on the way of the mail", scenario);
    const struct journal_memory *with = b.journals[lost_in], *without = b.journals[1 - lost_in];
    int64_t packet = first_lost_packet(with), sent = first_time(with, EVENT_PACKET_SEND, FIELD_PACKET, packet);
    int64_t again = first_time(with, EVENT_PACKET_SEND, FIELD_REPEATS, packet);
    const struct loss_parts parts = loss_cost_parts(&cost, 1);
    cr_expect(eq(int, cost.lost_in, lost_in));
    cr_expect(eq(i64, sent, first_time(without, EVENT_PACKET_SEND, FIELD_PACKET, packet)),
              "until then all is the same");
    cr_expect(eq(i64, parts.whole_ns, delivered_at(with) - delivered_at(without)), "%s", scenario);
    cr_expect(eq(i64, parts.until_again_ns, again - sent), "%s", scenario);
    cr_expect(eq(i64, parts.rest_ns[0], delivered_at(with) - again), "%s", scenario);
    cr_expect(eq(i64, parts.rest_ns[1], delivered_at(without) - sent), "%s", scenario);
    for (int64_t grain = 1; grain <= SECOND; grain *= 1000) {
        const struct loss_parts told = loss_cost_parts(&cost, grain);
        cr_expect(eq(i64, told.until_again_ns + told.after_ns, told.whole_ns), "%s", scenario);
        cr_expect(eq(i64, told.rest_ns[0] - told.rest_ns[1], told.after_ns), "%s", scenario);
        cr_expect(llabs(told.whole_ns - parts.whole_ns) < grain, "%s", scenario);
    }
    free_both(&b);
}

Test(loss_cost, the_parts_of_a_loss_are_those_of_the_journals_and_add_up_to_the_nanosecond)
{
    static const char *const scenarios[] = {"lost-segment", "first-mail", "starttls"};
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct journal_memory *was = run_scenario(scenarios[i]);
        struct story *story = story_new(was);
        struct act_line offers[OFFERS_MAX];
        cr_assert(what_if_offers(story, (struct selection){ACT_PACKET, story_drop(story, 0)->packet}, offers) > 0);
        expect_parts(scenarios[i], &offers[0], 0);
        story_free(story);
        journal_memory_free(was);
    }
}

/* The runs part in the instant in which the packet dies in both, since a link is another from then on. */
Test(loss_cost, of_a_packet_that_is_lost_in_both_runs_nothing_is_told)
{
    struct journal_memory *was = run_scenario("lost-segment");
    struct story *story = story_new(was);
    struct act_line act = {.about = ""};
    char at[40];
    what_if_instant(story_drop(story, 0)->at_ns, at);
    snprintf(act.line, sizeof act.line, "{\"at\":\"%s\",\"set\":{\"/links/b-mail/loss\":\"5 %%\"}}", at);
    struct both b = run_both("lost-segment", &act);
    struct loss_cost cost;
    cr_assert_neq(delivered_at(b.journals[1]), delivered_at(b.journals[0]), "more is lost");
    cr_expect(not(cost_of(&b, &cost)));
    free_both(&b);
    story_free(story);
    journal_memory_free(was);
}

/* The same is told the other way round: the packet had arrived, and what if it had not? */
Test(loss_cost, of_a_packet_that_is_lost_in_what_if_only_the_parts_are_told_likewise)
{
    const struct act_line act = {.line =
                                     "{\"drop\":{\"mail\":\"m1\",\"part\":\"body\",\"segment\":8,\"transmission\":1,"
                                     "\"link\":\"a-mail\",\"toward\":\"internet\"}}"};
    struct both b = run_both("lost-segment", &act);
    struct loss_cost cost;
    cr_assert(cost_of(&b, &cost));
    cr_expect(eq(int, cost.lost_in, 1));
    const struct loss_parts parts = loss_cost_parts(&cost, 1);
    cr_expect(eq(i64, parts.whole_ns, delivered_at(b.journals[1]) - delivered_at(b.journals[0])));
    cr_expect(eq(i64, parts.until_again_ns + parts.after_ns, parts.whole_ns));
    cr_expect_lt(parts.after_ns, 0, "the first loss made both slow: what came after went faster than without");
    free_both(&b);
}

/* ---- As it is told ---- */

static char told[20000];

static void hear(void *user, const struct canvas_part *part)
{
    (void)user;
    size_t n = strlen(told);
    if (part->what == CANVAS_TEXT) snprintf(told + n, sizeof told - n, "%s\n", part->text);
}

static void hear_now(void)
{
    struct canvas *listener = canvas_new_listener(1280, 800, (struct canvas_listener){hear, NULL});
    told[0] = 0;
    scene_draw(scene, listener);
    canvas_free(listener);
}

static void draw_and_hear(const char *view)
{
    press(view[0]);
    hear_now();
    press(view[0]);
}

/* "108 ms" and "2.047781 s" in microseconds, behind these words. */
static long us_behind(const char *words)
{
    const char *at = strstr(told, words);
    cr_assert(at != NULL, "\"%s\" is not in:\n%s", words, told);
    char *end;
    double value = strtod(at + strlen(words), &end);
    return (long)(value * (strncmp(end, " ms", 3) == 0 ? 1e3 : 1e6) + 0.5);
}

static void open_lost_segment(void)
{
    struct scene_options options = scene_options_default();
    options.rerun = &rerun_at_once;
    open_scene_of("lost-segment", options);
}

static void spare_the_lost_packet(void)
{
    look_at_the_lost_packet();
    cr_assert(click(ACT_WHAT_IF, 0));
    scene_poll(scene);
    press(KEY_ESCAPE);
}

TestSuite(loss_cost_told, .init = open_lost_segment, .fini = close_scene);

Test(loss_cost_told, the_numbers_in_what_if_add_up_as_they_are_written_and_why_late_tells_the_same_wait)
{
    draw_and_hear("8");
    const char *wait = strstr(told, " after its first sending");
    cr_assert(wait != NULL, "%s", told);
    while (wait > told && wait[-1] != '\n')
        wait--;
    char said[40];
    snprintf(said, sizeof said, "%.*s", (int)strcspn(wait, "\n"), wait);
    cr_expect(strstr(told, "only a run without it tells") != NULL, "it says where the whole cost is told");
    spare_the_lost_packet();
    for (int view = 0; view < 2; view++) {
        draw_and_hear(view ? "8" : "9");
        long whole = us_behind(" s: "); /* delivered at x s instead of y s: z ms earlier */
        cr_expect(eq(long, us_behind("instead of ") - us_behind("delivered at "), whole));
        cr_expect(strstr(told, said) != NULL, "%s is not in %s", said, told);
        cr_expect(eq(long, us_behind("was sent again ") + us_behind("in the mailbox: "), whole));
        cr_expect(us_behind("it took ") > us_behind("in the mailbox: "));
    }
}

static bool is_a_line(const char *line)
{
    char whole[400];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    return strstr(told, whole) != NULL;
}

Test(loss_cost_told, each_part_of_the_cost_is_a_sentence_of_its_own)
{
    spare_the_lost_packet();
    draw_and_hear("9");
    cr_expect(is_a_line("The lost packet (bytes 3013–4472) was sent again 78 ms after its first sending."), "%s", told);
    cr_expect(
        is_a_line("From then on it took 223 ms until the mail was in the mailbox: 30 ms more than without the loss."));
    cr_expect(is_a_line(
        "For 40 ms of that time the receiver held acknowledgements back; without the loss it held none back."));
    cr_expect(is_a_line("Less could be under way at once: the congestion window (cwnd) fell to 7300 bytes; without the "
                        "loss it kept at least 14692 bytes."));
}

/* With the same digits in what if and in the rows of why late. */
Test(loss_cost_told, an_instant_is_written_in_one_form)
{
    spare_the_lost_packet();
    draw_and_hear("9");
    cr_expect(strstr(told, "delivered at 2.047 s instead of 2.155 s: 108 ms earlier") != NULL, "%s", told);
    cr_expect(strstr(told, "Until 1.893 s all is as it was") != NULL);
    draw_and_hear("8");
    cr_expect(strstr(told, "m1 reached bob@b.example at 2.047 s, 1.047 s after it was written") != NULL, "%s", told);
    press('8');
    for (int i = 0; i < 10; i++)
        press_with(KEY_DOWN, false, true); /* the last part */
    hear_now();
    cr_expect(strstr(told, "– 2.047 s") && !strstr(told, "2.04778"), "%s", told);
}

Test(loss_cost_told, the_title_names_the_mail_and_the_packet_and_what_is_counted_is_named)
{
    spare_the_lost_packet();
    draw_and_hear("9");
    cr_expect(is_a_line("mail m1, bytes 3013–4472: what if it had not been lost?"));
    cr_expect(eq(ptr, strstr(told, "mail m1, 1460 bytes"), NULL));
    cr_expect(is_a_line("attempts to hand a mail on\n2\n2"));
    cr_expect(is_a_line("packets lost\n1\n0"));
    cr_expect(eq(ptr, strstr(told, "packets not taken"), NULL), "there is none in either run");
}

Test(loss_cost_told, an_act_that_is_no_loss_tells_its_difference_without_parts)
{
    scene_look_at(scene, "b-mail");
    scene_draw(scene, canvas);
    cr_assert(click(ACT_EDIT, 1), "its delay");
    for (int i = 0; i < 40; i++)
        press(KEY_BACKSPACE);
    struct input in = {.kind = INPUT_TEXT, .text = "40 ms"};
    scene_handle(scene, &in);
    press(KEY_ENTER);
    scene_poll(scene);
    press(KEY_ESCAPE);
    draw_and_hear("9");
    cr_expect(us_behind("delivered at ") > us_behind("instead of "));
    cr_expect(strstr(told, " later\n") && !strstr(told, "The lost packet"), "%s", told);
}

/* ---- Why late ---- */

static void count_cut(void *user, const struct canvas_part *part)
{
    *(size_t *)user += part->text && part->cut && strstr(part->text, "sent again because");
}

Test(loss_cost, why_late_alone_has_room_for_all_that_it_says_of_a_loss)
{
    static const double scales[] = {1, 1.25, 1.5};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        struct scene_options options = scene_options_default();
        options.scale = scales[i];
        open_scene_of("lost-segment", options);
        press(KEY_END);
        press('8');
        for (int row = 0; scales[i] > 1 && row < 10; row++)
            press_with(KEY_DOWN, false, true); /* the loss is in the last of its parts */
        size_t cut = 0;
        struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){count_cut, &cut});
        scene_draw(scene, ear);
        canvas_free(ear);
        cr_expect(picture_says("told that it is missing"));
        cr_expect(zero(sz, cut), "%.2f", scales[i]);
        close_scene();
    }
}
