#include "viz/draw/timeline_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/axis_time.h"
#include "viz/draw/timeline_names.h"
#include "viz/draw/timeline_signs.h"

static const double bar_units = 4;

/* ---- Density ---- */

/* Neighbouring edges must differ: a stand of the pace (many events, one instant) falls into the first bar of its own.
 */
static size_t make_edges(const struct view *v, struct box box, int64_t *edges, double *xs, size_t bars)
{
    struct box strip = timeline_strip(box, v->unit);
    size_t n = 0;
    for (size_t i = 0; i <= bars; i++) {
        double x = strip.x + strip.w * (double)i / (double)bars;
        int64_t at = timeline_instant_at(v, box, x);
        if (i == bars) at++;
        if (n && at <= edges[n - 1]) continue;
        edges[n] = at;
        xs[n++] = x;
    }
    return n;
}

/* At the foot of a bar, on a ground of their own: strokes, as of written lines. */
static void draw_lines(const struct view *v, struct box box)
{
    double thick = fmax(1, view_units(v, 1.3));
    canvas_fill(v->canvas, box, v->theme->grid);
    sign_draw_strokes(v->canvas, box, thick, sign_colour(v->theme, SIGN_LINES));
}

static void draw_bar(const struct view *v, struct box strip, double x, double w, const uint32_t counts[STORY_DENSITIES],
                     double most)
{
    double busy = counts[STORY_DENSITY_PACKETS] + 2.0 * counts[STORY_DENSITY_LINES];
    double h = busy > 0 ? strip.h * (0.15 + 0.8 * log1p(busy) / log1p(most)) : 0;
    struct colour colour = sign_colour(v->theme, SIGN_PACKETS);
    double words = counts[STORY_DENSITY_LINES] > 0 ? fmin(h, strip.h * 0.25) : 0;
    canvas_fill_round(v->canvas, box_of(x + 0.5, strip.y + strip.h - h, w - 1, h), w * 0.25, colour);
    if (words > 0) draw_lines(v, box_of(x + 0.5, strip.y + strip.h - words, w - 1, words));
}

static void draw_density(const struct view *v, struct box box)
{
    struct box strip = timeline_strip(box, v->unit);
    size_t bars = (size_t)fmax(8, strip.w / view_units(v, bar_units));
    int64_t *edges = mem_calloc(bars + 2, sizeof *edges);
    double *xs = mem_calloc(bars + 2, sizeof *xs), most = 1;
    uint32_t(*counts)[STORY_DENSITIES] = mem_calloc(bars + 2, sizeof *counts);
    size_t n = make_edges(v, box, edges, xs, bars);
    if (n >= 2) {
        story_density(v->story, edges, n - 1, counts);
        for (size_t i = 0; i + 1 < n; i++)
            most = fmax(most, counts[i][STORY_DENSITY_PACKETS] + 2.0 * counts[i][STORY_DENSITY_LINES]);
        for (size_t i = 0; i + 1 < n; i++)
            draw_bar(v, strip, xs[i], strip.w / (double)bars, counts[i], most);
    }
    mem_free(edges);
    mem_free(xs);
    mem_free(counts);
}

/* ---- Marks ---- */

static bool is_not_taken(const struct story *s, const struct story_mark *mark)
{
    return timeline_sign_of(s, mark) == SIGN_NOT_TAKEN;
}

/* What matters more is drawn when there is no room for both. */
static int importance(enum story_mark_kind kind)
{
    static const int ranks[] = {[STORY_MARK_COMPOSED] = 8,       [STORY_MARK_ATTEMPT] = 2,   [STORY_MARK_DEFERRED] = 6,
                                [STORY_MARK_DELIVERED] = 7,      [STORY_MARK_PICKED_UP] = 7, [STORY_MARK_BOUNCED] = 9,
                                [STORY_MARK_LOSS] = 5,           [STORY_MARK_CAPTION] = 1,   [STORY_MARK_FAULT] = 8,
                                [STORY_MARK_RETRANSMISSION] = 4, [STORY_MARK_NOT_SENT] = 9};
    return ranks[kind];
}

static bool claim(double *taken, size_t *n, size_t room, double x, double width)
{
    for (size_t i = 0; i < *n; i++)
        if (fabs(taken[i] - x) < width) return false;
    if (*n == room) return false;
    taken[(*n)++] = x;
    return true;
}

