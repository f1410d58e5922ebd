/* The view of a TCP sender: the names of its lines stand where no line comes. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/sender_view.h"

static struct journal_memory *journal;
static struct story *story;
static struct sender_plan *plan;

static struct view view_on(struct canvas *canvas, double unit)
{
    return (struct view){.canvas = canvas,
                         .story = story,
                         .theme = theme_of(false),
                         .unit = unit,
                         .span = {0, story_end_ns(story)},
                         .parts_ns = TIME_NEVER,
                         .id = VIEW_NONE};
}

static void open_sender(void)
{
    journal = run_scenario("lost-segment");
    story = story_new(journal);
    story_seek(story, 2100 * MILLISECOND);
    const struct view v = view_on(NULL, 1);
    plan = sender_plan_new(story, sender_view_conn(&v));
}

static void close_sender(void)
{
    sender_plan_free(plan);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

TestSuite(sender_view, .init = open_sender, .fini = close_sender);

/* Panes as the window has them at 1280x800, from 75 % to 200 %. */
static const struct {
    double w, h, unit;
} panes[] = {{1264, 562, 0.75}, {1264, 562, 1},   {1264, 396, 2},  {1264, 320, 1},
             {470, 270, 0.75},  {470, 270, 1.05}, {780, 380, 1.5}, {760, 330, 2}};

static const struct {
    const char *name;
    int chart;
} names[] = {{"window allows", 0}, {"acknowledged", 0}, {"sent", 0}, {"ssthresh", 1},
             {"cwnd", 1},          {"in flight", 1},    {"RTO", 2},  {"SRTT", 2}};
enum { NAMES = sizeof names / sizeof names[0] };

struct heard {
    struct sender_layout layout;
    bool seen[NAMES];
    double end[SENDER_CHARTS]; /* where the last name of each strip ends */
};

static bool is_within(struct box inner, struct box outer)
{
    return inner.x >= outer.x - 1 && inner.y >= outer.y - 1 && inner.x + inner.w <= outer.x + outer.w + 1 &&
           inner.y + inner.h <= outer.y + outer.h + 1;
}

static void hear(void *user, const struct canvas_part *part)
{
    struct heard *heard = user;
    for (size_t i = 0; part->what == CANVAS_TEXT && i < NAMES; i++) {
        if (strcmp(part->text, names[i].name) != 0) continue;
        int chart = names[i].chart;
        heard->seen[i] = true;
        heard->end[chart] = part->room.x + part->room.w;
        cr_expect(not(part->cut), "%s", part->text);
        cr_expect(is_within(part->room, heard->layout.names[chart]), "%s is not in its strip", part->text);
        for (int k = 0; k < SENDER_CHARTS; k++)
            cr_expect(not(box_meets(box_inset(part->room, 1), heard->layout.charts[k])), "%s covers chart %d",
                      part->text, k);
    }
}

Test(sender_view, the_names_of_the_lines_stand_above_their_charts_at_every_size)
{
    for (size_t i = 0; i < sizeof panes / sizeof panes[0]; i++) {
        struct heard heard = {.seen = {false}};
        struct box box = box_of(8, 8, panes[i].w, panes[i].h);
        struct canvas *listener = canvas_new_listener(1280, 800, (struct canvas_listener){hear, &heard});
        const struct view v = view_on(listener, panes[i].unit);
        heard.layout = sender_view_layout(&v, view_panel(&v, box, "TCP sender"));
        sender_view_draw(&v, box, plan);
        for (size_t k = 0; k < NAMES; k++)
            cr_expect(heard.seen[k], "%s at %.2f", names[k].name, panes[i].unit);
        canvas_free(listener);
    }
}

/* Whether a pixel has more colour than the panel, its grid and grey lines. */
static bool is_coloured(uint32_t rgb)
{
    int r = (int)(rgb >> 16 & 0xff), g = (int)(rgb >> 8 & 0xff), b = (int)(rgb & 0xff);
    int most = r > g ? r : g, least = r < g ? r : g;
    return (most > b ? most : b) - (least < b ? least : b) > 60;
}

