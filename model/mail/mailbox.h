/* Where delivered mail lies until its owner fetches it. Survives a crash of its host. */
#ifndef POSTROAD_MODEL_MAIL_MAILBOX_H
#define POSTROAD_MODEL_MAIL_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/ids.h"

struct stored_mail {
    struct message_id message;
    char *recipient;
    char *queue_id;
    char *unique_id; /* for POP3's UIDL: of no other mail that was ever here (RFC 1939 7) */
    char *content;   /* lines ended by CRLF, Return-Path first */
    size_t size;
};

struct mailbox {
    struct stored_mail *mails;
    size_t n, room;
    uint64_t bytes;     /* of all mails */
    uint64_t n_stored;  /* ever */
    bool locked;        /* by a POP3 session (RFC 1939 4) */
    bool is_never_read; /* nobody can look at it: what comes is counted, and not kept */
    uint64_t n_unkept, unkept_bytes;
    uint64_t n_coming, coming_bytes; /* being written: what there is room for is reckoned with them */
};

/* What there is of it, kept or not, and what comes. */
uint64_t mailbox_mails(const struct mailbox *box);
uint64_t mailbox_bytes(const struct mailbox *box);
/* A mail of this size is being written, or is no more. */
void mailbox_expect(struct mailbox *box, size_t size);
void mailbox_expect_no_more(struct mailbox *box, size_t size);

/* Takes over the content; copies the texts. The unique id is made of the queue id, which another copy of the mail may
   have too. */
void mailbox_store(struct mailbox *box, struct message_id message, const char *recipient, const char *queue_id,
                   bool may_be_another_copy, char *content, size_t size);
/* Removes those of the first n that are marked. */
void mailbox_remove(struct mailbox *box, const bool *marked, size_t n);
void mailbox_clear(struct mailbox *box);

#endif
