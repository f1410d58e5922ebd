/* What is said of a mail's time, in the window and on a page: of each interval, and of the losses in it. */
#ifndef POSTROAD_VIZ_DRAW_WHY_WORDS_H
#define POSTROAD_VIZ_DRAW_WHY_WORDS_H

#include "viz/readers/delay_account.h"
#include "viz/story/story.h"

enum { WHY_LOSS_BYTES = 320 };

extern const double why_least_part; /* of the whole: what is shorter is not told one by one */

const char *why_stage_words(enum delay_stage stage); /* "names" */
void why_interval_words(const struct story *story, const struct delay_interval *interval, char *text, size_t size);

/* A length as finely as all that adds up: "140.5 ms", and what is longer than a second to the millisecond, "8 min 59.080
   s", so that parts as they are shown come to the whole. The buffer has VTIME_TEXT_BYTES. */
const char *why_length_text(int64_t length_ns, char *text);

/* Losses of packets of the connection that an interval is about, one after the other from *drop on, which begins with
   story_drops_after; STORY_NONE: no more. */
size_t why_next_loss(const struct story *story, const struct delay_interval *interval, size_t *drop);
/* "bytes 3012–4359: lost by chance; sent again because the retransmission timer ran out" */
void why_loss_words(const struct story *story, size_t drop, char *text, size_t size);
/* How long after it the same bytes were sent again; 0: never. */
int64_t why_resent_after_ns(const struct story *story, size_t drop);

#endif
