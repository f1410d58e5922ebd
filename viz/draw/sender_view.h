/* A TCP sender over time: above the bytes (what was sent, acknowledged and allowed), in the middle the congestion window
   with its threshold and what is in flight, below the retransmission timeout and the smoothed round trip; each loss and
   each retransmission with its cause. The drawing of the bytes is Van Jacobson's and tcptrace's. */
#ifndef POSTROAD_VIZ_DRAW_SENDER_VIEW_H
#define POSTROAD_VIZ_DRAW_SENDER_VIEW_H

#include "viz/draw/view.h"

/* What is kept for one connection, since looking for it takes a walk over all packets. */
struct sender_plan {
    size_t conn;
    size_t *packets, n_packets; /* with payload, or with SYN or FIN, in the order of sending */
    int64_t from_ns, to_ns;     /* from the first to the last of them, with a little room */
    uint32_t first_sequence;    /* ISS */
};

/* The connection of what is selected; else the one that has sent most recently, or will first. STORY_NONE: there is none. */
size_t sender_view_conn(const struct view *view);
/* The connection after (1) or before (-1) this one that sends anything. */
size_t sender_view_neighbour(const struct story *story, size_t conn, int direction);

/* Where what stands within the panel: each chart has the names of its lines in a strip of its own above it, so that they
   cover nothing. */
enum { SENDER_CHARTS = 3 };
struct sender_layout {
    struct box facts, names[SENDER_CHARTS], charts[SENDER_CHARTS];
    struct box axis; /* of time: all of them, the times below it */
};
struct sender_layout sender_view_layout(const struct view *view, struct box inner);

struct sender_plan *sender_plan_new(const struct story *story, size_t conn);
void sender_plan_free(struct sender_plan *plan);
void sender_view_draw(const struct view *view, struct box box, const struct sender_plan *plan);

#endif
