/* What somebody types to get to an instant: "loss", "retransmission", "451", a host, a mail, any words of a sentence.
   It is understood in English, in the user's language, and by the journal's names of kinds. No graphics here.

   A text is read once for a story, and then matched with its events. Several words must all be true of an event; only
   where they are of none in the whole run, those are meant whose sentence has the words as they were written. What no
   view shows, and the expectations of a scenario, which are written for tests, are never meant. */
#ifndef POSTROAD_VIZ_STORY_WANTED_H
#define POSTROAD_VIZ_STORY_WANTED_H

#include "viz/story/story.h"

enum { WANTED_BYTES = 160, WANTED_TERMS = 8, WANTED_WORD_BYTES = 64 };

enum wanted_sort {
    WANTED_KINDS, /* a word for sorts of events: `words` */
    WANTED_KIND,  /* the journal's name of a kind, or how it begins */
    WANTED_REPLY, /* "451", "4xx" */
    WANTED_EVENT, /* "#576" */
    WANTED_TEXT   /* a word of the sentence: a host, a mail, anything */
};

struct wanted {
    char text[WANTED_BYTES]; /* in small letters, one space between two words */
    struct wanted_term {
        enum wanted_sort sort;
        char text[WANTED_WORD_BYTES];
        bool is_whole;  /* the word is no longer than that */
        uint64_t words; /* rows of wanted_words.c */
        uint64_t number;
    } terms[WANTED_TERMS];
    size_t n_terms;
};

struct wanted wanted_read(const struct story *story, const char *text);
/* Either of the two. */
bool wanted_is(const struct story *story, const struct wanted *wanted, size_t event);

/* Where it is, seen from an instant, whose step are the events from `begins` to before `cursor`. */
struct wanted_places {
    size_t next;    /* the first event from the cursor on; STORY_NONE */
    size_t here;    /* one of the step; STORY_NONE. This and all that follows only where there is no `next` */
    size_t before;  /* the last before the step; STORY_NONE */
    size_t unknown; /* the term that stands for nothing in the whole run; STORY_NONE. Only where it is nowhere */
};
struct wanted_places wanted_look(const struct story *story, const struct wanted *wanted, size_t begins, size_t cursor);
size_t wanted_before(const struct story *story, const struct wanted *wanted, size_t cursor);

/* Which words of the table something in this run is meant by: a bit a row. Looks through the whole run. */
uint64_t wanted_here(const struct story *story);
/* Words that what was written last may become, or, where that is nothing, what one may look for; those that come in
   this run alone, unless only others begin so. Returns how many. */
size_t wanted_complete(const struct story *story, uint64_t here, const char *last, char words[][WANTED_WORD_BYTES],
                       size_t room);
/* The word of the table, host, mail or kind that is nearest to this one. False: none is near. */
bool wanted_nearest(const struct story *story, const char *word, char nearest[WANTED_WORD_BYTES]);

#endif
