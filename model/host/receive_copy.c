#include "model/host/receive_copy.h"

struct byte_stream *receive_copy_new(const struct byte_stream *shared, uint64_t read, uint64_t most_bytes)
{
    struct byte_stream *copy = byte_stream_new((struct stream_id){0});
    copy->base = copy->read = read;
    if (!shared || !byte_stream_holds(shared, read, 0)) return copy;
    uint64_t size = byte_stream_end(shared) - read;
    byte_stream_append(copy, byte_stream_at(shared, read), (size_t)(size < most_bytes ? size : most_bytes));
    return copy;
}

struct runs {
    size_t n;
    struct run {
        uint64_t begin, end;
    } run[TCP_MISSING_RUNS_MAX];
};

/* What of a segment has not arrived yet. */
static void find_missing(const struct tcp_conn *tcp, const struct tcp_segment *segment, struct runs *runs)
{
    int64_t offset = tcp_payload_offset(tcp, segment);
    uint64_t from = offset < 0 ? 0 : (uint64_t)offset;
    uint64_t to = offset + (int64_t)segment->length < 0 ? 0 : (uint64_t)(offset + (int64_t)segment->length);
    runs->n = 0;
    while (runs->n < TCP_MISSING_RUNS_MAX) {
        struct run *run = &runs->run[runs->n];
        if (!tcp_missing_text(tcp, from, to, &run->begin, &run->end)) return;
        from = run->end;
        runs->n++;
    }
}

/* Of what was missing: what now has arrived. */
static void keep_accepted(struct byte_stream *copy, const struct tcp_conn *tcp, struct run run, const uint8_t *bytes)
{
    uint64_t at = run.begin;
    while (at < run.end) {
        struct run missing = {run.end, run.end};
        tcp_missing_text(tcp, at, run.end, &missing.begin, &missing.end);
        if (missing.begin > at) byte_stream_put(copy, at, bytes + (at - run.begin), (size_t)(missing.begin - at));
        at = missing.end;
    }
}

/* Before the peer's first number is known, all of a segment is missing. */
static bool knows_peer(const struct tcp_conn *tcp)
{
    enum tcp_state state = tcp_state(tcp);
    return state != TCP_CLOSED && state != TCP_LISTEN && state != TCP_SYN_SENT;
}

void receive_copy_segment_arrives(struct byte_stream *copy, struct tcp_conn *tcp, const struct tcp_segment *segment,
                                  const uint8_t *payload, int64_t now_ns)
{
    struct runs runs = {.n = 0};
    bool knew = knows_peer(tcp);
    if (knew && payload) find_missing(tcp, segment, &runs);
    tcp_segment_arrives(tcp, segment, now_ns);
    if (!payload || !knows_peer(tcp)) return;
    int64_t offset = tcp_payload_offset(tcp, segment);
    if (!knew) runs = (struct runs){1, {{0, segment->length}}};
    for (size_t i = 0; i < runs.n; i++)
        keep_accepted(copy, tcp, runs.run[i], payload + ((int64_t)runs.run[i].begin - offset));
}
