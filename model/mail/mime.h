/* Mails of several parts (RFC 2045 to 2049): text, the same as HTML, attachments. By GMime, at the edge: to queues and
   wires the result is bytes. The same draft gives the same bytes. */
#ifndef POSTROAD_MODEL_MAIL_MIME_H
#define POSTROAD_MODEL_MAIL_MIME_H

#include "model/mail/message.h"

/* Whether the plain composer cannot do it. */
bool mime_is_needed(const struct mail_draft *draft);
/* The content, by mem_alloc, lines ended by CRLF. body: the text, in the same lines. */
char *mime_compose(const struct mail_draft *draft, const char *body, size_t body_size, size_t *size);

#endif
