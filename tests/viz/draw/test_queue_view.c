/* The queues: what is to come is pale, and no outcome is told before it is there; what has been differs by shape, too.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/queue_view.h"
#include "viz/draw/scene.h"

struct stage {
    struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    struct queue_plan *plan;
    struct time_axis axis;
    struct box boxes[4000];
    struct colour colours[4000];
    size_t n;
};

static void hear(void *user, const struct canvas_part *part)
{
    struct stage *s = user;
    if (part->what != CANVAS_BOX || s->n == sizeof s->boxes / sizeof s->boxes[0]) return;
    s->boxes[s->n] = box_of(part->corners[0].x, part->corners[0].y, part->corners[2].x - part->corners[0].x,
                            part->corners[2].y - part->corners[0].y);
    s->colours[s->n++] = part->colour;
}

static void open_stage(struct stage *s, const char *scenario)
{
    *s = (struct stage){.journal = run_scenario(scenario)};
    s->story = story_new(s->journal);
    s->pace = pace_new(s->journal, pace_settings_default());
    s->plan = queue_plan_new(s->story);
}

static void close_stage(struct stage *s)
{
    queue_plan_free(s->plan);
    pace_free(s->pace);
    story_free(s->story);
    journal_memory_free(s->journal);
    canvas_forget_fonts();
}

static void draw_at(struct stage *s, int64_t at_ns, struct span span)
{
    struct canvas *canvas = canvas_new_listener(1280, 600, (struct canvas_listener){hear, s});
    struct view view = {.canvas = canvas, .story = s->story, .pace = s->pace, .theme = theme_of(false), .unit = 1};
    story_seek(s->story, at_ns);
    view.screen_ns = pace_screen_at(s->pace, at_ns);
    view.span = span;
    view.axis = &s->axis;
    s->n = 0;
    queue_view_draw(&view, box_of(0, 0, 1280, 600), s->plan);
    canvas_free(canvas);
}

static bool is_colour(struct colour a, struct colour b)
{
    return fabs(a.r - b.r) + fabs(a.g - b.g) + fabs(a.b - b.b) < 0.01;
}

static bool is_outcome(struct colour c)
{
    const struct theme *t = theme_of(false);
    return is_colour(c, t->good) || is_colour(c, t->warn) || is_colour(c, t->lost);
}

/* How many bars of this colour there are, and how much of their height is left, with the last such. */
static size_t bars_of(const struct stage *s, struct colour colour, double *height)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (is_colour(s->colours[i], colour)) n++, *height = s->boxes[i].h;
    return n;
}

static int64_t middle_of(const struct story_attempt *a)
{
    return a->begin_ns + (a->end_ns - a->begin_ns) / 2;
}

Test(queue_view, an_attempt_that_runs_is_pale_from_now_on_and_its_outcome_is_not_told)
{
    static struct stage s;
    open_stage(&s, "lost-segment");
    size_t running = 0;
    for (size_t i = 0; i < story_attempt_count(s.story); i++) {
        const struct story_attempt *a = story_attempt(s.story, i);
        if (a->end_ns == TIME_NEVER || a->end_ns - a->begin_ns < 100 * MILLISECOND) continue;
        draw_at(&s, middle_of(a), (struct span){0, story_end_ns(s.story)});
        double now = s.axis.box.x + s.axis.box.w * (double)middle_of(a) / (double)story_end_ns(s.story);
        running++;
        for (size_t k = 0; k < s.n; k++) {
            bool is_to_come = s.boxes[k].x > now - 1 && s.boxes[k].x < s.axis.box.x + s.axis.box.w;
            cr_expect(not(is_to_come && is_outcome(s.colours[k])), "an outcome is told before it is there");
            cr_expect(not(is_to_come && is_colour(s.colours[k], theme_of(false)->accent) && s.colours[k].a > 0.5 &&
                          s.boxes[k].w > 3),
                      "what is to come is not pale");
        }
    }
    cr_expect(running > 0);
    close_stage(&s);
}

Test(queue_view, outcomes_differ_by_shape)
{
    static struct stage s;
    double tall = 0, later = 0;
    open_stage(&s, "retry-side-by-side");
    draw_at(&s, story_end_ns(s.story), (struct span){0, story_end_ns(s.story)});
    cr_expect(bars_of(&s, theme_of(false)->good, &tall) > 0);
    cr_expect(bars_of(&s, theme_of(false)->warn, &later) > 0);
    cr_expect(later < tall * 0.7, "%f of %f", later, tall);
    close_stage(&s);
}

/* ---- The segment ---- */

struct heard {
    size_t sentences;
    const char *wanted;
};

static void hear_sentence(void *user, const struct canvas_part *part)
{
    struct heard *heard = user;
    if (part->what == CANVAS_TEXT && strstr(part->text, heard->wanted)) heard->sentences++;
}

Test(segment_view, it_shows_the_packet_that_the_sentence_above_tells_of)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    struct scene_options options = scene_options_default();
    options.arrangement = "segment";
    struct scene *scene = scene_new(journal, options);
    struct heard heard = {0, "11773–13232"};
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_sentence, &heard});
    scene_seek(scene, 1880 * MILLISECOND);
    scene_draw(scene, canvas);
    cr_expect(eq(sz, heard.sentences, 2), "above, and in the view");
    canvas_free(canvas);
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}
