/* Lines come and go with the conversation: a host takes part as long as an arrow of its is in sight, and its column
   opens and closes smoothly, as a function of time alone. */
#include "viz/draw/ladder_internal.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/ladder_heads.h"
#include "viz/draw/ladder_scale.h"
#include "viz/draw/ladder_words.h"
#include "viz/draw/shapes.h"

static const double units_per_second = 54, opens_s = 0.7;
static const double apart_units = 16.5; /* of arrows that leave or arrive behind each other */
static const double foot_units = 10;    /* below the chart, for the lower half of the time of the present */
static const double cross_units = 13;   /* of a cross from the lifeline that its packet did not reach */
const double ladder_seen_share = 0.02;
static const double shape_share = 0.3; /* of a column, to be drawn with its sign */

enum { MOST_ARROWS = 120, MOST_OF_CROWD = 80 };

double ladder_y_at(const struct ladder *l, int64_t at_ns)
{
    return l->chart.y + ladder_scale_px(&l->scale, at_ns) - l->top_px;
}

/* ---- Columns ---- */

/* How far a host's column is open because of this arrow, 0 to 1. It goes by the scale, so that nothing moves while the
   clock stands. */
static double share_by_arrow(const struct ladder *l, const struct story_arrow *a)
{
    double px_per_s = l->scale.px_per_ns * 1e9;
    double age = (l->now_px - ladder_scale_px(&l->scale, a->sent_ns)) / px_per_s;
    double above = a->end_ns == TIME_NEVER ? 0 : (l->chart.y - ladder_y_at(l, a->end_ns)) / px_per_s;
    double opening = (age + opens_s) / opens_s, closing = -above / opens_s;
    return fmax(0, fmin(1, fmin(opening, closing)));
}

static void measure_columns(struct ladder *l, const size_t *order, size_t n)
{
    double total = 0, x = 0;
    for (size_t i = 0; i < l->n_arrows; i++) {
        double share = share_by_arrow(l, &l->arrows[i]);
        size_t ends[2] = {l->arrows[i].from, l->arrows[i].to};
        for (int k = 0; k < 2; k++)
            if (ends[k] < n) l->share[ends[k]] = fmax(l->share[ends[k]], share);
    }
    for (size_t h = 0; h < n; h++)
        total += l->share[h];
    for (size_t i = 0; i < n && total > 0; i++) {
        double w = l->share[order[i]] / total * l->chart.w;
        l->x[order[i]] = l->chart.x + x + w / 2;
        if (l->share[order[i]] >= ladder_seen_share) l->lines[l->words.n_lines++] = l->x[order[i]];
        x += w;
    }
}

static void draw_columns(const struct ladder *l, struct box heads, size_t n)
{
    const struct view *v = l->v;
    double total = 0;
    for (size_t h = 0; h < n; h++)
        total += l->share[h];
    for (size_t h = 0; h < n; h++) {
        if (l->share[h] < ladder_seen_share) continue;
        double w = l->share[h] / total * l->chart.w, icon = view_units(v, 20);
        struct story_host host = story_host(v->story, h);
        canvas_line(v->canvas, point_of(l->x[h], l->chart.y), point_of(l->x[h], l->chart.y + l->chart.h),
                    view_units(v, 2), colour_with_alpha(v->theme->edge, l->share[h]));
        if (l->chart.w / total < icon) continue; /* one of very many */
        struct text_style style = view_text(v, FONT_SMALL);
        style.bold = true;
        style.across = ALIGN_CENTRE;
        style.lines = 2;
        style.colour = colour_with_alpha(host.up ? v->theme->ink : v->theme->faint, l->share[h]);
        if (l->share[h] >= shape_share)
            shape_host(v->canvas, v->theme, host.role, host.up, point_of(l->x[h], heads.y + icon * 0.55),
                       icon * fmin(1, 0.4 + 0.6 * l->share[h]));
        double top = heads.y + icon * 1.2;
        struct box box = box_of(l->x[h] - w / 2, top, w, heads.y + heads.h - view_units(v, 3) - top);
        ladder_head_draw(v, h, box, style, l->share[h]);
    }
}

