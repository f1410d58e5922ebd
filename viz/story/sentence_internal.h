/* Inside the sentences: what their files share. */
#ifndef POSTROAD_VIZ_STORY_SENTENCE_INTERNAL_H
#define POSTROAD_VIZ_STORY_SENTENCE_INTERNAL_H

#include "model/wire/ip_address.h"
#include "viz/story/story_internal.h"

struct sentence {
    char *buffer;
    size_t size, used;
    char stranger[IP_TEXT_BYTES]; /* what sentence_peer returned last, if it is an address */
};

/* Tells of event i, which is e. */
typedef void (*sentence_teller)(struct sentence *s, const struct story *story, size_t i, const struct event *e);

/* Each file has those of its subject; NULL: another has it. */
extern const sentence_teller sentences_of_world[EVENT_KINDS], sentences_of_packets[EVENT_KINDS],
    sentences_of_words[EVENT_KINDS], sentences_of_mail[EVENT_KINDS];

/* Appends; what does not fit is cut. */
void sentence_say(struct sentence *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sentence_say_why(struct sentence *s, const struct event *e); /* ": why", if any is given */

/* The names that an event's fields stand for; "?" where they are not known. */
const char *sentence_host(const struct story *story, const struct event *e, enum field_id field);
/* The host from which the direction of a link leads (0), and that to which it does (1). People know a link by these: no
   picture tells its name. */
const char *sentence_link_end(const struct story *story, const struct event *e, int end);
const char *sentence_mail(const struct story *story, const struct event *e);
/* The other host of the event's connection. */
const char *sentence_peer(struct sentence *s, const struct story *story, const struct event *e);

#endif
