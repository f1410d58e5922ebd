/* What the files of the scene share: scene.c (time and state), scene_draw.c (panels), scene_input.c (keys and pointer). */
#ifndef POSTROAD_VIZ_DRAW_SCENE_INTERNAL_H
#define POSTROAD_VIZ_DRAW_SCENE_INTERNAL_H

#include "viz/draw/map_plan.h"
#include "viz/draw/scene.h"
#include "viz/draw/targets.h"

enum panel { PANEL_ALL, PANEL_MAP, PANEL_TALK, PANEL_LADDER };

/* A picture kept as long as its key is the same. */
struct layer {
    struct canvas *canvas;
    uint64_t key;
};

struct panels {
    struct box caption, map, talk, ladder, bottom, controls, time_line;
};

struct scene {
    const struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    enum pace_mode pace_mode;
    int speed_step; /* the speed is two to this power */
    bool playing, dragging, dark, help, dirty, quit_asked, quit, full_screen_wish;
    bool grows, waits; /* the journal grows; at its end, for more */
    double scale;
    int64_t screen_ns;
    enum panel enlarged;
    struct selection selection;
    struct selection focus, hover; /* as act and argument of a target */
    struct targets *targets;
    struct point *places; /* of the hosts, 0 to 1 */
    size_t *order;        /* hosts from left to right */
    struct map_plan *plan;
    struct layer map_layer, time_line_layer;
    struct panels panels; /* of the last drawing */
    double unit;
};

double scene_speed_of_step(int step);
void scene_seek_screen(struct scene *scene, int64_t screen_ns);
void scene_seek_event(struct scene *scene, size_t event);
void scene_step(struct scene *scene, enum story_step what, int direction);
void scene_set_pace(struct scene *scene, enum pace_mode mode);
void scene_change_speed(struct scene *scene, int steps);
void scene_forget_layers(struct scene *scene);

#endif
