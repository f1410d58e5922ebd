/* Places to pixels, and a place for each label. */
#include "viz/draw/map_plan.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/layout.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/map_lanes.h"
#include "viz/draw/map_mail.h"
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

const double map_label_nearer = 2, map_label_from_hosts = 24;
static const double label_gap =
    16; /* a stamp on its lane passes between a link and its label; an envelope needs more */

/* Among more than these, hosts keep their size where there is any other way, and those around one router may have room
   for their names above them. */
enum { SOME_HOSTS = 10 };

struct planning {
    struct map_plan *plan;
    const struct story *story;
    struct canvas *canvas;
    struct text_style name, status;
    double icons;   /* as a part of their usual size */
    bool roof;      /* above the highest hosts there is room for their names, too: wires are on their other side */
    double *widths; /* of the hosts' labels, so that each is measured once */
};

static double label_height(const struct planning *p)
{
    return (p->name.size + (p->plan->terse ? 0 : p->status.size)) * 1.3;
}

static void place_icons(struct planning *p, const struct point *places)
{
    struct map_plan *m = p->plan;
    double u = m->unit, side = fmin(82 * u, m->area.w * 0.16);
    double icon = p->icons * fmin(60 * u, m->area.h * 0.24);
    struct point *at = mem_calloc(m->n_hosts + 1, sizeof *at);
    double roof = p->roof ? label_height(p) + 5 * u : 0, below = label_height(p) * (p->roof ? 0.4 : 1);
    double high = icon * (p->roof ? fmax(1.2, 1.12 + 4 * u / icon) : 1.2);
    m->room = box_of(m->area.x + side, m->area.y + icon * 0.62 + roof, m->area.w - 2 * side,
                     m->area.h - high - label_height(p) - roof);
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

static void place_wires(struct planning *p)
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

/* ---- Labels ---- */

double map_moving_width(const struct map_plan *plan)
{
    return fmin(map_envelope_width(plan), 26 * plan->unit);
}

/* Most lines lie all on one side of a box. */
static bool is_beside(struct point a, struct point b, struct box box)
{
    return (a.x < box.x && b.x < box.x) || (a.x > box.x + box.w && b.x > box.x + box.w) ||
           (a.y < box.y && b.y < box.y) || (a.y > box.y + box.h && b.y > box.y + box.h);
}

/* By clipping the line to the box (Liang and Barsky). */
bool map_line_meets_box(struct point a, struct point b, struct box box)
{
    if (is_beside(a, b, box)) return false;
    double from = 0, to = 1;
    double d[2] = {b.x - a.x, b.y - a.y}, s[2] = {a.x, a.y}, low[2] = {box.x, box.y},
           high[2] = {box.x + box.w, box.y + box.h};
    for (int k = 0; k < 2; k++) {
        if (fabs(d[k]) < 1e-9) {
            if (s[k] < low[k] || s[k] > high[k]) return false;
            continue;
        }
        double t0 = (low[k] - s[k]) / d[k], t1 = (high[k] - s[k]) / d[k];
        double first = t0 < t1 ? t0 : t1, last = t0 < t1 ? t1 : t0; /* the library's fmin and fmax are calls */
        from = first > from ? first : from;
        to = last < to ? last : to;
    }
    return from <= to;
}

static double turn(struct point a, struct point b, struct point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool map_lines_cross(struct point a, struct point b, struct point c, struct point d)
{
    return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

enum { MOST_WIRES = 8, ON_A_LINK = 60 };

static bool is_within(struct box area, struct box box)
{
    return box.x >= area.x && box.y >= area.y && box.x + box.w <= area.x + area.w && box.y + box.h <= area.y + area.h;
}

/* A pile, with the number of those that do not show. */
static struct box with_count(const struct map_plan *m, size_t host)
{
    struct box box = m->hosts[host].rest;
    double more = 26 * m->unit;
    return box_of(m->hosts[host].rest_left ? box.x - more : box.x, box.y - 3 * m->unit, box.w + more,
                  box.h + 6 * m->unit);
}

/* What a link does to a name here: its wire runs through it, its packets pass over it, or the envelope does. */
static int spoiled_by_link(const struct map_plan *m, size_t link, struct box box)
{

    const struct map_link *l = &m->links[link];
    struct box wide = map_moved_over(m, box);
    if (!map_line_meets_box(l->a, l->b, box_inset(wide, -m->stamp))) return 0;
    if (map_line_meets_box(l->a, l->b, box_inset(box, -3 * m->unit))) return ON_A_LINK;
    if (map_packets_touch(m, link, box, map_short_cut_units)) return ON_A_LINK;
    return l->carries_mail && map_line_meets_box(l->a, l->b, wide) ? ON_A_LINK : 0;
}

static int spoiled_by_links(const struct map_plan *m, struct box box, int enough)
{
    int n = 0;
    for (size_t i = 0; i < m->n_links && n < enough && n < ON_A_LINK * MOST_WIRES; i++)
        n += spoiled_by_link(m, i, box);
    return n < ON_A_LINK * MOST_WIRES ? n : ON_A_LINK * MOST_WIRES;
}

static bool holds_mail(const struct story *s, size_t host)
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
                if (degree[link.ends[end]] != 1 || holds_mail(s, link.ends[end])) continue;
                m->links[i].carries_mail = false;
                degree[link.ends[0]]--, degree[link.ends[1]]--;
                again = true;
            }
        }
    }
    mem_free(degree);
}

