/* Timestamps (RFC 7323 3 to 5): what is echoed, what measures a round trip, and protection against wrapped sequence
   numbers (PAWS). The clock ticks once a millisecond and begins where tcp_opening says (7.1). */
#include "model/tcp/tcp_internal.h"

uint32_t tcp_timestamp(const struct tcp_conn *c, int64_t now_ns)
{
    return (uint32_t)(now_ns / MILLISECOND) + ((uint32_t)c->opening.ts_epoch << 16);
}

static bool is_stale(const struct tcp_conn *c, int64_t now_ns)
{
    enum { STALE_S = 24 * 24 * 60 * 60 };
    return (uint32_t)(now_ns / SECOND) - c->ts_recent_at_s > STALE_S;
}

/* 5.3 R1, and 5.5: a clock that has not been heard for 24 days says nothing any more. */
bool tcp_timestamp_is_old(const struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    return seq_before(seg->ts_val, c->ts_recent) && !is_stale(c, now_ns);
}

/* 4.3 (2): of the segment that the next ACK is about: the echoed time is that of the earliest unacknowledged one. */
void tcp_keep_timestamp(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (tcp_timestamp_is_old(c, seg, now_ns)) return;
    if (!seq_not_after(seg->seq, c->last_ack_sent)) return;
    c->ts_recent = seg->ts_val;
    c->ts_recent_at_s = (uint32_t)(now_ns / SECOND);
}
