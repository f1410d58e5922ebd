/* What map_plan.c (the whole), map_fit.c (how large letters and icons are), map_spoils.c (what is in the way),
   map_host_labels.c, map_rest.c (envelopes at hosts) and map_link_labels.c share while a plan is made. */
#ifndef POSTROAD_VIZ_DRAW_MAP_PLAN_INTERNAL_H
#define POSTROAD_VIZ_DRAW_MAP_PLAN_INTERNAL_H

#include "viz/draw/map_plan.h"

/* Among more than these, hosts keep their size where there is any other way, and those around one router may have room
   for their names above them. */
enum { MAP_SOME_HOSTS = 10 };

enum {
    MAP_FEW_HOSTS = 80, /* of more, names are placed in the plain ways only, and once */
    MAP_FAR_HOSTS = 24  /* of more, there is no room for lines to names */
};

enum { MAP_MOST_WIRES = 8 }; /* however many links there are, they are less in the way than so many */

struct map_planning {
    struct map_plan *plan;
    const struct story *story;
    struct canvas *canvas;
    struct text_style name, status;
    double icons;   /* as a part of their usual size */
    bool roof;      /* above the highest hosts there is room for their names, too: wires are on their other side */
    double *widths; /* of the hosts' labels, so that each is measured once */
};

/* map_plan.c */
double map_label_height(const struct map_planning *p);
bool map_holds_mail(const struct story *s, size_t host);
/* Icons, links and the hosts' labels, as large as the plan says. */
void map_place_hosts(struct map_planning *p, const struct point *places);

/* map_fit.c: the whole of map_place_hosts(), as large as there is room for. */
void map_fit_names(struct map_planning *p, const struct point *places);

/* map_spoils.c */
bool map_is_within(struct box area, struct box box);
/* A pile, with the number of those that do not show. */
struct box map_pile_with_count(const struct map_plan *m, size_t host);
/* What links do to a name here; from `enough` on nobody counts any more. */
int map_spoiled_by_links(const struct map_plan *m, struct box box, int enough);
bool map_is_on_the_left(const struct map_plan *m, size_t host);
/* Does the line from this host's label to its icon meet the box? */
bool map_is_on_leader(const struct map_plan *m, size_t host, struct box box);
/* How bad a place is for the name of this host, beside those that have theirs. From `enough` on nobody counts any
   more. */
int map_spoiled(const struct map_planning *p, size_t own, struct box box, int enough);

/* map_host_labels.c */
/* Whether hosts are still told apart by names without their last parts. */
bool map_names_can_be_short(const struct story *s, size_t n);
void map_measure_host_labels(struct map_planning *p);
void map_place_host_labels(struct map_planning *p);
void map_no_labels(struct map_plan *m);
/* How bad the places of all names are together. */
int map_all_spoiled(const struct map_planning *p);

/* map_rest.c: the pile at a host, when its labels have their places. */
void map_place_rest(struct map_planning *p, size_t host);

/* map_link_labels.c: that of one link, when the hosts and the links before it have theirs. */
void map_place_link_label(struct map_planning *p, size_t i);

#endif
