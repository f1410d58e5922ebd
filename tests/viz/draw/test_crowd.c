/* The map of large worlds: routers, and many hosts around each. What is counted here was looked at first. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/crowd.h"
#include "viz/draw/layout.h"
#include "viz/draw/map_names.h"
#include "viz/draw/map_plan.h"

enum { MOST = 200 };
static const struct box areas[] = {
    {16, 132, 760, 280}, {24, 180, 1150, 380}, {20, 140, 1240, 520}, {40, 360, 2300, 760}};
static const double units[] = {1, 1.35, 1.4, 2.7};
enum { AREAS = sizeof areas / sizeof areas[0], WHOLE_MAP = 2 };

struct world {
    struct journal_memory *journal;
    struct story *story;
    struct canvas *canvas;
    struct point places[MOST];
};

static struct world open_world(size_t hosts, size_t routers)
{
    struct world w = {.journal = run_crowd((struct crowd){hosts, routers, 1, 0})};
    w.story = story_new(w.journal);
    w.canvas = canvas_new_layer(8, 8);
    story_seek(w.story, 0);
    cr_assert(eq(sz, story_host_count(w.story), hosts));
    map_places(w.story, w.places);
    return w;
}

static void close_world(struct world *w)
{
    canvas_free(w->canvas);
    story_free(w->story);
    journal_memory_free(w->journal);
    canvas_forget_fonts();
}

static size_t crossings(const struct world *w)
{
    struct layout_link links[MOST];
    size_t n = story_link_count(w->story);
    cr_assert_leq(n, MOST);
    for (size_t i = 0; i < n; i++) {
        struct story_link link = story_link(w->story, i);
        links[i] = (struct layout_link){link.ends[0], link.ends[1]};
    }
    return layout_crossings(w->places, links, n);
}

/* A wire that runs through an icon seems to end there. */
static size_t wires_through_icons(const struct world *w, const struct map_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_links; i++) {
        struct story_link link = story_link(w->story, i);
        for (size_t h = 0; h < plan->n_hosts; h++)
            n += h != link.ends[0] && h != link.ends[1] &&
                 map_line_meets_box(plan->links[i].a, plan->links[i].b, box_inset(plan->hosts[h].icon, plan->icon / 4));
    }
    return n;
}

static size_t names_shown(const struct map_plan *plan)
{
    size_t n = 0;
    for (size_t h = 0; h < plan->n_hosts; h++)
        n += plan->hosts[h].label.w > 0 || plan->hosts[h].name.is_always;
    return n;
}

/* The label, or where the name is that is there always. */
static struct box label_of(const struct map_plan *plan, size_t h)
{
    return plan->hosts[h].name.is_always ? plan->hosts[h].name.box : plan->hosts[h].label;
}

static bool has_label(const struct map_plan *plan, size_t h)
{
    return label_of(plan, h).w > 0;
}

static void expect_nothing_on_another(const struct map_plan *plan, size_t area)
{
    for (size_t a = 0; a < plan->n_hosts; a++)
        for (size_t b = 0; b < plan->n_hosts; b++) {
            cr_expect(a == b || !box_meets(plan->hosts[a].icon, plan->hosts[b].icon), "area %zu: icon %zu on %zu", area,
                      a, b);
            if (!has_label(plan, a)) continue;
            cr_expect(not(box_meets(label_of(plan, a), plan->hosts[b].icon)), "area %zu: name %zu on icon %zu", area, a,
                      b);
            cr_expect(a == b || !has_label(plan, b) || !box_meets(label_of(plan, a), label_of(plan, b)),
                      "area %zu: name %zu on name %zu", area, a, b);
        }
}

static void expect_tidy(const struct world *w, size_t least_names)
{
    for (size_t i = 0; i < AREAS; i++) {
        struct map_plan *plan = map_plan_of(w->story, areas[i], units[i], w->canvas);
        expect_nothing_on_another(plan, i);
        cr_expect(eq(sz, wires_through_icons(w, plan), 0), "area %zu", i);
        cr_expect_geq(plan->letters, 0.7, "area %zu: nobody can read this", i);
        if (i == WHOLE_MAP) cr_expect_geq(names_shown(plan), least_names, "%zu names", names_shown(plan));
        map_plan_free(plan);
    }
}

/* Four routers that are all joined: their two diagonals cross, nothing else does. */
Test(crowd, of_113_hosts_at_4_routers_only_two_wires_between_routers_cross)
{
    struct world w = open_world(113, 4);
    cr_expect_leq(crossings(&w), 1, "%zu", crossings(&w));
    expect_tidy(&w, 40);
    close_world(&w);
}

Test(crowd, of_30_hosts_at_3_routers_no_wires_cross_and_all_names_are_there)
{
    struct world w = open_world(30, 3);
    cr_expect(eq(sz, crossings(&w), 0));
    expect_tidy(&w, 30);
    close_world(&w);
}

