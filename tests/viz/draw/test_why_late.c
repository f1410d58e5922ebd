/* Why late, level by level: what was opened adds up to the nanosecond, and each level is a press or a key away. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/story/made_journal.h"
#include "viz/draw/waiting_words.h"
#include "viz/draw/why_late_view.h"
#include "viz/draw/why_words.h"

enum { PARTS_MOST = 4000 };

struct counted {
    size_t levels[WHY_SEGMENT + 1]; /* parts of each */
    size_t losses;                  /* in what consists of nothing more */
};

static void count_losses(const struct story *s, const struct why_plan *plan, const struct why_part *part,
                         struct counted *counted)
{
    struct why_walk walk = {0};
    while (why_part_next_loss(s, plan->intervals, part, &walk) != STORY_NONE)
        counted->losses++;
}

/* They follow one another without a gap, from the beginning of what they are parts of to its end. */
static void expect_to_add_up(const struct story *s, const struct why_plan *plan, const struct why_part *of,
                             int64_t from_ns, int64_t to_ns, struct counted *counted)
{
    struct why_part *parts = mem_calloc(PARTS_MOST, sizeof *parts);
    size_t n = why_parts_of(s, plan->intervals, plan->n_intervals, of, parts, PARTS_MOST);
    int64_t sum = 0, at_ns = from_ns;
    cr_assert(n > 0 && n <= PARTS_MOST);
    for (size_t i = 0; i < n; i++) {
        cr_expect(eq(i64, parts[i].from_ns, at_ns));
        cr_expect(gt(i64, parts[i].to_ns, at_ns));
        sum += parts[i].to_ns - parts[i].from_ns;
        at_ns = parts[i].to_ns;
        counted->levels[parts[i].level]++;
        if (why_part_opens(plan->intervals, &parts[i]))
            expect_to_add_up(s, plan, &parts[i], parts[i].from_ns, parts[i].to_ns, counted);
        else
            count_losses(s, plan, &parts[i], counted);
    }
    cr_expect(eq(i64, at_ns, to_ns));
    cr_expect(eq(i64, sum, to_ns - from_ns));
    mem_free(parts);
}

static struct counted expect_all_to_add_up(const struct journal_memory *of)
{
    struct counted counted = {.losses = 0};
    struct story *s = story_new(of);
    struct why_plan *plan = why_plan_new(of);
    for (size_t letter = 0; letter < story_letter_count(s); letter++) {
        why_plan_take(plan, s, letter);
        if (plan->n_intervals == 0) continue;
        int64_t to_ns = plan->intervals[plan->n_intervals - 1].to_ns;
        expect_to_add_up(s, plan, NULL, plan->intervals[0].from_ns, to_ns, &counted);
        if (plan->span.delivered_ns != TIME_NEVER)
            cr_expect(eq(i64, to_ns - plan->intervals[0].from_ns, plan->span.delivered_ns - plan->span.written_ns));
    }
    why_plan_free(plan);
    story_free(s);
    return counted;
}

Test(why_late, the_parts_of_each_level_add_up_to_the_nanosecond)
{
    static const char *const scenarios[] = {"lost-segment", "greylisting", "pipelining", "starttls", "backup-mx"};
    struct counted all = {.losses = 0};
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        struct journal_memory *run = run_scenario(scenarios[i]);
        struct counted counted = expect_all_to_add_up(run);
        for (size_t level = 0; level <= WHY_SEGMENT; level++)
            all.levels[level] += counted.levels[level];
        all.losses += counted.losses;
        journal_memory_free(run);
    }
    cr_expect(ge(sz, all.levels[WHY_ATTEMPT], 3));
    cr_expect(ge(sz, all.levels[WHY_COMMAND], 40));
    cr_expect(ge(sz, all.levels[WHY_SEGMENT], 100));
    cr_expect(ge(sz, all.losses, 1));
}

