/* Places to pixels, and a place for each label. */
#include "viz/draw/map_plan_internal.h"

#include <math.h>

#include "sim/journal/memory.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/map_lanes.h"
#include "viz/draw/map_names.h"

/* ---- To pixels ---- */

static double nearest_neighbours(const struct point *at, size_t n)
{
    double least = 1e9;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            least = fmin(least, fmax(fabs(at[i].x - at[j].x), fabs(at[i].y - at[j].y)));
    return least;
}

double map_label_height(const struct map_planning *p)
{
    return (p->name.size + (p->plan->terse ? 0 : p->status.size)) * 1.3;
}

static void place_icons(struct map_planning *p, const struct point *places)
{
    struct map_plan *m = p->plan;
    double u = m->unit, side = fmin(82 * u, m->area.w * 0.16);
    double icon = p->icons * fmin(60 * u, m->area.h * 0.24);
    struct point *at = mem_calloc(m->n_hosts + 1, sizeof *at);
    double roof = p->roof ? map_label_height(p) + 5 * u : 0, below = map_label_height(p) * (p->roof ? 0.4 : 1);
    double high = icon * (p->roof ? fmax(1.2, 1.12 + 4 * u / icon) : 1.2);
    m->room = box_of(m->area.x + side, m->area.y + icon * 0.62 + roof, m->area.w - 2 * side,
                     m->area.h - high - map_label_height(p) - roof);
    for (size_t h = 0; h < m->n_hosts; h++)
        at[h] = point_of(m->room.x + places[h].x * m->room.w, m->room.y + places[h].y * m->room.h);
    double apart = nearest_neighbours(at, m->n_hosts);
    m->icon = fmax(fmax(8 * u, fmin(16 * u, apart * 0.86)), fmin(icon, (apart - below) * 0.72));
    m->stamp = map_stamp_units * u * fmax(0.5, fmin(1, m->icon / (20 * u)));
    for (size_t h = 0; h < m->n_hosts; h++) {
        m->hosts[h].at = at[h];
        m->hosts[h].icon = box_of(at[h].x - m->icon / 2, at[h].y - m->icon / 2, m->icon, m->icon);
    }
    mem_free(at);
}

/* How far a link keeps from the centre of an icon, so that it begins at its edge. */
static struct point edge_of_icon(const struct map_plan *m, struct point from, struct point to)
{
    double distance = point_distance(from, to);
    return distance > 1 ? point_between(from, to, fmin(0.45, m->icon * 0.56 / distance)) : from;
}

static void place_wires(struct map_planning *p)
{
    struct map_plan *m = p->plan;
    for (size_t i = 0; i < m->n_links; i++) {
        struct story_link link = story_link(p->story, i);
        struct point a = m->hosts[link.ends[0]].at, b = m->hosts[link.ends[1]].at;
        m->links[i].a = edge_of_icon(m, a, b);
        m->links[i].b = edge_of_icon(m, b, a);
    }
    map_lanes_lay(m);
}

bool map_holds_mail(const struct story *s, size_t host)
{
    enum story_role role = story_host(s, host).role;
    return role == STORY_MAIL_SERVER || role == STORY_CLIENT;
}

/* All but those that lead only to hosts which hold none: leaves of the network are taken off, one after the other. */
static void find_carriers(struct map_plan *m, const struct story *s)
{
    size_t *degree = mem_calloc(m->n_hosts + 1, sizeof *degree);
    for (size_t i = 0; i < m->n_links; i++) {
        m->links[i].carries_mail = true;
        for (int end = 0; end < 2; end++)
            degree[story_link(s, i).ends[end]]++;
    }
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < m->n_links; i++) {
            struct story_link link = story_link(s, i);
            for (int end = 0; end < 2 && m->links[i].carries_mail; end++) {
                if (degree[link.ends[end]] != 1 || map_holds_mail(s, link.ends[end])) continue;
                m->links[i].carries_mail = false;
                degree[link.ends[0]]--, degree[link.ends[1]]--;
                again = true;
            }
        }
    }
    mem_free(degree);
}

