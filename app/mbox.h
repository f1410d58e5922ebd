/* Delivered mails as mailboxes: one file a recipient, in the format mboxrd (RFC 4155 names the family). */
#ifndef POSTROAD_APP_MBOX_H
#define POSTROAD_APP_MBOX_H

#include <stdbool.h>

#include "sim/journal/journal_memory.h"

/* Both false after a message on stderr. */
bool mbox_make_folder(const char *folder); /* unless it is there */
/* Writes folder/RECIPIENT.mbox for each recipient to whom something was delivered. */
bool mbox_write(const struct journal_memory *journal, const char *folder);

#endif
