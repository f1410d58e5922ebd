/* What on the picture can be pressed: views note it while they draw, the scene looks it up when a pointer or a key comes.
   The same list serves the mouse (what is at this place) and the keyboard (Tab walks through it in order). */
#ifndef POSTROAD_VIZ_DRAW_TARGETS_H
#define POSTROAD_VIZ_DRAW_TARGETS_H

#include "viz/draw/canvas.h"

enum act {
    ACT_NONE,
    /* things that can be selected; the argument is the story's index */
    ACT_PACKET,
    ACT_HOST,
    ACT_LINK,
    ACT_MAIL,
    ACT_EVENT,
    /* what can be done */
    ACT_GO_TO_EVENT, /* jumps there and selects it */
    ACT_ATTEMPT,     /* jumps to its end and selects that; once more: shows nothing but its time */
    ACT_BYTES,       /* a field of a header, as header_bytes has it */
    ACT_INTERVAL,    /* a part of why late: jumps there, shows nothing but its time, and what it consists of */
    ACT_WHY_LEVEL,   /* of why late: back, so that so many parts are open */
    ACT_WHY_SHORT,   /* of why late: tells the short ones, too, or no more */
    ACT_ONLY,        /* everything is shown again */
    ACT_SENDER,      /* shows this connection in the view of senders */
    ACT_CLOSE,
    ACT_LEAVE,       /* the answers to the question whether to */
    ACT_STAY,
    ACT_PLAY,
    ACT_STEP_BACK,
    ACT_STEP_FORWARD,
    ACT_SLOWER,
    ACT_FASTER,
    ACT_PACE,
    ACT_THEME,
    ACT_HELP,
    ACT_GUESS,       /* begins or ends guessing */
    ACT_ANSWER,      /* the argument is the choice */
    ACT_GO_ON,       /* after the explanation */
    ACT_CAPTIONS,    /* all, of the scenario, none */
    ACT_CHOOSE,      /* a card of the gallery */
    ACT_GALLERY,     /* to it */
    ACT_PROJECTOR,   /* large type and few controls, or as usual */
    ACT_CALM,        /* less motion, or as usual */
    ACT_LESSON_NEXT,
    ACT_LESSON_BACK,
    ACT_TIME_LINE,   /* press and drag */
    ACT_TIME_AXIS,   /* likewise; the argument is the view */
    ACT_WHOLE_TIME,  /* the time line shows all of it again */
    ACT_FIND,        /* opens the line in which one writes what to run until */
    ACT_FIND_WORD,   /* writes a word that is offered into the line, by number */
    ACT_ELSEWHERE,   /* opens a packet in another program */
    ACT_EDIT,        /* a value of what is selected, by number */
    ACT_WHAT_IF,     /* one of the offers for what is selected, by number */
    ACT_WITHOUT_LOSSES, /* the world is run again without what was lost of the mail of why late */
    ACT_SHOW_RUN,    /* 0 as it was, 1 as it would have been */
    ACT_UNDO,
    ACT_SAVE,
    ACT_ADD_LINK,    /* the two hosts that are pressed next are linked */
    /* arranging; the argument is a view, or two: act_of_views */
    ACT_VIEW_MENU,
    ACT_ENLARGE,
    ACT_CLOSE_VIEW,
    ACT_SHOW_HERE,   /* the second in the place of the first */
    ACT_SHOW_BESIDE, /* ... on its right */
    ACT_SHOW_BELOW
};

struct target {
    enum act act;
    size_t arg;
    struct box box;     /* reach 0: this box */
    struct point a, b;  /* else whatever is within reach of this line */
    double reach;
};

struct targets;
struct targets *targets_new(void);
void targets_free(struct targets *targets);
void targets_clear(struct targets *targets);
/* targets may be NULL: a picture for a file has nothing to press. Boxes without area are left out. */
void targets_add_box(struct targets *targets, enum act act, size_t arg, struct box box);
void targets_add_line(struct targets *targets, enum act act, size_t arg, struct point a, struct point b, double reach);
size_t targets_count(const struct targets *targets);
const struct target *targets_at(const struct targets *targets, size_t i);
/* What was noted last lies on top, but a box goes before a line. NULL when nothing is there. */
const struct target *targets_find(const struct targets *targets, double x, double y);
/* The first one for this act and argument; NULL. */
const struct target *targets_find_act(const struct targets *targets, enum act act, size_t arg);
struct box target_bounds(const struct target *target);

#endif
