/* MTA-STS (RFC 8461): what a domain says of the servers that take its mail. No behaviour of a host: the record that
   tells there is a policy, the policy as text, and whether it names a server. */
#ifndef POSTROAD_MODEL_MAIL_STS_POLICY_H
#define POSTROAD_MODEL_MAIL_STS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sts_mode { STS_NONE, STS_TESTING, STS_ENFORCE };
const char *sts_mode_text(enum sts_mode mode); /* "none" "testing" "enforce" */

enum { STS_MX_MOST = 16, STS_PATTERN_BYTES = 256, STS_ID_BYTES = 33, STS_TEXT_BYTES = 5120 };
enum { STS_MAX_AGE_MOST_S = 31557600 };

struct sts_policy {
    enum sts_mode mode;
    int64_t max_age_s;
    char mx[STS_MX_MOST][STS_PATTERN_BYTES]; /* "mx1.b.example", "*.b.example" */
    size_t n_mx;
};

/* The policy file, lines ended by CR LF (3.2); returns its size. */
size_t sts_policy_write(const struct sts_policy *policy, char out[STS_TEXT_BYTES]);
/* Any bytes; lines may end with LF alone. False where it is no policy that can be used. What is not known is passed
 * over. */
bool sts_policy_read(const char *text, size_t size, struct sts_policy *policy);
/* The TXT record at _mta-sts (3.1): "v=STSv1; id=20160831085700Z;". False where it is none. */
bool sts_record_read(const char *record, char id[STS_ID_BYTES]);
/* Whether a policy that demands anything names this MX host (4.1). */
bool sts_policy_names(const struct sts_policy *policy, const char *host);

#endif
