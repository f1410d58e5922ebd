/* How much a server takes from one client, as Postfix's anvil counts it: connections at once, and connections, mails
   and recipients in a time unit, which begins with the first of them and when it is over begins anew. Pure: it is told
   the time. */
#ifndef POSTROAD_MODEL_MAIL_RATE_LIMIT_H
#define POSTROAD_MODEL_MAIL_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

/* 0: no limit */
struct rate_limit_settings {
    int64_t unit_ns;
    unsigned at_once, connections, mails, recipients;
};
struct rate_limit_settings rate_limit_settings_default(void); /* 60 s, and none */

struct rate_limit;
struct rate_limit *rate_limit_new(const struct rate_limit_settings *settings);
void rate_limit_free(struct rate_limit *limit);

/* Each counts one, and says whether it is still within the limits. Every connection is ended, refused or not. */
enum rate_limit_verdict { RATE_OK, RATE_TOO_MANY_AT_ONCE, RATE_TOO_MANY };
enum rate_limit_verdict rate_limit_begin(struct rate_limit *limit, struct ip_address client, int64_t now_ns);
void rate_limit_end(struct rate_limit *limit, struct ip_address client);
bool rate_limit_mail(struct rate_limit *limit, struct ip_address client, int64_t now_ns);
bool rate_limit_recipient(struct rate_limit *limit, struct ip_address client, int64_t now_ns);
size_t rate_limit_size(const struct rate_limit *limit); /* clients it remembers */

#endif