Test(sender_view, no_line_comes_into_a_strip_of_names)
{
    story_seek(story, story_end_ns(story)); /* all lines are there, and the present is beyond them */
    for (size_t i = 0; i < sizeof panes / sizeof panes[0]; i++) {
        struct heard heard = {.seen = {false}};
        struct box box = box_of(8, 8, panes[i].w, panes[i].h);
        struct canvas *canvas = canvas_new_layer(1280, 800),
                      *listener = canvas_new_listener(1280, 800, (struct canvas_listener){hear, &heard});
        struct view v = view_on(listener, panes[i].unit);
        heard.layout = sender_view_layout(&v, view_panel(&v, box, "TCP sender"));
        sender_view_draw(&v, box, plan);
        v.canvas = canvas;
        sender_view_draw(&v, box, plan);
        size_t coloured = 0;
        for (int k = 0; k < SENDER_CHARTS; k++)
            for (int y = (int)heard.layout.names[k].y + 1; y < heard.layout.charts[k].y - 1; y++)
                for (int x = (int)heard.end[k] + 2; x < heard.layout.names[k].x + heard.layout.names[k].w - 3; x++)
                    coloured += is_coloured(canvas_pixel(canvas, x, y));
        cr_expect(eq(sz, coloured, 0), "at %.2f in %.0fx%.0f", panes[i].unit, panes[i].w, panes[i].h);
        canvas_free(canvas);
        canvas_free(listener);
    }
}

/* Of the colour of a loss, however pale; the purple of a handshake has less green than blue. */
static bool is_orange(uint32_t rgb)
{
    int r = (int)(rgb >> 16 & 0xff), g = (int)(rgb >> 8 & 0xff), b = (int)(rgb & 0xff);
    return r > b + 25 && g > b;
}

static size_t orange_among_the_bytes(int64_t now_ns)
{
    struct box box = box_of(8, 8, 1264, 562);
    struct canvas *canvas = canvas_new_layer(1280, 800);
    size_t orange = 0;
    story_seek(story, now_ns);
    const struct view v = view_on(canvas, 1);
    struct sender_layout layout = sender_view_layout(&v, view_panel(&v, box, "TCP sender"));
    sender_view_draw(&v, box, plan);
    struct box bytes = layout.charts[0];
    for (int y = (int)bytes.y; y < bytes.y + bytes.h; y++)
        for (int x = (int)bytes.x; x < bytes.x + bytes.w; x++)
            orange += is_orange(canvas_pixel(canvas, x, y));
    canvas_free(canvas);
    return orange;
}

Test(sender_view, a_loss_is_not_told_before_it_happens)
{
    int64_t lost_ns = story_drop(story, 0)->at_ns;
    cr_expect(eq(sz, orange_among_the_bytes(lost_ns - 1), 0));
    cr_expect(gt(sz, orange_among_the_bytes(lost_ns), 0));
}

/* ---- Causes ---- */

struct told {
    size_t order;
    char text[4000];
    size_t n;
};

static void hear_cause(void *user, const struct canvas_part *part)
{
    struct told *told = user;
    told->order++;
    if (part->what != CANVAS_TEXT || told->n + strlen(part->text) + 2 > sizeof told->text) return;
    told->n += (size_t)snprintf(told->text + told->n, sizeof told->text - told->n, "%s\n", part->text);
}

static const char *told_at(int64_t at_ns, struct told *told)
{
    *told = (struct told){.order = 0};
    story_seek(story, at_ns);
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_cause, told});
    const struct view v = view_on(canvas, 1);
    sender_view_draw(&v, box_of(0, 0, 1264, 562), plan);
    canvas_free(canvas);
    return told->text;
}

Test(sender_view, a_loss_has_its_cause_beside_it_as_what_is_sent_again_has)
{
    static struct told told;
    cr_expect(strstr(told_at(2100 * MILLISECOND, &told), "dropped by the scenario\n") != NULL, "%s", told.text);
    cr_expect(strstr(told.text, "third duplicate ack\n") != NULL, "%s", told.text);
    cr_expect(strstr(told_at(1860 * MILLISECOND, &told), "dropped by the scenario") == NULL, "not before it happens");
}

Test(sender_view, of_a_connection_that_is_over_it_says_since_when)
{
    static struct told told;
    cr_expect(strstr(told_at(2100 * MILLISECOND, &told), "nothing more") == NULL);
    cr_expect(strstr(told_at(story_end_ns(story), &told), ", for ") != NULL, "%s", told.text);
    cr_expect(strstr(told.text, "nothing more\n") != NULL, "%s", told.text);
}

Test(sender_view, a_threshold_above_the_edge_is_said_to_be_there)
{
    static struct told told;
    cr_expect(strstr(told_at(1860 * MILLISECOND, &told), "ssthresh (above the edge)\n") != NULL, "%s", told.text);
    cr_expect(strstr(told_at(2100 * MILLISECOND, &told), "\nssthresh\n") != NULL, "%s", told.text);
}
