/* See text_buffer.h. */
#include "model/scenario/text_buffer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

static char *make_room(struct text_buffer *buffer, size_t more)
{
    if (buffer->size + more + 1 > buffer->room) {
        buffer->room = 2 * (buffer->size + more + 1);
        buffer->text = mem_realloc(buffer->text, buffer->room);
    }
    return buffer->text + buffer->size;
}

void text_add_string(struct text_buffer *buffer, const char *text)
{
    size_t length = strlen(text);
    memcpy(make_room(buffer, length), text, length + 1);
    buffer->size += length;
}

void text_add_char(struct text_buffer *buffer, char c)
{
    char *end = make_room(buffer, 1);
    end[0] = c;
    end[1] = '\0';
    buffer->size++;
}

void text_add_format_list(struct text_buffer *buffer, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    assert(length >= 0);
    vsnprintf(make_room(buffer, (size_t)length), (size_t)length + 1, format, again);
    va_end(again);
    buffer->size += (size_t)length;
}

void text_add_format(struct text_buffer *buffer, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_format_list(buffer, format, list);
    va_end(list);
}
