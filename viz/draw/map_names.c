#include "viz/draw/map_names.h"

#include <math.h>
#include <string.h>

#include "viz/draw/map_crowd.h"
#include "viz/draw/map_mail.h"

/* ---- Places ---- */

enum { SIDES = 4, VERY_MANY = 400 }; /* of very many, only those that have names always look for a place */

static struct map_name side_of(const struct map_plan *m, size_t h, double w, double line, int side)
{
    double x = m->hosts[h].at.x, y = m->hosts[h].at.y, r = m->icon / 2, gap = 3 * m->unit;
    const struct box boxes[SIDES] = {
        box_of(x - w / 2, y + r + gap, w, line), box_of(x - w / 2, y - r - gap - line, w, line),
        box_of(x + r + 2 * gap, y - line / 2, w, line), box_of(x - r - 2 * gap - w, y - line / 2, w, line)};
    static const enum align aligns[SIDES] = {ALIGN_CENTRE, ALIGN_CENTRE, ALIGN_START, ALIGN_END};
    struct map_name name = {.box = boxes[side], .align = aligns[side]};
    name.box.x = fmax(m->area.x, fmin(name.box.x, m->area.x + m->area.w - w));
    return name;
}

/* Hosts that it would cover, and piles; those beyond `enough` are not counted. */
static int covered(const struct map_plan *m, size_t own, struct box box, int enough)
{
    int n = 0;
    if (box.y < m->area.y || box.y + box.h > m->area.y + m->area.h) n += 8;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, box_inset(m->hosts[h].icon, -m->unit))) n += 2;
        if (h != own && m->hosts[h].rest.w > 0 && box_meets(box, m->hosts[h].rest)) n++;
    }
    return n;
}

static bool meets_any(struct box box, const struct box *boxes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (box_meets(box, boxes[i])) return true;
    return false;
}

/* Roads first, since one finds one's way by them; then servers; clients last. */
static int order_of(enum story_role role)
{
    return role == STORY_CLIENT ? 2 : role == STORY_MAIL_SERVER ? 1 : 0;
}

/* The side on which it covers least. With `taken` only where it covers nothing and meets none of those. */
static bool find_side(const struct map_plan *m, size_t h, double w, double line, const struct map_names *taken,
                      struct map_name *best)
{
    int least = 1000;
    for (int side = 0; side < SIDES && least > 0; side++) {
        struct map_name name = side_of(m, h, w, line, side);
        if (taken && meets_any(box_inset(name.box, -4 * m->unit), taken->boxes, taken->n)) continue;
        int n = covered(m, h, name.box, taken ? 1 : least);
        if (n >= least || (taken && n > 0)) continue;
        least = n;
        *best = name;
        best->is_clear = n == 0;
    }
    return least < 1000;
}

void map_names_place(struct map_plan *m, const struct story *s, const double *widths, double line)
{
    struct map_names always = {.n = 0};
    for (int order = 0; order <= 2; order++)
        for (size_t h = 0; h < m->n_hosts; h++) {
            struct map_name *name = &m->hosts[h].name;
            if (order_of(story_host(s, h).role) != order) continue;
            name->is_always = always.n < MAP_NAMES_MOST / 2 && find_side(m, h, widths[h], line, &always, name);
            if (name->is_always) always.boxes[always.n++] = name->box;
            if (!name->is_always && m->n_hosts > VERY_MANY) *name = side_of(m, h, widths[h], line, 0);
            if (!name->is_always && m->n_hosts <= VERY_MANY) find_side(m, h, widths[h], line, NULL, name);
        }
}

/* ---- Who matters ---- */

struct choice {
    const struct view *v;
    const struct map_plan *plan;
    struct map_names *names;
};

/* over_icons: it is wanted even where it covers other hosts. */
static void want(struct choice *c, size_t host, bool over_icons)
{
    struct map_names *names = c->names;
    if (host == STORY_NONE || host >= c->plan->n_hosts || names->n == MAP_NAMES_MOST) return;
    const struct map_name *name = &c->plan->hosts[host].name;
    if (name->box.w <= 0 || (!over_icons && !name->is_clear)) return;
    for (size_t i = 0; i < names->n; i++)
        if (names->hosts[i] == host) return;
    if (meets_any(box_inset(name->box, -2 * c->plan->unit), names->boxes, names->n)) return;
    names->hosts[names->n] = host;
    names->boxes[names->n++] = name->box;
}

