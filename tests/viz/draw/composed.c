#include "tests/viz/draw/composed.h"

#include <math.h>
#include <string.h>

#include "sim/journal/memory.h"

struct part {
    enum canvas_part_what what;
    struct point corners[4];
    struct box bounds, clip, room;
    double alpha, size;
    char *text;                        /* NULL: a box */
    bool cut, may_be_cut, gone, holds; /* holds: it is a box with a text in it */
    int floor, lines;
};

struct page {
    struct canvas *canvas;
    struct part *parts;
    size_t n, room, texts;
    struct finding *findings;
    size_t n_findings;
    int floor;
};

enum { FINDINGS = 256 };
/* Ink may touch by this many pixels, as antialiasing does; of the size of the letters, for lines set close. */
static const double touch_px = 1, touch_em = 0.06, seen_alpha = 0.45, opaque_alpha = 0.85;

const char *fault_name(enum fault fault)
{
    static const char *const names[] = {
        [FAULT_CUT] = "is cut",
        [FAULT_CUT_WITH_ROOM] = "is cut although there is room",
        [FAULT_CLIPPED] = "goes beyond its pane",
        [FAULT_ON_TEXT] = "lies on another text",
        [FAULT_HIDDEN] = "is half hidden by a box",
        [FAULT_OUTSIDE] = "goes beyond its box",
        [FAULT_COVERED] = "is covered by a packet, a cross or an envelope",
        [FAULT_ON_BOX] = "a box lies across another",
    };
    return names[fault];
}

/* ---- Hearing ---- */

static struct box bounds_of(const struct point corners[4])
{
    double x0 = corners[0].x, y0 = corners[0].y, x1 = x0, y1 = y0;
    for (int i = 1; i < 4; i++) {
        x0 = fmin(x0, corners[i].x), x1 = fmax(x1, corners[i].x);
        y0 = fmin(y0, corners[i].y), y1 = fmax(y1, corners[i].y);
    }
    return box_of(x0, y0, x1 - x0, y1 - y0);
}

static void hear(void *user, const struct canvas_part *heard)
{
    struct page *page = user;
    if (page->n == page->room) {
        page->room = page->room ? 2 * page->room : 512;
        page->parts = mem_realloc(page->parts, page->room * sizeof *page->parts);
    }
    if (heard->what == CANVAS_LAID_OVER) page->floor++;
    if (heard->what == CANVAS_TEXT) page->texts++;
    struct part part = {.what = heard->what,
                        .bounds = bounds_of(heard->corners),
                        .clip = heard->clip,
                        .room = heard->room,
                        .alpha = heard->colour.a,
                        .cut = heard->cut,
                        .floor = page->floor};
    memcpy(part.corners, heard->corners, sizeof part.corners);
    if (heard->what == CANVAS_TEXT) {
        part.text = mem_strdup(heard->text);
        part.size = heard->style->size;
        part.lines = heard->style->lines;
        part.may_be_cut = heard->style->may_be_cut;
    }
    page->parts[page->n++] = part;
}

struct page *page_new(int width, int height)
{
    struct page *page = mem_calloc(1, sizeof *page);
    page->canvas = canvas_new_listener(width, height, (struct canvas_listener){hear, page});
    page->findings = mem_calloc(FINDINGS, sizeof *page->findings);
    return page;
}

void page_free(struct page *page)
{
    for (size_t i = 0; i < page->n; i++)
        mem_free(page->parts[i].text);
    canvas_free(page->canvas);
    mem_free(page->parts);
    mem_free(page->findings);
    mem_free(page);
}

struct canvas *page_canvas(struct page *page)
{
    return page->canvas;
}

size_t page_texts(const struct page *page)
{
    return page->texts;
}

/* ---- Geometry ---- */

static struct box common(struct box a, struct box b)
{
    double x = fmax(a.x, b.x), y = fmax(a.y, b.y);
    return box_of(x, y, fmax(0, fmin(a.x + a.w, b.x + b.w) - x), fmax(0, fmin(a.y + a.h, b.y + b.h) - y));
}

static double area(struct box b)
{
    return b.w * b.h;
}

static bool is_within(struct box inner, struct box outer, double by)
{
    return inner.x >= outer.x - by && inner.y >= outer.y - by && inner.x + inner.w <= outer.x + outer.w + by &&
           inner.y + inner.h <= outer.y + outer.h + by;
}