Test(why_late, they_do_so_in_a_journal_made_by_hand_too)
{
    struct made made = made_journal(1, NULL, 0);
    struct counted counted = expect_all_to_add_up(made.memory);
    cr_expect(ge(sz, counted.levels[WHY_ATTEMPT], 1));
    made_free(&made);
}

/* ---- By pressing ---- */

/* Of a plan as the scene has it: the same letter, and what was opened. */
static size_t part_called(const struct story *s, const struct why_plan *plan, const char *words)
{
    char text[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < plan->n_parts; i++) {
        why_part_words(s, plan->intervals, &plan->parts[i], text, sizeof text);
        if (strncmp(text, words, strlen(words)) == 0) return i;
    }
    cr_assert(false, "no part begins with %s", words);
    return 0;
}

static struct why_plan *plan;

static void open_why_late_of(const char *scenario)
{
    open_scene_of(scenario, scene_options_default());
    press('8');
    plan = why_plan_new(journal);
    why_plan_take(plan, scene_story(scene), 0);
}

/* In the window and in the plan beside it. */
static void open_part(const char *words)
{
    size_t part = part_called(scene_story(scene), plan, words);
    const struct why_part opened = plan->parts[part];
    cr_assert(click(ACT_INTERVAL, part), "%s", words);
    cr_expect(why_plan_open(plan, scene_story(scene), part));
    cr_expect(eq(i64, scene_now(scene), opened.from_ns), "%s: its beginning is gone to", words);
}

static void close_why_late(void)
{
    why_plan_free(plan);
    close_scene();
}

Test(why_late, a_mail_that_was_put_off_opens_down_to_the_packet)
{
    open_why_late_of("greylisting");
    cr_expect(picture_says("mail.a.example: attempt 1"));
    cr_expect(picture_says("mail.a.example: attempt 2"));
    cr_expect(picture_says("mail.a.example waits to try again"));
    open_part("mail.a.example: attempt 1");
    cr_expect(picture_says("mail.a.example hands it over to mx1.b.example"));
    open_part("mail.a.example hands it over to mx1.b.example");
    cr_expect(picture_says("greeting → 220"));
    cr_expect(picture_says("→ 250-mx1.b.example") && picture_says("RCPT TO:<bob@b.example>"));
    open_part("EHLO");
    cr_expect(picture_says("mx1.b.example waits for mail.a.example: EHLO mail.a.example"));
    cr_expect(picture_says("parts, together"));
    size_t segment = part_called(scene_story(scene), plan, "mail.a.example waits for mx1.b.example: 250-");
    cr_expect(not(why_plan_open(plan, scene_story(scene), segment)), "it consists of nothing more");
    close_why_late();
}

/* RFC 6298 5.5: 1, 2, 4 and 8 s, each from the sending before. */
Test(why_late, what_is_lost_again_and_again_counts_from_its_last_sending)
{
    open_why_late_of("backup-mx");
    cr_expect(picture_says("1.000 s after its first sending"));
    cr_expect(picture_says("2.000 s after this sending") && picture_says("8.000 s after this sending"));
    cr_expect(not(picture_says("2.000 s after its first sending")));
    close_why_late();
}

Test(why_late, what_was_opened_closes_by_its_name)
{
    open_why_late_of("greylisting");
    open_part("mail.a.example: attempt 2");
    open_part("mail.a.example hands it over");
    cr_assert(click(ACT_WHY_LEVEL, 1));
    cr_expect(picture_says("mail.a.example hands it over"));
    cr_expect(not(picture_says("greeting → 220")));
    cr_assert(click(ACT_WHY_LEVEL, 0));
    cr_expect(picture_says("mail.a.example: attempt 1"));
    cr_expect(not(click(ACT_WHY_LEVEL, 0)), "there is nothing above the whole");
    close_why_late();
}

