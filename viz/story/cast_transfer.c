/* The cast's transfers: the content of a mail on its way over one connection, and which packets brought its bytes.
   A byte that arrives twice counts once: for the packet that was there first. */
#include "viz/story/story_internal.h"

void cast_transfer_begin(struct story *story, size_t i, const struct event *e)
{
    size_t conn = cast_conn(story, e), mail = cast_mail(story, e, FIELD_MESSAGE), at = story->transfers.count;
    if (conn == STORY_NONE || mail == STORY_NONE) return;
    if (story->conns.items[conn].host == STORY_NONE || story->conns.items[conn].peer == STORY_NONE) return;
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    cast_transfer_end_of_conn(story, i, conn);
    struct cast_transfer t = {.shown = {.mail = mail,
                                        .conn = conn,
                                        .from = story->conns.items[conn].host,
                                        .to = story->conns.items[conn].peer,
                                        .pick_up = e->kind == EVENT_POP3_CONTENT,
                                        .begin_event = i,
                                        .begin_ns = e->at_ns,
                                        .end_ns = TIME_NEVER,
                                        .offset = (uint64_t)event_int(e, FIELD_OFFSET),
                                        .length = (uint64_t)event_int(e, FIELD_LENGTH)},
                              .end_event = STORY_NONE,
                              .next_of_stream = story_index(&story->stream_content, stream)};
    *TABLE_ADD(&story->transfers) = t;
    story->conns.items[conn].transfer = at;
    index_map_put(&story->stream_content, stream, at);
}

static void end_transfer(struct story *story, size_t transfer, size_t i)
{
    struct cast_transfer *t = &story->transfers.items[transfer];
    t->end_event = i;
    t->shown.end_ns = story_event_time(story, i);
    t->shown.complete = t->arrived >= t->shown.length;
    story->conns.items[t->shown.conn].transfer = STORY_NONE;
}

/* Called with the sender's end when the other side speaks again, and with either end when it closes. */
void cast_transfer_end_of_conn(struct story *story, size_t i, size_t conn)
{
    size_t ends[2] = {conn, story->conns.items[conn].other_end};
    size_t n = story_event(story, i)->kind == EVENT_CONN_CLOSE ? 2 : 1;
    for (size_t k = 0; k < n; k++)
        if (ends[k] != STORY_NONE && story->conns.items[ends[k]].transfer != STORY_NONE)
            end_transfer(story, story->conns.items[ends[k]].transfer, i);
}

/* Adds a range to those that are there; returns how many bytes of it are new. */
static uint64_t add_range(struct cast_transfer *t, struct byte_range range)
{
    uint64_t before = t->arrived;
    size_t first = 0, last;
    while (first < t->there.count && t->there.items[first].to < range.from)
        first++;
    for (last = first; last < t->there.count && t->there.items[last].from <= range.to; last++) {
        const struct byte_range *there = &t->there.items[last];
        t->arrived -= there->to - there->from;
        range.from = there->from < range.from ? there->from : range.from;
        range.to = there->to > range.to ? there->to : range.to;
    }
    if (last == first) {
        (void)TABLE_ADD(&t->there);
        for (size_t i = t->there.count - 1; i > first; i--)
            t->there.items[i] = t->there.items[i - 1];
    } else {
        for (size_t i = last; i < t->there.count; i++)
            t->there.items[i - (last - first) + 1] = t->there.items[i];
        t->there.count -= last - first - 1;
    }
    t->there.items[first] = range;
    t->arrived += range.to - range.from;
    return t->arrived - before;
}

static void packet_brings(struct story *story, size_t i, size_t packet, size_t transfer)
{
    const struct story_packet *p = &story->packets.items[packet];
    struct cast_transfer *t = &story->transfers.items[transfer];
    uint64_t end = t->shown.offset + t->shown.length;
    struct byte_range range = {p->offset, p->offset + p->length};
    range.from = range.from < t->shown.offset ? t->shown.offset : range.from;
    range.to = range.to > end ? end : range.to;
    uint64_t fresh = range.from < range.to ? add_range(t, range) : 0;
    if (!fresh) return;
    *TABLE_ADD(&t->parts) = (struct transfer_part){(uint32_t)packet, (uint32_t)fresh, (uint32_t)(t->arrived - fresh)};
    if (t->arrived >= t->shown.length && t->end_event == STORY_NONE) end_transfer(story, transfer, i);
}

