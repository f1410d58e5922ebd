/* The time of a mail, taken apart level by level: the whole into attempts where it was tried more than once, an attempt
   into what its time was spent on, a hand-over into the commands of its dialogue, a command into what was
   waited for meanwhile (why_waits.h). The parts of a level are in the order of time, without gaps, and add up to what
   they are parts of to the nanosecond. */
#ifndef POSTROAD_VIZ_DRAW_WHY_PARTS_H
#define POSTROAD_VIZ_DRAW_WHY_PARTS_H

#include "viz/readers/delay_account.h"
#include "viz/story/story.h"

enum why_level { WHY_ATTEMPT, WHY_STAGE, WHY_COMMAND, WHY_SEGMENT };

struct why_part {
    enum why_level level;
    int64_t from_ns, to_ns;
    size_t interval, n_intervals; /* of the account: those it consists of, or the one that it lies in */
    unsigned nth;                 /* of an attempt: of its host; 0: it is none, such as a client's submission */
    size_t line, n_lines; /* of a command: what the client said at its beginning; STORY_NONE: it waits to be greeted */
    size_t packet;        /* of a segment: what was on its way; STORY_NONE: none was waited for */
    size_t event;         /* of a segment: what ended it, so that this was waited for; STORY_NONE: that is not known */
};

/* What a part consists of; NULL: the whole. Those that fit; returns how many there are, 0: it consists of nothing more.
 */
size_t why_parts_of(const struct story *story, const struct delay_interval *intervals, size_t n,
                    const struct why_part *part, struct why_part *out, size_t room);
/* Whether it consists of anything. */
bool why_part_opens(const struct delay_interval *intervals, const struct why_part *part);
/* Losses within it, one after the other: *walk begins zeroed. STORY_NONE: no more. */
struct why_walk {
    size_t interval, drop;
    bool begun;
};
size_t why_part_next_loss(const struct story *story, const struct delay_interval *intervals,
                          const struct why_part *part, struct why_walk *walk);

/* "mail.a.example: attempt 1", "MAIL FROM:<alice@a.example> → 250 2.1.0 OK", "mx1.b.example waits for mail.a.example:
   bytes 1–1460". */
void why_part_words(const struct story *story, const struct delay_interval *intervals, const struct why_part *part,
                    char *text, size_t size);
/* The same in a word or two, for a bar: "attempt 1", "MAIL". */
void why_part_label(const struct story *story, const struct delay_interval *intervals, const struct why_part *part,
                    char *text, size_t size);

#endif
