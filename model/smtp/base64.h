/* Base64 (RFC 4648 4), for AUTH: strict, without line breaks. */
#ifndef POSTROAD_MODEL_SMTP_BASE64_H
#define POSTROAD_MODEL_SMTP_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* out has room for (size + 2) / 3 * 4 + 1 bytes; ended by a zero byte. Returns the length. */
size_t base64_encode(const char *bytes, size_t size, char *out);
/* out has room for strlen(text) / 4 * 3 + 1 bytes; ended by a zero byte. False: text is no base64. */
bool base64_decode(const char *text, char *out, size_t *size);

#endif