enum { LABELLED_LINKS = 60 }; /* among more, no label would find a place */

void map_place_hosts(struct map_planning *p, const struct point *places)
{
    double unit = p->plan->unit * p->plan->letters;
    p->name = theme_text(theme_of(false), FONT_PLAIN, unit);
    p->status = theme_text(theme_of(false), FONT_SMALL, unit);
    p->name.bold = true;
    map_measure_host_labels(p);
    place_icons(p, places);
    place_wires(p);
    if (!p->plan->few_names) map_place_host_labels(p);
}

/* What a pile or packets may hide is drawn over them. */
static void raise_hidden_labels(struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++) {
        struct map_host *host = &m->hosts[h];
        for (size_t k = 0; k < m->n_hosts && !host->on_link; k++)
            host->on_link = m->hosts[k].rest.w > 0 && box_meets(host->label, map_pile_with_count(m, k));
        for (size_t i = 0; i < m->n_links && !host->on_link; i++)
            host->on_link = map_packets_touch(m, i, host->label, 0);
    }
}

static struct map_plan *empty_plan(const struct story *story, struct box area, double unit)
{
    struct map_plan *m = mem_calloc(1, sizeof *m);
    m->area = area;
    m->unit = unit;
    m->n_hosts = story_host_count(story);
    m->n_links = story_link_count(story);
    m->hosts = mem_calloc(m->n_hosts + 1, sizeof *m->hosts);
    m->links = mem_calloc(m->n_links + 1, sizeof *m->links);
    return m;
}

struct map_plan *map_plan_new(const struct story *story, const struct point *places, struct box area, double unit,
                              struct canvas *canvas)
{
    struct map_plan *m = empty_plan(story, area, unit);
    struct map_planning p = {.plan = m, .story = story, .canvas = canvas};
    p.widths = mem_calloc(m->n_hosts + 1, sizeof *p.widths);
    find_carriers(m, story);
    map_fit_names(&p, places);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (map_holds_mail(story, h)) map_place_rest(&p, h);
    map_lanes_cut(m, story);
    raise_hidden_labels(m);
    if (m->few_names) map_names_place(m, story, p.widths, p.name.size * 1.3);
    for (size_t i = 0; i < m->n_links && m->n_links <= LABELLED_LINKS; i++)
        map_place_link_label(&p, i);
    mem_free(p.widths);
    m->crowd = map_crowd_new(story);
    return m;
}

struct map_plan *map_plan_wordless(const struct story *story, struct box area, double unit, struct canvas *canvas)
{
    struct map_plan *m = empty_plan(story, area, unit);
    struct map_planning p = {.plan = m, .story = story, .canvas = canvas, .icons = 0.8};
    struct point *places = mem_calloc(m->n_hosts + 1, sizeof *places);
    m->wordless = m->terse = true;
    m->letters = 1;
    map_places(story, places);
    find_carriers(m, story);
    place_icons(&p, places);
    place_wires(&p);
    map_no_labels(m);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (map_holds_mail(story, h)) map_place_rest(&p, h);
    map_lanes_cut(m, story);
    m->crowd = map_crowd_new(story);
    mem_free(places);
    return m;
}

struct point map_place_of(const struct map_plan *m, struct point at)
{
    return point_of(fmax(0, fmin(1, (at.x - m->room.x) / fmax(1, m->room.w))),
                    fmax(0, fmin(1, (at.y - m->room.y) / fmax(1, m->room.h))));
}

struct map_plan *map_plan_of(const struct story *story, struct box area, double unit, struct canvas *canvas)
{
    struct point *places = mem_calloc(story_host_count(story) + 1, sizeof *places);
    map_places(story, places);
    struct map_plan *plan = map_plan_new(story, places, area, unit, canvas);
    mem_free(places);
    return plan;
}

void map_plan_free(struct map_plan *plan)
{
    if (!plan) return;
    map_crowd_free(plan->crowd);
    mem_free(plan->hosts);
    mem_free(plan->links);
    mem_free(plan);
}
