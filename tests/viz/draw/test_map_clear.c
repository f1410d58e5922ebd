/* Nothing that moves lies on what is to be read, no wire runs through it, and nothing lies partly beyond the edge of
   the map: over the shipped scenarios, at many instants, in the arrangements that people see. Moving are packets,
   crosses of the lost, and envelopes; to be read are names, what hosts hold, what links are, and the words beside
   packets. What was drawn is heard, where things are is asked of the targets. */
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
#include "viz/draw/map_view.h"
#include "viz/draw/packet_words.h"

/* The map in the usual arrangement at 1280x800 and at 1920x1080, for the projector at both, with larger letters, and
   alone. On a card of the gallery there is nothing to be read (test_gallery.c). */
static const struct screen {
    const char *name;
    struct box area;
    double unit;
    bool projector;
} screens[] = {{"1280x800", {16, 132, 762, 270}, 1, false},
               {"1920x1080", {24, 180, 1150, 370}, 1.35, false},
               {"projector at 1280x800", {20, 146, 708, 488}, 1.36, true},
               {"projector at 1920x1080", {28, 196, 1066, 660}, 1.84, true},
               {"125 % at 1280x800", {20, 137, 754, 252}, 1.25, false},
               {"125 % at 1920x1080", {24, 173, 1142, 355}, 1.69, false},
               {"3840x2160", {40, 360, 2300, 760}, 2.7, false},
               {"alone", {16, 132, 1248, 530}, 1, false}};
enum { SCREENS = sizeof screens / sizeof screens[0], MOST_PARTS = 4000, MOST_LEADERS = 60, MOST_OUTSIDE = 64 };

/* ---- What is in a picture ---- */

enum read_what { READ_NAME, READ_WORDS, READ_LINK, READ_PILL, READS };
static const char *const read_names[READS] = {"names", "words at hosts", "links", "pills"};

struct readable {
    enum read_what what;
    bool has_ground; /* of its own, which hides what lies under it */
    struct box box;
    char text[96];
};

struct picture {
    struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    struct targets *targets;
    struct map_plan *plan;
    const struct screen *screen;
    struct readable *read;
    size_t n;
    struct leader {
        struct point from, to;
        size_t n_before;     /* texts that were drawn before it */
    } leaders[MOST_LEADERS]; /* from words to what they are about */
    size_t n_leaders;
    struct box ground; /* the last that was filled so that nothing shows through */
    struct box *marks;
    size_t n_marks;
    struct outside {
        struct box box;
        char text[96];       /* "" of a shape */
    } outside[MOST_OUTSIDE]; /* texts and shapes that the map's edge cuts */
    size_t n_outside;
};

static struct box bounds_of(const struct canvas_part *part)
{
    double x0 = part->corners[0].x, y0 = part->corners[0].y, x1 = x0, y1 = y0;
    for (int i = 1; i < 4; i++) {
        x0 = fmin(x0, part->corners[i].x), x1 = fmax(x1, part->corners[i].x);
        y0 = fmin(y0, part->corners[i].y), y1 = fmax(y1, part->corners[i].y);
    }
    return box_of(x0, y0, x1 - x0, y1 - y0);
}

static bool is_in(struct box inner, struct box outer)
{
    return box_has(outer, inner.x + inner.w / 2, inner.y + inner.h / 2);
}

static bool is_in_whole(struct box inner, struct box outer)
{
    const struct box wide = box_inset(outer, -1);
    return inner.x >= wide.x && inner.y >= wide.y && inner.x + inner.w <= wide.x + wide.w &&
           inner.y + inner.h <= wide.y + wide.h;
}

static enum read_what what_of(const struct picture *p, struct box box)
{
    for (size_t h = 0; h < p->plan->n_hosts; h++) {
        struct box label = p->plan->hosts[h].label;
        if (label.w > 0 && is_in(box, label))
            return box.y + box.h / 2 < label.y + p->screen->unit * p->plan->letters * 19 ? READ_NAME : READ_WORDS;
    }
    for (size_t i = 0; i < p->plan->n_links; i++)
        if (p->plan->links[i].label.w > 0 && is_in(box, p->plan->links[i].label)) return READ_LINK;
    return READ_PILL;
}

/* A little may reach over: around the map there is some more room. */
static bool is_outside(const struct picture *p, struct box box)
{
    const struct box area = box_inset(p->screen->area, -2 * p->screen->unit);
    return box.x < area.x || box.y < area.y || box.x + box.w > area.x + area.w || box.y + box.h > area.y + area.h;
}

