/* How everything looks: one light and one dark theme with the colour-blind safe palette of Okabe and Ito. A colour never
   stands alone: the shape (shapes.h) always says the same.

   Sizes are given in units; a unit is one pixel in a window of 1280x800 at scale 1 and grows with the window, so that
   the back row of a classroom can read it on any projector. */
#ifndef POSTROAD_VIZ_DRAW_THEME_H
#define POSTROAD_VIZ_DRAW_THEME_H

#include "viz/draw/canvas.h"
#include "viz/story/story.h"

struct theme {
    bool dark;
    struct colour paper, panel, edge, grid; /* behind panels, panels, their edges, lines within */
    struct colour ink, faint, ghost;        /* text, lesser text, what is hardly there */
    struct colour accent, on_accent;        /* what is selected or has the focus, and text on it */
    struct colour wire, wire_down;
    struct colour client, server;           /* who speaks, in the dialogue */
    struct colour class[STORY_CLASSES];
    struct colour lost, warn, good;
    struct colour mail, bounce, mail_ink;
    struct colour icon, icon_ink;           /* host icons */
};

const struct theme *theme_of(bool dark);

#define THEME_PROJECTOR_LINES 1.6 /* how much thicker lines are for a projector */

enum { FONT_SMALL, FONT_PLAIN, FONT_LARGE, FONT_HUGE, FONTS };

/* A style of the theme. Sizes: small print, text, headings, the caption. */
struct text_style theme_text(const struct theme *theme, int font, double unit);
struct text_style theme_mono(const struct theme *theme, int font, double unit);

struct colour colour_with_alpha(struct colour colour, double alpha);
struct colour colour_mix(struct colour a, struct colour b, double part_of_b);
struct colour colour_hex(uint32_t rrggbb);
uint32_t colour_to_hex(struct colour colour);

/* The unit for a window of this size; never so small that text cannot be read. */
double theme_unit(int width, int height, double scale);

#endif
