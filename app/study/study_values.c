/* The values of a factor: a list, or a range from which values are made: with a step or a factor, so many points, drawn
   at random, or one in each stratum of a Latin hypercube (McKay, Beckman and Conover 1979).

   A range is of plain numbers or of amounts with a unit; amounts are counted in the unit's smallest part, so that they
   stay whole. Draws are keyed by the study's seed, the pointer and the place in the list (law 6): another factor, or
   one value more, changes none of them. */
#include <math.h>
#include <sleef.h>
#include <stdlib.h>
#include <string.h>

#include "app/study/study_loader.h"
#include "model/scenario/loader.h"
#include "sim/distributions.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/random.h"

enum {
    DIGITS_OF_LOG_RANGE = 3, /* so that a person can read them: 1.26 s, 15.8 s */
    DIGITS_OF_RANGE = 6,
    NUMBER = -1 /* beside the kinds of units */
};

/* Of a percentage there are six decimals; sim counts chances of 2^32, in which 5 % is not whole. */
static const double millionths_of_percent = 1e8;

struct range {
    int kind; /* NUMBER or enum unit_kind */
    double from, to;
    double step, factor; /* 0: not given */
    size_t points;       /* 0: not given */
    bool is_log, is_drawn, is_whole;
};

/* ---- amounts ---- */

static double amount_of(enum unit_kind kind, int64_t value)
{
    return kind == UNIT_PERCENT ? floor((double)value * millionths_of_percent / 0x1p32 + 0.5) : (double)value;
}

static bool parse_kind(enum unit_kind kind, const char *text, double *amount, struct unit_problem *problem)
{
    int64_t value;
    if (!unit_parse(kind, text, &value, problem)) return false;
    *amount = amount_of(kind, value);
    return true;
}

/* Of any kind; *kind says of which. */
static bool parse_any(const char *text, int *kind, double *amount, struct unit_problem *problem)
{
    static const enum unit_kind kinds[] = {UNIT_DURATION, UNIT_RATE, UNIT_SIZE, UNIT_PACKETS, UNIT_PERCENT};
    struct unit_problem best = {.hint = ""};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        *kind = (int)kinds[i];
        if (strcmp(text, "unlimited") && parse_kind(kinds[i], text, amount, problem)) return true;
        if (!*best.hint && !strncmp(problem->hint, tr("did you mean "), strlen(tr("did you mean ")))) best = *problem;
    }
    *problem = best;
    snprintf(problem->what, sizeof problem->what, "%s", tr("is no amount with a unit"));
    bool bare = *text && strspn(text, "0123456789.") == strlen(text);
    if (bare || !*best.hint)
        snprintf(problem->hint, sizeof problem->hint, "%s",
                 tr("write it like \"20 ms\", \"10 Mbit/s\", \"40 kB\", \"5 packets\" or \"5 %\", or as a number"));
    return false;
}

/* *kind may be given: then the amount has to be of it. */
static bool read_amount(const struct spot *range, const char *key, bool given, int *kind, double *amount)
{
    struct spot spot = spot_key(range, key);
    struct unit_problem problem = {.hint = ""};
    if (given && (*kind == NUMBER) != !!cJSON_IsNumber(spot.json)) {
        spot_refuse(&spot, tr("write a number beside a number, an amount beside an amount"),
                    tr("%s is not of the kind of \"from\""), checks_value(range->checks, spot.json));
        return false;
    }
    if (cJSON_IsNumber(spot.json)) {
        *kind = NUMBER;
        *amount = spot.json->valuedouble;
        return true;
    }
    if (!check_text(&spot, "20 ms")) return false;
    const char *text = spot.json->valuestring;
    bool good =
        given ? parse_kind((enum unit_kind) * kind, text, amount, &problem) : parse_any(text, kind, amount, &problem);
    if (!good)
        spot_refuse(&spot, *problem.hint ? checks_hint(range->checks, "%s", problem.hint) : NULL, "%s %s",
                    checks_value(range->checks, spot.json), problem.what);
    return good;
}

/* To so many significant digits. The C library rounds a decimal text correctly, on every machine. */
static double rounded(double value, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    return strtod(text, NULL);
}

