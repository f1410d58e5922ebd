/* The queue of a mail server: what was accepted and is not yet rid of. It lies on the host's disk (store.h): what was
   acknowledged is kept, whenever the host crashes. When it is tried again is up to the policy (model/mail/retry.h);
   docs/queue.md tells the rules. */
#ifndef POSTROAD_MODEL_HOST_MAIL_QUEUE_H
#define POSTROAD_MODEL_HOST_MAIL_QUEUE_H

#include "model/host/mail_server.h"
#include "model/host/store.h"
#include "model/smtp/smtp_envelope.h"

struct mail_queue;
struct queue_entry;

struct mail_queue *mail_queue_new(struct mail_server *server);
void mail_queue_free(struct mail_queue *queue);
/* After store_crash: sessions and all that was only in memory is gone. */
void mail_queue_crash(struct mail_queue *queue);
/* What was under way is taken up at once, what was deferred when it is due. */
void mail_queue_restart(struct mail_queue *queue);
void mail_queue_wipe(struct mail_queue *queue); /* its disk is lost, while its host is stopped */
/* Somebody has set the clock of its host, or it goes faster or slower from now on. */
void mail_queue_clock_changed(struct mail_queue *queue, const struct clock_change *change);
size_t mail_queue_count(const struct mail_queue *queue); /* mails in it */

struct accepted_recipient {
    const char *address;
    const char *orcpt; /* NULL: unsaid */
    unsigned notify;   /* SMTP_NOTIFY_ bits; 0: unsaid */
};

/* A message for which the server takes over responsibility. Texts are copied; the content (of mem_alloc) is taken. */
struct accepted_mail {
    struct message_id message;
    const char *from;
    const struct accepted_recipient *recipients;
    size_t n_recipients;
    const char *queue_id;
    char *content;
    size_t size;
    const char *envid; /* NULL: unsaid */
    enum smtp_ret ret;
    enum smtp_body body;
    bool smtputf8;
    bool ends_if_refused; /* nobody else has it or makes it again: should the disk refuse it, that is its end */
};
/* STORE_OK: it is durable, and may be acknowledged. FULL and ERROR: it is not taken. The rest: the host has crashed,
   and nobody is to be told. */
typedef void (*mail_queue_taken_fn)(void *context, enum store_result result);
/* NULL when `taken` was called already; else what to forget it by. */
struct queue_entry *mail_queue_accept(struct mail_queue *queue, const struct accepted_mail *mail,
                                      mail_queue_taken_fn taken, void *context);
/* Nobody waits to hear of it any more; it stays if it gets durable. */
void mail_queue_forget_taker(struct queue_entry *entry);
/* A new id, unique on this server. */
enum { QUEUE_ID_BYTES = 16 };
const char *mail_queue_next_id(struct mail_queue *queue, char id[QUEUE_ID_BYTES]);

/* What is planned from now on goes by this policy, which outlives the queue; what is planned already stays so. */
struct retry_policy;
void mail_queue_set_policy(struct mail_queue *queue, const struct retry_policy *policy);

/* A file of the queue is harmed, as the fault says: by name or by chance, or, where none is there, the next that comes
   while the fault lasts. Nobody knows until it is read. */
struct scenario_fault;
void mail_queue_rot(struct mail_queue *queue, const struct scenario_fault *fault, bool is_in_force);

/* A restart reads all files. */
void mail_queue_find_rot(struct mail_queue *queue);

#endif
