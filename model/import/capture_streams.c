/* The bytes of a connection's ends as pieces that were seen. See capture.h. */
#include <string.h>

#include "model/import/capture.h"
#include "sim/journal/memory.h"

int64_t capture_end_offset(const struct seen_end *end, uint32_t seq)
{
    uint32_t expected = end->iss + 1 + (uint32_t)end->snd_max;
    return (int64_t)end->snd_max + (int32_t)(seq - expected);
}

size_t capture_piece_at(const struct seen_end *end, uint64_t offset)
{
    size_t low = 0, high = end->n_pieces;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (end->pieces[middle].offset + end->pieces[middle].length <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert_piece(struct seen_end *end, size_t at, struct seen_piece piece)
{
    if (end->n_pieces == end->pieces_room) {
        end->pieces_room = end->pieces_room ? 2 * end->pieces_room : 16;
        end->pieces = mem_realloc(end->pieces, end->pieces_room * sizeof *end->pieces);
    }
    memmove(end->pieces + at + 1, end->pieces + at, (end->n_pieces - at) * sizeof *end->pieces);
    end->pieces[at] = piece;
    end->n_pieces++;
}

void capture_keep_piece(struct capture *c, struct seen_end *end, int packet)
{
    const struct seen_packet *p = &c->packets[packet];
    uint32_t there = p->there > p->payload_at ? p->there - p->payload_at : 0;
    uint64_t from = p->offset, until = p->offset + p->payload_size;
    for (size_t at = capture_piece_at(end, from); from < until; at++) {
        uint64_t gap_ends = at < end->n_pieces && end->pieces[at].offset < until ? end->pieces[at].offset : until;
        if (from < gap_ends) {
            uint32_t skip = (uint32_t)(from - p->offset), length = (uint32_t)(gap_ends - from);
            uint32_t have = there > skip ? there - skip : 0;
            insert_piece(end, at,
                         (struct seen_piece){.offset = from,
                                             .length = length,
                                             .there = have < length ? have : length,
                                             .bytes = p->bytes + p->payload_at + skip,
                                             .written_ns = p->sent_ns,
                                             .packet = packet,
                                             .first = packet});
            at++;
        }
        if (at < end->n_pieces && end->pieces[at].offset < until) {
            end->pieces[at].packet = packet;
            from = end->pieces[at].offset + end->pieces[at].length;
        } else {
            from = until;
        }
    }
}

/* Who has sent a byte had written all before it. */
void capture_settle_times(struct seen_end *end)
{
    for (size_t i = end->n_pieces; i-- > 1;)
        if (end->pieces[i].written_ns < end->pieces[i - 1].written_ns)
            end->pieces[i - 1].written_ns = end->pieces[i].written_ns;
}

void capture_tell_stream(struct capture *c, struct seen_conn *conn, int side)
{
    struct seen_end *end = &conn->ends[side];
    for (size_t i = 0; i < end->n_pieces; i++) {
        const struct seen_piece *piece = &end->pieces[i];
        if (!piece->there) continue;
        DRAFT_ADD(c->draft, STREAM_DATA, piece->written_ns, RANK_WORDS, conn->open_event[side],
                  F_INT(STREAM, end->stream_id), F_INT(HOST, end->host + 1), F_INT(CONN, end->conn_id),
                  F_INT(OFFSET, piece->offset), F_BLOB(BYTES, piece->bytes, piece->there));
    }
}
