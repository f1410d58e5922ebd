/* Packets and the states of connections into the draft, each at the time at which it happened at its host. See
   capture.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/import/capture.h"
#include "model/wire/dns_wire.h"
#include "model/wire/icmp_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { PORT_DNS = 53 };

/* ---- What a packet is called ---- */

static uint16_t udp_port(const struct seen_packet *p, unsigned at)
{
    const uint8_t *udp = p->bytes + p->transport_at;
    return (uint16_t)(udp[at] << 8 | udp[at + 1]);
}

static void tag_udp(struct seen_packet *p)
{
    bool asks = udp_port(p, 2) == PORT_DNS;
    struct dns_message *message = NULL;
    if ((asks || udp_port(p, 0) == PORT_DNS) && p->there > p->payload_at)
        message = dns_decode(p->bytes + p->payload_at, p->there - p->payload_at);
    if (message) {
        snprintf(p->tag, sizeof p->tag, "dns.%s %s %.64s", message->is_response ? "answer" : "query",
                 dns_type_text(message->qtype), message->qname);
        dns_message_drop(message);
    } else {
        snprintf(p->tag, sizeof p->tag, "%s", asks ? "dns.query" : udp_port(p, 0) == PORT_DNS ? "dns.answer" : "udp");
    }
}

static void tag_packet(struct seen_packet *p)
{
    struct icmp_header icmp;
    const uint8_t *transport = p->bytes + p->transport_at;
    if (p->is_tcp) {
        bool acks = p->tcp.flags & TCP_ACK;
        const char *tag = p->tcp.flags & TCP_SYN   ? acks ? "tcp.syn-ack" : "tcp.syn"
                          : p->tcp.flags & TCP_RST ? "tcp.rst"
                          : p->tcp.length          ? "tcp.data"
                          : p->tcp.flags & TCP_FIN ? "tcp.fin"
                                                   : "tcp.ack";
        snprintf(p->tag, sizeof p->tag, "%s", tag);
    } else if (p->is_udp) {
        tag_udp(p);
    } else if (p->is_icmp && icmp_decode(transport, p->there - p->transport_at, &icmp)) {
        snprintf(p->tag, sizeof p->tag, "icmp %s", icmp_text(&icmp, ip_is_v6(&p->ip)));
    } else if (ip_is_fragment(&p->ip)) {
        snprintf(p->tag, sizeof p->tag, "fragment from byte %u%s", (unsigned)p->ip.fragment_offset,
                 p->ip.more_fragments ? "" : ", the last");
    } else {
        snprintf(p->tag, sizeof p->tag, "protocol %u", (unsigned)p->ip.protocol);
    }
}

/* ---- Connections ---- */

static void enter_state(struct capture *c, struct seen_conn *conn, int side, const char *next, int64_t at_ns,
                        uint64_t cause, const char *why)
{
    struct seen_end *end = &conn->ends[side];
    if (!strcmp(end->state, next)) return;
    char inferred[120];
    snprintf(inferred, sizeof inferred, tr("inferred: %s"), why);
    DRAFT_ADD(c->draft, TCP_STATE, at_ns, RANK_STATE, cause, F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1),
              F_TEXT(FROM, end->state), F_TEXT(TO, next), F_TEXT(WHY, inferred));
    end->state = next;
    conn->close_ns[side] = at_ns;
}

static void open_end(struct capture *c, struct seen_conn *conn, int side, int64_t at_ns, uint64_t cause)
{
    struct seen_end *end = &conn->ends[side], *other = &conn->ends[1 - side];
    if (end->conn_id) return;
    end->conn_id = ++c->n_ends;
    end->stream_id = ++c->n_streams;
    bool active = side == conn->opener;
    conn->open_ns[side] = at_ns;
    conn->open_event[side] =
        DRAFT_ADD(c->draft, CONN_OPEN, at_ns, RANK_STATE, cause, F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1),
                  F_INT(PEER, other->host + 1), F_INT(LOCAL_PORT, end->port), F_INT(REMOTE_PORT, other->port),
                  F_TEXT(ROLE, active ? "active" : "passive"));
    if (conn->was_open)
        enter_state(c, conn, side, "ESTABLISHED", at_ns, cause, tr("it was open before the capture began"));
}

