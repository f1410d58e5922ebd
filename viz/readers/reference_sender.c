/* The sending half of the reference TCP: SND.UNA, SND.NXT and SND.WND as they must be, and of each stretch in flight
   all that its sender may hold it for, from which the least and the most that pipe can be (RFC 6675 4) follow.

   What one is to hold for lost is settled only within bounds: a timeout gives all up (RFC 6298 5.4, RFC 2018 8); IsLost
   of RFC 6675 is a fixed rule; RACK (RFC 8985 6.2) may wait for reordering, from no time at all to SRTT; and without
   SACK the third duplicate acknowledgement, or a partial one, tells of the first stretch (RFC 5681 3.2, RFC 6582 3.2).
 */
#include <string.h>

#include "viz/readers/reference_tcp.h"

enum { DUP_THRESH = 3, ALL_FRESH = FRESH | FRESH_AND_AGAIN, ALL_LOST = LOST | LOST_AND_AGAIN };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How often a stretch counts in pipe, at least and at most. */
static unsigned least_times(uint8_t may_be)
{
    if (may_be & (LOST | SACKED)) return 0;
    return may_be & (FRESH | LOST_AND_AGAIN) ? 1 : 2;
}

static unsigned most_times(uint8_t may_be)
{
    if (may_be & FRESH_AND_AGAIN) return 2;
    return may_be & (FRESH | LOST_AND_AGAIN) ? 1 : 0;
}

static int64_t least_pipe(const struct reference_end *r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->sent.count; i++)
        sum += least_times(r->sent.items[i].may_be) * (r->sent.items[i].right - r->sent.items[i].left);
    return sum;
}

static int64_t most_pipe(const struct reference_end *r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->sent.count; i++)
        sum += most_times(r->sent.items[i].may_be) * (r->sent.items[i].right - r->sent.items[i].left);
    return sum;
}

/* Nobody else knows a sender's SMSS: it is no more than both SYNs allow (RFC 9293 3.7.1; 536, or 1220 over IPv6, where
   the peer tells none), and no less than the longest segment since it may have fallen. */
static int64_t smss_at_most(const struct reference_end *r)
{
    int64_t peer = r->peer_syn.mss ? r->peer_syn.mss : 1220;
    return r->own_syn.mss && r->own_syn.mss < peer ? r->own_syn.mss : peer;
}

/* ---- what may be lost ---- */

static void may_be_lost(struct reference_sent *s)
{
    if (s->may_be & (ALL_FRESH | ALL_LOST)) s->may_be |= LOST;
}

static void is_lost(struct reference_sent *s)
{
    if (s->may_be & FRESH) s->may_be = (uint8_t)((s->may_be & ~FRESH) | LOST);
}

/* A timeout forgets what was SACKed, for the receiver may have thrown it away. */
void sender_holds_all_for_lost(struct reference_end *r, bool surely)
{
    for (size_t i = 0; i < r->sent.count; i++)
        r->sent.items[i].may_be = surely ? LOST : r->sent.items[i].may_be | LOST;
}

/* RFC 6675 4, IsLost: three SACKed runs above, or more than (DupThresh - 1) * SMSS bytes. With what may be SACKed it
   may be so; with what surely is, it is. Walks down from the end. */
static void apply_is_lost(struct reference_end *r, bool surely)
{
    int64_t bytes = 0, enough = (DUP_THRESH - 1) * (surely ? smss_at_most(r) : r->smss_least);
    unsigned runs = 0;
    bool above = false;
    for (size_t i = r->sent.count; i-- > 0;) {
        struct reference_sent *s = &r->sent.items[i];
        bool sacked = surely ? s->may_be == SACKED : (s->may_be & SACKED) != 0;
        runs += sacked && !above;
        bytes += sacked ? s->right - s->left : 0;
        above = sacked;
        if (runs < DUP_THRESH && bytes <= enough) continue;
        if (surely && !sacked)
            is_lost(s);
        else if (!surely && s->may_be != SACKED)
            may_be_lost(s);
    }
}

