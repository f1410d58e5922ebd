/* Both ends of a timeline's connection, as its first line gives them. */
#ifndef POSTROAD_TESTS_MODEL_TCP_TIMELINE_SETTINGS_H
#define POSTROAD_TESTS_MODEL_TCP_TIMELINE_SETTINGS_H

#include "model/tcp/tcp.h"

struct timeline_ends {
    struct tcp_config config;
    struct tcp_opening opening;
    uint32_t next_iss;       /* that is drawn when a new connection follows in the place of this one */
    uint32_t cwnd, ssthresh; /* 0: as the handshake leaves them */
    int64_t rtt_ns;          /* of the handshake that is given */
    uint32_t peer_iss, peer_window, peer_mss, peer_shift;
};
struct timeline_ends timeline_ends_default(void);
/* False when there is no such setting, or it cannot be that. */
bool timeline_setting(struct timeline_ends *e, const char *name, const char *value);

#endif
