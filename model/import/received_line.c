/* See received_line.h. Servers write what they like in comments; what is looked for there is an address in brackets,
   and the name before it. */
#include "model/import/received_line.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/wire/ip_address.h"

/* ---- Dates ---- */

static const struct {
    const char *name;
    int minutes;
} zones[] = {{"UT", 0},     {"GMT", 0},    {"UTC", 0},    {"Z", 0},      {"EST", -300}, {"EDT", -240},
             {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

static struct span next_word(struct span *text)
{
    size_t blank = 0;
    while (blank < text->n && (text->at[blank] == ' ' || text->at[blank] == '\t'))
        blank++;
    *text = span_skip(*text, blank);
    struct span word = span_until(*text, " \t");
    *text = span_skip(*text, word.n);
    return word;
}

static bool read_zone(struct span word, int *minutes)
{
    *minutes = 0;
    if (word.n == 5 && (word.at[0] == '+' || word.at[0] == '-')) {
        uint64_t digits = span_number(word);
        if (digits > 2400 || digits % 100 > 59) return false;
        *minutes = (int)(digits / 100 * 60 + digits % 100) * (word.at[0] == '-' ? -1 : 1);
        return true;
    }
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (span_is(word, zones[i].name)) *minutes = zones[i].minutes;
    return true; /* RFC 5322 4.3: of others nothing is known */
}

static int read_month(struct span word)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12 && word.n >= 3; i++)
        if (!strncasecmp(word.at, months + 3 * i, 3)) return i + 1;
    return 0;
}

/* "10:00" or "10:00:01"; seconds of the day, or -1. */
static int read_clock(struct span word)
{
    struct span hour = span_until(word, ":"), rest = span_skip(word, hour.n + 1);
    struct span minute = span_until(rest, ":"), second = span_skip(rest, minute.n + 1);
    uint64_t h = span_number(hour), m = span_number(minute), s = span_number(second);
    if (hour.n == word.n || !hour.n || !minute.n || h > 23 || m > 59 || s > 60) return -1;
    return (int)(h * 3600 + m * 60 + s);
}

/* "Sun, 1 Nov 2026 10:00:01 +0100 (CET)", the day of the week being optional. */
bool received_date_read(struct span text, int64_t *at_s)
{
    struct span word = next_word(&text);
    if (word.n && word.at[word.n - 1] == ',') word = next_word(&text);
    uint64_t day = span_number(word);
    int month = read_month(next_word(&text)), minutes;
    uint64_t year = span_number(next_word(&text));
    int clock = read_clock(next_word(&text));
    if (year < 50) year += 2000; /* RFC 5322 4.3 */
    if (year < 1000) year += 1900;
    if (day < 1 || day > 31 || !month || year < 1970 || year > 2199 || clock < 0) return false;
    if (!read_zone(next_word(&text), &minutes)) return false;
    *at_s = log_days_since_1970((int)year, month, (int)day) * 86400 + clock - minutes * 60;
    return true;
}

/* ---- Clauses ---- */

enum clause { CLAUSE_NONE, CLAUSE_FROM, CLAUSE_BY, CLAUSE_VIA, CLAUSE_WITH, CLAUSE_ID, CLAUSE_FOR, CLAUSES };
static const char *const clause_words[CLAUSES] = {"", "from", "by", "via", "with", "id", "for"};

static enum clause clause_of(struct span word)
{
    for (int i = CLAUSE_FROM; i < CLAUSES; i++)
        if (word.n == strlen(clause_words[i]) && !strncasecmp(word.at, clause_words[i], word.n)) return (enum clause)i;
    return CLAUSE_NONE;
}

/* Cuts the value into its clauses, comments being part of the clause before them; *date is behind the last ";". */
static void cut(struct span value, struct span clauses[CLAUSES], struct span *date)
{
    enum clause now = CLAUSE_NONE;
    int depth = 0;
    bool at_word = true;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.at[i];
        if (c == '(') depth++;
        if (c == ')' && depth) depth--;
        if (depth == 0 && c == ';') *date = span_skip(value, i + 1);
        bool blank = c == ' ' || c == '\t';
        if (depth == 0 && at_word && !blank && date->n == 0) {
            struct span word = span_until(span_skip(value, i), " \t(;");
            enum clause next = clause_of(word);
            if (next != CLAUSE_NONE && !clauses[next].n) {
                now = next;
                clauses[now] = span_skip(value, i + word.n);
                clauses[now].n = 0;
                i += word.n - 1;
                at_word = false;
                continue;
            }
        }
        at_word = blank || c == ')';
        if (now != CLAUSE_NONE && date->n == 0) clauses[now].n = (size_t)(value.at + i + 1 - clauses[now].at);
    }
}

static void copy_word(struct span clause, char out[RECEIVED_NAME_BYTES])
{
    struct span word = next_word(&clause);
    if (word.n && (word.at[0] == '<' || word.at[0] == '[')) word = span_skip(word, 1);
    span_text(span_until(word, "<>[](;,"), out, RECEIVED_NAME_BYTES);
}

/* "mx.a.example (mx.a.example [192.0.2.1])": the name in the comment was looked up, the one before is what it said. */
static void read_from(struct span clause, struct received_line *out)
{
    char name[RECEIVED_NAME_BYTES];
    struct ip_address address;
    copy_word(clause, out->from);
    const char *open = span_find(clause, "(");
    struct span comment = open ? span_skip(span_from(clause, open), 1) : clause;
    const char *bracket = span_find(comment, "[");
    if (bracket) {
        span_text(span_until(span_skip(span_from(comment, bracket), 1), "]"), out->address, RECEIVED_NAME_BYTES);
        if (!strncasecmp(out->address, "IPv6:", 5)) memmove(out->address, out->address + 5, strlen(out->address) - 4);
        if (!ip_parse(out->address, &address)) out->address[0] = '\0';
    }
    if (!open || span_begins(comment, "[") || span_begins(comment, "EHLO") || span_begins(comment, "HELO")) return;
    span_text(span_until(comment, " [)"), name, sizeof name);
    if (strchr(name, '.') && !strchr(name, '=') && !strchr(name, '@'))
        snprintf(out->from, sizeof out->from, "%s", name);
}

bool received_line_read(struct span value, struct received_line *out)
{
    struct span clauses[CLAUSES] = {0}, date = {"", 0};
    *out = (struct received_line){0};
    cut(value, clauses, &date);
    if (clauses[CLAUSE_FROM].n) read_from(clauses[CLAUSE_FROM], out);
    if (clauses[CLAUSE_BY].n) copy_word(clauses[CLAUSE_BY], out->by);
    if (clauses[CLAUSE_WITH].n) copy_word(clauses[CLAUSE_WITH], out->with);
    if (clauses[CLAUSE_ID].n) copy_word(clauses[CLAUSE_ID], out->id);
    if (clauses[CLAUSE_FOR].n) copy_word(clauses[CLAUSE_FOR], out->recipient);
    out->has_date = received_date_read(date, &out->at_s);
    return out->from[0] || out->by[0];
}
