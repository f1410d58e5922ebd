/* Putting a text together piece by piece, for the few places where a mail's cost shows that snprintf reads its format
   anew each time. What does not fit is cut off, as there; the text always ends in a zero byte. */
#ifndef POSTROAD_SIM_JOURNAL_PUT_H
#define POSTROAD_SIM_JOURNAL_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct put {
    char *at, *last; /* the zero byte so far; where it may stand at most */
};

static inline struct put put_into(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct put){buffer, buffer + size - 1};
}

static inline void put_bytes(struct put *p, const char *bytes, size_t size)
{
    size_t room = (size_t)(p->last - p->at);
    size = size < room ? size : room;
    memcpy(p->at, bytes, size);
    p->at += size;
    *p->at = '\0';
}

static inline void put_text(struct put *p, const char *text)
{
    put_bytes(p, text, strlen(text));
}

/* At most so many bytes of it. */
static inline void put_text_cut(struct put *p, const char *text, size_t most)
{
    put_bytes(p, text, strnlen(text, most));
}

/* In decimal, with zeros before it up to so many digits. */
static inline void put_number(struct put *p, uint64_t number, int digits)
{
    char text[20];
    size_t at = sizeof text;
    for (; number > 0 || digits > 0 || at == sizeof text; number /= 10, digits--)
        text[--at] = (char)('0' + number % 10);
    put_bytes(p, text + at, sizeof text - at);
}

#endif
