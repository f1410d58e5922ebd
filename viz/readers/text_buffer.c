/* Text that grows. UTF-8 after RFC 3629 3 and 4: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "viz/readers/text_buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

/* Makes room for size more bytes and the zero behind them. */
static void reserve(struct text_buffer *text, size_t size)
{
    size_t wanted = text->length + size + 1;
    if (wanted <= text->room) return;
    size_t room = text->room ? text->room : 256;
    while (room < wanted)
        room *= 2;
    text->bytes = mem_realloc(text->bytes, room);
    text->room = room;
}

void text_add(struct text_buffer *text, const void *bytes, size_t size)
{
    reserve(text, size);
    if (size > 0) memcpy(text->bytes + text->length, bytes, size);
    text->length += size;
    text->bytes[text->length] = '\0';
}

void text_adds(struct text_buffer *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_addf(struct text_buffer *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    reserve(text, 64);
    int size = vsnprintf(text->bytes + text->length, text->room - text->length, format, args);
    va_end(args);
    assert(size >= 0);
    if (text->length + (size_t)size >= text->room) {
        reserve(text, (size_t)size);
        vsnprintf(text->bytes + text->length, text->room - text->length, format, again);
    }
    va_end(again);
    text->length += (size_t)size;
}

void text_clear(struct text_buffer *text)
{
    text->length = 0;
    if (text->bytes) text->bytes[0] = '\0';
}

void text_free(struct text_buffer *text)
{
    mem_free(text->bytes);
    *text = (struct text_buffer){0};
}

/* Bytes of the character that begins here; 0 when it is none. */
static size_t character_size(const uint8_t *b, size_t size)
{
    if (b[0] < 0x80) return 1;
    size_t n = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || n > size) return 0;
    for (size_t i = 1; i < n; i++)
        if ((b[i] & 0xc0) != 0x80) return 0;
    if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90)) return 0; /* overlong */
    if ((b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf4 && b[1] > 0x8f)) return 0; /* surrogates, beyond U+10FFFF */
    return n;
}

size_t text_add_utf8(struct text_buffer *text, const char *bytes, size_t size)
{
    size_t n = character_size((const uint8_t *)bytes, size);
    if (n == 0) {
        text_adds(text, "\xef\xbf\xbd");
        return 1;
    }
    text_add(text, bytes, n);
    return n;
}

void text_add_json(struct text_buffer *text, const char *bytes, size_t size)
{
    text_adds(text, "\"");
    for (size_t i = 0; i < size;) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\') {
            text_addf(text, "\\%c", c);
            i++;
        } else if (c < 0x20) {
            text_addf(text, "\\u%04x", c);
            i++;
        } else {
            i += text_add_utf8(text, bytes + i, size - i);
        }
    }
    text_adds(text, "\"");
}

void text_add_hex(struct text_buffer *text, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    reserve(text, 2 * size);
    for (size_t i = 0; i < size; i++) {
        text->bytes[text->length++] = digits[(uint8_t)bytes[i] >> 4];
        text->bytes[text->length++] = digits[(uint8_t)bytes[i] & 15];
    }
    text->bytes[text->length] = '\0';
}