static bool is_in_sight(const struct view *v, int64_t at_ns)
{
    return at_ns >= v->span.from_ns && at_ns <= v->span.to_ns;
}

/* A loss is a line through the whole strip; where there are very many, or of what a host did not take, one at its foot,
   so that they do not cover what else goes on. */
static void draw_loss_line(const struct view *v, struct box strip, const struct story_mark *mark, double x, bool low)
{
    double top = low || is_not_taken(v->story, mark) ? strip.y + strip.h * 0.75 : strip.y;
    canvas_line(v->canvas, point_of(x, top), point_of(x, strip.y + strip.h), view_units(v, 1.5),
                colour_with_alpha(v->theme->lost, 0.8));
}

static bool are_many(const struct view *v, const struct story_mark *marks, size_t n_marks, enum story_mark_kind kind)
{
    enum { MANY = 60 };
    size_t n = 0;
    for (size_t i = 0; i < n_marks && n <= MANY; i++)
        n += marks[i].kind == kind && is_in_sight(v, marks[i].at_ns);
    return n > MANY;
}

/* Of each rank the first mark at each spot: of the tens of thousands of a long journal most would lie on one. */
enum { RANKS = 10, SPOTS_A_PIXEL = 2 };

struct first_marks {
    size_t n;      /* spots */
    size_t *marks; /* + 1, 0: none; by rank, then by spot */
};

static void find_first_marks(const struct view *v, struct box box, const struct story_mark *marks, size_t n_marks,
                             struct first_marks *first)
{
    size_t spots = (size_t)fmax(8, timeline_strip(box, v->unit).w * SPOTS_A_PIXEL), spot = 0;
    int64_t *edges = mem_calloc(spots + 2, sizeof *edges);
    double *xs = mem_calloc(spots + 2, sizeof *xs);
    size_t n = make_edges(v, box, edges, xs, spots);
    first->n = n;
    first->marks = mem_calloc(RANKS * (n + 1), sizeof *first->marks);
    for (size_t i = 0; i < n_marks; i++) {
        if (!is_in_sight(v, marks[i].at_ns)) continue;
        while (spot + 1 < n && marks[i].at_ns >= edges[spot + 1])
            spot++;
        size_t *mark = &first->marks[(size_t)importance(marks[i].kind) * n + spot];
        if (!*mark) *mark = i + 1;
    }
    mem_free(edges);
    mem_free(xs);
}

/* Of thousands that are sent again a sign here and there is enough: in a row they would say no more, and leave no room
   for attempts. */
static double room_of_sign(const struct view *v, enum story_mark_kind kind, bool crowd)
{
    return view_units(v, crowd && kind == STORY_MARK_RETRANSMISSION ? 60 : 15);
}

/* The most important first, and of these the latest. */
static const struct story_mark *nth_first(const struct first_marks *first, const struct story_mark *marks, size_t i)
{
    size_t rank = i / first->n, spot = first->n - 1 - i % first->n, found = first->marks[rank * first->n + spot];
    return found ? &marks[found - 1] : NULL;
}

static void draw_loss_lines(const struct view *v, struct box box)
{
    double last = -1;
    const struct story_mark *marks;
    struct first_marks first;
    size_t n_marks = story_marks(v->story, &marks);
    bool low = are_many(v, marks, n_marks, STORY_MARK_LOSS);
    find_first_marks(v, box, marks, n_marks, &first);
    for (size_t i = RANKS * first.n; i-- > 0;) {
        const struct story_mark *mark = nth_first(&first, marks, i);
        if (!mark || mark->kind != STORY_MARK_LOSS) continue;
        double x = timeline_x_of(v, box, mark->at_ns);
        if (fabs(x - last) < 1.0 / SPOTS_A_PIXEL) continue;
        draw_loss_line(v, timeline_strip(box, v->unit), mark, x, low);
        last = x;
    }
    mem_free(first.marks);
}

