/* The screens beside the usual one look as they did when somebody looked at them (golden_picture.h), at two sizes and
   three scales: what if with two runs, the queue over days, DNS, what is looked at closely, a lesson, a question, the
   projector, the page of keys, the menu, the gallery. The views of a mail whose segment is lost:
   test_golden_pictures.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/golden_picture.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/gallery.h"
#include "viz/draw/scene_internal.h"

/* ---- Of a scene ---- */

struct screen {
    const char *name, *scenario;
    struct scene_options options;
    int64_t at_ns; /* TIME_NEVER: the end */
    void (*prepare)(struct scene *scene);
};

struct picture {
    const struct screen *screen;
    struct journal_memory *journal;
    double scale;
    bool dark;
};

static void draw_screen(void *context, struct canvas *canvas)
{
    const struct picture *p = context;
    struct scene_options options = p->screen->options;
    options.scale = p->scale;
    options.dark = p->dark;
    options.rerun = &rerun_at_once;
    options.has_gallery = true;
    struct scene *scene = scene_new(p->journal, options);
    int64_t end_ns = story_end_ns(scene_story(scene));
    scene_seek(scene, p->screen->at_ns == TIME_NEVER ? end_ns : p->screen->at_ns);
    scene_draw(scene, canvas); /* what is pressed refers to what was drawn */
    if (p->screen->prepare) p->screen->prepare(scene);
    scene_draw(scene, canvas);
    scene_free(scene);
}

static void compare(struct picture *picture, const int *size)
{
    const struct golden_picture golden = {picture->screen->name, size,        picture->scale,
                                          picture->dark,         draw_screen, picture};
    golden_picture_compare(&golden);
}

/* And once dark, at the smaller size. */
static void compare_at_all_sizes(const struct screen *screen)
{
    struct picture picture = {.screen = screen, .journal = run_scenario(screen->scenario)};
    rerun_at_once.why_not = NULL;
    for (int i = 0; i < GOLDEN_SIZES; i++)
        for (int k = 0; k < GOLDEN_SCALES; k++) {
            picture.scale = golden_scales[k];
            compare(&picture, golden_sizes[i]);
        }
    picture.scale = 1;
    picture.dark = true;
    compare(&picture, golden_sizes[0]);
    journal_memory_free(picture.journal);
    canvas_forget_fonts();
}

static struct screen screen_of(const char *name, const char *scenario, const char *views, int64_t at_ns)
{
    struct screen screen = {name, scenario, scene_options_default(), at_ns, NULL};
    screen.options.arrangement = views;
    return screen;
}

static void press(struct scene *scene, int key)
{
    scene_handle(scene, &(struct input){.kind = INPUT_KEY, .key = key});
}

/* ---- What if ---- */

/* Both time lines, with where they part. */
static void spare_the_lost_packet(struct scene *scene)
{
    scene_select(scene, (struct selection){ACT_PACKET, story_drop(scene_story(scene), 0)->packet});
    scene_what_if(scene, 0);
    while (scene_is_running_again(scene))
        scene_poll(scene);
    cr_assert(eq(sz, story_drop_count(scene_story(scene)), 0), "there is another run");
    press(scene, KEY_ESCAPE);
    scene_seek(scene, 2500 * MILLISECOND);
}

Test(golden_screens, what_if_with_two_runs_that_part)
{
    struct screen screen = screen_of("two-runs", "lost-segment", "|45(-50(map,ladder),what-if)", 2500 * MILLISECOND);
    screen.prepare = spare_the_lost_packet;
    compare_at_all_sizes(&screen);
}

/* ---- Views that other scenarios fill ---- */

Test(golden_screens, queues_over_days)
{
    const struct screen screen = screen_of("days", "retry-side-by-side", "-55(queue,why-late)", TIME_NEVER);
    compare_at_all_sizes(&screen);
}

Test(golden_screens, dns_from_the_root_on)
{
    const struct screen screen = screen_of("walk", "dns-tree", "-60(names,map)", 1340 * MILLISECOND);
    compare_at_all_sizes(&screen);
}

static void look_at_a_server(struct scene *scene)
{
    cr_assert(scene_look_at(scene, "mail.a.example"));
}

Test(golden_screens, a_server_with_a_queue_looked_at_closely)
{
    struct screen screen = screen_of("a-server", "greylisting", "|50(map,closely)", 61 * SECOND);
    screen.prepare = look_at_a_server;
    compare_at_all_sizes(&screen);
}

static void look_at_the_lost_packet(struct scene *scene)
{
    const struct story_drop *drop = story_drop(scene_story(scene), 0);
    scene_seek(scene, drop->at_ns);
    scene_select(scene, (struct selection){ACT_PACKET, drop->packet});
}

