/* One packet, layer by layer: why it was sent, its headers as the RFCs draw them, and its bytes. */
#ifndef POSTROAD_VIZ_DRAW_SEGMENT_VIEW_H
#define POSTROAD_VIZ_DRAW_SEGMENT_VIEW_H

#include "viz/draw/view.h"

/* The packet that is selected, or that an event which is selected is about; else the one that the sentence above the
   views tells of, or told of last.
   STORY_NONE before the first. */
size_t segment_view_packet(const struct view *view);
void segment_view_draw(const struct view *view, struct box box);

#endif
