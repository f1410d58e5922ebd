/* The laws of packets on their whole way: N5, N6, N7, and of T6 that a packet repeats what another one carried. Here is
   kept what was sent as each packet, whether it was cut or corrupted, and what has become of its pieces. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

static struct law_packet *packet_of(struct laws *laws, uint64_t packet)
{
    size_t index = packet ? index_map_get(&laws->packet_index, packet) : SIZE_MAX;
    return index == SIZE_MAX ? NULL : &laws->packets[index];
}

static struct law_packet *add_packet(struct laws *laws, uint64_t packet)
{
    size_t index = laws->n_packets++;
    laws->packets = table_grow(laws->packets, index, &laws->packet_room, sizeof *laws->packets);
    index_map_put(&laws->packet_index, packet, index);
    return &laws->packets[index];
}

/* N7: all pieces together are what was cut. */
static void law_of_cutting(struct laws *laws, const struct event *e, struct law_packet *from, uint64_t digest)
{
    from->pieces_digest += digest;
    if (--from->pieces_awaited > 0 || from->corrupt || !from->has_digest) return;
    if ((from->pieces_digest & LAW_DIGEST_MASK) != from->digest)
        law_broken(laws, e, "N7", "the pieces are not what was cut");
}

/* A piece of a piece is one of the whole, and as corrupt as what it was cut from, wherever the bits were. */
static void become_piece(struct laws *laws, const struct event *e, struct law_packet *p)
{
    size_t cut = e->cause ? index_map_get(&laws->fragmented, e->cause) : SIZE_MAX;
    if (cut == SIZE_MAX) return;
    struct law_packet *from = &laws->packets[cut];
    p->whole = from->whole ? from->whole : cut + 1;
    p->corrupt = from->corrupt;
    if (!from->corrupt && from->segment.ttl && p->segment.ttl + from->hops != from->segment.ttl)
        law_broken(laws, e, "N5", "a TTL of %u after %u hops, and of %u before them", p->segment.ttl, from->hops,
                   from->segment.ttl);
    if (from->pieces_awaited) law_of_cutting(laws, e, from, p->digest);
}

static void remember_packet(struct laws *laws, const struct event *e)
{
    struct law_segment s;
    law_segment_of(e, &s);
    struct law_packet *p = add_packet(laws, (uint64_t)event_int(e, FIELD_PACKET));
    *p = (struct law_packet){.segment = s,
                             .stream = event_int(e, FIELD_STREAM),
                             .offset = event_int(e, FIELD_OFFSET),
                             .from = event_int(e, FIELD_HOST),
                             .to = event_int(e, FIELD_PEER),
                             .is_icmp = strncmp(event_text(e, FIELD_TAG), "icmp", 4) == 0,
                             .is_fragment = strncmp(event_text(e, FIELD_TAG), "fragment", 8) == 0};
    law_header_of(p, e);
    p->has_digest = law_digest_of(laws, e, &p->digest);
    become_piece(laws, e, p);
}

static void on_cut(struct laws *laws, const struct event *e)
{
    size_t index = index_map_get(&laws->packet_index, (uint64_t)event_int(e, FIELD_PACKET));
    if (index == SIZE_MAX) return;
    index_map_put(&laws->fragmented, e->id, index);
    laws->packets[index].pieces_awaited = (unsigned)event_int(e, FIELD_NTH);
    laws->packets[index].pieces_digest = 0;
}

/* A link has made a second packet of one that has come so far. */
static void on_duplicate(struct laws *laws, const struct event *e)
{
    size_t original = index_map_get(&laws->packet_index, (uint64_t)event_int(e, FIELD_ORIGINAL));
    if (original == SIZE_MAX) return;
    struct law_packet *copy = add_packet(laws, (uint64_t)event_int(e, FIELD_PACKET));
    *copy = laws->packets[original];
    if (!copy->twin_of) copy->twin_of = original + 1;
    copy->pieces_awaited = copy->corrupt_pieces = 0;
}

/* Where the corrupt pieces of a packet and of its twins are counted: they bear one identification. */
static unsigned *corrupt_pieces_of(struct laws *laws, size_t packet)
{
    size_t twin_of = laws->packets[packet].twin_of;
    return &laws->packets[twin_of ? twin_of - 1 : packet].corrupt_pieces;
}

/* T6: what a packet repeats, or a part of it, was in that packet; all text may be acknowledged, and the FIN is left. */
static void law_of_repeated_bytes(struct laws *laws, const struct event *e)
{
    uint64_t repeats = (uint64_t)event_int(e, FIELD_REPEATS);
    if (!repeats) return;
    const struct law_packet *p = packet_of(laws, repeats);
    int64_t from = p ? event_int(e, FIELD_OFFSET) - p->offset : -1;
    struct law_segment s;
    bool is_bare_fin = law_segment_of(e, &s) && s.length == 0 && s.flags & LAW_FIN;
    if (is_bare_fin && p && p->segment.flags & LAW_FIN) return;
    if (!p || p->stream != event_int(e, FIELD_STREAM) || from < 0 || from > p->segment.length)
        law_broken(laws, e, "T6", "packet %llu, which it repeats, did not carry this", (unsigned long long)repeats);
}

static void reaches_its_end(struct laws *laws, const struct event *e, struct law_packet *p, bool corrupt)
{
    p->awaits_verdict = corrupt;
    if (!corrupt) law_packet_arrives(laws, e, p);
}

