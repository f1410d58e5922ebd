/* Frames become packets; a packet that was captured at several places is one. See capture.h. */
#include <string.h>

#include "model/import/capture.h"
#include "model/import/capture_frame.h"
#include "sim/journal/memory.h"

/* Of packets that look the same only so many are kept in mind. */
enum { SIGHTINGS_APART_S = 5, ALIKE_MAX = 64 };

struct seen_packet *capture_add_packet(struct capture *c)
{
    if (c->n_packets == c->packets_room) {
        c->packets_room = c->packets_room ? 2 * c->packets_room : 256;
        c->packets = mem_realloc(c->packets, c->packets_room * sizeof *c->packets);
    }
    struct seen_packet *p = &c->packets[c->n_packets++];
    memset(p, 0, sizeof *p);
    p->pair = p->conn = p->repeats = NO_INDEX;
    return p;
}

/* IPv6 packets and those behind segmentation offload may claim no length: then the frame's counts. */
static bool read_ip(struct seen_packet *p, const struct capture_frame *frame, size_t at)
{
    size_t header;
    p->bytes = frame->bytes + at;
    p->there = frame->captured - (uint32_t)at;
    if (!ip_decode(p->bytes, p->there, &p->ip, &header)) return false;
    p->size = (uint32_t)header + p->ip.payload_length;
    if (p->ip.payload_length == 0) p->size = frame->original - (uint32_t)at;
    if (p->there > p->size) p->there = p->size;
    p->transport_at = p->payload_at = (uint16_t)header;
    p->payload_size = p->size - (uint32_t)header;
    return header <= p->there;
}

static void read_transport(struct seen_packet *p)
{
    const uint8_t *bytes = p->bytes + p->transport_at;
    size_t there = p->there - p->transport_at, header = 0;
    struct udp_header udp;
    if (ip_is_fragment(&p->ip)) return;
    if (p->ip.protocol == IP_PROTOCOL_TCP && tcp_decode(bytes, there, &p->tcp, &header)) p->is_tcp = true;
    if (p->ip.protocol == IP_PROTOCOL_UDP && udp_decode(bytes, there, &udp))
        p->is_udp = true, header = UDP_HEADER_BYTES;
    p->is_icmp = p->ip.protocol == IP_PROTOCOL_ICMP || p->ip.protocol == IP_PROTOCOL_ICMPV6;
    if (header > p->payload_size) p->is_tcp = p->is_udp = false, header = 0;
    p->payload_at = (uint16_t)(p->transport_at + header);
    p->payload_size -= (uint32_t)header;
    p->tcp.length = p->payload_size;
}

/* What makes two sightings look like one packet: all but TTL and checksums. */
static uint64_t look_of(const struct seen_packet *p)
{
    uint64_t key = import_key(import_key(3, p->ip.source.high), p->ip.source.low);
    key = import_key(import_key(key, p->ip.destination.high), p->ip.destination.low);
    key = import_key(import_key(key, p->ip.identification), (uint64_t)p->size << 16 | p->ip.fragment_offset);
    if (p->is_tcp) {
        key = import_key(key, (uint64_t)p->tcp.seq << 32 | p->tcp.ack);
        key = import_key(key, (uint64_t)p->tcp.source_port << 48 | (uint64_t)p->tcp.destination_port << 32 |
                                  (uint64_t)p->tcp.flags << 16 | p->tcp.window);
        for (unsigned i = 0; i < p->tcp.n_sack; i++)
            key = import_key(key, (uint64_t)p->tcp.sack[i].left << 32 | p->tcp.sack[i].right);
        return import_key(key, (uint64_t)p->tcp.ts_val << 32 | p->tcp.ts_ecr);
    }
    for (uint32_t i = p->transport_at; i < p->there && i < p->transport_at + 32u; i++)
        key = key * 31 + p->bytes[i];
    return import_key(key, p->ip.protocol);
}

/* ---- The same packet at another place ---- */

/* How long packets take from one place to the next, in microseconds: the shortest so far, or -1. */
static uint64_t hop_key(const struct seen_packet *p, uint32_t tap)
{
    return import_key(import_key(29, p->taps[p->n_taps - 1]), tap);
}

static bool may_be(const struct seen_packet *p, const struct seen_packet *fresh, uint32_t tap, int64_t at_ns)
{
    if (at_ns - p->last_ns > SIGHTINGS_APART_S * SECOND || p->n_taps == TAPS_MAX) return false;
    if (p->comment && p->comment_size > 4 && !memcmp(p->comment, "lost", 4)) return false;
    if (p->direction != CAPTURED_SOMEHOW && p->direction == fresh->direction) return false;
    for (unsigned i = 0; i < p->n_taps; i++)
        if (p->taps[i] == tap) return false;
    return true;
}

/* The oldest that has not been here, and does not come too late for what the way takes; or else the oldest. */
static struct seen_packet *find_alike(struct capture *c, const struct seen_alike *alike,
                                      const struct seen_packet *fresh, uint32_t tap, int64_t at_ns)
{
    struct seen_packet *late = NULL;
    for (int i = alike->first; i != NO_INDEX; i = c->packets[i].next_alike) {
        struct seen_packet *p = &c->packets[i];
        if (!may_be(p, fresh, tap, at_ns)) continue;
        int hop_us = import_map_get(&c->hop_by_taps, hop_key(p, tap));
        if (hop_us < 0 || at_ns - p->last_ns <= 3 * hop_us * MICROSECOND + 2 * MILLISECOND) return p;
        if (!late) late = p;
    }
    return late;
}

