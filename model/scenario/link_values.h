/* The values of one direction of a link as a scenario writes them: read, copied one by one, and told in words. To add
   one: a row in the table of link_values.c, and a line in its three switches. */
#ifndef POSTROAD_MODEL_SCENARIO_LINK_VALUES_H
#define POSTROAD_MODEL_SCENARIO_LINK_VALUES_H

#include "model/scenario/checks.h"
#include "model/scenario/scenario.h"

const char *link_value_name(enum link_value value);      /* "rate" */
bool link_value_by_name(const char *name, enum link_value *value);
const char *link_values_listed(void);                    /* "rate, delay, ..., corrupt" */

/* What a link has that says nothing: 100 Mbit/s, 10 ms, a queue of 256 kB. */
struct link_settings link_values_default(void);
/* Reads the value at a spot, which is there, into *settings; false when it is refused. An object of a loss may say
   "toward", which is left to the caller, where that is allowed. settings->mtu_bytes is needed for a queue. */
bool link_value_load(const struct spot *spot, enum link_value value, bool may_say_toward,
                     struct link_settings *settings);
void link_value_copy(enum link_value value, struct link_settings *to, const struct link_settings *from);
bool link_value_is_same(enum link_value value, const struct link_settings *a, const struct link_settings *b);

/* "20 %", "1 %, held up for 15 ms". Returns buffer. */
enum { LINK_VALUE_TEXT_BYTES = 200 };
const char *link_value_text(enum link_value value, const struct link_settings *settings,
                            char buffer[LINK_VALUE_TEXT_BYTES]);

#endif
