/* A run told as text while it happens: time, host, and what the host does, at most 100 columns wide. The same journal
   always gives the same text. */
#ifndef POSTROAD_VIZ_READERS_TRANSCRIPT_H
#define POSTROAD_VIZ_READERS_TRANSCRIPT_H

#include <stdio.h>

#include "sim/journal/journal.h"

enum transcript_level {
    TRANSCRIPT_NONE,   /* nothing */
    TRANSCRIPT_MAIL,   /* what becomes of the mails, faults, captions */
    TRANSCRIPT_SMTP,   /* and the dialogues, DNS, connections */
    TRANSCRIPT_PACKETS /* and each packet on each link, losses, timers that run out */
};

struct transcript;

struct transcript *transcript_new(enum transcript_level level, FILE *out);
void transcript_free(struct transcript *transcript);
/* Its mask is what the level needs, so that at mail level no packet event is made. */
struct journal_reader transcript_reader(struct transcript *transcript);
/* Before that: events of these kinds are looked at even where the level does not tell them, because captions are about
   them, and say where. */
void transcript_watch(struct transcript *transcript, struct event_mask kinds);

#endif
