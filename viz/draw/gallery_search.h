/* Finding a card of the gallery by its words: what is written into the field at the top leaves only the cards that have
   all of these words, or parts of words, in their title, their name or their sentence. They keep their order. */
#ifndef POSTROAD_VIZ_DRAW_GALLERY_SEARCH_H
#define POSTROAD_VIZ_DRAW_GALLERY_SEARCH_H

#include "viz/draw/gallery.h"

enum { GALLERY_SEARCH_BYTES = 120 };

struct gallery_search {
    bool open; /* one writes */
    bool all;  /* what is there is marked: what is written next takes its place */
    char text[GALLERY_SEARCH_BYTES];
    size_t *found, n; /* cards by number, in their order; all of them while nothing is written */
};

/* Capital letters are the same as small ones. */
bool gallery_card_has(const struct gallery_card *card, const char *words);

void gallery_search_begin(struct gallery *gallery); /* the field is opened, and what is there is marked */
void gallery_search_mark(struct gallery *gallery);  /* all of it */
void gallery_search_end(struct gallery *gallery);   /* what was written is gone, and all cards are there again */
void gallery_search_write(struct gallery *gallery, const char *text);
void gallery_search_erase(
    struct gallery *gallery); /* the last letter, or what is marked; where there is none the field is closed */
/* The place of a card among those that were found; their number when it is not among them. */
size_t gallery_search_place(const struct gallery *gallery, size_t card);

#endif
