/* What the map keeps from picture to picture, and how it copes with crowds: thousands of packets, hundreds of hosts. */
#ifndef POSTROAD_VIZ_DRAW_MAP_CROWD_H
#define POSTROAD_VIZ_DRAW_MAP_CROWD_H

#include "viz/draw/map_plan.h"
#include "viz/draw/map_route.h"
#include "viz/draw/stamps.h"
#include "viz/draw/view.h"

/* Where those stand that wait for a link in one direction. */
struct map_row {
    bool is_known;
    int side; /* of the link; 0: there is no room for a row */
    size_t first, shown;
    struct box count; /* for the number of those that are not shown; w is 0 where there is no room */
};

struct map_crowd {
    struct map_routes *routes;
    struct stamps *stamps;
    struct map_row *rows; /* two for each link, found when the first one waits there */
    bool is_one;          /* in this picture, what is drawn often is pressed as a stamp, and words are kept */
    struct canvas *words; /* what is said at hosts, as of the latest picture */
    uint64_t *said;       /* for each host, a key of its words there; 0: none */
    uint64_t named;       /* a key of the names there (map_names.h); 0: none */
    const struct theme *theme;
};

struct map_crowd *map_crowd_new(const struct story *story);
void map_crowd_free(struct map_crowd *crowd);
/* The same hosts and links, of which more is known: another story of the same run. */
void map_crowd_renew(struct map_crowd *crowd, const struct story *story);
/* A picture begins. */
void map_crowd_look(const struct view *view, const struct map_plan *plan);
/* Makes the layer for words where there is none yet. */
void map_crowd_layer(const struct view *view, const struct map_plan *plan);
/* The words at all hosts, over everything. For crowds only. */
void map_crowd_draw_words(const struct view *view, const struct map_plan *plan);

#endif