static bool is_on_the_left(const struct map_plan *m, size_t host)
{
    return m->hosts[host].at.x < m->area.x + m->area.w * 0.45;
}

/* Where envelopes would lie at a host that holds mail, had they the choice: above, away from the middle. */
static struct box wanted_for_rest(const struct map_plan *m, size_t host)
{
    struct point at = m->hosts[host].at;
    double w = map_envelope_width(m), r = m->icon, far = r * 1.06 + w / 2;
    return box_of(is_on_the_left(m, host) ? at.x - far : at.x + r * 0.46 - w / 2, at.y - r * 0.44 - w * 0.35,
                  far - r * 0.46 + w / 2, r * 0.1 + w * 0.7);
}

/* A line from the nearest edge of a label to the icon's edge. */
void map_leader_of(const struct map_plan *m, size_t h, struct box label, struct point *from, struct point *to)
{
    struct box icon = m->hosts[h].icon;
    *from = point_of(fmax(label.x, fmin(m->hosts[h].at.x, label.x + label.w)),
                     fmax(label.y, fmin(m->hosts[h].at.y, label.y + label.h)));
    *to = point_of(fmax(icon.x, fmin(from->x, icon.x + icon.w)), fmax(icon.y, fmin(from->y, icon.y + icon.h)));
}

static bool is_on_leader(const struct map_plan *m, size_t host, struct box box)
{
    struct point from, to;
    if (!m->hosts[host].afar) return false;
    map_leader_of(m, host, m->hosts[host].label, &from, &to);
    return map_line_meets_box(from, to, box);
}

/* How bad a place is for the name of this host, beside those that have theirs. However many links there are, they are
   less in the way than one icon or name. From `enough` on nobody counts any more. */
static int spoiled(const struct planning *p, size_t own, struct box box, int enough)
{
    enum { HIDDEN = ON_A_LINK * MOST_WIRES + 10, ANOTHERS = 24, ON_LEADER = 12, ENVELOPES = 5, ENVELOPES_ABOVE = 15 };
    const struct map_plan *m = p->plan;
    double near = 1.2 * box_distance(box, m->hosts[own].icon) + 2 * m->unit; /* one nearer would seem to be its host */
    int n = is_within(m->area, box) ? 0 : HIDDEN + 30;
    bool is_nearest = true;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, box_inset(m->hosts[h].icon, -(h == own ? 2 : 4) * m->unit))) n += HIDDEN;
        if (h != own && is_nearest && box_distance(box, m->hosts[h].icon) < near) n += ANOTHERS, is_nearest = false;
        if (holds_mail(p->story, h) && box_meets(box, wanted_for_rest(m, h)))
            n += p->roof ? ENVELOPES_ABOVE : ENVELOPES; /* below they would lie on the wire */
        if (h != own && box_meets(box, m->hosts[h].label)) n += HIDDEN;
        if (h != own && is_on_leader(m, h, box)) n += ON_LEADER;
    }
    return n < enough ? n + spoiled_by_links(m, box, enough - n) : n;
}

/* A long name at the edge is moved inwards rather than elsewhere. */
static struct box into_area(const struct map_plan *m, struct box box)
{
    box.x = fmax(m->area.x, fmin(box.x, m->area.x + m->area.w - box.w));
    return box;
}

static size_t without_last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : strlen(name);
}

const char *map_host_name(const struct map_plan *m, const struct story *s, size_t host, char buffer[MAP_NAME_BYTES])
{
    const char *name = story_host(s, host).name;
    size_t length = m->short_names ? without_last_part(name) : strlen(name);
    snprintf(buffer, MAP_NAME_BYTES, "%.*s", (int)length, name);
    return buffer;
}

