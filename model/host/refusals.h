/* What a mail server refuses and whom it lets wait, beside what its policy (mail_policy.c) says: greylisting, tarpit,
   limits of rate, full mailboxes, contents and senders; and what faults make it say or do instead (reply_faults.c). All
   of it stands in front of the policy; a server without any of it pays nothing. Rules hold on port 25, and not for a
   server's own clients. */
#ifndef POSTROAD_MODEL_HOST_REFUSALS_H
#define POSTROAD_MODEL_HOST_REFUSALS_H

#include "model/host/mail_session.h"

/* What a server remembers of clients; NULL when it has no rules. */
struct refusals;
struct refusals *refusals_new(struct mail_server *server);
void refusals_free(struct refusals *refusals);

/* The policy with rules and faults in front, and the way out through which they speak. */
struct smtp_server_policy refusals_policy(struct mail_session *session, struct smtp_server_policy inner);
struct session_io refusals_io(struct mail_session *session, struct session_io inner);
void refusals_session_free(struct mail_session *session);

/* Before what has arrived is given to the session: how much of it is to be. Of a session with rules. */
size_t refusals_on_received(struct mail_session *session, size_t size);
/* After the session has done something, and when the client has taken more of what was written: does what a fault
   wants. False: the session is gone. */
bool refusals_act(struct mail_session *session);

/* The refusal "452 4.2.2 ..." when a mail of this size has no room in a mailbox any more, else NULL. */
const char *refusals_full_mailbox(const struct mail_server *server, const struct mailbox *box, size_t size);

#endif