Test(crowd, of_40_hosts_at_2_routers_the_routers_stand_side_by_side)
{
    struct world w = open_world(40, 2);
    struct point first = w.places[story_host_by_name(w.story, "r0")],
                 second = w.places[story_host_by_name(w.story, "r1")];
    cr_expect(eq(sz, crossings(&w), 0));
    cr_expect(first.y == second.y && first.x != second.x);
    expect_tidy(&w, 36);
    close_world(&w);
}

/* Each host is nearer to its own router than to any other. */
Test(crowd, hosts_stand_around_the_router_that_they_hang_on)
{
    struct world w = open_world(113, 4);
    for (size_t i = 0; i < story_link_count(w.story); i++) {
        struct story_link link = story_link(w.story, i);
        size_t host = link.ends[0], own = link.ends[1];
        if (story_host(w.story, host).role == STORY_ROUTER) continue;
        for (size_t r = 0; r < story_host_count(w.story); r++)
            if (r != own && story_host(w.story, r).role == STORY_ROUTER)
                cr_expect_lt(point_distance(w.places[host], w.places[own]), point_distance(w.places[host], w.places[r]),
                             "%s", story_host(w.story, host).name);
    }
    close_world(&w);
}

Test(crowd, the_same_world_gets_the_same_map)
{
    struct world a = open_world(60, 5), b = open_world(60, 5);
    for (size_t h = 0; h < 60; h++)
        cr_expect(a.places[h].x == b.places[h].x && a.places[h].y == b.places[h].y, "host %zu", h);
    close_world(&a);
    close_world(&b);
}

static bool is_among(const struct map_names *names, size_t host)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->hosts[i] == host) return true;
    return false;
}

static void expect_apart(const struct map_names *names, struct box area)
{
    for (size_t i = 0; i < names->n; i++) {
        cr_expect(names->boxes[i].x >= area.x && names->boxes[i].x + names->boxes[i].w <= area.x + area.w);
        for (size_t k = 0; k < i; k++)
            cr_expect(not(box_meets(names->boxes[i], names->boxes[k])), "%zu on %zu", names->hosts[i], names->hosts[k]);
    }
}

Test(crowd, whoever_is_looked_at_has_a_name_and_no_name_lies_on_another)
{
    struct world w = open_world(113, 4);
    for (size_t i = 0; i < AREAS; i++) {
        struct map_plan *plan = map_plan_of(w.story, areas[i], units[i], w.canvas);
        cr_assert(plan->few_names);
        for (size_t h = 0; h < plan->n_hosts; h++) {
            struct view view = {.story = w.story, .unit = units[i], .selection = {ACT_HOST, h}};
            struct map_names names;
            map_names_choose(&view, plan, &names);
            cr_expect(is_among(&names, h), "area %zu: %s", i, story_host(w.story, h).name);
            expect_apart(&names, areas[i]);
        }
        map_plan_free(plan);
    }
    close_world(&w);
}

static size_t names_in(const struct world *w, struct box area, double unit)
{
    struct map_names names;
    struct view view = {.story = w->story, .unit = unit};
    struct map_plan *plan = map_plan_of(w->story, area, unit, w->canvas);
    map_names_choose(&view, plan, &names);
    size_t n = plan->few_names ? names.n : names_shown(plan);
    map_plan_free(plan);
    return n;
}

Test(crowd, a_larger_map_has_room_for_more_names)
{
    struct world w = open_world(113, 4);
    size_t narrow = names_in(&w, box_of(0, 0, 700, 300), 1), wide = names_in(&w, box_of(0, 0, 1900, 800), 1);
    cr_expect_gt(narrow, 15, "%zu", narrow);
    cr_expect_gt(wide, 2 * narrow, "%zu, %zu", narrow, wide);
    close_world(&w);
}

/* The server that holds the mail for all others, while they are off. */
Test(crowd, who_has_a_queue_or_is_down_matters)
{
    struct journal_memory *journal = run_crowd((struct crowd){113, 4, 1, 20});
    struct story *story = story_new(journal);
    struct canvas *canvas = canvas_new_layer(8, 8);
    story_seek(story, 5000000000);
    struct map_plan *plan = map_plan_of(story, areas[WHOLE_MAP], units[WHOLE_MAP], canvas);
    struct view view = {.story = story, .unit = units[WHOLE_MAP]};
    struct map_names names;
    map_names_choose(&view, plan, &names);
    size_t down = 0;
    for (size_t i = 0; i < names.n; i++)
        down += !story_host(story, names.hosts[i]).up;
    cr_expect(is_among(&names, story_host_by_name(story, "mx.d0.example")));
    cr_expect_geq(down, 3, "%zu of 20", down);
    expect_apart(&names, areas[WHOLE_MAP]);
    map_plan_free(plan);
    canvas_free(canvas);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}