/* ---- Arrows ---- */

/* The part of the way that is done now, 0 to 1. */
static double part_done(const struct ladder *l, const struct story_arrow *a, double begin, double end)
{
    if (a->end_ns == TIME_NEVER) return 0.5;
    if (story_now(l->v->story) >= a->end_ns) return 1;
    double now = ladder_y_at(l, story_now(l->v->story));
    return end > begin ? fmax(0, fmin(1, (now - begin) / (end - begin))) : 1;
}

/* The drop that ended this arrow's packet. */
static const struct story_drop *drop_of(const struct story *s, const struct story_arrow *a)
{
    for (size_t i = story_drops_after(s, a->end_ns - 1); i < story_drop_count(s); i++) {
        const struct story_drop *drop = story_drop(s, i);
        if (drop->packet == a->packet) return drop;
        if (drop->at_ns > a->end_ns) break;
    }
    return NULL;
}

/* The hop on which this packet was lost; NULL when a host dropped it. */
static const struct story_hop *last_hop(const struct story *s, size_t packet)
{
    const struct story_hop *hop = NULL;
    for (size_t h = story_packet(s, packet)->first_hop; h != STORY_NONE; h = story_hop(s, h)->next)
        hop = story_hop(s, h);
    return hop && hop->lost ? hop : NULL;
}

/* When it joined this link; TIME_NEVER. */
static int64_t on_link_since(const struct story *s, size_t packet, const struct story_hop *link)
{
    for (size_t h = story_packet(s, packet)->first_hop; h != STORY_NONE; h = story_hop(s, h)->next)
        if (story_hop(s, h)->link == link->link && story_hop(s, h)->dir == link->dir) return story_hop(s, h)->sent_ns;
    return TIME_NEVER;
}

/* The arrow of the same way that was sent next to it, before or after, and has arrived or will. */
static const struct story_arrow *neighbour_of(const struct ladder *l, const struct story_arrow *a)
{
    const struct story_arrow *best = NULL;
    int64_t least = TIME_NEVER;
    for (size_t i = 0; i < l->n_arrows; i++) {
        const struct story_arrow *b = &l->arrows[i];
        int64_t apart = b->sent_ns < a->sent_ns ? a->sent_ns - b->sent_ns : b->sent_ns - a->sent_ns;
        if (b->lost || b->end_ns == TIME_NEVER || b->from != a->from || b->to != a->to || apart >= least) continue;
        least = apart;
        best = b;
    }
    return best;
}

/* Where the arrow of a packet that a link has lost would have ended: when it would have arrived, if that was its last
   link; otherwise it would have needed from there as long as its neighbour. But afterwards time may be skipped, since
   nothing flies: then it is as steep as that one. False: nobody knows. */
static bool would_end_at(const struct ladder *l, const struct story_arrow *a, double from_y, double *y)
{
    const struct story *s = l->v->story;
    const struct story_hop *hop = last_hop(s, a->packet);
    if (!hop) return false;
    if (story_link(s, hop->link).ends[!hop->dir] == a->to && hop->arrives != TIME_NEVER) {
        *y = ladder_y_at(l, hop->arrives);
        return true;
    }
    const struct story_arrow *beside = neighbour_of(l, a);
    if (!beside) return false;
    int64_t since = on_link_since(s, beside->packet, hop), begins = hop->sent_ns;
    if (since == TIME_NEVER) {
        since = beside->sent_ns;
        begins = a->sent_ns;
    }
    double as_long = ladder_y_at(l, begins + beside->end_ns - since);
    *y = fmax(as_long, from_y + ladder_y_at(l, beside->end_ns) - ladder_y_at(l, beside->sent_ns));
    return true;
}

