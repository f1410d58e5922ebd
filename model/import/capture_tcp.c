/* What each segment is: new data, an acknowledgement, something sent again and for which reason; and what became of it.
   Nothing of that is on the wire: it is inferred from the order and the times of the segments, as Wireshark does it,
   and marked so. See capture.h. */
#include <stdio.h>
#include <string.h>

#include "model/import/capture.h"
#include "sim/journal/tr.h"

enum { TIMER_MIN_MS = 200 /* Linux; RFC 6298 2.4 says 1 s */, DUPLICATES = 3, NEARLY_PERCENT = 80 };

static int64_t nearly(int64_t ns)
{
    return ns == UNKNOWN_NS ? 0 : ns / 100 * NEARLY_PERCENT;
}

static void say(struct seen_packet *p, const char *why)
{
    snprintf(p->why, sizeof p->why, "%s", why);
}

/* ---- What was sent again ---- */

static void find_reason(const struct capture *c, struct seen_end *end, struct seen_packet *p)
{
    const struct seen_packet *before = &c->packets[p->repeats];
    int64_t since_ns = p->first_ns - before->first_ns;
    bool in_recovery = end->recover > p->offset && p->payload_size;
    p->resent = RESENT_FAST;
    if (p->payload_size && end->duplicate_acks >= DUPLICATES && p->offset == end->acked && !in_recovery) {
        say(p, tr("inferred: third duplicate ack"));
        end->recover = end->snd_max;
    } else if (in_recovery && p->offset == end->acked && since_ns < TIMER_MIN_MS * MILLISECOND) {
        say(p, tr("inferred: partial ack"));
    } else if (p->payload_size && end->sack_above && since_ns < TIMER_MIN_MS * MILLISECOND) {
        say(p, tr("inferred: sack shows a loss"));
        end->recover = end->snd_max;
    } else {
        p->resent = RESENT_BY_TIMER;
        say(p, since_ns >= TIMER_MIN_MS * MILLISECOND ? tr("inferred: retransmission timeout")
                                                      : tr("inferred: tail loss probe, or a short timeout"));
    }
}

/* Whether the one before was lost, as far as can be told now. */
static void judge_loss(struct capture *c, struct seen_end *end, struct seen_packet *p)
{
    struct seen_packet *before = &c->packets[p->repeats];
    const struct seen_pair *pair = &c->pairs[p->pair];
    bool acked = p->payload_size && p->offset + p->payload_size <= end->acked;
    if (acked) {
        p->resent = RESENT_NEEDLESSLY;
        say(p, tr("inferred: needless, it was acknowledged already"));
    } else if (c->many_taps && pair->transit_ns != UNKNOWN_NS) {
        return; /* then it was seen to arrive, or not */
    } else if (pair->way_ns[1 - p->side] == 0 && pair->way_ns[p->side] > 0) {
        size_t length = strlen(p->why);
        snprintf(p->why + length, sizeof p->why - length, "%s", tr("; what answered it was lost, or late"));
    } else if (!before->lost) {
        before->lost = tr("inferred: beyond the capture point");
    }
}

static void sent_again(struct capture *c, struct seen_end *end, int packet, int before)
{
    struct seen_packet *p = &c->packets[packet];
    p->repeats = before;
    if (p->payload_size == 1 && p->offset + 1 == end->acked) {
        p->resent = RESENT_NEEDLESSLY;
        say(p, tr("inferred: keep-alive"));
        return;
    }
    find_reason(c, end, p);
    judge_loss(c, end, p);
}

/* A packet that nobody captured, since it was lost before; made out from the one that fills its gap. */
static int add_ghost(struct capture *c, int filler, int64_t at_ns)
{
    struct seen_packet *ghost = capture_add_packet(c);
    *ghost = c->packets[filler];
    ghost->is_ghost = true;
    ghost->repeats = NO_INDEX;
    ghost->first_ns = ghost->last_ns = at_ns;
    ghost->sent_ns = at_ns - c->pairs[ghost->pair].way_ns[ghost->side];
    ghost->arrives_ns = at_ns + c->pairs[ghost->pair].way_ns[1 - ghost->side];
    ghost->lost = tr("inferred: before the capture point");
    say(ghost, tr("inferred: never captured, but sent again later"));
    return (int)c->n_packets - 1;
}

