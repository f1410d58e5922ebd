/* See names.h. */
#include "model/scenario/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/smtp_parameter.h"
#include "model/wire/unseen_letters.h"
#include "sim/journal/tr.h"

enum { LABEL_MAX = 63, NAME_MAX_LENGTH = 253, LOCAL_PART_MAX = 64 };

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool has_upper_case(const char *name)
{
    for (; *name; name++)
        if (*name >= 'A' && *name <= 'Z') return true;
    return false;
}

static void lower_case(const char *name, char better[NAME_BYTES])
{
    snprintf(better, NAME_BYTES, "%s", name);
    for (char *p = better; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
}

/* Spaces and the like become hyphens. */
static void hyphens(const char *name, char better[NAME_BYTES])
{
    size_t n = 0;
    for (; *name && n < NAME_BYTES - 1; name++) {
        char c = *name;
        if (isalnum((unsigned char)c) || c == '.' || c == '-')
            better[n++] = c;
        else if (n > 0 && better[n - 1] != '-' && name[1])
            better[n++] = '-';
    }
    better[n] = '\0';
}

static bool is_beyond_ascii(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name >= 0x80) return true;
    return false;
}

static const char *label_problem(const char *label, size_t length)
{
    if (length == 0) return tr("has nothing between two dots, or begins or ends with a dot");
    if (length > LABEL_MAX) return tr("has more than 63 letters between two dots");
    if (label[0] == '-' || label[length - 1] == '-') return tr("has a hyphen beside a dot or an end");
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(label[i]) && label[i] != '-')
            return tr("has something else than letters, digits, hyphens and dots");
    return NULL;
}

const char *name_host_problem(const char *name, char better[NAME_BYTES])
{
    uint32_t address;
    better[0] = '\0';
    if (!*name) return tr("is empty");
    if (strlen(name) > NAME_MAX_LENGTH) return tr("is longer than 253 letters");
    if (is_beyond_ascii(name)) return tr("has letters beyond ASCII, for which its A-label stands (\"xn--bcher-kva\")");
    if (has_upper_case(name)) {
        lower_case(name, better);
        return tr("has capital letters");
    }
    if (!name_address_problem(name, &address)) return tr("is an address, not a name");
    const char *label = name;
    for (;;) {
        size_t length = strcspn(label, ".");
        const char *problem = label_problem(label, length);
        if (problem) {
            hyphens(name, better);
            if (strcmp(name, better) == 0) better[0] = '\0';
            return problem;
        }
        label += length;
        if (!*label++) return NULL;
    }
}

const char *name_plain_problem(const char *name, char better[NAME_BYTES])
{
    better[0] = '\0';
    if (!*name) return tr("is empty");
    if (strlen(name) > LABEL_MAX) return tr("is longer than 63 letters");
    for (const char *p = name; *p; p++) {
        if (isalnum((unsigned char)*p) || strchr("-_.", *p)) continue;
        hyphens(name, better);
        return tr("has something else than letters, digits, \"-\", \"_\" and \".\"");
    }
    return NULL;
}

const char *name_local_part_problem(const char *name, char better[NAME_BYTES])
{
    better[0] = '\0';
    const char *at = strchr(name, '@');
    if (at && at > name && at - name <= LOCAL_PART_MAX) {
        snprintf(better, NAME_BYTES, "%.*s", (int)(at - name), name);
        return tr("is a whole address; only the part before the @ stands here");
    }
    size_t length = strlen(name);
    if (length == 0) return tr("is empty");
    if (length > LOCAL_PART_MAX)
        return is_beyond_ascii(name) ? tr("is longer than 64 bytes of UTF-8") : tr("is longer than 64 letters");
    if (!smtp_text_is_utf8(name)) return tr("is not UTF-8");
    if (name[0] == '.' || name[length - 1] == '.' || strstr(name, ".."))
        return tr("has a dot at an end or two in a row");
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p >= 0x80 ? letter_is_unseen(utf8_letter_at(p))
                                      : !isalnum((unsigned char)*p) && !strchr(".!#$%&'*+-/=?^_`{|}~", *p))
            return tr("has a letter that a mailbox cannot have");
    return NULL;
}