/* How deep two turned rectangles are in each other: the least over the directions of their sides; 0: they are apart. */
static double depth(const struct point a[4], const struct point b[4])
{
    double least = 1e9;
    for (int k = 0; k < 4; k++) {
        const struct point *from = k < 2 ? a : b, *to = from + 1 + k % 2, *base = from + k % 2;
        double dx = to->x - base->x, dy = to->y - base->y, length = sqrt(dx * dx + dy * dy);
        if (length < 1e-6) return 0;
        double low[2] = {1e9, 1e9}, high[2] = {-1e9, -1e9};
        for (int i = 0; i < 8; i++) {
            const struct point *p = i < 4 ? &a[i] : &b[i - 4];
            double at = (p->x * dx + p->y * dy) / length;
            low[i / 4] = fmin(low[i / 4], at);
            high[i / 4] = fmax(high[i / 4], at);
        }
        least = fmin(least, fmin(high[0], high[1]) - fmax(low[0], low[1]));
        if (least <= 0) return 0;
    }
    return least;
}

/* ---- Rules ---- */

static void found(struct page *page, enum fault fault, const struct part *part, const struct part *other)
{
    if (page->n_findings == FINDINGS) return;
    page->findings[page->n_findings++] =
        (struct finding){fault, part->text ? part->text : "", other && other->text ? other->text : "", part->bounds};
}

static bool is_seen(const struct part *p)
{
    return !p->gone && p->what == CANVAS_TEXT && p->alpha >= seen_alpha && area(common(p->bounds, p->clip)) > 0;
}

/* What is to stay on top is drawn once more. */
static bool is_same(const struct part *a, const struct part *b)
{
    return a->text && b->text && !strcmp(a->text, b->text) && point_distance(a->corners[0], b->corners[0]) < 0.5;
}

static bool comes_again(const struct page *page, size_t i, size_t after)
{
    for (size_t k = after + 1; k < page->n; k++)
        if (is_same(&page->parts[i], &page->parts[k])) return true;
    return false;
}

static double touch(const struct part *p)
{
    return fmax(touch_px, touch_em * p->size);
}

/* The box on which it lies: the latest below it that has its middle and could be meant to hold it. */
static struct part *holder(const struct page *page, size_t i)
{
    const struct part *text = &page->parts[i];
    struct part *best = NULL;
    struct point middle = {text->bounds.x + text->bounds.w / 2, text->bounds.y + text->bounds.h / 2};
    for (size_t k = 0; k < i; k++) {
        struct part *box = &page->parts[k];
        bool is_mark = box->bounds.h < text->size * 0.9 || box->bounds.w < text->bounds.w * 0.6;
        if (box->what != CANVAS_BOX || box->floor != text->floor || is_mark) continue;
        if (box_has(box->bounds, middle.x, middle.y)) best = box;
    }
    return best;
}

/* Whether more of a cut text could be shown: nothing stands at its right up to the edge of what holds it. */
static bool has_room_beside(const struct page *page, size_t i)
{
    const struct part *text = &page->parts[i], *box = holder(page, i);
    struct box all = common(box ? box->bounds : text->clip, text->clip);
    double right = all.x + all.w, from = fmax(text->room.x + text->room.w, text->bounds.x + text->bounds.w);
    if (text->lines > 0 || fabs(text->corners[0].y - text->corners[1].y) > 0.5) return false;
    for (size_t k = 0; k < page->n; k++) {
        const struct part *other = &page->parts[k];
        bool in_line = other->bounds.y < text->bounds.y + text->bounds.h &&
                       other->bounds.y + other->bounds.h > text->bounds.y && other->bounds.x >= from - 1;
        if (k != i && in_line && other->floor == text->floor) right = fmin(right, other->bounds.x);
    }
    return right - from > fmax(6 * text->size, 0.25 * text->room.w);
}

/* A paragraph that is longer than its frame is seen in part, and the wheel goes through it. */
static bool is_gone_through(const struct part *p)
{
    return p->lines > 1 && p->bounds.h > p->clip.h && p->bounds.x >= p->clip.x - touch(p) &&
           p->bounds.x + p->bounds.w <= p->clip.x + p->clip.w + touch(p);
}

static void judge_text(struct page *page, size_t i)
{
    struct part *text = &page->parts[i];
    if (!is_seen(text)) return;
    if (text->cut && !text->may_be_cut) found(page, FAULT_CUT, text, NULL);
    if (text->cut && text->may_be_cut && has_room_beside(page, i)) found(page, FAULT_CUT_WITH_ROOM, text, NULL);
    if (!is_within(text->bounds, text->clip, touch(text)) && !is_gone_through(text))
        found(page, FAULT_CLIPPED, text, NULL);
    struct part *box = holder(page, i);
    if (box) box->holds = true;
    if (box && box->alpha >= opaque_alpha && !is_within(text->bounds, box->bounds, touch(text)))
        found(page, FAULT_OUTSIDE, text, NULL);
    for (size_t k = 0; k < i; k++) {
        const struct part *other = &page->parts[k];
        if (other->floor != text->floor || !is_seen(other) || is_same(text, other)) continue;
        if (area(common(common(text->bounds, text->clip), common(other->bounds, other->clip))) <= 0) continue;
        if (depth(text->corners, other->corners) > fmin(touch(text), touch(other)) + 0.5)
            found(page, FAULT_ON_TEXT, text, other);
    }
}