size_t timeline_marks_with_signs(const struct view *v, struct box box,
                                 const struct story_mark *shown[TIMELINE_MOST_SIGNS])
{
    double taken[TIMELINE_MOST_SIGNS];
    const struct story_mark *marks;
    struct first_marks first;
    size_t n_marks = story_marks(v->story, &marks), n = 0;
    bool crowd = are_many(v, marks, n_marks, STORY_MARK_RETRANSMISSION);
    find_first_marks(v, box, marks, n_marks, &first);
    for (size_t i = RANKS * first.n; i-- > 0;) {
        const struct story_mark *mark = nth_first(&first, marks, i);
        if (!mark) continue;
        double x = timeline_x_of(v, box, mark->at_ns);
        if (claim(taken, &n, TIMELINE_MOST_SIGNS, x, room_of_sign(v, mark->kind, crowd))) shown[n - 1] = mark;
    }
    mem_free(first.marks);
    return n;
}

static void draw_marks(const struct view *v, struct box box)
{
    const struct story_mark *shown[TIMELINE_MOST_SIGNS];
    struct timeline_names names;
    size_t n = timeline_marks_with_signs(v, box, shown);
    draw_loss_lines(v, box);
    timeline_names_place(v, box, shown, n, &names);
    timeline_names_draw(v, &names);
    for (size_t i = 0; i < n; i++) {
        double x = timeline_x_of(v, box, shown[i]->at_ns);
        if (shown[i]->kind == STORY_MARK_CAPTION && timeline_names_cover(&names, x, view_units(v, 5.5))) continue;
        timeline_sign_draw(v, timeline_sign_of(v->story, shown[i]), point_of(x, box.y + view_units(v, 10)));
    }
}

const struct story_mark *timeline_mark_at(const struct view *v, struct box box, struct point at)
{
    const struct story_mark *marks, *best = NULL;
    size_t n_marks = story_marks(v->story, &marks);
    double nearest = view_units(v, 8);
    if (at.y < box.y || at.y >= timeline_strip(box, v->unit).y) return NULL;
    for (size_t i = 0; i < n_marks; i++) {
        if (!is_in_sight(v, marks[i].at_ns)) continue;
        double away = fabs(timeline_x_of(v, box, marks[i].at_ns) - at.x);
        int more = best ? importance(marks[i].kind) - importance(best->kind) : 1;
        if (away > view_units(v, 8) || more < 0 || (more == 0 && away >= nearest)) continue;
        nearest = away;
        best = &marks[i];
    }
    return best;
}

/* ---- Times ---- */

static void draw_skips(const struct view *v, struct box box)
{
    struct box strip = timeline_strip(box, v->unit);
    double step = view_units(v, 2);
    for (double x = strip.x; x < strip.x + strip.w; x += step) {
        if (!pace_is_skipping(v->pace, timeline_screen_at(v, box, x))) continue;
        canvas_fill(v->canvas, box_of(x, strip.y + strip.h * 0.42, step * 0.6, strip.h * 0.16), v->theme->ghost);
    }
}

/* So many, evenly on the screen. */
static size_t label_count(const struct view *v, struct box strip)
{
    return (size_t)fmax(2, floor(strip.w / view_units(v, 130)));
}

/* The instant where a label stands, or so much beside it. */
static int64_t label_at(const struct view *v, struct box box, size_t i, size_t labels, double beside)
{
    struct box strip = timeline_strip(box, v->unit);
    double x = strip.x + strip.w * (double)i / (double)labels + beside;
    return timeline_instant_at(v, box, fmax(strip.x, fmin(x, strip.x + strip.w)));
}

/* So that the closest neighbours differ; and of a short run, in which every packet is seen, so exactly that a mark just
   before a label has not the later time. Of the whole, what is closer than a millisecond is shown once. */
static struct axis_time form_of_labels(const struct view *v, struct box box, size_t labels)
{
    double near = view_units(v, 5);
    int64_t first_ns = label_at(v, box, 0, labels, 0), closest_ns = MILLISECOND;
    struct axis_time form = axis_time_in(v, label_at(v, box, labels, labels, 0), TIME_NEVER);
    bool is_short = form.most_ns - first_ns < MINUTE, is_whole = timeline_shows_whole(v);
    for (size_t i = 0; i < labels; i++) {
        int64_t apart = label_at(v, box, i + 1, labels, 0) - label_at(v, box, i, labels, 0);
        int64_t about = label_at(v, box, i, labels, near) - label_at(v, box, i, labels, -near);
        if (!is_whole && apart > 0 && apart < closest_ns) closest_ns = apart;
        apart /= 8;
        if (is_short && about > 0 && about < apart) apart = about;
        if (apart > 0 && apart < form.apart_ns) form.apart_ns = apart;
    }
    if (form.apart_ns < closest_ns || form.apart_ns == TIME_NEVER) form.apart_ns = closest_ns;
    return form;
}

