/* The receiving half of the reference TCP: which segments are acceptable, what of the peer's stream is there, and what
   must therefore stand in the segments that are sent. RFC 9293 3.4, 3.8.6 and 3.10.7.4; RFC 2018, RFC 2883, RFC 7323.
 */
#include <string.h>

#include "viz/readers/reference_tcp.h"

enum { RANGES_KEPT = 64 }; /* as many stretches out of order as a receiver says that it keeps (docs/tcp.md) */

static bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* ---- what was received twice (RFC 2883) ---- */

static void note_twice(struct reference_end *r, int64_t left, int64_t right)
{
    enum { REMEMBERED = 64 };
    if (left >= right || !reference_has_sack(r)) return;
    if (r->twice.count == REMEMBERED)
        memmove(r->twice.items, r->twice.items + 1, --r->twice.count * sizeof *r->twice.items);
    *TABLE_ADD(&r->twice) = (struct reference_range){left, right};
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void look_for_what_was_there(struct reference_end *r, int64_t left, int64_t right)
{
    note_twice(r, left, smaller(right, r->rcv_nxt));
    for (size_t i = r->held.count; i-- > 0;) {
        struct reference_range part = {larger(left, r->held.items[i].left), smaller(right, r->held.items[i].right)};
        note_twice(r, part.left, part.right);
        if (part.left < part.right) r->newest = part.left;
    }
}

/* ---- what arrives ---- */

/* RFC 7323 5.3 R1, and 5.5: a clock that stood still for 24 days says nothing. */
static bool is_old(const struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    static const int64_t outdated_ns = (int64_t)24 * 24 * HOUR;
    return seq_before(s->ts_val, r->ts_recent) && now_ns - r->ts_recent_ns <= outdated_ns + SECOND;
}

/* RFC 9293 3.4, table 6. */
static bool is_in_window(const struct reference_end *r, int64_t left, uint32_t extent)
{
    bool closed = r->edge == r->rcv_nxt;
    if (closed) return extent == 0 && left == r->rcv_nxt;
    int64_t last = left + (extent ? extent - 1 : 0);
    return (left >= r->rcv_nxt && left < r->edge) || (last >= r->rcv_nxt && last < r->edge);
}

/* An answer is owed to what takes up sequence numbers; to the rest one may be given (RFC 5961 7 lets it be seldom). */
void receiver_must_answer(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    r->may_ack = true;
    if (s->extent && r->answer_due_ns == TIME_NEVER && !(s->flags & LAW_SYN)) r->answer_due_ns = now_ns;
}

/* RFC 7323 3.2 and 5.3, RFC 9293 3.10.7.4, first. What is not acceptable is answered, unless it is a reset. */
bool receiver_accepts(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    int64_t left = reference_peer(r, s->seq);
    bool reset = s->flags & LAW_RST, timed = reference_has_timestamps(r);
    if (timed && !reset && !s->has_timestamps) return false;
    if (timed && !reset && is_old(r, s, now_ns)) {
        receiver_must_answer(r, s, now_ns);
        return false;
    }
    bool accepted = is_in_window(r, left, s->extent);
    if (!accepted && reset) return false;
    if (!accepted) {
        if (s->length) look_for_what_was_there(r, left, left + s->length);
        receiver_must_answer(r, s, now_ns);
        /* A closed window takes no text, yet what it acknowledges counts. */
        if (r->edge != r->rcv_nxt || left != r->rcv_nxt || s->flags & LAW_SYN) return false;
    }
    if (timed && s->has_timestamps && left <= r->last_ack && !is_old(r, s, now_ns)) { /* RFC 7323 4.3 (2) */
        r->ts_recent = s->ts_val;
        r->ts_recent_ns = now_ns;
    }
    return true;
}

static void hold(struct reference_end *r, int64_t left, int64_t right)
{
    size_t low = 0, high;
    while (low < r->held.count && r->held.items[low].right < left)
        low++;
    for (high = low; high < r->held.count && r->held.items[high].left <= right; high++) {
        left = smaller(left, r->held.items[high].left);
        right = larger(right, r->held.items[high].right);
    }
    if (low == high && r->held.count == RANGES_KEPT) return;
    size_t behind = r->held.count - high;
    TABLE_ADD(&r->held);
    memmove(r->held.items + low + 1, r->held.items + high, behind * sizeof *r->held.items);
    r->held.items[low] = (struct reference_range){left, right};
    r->held.count = low + 1 + behind;
    r->newest = left;
}

static void join(struct reference_end *r)
{
    size_t n = 0;
    for (; n < r->held.count && r->held.items[n].left <= r->rcv_nxt; n++)
        r->rcv_nxt = larger(r->rcv_nxt, r->held.items[n].right);
    r->held.count -= n;
    if (n) memmove(r->held.items, r->held.items + n, r->held.count * sizeof *r->held.items);
}

/* RFC 9293 3.10.7.4, seventh: trimmed to the window. RFC 5681 4.2: what is out of order, or fills a gap, is answered at
   once. */
static void takes_text(struct reference_end *r, const struct law_segment *s, int64_t left, int64_t now_ns)
{
    int64_t right = left + s->length;
    look_for_what_was_there(r, left, right);
    left = larger(left, r->rcv_nxt);
    right = smaller(right, r->edge);
    if (left >= right) return;
    r->may_ack = true;
    if (r->text_waits_ns == TIME_NEVER) r->text_waits_ns = now_ns;
    if (left > r->rcv_nxt || r->held.count) receiver_must_answer(r, s, now_ns);
    if (left > r->rcv_nxt) {
        if (r->set.keeps_out_of_order) hold(r, left, right);
        return;
    }
    r->rcv_nxt = right;
    join(r);
}

/* Eighth: a FIN is text's last number, in a window that has room for it, and is processed when it is next. Behind it
   nothing can come; where something did, it was none of this stream. */
static void takes_fin(struct reference_end *r, const struct law_segment *s, int64_t at, int64_t now_ns)
{
    if (r->fin_at && r->fin_at < r->rcv_nxt) r->fin_at = 0;
    if (s->flags & LAW_FIN && !r->fin_at && at >= r->rcv_nxt && at < r->edge) {
        r->fin_at = at;
        receiver_must_answer(r, s, now_ns);
    }
    if (!r->fin_at || r->fin_at != r->rcv_nxt) return;
    r->fin_taken = true;
    r->rcv_nxt++;
    r->answer_due_ns = smaller(r->answer_due_ns, now_ns);
    r->may_ack = true;
}

void receiver_takes(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    int64_t left = reference_peer(r, s->seq);
    if (r->fin_taken) return; /* its text is ignored: there is none behind a FIN */
    if (s->length) takes_text(r, s, left, now_ns);
    takes_fin(r, s, left + s->length, now_ns);
}

/* ---- what is sent ---- */

/* RFC 2883 4.1 and 4.2: a first block below the ACK, or within the second, tells of something received twice. */
static bool is_dsack(const struct reference_end *r, const struct law_segment *s)
{
    int64_t right = reference_peer(r, s->sack[0].right), left = reference_peer(r, s->sack[0].left);
    if (s->n_sack == 0) return false;
    if (right <= r->rcv_nxt) return true;
    return s->n_sack > 1 && reference_peer(r, s->sack[1].left) <= left && right <= reference_peer(r, s->sack[1].right);
}

static bool was_there_twice(struct reference_end *r, int64_t left, int64_t right)
{
    for (size_t i = 0; i < r->twice.count; i++)
        if (r->twice.items[i].left == left && r->twice.items[i].right == right) {
            r->twice.count = 0; /* each is told once */
            return true;
        }
    return false;
}

static bool is_held(const struct reference_end *r, int64_t left, int64_t right)
{
    for (size_t i = 0; i < r->held.count; i++)
        if (r->held.items[i].left == left && r->held.items[i].right == right) return true;
    return false;
}

static bool holds(const struct reference_end *r, int64_t seq)
{
    for (size_t i = 0; i < r->held.count; i++)
        if (r->held.items[i].left <= seq && seq < r->held.items[i].right) return true;
    return false;
}

/* RFC 2018 3 and 4: each block is a whole stretch that is held, none stands twice, and the first is of what came last.
   There are some as long as something is held, where the segment has room for them. */
static const char *sends_sack(struct reference_end *r, const struct law_segment *s)
{
    unsigned first = is_dsack(r, s);
    if (s->n_sack && !reference_has_sack(r)) return reference_refuses(r, "SACK blocks that were not agreed on");
    for (unsigned i = 0; i < s->n_sack; i++) {
        int64_t left = reference_peer(r, s->sack[i].left), right = reference_peer(r, s->sack[i].right);
        bool right_one = i < first ? was_there_twice(r, left, right) : is_held(r, left, right);
        if (!right_one)
            return reference_refuses(r, "%s block %u, %lld to %lld, is not so", i < first ? "D-SACK" : "SACK", i + 1,
                                     (long long)left, (long long)right);
        for (unsigned k = first; k < i; k++)
            if (s->sack[k].left == s->sack[i].left) return reference_refuses(r, "the same SACK block twice");
    }
    if (!reference_has_sack(r) || r->held.count == 0 || s->extent) return NULL;
    if (s->n_sack == first) return reference_refuses(r, "no SACK block, and %zu stretches are held", r->held.count);
    int64_t left = reference_peer(r, s->sack[first].left), right = reference_peer(r, s->sack[first].right);
    bool newest = !holds(r, r->newest) || first || (left <= r->newest && r->newest < right);
    return newest ? NULL : reference_refuses(r, "the first SACK block is not of what came last");
}

/* RFC 7323 3.2 and 4.3. */
static const char *sends_timestamps(struct reference_end *r, const struct law_segment *s)
{
    bool agreed = reference_has_timestamps(r);
    if (s->flags & LAW_SYN && !r->knows_peer) return NULL;
    if (agreed != s->has_timestamps)
        return reference_refuses(r, agreed ? "no timestamp" : "a timestamp that was not agreed on");
    if (!agreed) return NULL;
    if (s->ts_ecr != r->ts_recent)
        return reference_refuses(r, "the timestamp %u is echoed, TS.Recent is %u", s->ts_ecr, r->ts_recent);
    if (r->sent_ts && seq_before(s->ts_val, r->ts_val))
        return reference_refuses(r, "its clock of timestamps goes back");
    r->sent_ts = true;
    r->ts_val = s->ts_val;
    return NULL;
}

/* RFC 9293 3.8.6.2.2 and RFC 7323 2.3: what is told is RCV.WND rounded down. The window may grow just now, by how much
   tcp.vars tells afterwards. */
static const char *sends_window(struct reference_end *r, const struct law_segment *s)
{
    if (s->flags & LAW_SYN) return NULL; /* never scaled; sends_syn looks at it */
    int shift = reference_scales(r) ? r->own_syn.shift : 0;
    int64_t least = r->rcv_nxt + ((int64_t)s->window << shift), most = least + ((int64_t)1 << shift) - 1;
    if (s->window == 65535) most = INT64_MAX; /* more cannot be told */
    if (most < r->edge)
        return reference_refuses(r, "a window of %lld is told, RCV.WND is %lld", (long long)(least - r->rcv_nxt),
                                 (long long)(r->edge - r->rcv_nxt));
    bool grows = least > r->edge, hides_steps = (1 << shift) > (int64_t)r->own_syn.mss;
    if (!grows && !hides_steps) return NULL;
    if (r->edge_was == 0) r->edge_was = r->edge;
    r->edge = larger(r->edge, least);
    r->edge_most = larger(r->edge_most, most);
    r->may_ack = true; /* a window that opens is worth a segment */
    return NULL;
}

/* RFC 9293 3.8.4: an ACK for nothing is a keep-alive, or the beginning of a war. */
static const char *sends_bare_ack(struct reference_end *r, const struct law_segment *s)
{
    int64_t seq = reference_own(r, s->seq);
    bool may = r->may_ack, keeps_alive = r->keep_alive_due;
    r->keep_alive_due = false;
    if (keeps_alive && seq == r->snd_una - 1) return NULL;
    /* RFC 9293 3.8.6.1: the byte of a probe lies beyond the window, and an ACK behind it would not be acceptable. */
    if (seq != r->snd_max && !(seq == r->snd_una && r->snd_max == r->snd_una + 1))
        return reference_refuses(r, "an ACK with the number %lld, SND.NXT is %lld", (long long)seq,
                                 (long long)r->snd_max);
    return may || keeps_alive ? NULL : reference_refuses(r, "an ACK for nothing that has come");
}

const char *receiver_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    (void)now_ns;
    if (!r->knows_peer) return reference_refuses(r, "an ACK, and the peer's SYN has not come");
    int64_t ack = reference_peer(r, s->ack);
    if (ack != r->rcv_nxt)
        return reference_refuses(r, "%lld is acknowledged, RCV.NXT is %lld", (long long)ack, (long long)r->rcv_nxt);
    const char *why = sends_window(r, s);
    if (!why) why = sends_timestamps(r, s);
    if (!why) why = sends_sack(r, s);
    if (!why && s->extent == 0) why = sends_bare_ack(r, s);
    r->last_ack = ack;
    r->text_waits_ns = r->answer_due_ns = TIME_NEVER;
    /* What a segment full of text has no room for goes in one of its own. */
    bool told = (r->held.count == 0 && r->twice.count == 0) || s->n_sack;
    if (s->extent == 0 || told) r->may_ack = false;
    return why;
}

