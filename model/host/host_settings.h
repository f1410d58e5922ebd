/* What a mail server goes by, as the journal's head tells it (host.settings): a line for each subject of which there is
   something to say, in words "key=value". With them a reader can say what it must do, and where its limits are, whatever
   the scenario's words for it. */
#ifndef POSTROAD_MODEL_HOST_HOST_SETTINGS_H
#define POSTROAD_MODEL_HOST_HOST_SETTINGS_H

#include "model/host/world_internal.h"

void host_settings_emit(struct world *world, const struct host *host);
/* The policy is another one from now on. */
void host_settings_emit_retry(const struct host *host, const struct retry_policy *policy);

#endif
