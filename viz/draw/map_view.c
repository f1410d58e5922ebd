/* Packets keep to the right of their link, so that the two directions do not hide each other. A lost packet leaves a
   cross that fades within a few seconds on the screen. */
#include "viz/draw/map_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/map_lanes.h"
#include "viz/draw/map_mail.h"
#include "viz/draw/map_names.h"
#include "viz/draw/map_words.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"

static const double drop_fades_s = 3.5;

enum { MANY_LINKS = 60, LABELLED_PACKETS = 4, SHOWN_IN_QUEUE = 6, SHOWN_DROPS = 200 };

/* ---- What stays ---- */

/* Thinner among very small hosts: there are many of both. */
static void draw_wire(const struct view *v, const struct map_plan *plan, size_t index, const struct story_link *link)
{
    const struct map_link *place = &plan->links[index];
    double width = view_units(v, 2.5) * fmin(1, 0.3 + 0.7 * plan->icon / view_units(v, 26));
    if (plan->n_links > MANY_LINKS) width *= 0.55;
    if (link->up[0] && link->up[1])
        canvas_line(v->canvas, place->a, place->b, width, v->theme->wire);
    else
        canvas_dashed(v->canvas, place->a, place->b, width, view_units(v, 7), v->theme->wire_down);
}

static void draw_wire_label(const struct view *v, const struct map_plan *plan, size_t index,
                            const struct story_link *link)
{
    char text[160];
    const struct map_link *place = &plan->links[index];
    struct text_style style = view_faint(v, FONT_SMALL);
    style.size *= plan->letters;
    style.across = place->align;
    style.down = ALIGN_CENTRE;
    style.lines = place->label.h < 1.8 * style.size ? 1 : 2;
    if (place->says == MAP_LINK_LOSS)
        map_link_loss_text(link, text, sizeof text);
    else if (place->says == MAP_LINK_RATE)
        map_link_rate_text(link, text, sizeof text);
    else
        map_link_text(link, text, sizeof text);
    /* What has changed since the label got its place may be longer: what is lost matters most then. */
    if (place->says == MAP_LINK_ALL && !canvas_text_fits(v->canvas, &style, text, place->label.w)) {
        if (!*map_link_loss_text(link, text, sizeof text)) map_link_rate_text(link, text, sizeof text);
    }
    if (!link->up[0] || !link->up[1]) {
        style.colour = v->theme->wire_down;
        style.bold = true;
        if (place->says != MAP_LINK_ALL) style.lines = 1;
        const char *one_way = link->up[0] || link->up[1] ? tr("down one way") : tr("link down");
        snprintf(text, sizeof text, "%s", one_way);
        style = view_fitted(v, style, text, place->label.w, 0.6);
    }
    if (place->label.w > 0) canvas_text(v->canvas, place->label, &style, text);
}

static void draw_leader(const struct view *v, const struct map_plan *plan, size_t index)
{
    struct point from, to;
    map_leader_of(plan, index, plan->hosts[index].label, &from, &to);
    if (plan->hosts[index].strays || point_distance(from, to) > view_units(v, 8))
        canvas_leader(v->canvas, from, to, view_units(v, 1), colour_with_alpha(v->theme->faint, 0.7));
}

void map_view_draw_name(const struct view *v, const struct map_plan *plan, size_t index)
{
    const struct map_host *place = &plan->hosts[index];
    if (place->label.w <= 0) return;
    struct story_host shown = story_host(v->story, index), *host = &shown;
    struct text_style style = view_text(v, FONT_PLAIN);
    style.size *= plan->letters;
    style.bold = true;
    style.across = place->align;
    style.down = place->above ? ALIGN_END : ALIGN_START; /* next to the icon */
    if (!host->up) style.colour = v->theme->faint;
    char name[MAP_NAME_BYTES];
    map_host_name(plan, v->story, index, name);
    if (place->afar) draw_leader(v, plan, index);
    if (place->on_link) map_label_ground(v, place, &style, name);
    canvas_text(v->canvas, place->label, &style, name);
}

static void draw_host(const struct view *v, const struct map_plan *plan, size_t index)
{
    struct story_host host = story_host(v->story, index);
    shape_host(v->canvas, v->theme, host.role, host.up, plan->hosts[index].at, plan->icon);
    map_view_draw_name(v, plan, index);
}

