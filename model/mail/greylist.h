/* Greylisting (RFC 6647) as postgrey does it: a mail from a client, sender and recipient that were never seen together
   is put off; who tries again after the delay, as real mail servers do, is let through from then on. Pure: it is told
   the time. */
#ifndef POSTROAD_MODEL_MAIL_GREYLIST_H
#define POSTROAD_MODEL_MAIL_GREYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

struct greylist_settings {
    int64_t delay_ns;        /* from the first try to the one that is let through */
    int64_t retry_window_ns; /* who has not been let through and stays away for longer begins anew */
    int64_t max_age_ns;      /* what was not seen for so long is forgotten */
    unsigned clients_after;  /* so many successes, one an hour at most, let everything of a client through; 0: never */
    unsigned prefix4, prefix6; /* clients whose addresses agree in so many bits are one */
};
struct greylist_settings greylist_settings_default(void); /* postgrey's: 300 s, 2 d, 35 d, 5, /24, /64 */

struct greylist;
struct greylist *greylist_new(const struct greylist_settings *settings);
void greylist_free(struct greylist *greylist);

enum greylist_outcome {
    GREYLIST_NEW,   /* never seen, or forgotten, or too late: put off */
    GREYLIST_EARLY, /* seen, but not for long enough: put off */
    GREYLIST_WAITED,
    GREYLIST_PASSED, /* has waited once before */
    GREYLIST_KNOWN_CLIENT
};
struct greylist_answer {
    enum greylist_outcome outcome;
    int64_t passes_ns; /* from when on it is let through */
    int64_t waited_ns; /* since the first try */
};
static inline bool greylist_lets_through(struct greylist_answer answer)
{
    return answer.outcome >= GREYLIST_WAITED;
}
/* Each call is a try, and is remembered. */
struct greylist_answer greylist_ask(struct greylist *greylist, struct ip_address client, const char *reverse_path,
                                    const char *forward_path, int64_t now_ns);
size_t greylist_size(const struct greylist *greylist); /* what it remembers */

#endif
