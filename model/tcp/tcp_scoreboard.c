/* The sender's scoreboard: what the peer has told by SACK (RFC 2018), by D-SACK (RFC 2883), and what must therefore be
   lost (RFC 6675 4).

   SACKed records lie in runs. The first and the last record of a run know each other's number, so that a walk over the
   holes steps over each run at once: what an ACK costs grows with the holes, not with the window. */
#include "model/tcp/tcp_internal.h"

static bool holds(const struct tcp_conn *c, uint32_t number, uint32_t seq)
{
    const struct tcp_record *r = tcp_record_at(c, number);
    return seq - r->seq < r->end - r->seq;
}

/* The record that holds this sequence number, or c->end. In a bulk transfer all are of one size, so that the first
   guess is right. */
static uint32_t record_number(const struct tcp_conn *c, uint32_t seq)
{
    uint32_t guess = (seq - c->snd_una) / c->smss;
    if (guess < c->end - c->first && holds(c, c->first + guess, seq)) return c->first + guess;
    uint32_t low = c->first, high = c->end;
    while (low != high) {
        uint32_t middle = low + (high - low) / 2;
        if (seq_not_after(tcp_record_at(c, middle)->end, seq))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_sacked(const struct tcp_conn *c, uint32_t number)
{
    return tcp_record_at(c, number)->marks & MARK_SACKED;
}

static void join_runs(struct tcp_conn *c, uint32_t number)
{
    uint32_t low = number, high = number;
    if (number != c->first && is_sacked(c, number - 1)) low = tcp_record_at(c, number - 1)->run;
    if (number + 1 != c->end && is_sacked(c, number + 1)) high = tcp_record_at(c, number + 1)->run;
    tcp_record_at(c, low)->run = high;
    tcp_record_at(c, high)->run = low;
}

static void mark_sacked(struct tcp_conn *c, uint32_t number, int64_t now_ns)
{
    struct tcp_record *r = tcp_record_at(c, number);
    uint32_t length = tcp_record_length(r);
    if (c->rack_ok) tcp_rack_delivered(c, r, now_ns);
    if (r->marks & MARK_LOST) c->lost_bytes -= length;
    if (r->marks & MARK_RESENT) c->resent_bytes -= length;
    if (c->sacked_bytes == 0 || number - c->first > c->sacked_high - c->first) c->sacked_high = number;
    r->marks = MARK_SACKED;
    c->sacked_bytes += length;
    join_runs(c, number);
}

/* Moves over a run of SACKed records. A record in the middle of one is not its beginning, and is passed alone. */
static uint32_t step_over(const struct tcp_conn *c, uint32_t number)
{
    bool begins_run = number == c->first || !is_sacked(c, number - 1);
    return begins_run ? tcp_record_at(c, number)->run + 1 : number + 1;
}

bool tcp_next_unsacked(const struct tcp_conn *c, uint32_t *number)
{
    while (*number != c->end && is_sacked(c, *number))
        *number = step_over(c, *number);
    return *number != c->end;
}

/* Marks what lies whole within the block. */
static bool take_block(struct tcp_conn *c, const struct tcp_sack_block *block, int64_t now_ns)
{
    bool any = false;
    uint32_t number = record_number(c, block->left);
    if (number != c->end && seq_before(tcp_record_at(c, number)->seq, block->left)) number++;
    while (number != c->end && tcp_next_unsacked(c, &number)) {
        if (seq_before(block->right, tcp_record_at(c, number)->end)) break;
        mark_sacked(c, number++, now_ns);
        any = true;
    }
    return any;
}

/* RFC 2883 4.1 and 4.2: a first block below the ACK, or within the second, tells of something received twice. */
bool tcp_is_dsack(const struct tcp_segment *seg)
{
    const struct tcp_sack_block *b = seg->sack;
    if (seq_not_after(b[0].right, seg->ack)) return true;
    return seg->n_sack > 1 && seq_not_after(b[1].left, b[0].left) && seq_not_after(b[0].right, b[1].right);
}

/* RFC 6675 5: blocks that are no part of what is in flight are nonsense, or old, and say nothing. */
bool tcp_take_sack(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    bool any = false;
    for (int i = tcp_is_dsack(seg); i < seg->n_sack; i++) {
        const struct tcp_sack_block *b = &seg->sack[i];
        bool sound = seq_before(b->left, b->right) && seq_before(c->snd_una, b->right) &&
                     seq_not_after(b->right, c->snd_nxt) && seq_not_after(c->snd_una, b->left);
        if (sound && take_block(c, b, now_ns)) any = true;
    }
    if (!any) return false;
    tcp_changed(c, "sack");
    /* RFC 8985 7.2: no probe of the tail once something behind a hole is known to have arrived. RACK sees to it itself.
     */
    if (!c->rack_ok && tcp_timer_runs(c, TIMER_TAIL_LOSS_PROBE)) tcp_arm_retransmission(c, now_ns);
    return true;
}

/* RFC 6675 4, IsLost: three SACKed runs above, or more than two segments' worth of SACKed bytes. Walks down from the
   highest run; everything unSACKed below the point that is found is lost. */
static bool loss_point(const struct tcp_conn *c, uint32_t *point)
{
    enum { DUP_THRESH = 3 };
    uint32_t high = c->sacked_high, bytes = 0;
    for (int runs = 1;; runs++) {
        uint32_t low = tcp_record_at(c, high)->run;
        if (!is_sacked(c, low)) return false;
        bytes += tcp_record_at(c, high)->end - tcp_record_at(c, low)->seq;
        if (runs == DUP_THRESH || bytes > (DUP_THRESH - 1) * c->smss) {
            *point = low;
            return true;
        }
        do {
            if (low-- == c->first) return false;
        } while (!is_sacked(c, low));
        high = low;
    }
}

/* What was sent again is left alone: a second loss is the timer's. */
bool tcp_find_lost(struct tcp_conn *c)
{
    uint32_t point, number = c->lost_below - c->first <= c->end - c->first ? c->lost_below : c->first;
    bool any = false;
    if (c->sacked_bytes == 0 || !loss_point(c, &point)) return false;
    for (; number != c->end && tcp_next_unsacked(c, &number) && number - c->first < point - c->first; number++) {
        if (tcp_record_at(c, number)->marks & (MARK_LOST | MARK_RESENT)) continue;
        tcp_mark_lost(c, number);
        any = true;
    }
    c->lost_below = point;
    return any;
}

/* NextSeg (3): a hole below the highest SACKed record; (4): the last record in flight, once in each recovery. */
bool tcp_next_hole(struct tcp_conn *c, uint32_t *number)
{
    if (!c->in_recovery || !c->sack_ok || c->rack_ok || c->sacked_bytes == 0) return false;
    *number = c->hole_at - c->first <= c->end - c->first ? c->hole_at : c->first;
    while (*number != c->end && tcp_next_unsacked(c, number) && *number - c->first < c->sacked_high - c->first) {
        if (!(tcp_record_at(c, *number)->marks & (MARK_LOST | MARK_RESENT))) {
            c->hole_at = *number + 1;
            return true;
        }
        ++*number;
    }
    *number = c->end - 1;
    if (c->rescued || tcp_record_at(c, *number)->marks) return false;
    c->rescued = true;
    return true;
}
