#include "app/plot_factors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "model/scenario/json.h"
#include "model/scenario/units.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { LONGEST_TEXT = 40 };

struct seen {
    char *json;
    size_t arrived;
};

struct column {
    struct seen *seen; /* sorted by text, so that one is found fast: a Latin hypercube has as many as points */
    size_t n, room;
};

struct plot_reader {
    const struct results_about *about;
    struct column *columns;
};

struct plot_reader *plot_reader_new(const struct results_about *about)
{
    struct plot_reader *r = mem_calloc(1, sizeof *r);
    r->about = about;
    r->columns = mem_calloc(about->n_pointers, sizeof *r->columns);
    return r;
}

static size_t arrival_of(struct column *c, const char *json)
{
    size_t below = 0, above = c->n;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        int order = strcmp(c->seen[middle].json, json);
        if (order == 0) return c->seen[middle].arrived;
        if (order < 0)
            below = middle + 1;
        else
            above = middle;
    }
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 16;
        c->seen = mem_realloc(c->seen, c->room * sizeof *c->seen);
    }
    memmove(c->seen + below + 1, c->seen + below, (c->n - below) * sizeof *c->seen);
    c->seen[below] = (struct seen){mem_strdup(json), c->n};
    return c->n++;
}

size_t *plot_reader_levels(struct plot_reader *r, const char *const *values)
{
    size_t *levels = mem_calloc(r->about->n_pointers, sizeof *levels);
    for (size_t i = 0; i < r->about->n_pointers; i++)
        levels[i] = arrival_of(&r->columns[i], values[i]);
    return levels;
}

/* ---- values ---- */

/* A value that is a number with or without a unit. */
static bool as_number(const cJSON *value, enum figure_unit *unit, double *number)
{
    static const struct {
        enum unit_kind kind;
        enum figure_unit unit;
        double size;
    } kinds[] = {{UNIT_DURATION, FIGURE_SECONDS, 1e-9},
                 {UNIT_PERCENT, FIGURE_SHARE, 1 / 4294967296.0},
                 {UNIT_RATE, FIGURE_BITS_PER_S, 1},
                 {UNIT_SIZE, FIGURE_BYTES, 1},
                 {UNIT_PACKETS, FIGURE_PLAIN, 1}};
    struct unit_problem problem;
    int64_t whole;
    *unit = FIGURE_PLAIN;
    *number = NAN;
    if (cJSON_IsNumber(value)) *number = value->valuedouble;
    for (size_t i = 0; cJSON_IsString(value) && i < sizeof kinds / sizeof *kinds && isnan(*number); i++) {
        bool is_one = unit_parse(kinds[i].kind, value->valuestring, &whole, &problem);
        if (!is_one || strcmp(value->valuestring, "unlimited") == 0) continue;
        *unit = kinds[i].unit;
        *number = (double)whole * kinds[i].size;
        if (kinds[i].kind == UNIT_PERCENT)
            *number = round(*number * 1e8) / 1e8; /* a chance of 2^32 is no round share */
    }
    return !isnan(*number);
}

/* Texts in a row: "@ MX 10 mx1, @ MX 20 mx2". False if one of them is no text, or they are too long. */
static bool as_row(const cJSON *list, char *text, size_t room)
{
    size_t n = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || n + strlen(item->valuestring) + 3 > room) return false;
        n += (size_t)snprintf(text + n, room - n, "%s%s", n ? ", " : "", item->valuestring);
    }
    return n > 0;
}

/* As it is shown: texts as they are, an object by its "policy" or, cut short, as it was written. */
static char *as_text(const cJSON *value, const char *json)
{
    const cJSON *policy = cJSON_IsObject(value) ? cJSON_GetObjectItemCaseSensitive(value, "policy") : NULL;
    bool is_alone = cJSON_IsString(policy) && cJSON_GetArraySize(value) == 1;
    if (is_alone) value = policy;
    if (cJSON_IsString(value)) return mem_strdup(value->valuestring);
    if (cJSON_IsNull(value)) return mem_strdup(tr("none"));
    char text[LONGEST_TEXT + 8];
    if (cJSON_IsArray(value) && as_row(value, text, LONGEST_TEXT)) return mem_strdup(text);
    size_t n = strlen(json);
    snprintf(text, sizeof text, n > LONGEST_TEXT ? "%.37s\u2026" : "%s", json);
    return mem_strdup(text);
}

struct ordered {
    struct plot_level level;
    size_t arrived, place; /* place: in the study file */
    bool is_number;
};

static int by_order(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->is_number && x->level.number != y->level.number) return x->level.number < y->level.number ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return strcmp(x->level.json, y->level.json);
}

/* Where the study file lists it; after all others if it does not. */
static size_t place_in_file(const cJSON *list, const cJSON *value)
{
    size_t place = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_Compare(item, value, true)) return place;
        place++;
    }
    return SIZE_MAX;
}

