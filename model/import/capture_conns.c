/* Which connection a segment belongs to, and how long each side takes to answer. See capture.h. */
#include <string.h>

#include "model/import/capture.h"
#include "sim/journal/memory.h"

enum { PORT_DNS = 53 };

static struct seen_conn *add_conn(struct capture *c, const struct seen_packet *p, int packet)
{
    if (c->n_conns == c->conns_room) {
        c->conns_room = c->conns_room ? 2 * c->conns_room : 16;
        c->conns = mem_realloc(c->conns, c->conns_room * sizeof *c->conns);
    }
    struct seen_conn *conn = &c->conns[c->n_conns++];
    memset(conn, 0, sizeof *conn);
    conn->pair = p->pair;
    conn->first_packet = packet;
    bool is_syn = p->tcp.flags & TCP_SYN, answers = p->tcp.flags & TCP_ACK;
    conn->was_open = !is_syn;
    /* Without its SYN: who uses the smaller port serves. */
    bool from_opener = is_syn ? !answers : p->tcp.source_port > p->tcp.destination_port;
    conn->opener = from_opener ? p->side : 1 - p->side;
    for (int side = 0; side < 2; side++) {
        struct seen_end *end = &conn->ends[side];
        end->host = c->pairs[p->pair].host[side];
        end->port = side == p->side ? p->tcp.source_port : p->tcp.destination_port;
        end->syn_packet = end->fin_packet = NO_INDEX;
        end->state = "CLOSED";
    }
    return conn;
}

/* Ports are used again: a SYN with another number, after an end, begins another connection. */
static bool begins_anew(const struct seen_conn *conn, const struct seen_packet *p)
{
    if ((p->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN) return false;
    const struct seen_end *end = &conn->ends[p->side];
    return !end->has_syn || end->iss != p->tcp.seq;
}

static int conn_of(struct capture *c, const struct seen_packet *p, int packet)
{
    uint16_t ports[2] = {p->tcp.source_port, p->tcp.destination_port};
    uint64_t key = import_key(import_key(11, (uint64_t)p->pair), (uint64_t)ports[p->side] << 16 | ports[1 - p->side]);
    int found = import_map_get(&c->conn_by_ports, key);
    if (found >= 0 && !begins_anew(&c->conns[found], p)) return found;
    add_conn(c, p, packet);
    found = (int)c->n_conns - 1;
    import_map_put(&c->conn_by_ports, key, found);
    return found;
}

static void note_answer(struct seen_pair *pair, int side, int64_t ns)
{
    if (ns >= 0 && ns < pair->answer_ns[side]) pair->answer_ns[side] = ns;
}

/* The time from a segment to its first acknowledgement; one that is sent again is not timed (RFC 6298 3). */
static void time_answers(struct capture *c, struct seen_conn *conn, const struct seen_packet *p)
{
    struct seen_end *end = &conn->ends[p->side], *other = &conn->ends[1 - p->side];
    uint32_t covers = p->tcp.seq + tcp_segment_sequence_length(&p->tcp);
    if (other->is_timed && p->tcp.flags & TCP_ACK && (int32_t)(p->tcp.ack - other->timed_seq) >= 0) {
        other->is_timed = false;
        note_answer(&c->pairs[p->pair], p->side, p->first_ns - other->timed_ns);
    }
    if (covers == p->tcp.seq) return;
    if (end->is_timed && (int32_t)(covers - end->timed_seq) <= 0) {
        end->is_timed = false;
    } else if (!end->is_timed) {
        end->is_timed = true;
        end->timed_seq = covers;
        end->timed_ns = p->first_ns;
    }
}

static void note_syn(struct seen_end *end, const struct seen_packet *p)
{
    if (!(p->tcp.flags & TCP_SYN) || end->has_syn) return;
    end->has_syn = end->has_iss = true;
    end->iss = p->tcp.seq;
}

/* Questions and answers of DNS are told apart by their ids. */
static void time_name(struct capture *c, const struct seen_packet *p, int packet)
{
    const uint8_t *udp = p->bytes + p->transport_at;
    uint16_t from = (uint16_t)(udp[0] << 8 | udp[1]), to = (uint16_t)(udp[2] << 8 | udp[3]);
    bool asks = to == PORT_DNS;
    if ((!asks && from != PORT_DNS) || p->there < p->payload_at + 2u) return;
    uint16_t id = (uint16_t)(p->bytes[p->payload_at] << 8 | p->bytes[p->payload_at + 1]), asker = asks ? from : to;
    uint64_t key = import_key(import_key(13, (uint64_t)p->pair << 1 | (asks ? p->side : 1u - p->side)),
                              (uint64_t)id << 16 | asker);
    if (asks) {
        import_map_put(&c->question_by_id, key, packet);
        return;
    }
    int question = import_map_get(&c->question_by_id, key);
    if (question >= 0) note_answer(&c->pairs[p->pair], p->side, p->first_ns - c->packets[question].first_ns);
}

void capture_find_conns(struct capture *c)
{
    for (size_t i = 0; i < c->n_packets; i++) {
        struct seen_packet *p = &c->packets[i];
        if (p->is_udp) time_name(c, p, (int)i);
        if (!p->is_tcp) continue;
        p->conn = conn_of(c, p, (int)i);
        struct seen_conn *conn = &c->conns[p->conn];
        note_syn(&conn->ends[p->side], p);
        time_answers(c, conn, p);
    }
}