/* ---- what it tells ---- */

/* RFC 9293 3.8.6.2.2 (MUST-39): the right edge moves by a worthwhile step, or not at all. */
static const char *tells_edge(struct reference_end *r, int64_t edge)
{
    int64_t gain = r->edge_was ? edge - r->edge_was : 0, least = r->set.receive_buffer / 2;
    if (least > r->own_syn.mss) least = r->own_syn.mss;
    r->edge = r->edge_most = edge;
    r->edge_was = 0;
    return gain == 0 || gain >= least ? NULL
                                      : reference_refuses(r, "the window opens by no more than %lld", (long long)gain);
}

const char *receiver_tells(struct reference_end *r, const struct reference_vars *v)
{
    if (!r->knows_peer) return NULL;
    int64_t rcv_nxt = reference_peer(r, v->rcv_nxt), edge = rcv_nxt + v->rcv_wnd;
    if (rcv_nxt != r->rcv_nxt)
        return reference_refuses(r, "RCV.NXT is %lld, and should be %lld", (long long)rcv_nxt, (long long)r->rcv_nxt);
    if (r->set.receive_buffer && v->rcv_wnd > r->set.receive_buffer)
        return reference_refuses(r, "RCV.WND is %lld, with a buffer of %u", (long long)v->rcv_wnd,
                                 r->set.receive_buffer);
    if (r->edge && (edge < r->edge || edge > r->edge_most))
        return reference_refuses(r, "RCV.WND is %lld, and the window that was told is %lld", (long long)v->rcv_wnd,
                                 (long long)(r->edge - r->rcv_nxt));
    r->told_rcv_nxt = rcv_nxt;
    return tells_edge(r, edge);
}

const char *receiver_has_told(struct reference_end *r)
{
    if (!r->knows_peer || r->told_rcv_nxt == r->rcv_nxt) return NULL;
    return reference_refuses(r, "RCV.NXT is %lld, and nobody was told", (long long)r->rcv_nxt);
}
