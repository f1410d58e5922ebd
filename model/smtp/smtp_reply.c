/* SMTP replies as values (RFC 5321 4.2). Writing them to a wire, line by line, is the server's matter; collecting them
   from one is the client's. */
#include "model/smtp/smtp_reply.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct smtp_reply smtp_reply_make(int code, const char *format, ...)
{
    struct smtp_reply reply;
    va_list arguments;

    assert(code >= 200 && code <= 599);
    reply.code = code;
    va_start(arguments, format);
    vsnprintf(reply.text, sizeof reply.text, format, arguments);
    va_end(arguments);
    return reply;
}

struct smtp_reply smtp_reply_say(int code, const char *text)
{
    struct smtp_reply reply;
    size_t size = strlen(text);

    assert(code >= 200 && code <= 599);
    if (size >= sizeof reply.text) size = sizeof reply.text - 1;
    reply.code = code;
    memcpy(reply.text, text, size);
    reply.text[size] = '\0';
    return reply;
}

struct smtp_reply smtp_reply_later(void)
{
    struct smtp_reply reply;

    reply.code = 0;
    reply.text[0] = '\0';
    return reply;
}

static size_t digits(const char *text)
{
    size_t n = 0;

    while (n < 3 && isdigit((unsigned char)text[n]))
        n++;
    return n;
}

size_t smtp_enhanced_length(const char *text)
{
    size_t subject, detail;
    const char *end;

    if ((text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return 0;
    subject = digits(text + 2);
    if (subject == 0 || text[2 + subject] != '.') return 0;
    detail = digits(text + 3 + subject);
    end = text + 3 + subject + detail;
    return detail > 0 && (*end == ' ' || *end == '\n' || *end == '\0') ? (size_t)(end - text) : 0;
}

/* RFC 5321 4.2: the first digit is 2 to 5; the second and third are read by nobody but people. */
int smtp_reply_code(const char *text)
{
    if (text[0] < '2' || text[0] > '5') return 0;
    if (!isdigit((unsigned char)text[1]) || !isdigit((unsigned char)text[2])) return 0;
    return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

static bool is_reply_text(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == 127 || (c < 32 && c != '\n' && c != '\t')) return false;
    }
    return true;
}

bool smtp_reply_parse(const char *text, struct smtp_reply *reply)
{
    int code = smtp_reply_code(text);

    if (code == 0 || (text[3] != ' ' && text[3] != '\0')) return false;
    text += text[3] == ' ' ? 4 : 3;
    if (!is_reply_text(text) || strlen(text) >= sizeof reply->text) return false;
    reply->code = code;
    memcpy(reply->text, text, strlen(text) + 1);
    return true;
}