static void want_selected(struct choice *c, struct selection what)
{
    const struct story *s = c->v->story;
    size_t first;
    switch ((int)what.what) {
    case ACT_HOST:
        want(c, what.index, true);
        break;
    case ACT_LINK:
        for (int end = 0; what.index < c->plan->n_links && end < 2; end++)
            want(c, story_link(s, what.index).ends[end], true);
        break;
    case ACT_PACKET:
        want(c, story_packet(s, what.index)->from, true);
        want(c, story_packet(s, what.index)->to, true);
        break;
    case ACT_MAIL:
        for (size_t i = 0, n = story_mail_letters(s, what.index, &first); i < n && i < MAP_NAMES_MOST; i++)
            want(c, story_letter(s, first + i).host, true);
        break;
    default:
        break;
    }
}

static bool has_queue(const struct story *s, size_t host)
{
    return story_queue(s, host, STORY_MAIL_QUEUED) + story_queue(s, host, STORY_MAIL_ACTIVE) +
               story_queue(s, host, STORY_MAIL_DEFERRED) >
           0;
}

void map_names_choose(const struct view *v, const struct map_plan *plan, struct map_names *names)
{
    struct choice c = {v, plan, names};
    const size_t *transfers;
    size_t n = story_live_transfers(v->story, &transfers);
    names->n = 0;
    want_selected(&c, v->selection);
    want_selected(&c, v->hover);
    for (size_t i = 0; i < n && i < MAP_NAMES_MOST; i++) {
        want(&c, story_transfer(v->story, transfers[i])->from, i < 4);
        want(&c, story_transfer(v->story, transfers[i])->to, i < 4);
    }
    for (size_t h = 0, holders = 0; h < plan->n_hosts; h++)
        if (has_queue(v->story, h)) want(&c, h, holders++ < 3);
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (plan->hosts[h].name.is_clear && !story_host(v->story, h).up) want(&c, h, false);
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (plan->hosts[h].name.is_always) want(&c, h, false);
}

/* ---- Drawing ---- */

static void draw_name(const struct view *v, const struct map_plan *plan, size_t host)
{
    struct story_host shown = story_host(v->story, host);
    struct map_host place = plan->hosts[host];
    struct text_style style = view_text(v, FONT_PLAIN);
    bool is_looked_at = view_is_selected(v, ACT_HOST, host) || (v->hover.what == ACT_HOST && v->hover.index == host);
    place.label = place.name.box;
    style.size *= plan->letters;
    style.bold = true;
    style.across = place.name.align;
    style.down = ALIGN_CENTRE;
    if (!shown.up) style.colour = v->theme->faint;
    if (is_looked_at) style.colour = v->theme->accent;
    canvas_fill_round(v->canvas, place.label, 4 * v->unit, v->theme->panel);
    char name[MAP_NAME_BYTES];
    canvas_text(v->canvas, place.label, &style, map_host_name(plan, v->story, host, name));
}

static uint64_t key_of(const struct view *v, const struct map_names *names)
{
    uint64_t key = v->hover.what == ACT_HOST ? v->hover.index + 1 : 0;
    key = key * 3 + (v->selection.what == ACT_HOST ? v->selection.index + 1 : 0);
    for (size_t i = 0; i < names->n; i++)
        key = (key ^ (2 * names->hosts[i] + story_host(v->story, names->hosts[i]).up)) * UINT64_C(0x9e3779b97f4a7c15);
    return key | 1;
}

static void draw_all(const struct view *v, const struct map_plan *plan, const struct map_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        draw_name(v, plan, names->hosts[i]);
}

/* In a crowd they are kept as a picture as long as they stay the same. */
void map_names_draw(const struct view *v, const struct map_plan *plan, const struct map_names *names)
{
    struct map_crowd *crowd = plan->crowd;
    if (!crowd->is_one) {
        draw_all(v, plan, names);
        return;
    }
    map_crowd_layer(v, plan);
    uint64_t key = key_of(v, names);
    if (key != crowd->named) {
        struct view layer = *v;
        layer.canvas = crowd->words;
        layer.targets = NULL;
        canvas_clear(layer.canvas, plan->area);
        draw_all(&layer, plan, names);
        crowd->named = key;
    }
    canvas_paint_layer(v->canvas, crowd->words, floor(plan->area.x), floor(plan->area.y));
}
