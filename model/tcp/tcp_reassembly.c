/* The receiving side of a stream: what has come out of order, what SACK tells of it (RFC 2018 4, RFC 2883), and the
   window that is told (RFC 9293 3.4, 3.8.6.2.2, 3.10.7.4 seventh). Only ranges are kept: the bytes are the holder's. At
   most TCP_RANGES_MAX ranges are remembered; what does not fit is forgotten, as RFC 9293 lets a receiver do, and will
   be sent again. */
#include <assert.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/memory.h"

struct tcp_reassembly {
    uint16_t n_ranges, room;
    uint8_t n_recent;
    bool has_dsack;
    struct tcp_sack_block *ranges;              /* sorted, apart from each other */
    struct tcp_sack_block recent[TCP_SACK_MAX]; /* those that were told of last, the latest first */
    struct tcp_sack_block dsack;                /* what came twice, to be told once */
};

static void advance_rcv_nxt(struct tcp_conn *c, uint32_t to)
{
    uint32_t n = to - c->rcv_nxt;
    assert(n <= c->rcv_wnd);
    c->rcv_nxt = to;
    c->bare_ack_count = 0;
    c->rcv_wnd -= n;
    c->readable += n;
    c->news |= TCP_NEWS_READABLE;
    tcp_changed(c, "data");
}

static struct tcp_reassembly *reassembly_of(struct tcp_conn *c)
{
    if (!c->reassembly) c->reassembly = mem_calloc(1, sizeof *c->reassembly);
    return c->reassembly;
}

void tcp_reassembly_free(struct tcp_conn *c)
{
    if (!c->reassembly) return;
    mem_free(c->reassembly->ranges);
    mem_free(c->reassembly);
    c->reassembly = NULL;
}

size_t tcp_ranges(const struct tcp_conn *c)
{
    return c->reassembly ? c->reassembly->n_ranges : 0;
}

static void make_room_for_range(struct tcp_reassembly *q)
{
    if (q->n_ranges < q->room) return;
    q->room = (uint16_t)(q->room ? q->room * 2 : 4);
    q->ranges = mem_realloc(q->ranges, q->room * sizeof *q->ranges);
}

/* RFC 2018 4: the block of what came last is told first, then those that were told most recently. */
static void note_recent(struct tcp_reassembly *q, struct tcp_sack_block block)
{
    unsigned kept = 0;
    struct tcp_sack_block others[TCP_SACK_MAX];
    for (unsigned i = 0; i < q->n_recent && kept < TCP_SACK_MAX - 1; i++) {
        bool within = seq_not_after(block.left, q->recent[i].left) && seq_not_after(q->recent[i].right, block.right);
        if (!within) others[kept++] = q->recent[i];
    }
    q->recent[0] = block;
    memcpy(q->recent + 1, others, kept * sizeof *others);
    q->n_recent = (uint8_t)(kept + 1);
}

static void forget_recent(struct tcp_reassembly *q, uint32_t rcv_nxt)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < q->n_recent; i++)
        if (seq_before(rcv_nxt, q->recent[i].right)) q->recent[kept++] = q->recent[i];
    q->n_recent = (uint8_t)kept;
}

static void remember_range(struct tcp_conn *c, uint32_t start, uint32_t end)
{
    struct tcp_reassembly *q = reassembly_of(c);
    size_t low = 0;
    while (low < q->n_ranges && seq_before(q->ranges[low].right, start))
        low++;
    size_t high = low; /* [low, high) touch the new one */
    while (high < q->n_ranges && seq_not_after(q->ranges[high].left, end)) {
        if (seq_before(q->ranges[high].left, start)) start = q->ranges[high].left;
        if (seq_before(end, q->ranges[high].right)) end = q->ranges[high].right;
        high++;
    }
    if (low == high) {
        if (q->n_ranges == TCP_RANGES_MAX) return;
        make_room_for_range(q);
        memmove(&q->ranges[low + 1], &q->ranges[low], (q->n_ranges - low) * sizeof *q->ranges);
        q->n_ranges++;
    } else {
        memmove(&q->ranges[low + 1], &q->ranges[high], (q->n_ranges - high) * sizeof *q->ranges);
        q->n_ranges = (uint16_t)(q->n_ranges - (high - low - 1));
    }
    q->ranges[low] = (struct tcp_sack_block){start, end};
    if (c->sends_sack) note_recent(q, q->ranges[low]);
}

