/* Reads ESMTP parameters: esmtp-keyword and esmtp-value of RFC 5321 4.1.2. What they mean is the server's matter. */
#include "model/smtp/smtp_parameter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

/* --- xtext ----------------------------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *digit = c ? strchr(digits, c) : NULL;

    return digit ? (int)(digit - digits) : -1;
}

bool smtp_xtext_is_valid(const char *text)
{
    for (; *text; text++) {
        if (*text < 33 || *text > 126 || *text == '=') return false;
        if (*text != '+') continue;
        if (hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0) return false;
        text += 2;
    }
    return true;
}

void smtp_xtext_decode(const char *xtext, char *out, size_t size)
{
    size_t n = 0;

    for (; *xtext && n + 1 < size; xtext++) {
        char c = *xtext;
        if (c == '+' && hex_digit(xtext[1]) >= 0 && hex_digit(xtext[2]) >= 0) {
            c = (char)(hex_digit(xtext[1]) * 16 + hex_digit(xtext[2]));
            xtext += 2;
        }
        out[n++] = c ? c : ' ';
    }
    out[n] = '\0';
}

void smtp_xtext_encode(const char *text, char *out, size_t size)
{
    size_t n = 0;

    for (; *text && n + 4 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 33 || c > 126 || c == '+' || c == '=')
            n += (size_t)snprintf(out + n, size - n, "+%02X", c);
        else
            out[n++] = (char)c;
    }
    out[n] = '\0';
}

/* --- UTF-8 ----------------------------------------------------------------------------------------------------------
 */

/* RFC 3629 3: how many bytes follow this one, and the least number that so many may stand for; -1: no first byte. */
static int continuation(unsigned char c, unsigned long *value, unsigned long *least)
{
    if (c < 0x80) return 0;
    if (c >= 0xc2 && c <= 0xdf) return *value = c & 0x1f, *least = 0x80, 1;
    if (c >= 0xe0 && c <= 0xef) return *value = c & 0x0f, *least = 0x800, 2;
    if (c >= 0xf0 && c <= 0xf4) return *value = c & 0x07, *least = 0x10000, 3;
    return -1;
}

bool smtp_text_is_utf8(const char *text)
{
    while (*text) {
        unsigned long value = 0, least = 0;
        int n = continuation((unsigned char)*text++, &value, &least);
        if (n < 0) return false;
        for (int i = 0; i < n; i++, text++) {
            if (((unsigned char)*text & 0xc0) != 0x80) return false;
            value = value << 6 | ((unsigned long)(unsigned char)*text & 0x3f);
        }
        if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return false;
    }
    return true;
}
