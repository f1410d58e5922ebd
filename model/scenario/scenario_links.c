/* "links": what joins two hosts. */
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const char direction_later[] = "the second host's direction can differ: \"back\": { \"rate\": ..., \"delay\": "
                                      "..., \"queue\": ..., \"loss\": ... }";
static const char loss_later[] = "each packet is lost by its own chance: \"loss\": \"1 %\"";
static const struct key_rule link_keys[] = {{"between", NULL},
                                            {"rate", NULL},
                                            {"delay", NULL},
                                            {"mtu", NULL},
                                            {"queue", NULL},
                                            {"loss", NULL},
                                            {"back", NULL},
                                            {"toward", direction_later},
                                            {"jitter", "leave it out: every packet takes the same \"delay\""},
                                            {"corrupt", loss_later},
                                            {"duplicate", loss_later},
                                            {"reorder", loss_later},
                                            {"codel", "leave it out: a full \"queue\" drops what comes last"}};
static const struct key_rule back_keys[] = {{"rate", NULL},
                                            {"delay", NULL},
                                            {"queue", NULL},
                                            {"loss", NULL},
                                            {"mtu", "an MTU is for both directions: write it beside \"back\""}};

enum { MTU_DEFAULT = 1500, MTU_MIN = 576, MTU_MAX = 65535 };

void load_link_names(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section;
    s->n_links = loader_name_section(l, "links", &l->links, &section);
    /* One more, since a name server may be added. */
    s->links = scenario_alloc(s->memory, s->n_links + 1, sizeof *s->links);
    for (struct spot link = spot_first(&section); link.json; link = spot_next(&link)) {
        s->links[link.index] = (struct scenario_link){.name = scenario_text(s->memory, link.key), .a = -1, .b = -1};
        loader_good_key(&link, name_plain_problem, tr("write it like \"a-mail\""));
    }
}

static void load_between(struct loader *l, const struct spot *link, struct scenario_link *k)
{
    static const char example[] = "[\"alice-pc\", \"internet\"]";
    struct spot list, end;
    int *ends[] = {&k->a, &k->b};
    if (!check_present(link, "between", "\"between\": [\"alice-pc\", \"internet\"]")) return;
    if (!want_array(link, "between", example, &list)) return;
    int n = cJSON_GetArraySize(list.json);
    if (n != 2) {
        spot_refuse(&list, checks_hint(l->checks, tr("write two: %s"), example), tr("a link joins two hosts, not %d"),
                    n);
        return;
    }
    for (end = spot_first(&list); end.json; end = spot_next(&end))
        loader_host(l, &end, ANY_ROLE, ends[end.index]);
    if (k->a >= 0 && k->a == k->b)
        spot_refuse(&list, tr("name two different hosts"), tr("the link joins \"%s\" to itself"),
                    l->scenario->hosts[k->a].name);
}

/* The four values that a direction has; what is missing stays. */
static void load_direction(struct loader *l, const struct spot *object, uint32_t mtu, struct scenario_direction *d)
{
    struct spot loss = spot_key(object, "loss"), queue = spot_key(object, "queue");
    int64_t bytes = (int64_t)d->queue_bytes;
    want_rate(object, "rate", 1, INT64_C(1000000000000), &d->rate_bps);
    want_duration(object, "delay", 0, HOUR, &d->delay_ns);
    if (queue.json && check_unit(&queue, UNIT_QUEUE, 1, INT64_C(1) << 40, &bytes)) {
        d->queue_bytes = (uint64_t)bytes;
        if (bytes && bytes < (int64_t)mtu)
            spot_refuse(&queue, checks_hint(l->checks, tr("write \"%u B\" or more"), (unsigned)mtu),
                        tr("%s holds not even one packet of %u B"), checks_value(l->checks, queue.json), (unsigned)mtu);
    }
    if (cJSON_IsObject(loss.json))
        spot_refuse(&loss, tr(loss_later), tr("loss in bursts or toward one end is not in this version"));
    else
        want_chance(object, "loss", &d->loss_of_2_32);
}

static void load_mtu(const struct spot *link, uint32_t *mtu)
{
    int64_t bytes = MTU_DEFAULT;
    want_size(link, "mtu", MTU_MIN, MTU_MAX, &bytes);
    *mtu = (uint32_t)bytes;
}

void load_links(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "links"), back;
    for (struct spot link = spot_first(&section); s->n_links && link.json; link = spot_next(&link)) {
        struct scenario_link *k = &s->links[link.index];
        if (!check_object(&link)) continue;
        CHECK_KEYS(&link, link_keys);
        load_between(l, &link, k);
        load_mtu(&link, &k->mtu_bytes);
        k->out =
            (struct scenario_direction){.rate_bps = 100000000, .delay_ns = 10 * MILLISECOND, .queue_bytes = 256000};
        load_direction(l, &link, k->mtu_bytes, &k->out);
        k->back = k->out;
        if (!want_object(&link, "back", &back)) continue;
        CHECK_KEYS(&back, back_keys);
        load_direction(l, &back, k->mtu_bytes, &k->back);
    }
}
