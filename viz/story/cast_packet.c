/* The cast's packets, their hops and losses, the connections, and the bytes of streams. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/story_internal.h"

/* ---- Packets ---- */

static enum story_class class_of_tcp(const struct story_packet *packet, const struct tcp_segment *tcp)
{
    if (packet->repeats != STORY_NONE) return STORY_RETRANSMIT;
    if (tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST)) return STORY_CONTROL;
    return packet->length ? STORY_DATA : STORY_ACK;
}

static enum story_class class_of(const struct story *story, size_t packet)
{
    struct story_header header;
    const struct story_packet *p = &story->packets.items[packet];
    bool decoded = story_packet_header(story, packet, &header);
    if (decoded && ip_is_fragment(&header.ip)) return STORY_FRAGMENT;
    if ((decoded && header.is_icmp) || strncmp(p->tag, "icmp", 4) == 0) return STORY_ICMP;
    if (decoded && header.is_tcp) return class_of_tcp(p, &header.tcp);
    if (strncmp(p->tag, "dns", 3) == 0 ||
        (decoded && header.is_udp && (header.udp.source_port == 53 || header.udp.destination_port == 53)))
        return STORY_DNS;
    if (strncmp(p->tag, "tcp.", 4) == 0) return strcmp(p->tag, "tcp.ack") == 0 ? STORY_ACK : STORY_CONTROL;
    return STORY_OTHER;
}

/* Ids that grow with the packets, as those of a run do, are looked up in an array; others in a map. */
static bool is_dense(const struct story *story, uint64_t id)
{
    return id < 8 * (uint64_t)(story->packets.count + 1024);
}

static void put_packet_id(struct story *story, uint64_t id, size_t packet)
{
    if (!is_dense(story, id)) {
        index_map_put(&story->packet_ids, id, packet);
        return;
    }
    size_t room = story->packet_at_room, more = id < room ? room : (size_t)id + (size_t)id / 2 + 64;
    if (more > room) {
        story->packet_at = mem_realloc(story->packet_at, more * sizeof *story->packet_at);
        memset(story->packet_at + room, 0xff, (more - room) * sizeof *story->packet_at);
        story->packet_at_room = more;
    }
    story->packet_at[id] = (uint32_t)packet;
}

size_t packet_index(const struct story *story, uint64_t id)
{
    if (id < story->packet_at_room && story->packet_at[id] != NONE32) return story->packet_at[id];
    return story_index(&story->packet_ids, id);
}

/* A packet may first be heard of on a link, when the journal kept no sending. */
static size_t add_packet(struct story *story, uint64_t id, size_t i, const struct event *e)
{
    size_t packet = story->packets.count;
    struct story_packet fresh = {.id = id,
                                 .class = STORY_OTHER,
                                 .from = STORY_NONE,
                                 .to = STORY_NONE,
                                 .send_event = i,
                                 .sent_ns = e->at_ns,
                                 .tag = "",
                                 .why = "",
                                 .conn = STORY_NONE,
                                 .repeats = STORY_NONE,
                                 .repeated_by = STORY_NONE,
                                 .copy_of = STORY_NONE,
                                 .first_hop = STORY_NONE,
                                 .fate = STORY_ON_ITS_WAY,
                                 .end_ns = TIME_NEVER,
                                 .end_event = STORY_NONE,
                                 .lost_why = ""};
    *TABLE_ADD(&story->packets) = fresh;
    *TABLE_ADD(&story->last_hop) = NONE32;
    put_packet_id(story, id, packet);
    return packet;
}

static size_t packet_of(struct story *story, size_t i, const struct event *e)
{
    uint64_t id = (uint64_t)event_int(e, FIELD_PACKET);
    size_t packet = packet_index(story, id);
    return packet != STORY_NONE ? packet : add_packet(story, id, i, e);
}

static void note_iss(struct story *story, size_t packet)
{
    struct story_header header;
    const struct story_packet *p = &story->packets.items[packet];
    if (p->conn == STORY_NONE || story->conns.items[p->conn].has_iss) return;
    if (!story_packet_header(story, packet, &header) || !header.is_tcp || !(header.tcp.flags & TCP_SYN)) return;
    story->conns.items[p->conn].iss = header.tcp.seq;
    story->conns.items[p->conn].has_iss = true;
}

