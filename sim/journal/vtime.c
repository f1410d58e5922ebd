/* Instants and durations as people read them. */
#include "sim/journal/vtime.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/put.h"
#include "sim/journal/tr.h"

/* Also right for INT64_MIN. */
static uint64_t magnitude(int64_t ns)
{
    return ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
}

const char *vtime_format_instant(int64_t at_ns, char buffer[VTIME_TEXT_BYTES])
{
    if (at_ns == TIME_NEVER) {
        snprintf(buffer, VTIME_TEXT_BYTES, "%s", tr("never"));
        return buffer;
    }
    uint64_t us = magnitude(at_ns) / 1000 + (at_ns < 0 && at_ns % 1000 != 0);
    const char *sign = at_ns < 0 ? "-" : "";
    unsigned fraction = (unsigned)(us % 1000000);
    uint64_t s = us / 1000000;
    unsigned hours = (unsigned)(s / 3600 % 24), minutes = (unsigned)(s / 60 % 60), seconds = (unsigned)(s % 60);
    uint64_t days = s / 86400;
    if (days)
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%" PRIu64 "d %02u:%02u:%02u.%06u", sign, days, hours, minutes, seconds,
                 fraction);
    else
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%02u:%02u:%02u.%06u", sign, hours, minutes, seconds, fraction);
    return buffer;
}

static const struct unit {
    uint64_t ns;
    const char *name;
} units[] = {
    {1, "ns"},
    {(uint64_t)MICROSECOND, "us"},
    {(uint64_t)MILLISECOND, "ms"},
    {(uint64_t)SECOND, "s"},
    {(uint64_t)MINUTE, "min"},
    {(uint64_t)HOUR, "h"},
    {(uint64_t)DAY, "d"},
};
enum { UNITS = sizeof units / sizeof *units };

/* The value in this unit with the digits that fit beside its whole part, rounded to the nearest; *decimals: how many of
   them stand behind the point. Whole parts of more than four digits stay whole. */
static uint64_t round_to_unit(uint64_t ns, uint64_t unit_ns, int *decimals)
{
    uint64_t whole = ns / unit_ns, rest = ns % unit_ns;
    *decimals = whole >= 1000 ? 0 : whole >= 100 ? 1 : whole >= 10 ? 2 : 3;
    uint64_t scale = 1;
    for (int i = 0; i < *decimals; i++)
        scale *= 10;
    return whole * scale + (rest * scale + unit_ns / 2) / unit_ns;
}

static void drop_trailing_zeros(uint64_t *digits, int *decimals)
{
    while (*decimals > 0 && *digits % 10 == 0) {
        *digits /= 10;
        --*decimals;
    }
}

/* "8 min 59 s": as a clock has it, since nobody reads 8.991 min. The smaller of the two is left out where it is 0. */
static const char *format_two_units(uint64_t ns, const char *sign, char buffer[VTIME_TEXT_BYTES])
{
    size_t unit = UNITS - 1;
    while (units[unit].ns > ns)
        unit--;
    uint64_t small_ns = units[unit - 1].ns, smalls = (ns + small_ns / 2) / small_ns;
    if (unit + 1 < UNITS && smalls * small_ns >= units[unit + 1].ns) { /* 59 min 59.9 s is 1 h */
        unit++;
        small_ns = units[unit - 1].ns;
        smalls = units[unit].ns / small_ns;
    }
    uint64_t in_one = units[unit].ns / small_ns;
    unsigned large = (unsigned)(smalls / in_one), small = (unsigned)(smalls % in_one);
    if (small)
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%u %s %u %s", sign, large, units[unit].name, small, units[unit - 1].name);
    else
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%u %s", sign, large, units[unit].name);
    return buffer;
}

const char *vtime_format_duration(int64_t duration_ns, char buffer[VTIME_TEXT_BYTES])
{
    uint64_t ns = magnitude(duration_ns);
    if (duration_ns == TIME_NEVER || ns == 0) {
        snprintf(buffer, VTIME_TEXT_BYTES, "%s", ns ? tr("never") : "0 s");
        return buffer;
    }
    if (ns >= (uint64_t)MINUTE) return format_two_units(ns, duration_ns < 0 ? "-" : "", buffer);
    size_t unit = UNITS - 1;
    while (units[unit].ns > ns)
        unit--;
    int decimals;
    uint64_t digits = round_to_unit(ns, units[unit].ns, &decimals);
    drop_trailing_zeros(&digits, &decimals);
    /* 999.96 ms rounds to 1000 ms, which is 1 s. */
    if (decimals == 0 && unit + 1 < UNITS && digits * units[unit].ns >= units[unit + 1].ns) {
        digits = 1;
        unit++;
    }
    uint64_t scale = decimals == 0 ? 1 : decimals == 1 ? 10 : decimals == 2 ? 100 : 1000;
    const char *sign = duration_ns < 0 ? "-" : "";
    if (decimals)
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%" PRIu64 ".%0*" PRIu64 " %s", sign, digits / scale, decimals,
                 digits % scale, units[unit].name);
    else
        snprintf(buffer, VTIME_TEXT_BYTES, "%s%" PRIu64 " %s", sign, digits, units[unit].name);
    return buffer;
}

static int64_t divide_down(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct date {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Gregorian date of a day counted from 1970-01-01. The year is taken to begin on 1 March, so that the leap day comes
   last and months have a regular rhythm: 153 days in each five. */
static struct date date_of_day(int64_t day)
{
    enum { DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 }; /* from 1 March of year 0 */
    int64_t era = divide_down(day + DAYS_TO_1970, DAYS_OF_400_YEARS);
    unsigned in_era = (unsigned)(day + DAYS_TO_1970 - era * DAYS_OF_400_YEARS);
    unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
    unsigned march_month = (5 * in_year + 2) / 153;
    unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (struct date){
        .year = era * 400 + year + (month <= 2),
        .month = month,
        .day = in_year - (153 * march_month + 2) / 5 + 1,
    };
}

const char *vtime_format_rfc5322(int64_t starts_unix_s, int64_t at_ns, char buffer[VTIME_TEXT_BYTES])
{
    static const char weekdays[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t s = starts_unix_s + divide_down(at_ns, SECOND);
    int64_t day = divide_down(s, 86400);
    unsigned in_day = (unsigned)(s - day * 86400);
    unsigned weekday = (unsigned)(day + 4 - divide_down(day + 4, 7) * 7); /* 1970-01-01 was a Thursday */
    struct date date = date_of_day(day);
    struct put p = put_into(buffer, VTIME_TEXT_BYTES);
    put_text(&p, weekdays[weekday]);
    put_text(&p, ", ");
    put_number(&p, date.day, 1);
    put_text(&p, " ");
    put_text(&p, months[date.month - 1]);
    put_text(&p, " ");
    put_number(&p, (uint64_t)date.year, 4);
    put_text(&p, " ");
    put_number(&p, in_day / 3600, 2);
    put_text(&p, ":");
    put_number(&p, in_day / 60 % 60, 2);
    put_text(&p, ":");
    put_number(&p, in_day % 60, 2);
    put_text(&p, " +0000");
    return buffer;
}