/* Whether hosts are still told apart by names without their last parts. */
static bool can_be_short(const struct story *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *a = story_host(s, i).name;
        size_t length = without_last_part(a);
        if (length == 0) return false;
        for (size_t k = 0; k < i; k++) {
            const char *b = story_host(s, k).name;
            if (without_last_part(b) == length && strncmp(a, b, length) == 0) return false;
        }
    }
    return true;
}

static void measure_labels(struct planning *p)
{
    char name[MAP_NAME_BYTES], outbox[MAP_WORDS_BYTES], mailbox[MAP_WORDS_BYTES];
    snprintf(outbox, sizeof outbox, tr("%u mail in outbox"), 1u); /* two piles at once are rare, and may stand out */
    snprintf(mailbox, sizeof mailbox, tr("%u mail in mailbox"), 1u);
    double client = canvas_measure(p->canvas, &p->status, outbox, 0).x,
           server = canvas_measure(p->canvas, &p->status, mailbox, 0).x;
    for (size_t h = 0; h < p->plan->n_hosts; h++) {
        struct story_host host = story_host(p->story, h);
        map_host_name(p->plan, p->story, h, name);
        double w = canvas_measure(p->canvas, &p->name, name, 0).x + 4 * p->plan->unit;
        if (holds_mail(p->story, h) && !p->plan->terse) w = fmax(w, host.role == STORY_CLIENT ? client : server);
        p->widths[h] = w;
    }
}

/* A place for a name: beside the icon, or farther off at its side, where nobody takes it for another's. */
struct name_way {
    double x, y; /* from the icon's middle to the label's, in halves of icon and label together: -1 to 1 */
    double gap;  /* between the two, in units */
    enum align align;
    int cost; /* as spoiled() */
};

static const struct name_way name_ways[] = {
    {0, 1, 3, ALIGN_CENTRE, 0},    {0, -1, 3, ALIGN_CENTRE, 0},   {1, 0, 9, ALIGN_START, 0},
    {-1, 0, 9, ALIGN_END, 0},      {1.25, 1, 3, ALIGN_START, 0},  {-1.25, 1, 3, ALIGN_END, 0},
    {1.25, -1, 3, ALIGN_START, 0}, {-1.25, -1, 3, ALIGN_END, 0},  {0.4, 1, 3, ALIGN_CENTRE, 1},
    {-0.4, 1, 3, ALIGN_CENTRE, 1}, {0.4, -1, 3, ALIGN_CENTRE, 1}, {-0.4, -1, 3, ALIGN_CENTRE, 1},
    {1, 0.4, 9, ALIGN_START, 1},   {-1, 0.4, 9, ALIGN_END, 1},    {1, -0.4, 9, ALIGN_START, 1},
    {1.5, 1, 3, ALIGN_START, 1},   {-1.5, 1, 3, ALIGN_END, 1},    {1.5, -1, 3, ALIGN_START, 1},
    {-1.5, -1, 3, ALIGN_END, 1},   {-1, -0.4, 9, ALIGN_END, 1},   {1, 0, 26, ALIGN_START, 2},
    {-1, 0, 26, ALIGN_END, 2},     {0, 1, 14, ALIGN_CENTRE, 2},   {0, -1, 14, ALIGN_CENTRE, 2},
    {1, 0, 44, ALIGN_START, 4},    {-1, 0, 44, ALIGN_END, 4},     {1, 0, 64, ALIGN_START, 6},
    {-1, 0, 64, ALIGN_END, 6}};
enum { NAME_WAYS = sizeof name_ways / sizeof name_ways[0], PLAIN_WAYS = 8 };
enum {
    FEW_HOSTS = 80, /* of more, names are placed in the plain ways only, and once */
    FAR_HOSTS = 24  /* of more, there is no room for lines to names */
};

/* Between an icon and a name above it, so that an envelope at the icon's upper corner has room. */
static double gap_above(const struct map_plan *m)
{
    return fmax(3 * m->unit, 0.35 * map_envelope_width(m) - 0.06 * m->icon + m->unit);
}

static struct box name_box(const struct planning *p, size_t h, const struct name_way *way, double w, double height)
{
    const struct map_plan *m = p->plan;
    double r = m->icon / 2, gap = way->gap * m->unit, x = m->hosts[h].at.x, y = m->hosts[h].at.y;
    bool beside = fabs(way->x) == 1;
    if (p->roof && !beside && way->y < 0) gap = fmax(gap, gap_above(m));
    x += beside ? way->x * (r + gap + w / 2) : way->x * w / 2;
    y += beside ? way->y * (r + height) / 2 : way->y * (r + gap + height / 2);
    return into_area(m, box_of(x - w / 2, y - height / 2, w, height));
}