/* A box hides what is below it; half a text must not be left over. */
static void judge_box(struct page *page, size_t i)
{
    const struct part *box = &page->parts[i];
    struct box shown = common(box->bounds, box->clip);
    if (box->alpha < opaque_alpha) return;
    for (size_t k = 0; k < i; k++) {
        struct part *below = &page->parts[k];
        if (below->what == CANVAS_TEXT && is_seen(below) && depth(box->corners, below->corners) > touch(below)) {
            struct box hidden = common(shown, common(below->bounds, below->clip));
            if (area(hidden) > 0.8 * area(below->bounds))
                below->gone = true;
            else if (below->floor == box->floor && hidden.w > touch(below) && hidden.h > touch(below) &&
                     !comes_again(page, k, i))
                found(page, FAULT_HIDDEN, below, box);
        }
    }
}

/* Bars and marks may cross; what holds a text may not. */
static void judge_holder(struct page *page, size_t i)
{
    const struct part *box = &page->parts[i];
    for (size_t k = 0; k < i; k++) {
        const struct part *other = &page->parts[k];
        if (!other->holds || other->floor != box->floor || other->alpha < opaque_alpha) continue;
        struct box a = common(box->bounds, box->clip), b = common(other->bounds, other->clip), both = common(a, b);
        bool one_in_other = is_within(a, b, 2) || is_within(b, a, 2);
        if (both.w > 2 && both.h > 2 && !one_in_other) found(page, FAULT_ON_BOX, box, other);
    }
}

size_t page_judge(struct page *page, const struct finding **findings)
{
    page->n_findings = 0;
    for (size_t i = 0; i < page->n; i++) {
        if (page->parts[i].what == CANVAS_TEXT) judge_text(page, i);
        if (page->parts[i].what == CANVAS_BOX) judge_box(page, i);
    }
    for (size_t i = 0; i < page->n; i++)
        if (page->parts[i].holds && page->parts[i].alpha >= opaque_alpha) judge_holder(page, i);
    *findings = page->findings;
    return page->n_findings;
}

/* A mark is smaller than the square around it. */
static const double mark_part = 0.8;

static bool covers(const struct part *mark, const struct part *text)
{
    struct box all = mark->bounds, inner = box_inset(all, (1 - mark_part) / 2 * fmin(all.w, all.h));
    struct box seen = common(inner, mark->clip);
    const struct point corners[4] = {
        {seen.x, seen.y}, {seen.x + seen.w, seen.y}, {seen.x + seen.w, seen.y + seen.h}, {seen.x, seen.y + seen.h}};
    return mark->alpha >= seen_alpha && area(seen) > 0 && depth(corners, text->corners) > fmax(1.5, 0.15 * text->size);
}

size_t page_judge_marks(struct page *page, bool (*is_name)(const void *context, const char *text), const void *context,
                        const struct finding **findings)
{
    page->n_findings = 0;
    for (size_t k = 0; k < page->n; k++) {
        const struct part *text = &page->parts[k];
        if (!is_seen(text) || !is_name(context, text->text)) continue;
        for (size_t i = k + 1; i < page->n; i++)
            if (page->parts[i].what == CANVAS_MARK && covers(&page->parts[i], text) && !comes_again(page, k, i)) {
                found(page, FAULT_COVERED, text, NULL);
                break;
            }
    }
    *findings = page->findings;
    return page->n_findings;
}

/* By whoever drew it, or by the canvas. An ellipsis alone stands for what is still to come. */
static bool is_cut(const struct part *p)
{
    static const char ellipsis[] = "…";
    size_t length = p->text ? strlen(p->text) : 0, tail = sizeof ellipsis - 1;
    return p->cut || (length > tail && !strcmp(p->text + length - tail, ellipsis));
}

size_t page_cut_texts(struct page *page, const struct finding **findings)
{
    page->n_findings = 0;
    for (size_t i = 0; i < page->n; i++) {
        const struct part *text = &page->parts[i];
        bool is_there = text->what == CANVAS_TEXT && !text->gone && area(common(text->bounds, text->clip)) > 0;
        if (is_there && is_cut(text)) found(page, FAULT_CUT, text, NULL);
    }
    *findings = page->findings;
    return page->n_findings;
}
