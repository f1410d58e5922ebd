/* What the files of the scene share: scene.c (time and state), scene_draw.c (panels), scene_input.c (keys and pointer).
 */
#ifndef POSTROAD_VIZ_DRAW_SCENE_INTERNAL_H
#define POSTROAD_VIZ_DRAW_SCENE_INTERNAL_H

#include "viz/draw/compare_view.h"
#include "viz/draw/edits.h"
#include "viz/draw/find_view.h"
#include "viz/draw/loss_cost.h"
#include "viz/draw/map_plan.h"
#include "viz/draw/queue_plan.h"
#include "viz/draw/scene.h"
#include "viz/draw/sender_view.h"
#include "viz/draw/targets.h"
#include "viz/draw/timeline_view.h"
#include "viz/draw/what_if_band.h"
#include "viz/draw/why_late_view.h"
#include "viz/story/wanted.h"

enum { BOOKMARKS_MAX = 64 };

/* What came of looking: FIND_NOT_YET while there may be more to come. */
enum find_outcome { FIND_FINE, FIND_BEFORE, FIND_NEVER, FIND_NOT_YET, FIND_UNKNOWN };

/* Where something is that is not ahead: just here, or before, or neither. */
enum find_place { FIND_PLACE_NONE, FIND_PLACE_HERE, FIND_PLACE_BEFORE };

/* What to run until. */
struct find {
    bool open;    /* the line is being written */
    bool edits;   /* it is the value of a row that is being written */
    bool awaited; /* it was written, and the world is run with it */
    bool refused; /* what was written makes no world: the message of what if says why, and it can be mended */
    struct edit_row row;
    bool opening; /* the key that opened it may be written, too */
    char text[EDIT_VALUE_BYTES];
    enum find_outcome outcome;
    enum find_place place;
    int64_t before_ns;                         /* FIND_PLACE_BEFORE: when it came last */
    char unknown[WANTED_WORD_BYTES];           /* FIND_UNKNOWN: this word */
    bool is_near;                              /* and the first of the words offered is like it */
    uint64_t here;                             /* as wanted_here has it */
    char words[FIND_WORDS][WANTED_WORD_BYTES]; /* offered, in the place of `length` bytes of the text from `from` on */
    size_t n_words, from, length;
    size_t next; /* the word that Tab writes */
};

enum link_refusal { LINK_FINE, LINK_TO_ITSELF, LINK_TO_UNNAMED };

/* A link is being added (scene_link.c). */
struct linking {
    bool open;
    size_t first; /* the host that was pressed; STORY_NONE: none yet */
    enum link_refusal refused;
};

/* Around what the wheel over the time line turned last. */
struct wheel_grip {
    bool is_held;
    struct point pointer;
    double x; /* where it is, and the pointer beside it */
    int64_t at_ns;
};

enum leaving { LEAVING_NOT, LEAVING_FOR_GALLERY, LEAVING_FOR_GOOD };

struct what_if {
    const struct rerun *rerun;
    struct rerun_job *job; /* NULL: none is under way */
    bool is_saved;         /* the acts are in a file, as they are now */
    bool failed;           /* the last act made no world, which the message says; the job is for those before it */
    struct act_line acts[ACTS_MAX];
    size_t n_acts;
    struct act_line aside[ACTS_MAX]; /* those before a new what if was begun, for who takes it back */
    size_t n_aside;                  /* 0: none was begun anew */
    const struct journal_memory *original;
    struct journal_memory *changed; /* NULL: there is none */
    int shown;                      /* 0 the original, 1 the changed */
    struct story *stories[2];       /* for the comparison; NULL without */
    struct comparison *comparison;
    size_t told;     /* the row of it that tells most; STORY_NONE */
    int64_t left_ns; /* where the clock was before it went back to where they part; TIME_NEVER: it did not */
    bool has_cost;   /* the runs differ by a loss, which that mail met */
    struct loss_cost cost;
    char message[RERUN_WHY_BYTES + 160];
    bool opened_view;              /* the view What if came of itself, not by the user, and goes with the last act */
    char look_for[ACT_NAME_BYTES]; /* what the last act added: looked at when it is there; "" */
};