/* Whom the line from a label to its icon would cross: a name or an icon is out of the question, a wire is borne. */
static int crossed_by_leader(const struct map_plan *m, size_t own, struct box label)
{
    enum { OVER_A_NAME = 40, OVER_A_WIRE = 3 };
    struct point from, to;
    int n = 0;
    map_leader_of(m, own, label, &from, &to);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (h != own && (map_line_meets_box(from, to, m->hosts[h].icon) ||
                         (m->hosts[h].label.w > 0 && map_line_meets_box(from, to, m->hosts[h].label))))
            n += OVER_A_NAME;
    struct point middle = point_between(from, to, 0.5);
    for (size_t i = 0; i < m->n_links && n < OVER_A_NAME; i++) {
        struct point a = m->links[i].a, b = m->links[i].b;
        n += OVER_A_WIRE * (m->n_hosts > SOME_HOSTS
                                ? map_lines_cross(from, to, a, b)
                                : map_line_meets_box(a, b, box_inset(box_of(middle.x, middle.y, 0, 0), -2)));
    }
    return n;
}

/* What it costs to have a name so far from its icon. */
static int cost_of_leader(const struct map_plan *m, size_t host, struct box label)
{
    return 3 + (int)(box_distance(label, m->hosts[host].icon) / (7 * m->unit)) + crossed_by_leader(m, host, label);
}

struct far_search {
    struct planning *p;
    size_t host;
    struct point size;
    int best;
};

static void try_afar(struct far_search *f, struct box box)
{
    struct map_host *host = &f->p->plan->hosts[f->host];
    if (!is_within(f->p->plan->area, box)) return;
    int cost = spoiled(f->p, f->host, box, f->best);
    if (cost >= f->best) return;
    cost += cost_of_leader(f->p->plan, f->host, box);
    if (cost >= f->best) return;
    f->best = cost;
    host->label = box;
    host->align = box.x > host->at.x ? ALIGN_START : box.x + box.w < host->at.x ? ALIGN_END : ALIGN_CENTRE;
    host->above = box.y + box.h < host->at.y;
    host->afar = true;
}

/* On rings around the icon, ever farther off. */
static void search_afar(struct far_search *f)
{
    enum { RINGS = 24, STEPS = 16 };
    const struct map_plan *m = f->p->plan;
    double x = m->hosts[f->host].at.x, y = m->hosts[f->host].at.y, w = f->size.x, h = f->size.y;
    for (int ring = 0; ring < RINGS; ring++) {
        double gap = (6 + 7 * ring) * m->unit, dx = m->icon / 2 + gap + w / 2, dy = m->icon / 2 + gap + h / 2;
        if (3 + ring >= f->best) return;
        for (int i = 0; i <= STEPS; i++) {
            double part = (i % 2 ? -1.0 : 1.0) * ((i + 1) / 2) * 2 / STEPS; /* from the middles to the corners */
            for (int side = -1; side <= 1; side += 2) {
                try_afar(f, box_of(x + part * dx - w / 2, y - side * dy - h / 2, w, h));
                try_afar(f, box_of(x + side * dx - w / 2, y + part * dy - h / 2, w, h));
            }
        }
    }
}

static void place_host_label(struct planning *p, size_t h)
{
    struct map_plan *m = p->plan;
    struct map_host *host = &m->hosts[h];
    bool has_status = holds_mail(p->story, h) && !m->terse;
    double height = has_status ? label_height(p) : p->name.size * 1.3;
    int best = INT_MAX;
    host->afar = false;
    for (size_t i = 0; i < (m->n_hosts > FEW_HOSTS ? PLAIN_WAYS : NAME_WAYS); i++) {
        const struct name_way *way = &name_ways[i];
        struct box box = name_box(p, h, way, p->widths[h], height);
        if (way->cost >= best) continue;
        int n = way->cost + spoiled(p, h, box, best - way->cost);
        if (n >= best) continue;
        best = n;
        host->label = box;
        host->align = way->align;
        host->above = way->y < 0 && fabs(way->x) != 1;
    }
    struct far_search far = {p, h, {p->widths[h], height}, best};
    if (best > 0 && m->n_hosts <= FAR_HOSTS) search_afar(&far);
}

/* Nearer to another host than to its own: only a line tells whose it is. */
static bool is_stray(const struct map_plan *m, size_t own)
{
    struct box label = m->hosts[own].label;
    double near = box_distance(label, m->hosts[own].icon);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (h != own && box_distance(label, m->hosts[h].icon) < near) return true;
    return false;
}

