/* Who holds which mail: the one door through which a (message, recipient) changes its state at a host (law 7), and the
   account from which expectations and the end of the world are read. */
#ifndef POSTROAD_MODEL_HOST_LEDGER_H
#define POSTROAD_MODEL_HOST_LEDGER_H

#include "model/host/world_internal.h"

enum mail_state {
    MAIL_NOWHERE,
    MAIL_OUTBOX,    /* a client has yet to submit it */
    MAIL_QUEUED,    /* accepted by a server */
    MAIL_ACTIVE,    /* in hand-over */
    MAIL_DEFERRED,  /* waits for its next attempt */
    MAIL_HANDED_ON, /* the next host has it */
    MAIL_DELIVERED, /* in the recipient's mailbox */
    MAIL_PICKED_UP, /* at the recipient's client */
    MAIL_BOUNCED,   /* given back to its sender */
    MAIL_DISCARDED, /* given up by a stated rule */
    MAIL_EXPANDED   /* an alias or a list: its members have it instead */
};
const char *mail_state_text(enum mail_state state);

struct mail_ledger;
struct mail_ledger *ledger_new(struct world *world);
void ledger_free(struct mail_ledger *ledger);

/* One change at one host. from MAIL_NOWHERE: the host did not hold the pair before. */
struct mail_change {
    struct message_id message;
    const char *recipient;
    struct host *host;
    const char *queue_id; /* "" outside queues */
    enum mail_state from, to;
    int64_t at_ns;        /* next attempt when deferred, else 0 */
    const char *why;
};
/* Emits mail.state and moves the cause there. */
void mail_enter_state(struct mail_ledger *ledger, struct mail_change change);
struct attempt_id ledger_begin_attempt(struct mail_ledger *ledger, struct message_id message, const char *recipient,
                                       struct host *host, unsigned nth);
struct attempt_ending {
    struct attempt_id attempt;
    struct message_id message;
    const char *recipient;
    struct host *host;
    struct host_id peer;
    const char *outcome; /* "delivered" "later" "never" */
    const char *why;
};
void ledger_end_attempt(struct mail_ledger *ledger, const struct attempt_ending *ending);
/* The pair will be tried again although the peer may have it: if it does, a second copy is on its way (RFC 1047, law
   M5). Emits mail.doubt. */
void ledger_doubt(struct mail_ledger *ledger, struct message_id message, const char *recipient, struct host *host,
                  struct host_id peer, const char *why);
/* An alias or a list becomes its members (RFC 5321 3.9); from: their reverse-path. Emits mail.expand. */
void ledger_expand(struct mail_ledger *ledger, struct message_id message, const char *recipient, struct host *host,
                   const char *const *members, size_t n, const char *from);

/* Tells what the bytes of a mail are at this point, if anybody asks: mail.content. where: "written", "accepted",
   "delivered", "picked up". */
struct mail_bytes {
    struct message_id message;
    struct host_id host;
    const char *recipient, *queue_id; /* "" where they do not matter */
    const char *where;
    const char *content;
    size_t size;
};
void ledger_tell_content(struct mail_ledger *ledger, const struct mail_bytes *bytes);

/* Pairs that some host still has to do something about. */
size_t ledger_open_pairs(const struct mail_ledger *ledger);
/* Mails in a mailbox whose owner's client fetches keep the world going: until they are deleted there, or, when he leaves
   what he fetches, until he has them. */
void ledger_set_fetched(struct mail_ledger *ledger, struct host *server, const char *address, bool leaves);

/* What became of one pair so far. */
struct mail_fate {
    unsigned attempts; /* to hand on to another server, that have ended */
    unsigned copies;
    unsigned awaited; /* copies not yet fetched by somebody who leaves what he fetches */
    unsigned doubts;  /* times it was tried again although another host may have had it */
    int64_t delivered_ns, picked_up_ns, bounced_ns, discarded_ns; /* TIME_NEVER: not; of a list: once all members have it */
};
struct mail_fate mail_fate_none(void);
/* Of mails of the scenario; of others nothing is kept. */
struct mail_fate ledger_fate(struct mail_ledger *ledger, struct message_id message, const char *recipient);

#endif