static void packet_sent(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e);
    struct story_packet *p = &story->packets.items[packet];
    uint64_t repeats = (uint64_t)event_int(e, FIELD_REPEATS);
    p->send_event = i;
    p->from = cast_host(story, e, FIELD_HOST);
    p->to = cast_host(story, e, FIELD_PEER);
    p->conn = cast_conn(story, e);
    p->tag = event_text(e, FIELD_TAG);
    p->why = event_text(e, FIELD_WHY);
    p->repeats = repeats ? packet_index(story, repeats) : STORY_NONE;
    p->stream = (uint32_t)event_int(e, FIELD_STREAM);
    p->offset = (uint64_t)event_int(e, FIELD_OFFSET);
    p->length = (uint32_t)event_int(e, FIELD_LENGTH);
    p->size = (uint32_t)event_int(e, FIELD_SIZE);
    if (p->repeats != STORY_NONE) story->packets.items[p->repeats].repeated_by = packet;
    p->class = class_of(story, packet);
    story->class_seen[p->class] = true;
    if (p->repeats != STORY_NONE) cast_mark(story, STORY_MARK_RETRANSMISSION, i);
    note_iss(story, packet);
    duplicates_note_sent(story, packet);
    story->subject[i] = (uint32_t)packet;
}

/* ---- Hops ---- */

static size_t add_hop(struct story *story, size_t i, const struct event *e)
{
    size_t link = story_index(&story->link_ids, (uint64_t)event_int(e, FIELD_LINK));
    if (link == STORY_NONE) return STORY_NONE;
    uint32_t dir = event_int(e, FIELD_DIR) ? 1 : 0;
    size_t packet = packet_of(story, i, e), hop = story->hops.count;
    *TABLE_ADD(&story->hops) = (struct story_hop){.packet = packet,
                                                  .link = link,
                                                  .dir = dir,
                                                  .sent_ns = e->at_ns,
                                                  .begins = e->at_ns,
                                                  .departs = e->at_ns,
                                                  .arrives = e->at_ns,
                                                  .send_event = i,
                                                  .end_event = STORY_NONE,
                                                  .end_ns = TIME_NEVER,
                                                  .next = STORY_NONE};
    struct story_packet *p = &story->packets.items[packet];
    if (story->last_hop.items[packet] == STORY_NONE)
        p->first_hop = hop;
    else
        story->hops.items[story->last_hop.items[packet]].next = hop;
    story->last_hop.items[packet] = hop;
    p->n_hops++;
    if (p->from == STORY_NONE) p->from = story_hop_from(story, hop);
    return hop;
}

/* The hop that a deliver or drop ends: the packet's latest, if it is on that link and has not ended. */
static size_t hop_under_way(const struct story *story, size_t packet, const struct event *e)
{
    size_t hop = story->last_hop.items[packet];
    if (hop == STORY_NONE) return STORY_NONE;
    const struct story_hop *h = &story->hops.items[hop];
    bool same = story->links.items[h->link].id == (uint32_t)event_int(e, FIELD_LINK) && h->end_event == STORY_NONE;
    return same ? hop : STORY_NONE;
}

/* It waits for its turn. */
static void link_queue(struct story *story, size_t i, const struct event *e)
{
    size_t hop = add_hop(story, i, e);
    if (hop == STORY_NONE) return;
    struct story_hop *h = &story->hops.items[hop];
    h->begins = h->departs = h->arrives = TIME_NEVER;
    story->subject[i] = (uint32_t)hop;
}

static void set_times(struct story *story, size_t i, size_t hop, const struct event *e)
{
    struct story_hop *h = &story->hops.items[hop];
    h->begins = event_int(e, FIELD_BEGINS);
    h->departs = event_int(e, FIELD_DEPARTS);
    h->arrives = event_int(e, FIELD_ARRIVES);
    story->subject[i] = (uint32_t)hop;
}

static void link_send(struct story *story, size_t i, const struct event *e)
{
    size_t hop = hop_under_way(story, packet_of(story, i, e), e);
    if (hop == STORY_NONE || story->hops.items[hop].begins != TIME_NEVER) hop = add_hop(story, i, e);
    if (hop != STORY_NONE) set_times(story, i, hop, e);
}

static void link_retime(struct story *story, size_t i, const struct event *e)
{
    size_t hop = hop_under_way(story, packet_of(story, i, e), e);
    if (hop != STORY_NONE) set_times(story, i, hop, e);
}