/* RFC 8985 6.2 step 5, with any window for reordering, up to SRTT, which this very acknowledgement may have moved. */
static void applies_rack(struct reference_end *r, int64_t now_ns)
{
    int64_t latest_ns = r->rack_rtt_ns + larger(r->srtt_ns, larger(r->rack_rtt_ns, r->measured_ns));
    for (size_t i = 0; i < r->sent.count; i++) {
        struct reference_sent *s = &r->sent.items[i];
        bool before =
            s->sent_ns < r->rack_sent_ns || (s->sent_ns == r->rack_sent_ns && s->segment_right < r->rack_right);
        if (!before || s->may_be == SACKED) continue;
        may_be_lost(s);
        if (r->rack_is_sure && s->sent_ns + latest_ns <= now_ns) s->may_be = (uint8_t)((s->may_be & SACKED) | LOST);
    }
}

/* RFC 8985 6.2 step 2. Of what was sent twice nobody knows which one has arrived. */
static void has_arrived(struct reference_end *r, const struct reference_sent *s, int64_t now_ns)
{
    if (s->sent_ns < r->rack_sent_ns || (s->sent_ns == r->rack_sent_ns && s->segment_right <= r->rack_right)) return;
    r->rack_sent_ns = s->sent_ns;
    r->rack_right = s->segment_right;
    r->rack_rtt_ns = now_ns - s->sent_ns;
    r->rack_is_sure = s->times == 1;
}

/* ---- what acknowledgements tell ---- */

static void cut_at(struct reference_end *r, int64_t seq)
{
    for (size_t i = 0; i < r->sent.count; i++) {
        if (seq <= r->sent.items[i].left || seq >= r->sent.items[i].right) continue;
        TABLE_ADD(&r->sent);
        struct reference_sent *s = r->sent.items + i;
        memmove(s + 1, s, (r->sent.count - 1 - i) * sizeof *s);
        s[0].right = s[1].left = seq;
        return;
    }
}

static void takes_cumulative_ack(struct reference_end *r, int64_t ack, int64_t now_ns)
{
    size_t n = 0;
    cut_at(r, ack);
    for (; n < r->sent.count && r->sent.items[n].right <= ack; n++) {
        const struct reference_sent *s = &r->sent.items[n];
        r->measured_ns = larger(r->measured_ns, now_ns - s->sent_ns);
        if (s->may_be != SACKED && s->segment_right <= ack) has_arrived(r, s, now_ns);
    }
    r->sent.count -= n;
    if (n) memmove(r->sent.items, r->sent.items + n, r->sent.count * sizeof *r->sent.items);
    r->snd_una = ack;
}

/* Within [left, right): a whole segment is SACKed; of a part, or when the block is a strange one, it is not certain
   that its sender takes notice. */
static bool takes_block(struct reference_end *r, int64_t left, int64_t right, bool sound, int64_t now_ns)
{
    bool news = false;
    cut_at(r, left);
    cut_at(r, right);
    for (size_t i = 0; i < r->sent.count; i++) {
        struct reference_sent *s = &r->sent.items[i];
        if (s->left < left || s->right > right || s->may_be == SACKED) continue;
        bool whole = larger(s->segment_left, r->snd_una) >= left && s->segment_right <= right;
        if (whole) has_arrived(r, s, now_ns);
        s->may_be = sound && whole ? SACKED : s->may_be | SACKED;
        news = true;
    }
    return news;
}

static bool is_dsack(const struct reference_end *r, const struct law_segment *s)
{
    int64_t left = reference_own(r, s->sack[0].left), right = reference_own(r, s->sack[0].right);
    if (right <= reference_own(r, s->ack)) return true;
    return s->n_sack > 1 && reference_own(r, s->sack[1].left) <= left && right <= reference_own(r, s->sack[1].right);
}

static bool takes_sack(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    bool news = false;
    for (unsigned i = s->n_sack && is_dsack(r, s); i < s->n_sack; i++) {
        int64_t left = reference_own(r, s->sack[i].left), right = reference_own(r, s->sack[i].right);
        bool sound = left < right && left >= r->snd_una && right <= r->snd_max;
        if (left < right && right > r->snd_una) news |= takes_block(r, left, right, sound, now_ns);
    }
    return news;
}