static void hear(void *user, const struct canvas_part *part)
{
    struct picture *p = user;
    struct box box = bounds_of(part);
    if (part->what == CANVAS_LEADER && part->colour.a > 0.2 && p->n_leaders < MOST_LEADERS)
        p->leaders[p->n_leaders++] = (struct leader){part->corners[0], part->corners[1], p->n};
    if (part->what == CANVAS_BOX && part->colour.a >= 0.9) p->ground = box;
    if (part->what == CANVAS_MARK && part->colour.a > 0.2 && p->n_marks < MOST_PARTS) p->marks[p->n_marks++] = box;
    bool is_drawn = (part->what == CANVAS_TEXT || part->what == CANVAS_MARK) && part->colour.a > 0;
    if (is_drawn && is_outside(p, box) && p->n_outside < MOST_OUTSIDE) {
        struct outside *out = &p->outside[p->n_outside++];
        *out = (struct outside){.box = box};
        snprintf(out->text, sizeof out->text, "%s", part->text ? part->text : "");
    }
    if (part->what != CANVAS_TEXT || p->n == MOST_PARTS || part->colour.a < 0.3) return;
    for (size_t i = 0; i < p->n; i++) /* on top of itself once more */
        if (!strcmp(p->read[i].text, part->text) && box_meets(p->read[i].box, box)) return;
    struct readable *read = &p->read[p->n++];
    *read = (struct readable){.what = what_of(p, box), .has_ground = is_in_whole(box, p->ground), .box = box};
    snprintf(read->text, sizeof read->text, "%s", part->text);
}

static void draw_map(const struct view *view, void *user)
{
    struct picture *p = user;
    p->n = p->n_leaders = p->n_outside = p->n_marks = 0;
    map_view_draw_still(view, p->plan);
    map_view_draw_moving(view, p->plan);
}

static void draw_at(struct picture *p, int64_t screen_ns)
{
    const struct heard_view heard = {.story = p->story,
                                     .pace = p->pace,
                                     .targets = p->targets,
                                     .unit = p->screen->unit,
                                     .projector = p->screen->projector,
                                     .listener = {hear, p},
                                     .draw = draw_map};
    heard_view_at(&heard, screen_ns);
}

/* What is drawn for this target, without the room around it that can be pressed, too. */
static struct box shape_of(const struct picture *p, const struct target *target)
{
    return box_inset(target_bounds(target), target->act == ACT_PACKET ? p->plan->stamp / 2 : 0);
}

static bool lie_on_each_other(struct box a, struct box b)
{
    enum { TOUCH = 1 };
    return box_meets(box_inset(a, TOUCH), b);
}

/* ---- Counting ---- */

struct count {
    size_t pictures, on[READS], wires[READS], marked, outside, losses, unsaid, crossed, together;
};

/* On a pile of envelopes stands their number. */
static bool is_count(const struct readable *read)
{
    return strspn(read->text, "0123456789") == strlen(read->text);
}

static void tell_on(const struct picture *p, const char *scenario, const char *what, const struct readable *read)
{
    if (getenv("MAP_CLEAR_TELL"))
        printf("%s, %s, %.4f s: %s on %s \"%s\"\n", scenario, p->screen->name, (double)story_now(p->story) / SECOND,
               what, read_names[read->what], read->text);
}

/* Whatever is drawn as a sign: those of hosts, too, and what hangs on an envelope. */
static void count_marks(const struct picture *p, const char *scenario, struct count *count)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->n_marks && !is_count(&p->read[i]); k++) {
            if (!lie_on_each_other(p->read[i].box, box_inset(p->marks[k], 1))) continue;
            count->marked++;
            tell_on(p, scenario, "a sign", &p->read[i]);
            break;
        }
}

/* A wire may end at the ground of a text and go on behind it; through letters it may not. */
static void count_wires(const struct picture *p, const char *scenario, struct count *count)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->plan->n_links; k++) {
            const struct map_link *link = &p->plan->links[k];
            if (p->read[i].has_ground || !map_line_meets_box(link->a, link->b, p->read[i].box)) continue;
            count->wires[p->read[i].what]++;
            tell_on(p, scenario, "a wire", &p->read[i]);
            break;
        }
}

static void count_overlaps(struct picture *p, const char *scenario, struct count *count)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t t = 0; t < targets_count(p->targets); t++) {
            const struct target *target = targets_at(p->targets, t);
            const struct readable *read = &p->read[i];
            if ((target->act != ACT_PACKET && target->act != ACT_MAIL) || (target->act == ACT_MAIL && is_count(read)))
                continue;
            if (!lie_on_each_other(read->box, shape_of(p, target))) continue;
            count->on[read->what]++;
            tell_on(p, scenario, target->act == ACT_PACKET ? "packet" : "mail", read);
            break; /* once a text */
        }
}