/* Bytes that were jumped over arrive: late, or sent again. */
static void fills_gap(struct capture *c, struct seen_end *end, int packet, const struct seen_piece *next)
{
    struct seen_packet *p = &c->packets[packet];
    int64_t opened_ns = c->packets[next->first].first_ns, waited_ns = p->first_ns - opened_ns;
    const struct seen_pair *pair = &c->pairs[p->pair];
    if (pair->way_ns[p->side] == 0 || waited_ns < nearly(2 * pair->way_ns[p->side]) || waited_ns < MILLISECOND) {
        say(p, pair->way_ns[p->side] ? tr("inferred: overtaken on its way") : tr("inferred: captured out of order"));
        return;
    }
    int ghost = add_ghost(c, packet, opened_ns - 1);
    c->packets[packet].repeats = ghost;
    find_reason(c, end, &c->packets[packet]);
}

static void data_segment(struct capture *c, struct seen_end *end, int packet, int64_t offset)
{
    struct seen_packet *p = &c->packets[packet];
    if (offset < 0) { /* from before the capture, or a probe */
        say(p, tr("inferred: sent before the capture began"));
        p->payload_size = 0;
        return;
    }
    p->offset = (uint64_t)offset;
    size_t at = capture_piece_at(end, p->offset);
    bool seen = at < end->n_pieces && end->pieces[at].offset <= p->offset;
    if (seen)
        sent_again(c, end, packet, end->pieces[at].packet);
    else if (p->offset < end->snd_max && at < end->n_pieces)
        fills_gap(c, end, packet, &end->pieces[at]);
    else
        say(p, p->offset > end->snd_max ? tr("new data; inferred: some before it was not captured") : "new data");
    p = &c->packets[packet]; /* a ghost may have moved them */
    if (p->offset + p->payload_size > end->snd_max) end->bytes_sent = end->snd_max = p->offset + p->payload_size;
    capture_keep_piece(c, end, packet);
}

/* ---- What acknowledgements tell ---- */

/* It came too soon to answer what was sent again, so that the first one had arrived. */
static void acquit(struct capture *c, int packet, int64_t at_ns, int64_t answer_ns, bool is_told)
{
    struct seen_packet *again = &c->packets[packet];
    if (again->repeats == NO_INDEX) return;
    struct seen_packet *first = &c->packets[again->repeats];
    if (!is_told && at_ns - again->first_ns >= nearly(answer_ns)) return;
    if (first->is_ghost || !first->lost) return;
    first->lost = NULL;
    again->resent = RESENT_NEEDLESSLY;
    say(again, is_told ? tr("inferred: needless, as the receiver has told (D-SACK)")
                       : tr("inferred: needless, the first one was acknowledged at once"));
}

static void note_sack(struct capture *c, struct seen_end *other, const struct seen_packet *p, int64_t acked)
{
    for (unsigned i = 0; i < p->tcp.n_sack; i++) {
        int64_t left = capture_end_offset(other, p->tcp.sack[i].left);
        if (left > acked) other->sack_above = true;
        if (i || left < 0 || left >= acked) continue; /* RFC 2883 4: the first block tells of a duplicate */
        size_t at = capture_piece_at(other, (uint64_t)left);
        if (at < other->n_pieces)
            acquit(c, other->pieces[at].packet, p->first_ns, 0, true);
        else if (other->has_fin)
            acquit(c, other->fin_packet, p->first_ns, 0, true);
    }
}

