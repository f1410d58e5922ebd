/* What a mail program that leaves its mail on the server remembers of it: the unique id of each (RFC 1939 7), and when
   it was fetched. It lies on the program's disk. */
#ifndef POSTROAD_MODEL_HOST_LEFT_MAILS_H
#define POSTROAD_MODEL_HOST_LEFT_MAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNIQUE_ID_BYTES = 71 }; /* RFC 1939 7: at most 70 */

struct left_mail {
    char unique_id[UNIQUE_ID_BYTES];
    int64_t fetched_ns;
    bool is_listed; /* in the present session */
};

struct left_mails {
    struct left_mail *mails; /* in the order in which they were fetched, which is nearly the server's */
    size_t n, room, guess;
};

/* A listing begins: nobody has been seen in it. */
void left_mails_begin(struct left_mails *left);
/* The mail that the listing names, or NULL: it is new. */
struct left_mail *left_mails_find(struct left_mails *left, const char *unique_id);
void left_mails_add(struct left_mails *left, const char *unique_id, int64_t now_ns);
/* The session went well: what the server did not list any more is forgotten. */
void left_mails_end(struct left_mails *left);
void left_mails_free(struct left_mails *left);

#endif
