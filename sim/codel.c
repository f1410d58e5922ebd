/* See codel.h. RFC 8289's deque() takes packets itself and loops; here the owner of the queue does, and asks about one
   packet at a time. What the RFC does between two packets of its loop waits for the second in `dropped`. */
#include "sim/codel.h"

#include <assert.h>

#include "sim/journal/vtime.h"

static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= x) root |= bit;
    return root;
}

/* interval / sqrt(count) = sqrt(interval^2 / count), and an interval of 4 s squared fits 64 bits. */
int64_t codel_control_law(int64_t t_ns, int64_t interval_ns, uint32_t count)
{
    assert(count > 0 && interval_ns > 0 && interval_ns <= CODEL_INTERVAL_MAX_S * SECOND);
    return t_ns + (int64_t)square_root((uint64_t)interval_ns * (uint64_t)interval_ns / count);
}

/* RFC 8289 5.4, dodequeue: ok_to_drop. A queue of less than a packet of full size is never too long. */
static bool is_above_for_an_interval(struct codel *c, const struct link_codel *s, int64_t now_ns,
                                     const struct codel_head *head)
{
    if (head->sojourn_ns < s->target_ns || head->behind_bytes <= head->mtu_bytes) {
        c->first_above_time_ns = 0;
        return false;
    }
    if (c->first_above_time_ns == 0) {
        c->first_above_time_ns = now_ns + s->interval_ns;
        return false;
    }
    return now_ns >= c->first_above_time_ns;
}

/* RFC 8289 5.5, deque, in the dropping state: drops get closer with the square root of their count. */
static bool goes_on_dropping(struct codel *c, const struct link_codel *s, int64_t now_ns, bool ok_to_drop)
{
    if (!ok_to_drop) {
        c->dropping = c->dropped = false;
        return false;
    }
    if (c->dropped) c->drop_next_ns = codel_control_law(c->drop_next_ns, s->interval_ns, c->count);
    c->dropped = now_ns >= c->drop_next_ns;
    if (c->dropped) c->count++;
    return c->dropped;
}

/* RFC 8289 5.5: if it was dropping not long ago, the rate of then is a good one to begin with. */
static void begin_dropping(struct codel *c, const struct link_codel *s, int64_t now_ns)
{
    uint32_t delta = c->count - c->lastcount;
    bool recently = now_ns - c->drop_next_ns < 16 * s->interval_ns;
    c->dropping = true;
    c->count = delta > 1 && recently ? delta : 1;
    c->drop_next_ns = codel_control_law(now_ns, s->interval_ns, c->count);
    c->lastcount = c->count;
}

bool codel_should_drop(struct codel *c, const struct link_codel *s, int64_t now_ns, struct codel_head head)
{
    bool ok_to_drop = is_above_for_an_interval(c, s, now_ns, &head);
    if (c->dropping) return goes_on_dropping(c, s, now_ns, ok_to_drop);
    if (ok_to_drop) begin_dropping(c, s, now_ns);
    return ok_to_drop;
}

void codel_on_empty(struct codel *c)
{
    c->first_above_time_ns = 0;
    c->dropping = c->dropped = false;
}