/* Looking at a packet in another program. */
struct looking_elsewhere {
    const struct elsewhere *program;
    size_t packet; /* of the last time; STORY_NONE */
    char said[ELSEWHERE_SAID_BYTES];
};

struct panels {
    struct box caption, lesson, band, middle, bottom, controls, time_line;
    struct box unread; /* right of the time line, while there is more to come */
    struct box views[VIEWS];
    enum view_id replaced; /* by what is looked at closely, for as long as something is; VIEW_NONE */
    bool fewer;            /* views than the workspace has: there is no room for all */
    double gap;
};

/* Guessing (scene_teach.c). */
struct guessing {
    bool on;
    struct quiz *quiz;
    uint8_t *answers; /* of each question: the choice + 1; 0: not yet answered */
    size_t asked;     /* the one on the screen; SIZE_MAX */
    bool resumes;     /* it was playing when it was asked */
};

struct scene {
    const struct journal_memory *journal;
    struct journal_memory *own_journal; /* the same, as long as it is a part of what is being read; NULL */
    bool is_loading;
    struct loading_progress loading;
    double known_part; /* of all there is, while it is being read; below 0: nobody knows */
    struct story *story;
    struct classics *classics;
    enum caption_mode captions;
    struct guessing guessing;
    bool calm, projector;
    struct workspace kept; /* the arrangement to come back to from the projector's */
    bool has_gallery, from_gallery;
    enum scene_way way;
    const struct scene_lesson *lesson; /* NULL: none */
    bool lesson_asks;                  /* its question is on the screen */
    uint8_t lesson_answer;             /* the choice + 1; 0: not yet answered */
    struct pace *pace;
    enum pace_mode pace_mode;
    int speed_step;      /* the speed is two to this power */
    int dragged_bar;     /* of the workspace; -1 */
    size_t dragged_host; /* on the map; STORY_NONE */
    bool dragging_host;  /* it has moved */
    struct point grip;   /* where the drag began */
    bool playing, dragging, dark, help, dirty, quit, full_screen_wish;
    enum leaving asked;  /* whether to leave */
    bool is_stay_filled; /* the answer that Enter gives */
    bool grows, waits;   /* the journal grows; at its end, for more */
    double scale;
    int64_t screen_ns;
    struct span span; /* in sight; the whole run when it ends at its end */
    struct wheel_grip wheel;
    struct time_axis axes[VIEWS]; /* of the last drawing */
    enum view_id dragged_axis;    /* VIEW_NONE */
    struct workspace workspace;
    int preset;            /* the arrangement that came with the last key */
    enum view_id enlarged; /* alone; VIEW_NONE */
    enum view_id menu;     /* whose menu is open; VIEW_NONE */
    struct selection selection;
    struct selection focus, hover; /* as act and argument of a target */
    struct point pointer;          /* where it was last */
    struct timeline_found sign;    /* of the time line, under it */
    struct targets *targets;
    struct point *places;                 /* of the hosts, 0 to 1 */
    bool keeps_places, places_are_chosen; /* for the next time; by the user, not by us */
    size_t *order;                        /* hosts from left to right */
    struct find find;
    struct linking linking;
    struct only only;
    int64_t bookmarks[BOOKMARKS_MAX];      /* sorted */
    size_t bookmark_events[BOOKMARKS_MAX]; /* the last that had happened there; STORY_NONE */
    size_t n_bookmarks;
    struct looking_elsewhere elsewhere;
    struct what_if what_if;
    struct map_plan *plan;
    size_t sender; /* the connection that was chosen; STORY_NONE: by what happens */
    struct sender_plan *sender_plan;
    struct why_plan *why_plan;
    struct queue_plan *queue_plan;            /* made when it is first needed */
    bool queue_is_scrolled;                   /* by the user; else it shows what is under way */
    double scroll[VIEWS], scroll_most[VIEWS]; /* in rows; of the dialogue from its end, which is the newest line */
    struct selection scrolled;                /* what is looked at closely, as it was when it was scrolled */
    size_t scrolled_lines;                    /* and how many lines had been said */
    struct layer map_layer, time_line_layer;
    struct panels panels; /* of the last drawing */
    double unit;
};

