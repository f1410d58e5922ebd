/* The functions through which every text for people passes, so that it can be translated (docs/translating.md). */
#ifndef POSTROAD_SIM_JOURNAL_TR_H
#define POSTROAD_SIM_JOURNAL_TR_H

/* Returns the text in the user's language. The argument is a literal in English; the result is never freed. */
const char *tr(const char *english) __attribute__((format_arg(1)));

/* The same of a text with a count, which is written otherwise where it is 1: tr_count("%u packet", "%u packets", n).
   Other languages draw the line elsewhere: to the French nothing is one thing, too. */
const char *tr_count(const char *one, const char *many, unsigned long n) __attribute__((format_arg(1), format_arg(2)));

/* From now on texts are looked up there; NULL: they stay English, as they are at first. To be called before any thread
   begins. */
void tr_set_lookup(const char *(*lookup)(const char *english),
                   const char *(*lookup_count)(const char *one, const char *many, unsigned long n));

#endif
