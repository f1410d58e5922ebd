/* The receiving side of a stream: what has come out of order, and the window that is told (RFC 9293 3.4, 3.8.6.2.2,
   3.10.7.4 seventh). Only ranges are kept: the bytes are the holder's. At most TCP_RANGES_MAX ranges are remembered;
   what does not fit is forgotten, as RFC 9293 lets a receiver do, and will be sent again. */
#include <assert.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/memory.h"

static void advance_rcv_nxt(struct tcp_conn *c, uint32_t to)
{
    uint32_t n = to - c->rcv_nxt;
    assert(n <= c->rcv_wnd);
    c->rcv_nxt = to;
    c->rcv_wnd -= n;
    c->readable += n;
    c->totals.bytes_received += n;
    c->unacked_bytes += n;
    c->news |= TCP_NEWS_READABLE;
    tcp_changed(c, "data");
}

static void make_room_for_range(struct tcp_conn *c)
{
    if (c->n_ranges < c->range_room) return;
    c->range_room = (uint16_t)(c->range_room ? c->range_room * 2 : 4);
    c->ranges = mem_realloc(c->ranges, c->range_room * sizeof *c->ranges);
}

static void remember_range(struct tcp_conn *c, uint32_t start, uint32_t end)
{
    size_t low = 0;
    while (low < c->n_ranges && seq_before(c->ranges[low].end, start))
        low++;
    size_t high = low; /* [low, high) touch the new one */
    while (high < c->n_ranges && seq_not_after(c->ranges[high].start, end)) {
        if (seq_before(c->ranges[high].start, start)) start = c->ranges[high].start;
        if (seq_before(end, c->ranges[high].end)) end = c->ranges[high].end;
        high++;
    }
    if (low == high) {
        if (c->n_ranges == TCP_RANGES_MAX) return;
        make_room_for_range(c);
        memmove(&c->ranges[low + 1], &c->ranges[low], (c->n_ranges - low) * sizeof *c->ranges);
        c->n_ranges++;
    } else {
        memmove(&c->ranges[low + 1], &c->ranges[high], (c->n_ranges - high) * sizeof *c->ranges);
        c->n_ranges = (uint16_t)(c->n_ranges - (high - low - 1));
    }
    c->ranges[low] = (struct tcp_range){start, end};
}

/* Whether something remembered has now become part of the stream. */
static void join_ranges(struct tcp_conn *c)
{
    size_t n = 0;
    for (; n < c->n_ranges && seq_not_after(c->ranges[n].start, c->rcv_nxt); n++) {
        if (seq_before(c->rcv_nxt, c->ranges[n].end)) advance_rcv_nxt(c, c->ranges[n].end);
    }
    if (n == 0) return;
    c->n_ranges = (uint16_t)(c->n_ranges - n);
    memmove(c->ranges, c->ranges + n, c->n_ranges * sizeof *c->ranges);
}

enum tcp_text tcp_take_text(struct tcp_conn *c, uint32_t start, uint32_t length)
{
    uint32_t end = start + length, edge = c->rcv_nxt + c->rcv_wnd;
    if (seq_before(start, c->rcv_nxt)) start = c->rcv_nxt;
    if (seq_before(edge, end)) end = edge;
    if (!seq_before(start, end)) return TEXT_NONE;
    if (start != c->rcv_nxt) {
        remember_range(c, start, end);
        return TEXT_OUT_OF_ORDER;
    }
    bool had_gap = c->n_ranges > 0;
    advance_rcv_nxt(c, end);
    join_ranges(c);
    return had_gap ? TEXT_GAP_FILLED : TEXT_IN_ORDER;
}

/* What the right edge could advance by. RCV.BUFF less what the application has not yet taken (RCV.USER). */
static uint32_t window_gain(const struct tcp_conn *c)
{
    uint64_t unread = c->readable - c->consumed;
    assert(unread + c->rcv_wnd <= c->config->receive_buffer);
    return (uint32_t)(c->config->receive_buffer - unread - c->rcv_wnd);
}

static uint32_t least_worthwhile_gain(const struct tcp_conn *c)
{
    uint32_t half = c->config->receive_buffer / 2;
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
    return c->rcv_wnd < c->opening.mss || gain >= c->config->receive_buffer / 2;
}

_Static_assert(TCP_MISSING_RUNS_MAX == TCP_RANGES_MAX + 1, "a run is missing before, between and behind the ranges");

bool tcp_missing_text(const struct tcp_conn *c, uint64_t from, uint64_t to, uint64_t *begin, uint64_t *end)
{
    uint32_t next = c->rcv_nxt - c->fin_taken; /* the sequence number of stream offset `readable` */
    if (from < c->readable) from = c->readable;
    for (size_t i = 0; i < c->n_ranges && from < to; i++) {
        uint64_t held_from = c->readable + (c->ranges[i].start - next),
                 held_to = c->readable + (c->ranges[i].end - next);
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