/* So many as have room with their digits: the first and the last begin and end at the strip's edges, and reach half a
   label nearer to their neighbours. */
static struct axis_time fit_labels(const struct view *v, struct box box, const struct text_style *style, size_t *labels)
{
    struct box strip = timeline_strip(box, v->unit);
    for (*labels = label_count(v, strip);; --*labels) {
        char text[VIEW_TIME_BYTES];
        struct axis_time form = form_of_labels(v, box, *labels);
        axis_time_text(form, form.most_ns, text);
        double wide = canvas_measure(v->canvas, style, text, 0).x + view_units(v, 8);
        if (*labels <= 1 || 1.5 * wide <= strip.w / (double)*labels) return form;
    }
}

static void draw_times(const struct view *v, struct box box)
{
    struct box strip = timeline_strip(box, v->unit);
    struct text_style style = view_mono(v, FONT_SMALL);
    style.colour = v->theme->faint;
    style.down = ALIGN_CENTRE;
    size_t labels;
    const struct axis_time form = fit_labels(v, box, &style, &labels);
    double y = strip.y + strip.h + view_units(v, 2), w = strip.w / (double)labels;
    char former[VIEW_TIME_BYTES] = "", text[VIEW_TIME_BYTES];
    for (size_t i = 0; i <= labels; i++) {
        double x = strip.x + w * (double)i;
        style.across = i == 0 ? ALIGN_START : i == labels ? ALIGN_END : ALIGN_CENTRE;
        double left = i == 0 ? x : i == labels ? x - w : x - w / 2;
        axis_time_text(form, label_at(v, box, i, labels, 0), text);
        canvas_line(v->canvas, point_of(x, strip.y + strip.h), point_of(x, y + view_units(v, 2)), 1, v->theme->ghost);
        if (!strcmp(text, former)) continue; /* the clock stands still while something is read */
        canvas_text(v->canvas, box_of(left, y + view_units(v, 2), w, view_units(v, 14)), &style, text);
        memcpy(former, text, sizeof former);
    }
}

void timeline_view_draw_still(const struct view *v, struct box box)
{
    struct box strip = timeline_strip(box, v->unit);
    canvas_fill_round(v->canvas, strip, view_units(v, 4), v->theme->grid);
    draw_density(v, box);
    draw_skips(v, box);
    draw_marks(v, box);
    draw_times(v, box);
}

/* Instants so near to one that has its mark that theirs would lie on it. */
struct drawn {
    struct span spans[64];
    size_t n;
};

static bool is_full(const struct drawn *drawn)
{
    return drawn->n == sizeof drawn->spans / sizeof *drawn->spans;
}

static bool is_drawn(const struct drawn *drawn, int64_t at_ns)
{
    for (size_t i = 0; i < drawn->n; i++)
        if (at_ns >= drawn->spans[i].from_ns && at_ns <= drawn->spans[i].to_ns) return true;
    return false;
}

/* Where its mark stands. */
static double note_drawn(const struct view *v, struct box box, double r, int64_t at_ns, struct drawn *drawn)
{
    double x = timeline_x_of(v, box, at_ns);
    drawn->spans[drawn->n++] = (struct span){timeline_instant_at(v, box, x - r), timeline_instant_at(v, box, x + r)};
    return x;
}

/* Of a letter that was put off; 0 for none. */
static int64_t next_attempt(const struct story *s, size_t letter)
{
    enum { STAYS = 8 };
    struct story_stay stays[STAYS];
    size_t n = story_letter_stays(s, letter, stays, STAYS);
    for (size_t i = 0; i < n && i < STAYS; i++)
        if (stays[i].state == STORY_MAIL_DEFERRED) return event_int(story_event(s, stays[i].event), FIELD_AT);
    return 0;
}

