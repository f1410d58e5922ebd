/* Words beside what moves on the map: what a packet says, and why one died. They stand where nothing else does: not on
   names, hosts, links' labels or each other, and on nothing that moves or rests. */
#ifndef POSTROAD_VIZ_DRAW_MAP_WORDS_H
#define POSTROAD_VIZ_DRAW_MAP_WORDS_H

#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"

/* Of one picture. Where things are is noted before the first word is said; of thousands, the first ones. */
enum { MAP_WORDS_TAKEN = 200, MAP_WORDS_THINGS = 600, MAP_WORDS_LEADERS = 40 };
struct map_words {
    struct box taken[MAP_WORDS_TAKEN];   /* by words */
    struct box things[MAP_WORDS_THINGS]; /* packets, crosses, envelopes */
    struct map_leader {
        struct point from, to;
    } leaders[MAP_WORDS_LEADERS]; /* from a word to what it is about */
    struct map_reason {
        struct box box;
        uint64_t key;
    } reasons[MAP_WORDS_LEADERS];
    size_t n, n_things, n_leaders, n_reasons;
};

/* A thing is drawn here. */
void map_words_keep_off(struct map_words *words, struct box box);
/* Words stand here already. */
void map_words_stand(struct map_words *words, struct box box);
/* Whether nothing to be read, and nothing that moves, is here; it is taken then. */
bool map_words_take(struct map_words *words, const struct map_plan *plan, struct box box);
/* A word for a packet at this place; not said where there is no room close by. */
void map_words_say(const struct view *view, const struct map_plan *plan, struct map_words *words, struct point at,
                   const char *text, struct colour ink);
/* Why one died here. It is always said: farther off, with a line to the place that runs through no
   words, or, where all is full, on what matters least; of several, with their number. Nothing is said twice within a
   short distance, nor on other words when it is said elsewhere. */
void map_words_say_why(const struct view *view, const struct map_plan *plan, struct map_words *words, struct point at,
                       const char *why, size_t times, double alpha);

#endif
