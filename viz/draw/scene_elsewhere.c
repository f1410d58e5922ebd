/* Looking at a packet in another program. */
#include "viz/draw/scene_internal.h"
#include "viz/draw/segment_view.h"

bool scene_open_elsewhere(struct scene *s)
{
    struct looking_elsewhere *e = &s->elsewhere;
    struct view view = scene_view(s, NULL);
    size_t packet = segment_view_packet(&view);
    if (!e->program || packet == STORY_NONE) return false;
    s->selection = (struct selection){ACT_PACKET, packet}; /* which tells why not, too */
    e->packet = packet;
    e->said[0] = 0;
    if (!e->program->why_not)
        e->program->open(e->program->context, s->journal, story_packet(s->story, packet)->id, e->said);
    s->dirty = true;
    return true;
}