static void first_may_be_lost(struct reference_end *r)
{
    size_t i = 0;
    while (i < r->sent.count && r->sent.items[i].may_be == SACKED)
        i++;
    if (i == r->sent.count) return;
    int64_t segment = r->sent.items[i].segment_left;
    for (; i < r->sent.count && r->sent.items[i].segment_left == segment; i++)
        may_be_lost(&r->sent.items[i]);
}

/* RFC 6675 5, RFC 8985. */
static void judges_by_sack(struct reference_end *r, bool advances, bool news, int64_t now_ns)
{
    if (advances)
        r->dupacks = 0;
    else if (news)
        r->dupacks++;
    if (!advances && !news) return;
    if (r->set.rack) {
        applies_rack(r, now_ns);
        return;
    }
    apply_is_lost(r, false);
    apply_is_lost(r, true);
    if (r->dupacks >= DUP_THRESH) first_may_be_lost(r);
}

/* RFC 5681 3.2, RFC 6582 3.2; Tahoe gives up all. */
static void judges_by_duplicates(struct reference_end *r, bool advances, bool duplicate)
{
    if (advances && r->snd_una < r->recovery_until) {
        first_may_be_lost(r);
        r->resend_is_free = true;
    }
    if (advances) {
        r->dupacks = 0;
        return;
    }
    if (!duplicate || ++r->dupacks < DUP_THRESH) return;
    r->resend_is_free = true;
    if (r->set.tahoe)
        sender_holds_all_for_lost(r, false);
    else
        first_may_be_lost(r);
    r->recovery_until = larger(r->recovery_until, r->snd_max);
}

static bool is_newer(struct reference_wl wl, int64_t seq, int64_t ack)
{
    return wl.wl1 < seq || (wl.wl1 == seq && wl.wl2 <= ack);
}

/* RFC 9293 3.10.7.4: SND.WND is that of the segment sent last, by its numbers. One that acknowledges something new was
   sent later than all that did not, even with an old number: its window may be taken, or not. */
static void takes_window(struct reference_end *r, const struct law_segment *s, bool advances)
{
    int shift = reference_scales(r) && !(s->flags & LAW_SYN) ? r->peer_syn.shift : 0;
    int64_t told = (int64_t)s->window << shift, seq = reference_peer(r, s->seq), ack = reference_own(r, s->ack);
    bool surely = is_newer(r->wl_most, seq, ack), maybe = advances || is_newer(r->wl_least, seq, ack);
    bool closed = r->wnd == 0;
    if (!maybe) return;
    r->wnd_other = surely ? told : r->wnd;
    r->wnd = told;
    r->wl_least = (struct reference_wl){seq, ack};
    if (surely) r->wl_most = r->wl_least;
    r->max_wnd = larger(r->max_wnd, told);
    if (!closed || told == 0) return;
    sender_holds_all_for_lost(r, false); /* a probe that was not taken goes as text */
    r->resend_is_free = true;
}

/* What both ends' SYNs say of segments and windows. A SYN's window is never scaled (RFC 7323 2.2). */
void sender_learns(struct reference_end *r, const struct law_segment *syn)
{
    r->wnd = r->wnd_other = r->max_wnd = syn->window;
    r->wl_least = r->wl_most = (struct reference_wl){0, 0};
}

bool sender_takes(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    int64_t ack = reference_own(r, s->ack);
    bool advances = ack > r->snd_una, by_sack = r->set.uses_sack && reference_has_sack(r);
    bool duplicate = ack == r->snd_una && s->extent == 0 && r->sent.count > 0, old = ack < r->snd_una;
    r->measured_ns = 0;
    if (advances) takes_cumulative_ack(r, ack, now_ns);
    if (by_sack)
        judges_by_sack(r, advances, takes_sack(r, s, now_ns), now_ns);
    else
        judges_by_duplicates(r, advances, duplicate);
    if (!old) takes_window(r, s, advances);
    return true;
}

/* ---- what is sent ---- */

