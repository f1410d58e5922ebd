/* A view at an instant, drawn for who listens: what is drawn is heard, and what can be pressed is noted. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_HEARD_VIEW_H
#define POSTROAD_TESTS_VIZ_DRAW_HEARD_VIEW_H

#include "viz/draw/view.h"

/* All lent. The story is moved to the instant, and the targets are made anew. */
struct heard_view {
    struct story *story;
    struct pace *pace;
    struct targets *targets;
    double unit;
    bool projector;
    struct canvas_listener listener;
    void (*draw)(const struct view *view, void *user); /* with the listener's user */
};

void heard_view_at(const struct heard_view *heard, int64_t screen_ns);

#endif
