/* Whose is a label on the map? That is told by what it stands nearest to. And what may packets pass? */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/map_lanes.h"
#include "viz/draw/scene.h"

/* Where the map lies in the usual arrangement at 1280x800, at 1920x1080 and at 3840x2160, and alone at 1280x800; then
   for the projector at 1280x800 and at 1920x1080, and on a card of the gallery. */
static const struct {
    struct box area;
    double unit;
} maps[] = {{{16, 132, 760, 280}, 1},   {{24, 180, 1150, 380}, 1.35}, {{40, 360, 2300, 760}, 2.7},
            {{20, 140, 1240, 520}, 1},  {{20, 146, 708, 488}, 1.36},  {{28, 196, 1066, 660}, 1.84},
            {{10, 10, 270, 228}, 0.482}};
enum { SMALL_MAPS = 3, MAPS = sizeof maps / sizeof maps[0] - SMALL_MAPS };

static double distance_to_wire(const struct map_link *link, struct box box)
{
    enum { STEPS = 400 };
    double least = 1e9;
    for (int i = 0; i <= STEPS; i++) {
        struct point at = point_between(link->a, link->b, (double)i / STEPS);
        least = fmin(least, box_distance(box, box_of(at.x, at.y, 0, 0)));
    }
    return least;
}

static double distance_to_host(const struct map_host *host, struct box box)
{
    double icon = box_distance(box, host->icon);
    return host->label.w > 0 ? fmin(icon, box_distance(box, host->label)) : icon;
}

/* How many labels there are, and how many links. */
struct seen {
    size_t labels, links;
};

static void expect_labels_are_their_links(const struct map_plan *plan, const struct story *story, const char *what,
                                          struct seen *seen)
{
    for (size_t i = 0; i < plan->n_links; i++) {
        struct story_link link = story_link(story, i);
        struct box label = plan->links[i].label;
        seen->links++;
        if (label.w <= 0) continue;
        seen->labels++;
        double own = distance_to_wire(&plan->links[i], label);
        for (size_t h = 0; h < plan->n_hosts; h++)
            if (h != link.ends[0] && h != link.ends[1])
                cr_expect_geq(distance_to_host(&plan->hosts[h], label), own - 0.5,
                              "%s: the label of %s is nearer to %s than to its wire", what, link.name,
                              story_host(story, h).name);
    }
}

static void look_at_maps(const char *scenario, struct seen *seen)
{
    struct journal_memory *journal = run_scenario(scenario);
    struct story *story = story_new(journal);
    struct canvas *canvas = canvas_new_layer(8, 8);
    story_seek(story, 0);
    for (size_t i = 0; i < MAPS; i++) {
        struct map_plan *plan = map_plan_of(story, maps[i].area, maps[i].unit, canvas);
        expect_labels_are_their_links(plan, story, scenario, seen);
        map_plan_free(plan);
    }
    canvas_free(canvas);
    story_free(story);
    journal_memory_free(journal);
}

Test(map_labels, a_links_label_is_nearer_to_its_wire_than_to_any_host_that_is_not_its_own)
{
    const char *names[MOST_SCENARIOS];
    struct seen seen = {0};
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++)
        look_at_maps(names[i], &seen);
    cr_expect_geq(seen.labels * 5, seen.links * 3, "%zu of %zu links have labels", seen.labels, seen.links);
    canvas_forget_fonts();
}

struct on_maps {
    const char *scenario;
    struct journal_memory *journal;
    struct story *story;
    struct canvas *canvas;
};

static struct on_maps open_maps(const char *scenario)
{
    struct on_maps o = {.scenario = scenario, .journal = run_scenario(scenario)};
    o.story = story_new(o.journal);
    o.canvas = canvas_new_layer(8, 8);
    story_seek(o.story, 0);
    return o;
}

static void close_maps(struct on_maps *o)
{
    canvas_free(o->canvas);
    story_free(o->story);
    journal_memory_free(o->journal);
}

/* ---- Whose is a name? ---- */

