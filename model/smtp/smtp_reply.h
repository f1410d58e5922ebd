/* SMTP replies (RFC 5321 4.2). */
#ifndef POSTROAD_MODEL_SMTP_SMTP_REPLY_H
#define POSTROAD_MODEL_SMTP_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum { SMTP_REPLY_TEXT_BYTES = 512 };

struct smtp_reply {
    int code;                         /* 250 */
    char text[SMTP_REPLY_TEXT_BYTES]; /* without the code; '\n' parts the lines of a reply of several lines */
};

struct smtp_reply smtp_reply_make(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct smtp_reply smtp_reply_say(int code, const char *text); /* the same without a format: cheap */
/* Code 0: "not yet". The asker waits until it is told the answer. */
struct smtp_reply smtp_reply_later(void);
/* How long the enhanced status code (RFC 3463 2) is that text begins with: "5.1.1" is 5; 0 if it begins with none. */
size_t smtp_enhanced_length(const char *text);
/* Parses "451 4.7.1 Try again later"; false unless it begins with a code of three digits, 2 to 5 first, alone or
   followed by a space, and the rest is printable and fits. */
bool smtp_reply_parse(const char *text, struct smtp_reply *reply);
/* The code that text begins with, 0 if it begins with none. */
int smtp_reply_code(const char *text);

#endif
