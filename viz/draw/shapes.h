/* The things on the map and their stamps. Each kind of packet has a shape of its own:

     handshake and close   diamond          data                 square
     acknowledgement       small circle     retransmission       square within a square
     DNS                   triangle         anything else        small square on its corner, hollow
     lost                  a cross          not taken by a host  a ring with a bar

   A mail is an envelope; a bounce is an envelope with an arrow that points back. */
#ifndef POSTROAD_VIZ_DRAW_SHAPES_H
#define POSTROAD_VIZ_DRAW_SHAPES_H

#include "viz/draw/canvas.h"
#include "viz/draw/theme.h"

/* radius: half the height of the stamp of a data packet; the others keep their proportion to it. */
void shape_packet(struct canvas *canvas, const struct theme *theme, enum story_class class, struct point at,
                  double radius, double alpha);
void shape_cross(struct canvas *canvas, struct point at, double radius, double width, struct colour colour);
/* The end of a packet: lost on its way, or not taken by the host that it came to. */
void shape_death(struct canvas *canvas, bool not_taken, struct point at, double radius, double width,
                 struct colour colour);
/* How something ended, or has not yet. */
void shape_tick(struct canvas *canvas, struct point at, double radius, struct colour colour);
void shape_envelope(struct canvas *canvas, const struct theme *theme, struct point at, double width, bool bounce,
                    double alpha);
/* A clock face, for what waits. */
void shape_clock(struct canvas *canvas, struct point at, double radius, struct colour face, struct colour ink);
/* A padlock, as wide as this. */
void shape_lock(struct canvas *canvas, struct point at, double width, struct colour colour);
/* What is the matter with a host that is up: something is full, it is slow, it takes no mail, its clock is wrong. */
enum shape_sign { SIGN_FULL, SIGN_SLOW, SIGN_STOP, SIGN_CLOCK };
void shape_sign(struct canvas *canvas, const struct theme *theme, enum shape_sign sign, struct point at, double radius);
/* The icon of a host, filling a square of this size around the point; a host that is down is grey and crossed out. */
void shape_host(struct canvas *canvas, const struct theme *theme, enum story_role role, bool up, struct point at,
                double size);

enum button_shape { BUTTON_PLAY, BUTTON_PAUSE, BUTTON_BACK, BUTTON_FORWARD, BUTTON_SLOWER, BUTTON_FASTER, BUTTON_THEME };
void shape_button(struct canvas *canvas, enum button_shape shape, struct point at, double radius, struct colour colour);

#endif
