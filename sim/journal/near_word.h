/* For "did you mean": which word somebody may have meant by what he wrote. */
#ifndef POSTROAD_SIM_JOURNAL_NEAR_WORD_H
#define POSTROAD_SIM_JOURNAL_NEAR_WORD_H

/* The row of words that is nearest to what was written, or NULL if none is near. words ends with NULL. */
const char *near_word_find(const char *written, const char *const *words);

#endif