void map_view_draw_still(const struct view *v, const struct map_plan *plan)
{
    for (size_t i = 0; i < plan->n_links; i++) {
        struct story_link link = story_link(v->story, i);
        draw_wire(v, plan, i, &link);
    }
    for (size_t i = 0; i < plan->n_links; i++) {
        struct story_link link = story_link(v->story, i);
        draw_wire_label(v, plan, i, &link);
    }
    for (size_t h = 0; h < plan->n_hosts; h++)
        draw_host(v, plan, h);
}

uint64_t map_view_still_key(const struct view *v)
{
    return story_world_key(v->story);
}

/* ---- Packets ---- */

bool map_view_packet_at(const struct view *v, const struct map_plan *plan, size_t hop_index, struct point *at)
{
    const struct story_hop *hop = story_hop(v->story, hop_index);
    int64_t now = story_now(v->story);
    if (now < hop->sent_ns || now > hop->end_ns) return false;
    *at = map_lane_at(&plan->links[hop->link].lanes[hop->dir], view_moved(v, story_hop_place(hop, now)));
    return true;
}

static void draw_stamp(const struct view *v, const struct map_plan *plan, struct map_words *words,
                       const struct story_hop *hop, struct point at)
{
    const struct story_packet *packet = story_packet(v->story, hop->packet);
    double r = plan->stamp;
    bool selected = view_is_selected(v, ACT_PACKET, hop->packet), stamped = plan->crowd->is_one && !selected;
    if (stamped && !stamps_take_room(plan->crowd->stamps, packet->class, at)) return;
    if (selected) {
        canvas_disc(v->canvas, at, r * 2, colour_with_alpha(v->theme->accent, 0.25));
        canvas_ring(v->canvas, at, r * 2, view_units(v, 2), v->theme->accent);
    }
    if (stamped)
        stamps_packet(plan->crowd->stamps, v->canvas, packet->class, at, r);
    else
        shape_packet(v->canvas, v->theme, packet->class, at, r, 1);
    map_words_keep_off(words, box_of(at.x - r, at.y - r, 2 * r, 2 * r));
    targets_add_box(v->targets, ACT_PACKET, hop->packet, box_of(at.x - r * 1.5, at.y - r * 1.5, 3 * r, 3 * r));
}

static void draw_packet_word(const struct view *v, const struct map_plan *plan, struct map_words *words, size_t packet,
                             struct point at)
{
    char text[96];
    packet_words(v->story, packet, text, sizeof text);
    struct colour ink = colour_mix(v->theme->class[story_packet(v->story, packet)->class], v -> theme -> ink, 0.45);
    map_words_say(v, plan, words, at, text, ink);
}

/* Those that wait stand in a row at the sending end, away from the wire: side is 1 where their lane is, -1 across; 0
   where there is no room for a row: at the beginning of the lane. */
static struct point queue_point(const struct map_plan *plan, size_t link, int dir, int side, size_t position)
{
    const struct map_lane *lane = &plan->links[link].lanes[dir];
    if (side == 0) return lane->from;
    double off = map_lane_off(plan) * (side - 1) + side * 1.375 * plan->stamp * (double)(position + 1);
    return point_of(lane->from.x + lane->right.x * off, lane->from.y + lane->right.y * off);
}

static bool is_clear(const struct map_plan *plan, size_t link, size_t own, struct point at)
{
    double r = plan->stamp;
    struct box box = box_of(at.x - r, at.y - r, 2 * r, 2 * r), area = plan->area;
    if (box.x < area.x || box.y < area.y || box.x + box.w > area.x + area.w || box.y + box.h > area.y + area.h)
        return false;
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (box_meets(box, plan->hosts[h].label) || (h != own && box_meets(box, plan->hosts[h].icon))) return false;
    for (size_t i = 0; i < plan->n_links; i++) {
        const struct map_link *other = &plan->links[i];
        if (box_meets(box, other->label) || (i != link && map_line_meets_box(other->a, other->b, box))) return false;
    }
    return true;
}

static struct text_style count_style(const struct view *v)
{
    struct text_style style = view_faint(v, FONT_SMALL);
    style.across = style.down = ALIGN_CENTRE;
    return style;
}

