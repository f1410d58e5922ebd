/* The map in pixels: where each host, its label and each link's label stand in an area. Made once for an area and a
   unit; it does not change with time. No label lies on a host, on another label or on a link that is not its own;
   a link's label for which there is no such place is left out, and the link tells its values when selected. */
#ifndef POSTROAD_VIZ_DRAW_MAP_PLAN_H
#define POSTROAD_VIZ_DRAW_MAP_PLAN_H

#include "viz/draw/canvas.h"
#include "viz/draw/theme.h"
#include "viz/story/story.h"

/* Places from 0 to 1, by the story's roles and by who sends and who fetches. One point a host; the caller's array. */
void map_places(const struct story *story, struct point *places);

/* Where a name would stand that is not always there (map_names.h). */
struct map_name {
    struct box box;
    enum align align;
    bool is_clear;  /* it covers no other host there */
    bool is_always; /* it is there whenever nothing that matters more is in its way */
};

struct map_host {
    struct point at;            /* centre of the icon */
    struct box icon;            /* square */
    struct box label;           /* name, and a line for what it holds; w is 0 where there is no room for one */
    enum align align;           /* of the label's text */
    bool above;                 /* the label stands above the icon */
    bool on_link;               /* a link passes here or close by, or a pile lies there: the label is drawn over it */
    bool afar;                  /* the label stands farther off: a line leads from it to the icon */
    bool strays;                /* it is nearer to another host: however short, the line is drawn */
    bool rest_left, rest_below; /* the corner of the icon where envelopes lie; otherwise on its right, above */
    double rest_from;           /* how far the first of them lies from the middle, in icons */
    double rest_step;           /* how far one of a pile lies from the next, in icons */
    struct map_name name;       /* of few_names */
    struct box rest;            /* what a pile of them covers; w is 0 where no mail comes to */
};

/* Where the middles of packets go that travel one way, on the right of their link: from edge of icon to edge of icon,
   and over no name of the two hosts where that can be had. */
struct map_lane {
    struct point from, to, right; /* right: of a length of 1, away from the link */
};

/* What a link's label says; where there is no room for all, its losses, and of one that loses nothing its rate. */
enum map_link_says { MAP_LINK_ALL, MAP_LINK_LOSS, MAP_LINK_RATE };

struct map_link {
    struct point a, b;        /* at the edges of the icons */
    struct map_lane lanes[2]; /* from a to b, from b to a */
    struct box label;         /* w is 0 when there is none */
    enum align align;
    enum map_link_says says;
    bool carries_mail; /* it may lie between two hosts that hold mail */
};

struct map_crowd;

struct map_plan {
    struct box area, room; /* room: where the middles of the icons may stand */
    double unit, icon;
    double stamp;     /* half a packet: smaller where the icons are */
    double letters;   /* of labels, as a part of their usual size */
    bool few_names;   /* no labels; those that matter have names, and as many others as there is room for */
    bool short_names; /* names without their last part, "mail.a" of mail.a.example, where that tells them apart */
    bool terse;       /* names only: a line for what a host holds only where something is wrong */
    bool wordless;    /* nothing is written: of a picture so small that nobody could read it */
    size_t n_hosts, n_links;
    struct map_host *hosts;
    struct map_link *links;
    struct map_crowd *crowd; /* what is kept from one picture to the next (map_crowd.h) */
};

enum { MAP_SHOWN_AT_HOST = 3 }; /* envelopes in a pile; of more, there is a number */
/* A link's label is so many times nearer to its link than to any other. */
extern const double map_label_nearer;
/* It keeps so many units from the icons and names of hosts where it can, and nowhere is it nearer to a host that is not
   its link's than to its link. */
extern const double map_label_from_hosts;

/* canvas only measures text here. */
struct map_plan *map_plan_new(const struct story *story, const struct point *places, struct box area, double unit,
                              struct canvas *canvas);
/* The same with the places worked out. */
struct map_plan *map_plan_of(const struct story *story, struct box area, double unit, struct canvas *canvas);
/* Of a picture so small that nobody could read what is written on it: nothing is, and what is drawn is larger. */
struct map_plan *map_plan_wordless(const struct story *story, struct box area, double unit, struct canvas *canvas);
void map_plan_free(struct map_plan *plan);
/* A host's name as the map has it. Returns buffer. */
enum { MAP_NAME_BYTES = 256 };
const char *map_host_name(const struct map_plan *plan, const struct story *story, size_t host,
                          char buffer[MAP_NAME_BYTES]);
/* The place, 0 to 1, whose host stands at this point. */
struct point map_place_of(const struct map_plan *plan, struct point at);

/* Where the middle of an envelope lies at a host; position counts from 0. */
struct point map_rest_place(const struct map_plan *plan, size_t host, size_t position);
double map_envelope_width(const struct map_plan *plan);
/* On its way it is no larger than what can pass between a link and its label. */
double map_moving_width(const struct map_plan *plan);
/* The line from a label that stands farther off (afar) to its icon. */
void map_leader_of(const struct map_plan *plan, size_t host, struct box label, struct point *from, struct point *to);
bool map_line_meets_box(struct point a, struct point b, struct box box);
/* The line from a to b and that from c to d; also where one ends on the other. */
bool map_lines_cross(struct point a, struct point b, struct point c, struct point d);

/* "10 Mbit/s · 15 ms" and, when told, "· loss 2 %". */
const char *map_link_text(const struct story_link *link, char *buffer, size_t size);
/* "10 Mbit/s"; empty where it is not told. */
const char *map_link_rate_text(const struct story_link *link, char *buffer, size_t size);
/* "loss 2 %"; empty where nothing is lost. */
const char *map_link_loss_text(const struct story_link *link, char *buffer, size_t size);

#endif