static void no_labels(struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++)
        m->hosts[h].label = box_of(-1e6, -1e6, 0, 0), m->hosts[h].afar = false;
}

/* How bad the places of all names are together. */
static int all_spoiled(const struct planning *p)
{
    enum { NOBODY_IS_SO_BAD = 100000 };
    int n = 0;
    for (size_t h = 0; h < p->plan->n_hosts; h++)
        n += spoiled(p, h, p->plan->hosts[h].label, NOBODY_IS_SO_BAD) +
             (p->plan->hosts[h].afar ? cost_of_leader(p->plan, h, p->plan->hosts[h].label) : 0);
    return n;
}

/* One after the other; when all have a place, whoever is in the way may go aside. Who comes first has the choice, so it
   is tried from both ends. */
static void place_labels(struct planning *p)
{
    enum { ROUNDS = 3, ORDERS = 2 };
    struct map_plan *m = p->plan;
    size_t n = m->n_hosts;
    struct map_host *best = mem_calloc(n + 1, sizeof *best);
    int least = INT_MAX;
    for (int order = 0; order < (n > FEW_HOSTS ? 1 : ORDERS) && least > 0; order++) {
        no_labels(m);
        for (size_t h = 0; h < ROUNDS * n; h++)
            place_host_label(p, order ? n - 1 - h % n : h % n);
        int spoils = all_spoiled(p);
        if (spoils >= least) continue;
        least = spoils;
        memcpy(best, m->hosts, n * sizeof *best);
    }
    memcpy(m->hosts, best, n * sizeof *best);
    mem_free(best);
    for (size_t h = 0; h < n; h++) {
        m->hosts[h].on_link = spoiled_by_links(m, m->hosts[h].label, 1) > 0;
        m->hosts[h].strays = is_stray(m, h);
        m->hosts[h].afar = m->hosts[h].afar || m->hosts[h].strays;
    }
}

/* ---- Envelopes ---- */

double map_envelope_width(const struct map_plan *plan)
{
    return fmax(fmin(16 * plan->unit, plan->icon), plan->icon * 0.62);
}

/* With the tick or clock at its lower corner, on the side where the pile goes. At the edge of the map a pile is closer:
   nothing reaches beyond. */
struct point map_rest_place(const struct map_plan *plan, size_t host, size_t position)
{
    const struct map_host *h = &plan->hosts[host];
    const struct box area = plan->area;
    double dx = plan->icon * (h->rest_from + h->rest_step * (double)position),
           dy = plan->icon * (0.34 + 0.05 * (double)position);
    double x = h->at.x + (h->rest_left ? -dx : dx), y = h->at.y + (h->rest_below ? dy : -dy);
    double w = map_envelope_width(plan), half = w / 2, badge = 0.7 * w, high = 0.36 * w, low = 0.55 * w;
    double left = area.x + (h->rest_left ? badge : half), right = area.x + area.w - (h->rest_left ? half : badge);
    return point_of(fmax(left, fmin(x, right)), fmax(area.y + high, fmin(y, area.y + area.h - low)));
}

static struct box rest_box(const struct map_plan *plan, size_t host)
{
    double w = map_envelope_width(plan), h = w * 0.7;
    struct point first = map_rest_place(plan, host, 0), last = map_rest_place(plan, host, MAP_SHOWN_AT_HOST - 1);
    return box_of(fmin(first.x, last.x) - w / 2, fmin(first.y, last.y) - h / 2, fabs(last.x - first.x) + w,
                  fabs(last.y - first.y) + h);
}

/* What envelopes here would hide: a name is worse than a wire. From `enough` on nobody counts any more. */
static int hidden_by(const struct map_plan *m, size_t host, struct box box, int enough)
{
    int n = is_within(m->area, box) ? 0 : 6;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, m->hosts[h].label)) n += 9;
        if (h != host && box_meets(box, m->hosts[h].icon)) n += 9;
    }
    for (size_t i = 0; i < m->n_links && n < enough; i++)
        if (map_line_meets_box(m->links[i].a, m->links[i].b, box)) n += 2;
    return n;
}

/* The first of a pile is there most often. */
static int hidden_by_rest(const struct map_plan *m, size_t host, int enough)
{
    double w = map_envelope_width(m), h = w * 0.7;
    struct point first = map_rest_place(m, host, 0);
    int n = hidden_by(m, host, box_of(first.x - w / 2, first.y - h / 2, w, h), enough);
    if (m->n_hosts <= FEW_HOSTS && map_is_passed(m, with_count(m, host))) n++;
    return n >= enough ? n : n + hidden_by(m, host, m->hosts[host].rest, enough - n);
}

