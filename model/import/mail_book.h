/* The mails that an import has found, under the names by which they are found again: a Message-ID, a queue id, or who
   writes to whom. It keeps the state of each recipient at each host, so that journals say what a mail changes from. */
#ifndef POSTROAD_MODEL_IMPORT_MAIL_BOOK_H
#define POSTROAD_MODEL_IMPORT_MAIL_BOOK_H

#include "model/import/draft.h"

struct mail_book;

struct mail_book *mail_book_new(struct draft *draft);
void mail_book_free(struct mail_book *book);

/* The mail known under this key; 0: none. */
uint32_t mail_book_find(const struct mail_book *book, uint64_t key);
void mail_book_know(struct mail_book *book, uint64_t key, uint32_t message);

struct mail_found {
    int64_t at_ns;
    uint64_t cause, size;
    uint32_t host, parent;
    const char *from, *to, *subject; /* to: joined by ", "; NULL is "" */
};
/* A new mail, "m1" and so on. */
uint32_t mail_book_compose(struct mail_book *book, const struct mail_found *mail);
uint64_t mail_book_compose_event(const struct mail_book *book, uint32_t message);
/* What became known of it only later; "" and 0 change nothing. */
void mail_book_learn(struct mail_book *book, uint32_t message, const char *subject, uint64_t size);
size_t mail_book_count(const struct mail_book *book);
/* Which of its recipients a user is ("bob" is bob@b.example): the first, if none; the user's own name without any. */
const char *mail_book_recipient(const struct mail_book *book, uint32_t message, const char *user, char *out,
                                size_t room);

struct mail_place {
    int64_t at_ns;
    uint64_t cause;
    uint32_t message, host;
    const char *recipient, *queue_id;
};
/* next_ns: of the next attempt, or 0. The event's number in the draft; without a change nothing is told, and the cause
   comes back. */
uint64_t mail_book_state(struct mail_book *book, const struct mail_place *place, const char *to, int64_t next_ns,
                         const char *why);
/* The state now; "" when there is none. */
const char *mail_book_state_of(const struct mail_book *book, uint32_t message, uint32_t host, const char *recipient);

/* An attempt of host to hand the mail on; nth is counted. */
uint32_t mail_book_begin_attempt(struct mail_book *book, const struct mail_place *place, uint64_t *event);
uint64_t mail_book_end_attempt(struct mail_book *book, const struct mail_place *place, uint32_t attempt, uint32_t peer,
                               const char *outcome, const char *why);

#endif
