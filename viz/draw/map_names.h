/* Names on a map that has no room for all of them in letters that can be read from the back row (map_plan.few_names).
   At each instant those hosts have their names that matter then: what is looked at or pointed to, who hands a mail over
   to whom, who is down, who has a queue. The others have theirs as far as there is room, the same ones always; no name
   lies on another. A larger map has room for more. */
#ifndef POSTROAD_VIZ_DRAW_MAP_NAMES_H
#define POSTROAD_VIZ_DRAW_MAP_NAMES_H

#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"

enum { MAP_NAMES_MOST = 160 };

struct map_names {
    size_t n;
    size_t hosts[MAP_NAMES_MOST];
    struct box boxes[MAP_NAMES_MOST]; /* of the texts */
};

/* Where each host would have its name, and which have it always. Icons and piles have their places. */
void map_names_place(struct map_plan *plan, const struct story *story, const double *widths, double line);
/* Who has a name in this picture. */
void map_names_choose(const struct view *view, const struct map_plan *plan, struct map_names *names);
void map_names_draw(const struct view *view, const struct map_plan *plan, const struct map_names *names);

#endif
