#include "viz/draw/sender_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/axis_time.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/shapes.h"
#include "viz/draw/time_axis.h"

static const double value_units = 62, axis_units = 20, strip_units = 19, facts_units = 20;

/* ---- Which connection ---- */

static bool sends(const struct story *s, size_t conn)
{
    const uint32_t *events;
    return story_conn_vars(s, conn, &events) > 2;
}

static size_t selected_conn(const struct view *v)
{
    if (v->selection.what == ACT_PACKET) return story_packet(v->story, v->selection.index)->conn;
    if (v->selection.what == ACT_EVENT) return story_event_conn(v->story, v->selection.index);
    return STORY_NONE;
}

/* The latest packet up to now; STORY_NONE. */
static size_t latest_packet(const struct story *s)
{
    size_t low = 0, high = story_packet_count(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story_packet(s, middle)->sent_ns <= story_now(s))
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : STORY_NONE;
}

/* What carried a full segment last; a handful of words is less worth seeing. */
static size_t busiest_conn(const struct story *s)
{
    enum { FULL = 500, LOOKED_AT = 20000 };
    size_t latest = latest_packet(s), any = STORY_NONE;
    for (size_t i = latest, n = 0; i != STORY_NONE && n < LOOKED_AT; i = i ? i - 1 : STORY_NONE, n++) {
        const struct story_packet *p = story_packet(s, i);
        if (p->conn == STORY_NONE || !p->length || !sends(s, p->conn)) continue;
        if (p->length >= FULL) return p->conn;
        if (any == STORY_NONE) any = p->conn;
    }
    return any;
}

size_t sender_view_conn(const struct view *v)
{
    size_t conn = selected_conn(v);
    if (conn == STORY_NONE || !sends(v->story, conn)) conn = busiest_conn(v->story);
    for (size_t i = story_conn_count(v->story); i-- > 0 && conn == STORY_NONE;) {
        struct story_conn candidate = story_conn(v->story, i);
        if (sends(v->story, i) && candidate.open_event < story_cursor(v->story)) conn = i;
    }
    for (size_t i = 0, n = story_conn_count(v->story); i < n && conn == STORY_NONE; i++)
        if (sends(v->story, i)) conn = i;
    return conn;
}

size_t sender_view_neighbour(const struct story *s, size_t conn, int direction)
{
    for (size_t i = conn, n = story_conn_count(s); n;) {
        if (direction > 0 ? i + 1 >= n : i == 0) return conn;
        i = direction > 0 ? i + 1 : i - 1;
        if (sends(s, i)) return i;
    }
    return conn;
}

/* ---- The plan ---- */

struct sender_plan *sender_plan_new(const struct story *s, size_t conn)
{
    struct sender_plan *plan = mem_calloc(1, sizeof *plan);
    const uint32_t *events;
    plan->conn = conn;
    size_t n_vars = story_conn_vars(s, conn, &events), room = 0;
    if (n_vars) {
        plan->first_sequence = (uint32_t)event_int(story_event(s, events[0]), FIELD_SND_UNA);
        plan->from_ns = story_event_time(s, events[0]);
        plan->to_ns = story_event_time(s, events[n_vars - 1]);
    }
    for (size_t i = 0, n = story_packet_count(s); i < n; i++) {
        const struct story_packet *p = story_packet(s, i);
        if (p->conn != conn || p->copy_of != STORY_NONE || (p->class == STORY_ACK && !p->length)) continue;
        if (plan->n_packets == room) {
            room = room ? 2 * room : 64;
            plan->packets = mem_realloc(plan->packets, room * sizeof *plan->packets);
        }
        plan->packets[plan->n_packets++] = i;
    }
    int64_t margin = (plan->to_ns - plan->from_ns) / 40 + 1;
    plan->from_ns = plan->from_ns > margin ? plan->from_ns - margin : 0;
    plan->to_ns += margin;
    return plan;
}

void sender_plan_free(struct sender_plan *plan)
{
    if (!plan) return;
    mem_free(plan->packets);
    mem_free(plan);
}

/* ---- Values ---- */

struct chart {
    const struct view *v;
    const struct sender_plan *plan;
    struct box box;
    double most; /* at its upper edge; 0 at its lower */
    const uint32_t *vars;
    size_t n_vars;
};