static const char *value_text(struct study_loader *l, const struct range *r, double value)
{
    char amount[UNIT_TEXT_BYTES], text[UNIT_TEXT_BYTES + 3];
    if (r->kind == NUMBER) {
        snprintf(text, sizeof text, "%.12g", value);
        cJSON *number = cJSON_CreateNumber(strtod(text, NULL));
        char *printed = json_print(number);
        snprintf(text, sizeof text, "%s", printed);
        mem_free(printed);
        cJSON_Delete(number);
    } else {
        int64_t whole = llround(value);
        if (r->kind == UNIT_PERCENT) whole = (int64_t)floor(value * 0x1p32 / millionths_of_percent + 0.5);
        snprintf(text, sizeof text, "\"%s\"", unit_format((enum unit_kind)r->kind, whole, amount));
    }
    return scenario_text(l->study->memory, text);
}

/* ---- places on the scale ---- */

/* At this share of the way, 0 to 1. */
static double value_at(const struct range *r, double share)
{
    if (r->is_log) return r->from * Sleef_cinz_expd1_u10purec(share * Sleef_cinz_logd1_u10purec(r->to / r->from));
    return r->from + share * (r->to - r->from);
}

/* In the midst of the scale: rounded, and not beyond the ends. Of whole numbers each is equally likely. */
static double value_within(const struct range *r, double share, int digits)
{
    if (r->is_whole && !r->is_log) {
        double value = r->from + floor(share * (r->to - r->from + 1));
        return value < r->to ? value : r->to;
    }
    double value = rounded(value_at(r, share), digits);
    if (r->is_whole) value = floor(value + 0.5);
    return value < r->from ? r->from : value > r->to ? r->to : value;
}

static void make_steps(struct study_loader *l, const struct range *r, struct study_values *values)
{
    double product = r->from;
    for (size_t i = 0; i < values->n; i++) {
        values->texts[i] = value_text(l, r, r->step > 0 ? r->from + (double)i * r->step : product);
        product *= r->factor;
    }
}

static void make_points(struct study_loader *l, const struct range *r, struct study_values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        double share = values->n > 1 ? (double)i / (double)(values->n - 1) : 0;
        double value = rounded(value_at(r, share), r->is_log ? DIGITS_OF_LOG_RANGE : DIGITS_OF_RANGE);
        if (r->is_whole) value = floor(value + 0.5);
        if (i == 0) value = r->from;
        if (i > 0 && i == values->n - 1) value = r->to;
        values->texts[i] = value_text(l, r, value);
    }
}

static uint64_t who_draws(const char *pointer)
{
    return random_hash_mix(random_hash_text(pointer), random_hash_text("study draw"));
}

static void make_draws(struct study_loader *l, const struct range *r, const char *pointer, struct study_values *values)
{
    uint64_t key = random_key(l->study->seed, who_draws(pointer));
    for (size_t i = 0; i < values->n; i++) {
        double share = draw_unit(random_draw_with(key, 0, i));
        values->texts[i] = value_text(l, r, value_within(r, share, DIGITS_OF_RANGE));
    }
    values->is_drawn = true;
}

