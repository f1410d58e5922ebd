/* A journal made by hand, event by event, for what reads journals: hosts around a router, packets that take their time
   on links, a mail that is submitted, refused once, tried again, loses a data packet on its way, arrives, and is
   fetched; and a second mail that comes back. Headers and stream bytes are real. */
#ifndef POSTROAD_TESTS_VIZ_STORY_MADE_JOURNAL_H
#define POSTROAD_TESTS_VIZ_STORY_MADE_JOURNAL_H

#include "sim/journal/journal_memory.h"

enum made_host { MADE_ALICE = 1, MADE_MAIL_A, MADE_INTERNET, MADE_MX_B, MADE_BOB, MADE_NS };

/* What a test wants to find again. Ids are those of the journal. */
struct made {
    struct journal *journal;
    struct journal_memory *memory;
    uint64_t lost_packet, lost_event;         /* the data packet that is lost, and its link.drop */
    uint64_t resent_packet, resent_event;     /* its retransmission, and its packet.send */
    uint64_t filled_event;                    /* link.deliver of the retransmission at mx1.b.example */
    uint64_t delivered_event;                 /* m1 is in the mailbox */
    int64_t deferred_ns, next_ns;             /* first attempt of m1 failed; second is due */
    int64_t content_begin_ns, content_end_ns; /* relay of m1's content */
    int64_t end_ns;
};

/* rounds: how often all of it happens, one after the other; readers: NULL-terminated extra readers, or NULL. */
struct made made_journal(unsigned rounds, const struct journal_reader *readers, size_t n_readers);
void made_free(struct made *made);

#endif
