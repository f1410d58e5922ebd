#include "tests/viz/draw/heard_view.h"

void heard_view_at(const struct heard_view *heard, int64_t screen_ns)
{
    struct canvas *canvas = canvas_new_listener(3840, 2160, heard->listener);
    struct view view = {.canvas = canvas,
                        .story = heard->story,
                        .pace = heard->pace,
                        .screen_ns = screen_ns,
                        .theme = theme_of(false),
                        .targets = heard->targets,
                        .projector = heard->projector,
                        .unit = heard->unit};
    story_seek(heard->story, pace_virtual_at(heard->pace, screen_ns));
    targets_clear(heard->targets);
    heard->draw(&view, heard->listener.user);
    canvas_free(canvas);
}
