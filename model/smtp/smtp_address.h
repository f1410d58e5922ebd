/* The grammar of paths, mailboxes and domains (RFC 5321 4.1.2, 4.1.3), with the limits of 4.5.3.1. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_ADDRESS_H
#define POSTROAD_MODEL_SMTP_SMTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 5321 4.5.3.1.1 to 3: a path counts its angle brackets. */
enum { SMTP_LOCAL_PART_BYTES = 64, SMTP_DOMAIN_BYTES = 255, SMTP_PATH_BYTES = 256 };

enum smtp_path_kind { SMTP_REVERSE_PATH, SMTP_FORWARD_PATH };

/* Reads "<...>" at *cursor. If it is right: moves *cursor behind ">", copies the mailbox without brackets and without
   source route (RFC 5321 appendix C) to mailbox, which has room for SMTP_PATH_BYTES, and returns NULL. Otherwise
   returns what is wrong, as a phrase. "<>" is a reverse-path only, "<postmaster>" a forward-path only. UTF-8 is let
   pass (RFC 6531 3.3). */
const char *smtp_path_read(enum smtp_path_kind kind, const char **cursor, char *mailbox);

/* local-part@domain or local-part@[address]. */
bool smtp_mailbox_is_valid(const char *mailbox);

/* Domain: labels of letters, digits and inner hyphens. */
bool smtp_domain_is_valid(const char *domain);

/* What EHLO may name: a domain or an address literal ("[192.0.2.1]", "[IPv6:2001:db8::1]"). */
bool smtp_helo_name_is_valid(const char *name);

#endif
