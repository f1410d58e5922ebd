/* How large the letters and icons of a map can be. */
#include "viz/draw/map_plan_internal.h"

#include <limits.h>
#include <math.h>

enum { CROWD = 400 }; /* among more, no label would find a place */

static bool label_collides(const struct map_plan *m, size_t h)
{
    const struct map_host *a = &m->hosts[h];
    bool sticks_out = a->label.y < m->area.y - 1 || a->label.y + a->label.h > m->area.y + m->area.h + 1;
    if (a->label.w > 0 && sticks_out) return true;
    for (size_t k = 0; k < m->n_hosts && a->label.w > 0; k++) {
        const struct map_host *b = &m->hosts[k];
        if (box_meets(a->label, b->icon)) return true;
        if (k != h && b->label.w > 0 && box_meets(a->label, b->label)) return true;
    }
    return false;
}

static bool any_collides(const struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++)
        if (label_collides(m, h)) return true;
    return false;
}

static bool any_on_link(const struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++)
        if (map_spoiled_by_links(m, m->hosts[h].label, 1) > 0) return true;
    return false;
}

/* A way to write all names. The large ones are chosen by what they cost, as map_spoiled() does; letters that would be
   smaller than those of a plain window cost more. */
static const struct letters_way {
    double letters, icons; /* as parts of their usual size */
    bool terse, is_short;
    int cost;
} letters_ways[] = {{1, 1, false, false, 0},        {1, 0.75, false, false, 6},     {0.85, 1, false, false, 20},
                    {0.85, 0.75, false, false, 24}, {0.75, 0.75, false, false, 34}, {0.7, 0.75, false, false, 40},
                    {1, 0.75, true, false, 44},     {0.85, 0.75, true, false, 46},  {0.7, 0.75, true, false, 48},
                    {0.85, 0.75, true, true, 50},   {0.7, 0.75, true, true, 52},    {0.6, 0.75, true, true, 54},
                    {0.5, 0.75, true, true, 60},    {0.42, 0.75, true, true, 80},   {0.36, 0.75, true, true, 90}};
enum { LETTERS_WAYS = sizeof letters_ways / sizeof letters_ways[0], LARGE_WAYS = 5, SMALL_LETTERS = 25 };

static int cost_of_way(const struct map_plan *m, const struct letters_way *way)
{
    static const double good_icon = 30;
    double lacks = m->n_hosts > MAP_SOME_HOSTS ? fmax(0, good_icon - m->icon / m->unit) : 0;
    return way->cost + (way->letters < 1 && way->letters * m->unit < 1 ? SMALL_LETTERS : 0) + (int)(3 * lacks);
}

static void name_hosts(struct map_planning *p, const struct point *places, const struct letters_way *way,
                       bool can_shorten)
{
    p->plan->letters = way->letters;
    p->icons = way->icons;
    p->plan->terse = way->terse;
    p->plan->short_names = way->is_short && can_shorten;
    map_place_hosts(p, places);
}

/* Then no wire leads away from the hosts above and below but to the middle (layout_star.h). */
static bool is_large_star(const struct map_planning *p)
{
    size_t n = p->plan->n_links;
    if (p->plan->n_hosts <= MAP_SOME_HOSTS || n == 0) return false;
    struct story_link first = story_link(p->story, 0);
    for (int end = 0; end < 2; end++) {
        size_t hub = first.ends[end], on_hub = 0;
        for (size_t i = 0; i < n; i++) {
            struct story_link link = story_link(p->story, i);
            on_hub += link.ends[0] == hub || link.ends[1] == hub;
        }
        if (on_hub == n) return true;
    }
    return false;
}

/* What is known of the ways that were tried. */
struct fitting {
    struct map_planning *p;
    const struct point *places;
    bool can_shorten, is_clear, best_roof;
    int best, least; /* of letters_ways, and its cost */
};

static void try_way(struct fitting *f, int i, bool roof)
{
    f->p->roof = roof;
    name_hosts(f->p, f->places, &letters_ways[i], f->can_shorten);
    if (any_collides(f->p->plan)) return;
    int cost = map_all_spoiled(f->p) + cost_of_way(f->p->plan, &letters_ways[i]);
    if (cost < f->least) {
        f->least = cost;
        f->best = i;
        f->best_roof = roof;
    }
    f->is_clear = f->is_clear || !any_on_link(f->p->plan);
}

/* Icons and names are smaller where names would lie on each other, beyond the edge or where packets pass; as small as
   one can read from the back row. Where that does not help, names alone, then without their last parts, and of large
   letters smaller ones still: somebody who is not named is worse. Where there is no room for all even so, not all have
   one (map_names.h). */
void map_fit_names(struct map_planning *p, const struct point *places)
{
    static const double smallest = 0.7; /* also of the letters at 100 % */
    struct map_plan *m = p->plan;
    struct fitting f = {.p = p, .places = places, .best = LETTERS_WAYS, .least = INT_MAX};
    f.can_shorten = m->n_hosts <= CROWD && map_names_can_be_short(p->story, m->n_hosts);
    bool may_lead = m->n_hosts <= MAP_FAR_HOSTS, may_have_roof = may_lead && is_large_star(p);
    for (int i = 0; i < LETTERS_WAYS && m->n_hosts <= CROWD && f.least > 0; i++) {
        bool is_good = f.best < LETTERS_WAYS && (!may_lead || (f.is_clear && letters_ways[i].cost >= f.least));
        if (i >= LARGE_WAYS && is_good) break;
        const struct letters_way *way = &letters_ways[i];
        if (way->letters < smallest && way->letters * m->unit < smallest) break;
        for (int roof = 0; roof <= (may_have_roof ? 1 : 0); roof++)
            try_way(&f, i, roof == 1);
    }
    p->roof = f.best_roof;
    if (f.best < LETTERS_WAYS) {
        name_hosts(p, places, &letters_ways[f.best], f.can_shorten);
        return;
    }
    m->letters = p->icons = 1;
    m->terse = m->few_names = true;
    map_place_hosts(p, places);
    map_no_labels(m);
}