/* Whether something remembered has now become part of the stream. */
static void join_ranges(struct tcp_conn *c)
{
    struct tcp_reassembly *q = c->reassembly;
    size_t n = 0;
    for (; n < q->n_ranges && seq_not_after(q->ranges[n].left, c->rcv_nxt); n++) {
        if (seq_before(c->rcv_nxt, q->ranges[n].right)) advance_rcv_nxt(c, q->ranges[n].right);
    }
    q->n_ranges = (uint16_t)(q->n_ranges - n);
    if (n && q->n_ranges) memmove(q->ranges, q->ranges + n, q->n_ranges * sizeof *q->ranges);
    forget_recent(q, c->rcv_nxt);
    if (q->n_ranges == 0 && !q->has_dsack) tcp_reassembly_free(c);
}

static void note_duplicate(struct tcp_conn *c, uint32_t start, uint32_t end)
{
    if (c->state < TCP_ESTABLISHED) return;
    struct tcp_reassembly *q = reassembly_of(c);
    q->has_dsack = true;
    q->dsack = (struct tcp_sack_block){start, end};
}

/* RFC 2883 4: the first stretch of this segment that had come before, in the stream or in a range. */
void tcp_look_for_duplicate(struct tcp_conn *c, uint32_t start, uint32_t end)
{
    if (seq_before(start, c->rcv_nxt)) {
        note_duplicate(c, start, seq_before(end, c->rcv_nxt) ? end : c->rcv_nxt);
        return;
    }
    for (size_t i = 0; i < tcp_ranges(c); i++) {
        struct tcp_sack_block range = c->reassembly->ranges[i];
        if (seq_before(range.left, start)) range.left = start;
        if (seq_before(end, range.right)) range.right = end;
        if (!seq_before(range.left, range.right)) continue;
        note_duplicate(c, range.left, range.right);
        return;
    }
}

/* The range that a block lies in, which is told after a D-SACK of a part of it (RFC 2883 4.1.2); NULL: none. */
static const struct tcp_sack_block *range_of(const struct tcp_reassembly *q, struct tcp_sack_block block)
{
    for (size_t i = 0; i < q->n_ranges; i++)
        if (seq_not_after(q->ranges[i].left, block.left) && seq_not_after(block.right, q->ranges[i].right))
            return &q->ranges[i];
    return NULL;
}

static bool is_recent(const struct tcp_reassembly *q, struct tcp_sack_block range)
{
    for (unsigned i = 0; i < q->n_recent; i++)
        if (q->recent[i].left == range.left) return true;
    return false;
}

/* Ranges that are not among the recent ones, from the lowest on, behind these. */
static void remember_more(struct tcp_reassembly *q)
{
    for (size_t i = 0; i < q->n_ranges && q->n_recent < TCP_SACK_MAX; i++)
        if (!is_recent(q, q->ranges[i])) q->recent[q->n_recent++] = q->ranges[i];
}

bool tcp_has_sack(const struct tcp_conn *c)
{
    return c->reassembly && (c->reassembly->n_ranges || c->reassembly->has_dsack);
}

unsigned tcp_least_sack(const struct tcp_conn *c)
{
    const struct tcp_reassembly *q = c->reassembly;
    return q->has_dsack && range_of(q, q->dsack) ? 2 : 1;
}

