/* What names may look like. Each question answers NULL when the name is good, else why not as a clause that follows the
   name, and, where one can be told, a better name in `better`. */
#ifndef POSTROAD_MODEL_SCENARIO_NAMES_H
#define POSTROAD_MODEL_SCENARIO_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

enum { NAME_BYTES = 256 };

/* Of a host or a domain: letters, digits and hyphens between dots (RFC 1123 2.1), lower case. */
const char *name_host_problem(const char *name, char better[NAME_BYTES]);
/* Of a link or a mail: letters, digits, "-", "_" and ".". */
const char *name_plain_problem(const char *name, char better[NAME_BYTES]);
/* A mailbox: dot-atom "@" domain (RFC 5321 4.1.2), where the atoms may hold UTF-8 (RFC 6531 3.3); the domain is ASCII.
   Quoted local parts and address literals are left out. */
const char *name_mailbox_problem(const char *name, char better[NAME_BYTES]);
/* The same, or with an address literal for a domain (RFC 5321 4.1.3): "bob@[192.0.2.1]". */
const char *name_recipient_problem(const char *name, char better[NAME_BYTES]);
/* The part of a mailbox before the @ alone: at most 64 bytes. */
const char *name_local_part_problem(const char *name, char better[NAME_BYTES]);
/* An IPv6 address that one host can have (RFC 4291 2.2); no IPv4 address in another form. */
const char *name_address6_problem(const char *text, struct ip_address *address);
/* An IPv4 address in dotted decimal that one host can have. */
const char *name_address_problem(const char *text, uint32_t *address);

#endif