/* One value in each of n equal parts of the scale, the parts in an order of chance. */
static void make_sample(struct study_loader *l, const struct range *r, const char *pointer, struct study_values *values)
{
    size_t n = values->n, *order = mem_calloc(n, sizeof *order);
    uint64_t key = random_key(l->study->seed, who_draws(pointer));
    struct random_stream stream = random_stream_for(l->study->seed, pointer, "Latin hypercube");
    for (size_t i = 0; i < n; i++) { /* shuffled inside out: Knuth 3.4.2 P */
        size_t j = (size_t)random_stream_below(&stream, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < n; i++) {
        double share = ((double)order[i] + draw_unit(random_draw_with(key, 1, order[i]))) / (double)n;
        values->texts[i] = value_text(l, r, value_within(r, share, DIGITS_OF_RANGE));
    }
    mem_free(order);
    values->is_drawn = values->is_sampled = true;
}

/* ---- reading a range ---- */

static bool check_ends(const struct spot *spot, const struct range *r)
{
    struct spot from = spot_key(spot, "from"), to = spot_key(spot, "to");
    if (r->to <= r->from) {
        spot_refuse(&to, tr("write the smaller end as \"from\""), tr("%s is not more than %s"),
                    checks_value(spot->checks, to.json), checks_value(spot->checks, from.json));
        return false;
    }
    if (r->is_log && r->from <= 0) {
        spot_refuse(&from, tr("a logarithmic range begins above 0; write 0 into a list beside it"),
                    tr("%s has no logarithm"), checks_value(spot->checks, from.json));
        return false;
    }
    return true;
}

static bool read_scale(const struct spot *spot, struct range *r)
{
    static const struct choice scales[] = {{"linear", NULL}, {"log", NULL}};
    struct spot scale = spot_key(spot, "scale"), draw = spot_key(spot, "draw");
    size_t choice = 0;
    bool good = !scale.json || want_choice(spot, "scale", scales, 2, &choice);
    r->is_log = choice == 1;
    if (draw.json) good = want_flag(spot, "draw", &r->is_drawn) && good;
    return good;
}

/* Of "step", "factor", "points": what is there, and no more than one. */
static bool read_spacing(struct study_loader *l, const struct spot *spot, size_t n_levels, struct range *r)
{
    struct spot step = spot_key(spot, "step"), factor = spot_key(spot, "factor"), points = spot_key(spot, "points");
    int given = !!step.json + !!factor.json + !!points.json;
    int64_t n = 0;
    if (given > 1) {
        spot_refuse(points.json ? &points : &factor, tr("leave out all but one"),
                    tr("\"step\", \"factor\" and \"points\" each say how the values lie"));
        return false;
    }
    if (step.json && (!read_amount(spot, "step", true, &r->kind, &r->step))) return false;
    if (step.json && r->step <= 0) {
        spot_refuse(&step, tr("write how far one value is from the next"), tr("a step of %s leads nowhere"),
                    checks_value(l->checks, step.json));
        return false;
    }
    if (factor.json && (!cJSON_IsNumber(factor.json) || factor.json->valuedouble <= 1 || r->from <= 0)) {
        const char *hint = tr("write a number above 1, such as 2; the range begins above 0");
        spot_refuse(&factor, hint, tr("%s leads nowhere"), checks_value(l->checks, factor.json));
        return false;
    }
    if (factor.json) r->factor = factor.json->valuedouble;
    if (points.json && !want_integer(spot, "points", 1, STUDY_MOST_LEVELS, &n)) return false;
    r->points = points.json ? (size_t)n : given || l->sampled ? 0 : n_levels;
    return true;
}

static bool check_spacing(struct study_loader *l, const struct spot *spot, const struct range *r)
{
    bool open = r->step <= 0 && r->factor <= 0 && !r->points;
    struct spot step = spot_key(spot, "step"), factor = spot_key(spot, "factor"), draw = spot_key(spot, "draw");
    if (open && !l->sampled) {
        const char *hint = r->is_drawn ? tr("write how many are drawn: \"points\": 10")
                                       : tr("write \"step\", \"factor\" or \"points\", or \"design\": "
                                            "{\"latin_hypercube\": 100} for the whole study");
        spot_refuse(spot, hint, tr("which values of the range are meant is not said"));
        return false;
    }
    if (!open && r->is_drawn && !r->points) {
        spot_refuse(&draw, tr("write \"points\": 10 in place of it"), tr("what is drawn at random has no \"%s\""),
                    step.json ? "step" : "factor");
        return false;
    }
    if (r->is_log && !open && !r->points) {
        spot_refuse(step.json ? &step : &factor, tr("write \"points\": 10 in place of it, or leave out \"scale\""),
                    tr("the values of a logarithmic range are so many points"));
        return false;
    }
    return true;
}

static bool count_levels(const struct spot *spot, const struct range *r, size_t *n)
{
    double levels = (double)r->points;
    if (r->step > 0) levels = floor((r->to - r->from) / r->step + 1e-9) + 1;
    if (r->factor > 0) {
        levels = 0;
        for (double value = r->from; value <= r->to * (1 + 1e-9) && levels <= STUDY_MOST_LEVELS; value *= r->factor)
            levels++;
    }
    if (levels > STUDY_MOST_LEVELS) {
        spot_refuse(spot, tr("make the step larger"), tr("this range has more than %d values"), STUDY_MOST_LEVELS);
        return false;
    }
    *n = (size_t)levels;
    return true;
}

static bool is_whole(double value)
{
    return floor(value) == value;
}

static bool read_range(struct study_loader *l, const struct spot *spot, size_t n_levels, struct range *r)
{
    bool ends = check_present(spot, "from", "\"from\": \"0 %\"");
    ends = check_present(spot, "to", "\"to\": \"40 %\"") && ends;
    if (!ends || !read_amount(spot, "from", false, &r->kind, &r->from) ||
        !read_amount(spot, "to", true, &r->kind, &r->to))
        return false;
    if (!read_scale(spot, r) || !check_ends(spot, r) || !read_spacing(l, spot, n_levels, r) ||
        !check_spacing(l, spot, r))
        return false;
    r->is_whole = r->kind == NUMBER && is_whole(r->from) && is_whole(r->to) && is_whole(r->step);
    struct spot whole = spot_key(spot, "whole");
    return !whole.json || want_flag(spot, "whole", &r->is_whole);
}

static bool make_range(struct study_loader *l, const struct spot *spot, const char *pointer, size_t n_levels,
                       struct study_values *values)
{
    struct range r = {0};
    if (!read_range(l, spot, n_levels, &r)) return false;
    bool open = r.step <= 0 && r.factor <= 0 && !r.points;
    if (open)
        values->n = l->sampled;
    else if (!count_levels(spot, &r, &values->n))
        return false;
    values->texts = scenario_alloc(l->study->memory, values->n, sizeof *values->texts);
    if (open)
        make_sample(l, &r, pointer, values);
    else if (r.is_drawn)
        make_draws(l, &r, pointer, values);
    else if (r.points)
        make_points(l, &r, values);
    else
        make_steps(l, &r, values);
    return true;
}

/* ---- lists ---- */

static bool make_list(struct study_loader *l, const struct spot *spot, struct study_values *values)
{
    size_t n = (size_t)cJSON_GetArraySize(spot->json), i = 0;
    if (n == 0) {
        spot_refuse(spot, tr("write at least one value, or leave the pointer out"), tr("the list is empty"));
        return false;
    }
    values->n = n;
    values->is_listed = true;
    values->texts = scenario_alloc(l->study->memory, n, sizeof *values->texts);
    for (const cJSON *c = spot->json->child; c; c = c->next) {
        char *text = json_print(c);
        values->texts[i++] = scenario_text(l->study->memory, text);
        mem_free(text);
    }
    return true;
}

bool study_read_values(struct study_loader *l, const struct spot *spot, const char *pointer, size_t n_levels,
                       struct study_values *values)
{
    static const struct key_rule list_keys[] = {{"values", NULL}, {"with", NULL}};
    static const struct key_rule range_keys[] = {{"from", NULL},   {"to", NULL},     {"step", NULL},
                                                 {"factor", NULL}, {"points", NULL}, {"scale", NULL},
                                                 {"draw", NULL},   {"whole", NULL},  {"with", NULL}};
    *values = (struct study_values){0};
    struct spot list = *spot;
    bool good;
    if (!cJSON_IsArray(spot->json) && !cJSON_IsObject(spot->json)) {
        spot_refuse(spot, checks_hint(l->checks, tr("write a list: [%s]"), checks_value(l->checks, spot->json)),
                    tr("%s is neither a list of values nor a range"), checks_value(l->checks, spot->json));
        return false;
    }
    size_t errors = checks_count(l->checks);
    if (cJSON_IsObject(spot->json)) {
        list = spot_key(spot, "values");
        if (list.json)
            CHECK_KEYS(spot, list_keys);
        else
            CHECK_KEYS(spot, range_keys);
        if (checks_count(l->checks) > errors) return false;
    }
    if (list.json)
        good = check_array(&list, "[1, 2]") && make_list(l, &list, values);
    else
        good = make_range(l, spot, pointer, n_levels, values);
    if (!good || !n_levels || values->n == n_levels) return good;
    spot_refuse(list.json ? &list : spot, checks_hint(l->checks, tr("write %zu values"), n_levels),
                tr("of the %zu values here, each goes with one of %zu"), values->n, n_levels);
    return false;
}