unsigned tcp_put_sack(struct tcp_conn *c, struct tcp_sack_block *blocks, unsigned room)
{
    struct tcp_reassembly *q = c->reassembly;
    unsigned n = 0;
    if (q->has_dsack && room) {
        const struct tcp_sack_block *range = range_of(q, q->dsack);
        blocks[n++] = q->dsack;
        if (range) note_recent(q, *range);
        q->has_dsack = false;
    }
    /* 4: as many as fit. Of those told last some may have become part of the stream. */
    if (q->n_recent < room && q->n_recent < q->n_ranges) remember_more(q);
    for (unsigned i = 0; i < q->n_recent && n < room; i++)
        blocks[n++] = q->recent[i];
    if (q->n_ranges == 0) tcp_reassembly_free(c);
    return n;
}

enum tcp_text tcp_take_text(struct tcp_conn *c, uint32_t start, uint32_t length)
{
    uint32_t end = start + length, edge = c->rcv_nxt + c->rcv_wnd;
    if (c->sends_sack && (c->reassembly || start != c->rcv_nxt)) tcp_look_for_duplicate(c, start, end);
    if (seq_before(start, c->rcv_nxt)) start = c->rcv_nxt;
    if (seq_before(edge, end)) end = edge;
    if (!seq_before(start, end)) return TEXT_NONE;
    if (start != c->rcv_nxt) {
        if (c->congestion->keeps_out_of_order) remember_range(c, start, end);
        return TEXT_OUT_OF_ORDER;
    }
    bool had_gap = tcp_ranges(c) > 0;
    advance_rcv_nxt(c, end);
    if (c->reassembly) join_ranges(c);
    return had_gap ? TEXT_GAP_FILLED : TEXT_IN_ORDER;
}

/* What the right edge could advance by. RCV.BUFF less what the application has not yet taken (RCV.USER). */
static uint32_t window_gain(const struct tcp_conn *c)
{
    uint64_t taken = c->readable - c->consumed + c->rcv_wnd;
    assert(taken <= c->rcv_buff);
    return (uint32_t)(c->rcv_buff - taken);
}

static uint32_t least_worthwhile_gain(const struct tcp_conn *c)
{
    uint32_t half = c->rcv_buff / 2;
    return half < c->opening.mss ? half : c->opening.mss;
}

/* RFC 9293 3.8.6.2.2 (MUST-39): the right edge stays until it can move by a worthwhile step; it never moves left. */
void tcp_open_window(struct tcp_conn *c)
{
    uint32_t gain = window_gain(c);
    if (gain == 0 || gain < least_worthwhile_gain(c)) return;
    c->rcv_wnd += gain;
    tcp_changed(c, "window");
}

/* A segment of its own is spent only on a peer that may be waiting for it, or on half of the buffer; otherwise the next
   acknowledgement carries the news. */
bool tcp_window_update_is_due(const struct tcp_conn *c)
{
    uint32_t gain = window_gain(c);
    if (gain == 0 || gain < least_worthwhile_gain(c)) return false;
    return c->rcv_wnd < c->opening.mss || gain >= c->rcv_buff / 2;
}

_Static_assert(TCP_MISSING_RUNS_MAX == TCP_RANGES_MAX + 1, "a run is missing before, between and behind the ranges");

bool tcp_missing_text(const struct tcp_conn *c, uint64_t from, uint64_t to, uint64_t *begin, uint64_t *end)
{
    uint32_t next = c->rcv_nxt - c->fin_taken; /* the sequence number of stream offset `readable` */
    if (from < c->readable) from = c->readable;
    for (size_t i = 0; i < tcp_ranges(c) && from < to; i++) {
        const struct tcp_sack_block *range = &c->reassembly->ranges[i];
        uint64_t held_from = c->readable + (range->left - next), held_to = c->readable + (range->right - next);
        if (from < held_from) {
            *begin = from;
            *end = to < held_from ? to : held_from;
            return true;
        }
        if (from < held_to) from = held_to;
    }
    if (from >= to) return false;
    *begin = from;
    *end = to;
    return true;
}
