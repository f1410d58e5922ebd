/* One try to hand one message to the hosts of one domain: MX look-up, addresses, connections, SMTP (RFC 5321 5.1). */
#ifndef POSTROAD_MODEL_HOST_DELIVERY_H
#define POSTROAD_MODEL_HOST_DELIVERY_H

#include "model/host/mail_queue.h"

struct delivery;

/* Takes on the open recipients of the entry in this domain; each gets a fate, then mail_queue_delivery_done. */
void delivery_start(struct queue_entry *entry, const char *domain);
/* The host stops: forgets everything, says nothing. */
void delivery_drop_all(struct queue_entry *entry);

#endif