/* Rather away from the middle, where the links are, and above. Where there is little room the pile is closer; where it
   hides a name all the same, it stands farther off, or more on its host. */
static void place_rest(struct planning *p, size_t host)
{
    enum { CORNERS = 4, CLOSEST = 4, HIDES_A_NAME = 9 };
    static const double from[] = {0.7, 0.46, 0.32, 0.18};
    struct map_host *h = &p->plan->hosts[host], best = *h;
    bool outwards = is_on_the_left(p->plan, host);
    int least = INT_MAX;
    for (int way = 0; way < 4 * CORNERS * CLOSEST; way++) {
        int corner = way % CORNERS, closer = way / CORNERS % CLOSEST, off = way / (CORNERS * CLOSEST);
        if (off > 0 && least < HIDES_A_NAME) break;
        h->rest_from = from[off];
        h->rest_left = (corner % 2 == 0) == outwards;
        h->rest_below = corner >= 2;
        h->rest_step = fmax(0.02, 0.3 - 0.12 * closer);
        h->rest = rest_box(p->plan, host);
        int n = hidden_by_rest(p->plan, host, least);
        if (n >= least) continue;
        least = n;
        best = *h;
    }
    *h = best;
}

/* ---- Labels of links ---- */

/* How much stands in the way of a link's label here. The labels of the hosts and of the links before it have their
   places; other links keep `clear` away from it, and however many they are, they are less in the way than one name.
   From `enough` on nobody counts any more. */
static int hindrances(const struct planning *p, struct box box, size_t own_link, double clear, int enough)
{
    const struct map_plan *m = p->plan;
    int n = is_within(m->area, box) ? 0 : 12, wires = 0;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, box_inset(m->hosts[h].icon, -2 * m->unit))) n += 9;
        if (box_meets(box, m->hosts[h].label) || is_on_leader(m, h, box)) n += 9;
        if (m->hosts[h].rest.w > 0 && box_meets(box, with_count(m, h))) n += 9;
    }
    for (size_t i = 0; i < m->n_links && n + wires < enough && wires < MOST_WIRES; i++) {
        double away = i == own_link ? 3 * m->unit : clear;
        wires += map_line_meets_box(m->links[i].a, m->links[i].b, box_inset(box, -away)) || map_link_passes(m, i, box);
        if (i < own_link && m->links[i].label.w > 0 && box_meets(box_inset(box, -12 * m->unit), m->links[i].label))
            n += 2;
    }
    return n + (wires < MOST_WIRES ? wires : MOST_WIRES);
}

/* Away from a link, to the right of its way from a to b; of a length of 1. */
static struct point across(const struct map_link *link)
{
    double length = fmax(1, point_distance(link->a, link->b));
    return point_of(-(link->b.y - link->a.y) / length, (link->b.x - link->a.x) / length);
}

/* Between a link and its label: packets pass, and an envelope. */
static double gap_of_label(const struct map_plan *m, const struct map_link *link)
{
    struct point n = across(link);
    double packets = map_lane_off(m) + (fabs(n.x) + fabs(n.y)) * m->stamp,
           envelope = (fabs(n.x) + 0.72 * fabs(n.y)) * map_moving_width(m) / 2;
    return fmax(label_gap * m->unit, fmax(packets, envelope + 2 * m->unit));
}

/* Beside the line at this part of it, on the left (-1) or right (1) of its direction. */
static struct box box_beside(const struct map_plan *m, const struct map_link *link, double part, int side,
                             struct point size)
{
    struct point n = across(link), at = point_between(link->a, link->b, part);
    double off = side * (gap_of_label(m, link) + fabs(n.x) * size.x / 2 + fabs(n.y) * size.y / 2);
    return box_of(at.x + n.x * off - size.x / 2, at.y + n.y * off - size.y / 2, size.x, size.y);
}

static double distance_to_link(const struct map_link *link, struct point at)
{
    double dx = link->b.x - link->a.x, dy = link->b.y - link->a.y, square = dx * dx + dy * dy;
    double part = square > 0 ? ((at.x - link->a.x) * dx + (at.y - link->a.y) * dy) / square : 0;
    return point_distance(at, point_between(link->a, link->b, fmax(0, fmin(1, part))));
}

