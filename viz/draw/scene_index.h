/* What a scene needs to know of a journal, and what takes long to find out. It knows no window and no canvas: it can be
   made by another thread than the one that draws, of a journal that nobody appends to meanwhile. */
#ifndef POSTROAD_VIZ_DRAW_SCENE_INDEX_H
#define POSTROAD_VIZ_DRAW_SCENE_INDEX_H

#include "sim/journal/stop.h"
#include "viz/draw/canvas.h"
#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"
#include "viz/story/pace.h"

/* What the scene shows at this moment, so that an index for it has that ready. Zeroed: a scene that is not there yet. */
struct scene_wish {
    enum caption_mode captions;
    enum pace_mode pace;
    struct box map; /* its panel */
    double unit;    /* of it; 0: it is not in sight */
    bool dark, calm, projector;
    int64_t now_ns;
};

/* A picture kept as long as its key is the same. */
struct layer {
    struct canvas *canvas;
    uint64_t key;
};

struct scene_index {
    const struct journal_memory *journal;
    struct journal_memory *own; /* the same, when it goes with the index; NULL: it is another's */
    double part;                /* of all there is, when this is not the whole; below 0: nobody knows */
    struct story *story;
    struct classics *classics;
    struct pace *pace;     /* as wished */
    struct map_plan *plan; /* likewise, with all that it keeps; NULL: the map is not in sight */
    struct layer map;      /* likewise, what of it stands still */
    struct scene_wish wish;
    struct point *places; /* of the hosts, 0 to 1 */
    size_t *order;        /* hosts from left to right */
};

/* The journal has at least one event, and outlives the index. NULL when it was asked to leave off. */
struct scene_index *scene_index_new(const struct journal_memory *journal, struct scene_wish wish,
                                    const struct stop *stop);
/* Of what the journal holds now: it may be appended to while the index is used. */
struct scene_index *scene_index_as_now(const struct journal_memory *journal, struct scene_wish wish, double part,
                                       const struct stop *stop);
void scene_index_free(struct scene_index *index);

/* The pace of a story, with room to read what is told. */
struct pace *scene_index_pace(const struct journal_memory *journal, const struct classics *classics,
                              enum caption_mode captions, enum pace_mode mode, const struct stop *stop);
/* Hosts from left to right, and from top to bottom where they stand above each other. */
void scene_index_order(const struct point *places, size_t n, size_t *order);

#endif
