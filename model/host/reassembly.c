#include "model/host/reassembly.h"

#include <string.h>

#include "model/host/host.h"
#include "model/host/icmp.h"
#include "model/host/wake.h"
#include "sim/journal/memory.h"

enum { WAITING_MAX = 64, PIECES_MAX = 2048, BYTES_MAX = 256 * 1024, PAYLOAD_MAX = 65535 - IPV4_HEADER_BYTES };
static const int64_t timeout_ns = MINUTE; /* RFC 8200 4.5; RFC 1122 3.3.2: 60 to 120 s */

/* The pieces of one packet, in the order of their offsets, none touching another's bytes. */
struct waiting {
    struct ip_header like; /* source, destination, identification and, with IPv4, protocol are the same in all pieces */
    struct packet **pieces;
    size_t n, room, bytes;
    int64_t until_ns;
};

struct reassembly {
    struct host *host;
    struct waiting waiting[WAITING_MAX]; /* the oldest first */
    size_t n, pieces, bytes;
    struct wake wake;
};

static const struct ip_header *header_of(const struct packet *piece)
{
    return &ip_packet_of_const(piece)->ip;
}

static uint32_t end_of(const struct packet *piece)
{
    return (uint32_t)header_of(piece)->fragment_offset + header_of(piece)->payload_length;
}

static bool belongs(const struct ip_header *a, const struct ip_header *b)
{
    return a->identification == b->identification && ip_equals(a->source, b->source) &&
           ip_equals(a->destination, b->destination) && (ip_is_v6(a) || a->protocol == b->protocol);
}

static void see_to_timer(struct reassembly *r)
{
    wake_set(&r->wake, r->n > 0 ? r->waiting[0].until_ns : TIME_NEVER);
}

/* --- giving up --- */

static void remove_waiting(struct reassembly *r, size_t i)
{
    struct waiting *w = &r->waiting[i];
    r->pieces -= w->n;
    r->bytes -= w->bytes;
    mem_free(w->pieces);
    r->n--;
    memmove(w, w + 1, (r->n - i) * sizeof *w);
    see_to_timer(r);
}

static void give_up(struct reassembly *r, size_t i, const char *why)
{
    struct waiting w = r->waiting[i];
    for (size_t k = 0; k < w.n; k++)
        packets_discard(r->host, w.pieces[k], why);
    remove_waiting(r, i);
}

/* RFC 1122 3.3.2, RFC 8200 4.5: the sender is told if the first piece is there to be quoted. */
static void on_wake(void *context)
{
    struct reassembly *r = context;
    while (r->n > 0 && r->waiting[0].until_ns <= r->host->world->engine->now_ns) {
        const struct packet *first = r->waiting[0].pieces[0];
        if (header_of(first)->fragment_offset == 0) icmp_send_error(r->host, first, ICMP_REASSEMBLY_TIME, 0);
        give_up(r, 0, "reassembly time-out");
    }
    see_to_timer(r);
}

/* --- pieces --- */

static struct reassembly *reassembly_of(struct host *host)
{
    if (host->reassembly) return host->reassembly;
    struct reassembly *r = mem_calloc(1, sizeof *r);
    r->host = host;
    wake_init(&r->wake, host, "reassembly", on_wake, r);
    host->reassembly = r;
    return r;
}

static size_t waiting_for(struct reassembly *r, const struct packet *piece)
{
    for (size_t i = 0; i < r->n; i++)
        if (belongs(&r->waiting[i].like, header_of(piece))) return i;
    if (r->n == WAITING_MAX) give_up(r, 0, "no room to wait for the other fragments");
    r->waiting[r->n] =
        (struct waiting){.like = *header_of(piece), .until_ns = r->host->world->engine->now_ns + timeout_ns};
    return r->n++;
}

/* Every piece but the last has a length that the next offset can tell; RFC 8200 4.5 on the rest. */
static bool is_impossible(const struct packet *piece)
{
    const struct ip_header *h = header_of(piece);
    if (h->payload_length == 0 || end_of(piece) > PAYLOAD_MAX) return true;
    return h->more_fragments && h->payload_length % 8 != 0;
}

/* Where a piece goes, or that it cannot go there. */
enum fit { FITS, IS_THERE_ALREADY, OVERLAPS };

static enum fit find_place(const struct waiting *w, const struct packet *piece, size_t *place)
{
    const struct ip_header *h = header_of(piece);
    size_t i = 0;
    while (i < w->n && header_of(w->pieces[i])->fragment_offset < h->fragment_offset)
        i++;
    *place = i;
    const struct ip_header *same = i < w->n ? header_of(w->pieces[i]) : NULL;
    if (same && same->fragment_offset == h->fragment_offset && same->payload_length == h->payload_length &&
        same->more_fragments == h->more_fragments)
        return IS_THERE_ALREADY;
    if (same && same->fragment_offset < end_of(piece)) return OVERLAPS;
    if (i > 0 && end_of(w->pieces[i - 1]) > h->fragment_offset) return OVERLAPS;
    if (i < w->n && !h->more_fragments) return OVERLAPS; /* something lies behind the end */
    return i > 0 && !header_of(w->pieces[i - 1])->more_fragments ? OVERLAPS : FITS;
}