Test(why_late, a_loss_is_found_in_the_command_and_at_the_segment)
{
    open_why_late_of("lost-segment");
    open_part("mail.a.example hands it over to mx1.b.example");
    size_t content = plan->n_parts;
    struct why_walk walk;
    for (size_t i = 0; i < plan->n_parts; i++) {
        walk = (struct why_walk){0};
        if (why_part_next_loss(scene_story(scene), plan->intervals, &plan->parts[i], &walk) != STORY_NONE) content = i;
    }
    cr_assert(lt(sz, content, plan->n_parts));
    cr_expect(story_line(scene_story(scene), plan->parts[content].line)->is_content);
    cr_expect(picture_says("dropped by the scenario"));
    cr_assert(click(ACT_INTERVAL, content));
    cr_expect(picture_says("dropped by the scenario"));
    cr_assert(click(ACT_GO_TO_EVENT, story_drop(scene_story(scene), 0)->event), "the loss");
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET));
    cr_expect(eq(sz, scene_selection(scene).index, story_drop(scene_story(scene), 0)->packet));
    close_why_late();
}

Test(why_late, a_segment_that_is_pressed_is_looked_at)
{
    open_why_late_of("lost-segment");
    open_part("mail.a.example hands it over to mx1.b.example");
    open_part("MAIL FROM:");
    size_t part = part_called(scene_story(scene), plan, "mail.a.example waits for mx1.b.example: 250 OK");
    size_t packet = plan->parts[part].packet;
    cr_assert(click(ACT_INTERVAL, part));
    cr_expect(eq(int, scene_selection(scene).what, ACT_PACKET));
    cr_expect(eq(sz, scene_selection(scene).index, packet));
    close_why_late();
}

/* ---- What was waited for ---- */

static void open_content_of_lost_segment(void)
{
    open_why_late_of("lost-segment");
    open_part("mail.a.example hands it over to mx1.b.example");
    open_part("(mail m1");
}

/* The end of the mail is not sent before an acknowledgement that the receiver kept back for 40 ms. */
Test(why_late, a_delayed_acknowledgement_that_was_waited_for_is_a_part_of_its_own)
{
    open_content_of_lost_segment();
    const struct story *s = scene_story(scene);
    size_t kept = part_called(s, plan, "mx1.b.example waits: it keeps its acknowledgement back (delayed ACK)");
    const struct why_part *part = &plan->parts[kept];
    cr_expect(eq(i64, part->to_ns - part->from_ns, 40 * MILLISECOND));
    cr_expect(picture_says("it keeps its acknowledgement back (delayed ACK)"));
    cr_expect(picture_says("2.0436 s – 2.0836 s"), "from when to when");
    cr_expect(picture_says("40 ms"));
    size_t ack = part_called(s, plan, "mail.a.example waits for mx1.b.example: ACK 29293");
    cr_expect(eq(sz, ack, kept + 1), "and what came of it was waited for next");
    cr_assert(click(ACT_INTERVAL, kept));
    cr_expect(eq(i64, scene_now(scene), part->from_ns));
    cr_expect(eq(int, scene_selection(scene).what, ACT_EVENT), "what set the timer");
    close_why_late();
}

/* Not the segments that were sent behind the lost one, but the acknowledgements that tell of it, and the repair. */
Test(why_late, after_a_loss_the_third_duplicate_and_what_is_sent_again_were_waited_for)
{
    open_content_of_lost_segment();
    const struct story *s = scene_story(scene);
    size_t again = part_called(s, plan, "mx1.b.example waits for mail.a.example: bytes 3013–4472, sent again");
    size_t duplicate = part_called(s, plan, "mail.a.example waits for mx1.b.example: ACK 3013");
    cr_expect(eq(sz, again, duplicate + 1));
    const struct story_packet *resent = story_packet(s, plan->parts[again].packet);
    cr_expect(eq(i64, plan->parts[again].from_ns, resent->sent_ns));
    cr_expect(eq(i64, plan->parts[again].to_ns, resent->end_ns));
    close_why_late();
}

