/* See log_line.h. */
#include "model/import/log_line.h"

#include <string.h>

#include "model/import/import_kinds.h"
#include "sim/journal/vtime.h"

/* ---- Spans ---- */

bool span_begins(struct span span, const char *text)
{
    size_t n = strlen(text);
    return span.n >= n && !memcmp(span.at, text, n);
}

bool span_is(struct span span, const char *text)
{
    return span.n == strlen(text) && span_begins(span, text);
}

const char *span_find(struct span span, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= span.n; i++)
        if (!memcmp(span.at + i, text, n)) return span.at + i;
    return NULL;
}

struct span span_from(struct span span, const char *at)
{
    return (struct span){at, span.n - (size_t)(at - span.at)};
}

struct span span_until(struct span span, const char *characters)
{
    size_t n = 0;
    while (n < span.n && span.at[n] && !strchr(characters, span.at[n]))
        n++;
    return (struct span){span.at, n};
}

struct span span_skip(struct span span, size_t n)
{
    if (n > span.n) n = span.n;
    return (struct span){span.at + n, span.n - n};
}

bool span_next_line(struct span all, size_t *at, struct span *line)
{
    if (*at >= all.n) return false;
    const char *end = memchr(all.at + *at, '\n', all.n - *at);
    size_t n = end ? (size_t)(end - all.at) - *at : all.n - *at;
    *line = (struct span){all.at + *at, n};
    *at += n + 1;
    if (n && line->at[n - 1] == '\r') line->n--;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

uint64_t span_number(struct span span)
{
    uint64_t value = 0;
    size_t i = 0;
    while (i < span.n && !is_digit(span.at[i]))
        i++;
    for (; i < span.n && is_digit(span.at[i]) && value < UINT64_C(1) << 56; i++)
        value = 10 * value + (uint64_t)(span.at[i] - '0');
    return value;
}

int64_t span_seconds_ns(struct span span)
{
    int64_t value = 0, part = SECOND;
    size_t i = 0;
    for (; i < span.n && is_digit(span.at[i]) && value < 100000000; i++)
        value = 10 * value + (span.at[i] - '0');
    value *= SECOND;
    if (i < span.n && span.at[i] == '.')
        for (i++; i < span.n && is_digit(span.at[i]) && part > 1; i++)
            value += (span.at[i] - '0') * (part /= 10);
    return value;
}

char *span_text(struct span span, char *out, size_t room)
{
    return import_clean_text(span.at, span.n, out, room);
}

/* ---- Dates ---- */

/* https://howardhinnant.github.io/date_algorithms.html explains the sum: years begin in March. */
int64_t log_days_since_1970(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Two or four digits; -1: they are none. */
static int digits(struct span span, size_t at, size_t n)
{
    int value = 0;
    if (at + n > span.n) return -1;
    for (size_t i = at; i < at + n; i++) {
        if (!is_digit(span.at[i])) return -1;
        value = 10 * value + (span.at[i] - '0');
    }
    return value;
}

/* "10:00:01.25" at this place; *at goes behind it. */
static bool read_clock(struct span line, size_t *at, int64_t *ns)
{
    int hour = digits(line, *at, 2), minute = digits(line, *at + 3, 2), second = digits(line, *at + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    if (line.at[*at + 2] != ':' || line.at[*at + 5] != ':') return false;
    *ns = hour * HOUR + minute * MINUTE + span_seconds_ns(span_skip(line, *at + 6));
    *at += 8;
    if (*at < line.n && line.at[*at] == '.')
        for ((*at)++; *at < line.n && is_digit(line.at[*at]);)
            (*at)++;
    return true;
}

/* "Z", "+01:00", "+0100" */
static bool read_zone(struct span line, size_t *at, int64_t *ahead_ns)
{
    if (*at < line.n && line.at[*at] == 'Z') {
        *ahead_ns = 0;
        (*at)++;
        return true;
    }
    if (*at >= line.n || (line.at[*at] != '+' && line.at[*at] != '-')) return false;
    bool colon = *at + 3 < line.n && line.at[*at + 3] == ':';
    int hour = digits(line, *at + 1, 2), minute = digits(line, *at + (colon ? 4 : 3), 2);
    if (hour < 0 || minute < 0) return false;
    *ahead_ns = (hour * HOUR + minute * MINUTE) * (line.at[*at] == '-' ? -1 : 1);
    *at += colon ? 6 : 5;
    return true;
}

static bool is_day(int year, int month, int day)
{
    return year >= 1970 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "2026-11-01T10:00:01+01:00 " or "2026-11-01 10:00:01 [+0100 ]" */
static bool read_whole_date(struct span line, size_t *at, struct log_line *out)
{
    int year = digits(line, 0, 4), month = digits(line, 5, 2), day = digits(line, 8, 2);
    int64_t clock_ns, ahead_ns;
    if (!is_day(year, month, day) || line.n < 20 || line.at[4] != '-' || line.at[7] != '-') return false;
    if (line.at[10] != 'T' && line.at[10] != ' ') return false;
    *at = 11;
    if (!read_clock(line, at, &clock_ns)) return false;
    out->at_ns = log_days_since_1970(year, month, day) * DAY + clock_ns;
    size_t zone = *at + (*at < line.n && line.at[*at] == ' ');
    if (read_zone(line, &zone, &ahead_ns)) {
        out->at_ns -= ahead_ns;
        out->has_zone = true;
        *at = zone;
    }
    return true;
}

/* "Nov  1 10:00:01 " */
static bool read_short_date(struct span line, size_t *at, struct log_line *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t clock_ns;
    if (line.n < 16 || line.at[3] != ' ' || line.at[6] != ' ') return false;
    for (int i = 0; i < 12; i++)
        if (!memcmp(line.at, months + 3 * i, 3)) out->month = i + 1;
    int day = line.at[4] == ' ' ? digits(line, 5, 1) : digits(line, 4, 2);
    if (!out->month || day < 1 || day > 31) return false;
    *at = 7;
    if (!read_clock(line, at, &clock_ns)) return false;
    out->at_ns = log_days_since_1970(1972, out->month, day) * DAY + clock_ns;
    return true;
}

static struct span next_word(struct span line, size_t *at)
{
    while (*at < line.n && line.at[*at] == ' ')
        (*at)++;
    struct span word = span_until(span_skip(line, *at), " ");
    *at += word.n;
    return word;
}

/* "mail postfix/smtp[123]: text" behind the date; Exim's own log has neither host nor program. */
static void read_origin(struct span line, size_t at, struct log_line *out)
{
    size_t behind = at;
    struct span host = next_word(line, &behind), program = next_word(line, &behind);
    out->text = span_skip(line, at + (at < line.n && line.at[at] == ' '));
    if (!program.n || program.at[program.n - 1] != ':') return;
    if (!memchr(program.at, '[', program.n) && !span_begins(program, "exim") && !span_begins(program, "postfix"))
        return;
    out->host = host;
    out->program = span_until(program, "[:");
    out->text = span_skip(line, behind + (behind < line.n && line.at[behind] == ' '));
}

bool log_line_read(struct span line, struct log_line *out)
{
    size_t at = 0;
    *out = (struct log_line){0};
    if (line.n && line.at[0] == '<') { /* the priority of syslog (RFC 3164 4.1.1) */
        size_t n = span_until(line, ">").n;
        if (n < 5) line = span_skip(line, n + 1);
    }
    if (!read_whole_date(line, &at, out)) {
        *out = (struct log_line){0};
        if (!read_short_date(line, &at, out)) return false;
    }
    read_origin(line, at, out);
    return true;
}
