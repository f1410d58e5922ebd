/* The row of buttons, the clock and what pace it goes at. */
#ifndef POSTROAD_VIZ_DRAW_CONTROLS_VIEW_H
#define POSTROAD_VIZ_DRAW_CONTROLS_VIEW_H

#include "viz/draw/view.h"

struct controls_state {
    bool playing;
    double speed; /* the user's factor on the pace */
    enum pace_mode pace;
    enum view_id enlarged; /* shown alone; VIEW_NONE */
    bool is_zoomed;        /* the time line shows a part of the time */
};

void controls_view_draw(const struct view *view, struct box box, const struct controls_state *state);
const char *controls_pace_name(enum pace_mode mode);
/* Above the button of this act what it does, and its key; nothing where it is no button of the row. */
void controls_view_draw_tip(const struct view *view, struct box row, struct selection button);

#endif