Test(why_late, a_server_that_keeps_its_answers_back_is_what_was_waited_for)
{
    open_why_late_of("tarpit");
    scene_select(scene, (struct selection){ACT_MAIL, story_letter(scene_story(scene), 0).mail});
    scene_draw(scene, canvas);
    open_part("mail.a.example hands it over to mx1.b.example");
    open_part("EHLO");
    size_t kept = part_called(scene_story(scene), plan, "mx1.b.example waits: it lets the other side wait");
    cr_expect(eq(i64, plan->parts[kept].to_ns - plan->parts[kept].from_ns, 2 * SECOND));
    close_why_late();
}

/* In every row, on every level. */
Test(why_late, each_row_tells_from_when_to_when)
{
    open_why_late_of("greylisting");
    cr_expect(picture_says("1:00.5 – 10:00.0"), "the wait");
    close_why_late();
}

/* ---- The short ones ---- */

/* Of all its parts: the most that a letter of it has, and whose they are. */
static size_t letter_with_most_parts(size_t *most)
{
    const struct story *s = scene_story(scene);
    size_t found = 0;
    *most = 0;
    for (size_t letter = 0; letter < story_letter_count(s); letter++) {
        why_plan_take(plan, s, letter);
        if (plan->n_parts <= *most) continue;
        *most = plan->n_parts;
        found = letter;
    }
    return found;
}

Test(why_late, the_short_ones_of_many_are_told_when_they_are_pressed)
{
    size_t most;
    open_why_late_of("retry-side-by-side");
    size_t letter = letter_with_most_parts(&most);
    cr_assert(gt(sz, most, 12));
    scene_select(scene, (struct selection){ACT_MAIL, story_letter(scene_story(scene), letter).mail});
    scene_draw(scene, canvas);
    char first[STORY_SENTENCE_BYTES];
    why_plan_take(plan, scene_story(scene), letter);
    why_part_words(scene_story(scene), plan->intervals, &plan->parts[0], first, sizeof first);
    cr_assert(picture_says("shorter ones, together"));
    cr_expect(not(picture_says(first)), "%s", first);
    cr_assert(click(ACT_WHY_SHORT, 0));
    cr_expect(picture_says(first), "%s", first);
    cr_assert(click(ACT_WHY_SHORT, 0));
    cr_expect(not(picture_says(first)), "%s", first);
    close_why_late();
}

/* ---- By the keyboard ---- */

Test(why_late, each_level_is_reached_by_tab_and_enter)
{
    open_why_late_of("greylisting");
    size_t n = targets_count(scene_targets(scene)), tabs = 0;
    for (; tabs <= n && targets_at(scene_targets(scene), tabs)->act != ACT_INTERVAL; tabs++)
        continue;
    for (size_t i = 0; i <= tabs; i++)
        press(KEY_TAB);
    press(KEY_ENTER);
    cr_expect(picture_says("parts, together"), "the first part is open");
    press(KEY_ENTER);
    cr_expect(targets_find_act(scene_targets(scene), ACT_WHY_LEVEL, 1) != NULL, "and the first part of that");
    close_why_late();
}

/* ---- Lengths ---- */

/* In microseconds: "2 d 1 h", "8 min 59.080 s", "140.5 ms", "5 µs". */
static double read_length(const char *text)
{
    double sum = 0;
    for (char *after; *text; text = after) {
        double value = strtod(text, &after);
        after += *after == ' ';
        sum += value * (!strncmp(after, "ms", 2)    ? 1e3
                        : !strncmp(after, "min", 3) ? 60e6
                        : *after == 's'             ? 1e6
                        : *after == 'h'             ? 3600e6
                        : *after == 'd'             ? 86400e6
                                                    : 1);
        after += strcspn(after, " ");
        after += *after == ' ';
    }
    return sum;
}

