/* See varint.h. */
#include "sim/journal/varint.h"

#include <string.h>

#include "sim/journal/memory.h"

void buffer_free(struct byte_buffer *buffer)
{
    mem_free(buffer->bytes);
    *buffer = (struct byte_buffer){0};
}

static unsigned char *extend(struct byte_buffer *buffer, size_t size)
{
    if (buffer->room - buffer->size < size) {
        buffer->room = (buffer->size + size) * 2;
        buffer->bytes = mem_realloc(buffer->bytes, buffer->room);
    }
    unsigned char *at = buffer->bytes + buffer->size;
    buffer->size += size;
    return at;
}

void buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size)
{
    if (size) memcpy(extend(buffer, size), bytes, size);
}

void buffer_put_varint(struct byte_buffer *buffer, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (unsigned char)(value | 0x80);
    bytes[n++] = (unsigned char)value;
    buffer_put(buffer, bytes, n);
}

void buffer_put_signed(struct byte_buffer *buffer, int64_t value)
{
    buffer_put_varint(buffer, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void buffer_put_text(struct byte_buffer *buffer, const char *text)
{
    size_t size = strlen(text);
    buffer_put_varint(buffer, size);
    buffer_put(buffer, text, size);
}

uint64_t cursor_varint(struct byte_cursor *cursor)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
        unsigned char byte = *cursor->at++;
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    cursor->bad = true;
    return 0;
}

int64_t cursor_signed(struct byte_cursor *cursor)
{
    uint64_t value = cursor_varint(cursor);
    uint64_t bits = value >> 1 ^ (value & 1 ? UINT64_MAX : 0);
    int64_t result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

const unsigned char *cursor_bytes(struct byte_cursor *cursor, uint64_t size)
{
    if (cursor->bad || size > (uint64_t)(cursor->end - cursor->at)) {
        cursor->bad = true;
        return NULL;
    }
    const unsigned char *at = cursor->at;
    cursor->at += size;
    return at;
}

void store_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

void store_u64(unsigned char *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

uint32_t load_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t load_u64(const unsigned char *at)
{
    return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

uint32_t crc32_of(const unsigned char *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}
