/* Round values are those that a person would name: 1, 2, 5 and their tens; of times, parts of hours and days. */
#include "viz/figures/axis.h"

#include <math.h>
#include <stdio.h>

struct axis_range axis_range_none(void)
{
    return (struct axis_range){INFINITY, -INFINITY, INFINITY, false, true};
}

void axis_range_add(struct axis_range *r, double value)
{
    if (!isfinite(value)) return;
    r->is_empty = false;
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
    if (value > 0) r->least_positive = fmin(r->least_positive, value);
    if (value < 0) r->has_negative = true;
}

/* Logarithmic where values above zero spread over much, and none is zero or below. */
static enum figure_scale choose_scale(const struct figure_axis *of, const struct axis_range *r)
{
    if (of->scale != FIGURE_AUTO) return of->scale;
    bool may = r->low > 0 && of->unit != FIGURE_SHARE;
    return may && r->high / r->low >= 40 ? FIGURE_LOG : FIGURE_LINEAR;
}

static void set_log_range(struct axis *a, const struct axis_range *r, double margin)
{
    double least = isfinite(r->least_positive) ? r->least_positive : 1, most = r->high > 0 ? r->high : 10;
    if (most / least < 4) {
        least /= 2;
        most *= 2;
    }
    double spare = pow(most / least, margin);
    a->low = least / spare;
    a->high = most * spare;
}

static void set_linear_range(struct axis *a, const struct axis_range *r, bool from_zero, double margin)
{
    double low = r->is_empty ? 0 : r->low, high = r->is_empty ? 1 : r->high;
    if (high == low) {
        double room = high == 0 ? 1 : fabs(high) * 0.5;
        low -= low == 0 && from_zero ? 0 : room;
        high += room;
    }
    bool at_zero = from_zero && low >= 0 && (high - low) > 0.25 * high;
    double spare = margin * (high - low);
    a->low = at_zero ? 0 : low - spare;
    if (low >= 0 && a->low < 0) a->low = low == 0 && !from_zero ? a->low : 0;
    a->high = high + spare;
    if (a->of->unit == FIGURE_SHARE && high <= 1 && a->high > 1) a->high = 1;
}

struct axis axis_new(const struct figure_axis *of, struct axis_range range, bool from_zero, double margin)
{
    struct axis a = {.of = of, .scale = choose_scale(of, &range), .step = {1, ""}};
    if (a.scale == FIGURE_NAMED) {
        a.low = -0.5;
        a.high = (double)of->n_names - 0.5;
    } else if (a.scale == FIGURE_LOG) {
        set_log_range(&a, &range, margin);
    } else {
        set_linear_range(&a, &range, from_zero, margin);
        a.step = value_step_for(of->unit, fmax(fabs(a.low), fabs(a.high)));
    }
    return a;
}

double axis_at(const struct axis *a, double value)
{
    if (a->scale == FIGURE_LOG && value <= 0) return a->from;
    double part =
        a->scale == FIGURE_LOG ? log(value / a->low) / log(a->high / a->low) : (value - a->low) / (a->high - a->low);
    return a->from + part * (a->to - a->from);
}

/* ---- Ticks ---- */

static bool has_room(const struct axis *a, double value, double least_gap)
{
    double at = axis_at(a, value);
    for (int i = 0; i < a->n_ticks; i++)
        if (fabs(axis_at(a, a->ticks[i].value) - at) < (*a->ticks[i].text ? least_gap : 2)) return false;
    return true;
}

static struct axis_tick *add_tick(struct axis *a, double value)
{
    if (a->n_ticks == AXIS_MOST_TICKS) return NULL;
    struct axis_tick *t = &a->ticks[a->n_ticks++];
    *t = (struct axis_tick){.value = value};
    return t;
}

/* Where the axis has one unit for all, its numbers stand alone. */
static void name_linear(const struct axis *a, struct axis_tick *t, double step)
{
    double shown = t->value / a->step.size;
    if (fabs(t->value) < step * 1e-6) t->value = shown = 0;
    value_text_round(FIGURE_PLAIN, round(shown * 1e9) / 1e9, t->text);
}

