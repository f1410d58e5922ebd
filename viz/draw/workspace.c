#include "viz/draw/workspace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double least_part = 0.15;

static const char *const names[VIEWS] = {"map",    "dialogue", "ladder",   "queue",   "names",
                                         "sender", "segment",  "why-late", "what-if", "closely"};

/* A lesson; a postmaster's days; names; what TCP does; one packet. */
static const char *const presets[WORKSPACE_PRESETS] = {
    "|62(-55(map,dialogue),ladder)", "-55(|60(queue,why-late),|50(map,dialogue))",
    "|55(-45(map,names),dialogue)",  "-58(sender,|55(ladder,dialogue))",
    "|50(-50(map,ladder),segment)",
};

const char *workspace_preset(int i)
{
    return presets[i];
}

const char *workspace_of_attempts(void)
{
    return "-50(queue,map)";
}

const char *workspace_of_days(void)
{
    return "|62(-50(map,queue),ladder)";
}

const char *workspace_view_name(enum view_id view)
{
    return names[view];
}

/* ---- Text ---- */

struct reading {
    const char *at;
    struct workspace made;
    bool seen[VIEWS];
};

static int read_pane(struct reading *r, int depth);

static int new_pane(struct workspace *w, struct pane pane)
{
    w->panes[w->n] = pane;
    return w->n++;
}

static bool skip(struct reading *r, char expected)
{
    if (*r->at != expected) return false;
    r->at++;
    return true;
}

static int read_view(struct reading *r)
{
    size_t length = strcspn(r->at, ",()|");
    for (enum view_id view = 0; view < VIEWS; view++) {
        if (strlen(names[view]) != length || strncmp(names[view], r->at, length) != 0) continue;
        if (r->seen[view]) return -1;
        r->seen[view] = true;
        r->at += length;
        return new_pane(&r->made, (struct pane){.view = view});
    }
    return -1;
}

static int read_split(struct reading *r, int depth)
{
    char *end;
    struct pane pane = {.view = VIEW_NONE, .side_by_side = *r->at++ == '|'};
    long percent = strtol(r->at, &end, 10);
    if (end == r->at || percent < 1 || percent > 99) return -1;
    r->at = end;
    pane.part = fmax(least_part, fmin(1 - least_part, (double)percent / 100));
    if (!skip(r, '(') || (pane.first = read_pane(r, depth + 1)) < 0) return -1;
    if (!skip(r, ',') || (pane.second = read_pane(r, depth + 1)) < 0) return -1;
    return skip(r, ')') ? new_pane(&r->made, pane) : -1;
}

static int read_pane(struct reading *r, int depth)
{
    if (depth >= VIEWS) return -1;
    return *r->at == '|' || *r->at == '-' ? read_split(r, depth) : read_view(r);
}

bool workspace_read(struct workspace *w, const char *text)
{
    struct reading r = {.at = text};
    r.made.root = read_pane(&r, 0);
    if (r.made.root < 0 || *r.at) return false;
    *w = r.made;
    return true;
}

static size_t write_pane(const struct workspace *w, int pane, char *text, size_t n)
{
    const struct pane *p = &w->panes[pane];
    size_t room = WORKSPACE_TEXT_BYTES - n;
    if (p->view != VIEW_NONE) return n + (size_t)snprintf(text + n, room, "%s", names[p->view]);
    n += (size_t)snprintf(text + n, room, "%c%d(", p->side_by_side ? '|' : '-', (int)lround(p->part * 100));
    n = write_pane(w, p->first, text, n);
    text[n++] = ',';
    n = write_pane(w, p->second, text, n);
    text[n++] = ')';
    text[n] = 0;
    return n;
}

const char *workspace_write(const struct workspace *w, char text[WORKSPACE_TEXT_BYTES])
{
    write_pane(w, w->root, text, 0);
    return text;
}

/* ---- Places ---- */

static void split_box(const struct pane *p, struct box box, double gap, struct box *first, struct box *second)
{
    *first = *second = box;
    if (p->side_by_side) {
        first->w = floor((box.w - gap) * p->part);
        second->x = box.x + first->w + gap;
        second->w = box.w - first->w - gap;
    } else {
        first->h = floor((box.h - gap) * p->part);
        second->y = box.y + first->h + gap;
        second->h = box.h - first->h - gap;
    }
}

static void place(const struct workspace *w, int pane, struct box box, double gap, struct box boxes[VIEWS])
{
    const struct pane *p = &w->panes[pane];
    struct box first, second;
    if (p->view != VIEW_NONE) {
        boxes[p->view] = box;
        return;
    }
    split_box(p, box, gap, &first, &second);
    place(w, p->first, first, gap, boxes);
    place(w, p->second, second, gap, boxes);
}

void workspace_place(const struct workspace *w, struct box area, double gap, struct box boxes[VIEWS])
{
    for (enum view_id view = 0; view < VIEWS; view++)
        boxes[view] = box_of(0, 0, 0, 0);
    place(w, w->root, area, gap, boxes);
}

/* ---- Changes ---- */

static int pane_of(const struct workspace *w, enum view_id view)
{
    for (int i = 0; i < w->n; i++)
        if (w->panes[i].view == view) return i;
    return -1;
}

bool workspace_has(const struct workspace *w, enum view_id view)
{
    return pane_of(w, view) >= 0;
}

void workspace_show(struct workspace *w, enum view_id at, enum view_id view)
{
    int here = pane_of(w, at), there = pane_of(w, view);
    if (here < 0) return;
    if (there >= 0) w->panes[there].view = at;
    w->panes[here].view = view;
}

