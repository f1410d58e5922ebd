/* Whose is a label on the map? That is told by what it stands nearest to. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/map_plan.h"

/* Where the map lies in the usual arrangement at 1280x800, at 1920x1080 and at 3840x2160, and alone at 1280x800. */
static const struct {
    struct box area;
    double unit;
} maps[] = {
    {{16, 132, 760, 280}, 1}, {{24, 180, 1150, 380}, 1.35}, {{40, 360, 2300, 760}, 2.7}, {{20, 140, 1240, 520}, 1}};
enum { MAPS = sizeof maps / sizeof maps[0] };

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

/* That of the name server is too short in most. */
Test(map_labels, in_first_mail_every_long_wire_has_its_label)
{
    struct seen seen = {0};
    look_at_maps("first-mail", &seen);
    cr_expect_geq(seen.labels, 4 * MAPS);
    canvas_forget_fonts();
}
