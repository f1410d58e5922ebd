/* The notation of timelines: what tokens of a line mean. */
#include "tests/model/tcp/timeline_notation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"

/* Splits at blanks; "quoted words" are one token that keeps its first quote; # ends the line. */
void timeline_tokenize(char *line, char **tokens)
{
    size_t n = 0;
    for (char *at = line; *at && n < TIMELINE_TOKENS_MAX - 1;) {
        at += strspn(at, " \t");
        if (*at == '\0' || *at == '#') break;
        tokens[n++] = at;
        at = *at == '"' ? at + 1 + strcspn(at + 1, "\"") : at + strcspn(at, " \t");
        if (*at) *at++ = '\0';
    }
    tokens[n] = NULL;
}

const char *timeline_joined(char **tokens, char *buffer, size_t size)
{
    size_t n = 0;
    buffer[0] = '\0';
    for (size_t i = 0; tokens[i] && n < size; i++) {
        const char *quote = tokens[i][0] == '"' ? "\"" : "";
        n += (size_t)snprintf(buffer + n, size - n, "%s%s%s", i ? " " : "", tokens[i], quote);
    }
    return buffer;
}

bool timeline_time(const char *text, int64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"", 0}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}};
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (end == text || strcmp(end, units[i].unit) != 0) continue;
        *ns = llround(number * units[i].ns);
        return *end || number == 0;
    }
    return false;
}

bool timeline_number(const char *text, uint32_t *number)
{
    char *end;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;
    if (!text || end == text || *end || value > UINT32_MAX) return false;
    *number = (uint32_t)value;
    return true;
}

static uint8_t flag_by_name(const char *token)
{
    if (strcmp(token, "SYN") == 0) return TCP_SYN;
    if (strcmp(token, "FIN") == 0) return TCP_FIN;
    return strcmp(token, "RST") == 0 ? TCP_RST : 0;
}

static bool parse_pair(const char *text, char between, uint32_t *a, uint32_t *b)
{
    char *end;
    if (!text) return false;
    *a = (uint32_t)strtoul(text, &end, 10);
    return end != text && *end == between && timeline_number(end + 1, b);
}

/* An option of a segment; how many tokens it takes. */
static size_t read_option(struct timeline_segment *s, char **tokens)
{
    const char *t = tokens[0];
    if (strcmp(t, "sackok") == 0) return (s->has_sackok = true);
    if (strcmp(t, "nosack") == 0) return (s->no_sack = true);
    if (strcmp(t, "nots") == 0) return (s->no_ts = true);
    if (strcmp(t, "wscale") == 0) return (s->has_scale = true) && timeline_number(tokens[1], &s->shift) ? 2 : 0;
    if (strcmp(t, "urg") == 0) return (s->has_urgent = true) && timeline_number(tokens[1], &s->urgent) ? 2 : 0;
    if (strcmp(t, "ts") == 0) return (s->has_ts = true) && parse_pair(tokens[1], '/', &s->ts_val, &s->ts_ecr) ? 2 : 0;
    if (strcmp(t, "sack") != 0 || s->n_sack == TCP_SACK_MAX) return 0;
    uint32_t *block = s->sack[s->n_sack++];
    return parse_pair(tokens[1], ':', &block[0], &block[1]) ? 2 : 0;
}

/* Whether this token says what the segment already says, and so begins the next one. */
static bool begins_next(const struct timeline_segment *s, const char *token)
{
    bool has_more = s->has_range || s->has_ack;
    if (token[0] == '"') return false;
    if (strchr(token, ':')) return has_more;
    if (flag_by_name(token)) return has_more || s->flags & flag_by_name(token);
    return strcmp(token, "ack") == 0 && s->has_ack;
}

/* Reads one token, or two, into the segment; returns how many, 0 when not understood. */
static size_t read_segment_token(struct timeline_segment *s, char **tokens)
{
    const char *t = tokens[0];
    if (flag_by_name(t)) {
        s->flags |= flag_by_name(t);
        return 1;
    }
    if (t[0] == '"') {
        snprintf(s->why, sizeof s->why, "%s", t + 1);
        return 1;
    }
    if (t[0] == 'x' && timeline_number(t + 1, &s->nth)) return 1;
    if (strchr(t, ':')) {
        s->has_range = true;
        return sscanf(t, "%u:%u", &s->from, &s->to) == 2 && s->from <= s->to ? 1 : 0;
    }
    if (strcmp(t, "noack") == 0) return (s->no_ack = true);
    if (strcmp(t, "ack") == 0) return (s->has_ack = true) && timeline_number(tokens[1], &s->ack) ? 2 : 0;
    if (strcmp(t, "win") == 0) return (s->has_window = true) && timeline_number(tokens[1], &s->window) ? 2 : 0;
    if (strcmp(t, "mss") == 0) return (s->has_mss = true) && timeline_number(tokens[1], &s->mss) ? 2 : 0;
    return read_option(s, tokens);
}

size_t timeline_segments(char **tokens, struct timeline_segment *segments, const char **not_understood)
{
    size_t n = 0;
    *not_understood = NULL;
    if (tokens[0]) memset(&segments[n++], 0, sizeof *segments);
    for (size_t i = 0; tokens[i];) {
        if (begins_next(&segments[n - 1], tokens[i])) memset(&segments[n++], 0, sizeof *segments);
        size_t used = read_segment_token(&segments[n - 1], tokens + i);
        if (used == 0) {
            *not_understood = tokens[i];
            return 0;
        }
        i += used;
    }
    return n;
}
