/* Lines in master-file syntax (RFC 1035 5.1): $TTL (RFC 2308 4), $ORIGIN, and records, whose data ldns reads. What
   stands before the data is read here, since ldns takes no class before the TTL, and lets large numbers run over in
   silence.

   Left out on purpose: $INCLUDE and $GENERATE, a record over several lines, and a blank for the owner of the line
   before. */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/wire/dns_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

void dns_lines_begin(struct dns_lines *lines, const char *apex)
{
    snprintf(lines->origin, sizeof lines->origin, "%s", apex);
    lines->ttl_s = DNS_LINE_TTL_S;
}

/* --- Tokens --- */

struct token {
    const char *at;
    size_t length; /* 0: there is none */
};

/* What stands between blanks; a comment is nothing. Goes on behind it. */
static struct token next_token(const char **line)
{
    *line += strspn(*line, " \t");
    struct token token = {*line, strcspn(*line, " \t;")};
    *line += token.length;
    return token;
}

static bool token_is(struct token token, const char *word)
{
    return token.length == strlen(word) && strncasecmp(token.at, word, token.length) == 0;
}

/* "3600", "1h", "1h30m"; capped where it is no longer of interest. */
static bool is_period(struct token token, uint64_t *seconds)
{
    static const char units[] = "smhdw";
    static const uint64_t each[] = {1, 60, 3600, 86400, 604800};
    uint64_t number = 0, sum = 0;
    bool has_digit = false;
    for (size_t i = 0; i < token.length; i++) {
        char c = dns_lower((uint8_t)token.at[i]);
        const char *unit = strchr(units, c);
        if (c >= '0' && c <= '9') {
            number = number * 10 + (uint64_t)(c - '0');
            if (number > (uint64_t)1 << 40) number = (uint64_t)1 << 40;
        } else if (unit && has_digit) {
            sum += number * each[unit - units];
            number = 0;
        } else {
            return false;
        }
        has_digit = c >= '0' && c <= '9';
    }
    *seconds = sum + number;
    return token.length > 0;
}

/* RFC 2181 8: a TTL with the highest bit set is 0. */
static uint32_t ttl_of(uint64_t seconds)
{
    return seconds > INT32_MAX ? 0 : (uint32_t)seconds;
}

/* --- Records --- */

static bool copy_line(const ldns_rr *rr, struct dns_rr_line *out)
{
    char names[3 * DNS_NAME_WIRE_MAX_BYTES], *place = names;
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
        if (ldns_rdf_size(ldns_rr_rdf(rr, i)) > DNS_NAME_WIRE_MAX_BYTES) return false;
    if (!dns_wire_take_rr(rr, &out->rr, &place)) return false;
    snprintf(out->name, sizeof out->name, "%s", out->rr.name);
    out->rr.name = out->name;
    if (out->rr.target) {
        snprintf(out->target, sizeof out->target, "%s", out->rr.target);
        out->rr.target = out->target;
    }
    if (out->rr.soa_rname) {
        snprintf(out->rname, sizeof out->rname, "%s", out->rr.soa_rname);
        out->rr.soa_rname = out->rname;
    }
    return true;
}

/* ldns lets a number run over in silence; a person should hear of it. Of the data alone. */
static bool numbers_fit(const char *data, const struct dns_rr *rr)
{
    struct token token;
    uint64_t number;
    if (rr->type == DNS_MX) {
        token = next_token(&data);
        return is_period(token, &number) && number == rr->preference;
    }
    if (rr->type != DNS_SOA) return true;
    while ((token = next_token(&data)).length > 0)
        if (is_period(token, &number) && number > UINT32_MAX) return false;
    return true;
}

/* RFC 1035 5.1: a TTL and a class, in either order, each of which may be missing. False: a class other than IN, or a
   number that no TTL has. Goes on behind them. */
static const char *read_ttl_and_class(const char **line, uint32_t *ttl_s)
{
    bool has_ttl = false, has_class = false;
    for (;;) {
        const char *before = *line;
        struct token token = next_token(line);
        uint64_t seconds;
        if (!has_ttl && is_period(token, &seconds)) {
            if (seconds > UINT32_MAX) return tr("holds a number that is too large for its field");
            has_ttl = true;
            *ttl_s = ttl_of(seconds);
        } else if (!has_class && token_is(token, "IN")) {
            has_class = true;
        } else {
            *line = before;
            return NULL;
        }
    }
}

