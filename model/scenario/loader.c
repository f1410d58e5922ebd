/* Names, references and memory: what the parts of the loader share. */
#include "model/scenario/loader.h"

#include <stdlib.h>
#include <string.h>

#include "model/scenario/names.h"
#include "model/scenario/suggest.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

const struct choice packet_tags[PACKET_TAGS] = {
    {"tcp.syn", NULL},   {"tcp.syn-ack", NULL},      {"tcp.data", NULL},           {"tcp.ack", NULL},
    {"tcp.fin", NULL},   {"tcp.rst", NULL},          {"dns.query", NULL},          {"dns.answer", NULL},
    {"icmp.echo", NULL}, {"icmp.unreachable", NULL}, {"icmp.time-exceeded", NULL}, {"icmp.too-big", NULL},
    {"fragment", NULL}};

/* ---- memory ---- */

struct scenario_memory {
    void **blocks;
    size_t n, room;
};

struct scenario_memory *scenario_memory_new(void)
{
    return mem_calloc(1, sizeof(struct scenario_memory));
}

void scenario_memory_free(struct scenario_memory *memory)
{
    for (size_t i = 0; i < memory->n; i++)
        mem_free(memory->blocks[i]);
    mem_free(memory->blocks);
    mem_free(memory);
}

void *scenario_alloc(struct scenario_memory *memory, size_t n, size_t size)
{
    if (memory->n == memory->room) {
        memory->room = memory->room ? 2 * memory->room : 64;
        memory->blocks = mem_realloc(memory->blocks, memory->room * sizeof *memory->blocks);
    }
    return memory->blocks[memory->n++] = mem_calloc(n ? n : 1, size);
}

const char *scenario_text(struct scenario_memory *memory, const char *text)
{
    if (!text) return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(scenario_alloc(memory, size, 1), text, size);
}

/* ---- names ---- */

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct name_entry *)a)->name, ((const struct name_entry *)b)->name);
}

void name_index_sort(struct name_index *index)
{
    if (index->n) qsort(index->entries, index->n, sizeof *index->entries, compare_entries);
}

int name_index_find(const struct name_index *index, const char *name)
{
    struct name_entry key = {name, 0};
    if (!index->n) return -1;
    struct name_entry *found = bsearch(&key, index->entries, index->n, sizeof key, compare_entries);
    return found ? found->index : -1;
}

size_t loader_name_section(struct loader *l, const char *key, struct name_index *index, struct spot *section)
{
    struct scenario_memory *memory = l->scenario->memory;
    if (!want_object(&l->root, key, section)) {
        section->json = NULL;
        return 0;
    }
    size_t n = (size_t)cJSON_GetArraySize(section->json), i = 0;
    index->entries = scenario_alloc(memory, n, sizeof *index->entries);
    for (struct spot s = spot_first(section); s.json; s = spot_next(&s), i++)
        index->entries[i] = (struct name_entry){scenario_text(memory, s.key), (int)i};
    index->n = n;
    name_index_sort(index);
    return n;
}

static const char *better_name(const struct spot *spot, const char *better, const char *otherwise)
{
    return *better ? checks_hint(spot->checks, tr("did you mean \"%s\"?"), better) : otherwise;
}

bool loader_good_key(const struct spot *spot, name_rule_fn problem, const char *otherwise)
{
    char better[NAME_BYTES];
    const char *what = problem(spot->key, better);
    if (what) spot_refuse_key(spot, better_name(spot, better, otherwise), tr("the name \"%s\" %s"), spot->key, what);
    return !what;
}

bool loader_good_name(const struct spot *spot, name_rule_fn problem, const char *otherwise)
{
    char better[NAME_BYTES];
    const char *what = problem(spot->json->valuestring, better);
    if (what)
        spot_refuse(spot, better_name(spot, better, otherwise), "%s %s", checks_value(spot->checks, spot->json), what);
    return !what;
}

/* ---- references ---- */

static bool refuse_reference(const struct spot *spot, const char *format, const char *none, const struct suggest *near)
{
    const char *hint = near->best ? checks_hint(spot->checks, tr("did you mean \"%s\"?"), near->best) : none;
    spot_refuse(spot, hint, "%s %s", checks_value(spot->checks, spot->json), format);
    return false;
}

static bool find_reference(const struct spot *spot, const struct name_index *index, const char *what, const char *none,
                           int *out)
{
    if (!check_text(spot, "m1")) return false;
    const char *name = spot->json->valuestring;
    int found = name_index_find(index, name);
    if (found >= 0) {
        *out = found;
        return true;
    }
    struct suggest near = suggest_for(name);
    for (size_t i = 0; i < index->n; i++)
        suggest_offer(&near, index->entries[i].name);
    if (!near.best && index->n == 1) near.best = index->entries[0].name;
    return refuse_reference(spot, what, index->n ? NULL : none, &near);
}

bool loader_link(struct loader *l, const struct spot *spot, int *out)
{
    return find_reference(spot, &l->links, tr("is not the name of a link"), tr("there are no links"), out);
}

bool loader_mail(struct loader *l, const struct spot *spot, int *out)
{
    return find_reference(spot, &l->mails, tr("is not the name of a mail"), tr("there are no mails"), out);
}