static void see_again(struct capture *c, struct seen_packet *p, const struct seen_packet *fresh, uint32_t tap,
                      int64_t at_ns)
{
    uint64_t key = hop_key(p, tap);
    int shortest = import_map_get(&c->hop_by_taps, key);
    int64_t hop_us = (at_ns - p->last_ns) / MICROSECOND;
    if (shortest < 0 || hop_us < shortest) import_map_put(&c->hop_by_taps, key, (int)hop_us);
    p->taps[p->n_taps++] = tap;
    p->last_ns = at_ns;
    p->direction = fresh->direction;
    if (fresh->comment) p->comment = fresh->comment, p->comment_size = fresh->comment_size;
    if (fresh->there > p->there) p->bytes = fresh->bytes, p->there = fresh->there;
}

static bool is_seen_again(struct capture *c, const struct seen_packet *fresh, uint32_t tap, int64_t at_ns)
{
    int found = import_map_get(&c->alike_by_look, look_of(fresh));
    struct seen_packet *p = found < 0 ? NULL : find_alike(c, &c->alike[found], fresh, tap, at_ns);
    if (p) see_again(c, p, fresh, tap, at_ns);
    return p != NULL;
}

static void note_alike(struct capture *c, int packet)
{
    uint64_t look = look_of(&c->packets[packet]);
    int found = import_map_get(&c->alike_by_look, look);
    if (found < 0) {
        if (c->n_alike == c->alike_room) {
            c->alike_room = c->alike_room ? 2 * c->alike_room : 256;
            c->alike = mem_realloc(c->alike, c->alike_room * sizeof *c->alike);
        }
        found = (int)c->n_alike++;
        c->alike[found] = (struct seen_alike){packet, packet, 1};
        import_map_put(&c->alike_by_look, look, found);
        return;
    }
    struct seen_alike *alike = &c->alike[found];
    c->packets[alike->last].next_alike = packet;
    alike->last = packet;
    if (++alike->n <= ALIKE_MAX) return;
    alike->first = c->packets[alike->first].next_alike;
    alike->n--;
}

static int pair_of(struct capture *c, int from, int to, uint8_t *side)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    uint64_t key = import_key(import_key(5, (uint64_t)low), (uint64_t)high);
    int found = import_map_get(&c->pair_by_hosts, key);
    if (found < 0) {
        if (c->n_pairs == c->pairs_room) {
            c->pairs_room = c->pairs_room ? 2 * c->pairs_room : 16;
            c->pairs = mem_realloc(c->pairs, c->pairs_room * sizeof *c->pairs);
        }
        found = (int)c->n_pairs++;
        c->pairs[found] = (struct seen_pair){
            .host = {from, to}, .answer_ns = {UNKNOWN_NS, UNKNOWN_NS}, .transit_ns = UNKNOWN_NS, .most_bytes = 1500};
        import_map_put(&c->pair_by_hosts, key, found);
    }
    *side = c->pairs[found].host[0] == from ? 0 : 1;
    return found;
}

static void keep_packet(struct capture *c, struct seen_packet *fresh, uint32_t tap, int64_t at_ns)
{
    if (c->many_taps && is_seen_again(c, fresh, tap, at_ns)) return;
    struct seen_packet *p = capture_add_packet(c);
    *p = *fresh;
    p->first_ns = p->last_ns = at_ns;
    p->taps[p->n_taps++] = tap;
    int from = capture_host(c, p->ip.source), to = capture_host(c, p->ip.destination);
    p->pair = pair_of(c, from, to, &p->side);
    struct seen_pair *pair = &c->pairs[p->pair];
    if (p->size > pair->most_bytes) pair->most_bytes = p->size;
    if (p->direction == CAPTURED_OUTBOUND) pair->is_source[p->side] = true;
    p->next_alike = NO_INDEX;
    if (c->many_taps) note_alike(c, (int)c->n_packets - 1);
}

/* The way from end to end is that of packets that were seen wherever any was. */
static void note_taps(struct capture *c)
{
    for (size_t i = 0; i < c->n_packets; i++) {
        const struct seen_packet *p = &c->packets[i];
        struct seen_pair *pair = &c->pairs[p->pair];
        if (p->n_taps > pair->most_taps[p->side]) pair->most_taps[p->side] = p->n_taps;
    }
    for (size_t i = 0; i < c->n_packets; i++) {
        const struct seen_packet *p = &c->packets[i];
        struct seen_pair *pair = &c->pairs[p->pair];
        if (p->n_taps < 2 || p->n_taps < pair->most_taps[p->side]) continue;
        if (p->last_ns - p->first_ns < pair->transit_ns) pair->transit_ns = p->last_ns - p->first_ns;
    }
}

void capture_find_packets(struct capture *c)
{
    c->many_taps = c->file.n_interfaces > 1;
    for (size_t i = 0; i < c->file.n_frames; i++) {
        const struct capture_frame *frame = &c->file.frames[i];
        struct capture_carried carried;
        enum capture_frame_kind kind = capture_frame_look(frame, &carried);
        struct seen_packet fresh = {.pair = NO_INDEX, .conn = NO_INDEX, .repeats = NO_INDEX};
        if (kind == FRAME_UNKNOWN_LINK) c->unknown_link = frame->link_type;
        if (kind == FRAME_UNKNOWN_LINK) c->n_frames_unknown++;
        if (kind == FRAME_IP && !read_ip(&fresh, frame, carried.at)) kind = FRAME_OTHER;
        if (kind == FRAME_OTHER) c->n_frames_other++;
        if (kind != FRAME_IP) continue;
        if (carried.interface) c->many_taps = true;
        read_transport(&fresh);
        fresh.direction = carried.direction;
        fresh.comment = frame->comment, fresh.comment_size = frame->comment_size;
        keep_packet(c, &fresh, frame->interface << 16 ^ carried.interface, frame->at_ns - c->zero_s * SECOND);
    }
    note_taps(c);
}
