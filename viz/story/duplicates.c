/* Duplicate acknowledgements (RFC 5681 2), as the sender of the data counts them: what arrives without data, while data
   is outstanding, and has the same acknowledgement number and window as what arrived before it. */
#include "viz/story/story_internal.h"

enum { MOST = 7 }; /* that story_packet.duplicate can tell */

static bool is_data_outstanding(const struct story *story, const struct story_packet *p, const struct tcp_segment *tcp)
{
    uint32_t acked;
    if (!story_acked_bytes(story, p, tcp, &acked)) return false;
    return (int32_t)(uint32_t)(story->conns.items[story->conns.items[p->conn].other_end].sent_bytes - acked) > 0;
}

void duplicates_note_sent(struct story *story, size_t packet)
{
    const struct story_packet *p = &story->packets.items[packet];
    if (p->conn == STORY_NONE) return;
    struct cast_conn *c = &story->conns.items[p->conn];
    if (p->offset + p->length > c->sent_bytes) c->sent_bytes = p->offset + p->length;
}

void duplicates_note_arrived(struct story *story, size_t packet)
{
    struct story_header header;
    struct story_packet *p = &story->packets.items[packet];
    if (p->conn == STORY_NONE || !story_packet_header(story, packet, &header) || !header.is_tcp) return;
    struct cast_conn *c = &story->conns.items[p->conn];
    const struct tcp_segment *tcp = &header.tcp;
    bool is_same = c->has_acked && tcp->ack == c->acked && tcp->window == c->window;
    if (is_same && p->class == STORY_ACK && is_data_outstanding(story, p, tcp)) {
        if (c->n_duplicates < MOST) c->n_duplicates++;
        p->duplicate = c->n_duplicates;
        return;
    }
    if (c->has_acked && (int32_t)(tcp->ack - c->acked) < 0) return; /* overtaken by later ones */
    if (!c->has_acked || tcp->ack != c->acked) c->n_duplicates = 0;
    c->has_acked = (tcp->flags & TCP_ACK) != 0;
    c->acked = tcp->ack;
    c->window = tcp->window;
}

size_t story_duplicate_before(const struct story *story, size_t packet)
{
    const struct story_packet *p = &story->packets.items[packet];
    if (p->duplicate <= 1) return STORY_NONE;
    for (size_t i = packet; i-- > 0;) {
        const struct story_packet *before = &story->packets.items[i];
        if (before->conn != p->conn || before->end_event >= p->end_event) continue;
        if (before->duplicate > 0) return i;
    }
    return STORY_NONE;
}

/* That is lost, has the byte which is asked for, and was sent before: each one asks for what the first asked for. */
size_t duplicates_lost_packet(const struct story *story, size_t packet)
{
    struct story_header header;
    uint32_t acked;
    const struct story_packet *p = &story->packets.items[packet];
    if (!story_packet_header(story, packet, &header) || !story_acked_bytes(story, p, &header.tcp, &acked))
        return STORY_NONE;
    for (size_t i = packet; i-- > 0;) {
        const struct story_packet *sent = &story->packets.items[i];
        if (sent->conn != story->conns.items[p->conn].other_end || sent->length == 0) continue;
        bool is_before = sent->offset + sent->length <= acked;
        if (is_before && sent->repeats == STORY_NONE) return STORY_NONE;
        if (!is_before && sent->offset <= acked && sent->fate == STORY_LOST) return i;
    }
    return STORY_NONE;
}
