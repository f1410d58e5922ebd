/* "links": what joins two hosts. */
#include "model/scenario/link_values.h"
#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const char toward_hint[] = "the second host's direction can differ: \"back\": { \"loss\": \"2 %\" }";
static const struct key_rule link_keys[] = {
    {"between", NULL}, {"rate", NULL},  {"delay", NULL},        {"jitter", NULL},    {"mtu", NULL},
    {"queue", NULL},   {"codel", NULL}, {"loss", NULL},         {"duplicate", NULL}, {"reorder", NULL},
    {"corrupt", NULL}, {"back", NULL},  {"toward", toward_hint}};
static const struct key_rule back_keys[] = {
    {"rate", NULL},      {"delay", NULL},
    {"jitter", NULL},    {"queue", NULL},
    {"codel", NULL},     {"loss", NULL},
    {"duplicate", NULL}, {"reorder", NULL},
    {"corrupt", NULL},   {"mtu", "an MTU is for both directions: write it beside \"back\""}};

enum { MTU_DEFAULT = 1500, MTU_MIN = 68, MTU_MAX = 65535 };

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

/* The values that a direction has; what is missing stays. */
static void load_direction(const struct spot *object, bool may_say_toward, struct link_settings *direction)
{
    for (int i = 0; i < LINK_VALUES; i++) {
        struct spot value = spot_key(object, link_value_name((enum link_value)i));
        if (value.json) link_value_load(&value, (enum link_value)i, may_say_toward, direction);
    }
}

/* "loss": { ..., "toward": HOST } leaves the other direction without loss. */
static void load_loss_toward(struct loader *l, const struct spot *link, struct scenario_link *k)
{
    const struct link_settings lossless = link_values_default();
    struct spot loss = spot_key(link, "loss");
    int dir;
    if (!cJSON_IsObject(loss.json) || !loader_toward(l, &loss, (int)link->index, &dir) || dir == 2) return;
    link_value_copy(LINK_LOSS, dir == 0 ? &k->back : &k->out, &lossless);
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
        k->out = link_values_default();
        k->out.mtu_bytes = k->mtu_bytes;
        load_direction(&link, true, &k->out);
        k->back = k->out;
        load_loss_toward(l, &link, k);
        if (!want_object(&link, "back", &back)) continue;
        CHECK_KEYS(&back, back_keys);
        load_direction(&back, false, &k->back);
    }
}