/* It must be `nearer` times as near to its own link as to any other. */
static bool could_be_anothers(const struct map_plan *m, size_t own_link, struct box box, double nearer)
{
    struct point middle = {box.x + box.w / 2, box.y + box.h / 2};
    double own = distance_to_link(&m->links[own_link], middle);
    for (size_t i = 0; i < m->n_links; i++)
        if (i != own_link && distance_to_link(&m->links[i], middle) < own * nearer) return true;
    return false;
}

/* How far it keeps from the icons and names of hosts: near to one, it would be taken for that host's. The two hosts
   that its link joins are half as bad. */
static double away_from_hosts(const struct planning *p, size_t own_link, struct box box)
{
    const struct map_plan *m = p->plan;
    struct story_link link = story_link(p->story, own_link);
    double least = 1e9;
    for (size_t h = 0; h < m->n_hosts; h++) {
        double away = box_distance(box, m->hosts[h].icon);
        if (m->hosts[h].label.w > 0) away = fmin(away, box_distance(box, m->hosts[h].label));
        least = fmin(least, h == link.ends[0] || h == link.ends[1] ? 2 * away : away);
    }
    return least;
}

/* One way to write a label, and how strict we are about what is near it, in units. */
struct label_way {
    struct point size;
    double clear;  /* other links keep so far away */
    double nearer; /* so many times nearer to its own link than to any other, or one could not tell whose it is */
    double apart;  /* from hosts, at least: never nearer than to its link */
};

/* On that side of its link, and at that spot along it, where the hosts are farthest; where they are far enough, in the
   middle. False: there is no such place. */
static bool place_link_label_by(struct planning *p, size_t i, const struct label_way *way)
{
    static const double parts[] = {0.5,  0.47, 0.53, 0.44, 0.56, 0.41, 0.59, 0.38, 0.62, 0.35,
                                   0.65, 0.32, 0.68, 0.29, 0.71, 0.26, 0.74, 0.23, 0.77};
    struct map_plan *m = p->plan;
    bool rises = (m->links[i].b.x - m->links[i].a.x) < 0; /* so that "above" comes first */
    double best = -1;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        for (int side = -1; side <= 1; side += 2) {
            struct box box = box_beside(m, &m->links[i], parts[k], rises ? -side : side, way->size);
            double away = fmin(away_from_hosts(p, i, box), map_label_from_hosts * m->unit);
            if (away < fmax(way->apart * m->unit, gap_of_label(m, &m->links[i])) || away <= best + 0.5) continue;
            if (hindrances(p, box, i, way->clear * m->unit, 1)) continue;
            if (could_be_anothers(m, i, box, way->nearer)) continue;
            m->links[i].label = box;
            m->links[i].align = ALIGN_CENTRE;
            best = away;
        }
    return best >= 0;
}

static void place_link_label(struct planning *p, size_t i)
{
    char text[128];
    struct story_link link = story_link(p->story, i);
    map_link_text(&link, text, sizeof text);
    struct text_style two_lines = p->status;
    two_lines.lines = 2;
    struct point one = canvas_measure(p->canvas, &p->status, text, 0);
    one.x += 2 * p->plan->unit;
    struct point two = canvas_measure(p->canvas, &two_lines, text, one.x * 0.74);
    two.x += 2 * p->plan->unit;
    /* In one line where there is any place for that. */
    const double near = map_label_nearer, far_off = map_label_from_hosts, close = label_gap - 1;
    const struct label_way ways[] = {{one, label_gap * 1.7, near * 1.6, far_off},
                                     {one, label_gap * 1.7, near, far_off},
                                     {one, close, near, far_off},
                                     {one, close, near, label_gap},
                                     {two, close, near, far_off},
                                     {two, close, near, label_gap},
                                     {one, 4, near, far_off},
                                     {one, 4, near, label_gap},
                                     {two, 4, near, far_off},
                                     {two, 4, near, label_gap}};
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
        if (place_link_label_by(p, i, &ways[way])) return;
    enum map_link_says says = *map_link_loss_text(&link, text, sizeof text) ? MAP_LINK_LOSS : MAP_LINK_RATE;
    if (says == MAP_LINK_RATE && !*map_link_rate_text(&link, text, sizeof text)) return;
    struct label_way brief = {canvas_measure(p->canvas, &p->status, text, 0), 4, near, label_gap};
    struct text_style down = p->status; /* what is said while the link is down fits, too, in smaller letters */
    down.bold = true;
    const char *const words[] = {tr("down one way"), tr("link down")};
    for (int k = 0; k < 2; k++)
        brief.size.x = fmax(brief.size.x, 0.65 * canvas_measure(p->canvas, &down, words[k], 0).x);
    brief.size.x += 2 * p->plan->unit;
    if (place_link_label_by(p, i, &brief)) p->plan->links[i].says = says;
}

