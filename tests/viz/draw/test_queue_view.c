/* The queues: what is to come is pale, and no outcome is told before it is there; what has been differs by shape, too.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/queue_view.h"
#include "viz/draw/scene_internal.h"

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

/* ---- In the window ---- */

struct said {
    char text[20000];
    size_t n;
};

static void hear_text(void *user, const struct canvas_part *part)
{
    struct said *said = user;
    if (part->what == CANVAS_TEXT && said->n < sizeof said->text)
        said->n += (size_t)snprintf(said->text + said->n, sizeof said->text - said->n, "%s\n", part->text);
}

/* What is to be read at an instant in a window with these views, after so many rows of the wheel. */
static const char *read_at(const char *scenario, const char *arrangement, int64_t at_ns, int notches, struct said *said)
{
    struct journal_memory *journal = run_scenario(scenario);
    struct scene_options options = scene_options_default();
    options.arrangement = arrangement;
    struct scene *scene = scene_new(journal, options);
    *said = (struct said){.n = 0};
    scene_seek(scene, at_ns);
    for (int i = 0; i <= notches; i++) {
        const struct input in = {.kind = INPUT_WHEEL, .x = 40, .y = 300, .wheel = 1};
        said->n = 0;
        struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_text, said});
        scene_draw(scene, canvas);
        canvas_free(canvas);
        scene_handle(scene, &in);
    }
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
    return said->text;
}

Test(queue_view, what_is_under_way_now_is_in_sight_unless_the_user_has_scrolled)
{
    static struct said said;
    const char *text = read_at("office-day", "queue", 9 * HOUR, 0, &said);
    cr_expect(strstr(text, "letters-1\n") == NULL, "the oldest are far above");
    cr_expect(strstr(text, "letters-50\n") != NULL, "%s", text);
    text = read_at("office-day", "queue", 9 * HOUR, 40, &said);
    cr_expect(strstr(text, "letters-1\n") != NULL, "the wheel has brought them");
    cr_expect(strstr(read_at("office-day", "queue", HOUR, 0, &said), "letters-1\n") != NULL);
}

/* There are more rows than fit: the last are reports that have come. */
Test(queue_view, a_report_that_has_come_pushes_nothing_that_is_under_way_out_of_sight)
{
    static struct said said;
    static const char *const under_way[] = {"\npf\n", "\nexim\n", "\nsendmail\n", "\nqmail\n", "\nopen\n"};
    const char *text = read_at("retry-side-by-side", "|62(-62(map,queue),ladder)", 27 * HOUR, 0, &said);
    for (size_t i = 0; i < sizeof under_way / sizeof *under_way; i++)
        cr_expect(strstr(text, under_way[i]) != NULL, "%s", under_way[i]);
    cr_expect(strstr(text, "\nexim-delayed\n") == NULL, "all fit, so that this judges nothing");
}

Test(queue_view, every_line_of_the_axis_of_two_days_has_its_time)
{
    static struct said said;
    const char *text = read_at("retry-side-by-side", "queue", 30 * MINUTE, 0, &said);
    static const char *const times[] = {"Mon 09:00\n", "Mon 21:00\n", "Tue 09:00\n", "Tue 21:00\n", "Wed 09:00\n"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        cr_expect(strstr(text, times[i]) != NULL, "%s", times[i]);
}

Test(queue_view, what_is_left_until_an_attempt_is_the_same_there_and_on_the_map)
{
    static struct said queue, map;
    const char *left = strstr(read_at("retry-side-by-side", "queue", 10 * MINUTE, 0, &queue), "next try in ");
    cr_assert(left != NULL);
    for (; left; left = strstr(left + 1, "next try in ")) {
        char row[80];
        snprintf(row, sizeof row, "%.*s", (int)strcspn(left, "\n"), left);
        cr_expect(strstr(read_at("retry-side-by-side", "map", 10 * MINUTE, 0, &map), row) != NULL, "%s", row);
    }
}

/* Of a colour, just right of where an attempt ended, in a row of 40 pixels. */
static size_t pixels_behind(struct canvas *canvas, const struct stage *s, const struct story_attempt *a, size_t row)
{
    size_t n = 0;
    struct colour good = theme_of(false)->good;
    double right = s->axis.box.x + s->axis.box.w * (double)a->end_ns / (double)story_end_ns(s->story) + 10;
    uint32_t wanted =
        (uint32_t)lround(good.r * 255) << 16 | (uint32_t)lround(good.g * 255) << 8 | (uint32_t)lround(good.b * 255);
    for (int x = (int)right; x < (int)right + 12; x++)
        for (int y = 0; y < 40; y++)
            n += canvas_pixel(canvas, x, (int)s->axis.box.y + (int)row * 40 + y) == wanted;
    return n;
}

Test(queue_view, what_was_delivered_at_the_very_end_has_its_tick_too)
{
    static struct stage s;
    open_stage(&s, "retry-side-by-side");
    struct canvas *canvas = canvas_new_layer(1280, 600);
    struct view view = {.canvas = canvas, .story = s.story, .pace = s.pace, .theme = theme_of(false), .unit = 1};
    view.span = (struct span){0, story_end_ns(s.story)};
    view.axis = &s.axis;
    story_seek(s.story, story_end_ns(s.story));
    queue_view_draw(&view, box_of(0, 0, 1280, 600), s.plan);
    for (size_t i = 0; i < 5; i++) {
        const struct queue_row *row = &s.plan->rows[i];
        const struct story_attempt *last = story_attempt(s.story, row->attempts[row->n_attempts - 1]);
        cr_expect(gt(sz, pixels_behind(canvas, &s, last, i), 5), "%s", story_mail(s.story, row->mail)->name);
    }
    canvas_free(canvas);
    close_stage(&s);
}

Test(queue_view, an_attempt_that_took_no_time_is_seen_among_what_happens_beside_it)
{
    struct journal_memory *journal = run_scenario("retry-side-by-side");
    struct scene *scene = scene_new(journal, scene_options_default());
    const struct story *story = scene_story(scene);
    size_t index = STORY_NONE;
    for (size_t i = 0; i < story_attempt_count(story); i++)
        if (story_attempt(story, i)->end_ns - story_attempt(story, i)->begin_ns < MICROSECOND) index = i;
    cr_assert(ne(sz, index, STORY_NONE));
    const struct story_attempt *a = story_attempt(story, index);
    for (int i = 0; i < 2; i++)
        scene_activate(scene, ACT_ATTEMPT, index);
    cr_expect(ge(i64, scene->span.to_ns - scene->span.from_ns, SECOND));
    cr_expect(le(i64, scene->span.to_ns - scene->span.from_ns, 2 * SECOND));
    cr_expect(le(i64, scene->span.from_ns, a->begin_ns));
    cr_expect(ge(i64, scene->span.to_ns, a->end_ns));
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
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
