/* What one loss has cost a mail: two runs, of which one lost the packet and the other did not. Why late can tell of the
   run with the loss alone how long it took until the packet was sent again; how much earlier the mail would have come
   only both together tell. This puts the one into the other: the mail came later by the time until then, and by what
   it took longer from then on (or less by what went faster: others were on their way meanwhile). */
#ifndef POSTROAD_VIZ_DRAW_LOSS_COST_H
#define POSTROAD_VIZ_DRAW_LOSS_COST_H

#include "viz/draw/why_late_view.h"

/* Both packets are of the run with the loss. */
struct loss_cost {
    size_t packet, again;      /* the lost one, and the next that carries the same */
    int lost_in;               /* 0: as it was; 1: as it would have been */
    int64_t sent_ns, again_ns; /* sent_ns is the same in both runs */
    int64_t end_ns[2];         /* of the mail: in its mailbox with the loss [0], without it [1] */
    int64_t kept_back_ns[2]; /* by the receiver's delayed ACKs, from again_ns or sent_ns to the mail's end, likewise */
    int64_t least_cwnd[2];   /* of the sender from sent_ns to the mail's end, likewise; 0: the journal does not say */
};

/* Of the packet where the two runs part, for the letter of this row: false where they part elsewhere, the mail did not
   arrive in both, or the packet was not lost on its way (then why late does not know it), or never sent again. */
bool loss_cost_of(const struct comparison *comparison, const struct story *const stories[2],
                  const struct journal_memory *const journals[2], size_t row, struct loss_cost *out);

/* How much later the mail came with the loss, and of that, exactly: until the packet was sent again; what came after.
   Any of them but the second may be below 0. In steps of grain_ns, as instants are told that are not told to the
   nanosecond. */
struct loss_parts {
    int64_t whole_ns, until_again_ns, after_ns;
    int64_t rest_ns[2]; /* to the mailbox: from its being sent again; without the loss, from its being sent */
};
struct loss_parts loss_cost_parts(const struct loss_cost *cost, int64_t grain_ns);

/* The row that tells most: another end, or the largest difference. STORY_NONE: there is none at all. */
size_t loss_cost_row(const struct comparison *comparison);

/* ---- Words ---- */

enum { LOSS_COST_WORDS_BYTES = 800, LOSS_COST_END_BYTES = 120 };

/* In which steps a time as long as this is told; and those of a row, so that a difference can be seen in them. */
int64_t loss_cost_grain_of(int64_t ns);
int64_t loss_cost_grain_ns(const struct outcome_of_letter *was, const struct outcome_of_letter *would);
/* From one instant to another as both are written with this grain. */
int64_t loss_cost_between(int64_t from_ns, int64_t to_ns, int64_t grain_ns);
/* A time with all its digits down to the grain: what is told as a sum adds up as it is written. */
const char *loss_cost_time_text(int64_t ns, int64_t grain_ns, char buffer[VIEW_TIME_BYTES]);
/* "m1 for bob@b.example: delivered at 2.047 s instead of 2.155 s: 108 ms earlier" */
const char *loss_cost_change_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                   char text[LOSS_COST_WORDS_BYTES]);
/* Of that the last part, "108 ms earlier", "the same"; where the ends are others "another end". */
const char *loss_cost_difference_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                       char text[LOSS_COST_END_BYTES]);
/* "Fetched at 3.428 s in both runs."; "" when it was not fetched in both. */
const char *loss_cost_fetched_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                    char text[LOSS_COST_WORDS_BYTES]);
/* "delivered at 2.155 s", "not delivered" */
const char *loss_cost_end_words(const struct outcome_of_letter *of, int64_t grain_ns, char text[LOSS_COST_END_BYTES]);

/* What the cost consists of, each a sentence of its own: "The lost packet (bytes 3013–4472) was sent again 78 ms after
   its first sending.", what came after, and what held it up. How many. */
enum { LOSS_COST_LINES = 4, LOSS_COST_LINE_BYTES = 300 };
size_t loss_cost_lines(const struct loss_cost *cost, const struct story *with_loss, int64_t grain_ns,
                       char lines[LOSS_COST_LINES][LOSS_COST_LINE_BYTES]);

#endif