static double round_step(const struct axis *a, double least)
{
    static const double of_minutes[] = {1, 2, 5, 10, 15, 30, 60}, of_hours[] = {1, 2, 3, 6, 12, 24};
    double wanted = least / a->step.size;
    bool minutes = a->of->unit == FIGURE_SECONDS && (a->step.size == 60 || a->step.size == 1);
    for (size_t i = 0; minutes && wanted > 5 && i < sizeof of_minutes / sizeof *of_minutes; i++)
        if (of_minutes[i] >= wanted) return of_minutes[i] * a->step.size;
    for (size_t i = 0; a->step.size == 3600 && wanted > 1 && i < sizeof of_hours / sizeof *of_hours; i++)
        if (of_hours[i] >= wanted) return of_hours[i] * a->step.size;
    double ten = pow(10, floor(log10(wanted)));
    double round = wanted / ten <= 1.0001 ? 1 : wanted / ten <= 2 ? 2 : wanted / ten <= 5 ? 5 : 10;
    return round * ten * a->step.size;
}

static void place_linear(struct axis *a, double least_gap)
{
    double step = round_step(a, (a->high - a->low) * least_gap / fabs(a->to - a->from));
    for (double k = ceil(a->low / step - 1e-6); k * step <= a->high + step * 1e-6; k++) {
        struct axis_tick *t = add_tick(a, k * step);
        if (t) name_linear(a, t, step);
    }
}

/* Rounder ones first; each only where there is room. Every n-th decade when there are too many. */
static void add_if_room(struct axis *a, double value, double least_gap)
{
    bool is_within = value >= a->low * (1 - 1e-9) && value <= a->high * (1 + 1e-9);
    struct axis_tick *t = is_within && has_room(a, value, least_gap) ? add_tick(a, value) : NULL;
    if (t) value_text_round(a->of->unit, value, t->text);
}

static void place_log_times(struct axis *a, double least_gap)
{
    static const double rounds[][8] = {{1e-6, 1e-3, 1, 60, 3600, 86400},
                                       {1e-5, 1e-2, 10, 600, 6 * 3600, 10 * 86400},
                                       {1e-4, 1e-1, 30, 300, 1800, 3 * 3600, 2 * 86400, 5 * 86400},
                                       {2, 5, 120, 900, 2 * 3600, 12 * 3600, 3 * 86400, 30 * 86400},
                                       {0.2, 0.5, 0.02, 0.05, 20, 1200, 0.002, 0.005}};
    for (size_t tier = 0; tier < sizeof rounds / sizeof *rounds; tier++)
        for (int i = 0; i < 8; i++)
            if (rounds[tier][i] > 0) add_if_room(a, rounds[tier][i], least_gap);
}

static void place_log_tens(struct axis *a, double least_gap)
{
    static const double within[] = {2, 5, 3, 7};
    double first = floor(log10(a->low) + 1e-9), last = ceil(log10(a->high) - 1e-9),
           unit = a->of->unit == FIGURE_SHARE ? -2 : 0;
    double decade = fabs(a->to - a->from) / log10(a->high / a->low), every = fmax(1, ceil(least_gap / decade));
    for (double k = first; k <= last; k++)
        if (fmod(k - unit, every) == 0) add_if_room(a, pow(10, k), least_gap);
    for (size_t i = 0; i < sizeof within / sizeof *within; i++)
        for (double k = first; k <= last; k++)
            add_if_room(a, within[i] * pow(10, k), least_gap * 1.3);
    for (double k = first; k <= last && decade > 24; k++)
        for (int i = 1; i < 10; i++) {
            double value = i * pow(10, k);
            if (value >= a->low && value <= a->high && has_room(a, value, 2)) add_tick(a, value);
        }
}

static void place_names(struct axis *a)
{
    for (size_t i = 0; i < a->of->n_names; i++) {
        struct axis_tick *t = add_tick(a, (double)i);
        if (t) snprintf(t->text, sizeof t->text, "%.31s", a->of->names[i]);
    }
}

void axis_place(struct axis *a, double from, double to, double least_gap)
{
    a->from = from;
    a->to = to;
    a->n_ticks = 0;
    if (a->scale == FIGURE_NAMED)
        place_names(a);
    else if (a->scale == FIGURE_LINEAR)
        place_linear(a, least_gap);
    else if (a->of->unit == FIGURE_SECONDS)
        place_log_times(a, least_gap);
    else
        place_log_tens(a, least_gap);
}

const char *axis_title(const struct axis *a, char *text, size_t room)
{
    if (a->scale == FIGURE_LINEAR && *a->step.name)
        snprintf(text, room, "%s (%s)", a->of->title, a->step.name);
    else
        snprintf(text, room, "%s", a->of->title);
    return text;
}
