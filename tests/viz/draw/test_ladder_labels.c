/* The words on the ladder belong to what they stand at: over the shipped scenarios, at many instants, in the room that
   the ladder has in the usual arrangement and alone. Words along an arrow lie on the part of it that is there; no arrow
   goes through any words, none lie on others, and none reach over the line of the present or the edge of the chart. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/heard_view.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/ladder_view.h"
#include "viz/draw/map_plan.h"
#include "viz/draw/packet_words.h"

static const struct screen {
    const char *name;
    struct box box;
    double unit;
} screens[] = {{"1280x800", {795, 105, 477, 560}, 1},
               {"1920x1080", {1192, 138, 717, 762}, 1.35},
               {"alone at 1280x800", {8, 105, 1264, 560}, 1},
               {"alone at 1920x1080", {11, 138, 1898, 762}, 1.35},
               {"125 % at 1280x800", {795, 125, 477, 520}, 1.25}};
enum { SCREENS = sizeof screens / sizeof screens[0], MOST_WORDS = 1000 };

/* ---- What is in a picture ---- */

enum word_what { WORD_LABEL, WORD_NUMBER, WORD_REASON, WORD_PAUSE, WORD_HOST, WORDS };
static const char *const word_names[WORDS] = {"labels", "numbers", "reasons", "pauses", "hosts"};

struct word {
    enum word_what what;
    struct point corners[4]; /* from the left upper one, clockwise as one reads */
    struct box clip;
    char text[96];
};

struct picture {
    struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    struct targets *targets;
    const struct screen *screen;
    size_t *order;
    struct word *words;
    size_t n;
};

static bool is_below(const struct picture *p, double y, double units)
{
    return y > p->screen->box.y + units * p->screen->unit;
}

/* Names stand above the chart, and times on its left. */
static enum word_what what_of(const struct picture *p, const struct canvas_part *part)
{
    if (!is_below(p, part->clip.y, 60))
        return part->style->bold && is_below(p, part->corners[0].y, 30) ? WORD_HOST : WORDS;
    if (part->style->mono) return WORDS;
    if (part->style->italic) return WORD_PAUSE;
    if (part->style->bold) return WORD_REASON;
    return strstr(part->text, " packets") ? WORD_NUMBER : WORD_LABEL;
}

static void hear(void *user, const struct canvas_part *part)
{
    struct picture *p = user;
    if (part->what != CANVAS_TEXT || what_of(p, part) == WORDS || p->n == MOST_WORDS) return;
    struct word *word = &p->words[p->n++];
    *word = (struct word){.what = what_of(p, part), .clip = part->clip};
    memcpy(word->corners, part->corners, sizeof word->corners);
    snprintf(word->text, sizeof word->text, "%s", part->text);
}

static void draw_ladder(const struct view *view, void *user)
{
    struct picture *p = user;
    p->n = 0;
    ladder_view_draw(view, p->screen->box, p->order, story_host_count(p->story));
}

static void draw_at(struct picture *p, int64_t screen_ns)
{
    const struct heard_view heard = {.story = p->story,
                                     .pace = p->pace,
                                     .targets = p->targets,
                                     .unit = p->screen->unit,
                                     .listener = {hear, p},
                                     .draw = draw_ladder};
    heard_view_at(&heard, screen_ns);
}

/* An arrow as far as it is there. */
static const struct target *arrow_at(const struct picture *p, size_t i)
{
    const struct target *t = targets_at(p->targets, i);
    return t->act == ACT_PACKET && t->reach > 0 ? t : NULL;
}

/* ---- Rules ---- */

/* As it lies in a text's own directions: along its line from its beginning, and below its lower edge. */
static struct point seen_from(const struct word *w, struct point at)
{
    const struct point *from = &w->corners[3], *to = &w->corners[2];
    double length = point_distance(*from, *to), dx = (to->x - from->x) / length, dy = (to->y - from->y) / length;
    return point_of((at.x - from->x) * dx + (at.y - from->y) * dy, (at.y - from->y) * dx - (at.x - from->x) * dy);
}

/* Cuts a stretch of a line, 0 to 1, down to where a value that goes evenly from a to b is between low and high. */
static void cut_down(double a, double b, double low, double high, double part[2])
{
    if (fabs(b - a) < 1e-9) {
        if (a <= low || a >= high) part[1] = -1;
        return;
    }
    double p = (low - a) / (b - a), q = (high - a) / (b - a);
    part[0] = fmax(part[0], fmin(p, q));
    part[1] = fmin(part[1], fmax(p, q));
}

