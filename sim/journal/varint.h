/* Numbers in as few bytes as they need, seven bits a byte, lowest first (LEB128), for the journal's file format. */
#ifndef POSTROAD_SIM_JOURNAL_VARINT_H
#define POSTROAD_SIM_JOURNAL_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes being written; grows as needed. {0} is empty. */
struct byte_buffer {
    unsigned char *bytes;
    size_t size, room;
};
void buffer_free(struct byte_buffer *buffer);
void buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size);
void buffer_put_varint(struct byte_buffer *buffer, uint64_t value);
void buffer_put_signed(struct byte_buffer *buffer, int64_t value);  /* zigzag: small either way is short */
void buffer_put_text(struct byte_buffer *buffer, const char *text); /* length, then bytes */

/* Bytes being read. Whatever is read past the end is 0 and makes it bad. */
struct byte_cursor {
    const unsigned char *at, *end;
    bool bad;
};
uint64_t cursor_varint(struct byte_cursor *cursor);
int64_t cursor_signed(struct byte_cursor *cursor);
/* The next size bytes, or NULL when there are not so many. */
const unsigned char *cursor_bytes(struct byte_cursor *cursor, uint64_t size);

/* Little endian, a fixed number of bytes. */
void store_u32(unsigned char *at, uint32_t value);
void store_u64(unsigned char *at, uint64_t value);
uint32_t load_u32(const unsigned char *at);
uint64_t load_u64(const unsigned char *at);
/* CRC-32 as in IEEE 802.3 and zlib. */
uint32_t crc32_of(const unsigned char *bytes, size_t size);

#endif