/* Beyond the last that is shown, for a number of two digits. */
static struct box count_box(const struct view *v, const struct map_plan *plan, size_t link, int dir,
                            const struct map_row *row)
{
    const struct map_lane *lane = &plan->links[link].lanes[dir];
    struct text_style style = count_style(v);
    struct point last = queue_point(plan, link, dir, row->side, row->first + row->shown - 1),
                 away = {lane->right.x * row->side, lane->right.y * row->side};
    double w = canvas_measure(v->canvas, &style, "+00", 0).x + 2, h = view_units(v, 16);
    double off = plan->stamp + fabs(away.x) * w / 2 + fabs(away.y) * h / 2;
    return box_of(last.x + away.x * off - w / 2, last.y + away.y * off - h / 2, w, h);
}

/* Where nothing else is, and nothing passes. */
static bool has_room_for_count(const struct view *v, const struct map_plan *plan, size_t link, int dir,
                               const struct map_row *row)
{
    struct box box = count_box(v, plan, link, dir, row);
    for (size_t h = 0; h < plan->n_hosts; h++) {
        const struct map_host *host = &plan->hosts[h];
        if (box_meets(box, host->label) || box_meets(box, host->icon) ||
            (host->rest.w > 0 && box_meets(box, host->rest)))
            return false;
    }
    for (size_t i = 0; i < plan->n_links; i++)
        if (plan->links[i].label.w > 0 && box_meets(box, plan->links[i].label)) return false;
    return !map_is_passed(plan, box);
}

/* On the side where more of it finds no host, wire, label or edge of the map in its way, beyond a label if need be, and
   no longer than that; beyond it is a place for the number of those that are not shown. */
static struct map_row find_row(const struct view *v, const struct map_plan *plan, size_t link, int dir)
{
    enum { FARTHEST = 6 };
    size_t own = story_link(v->story, link).ends[dir];
    struct map_row best = {.is_known = true, .shown = 1};
    int best_score = 0;
    for (int side = 1; side >= -1; side -= 2)
        for (size_t first = 0; first < FARTHEST; first++) {
            struct map_row row = {.is_known = true, .side = side, .first = first};
            while (row.shown < SHOWN_IN_QUEUE &&
                   is_clear(plan, link, own, queue_point(plan, link, dir, side, first + row.shown)))
                row.shown++;
            while (row.shown > 0 && !has_room_for_count(v, plan, link, dir, &row))
                row.shown--;
            int score = 2 * (int)row.shown - 3 * (int)first;
            if (row.shown == 0 || (best.side != 0 && score <= best_score)) continue;
            best_score = score;
            best = row;
            if (row.shown == SHOWN_IN_QUEUE) break;
        }
    if (best.side != 0) best.count = count_box(v, plan, link, dir, &best);
    return best;
}

/* Those that wait for one direction of a link. */
struct waiting {
    size_t all, seen;
    const struct map_row *row; /* of those that are seen */
};

static void draw_queue_rest(const struct view *v, const struct map_plan *plan, struct map_words *words,
                            const struct waiting *waiting)
{
    char text[32];
    struct text_style style = count_style(v);
    snprintf(text, sizeof text, "+%zu", waiting->all - waiting->row->shown);
    if (waiting->row->count.w <= 0 || !map_words_take(words, plan, waiting->row->count)) return;
    style = view_fitted(v, style, text, waiting->row->count.w, 0.6);
    canvas_fill_round(v->canvas, waiting->row->count, 4, colour_with_alpha(v->theme->panel, 0.8));
    canvas_text(v->canvas, waiting->row->count, &style, text);
}

/* Where there is no room for a row only the first is seen, and a word says how many there are. */
static void say_queue(const struct view *v, const struct map_plan *plan, struct map_words *words, size_t link, int dir,
                      const struct waiting *waiting)
{
    char text[64];
    unsigned long n = (unsigned long)waiting->all;
    snprintf(text, sizeof text, tr_count("%lu packet waits", "%lu packets wait", n), n);
    map_words_say(v, plan, words, queue_point(plan, link, dir, 0, 0), text, v->theme->faint);
}