/* Between the last two columns of its way, so that no host seems to have got it. */
static double before_last(const struct ladder *l, const struct story_arrow *a)
{
    double from = l->x[a->from], to = l->x[a->to], before = from;
    for (size_t i = 0; i < l->words.n_lines; i++) {
        bool is_between = (l->lines[i] - from) * (l->lines[i] - to) < 0;
        if (is_between && fabs(l->lines[i] - to) < fabs(before - to)) before = l->lines[i];
    }
    return (before + to) / 2;
}

/* On its way towards `whole`, where the arrow would have ended, so far as it had come; and not at a lifeline. */
static struct point on_its_way(const struct ladder *l, struct point from, struct point whole, double y)
{
    double side = whole.x < from.x ? -1 : 1, clear = view_units(l->v, cross_units);
    double part = whole.y > from.y ? fmax(0, fmin(1, (y - from.y) / (whole.y - from.y))) : 1;
    double x = from.x + (whole.x - from.x) * part;
    for (size_t i = 0; i < l->words.n_lines; i++) /* where it was sent, it is behind that one */
        if (fabs(l->lines[i] - x) < clear) x = l->lines[i] + (fabs(l->lines[i] - from.x) < 1 ? side : -side) * clear;
    return point_of(x, from.y + (whole.y - from.y) * (x - from.x) / (whole.x - from.x));
}

/* Where a lost packet's arrow ends: at the host that dropped it, or else on the slope of its neighbours. */
static struct point death_of(const struct ladder *l, const struct story_arrow *a, struct point from)
{
    const struct story_drop *drop = drop_of(l->v->story, a);
    double y = ladder_y_at(l, a->end_ns);
    if (drop && drop->hop == STORY_NONE && drop->host < story_host_count(l->v->story) &&
        l->share[drop->host] >= ladder_seen_share)
        return point_of(l->x[drop->host], y);
    double whole;
    if (fabs(l->x[a->to] - from.x) < 1 || !would_end_at(l, a, from.y, &whole)) return point_of(before_last(l, a), y);
    return on_its_way(l, from, point_of(l->x[a->to], whole), y);
}

/* ---- Those that leave together ---- */

/* Arrows of one way whose tips are still on each other are one thick arrow, and it is said how many. */
struct bundle {
    size_t first, n;
    struct point from, tip;
};

static bool is_sent(const struct ladder *l, const struct story_arrow *a)
{
    return story_packet(l->v->story, a->packet)->send_event < story_cursor(l->v->story);
}

static bool is_bundled_with(const struct ladder *l, const struct story_arrow *a, const struct story_arrow *b)
{
    int64_t now = story_now(l->v->story);
    if (a->from != b->from || a->to != b->to || a->class != b->class) return false;
    if (a->end_ns == TIME_NEVER || b->end_ns == TIME_NEVER || a->end_ns <= now || b->end_ns <= now) return false;
    if (b->sent_ns > now || !is_sent(l, a) || !is_sent(l, b)) return false;
    if (fabs(ladder_y_at(l, a->sent_ns) - ladder_y_at(l, b->sent_ns)) > 3) return false;
    return !view_is_selected(l->v, ACT_PACKET, a->packet) && !view_is_selected(l->v, ACT_PACKET, b->packet);
}

static struct point tip_of(const struct ladder *l, const struct story_arrow *a)
{
    struct point from = {l->x[a->from], ladder_y_at(l, a->sent_ns)}, to = {l->x[a->to], ladder_y_at(l, a->end_ns)};
    return point_between(from, to, part_done(l, a, from.y, to.y));
}

/* The arrow at i with those that left with it; n is 1 where one of them has come so far that they are told apart. */
static struct bundle bundle_at(const struct ladder *l, size_t i)
{
    const struct story_arrow *a = &l->arrows[i];
    struct bundle b = {.first = i, .n = 1, .from = point_of(l->x[a->from], ladder_y_at(l, a->sent_ns))};
    double farthest = 0, least = view_units(l->v, 60);
    if (l->one_of > 1 || !is_bundled_with(l, a, a)) return b;
    for (b.n = 0; i + b.n < l->n_arrows && is_bundled_with(l, a, &l->arrows[i + b.n]); b.n++) {
        if (l->arrows[i + b.n].lost) continue; /* it goes on as its neighbours do */
        struct point tip = tip_of(l, &l->arrows[i + b.n]);
        double so_far = point_distance(tip, b.from);
        if (so_far >= farthest) b.tip = tip;
        farthest = fmax(farthest, so_far);
    }
    if (farthest > least || farthest == 0) b.n = 1;
    return b;
}

