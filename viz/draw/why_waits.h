/* What was waited for, instant by instant: from what ended a time back along its causes. What came last was waited for
   since it was sent, or its timer set; that again was caused by what came before it, and so on to the beginning. What
   was sent meanwhile and waited for by nobody is none of it. */
#ifndef POSTROAD_VIZ_DRAW_WHY_WAITS_H
#define POSTROAD_VIZ_DRAW_WHY_WAITS_H

#include "viz/readers/delay_account.h"
#include "viz/story/story.h"

struct why_wait {
    int64_t from_ns, to_ns; /* from < to */
    size_t event;           /* that ended it; STORY_NONE: the journal does not say */
    size_t packet;          /* that was on its way; STORY_NONE: none was, but a timer ran */
};

/* The waits of a time within an interval of the account, in the order of time and without gaps, so that they add up to
   it. The caller frees *waits with mem_free. */
size_t why_waits_of(const struct story *story, const struct delay_interval *interval, int64_t from_ns, int64_t to_ns,
                    struct why_wait **waits);

/* "mx1.b.example waits for MAIL FROM:<alice@a.example> from mail.a.example", "mail.a.example waits for its
   retransmission timer". */
void why_wait_words(const struct story *story, size_t event, size_t packet, char *text, size_t size);
/* The same in a word or two, for a bar: "250", "delayed ack". */
void why_wait_label(const struct story *story, size_t event, size_t packet, char *text, size_t size);

#endif
