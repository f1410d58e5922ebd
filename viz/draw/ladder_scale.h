/* Where an instant stands along the ladder. Time runs as the pace has it, without its stands, which take no room here;
   and it is opened where packets of one way leave or arrive so close behind each other that nobody could count their
   arrows: ten duplicate acknowledgements are ten arrows. Where there are so many that this would be a picture of
   nothing else, it stays closed, and smoothly so. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_SCALE_H
#define POSTROAD_VIZ_DRAW_LADDER_SCALE_H

#include <stddef.h>
#include <stdint.h>

#include "viz/story/pace.h"
#include "viz/story/story.h"

struct ladder_opening;

struct ladder_scale {
    const struct pace *pace;
    double px_per_ns;
    const struct pace_stand *stands;
    size_t n_stands;
    struct ladder_opening *openings; /* in the order of time; ladder_scale_end frees them */
    size_t n_openings;
};

struct ladder_scale ladder_scale_of(const struct pace *pace, double px_per_ns);
/* Neighbours among these arrows are apart by at least this much afterwards; `whole_px`: how much of the scale they are
   from, to judge how many there are. Once. */
void ladder_scale_open(struct ladder_scale *scale, const struct story_arrow *arrows, size_t n, double apart_px,
                       double whole_px);
void ladder_scale_end(struct ladder_scale *scale);

double ladder_scale_px(const struct ladder_scale *scale, int64_t at_ns);
/* The instant that stands there, as long as nothing is opened. */
int64_t ladder_scale_at(const struct ladder_scale *scale, double px);

#endif
