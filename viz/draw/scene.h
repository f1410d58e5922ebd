/* The scene: a story, the pace at which it is told, and what the user has chosen; everything that the window is,
   without the window. The same scene drawn at the same size gives the same picture, on the screen, in a PNG and in an
   SVG.

   A click or a Tab refers to what was last drawn. */
#ifndef POSTROAD_VIZ_DRAW_SCENE_H
#define POSTROAD_VIZ_DRAW_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"
#include "viz/draw/canvas.h"
#include "viz/draw/elsewhere.h"
#include "viz/draw/input.h"
#include "viz/draw/loading.h"
#include "viz/draw/rerun.h"
#include "viz/draw/scene_index.h"
#include "viz/draw/view.h"
#include "viz/story/quiz.h"

struct scene;

/* Where the user has put a host on the map, 0 to 1. */
struct scene_place {
    char *host; /* its name */
    struct point at;
};

/* A step of a lesson, shown above the views. The texts must outlive the scene. */
struct scene_lesson {
    const char *title, *text;
    size_t number, count;                 /* which step it is, from 1, of how many */
    const struct quiz_question *question; /* to be answered before the next one; NULL: none */
};

/* Where the user wants to go from here. */
enum scene_way { WAY_STAY, WAY_GALLERY, WAY_NEXT, WAY_BACK };

struct scene_options {
    bool dark;
    double scale; /* 1: text and shapes grow with the window as they please */
    bool playing;
    const char
        *arrangement; /* of the views, as workspace_write has it; NULL, or one that makes no sense: the usual one */
    const struct scene_place *places; /* hosts that are not on the map do not matter; copied */
    size_t n_places;
    const struct elsewhere *elsewhere; /* another program that shows a packet; NULL: none. Must outlive the scene. */
    const struct rerun *rerun; /* how to run the world again for what if; NULL: not at all. Must outlive the scene. */
    enum caption_mode captions;
    bool calm;                         /* reduced motion */
    bool projector;                    /* large type, thick lines, few controls */
    bool has_gallery, from_gallery;    /* there is a gallery to go to; Esc goes back to it */
    const struct scene_lesson *lesson; /* NULL: none */
};
struct scene_options scene_options_default(void); /* light, scale 1, standing still, all captions */

/* The journal must outlive the scene and have at least one event. */
struct scene *scene_new(const struct journal_memory *journal, struct scene_options options);
/* The same of an index, which is the scene's from now on. */
struct scene *scene_new_indexed(struct scene_index *index, struct scene_options options);
void scene_free(struct scene *scene);

/* More of the same run is known: the index is the scene's, what was chosen stays chosen, and who waited at the end goes
   on. Not while another run is shown beside it (what if). What was known before is the caller's, to be freed by
   scene_index_free: of a long journal that takes long, and another thread may do it. */
struct scene_index *scene_take_index(struct scene *scene, struct scene_index *index);
/* For the next index. */
struct scene_wish scene_wish(const struct scene *scene);
/* How far reading is, beside the time line; NULL: it is done. */
void scene_set_loading(struct scene *scene, const struct loading_progress *progress);

/* The journal goes on growing: who is at its end waits there for more. */
void scene_set_growing(struct scene *scene, bool growing);

/* Whether keys are being written into a line: then INPUT_TEXT is to come, too. */
bool scene_wants_text(const struct scene *scene);

/* Fills the whole canvas. */
void scene_draw(struct scene *scene, struct canvas *canvas);
/* Whether the question whether to leave is on the screen; until it is answered nothing else can be done. */
bool scene_asks(const struct scene *scene);
/* Lets this much time pass on the user's clock. */
void scene_advance(struct scene *scene, int64_t passed_ns);
/* True when the input meant something. */
bool scene_handle(struct scene *scene, const struct input *input);
void scene_seek(struct scene *scene, int64_t at_ns);
void scene_select(struct scene *scene, struct selection selection);
/* Selects the host, link or mail of this name, or the event of this number ("#736", as `postroad show` prints it; its
   packet, when it is about one). False when there is none. */
bool scene_look_at(struct scene *scene, const char *what);

/* Whether the picture has changed since it was last drawn. */
bool scene_is_dirty(const struct scene *scene);
void scene_set_dirty(struct scene *scene); /* the window was uncovered */
bool scene_wants_quit(const struct scene *scene);
enum scene_way scene_way(const struct scene *scene);
/* F was pressed; asking takes the wish away. */
bool scene_take_full_screen_wish(struct scene *scene);

/* Whether the world is being run again; then scene_poll is to be called now and then. */
bool scene_is_running_again(const struct scene *scene);
void scene_poll(struct scene *scene);
/* Writes the acts of what if as Ctrl S does, if that was not done since the last of them. False: there are none, or
   they cannot be written. */
bool scene_save_unsaved(struct scene *scene, char where[RERUN_WHY_BYTES]);

/* An arrangement for this journal instead of the one that was chosen for others ("" or NULL: none was): where nobody
   sends packets or says anything, as in the log of a server, what is shown has the queues; so where a mail waits an
   hour and more for its next attempt, if the usual arrangement was not changed. NULL: the chosen one will do. */
const char *scene_arrangement_instead(const struct journal_memory *journal, const char *chosen);

/* How the user has arranged the views, for the next time. */
const char *scene_arrangement(const struct scene *scene, char text[WORKSPACE_TEXT_BYTES]);
/* Whether the user wants the hosts to stand there next time, too (K). */
bool scene_keeps_places(const struct scene *scene);
/* The places of all hosts; the array and its names are the caller's, to be freed with mem_free. */
struct scene_place *scene_places(const struct scene *scene, size_t *n);
double scene_scale(const struct scene *scene);
enum caption_mode scene_captions(const struct scene *scene);
bool scene_is_calm(const struct scene *scene);
bool scene_is_for_projector(const struct scene *scene);
void scene_set_projector(struct scene *scene, bool projector);

/* Guessing: the scene stops before what is telling, asks, and keeps the score. */
void scene_set_guessing(struct scene *scene, bool guessing);
bool scene_is_guessing(const struct scene *scene);
struct scene_score {
    unsigned right, asked;
};
struct scene_score scene_score(const struct scene *scene);
/* What is asked now, and what was answered: the choice, or QUIZ_CHOICES; NULL: nothing. */
const struct quiz_question *scene_question(const struct scene *scene, size_t *answer);

/* When the first of these moments is, as far as is known; TIME_NEVER. */
int64_t scene_moment(const struct scene *scene, enum classic kind);

/* For tests and captions. */
const struct story *scene_story(const struct scene *scene);
int64_t scene_now(const struct scene *scene);
bool scene_is_playing(const struct scene *scene);
bool scene_is_dark(const struct scene *scene);
double scene_speed(const struct scene *scene);
enum pace_mode scene_pace_mode(const struct scene *scene);
struct selection scene_selection(const struct scene *scene);
const struct targets *scene_targets(const struct scene *scene);
const struct pace *scene_pace(const struct scene *scene);

#endif