enum { TOUCH = 1 };

static bool goes_through(const struct target *arrow, const struct word *w)
{
    struct point a = seen_from(w, arrow->a), b = seen_from(w, arrow->b);
    double part[2] = {0, 1}, length = point_distance(w->corners[3], w->corners[2]);
    double height = point_distance(w->corners[3], w->corners[0]);
    cut_down(a.x, b.x, TOUCH, length - TOUCH, part);
    cut_down(a.y, b.y, TOUCH - height, -TOUCH, part);
    return part[0] < part[1];
}

/* Runs along below the words from before their beginning to behind their end. */
static bool carries(const struct picture *p, const struct target *arrow, const struct word *w)
{
    struct point a = seen_from(w, arrow->a), b = seen_from(w, arrow->b);
    double length = point_distance(w->corners[3], w->corners[2]), near = 9 * p->screen->unit;
    bool is_below = a.y > -TOUCH && b.y > -TOUCH && a.y < near && b.y < near;
    return is_below && fabs(a.y - b.y) < 2 && fmin(a.x, b.x) < TOUCH && fmax(a.x, b.x) > length - TOUCH;
}

static bool has_arrow(const struct picture *p, const struct word *w)
{
    for (size_t i = 0; i < targets_count(p->targets); i++)
        if (arrow_at(p, i) && carries(p, arrow_at(p, i), w)) return true;
    return false;
}

static bool is_crossed(const struct picture *p, const struct word *w)
{
    for (size_t i = 0; i < targets_count(p->targets); i++)
        if (arrow_at(p, i) && goes_through(arrow_at(p, i), w)) return true;
    return false;
}

/* Where the present is drawn: an arrow that is on its way ends there. Otherwise it is not known, but not farther down
   than the chart. */
static double now_y(const struct picture *p)
{
    int64_t now = story_now(p->story);
    for (size_t i = 0; i < targets_count(p->targets); i++) {
        const struct target *t = arrow_at(p, i);
        const struct story_packet *packet = t ? story_packet(p->story, t->arg) : NULL;
        if (packet && packet->fate == STORY_ARRIVED && packet->sent_ns < now && packet->end_ns > now) return t->b.y;
    }
    return p->screen->box.y + p->screen->box.h;
}

static bool is_whole(const struct picture *p, const struct word *w)
{
    double bottom = fmin(w->clip.y + w->clip.h, now_y(p));
    for (int i = 0; i < 4; i++) {
        const struct point *c = &w->corners[i];
        if (c->x < w->clip.x || c->x > w->clip.x + w->clip.w || c->y < w->clip.y || c->y > bottom + TOUCH) return false;
    }
    return true;
}

/* Two quads are apart when one of their sides has the other one wholly beyond it. */
static bool lies_beyond_a_side(const struct word *a, const struct word *b)
{
    double length = point_distance(a->corners[3], a->corners[2]);
    double height = point_distance(a->corners[3], a->corners[0]);
    int right = 0, left = 0, above = 0, below = 0;
    for (int i = 0; i < 4; i++) {
        struct point at = seen_from(a, b->corners[i]);
        right += at.x > length - TOUCH, left += at.x < TOUCH;
        above += at.y<TOUCH - height, below += at.y> - TOUCH;
    }
    return right == 4 || left == 4 || above == 4 || below == 4;
}

static bool lies_on_another(const struct picture *p, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!lies_beyond_a_side(&p->words[i], &p->words[k]) && !lies_beyond_a_side(&p->words[k], &p->words[i]))
            return true;
    return false;
}

/* ---- Counting ---- */

static bool is_called_alike(const struct picture *p, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (p->words[k].what == WORD_HOST && !strcmp(p->words[k].text, p->words[i].text)) return true;
    return false;
}

enum fault { FAULT_NO_ARROW, FAULT_CROSSED, FAULT_NOT_WHOLE, FAULT_ON_ANOTHER, FAULT_ALIKE, FAULTS };
static const char *const fault_names[FAULTS] = {"has no arrow of its own", "is crossed by an arrow",
                                                "reaches over the present or the edge", "lies on another",
                                                "is what another host is called"};

struct count {
    size_t pictures, words[WORDS], faults[FAULTS];
};

