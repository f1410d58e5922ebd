#include "viz/draw/segment_view.h"

#include "sim/journal/tr.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/header_view.h"
#include "viz/draw/hex_view.h"
#include "viz/draw/offers_view.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/pen.h"
#include "viz/draw/shapes.h"
#include "viz/story/why_sent.h"

size_t segment_view_packet(const struct view *v)
{
    if (v->selection.what == ACT_PACKET) return v->selection.index;
    if (v->selection.what == ACT_EVENT) {
        size_t packet = story_event_packet(v->story, v->selection.index);
        if (packet != STORY_NONE) return packet;
    }
    for (size_t told = caption_view_told(v->story, STORY_NONE); told != STORY_NONE;
         told = caption_view_told(v->story, told)) {
        size_t packet = story_event_packet(v->story, told);
        if (packet != STORY_NONE) return packet;
    }
    return STORY_NONE;
}

void segment_view_draw(const struct view *v, struct box box)
{
    char text[STORY_SENTENCE_BYTES];
    struct box inner = view_panel(v, box, tr("Segment"));
    size_t packet = segment_view_packet(v);
    struct text_style nothing = view_faint(v, FONT_PLAIN);
    nothing.across = nothing.down = ALIGN_CENTRE;
    if (packet == STORY_NONE) {
        canvas_text(v->canvas, inner, &nothing, tr("No packet has been sent yet."));
        return;
    }
    canvas_clip(v->canvas, inner);
    double r = view_units(v, 8);
    struct pen pen = {.v = v, .box = box_of(inner.x + r * 3.6, inner.y, inner.w - r * 3.6, inner.h), .y = inner.y};
    shape_packet(v->canvas, v->theme, story_packet(v->story, packet)->class,
                 point_of(inner.x + r * 1.4, inner.y + r * 1.3), r, 1);
    pen_title(&pen, packet_words(v->story, packet, text, sizeof text));
    pen_paragraph(&pen, story_sentence(v->story, story_packet(v->story, packet)->send_event, text, sizeof text), 6);
    if (story_why_sent(v->story, packet, text, sizeof text)) pen_paragraph(&pen, text, 6);
    if (v->selection.what == ACT_PACKET) offers_draw(&pen);
    double top = pen.y + view_units(v, 4);
    bool wide = inner.w > view_units(v, 900);
    struct box left = box_of(inner.x, top, inner.w, inner.y + inner.h - top), bytes = left;
    if (wide) {
        left.w = inner.w * 0.5;
        bytes = box_of(inner.x + inner.w * 0.53, top, inner.w * 0.46, left.h);
    } else {
        left.h *= 0.62;
        bytes = box_of(inner.x, top + left.h + view_units(v, 8), inner.w - view_units(v, 8),
                       bytes.h - left.h - view_units(v, 8));
    }
    if (header_view_draw(v, left, packet))
        hex_view_draw(v, bytes, packet);
    else
        canvas_text(v->canvas, inner, &nothing, tr("This journal keeps no headers."));
    canvas_unclip(v->canvas);
}
