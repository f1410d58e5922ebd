/* What a host knows of the MTA-STS policy of a domain, or finds out (RFC 8461 3.3 and 5.1): the record at _mta-sts is
   asked for by DNS each time; where its id is new, the policy is fetched, and kept for as long as it says.

   The fetch itself is modelled: HTTPS to mta-sts.DOMAIN is no packets here, but so much time, and the policy text of
   the server that publishes it, as long as that is up. */
#ifndef POSTROAD_MODEL_HOST_STS_LOOKUP_H
#define POSTROAD_MODEL_HOST_STS_LOOKUP_H

#include "model/host/world_internal.h"
#include "model/mail/sts_policy.h"

struct sts_lookup;
struct sts_cache;

/* NULL: none. For the length of the call. */
typedef void (*sts_lookup_fn)(void *context, const struct sts_policy *policy);

/* The answer comes in a later event, once, after which the look-up is gone. */
struct sts_lookup *sts_lookup_start(struct host *host, const char *domain, sts_lookup_fn done, void *context);
void sts_lookup_forget(struct sts_lookup *lookup);
void sts_cache_free(struct sts_cache *cache);

/* The policy that a server's domains publish; its id as the record has it. */
void sts_published(const struct scenario *scenario, const struct scenario_host *server, const char *domain,
                   struct sts_policy *policy);
/* "v=STSv1; id=...;" */
enum { STS_RECORD_BYTES = 64 };
void sts_published_record(const struct sts_policy *policy, char record[STS_RECORD_BYTES]);

#endif
