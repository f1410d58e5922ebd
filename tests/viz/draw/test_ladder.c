/* The ladder can be read: arrows of one way can be counted, a lost one runs as its neighbours do, and no word lies on a
   lifeline. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/scene.h"

enum { MOST = 4096 };

/* A text, as it was heard. */
struct word {
    char text[64];
    struct point corners[4];
    struct box clip;
    bool has_box; /* one of its own, which hides what is below */
};

static struct {
    struct scene *scene;
    struct word words[MOST];
    size_t n_words;
    double lines[MOST]; /* lifelines */
    size_t n_lines;
    struct box box; /* the latest that hides */
} seen;

static struct box bounds_of(const struct point corners[4])
{
    struct box b = box_of(corners[0].x, corners[0].y, 0, 0);
    for (int i = 1; i < 4; i++) {
        double x = fmin(b.x, corners[i].x), y = fmin(b.y, corners[i].y);
        b = box_of(x, y, fmax(b.x + b.w, corners[i].x) - x, fmax(b.y + b.h, corners[i].y) - y);
    }
    return b;
}

static void hear(void *user, const struct canvas_part *part)
{
    (void)user;
    if (part->what == CANVAS_BOX && part->colour.a == 1) seen.box = bounds_of(part->corners);
    if (part->what != CANVAS_TEXT || seen.n_words == MOST || part->colour.a < 0.3) return;
    struct word *word = &seen.words[seen.n_words++];
    snprintf(word->text, sizeof word->text, "%s", part->text);
    memcpy(word->corners, part->corners, sizeof word->corners);
    word->clip = part->clip;
    struct box own = bounds_of(part->corners);
    word->has_box = box_has(seen.box, own.x, own.y) && box_has(seen.box, own.x + own.w, own.y + own.h) &&
                    seen.box.h < 2 * own.h + 10;
}

/* Arrows as they can be pressed. */
static const struct target *arrow(size_t i)
{
    const struct target *t = targets_at(scene_targets(seen.scene), i);
    return t->act == ACT_PACKET && t->reach > 0 ? t : NULL;
}

static size_t arrows(void)
{
    return targets_count(scene_targets(seen.scene));
}

static void note_lifelines(void)
{
    seen.n_lines = 0;
    for (size_t i = 0; i < arrows(); i++)
        if (arrow(i) && seen.n_lines < MOST) seen.lines[seen.n_lines++] = arrow(i)->a.x;
}

static void draw_at(int64_t at_ns, int w, int h)
{
    struct canvas *canvas = canvas_new_listener(w, h, (struct canvas_listener){hear, NULL});
    seen.n_words = 0;
    scene_seek(seen.scene, at_ns);
    scene_draw(seen.scene, canvas);
    canvas_free(canvas);
    note_lifelines();
}

static void open_ladder(const struct journal_memory *journal, double scale)
{
    struct scene_options options = scene_options_default();
    options.arrangement = "ladder";
    options.scale = scale;
    seen.scene = scene_new(journal, options);
}

/* ---- Arrows ---- */

static bool are_of_one_way(const struct target *a, const struct target *b)
{
    const struct story *s = scene_story(seen.scene);
    const struct story_packet *p = story_packet(s, a->arg), *q = story_packet(s, b->arg);
    return p->from == q->from && p->to == q->to;
}

static bool have_arrived(const struct target *a, const struct target *b)
{
    const struct story *s = scene_story(seen.scene);
    const struct story_packet *p = story_packet(s, a->arg), *q = story_packet(s, b->arg);
    int64_t now = story_now(s);
    return p->fate == STORY_ARRIVED && q->fate == STORY_ARRIVED && p->end_ns <= now && q->end_ns <= now;
}