static void expect_no_strays(const struct on_maps *o, const struct map_plan *plan, size_t map)
{
    for (size_t h = 0; h < plan->n_hosts; h++) {
        struct box name = plan->few_names ? plan->hosts[h].name.box : plan->hosts[h].label;
        double own = box_distance(name, plan->hosts[h].icon);
        bool strays = false;
        for (size_t k = 0; k < plan->n_hosts && name.w > 0; k++)
            strays = strays || box_distance(name, plan->hosts[k].icon) < own;
        cr_expect(strays == false || (plan->few_names == false && plan->hosts[h].afar && plan->hosts[h].strays),
                  "%s, map %zu: the name of %s is nearer to another host, and no line leads", o->scenario, map,
                  story_host(o->story, h).name);
    }
}

/* But where a wire would run through it at every such place: then a line leads to its host. */
Test(map_labels, a_name_is_nearer_to_its_own_host_than_to_any_other_or_a_line_leads_to_it)
{
    const char *names[MOST_SCENARIOS];
    for (size_t k = 0, n = shipped_scenarios(names); k < n; k++) {
        struct on_maps o = open_maps(names[k]);
        for (size_t i = 0; i < MAPS + SMALL_MAPS; i++) {
            struct map_plan *plan = map_plan_of(o.story, maps[i].area, maps[i].unit, o.canvas);
            expect_no_strays(&o, plan, i);
            map_plan_free(plan);
        }
        close_maps(&o);
    }
    canvas_forget_fonts();
}

/* That of the name server is too short in most. */
Test(map_labels, in_first_mail_every_long_wire_has_its_label)
{
    struct seen seen = {0};
    look_at_maps("first-mail", &seen);
    cr_expect_geq(seen.labels, 4 * MAPS);
    canvas_forget_fonts();
}

/* ---- What packets pass ---- */

/* The packets of one link on their whole way, in both directions: how many times one lies on this box. */
static int packets_on(const struct map_plan *plan, size_t link, struct box box)
{
    enum { STEPS = 300 };
    double r = plan->stamp - 1;
    int n = 0;
    for (int dir = 0; dir < 2; dir++)
        for (int i = 0; i <= STEPS; i++) {
            struct point at = map_lane_at(&plan->links[link].lanes[dir], (double)i / STEPS);
            n += box_meets(box, box_of(at.x - r, at.y - r, 2 * r, 2 * r));
        }
    return n;
}

static bool is_long(const struct map_plan *plan, size_t link)
{
    return point_distance(plan->links[link].a, plan->links[link].b) > 8 * plan->stamp;
}

static void expect_names_are_not_covered(const struct on_maps *o, const struct map_plan *plan)
{
    for (size_t i = 0; i < plan->n_links; i++) {
        struct story_link link = story_link(o->story, i);
        for (int end = 0; end < 2 && is_long(plan, i); end++)
            cr_expect(packets_on(plan, i, plan->hosts[link.ends[end]].icon) == 0, "%s: packets of %s on the icon of %s",
                      o->scenario, link.name, story_host(o->story, link.ends[end]).name);
        for (size_t h = 0; h < plan->n_hosts; h++)
            cr_expect(plan->hosts[h].on_link || packets_on(plan, i, plan->hosts[h].label) == 0,
                      "%s: packets of %s cover the name of %s", o->scenario, link.name, story_host(o->story, h).name);
    }
}

/* A name that lies along a link is drawn over the packets (on_link). */
Test(map_lanes, packets_end_at_the_edges_of_icons_and_cover_no_name)
{
    const char *names[MOST_SCENARIOS];
    for (size_t k = 0, n = shipped_scenarios(names); k < n; k++) {
        struct on_maps o = open_maps(names[k]);
        for (size_t i = 0; i < MAPS; i++) {
            struct map_plan *plan = map_plan_of(o.story, maps[i].area, maps[i].unit, o.canvas);
            expect_names_are_not_covered(&o, plan);
            map_plan_free(plan);
        }
        close_maps(&o);
    }
    canvas_forget_fonts();
}

Test(map_lanes, in_lost_segment_packets_pass_no_name_at_all)
{
    struct on_maps o = open_maps("lost-segment");
    struct map_plan *plan = map_plan_of(o.story, maps[0].area, maps[0].unit, o.canvas);
    for (size_t i = 0; i < plan->n_links; i++)
        for (size_t h = 0; h < plan->n_hosts; h++)
            cr_expect(packets_on(plan, i, plan->hosts[h].label) == 0, "%s on %s", story_link(o.story, i).name,
                      story_host(o.story, h).name);
    map_plan_free(plan);
    close_maps(&o);
    canvas_forget_fonts();
}