static struct waiting *waiting_at(struct waiting *waiting, const struct story_hop *hop)
{
    return &waiting[2 * hop->link + (hop->dir ? 1 : 0)];
}

static bool is_waiting(const struct view *v, const struct story_hop *hop)
{
    return story_hop_place(hop, story_now(v->story)) < 0;
}

/* Its place in the row; false when it is not shown. */
static bool place_waiting(const struct view *v, const struct map_plan *plan, const struct story_hop *hop,
                          struct waiting *w, struct point *at)
{
    size_t before = w->seen++;
    struct map_row *row = &plan->crowd->rows[2 * hop->link + (hop->dir ? 1 : 0)];
    if (!row->is_known) *row = find_row(v, plan, hop->link, hop->dir);
    w->row = row;
    *at = queue_point(plan, hop->link, hop->dir, row->side, row->first + before);
    return before < row->shown;
}

static void draw_packets(const struct view *v, const struct map_plan *plan, struct map_words *words,
                         struct waiting *waiting)
{
    const size_t *hops;
    size_t n = story_live_hops(v->story, &hops);
    for (size_t i = 0; i < n; i++) {
        const struct story_hop *hop = story_hop(v->story, hops[i]);
        if (is_waiting(v, hop)) waiting_at(waiting, hop)->all++;
    }
    for (size_t i = 0; i < n; i++) {
        const struct story_hop *hop = story_hop(v->story, hops[i]);
        struct point at = map_lane_at(&plan->links[hop->link].lanes[hop->dir],
                                      view_moved(v, story_hop_place(hop, story_now(v->story))));
        if (is_waiting(v, hop) && !place_waiting(v, plan, hop, waiting_at(waiting, hop), &at)) continue;
        draw_stamp(v, plan, words, hop, at);
    }
}

static void draw_counts(const struct view *v, const struct map_plan *plan, struct map_words *words,
                        const struct waiting *waiting)
{
    for (size_t i = 0; i < 2 * plan->n_links; i++) {
        if (waiting[i].seen == 0 || waiting[i].all <= waiting[i].row->shown) continue;
        if (waiting[i].row->side == 0)
            say_queue(v, plan, words, i / 2, (int)(i % 2), &waiting[i]);
        else
            draw_queue_rest(v, plan, words, &waiting[i]);
    }
}

static void say_packets(const struct view *v, const struct map_plan *plan, struct map_words *words)
{
    const size_t *hops;
    size_t n = story_live_hops(v->story, &hops);
    for (size_t i = 0; i < n && n <= LABELLED_PACKETS; i++) {
        struct point at;
        if (map_view_packet_at(v, plan, hops[i], &at))
            draw_packet_word(v, plan, words, story_hop(v->story, hops[i])->packet, at);
    }
}

/* ---- The dying ---- */

/* A loss whose cross is still to be seen, and where. */
struct dying {
    size_t packet, where; /* of the links and then the hosts */
    struct point at;
    double alpha;
    bool not_taken;
};

static bool lies_on_still(const struct map_plan *plan, struct point at, double r)
{
    struct box box = box_of(at.x - r, at.y - r, 2 * r, 2 * r);
    for (size_t i = 0; i < plan->n_links; i++)
        if (plan->links[i].label.w > 0 && box_meets(box, plan->links[i].label)) return true;
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (box_meets(box, plan->hosts[h].icon) || (plan->hosts[h].label.w > 0 && box_meets(box, plan->hosts[h].label)))
            return true;
    return false;
}

enum { MOST_STEPS = 48 };

/* The first place free of what stands, in steps of a unit from here. False: there is none. */
static bool find_free(const struct map_plan *plan, struct point from, struct point step, size_t most, double r,
                      struct point *at)
{
    for (size_t i = 0; i < most && i < MOST_STEPS; i++) {
        *at = point_of(from.x + (double)i * step.x, from.y + (double)i * step.y);
        if (!lies_on_still(plan, *at, r)) return true;
    }
    return false;
}

/* A cross is larger than its packet, and sinks a little: it goes back on the lane as far as a name demands, or on where
   its packet died at once, beside its host; or beside the lane. */