static const char *role_in_words(enum host_role role)
{
    switch (role) {
    case ROLE_CLIENT:
        return tr("a client");
    case ROLE_MAIL_SERVER:
        return tr("a mail server");
    case ROLE_ROUTER:
        return tr("a router");
    case ROLE_NAME_SERVER:
        return tr("a name server");
    case ROLE_RESOLVER:
        return tr("a resolver");
    case ROLE_OUTSIDE:
        return tr("the host for programs outside");
    }
    return "";
}

static bool has_role(const struct loader *l, int host, unsigned roles)
{
    return !l->host_is_good[host] || (roles >> l->scenario->hosts[host].role & 1) != 0;
}

bool loader_host(struct loader *l, const struct spot *spot, unsigned roles, int *out)
{
    if (!check_text(spot, "mail.a.example")) return false;
    const char *name = spot->json->valuestring;
    int found = name_index_find(&l->hosts, name), fitting = 0;
    if (found >= 0 && has_role(l, found, roles)) {
        *out = found;
        return true;
    }
    if (l->hosts.n == 0) return false; /* that there are none has been reported */
    struct suggest near = suggest_for(name);
    const char *only = NULL;
    for (size_t i = 0; i < l->hosts.n; i++) {
        if (!has_role(l, l->hosts.entries[i].index, roles)) continue;
        only = l->hosts.entries[i].name;
        suggest_offer(&near, only);
        fitting++;
    }
    if (!near.best && fitting == 1) near.best = only;
    if (found < 0) return refuse_reference(spot, tr("is not the name of a host"), NULL, &near);
    const char *what = checks_hint(l->checks, tr("is %s"), role_in_words(l->scenario->hosts[found].role));
    const char *none = roles == 1 << ROLE_MAIL_SERVER ? tr("name a mail server here") : NULL;
    return refuse_reference(spot, what, none, &near);
}

bool loader_toward(struct loader *l, const struct spot *object, int link, int *dir)
{
    const struct scenario *s = l->scenario;
    struct spot spot = spot_key(object, "toward");
    int host;
    *dir = 2;
    if (!spot.json || !loader_host(l, &spot, ANY_ROLE, &host)) return !spot.json;
    if (link < 0) {
        spot_refuse(&spot, tr("write \"link\": \"NAME\" beside it"), tr("\"toward\" needs a link whose end it names"));
        return false;
    }
    const struct scenario_link *lk = &s->links[link];
    if (lk->a < 0 || lk->b < 0) return false; /* reported already */
    if (host != lk->a && host != lk->b) {
        const char *hint =
            checks_hint(l->checks, tr("write \"%s\" or \"%s\""), s->hosts[lk->a].name, s->hosts[lk->b].name);
        spot_refuse(&spot, hint, tr("\"%s\" is not an end of the link \"%s\""), spot.json->valuestring, lk->name);
        return false;
    }
    *dir = host == lk->b ? 0 : 1;
    return true;
}

/* ---- times of day ---- */

/* "08:30" as minutes; -1 when it is none. */
static int minutes_of(const char *text)
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') return -1;
    int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
    return minutes < 60 && hours * 60 + minutes <= 24 * 60 ? hours * 60 + minutes : -1;
}

bool loader_hours(const struct spot *spot, const char *text, int64_t *from_ns, int64_t *until_ns)
{
    bool shaped = strlen(text) == strlen("08:00-18:00") && text[5] == '-';
    int from = shaped ? minutes_of(text) : -1, until = shaped ? minutes_of(text + 6) : -1;
    *from_ns = from * MINUTE;
    *until_ns = until * MINUTE;
    if (from >= 0 && from < until) return true;
    void (*refuse)(const struct spot *, const char *, const char *, ...) =
        text == spot->key ? spot_refuse_key : spot_refuse;
    const char *hint =
        from >= 0 && until >= 0 ? tr("what goes past midnight is two times") : tr("write it like \"08:00-18:00\"");
    refuse(spot, hint, tr("\"%s\" is not a time of day from and until"), text);
    return false;
}

/* ---- lists of texts ---- */

static bool is_new(const struct spot *item, const char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(texts[i], item->json->valuestring) != 0) continue;
        spot_refuse(item, tr("delete one of the two"), tr("%s stands here twice"),
                    checks_value(item->checks, item->json));
        return false;
    }
    return true;
}

static const char **take_texts(struct loader *l, const struct spot *spot, const char *example, bool differ, size_t *n)
{
    const char **texts;
    *n = 0;
    if (cJSON_IsString(spot->json)) {
        texts = scenario_alloc(l->scenario->memory, 1, sizeof *texts);
        texts[(*n)++] = scenario_text(l->scenario->memory, spot->json->valuestring);
        return texts;
    }
    const char *list = checks_hint(l->checks, "[\"%s\"]", example);
    if (!check_array(spot, list)) return NULL;
    texts = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(spot->json), sizeof *texts);
    for (struct spot s = spot_first(spot); s.json; s = spot_next(&s))
        if (check_text(&s, example) && (!differ || is_new(&s, texts, *n)))
            texts[(*n)++] = scenario_text(l->scenario->memory, s.json->valuestring);
    return texts;
}

const char **loader_texts(struct loader *l, const struct spot *spot, const char *example, size_t *n)
{
    return take_texts(l, spot, example, true, n);
}

const char **loader_lines(struct loader *l, const struct spot *spot, const char *example, size_t *n)
{
    return take_texts(l, spot, example, false, n);
}
