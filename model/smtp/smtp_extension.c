/* Keywords of the extensions, and reading a server's list of them (RFC 5321 4.1.1.1). What is not known is passed over.
 */
#include "model/smtp/smtp_extension.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const keywords[SMTP_EXTENSIONS] = {"8BITMIME", "SIZE", "PIPELINING", "ENHANCEDSTATUSCODES",
                                                      "CHUNKING", "DSN",  "SMTPUTF8",   "LIMITS",
                                                      "STARTTLS", "AUTH"};

const char *smtp_extension_keyword(size_t i)
{
    assert(i < SMTP_EXTENSIONS);
    return keywords[i];
}

const char *smtp_auth_mechanism_name(size_t i)
{
    static const char *const names[SMTP_AUTH_MECHANISMS] = {"PLAIN", "LOGIN"};

    assert(i < SMTP_AUTH_MECHANISMS);
    return names[i];
}

/* A word of a line: text and size; *cursor moves behind it. Size 0 at the end of the line. */
static size_t next_word(const char **cursor, const char **word)
{
    *cursor += strspn(*cursor, " \t");
    *word = *cursor;
    *cursor += strcspn(*cursor, " \t\n");
    return (size_t)(*cursor - *word);
}

static bool word_is(const char *word, size_t size, const char *keyword)
{
    return strlen(keyword) == size && strncasecmp(word, keyword, size) == 0;
}

/* A number of at most 20 digits; what is none, or too great, counts as unsaid. */
static uint64_t number(const char *word, size_t size)
{
    uint64_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)word[i]) || n > UINT64_MAX / 10 - 1) return 0;
        n = n * 10 + (uint64_t)(word[i] - '0');
    }
    return n;
}

/* RFC 9422 3: "LIMITS RCPTMAX=100 MAILMAX=1000". */
static void read_limits(struct smtp_offer *offer, const char *cursor)
{
    const char *word;
    size_t size;

    while ((size = next_word(&cursor, &word)) > 0) {
        const char *sign = memchr(word, '=', size);
        size_t name = sign ? (size_t)(sign - word) : 0;
        uint64_t n = sign ? number(sign + 1, size - name - 1) : 0;
        if (word_is(word, name, "MAILMAX")) offer->mail_max = n;
        if (word_is(word, name, "RCPTMAX")) offer->rcpt_max = n;
        if (word_is(word, name, "RCPTDOMAINMAX")) offer->rcpt_domain_max = n;
    }
}

static void read_mechanisms(struct smtp_offer *offer, const char *cursor)
{
    const char *word;
    size_t size;

    while ((size = next_word(&cursor, &word)) > 0) {
        for (size_t i = 0; i < SMTP_AUTH_MECHANISMS; i++)
            if (word_is(word, size, smtp_auth_mechanism_name(i))) offer->mechanisms |= 1u << i;
    }
}

static void read_line(struct smtp_offer *offer, const char *line)
{
    const char *word, *argument;
    size_t size = next_word(&line, &word);

    for (size_t i = 0; i < SMTP_EXTENSIONS; i++) {
        if (!word_is(word, size, keywords[i])) continue;
        offer->extensions |= 1u << i;
        if (1 << i == SMTP_LIMITS) read_limits(offer, line);
        if (1 << i == SMTP_AUTH) read_mechanisms(offer, line);
        if (1 << i == SMTP_SIZE) {
            size = next_word(&line, &argument);
            offer->size = number(argument, size);
        }
    }
}

void smtp_offer_read(struct smtp_offer *offer, const char *text)
{
    memset(offer, 0, sizeof *offer);
    while ((text = strchr(text, '\n')))
        read_line(offer, ++text);
}