enum { LABELLED_LINKS = 60, CROWD = 400 }; /* among more, no label would find a place */

static void place_hosts(struct planning *p, const struct point *places)
{
    double unit = p->plan->unit * p->plan->letters;
    p->name = theme_text(theme_of(false), FONT_PLAIN, unit);
    p->status = theme_text(theme_of(false), FONT_SMALL, unit);
    p->name.bold = true;
    measure_labels(p);
    place_icons(p, places);
    place_wires(p);
    if (!p->plan->few_names) place_labels(p);
}

/* What a pile or packets may hide is drawn over them. */
static void raise_hidden_labels(struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++) {
        struct map_host *host = &m->hosts[h];
        for (size_t k = 0; k < m->n_hosts && !host->on_link; k++)
            host->on_link = m->hosts[k].rest.w > 0 && box_meets(host->label, with_count(m, k));
        for (size_t i = 0; i < m->n_links && !host->on_link; i++)
            host->on_link = map_packets_touch(m, i, host->label, 0);
    }
}

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
        if (spoiled_by_links(m, m->hosts[h].label, 1) > 0) return true;
    return false;
}

/* A way to write all names. The large ones are chosen by what they cost, as spoiled() does; letters that would be
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
    double lacks = m->n_hosts > SOME_HOSTS ? fmax(0, good_icon - m->icon / m->unit) : 0;
    return way->cost + (way->letters < 1 && way->letters * m->unit < 1 ? SMALL_LETTERS : 0) + (int)(3 * lacks);
}

static void name_hosts(struct planning *p, const struct point *places, const struct letters_way *way, bool can_shorten)
{
    p->plan->letters = way->letters;
    p->icons = way->icons;
    p->plan->terse = way->terse;
    p->plan->short_names = way->is_short && can_shorten;
    place_hosts(p, places);
}

/* Then no wire leads away from the hosts above and below but to the middle (layout_star.h). */
static bool is_large_star(const struct planning *p)
{
    size_t n = p->plan->n_links;
    if (p->plan->n_hosts <= SOME_HOSTS || n == 0) return false;
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
    struct planning *p;
    const struct point *places;
    bool can_shorten, is_clear, best_roof;
    int best, least; /* of letters_ways, and its cost */
};

static void try_way(struct fitting *f, int i, bool roof)
{
    f->p->roof = roof;
    name_hosts(f->p, f->places, &letters_ways[i], f->can_shorten);
    if (any_collides(f->p->plan)) return;
    int cost = all_spoiled(f->p) + cost_of_way(f->p->plan, &letters_ways[i]);
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
static void fit_names(struct planning *p, const struct point *places)
{
    static const double smallest = 0.7; /* also of the letters at 100 % */
    struct map_plan *m = p->plan;
    struct fitting f = {.p = p, .places = places, .best = LETTERS_WAYS, .least = INT_MAX};
    f.can_shorten = m->n_hosts <= CROWD && can_be_short(p->story, m->n_hosts);
    bool may_lead = m->n_hosts <= FAR_HOSTS, may_have_roof = may_lead && is_large_star(p);
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
    place_hosts(p, places);
    no_labels(m);
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
    struct planning p = {.plan = m, .story = story, .canvas = canvas};
    p.widths = mem_calloc(m->n_hosts + 1, sizeof *p.widths);
    find_carriers(m, story);
    fit_names(&p, places);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (holds_mail(story, h)) place_rest(&p, h);
    map_lanes_cut(m, story);
    raise_hidden_labels(m);
    if (m->few_names) map_names_place(m, story, p.widths, p.name.size * 1.3);
    for (size_t i = 0; i < m->n_links && m->n_links <= LABELLED_LINKS; i++)
        place_link_label(&p, i);
    mem_free(p.widths);
    m->crowd = map_crowd_new(story);
    return m;
}

struct map_plan *map_plan_wordless(const struct story *story, struct box area, double unit, struct canvas *canvas)
{
    struct map_plan *m = empty_plan(story, area, unit);
    struct planning p = {.plan = m, .story = story, .canvas = canvas, .icons = 0.8};
    struct point *places = mem_calloc(m->n_hosts + 1, sizeof *places);
    m->wordless = m->terse = true;
    m->letters = 1;
    map_places(story, places);
    find_carriers(m, story);
    place_icons(&p, places);
    place_wires(&p);
    no_labels(m);
    for (size_t h = 0; h < m->n_hosts; h++)
        if (holds_mail(story, h)) place_rest(&p, h);
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
