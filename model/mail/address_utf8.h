/* Addresses beyond ASCII (RFC 6531), and how a report names them where only ASCII may stand (RFC 6533 3). */
#ifndef POSTROAD_MODEL_MAIL_ADDRESS_UTF8_H
#define POSTROAD_MODEL_MAIL_ADDRESS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool address_is_ascii(const char *address);

/* utf-8-addr-xtext (RFC 6533 3): "j\x{FC}rgen@b.example", with "\", "+" and "=" escaped too, so that it may stand in
   ORCPT. Whole letters only: what does not fit in size bytes, zero byte included, is left out. The text is UTF-8. */
void address_to_escapes(const char *address, char *out, size_t size);
/* The other way; what is no escape stays. */
void address_from_escapes(const char *escaped, char *out, size_t size);

/* Whether a mail can only go where SMTPUTF8 is offered, whoever its recipients are: its sender or its header is beyond
   ASCII (RFC 6531 3.4; as Postfix's smtp_proto.c, SMTPUTF8_FLAG_DERIVED). What its sender said is not asked. */
bool mail_needs_smtputf8(const char *from, const char *content, size_t size);

#endif
