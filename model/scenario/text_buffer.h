/* Text that grows while it is written. */
#ifndef POSTROAD_MODEL_SCENARIO_TEXT_BUFFER_H
#define POSTROAD_MODEL_SCENARIO_TEXT_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct text_buffer {
    char *text; /* ends with a zero byte; NULL until something was added; free with mem_free */
    size_t size, room;
};

void text_add_string(struct text_buffer *buffer, const char *text);
void text_add_char(struct text_buffer *buffer, char c);
void text_add_format(struct text_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_format_list(struct text_buffer *buffer, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

#endif