/* ---- One line ---- */

static bool is_in_one_line(const struct map_plan *plan, size_t link)
{
    return plan->links[link].label.h < 1.8 * theme_text(theme_of(false), FONT_SMALL, plan->unit * plan->letters).size;
}

/* Beside a steep link two lines are nearer to it. */
static bool is_steep(const struct map_plan *plan, size_t link)
{
    struct point a = plan->links[link].a, b = plan->links[link].b;
    return fabs(a.x - b.x) < 2 * fabs(a.y - b.y);
}

Test(map_labels, where_one_line_fits_a_label_has_one)
{
    static const char *const names[] = {"lost-segment",  "first-mail", "backup-mx",
                                        "backup-relays", "full-disk",  "greylisting"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        struct on_maps o = open_maps(names[k]);
        for (size_t i = 0; i < MAPS; i++) {
            struct map_plan *plan = map_plan_of(o.story, maps[i].area, maps[i].unit, o.canvas);
            for (size_t l = 0; l < plan->n_links; l++)
                cr_expect(is_steep(plan, l) || is_in_one_line(plan, l), "%s, map %zu: %s", names[k], i,
                          story_link(o.story, l).name);
            map_plan_free(plan);
        }
        close_maps(&o);
    }
    canvas_forget_fonts();
}

/* ---- Very large, with little room ---- */

/* The map at 1280x800 and 300 %. */
static const struct box low_area = {48, 236, 1184, 210};

Test(map_labels, at_three_times_the_size_no_name_sticks_out_and_no_packet_hides_its_host)
{
    const char *names[MOST_SCENARIOS];
    for (size_t k = 0, n = shipped_scenarios(names); k < n; k++) {
        struct on_maps o = open_maps(names[k]);
        struct map_plan *plan = map_plan_of(o.story, low_area, 3, o.canvas);
        cr_expect(2 * plan->stamp <= plan->icon + 1, "%s: packets are wider than hosts", names[k]);
        for (size_t h = 0; h < plan->n_hosts; h++) {
            struct box label = plan->hosts[h].label;
            if (label.w <= 0) continue;
            cr_expect(label.y > low_area.y - 2 && label.y + label.h < low_area.y + low_area.h + 2, "%s: %s", names[k],
                      story_host(o.story, h).name);
        }
        map_plan_free(plan);
        close_maps(&o);
    }
    canvas_forget_fonts();
}

/* ---- Who is named ---- */

struct named {
    const struct story *story;
    bool *hosts;
};

/* A domain may lack its last part. */
static bool is_name_of(const char *text, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t length = strlen(text);
    return strcmp(text, name) == 0 || (dot && length == (size_t)(dot - name) && strncmp(text, name, length) == 0);
}

static void hear_names(void *user, const struct canvas_part *part)
{
    struct named *named = user;
    for (size_t h = 0; part->what == CANVAS_TEXT && h < story_host_count(named->story); h++)
        if (is_name_of(part->text, story_host(named->story, h).name)) named->hosts[h] = true;
}

static void expect_all_named(struct scene *scene, int w, int h, const char *what)
{
    const struct story *s = scene_story(scene);
    struct named named = {s, mem_calloc(story_host_count(s) + 1, sizeof *named.hosts)};
    struct canvas *canvas = canvas_new_listener(w, h, (struct canvas_listener){hear_names, &named});
    scene_seek(scene, 0);
    scene_draw(scene, canvas);
    canvas_free(canvas);
    for (size_t i = 0; i < story_host_count(s); i++)
        cr_expect(named.hosts[i], "%s, %dx%d: %s has no name on the map", what, w, h, story_host(s, i).name);
    mem_free(named.hosts);
}

Test(map_labels, every_host_has_its_name_whatever_the_size)
{
    static const double scales[] = {0.75, 1, 1.5, 2, 3};
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++) {
            struct scene_options options = scene_options_default();
            char what[100];
            options.scale = scales[k];
            snprintf(what, sizeof what, "%s at %.0f %%", names[i], scales[k] * 100);
            struct scene *scene = scene_new(journal, options);
            if (scales[k] < 3) expect_all_named(scene, 1280, 800, what);
            expect_all_named(scene, 1920, 1080, what);
            scene_free(scene);
        }
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}
