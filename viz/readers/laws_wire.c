/* The laws of links, packets, streams and timers. */
#include <string.h>

#include "sim/journal/vtime.h"
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

/* What a passage's entry holds: nothing, that it waits for its turn, or when it will arrive. */
enum { NOT_THERE = 0, WAITS = 1, ARRIVES_AT_0 = 2 };

/* How often this happened on a direction of a link. */
static uint64_t count_key(const struct event *e, const char *what)
{
    return law_hash(law_hash_text(19, what), way_of(e));
}

static void add_number(struct index_map *map, uint64_t key, int64_t number)
{
    set_number(map, key, number_of(map, key) + number);
}

static void on_link_add(struct laws *laws, const struct event *e)
{
    uint64_t link = (uint64_t)event_int(e, FIELD_LINK) * 2;
    set_number(&laws->delays, link + 1, event_int(e, FIELD_DELAY_OUT));
    set_number(&laws->delays, link + 2, event_int(e, FIELD_DELAY_BACK));
    set_number(&laws->rates, link + 1, event_int(e, FIELD_RATE_OUT));
    set_number(&laws->rates, link + 2, event_int(e, FIELD_RATE_BACK));
}

/* What was told of packets that wait is told anew, so that order begins anew; and the text says what is now the delay
   or the rate, but we keep to numbers. */
static void on_link_value(struct laws *laws, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_NAME), "delay") == 0) set_number(&laws->delays, way_of(e), 0);
    if (strcmp(event_text(e, FIELD_NAME), "rate") == 0) set_number(&laws->rates, way_of(e), 0);
    set_number(&laws->last_arrival, way_of(e), 0);
    set_number(&laws->last_departure, way_of(e), 0);
}

/* N3: what is cut delivers nothing. */
static void on_link_state(struct laws *laws, const struct event *e)
{
    set_number(&laws->cut, way_of(e), !event_int(e, FIELD_UP));
    set_number(&laws->last_arrival, way_of(e), 0);
    set_number(&laws->last_departure, way_of(e), 0);
}

static bool takes_too_short(const struct laws *laws, const struct event *e, int64_t sending_ns)
{
    int64_t rate = number_of(&laws->rates, way_of(e)),
            size = number_of(&laws->packet_size, (uint64_t)event_int(e, FIELD_PACKET));
    /* Bits sent so far in that time, in whole seconds and the rest, so that nothing overflows. */
    int64_t bits = sending_ns / SECOND * rate + (int64_t)((double)(sending_ns % SECOND) * (double)rate / SECOND);
    return rate && bits + 1 < size * 8;
}

/* N2: what is told of a packet that is now put on the wire, or will be. */
static void check_times(struct laws *laws, const struct event *e)
{
    int64_t begins = event_int(e, FIELD_BEGINS), departs = event_int(e, FIELD_DEPARTS),
            arrives = event_int(e, FIELD_ARRIVES);
    uint64_t way = way_of(e);
    if (begins < e->at_ns || departs < begins || arrives < departs + number_of(&laws->delays, way) ||
        takes_too_short(laws, e, departs - begins))
        law_broken(laws, e, "N2", "the packet would be faster than its link");
    if (begins < number_of(&laws->last_departure, way)) law_broken(laws, e, "N2", "two packets would leave at once");
    if (arrives < number_of(&laws->last_arrival, way)) law_broken(laws, e, "N2", "the packet would overtake another");
    set_number(&laws->last_departure, way, departs);
    set_number(&laws->last_arrival, way, arrives);
    set_number(&laws->on_wire, passage_of(e), arrives + ARRIVES_AT_0);
}

/* A packet begins its passage; it is not there already. */
static void enter(struct laws *laws, const struct event *e)
{
    if (number_of(&laws->on_wire, passage_of(e)) != NOT_THERE)
        law_broken(laws, e, "N4", "the packet is on this link already");
    add_number(&laws->in_flight, way_of(e), 1);
    add_number(&laws->bytes_in_flight, way_of(e), number_of(&laws->packet_size, (uint64_t)event_int(e, FIELD_PACKET)));
}

static void on_link_queue(struct laws *laws, const struct event *e)
{
    enter(laws, e);
    set_number(&laws->on_wire, passage_of(e), WAITS);
}

static void on_link_send(struct laws *laws, const struct event *e)
{
    if (number_of(&laws->on_wire, passage_of(e)) != WAITS) enter(laws, e);
    check_times(laws, e);
}

static void on_link_retime(struct laws *laws, const struct event *e)
{
    int64_t told = number_of(&laws->on_wire, passage_of(e)), arrives = event_int(e, FIELD_ARRIVES) + ARRIVES_AT_0;
    if (told < ARRIVES_AT_0) law_broken(laws, e, "N4", "the packet was not sent on this link");
    if (strcmp(event_text(e, FIELD_WHY), "reordered") != 0) {
        check_times(laws, e);
        return;
    }
    add_number(&laws->link_counts, count_key(e, "reordered"), 1);
    if (arrives < told) law_broken(laws, e, "N2", "the packet is held up and yet arrives sooner");
    set_number(&laws->on_wire, passage_of(e), arrives);
}

static void on_link_duplicate(struct laws *laws, const struct event *e)
{
    uint64_t original = (uint64_t)event_int(e, FIELD_ORIGINAL), copy = (uint64_t)event_int(e, FIELD_PACKET);
    if (number_of(&laws->on_wire, law_hash(law_hash(11, original), way_of(e))) == NOT_THERE)
        law_broken(laws, e, "N4", "packet %llu, of which it is a copy, is not on this link",
                   (unsigned long long)original);
    set_number(&laws->packet_size, copy, number_of(&laws->packet_size, original));
    add_number(&laws->link_counts, count_key(e, "duplicated"), 1);
}