static double value_of(const struct chart *c, size_t i, enum field_id field)
{
    const struct event *e = story_event(c->v->story, c->vars[i]);
    if (field == FIELD_SND_UNA || field == FIELD_SND_NXT)
        return fmax(0, (double)(int32_t)((uint32_t)event_int(e, field) - c->plan->first_sequence - 1));
    return (double)event_int(e, field);
}

/* The right edge of what the receiver allows. */
static double right_edge(const struct chart *c, size_t i)
{
    return value_of(c, i, FIELD_SND_UNA) + value_of(c, i, FIELD_SND_WND);
}

static double y_of(const struct chart *c, double value)
{
    return c->box.y + c->box.h * (1 - fmin(1, value / c->most));
}

static int64_t vars_at(const struct chart *c, size_t i)
{
    return i < c->n_vars ? story_event_time(c->v->story, c->vars[i]) : c->plan->to_ns;
}

static void draw_step_line(const struct chart *c, struct point a, struct point b, double width, bool dashed,
                           struct colour ink)
{
    if (b.x <= a.x) return;
    if (dashed)
        canvas_dashed(c->v->canvas, a, b, width, 4 * width, ink);
    else
        canvas_line(c->v->canvas, a, b, width, ink);
}

/* Where the present lies between these two; what is right of it is to come. */
static double now_between(const struct chart *c, double x0, double x1)
{
    return fmax(x0, fmin(x1, time_axis_x(c->v, c->box, story_now(c->v->story))));
}

/* Values hold until the next: a staircase. What is to come is pale. */
static void draw_stairs(const struct chart *c, enum field_id field, double width, struct colour colour, bool dashed)
{
    int64_t now = story_now(c->v->story);
    double last_y = -1;
    for (size_t i = 0; i < c->n_vars; i++) {
        int64_t from = vars_at(c, i), to = vars_at(c, i + 1);
        if (to < c->v->span.from_ns || from > c->v->span.to_ns) continue;
        double value = field == FIELD_SND_WND ? right_edge(c, i) : value_of(c, i, field), y = y_of(c, value);
        double x0 = fmax(c->box.x, time_axis_x(c->v, c->box, from));
        double x1 = fmin(c->box.x + c->box.w, time_axis_x(c->v, c->box, to));
        double present = now_between(c, x0, x1);
        struct colour pale = colour_with_alpha(colour, 0.3), ink = from <= now ? colour : pale;
        if (last_y >= 0 && fabs(last_y - y) > 0.5)
            canvas_line(c->v->canvas, point_of(x0, last_y), point_of(x0, y), width, ink);
        draw_step_line(c, point_of(x0, y), point_of(present, y), width, dashed, colour);
        draw_step_line(c, point_of(present, y), point_of(x1, y), width, dashed, pale);
        last_y = y;
    }
}

static void draw_area(const struct chart *c, enum field_id field, struct colour colour)
{
    for (size_t i = 0; i < c->n_vars; i++) {
        int64_t from = vars_at(c, i), to = vars_at(c, i + 1);
        if (to < c->v->span.from_ns || from > c->v->span.to_ns) continue;
        double x0 = fmax(c->box.x, time_axis_x(c->v, c->box, from));
        double x1 = fmin(c->box.x + c->box.w, time_axis_x(c->v, c->box, to)), y = y_of(c, value_of(c, i, field));
        double present = now_between(c, x0, x1), h = c->box.y + c->box.h - y;
        canvas_fill(c->v->canvas, box_of(x0, y, present - x0, h), colour_with_alpha(colour, 0.3));
        canvas_fill(c->v->canvas, box_of(present, y, x1 - present, h), colour_with_alpha(colour, 0.12));
    }
}

static double largest(const struct chart *c, enum field_id field)
{
    double most = 0;
    for (size_t i = 0; i < c->n_vars; i++)
        most = fmax(most, value_of(c, i, field));
    return most;
}

/* 1, 2 or 5 times a power of ten. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(fmax(1, least)))), part = least / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/* The largest of them that is no more than that. */
static double round_step_within(double most)
{
    double power = pow(10, floor(log10(fmax(1, most)))), part = most / power;
    return power * (part >= 5 ? 5 : part >= 2 ? 2 : 1);
}