static void link_duplicate(struct story *story, size_t i, const struct event *e)
{
    size_t original = packet_index(story, (uint64_t)event_int(e, FIELD_ORIGINAL));
    uint64_t id = (uint64_t)event_int(e, FIELD_PACKET);
    if (original == STORY_NONE || packet_index(story, id) != STORY_NONE) return;
    size_t copy = add_packet(story, id, i, e);
    const struct story_packet *from = &story->packets.items[original];
    struct story_packet *p = &story->packets.items[copy];
    p->copy_of = original;
    p->class = from->class;
    p->from = from->from;
    p->to = from->to;
    p->tag = from->tag;
    p->why = from->why;
    p->conn = from->conn;
    p->size = from->size;
    p->length = from->length;
    p->offset = from->offset;
    p->stream = from->stream;
    story->subject[i] = (uint32_t)copy;
}

static void link_corrupt(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e), hop = hop_under_way(story, packet, e);
    story->packets.items[packet].corrupted = true;
    if (hop != STORY_NONE) story->subject[i] = (uint32_t)hop;
}

static void end_packet(struct story *story, size_t packet, size_t i, enum story_fate fate, const char *why)
{
    struct story_packet *p = &story->packets.items[packet];
    p->fate = fate;
    p->end_event = i;
    p->end_ns = story_event_time(story, i);
    p->lost_why = why;
}

static void link_deliver(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e), hop = hop_under_way(story, packet, e);
    if (hop == STORY_NONE) return;
    struct story_hop *h = &story->hops.items[hop];
    struct story_packet *p = &story->packets.items[packet];
    h->end_event = i;
    h->end_ns = e->at_ns;
    story->subject[i] = (uint32_t)hop;
    size_t to = story_hop_to(story, hop);
    if (p->to == to || (p->to == STORY_NONE && story->hosts.items[to].role != STORY_ROUTER)) {
        end_packet(story, packet, i, STORY_ARRIVED, "");
        duplicates_note_arrived(story, packet);
        cast_transfer_packet(story, i, packet);
    }
}

static void add_drop(struct story *story, struct story_drop drop)
{
    *TABLE_ADD(&story->drops) = drop;
    end_packet(story, drop.packet, drop.event, STORY_LOST, drop.why);
    cast_mark(story, STORY_MARK_LOSS, drop.event);
}

/* A packet that is dropped before it is on the link gets a hop that ends as it begins, so that it can be seen to die.
 */
static void link_drop(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e), hop = hop_under_way(story, packet, e);
    if (hop == STORY_NONE) hop = add_hop(story, i, e);
    if (hop == STORY_NONE) return;
    struct story_hop *h = &story->hops.items[hop];
    double place = story_hop_place(h, e->at_ns);
    h->end_event = i;
    h->end_ns = e->at_ns;
    h->lost = true;
    story->subject[i] = (uint32_t)hop;
    add_drop(story, (struct story_drop){.event = i,
                                        .packet = packet,
                                        .hop = hop,
                                        .host = story_hop_from(story, hop),
                                        .at_ns = e->at_ns,
                                        .place = place < 0 ? 0 : place,
                                        .why = event_text(e, FIELD_WHY)});
    story->loss_seen = true;
}

static void packet_drop(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e);
    story->subject[i] = (uint32_t)packet;
    add_drop(story, (struct story_drop){.event = i,
                                        .packet = packet,
                                        .hop = STORY_NONE,
                                        .host = cast_host(story, e, FIELD_HOST),
                                        .at_ns = e->at_ns,
                                        .why = event_text(e, FIELD_WHY)});
    story->not_taken_seen = true;
}

/* What was too big goes on as others. */
static void packet_cut(struct story *story, size_t i, const struct event *e)
{
    size_t packet = packet_of(story, i, e);
    story->subject[i] = (uint32_t)packet;
    end_packet(story, packet, i, STORY_ARRIVED, "");
}

/* ---- Connections ---- */

static uint64_t ports_key(size_t host, size_t peer, uint16_t local, uint16_t remote)
{
    return (uint64_t)(host & 0xffff) << 48 | (uint64_t)(peer & 0xffff) << 32 | (uint64_t)local << 16 | remote;
}

