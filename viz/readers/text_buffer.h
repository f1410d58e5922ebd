/* Text that grows, for the writers here. */
#ifndef POSTROAD_VIZ_READERS_TEXT_BUFFER_H
#define POSTROAD_VIZ_READERS_TEXT_BUFFER_H

#include <stddef.h>

/* Start with {0}; free when done. bytes is followed by a zero byte once anything was added. */
struct text_buffer {
    char *bytes;
    size_t length, room;
};

void text_add(struct text_buffer *text, const void *bytes, size_t size);
void text_adds(struct text_buffer *text, const char *string);
void text_addf(struct text_buffer *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text_buffer *text); /* keeps the room */
void text_free(struct text_buffer *text);

/* Adds a character of bytes that are to be UTF-8; U+FFFD for what is not. Returns how many bytes it took, at least 1;
   size must not be 0. */
size_t text_add_utf8(struct text_buffer *text, const char *bytes, size_t size);
/* As a JSON string (RFC 8259 7), quotes included. */
void text_add_json(struct text_buffer *text, const char *bytes, size_t size);
/* Two hexadecimal digits a byte. */
void text_add_hex(struct text_buffer *text, const char *bytes, size_t size);

#endif
