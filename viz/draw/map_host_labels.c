/* A place for the name of each host. */
#include "viz/draw/map_plan_internal.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/map_mail.h"

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
bool map_names_can_be_short(const struct story *s, size_t n)
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

void map_measure_host_labels(struct map_planning *p)
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
        if (map_holds_mail(p->story, h) && !p->plan->terse) w = fmax(w, host.role == STORY_CLIENT ? client : server);
        p->widths[h] = w;
    }
}

/* A place for a name: beside the icon, or farther off at its side, where nobody takes it for another's. */
struct name_way {
    double x, y; /* from the icon's middle to the label's, in halves of icon and label together: -1 to 1 */
    double gap;  /* between the two, in units */
    enum align align;
    int cost; /* as map_spoiled() */
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

/* Between an icon and a name above it, so that an envelope at the icon's upper corner has room. */
static double gap_above(const struct map_plan *m)
{
    return fmax(3 * m->unit, 0.35 * map_envelope_width(m) - 0.06 * m->icon + m->unit);
}

static struct box name_box(const struct map_planning *p, size_t h, const struct name_way *way, double w, double height)
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
        n += OVER_A_WIRE * (m->n_hosts > MAP_SOME_HOSTS
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
    struct map_planning *p;
    size_t host;
    struct point size;
    int best;
};

static void try_afar(struct far_search *f, struct box box)
{
    struct map_host *host = &f->p->plan->hosts[f->host];
    if (!map_is_within(f->p->plan->area, box)) return;
    int cost = map_spoiled(f->p, f->host, box, f->best);
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

static void place_host_label(struct map_planning *p, size_t h)
{
    struct map_plan *m = p->plan;
    struct map_host *host = &m->hosts[h];
    bool has_status = map_holds_mail(p->story, h) && !m->terse;
    double height = has_status ? map_label_height(p) : p->name.size * 1.3;
    int best = INT_MAX;
    host->afar = false;
    for (size_t i = 0; i < (m->n_hosts > MAP_FEW_HOSTS ? PLAIN_WAYS : NAME_WAYS); i++) {
        const struct name_way *way = &name_ways[i];
        struct box box = name_box(p, h, way, p->widths[h], height);
        if (way->cost >= best) continue;
        int n = way->cost + map_spoiled(p, h, box, best - way->cost);
        if (n >= best) continue;
        best = n;
        host->label = box;
        host->align = way->align;
        host->above = way->y < 0 && fabs(way->x) != 1;
    }
    struct far_search far = {p, h, {p->widths[h], height}, best};
    if (best > 0 && m->n_hosts <= MAP_FAR_HOSTS) search_afar(&far);
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

void map_no_labels(struct map_plan *m)
{
    for (size_t h = 0; h < m->n_hosts; h++)
        m->hosts[h].label = box_of(-1e6, -1e6, 0, 0), m->hosts[h].afar = false;
}

/* How bad the places of all names are together. */
int map_all_spoiled(const struct map_planning *p)
{
    enum { NOBODY_IS_SO_BAD = 100000 };
    int n = 0;
    for (size_t h = 0; h < p->plan->n_hosts; h++)
        n += map_spoiled(p, h, p->plan->hosts[h].label, NOBODY_IS_SO_BAD) +
             (p->plan->hosts[h].afar ? cost_of_leader(p->plan, h, p->plan->hosts[h].label) : 0);
    return n;
}

/* One after the other; when all have a place, whoever is in the way may go aside. Who comes first has the choice, so it
   is tried from both ends. */
void map_place_host_labels(struct map_planning *p)
{
    enum { ROUNDS = 3, ORDERS = 2 };
    struct map_plan *m = p->plan;
    size_t n = m->n_hosts;
    struct map_host *best = mem_calloc(n + 1, sizeof *best);
    int least = INT_MAX;
    for (int order = 0; order < (n > MAP_FEW_HOSTS ? 1 : ORDERS) && least > 0; order++) {
        map_no_labels(m);
        for (size_t h = 0; h < ROUNDS * n; h++)
            place_host_label(p, order ? n - 1 - h % n : h % n);
        int spoils = map_all_spoiled(p);
        if (spoils >= least) continue;
        least = spoils;
        memcpy(best, m->hosts, n * sizeof *best);
    }
    memcpy(m->hosts, best, n * sizeof *best);
    mem_free(best);
    for (size_t h = 0; h < n; h++) {
        m->hosts[h].on_link = map_spoiled_by_links(m, m->hosts[h].label, 1) > 0;
        m->hosts[h].strays = is_stray(m, h);
        m->hosts[h].afar = m->hosts[h].afar || m->hosts[h].strays;
    }
}
