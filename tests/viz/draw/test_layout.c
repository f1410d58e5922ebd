/* Where hosts and labels stand: properties that hold for every network, and for the shipped ones in particular. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/layout.h"
#include "viz/draw/map_plan.h"

enum { MOST_HOSTS = 40 };

struct network {
    const char *name;
    size_t n_hosts, n_links;
    struct layout_link links[MOST_HOSTS * 2];
};

static void add_link(struct network *n, size_t a, size_t b)
{
    n->links[n->n_links++] = (struct layout_link){a, b};
}

static struct network star(size_t hosts)
{
    struct network n = {.name = "star", .n_hosts = hosts};
    for (size_t h = 1; h < hosts; h++)
        add_link(&n, 0, h);
    return n;
}

static struct network chain(size_t hosts, bool closed)
{
    struct network n = {.name = closed ? "ring" : "chain", .n_hosts = hosts};
    for (size_t h = 1; h < hosts; h++)
        add_link(&n, h - 1, h);
    if (closed) add_link(&n, hosts - 1, 0);
    return n;
}

static struct network tree(size_t hosts)
{
    struct network n = {.name = "tree", .n_hosts = hosts};
    for (size_t h = 1; h < hosts; h++)
        add_link(&n, (h - 1) / 3, h);
    return n;
}

static void solve(const struct network *n, struct point *places)
{
    struct layout_host hosts[MOST_HOSTS];
    for (size_t h = 0; h < n->n_hosts; h++)
        hosts[h] = (struct layout_host){LAYOUT_ANYWHERE, LAYOUT_ANYWHERE, 1, 1, LAYOUT_NOBODY, 0, h};
    layout_solve(hosts, n->n_hosts, n->links, n->n_links, places);
}

Test(layout, hosts_stand_apart_inside_the_page_and_links_do_not_cross)
{
    const struct network networks[] = {star(1),         star(2),        star(7),  star(12), chain(2, false),
                                       chain(9, false), chain(6, true), tree(13), tree(20), chain(20, false)};
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        struct point places[MOST_HOSTS], again[MOST_HOSTS];
        solve(&networks[i], places);
        solve(&networks[i], again);
        size_t n = networks[i].n_hosts;
        for (size_t a = 0; a < n; a++) {
            cr_expect(places[a].x > 0 && places[a].x < 1 && places[a].y > 0 && places[a].y < 1);
            cr_expect(places[a].x == again[a].x && places[a].y == again[a].y, "%s: not the same twice",
                      networks[i].name);
            for (size_t b = 0; b < a; b++)
                cr_expect(point_distance(places[a], places[b]) > 0.01, "%s: %zu on %zu", networks[i].name, a, b);
        }
        cr_expect(eq(sz, layout_crossings(places, networks[i].links, networks[i].n_links), 0), "%s of %zu",
                  networks[i].name, n);
    }
}

/* ---- The shipped scenarios, in the window's sizes ---- */

static void expect_inside(struct box area, struct box box, const char *what)
{
    cr_expect(box.x >= area.x - 0.5 && box.y >= area.y - 0.5, "%s begins outside", what);
    cr_expect(box.x + box.w <= area.x + area.w + 0.5 && box.y + box.h <= area.y + area.h + 0.5, "%s ends outside",
              what);
}

/* From the middle of a link's label to the nearest of 200 points of a link. */
static double distance_of_label(const struct map_plan *plan, size_t label, size_t link)
{
    struct box box = plan->links[label].label;
    double least = 1e9;
    for (int i = 0; i <= 200; i++)
        least = fmin(least, point_distance(point_of(box.x + box.w / 2, box.y + box.h / 2),
                                           point_between(plan->links[link].a, plan->links[link].b, i / 200.0)));
    return least;
}