/* Takes a pane's number away; the last one gets it. */
static void drop_pane(struct workspace *w, int pane)
{
    int last = --w->n;
    w->panes[pane] = w->panes[last];
    if (w->root == last) w->root = pane;
    for (int i = 0; i < w->n; i++) {
        struct pane *p = &w->panes[i];
        if (p->view != VIEW_NONE) continue;
        if (p->first == last) p->first = pane;
        if (p->second == last) p->second = pane;
    }
}

void workspace_close(struct workspace *w, enum view_id view)
{
    int gone = pane_of(w, view);
    for (int i = 0; i < w->n && gone >= 0; i++) {
        struct pane *above = &w->panes[i];
        if (above->view != VIEW_NONE || (above->first != gone && above->second != gone)) continue;
        int stays = above->first == gone ? above->second : above->first;
        *above = w->panes[stays]; /* whose number nobody else knows */
        drop_pane(w, gone > stays ? gone : stays);
        drop_pane(w, gone > stays ? stays : gone);
        return;
    }
}

void workspace_split(struct workspace *w, enum view_id at, enum view_id view, bool side_by_side)
{
    if (at == view || pane_of(w, at) < 0) return;
    workspace_close(w, view);
    int here = pane_of(w, at);
    int first = new_pane(w, (struct pane){.view = at}), second = new_pane(w, (struct pane){.view = view});
    w->panes[here] = (struct pane){VIEW_NONE, side_by_side, 0.5, first, second};
}

/* ---- Little room ---- */

static enum view_id first_view(const struct workspace *w)
{
    int pane = w->root;
    while (w->panes[pane].view == VIEW_NONE)
        pane = w->panes[pane].first;
    return w->panes[pane].view;
}

/* The smallest part that a pane has of what it needs; 1 and more: all have enough. */
static double least_part_of_room(const struct workspace *w, struct box area, double gap, struct point least)
{
    struct box boxes[VIEWS];
    double part = 1e9;
    workspace_place(w, area, gap, boxes);
    for (enum view_id view = 0; view < VIEWS; view++)
        if (workspace_has(w, view)) part = fmin(part, fmin(boxes[view].w / least.x, boxes[view].h / least.y));
    return part;
}

static struct workspace without(const struct workspace *w, enum view_id view)
{
    struct workspace fewer = *w;
    workspace_close(&fewer, view);
    for (int i = 0; i < fewer.n; i++)
        fewer.panes[i].part = 0.5;
    return fewer;
}

bool workspace_fit(struct workspace *w, struct box area, double gap, struct point least)
{
    bool fewer = false;
    while (w->panes[w->root].view == VIEW_NONE && least_part_of_room(w, area, gap, least) < 1) {
        struct workspace best = *w;
        double most = -1;
        for (enum view_id view = 0; view < VIEWS; view++) {
            if (view == first_view(w) || !workspace_has(w, view)) continue;
            struct workspace left = without(w, view);
            double part = least_part_of_room(&left, area, gap, least);
            if (part > most) most = part, best = left;
        }
        *w = best;
        fewer = true;
    }
    return fewer;
}

/* ---- Bars ---- */

static int bar_at(const struct workspace *w, int pane, struct box box, double gap, struct point at, double reach)
{
    const struct pane *p = &w->panes[pane];
    struct box first, second;
    if (p->view != VIEW_NONE || !box_has(box_inset(box, -reach), at.x, at.y)) return -1;
    split_box(p, box, gap, &first, &second);
    double middle = p->side_by_side ? first.x + first.w + gap / 2 : first.y + first.h + gap / 2;
    if (fabs((p->side_by_side ? at.x : at.y) - middle) <= reach) return pane;
    int found = bar_at(w, p->first, first, gap, at, reach);
    return found >= 0 ? found : bar_at(w, p->second, second, gap, at, reach);
}

int workspace_bar_at(const struct workspace *w, struct box area, double gap, struct point at, double reach)
{
    return bar_at(w, w->root, area, gap, at, reach);
}

static bool find_box(const struct workspace *w, int pane, struct box box, double gap, int wanted, struct box *found)
{
    const struct pane *p = &w->panes[pane];
    struct box first, second;
    if (pane == wanted) {
        *found = box;
        return true;
    }
    if (p->view != VIEW_NONE) return false;
    split_box(p, box, gap, &first, &second);
    return find_box(w, p->first, first, gap, wanted, found) || find_box(w, p->second, second, gap, wanted, found);
}

void workspace_drag_bar(struct workspace *w, struct box area, double gap, int pane, struct point to)
{
    struct box box;
    if (!find_box(w, w->root, area, gap, pane, &box)) return;
    struct pane *p = &w->panes[pane];
    double part = p->side_by_side ? (to.x - gap / 2 - box.x) / fmax(1, box.w - gap)
                                  : (to.y - gap / 2 - box.y) / fmax(1, box.h - gap);
    p->part = fmax(least_part, fmin(1 - least_part, part));
}

static int pane_above(const struct workspace *w, int pane)
{
    for (int i = 0; i < w->n; i++)
        if (w->panes[i].view == VIEW_NONE && (w->panes[i].first == pane || w->panes[i].second == pane)) return i;
    return -1;
}

bool workspace_move_bar(struct workspace *w, enum view_id view, bool side_by_side, double by)
{
    int pane = pane_of(w, view);
    do
        pane = pane < 0 ? -1 : pane_above(w, pane);
    while (pane >= 0 && w->panes[pane].side_by_side != side_by_side);
    if (pane < 0) return false;
    w->panes[pane].part = fmax(least_part, fmin(1 - least_part, w->panes[pane].part + by));
    return true;
}
