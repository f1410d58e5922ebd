/* Reasons that stand in the journal, in English words, for people to read. */
#ifndef POSTROAD_VIZ_STORY_REASON_H
#define POSTROAD_VIZ_STORY_REASON_H

/* In the language of the window; a reply, or what else is not known, as it is. */
const char *story_reason(const char *why);

#endif