static void notes_again(struct reference_end *r, int64_t left, int64_t right, int64_t now_ns)
{
    cut_at(r, left);
    cut_at(r, right);
    for (size_t i = 0; i < r->sent.count; i++) {
        struct reference_sent *s = &r->sent.items[i];
        if (s->left < left || s->right > right) continue;
        uint8_t was = s->may_be, is = was & SACKED;
        if (was & (FRESH | FRESH_AND_AGAIN)) is |= FRESH_AND_AGAIN;
        if (was & (LOST | LOST_AND_AGAIN)) is |= LOST_AND_AGAIN;
        if (was & SACKED) is |= LOST_AND_AGAIN;
        s->may_be = is;
        s->segment_left = larger(s->segment_left, left);
        s->segment_right = s->segment_right < right ? s->segment_right : right;
        s->sent_ns = now_ns;
        s->times++;
    }
}

static bool may_send_text(enum reference_state state)
{
    switch (state) {
    case REFERENCE_ESTABLISHED:
    case REFERENCE_FIN_WAIT_1:
    case REFERENCE_CLOSE_WAIT:
    case REFERENCE_CLOSING:
    case REFERENCE_LAST_ACK:
        return true;
    case REFERENCE_CLOSED:
    case REFERENCE_LISTEN:
    case REFERENCE_SYN_SENT:
    case REFERENCE_SYN_RECEIVED:
    case REFERENCE_FIN_WAIT_2:
    case REFERENCE_TIME_WAIT:
    case REFERENCE_STATES:
        return false;
    }
    return false;
}

/* Numbers follow each other, nothing goes again that is acknowledged, and nothing comes behind a FIN. */
const char *sender_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    int64_t left = reference_own(r, s->seq), right = left + s->extent;
    if (s->extent == 0) return NULL;
    if (left < r->snd_una)
        return reference_refuses(r, "%lld goes again, SND.UNA is %lld", (long long)left, (long long)r->snd_una);
    if (left > r->snd_max)
        return reference_refuses(r, "%lld is sent, SND.NXT is %lld", (long long)left, (long long)r->snd_max);
    if (r->fin_sent && right > r->fin_sent) return reference_refuses(r, "numbers behind the FIN");
    if (s->length && !may_send_text(r->state))
        return reference_refuses(r, "text, and its state does not let it send any");
    if (s->flags & LAW_FIN) r->fin_sent = right;
    if (left < r->snd_max) notes_again(r, left, right < r->snd_max ? right : r->snd_max, now_ns);
    left = larger(left, r->snd_max);
    if (right <= left) return NULL;
    *TABLE_ADD(&r->sent) = (struct reference_sent){left, right, left, right, now_ns, 1, FRESH};
    r->snd_max = right;
    if (s->length > r->smss_least) r->smss_least = s->length;
    return NULL;
}

/* RFC 9293 3.8.6.1 and 3.8.6.2.1: within SND.WND, but for the byte of a probe. What was sent once may go again,
   whatever has become of the window. */
static const char *keeps_within_window(struct reference_end *r, const struct law_segment *s)
{
    int64_t right = reference_own(r, s->seq) + s->extent, edge = r->snd_una + larger(r->wnd, r->wnd_other);
    if (s->flags & LAW_SYN || right <= r->snd_max || right <= edge) return NULL;
    bool probes = r->window_probe_is_due && s->extent == 1;
    return probes ? NULL : reference_refuses(r, "%lld beyond the window that was told last", (long long)(right - edge));
}

/* RFC 5681 3.1, RFC 6675 5 (C): cwnd has room for it. Whatever cwnd is, what a loss was found by, or a timeout, lets
   one segment go again (RFC 5681 3.2, RFC 6582 3.2, RFC 6675 4.3, RFC 6298 5.4); a probe of the tail goes (RFC
   8985 7.3); the first two duplicate acknowledgements let one new one out each (RFC 3042). A SYN or a FIN is no text.
 */
static const char *keeps_within_cwnd(struct reference_end *r, const struct law_segment *s)
{
    int64_t pipe = least_pipe(r), extra = 0;
    bool by_sack = r->set.uses_sack && reference_has_sack(r), again = reference_own(r, s->seq) < r->snd_max;
    bool goes_free = (again && r->resend_is_free) || r->probe_is_free || (s->length == 1 && r->window_probe_is_due);
    r->window_probe_is_due = false;
    if (s->length == 0 || s->flags & LAW_SYN) return NULL;
    if (again) r->resend_is_free = false;
    r->probe_is_free = false;
    if (!again && !by_sack && r->set.limited_transmit) extra = (r->dupacks < 2 ? r->dupacks : 2) * smss_at_most(r);
    if (goes_free || pipe + s->length <= r->cwnd + extra) return NULL;
    return reference_refuses(r, "%u bytes are sent, at least %lld are in the pipe, cwnd is %lld", s->length,
                             (long long)pipe, (long long)r->cwnd);
}