const char *name_mailbox_problem(const char *name, char better[NAME_BYTES])
{
    char local[LOCAL_PART_MAX + 2], domain[NAME_BYTES];
    const char *at = strrchr(name, '@');
    better[0] = '\0';
    if (!at) return tr("is not a mail address: it has no @");
    size_t length = (size_t)(at - name);
    if (length > LOCAL_PART_MAX)
        return is_beyond_ascii(name) ? tr("has more than 64 bytes of UTF-8 before the @")
                                     : tr("has more than 64 letters before the @");
    snprintf(local, sizeof local, "%.*s", (int)length, name);
    const char *problem = name_local_part_problem(local, better);
    if (strchr(local, '@')) {
        better[0] = '\0';
        return tr("has more than one @");
    }
    if (problem) {
        better[0] = '\0';
        return length ? tr("has a part before the @ that no mailbox can have") : tr("has nothing before the @");
    }
    if (!name_host_problem(at + 1, domain)) return NULL;
    if (is_beyond_ascii(at + 1))
        return tr("has letters beyond ASCII after the @, where an A-label must stand (\"xn--bcher-kva\")");
    if (*domain && strlen(domain) + length + 2 < NAME_BYTES) {
        memcpy(better, name, length + 1);
        memcpy(better + length + 1, domain, strlen(domain) + 1);
    }
    return has_upper_case(at + 1) ? tr("has capital letters after the @") : tr("has no good domain after the @");
}

const char *name_address_problem(const char *text, uint32_t *address)
{
    uint32_t value = 0;
    const char *p = text;
    for (int part = 0; part < 4; part++) {
        unsigned n = 0, digits = 0;
        if (part && *p++ != '.') return tr("is not an IPv4 address");
        while (isdigit((unsigned char)*p) && digits < 4) {
            n = n * 10 + (unsigned)(*p++ - '0');
            digits++;
        }
        if (digits == 0 || n > 255 || (digits > 1 && p[-(int)digits] == '0')) return tr("is not an IPv4 address");
        value = value << 8 | n;
    }
    if (*p) return tr("is not an IPv4 address");
    unsigned first = value >> 24;
    if (first == 0 || first == 127 || first >= 224) return tr("is an address that no host can have");
    *address = value;
    return NULL;
}

const char *name_address6_problem(const char *text, struct ip_address *address)
{
    struct ip_address value;
    if (!strchr(text, ':') || strchr(text, '.') || !ip_parse(text, &value)) return tr("is not an IPv6 address");
    if (ip_is_v4(value) || ip_is_no_host(value)) return tr("is an address that no host can have");
    *address = value;
    return NULL;
}

const char *name_recipient_problem(const char *name, char better[NAME_BYTES])
{
    char instead[NAME_BYTES], inside[IP_TEXT_BYTES];
    const char *at = strrchr(name, '@');
    if (!at || at[1] != '[') return name_mailbox_problem(name, better);
    size_t local = (size_t)(at - name), length = strlen(at + 2);
    better[0] = '\0';
    if (local == 0 || local > LOCAL_PART_MAX) return tr("has a part before the @ that no mailbox can have");
    snprintf(instead, sizeof instead, "%.*s", (int)local, name);
    if (name_local_part_problem(instead, better)) {
        better[0] = '\0';
        return tr("has a part before the @ that no mailbox can have");
    }
    bool v6 = strncmp(at + 2, "IPv6:", 5) == 0;
    size_t skip = v6 ? 5 : 0;
    if (length < skip + 2 || at[1 + length] != ']' || length - skip - 1 >= sizeof inside)
        return tr("holds no address between [ and ]");
    snprintf(inside, sizeof inside, "%.*s", (int)(length - skip - 1), at + 2 + skip);
    uint32_t v4;
    struct ip_address address;
    if (v6 ? name_address6_problem(inside, &address) : name_address_problem(inside, &v4))
        return tr("holds no address that a host can have between [ and ]");
    return NULL;
}
