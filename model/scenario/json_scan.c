/* Strict JSON text (RFC 8259), by recursive descent; see json_scan.h. */
#include "model/scenario/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct scanner {
    const char *text;
    size_t size, at;
    int depth;
    size_t room;
    struct json_scan *scan;
};

static bool scan_value(struct scanner *s, size_t key);

static bool refuse(struct scanner *s, size_t at, const char *wrong, const char *hint)
{
    s->scan->wrong_at = at;
    s->scan->wrong = wrong;
    s->scan->hint = hint;
    return false;
}

static int peek(const struct scanner *s)
{
    return s->at < s->size ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scanner *s)
{
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
        s->at++;
}

static size_t add_place(struct scanner *s, size_t key)
{
    struct json_scan *scan = s->scan;
    if (scan->n_places == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        scan->places = mem_realloc(scan->places, s->room * sizeof *scan->places);
    }
    scan->places[scan->n_places] = (struct json_place){key, s->at, s->at, 0};
    return scan->n_places++;
}

/* Bytes of the UTF-8 character that begins here, 0 when there is none (RFC 3629 4: no overlong forms, no surrogates).
 */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char low, high, second_low, second_high, length;
    } forms[] = {{0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                 {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
                 {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (p[0] < forms[i].low || p[0] > forms[i].high) continue;
        size_t length = forms[i].length;
        if (length > left) return 0;
        if (length > 1 && (p[1] < forms[i].second_low || p[1] > forms[i].second_high)) return 0;
        for (size_t k = 2; k < length; k++)
            if ((p[k] & 0xC0) != 0x80) return 0;
        return length;
    }
    return 0;
}

/* Four hexadecimal digits, or -1. */
static int hex4(const struct scanner *s, size_t at)
{
    int code = 0;
    for (size_t i = at; i < at + 4; i++) {
        if (i >= s->size) return -1;
        char c = s->text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

static bool scan_unicode_escape(struct scanner *s)
{
    int code = hex4(s, s->at + 2);
    if (code < 0) return refuse(s, s->at, tr("\\u is not followed by four hexadecimal digits"), NULL);
    if (code == 0) return refuse(s, s->at, tr("\\u0000 cannot stand in a text here"), NULL);
    if (code >= 0xDC00 && code <= 0xDFFF) return refuse(s, s->at, tr("half of a surrogate pair"), NULL);
    if (code >= 0xD800 && code <= 0xDBFF) {
        bool pair = s->at + 7 < s->size && s->text[s->at + 6] == '\\' && s->text[s->at + 7] == 'u';
        int low = pair ? hex4(s, s->at + 8) : -1;
        if (low < 0xDC00 || low > 0xDFFF) return refuse(s, s->at, tr("half of a surrogate pair"), NULL);
        s->at += 6;
    }
    s->at += 6;
    return true;
}

static bool scan_escape(struct scanner *s)
{
    int c = s->at + 1 < s->size ? (unsigned char)s->text[s->at + 1] : 0;
    if (c == 'u') return scan_unicode_escape(s);
    if (!c || !strchr("\"\\/bfnrt", c))
        return refuse(s, s->at, tr("a backslash with an unknown letter"), tr("for a backslash itself write \\\\"));
    s->at += 2;
    return true;
}

static bool scan_string(struct scanner *s)
{
    size_t begin = s->at++;
    for (;;) {
        int c = peek(s);
        if (c < 0) return refuse(s, begin, tr("this text has no end"), tr("a \" is missing"));
        if (c == '"') break;
        if (c == '\\') {
            if (!scan_escape(s)) return false;
            continue;
        }
        if (c < 0x20)
            return refuse(s, s->at, tr("a control character stands in a text"),
                          tr("for a new line write \\n, for a tab \\t; or a \" is missing before it"));
        size_t length = utf8_length((const unsigned char *)s->text + s->at, s->size - s->at);
        if (length == 0) return refuse(s, s->at, tr("these bytes are not UTF-8"), tr("save the file as UTF-8"));
        s->at += length;
    }
    s->at++;
    return true;
}

static size_t skip_digits(struct scanner *s)
{
    size_t begin = s->at;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at - begin;
}

/* Whether digits say at most 2^53. */
static bool fits_2_53(const char *digits, size_t n)
{
    const char *limit = "9007199254740992";
    return n < strlen(limit) || (n == strlen(limit) && strncmp(digits, limit, n) <= 0);
}

static bool scan_number(struct scanner *s)
{
    size_t begin = s->at;
    if (peek(s) == '-') s->at++;
    size_t first = s->at, digits = skip_digits(s);
    if (digits == 0) return refuse(s, begin, tr("this is no number"), tr("a text stands between \"\""));
    if (digits > 1 && s->text[first] == '0')
        return refuse(s, begin, tr("a number does not begin with 0"), tr("leave the leading 0 out"));
    bool whole = true;
    if (peek(s) == '.') {
        whole = false;
        s->at++;
        if (skip_digits(s) == 0) return refuse(s, begin, tr("digits are missing after the point"), NULL);
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        whole = false;
        s->at++;
        if (peek(s) == '+' || peek(s) == '-') s->at++;
        if (skip_digits(s) == 0) return refuse(s, begin, tr("digits are missing in the exponent"), NULL);
    }
    if (whole && !fits_2_53(s->text + first, digits))
        return refuse(s, begin, tr("this integer is beyond 2^53 and would lose digits"),
                      tr("write it as a text, between \"\""));
    /* cJSON reads at most 63 characters of a number. */
    if (s->at - begin > 60) return refuse(s, begin, tr("this number has too many digits"), NULL);
    double value = strtod(s->text + begin, NULL);
    if (value > 1e300 || value < -1e300) return refuse(s, begin, tr("this number is too large"), NULL);
    return true;
}

static bool scan_word(struct scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if (s->size - s->at >= length && memcmp(s->text + s->at, words[i], length) == 0) {
            s->at += length;
            return true;
        }
    }
    if (peek(s) == '/')
        return refuse(s, s->at, tr("comments are not part of JSON"), tr("put remarks into \"description\""));
    if (peek(s) == '\'') return refuse(s, s->at, tr("a text stands between \"\", not ''"), NULL);
    return refuse(s, s->at, tr("a value is expected here"), tr("a text stands between \"\""));
}

/* After a value something begins that could be the next: the comma is missing where the value ended, which often is a
   line above. */
static const char *hint_at_comma(struct scanner *s)
{
    size_t end = s->at, line, column, here;
    int next = peek(s);
    if (next <= 0 || !strchr("\"{[-0123456789", next)) return NULL;
    while (end > 0 && strchr(" \t\r\n", s->text[end - 1]))
        end--;
    json_scan_line(s->text, s->at, &here, &column);
    json_scan_line(s->text, end, &line, &column);
    if (line == here) return tr("a comma may be missing before it");
    snprintf(s->scan->hint_text, sizeof s->scan->hint_text, tr("a comma may be missing at the end of line %zu"), line);
    return s->scan->hint_text;
}

/* comma: whether one may follow. */
static bool refuse_separator(struct scanner *s, const char *wrong, bool comma)
{
    if (peek(s) < 0) return refuse(s, s->at, tr("the text ends too early"), tr("a closing } or ] is missing"));
    if (peek(s) == '/') return scan_word(s);
    return refuse(s, s->at, wrong, comma ? hint_at_comma(s) : NULL);
}

static bool scan_array(struct scanner *s)
{
    s->at++;
    skip_space(s);
    if (peek(s) == ']') {
        s->at++;
        return true;
    }
    for (;;) {
        if (!scan_value(s, JSON_NO_KEY)) return false;
        skip_space(s);
        if (peek(s) == ']') break;
        if (peek(s) != ',') return refuse_separator(s, tr("a comma or ] is expected here"), true);
        size_t comma = s->at++;
        skip_space(s);
        if (peek(s) == ']')
            return refuse(s, comma, tr("a comma with nothing after it"), tr("leave the last comma out"));
    }
    s->at++;
    return true;
}

static bool scan_member(struct scanner *s)
{
    size_t key = s->at;
    if (peek(s) != '"') {
        if (peek(s) < 0 || peek(s) == '/') return refuse_separator(s, NULL, false);
        return refuse(s, s->at, tr("a name between \"\" is expected here"), NULL);
    }
    if (!scan_string(s)) return false;
    skip_space(s);
    if (peek(s) != ':') return refuse_separator(s, tr("a colon is expected here"), false);
    s->at++;
    return scan_value(s, key);
}

static bool scan_object(struct scanner *s)
{
    s->at++;
    skip_space(s);
    if (peek(s) == '}') {
        s->at++;
        return true;
    }
    for (;;) {
        if (!scan_member(s)) return false;
        skip_space(s);
        if (peek(s) == '}') break;
        if (peek(s) != ',') return refuse_separator(s, tr("a comma or } is expected here"), true);
        size_t comma = s->at++;
        skip_space(s);
        if (peek(s) == '}')
            return refuse(s, comma, tr("a comma with nothing after it"), tr("leave the last comma out"));
    }
    s->at++;
    return true;
}

static bool scan_value(struct scanner *s, size_t key)
{
    skip_space(s);
    if (peek(s) < 0) return refuse(s, s->at, tr("the text ends too early"), tr("a closing } or ] is missing"));
    size_t place = add_place(s, key);
    bool ok = false;
    if (s->depth == JSON_SCAN_MAX_DEPTH) return refuse(s, s->at, tr("too many { and [ inside one another"), NULL);
    s->depth++;
    int c = peek(s);
    if (c == '{')
        ok = scan_object(s);
    else if (c == '[')
        ok = scan_array(s);
    else if (c == '"')
        ok = scan_string(s);
    else if (c == '-' || (c >= '0' && c <= '9'))
        ok = scan_number(s);
    else
        ok = scan_word(s);
    s->depth--;
    s->scan->places[place].stop = s->at;
    s->scan->places[place].end = s->scan->n_places;
    return ok;
}

bool json_scan_text(const char *text, size_t size, struct json_scan *scan)
{
    struct scanner s = {.text = text, .size = size, .scan = scan};
    *scan = (struct json_scan){0};
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return refuse(&s, 0, tr("the file begins with a byte order mark"), tr("save the file as UTF-8 without one"));
    skip_space(&s);
    if (s.at == size) return refuse(&s, 0, tr("the file is empty"), tr("begin with { \"postroad\": 1 }"));
    if (!scan_value(&s, JSON_NO_KEY)) return false;
    skip_space(&s);
    if (s.at < size)
        return refuse(&s, s.at, tr("something stands after the end"), tr("delete what follows the last }"));
    return true;
}

void json_scan_clear(struct json_scan *scan)
{
    mem_free(scan->places);
    *scan = (struct json_scan){0};
}

void json_scan_line(const char *text, size_t at, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}