/* A drop before the wire (queue full, link down, too large) has no link.send; one on the wire does. */
static void on_link_end(struct laws *laws, const struct event *e)
{
    int64_t told = number_of(&laws->on_wire, passage_of(e));
    bool arrives = e->kind == EVENT_LINK_DELIVER;
    if (!arrives) add_number(&laws->link_counts, count_key(e, event_text(e, FIELD_WHY)), 1);
    if (arrives && number_of(&laws->cut, way_of(e))) law_broken(laws, e, "N3", "the link is cut in this direction");
    if (told == NOT_THERE) {
        if (arrives) law_broken(laws, e, "N4", "the packet was not on this link");
        return;
    }
    if (arrives && told - ARRIVES_AT_0 != e->at_ns) law_broken(laws, e, "N2", "the packet arrives at another time");
    set_number(&laws->on_wire, passage_of(e), NOT_THERE);
    add_number(&laws->in_flight, way_of(e), -1);
    add_number(&laws->bytes_in_flight, way_of(e), -number_of(&laws->packet_size, (uint64_t)event_int(e, FIELD_PACKET)));
}

/* N1 and N4, against what was told of each packet. */
static void check_counts(struct laws *laws, const struct event *e)
{
    static const struct {
        enum field_id field;
        const char *what;
    } counts[] = {{FIELD_LOST_CHANCE, "loss"},      {FIELD_LOST_EXACT, "exact"},    {FIELD_LOST_QUEUE, "queue full"},
                  {FIELD_LOST_CODEL, "codel"},      {FIELD_LOST_DOWN, "link down"}, {FIELD_LOST_MTU, "larger than mtu"},
                  {FIELD_DUPLICATED, "duplicated"}, {FIELD_REORDERED, "reordered"}, {FIELD_CORRUPTED, "corrupted"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t told = number_of(&laws->link_counts, count_key(e, counts[i].what));
        if (told != event_int(e, counts[i].field))
            law_broken(laws, e, "N4", "%s: %lld packets in all, but %lld were told of", counts[i].what,
                       (long long)event_int(e, counts[i].field), (long long)told);
    }
    int64_t there =
        event_int(e, FIELD_SIZE) + event_int(e, FIELD_SIZE_LOST) + number_of(&laws->bytes_in_flight, way_of(e));
    if (there != event_int(e, FIELD_SIZE_OFFERED))
        law_broken(laws, e, "N1", "%lld bytes were offered, %lld are accounted for",
                   (long long)event_int(e, FIELD_SIZE_OFFERED), (long long)there);
}

static void on_link_totals(struct laws *laws, const struct event *e)
{
    static const enum field_id ends[] = {FIELD_DELIVERED,  FIELD_LOST_CHANCE, FIELD_LOST_EXACT, FIELD_LOST_QUEUE,
                                         FIELD_LOST_CODEL, FIELD_LOST_DOWN,   FIELD_LOST_MTU};
    int64_t offered = event_int(e, FIELD_OFFERED) + event_int(e, FIELD_DUPLICATED), sum = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sum += event_int(e, ends[i]);
    bool adds_up = laws->full ? sum + number_of(&laws->in_flight, way_of(e)) == offered : sum <= offered;
    if (!adds_up)
        law_broken(laws, e, "N1", "%lld packets were offered, %lld are accounted for", (long long)offered,
                   (long long)sum);
    if (laws->full) check_counts(laws, e);
}

static void on_packet_send(struct laws *laws, const struct event *e)
{
    set_number(&laws->packet_size, (uint64_t)event_int(e, FIELD_PACKET), event_int(e, FIELD_SIZE));
}

static void on_stream_data(struct laws *laws, const struct event *e)
{
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    int64_t end = number_of(&laws->stream_ends, stream);
    if (event_int(e, FIELD_OFFSET) != end) law_broken(laws, e, "T1", "the stream stood at %lld", (long long)end);
    set_number(&laws->stream_ends, stream, event_int(e, FIELD_OFFSET) + (int64_t)size);
    if (laws->full) law_stream_data(laws, e);
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
    if (e->kind == EVENT_LINK_QUEUE) on_link_queue(laws, e);
    if (e->kind == EVENT_LINK_SEND) on_link_send(laws, e);
    if (e->kind == EVENT_LINK_RETIME) on_link_retime(laws, e);
    if (e->kind == EVENT_LINK_DUPLICATE) on_link_duplicate(laws, e);
    if (e->kind == EVENT_LINK_CORRUPT) add_number(&laws->link_counts, count_key(e, "corrupted"), 1);
    if (e->kind == EVENT_LINK_DELIVER || e->kind == EVENT_LINK_DROP) on_link_end(laws, e);
    if (e->kind == EVENT_LINK_TOTALS) on_link_totals(laws, e);
    if (e->kind == EVENT_PACKET_SEND) on_packet_send(laws, e);
    if (e->kind == EVENT_STREAM_DATA) on_stream_data(laws, e);
    if (e->kind == EVENT_TIMER_SET) set_number(&laws->timers, e->id, 1);
    if (e->kind == EVENT_TIMER_FIRE) end_timer(laws, e, e->cause);
    if (e->kind == EVENT_TIMER_CANCEL) end_timer(laws, e, (uint64_t)event_int(e, FIELD_ABOUT));
}