static void expect_arrows_apart(double least, size_t *pairs)
{
    const struct story *s = scene_story(seen.scene);
    for (size_t i = 0; i < arrows(); i++)
        for (size_t k = 0; k < i; k++) {
            const struct target *a = arrow(i), *b = arrow(k);
            if (!a || !b || !are_of_one_way(a, b)) continue;
            const struct story_packet *p = story_packet(s, a->arg), *q = story_packet(s, b->arg);
            if (p->sent_ns != q->sent_ns && ++*pairs)
                cr_expect_geq(fabs(a->a.y - b->a.y), least, "#%zu and #%zu leave %.1f apart", a->arg, b->arg,
                              fabs(a->a.y - b->a.y));
            if (have_arrived(a, b) && p->end_ns != q->end_ns)
                cr_expect_geq(fabs(a->b.y - b->b.y), least, "#%zu and #%zu arrive %.1f apart", a->arg, b->arg,
                              fabs(a->b.y - b->b.y));
        }
}

Test(ladder, acknowledgements_close_behind_each_other_can_be_counted)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    static const double scales[] = {0.75, 1, 1.5, 2};
    size_t pairs = 0;
    for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++) {
        open_ladder(journal, scales[k]);
        for (int64_t at = 1880000000; at < 2000000000; at += 7000000) {
            draw_at(at, 1280, 800);
            expect_arrows_apart(9 * scales[k], &pairs);
            draw_at(at, 1920, 1080);
            expect_arrows_apart(9 * scales[k], &pairs);
        }
        scene_free(seen.scene);
    }
    cr_expect_gt(pairs, 1000);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* An instant is at one place for all arrows, later ones are lower, and the present moves on without jumps. */
Test(ladder, time_goes_on_evenly_where_it_is_opened)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    open_ladder(journal, 1);
    int64_t total = pace_total_ns(scene_pace(seen.scene));
    double before = 0;
    size_t watched = STORY_NONE;
    for (int64_t screen = 0; screen < total; screen += 50000000) {
        draw_at(pace_virtual_at(scene_pace(seen.scene), screen), 1280, 800);
        const struct target *t =
            watched == STORY_NONE ? NULL : targets_find_act(scene_targets(seen.scene), ACT_PACKET, watched);
        if (t) cr_expect(before - t->a.y > -0.5 && before - t->a.y < 25, "%.1f to %.1f", before, t->a.y);
        for (size_t i = 0; !t && i < arrows(); i++)
            if (arrow(i)) t = arrow(i);
        watched = t ? t->arg : STORY_NONE;
        before = t ? t->a.y : 0;
    }
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* The drop of the story, told when the segment would have arrived: the arrow is as steep as those beside it, and ends
   before the lifeline. */
Test(ladder, a_lost_packet_runs_at_the_slope_of_its_neighbours)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    open_ladder(journal, 1);
    const struct story *s = scene_story(seen.scene);
    const struct story_drop *drop = story_drop(s, 0);
    draw_at(drop->at_ns + 8000000, 1280, 800);
    const struct target *lost = targets_find_act(scene_targets(seen.scene), ACT_PACKET, drop->packet);
    const struct target *above = targets_find_act(scene_targets(seen.scene), ACT_PACKET, drop->packet - 1);
    const struct target *below = targets_find_act(scene_targets(seen.scene), ACT_PACKET, drop->packet + 1);
    cr_assert(lost && above && below);
    double slopes[3] = {(above->b.y - above->a.y) / (above->b.x - above->a.x),
                        (lost->b.y - lost->a.y) / (lost->b.x - lost->a.x),
                        (below->b.y - below->a.y) / (below->b.x - below->a.x)};
    cr_expect(slopes[0] <= slopes[1] && slopes[1] <= slopes[2], "%.3f %.3f %.3f", slopes[0], slopes[1], slopes[2]);
    cr_expect_geq(above->b.x - lost->b.x, 8, "it does not reach the lifeline");
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static double slope_of(const struct target *t)
{
    return (t->b.y - t->a.y) / fabs(t->b.x - t->a.x);
}

