/* Headers as the RFCs draw them: rows of 32 bits, each field as wide as it is. */
#ifndef POSTROAD_VIZ_DRAW_HEADER_VIEW_H
#define POSTROAD_VIZ_DRAW_HEADER_VIEW_H

#include "viz/draw/view.h"

/* Draws the headers of a packet from the transport downwards, as many as have room. False when the journal has none. */
bool header_view_draw(const struct view *view, struct box box, size_t packet);

/* A field, or a byte of it, as the argument of ACT_BYTES: where it begins in the packet, and how many bytes it touches. */
size_t header_bytes(size_t from, size_t count);
size_t header_bytes_from(size_t arg);
size_t header_bytes_count(size_t arg);
/* The field that a byte of a packet belongs to, in that form; 0 bytes when it is of none. */
size_t header_field_of_byte(const struct view *view, size_t packet, size_t byte);

#endif
