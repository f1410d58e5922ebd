/* What if? Acts that change the course of a run, as lines of a scenario: what can be done with the thing that is looked
   at, at this instant; and a scenario with such lines added. */
#ifndef POSTROAD_VIZ_DRAW_WHAT_IF_H
#define POSTROAD_VIZ_DRAW_WHAT_IF_H

#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"
#include "viz/draw/view.h"

enum { ACTS_MAX = 12, ACT_WORDS_BYTES = 160, ACT_LINE_BYTES = 640, ACT_NAME_BYTES = 40, OFFERS_MAX = 8 };

struct act_line {
    char about[ACT_WORDS_BYTES];   /* "mail m1, bytes 1–1348", "internet – mail.a.example" */
    char words[ACT_WORDS_BYTES];   /* "it had not been lost" */
    char when[VTIME_TEXT_BYTES];   /* "1.2 s"; "": from the beginning on, or it is about a packet */
    char line[ACT_LINE_BYTES];     /* {"spare":{"packet":57,"link":"a-mail"}}; with a pointer: the value */
    char pointer[ACT_WORDS_BYTES]; /* "/links/a-mail/loss": this value is another; null: it is taken away; "/": the line
                                      is merged into the whole (RFC 7396); "": it is a fault */
};

/* Offers for a packet, link, host or mail; how many. The one that takes it away, its line is null, comes last. */
size_t what_if_offers(const struct story *story, struct selection selection, struct act_line offers[OFFERS_MAX]);

/* What the acts on this thing say that they are about. */
void what_if_say_about(const struct story *story, struct selection selection, char about[ACT_WORDS_BYTES]);

/* "internet – mail.a.example (at 1.2 s): what if it were cut for a minute?" */
enum { ACT_QUESTION_BYTES = 2 * ACT_WORDS_BYTES + 80 };
const char *what_if_question(const struct act_line *act, char text[ACT_QUESTION_BYTES]);

/* "12.5 s", exact to the nanosecond. */
const char *what_if_instant(int64_t at_ns, char text[40]);

/* One more link, from one host to another; it will have this name. False when the scenario does not name one of them: a
   name server that comes of itself cannot be linked. */
bool what_if_link(const struct story *story, size_t a, size_t b, struct act_line *act, char name[ACT_NAME_BYTES]);

/* The scenario of a journal with the acts, compact; everything else is as its writer has it. To be freed with mem_free.
   NULL when there is no scenario. */
char *what_if_scenario(const struct story *story, const struct act_line *acts, size_t n);

/* The same for a file: with the seed of that run, should it be another, and without the expectations that its own run
   has not met, how many: a file with them would always fail. Without a run, NULL, none is known to hold. `scenario` is
   what was run; the result is to be freed with mem_free. */
char *what_if_to_save(const char *scenario, const char *seed, const struct journal_memory *run, size_t *left_out);

#endif
