/* Parameters behind the path of MAIL and RCPT: " keyword" or " keyword=value" (RFC 5321 4.1.2). */
#ifndef POSTROAD_MODEL_SMTP_SMTP_PARAMETER_H
#define POSTROAD_MODEL_SMTP_SMTP_PARAMETER_H

enum { SMTP_KEYWORD_BYTES = 64, SMTP_VALUE_BYTES = 512 };

struct smtp_parameter {
    char keyword[SMTP_KEYWORD_BYTES];
    char value[SMTP_VALUE_BYTES]; /* "" if there is none */
};

enum smtp_parameter_found { SMTP_PARAMETER_NONE, SMTP_PARAMETER_READ, SMTP_PARAMETER_BAD };

/* Reads one at *cursor and moves *cursor behind it. NONE at the end of the line; BAD if it breaks the syntax. What is
   too long for the struct is cut. */
enum smtp_parameter_found smtp_parameter_read(const char **cursor, struct smtp_parameter *parameter);

#endif
