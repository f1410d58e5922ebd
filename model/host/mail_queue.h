/* The queue of a mail server: what was accepted and is not yet rid of. It survives a crash of its host. */
#ifndef POSTROAD_MODEL_HOST_MAIL_QUEUE_H
#define POSTROAD_MODEL_HOST_MAIL_QUEUE_H

#include "model/host/mail_server.h"

struct mail_queue;

struct mail_queue *mail_queue_new(struct mail_server *server);
void mail_queue_free(struct mail_queue *queue);
void mail_queue_crash(struct mail_queue *queue);
void mail_queue_restart(struct mail_queue *queue);
void mail_queue_wipe(struct mail_queue *queue);          /* its disk is lost, while its host is stopped */
size_t mail_queue_count(const struct mail_queue *queue); /* mails in it */

/* A message for which the server takes over responsibility. Texts are copied; the content (by mem_alloc) is taken over. */
struct accepted_mail {
    struct message_id message;
    const char *from;
    const char *const *recipients;
    size_t n_recipients;
    const char *queue_id;
    char *content;
    size_t size;
};
void mail_queue_accept(struct mail_queue *queue, const struct accepted_mail *mail);
/* A new id, unique on this server. */
enum { QUEUE_ID_BYTES = 16 };
const char *mail_queue_next_id(struct mail_queue *queue, char id[QUEUE_ID_BYTES]);

/* --- for deliveries (delivery.c) --- */

enum recipient_fate { RECIPIENT_OPEN, RECIPIENT_DONE, RECIPIENT_LATER, RECIPIENT_NEVER };

struct queued_recipient {
    char *address;
    enum recipient_fate fate;
    int state; /* enum mail_state */
    struct attempt_id attempt;
    uint64_t event; /* the last about this recipient: the cause of what comes next */
    char reason[512];     /* of the last attempt */
    char remote_mta[256]; /* who gave it */
};

struct queue_entry {
    struct mail_queue *queue;
    struct queue_entry *next;
    struct message_id message;
    char queue_id[QUEUE_ID_BYTES];
    char *from;
    struct queued_recipient *recipients;
    size_t n_recipients;
    char *content;
    size_t size;
    int64_t arrived_ns; /* by the clock of its host */
    int64_t next_attempt_ns;
    unsigned attempts;
    struct retry_record record; /* of its failures, for policies that go by it */
    bool gives_up;              /* at next_attempt_ns, without an attempt */
    struct delivery *deliveries; /* under way */
    struct wake *wake;
};

struct host *queue_entry_host(const struct queue_entry *entry);
/* A delivery is over and has been freed: every one of its recipients has a fate. */
void mail_queue_delivery_done(struct queue_entry *entry);
/* What an attempt gave for one recipient; emits attempt.end. */
void mail_queue_set_fate(struct queue_entry *entry, size_t recipient, enum recipient_fate fate, const char *reason,
                         struct host_id peer);

#endif
