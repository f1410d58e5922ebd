/* What is in flight: a ring of records, one a segment, in order of sequence numbers, and the doors through which they
   are marked, so that the sums (sacked, lost, resent) always agree with the marks. */
#include <assert.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/memory.h"

static void move_records(struct tcp_conn *c, struct tcp_record *records, uint32_t room)
{
    for (uint32_t i = c->first; i != c->end; i++)
        records[i & (room - 1)] = *tcp_record_at(c, i);
    if (c->records != c->within) mem_free(c->records);
    c->records = records;
    c->room = room;
}

static void grow_ring(struct tcp_conn *c)
{
    move_records(c, mem_alloc(2 * c->room * sizeof *c->records), 2 * c->room);
}

void tcp_records_free(struct tcp_conn *c)
{
    if (c->records != c->within) mem_free(c->records);
    c->records = c->within;
    c->room = TCP_RECORDS_WITHIN;
}

/* Numbers the next sequence numbers as one segment; it leaves with the next tcp_next_segment. */
void tcp_push_record(struct tcp_conn *c, uint32_t length, uint8_t flags)
{
    if (c->end - c->first == c->room) grow_ring(c);
    assert(c->at == c->end);
    struct tcp_record *r = tcp_record_at(c, c->end++);
    uint32_t end = c->snd_nxt + length + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
    *r = (struct tcp_record){.seq = c->snd_nxt, .end = end, .flags = flags};
    c->snd_nxt = end;
    c->segmented += length;
    if (flags & TCP_FIN) c->fin_sent = true;
    tcp_changed(c, "new data");
}

static void forget_marks(struct tcp_conn *c, uint8_t marks, uint32_t length)
{
    if (marks & MARK_SACKED) c->sacked_bytes -= length;
    if (marks & MARK_LOST) c->lost_bytes -= length;
    if (marks & MARK_RESENT) c->resent_bytes -= length;
}

/* A run of SACKed records that loses its first one begins with the next. */
static void shorten_run(struct tcp_conn *c, uint32_t number)
{
    uint32_t last = tcp_record_at(c, number)->run;
    if (last == number) return;
    tcp_record_at(c, number + 1)->run = last;
    tcp_record_at(c, last)->run = number + 1;
}

static void remove_first(struct tcp_conn *c, int64_t now_ns)
{
    struct tcp_record *r = tcp_record_at(c, c->first);
    if (c->rack_ok && !(r->marks & MARK_SACKED)) tcp_rack_delivered(c, r, now_ns);
    if (r->marks) {
        forget_marks(c, r->marks, tcp_record_length(r));
        if (r->marks & MARK_SACKED) shorten_run(c, c->first);
    }
    if (c->at == c->first) c->at++;
    c->first++;
}

/* Removes what is acknowledged whole; a segment acknowledged in part keeps its rest. A large ring is not kept when
   nothing is in flight. */
void tcp_records_acked(struct tcp_conn *c, uint32_t ack, int64_t now_ns)
{
    enum { ROOM_KEPT = 4 };
    while (c->first != c->end && seq_not_after(tcp_record_at(c, c->first)->end, ack))
        remove_first(c, now_ns);
    if (c->first == c->end) {
        if (c->room > ROOM_KEPT) tcp_records_free(c);
        return;
    }
    struct tcp_record *r = tcp_record_at(c, c->first);
    if (!seq_before(r->seq, ack)) return;
    forget_marks(c, r->marks, ack - r->seq);
    r->seq = ack;
}

void tcp_mark_lost(struct tcp_conn *c, uint32_t number)
{
    struct tcp_record *r = tcp_record_at(c, number);
    assert(!(r->marks & MARK_SACKED));
    if (!(r->marks & MARK_LOST)) c->lost_bytes += tcp_record_length(r);
    if (r->marks & MARK_RESENT) c->resent_bytes -= tcp_record_length(r);
    r->marks = MARK_LOST;
    if (number - c->first < c->at - c->first) c->at = number;
}

/* RFC 2018 8: a receiver may have thrown away what it has SACKed, so that after a timeout all is sent again. */
void tcp_mark_all_lost(struct tcp_conn *c)
{
    for (uint32_t i = c->first; i != c->end; i++)
        tcp_record_at(c, i)->marks = MARK_LOST;
    c->sacked_bytes = c->resent_bytes = 0;
    c->lost_bytes = c->first == c->end ? 0 : c->snd_nxt - tcp_record_at(c, c->first)->seq;
    c->at = c->first;
    if (!c->rack_ok) c->lost_below = c->first;
}

void tcp_mark_resent(struct tcp_conn *c, struct tcp_record *r)
{
    if (r->marks & MARK_RESENT) return;
    r->marks |= MARK_RESENT;
    c->resent_bytes += tcp_record_length(r);
}

/* Into the ring of `records`, in pieces of at most SMSS; returns the number after the last. */
static uint32_t split_record(const struct tcp_conn *c, struct tcp_record r, struct tcp_record *records, uint32_t room,
                             uint32_t number)
{
    uint8_t flags = r.flags;
    uint32_t end = r.end, length = tcp_record_payload(&r);
    r.marks = 0;
    for (; length > c->smss; length -= c->smss) {
        r.end = r.seq + c->smss;
        r.flags = flags & (uint8_t) ~(TCP_PSH | TCP_FIN);
        records[number++ & (room - 1)] = r;
        r.seq = r.end;
    }
    r.end = end;
    r.flags = flags;
    records[number++ & (room - 1)] = r;
    return number;
}

/* SMSS has become smaller: what is in flight is cut to fit, and goes again. */
void tcp_split_records(struct tcp_conn *c)
{
    uint32_t pieces = 0, room = TCP_RECORDS_WITHIN, end = c->first;
    for (uint32_t i = c->first; i != c->end; i++)
        pieces += 1 + tcp_record_payload(tcp_record_at(c, i)) / c->smss;
    while (room < pieces || room < c->room)
        room *= 2;
    struct tcp_record *records = mem_alloc(room * sizeof *records);
    for (uint32_t i = c->first; i != c->end; i++)
        end = split_record(c, *tcp_record_at(c, i), records, room, end);
    if (c->records != c->within) mem_free(c->records);
    c->records = records;
    c->room = room;
    c->end = end;
    tcp_mark_all_lost(c);
}
