/* What several laws ask about hosts and addresses: the words of host.settings, and which domains are a host's own. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "viz/readers/laws_internal.h"

static const int64_t second = 1000000000;

/* Behind "key=", at the beginning of a word; NULL: there is none. */
static const char *value_of(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *c = text; *c; c += strcspn(c, " "), c += *c == ' ')
        if (strncmp(c, key, length) == 0 && c[length] == '=') return c + length + 1;
    return NULL;
}

int64_t law_setting(const char *text, const char *key)
{
    const char *value = value_of(text, key);
    return value ? strtoll(value, NULL, 10) : 0;
}

int64_t law_setting_ns(const char *text, const char *key)
{
    const char *value = value_of(text, key);
    char *end;
    if (!value) return 0;
    int64_t ns = strtoll(value, &end, 10) * second, unit = second / 10;
    for (end += *end == '.'; isdigit((unsigned char)*end) && unit > 0; end++, unit /= 10)
        ns += (*end - '0') * unit;
    return ns;
}

const char *law_setting_text(const char *text, const char *key)
{
    const char *value = value_of(text, key);
    return value ? value : "";
}

static uint64_t hash_of(uint64_t seed, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        seed = law_hash(seed, (uint64_t)tolower((unsigned char)text[i]));
    return seed;
}

uint64_t law_user(const char *address)
{
    const char *at = strrchr(address, '@');
    return hash_of(141, address, at ? (size_t)(at - address) : strlen(address));
}

uint64_t law_domain(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? hash_of(142, at + 1, strlen(at + 1)) : 142;
}

static uint64_t local_key(int64_t host, uint64_t domain)
{
    return law_hash(law_hash(143, (uint64_t)host), domain);
}

/* RFC 5321 4.5.1: without a domain it is the host's own, too. */
bool law_is_local(const struct laws *laws, int64_t host, uint64_t domain)
{
    return domain == 142 || index_map_get(&laws->accounts, local_key(host, domain)) != SIZE_MAX;
}

void laws_of_settings(struct laws *laws, const struct event *e)
{
    if (e->kind != EVENT_HOST_ADD || strcmp(event_text(e, FIELD_ROLE), "mail_server") != 0) return;
    for (const char *domain = event_text(e, FIELD_TEXT); *domain;) {
        size_t length = strcspn(domain, ",");
        index_map_put(&laws->accounts, local_key(event_int(e, FIELD_HOST), hash_of(142, domain, length)), 1);
        domain += length;
        domain += strspn(domain, ", ");
    }
}