static struct point place_of_cross(const struct map_plan *plan, const struct map_lane *lane, double part, double sink)
{
    double length = fmax(1, point_distance(lane->from, lane->to)), u = plan->unit, r = plan->stamp * 1.4;
    struct point on = {(lane->to.x - lane->from.x) / length * u, (lane->to.y - lane->from.y) / length * u},
                 place = map_lane_at(lane, part), sunk = point_of(place.x, place.y + sink), at;
    size_t back = (size_t)(part * length / u) + 1; /* not behind the beginning of the lane */
    if (find_free(plan, sunk, point_of(-on.x, -on.y), back, r, &at)) return at;
    if (find_free(plan, sunk, on, MOST_STEPS, r, &at)) return at;
    if (find_free(plan, place, point_of(-lane->right.x * u, -lane->right.y * u), MOST_STEPS, r, &at)) return at;
    return place; /* where its packet was */
}

static bool find_dying(const struct view *v, const struct map_plan *plan, const struct story_drop *drop,
                       struct dying *dying)
{
    if (drop->hop == STORY_NONE && drop->host == STORY_NONE) return false; /* nobody knows where */
    double age = fmax(0, view_age_s(v, drop->at_ns + 1));
    *dying = (struct dying){.packet = drop->packet, .not_taken = drop->hop == STORY_NONE};
    dying->alpha = fmax(0, fmin(1, 1.4 * (1 - age / drop_fades_s)));
    if (dying->alpha <= 0) return false;
    double sink = view_units(v, 5) * fmin(age, 1.5);
    if (drop->hop == STORY_NONE) {
        double most = fmax(0, plan->icon / 2 - 1.5 * plan->stamp); /* not onto the name below */
        dying->where = plan->n_links + drop->host;
        dying->at = point_of(plan->hosts[drop->host].at.x, plan->hosts[drop->host].at.y + fmin(sink, most));
        return true;
    }
    const struct story_hop *hop = story_hop(v->story, drop->hop);
    dying->where = hop->link;
    dying->at = place_of_cross(plan, &plan->links[hop->link].lanes[hop->dir], drop->place, sink);
    return true;
}

static void draw_cross(const struct view *v, const struct map_plan *plan, struct map_words *words,
                       const struct dying *d)
{
    double r = plan->stamp;
    struct box box = box_of(d->at.x - r * 1.5, d->at.y - r * 1.5, 3 * r, 3 * r);
    shape_packet(v->canvas, v->theme, story_packet(v->story, d->packet)->class, d->at, r, d->alpha * 0.35);
    sign_draw_death(v->canvas, d->not_taken, d->at, r * 1.25, r * 0.5,
                    colour_with_alpha(v->theme->panel, d->alpha * 0.8));
    sign_draw_death(v->canvas, d->not_taken, d->at, r * 1.15, r * 0.32, colour_with_alpha(v->theme->lost, d->alpha));
    map_words_keep_off(words, box_inset(box, r * 0.3));
    targets_add_box(v->targets, ACT_PACKET, d->packet, box);
}

/* Before any word, so that none lies on one. How many there are is returned. */
static size_t draw_crosses(const struct view *v, const struct map_plan *plan, struct map_words *words,
                           struct dying dying[SHOWN_DROPS])
{
    size_t n = 0;
    int64_t since = pace_virtual_at(v->pace, v->screen_ns - (int64_t)(drop_fades_s * 1e9));
    size_t first = story_drops_after(v->story, since > 1 ? since - 2 : -1),
           end = story_drops_after(v->story, story_now(v->story));
    if (end > first + SHOWN_DROPS) first = end - SHOWN_DROPS;
    for (size_t i = first; i < end; i++) {
        const struct story_drop *drop = story_drop(v->story, i);
        if (drop->event < story_cursor(v->story) && find_dying(v, plan, drop, &dying[n])) n++;
    }
    for (size_t i = 0; i < n; i++)
        draw_cross(v, plan, words, &dying[i]);
    return n;
}

enum { WHY_BYTES = 96 };

/* How many died of this at the same place before this one and with it; they need no words of their own. */
static size_t take_alike(const struct view *v, const struct dying *dying, size_t i, const char *why, bool *said)
{
    char text[WHY_BYTES];
    size_t alike = 1;
    for (size_t k = 0; k < i; k++) {
        if (said[k] || dying[k].where != dying[i].where) continue;
        packet_death_words(v->story, dying[k].packet, text, sizeof text);
        if (strcmp(text, why)) continue;
        said[k] = true;
        alike++;
    }
    return alike;
}