double scene_speed_of_step(int step);
struct view scene_view(struct scene *scene, struct canvas *canvas); /* canvas may be NULL: nothing can be drawn then */
void scene_zoom(struct scene *scene, int64_t around_ns, double factor); /* 0: the whole run */
void scene_seek_screen(struct scene *scene, int64_t screen_ns);
void scene_seek_event(struct scene *scene, size_t event);
void scene_go_to_event(struct scene *scene, size_t event); /* with what belongs to it, and stands still there */
void scene_step(struct scene *scene, enum story_step what, int direction);
void scene_set_pace(struct scene *scene, enum pace_mode mode);
void scene_change_speed(struct scene *scene, int steps);
void scene_forget_layers(struct scene *scene);
void scene_forget_map(struct scene *scene);                            /* the plan of it, and its layer */
void scene_take_journal(struct scene *scene);                          /* scene->journal is another */
void scene_take_known(struct scene *scene, struct scene_index *index); /* what it holds, and frees it */
void scene_order_hosts(struct scene *scene);                           /* from left to right */
void scene_activate(struct scene *scene, enum act act, size_t arg);
void scene_follow_cause(struct scene *scene);
void scene_toggle_play(struct scene *scene);
void scene_find_open(struct scene *scene);
void scene_find_next(struct scene *scene);
void scene_find_before(struct scene *scene);            /* to the last time that it came */
void scene_find_take(struct scene *scene, size_t word); /* writes a word that is offered */
void scene_find_draw(const struct scene *scene, const struct view *view, struct box window);
bool scene_find_key(struct scene *scene, const struct input *input); /* true: it was for the line */
bool scene_find_text(struct scene *scene, const struct input *input);
void scene_toggle_bookmark(struct scene *scene);
void scene_go_to_bookmark(struct scene *scene, int direction);
void scene_what_if(struct scene *scene, size_t offer); /* of what_if_offers */
void scene_take_away(struct scene *scene);             /* what is selected */
void scene_edit_open(struct scene *scene, size_t row); /* of edits_of */
void scene_edit_apply(struct scene *scene);
void scene_undo_what_if(struct scene *scene);
void scene_save_what_if(struct scene *scene);
/* What is changed now is changed in the run as it was, and in nothing else: that one is looked at, beside another. */
bool scene_begins_anew(const struct scene *scene);
bool scene_would_lose(const struct scene *scene); /* acts that are not saved */
/* At once where nothing would be lost; else it is asked. */
void scene_leave(struct scene *scene, enum leaving where);
void scene_run_without_losses(struct scene *scene); /* of the mail of why late */
void scene_show_run(struct scene *scene, int run);
void scene_add_act(struct scene *scene, const struct act_line *act); /* and runs again */
struct compare_page scene_compare_page(const struct scene *scene);
struct what_if_band scene_what_if_band(const struct scene *scene);
void scene_free_what_if(struct scene *scene);
/* The view of the focus, or the first that is longer than its frame. False: none is. */
bool scene_scroll(struct scene *scene, double rows);
bool scene_scroll_view(struct scene *scene, enum view_id view, double rows);
void scene_enlarge(struct scene *scene, enum view_id view); /* VIEW_NONE: all; so does the one that is enlarged */
void scene_move_host(struct scene *scene, size_t host, struct point to); /* on the map, in pixels */

/* scene_link.c: adding a link. */
bool scene_can_change(const struct scene *scene);
void scene_say_why_not(struct scene *scene);
void scene_link_open(struct scene *scene);
void scene_link_choose(struct scene *scene, size_t host);
void scene_link_close(struct scene *scene);
const char *scene_link_hint(const struct scene *scene);
/* Why an act was refused, or where it was saved, and the view that says so is not in sight. */
bool scene_tells_what_if(const struct scene *scene);

/* scene_teach.c: captions and guessing. False: the act or key means something else. */
bool scene_teach(struct scene *s, enum act act, size_t arg);
bool scene_teach_key(struct scene *s, const struct input *in);
void scene_forget_quiz(struct scene *s);
/* A move from `before` (story_cursor) to where it is now has passed a question: goes back to it, and asks. */
void scene_stop_at_question(struct scene *s, size_t before);
/* Where the pace stands still, the place on the screen says more than the instant. */
void scene_make_pace_anew(struct scene *s);

/* The packet that is selected, or else the latest, in the other program. False where there is none. */
bool scene_open_elsewhere(struct scene *scene);

#endif