/* At least one value beside 0, however low the chart is. */
static void draw_scale(const struct chart *c, bool is_time)
{
    const struct view *v = c->v;
    char text[VIEW_TIME_BYTES];
    struct text_style style = view_mono(v, FONT_SMALL);
    style.colour = v->theme->faint;
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    double h = view_units(v, 15);
    double step = fmin(round_step(c->most * view_units(v, 34) / fmax(1, c->box.h)), round_step_within(c->most));
    for (double value = 0; value <= c->most; value += step) {
        double y = y_of(c, value);
        canvas_line(v->canvas, point_of(c->box.x, y), point_of(c->box.x + c->box.w, y), 1, v->theme->grid);
        if (is_time)
            axis_duration_text((struct axis_time){.most_ns = (int64_t)c->most, .apart_ns = (int64_t)step},
                               (int64_t)value, text);
        else
            snprintf(text, sizeof text, "%.0f", value);
        double top = fmax(c->box.y - h * 0.3, fmin(y - h / 2, c->box.y + c->box.h - h));
        canvas_text(v->canvas, box_of(c->box.x - view_units(v, value_units), top, view_units(v, value_units - 6), h),
                    &style, text);
    }
}

/* ---- The bytes ---- */

static void draw_packet(const struct chart *c, size_t index)
{
    const struct view *v = c->v;
    const struct story_packet *p = story_packet(v->story, index);
    double x = time_axis_x(v, c->box, p->sent_ns);
    if (x < c->box.x - 1 || x > c->box.x + c->box.w + 1) return;
    double low = y_of(c, (double)p->offset), high = y_of(c, (double)(p->offset + p->length)), u = v->unit;
    bool happened = p->sent_ns <= story_now(v->story), again = p->repeats != STORY_NONE && happened;
    enum story_class class =
        p->repeats != STORY_NONE && !happened ? STORY_DATA : p->class; /* no loss is told before it */
    struct colour colour = colour_with_alpha(v->theme->class[class], happened ? 1 : 0.3);
    if (low - high < 3 * u) high = low - 3 * u;
    canvas_line(v->canvas, point_of(x, low), point_of(x, high), again ? 4.5 * u : 2.5 * u, colour);
    if (again)
        canvas_stroke_round(v->canvas, box_of(x - 4 * u, high - 2 * u, 8 * u, low - high + 4 * u), 2 * u, u, colour);
    if (p->fate == STORY_LOST && p->end_ns <= story_now(v->story))
        shape_cross(v->canvas, point_of(x, (low + high) / 2), 5 * u, 2.2 * u, v->theme->lost);
    if (view_is_selected(v, ACT_PACKET, index))
        canvas_ring(v->canvas, point_of(x, (low + high) / 2), 9 * u, 2 * u, v->theme->accent);
    targets_add_box(v->targets, ACT_PACKET, index, box_of(x - 3 * u, high - 2 * u, 6 * u, low - high + 4 * u));
}

/* What has been written beside strokes so far: causes that would lie on another are told when the packet is pressed. */
struct causes {
    struct box boxes[64];
    size_t n;
};

static void draw_cause(const struct chart *c, struct causes *causes, const char *text, struct colour colour,
                       struct box at)
{
    const struct view *v = c->v;
    struct text_style style = view_text(v, FONT_SMALL);
    style.colour = colour;
    style.down = ALIGN_CENTRE;
    at.x = fmax(c->box.x, fmin(at.x, c->box.x + c->box.w - at.w));
    at.y = fmax(c->box.y, fmin(at.y, c->box.y + c->box.h - at.h));
    for (size_t i = 0; i < causes->n; i++)
        if (box_meets(causes->boxes[i], at)) return;
    if (at.w > c->box.w || causes->n == sizeof causes->boxes / sizeof *causes->boxes) return;
    causes->boxes[causes->n++] = at;
    canvas_fill_round(v->canvas, at, 3 * v->unit, colour_with_alpha(v->theme->panel, 0.85));
    canvas_text(v->canvas, at, &style, text);
}