/* Why ldns does not take a line of arrange_and_read, if that can be said closer: its address may be none. */
static const char *why_no_record(const char *text)
{
    struct token type, data;
    char address[INET6_ADDRSTRLEN], binary[sizeof(struct in6_addr)];
    for (int i = 0; i < 3; i++) /* owner, TTL, class */
        next_token(&text);
    type = next_token(&text);
    data = next_token(&text);
    snprintf(address, sizeof address, "%.*s", (int)data.length, data.at);
    bool fits = data.length > 0 && data.length < sizeof address;
    if (token_is(type, "A") && data.length > 0 && !(fits && inet_pton(AF_INET, address, binary) == 1))
        return tr("gives what is not an IPv4 address");
    if (token_is(type, "AAAA") && data.length > 0 && !(fits && inet_pton(AF_INET6, address, binary) == 1))
        return tr("gives what is not an IPv6 address");
    return tr("is not a record in master-file syntax, as in \"@ 300 IN MX 10 mx1\"");
}

static const char *read_record(const struct dns_lines *lines, const char *text, ldns_rr **rr, struct dns_rr_line *out)
{
    const char *data = text;
    ldns_rdf *apex = dns_wire_new_name(lines->origin), *owner = NULL;
    assert(apex);
    ldns_status status = ldns_rr_new_frm_str(rr, text, lines->ttl_s, apex, &owner);
    ldns_rdf_deep_free(owner);
    ldns_rdf_deep_free(apex);
    if (status != LDNS_STATUS_OK) return why_no_record(text);
    if (!copy_line(*rr, out)) return tr("is not a record of class IN and type A, AAAA, NS, CNAME, SOA, MX or TXT");
    for (int i = 0; i < 4; i++) /* owner, TTL, class, type */
        next_token(&data);
    return numbers_fit(data, &out->rr) ? NULL : tr("holds a number that is too large for its field");
}

/* The line as ldns takes it, each part in its place. */
static const char *arrange_and_read(const struct dns_lines *lines, const char *line, struct dns_rr_line *out)
{
    uint32_t ttl_s = lines->ttl_s;
    ldns_rr *rr = NULL;
    struct token owner = next_token(&line);
    const char *problem = read_ttl_and_class(&line, &ttl_s);
    if (problem) return problem;
    size_t room = owner.length + strlen(line) + 32;
    char *text = mem_alloc(room);
    snprintf(text, room, "%.*s %u IN %s", (int)owner.length, owner.at, ttl_s, line);
    problem = read_record(lines, text, &rr, out);
    ldns_rr_free(rr);
    mem_free(text);
    return problem;
}

/* --- Directives --- */

/* A name in master-file syntax: absolute with a dot at its end, or relative; "@" is the origin. */
static bool set_origin(struct dns_lines *lines, struct token name)
{
    char text[2 * DNS_NAME_BYTES + 2], origin[DNS_NAME_BYTES];
    bool absolute = name.length > 0 && name.at[name.length - 1] == '.';
    if (name.length == 0 || name.length >= DNS_NAME_BYTES) return false;
    if (token_is(name, "@")) return true;
    if (token_is(name, "."))
        text[0] = '\0';
    else
        snprintf(text, sizeof text, "%.*s%s%s", (int)name.length, name.at, absolute || !*lines->origin ? "" : ".",
                 absolute ? "" : lines->origin);
    if (!dns_name_normalize(text, origin)) return false;
    memcpy(lines->origin, origin, sizeof origin);
    return true;
}

static bool ends_here(const char *line)
{
    line += strspn(line, " \t");
    return *line == '\0' || *line == ';';
}

static const char *read_directive(struct dns_lines *lines, const char *line)
{
    struct token directive = next_token(&line), value = next_token(&line);
    uint64_t seconds = 0;
    if (token_is(directive, "$ORIGIN"))
        return ends_here(line) && set_origin(lines, value) ? NULL : tr("is not of the form \"$ORIGIN sub.b.example.\"");
    if (!token_is(directive, "$TTL")) return tr("is a directive that is not known here: there are $TTL and $ORIGIN");
    if (!is_period(value, &seconds) || !ends_here(line)) return tr("is not of the form \"$TTL 300\"");
    if (seconds > UINT32_MAX) return tr("holds a number that is too large for its field");
    lines->ttl_s = ttl_of(seconds);
    return NULL;
}

enum dns_line dns_lines_read(struct dns_lines *lines, const char *line, struct dns_rr_line *out, char *error,
                             size_t error_size)
{
    line += strspn(line, " \t");
    if (ends_here(line)) return DNS_LINE_NOTHING;
    bool is_directive = *line == '$';
    const char *problem = is_directive ? read_directive(lines, line) : arrange_and_read(lines, line, out);
    if (problem) snprintf(error, error_size, "%s", problem);
    return problem ? DNS_LINE_WRONG : is_directive ? DNS_LINE_NOTHING : DNS_LINE_RECORD;
}
