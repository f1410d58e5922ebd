/* Pace: how virtual time becomes time on the screen. Monotone and piecewise linear, so that packets in flight move
   smoothly, and to be had in both directions. Computed once from the journal; it knows no wall clock. */
#ifndef POSTROAD_VIZ_STORY_PACE_H
#define POSTROAD_VIZ_STORY_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"
#include "sim/journal/stop.h"

enum pace_mode {
    PACE_STORY,  /* what is seen to happen gets room; idle half-hours pass in a second */
    PACE_STEADY, /* a plain factor */
    PACE_EVENT   /* the same time from each instant at which something visible happens to the next */
};

struct pace_settings {
    enum pace_mode mode;
    double factor; /* story and event: 2 is twice as fast; steady: virtual seconds in a second on the screen */
};
struct pace_settings pace_settings_default(void); /* story, 1 */

struct pace;

/* A text that the view shows at an event, as it shows captions: story pace gives it the same time to be read. */
struct pace_reading {
    size_t event, letters;
};

/* The journal may be freed or grow afterwards; a grown one needs a new pace. */
struct pace *pace_new(const struct journal_memory *journal, struct pace_settings settings);
/* Readings in the order of events. NULL when it was asked to leave off. */
struct pace *pace_new_with(const struct journal_memory *journal, struct pace_settings settings,
                           const struct pace_reading *readings, size_t n_readings, const struct stop *stop);
void pace_free(struct pace *pace);

/* From 0 at the world's beginning to the total at the last event; clamped at both ends. Of a virtual instant at which
   the screen stands still (many events at one time), screen_at gives the beginning of the stand;
   virtual_at(screen_at(t)) is t. */
int64_t pace_virtual_at(const struct pace *pace, int64_t screen_ns);
int64_t pace_screen_at(const struct pace *pace, int64_t at_ns);
int64_t pace_total_ns(const struct pace *pace);
/* Where the screen stands still for a while, in the order of time. */
struct pace_stand {
    int64_t at_ns, length_ns, before_ns; /* before_ns: the lengths of all earlier ones together */
};
size_t pace_stands(const struct pace *pace, const struct pace_stand **stands);
/* Screen time without the stands before it, and back: to where a stand begins. */
int64_t pace_moving_at(const struct pace *pace, int64_t screen_ns);
int64_t pace_screen_of_moving(const struct pace *pace, int64_t moving_ns);
/* Virtual nanoseconds that pass in one on the screen, just after this time: for "x 1800" beside the clock. */
double pace_speed_at(const struct pace *pace, int64_t screen_ns);
/* Whether time is being skipped here: nothing visible happens and the clock spins. */
bool pace_is_skipping(const struct pace *pace, int64_t screen_ns);

/* The knots between which it runs straight, for who keeps time elsewhere; both times grow from knot to knot, or stay.
 */
size_t pace_knot_count(const struct pace *pace);
void pace_knot(const struct pace *pace, size_t knot, int64_t *at_ns, int64_t *screen_ns);

#endif
