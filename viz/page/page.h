/* A run as one page of HTML that needs nothing else: no network, no other file. Map, ladder, dialogue, queues, why late
   and DNS, to be stepped through, played and dragged in any browser. The page carries what it shows as data
   (page_data.js says how) and a program that was built in (page_*.js); it lets no other program run, and every text of
   the run is text to it. */
#ifndef POSTROAD_VIZ_PAGE_H
#define POSTROAD_VIZ_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/journal/journal_memory.h"

/* How much of a run is in its page. */
enum page_extent {
    PAGE_WHOLE,
    PAGE_WITHOUT_PACKETS, /* it has too many: mails, attempts, dialogue, names, faults and captions are there */
    PAGE_WITHOUT_LINES,   /* nor the dialogue: mails, attempts, faults and captions */
    PAGE_TOO_BIG          /* even so: no page is made */
};

enum { PAGE_MOST_STEPS = 16000 };

struct page_report {
    enum page_extent extent;
    size_t steps, all_steps; /* in the page, in the run */
};

/* Writes the page to the stream, whose errors are for the caller to look at; nothing when it is too big. The journal
   has at least one event. */
struct page_report page_write(const struct journal_memory *journal, FILE *stream);

#endif
