#include "viz/draw/map_crowd.h"

#include <math.h>

#include "sim/journal/memory.h"
#include "viz/draw/map_mail.h"
#include "viz/draw/map_view.h"

enum { HOSTS = 100, PACKETS = 300, TRANSFERS = 60 }; /* of more, it is a crowd */

struct map_crowd *map_crowd_new(const struct story *story)
{
    struct map_crowd *crowd = mem_calloc(1, sizeof *crowd);
    crowd->routes = map_routes_new(story);
    crowd->stamps = stamps_new();
    crowd->rows = mem_calloc(2 * story_link_count(story) + 1, sizeof *crowd->rows);
    return crowd;
}

void map_crowd_free(struct map_crowd *crowd)
{
    if (!crowd) return;
    map_routes_free(crowd->routes);
    stamps_free(crowd->stamps);
    canvas_free(crowd->words);
    mem_free(crowd->said);
    mem_free(crowd->rows);
    mem_free(crowd);
}

void map_crowd_renew(struct map_crowd *crowd, const struct story *story)
{
    map_routes_free(crowd->routes);
    crowd->routes = map_routes_new(story);
}

void map_crowd_look(const struct view *v, const struct map_plan *plan)
{
    struct map_crowd *crowd = plan->crowd;
    const size_t *some;
    map_routes_look(crowd->routes);
    crowd->is_one =
        canvas_likes_layers(v->canvas) && (plan->n_hosts > HOSTS || story_live_hops(v->story, &some) > PACKETS ||
                                           story_live_transfers(v->story, &some) > TRANSFERS);
    if (crowd->is_one) stamps_begin(crowd->stamps, v->canvas, v->theme, v->unit);
}

/* ---- Words ---- */

static uint64_t key_of_words(const struct view *v, size_t host)
{
    char text[MAP_WORDS_BYTES];
    uint64_t key = story_host(v->story, host).up ? 1 : 2;
    map_mail_words(v->story, host, text);
    for (const char *c = text; *c; c++)
        key = (key ^ (unsigned char)*c) * UINT64_C(0x9e3779b97f4a7c15);
    return key | 1;
}

void map_crowd_layer(const struct view *v, const struct map_plan *plan)
{
    struct map_crowd *crowd = plan->crowd;
    if (crowd->words && crowd->theme == v->theme) return;
    canvas_free(crowd->words);
    mem_free(crowd->said);
    crowd->words = canvas_new_layer((int)ceil(plan->area.w) + 1, (int)ceil(plan->area.h) + 1);
    canvas_set_origin(crowd->words, floor(plan->area.x), floor(plan->area.y));
    crowd->said = mem_calloc(plan->n_hosts + 1, sizeof *crowd->said);
    crowd->named = 0;
    crowd->theme = v->theme;
}

static void say(const struct view *v, const struct map_plan *plan, size_t host)
{
    struct view layer = *v;
    layer.canvas = plan->crowd->words;
    layer.targets = NULL;
    canvas_clear(layer.canvas, box_inset(plan->hosts[host].label, -2));
    if (plan->hosts[host].on_link) map_view_draw_name(&layer, plan, host);
    map_mail_draw_words(&layer, plan, host);
}

/* Only what has changed since the last picture is written anew. */
void map_crowd_draw_words(const struct view *v, const struct map_plan *plan)
{
    struct map_crowd *crowd = plan->crowd;
    map_crowd_layer(v, plan);
    for (size_t h = 0; h < plan->n_hosts; h++) {
        if (plan->hosts[h].label.w <= 0) continue;
        uint64_t key = key_of_words(v, h);
        if (key != crowd->said[h]) say(v, plan, h);
        crowd->said[h] = key;
    }
    canvas_paint_layer(v->canvas, crowd->words, floor(plan->area.x), floor(plan->area.y));
}
