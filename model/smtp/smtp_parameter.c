/* Reads ESMTP parameters: esmtp-keyword and esmtp-value of RFC 5321 4.1.2. What they mean is the server's matter. */
#include "model/smtp/smtp_parameter.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

static bool is_keyword_character(char c)
{
    return isalnum((unsigned char)c) || c == '-';
}

/* %d33-60 / %d62-126: printable, no "=" */
static bool is_value_character(char c)
{
    return c > 32 && c < 127 && c != '=';
}

static const char *copy_while(bool (*belongs)(char), const char *from, char *to, size_t room)
{
    size_t n = 0;

    for (; belongs(*from); from++)
        if (n < room - 1) to[n++] = *from;
    to[n] = '\0';
    return from;
}

enum smtp_parameter_found smtp_parameter_read(const char **cursor, struct smtp_parameter *parameter)
{
    const char *c = *cursor;

    if (*c == '\0') return SMTP_PARAMETER_NONE;
    if (*c++ != ' ') return SMTP_PARAMETER_BAD;
    while (*c == ' ')
        c++;
    if (!isalnum((unsigned char)*c)) return SMTP_PARAMETER_BAD;
    c = copy_while(is_keyword_character, c, parameter->keyword, sizeof parameter->keyword);
    parameter->value[0] = '\0';
    if (*c == '=') {
        c = copy_while(is_value_character, c + 1, parameter->value, sizeof parameter->value);
        if (parameter->value[0] == '\0') return SMTP_PARAMETER_BAD;
    }
    if (*c != ' ' && *c != '\0') return SMTP_PARAMETER_BAD;
    *cursor = c;
    return SMTP_PARAMETER_READ;
}
