/* Which events captions and expectations mean. */
#ifndef POSTROAD_MODEL_HOST_EVENT_WORDS_H
#define POSTROAD_MODEL_HOST_EVENT_WORDS_H

#include "model/scenario/scenario.h"

/* Whether one of the event's texts contains these words; NULL: any does. */
bool event_says(const struct event *e, const char *words);
/* Whether each of these fields, which the event has, is so. */
bool event_is_where(const struct event *e, const struct event_condition *where, size_t n);

#endif