/* The latest first. Those on one link, or at one host, that died of the same have one reason together. */
static void say_why(const struct view *v, const struct map_plan *plan, struct map_words *words,
                    const struct dying *dying, size_t n)
{
    char text[WHY_BYTES];
    bool said[SHOWN_DROPS] = {false};
    for (size_t i = n; i-- > 0;) {
        if (said[i]) continue;
        packet_death_words(v->story, dying[i].packet, text, sizeof text);
        size_t alike = take_alike(v, dying, i, text, said);
        map_words_say_why(v, plan, words, dying[i].at, text, alike, dying[i].alpha);
    }
}

/* ---- Things to press, and the legend ---- */

static void note_still_targets(const struct view *v, const struct map_plan *plan)
{
    for (size_t i = 0; i < plan->n_links; i++)
        targets_add_line(v->targets, ACT_LINK, i, plan->links[i].a, plan->links[i].b, view_units(v, 7));
    for (size_t h = 0; h < plan->n_hosts; h++)
        targets_add_box(v->targets, ACT_HOST, h, plan->hosts[h].icon);
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (plan->hosts[h].label.w > 0) targets_add_box(v->targets, ACT_HOST, h, plan->hosts[h].label);
}

static void draw_selected_still(const struct view *v, const struct map_plan *plan)
{
    struct colour glow = colour_with_alpha(v->theme->accent, 0.3);
    if (v->selection.what == ACT_LINK && v->selection.index < plan->n_links) {
        const struct map_link *link = &plan->links[v->selection.index];
        canvas_line(v->canvas, link->a, link->b, view_units(v, 12), glow);
    }
    if (v->selection.what == ACT_HOST && v->selection.index < plan->n_hosts)
        canvas_stroke_round(v->canvas, box_inset(plan->hosts[v->selection.index].icon, -view_units(v, 4)),
                            view_units(v, 10), view_units(v, 3), v->theme->accent);
}

/* Packets pass under a label, so that it can always be read. */
static void draw_labels_over_links(const struct view *v, const struct map_plan *plan)
{
    for (size_t h = 0; h < plan->n_hosts; h++) {
        if (!plan->hosts[h].on_link) continue;
        map_view_draw_name(v, plan, h);
        map_mail_draw_words(v, plan, h);
    }
}

void map_view_draw_moving(const struct view *v, const struct map_plan *plan)
{
    struct map_words words;
    words.n = words.n_things = words.n_leaders = words.n_reasons = 0;
    map_crowd_look(v, plan);
    note_still_targets(v, plan);
    draw_selected_still(v, plan);
    map_mail_draw_ways(v, plan);
    map_mail_draw(v, plan, &words);
    struct map_names names = {.n = 0};
    if (plan->few_names) map_names_choose(v, plan, &names);
    for (size_t i = 0; i < names.n; i++) {
        map_words_stand(&words, names.boxes[i]);
        targets_add_box(v->targets, ACT_HOST, names.hosts[i], names.boxes[i]);
    }
    struct waiting *waiting = mem_calloc(2 * plan->n_links + 1, sizeof *waiting);
    struct dying dying[SHOWN_DROPS];
    draw_packets(v, plan, &words, waiting);
    canvas_lay_over(v->canvas);
    if (plan->few_names)
        map_names_draw(v, plan, &names);
    else if (plan->crowd->is_one)
        map_crowd_draw_words(v, plan);
    else
        draw_labels_over_links(v, plan);
    size_t n_dying = draw_crosses(v, plan, &words, dying);
    if (!plan->wordless) {
        draw_counts(v, plan, &words, waiting);
        say_why(v, plan, &words, dying, n_dying);
        say_packets(v, plan, &words);
    }
    mem_free(waiting);
}

enum { LEGEND_LOST = STORY_CLASSES, LEGEND_NOT_TAKEN };

struct legend_entry {
    int what; /* a class of packets or one of the above */
    const char *text;
};