static void expect_tidy_plan(const char *name, const struct map_plan *plan)
{
    bool crowded = plan->icon < 20 * plan->unit; /* envelopes do not shrink with the smallest icons */
    for (size_t a = 0; a < plan->n_hosts; a++) {
        for (size_t b = 0; b < plan->n_hosts; b++)
            cr_expect(crowded || plan->hosts[a].rest.w == 0 || !box_meets(plan->hosts[a].rest, plan->hosts[b].label),
                      "%s: envelopes of host %zu on label %zu", name, a, b);
        expect_inside(plan->area, plan->hosts[a].icon, name);
        expect_inside(plan->area, plan->hosts[a].label, name);
        for (size_t b = 0; b < plan->n_hosts; b++) {
            cr_expect(not(box_meets(plan->hosts[a].label, plan->hosts[b].icon)), "%s: label %zu on icon %zu", name, a,
                      b);
            if (a == b) continue;
            cr_expect(not(box_meets(plan->hosts[a].icon, plan->hosts[b].icon)), "%s: icon %zu on icon %zu", name, a, b);
            cr_expect(not(box_meets(plan->hosts[a].label, plan->hosts[b].label)), "%s: label %zu on label %zu", name, a,
                      b);
        }
    }
    for (size_t i = 0; i < plan->n_links; i++) {
        if (plan->links[i].label.w == 0) continue;
        expect_inside(plan->area, plan->links[i].label, name);
        for (size_t h = 0; h < plan->n_hosts; h++) {
            cr_expect(not(box_meets(plan->links[i].label, plan->hosts[h].icon)), "%s: link %zu on icon %zu", name, i,
                      h);
            cr_expect(not(box_meets(plan->links[i].label, plan->hosts[h].label)), "%s: link %zu on label %zu", name, i,
                      h);
        }
        for (size_t j = 0; j < plan->n_links; j++)
            cr_expect(i == j || distance_of_label(plan, i, i) * 1.95 <= distance_of_label(plan, i, j),
                      "%s: link %zu's label could be link %zu's", name, i, j);
        for (size_t h = 0; h < plan->n_hosts; h++)
            cr_expect(plan->hosts[h].rest.w == 0 || !box_meets(plan->links[i].label, plan->hosts[h].rest),
                      "%s: envelopes of host %zu on label of link %zu", name, h, i);
        for (size_t j = 0; j < i; j++)
            cr_expect(not(box_meets(plan->links[i].label, plan->links[j].label)), "%s: links %zu %zu", name, i, j);
    }
}

static void expect_no_crossings(const char *name, const struct story *story)
{
    struct point places[MOST_HOSTS];
    struct layout_link links[MOST_HOSTS * 2];
    map_places(story, places);
    for (size_t i = 0; i < story_link_count(story); i++) {
        struct story_link link = story_link(story, i);
        links[i] = (struct layout_link){link.ends[0], link.ends[1]};
    }
    cr_expect(eq(sz, layout_crossings(places, links, story_link_count(story)), 0), "%s", name);
}

/* Without a bound on the effort this takes hours. */
Test(layout, a_network_of_hundreds_of_hosts_gets_a_map_too, .timeout = 120)
{
    enum { CROWD = 400 };
    static struct layout_host hosts[CROWD];
    static struct layout_link links[CROWD];
    static struct point places[CROWD];
    for (size_t h = 0; h < CROWD; h++) {
        hosts[h] = (struct layout_host){LAYOUT_ANYWHERE, LAYOUT_ANYWHERE, 0, 0, LAYOUT_NOBODY, 0, h};
        links[h] = (struct layout_link){h, (h + 1) % CROWD};
    }
    layout_solve(hosts, CROWD, links, CROWD, places);
    for (size_t i = 0; i < CROWD; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert(places[i].x != places[j].x || places[i].y != places[j].y, "hosts %zu and %zu", i, j);
}

Test(map_plan, in_every_shipped_scenario_nothing_overlaps_and_no_links_cross)
{
    const struct box areas[] = {{16, 132, 760, 280}, {24, 180, 1150, 380}, {20, 140, 1240, 520}, {40, 360, 2300, 760}};
    const double units[] = {1, 1.35, 1.4, 2.7};
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    cr_assert_geq(n, 38);
    for (size_t s = 0; s < n; s++) {
        struct journal_memory *journal = run_scenario(names[s]);
        struct story *story = story_new(journal);
        struct canvas *canvas = canvas_new_layer(8, 8);
        story_seek(story, 0);
        expect_no_crossings(names[s], story);
        for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
            struct map_plan *plan = map_plan_of(story, areas[i], units[i], canvas);
            expect_tidy_plan(names[s], plan);
            map_plan_free(plan);
        }
        canvas_free(canvas);
        story_free(story);
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}

static struct point place_of(const struct story *story, const struct point *places, const char *name)
{
    return places[story_host_by_name(story, name)];
}

Test(map_plan, who_writes_stands_on_the_left_who_fetches_on_the_right_and_the_router_between)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct story *story = story_new(journal);
    struct point places[MOST_HOSTS];
    map_places(story, places);
    struct point alice = place_of(story, places, "alice-pc"), bob = place_of(story, places, "bob-pc");
    struct point internet = place_of(story, places, "internet"), names = place_of(story, places, "name-server");
    struct point mail = place_of(story, places, "mail.a.example"), mx = place_of(story, places, "mx1.b.example");
    cr_expect(alice.x < internet.x && internet.x < bob.x);
    cr_expect(mail.x < internet.x && internet.x < mx.x);
    cr_expect(fabs(mail.x - alice.x) < fabs(mail.x - bob.x) && fabs(mx.x - bob.x) < fabs(mx.x - alice.x));
    cr_expect(names.y < internet.y);
    story_free(story);
    journal_memory_free(journal);
}