static void tell_crossed(const struct picture *p, const char *scenario, const char *what, struct count *count)
{
    count->crossed++;
    if (getenv("MAP_CLEAR_TELL"))
        printf("%s, %s, %.4f s: a leader crosses \"%s\"\n", scenario, p->screen->name,
               (double)story_now(p->story) / SECOND, what);
}

static double turn(struct point a, struct point b, struct point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool cross_each_other(const struct leader *a, const struct leader *b)
{
    return turn(a->from, a->to, b->from) * turn(a->from, a->to, b->to) < 0 &&
           turn(b->from, b->to, a->from) * turn(b->from, b->to, a->to) < 0;
}

/* A leader begins beside its own words. The ground of a pill hides what lies under it. */
static void count_crossed(struct picture *p, const char *scenario, struct count *count)
{
    for (size_t k = 0; k < p->n_leaders; k++) {
        const struct leader *leader = &p->leaders[k];
        for (size_t i = 0; i < p->n; i++)
            if ((p->read[i].what != READ_PILL || i < leader->n_before) &&
                map_line_meets_box(leader->from, leader->to, box_inset(p->read[i].box, 1)))
                tell_crossed(p, scenario, p->read[i].text, count);
        for (size_t i = 0; i < k; i++)
            if (cross_each_other(leader, &p->leaders[i])) tell_crossed(p, scenario, "(another leader)", count);
    }
}

static void count_outside(const struct picture *p, const char *scenario, struct count *count)
{
    const struct box area = p->screen->area;
    count->outside += p->n_outside;
    for (size_t i = 0; i < p->n_outside && getenv("MAP_CLEAR_TELL"); i++) {
        const struct outside *out = &p->outside[i];
        printf("%s, %s, %.4f s: %s \"%s\" reaches beyond the edge (%.1f %.1f %.1f %.1f)\n", scenario, p->screen->name,
               (double)story_now(p->story) / SECOND, *out->text ? "text" : "shape", out->text, out->box.x - area.x,
               out->box.y - area.y, area.x + area.w - out->box.x - out->box.w,
               area.y + area.h - out->box.y - out->box.h);
    }
}

/* The latest loss, while its cross is fresh, has its reason beside it. */
static void count_reasons(struct picture *p, const char *scenario, int64_t screen_ns, struct count *count)
{
    char why[96];
    size_t end = story_drops_after(p->story, story_now(p->story));
    const struct story_drop *drop = end ? story_drop(p->story, end - 1) : NULL;
    if (!drop || drop->event >= story_cursor(p->story) || (drop->hop == STORY_NONE && drop->host == STORY_NONE)) return;
    if (screen_ns - pace_screen_at(p->pace, drop->at_ns) > SECOND) return;
    packet_death_words(p->story, drop->packet, why, sizeof why);
    count->losses++;
    size_t said = 0;
    for (size_t i = 0; i < p->n; i++) { /* of several with their number */
        if (strncmp(p->read[i].text, why, strlen(why))) continue;
        count->together += strstr(p->read[i].text, " × ") != NULL;
        said++;
    }
    if (said) return;
    count->unsaid++;
    if (getenv("MAP_CLEAR_TELL"))
        printf("%s, %s, %.4f s: \"%s\" is not said\n", scenario, p->screen->name, (double)story_now(p->story) / SECOND,
               why);
}

static struct picture open_picture(const char *scenario, const struct screen *screen)
{
    struct picture p = {.journal = run_scenario(scenario), .targets = targets_new(), .screen = screen};
    struct canvas *measure = canvas_new_layer(8, 8);
    p.read = mem_calloc(MOST_PARTS, sizeof *p.read);
    p.marks = mem_calloc(MOST_PARTS, sizeof *p.marks);
    p.story = story_new(p.journal);
    p.pace = pace_new(p.journal, pace_settings_default());
    p.plan = map_plan_of(p.story, screen->area, screen->unit, measure);
    canvas_free(measure);
    return p;
}

static void close_picture(struct picture *p)
{
    map_plan_free(p->plan);
    pace_free(p->pace);
    story_free(p->story);
    journal_memory_free(p->journal);
    targets_free(p->targets);
    mem_free(p->read);
    mem_free(p->marks);
}

static void look_at(const char *scenario, const struct screen *screen, size_t instants, struct count *count)
{
    struct picture p = open_picture(scenario, screen);
    for (size_t i = 0; i < instants; i++) {
        int64_t at = pace_total_ns(p.pace) / (int64_t)instants * (int64_t)i;
        draw_at(&p, at);
        count->pictures++;
        count_overlaps(&p, scenario, count);
        count_marks(&p, scenario, count);
        count_wires(&p, scenario, count);
        count_crossed(&p, scenario, count);
        count_outside(&p, scenario, count);
        count_reasons(&p, scenario, at, count);
    }
    close_picture(&p);
}

/* Of this many pictures of all scenarios in each arrangement. More by MAP_CLEAR_INSTANTS, one by one by MAP_CLEAR_TELL.
 */
static size_t instants(void)
{
    const char *wish = getenv("MAP_CLEAR_INSTANTS");
    return wish ? (size_t)atoi(wish) : 20;
}

Test(map_clear, nothing_that_moves_lies_on_what_is_to_be_read)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t k = 0; k < SCREENS; k++) {
        struct count count = {0};
        for (size_t i = 0; i < n; i++)
            look_at(names[i], &screens[k], instants(), &count);
        printf("%s: %zu pictures", screens[k].name, count.pictures);
        for (int r = 0; r < READS; r++) {
            printf(", %zu %s", count.on[r], read_names[r]);
            cr_expect(eq(sz, count.on[r], 0), "%s: on %s", screens[k].name, read_names[r]);
            printf(" (%zu wires)", count.wires[r]);
            cr_expect(eq(sz, count.wires[r], 0), "%s: wires through %s", screens[k].name, read_names[r]);
        }
        printf(", %zu signs", count.marked);
        cr_expect(eq(sz, count.marked, 0), "%s: signs on texts", screens[k].name);
        cr_expect(eq(sz, count.outside, 0), "%s: beyond the edge", screens[k].name);
        printf(", %zu beyond the edge, %zu of %zu losses unsaid, %zu crossed by leaders\n", count.outside, count.unsaid,
               count.losses, count.crossed);
        cr_expect(eq(sz, count.crossed, 0), "%s: words crossed by leaders", screens[k].name);
        cr_expect(eq(sz, count.unsaid, 0), "%s: so many losses without their reason", screens[k].name);
        cr_expect(count.losses > 5);
        cr_expect(count.together > 0, "%s: nowhere do several that died of the same have one reason", screens[k].name);
    }
    canvas_forget_fonts();
}

