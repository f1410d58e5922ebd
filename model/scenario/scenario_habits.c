/* A client's habits: what it leaves on the server, when its user is there, how patient it is. */
#include <stdlib.h>

#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* true: for ever; "7 d": so long. */
static void load_leaves(const struct spot *object, struct scenario_client *c)
{
    struct spot spot = spot_key(object, "leaves_on_server");
    if (!spot.json) return;
    if (cJSON_IsBool(spot.json))
        c->leaves_ns = cJSON_IsTrue(spot.json) ? TIME_NEVER : 0;
    else
        check_unit(&spot, UNIT_DURATION, SECOND, 365 * DAY, &c->leaves_ns);
    struct spot from = spot_key(object, "fetches_from");
    if (!from.json)
        spot_refuse(&spot, tr("write \"fetches_from\": \"NAME OF A MAIL SERVER\" beside it"),
                    tr("this client fetches nothing"));
}

static int compare_hours(const void *a, const void *b)
{
    const struct scenario_hours *x = a, *y = b;
    return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* ["08:00-12:00", "13:00-18:00"] */
static void load_online(struct loader *l, const struct spot *object, struct scenario_client *c)
{
    struct spot list;
    if (!want_array(object, "online", "[\"08:00-18:00\"]", &list)) return;
    struct scenario_hours *hours =
        scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(list.json), sizeof *hours);
    for (struct spot spot = spot_first(&list); spot.json; spot = spot_next(&spot)) {
        struct scenario_hours *h = &hours[c->n_online];
        if (check_text(&spot, "08:00-18:00") && loader_hours(&spot, spot.json->valuestring, &h->from_ns, &h->until_ns))
            c->n_online++;
    }
    if (c->n_online > 0) qsort(hours, c->n_online, sizeof *hours, compare_hours);
    c->online = hours;
    if (!list.json->child)
        spot_refuse(&list, tr("write [\"08:00-18:00\"], or leave it out"),
                    tr("there is no time at which it is online"));
}

void load_client_habits(struct loader *l, const struct spot *object, struct scenario_client *c)
{
    c->submission_retry_ns = 5 * MINUTE;
    want_duration(object, "fetch_jitter", 0, 30 * DAY, &c->fetch_jitter_ns);
    want_duration(object, "submission_retry", SECOND, 30 * DAY, &c->submission_retry_ns);
    load_leaves(object, c);
    load_online(l, object, c);
}
