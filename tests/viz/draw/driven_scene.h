/* A scene on the journal of a shipped scenario, driven as a person would by keys and pointer, and drawn after each. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_DRIVEN_SCENE_H
#define POSTROAD_TESTS_VIZ_DRAW_DRIVEN_SCENE_H

#include "viz/draw/scene.h"

/* Between open_scene_of and close_scene. */
extern struct journal_memory *journal;
extern struct scene *scene;
extern struct canvas *canvas; /* 1280x800 */

void open_scene_of(const char *scenario, struct scene_options options);
void close_scene(void);

/* Whether the key meant anything. */
bool press_with(int key, bool shift, bool ctrl);
bool press(int key);
void point_at(enum input_kind kind, double x, double y);
/* Presses and lets go in the middle of a target; false when there is none. */
bool click(enum act act, size_t arg);
/* The first target of this act; x and y are -1 and it is empty when there is none. */
struct box box_of_act(enum act act);
/* Presses and lets go in its middle; there must be one. */
void click_act(enum act act);

/* Whether a text of the picture, or some of them one after the other, each on a line of its own, has these words. */
bool picture_says(const char *words);

/* Goes to the first loss and selects the packet; its index. */
size_t look_at_the_lost_packet(void);

#endif