/* The scenario that everybody sees first, all the way. */
Test(map_clear, in_lost_segment_nothing_lies_on_a_name_and_the_reason_is_said)
{
    for (size_t k = 0; k < SCREENS; k++) {
        struct count count = {0};
        look_at("lost-segment", &screens[k], 150, &count);
        for (int r = 0; r < READS; r++)
            cr_expect(eq(sz, count.on[r], 0), "%s: on %s", screens[k].name, read_names[r]);
        cr_expect(eq(sz, count.unsaid, 0), "%s", screens[k].name);
        cr_expect(eq(sz, count.crossed, 0), "%s: words crossed by leaders", screens[k].name);
        cr_expect(count.losses > 0);
    }
    canvas_forget_fonts();
}

/* ---- Hosts can be seen ---- */

static bool is_lost(const struct story *s, size_t packet)
{
    for (size_t i = 0, n = story_drops_after(s, story_now(s)); i < n; i++)
        if (story_drop(s, i)->packet == packet) return true;
    return false;
}

/* Mails and crosses; what waits stands close by. */
static size_t on_icon(const struct picture *p, size_t host)
{
    size_t n = 0;
    for (size_t t = 0; t < targets_count(p->targets); t++) {
        const struct target *target = targets_at(p->targets, t);
        if (target->act == ACT_MAIL || (target->act == ACT_PACKET && is_lost(p->story, target->arg)))
            n += lie_on_each_other(p->plan->hosts[host].icon, shape_of(p, target));
    }
    return n;
}

/* The queue at finn-pc is full: packets are lost at its door, where the mail has just set out. */
Test(map_clear, in_big_attachment_neither_the_mail_that_leaves_nor_what_is_lost_at_once_hides_the_host)
{
    const int64_t at_ns = 1840 * MILLISECOND;
    for (size_t k = 0; k < SCREENS; k++) {
        struct picture p = open_picture("big-attachment", &screens[k]);
        size_t finn = 0;
        while (strcmp(story_host(p.story, finn).name, "finn-pc"))
            finn++;
        draw_at(&p, pace_screen_at(p.pace, at_ns));
        cr_expect(eq(sz, on_icon(&p, finn), 0), "%s", screens[k].name);
        close_picture(&p);
    }
    canvas_forget_fonts();
}
