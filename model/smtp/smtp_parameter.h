/* Parameters behind the path of MAIL and RCPT: " keyword" or " keyword=value" (RFC 5321 4.1.2), and the encodings of
   their values. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_PARAMETER_H
#define POSTROAD_MODEL_SMTP_SMTP_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

enum { SMTP_KEYWORD_BYTES = 64, SMTP_VALUE_BYTES = 640 };

struct smtp_parameter {
    char keyword[SMTP_KEYWORD_BYTES];
    char value[SMTP_VALUE_BYTES]; /* "" if there is none */
};

enum smtp_parameter_found { SMTP_PARAMETER_NONE, SMTP_PARAMETER_READ, SMTP_PARAMETER_BAD };

/* Reads one at *cursor and moves *cursor behind it. NONE at the end of the line; BAD if it breaks the syntax. What is
   too long for the struct is cut. */
enum smtp_parameter_found smtp_parameter_read(const char **cursor, struct smtp_parameter *parameter);

/* xtext (RFC 3461 4): printable, without "+" and "=" but for "+XX" in upper-case hex digits. */
bool smtp_xtext_is_valid(const char *text);
/* The text it stands for; size is the room, with the zero byte. Cut if it does not fit; NULs become spaces. */
void smtp_xtext_decode(const char *xtext, char *out, size_t size);
/* The other way. */
void smtp_xtext_encode(const char *text, char *out, size_t size);

/* Well-formed UTF-8 (RFC 3629). */
bool smtp_text_is_utf8(const char *text);

#endif
