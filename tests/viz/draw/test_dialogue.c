/* The dialogue: which lines are shown of a part, however long the run; and that a refusal for now is not told as one
   for good (RFC 5321 4.2.1). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/scene.h"

/* ---- Refusals ---- */

struct heard {
    double left_of_reply, left_of_refusal; /* where such texts begin */
    struct colour colour;
};

static void hear(void *user, const struct canvas_part *part)
{
    struct heard *heard = user;
    bool is_reply = part->what == CANVAS_TEXT && part->text[0] >= '2' && part->text[0] <= '5' && part->text[3] == ' ';
    if (!is_reply || strspn(part->text, "0123456789") != 3) return;
    if (part->text[0] == '2') heard->left_of_reply = part->corners[0].x;
    if (part->text[0] < '4') return;
    heard->left_of_refusal = part->corners[0].x;
    heard->colour = part->colour;
}

static struct heard hear_refusal(const char *scenario, char digit)
{
    struct heard heard = {0};
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
    canvas_forget_fonts();
}