/* What the present knows of the future: a small hollow mark where a timer will fire or an attempt is due. */
static void draw_known_future(const struct view *v, struct box box, struct box strip)
{
    double r = view_units(v, 3);
    struct drawn drawn = {.n = 0};
    for (size_t i = 0, n = story_timer_count(v->story); i < n && !is_full(&drawn); i++) {
        int64_t at_ns = story_timer_at(v->story, i);
        if (at_ns <= story_now(v->story) || !is_in_sight(v, at_ns) || is_drawn(&drawn, at_ns)) continue;
        timeline_sign_draw(v, SIGN_TIMER, point_of(note_drawn(v, box, r, at_ns, &drawn), strip.y + r * 1.6));
    }
    drawn.n = 0;
    for (size_t i = 0, n = story_letter_count(v->story); i < n && !is_full(&drawn); i++) {
        int64_t at_ns = next_attempt(v->story, i);
        if (at_ns <= story_now(v->story) || !is_in_sight(v, at_ns) || is_drawn(&drawn, at_ns)) continue;
        timeline_sign_draw(v, SIGN_NEXT_ATTEMPT, point_of(note_drawn(v, box, r, at_ns, &drawn), strip.y + r * 1.6));
    }
}

static void draw_bookmarks(const struct view *v, struct box box, struct box strip)
{
    for (size_t i = 0; i < v->n_bookmarks; i++) {
        if (!is_in_sight(v, v->bookmarks[i])) continue;
        double x = timeline_x_of(v, box, v->bookmarks[i]);
        timeline_sign_draw(v, SIGN_BOOKMARK, point_of(x, strip.y + strip.h - view_units(v, 6)));
    }
}

/* Where what if begins to be another story. */
static void draw_parting(const struct view *v, struct box box, struct box strip)
{
    if (v->parts_ns == TIME_NEVER || !is_in_sight(v, v->parts_ns)) return;
    double x = timeline_x_of(v, box, v->parts_ns);
    canvas_dashed(v->canvas, point_of(x, strip.y), point_of(x, strip.y + strip.h), view_units(v, 2), view_units(v, 4),
                  v->theme->accent);
    timeline_sign_draw(v, SIGN_PARTING, point_of(x, strip.y + view_units(v, 7)));
}

void timeline_view_draw_moving(const struct view *v, struct box box)
{
    struct box strip = timeline_strip(box, v->unit);
    double end = strip.x + strip.w, at = timeline_x_of_cursor(v, box), r = view_units(v, 6.5);
    double x = fmax(strip.x, fmin(end, at));
    targets_add_box(v->targets, ACT_TIME_LINE, 0, box);
    canvas_fill(v->canvas, box_of(x, strip.y, end - x, strip.h), colour_with_alpha(v->theme->panel, 0.45));
    draw_known_future(v, box, strip);
    draw_parting(v, box, strip);
    draw_bookmarks(v, box, strip);
    if (at < strip.x - 1 || at > end + 1) return; /* the present is out of sight */
    canvas_line(v->canvas, point_of(x, strip.y), point_of(x, strip.y + strip.h + r * 0.4), view_units(v, 2.5),
                v->theme->ink);
    const struct point handle[3] = {{x - r, strip.y}, {x + r, strip.y}, {x, strip.y + r * 1.2}}; /* below the names */
    canvas_polygon(v->canvas, handle, 3, v->theme->ink);
}

/* ---- What a sign says ---- */

static const double sign_reach = 8; /* in units */

static bool is_near(const struct view *v, struct box box, int64_t at_ns, struct point at)
{
    return is_in_sight(v, at_ns) && fabs(timeline_x_of(v, box, at_ns) - at.x) <= view_units(v, sign_reach);
}

static struct timeline_found future_at(const struct view *v, struct box box, struct point at)
{
    const struct story *s = v->story;
    for (size_t i = 0; i < story_timer_count(s); i++) {
        int64_t at_ns = story_timer_at(s, i);
        if (at_ns > story_now(s) && is_near(v, box, at_ns, at))
            return (struct timeline_found){SIGN_TIMER, story_timer(s, i).event, at_ns};
    }
    for (size_t i = 0; i < story_letter_count(s); i++) {
        int64_t at_ns = next_attempt(s, i);
        if (at_ns > story_now(s) && is_near(v, box, at_ns, at))
            return (struct timeline_found){SIGN_NEXT_ATTEMPT, STORY_NONE, at_ns};
    }
    return (struct timeline_found){TIMELINE_SIGNS, STORY_NONE, 0};
}