static bool is_on_lifeline(const struct ladder *l, struct box box)
{
    for (size_t i = 0; i < l->words.n_lines; i++)
        if (l->lines[i] > box.x - 2 && l->lines[i] < box.x + box.w + 2) return true;
    return false;
}

static void draw_bundle(struct ladder *l, const struct bundle *b)
{
    char text[64];
    const struct view *v = l->v;
    const struct story_arrow *a = &l->arrows[b->first];
    struct text_style style = view_text(v, FONT_SMALL);
    style.colour = colour_mix(v->theme->class[a->class], v -> theme -> ink, 0.45);
    style.down = ALIGN_CENTRE;
    snprintf(text, sizeof text, tr_count("%u packet", "%u packets", b->n), (unsigned)b->n);
    canvas_arrow(v->canvas, b->from, b->tip, view_units(v, 5), view_units(v, 12), v->theme->class[a->class]);
    shape_packet(v->canvas, v->theme, a->class, b->from, view_units(v, 4.5), 1);
    for (size_t i = 0; i < b->n; i++)
        targets_add_line(v->targets, ACT_PACKET, a[i].packet, b->from, b->tip, view_units(v, 7));
    double w = canvas_measure(v->canvas, &style, text, 0).x + 2, h = view_units(v, 16), gap = view_units(v, 12);
    double x = b->tip.x < b->from.x ? b->tip.x - gap - w : b->tip.x + gap;
    struct box box = box_of(x, fmin(b->from.y - h / 2, l->words.now_y - h), w, h);
    if (!is_on_lifeline(l, box) && ladder_words_take_clear(&l->words, box)) canvas_text(v->canvas, box, &style, text);
}

/* ---- One arrow ---- */

/* Where it is drawn. */
struct arrow_line {
    struct point from, to, tip; /* to: where it will end; tip: so far it has come */
};

static struct arrow_line line_of(const struct ladder *l, const struct story_arrow *a)
{
    struct arrow_line line = {.from = {l->x[a->from], ladder_y_at(l, a->sent_ns)}};
    double end_y = a->end_ns == TIME_NEVER ? line.from.y + view_units(l->v, 40) : ladder_y_at(l, a->end_ns);
    line.to = a->lost ? death_of(l, a, line.from) : point_of(l->x[a->to], end_y);
    line.tip = point_between(line.from, line.to, part_done(l, a, line.from.y, line.to.y));
    return line;
}

enum layer { LAYER_ARROWS, LAYER_DEATHS, LAYER_LABELS, LAYERS };

static void draw_arrow(struct ladder *l, const struct story_arrow *a, enum layer layer)
{
    const struct view *v = l->v;
    const struct arrow_line line = line_of(l, a);
    struct point from = line.from, tip = line.tip;
    if (tip.y < l->chart.y - 2) return;
    if (layer == LAYER_LABELS) ladder_words_label(&l->words, a, from, line.to, tip);
    if (layer == LAYER_DEATHS && a->lost && story_now(v->story) >= a->end_ns)
        ladder_words_death(&l->words, a, from, line.to);
    if (layer != LAYER_ARROWS) return;
    bool selected = view_is_selected(v, ACT_PACKET, a->packet);
    struct colour colour = v->theme->class[a->class];
    if (selected) canvas_line(v->canvas, from, tip, view_units(v, 9), colour_with_alpha(v->theme->accent, 0.3));
    double width = view_units(v, a->class == STORY_ACK ? 1.3 : 2.2);
    if (l->one_of > 1 && !selected)
        canvas_dart(v->canvas, from, tip, width, view_units(v, 9), colour);
    else
        canvas_arrow(v->canvas, from, tip, width, view_units(v, 9), colour);
    if (l->one_of == 1 || selected || a->class != STORY_ACK) /* of a crowd, thin and grey says enough */
        shape_packet(v->canvas, v->theme, a->class, from, view_units(v, 4.5), 1);
    targets_add_line(v->targets, ACT_PACKET, a->packet, from, tip, view_units(v, 7));
}