static void on_link_deliver(struct laws *laws, const struct event *e)
{
    struct law_packet *p = packet_of(laws, (uint64_t)event_int(e, FIELD_PACKET));
    if (!p) return;
    p->hops++;
    if (p->hops > p->segment.ttl && p->segment.ttl) law_broken(laws, e, "N5", "more hops than its TTL allows");
    if (event_int(e, FIELD_HOST) != p->to) return;
    if (!p->whole)
        reaches_its_end(laws, e, p, p->corrupt);
    else if (p->corrupt)
        ++*corrupt_pieces_of(laws, p->whole - 1);
}

/* IPv6 has no checksum of its header: a router to which it was sent may find that it is somebody else's, and passes it
   on. */
static void on_link_send(struct laws *laws, const struct event *e)
{
    struct law_packet *p = packet_of(laws, (uint64_t)event_int(e, FIELD_PACKET));
    if (p && p->header_size && p->header[0] >> 4 == 6) p->awaits_verdict = false;
}

/* Cut on its way, and put together again: to what it was (N7), byte for byte. */
static void on_whole(struct laws *laws, const struct event *e)
{
    uint64_t packet = (uint64_t)event_int(e, FIELD_PACKET), digest = (uint64_t)event_int(e, FIELD_DIGEST);
    size_t size = index_map_get(&laws->packet_size, packet);
    struct law_packet *p = packet_of(laws, packet);
    if (!p) return;
    unsigned *corrupt_pieces = corrupt_pieces_of(laws, (size_t)(p - laws->packets));
    bool known = !p->is_fragment && *corrupt_pieces == 0;
    if (known && size != SIZE_MAX && event_int(e, FIELD_SIZE) != (int64_t)size)
        law_broken(laws, e, "N7", "the packet had %zu bytes before it was cut", size);
    else if (known && p->has_digest && digest != p->digest)
        law_broken(laws, e, "N7", "the packet has other bytes than before it was cut");
    if (event_int(e, FIELD_HOST) == p->to) reaches_its_end(laws, e, p, *corrupt_pieces > 0);
    *corrupt_pieces = 0;        /* twins of the pieces may make it whole once more */
    p->change_is_known = false; /* nor is it known of which of them it was made */
}

/* A host that stops has no pieces any more, and says of none of them that it drops it. */
static void forgets_pieces(struct laws *laws, int64_t host)
{
    for (size_t i = 0; i < laws->n_packets; i++)
        if (laws->packets[i].to == host) laws->packets[i].corrupt_pieces = 0;
}

/* Flags and offset of IPv4, or the next header of IPv6: what they make a fragment of waits for the others. */
static bool may_become_fragment(const struct event *e)
{
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    int64_t first = event_int(e, FIELD_PLACE), last = first + (int64_t)size - 1;
    return first <= 7 && last >= 6;
}

/* A packet that was changed on the way is no longer what it was sent as; one that is accepted all the same may be
   anything. */
static void on_corruption(struct laws *laws, const struct event *e)
{
    struct law_packet *p = packet_of(laws, (uint64_t)event_int(e, FIELD_PACKET));
    if (!p) return;
    if (e->kind == EVENT_PACKET_CORRUPT) law_notes_corruption(laws, e, p);
    p->corrupt |= e->kind == EVENT_PACKET_CORRUPT;
    if (e->kind == EVENT_PACKET_CORRUPT) p->may_wait |= may_become_fragment(e);
    if (e->kind != EVENT_PACKET_CORRUPT) p->awaits_verdict = false;
    unsigned *corrupt_pieces = p->whole ? corrupt_pieces_of(laws, p->whole - 1) : NULL;
    if (e->kind == EVENT_PACKET_DROP && corrupt_pieces && p->corrupt && event_int(e, FIELD_HOST) == p->to &&
        *corrupt_pieces > 0)
        --*corrupt_pieces;
    if (e->kind != EVENT_PACKET_COLLIDE) return;
    law_of_collision(laws, e, p);
    law_packet_collides(laws, p);
}

static void on_rewrite(struct laws *laws, const struct event *e)
{
    struct law_packet *p = packet_of(laws, (uint64_t)event_int(e, FIELD_PACKET));
    if (!p) return;
    law_digest_rewrite(laws, e, p);
    p->is_rewritten = true;
    if (p->whole) laws->packets[p->whole - 1].has_digest = false; /* what is put together holds what was written over */
}

void laws_of_packets(struct laws *laws, const struct event *e)
{
    if (!laws->full) return;
    switch (e->kind) {
    case EVENT_PACKET_SEND:
        law_of_repeated_bytes(laws, e);
        remember_packet(laws, e);
        break;
    case EVENT_LINK_DUPLICATE:
        on_duplicate(laws, e);
        break;
    case EVENT_LINK_SEND:
        on_link_send(laws, e);
        break;
    case EVENT_LINK_DELIVER:
        on_link_deliver(laws, e);
        break;
    case EVENT_HOST_STATE:
        if (!event_int(e, FIELD_UP)) forgets_pieces(laws, event_int(e, FIELD_HOST));
        break;
    case EVENT_PACKET_FRAGMENT:
        on_cut(laws, e);
        break;
    case EVENT_PACKET_WHOLE:
        on_whole(laws, e);
        break;
    case EVENT_PACKET_REWRITE:
        on_rewrite(laws, e);
        break;
    case EVENT_PACKET_CORRUPT:
    case EVENT_PACKET_COLLIDE:
    case EVENT_PACKET_DROP:
        on_corruption(laws, e);
        break;
    default:
        break;
    }
}

/* N6: what was corrupted is dropped where it is looked at, or flagged when all checksums let it pass. */
void laws_of_packets_at_the_end(struct laws *laws)
{
    for (size_t i = 0; i < laws->n_packets; i++)
        if (laws->packets[i].awaits_verdict && !laws->packets[i].may_wait)
            law_broken(laws, NULL, "N6", "packet %zu was corrupted, and taken for a good one", i + 1);
}
