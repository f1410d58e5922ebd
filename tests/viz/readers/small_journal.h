/* A journal made by hand, with packets whose headers are real: a client resolves a name and talks a little SMTP with a
   server behind a router. Its second line is lost once. */
#ifndef POSTROAD_TESTS_VIZ_READERS_SMALL_JOURNAL_H
#define POSTROAD_TESTS_VIZ_READERS_SMALL_JOURNAL_H

#include "sim/journal/journal_memory.h"

/* client 10.0.0.1 --alice--> internet <--b-mail-- mx1.b.example 10.0.0.3; the world begins at second 1000. */
enum { CLIENT = 1, INTERNET = 2, SERVER = 3, LINK_ALICE = 1, LINK_B_MAIL = 2, STARTS = 1000 };
enum { SMALL_PACKETS = 14, SMALL_LOST = 8, SMALL_AGAIN = 9, SMALL_REFUSED = 14 };

struct journal_memory *small_journal_new(struct event_mask mask);

#endif
