/* The things on the map and their stamps. Each kind of packet has a shape of its own:

     handshake and close   diamond          data                 square
     acknowledgement       small circle     retransmission       square within a square
     DNS                   triangle         anything else        small square on its corner, hollow

   A mail is an envelope; a bounce is an envelope with an arrow that points back. What else is drawn as a sign of
   something is in signs.h, which says which meaning has which shape. */
#ifndef POSTROAD_VIZ_DRAW_SHAPES_H
#define POSTROAD_VIZ_DRAW_SHAPES_H

#include "viz/draw/canvas.h"
#include "viz/draw/theme.h"

/* radius: half the height of the stamp of a data packet; the others keep their proportion to it. */
void shape_packet(struct canvas *canvas, const struct theme *theme, enum story_class class, struct point at,
                  double radius, double alpha);
void shape_cross(struct canvas *canvas, struct point at, double radius, double width, struct colour colour);
/* What an envelope shows of itself; together, where more is true. */
enum {
    ENVELOPE_PLAIN = 0,
    ENVELOPE_BACK = 1,  /* a bounce: an arrow back */
    ENVELOPE_DELAY = 2, /* the report of a delay: three dots */
    ENVELOPE_OPENED = 4 /* its reader has picked it up: the flap is open */
};
void shape_envelope(struct canvas *canvas, const struct theme *theme, struct point at, double width, unsigned kind,
                    double alpha);
/* Through an envelope of this width: it is given up. */
void shape_strike(struct canvas *canvas, const struct theme *theme, struct point at, double width, double alpha);
/* A padlock, as wide as this. */
void shape_lock(struct canvas *canvas, struct point at, double width, struct colour colour);
/* The icon of a host, filling a square of this size around the point; a host that is down is grey and struck out. */
void shape_host(struct canvas *canvas, const struct theme *theme, enum story_role role, bool up, struct point at,
                double size);

enum button_shape {
    BUTTON_PLAY,
    BUTTON_PAUSE,
    BUTTON_BACK,
    BUTTON_FORWARD,
    BUTTON_SLOWER,
    BUTTON_FASTER,
    BUTTON_THEME
};
void shape_button(struct canvas *canvas, enum button_shape shape, struct point at, double radius, struct colour colour);

#endif
