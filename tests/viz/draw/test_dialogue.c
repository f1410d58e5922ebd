/* The dialogue: which lines are shown of a part, however long the run; and that a refusal for now is not told as one
   for good (RFC 5321 4.2.1). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/story/made_journal.h"
#include "viz/draw/only.h"
#include "viz/draw/scene.h"

/* ---- Of a part ---- */

static bool is_shown(const struct only *only, const struct story *story, size_t i)
{
    const struct story_line *line = story_line(story, i);
    return only_shows(only, line->conn, line->host, line->peer);
}

/* As if all were gone through each time. */
static size_t expect_right_lines(const struct only *only, const struct story *story)
{
    size_t n = story_line_count(story), count = 0, before = STORY_NONE;
    for (size_t i = 0; i < n; i++) {
        if (i % 101 == 0) {
            cr_assert(eq(sz, only_lines_count(only, story, i), count));
            cr_assert(eq(sz, only_line_before(only, story, i), before));
        }
        if (!is_shown(only, story, i)) continue;
        if (count % 53 == 0) only_lines_count(only, story, i + 1);
        if (count % 53 == 0) cr_assert(eq(sz, only_line_at(only, story, count), i));
        before = i;
        count++;
    }
    return count;
}

Test(dialogue, the_lines_of_a_part_are_found_in_a_long_run)
{
    struct made made = made_journal(500, NULL, 0);
    struct story *story = story_new(made.memory);
    static struct only only;
    cr_assert_gt(story_line_count(story), 2 * ONLY_MARKS, "too few lines: %zu", story_line_count(story));
    cr_expect(eq(sz, expect_right_lines(&only, story), story_line_count(story)));
    cr_assert(only_choose(&only, story, ACT_HOST, story_host_by_name(story, "mx1.b.example")));
    size_t of_one = expect_right_lines(&only, story);
    cr_assert(only_choose(&only, story, ACT_HOST, story_host_by_name(story, "bob-pc")));
    size_t of_both = expect_right_lines(&only, story);
    cr_assert(only_choose(&only, story, ACT_EVENT, story_line(story, story_line_count(story) / 2)->event));
    size_t of_conn = expect_right_lines(&only, story);
    cr_expect(of_conn > 0 && of_conn < 60 && of_both > of_conn && of_one > of_both, "%zu, %zu, %zu", of_one, of_both,
              of_conn);
    story_free(story);
    made_free(&made);
}

/* ---- Refusals ---- */

struct heard {
    char digit;                            /* with which the refusals that are meant begin */
    double left_of_reply, left_of_refusal; /* where such texts begin */
    struct colour colour;
};

static void hear(void *user, const struct canvas_part *part)
{
    struct heard *heard = user;
    bool is_reply = part->what == CANVAS_TEXT && part->text[0] >= '2' && part->text[0] <= '5' && part->text[3] == ' ';
    if (!is_reply || strspn(part->text, "0123456789") != 3) return;
    if (part->text[0] == '2') heard->left_of_reply = part->corners[0].x;
    if (part->text[0] != heard->digit) return;
    heard->left_of_refusal = part->corners[0].x;
    heard->colour = part->colour;
}

static struct heard hear_refusal(const char *scenario, char digit)
{
    struct heard heard = {.digit = digit};
    struct journal_memory *journal = run_scenario(scenario);
    struct scene_options options = scene_options_default();
    options.arrangement = "dialogue";
    struct scene *scene = scene_new(journal, options);
    const struct story *story = scene_story(scene);
    size_t i = 0, n = story_line_count(story);
    while (i < n && !(story_line(story, i)->is_refusal && story_line(story, i)->text[0] == digit))
        i++;
    cr_assert(i < n, "%s: nothing is refused", scenario);
    scene_seek(scene, story_line(story, i)->at_ns);
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear, &heard});
    scene_draw(scene, canvas);
    canvas_free(canvas);
    scene_free(scene);
    journal_memory_free(journal);
    return heard;
}