static void judge(const struct picture *p, const char *scenario, struct count *count)
{
    count->pictures++;
    for (size_t i = 0; i < p->n; i++) {
        const struct word *w = &p->words[i];
        const bool is_host = w->what == WORD_HOST,
                   faults[FAULTS] = {w->what == WORD_LABEL && !has_arrow(p, w), !is_host && is_crossed(p, w),
                                     !is_host && !is_whole(p, w), lies_on_another(p, i),
                                     is_host && is_called_alike(p, i)};
        count->words[w->what]++;
        for (int f = 0; f < FAULTS; f++) {
            count->faults[f] += faults[f];
            if (faults[f] && getenv("LADDER_LABELS_TELL"))
                printf("%s, %s, %.6f s: \"%s\" %s\n", scenario, p->screen->name, (double)story_now(p->story) / SECOND,
                       w->text, fault_names[f]);
        }
    }
}

static const struct point *places;

static int from_left(const void *a, const void *b)
{
    double x = places[*(const size_t *)a].x, y = places[*(const size_t *)b].x;
    return (x > y) - (x < y);
}

static size_t *ordered(const struct story *story)
{
    size_t n = story_host_count(story), *order = mem_calloc(n + 1, sizeof *order);
    struct point *at = mem_calloc(n + 1, sizeof *at);
    map_places(story, at);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    places = at;
    qsort(order, n, sizeof *order, from_left);
    mem_free(at);
    return order;
}

static void look_at(const char *scenario, size_t instants, struct count counts[SCREENS])
{
    struct picture p = {.journal = run_scenario(scenario), .targets = targets_new()};
    p.words = mem_calloc(MOST_WORDS, sizeof *p.words);
    p.story = story_new(p.journal);
    p.pace = pace_new(p.journal, pace_settings_default());
    p.order = ordered(p.story);
    for (size_t k = 0; k < SCREENS; k++)
        for (size_t i = 0; i < instants; i++) {
            p.screen = &screens[k];
            draw_at(&p, pace_total_ns(p.pace) / (int64_t)instants * (int64_t)i);
            judge(&p, scenario, &counts[k]);
        }
    pace_free(p.pace);
    story_free(p.story);
    journal_memory_free(p.journal);
    targets_free(p.targets);
    mem_free(p.words);
    mem_free(p.order);
}

static void expect_no_fault(const struct count counts[SCREENS])
{
    for (size_t k = 0; k < SCREENS; k++) {
        printf("%s: %zu pictures", screens[k].name, counts[k].pictures);
        for (int i = 0; i < WORDS; i++)
            printf(", %zu %s", counts[k].words[i], word_names[i]);
        printf("\n");
        for (int f = 0; f < FAULTS; f++)
            cr_expect(eq(sz, counts[k].faults[f], 0), "%s: so many times what %s", screens[k].name, fault_names[f]);
    }
}

/* Of this many pictures of all scenarios; more by LADDER_LABELS_INSTANTS, one by one by LADDER_LABELS_TELL. */
static size_t instants(void)
{
    const char *wish = getenv("LADDER_LABELS_INSTANTS");
    return wish ? (size_t)atoi(wish) : 25;
}

Test(ladder_labels, words_stand_at_their_own_arrow_and_nothing_goes_through_them)
{
    const char *names[MOST_SCENARIOS];
    struct count counts[SCREENS] = {{0}};
    size_t n = shipped_scenarios(names);
    for (size_t i = 0; i < n; i++)
        look_at(names[i], instants(), counts);
    expect_no_fault(counts);
    for (size_t k = 0; k < SCREENS; k++) { /* there is enough to read, too */
        cr_expect(counts[k].words[WORD_LABEL] > 4 * counts[k].pictures, "%s: labels", screens[k].name);
        cr_expect(counts[k].words[WORD_REASON] > counts[k].pictures / 10, "%s: reasons", screens[k].name);
    }
    canvas_forget_fonts();
}

/* The scenario that everybody sees first, all the way. */
Test(ladder_labels, in_lost_segment_words_stand_at_their_own_arrow)
{
    struct count counts[SCREENS] = {{0}};
    look_at("lost-segment", 300, counts);
    expect_no_fault(counts);
    canvas_forget_fonts();
}

/* RFC 2920: of several commands in one packet all are named, or how many there are. */
Test(ladder_labels, commands_that_go_out_together_are_named_together)
{
    char text[160] = "", brief[160] = "";
    struct journal_memory *journal = run_scenario("smuggling");
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_packet_count(story) && !strstr(text, "RCPT"); i++) {
        packet_words(story, i, text, sizeof text);
        packet_words_shorter(story, i, 1, brief, sizeof brief);
    }
    cr_expect(eq(str, text, "MAIL, RCPT, DATA"));
    cr_expect(eq(str, brief, "MAIL + 2 more"));
    story_free(story);
    journal_memory_free(journal);
}
