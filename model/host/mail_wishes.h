/* What the writer of a mail wants to hear of it (RFC 3461), told to the journal. */
#ifndef POSTROAD_MODEL_HOST_MAIL_WISHES_H
#define POSTROAD_MODEL_HOST_MAIL_WISHES_H

#include "model/host/world_internal.h"

/* Of a mail that was just written on this host. Emits nothing where nothing is asked, as of generated mails. */
void mail_wishes_emit(struct host *host, struct message_id message);

#endif
