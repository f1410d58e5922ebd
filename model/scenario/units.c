/* See units.h. To add a unit: one row in a table here, one word in scenarios/scenario.schema.json, one in
   docs/scenarios.md. */
#include "model/scenario/units.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

struct unit {
    const char *name;
    int64_t factor;
};

/* What people write instead, and what they mean. */
struct unit_slip {
    const char *written, *meant;
};

static const struct unit durations[] = {{"ns", NANOSECOND}, {"us", MICROSECOND}, {"ms", MILLISECOND}, {"s", SECOND},
                                        {"min", MINUTE},    {"h", HOUR},         {"d", DAY},          {NULL, 0}};
static const struct unit rates[] = {
    {"bit/s", 1}, {"kbit/s", 1000}, {"Mbit/s", 1000000}, {"Gbit/s", 1000000000}, {NULL, 0}};
static const struct unit sizes[] = {{"B", 1},         {"kB", 1000},       {"KiB", 1024},       {"MB", 1000000},
                                    {"MiB", 1048576}, {"GB", 1000000000}, {"GiB", 1073741824}, {NULL, 0}};
static const struct unit packets[] = {{"packet", 1}, {"packets", 1}, {NULL, 0}};
static const struct unit percents[] = {{"%", 1}, {NULL, 0}};

static const struct unit_slip duration_slips[] = {
    {"sec", "s"},        {"secs", "s"},      {"second", "s"}, {"seconds", "s"}, {"m", "min"},   {"mins", "min"},
    {"minute", "min"},   {"minutes", "min"}, {"hr", "h"},     {"hrs", "h"},     {"hour", "h"},  {"hours", "h"},
    {"day", "d"},        {"days", "d"},      {"msec", "ms"},  {"millis", "ms"}, {"usec", "us"}, {"\xC2\xB5s", "us"},
    {"\xCE\xBCs", "us"}, {"nsec", "ns"},     {NULL, NULL}};
static const struct unit_slip rate_slips[] = {
    {"bps", "bit/s"},   {"b/s", "bit/s"},   {"kbps", "kbit/s"}, {"kb/s", "kbit/s"}, {"k", "kbit/s"},
    {"mbps", "Mbit/s"}, {"mb/s", "Mbit/s"}, {"m", "Mbit/s"},    {"mbit", "Mbit/s"}, {"kbit", "kbit/s"},
    {"gbps", "Gbit/s"}, {"gb/s", "Gbit/s"}, {"g", "Gbit/s"},    {"gbit", "Gbit/s"}, {NULL, NULL}};
static const struct unit_slip size_slips[] = {{"byte", "B"}, {"bytes", "B"}, {"octets", "B"}, {"k", "kB"},
                                              {"m", "MB"},   {"g", "GB"},    {NULL, NULL}};
static const struct unit_slip packet_slips[] = {{"pkt", "packets"}, {"pkts", "packets"}, {NULL, NULL}};
static const struct unit_slip percent_slips[] = {{"percent", "%"}, {"pct", "%"}, {"per cent", "%"}, {NULL, NULL}};

static const struct {
    const struct unit *units;
    const struct unit_slip *slips;
    const char *text, *names, *example, *other_unit; /* other_unit: nearly as likely as the example's */
    bool unlimited;
} kinds[] = {
    [UNIT_DURATION] = {durations, duration_slips, "a duration", "ns, us, ms, s, min, h, d", "20 ms", "s", false},
    [UNIT_RATE] = {rates, rate_slips, "a rate", "bit/s, kbit/s, Mbit/s, Gbit/s", "10 Mbit/s", "kbit/s", true},
    [UNIT_SIZE] = {sizes, size_slips, "a size", "B, kB, MB, GB, KiB, MiB, GiB", "40 kB", "B", false},
    [UNIT_QUEUE] = {sizes, size_slips, "a size", "B, kB, MB, GB, KiB, MiB, GiB", "40 kB", "B", true},
    [UNIT_PACKETS] = {packets, packet_slips, "a number of packets", "packets", "20 packets", NULL, false},
    [UNIT_PERCENT] = {percents, percent_slips, "a percentage", "%", "1.5 %", NULL, false},
};

const char *unit_kind_text(enum unit_kind kind)
{
    return tr(kinds[kind].text);
}

const char *unit_example(enum unit_kind kind)
{
    return kinds[kind].example;
}

/* A number apart from its unit: digits before and after the point, without superfluous zeros. */
struct decimal {
    const char *whole, *fraction;
    int n_whole, n_fraction;
    const char *unit; /* what follows, spaces skipped */
    int n_number;     /* characters of the number as written */
};

