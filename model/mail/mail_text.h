/* A text that grows while a mail is composed: lines ended by CRLF, a zero byte behind the last. */
#ifndef POSTROAD_MODEL_MAIL_MAIL_TEXT_H
#define POSTROAD_MODEL_MAIL_MAIL_TEXT_H

#include <stddef.h>

/* All zero at first; the bytes are the owner's to free, by mem_free. */
struct mail_text {
    char *bytes;
    size_t size, room;
};

void mail_text_add(struct mail_text *text, const char *bytes, size_t size);
/* One line, CRLF added; cut at 1000 bytes. */
void mail_text_line(struct mail_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
