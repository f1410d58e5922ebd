/* Paths, mailboxes and domains, read by the grammar of RFC 5321 4.1.2 and 4.1.3; each ..._length function returns how
   many characters at p form the thing, 0 if none do. Bytes beyond ASCII stand where RFC 6531 3.3 lets UTF-8 stand; whether
   they may be there at all, and are UTF-8, the caller says. */
#include "model/smtp/smtp_address.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_beyond_ascii(char c)
{
    return ((unsigned char)c & 0x80) != 0;
}

static bool is_let_dig(char c)
{
    return is_beyond_ascii(c) || isalnum((unsigned char)c) != 0;
}

/* RFC 5322 3.2.3 */
static bool is_atext(char c)
{
    return is_let_dig(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static size_t dot_string_length(const char *p)
{
    size_t n = 0;

    for (;;) {
        size_t begin = n;
        while (is_atext(p[n]))
            n++;
        if (n == begin) return 0;
        if (p[n] != '.') return n;
        n++;
    }
}

static size_t quoted_string_length(const char *p)
{
    size_t n = 1;

    if (p[0] != '"') return 0;
    for (; p[n] != '"'; n++) {
        if (p[n] == '\\') n++;
        if (!is_beyond_ascii(p[n]) && (p[n] < 32 || p[n] > 126)) return 0;
    }
    return n + 1;
}

static size_t local_part_length(const char *p)
{
    return p[0] == '"' ? quoted_string_length(p) : dot_string_length(p);
}

/* RFC 5321 4.1.2 sub-domain, at most 63 characters (RFC 1035 2.3.4). */
static size_t label_length(const char *p)
{
    size_t n = 0;

    while (is_let_dig(p[n]) || p[n] == '-')
        n++;
    if (n == 0 || n > 63 || p[0] == '-' || p[n - 1] == '-') return 0;
    return n;
}

static size_t domain_length(const char *p)
{
    size_t n = 0;

    for (;;) {
        size_t label = label_length(p + n);
        if (label == 0) return 0;
        n += label;
        if (p[n] != '.') return n;
        n++;
    }
}

static size_t ipv4_length(const char *p)
{
    size_t n = 0;

    for (int part = 0; part < 4; part++) {
        int value = 0;
        size_t digits = 0;
        for (; digits < 3 && isdigit((unsigned char)p[n + digits]); digits++)
            value = value * 10 + (p[n + digits] - '0');
        if (digits == 0 || value > 255) return 0;
        n += digits;
        if (part < 3 && p[n++] != '.') return 0;
    }
    return n;
}

/* "IPv6:..." and whatever else may be standardised: a tag, a colon, characters (RFC 5321 4.1.3). */
static size_t tagged_literal_length(const char *p)
{
    size_t n = label_length(p);
    size_t begin;

    if (n == 0 || p[n] != ':') return 0;
    begin = ++n;
    while ((p[n] >= 33 && p[n] <= 90) || (p[n] >= 94 && p[n] <= 126))
        n++;
    return n > begin ? n : 0;
}

static size_t address_literal_length(const char *p)
{
    size_t inside;

    if (p[0] != '[') return 0;
    inside = ipv4_length(p + 1);
    if (inside == 0) inside = tagged_literal_length(p + 1);
    return inside > 0 && p[inside + 1] == ']' ? inside + 2 : 0;
}

static size_t helo_name_length(const char *p)
{
    return p[0] == '[' ? address_literal_length(p) : domain_length(p);
}

/* "@one.example,@two.example:" before the mailbox: read, and ignored (RFC 5321 4.1.1.3). */
static size_t source_route_length(const char *p)
{
    size_t n = 0;

    while (p[n] == '@') {
        size_t domain = domain_length(p + n + 1);
        if (domain == 0) return 0;
        n += 1 + domain;
        if (p[n] == ':') return n + 1;
        if (p[n++] != ',') return 0;
    }
    return 0;
}

static const char *mailbox_read(const char *p, size_t *size)
{
    size_t local = local_part_length(p);
    size_t domain;

    if (local == 0 || p[local] != '@') return "bad mailbox syntax";
    if (local > SMTP_LOCAL_PART_BYTES) return "local-part too long";
    domain = helo_name_length(p + local + 1);
    if (domain == 0) return "bad domain syntax";
    if (domain > SMTP_DOMAIN_BYTES) return "domain too long";
    *size = local + 1 + domain;
    return NULL;
}

/* Two paths are no mailboxes: the null reverse-path, and the postmaster that every host has (RFC 5321 4.5.1). */
static bool special_read(enum smtp_path_kind kind, const char *p, size_t *size)
{
    static const char postmaster[] = "postmaster>";

    if (kind == SMTP_REVERSE_PATH) {
        *size = 0;
        return p[0] == '>';
    }
    *size = sizeof postmaster - 2;
    return strncasecmp(p, postmaster, sizeof postmaster - 1) == 0;
}

const char *smtp_path_read(enum smtp_path_kind kind, const char **cursor, char *mailbox)
{
    const char *p = *cursor;
    const char *wrong;
    size_t size;

    if (*p++ != '<') return "path must begin with <";
    p += source_route_length(p);
    if (!special_read(kind, p, &size)) {
        wrong = mailbox_read(p, &size);
        if (wrong) return wrong;
    }
    if (p[size] != '>') return "path must end with >";
    if ((size_t)(p + size + 1 - *cursor) > SMTP_PATH_BYTES) return "path too long";
    memcpy(mailbox, p, size);
    mailbox[size] = '\0';
    *cursor = p + size + 1;
    return NULL;
}

static bool is_ascii(const char *text)
{
    while (*text && !is_beyond_ascii(*text))
        text++;
    return *text == '\0';
}

bool smtp_mailbox_is_valid(const char *mailbox)
{
    size_t size;

    return is_ascii(mailbox) && mailbox_read(mailbox, &size) == NULL && mailbox[size] == '\0' && size + 2 <= SMTP_PATH_BYTES;
}

bool smtp_domain_is_valid(const char *domain)
{
    size_t n = domain_length(domain);

    return is_ascii(domain) && n > 0 && n <= SMTP_DOMAIN_BYTES && domain[n] == '\0';
}

bool smtp_helo_name_is_valid(const char *name)
{
    size_t n = helo_name_length(name);

    return is_ascii(name) && n > 0 && n <= SMTP_DOMAIN_BYTES && name[n] == '\0';
}