Test(why_late, lengths_as_they_are_shown_add_up)
{
    static const int64_t parts_ns[] = {140512345, 180498765, 598612345, 539080376545};
    char text[VTIME_TEXT_BYTES];
    int64_t whole_ns = 0;
    double shown = 0;
    for (size_t i = 0; i < sizeof parts_ns / sizeof *parts_ns; i++) {
        whole_ns += parts_ns[i];
        shown += read_length(why_length_text(parts_ns[i], text));
    }
    cr_expect(strcmp(why_length_text(parts_ns[3], text), "8 min 59.080 s") == 0, "%s", text);
    cr_expect(strcmp(why_length_text(whole_ns, text), "9 min") == 0, "%s", text);
    cr_expect(lt(dbl, fabs(read_length(text) - shown), 1000), "%s is not %f", text, shown);
    cr_expect(strcmp(why_length_text(2 * DAY + HOUR, text), "2 d 1 h") == 0, "%s", text);
    cr_expect(strcmp(why_length_text(1890 * MILLISECOND, text), "1.890 s") == 0, "%s", text);
}

Test(why_late, the_view_shows_what_adds_up)
{
    open_scene_of("greylisting", scene_options_default());
    scene_seek(scene, journal_memory_end_ns(journal));
    press('8');
    cr_expect(picture_says("8 min 59."));
    close_scene();
}

/* ---- The order of its rows ---- */

static size_t bold_lengths;

static void hear_lengths(void *user, const struct canvas_part *part)
{
    if (part->what == CANVAS_TEXT && part->style->bold && !strcmp(part->text, user)) bold_lengths++;
}

/* Longest first, it read backwards. */
Test(why_late, its_rows_are_in_the_order_of_time_and_the_longest_is_bold)
{
    double y = 0;
    open_scene_of("first-mail", scene_options_default());
    scene_seek(scene, journal_memory_end_ns(journal));
    press('8');
    for (size_t part = 0; part < 7; part++) {
        const struct target *row = NULL;
        for (size_t i = 0; i < targets_count(scene_targets(scene)); i++) { /* the last: those before are of the bar */
            const struct target *t = targets_at(scene_targets(scene), i);
            if (t->act == ACT_INTERVAL && t->arg == part) row = t;
        }
        cr_assert(row != NULL, "part %zu", part);
        cr_expect(gt(dbl, target_bounds(row).y, y), "part %zu", part);
        y = target_bounds(row).y;
    }
    const char *const lengths[] = {"1.462 s", "264.5 ms"};
    for (size_t i = 0; i < 2; i++) {
        bold_lengths = 0;
        struct canvas *ear =
            canvas_new_listener(1280, 800, (struct canvas_listener){hear_lengths, (void *)(uintptr_t)lengths[i]});
        scene_draw(scene, ear);
        cr_expect(eq(sz, bold_lengths, i == 0), "%s", lengths[i]);
        canvas_free(ear);
    }
    close_scene();
}

/* ---- Which mail ---- */

/* The headline told of one mail, and why late of another. */
Test(why_late, it_is_about_the_mail_that_waits_above_and_others_can_be_chosen)
{
    char title[120];
    open_scene_of("retry-side-by-side", scene_options_default());
    scene_seek(scene, 4000 * SECOND);
    press('8');
    size_t told = waiting_letter(scene_story(scene));
    cr_assert(ne(sz, told, STORY_NONE));
    size_t mail = story_letter(scene_story(scene), told).mail;
    snprintf(title, sizeof title, "%s reached", story_mail(scene_story(scene), mail)->name);
    cr_expect(picture_says(title), "%s", title);
    size_t other = mail > 0 ? mail - 1 : mail + 1;
    cr_assert(click(ACT_MAIL, other));
    snprintf(title, sizeof title, "%s reached", story_mail(scene_story(scene), other)->name);
    cr_expect(eq(sz, scene_selection(scene).index, other));
    cr_expect(picture_says(title), "%s", title);
    close_scene();
}
