#include "viz/figures/value_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"

static const struct value_step times[] = {{1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}, {60, "min"}, {3600, "h"}, {86400, "d"}};
static const struct value_step bytes[] = {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}};
static const struct value_step byte_rates[] = {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}};
static const struct value_step bit_rates[] = {{1, "bit/s"}, {1e3, "kbit/s"}, {1e6, "Mbit/s"}, {1e9, "Gbit/s"}};
static const struct value_step shares[] = {{0.01, "%"}};
static const struct value_step plain[] = {{1, ""}};

static const struct units {
    const struct value_step *steps;
    int n;
} units[] = {[FIGURE_PLAIN] = {plain, 1}, [FIGURE_SECONDS] = {times, 6},          [FIGURE_SHARE] = {shares, 1},
             [FIGURE_BYTES] = {bytes, 4}, [FIGURE_BYTES_PER_S] = {byte_rates, 4}, [FIGURE_BITS_PER_S] = {bit_rates, 4}};

/* The largest unit of which the value is at least that many. */
static struct value_step step_with(enum figure_unit unit, double value, double at_least)
{
    const struct units *u = &units[unit];
    int i = 0;
    while (i + 1 < u->n && fabs(value) >= at_least * u->steps[i + 1].size * (1 - 1e-9))
        i++;
    if (value == 0 && unit == FIGURE_SECONDS) i = 2;
    return u->steps[i];
}

struct value_step value_step_for(enum figure_unit unit, double most)
{
    return step_with(unit, most, unit == FIGURE_SECONDS && fabs(most) >= 60 ? 2 : 1);
}

/* Groups of three digits, divided by a narrow space. */
static void with_groups(const char *digits, char text[VALUE_TEXT_BYTES])
{
    int whole = 0, out = 0, start = digits[0] == '-';
    while (digits[start + whole] >= '0' && digits[start + whole] <= '9')
        whole++;
    for (int i = 0; digits[i] && out < VALUE_TEXT_BYTES - 4; i++) {
        int left = start + whole - i;
        if (whole > 4 && i > start && left > 0 && left % 3 == 0)
            for (const char *p = "\u202f"; *p; p++)
                text[out++] = *p;
        text[out++] = digits[i];
    }
    text[out] = 0;
}

static const char *write_value(double value, int digits, struct value_step step, char text[VALUE_TEXT_BYTES])
{
    double shown = value / step.size;
    int before = shown == 0 ? 1 : (int)floor(log10(fabs(shown)) + 1e-9) + 1, after = digits - before;
    if (before < -3 || before > 9) {
        snprintf(text, VALUE_TEXT_BYTES, "%.*g%s%s", digits, shown, *step.name ? " " : "", step.name);
        return text;
    }
    char number[VALUE_TEXT_BYTES], grouped[VALUE_TEXT_BYTES];
    snprintf(number, sizeof number, "%.*f", after > 0 ? after : 0, shown);
    with_groups(number, grouped);
    snprintf(text, VALUE_TEXT_BYTES, "%.20s%s%s", grouped, *step.name ? " " : "", step.name);
    return text;
}

const char *value_text(enum figure_unit unit, double value, char text[VALUE_TEXT_BYTES])
{
    if (!isfinite(value)) {
        snprintf(text, VALUE_TEXT_BYTES, "%s", isnan(value) ? "\u2013" : value > 0 ? tr("not reached") : "\u2013");
        return text;
    }
    return write_value(value, 3, step_with(unit, value, 1), text);
}

const char *value_text_count(unsigned long long count, char text[VALUE_TEXT_BYTES])
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", count);
    with_groups(digits, text);
    return text;
}

const char *value_text_range(enum figure_unit unit, double low, double high, char text[VALUE_RANGE_BYTES])
{
    char a[VALUE_TEXT_BYTES], b[VALUE_TEXT_BYTES];
    value_text(unit, low, a);
    value_text(unit, high, b);
    char *unit_of_a = strrchr(a, ' '), *unit_of_b = strrchr(b, ' ');
    if (isfinite(low) && isfinite(high) && unit_of_a && unit_of_b && strcmp(unit_of_a, unit_of_b) == 0) *unit_of_a = 0;
    snprintf(text, VALUE_RANGE_BYTES, "%s \u2013 %s", a, b);
    return text;
}

const char *value_text_round(enum figure_unit unit, double value, char text[VALUE_TEXT_BYTES])
{
    struct value_step step = step_with(unit, value, 1);
    double shown = value / step.size;
    int digits = 1; /* as few as say it exactly */
    for (double scale = pow(10, floor(log10(fabs(shown) + 1e-300))); digits < 6 && value != 0; digits++, scale /= 10)
        if (fabs(shown / scale - round(shown / scale)) < 1e-6) break;
    return write_value(value, digits, step, text);
}
