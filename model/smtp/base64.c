/* Base64 (RFC 4648 4). Decoding refuses what no encoder makes: wrong length, bits left over, "=" elsewhere. */
#include "model/smtp/base64.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const char *bytes, size_t size, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i += 3) {
        unsigned long group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < size ? (unsigned char)bytes[i + k] : 0);
        out[n++] = letters[group >> 18 & 63];
        out[n++] = letters[group >> 12 & 63];
        out[n++] = i + 1 < size ? letters[group >> 6 & 63] : '=';
        out[n++] = i + 2 < size ? letters[group & 63] : '=';
    }
    out[n] = '\0';
    return n;
}

/* 0 to 63, or -1. */
static int value_of(char c)
{
    const char *letter = c ? strchr(letters, c) : NULL;

    return letter ? (int)(letter - letters) : -1;
}

/* Decodes four letters to one to three bytes; 0 if they are none. is_last: "=" may stand at the end. */
static size_t decode_group(const char *text, bool is_last, char *out)
{
    size_t n = !is_last || text[3] != '=' ? 3 : text[2] != '=' ? 2 : 1;
    unsigned long group = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i <= n ? value_of(text[i]) : 0;
        if (value < 0) return 0;
        group = group << 6 | (unsigned long)value;
    }
    if (n < 3 && group & (n == 2 ? 0xfful : 0xfffful)) return 0;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(group >> (16 - 8 * i) & 0xff);
    return n;
}

bool base64_decode(const char *text, char *out, size_t *size)
{
    size_t length = strlen(text);

    *size = 0;
    if (length % 4 != 0) return false;
    for (size_t i = 0; i < length; i += 4) {
        size_t n = decode_group(text + i, i + 4 == length, out + *size);
        if (n == 0) return false;
        *size += n;
    }
    out[*size] = '\0';
    return true;
}