static void note_ack(struct capture *c, const struct seen_conn *conn, struct seen_end *other, struct seen_packet *p)
{
    if (!(p->tcp.flags & TCP_ACK) || !other->has_iss) return;
    int64_t acked = capture_end_offset(other, p->tcp.ack);
    bool is_bare = !p->payload_size && !(p->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST));
    if (acked > (int64_t)other->acked) {
        int64_t answer_ns = c->pairs[conn->pair].answer_ns[p->side];
        size_t at = capture_piece_at(other, other->acked);
        for (; at < other->n_pieces && other->pieces[at].offset < (uint64_t)acked; at++)
            acquit(c, other->pieces[at].packet, p->first_ns, answer_ns, false);
        other->acked = (uint64_t)acked;
        other->duplicate_acks = 0;
        other->sack_above = false;
    } else if (is_bare && acked == (int64_t)other->acked && other->snd_max > other->acked &&
               p->tcp.window == other->last_window) {
        other->duplicate_acks++;
        snprintf(p->why, sizeof p->why, tr("inferred: duplicate ack %u, something is missing"), other->duplicate_acks);
    }
    other->last_window = p->tcp.window;
    note_sack(c, other, p, acked);
}

/* ---- One segment ---- */

static void opens(struct capture *c, struct seen_conn *conn, int packet)
{
    struct seen_packet *p = &c->packets[packet];
    struct seen_end *end = &conn->ends[p->side];
    bool answers = p->tcp.flags & TCP_ACK;
    say(p, answers ? "open answered" : "open");
    if (end->syn_packet != NO_INDEX) sent_again(c, end, packet, end->syn_packet);
    end->syn_packet = packet;
}

static void ends_stream(struct capture *c, struct seen_conn *conn, int packet)
{
    struct seen_packet *p = &c->packets[packet];
    struct seen_end *end = &conn->ends[p->side];
    if (!p->payload_size) say(p, "close");
    if (end->has_fin && !p->payload_size) sent_again(c, end, packet, end->fin_packet);
    end->has_fin = true;
    end->fin_packet = packet;
}

static void learn_numbers(struct seen_end *end, struct seen_end *other, const struct seen_packet *p)
{
    if (!end->has_iss) end->has_iss = true, end->iss = p->tcp.seq - 1;
    if (!other->has_iss && p->tcp.flags & TCP_ACK) other->has_iss = true, other->iss = p->tcp.ack - 1;
}

static void follow(struct capture *c, int packet)
{
    struct seen_packet *p = &c->packets[packet];
    struct seen_conn *conn = &c->conns[p->conn];
    struct seen_end *end = &conn->ends[p->side], *other = &conn->ends[1 - p->side];
    learn_numbers(end, other, p);
    note_ack(c, conn, other, p);
    if (p->tcp.flags & TCP_SYN) {
        opens(c, conn, packet);
        return;
    }
    int64_t offset = capture_end_offset(end, p->tcp.seq);
    p->offset = offset < 0 ? 0 : (uint64_t)offset;
    if (p->tcp.flags & TCP_RST) {
        say(p, "reset");
        conn->had_reset = true;
        p->payload_size = 0;
        return;
    }
    if (p->payload_size) data_segment(c, end, packet, offset);
    if (c->packets[packet].tcp.flags & TCP_FIN) ends_stream(c, conn, packet);
}

/* Where packets were captured at several places, one that was seen to leave and not to arrive is lost. */
static void find_lost(struct capture *c)
{
    int64_t end_ns = c->n_packets ? c->packets[c->n_packets - 1].last_ns : 0;
    for (size_t i = 0; i < c->n_packets; i++) {
        struct seen_packet *p = &c->packets[i];
        const struct seen_pair *pair = &c->pairs[p->pair];
        if (p->comment && p->comment_size > 6 && !memcmp(p->comment, "lost: ", 6)) {
            p->lost = tr("told by the capture");
            continue;
        }
        if (!c->many_taps || pair->transit_ns == UNKNOWN_NS || p->n_taps >= pair->most_taps[p->side]) continue;
        if (p->direction == CAPTURED_INBOUND || end_ns - p->last_ns <= 2 * pair->transit_ns) continue;
        p->lost = tr("inferred: seen to leave, not to arrive");
    }
}

void capture_follow_tcp(struct capture *c)
{
    size_t n = c->n_packets;
    find_lost(c);
    for (size_t i = 0; i < n; i++)
        if (c->packets[i].conn != NO_INDEX) follow(c, (int)i);
    for (size_t i = 0; i < c->n_conns; i++)
        for (int side = 0; side < 2; side++)
            capture_settle_times(&c->conns[i].ends[side]);
}
