/* Running again what `postroad live` has recorded: the scenario, the seed and all that came from outside are in the
   journal, so the same world makes the same events. */
#ifndef POSTROAD_APP_REPLAY_H
#define POSTROAD_APP_REPLAY_H

#include "app/simulate.h"

struct replay;

/* NULL after a message on stderr. */
struct replay *replay_open(const char *path);
void replay_free(struct replay *replay);
/* To the end of the recorded run, or of what the journal holds of it. check_packets: as in struct world_options. */
enum simulate_end replay_run(struct replay *replay, struct journal *journal, bool check_packets);

#endif