struct timeline_found timeline_sign_at(const struct view *v, struct box box, struct point at)
{
    const struct timeline_found none = {TIMELINE_SIGNS, STORY_NONE, 0};
    struct box strip = timeline_strip(box, v->unit);
    const struct story_mark *mark = timeline_mark_at(v, box, at);
    if (mark) return (struct timeline_found){timeline_sign_of(v->story, mark), mark->event, mark->at_ns};
    if (!box_has(strip, at.x, at.y)) return none;
    for (size_t i = 0; i < v->n_bookmarks; i++)
        if (at.y > strip.y + strip.h / 2 && is_near(v, box, v->bookmarks[i], at))
            return (struct timeline_found){SIGN_BOOKMARK, STORY_NONE, v->bookmarks[i]};
    if (at.y < strip.y + strip.h / 2) {
        struct timeline_found future = future_at(v, box, at);
        if (future.sign != TIMELINE_SIGNS) return future;
    }
    if (v->parts_ns != TIME_NEVER && is_near(v, box, v->parts_ns, at))
        return (struct timeline_found){SIGN_PARTING, STORY_NONE, v->parts_ns};
    return none;
}

/* Where it is drawn: what happens in the row above the strip, the rest in the strip. */
static struct point place_of_sign(const struct view *v, struct box box, const struct timeline_found *found)
{
    struct box strip = timeline_strip(box, v->unit);
    double x = timeline_x_of(v, box, found->at_ns);
    switch ((int)found->sign) {
    case SIGN_TIMER:
    case SIGN_NEXT_ATTEMPT:
        return point_of(x, strip.y + view_units(v, 4.8));
    case SIGN_BOOKMARK:
        return point_of(x + view_units(v, 3), strip.y + strip.h - view_units(v, 6));
    case SIGN_PARTING:
        return point_of(x, strip.y);
    default:
        return point_of(x, box.y + view_units(v, 10));
    }
}

/* What it is and when, and what happens there: above the buttons, which one may want next, with a ring around the sign
   that is meant. */
void timeline_view_draw_tip(const struct view *v, struct box box, double above, const struct timeline_found *found)
{
    enum { LINES = 4 };
    char text[VIEW_TIME_BYTES + 200], at[VIEW_TIME_BYTES], sentence[STORY_SENTENCE_BYTES] = "";
    double u = v->unit, room = fmin(560 * u, box.w - 24 * u), edge = 12 * u;
    struct text_style bold = view_text(v, FONT_PLAIN), plain = view_text(v, FONT_PLAIN);
    bold.bold = true;
    plain.lines = LINES;
    plain.may_be_cut = true;
    snprintf(text, sizeof text, tr("%s, at %s"), sign_words(found->sign),
             view_instant_text(v, found->at_ns, MILLISECOND, at));
    if (found->event != STORY_NONE) story_sentence(v->story, found->event, sentence, sizeof sentence);
    bold = view_fitted(v, bold, text, room, 0.6);
    struct point head = canvas_measure(v->canvas, &bold, text, 0);
    struct point said = *sentence ? canvas_measure(v->canvas, &plain, sentence, room) : point_of(0, 0);
    double w = ceil(fmax(head.x, fmin(said.x, room))) + 2 * edge + 2, h = ceil(head.y + said.y) + edge;
    double x = timeline_x_of(v, box, found->at_ns) - w / 2;
    struct box tip = box_of(fmax(box.x, fmin(x, box.x + box.w - w)), fmax(0, above - h - 4 * u), w, h);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, tip, 8 * u, v->theme->panel);
    canvas_stroke_round(v->canvas, tip, 8 * u, 1.5 * u, v->theme->accent);
    canvas_ring(v->canvas, place_of_sign(v, box, found), 9 * u, 1.5 * u, v->theme->accent);
    canvas_text(v->canvas, box_of(tip.x + edge, tip.y + edge / 2, w - 2 * edge, head.y), &bold, text);
    if (*sentence)
        canvas_text(v->canvas, box_of(tip.x + edge, tip.y + edge / 2 + head.y, w - 2 * edge, said.y + 1), &plain,
                    sentence);
}