static void insert(struct reassembly *r, struct waiting *w, struct packet *piece, size_t place)
{
    if (w->n == w->room) {
        w->room = w->room ? 2 * w->room : 4;
        w->pieces = mem_realloc(w->pieces, w->room * sizeof(struct packet *));
    }
    memmove(w->pieces + place + 1, w->pieces + place, (w->n - place) * sizeof(struct packet *));
    w->pieces[place] = piece;
    w->n++;
    w->bytes += header_of(piece)->payload_length;
    r->pieces++;
    r->bytes += header_of(piece)->payload_length;
}

static bool is_whole(const struct waiting *w)
{
    uint32_t at = 0;
    for (size_t i = 0; i < w->n && header_of(w->pieces[i])->fragment_offset == at; i++) {
        at = end_of(w->pieces[i]);
        if (!header_of(w->pieces[i])->more_fragments) return i + 1 == w->n;
    }
    return false;
}

/* --- the whole --- */

/* The bytes of the whole packet, to be freed; only the first piece's header counts (RFC 8200 4.5). */
static uint8_t *join(const struct waiting *w, size_t *size)
{
    struct ip_header header = *header_of(w->pieces[0]);
    header.more_fragments = false;
    header.payload_length = (uint16_t)w->bytes;
    uint8_t *bytes = mem_alloc(IP_HEADER_MAX_BYTES + w->bytes);
    size_t header_size = ip_encode(&header, bytes);
    for (size_t i = 0; i < w->n; i++) {
        const struct ip_packet *piece = ip_packet_of_const(w->pieces[i]);
        byte_stream_read(piece->payload, piece->payload_offset, bytes + header_size + piece->ip.fragment_offset,
                         piece->ip.payload_length);
    }
    *size = header_size + w->bytes;
    return bytes;
}

static bool was_corrupted(const struct waiting *w)
{
    bool corrupted = false;
    for (size_t i = 0; i < w->n; i++)
        corrupted |= ip_packet_of_const(w->pieces[i])->is_corrupted;
    return corrupted;
}

/* For the law checker (N7), which has its own: docs/journal-format.md says how. */
static uint64_t digest_of(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        sum += (bytes[i] + UINT64_C(1)) * (z ^ z >> 31);
    }
    return sum & ((UINT64_C(1) << 48) - 1);
}

/* The piece that came last goes on as the whole, under its number where that is known. */
static struct packet *rebuild(struct reassembly *r, size_t i, struct packet *last)
{
    struct waiting *w = &r->waiting[i];
    struct host *host = r->host;
    struct ip_packet read = {.world = host->world}, *ip = ip_packet_of(last);
    size_t size;
    uint8_t *bytes = join(w, &size);
    const char *problem = packets_read(&read, bytes, size);
    bool told = journal_wants(host->world->journal, EVENT_PACKET_WHOLE);
    uint64_t digest = told ? digest_of(bytes + size - w->bytes, w->bytes) : 0;
    mem_free(bytes);
    if (!problem && ip_is_fragment(&read.ip)) { /* of IPv6, behind a second fragment header */
        packets_release(&read);
        problem = "a fragment within fragments";
    }
    bool corrupted = was_corrupted(w);
    if (ip->is_piece) last->id = ip->whole;
    journal_set_cause(host->world->journal, last->cause);
    last->cause = JOURNAL_EMIT(host->world->journal, PACKET_WHOLE, F_INT(PACKET, last->id), F_INT(HOST, host->id.n),
                               F_INT(NTH, w->n), F_INT(SIZE, size), F_INT(DIGEST, digest));
    journal_set_cause(host->world->journal, last->cause);
    for (size_t k = 0; k < w->n; k++)
        if (w->pieces[k] != last) packet_drop(host->world->packets, w->pieces[k]);
    remove_waiting(r, i);
    if (problem) {
        packets_discard(host, last, problem);
        return NULL;
    }
    packets_release(ip);
    *ip = read;
    packets_fit(last);
    if (corrupted) packets_flag_collision(host, last);
    return last;
}

struct packet *reassembly_take(struct host *host, struct packet *fragment)
{
    struct reassembly *r = reassembly_of(host);
    size_t place, i;
    if (is_impossible(fragment)) {
        packets_discard(host, fragment, "bad fragment");
        return NULL;
    }
    while (r->n > 0 && (r->pieces >= PIECES_MAX || r->bytes + header_of(fragment)->payload_length > BYTES_MAX))
        give_up(r, 0, "no room to wait for the other fragments");
    i = waiting_for(r, fragment);
    switch (find_place(&r->waiting[i], fragment, &place)) {
    case IS_THERE_ALREADY:
        packets_discard(host, fragment, "the same fragment again");
        return NULL;
    case OVERLAPS:
        packets_discard(host, fragment, "overlapping fragment");
        give_up(r, i, "overlapping fragment");
        return NULL;
    case FITS:
        break;
    }
    insert(r, &r->waiting[i], fragment, place);
    see_to_timer(r);
    return is_whole(&r->waiting[i]) ? rebuild(r, i, fragment) : NULL;
}

void reassembly_free(struct host *host)
{
    struct reassembly *r = host->reassembly;
    if (!r) return;
    for (size_t i = 0; i < r->n; i++) {
        for (size_t k = 0; k < r->waiting[i].n; k++)
            packet_drop(host->world->packets, r->waiting[i].pieces[k]);
        mem_free(r->waiting[i].pieces);
    }
    wake_forget(&r->wake);
    mem_free(r);
    host->reassembly = NULL;
}