/* Ports are used again in time, so that the latest open end with the mirrored ports is the other one. */
static void find_other_end(struct story *story, size_t conn)
{
    struct cast_conn *c = &story->conns.items[conn];
    uint64_t mirrored = ports_key(c->peer, c->host, c->remote_port, c->local_port);
    size_t other = story_index(&story->ports, mirrored);
    index_map_put(&story->ports, ports_key(c->host, c->peer, c->local_port, c->remote_port), conn);
    if (other == STORY_NONE || story->conns.items[other].other_end != STORY_NONE) return;
    c->other_end = other;
    story->conns.items[other].other_end = conn;
}

static void conn_open(struct story *story, size_t i, const struct event *e)
{
    size_t conn = story->conns.count;
    struct cast_conn c = {.id = (uint32_t)event_int(e, FIELD_CONN),
                          .host = cast_host(story, e, FIELD_HOST),
                          .peer = cast_host(story, e, FIELD_PEER),
                          .other_end = STORY_NONE,
                          .open_event = i,
                          .close_event = STORY_NONE,
                          .local_port = (uint16_t)event_int(e, FIELD_LOCAL_PORT),
                          .remote_port = (uint16_t)event_int(e, FIELD_REMOTE_PORT),
                          .active = strcmp(event_text(e, FIELD_ROLE), "active") == 0,
                          .protocol = "",
                          .transfer = STORY_NONE};
    *TABLE_ADD(&story->conns) = c;
    index_map_put(&story->conn_ids, c.id, conn);
    if (c.host != STORY_NONE && c.peer != STORY_NONE) find_other_end(story, conn);
    story->subject[i] = (uint32_t)conn;
}

static void conn_event(struct story *story, size_t i, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    if (conn == STORY_NONE) return;
    struct cast_conn *c = &story->conns.items[conn];
    story->subject[i] = (uint32_t)conn;
    if (e->kind == EVENT_TCP_VARS) *TABLE_ADD(&c->vars) = i;
    if (e->kind != EVENT_CONN_CLOSE) return;
    c->close_event = i;
    c->first_timer = (uint32_t)story->closed_timers.count;
    c->n_timers = (uint32_t)c->timers.count;
    for (size_t k = 0; k < c->timers.count; k++)
        *TABLE_ADD(&story->closed_timers) = c->timers.items[k];
    mem_free(c->timers.items);
    memset(&c->timers, 0, sizeof c->timers);
    cast_transfer_end_of_conn(story, i, conn);
}

static void stream_data(struct story *story, size_t i, const struct event *e)
{
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    size_t at = story_index(&story->streams, stream);
    if (at == STORY_NONE) {
        at = story->stream_bytes.count;
        (void)TABLE_ADD(&story->stream_bytes);
        index_map_put(&story->streams, stream, at);
    }
    *TABLE_ADD(&story->stream_bytes.items[at].events) = i;
}

static void cast_conn_event(struct story *story, size_t i, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_CONN_OPEN:
        conn_open(story, i, e);
        return;
    case EVENT_TCP_STATE:
    case EVENT_TCP_VARS:
    case EVENT_CONN_CLOSE:
        conn_event(story, i, e);
        return;
    case EVENT_STREAM_DATA:
        stream_data(story, i, e);
        return;
    }
}

void cast_packet_event(struct story *story, size_t i, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_PACKET_SEND:
        packet_sent(story, i, e);
        return;
    case EVENT_LINK_SEND:
        link_send(story, i, e);
        return;
    case EVENT_LINK_QUEUE:
        link_queue(story, i, e);
        return;
    case EVENT_LINK_RETIME:
        link_retime(story, i, e);
        return;
    case EVENT_LINK_DUPLICATE:
        link_duplicate(story, i, e);
        return;
    case EVENT_LINK_CORRUPT:
        link_corrupt(story, i, e);
        return;
    case EVENT_LINK_DELIVER:
        link_deliver(story, i, e);
        return;
    case EVENT_LINK_DROP:
        link_drop(story, i, e);
        return;
    case EVENT_PACKET_DROP:
        packet_drop(story, i, e);
        return;
    case EVENT_PACKET_FRAGMENT:
        packet_cut(story, i, e);
        return;
    case EVENT_PACKET_WHOLE:
    case EVENT_PACKET_CORRUPT:
    case EVENT_PACKET_REWRITE:
    case EVENT_PACKET_COLLIDE:
        story->subject[i] = (uint32_t)packet_of(story, i, e);
        return;
    default:
        cast_conn_event(story, i, e);
        return;
    }
}
