/* What every view is given: the story at an instant, a canvas, how things look, and where to note what can be pressed.
   A view is a function from this to a picture and keeps nothing. */
#ifndef POSTROAD_VIZ_DRAW_VIEW_H
#define POSTROAD_VIZ_DRAW_VIEW_H

#include "viz/draw/canvas.h"
#include "viz/draw/elsewhere.h"
#include "viz/draw/only.h"
#include "viz/draw/rerun.h"
#include "viz/draw/targets.h"
#include "viz/draw/theme.h"
#include "viz/draw/workspace.h"
#include "viz/story/classic.h"
#include "viz/story/pace.h"
#include "viz/story/story.h"

/* What the inspector speaks of: ACT_PACKET, ACT_HOST, ACT_LINK, ACT_MAIL or ACT_EVENT with an index; ACT_NONE. */
struct selection {
    enum act what;
    size_t index;
};

/* The part of the run that views with an axis of time show; virtual time. */
struct span {
    int64_t from_ns, to_ns;
};

/* Where a view has an axis of time, and what it shows: it may be less than the view's span. */
struct time_axis {
    struct box box;
    struct span span;
};

/* Whose captions are shown. */
enum caption_mode { CAPTIONS_ALL, CAPTIONS_OF_SCENARIO, CAPTIONS_NONE };

struct view {
    struct canvas *canvas;
    struct targets *targets; /* may be NULL */
    const struct story *story;
    const struct pace *pace;
    int64_t screen_ns; /* the instant, in time of the pace */
    const struct theme *theme;
    double unit;
    struct span span;
    const struct rerun *rerun; /* what if; NULL: this world cannot be run again, and nobody says why */
    const struct only *only;   /* what the ladder and the dialogue are about; NULL: everything */
    const int64_t *bookmarks;
    size_t n_bookmarks;
    const struct elsewhere *elsewhere; /* another program that shows a packet; NULL: none */
    const char *elsewhere_said;        /* when it was last asked; "" */
    int64_t parts_ns;                  /* where the two runs of what if part; TIME_NEVER */
    bool is_what_if;                   /* it is what might have been that is seen */
    struct time_axis *axis;            /* where a view notes its axis; may be NULL */
    struct selection selection, hover; /* hover: what is under the pointer */
    enum caption_mode captions;
    bool calm;                       /* nothing flies: what moves goes by steps */
    bool projector;                  /* large type, thick lines, few controls */
    const struct classics *classics; /* may be NULL: none are told */
    double scroll;                   /* how many rows are above the first one shown */
    double *scroll_most;             /* where a view notes how far it can be scrolled; may be NULL */
    enum view_id id;                 /* which one it is; VIEW_NONE: the user cannot put another in its place */
};

/* Shorthands of all views. */
double view_units(const struct view *view, double units);
/* How the envelope of a mail looks (shapes.h), while nobody has picked it up. */
unsigned view_envelope(const struct view *view, size_t mail);
struct text_style view_text(const struct view *view, int font);
struct text_style view_mono(const struct view *view, int font);
struct text_style view_faint(const struct view *view, int font); /* small remarks */
/* The style, smaller where the text would be cut in this width, but no smaller than that part of it. */
struct text_style view_fitted(const struct view *view, struct text_style style, const char *text, double width,
                              double least_part);
bool view_is_selected(const struct view *view, enum act what, size_t index);
/* Where on its way something is drawn that has come so far, 0 to 1: by steps where motion is reduced. Below 0: as it
 * is. */
double view_moved(const struct view *view, double part);
/* A panel with its heading, which opens the menu of the views; returns what is left for its content. */
struct box view_panel(const struct view *view, struct box box, const char *heading);
/* The heading with its mark, as wide as it is; for who draws the panel where nothing can be pressed. */
struct box view_heading_box(const struct view *view, struct box panel, const char *heading);
/* In the corner of a panel what is shown only, with a press to show everything again; nothing when that is so. */
void view_only(const struct view *view, struct box panel);
/* A view of `rows` rows has room for `fit`: notes how far it can be scrolled, and shows where it is by a bar at the
   right, with a tip where there is more. All views that can be longer than their frame do it by this. */
void view_tell_scroll(const struct view *view, struct box inner, double rows, double fit);
/* Seconds of screen time since an instant; below 0 when it is still to come. */
double view_age_s(const struct view *view, int64_t at_ns);
/* A small rounded label with text in its middle; returns its box. */
struct box view_pill(const struct view *view, struct point left_top, const char *text, struct colour fill,
                     struct colour ink, int font);

/* A button with its words, filled by the accent where it is the one that matters; noted as a target. */
double view_button_width(const struct view *view, const char *text);
void view_button(const struct view *view, struct box box, const char *text, bool accented, enum act act, size_t arg);

/* An instant with only as many digits as tell neighbours apart that lie `apart_ns` from each other:
   "2d 03:15", "3:15 h", "3:15:20", "5:00.353" (minutes), "1.023 s", "1.023456 s". */
enum { VIEW_TIME_BYTES = 40 };
const char *view_time_text(int64_t at_ns, int64_t apart_ns, char buffer[VIEW_TIME_BYTES]);

/* The same in a world: of one that has a time of day with a plus before it, "+16:01:07", so that what is counted from
   the beginning is not taken for that. */
const char *view_instant_text(const struct view *view, int64_t at_ns, int64_t apart_ns, char buffer[VIEW_TIME_BYTES]);
/* How long something is still to come: "4 min 59 s", up to the second, since it changes every second. As a clock has
   it, one would take it for a time of day. */
const char *view_countdown(int64_t left_ns, char buffer[VIEW_TIME_BYTES]);

#endif
