/* See mail_text.h. */
#include "model/mail/mail_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

void mail_text_add(struct mail_text *text, const char *bytes, size_t size)
{
    if (text->size + size + 1 > text->room) {
        text->room = 2 * (text->size + size + 1);
        text->bytes = mem_realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void mail_text_line(struct mail_text *text, const char *format, ...)
{
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    mail_text_add(text, line, strlen(line));
    mail_text_add(text, "\r\n", 2);
}