/* The sign stands between the letter of the server and the words. */
Test(dialogue, a_refusal_for_now_and_one_for_good_have_signs_and_colours_of_their_own)
{
    struct heard now = hear_refusal("greylisting", '4'), good = hear_refusal("unknown-user", '5');
    cr_expect_gt(now.left_of_refusal, now.left_of_reply + 5);
    cr_expect_gt(good.left_of_refusal, good.left_of_reply + 5);
    cr_expect(fabs(now.colour.r - good.colour.r) + fabs(now.colour.g - good.colour.g) > 0.1);
    struct heard data = hear_refusal("greylisting", '5'); /* 503, since the recipient has been refused */
    cr_expect_float_eq(data.left_of_refusal, data.left_of_reply, 1, "no refusal of the mail");
    canvas_forget_fonts();
}

/* Nobody has said the commands that the server found in a mail; what it took for them is told. */
Test(dialogue, what_the_server_took_for_commands_is_told)
{
    struct journal_memory *journal = run_scenario("smuggling");
    struct story *story = story_new(journal);
    size_t found = 0;
    for (size_t i = 0; i < story_line_count(story); i++) {
        const struct story_line *line = story_line(story, i);
        if (!strstr(line->text, "taken for commands")) continue;
        found++;
        cr_expect(eq(str, (char *)line->text,
                     "(taken for commands: MAIL FROM:<boss@a.example>, RCPT TO:<carol@b.example>, DATA)"));
        cr_expect(line->by_client && !strcmp(story_host(story, line->peer).name, "mx1.b.example"));
    }
    cr_expect(gt(sz, found, 0));
    story_free(story);
    journal_memory_free(journal);
}

/* ---- A mail that was refused ---- */

/* It never travelled to the server that refused it, and yet its dialogue has the refusal. */
Test(dialogue, the_lines_of_a_mail_have_the_refusal_that_sent_it_back)
{
    struct journal_memory *journal = run_scenario("unknown-user");
    struct story *story = story_new(journal);
    static struct only only;
    cr_assert(only_choose(&only, story, ACT_MAIL, story_mail_by_name(story, "m1")));
    size_t refusals = 0, fetches = 0;
    for (size_t i = 0; i < story_line_count(story); i++) {
        const struct story_line *line = story_line(story, i);
        if (!is_shown(&only, story, i)) continue;
        refusals += !strncmp(line->text, "550 5.1.1 <bbo@b.example>", 25);
        fetches += line->speech == STORY_POP3;
    }
    cr_expect(eq(sz, refusals, 1));
    cr_expect(eq(sz, fetches, 0), "those of its bounce are not its own");
    story_free(story);
    journal_memory_free(journal);
}

struct told {
    const char *what;
    bool is_told;
};

static void listen(void *user, const struct canvas_part *part)
{
    struct told *told = user;
    told->is_told |= part->what == CANVAS_TEXT && strstr(part->text, told->what);
}

static bool dialogue_tells(struct scene *scene, int64_t at_ns, const char *what)
{
    struct told told = {.what = what};
    scene_seek(scene, at_ns);
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){listen, &told});
    scene_draw(scene, canvas);
    canvas_free(canvas);
    return told.is_told;
}

/* On the map of such a scene nothing is drawn: the dialogue is alone. */
Test(dialogue, an_answer_that_is_kept_back_is_told_below_the_newest_line)
{
    struct journal_memory *journal = run_scenario("tarpit");
    struct scene_options options = scene_options_default();
    options.arrangement = "dialogue";
    struct scene *scene = scene_new(journal, options);
    cr_expect(dialogue_tells(scene, INT64_C(30000000000), "mx1.b.example answers slowly: not before 40.503 s"));
    cr_expect(not(dialogue_tells(scene, INT64_C(200000000000), "answers slowly")));
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* RFC 3207: what is said after the 220 to STARTTLS, and the handshake, travels within TLS, until the connection ends;
   the next one begins in clear. */
Test(dialogue, lines_within_tls_are_marked)
{
    struct journal_memory *journal = run_scenario("starttls");
    struct story *story = story_new(journal);
    size_t clear = 0, hidden = 0;
    for (size_t i = 0; i < story_line_count(story); i++) {
        const struct story_line *line = story_line(story, i);
        bool greets = !strncmp(line->text, "220", 3), mails = !strncmp(line->text, "MAIL", 4);
        if (greets) cr_expect(not(line->is_encrypted), "%s", line->text);
        if (mails) cr_expect(line->is_encrypted, "%s", line->text);
        clear += greets;
        hidden += mails;
    }
    cr_expect(clear >= 2 && hidden == 2, "%zu, %zu", clear, hidden);
    story_free(story);
    journal_memory_free(journal);
}