/* RFC 9293 3.3.2, as far as segments show it. */
static void state_on_send(struct capture *c, struct seen_conn *conn, const struct seen_packet *p)
{
    const struct seen_end *end = &conn->ends[p->side];
    bool established = !strcmp(end->state, "ESTABLISHED") || !strcmp(end->state, "SYN-RECEIVED");
    if (p->tcp.flags & TCP_RST)
        enter_state(c, conn, p->side, "CLOSED", p->sent_ns, end->heard_event, tr("reset sent"));
    else if ((p->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        enter_state(c, conn, p->side, "SYN-SENT", p->sent_ns, end->heard_event, tr("syn sent"));
    else if (p->tcp.flags & TCP_FIN && established)
        enter_state(c, conn, p->side, "FIN-WAIT-1", p->sent_ns, end->heard_event, tr("fin sent"));
    else if (p->tcp.flags & TCP_FIN && !strcmp(end->state, "CLOSE-WAIT"))
        enter_state(c, conn, p->side, "LAST-ACK", p->sent_ns, end->heard_event, tr("fin sent"));
}

static void fin_arrives(struct capture *c, struct seen_conn *conn, int side, const struct seen_packet *p)
{
    const char *state = conn->ends[side].state;
    const char *next = !strcmp(state, "ESTABLISHED") || !strcmp(state, "SYN-RECEIVED") ? "CLOSE-WAIT"
                       : !strcmp(state, "FIN-WAIT-1")                                  ? "CLOSING"
                       : !strcmp(state, "FIN-WAIT-2")                                  ? "TIME-WAIT"
                                                                                       : state;
    enter_state(c, conn, side, next, p->arrives_ns, p->end_event, tr("fin received"));
}

static void ack_arrives(struct capture *c, struct seen_conn *conn, int side, const struct seen_packet *p)
{
    struct seen_end *end = &conn->ends[side];
    const char *state = end->state;
    if (!strcmp(state, "SYN-SENT") && p->tcp.flags & TCP_SYN) {
        enter_state(c, conn, side, "ESTABLISHED", p->arrives_ns, p->end_event, tr("syn answered"));
        return;
    }
    if (!strcmp(state, "SYN-RECEIVED"))
        enter_state(c, conn, side, "ESTABLISHED", p->arrives_ns, p->end_event, tr("handshake complete"));
    if (!end->has_fin || capture_end_offset(end, p->tcp.ack) <= (int64_t)end->snd_max) return;
    const char *next = !strcmp(state, "FIN-WAIT-1") ? "FIN-WAIT-2"
                       : !strcmp(state, "CLOSING")  ? "TIME-WAIT"
                       : !strcmp(state, "LAST-ACK") ? "CLOSED"
                                                    : state;
    enter_state(c, conn, side, next, p->arrives_ns, p->end_event, tr("fin acknowledged"));
}

static void state_on_arrival(struct capture *c, struct seen_conn *conn, const struct seen_packet *p)
{
    int side = 1 - p->side;
    open_end(c, conn, side, p->arrives_ns, p->end_event);
    conn->ends[side].heard_event = p->end_event;
    if (p->tcp.flags & TCP_RST) {
        enter_state(c, conn, side, "CLOSED", p->arrives_ns, p->end_event, tr("reset received"));
        return;
    }
    if ((p->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && !strcmp(conn->ends[side].state, "CLOSED")) {
        enter_state(c, conn, side, "LISTEN", p->arrives_ns, p->end_event, tr("passive open"));
        enter_state(c, conn, side, "SYN-RECEIVED", p->arrives_ns, p->end_event, tr("syn received"));
        return;
    }
    if (p->tcp.flags & TCP_ACK) ack_arrives(c, conn, side, p);
    if (p->tcp.flags & TCP_FIN) fin_arrives(c, conn, side, p);
}

static void close_ends(struct capture *c, struct seen_conn *conn)
{
    for (int side = 0; side < 2; side++) {
        const struct seen_end *end = &conn->ends[side], *other = &conn->ends[1 - side];
        if (strcmp(end->state, "CLOSED") && strcmp(end->state, "TIME-WAIT")) continue;
        if (!end->conn_id) continue;
        conn->is_over = true;
        DRAFT_ADD(c->draft, CONN_CLOSE, conn->close_ns[side], RANK_LAST, end->heard_event, F_INT(CONN, end->conn_id),
                  F_INT(HOST, end->host + 1), F_TEXT(WHY, conn->had_reset ? "reset" : "closed"),
                  F_INT(SEGMENTS_SENT, end->segments_sent), F_INT(SEGMENTS_RECEIVED, other->segments_sent),
                  F_INT(BYTES_SENT, end->bytes_sent), F_INT(BYTES_RECEIVED, other->bytes_sent),
                  F_INT(RETRANSMITS_RTO, end->by_timer), F_INT(RETRANSMITS_FAST, end->fast),
                  F_INT(RETRANSMITS_SPURIOUS, end->needless));
    }
}

/* ---- What a sender knows ---- */

/* Of RFC 9293's variables those that segments show; cwnd and timers its host keeps to itself. */
static void tell_variables(struct capture *c, struct seen_conn *conn, int side, int64_t at_ns, uint64_t cause)
{
    const struct seen_end *end = &conn->ends[side], *other = &conn->ends[1 - side];
    uint64_t flight = end->told_nxt > end->told_una ? end->told_nxt - end->told_una : 0;
    DRAFT_ADD(c->draft, TCP_VARS, at_ns, RANK_LAST, cause, F_INT(CONN, end->conn_id), F_INT(HOST, end->host + 1),
              F_INT(SND_UNA, end->iss + 1 + (uint32_t)end->told_una),
              F_INT(SND_NXT, end->iss + 1 + (uint32_t)end->told_nxt), F_INT(SND_WND, end->told_window),
              F_INT(RCV_NXT, other->iss + 1 + (uint32_t)other->told_una), F_INT(FLIGHT_SIZE, flight),
              F_TEXT(WHY, tr("inferred from the segments; cwnd and timers cannot be seen")));
}

static void variables_on_send(struct capture *c, struct seen_conn *conn, const struct seen_packet *p)
{
    struct seen_end *end = &conn->ends[p->side];
    if (p->tcp.flags & TCP_SYN) end->window_shift = p->tcp.options & TCP_WINDOW_SCALE ? p->tcp.window_shift : 0;
    if (!p->payload_size) return;
    if (p->offset + p->payload_size > end->told_nxt) end->told_nxt = p->offset + p->payload_size;
    tell_variables(c, conn, p->side, p->sent_ns, p->send_event);
}

static void variables_on_arrival(struct capture *c, struct seen_conn *conn, const struct seen_packet *p)
{
    int side = 1 - p->side;
    struct seen_end *end = &conn->ends[side];
    bool is_syn = p->tcp.flags & TCP_SYN;
    if (!(p->tcp.flags & TCP_ACK) || p->tcp.flags & TCP_RST) return;
    int64_t acked = capture_end_offset(end, p->tcp.ack);
    uint64_t window = (uint64_t)p->tcp.window << (is_syn ? 0 : conn->ends[p->side].window_shift);
    bool same = acked <= (int64_t)end->told_una && window == end->told_window;
    if (acked > (int64_t)end->told_una && acked <= (int64_t)end->snd_max) end->told_una = (uint64_t)acked;
    end->told_window = window;
    if (!same && end->told_nxt) tell_variables(c, conn, side, p->arrives_ns, p->end_event);
}

/* ---- Packets ---- */

static void count_segment(struct seen_end *end, const struct seen_packet *p)
{
    end->segments_sent++;
    if (p->resent == RESENT_BY_TIMER) end->by_timer++;
    if (p->resent == RESENT_FAST) end->fast++;
    if (p->resent == RESENT_NEEDLESSLY) end->needless++;
}

/* A datagram is a stream of its own. */
static uint32_t tell_datagram(struct capture *c, const struct seen_packet *p, int host)
{
    if (!p->is_udp || p->there <= p->payload_at) return 0;
    uint32_t stream = ++c->n_streams;
    DRAFT_ADD(c->draft, STREAM_DATA, p->sent_ns, RANK_WORDS, 0, F_INT(STREAM, stream), F_INT(HOST, host + 1),
              F_BLOB(BYTES, p->bytes + p->payload_at, p->there - p->payload_at));
    return stream;
}

static void tell_sending(struct capture *c, struct seen_packet *p)
{
    const struct seen_pair *pair = &c->pairs[p->pair];
    struct seen_conn *conn = p->conn == NO_INDEX ? NULL : &c->conns[p->conn];
    struct seen_end *end = conn ? &conn->ends[p->side] : NULL;
    const struct seen_packet *before = p->repeats == NO_INDEX ? NULL : &c->packets[p->repeats];
    int from = pair->host[p->side], to = pair->host[1 - p->side];
    if (conn) open_end(c, conn, p->side, p->sent_ns, 0);
    uint64_t cause = before && before->lost && before->end_event ? before->end_event : end ? end->heard_event : 0;
    uint32_t stream = end ? end->stream_id : tell_datagram(c, p, from);
    if (end) count_segment(end, p);
    tag_packet(p);
    p->number = ++c->n_numbers;
    size_t header = p->is_tcp || p->is_udp ? p->payload_at : p->there < 128 ? p->there : p->transport_at;
    p->send_event = DRAFT_ADD(c->draft, PACKET_SEND, p->sent_ns, RANK_PACKET, cause, F_INT(PACKET, p->number),
                              F_INT(HOST, from + 1), F_INT(PEER, to + 1), F_INT(CONN, end ? end->conn_id : 0),
                              F_INT(REPEATS, before ? before->number : 0), F_TEXT(TAG, p->tag), F_TEXT(WHY, p->why),
                              F_BLOB(HEADER, p->bytes, header), F_INT(STREAM, p->payload_size ? stream : 0),
                              F_INT(OFFSET, end && p->payload_size ? p->offset : 0), F_INT(LENGTH, p->payload_size),
                              F_INT(SIZE, p->size));
    uint64_t sent = DRAFT_ADD(c->draft, LINK_SEND, p->sent_ns, RANK_PACKET, p->send_event, F_INT(LINK, pair->link),
                              F_INT(DIR, p->side), F_INT(PACKET, p->number), F_INT(QUEUED, p->size),
                              F_INT(BEGINS, p->sent_ns), F_INT(DEPARTS, p->sent_ns), F_INT(ARRIVES, p->arrives_ns));
    if (conn) state_on_send(c, conn, p);
    if (conn) variables_on_send(c, conn, p);
    p->end_event = sent;
    if (!p->lost) return;
    int64_t dies_ns = p->sent_ns + (p->arrives_ns - p->sent_ns) / 2;
    p->end_event = DRAFT_ADD(c->draft, LINK_DROP, dies_ns, RANK_ARRIVAL, sent, F_INT(LINK, pair->link),
                             F_INT(DIR, p->side), F_INT(PACKET, p->number), F_TEXT(WHY, p->lost));
}

static void tell_arrival(struct capture *c, struct seen_packet *p)
{
    const struct seen_pair *pair = &c->pairs[p->pair];
    p->end_event = DRAFT_ADD(c->draft, LINK_DELIVER, p->arrives_ns, RANK_ARRIVAL, p->end_event, F_INT(LINK, pair->link),
                             F_INT(DIR, p->side), F_INT(PACKET, p->number), F_INT(HOST, pair->host[1 - p->side] + 1));
    if (p->conn == NO_INDEX) return;
    state_on_arrival(c, &c->conns[p->conn], p);
    variables_on_arrival(c, &c->conns[p->conn], p);
}

/* ---- In the order of time ---- */

struct moment {
    int64_t at_ns;
    uint32_t packet;
    bool arrives;
};

static int by_time(const void *a, const void *b)
{
    const struct moment *one = a, *other = b;
    if (one->at_ns != other->at_ns) return one->at_ns < other->at_ns ? -1 : 1;
    if (one->packet != other->packet) return one->packet < other->packet ? -1 : 1;
    return one->arrives - other->arrives;
}

static bool is_wanted(const struct capture *c, const struct seen_packet *p)
{
    const struct seen_pair *pair = &c->pairs[p->pair];
    if (c->options->all) return true;
    if (p->conn != NO_INDEX) return c->conns[p->conn].is_wanted;
    if (p->is_udp) return udp_port(p, 0) == PORT_DNS || udp_port(p, 2) == PORT_DNS;
    return c->hosts[pair->host[0]].is_wanted && c->hosts[pair->host[1]].is_wanted;
}

static void want(struct capture *c, const struct seen_packet *p)
{
    struct seen_pair *pair = &c->pairs[p->pair];
    if (!pair->link) pair->link = ++c->n_links;
    c->hosts[pair->host[0]].is_wanted = c->hosts[pair->host[1]].is_wanted = true;
}

void capture_tell_packets(struct capture *c)
{
    struct moment *moments = mem_alloc((2 * c->n_packets + 1) * sizeof *moments);
    size_t n = 0;
    for (int others = 0; others < 2; others++) /* ICMP and the like is wanted between hosts that are wanted already */
        for (size_t i = 0; i < c->n_packets; i++) {
            struct seen_packet *p = &c->packets[i];
            if ((p->is_tcp || p->is_udp) == others) continue;
            if (!is_wanted(c, p)) {
                c->n_left_out++;
                continue;
            }
            want(c, p);
            moments[n++] = (struct moment){p->sent_ns, (uint32_t)i, false};
            if (!p->lost) moments[n++] = (struct moment){p->arrives_ns, (uint32_t)i, true};
        }
    if (n) qsort(moments, n, sizeof *moments, by_time);
    for (size_t i = 0; i < n; i++)
        (moments[i].arrives ? tell_arrival : tell_sending)(c, &c->packets[moments[i].packet]);
    for (size_t i = 0; i < c->n_conns; i++)
        if (c->conns[i].is_wanted) close_ends(c, &c->conns[i]);
    mem_free(moments);
}