/* Of a loss above and left of its stroke, where nothing was sent yet; of what was sent again below and right of it. */
static void draw_cause_of(const struct chart *c, struct causes *causes, size_t index)
{
    const struct view *v = c->v;
    const struct story_packet *p = story_packet(v->story, index);
    char text[STORY_SENTENCE_BYTES];
    double x = time_axis_x(v, c->box, p->sent_ns), u = v->unit, low = y_of(c, (double)p->offset);
    double high = fmin(low - 3 * u, y_of(c, (double)(p->offset + p->length)));
    struct text_style style = view_text(v, FONT_SMALL);
    if (x < c->box.x - 1 || x > c->box.x + c->box.w + 1) return;
    if (p->fate == STORY_LOST && p->end_ns <= story_now(v->story)) {
        packet_death_words(v->story, index, text, sizeof text);
        struct point size = canvas_measure(v->canvas, &style, text, 0);
        draw_cause(c, causes, text, v->theme->lost,
                   box_of(x - 8 * u - size.x, high - 4 * u - size.y, size.x + 2, size.y));
    }
    if (p->repeats == STORY_NONE || p->sent_ns > story_now(v->story)) return;
    struct point size = canvas_measure(v->canvas, &style, p->why, 0);
    draw_cause(c, causes, p->why, v->theme->class[STORY_RETRANSMIT],
               box_of(x + 8 * u, low + 4 * u, size.x + 2, size.y));
}

/* Over all strokes and crosses, which else would lie over them. */
static void draw_causes(const struct chart *c)
{
    struct causes causes = {.n = 0};
    for (size_t i = 0; i < c->plan->n_packets; i++)
        draw_cause_of(c, &causes, c->plan->packets[i]);
}

static void draw_bytes(struct chart *c)
{
    const struct view *v = c->v;
    c->most = fmax(1, largest(c, FIELD_SND_NXT)) * 1.06;
    draw_scale(c, false);
    canvas_clip(v->canvas, c->box);
    draw_stairs(c, FIELD_SND_WND, view_units(v, 1.2), v->theme->ghost, false);
    draw_stairs(c, FIELD_SND_UNA, view_units(v, 2), v->theme->class[STORY_ACK], false);
    for (size_t i = 0; i < c->plan->n_packets; i++)
        draw_packet(c, c->plan->packets[i]);
    draw_causes(c);
    canvas_unclip(v->canvas);
}

static double highest_window(const struct chart *c)
{
    return fmax(1, fmax(largest(c, FIELD_CWND), largest(c, FIELD_FLIGHT_SIZE)));
}

static void draw_windows(struct chart *c)
{
    const struct view *v = c->v;
    c->most = highest_window(c) * 1.1; /* a threshold that was never reached is above the edge */
    draw_scale(c, false);
    canvas_clip(v->canvas, c->box);
    draw_area(c, FIELD_FLIGHT_SIZE, v->theme->class[STORY_DATA]);
    if (largest(c, FIELD_CWND) > 0) draw_stairs(c, FIELD_SSTHRESH, view_units(v, 1.5), v->theme->warn, true);
    if (largest(c, FIELD_CWND) > 0)
        draw_stairs(c, FIELD_CWND, view_units(v, 2.4), v->theme->class[STORY_CONTROL], false);
    canvas_unclip(v->canvas);
}

/* Until a loss it may be as large as any window, and stands at the edge. */
static bool threshold_is_above(const struct chart *c)
{
    const struct story_conn conn = story_conn(c->v->story, c->plan->conn);
    return conn.vars_event != STORY_NONE &&
           (double)event_int(story_event(c->v->story, conn.vars_event), FIELD_SSTHRESH) > highest_window(c) * 1.1;
}

/* A capture shows segments, and not what their sender keeps to itself. */
static void draw_timeouts(struct chart *c)
{
    const struct view *v = c->v;
    if (largest(c, FIELD_RTO) <= 0) {
        struct text_style style = view_faint(v, FONT_SMALL);
        style.across = style.down = ALIGN_CENTRE;
        canvas_text(v->canvas, c->box, &style, tr("not known: this was captured, and not simulated"));
        return;
    }
    c->most = fmax(1, largest(c, FIELD_RTO)) * 1.1;
    draw_scale(c, true);
    canvas_clip(v->canvas, c->box);
    draw_stairs(c, FIELD_SRTT, view_units(v, 1.6), v->theme->class[STORY_ACK], false);
    draw_stairs(c, FIELD_RTO, view_units(v, 2), v->theme->lost, false);
    canvas_unclip(v->canvas);
}

/* ---- Words ---- */

struct mark {
    const char *text;
    struct colour colour;
    bool dashed, area;
};