Test(golden_screens, a_lost_packet_on_all_that_shows_it)
{
    struct screen screen = screen_of("lost", "lost-segment", "-50(|50(map,ladder),|50(sender,segment))", 0);
    screen.prepare = look_at_the_lost_packet;
    compare_at_all_sizes(&screen);
}

/* ---- Teaching ---- */

static const struct scene_lesson lesson = {
    .title = "Loss, and who notices it",
    .text = "The sender does not see a packet die. It sees three acknowledgements that say the same, or it sees "
            "nothing until its timer runs out. Watch the ladder: which of the two is it here?",
    .number = 3,
    .count = 12};

Test(golden_screens, a_step_of_a_lesson)
{
    struct screen screen = screen_of("lesson", "lost-segment", NULL, 2100 * MILLISECOND);
    screen.options.lesson = &lesson;
    compare_at_all_sizes(&screen);
}

/* The first question that is not the first, so that there is a score. */
static void guess(struct scene *scene)
{
    size_t given;
    scene_set_guessing(scene, true);
    press(scene, ' ');
    for (int asked = 0; asked < 2; asked++) {
        for (int frames = 0; frames < 100000 && !scene_question(scene, &given); frames++)
            scene_advance(scene, 16 * MILLISECOND);
        cr_assert(scene_question(scene, &given) != NULL, "it is asked");
        press(scene, '1');
        if (asked == 0) press(scene, ' ');
    }
}

Test(golden_screens, a_question_that_was_answered)
{
    struct screen screen = screen_of("question", "first-mail", NULL, 0);
    screen.prepare = guess;
    compare_at_all_sizes(&screen);
}

Test(golden_screens, the_projector)
{
    struct screen screen = screen_of("projector", "lost-segment", NULL, 2100 * MILLISECOND);
    screen.options.projector = true;
    compare_at_all_sizes(&screen);
}

/* ---- Over the views ---- */

static void open_help(struct scene *scene)
{
    press(scene, '?');
}

static void open_menu(struct scene *scene)
{
    press(scene, 'v');
}

Test(golden_screens, the_page_of_keys_and_the_menu)
{
    struct screen help = screen_of("help", "lost-segment", NULL, 2100 * MILLISECOND),
                  menu = screen_of("menu", "lost-segment", NULL, 2100 * MILLISECOND);
    help.prepare = open_help;
    menu.prepare = open_menu;
    compare_at_all_sizes(&help);
    compare_at_all_sizes(&menu);
}

/* ---- The gallery ---- */

enum { CARDS = 5 };

static void draw_gallery(void *context, struct canvas *canvas)
{
    gallery_draw(context, canvas);
}

/* The pictures stand still, since nobody lets time pass. */
static struct gallery *gallery_with_pictures(const struct gallery_card cards[CARDS], double scale, bool dark)
{
    struct gallery_options options = {.dark = dark, .scale = scale, .selected = 1, .rerun = &rerun_at_once};
    struct gallery *gallery = gallery_new(cards, CARDS, options);
    for (size_t i = 0; i < 4 * CARDS && gallery_pictures(gallery) < CARDS - 1; i++)
        gallery_poll(gallery);
    cr_expect(eq(sz, gallery_pictures(gallery), CARDS - 1));
    return gallery;
}

static void compare_gallery(const struct gallery_card cards[CARDS], const int *size, double scale, bool dark)
{
    struct gallery *gallery = gallery_with_pictures(cards, scale, dark);
    const struct golden_picture golden = {"gallery", size, scale, dark, draw_gallery, gallery};
    golden_picture_compare(&golden);
    gallery_free(gallery);
}

Test(golden_screens, the_gallery)
{
    static const char *const names[CARDS] = {NULL, "first-mail", "lost-segment", "greylisting", "dns-tree"};
    struct gallery_card cards[CARDS] = {{"A lesson", "How a mail travels, in ten steps.", NULL, 10, "lesson"}};
    char *texts[CARDS] = {NULL};
    rerun_at_once.why_not = NULL;
    for (size_t i = 1; i < CARDS; i++) {
        texts[i] = shipped_text(names[i]);
        cards[i] = (struct gallery_card){names[i], "What there is to be seen, in one sentence.", texts[i], 0, names[i]};
    }
    for (int i = 0; i < GOLDEN_SIZES; i++)
        for (int k = 0; k < GOLDEN_SCALES; k++)
            compare_gallery(cards, golden_sizes[i], golden_scales[k], false);
    compare_gallery(cards, golden_sizes[0], 1, true);
    for (size_t i = 1; i < CARDS; i++)
        mem_free(texts[i]);
    canvas_forget_fonts();
}
