/* See address_utf8.h. */
#include "model/mail/address_utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool address_is_ascii(const char *address)
{
    for (; *address; address++)
        if ((unsigned char)*address >= 0x80) return false;
    return true;
}

/* --- RFC 6533 3 --- */

/* One letter of well-formed UTF-8: its number; *text is moved behind it. */
static uint32_t next_letter(const char **text)
{
    unsigned char first = (unsigned char)*(*text)++;
    uint32_t letter = first;
    if (first >= 0xF0)
        letter = first & 0x07;
    else if (first >= 0xE0)
        letter = first & 0x0F;
    else if (first >= 0xC0)
        letter = first & 0x1F;
    while (((unsigned char)**text & 0xC0) == 0x80)
        letter = letter << 6 | ((unsigned char)*(*text)++ & 0x3F);
    return letter;
}

void address_to_escapes(const char *address, char *out, size_t size)
{
    size_t n = 0;
    while (*address) {
        char words[16];
        uint32_t letter = next_letter(&address);
        bool plain = letter > ' ' && letter < 0x7F && letter != '\\' && letter != '+' && letter != '=';
        size_t length = (size_t)snprintf(words, sizeof words, plain ? "%c" : "\\x{%X}", (unsigned)letter);
        if (n + length + 1 > size) break;
        memcpy(out + n, words, length);
        n += length;
    }
    out[n] = '\0';
}

/* "{FC}" to its number; 0: it is none that a letter has. */
static uint32_t read_escape(const char *braced, size_t *length)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = braced[0] == '{' ? 1 : 0;
    uint32_t letter = 0;
    for (; n > 0 && n <= 6 && braced[n] && strchr(digits, braced[n]); n++)
        letter = letter << 4 | (uint32_t)(strchr(digits, braced[n]) - digits);
    *length = n + 1;
    bool is_letter = n > 1 && braced[n] == '}' && letter <= 0x10FFFF && (letter < 0xD800 || letter > 0xDFFF);
    return is_letter ? letter : 0;
}

static size_t write_letter(uint32_t letter, char utf8[4])
{
    if (letter < 0x80) return utf8[0] = (char)letter, 1;
    size_t n = letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, letter >>= 6)
        utf8[i] = (char)(0x80 | (letter & 0x3F));
    utf8[0] = (char)(0xF00 >> n | letter);
    return n;
}

void address_from_escapes(const char *escaped, char *out, size_t size)
{
    size_t n = 0;
    while (*escaped) {
        char letters[4] = {*escaped};
        size_t length, used = 1, taken = 1;
        uint32_t letter = escaped[0] == '\\' && escaped[1] == 'x' ? read_escape(escaped + 2, &length) : 0;
        if (letter > ' ' && letter != 0x7F) {
            used = write_letter(letter, letters);
            taken = 2 + length;
        }
        if (n + used + 1 > size) break;
        memcpy(out + n, letters, used);
        n += used;
        escaped += taken;
    }
    out[n] = '\0';
}

/* --- what needs SMTPUTF8 --- */

static bool header_is_ascii(const char *content, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)content[i] >= 0x80) return false;
        if (content[i] == '\n' && i + 1 < size && (content[i + 1] == '\r' || content[i + 1] == '\n')) break;
    }
    return true;
}

bool mail_needs_smtputf8(const char *from, const char *content, size_t size)
{
    return !address_is_ascii(from) || !header_is_ascii(content, size);
}