/* Contents of one stream follow each other, so that the latest is looked at first and old ones end the search. */
void cast_transfer_packet(struct story *story, size_t i, size_t packet)
{
    const struct story_packet *p = &story->packets.items[packet];
    if (!p->length || !p->stream) return;
    size_t transfer = story_index(&story->stream_content, p->stream);
    while (transfer != STORY_NONE) {
        const struct story_transfer *t = &story->transfers.items[transfer].shown;
        if (t->offset + t->length <= p->offset) return;
        packet_brings(story, i, packet, transfer);
        transfer = story->transfers.items[transfer].next_of_stream;
    }
}

/* ---- Asked later ---- */

size_t story_transfer_count(const struct story *story)
{
    return story->transfers.count;
}

const struct story_transfer *story_transfer(const struct story *story, size_t transfer)
{
    return &story->transfers.items[transfer].shown;
}

/* How far a packet that arrives has come: each of its links is an equal part of the way. */
static double packet_travelled(const struct story *story, size_t packet, int64_t at_ns)
{
    const struct story_packet *p = &story->packets.items[packet];
    double done = 0;
    if (at_ns >= p->end_ns) return 1;
    if (at_ns < p->sent_ns) return 0; /* its hops need not be fetched */
    for (size_t hop = p->first_hop; hop != STORY_NONE; hop = story->hops.items[hop].next) {
        const struct story_hop *h = &story->hops.items[hop];
        if (at_ns < h->sent_ns) break;
        double place = story_hop_place(h, at_ns);
        done += place < 0 ? 0 : place;
    }
    return p->n_hops ? done / p->n_hops : 0;
}

/* How many parts are there; they lie in the order of their coming. */
static size_t parts_there(const struct story *story, const struct cast_transfer *t, int64_t at_ns)
{
    size_t low = 0, high = t->parts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story->packets.items[t->parts.items[middle].packet].end_ns <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint64_t bytes_of_parts(const struct cast_transfer *t, size_t n)
{
    return n ? (uint64_t)t->parts.items[n - 1].before + t->parts.items[n - 1].bytes : 0;
}

double story_transfer_arrived(const struct story *story, size_t transfer, int64_t at_ns)
{
    const struct cast_transfer *t = &story->transfers.items[transfer];
    uint64_t bytes = bytes_of_parts(t, parts_there(story, t, at_ns));
    return t->shown.length ? (double)bytes / (double)t->shown.length : 1;
}

double story_transfer_travelled(const struct story *story, size_t transfer, int64_t at_ns)
{
    const struct cast_transfer *t = &story->transfers.items[transfer];
    size_t there = parts_there(story, t, at_ns);
    double bytes = (double)bytes_of_parts(t, there);
    for (size_t i = there; i < t->parts.count; i++)
        bytes += (double)t->parts.items[i].bytes * packet_travelled(story, t->parts.items[i].packet, at_ns);
    return t->shown.length ? bytes / (double)t->shown.length : 1;
}

size_t story_transfer_path(const struct story *story, size_t transfer, size_t *hosts, size_t room)
{
    const struct cast_transfer *t = &story->transfers.items[transfer];
    size_t n = 0, latest = t->shown.from;
    size_t hop = t->parts.count ? story->packets.items[t->parts.items[0].packet].first_hop : STORY_NONE;
    if (n++ < room) hosts[0] = latest;
    for (; hop != STORY_NONE; hop = story->hops.items[hop].next) {
        latest = story_hop_to(story, hop);
        if (n < room) hosts[n] = latest;
        n++;
    }
    if (latest == t->shown.to) return n;
    if (n < room) hosts[n] = t->shown.to;
    return n + 1;
}