/* ---- Together ---- */

/* Of crowds, only one packet of so many is drawn, always the same ones; and the one that is selected. */
static void thin_out(struct ladder *l)
{
    size_t kept = 0;
    l->one_of = 1;
    while (l->n_arrows > MOST_ARROWS && l->n_arrows / l->one_of > MOST_OF_CROWD)
        l->one_of *= 2;
    for (size_t i = 0; i < l->n_arrows; i++)
        if (l->arrows[i].packet % l->one_of == 0 || view_is_selected(l->v, ACT_PACKET, l->arrows[i].packet))
            l->arrows[kept++] = l->arrows[i];
    l->n_arrows = kept;
}

static bool is_wanted(const struct view *v, const struct story_arrow *a)
{
    return only_shows(v->only, story_packet(v->story, a->packet)->conn, a->from, a->to);
}

static void scroll(struct ladder *l)
{
    l->now_px = ladder_scale_px(&l->scale, story_now(l->v->story));
    l->top_px = fmax(0, l->now_px - l->chart.h);
}

/* All that could be in sight, and a little more: what is just out of it opens the scale, too. */
static void collect(struct ladder *l)
{
    const struct view *v = l->v;
    double ahead_px = l->scale.px_per_ns * 1e9 * opens_s, now_px = ladder_scale_px(&l->scale, story_now(v->story));
    int64_t from = ladder_scale_at(&l->scale, now_px - l->chart.h - ahead_px);
    int64_t to = ladder_scale_at(&l->scale, now_px + ahead_px);
    l->n_arrows = story_ladder(v->story, from, to, NULL, 0);
    l->arrows = mem_calloc(l->n_arrows + 1, sizeof *l->arrows);
    story_ladder(v->story, from, to, l->arrows, l->n_arrows);
    size_t hosts = story_host_count(v->story), kept = 0;
    for (size_t i = 0; i < l->n_arrows; i++) /* a journal may lack its head */
        if (l->arrows[i].from < hosts && l->arrows[i].to < hosts && is_wanted(v, &l->arrows[i]))
            l->arrows[kept++] = l->arrows[i];
    l->n_arrows = kept;
}

/* Opened, the chart has room for less. */
static void leave_out_what_is_above(struct ladder *l)
{
    if (l->scale.n_openings == 0) return;
    size_t kept = 0;
    double closing = l->scale.px_per_ns * 1e9 * opens_s;
    for (size_t i = 0; i < l->n_arrows; i++) {
        int64_t end_ns = l->arrows[i].end_ns;
        if (end_ns == TIME_NEVER || ladder_y_at(l, end_ns) >= l->chart.y - closing) l->arrows[kept++] = l->arrows[i];
    }
    l->n_arrows = kept;
}

static void choose_arrows(struct ladder *l)
{
    scroll(l);
    collect(l);
    ladder_scale_open(&l->scale, l->arrows, l->n_arrows, view_units(l->v, apart_units), l->chart.h);
    scroll(l);
    leave_out_what_is_above(l);
    thin_out(l);
}

static void draw_share_drawn(const struct ladder *l, struct box gutter)
{
    char text[64];
    struct text_style style = view_faint(l->v, FONT_SMALL);
    style.lines = 3;
    snprintf(text, sizeof text, tr("1 packet of %zu is drawn"), l->one_of);
    if (l->one_of > 1) canvas_text(l->v->canvas, gutter, &style, text);
}