static const cJSON *listed(const cJSON *study, const char *pointer)
{
    const cJSON *vary = study ? cJSON_GetObjectItemCaseSensitive(study, "vary") : NULL;
    const cJSON *list = vary ? cJSON_GetObjectItemCaseSensitive(vary, pointer) : NULL;
    return cJSON_IsObject(list) ? cJSON_GetObjectItemCaseSensitive(list, "values") : list;
}

/* Varies only along with another: { "with": POINTER }. */
static bool follows(const cJSON *study, const char *pointer)
{
    const cJSON *vary = study ? cJSON_GetObjectItemCaseSensitive(study, "vary") : NULL;
    const cJSON *values = vary ? cJSON_GetObjectItemCaseSensitive(vary, pointer) : NULL;
    return cJSON_IsObject(values) && cJSON_HasObjectItem(values, "with");
}

/* A pointer's names: the first, the second, the last. Freed by their owner. */
struct names {
    char *first, *second, *last;
    size_t n;
};

static struct names names_in(const char *pointer)
{
    struct names names = {.first = NULL};
    char *name;
    for (const char *rest = pointer; (name = json_pointer_next(&rest)) != NULL; names.n++) {
        if (names.n == 0) names.first = mem_strdup(name);
        if (names.n == 1) names.second = mem_strdup(name);
        mem_free(names.last);
        names.last = name;
    }
    return names;
}

/* What a key is called where it alone would say little. */
static const char *spoken(const char *key)
{
    static const char *const words[][2] = {
        {"for", "duration"}, {"at", "start"},  {"every", "interval"}, {"description", "kind"}, {"tls", "TLS"},
        {"sack", "SACK"},    {"rack", "RACK"}, {"mtu", "MTU"},        {"rto", "RTO"},          {"dns", "DNS"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], key) == 0) return tr(words[i][1]);
    return key;
}

/* "/links/a-mail/loss": "loss, a-mail"; "/faults/0/for": "duration, fault 1". Underscores are spaces. */
static char *whole_name_of(const char *pointer)
{
    char text[200];
    struct names names = names_in(pointer);
    const char *last = names.last ? spoken(names.last) : pointer;
    size_t one = names.first ? strlen(names.first) : 0; /* of many: without the s */
    one -= one > 1 && names.first[one - 1] == 's';
    bool is_numbered = names.n > 2 && names.second[strspn(names.second, "0123456789")] == 0;
    if (is_numbered)
        snprintf(text, sizeof text, "%.80s, %.*s %ld", last, (int)one, names.first, strtol(names.second, NULL, 10) + 1);
    else if (names.n > 2)
        snprintf(text, sizeof text, "%.80s, %.80s", last, names.second);
    else
        snprintf(text, sizeof text, "%.80s", last);
    for (char *p = text; *p && *p != ','; p++)
        if (*p == '_') *p = ' ';
    mem_free(names.first);
    mem_free(names.second);
    mem_free(names.last);
    return mem_strdup(text);
}

/* The same with a capital, unless it is the name of a domain. */
static char *title_of(const char *pointer)
{
    char *title = whole_name_of(pointer);
    bool is_domain = memchr(title, '.', strcspn(title, ",")) != NULL;
    if (!is_domain && *title >= 'a' && *title <= 'z') *title = (char)(*title - 'a' + 'A');
    return title;
}

static char *name_of(const char *pointer)
{
    char *name = whole_name_of(pointer);
    name[strcspn(name, ",")] = 0;
    return name;
}

/* Where two factors have the same name, their titles tell them apart. */
static void tell_apart(struct plot_factor *factors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            if (strcmp(factors[i].name, factors[k].name) != 0) continue;
            mem_free(factors[i].name);
            factors[i].name = whole_name_of(factors[i].pointer);
        }
}

/* All are numbers of one unit, or they are names. "0" of no unit goes with any. */
static bool are_numbers(const struct ordered *o, const enum figure_unit *units, size_t n, enum figure_unit *unit)
{
    *unit = FIGURE_PLAIN;
    for (size_t i = 0; i < n; i++) {
        if (!o[i].is_number) return false;
        if (units[i] == FIGURE_PLAIN && o[i].level.number == 0) continue;
        if (i > 0 && *unit != FIGURE_PLAIN && units[i] != *unit) return false;
        *unit = units[i];
    }
    return n > 0;
}

static struct plot_factor factor_of(struct column *c, const char *pointer, const cJSON *list, size_t *now)
{
    struct plot_factor f = {.pointer = pointer, .title = title_of(pointer), .name = name_of(pointer), .n_levels = c->n};
    struct ordered *o = mem_calloc(c->n, sizeof *o);
    enum figure_unit *units = mem_calloc(c->n, sizeof *units);
    for (size_t i = 0; i < c->n; i++) {
        cJSON *value = cJSON_Parse(c->seen[i].json);
        o[i] = (struct ordered){.level = {.json = c->seen[i].json, .text = as_text(value, c->seen[i].json)},
                                .arrived = c->seen[i].arrived,
                                .place = place_in_file(list, value)};
        o[i].is_number = as_number(value, &units[i], &o[i].level.number);
        cJSON_Delete(value);
    }
    f.is_number = are_numbers(o, units, c->n, &f.unit);
    for (size_t i = 0; i < c->n && !f.is_number; i++)
        o[i].is_number = false;
    qsort(o, c->n, sizeof *o, by_order);
    f.levels = mem_alloc(c->n * sizeof *f.levels);
    for (size_t i = 0; i < c->n; i++) {
        f.levels[i] = o[i].level;
        now[o[i].arrived] = i;
    }
    mem_free(units);
    mem_free(o);
    return f;
}

