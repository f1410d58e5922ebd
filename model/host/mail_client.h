/* A user's mail program: submits from its outbox, fetches by POP3. */
#ifndef POSTROAD_MODEL_HOST_MAIL_CLIENT_H
#define POSTROAD_MODEL_HOST_MAIL_CLIENT_H

#include "model/host/world_internal.h"

struct mail_client *mail_client_new(struct host *host);
void mail_client_free(struct mail_client *client);
/* The user writes a mail, which goes into the outbox; what the draft leaves open (host, times) is filled in. */
void mail_client_write(struct mail_client *client, struct mail_draft draft);
/* The outbox survives. */
void mail_client_crash(struct mail_client *client);
void mail_client_restart(struct mail_client *client);

#endif
