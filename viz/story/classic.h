/* The classic moments of a delivery, which every lesson tells: the handshake, the answer about the MX, each step of the
   dialogue, a loss and its repair, a refusal, a bounce, the picking up. Found in the journal alone; each has a caption and
   the place where its rule stands. The first moment of its kind is told in full, unless the scenario has a caption of its
   own at that instant; later ones are known by then.

   To add one: a row of enum classic, its words in classic.c, and where it is found there. */
#ifndef POSTROAD_VIZ_STORY_CLASSIC_H
#define POSTROAD_VIZ_STORY_CLASSIC_H

#include "viz/story/story.h"

enum classic {
    CLASSIC_SYN,
    CLASSIC_SYN_ACK,
    CLASSIC_ACK,      /* of the handshake */
    CLASSIC_MX,       /* an answer that names mail servers */
    CLASSIC_GREETING, /* 220 */
    CLASSIC_MAIL,
    CLASSIC_RCPT,
    CLASSIC_DATA,
    CLASSIC_GO_AHEAD, /* 354 */
    CLASSIC_ACCEPTED, /* 250 for the content */
    CLASSIC_STARTTLS,
    CLASSIC_LOSS,
    CLASSIC_BY_TIMER,      /* a retransmission */
    CLASSIC_BY_DUPLICATES, /* likewise */
    CLASSIC_PUT_OFF,       /* 4yz */
    CLASSIC_REFUSED,       /* 5yz */
    CLASSIC_BOUNCE,
    CLASSIC_PICK_UP, /* by POP3 */
    CLASSICS
};

struct classic_moment {
    enum classic kind;
    size_t event;
    int64_t at_ns;
    bool is_told; /* in full */
};

struct classics;

/* In the order of time. The story may be freed afterwards. */
struct classics *classics_new(const struct story *story);
/* NULL when it was asked to leave off. */
struct classics *classics_new_until(const struct story *story, const struct stop *stop);
void classics_free(struct classics *classics);
size_t classics_count(const struct classics *classics);
const struct classic_moment *classics_at(const struct classics *classics, size_t i);
/* The latest one that is told in full among the events before `cursor` (story_cursor); NULL. */
const struct classic_moment *classics_latest_told(const struct classics *classics, size_t cursor);

const char *classic_name(enum classic kind); /* "syn-ack": for tests and texts */
const char *classic_text(enum classic kind); /* the caption, in the user's language */
const char *classic_cite(enum classic kind); /* "RFC 9293 3.5" */

#endif