static bool split_decimal(const char *text, struct decimal *d)
{
    const char *p = text;
    while (*p == '0' && isdigit((unsigned char)p[1]))
        p++;
    d->whole = p;
    while (isdigit((unsigned char)*p))
        p++;
    d->n_whole = (int)(p - d->whole);
    if (d->n_whole == 0) return false;
    d->fraction = p;
    d->n_fraction = 0;
    if (*p == '.') {
        d->fraction = ++p;
        while (isdigit((unsigned char)*p))
            p++;
        d->n_fraction = (int)(p - d->fraction);
        if (d->n_fraction == 0) return false;
    }
    d->n_number = (int)(p - text);
    while (d->n_fraction > 0 && d->fraction[d->n_fraction - 1] == '0')
        d->n_fraction--;
    while (*p == ' ')
        p++;
    d->unit = p;
    return true;
}

static int64_t digits_value(const char *digits, int n)
{
    int64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static int64_t power_of_10(int n)
{
    int64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* number x factor, exactly. -1: too large; -2: not whole. */
static int64_t multiply(const struct decimal *d, int64_t factor)
{
    if (d->n_whole > 18) return -1;
    if (d->n_fraction > 18) return -2;
    int64_t whole = digits_value(d->whole, d->n_whole), power = power_of_10(d->n_fraction);
    if (whole > (INT64_MAX - factor) / factor) return -1;
    int64_t common = common_divisor(factor, power), fraction = digits_value(d->fraction, d->n_fraction);
    if (fraction % (power / common) != 0) return -2;
    return whole * factor + fraction / (power / common) * (factor / common);
}

/* A percentage as a chance of 2^32. -1: too large; -2: more than six decimals. */
static int64_t chance(const struct decimal *d)
{
    if (d->n_whole > 6) return -1;
    if (d->n_fraction > 6) return -2;
    int64_t power = power_of_10(d->n_fraction);
    uint64_t number = (uint64_t)(digits_value(d->whole, d->n_whole) * power + digits_value(d->fraction, d->n_fraction));
    uint64_t hundred = 100 * (uint64_t)power;
    if (number > 10 * hundred) return -1;
    /* At most 10^9 x 2^32 + half of 10^8: below 2^63. */
    return (int64_t)(((number << 32) + hundred / 2) / hundred);
}

/* Shortest percentage that is this chance again. */
static void format_percent(int64_t value, char buffer[UNIT_TEXT_BYTES])
{
    for (int decimals = 0; decimals <= 6; decimals++) {
        uint64_t power = (uint64_t)power_of_10(decimals);
        uint64_t number = ((uint64_t)value * 100 * power + (UINT64_C(1) << 31)) >> 32;
        int written = snprintf(buffer, UNIT_TEXT_BYTES, "%llu", (unsigned long long)(number / power));
        if (decimals)
            written += snprintf(buffer + written, UNIT_TEXT_BYTES - (size_t)written, ".%0*llu", decimals,
                                (unsigned long long)(number % power));
        struct decimal d;
        bool same = split_decimal(buffer, &d) && chance(&d) == value;
        snprintf(buffer + written, UNIT_TEXT_BYTES - (size_t)written, " %%");
        if (same) return;
    }
}

static bool refuse(struct unit_problem *problem, const char *what, const char *hint)
{
    snprintf(problem->what, sizeof problem->what, "%s", what);
    snprintf(problem->hint, sizeof problem->hint, "%s", hint);
    return false;
}

static bool refuse_kind(enum unit_kind kind, struct unit_problem *problem)
{
    snprintf(problem->what, sizeof problem->what, tr("is not %s"), tr(kinds[kind].text));
    return false;
}

static bool refuse_number(enum unit_kind kind, const char *text, struct unit_problem *problem)
{
    struct decimal d;
    snprintf(problem->hint, sizeof problem->hint, tr("write it like \"%s\""), kinds[kind].example);
    if (kinds[kind].unlimited)
        snprintf(problem->hint, sizeof problem->hint, tr("write it like \"%s\", or \"unlimited\""),
                 kinds[kind].example);
    if (text[0] == '-' && split_decimal(text + 1, &d)) {
        snprintf(problem->what, sizeof problem->what, tr("is less than nothing, and so not %s"), tr(kinds[kind].text));
        return false;
    }
    return refuse_kind(kind, problem);
}

/* The unit that someone who wrote this most likely meant, or NULL. */
static const char *meant_unit(enum unit_kind kind, const char *written)
{
    for (const struct unit *u = kinds[kind].units; u->name; u++)
        if (strcasecmp(u->name, written) == 0) return u->name;
    for (const struct unit_slip *s = kinds[kind].slips; s->written; s++)
        if (strcasecmp(s->written, written) == 0) return s->meant;
    return NULL;
}

/* "20" may mean "20 ms" or "20 s"; "0.02" as a chance means "2 %". */
static void hint_missing_unit(enum unit_kind kind, const char *text, struct unit_problem *problem)
{
    const char *space = strchr(kinds[kind].example, ' ');
    struct decimal d;
    char percent[UNIT_TEXT_BYTES];
    split_decimal(text, &d);
    if (kind == UNIT_PERCENT && d.n_fraction > 0 && d.n_fraction <= 6 && d.whole[0] == '0') {
        /* As many hundredths, exactly: the point moves two places. */
        int64_t hundredfold = digits_value(d.fraction, d.n_fraction) * 100, power = power_of_10(d.n_fraction);
        format_percent((int64_t)((((uint64_t)hundredfold << 32) + 50 * (uint64_t)power) / (100 * (uint64_t)power)),
                       percent);
        snprintf(problem->hint, sizeof problem->hint, tr("did you mean \"%.40s\"?"), percent);
    } else if (kind == UNIT_QUEUE) {
        snprintf(problem->hint, sizeof problem->hint, tr("did you mean \"%s B\", \"%s kB\" or \"%s packets\"?"), text,
                 text, text);
    } else if (kinds[kind].other_unit) {
        snprintf(problem->hint, sizeof problem->hint, tr("did you mean \"%s %s\" or \"%s%s\"?"), text,
                 kinds[kind].other_unit, text, space);
    } else {
        snprintf(problem->hint, sizeof problem->hint, tr("did you mean \"%s%s\"?"), text, space);
    }
}

static bool refuse_unit(enum unit_kind kind, const char *text, const struct decimal *d, struct unit_problem *problem)
{
    int shown = d->n_number < 40 ? d->n_number : 40;
    const char *meant = meant_unit(kind, d->unit);
    if (*d->unit == '\0') {
        char number[48];
        snprintf(number, sizeof number, "%.*s", shown, text);
        snprintf(problem->what, sizeof problem->what, "%s", tr("has no unit"));
        hint_missing_unit(kind, number, problem);
        return false;
    }
    if (meant)
        snprintf(problem->hint, sizeof problem->hint, tr("did you mean \"%.*s %s\"?"), shown, text, meant);
    else if (d->unit[0] == ',' && isdigit((unsigned char)d->unit[1]))
        snprintf(problem->hint, sizeof problem->hint, tr("decimals follow a point: \"%.*s.%.40s\""), shown, text,
                 d->unit + 1);
    else
        snprintf(problem->hint, sizeof problem->hint, tr("units are %s"), kinds[kind].names);
    return refuse_kind(kind, problem);
}

static bool refuse_result(enum unit_kind kind, int64_t result, struct unit_problem *problem)
{
    if (result == -1) return refuse(problem, tr("is too large"), "");
    switch (kind) {
    case UNIT_DURATION:
        return refuse(problem, tr("is not a whole number of nanoseconds"), tr("time counts in nanoseconds here"));
    case UNIT_RATE:
        return refuse(problem, tr("is not a whole number of bit/s"), "");
    case UNIT_SIZE:
    case UNIT_QUEUE:
        return refuse(problem, tr("is not a whole number of bytes"), "");
    case UNIT_PACKETS:
        return refuse(problem, tr("is not a whole number of packets"), "");
    case UNIT_PERCENT:
        break;
    }
    return refuse(problem, tr("has more than six decimals"), "");
}

bool unit_parse(enum unit_kind kind, const char *text, int64_t *value, struct unit_problem *problem)
{
    struct decimal d;
    problem->what[0] = problem->hint[0] = '\0';
    if (kinds[kind].unlimited && strcmp(text, "unlimited") == 0) {
        *value = 0;
        return true;
    }
    if (!split_decimal(text, &d)) return refuse_number(kind, text, problem);
    for (const struct unit *u = kinds[kind].units; u->name; u++) {
        if (strcmp(u->name, d.unit) != 0) continue;
        int64_t result = kind == UNIT_PERCENT ? chance(&d) : multiply(&d, u->factor);
        if (result < 0) return refuse_result(kind, result, problem);
        *value = result;
        return true;
    }
    return refuse_unit(kind, text, &d, problem);
}

const char *unit_format(enum unit_kind kind, int64_t value, char buffer[UNIT_TEXT_BYTES])
{
    if (kinds[kind].unlimited && value == 0) {
        snprintf(buffer, UNIT_TEXT_BYTES, "unlimited");
        return buffer;
    }
    if (kind == UNIT_PERCENT) {
        format_percent(value, buffer);
        return buffer;
    }
    const struct unit *best = kind == UNIT_DURATION && value == 0 ? &durations[3] : kinds[kind].units;
    for (const struct unit *u = kinds[kind].units; u->name; u++)
        if (value && value % u->factor == 0) best = u;
    if (kind == UNIT_PACKETS && value == 1) best = packets; /* one packet */
    snprintf(buffer, UNIT_TEXT_BYTES, "%lld %s", (long long)(value / best->factor), best->name);
    return buffer;
}