/* The first of two links loses it, and afterwards time is skipped. */
Test(ladder, a_packet_that_is_lost_halfway_ends_halfway)
{
    struct journal_memory *journal = run_scenario("first-mail");
    open_ladder(journal, 1);
    const struct story *s = scene_story(seen.scene);
    const struct story_drop *drop = story_drop(s, 0);
    const struct story_packet *packet = story_packet(s, drop->packet);
    draw_at(drop->at_ns, 1280, 800);
    const struct target *lost = targets_find_act(scene_targets(seen.scene), ACT_PACKET, drop->packet), *other = NULL;
    for (size_t i = 0; i < arrows(); i++)
        if (arrow(i) && are_of_one_way(arrow(i), lost) && arrow(i)->arg != drop->packet) other = arrow(i);
    cr_assert(lost && other && packet->class == STORY_DATA);
    cr_expect_float_eq(slope_of(lost) / slope_of(other), 1, 0.15, "%.3f, %.3f", slope_of(lost), slope_of(other));
    double part = (lost->b.x - lost->a.x) / (other->b.x - other->a.x);
    cr_expect(part > 0.3 && part < 0.6, "%.2f of the way", part);
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* ---- Words ---- */

/* Whether an upright line through x goes through the text; where time passes, the line is broken by a box. */
static bool lies_on(const struct word *word, double x)
{
    struct box b = bounds_of(word->corners);
    return !word->has_box && b.x < x - 0.5 && b.x + b.w > x + 0.5;
}

/* Of the chart, whose clip begins lowest. */
static size_t expect_words_beside_lifelines(const char *what)
{
    double top = 0;
    size_t n = 0;
    for (size_t i = 0; i < seen.n_words; i++)
        top = fmax(top, seen.words[i].clip.y);
    for (size_t i = 0; i < seen.n_words && top > 0; i++) {
        const struct word *word = &seen.words[i];
        if (word->clip.y < top - 0.5) continue;
        n++;
        for (size_t k = 0; k < seen.n_lines; k++)
            cr_expect(lies_on(word, seen.lines[k]) == false, "%s: \"%s\" lies on a lifeline", what, word->text);
    }
    return n;
}

/* While columns open and close, too: what has no room yet is not said, and not cut either. */
Test(ladder, a_column_that_opens_has_its_name_already)
{
    struct journal_memory *journal = run_scenario("office-day");
    size_t found = 0;
    open_ladder(journal, 1);
    for (int minute = -30; minute < 60; minute += 3) {
        draw_at(6 * HOUR + minute * MINUTE, 1280, 800);
        for (size_t i = 0; i < seen.n_words; i++) { /* names may be broken after a dot */
            const char *text = seen.words[i].text;
            if (strncmp(text, "mail.", 5) != 0) continue;
            cr_expect(strstr(text, "north") || strstr(text, "south"), "\"%s\"", text);
            found++;
        }
    }
    cr_expect_geq(found, 10);
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* At this instant one of five columns has nearly closed. */
Test(ladder, no_name_is_smaller_than_can_be_read)
{
    struct journal_memory *journal = run_scenario("greylisting");
    double least = 1e9, usual = 0;
    open_ladder(journal, 1);
    draw_at(20 * MINUTE, 1280, 800);
    for (size_t i = 0; i < seen.n_words; i++) {
        double h = bounds_of(seen.words[i].corners).h / (strchr(seen.words[i].text, '\n') ? 2 : 1);
        if (strstr(seen.words[i].text, "alice") && usual == 0) usual = h;
        if (strncmp(seen.words[i].text, "mail.", 5) == 0) least = fmin(least, h);
    }
    cr_expect_gt(usual, 0);
    cr_expect_gt(least, 0.6 * usual);
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(ladder, no_word_lies_on_a_lifeline)
{
    static const char *const names[] = {"lost-segment", "five-senders", "black-hole", "path-mtu",
                                        "full-queue",   "dns-tree",     "office-day", "many-networks"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        size_t n_events = journal_memory_count(journal) - 1;
        for (int k = 0; k < 2; k++) {
            open_ladder(journal, k ? 1.5 : 1);
            for (int part = 1; part < 12; part++) {
                draw_at(journal_memory_time(journal, n_events * (size_t)part / 12), k ? 1920 : 1280, k ? 1080 : 800);
                n += expect_words_beside_lifelines(names[i]);
            }
            scene_free(seen.scene);
        }
        journal_memory_free(journal);
    }
    cr_expect_gt(n, 1000, "%zu words", n);
    canvas_forget_fonts();
}

static bool is_said(const char *text)
{
    for (size_t i = 0; i < seen.n_words; i++)
        if (!strcmp(seen.words[i].text, text)) return true;
    return false;
}

/* Whatever is sent just before and after: the drop at 1.893880 s, the retransmission at 1.932544 s. */
Test(ladder, a_loss_and_a_retransmission_have_a_time_of_their_own)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    for (int k = 0; k < 3; k++) {
        open_ladder(journal, 0.75 + 0.25 * k);
        draw_at(1940 * MILLISECOND, 1280, 800);
        cr_expect(is_said("1.893 s") && is_said("1.932 s"), "at %d %%", 75 + 25 * k);
        scene_free(seen.scene);
    }
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* Otherwise what was last looks as if it had just been: it ended at 21.749 s. */
Test(ladder, where_nothing_is_on_its_way_the_present_has_its_time_and_how_long_that_is_so)
{
    struct journal_memory *journal = run_scenario("tarpit");
    open_ladder(journal, 1);
    draw_at(30 * SECOND, 1280, 800);
    cr_expect(is_said("30.000 s") && is_said("8 s pass"));
    draw_at(22 * SECOND, 1280, 800);
    bool said_too_soon = is_said("22.000 s") || is_said("0 s pass");
    cr_expect_not(said_too_soon);
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* What is too long for its arrow is said in fewer words, and not in half of one. */
Test(ladder, no_word_along_an_arrow_is_cut)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    size_t n_short = 0;
    for (int k = 0; k < 2; k++) {
        struct scene_options options = scene_options_default();
        options.scale = 1 + 0.25 * k;
        seen.scene = scene_new(journal, options); /* with all views the ladder is narrow */
        for (int64_t at = 1500; at < 2100; at += 12) {
            draw_at(at * MILLISECOND, 1280, 800);
            for (size_t i = 0; i < seen.n_words; i++) {
                const struct word *word = &seen.words[i];
                bool is_slanted = fabs(word->corners[0].y - word->corners[1].y) > 0.5;
                if (!is_slanted) continue;
                cr_expect(strstr(word->text, "…") == NULL, "%s", word->text);
                n_short += !strcmp(word->text, "354") || !strcmp(word->text, "1460 bytes");
            }
        }
        scene_free(seen.scene);
    }
    cr_expect_gt(n_short, 10);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* "b.example MX?" has no room between these columns; what is asked for has. */
Test(ladder, a_question_is_said_by_its_type_where_there_is_no_room_for_its_name)
{
    struct journal_memory *journal = run_scenario("big-attachment");
    seen.scene = scene_new(journal, scene_options_default());
    draw_at(12700 * MILLISECOND, 1280, 800);
    cr_expect(is_said("MX?") && is_said("A?"));
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* Ten segments, of which none has come far. */
Test(ladder, what_leaves_together_is_one_arrow_with_its_number_until_it_is_apart)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    seen.scene = scene_new(journal, scene_options_default());
    draw_at(1860 * MILLISECOND, 1280, 800);
    cr_expect(is_said("10 packets"));
    draw_at(1880 * MILLISECOND, 1280, 800);
    cr_expect(not(is_said("10 packets")));
    scene_free(seen.scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}