static void draw_sample(const struct view *v, struct point at, double length, double h, const struct mark *mark)
{
    struct point end = {at.x + length, at.y};
    if (mark->area)
        canvas_fill(v->canvas, box_of(at.x, at.y - h * 0.3, length, h * 0.6), colour_with_alpha(mark->colour, 0.35));
    else if (mark->dashed)
        canvas_dashed(v->canvas, at, end, 2 * v->unit, 4 * v->unit, mark->colour);
    else
        canvas_line(v->canvas, at, end, 2.4 * v->unit, mark->colour);
}

static const double sample_units = 15, apart_units = 5, between_units = 10;

static double name_width(const struct view *v, const struct text_style *style, const struct mark *mark)
{
    return view_units(v, sample_units + apart_units) + canvas_measure(v->canvas, style, mark->text, 0).x + 1;
}

static double names_width(const struct view *v, const struct text_style *style, const struct mark *marks, size_t n)
{
    double width = view_units(v, between_units) * (double)(n - 1);
    for (size_t i = 0; i < n; i++)
        width += name_width(v, style, &marks[i]);
    return width;
}

/* The names of the lines, in their colours, in the strip above their chart: as large as all have room. */
static void draw_names(const struct view *v, struct box strip, const struct mark *marks, size_t n)
{
    double x = strip.x, sample = view_units(v, sample_units), before = view_units(v, sample_units + apart_units);
    struct text_style style = view_text(v, FONT_SMALL);
    const double whole = style.size;
    style.down = ALIGN_CENTRE;
    while (names_width(v, &style, marks, n) > strip.w && style.size > whole * 0.5)
        style.size -= whole * 0.05;
    for (size_t i = 0; i < n; i++) {
        double w = name_width(v, &style, &marks[i]);
        canvas_fill(v->canvas, box_of(x, strip.y, w, strip.h), v->theme->panel); /* over the axis of time */
        draw_sample(v, point_of(x, strip.y + strip.h / 2), sample, strip.h, &marks[i]);
        canvas_text(v->canvas, box_of(x + before, strip.y, w - before, strip.h), &style, marks[i].text);
        x += w + view_units(v, between_units);
    }
}

static void draw_step(const struct view *v, struct box box, const char *text, size_t conn, size_t to)
{
    if (to == conn) return;
    struct text_style style = view_text(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    style.bold = true;
    style.colour = v->theme->accent;
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, ACT_SENDER, to, box);
}

/* As many of its values as have room; the charts show them all. */
static void draw_values(const struct view *v, struct box box, const struct event *e, struct text_style style)
{
    char text[3][300], srtt[VTIME_TEXT_BYTES], rto[VTIME_TEXT_BYTES];
    long long cwnd = event_int(e, FIELD_CWND), flight = event_int(e, FIELD_FLIGHT_SIZE);
    snprintf(text[2], sizeof text[2], "cwnd %lld  flight %lld", cwnd, flight);
    snprintf(text[1], sizeof text[1], "cwnd %lld  ssthresh %lld  flight %lld", cwnd,
             (long long)event_int(e, FIELD_SSTHRESH), flight);
    snprintf(text[0], sizeof text[0], "%.120s  SRTT %s  RTO %s", text[1],
             vtime_format_duration(event_int(e, FIELD_SRTT), srtt),
             vtime_format_duration(event_int(e, FIELD_RTO), rto));
    if (!cwnd && !event_int(e, FIELD_RTO))
        for (int i = 0; i < 3; i++)
            snprintf(text[i], sizeof text[i], tr("flight %" PRId64 " (inferred)"), event_int(e, FIELD_FLIGHT_SIZE));
    for (int i = 0; i < 3; i++) {
        if (!canvas_text_fits(v->canvas, &style, text[i], box.w)) continue;
        canvas_text(v->canvas, box, &style, text[i]);
        return;
    }
}

