/* How the views are arranged in the middle of the window: a tree of panes. A pane shows one view, or is split by a bar
   into two others, side by side or one above the other. A view is in the tree once or not at all, so that it names its
   pane. No drawing here.

   As text, for remembering: a view's name, or '|' (side by side) or '-' (one above the other), the percentage of the
   first, and the two in brackets: "|62(-55(map,dialogue),ladder)". */
#ifndef POSTROAD_VIZ_DRAW_WORKSPACE_H
#define POSTROAD_VIZ_DRAW_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "viz/draw/canvas.h"

/* In the order of their keys, from 1 on. */
enum view_id {
    VIEW_MAP,
    VIEW_DIALOGUE,
    VIEW_LADDER,
    VIEW_QUEUE,
    VIEW_NAMES,   /* DNS */
    VIEW_SENDER,  /* a TCP sender over time */
    VIEW_SEGMENT, /* a packet, layer by layer */
    VIEW_WHY_LATE,
    VIEW_WHAT_IF, /* two runs compared */
    VIEW_CLOSELY, /* what is selected */
    VIEWS
};
#define VIEW_NONE VIEWS

enum { WORKSPACE_PANES = 2 * VIEWS, WORKSPACE_TEXT_BYTES = 256 };

struct pane {
    enum view_id view; /* VIEW_NONE: it is split */
    bool side_by_side;
    double part;       /* of the first, 0 to 1 */
    int first, second; /* panes */
};

struct workspace {
    struct pane panes[WORKSPACE_PANES];
    int n, root;
};

/* Arrangements that are there from the beginning, to be gone through with a key; the first is the usual one. */
enum { WORKSPACE_PRESETS = 5 };
const char *workspace_preset(int i);
/* For a journal of attempts alone, as a log tells them: those that have something to show. */
const char *workspace_of_attempts(void);
/* For mails that wait for hours: the usual one with the queues in place of the dialogue. */
const char *workspace_of_days(void);

const char *workspace_view_name(enum view_id view); /* "ladder", as in the text */
/* False, and nothing is changed, when the text means no arrangement. */
bool workspace_read(struct workspace *workspace, const char *text);
const char *workspace_write(const struct workspace *workspace, char text[WORKSPACE_TEXT_BYTES]);

bool workspace_has(const struct workspace *workspace, enum view_id view);
/* The boxes of the views, gap pixels apart; those that are not shown get a width of 0. */
void workspace_place(const struct workspace *workspace, struct box area, double gap, struct box boxes[VIEWS]);

/* Where panes would be smaller than `least`: leaves out one after the other, never the first, each time the one without
   which there is the most room; those that stay share it evenly. False when all can stay as they are. */
bool workspace_fit(struct workspace *workspace, struct box area, double gap, struct point least);

/* Shows `view` in the pane of `at`; when it is elsewhere, the two change places. */
void workspace_show(struct workspace *workspace, enum view_id at, enum view_id view);
/* Gives half of the pane of `at` to `view`, which leaves where it was. */
void workspace_split(struct workspace *workspace, enum view_id at, enum view_id view, bool side_by_side);
/* The neighbour takes the room. The last view stays. */
void workspace_close(struct workspace *workspace, enum view_id view);

/* The split pane whose bar is within reach of a point; -1. */
int workspace_bar_at(const struct workspace *workspace, struct box area, double gap, struct point at, double reach);
/* Moves that bar to the point; each side keeps a little. */
void workspace_drag_bar(struct workspace *workspace, struct box area, double gap, int pane, struct point to);

/* Moves the bar nearest to a view, of those between two side by side or of those between two one above the other, to
   the right or down by a part of their room. False when there is none. */
bool workspace_move_bar(struct workspace *workspace, enum view_id view, bool side_by_side, double by);

#endif
