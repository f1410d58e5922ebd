/* The one function through which every text for people passes, so that it can be translated later. */
#ifndef POSTROAD_SIM_JOURNAL_TR_H
#define POSTROAD_SIM_JOURNAL_TR_H

/* Returns the text in the user's language. The argument is a literal in English; the result is never freed. */
const char *tr(const char *english) __attribute__((format_arg(1)));

#endif
