/* The laws of links, packets, streams and timers. */
#include <string.h>

#include "viz/readers/laws_internal.h"

/* Where a direction of a link keeps its numbers. */
static uint64_t way_of(const struct event *e)
{
    return (uint64_t)event_int(e, FIELD_LINK) * 2 + (uint64_t)event_int(e, FIELD_DIR) + 1;
}

/* 0 where nothing was set. */
static int64_t number_of(const struct index_map *map, uint64_t key)
{
    size_t number = index_map_get(map, key);
    return number == SIZE_MAX ? 0 : (int64_t)number;
}

static void set_number(struct index_map *map, uint64_t key, int64_t number)
{
    index_map_put(map, key, (size_t)number);
}

static uint64_t passage_of(const struct event *e)
{
    return law_hash(law_hash(11, (uint64_t)event_int(e, FIELD_PACKET)), way_of(e));
}

static void on_link_add(struct laws *laws, const struct event *e)
{
    uint64_t link = (uint64_t)event_int(e, FIELD_LINK) * 2;
    set_number(&laws->delays, link + 1, event_int(e, FIELD_DELAY_OUT));
    set_number(&laws->delays, link + 2, event_int(e, FIELD_DELAY_BACK));
}

/* A delay that changes while packets wait ends what can be said about order and least delay. */
static void on_link_value(struct laws *laws, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_NAME), "delay") != 0) return;
    set_number(&laws->delays, way_of(e), 0);
    set_number(&laws->last_arrival, way_of(e), 0);
}

/* N3: what is cut delivers nothing. */
static void on_link_state(struct laws *laws, const struct event *e)
{
    set_number(&laws->cut, way_of(e), !event_int(e, FIELD_UP));
}

static void on_link_send(struct laws *laws, const struct event *e)
{
    int64_t begins = event_int(e, FIELD_BEGINS), departs = event_int(e, FIELD_DEPARTS),
            arrives = event_int(e, FIELD_ARRIVES);
    uint64_t way = way_of(e);
    if (begins < e->at_ns || departs < begins || arrives < departs + number_of(&laws->delays, way))
        law_broken(laws, e, "N2", "the packet would be faster than its link");
    if (arrives < number_of(&laws->last_arrival, way)) law_broken(laws, e, "N2", "the packet would overtake another");
    set_number(&laws->last_arrival, way, arrives);
    if (number_of(&laws->on_wire, passage_of(e)) > 0) law_broken(laws, e, "N4", "the packet is on this link already");
    set_number(&laws->on_wire, passage_of(e), arrives + 1);
    set_number(&laws->in_flight, way, number_of(&laws->in_flight, way) + 1);
}

/* A drop before the wire (queue full, link down, too large) has no link.send; one on the wire does. */
static void on_link_end(struct laws *laws, const struct event *e)
{
    int64_t arrives = number_of(&laws->on_wire, passage_of(e)) - 1;
    if (e->kind == EVENT_LINK_DELIVER && number_of(&laws->cut, way_of(e)))
        law_broken(laws, e, "N3", "the link is cut in this direction");
    if (arrives < 0) {
        if (e->kind == EVENT_LINK_DELIVER) law_broken(laws, e, "N4", "the packet was not on this link");
        return;
    }
    if (e->kind == EVENT_LINK_DELIVER && arrives != e->at_ns)
        law_broken(laws, e, "N2", "the packet arrives at another time");
    set_number(&laws->on_wire, passage_of(e), 0);
    set_number(&laws->in_flight, way_of(e), number_of(&laws->in_flight, way_of(e)) - 1);
}

static void on_link_totals(struct laws *laws, const struct event *e)
{
    static const enum field_id ends[] = {FIELD_DELIVERED,  FIELD_LOST_CHANCE, FIELD_LOST_EXACT,
                                         FIELD_LOST_QUEUE, FIELD_LOST_DOWN,   FIELD_LOST_MTU};
    int64_t offered = event_int(e, FIELD_OFFERED), sum = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sum += event_int(e, ends[i]);
    bool adds_up = laws->full ? sum + number_of(&laws->in_flight, way_of(e)) == offered : sum <= offered;
    if (!adds_up)
        law_broken(laws, e, "N1", "%lld packets were offered, %lld are accounted for", (long long)offered,
                   (long long)sum);
}

static void on_packet_send(struct laws *laws, const struct event *e)
{
    uint64_t hash = law_hash(law_hash(13, (uint64_t)event_int(e, FIELD_STREAM)), (uint64_t)event_int(e, FIELD_OFFSET));
    int64_t place = (int64_t)(hash >> 1);
    set_number(&laws->packet_place, (uint64_t)event_int(e, FIELD_PACKET), place);
    uint64_t repeats = (uint64_t)event_int(e, FIELD_REPEATS);
    if (repeats && number_of(&laws->packet_place, repeats) != place)
        law_broken(laws, e, "T6", "packet %llu, which it repeats, did not carry this", (unsigned long long)repeats);
}

static void on_stream_data(struct laws *laws, const struct event *e)
{
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    int64_t end = number_of(&laws->stream_ends, stream);
    if (event_int(e, FIELD_OFFSET) != end) law_broken(laws, e, "T1", "the stream stood at %lld", (long long)end);
    set_number(&laws->stream_ends, stream, event_int(e, FIELD_OFFSET) + (int64_t)size);
}

static void end_timer(struct laws *laws, const struct event *e, uint64_t set_event)
{
    size_t waiting = index_map_get(&laws->timers, set_event);
    if (waiting == SIZE_MAX)
        law_broken(laws, e, "K2", "it was never set");
    else if (!waiting)
        law_broken(laws, e, "K2", "it was over already");
    if (set_event) set_number(&laws->timers, set_event, 0);
}

void laws_of_wires(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_LINK_ADD) on_link_add(laws, e);
    if (e->kind == EVENT_LINK_VALUE) on_link_value(laws, e);
    if (e->kind == EVENT_LINK_STATE) on_link_state(laws, e);
    if (e->kind == EVENT_LINK_SEND) on_link_send(laws, e);
    if (e->kind == EVENT_LINK_DELIVER || e->kind == EVENT_LINK_DROP) on_link_end(laws, e);
    if (e->kind == EVENT_LINK_TOTALS) on_link_totals(laws, e);
    if (e->kind == EVENT_PACKET_SEND) on_packet_send(laws, e);
    if (e->kind == EVENT_STREAM_DATA) on_stream_data(laws, e);
    if (e->kind == EVENT_TIMER_SET) set_number(&laws->timers, e->id, 1);
    if (e->kind == EVENT_TIMER_FIRE) end_timer(laws, e, e->cause);
    if (e->kind == EVENT_TIMER_CANCEL) end_timer(laws, e, (uint64_t)event_int(e, FIELD_ABOUT));
}