static void draw_facts(const struct view *v, struct box row, const struct sender_plan *plan)
{
    char text[400], time[VTIME_TEXT_BYTES];
    struct story_conn conn = story_conn(v->story, plan->conn);
    const char *peer = conn.peer == STORY_NONE ? "?" : story_host(v->story, conn.peer).name;
    struct text_style style = view_text(v, FONT_SMALL), faint = view_mono(v, FONT_SMALL);
    style.bold = true;
    style.down = faint.down = ALIGN_CENTRE;
    faint.colour = v->theme->faint;
    double step = view_units(v, 22);
    draw_step(v, box_of(row.x, row.y, step, row.h), "‹", plan->conn, sender_view_neighbour(v->story, plan->conn, -1));
    draw_step(v, box_of(row.x + step, row.y, step, row.h), "›", plan->conn,
              sender_view_neighbour(v->story, plan->conn, 1));
    row.x += 2 * step + view_units(v, 4);
    row.w -= 2 * step + view_units(v, 4);
    snprintf(text, sizeof text, tr("%s → %s, port %u   %s"), story_host(v->story, conn.host).name, peer,
             conn.active ? conn.remote_port : conn.local_port, conn.state);
    if (story_now(v->story) > plan->to_ns && strlen(text) < sizeof text - 60) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, tr(", for %s nothing more"),
                 vtime_format_duration(story_now(v->story) - plan->to_ns, time));
    }
    style = view_fitted(v, style, text, row.w, 0.6);
    struct point size = canvas_text(v->canvas, row, &style, text);
    if (conn.vars_event == STORY_NONE) return;
    faint.across = ALIGN_END;
    double used = size.x + view_units(v, 12);
    draw_values(v, box_of(row.x + used, row.y, row.w - used, row.h), story_event(v->story, conn.vars_event), faint);
}

struct sender_layout sender_view_layout(const struct view *v, struct box inner)
{
    static const double parts[SENDER_CHARTS] = {0.52, 0.3, 0.18};
    double left = view_units(v, value_units), axis = view_units(v, axis_units), strip = view_units(v, strip_units);
    double facts = view_units(v, facts_units), h = inner.h - facts - axis - SENDER_CHARTS * strip;
    double x = inner.x + left, y = inner.y + facts, w = inner.w - left;
    struct sender_layout layout = {.facts = box_of(inner.x, inner.y, inner.w, facts),
                                   .axis = box_of(x, y, w, inner.h - facts - axis)};
    for (int i = 0; i < SENDER_CHARTS; i++) {
        layout.names[i] = box_of(x, y, w, strip);
        layout.charts[i] = box_of(x, y + strip, w, floor(h * parts[i]));
        y += strip + layout.charts[i].h;
    }
    return layout;
}

static void draw_charts(const struct view *v, struct box inner, const struct sender_plan *plan)
{
    const struct theme *t = v->theme;
    const struct sender_layout layout = sender_view_layout(v, inner);
    struct chart c = {v, plan, layout.charts[0], 1, NULL, 0};
    c.n_vars = story_conn_vars(v->story, plan->conn, &c.vars);
    draw_facts(v, layout.facts, plan);
    time_axis_draw(v, layout.axis);
    const struct mark bytes[] = {{tr("window allows"), t->ghost, false, false},
                                 {tr("acknowledged"), t->class[STORY_ACK], false, false},
                                 {tr("sent"), t->class[STORY_DATA], false, false}};
    draw_names(v, layout.names[0], bytes, 3);
    draw_bytes(&c);
    const struct mark windows[] = {
        {threshold_is_above(&c) ? tr("ssthresh (above the edge)") : "ssthresh", t->warn, true, false},
        {"cwnd", t->class[STORY_CONTROL], false, false},
        {tr("in flight"), t->class[STORY_DATA], false, true}};
    draw_names(v, layout.names[1], windows, 3);
    c.box = layout.charts[1];
    draw_windows(&c);
    const struct mark timeouts[] = {{"RTO", t->lost, false, false}, {"SRTT", t->class[STORY_ACK], false, false}};
    draw_names(v, layout.names[2], timeouts, 2);
    c.box = layout.charts[2];
    draw_timeouts(&c);
}

/* A connection is short where a run is long: unless the span is within its life, its life is shown. */
void sender_view_draw(const struct view *view, struct box box, const struct sender_plan *plan)
{
    struct box inner = view_panel(view, box, tr("TCP sender"));
    struct view v = *view;
    if (!plan) {
        struct text_style style = view_faint(view, FONT_PLAIN);
        style.across = style.down = ALIGN_CENTRE;
        canvas_text(view->canvas, inner, &style, tr("No connection sends anything in this run."));
        return;
    }
    bool apart = v.span.to_ns < plan->from_ns || v.span.from_ns > plan->to_ns;
    if (apart || v.span.from_ns < plan->from_ns) v.span.from_ns = plan->from_ns;
    if (apart || v.span.to_ns > plan->to_ns) v.span.to_ns = plan->to_ns;
    canvas_clip(v.canvas, inner);
    draw_charts(&v, inner, plan);
    canvas_unclip(v.canvas);
}
