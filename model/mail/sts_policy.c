#include "model/mail/sts_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const mode_texts[] = {"none", "testing", "enforce"};

const char *sts_mode_text(enum sts_mode mode)
{
    return mode_texts[mode];
}

size_t sts_policy_write(const struct sts_policy *policy, char out[STS_TEXT_BYTES])
{
    size_t size = (size_t)snprintf(out, STS_TEXT_BYTES, "version: STSv1\r\nmode: %s\r\n", mode_texts[policy->mode]);
    for (size_t i = 0; i < policy->n_mx; i++)
        size += (size_t)snprintf(out + size, STS_TEXT_BYTES - size, "mx: %s\r\n", policy->mx[i]);
    size += (size_t)snprintf(out + size, STS_TEXT_BYTES - size, "max_age: %lld\r\n", (long long)policy->max_age_s);
    return size;
}

/* --- reading --- */

/* What of the text has been found. */
struct found {
    bool version, mode, max_age;
};

static bool is_word(const char *at, size_t size, const char *word)
{
    return strlen(word) == size && strncasecmp(at, word, size) == 0;
}

static bool read_number(const char *at, size_t size, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9' || size > 10) return false;
        *number = *number * 10 + (at[i] - '0');
    }
    return size > 0 && *number <= STS_MAX_AGE_MOST_S;
}

static bool take_mode(struct sts_policy *policy, const char *value, size_t size)
{
    for (int i = 0; i < 3; i++) {
        if (!is_word(value, size, mode_texts[i])) continue;
        policy->mode = (enum sts_mode)i;
        return true;
    }
    return false;
}

/* 3.2: of a domain, in ASCII; whether it is a good one does not matter, since it is only compared. */
static bool is_name(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (value[i] <= ' ' || value[i] > '~') return false;
    return size > 0;
}

static void take_mx(struct sts_policy *policy, const char *value, size_t size)
{
    if (policy->n_mx == STS_MX_MOST || size >= STS_PATTERN_BYTES || !is_name(value, size)) return;
    snprintf(policy->mx[policy->n_mx++], STS_PATTERN_BYTES, "%.*s", (int)size, value);
}

/* Of a key that comes twice the first counts (3.2), but for mx. */
static bool take_field(struct sts_policy *policy, struct found *found, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size), *value = colon ? colon + 1 : line;
    if (!colon) return size == 0;
    size_t key = (size_t)(colon - line), left = size - key - 1;
    for (; left > 0 && (*value == ' ' || *value == '\t'); value++)
        left--;
    while (left > 0 && (value[left - 1] == ' ' || value[left - 1] == '\t'))
        left--;
    if (is_word(line, key, "version") && !found->version) return found->version = is_word(value, left, "STSv1");
    if (is_word(line, key, "mode") && !found->mode) return found->mode = take_mode(policy, value, left);
    if (is_word(line, key, "max_age") && !found->max_age)
        return found->max_age = read_number(value, left, &policy->max_age_s);
    if (is_word(line, key, "mx")) take_mx(policy, value, left);
    return true;
}

bool sts_policy_read(const char *text, size_t size, struct sts_policy *policy)
{
    const char *end = text + size;
    struct found found = {false, false, false};
    policy->n_mx = 0;
    while (text < end) {
        const char *lf = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = lf ? lf : end;
        size_t length = (size_t)(line_end - text);
        if (length > 0 && text[length - 1] == '\r') length--;
        if (!take_field(policy, &found, text, length)) return false;
        text = lf ? lf + 1 : end;
    }
    return found.version && found.mode && found.max_age && (policy->n_mx > 0 || policy->mode == STS_NONE);
}

static bool is_id_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of an id field, to its end (3.1). */
static bool read_id(const char *at, char id[STS_ID_BYTES])
{
    size_t n = 0;
    for (; is_id_char(*at); at++) {
        if (n == STS_ID_BYTES - 1) return false;
        id[n++] = *at;
    }
    id[n] = '\0';
    at += strspn(at, " \t");
    return n > 0 && (*at == ';' || *at == '\0');
}

bool sts_record_read(const char *record, char id[STS_ID_BYTES])
{
    static const char version[] = "v=STSv1";
    if (strncmp(record, version, sizeof version - 1) != 0) return false;
    const char *at = record + sizeof version - 1;
    at += strspn(at, " \t");
    while (*at == ';') {
        at++;
        at += strspn(at, " \t");
        if (strncmp(at, "id=", 3) == 0) return read_id(at + 3, id);
        at += strcspn(at, ";");
    }
    return false;
}

/* A "*" stands for one label, the first, and for nothing else. */
static bool pattern_matches(const char *pattern, const char *host)
{
    if (pattern[0] != '*' || pattern[1] != '.') return strcasecmp(pattern, host) == 0;
    const char *dot = strchr(host, '.');
    return dot && dot > host && strcasecmp(pattern + 1, dot) == 0;
}

bool sts_policy_names(const struct sts_policy *policy, const char *host)
{
    for (size_t i = 0; i < policy->n_mx; i++)
        if (pattern_matches(policy->mx[i], host)) return true;
    return false;
}
