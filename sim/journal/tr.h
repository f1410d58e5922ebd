/* The one function through which every text for people passes, so that it can be translated (docs/translating.md). */
#ifndef POSTROAD_SIM_JOURNAL_TR_H
#define POSTROAD_SIM_JOURNAL_TR_H

/* Returns the text in the user's language. The argument is a literal in English; the result is never freed. */
const char *tr(const char *english) __attribute__((format_arg(1)));

/* From now on texts are looked up there; NULL: they stay English, as they are at first. To be called before any thread
   begins. */
void tr_set_lookup(const char *(*lookup)(const char *english));

#endif