static bool is_there(const struct ladder *l, const struct story_arrow *a)
{
    return a->sent_ns <= story_now(l->v->story) && is_sent(l, a);
}

/* What is drawn of each arrow, for the words to keep clear of. Those that are in a bundle are marked. */
static size_t find_strokes(struct ladder *l, struct bundle *bundles, bool *bundled)
{
    enum { FEWEST = 3 };
    size_t n = 0;
    for (size_t i = 0; i < l->n_arrows;) {
        struct bundle b = bundle_at(l, i);
        bool is_bundle = b.n >= FEWEST;
        for (size_t k = i; k < i + b.n; k++) {
            const struct story_arrow *a = &l->arrows[k];
            const struct arrow_line line = line_of(l, a);
            struct point tip = is_bundle ? b.tip : line.tip;
            bundled[k] = is_bundle;
            if (is_there(l, a))
                l->words.strokes[l->words.n_strokes++] = (struct ladder_stroke){a->packet, line.from, tip};
        }
        if (is_bundle) bundles[n++] = b;
        i += b.n;
    }
    return n;
}

static void draw_all_arrows(struct ladder *l)
{
    bool *bundled = mem_calloc(l->n_arrows + 1, sizeof *bundled);
    struct bundle *bundles = mem_calloc(l->n_arrows + 1, sizeof *bundles);
    l->words.strokes = mem_calloc(l->n_arrows + 1, sizeof *l->words.strokes);
    size_t n_bundles = find_strokes(l, bundles, bundled);
    for (size_t i = 0; i < n_bundles; i++)
        draw_bundle(l, &bundles[i]);
    for (int layer = 0; layer < LAYERS; layer++)
        for (size_t i = l->n_arrows; i-- > 0;)
            if (!bundled[i] && is_there(l, &l->arrows[i])) draw_arrow(l, &l->arrows[i], (enum layer)layer);
    mem_free(l->words.strokes);
    mem_free(bundles);
    mem_free(bundled);
}

void ladder_view_draw(const struct view *v, struct box box, const size_t *order, size_t n_hosts)
{
    struct box inner = view_panel(v, box, tr("Ladder: who sends what to whom"));
    double gutter = view_units(v, 74), heads = view_units(v, 58);
    struct ladder l = {.v = v, .scale = ladder_scale_of(v->pace, view_units(v, units_per_second) / 1e9)};
    l.chart = box_of(inner.x + gutter, inner.y + heads, inner.w - gutter, inner.h - heads - view_units(v, foot_units));
    if (l.chart.h < 20 || l.chart.w < 20) return;
    choose_arrows(&l);
    view_only(v, box);
    l.share = mem_calloc(n_hosts + 1, sizeof *l.share);
    l.x = mem_calloc(n_hosts + 1, sizeof *l.x);
    l.lines = mem_calloc(n_hosts + 1, sizeof *l.lines);
    double now = ladder_y_at(&l, story_now(v->story));
    l.words = (struct ladder_words){.v = v, .chart = l.chart, .now_y = now, .lines = l.lines};
    measure_columns(&l, order, n_hosts);
    draw_share_drawn(&l, box_of(inner.x, inner.y, gutter, heads));
    draw_columns(&l, box_of(l.chart.x, inner.y, l.chart.w, heads), n_hosts);
    canvas_clip(v->canvas, box_of(inner.x, l.chart.y - 2, inner.w, l.chart.h + view_units(v, foot_units) + 2));
    int64_t quiet_since = ladder_draw_gaps(&l), quiet_ns = quiet_since ? story_now(v->story) - quiet_since : 0;
    draw_all_arrows(&l);
    ladder_draw_times(&l, box_of(inner.x, inner.y, gutter, inner.h), quiet_ns);
    ladder_draw_present(&l, now, quiet_ns);
    canvas_unclip(v->canvas);
    ladder_scale_end(&l.scale);
    mem_free(l.arrows);
    mem_free(l.share);
    mem_free(l.x);
    mem_free(l.lines);
}