const char *reference_keeps_within(struct reference_end *r, const struct law_segment *s)
{
    if (s->flags & LAW_RST || s->extent == 0 || !r->knows_own) return NULL;
    const char *window = keeps_within_window(r, s), *cwnd = keeps_within_cwnd(r, s);
    return window ? window : cwnd;
}

/* ---- what it tells ---- */

/* A SYN is counted, and a probe of the window, before it leaves; both leave at once. */
static bool is_about_to_send(const struct reference_end *r, int64_t n)
{
    if (r->snd_max == 0) return n == 1;
    return r->window_probe_is_due && r->sent.count == 0 && n > 0 && (n == 1 || n <= larger(r->wnd, r->wnd_other));
}

static const char *tells_window(struct reference_end *r, int64_t wnd)
{
    if (!r->knows_peer) return NULL;
    if (wnd != r->wnd && wnd != r->wnd_other)
        return reference_refuses(r, "SND.WND is %lld, and should be %lld", (long long)wnd, (long long)r->wnd);
    r->wnd = r->wnd_other = r->told_wnd = wnd;
    return NULL;
}

/* Which no loss makes smaller (RFC 5681 3.1, equation 4). */
static bool is_least_cwnd(const struct reference_end *r, int64_t cwnd)
{
    return cwnd <= 2 * smss_at_most(r);
}

/* RFC 8985 6.3. A loss that is found by the timer alone, and leaves cwnd what it is, changes nothing that is told. */
void sender_has_waited_for_reordering(struct reference_end *r, int64_t now_ns)
{
    applies_rack(r, now_ns);
    r->resend_is_free = is_least_cwnd(r, r->cwnd);
}

const char *sender_tells(struct reference_end *r, const struct reference_vars *v)
{
    r->srtt_ns = v->srtt_ns;
    r->resend_is_free |= v->cwnd < r->cwnd || is_least_cwnd(r, v->cwnd); /* a loss was found */
    r->cwnd = v->cwnd;
    const char *why = tells_window(r, v->snd_wnd);
    if (why || !r->knows_own) return why;
    int64_t una = reference_own(r, v->snd_una), nxt = reference_own(r, v->snd_nxt);
    if (una != r->snd_una)
        return reference_refuses(r, "SND.UNA is %lld, and should be %lld", (long long)una, (long long)r->snd_una);
    if (nxt != r->snd_max && !is_about_to_send(r, nxt - r->snd_max))
        return reference_refuses(r, "SND.NXT is %lld, and should be %lld", (long long)nxt, (long long)r->snd_max);
    if (v->flight_size != nxt - una)
        return reference_refuses(r, "FlightSize is %lld, and should be %lld", (long long)v->flight_size,
                                 (long long)(nxt - una));
    r->told_una = una;
    return NULL;
}

/* Whatever has changed was told, by the time that something new comes. */
const char *sender_has_told(struct reference_end *r)
{
    if (!r->knows_own) return NULL;
    if (r->told_una != r->snd_una)
        return reference_refuses(r, "SND.UNA is %lld, and nobody was told", (long long)r->snd_una);
    if (r->knows_peer && r->told_wnd != r->wnd && r->told_wnd != r->wnd_other)
        return reference_refuses(r, "SND.WND is %lld, and nobody was told", (long long)r->wnd);
    r->wnd = r->wnd_other = r->told_wnd;
    return NULL;
}

const char *reference_pipe(struct reference_end *r, const struct reference_vars *v)
{
    if (!r->knows_own) return NULL;
    int64_t unsent = reference_own(r, v->snd_nxt) - r->snd_max;
    int64_t least = least_pipe(r) + unsent, most = most_pipe(r) + unsent;
    if (v->pipe >= least && v->pipe <= most) return NULL;
    return reference_refuses(r, "pipe is %lld, and lies between %lld and %lld", (long long)v->pipe, (long long)least,
                             (long long)most);
}