struct plot_factor *plot_reader_finish(struct plot_reader *r, struct plot_point *points, size_t n_points)
{
    struct plot_factor *factors = mem_calloc(r->about->n_pointers, sizeof *factors);
    cJSON *study = cJSON_Parse(r->about->study_text);
    const cJSON *compare = study ? cJSON_GetObjectItemCaseSensitive(study, "compare") : NULL;
    for (size_t i = 0; i < r->about->n_pointers; i++) {
        struct column *c = &r->columns[i];
        size_t *now = mem_calloc(c->n, sizeof *now);
        factors[i] = factor_of(c, r->about->pointers[i], listed(study, r->about->pointers[i]), now);
        factors[i].follows = follows(study, r->about->pointers[i]);
        factors[i].is_compared = cJSON_IsString(compare) && !strcmp(compare->valuestring, r->about->pointers[i]);
        for (size_t k = 0; k < n_points; k++)
            points[k].levels[i] = now[points[k].levels[i]];
        mem_free(now);
        mem_free(c->seen);
    }
    tell_apart(factors, r->about->n_pointers);
    cJSON_Delete(study);
    mem_free(r->columns);
    mem_free(r);
    return factors;
}

void plot_factors_free(struct plot_factor *factors, size_t n)
{
    for (size_t i = 0; factors && i < n; i++) {
        for (size_t k = 0; k < factors[i].n_levels; k++) {
            mem_free(factors[i].levels[k].json);
            mem_free(factors[i].levels[k].text);
        }
        mem_free(factors[i].levels);
        mem_free(factors[i].title);
        mem_free(factors[i].name);
    }
    mem_free(factors);
}

/* ---- finding ---- */

static bool ends_as(const char *pointer, const char *written)
{
    size_t n = strlen(pointer), k = strlen(written);
    return k > 0 && k < n && strcmp(pointer + n - k, written) == 0 && (written[0] == '/' || pointer[n - k - 1] == '/');
}

const struct plot_factor *plot_find_factor(const struct plot_data *d, const char *written, const char *option)
{
    const struct plot_factor *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < d->n_factors; i++) {
        if (strcmp(d->factors[i].pointer, written) == 0) return &d->factors[i];
        if (!ends_as(d->factors[i].pointer, written)) continue;
        found = &d->factors[i];
        n++;
    }
    if (n == 1) return found;
    fprintf(stderr,
            n ? tr("postroad plot: %s: \"%s\" is the end of several pointers\n")
              : tr("postroad plot: %s: \"%s\" does not vary in this study\n"),
            option, written);
    for (size_t i = 0; i < d->n_factors; i++)
        fprintf(stderr, "  %s %s\n", i ? "     " : tr("hint:"), d->factors[i].pointer);
    return NULL;
}

/* The same value written otherwise: "20%" for "20 %", 60s for "1 min", an object with its keys in another order. */
static bool means_level(const struct plot_factor *f, const struct plot_level *level, const char *written)
{
    cJSON *value = cJSON_ParseWithOpts(written, NULL, true), *other = cJSON_Parse(level->json);
    enum figure_unit unit;
    double number;
    if (!value) value = cJSON_CreateString(written);
    bool is_same = cJSON_Compare(value, other, true);
    if (f->is_number && as_number(value, &unit, &number)) {
        bool fits = unit == f->unit || (unit == FIGURE_PLAIN && number == 0);
        is_same = fits && fabs(number - level->number) <= 1e-9 * fabs(level->number);
    }
    cJSON_Delete(value);
    cJSON_Delete(other);
    return is_same;
}

size_t plot_find_level(const struct plot_factor *f, const char *written, const char *option)
{
    for (size_t i = 0; i < f->n_levels; i++)
        if (strcmp(f->levels[i].text, written) == 0 || strcmp(f->levels[i].json, written) == 0) return i;
    for (size_t i = 0; i < f->n_levels; i++)
        if (means_level(f, &f->levels[i], written)) return i;
    fprintf(stderr, tr("postroad plot: %s: %s is never \"%s\" in this study\n  hint: it is"), option, f->pointer,
            written);
    for (size_t i = 0; i < f->n_levels && i < 20; i++)
        fprintf(stderr, "%s \"%s\"", i ? "," : "", f->levels[i].text);
    fputc('\n', stderr);
    return f->n_levels;
}
