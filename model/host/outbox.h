/* The outbox of a mail program: what its user has written, until the server has taken it. It lies on the host's disk,
   as a server's queue does: a mail is sent once its file is safe, and its file goes, recipient by recipient, once that
   is written down (store.h). On a disk that takes no time and has no limit all this is done at once, and not told. */
#ifndef POSTROAD_MODEL_HOST_OUTBOX_H
#define POSTROAD_MODEL_HOST_OUTBOX_H

#include "model/host/wake.h"
#include "model/host/world_internal.h"

enum outbox_recipient { OUTBOX_OPEN, OUTBOX_NOTED /* being written down as settled */, OUTBOX_SETTLED };

struct outbox_mail {
    struct outbox *outbox;
    struct outbox_mail *next;
    struct mail_message *message; /* the world's; NULL when all are settled: the world may forget it then */
    struct message_id id;
    size_t size;
    uint8_t *states;              /* enum outbox_recipient, one for each recipient */
    size_t n_unsettled;
    bool is_saved, is_saving; /* its file */
    bool is_on_disk;          /* and it takes room there */
    bool tried;               /* was there when the present session began, or was taken up in it */
};

struct outbox_owner {
    void *context;
    void (*ready)(void *context);   /* a mail may be sent */
    void (*settled)(void *context); /* something was written down of one */
};

struct outbox {
    struct host *host;
    int server;                       /* who takes its mails; -1: nobody */
    struct outbox_mail *first, *last; /* oldest first */
    struct wake save_wake;            /* what could not be saved is saved then */
    int64_t save_again_ns;
    struct outbox_owner owner;
};

void outbox_init(struct outbox *outbox, struct host *host, int server, int64_t save_again_ns,
                 struct outbox_owner owner);
void outbox_free(struct outbox *outbox);
/* Written: it is in the outbox from here on, and is sent once it is safe. */
void outbox_add(struct outbox *outbox, struct mail_message *message);
/* The server has taken it over for this recipient, or refuses it for good, as the reply says. */
void outbox_settle(struct outbox_mail *mail, size_t recipient, bool taken, const char *reply);
/* The next mail from this one on (NULL: none) that is safe and has a recipient who is open. */
struct outbox_mail *outbox_next(struct outbox_mail *mail);
/* Mails without recipients go. Not while a session speaks of one. */
void outbox_sweep(struct outbox *outbox);
/* The host stops, once its sessions have ended; and starts: `read` is called when the outbox has been read. */
void outbox_crash(struct outbox *outbox);
void outbox_restart(struct outbox *outbox, void (*read)(void *context));

#endif
