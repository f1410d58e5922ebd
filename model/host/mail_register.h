/* The register of mails: who they are, by number, for as long as somebody may ask. A mail that no host has to do
   anything about any more is forgotten a little later, so that memory does not grow with what is done; numbers are
   never given again. Mails of the scenario itself are kept, since expectations ask for them at the end. */
#ifndef POSTROAD_MODEL_HOST_MAIL_REGISTER_H
#define POSTROAD_MODEL_HOST_MAIL_REGISTER_H

#include "model/host/ledger.h"
#include "model/host/world_internal.h"

struct mail_register;

/* The first numbers are kept for the mails of the scenario. */
struct mail_register *mail_register_new(struct world *world);
void mail_register_free(struct mail_register *mails);

/* The one place where it is counted how many (recipient, host) pairs of a mail are open; with 0 it may be forgotten. */
void mail_register_count(struct mail_register *mails, struct message_id id, int change);
/* What became of a pair, made when there is none yet; NULL when the mail has no such recipient, or is forgotten. */
struct mail_fate *mail_register_fate(struct mail_register *mails, struct message_id id, const char *recipient);
/* The same, but NULL when there is none yet. */
const struct mail_fate *mail_register_known_fate(const struct mail_register *mails, struct message_id id,
                                                 const char *recipient);

#endif