struct legend_way {
    double gap;     /* from the end of a text to the next, in halves of a mark */
    double letters; /* as a part of their usual size */
};

static struct text_style legend_style(const struct view *v, struct legend_way way)
{
    struct text_style style = view_faint(v, FONT_SMALL);
    style.size *= way.letters;
    style.down = ALIGN_CENTRE;
    return style;
}

/* A retransmission has a frame around it. In halves of a mark, on each side. */
static double wider_by(const struct legend_entry *entry)
{
    return entry->what == STORY_RETRANSMIT ? 0.5 : 0;
}

static double legend_width(const struct view *v, const struct legend_entry *entry, struct legend_way way)
{
    struct text_style style = legend_style(v, way);
    return canvas_measure(v->canvas, &style, entry->text, 0).x + view_units(v, 6) * (way.gap + 2 * wider_by(entry));
}

static void draw_legend_entry(const struct view *v, struct box row, const struct legend_entry *entry,
                              struct legend_way way)
{
    struct text_style style = legend_style(v, way);
    double r = view_units(v, 6), more = r * wider_by(entry);
    struct point at = point_of(row.x + more + r, row.y + row.h / 2);
    if (entry->what >= LEGEND_LOST)
        sign_draw_death(v->canvas, entry->what == LEGEND_NOT_TAKEN, at, r * 0.9, r * 0.35, v->theme->lost);
    else
        shape_packet(v->canvas, v->theme, (enum story_class)entry->what, at, r, 1);
    canvas_text(v->canvas, box_of(row.x + 2 * more + 2.9 * r, row.y, row.w, row.h), &style, entry->text);
}

static size_t add_ends(const struct story *s, struct legend_entry *entries, size_t n)
{
    if (story_has_loss(s) || !story_has_not_taken(s)) entries[n++] = (struct legend_entry){LEGEND_LOST, tr("lost")};
    if (story_has_not_taken(s)) entries[n++] = (struct legend_entry){LEGEND_NOT_TAKEN, tr("not taken")};
    return n;
}

/* With what this world has of what not every world has. How packets end comes first where there is not room for all. */
static size_t legend_entries(const struct story *s, struct legend_entry entries[STORY_CLASSES + 2], bool ends_first)
{
    static const enum story_class always[] = {STORY_CONTROL, STORY_DATA, STORY_ACK, STORY_RETRANSMIT, STORY_DNS},
                                  where_they_are[] = {STORY_ICMP, STORY_FRAGMENT};
    size_t n = ends_first ? add_ends(s, entries, 0) : 0;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        entries[n++] = (struct legend_entry){always[i], story_class_name(always[i])};
    if (!ends_first) n = add_ends(s, entries, n);
    for (size_t i = 0; i < sizeof where_they_are / sizeof where_they_are[0]; i++)
        if (story_has_class(s, where_they_are[i]))
            entries[n++] = (struct legend_entry){where_they_are[i], story_class_name(where_they_are[i])};
    return n;
}

static double legend_length(const struct view *v, const struct legend_entry *entries, size_t n, struct legend_way way)
{
    double length = view_units(v, 18) - view_units(v, 6) * way.gap;
    for (size_t i = 0; i < n; i++)
        length += legend_width(v, &entries[i], way);
    return length;
}

/* As far apart as there is room for; the last are left out where there is none. */
void map_view_draw_legend(const struct view *v, struct box box)
{
    enum { WAYS = 5 };
    static const struct legend_way ways[WAYS] = {{5.5, 1}, {4.9, 1}, {4.3, 1}, {3.9, 1}, {3.9, 0.88}};
    struct legend_entry entries[STORY_CLASSES + 2];
    size_t n = legend_entries(v->story, entries, false);
    int way = 0;
    while (way < WAYS - 1 && legend_length(v, entries, n, ways[way]) > box.w)
        way++;
    if (legend_length(v, entries, n, ways[way]) > box.w) n = legend_entries(v->story, entries, true);
    for (size_t i = 0; i < n && legend_length(v, &entries[i], 1, ways[way]) <= box.w; i++) {
        draw_legend_entry(v, box, &entries[i], ways[way]);
        double used = legend_width(v, &entries[i], ways[way]);
        box.x += used;
        box.w -= used;
    }
}
