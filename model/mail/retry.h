/* When a queue tries again, as pure arithmetic: Postfix's schedule (protocols: qmgr_active.c and its deferred scan).

   A message that could not be handed on waits for as long as it is old, within bounds, and is then taken up by the next
   scan of the deferred queue. So the waits double because the age doubles; nothing is counted. */
#ifndef POSTROAD_MODEL_MAIL_RETRY_H
#define POSTROAD_MODEL_MAIL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
    int64_t queue_run_delay_ns;  /* between two scans */
    int64_t queue_run_phase_ns;  /* the first scan */
    int64_t minimal_backoff_ns, maximal_backoff_ns;
    int64_t maximal_lifetime_ns; /* older than this after an attempt: bounce */
    int64_t bounce_lifetime_ns;  /* the same for mail from the null sender */
};

/* The next attempt of a message that arrived then and failed now. */
int64_t retry_next_attempt(const struct retry_policy *policy, int64_t arrived_ns, int64_t now_ns);
/* Asked after an attempt failed. */
bool retry_is_expired(const struct retry_policy *policy, int64_t arrived_ns, int64_t now_ns, bool null_sender);

#endif
