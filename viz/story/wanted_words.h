/* The words that people have for what happens. */
#ifndef POSTROAD_VIZ_STORY_WANTED_WORDS_H
#define POSTROAD_VIZ_STORY_WANTED_WORDS_H

#include "viz/story/story.h"

/* To add a word: a row of wanted_words.c, and its translation in po/. At most 64 rows. */
size_t wanted_word_rows(void);
/* The words of a row, "loss, lost, drop", the one to offer first: in English, and in the user's language. */
const char *wanted_row_words(size_t row, bool translated);
/* The next of the words of a row, and goes on behind it; false: there are no more. */
bool wanted_next_word(const char **words, char *word, size_t size);
/* Whether this row means this event. */
bool wanted_row_means(size_t row, const struct story *story, size_t event);
/* Whether it does, or says something of what an event of another kind is about: "data" of data that is lost. */
bool wanted_row_says_of(size_t row, const struct story *story, size_t event);
/* The same as wanted_row_means without looking at the event itself: false where it cannot be. */
bool wanted_row_may_mean(size_t row, enum event_kind kind);

bool wanted_word_begins(const char *word, const char *beginning);
/* In small letters, as far as the languages of the catalogs have two sorts. */
const char *wanted_small_letters(const char *text, char *buffer, size_t size);

#endif
