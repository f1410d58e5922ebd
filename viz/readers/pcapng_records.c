/* What a capture needs of a journal: gathered in one going through, and recorded in a second, a record for each time a
   packet passes a tap. pcapng.c writes it. */
#include <stdlib.h>

#include "sim/journal/memory.h"
#include "viz/readers/pcapng_internal.h"

enum { COPIES_A_BLOCK = 256 };

struct event_block {
    struct event_block *before;
    size_t n;
    struct event events[COPIES_A_BLOCK];
};

/* --- Gather --- */

/* What a journal in memory hands out is lent for a while only; the capture needs it to its end. */
static const struct event *copy_of(struct pcapng_capture *c, const struct event *e)
{
    if (!c->copies || c->copies->n == COPIES_A_BLOCK) {
        struct event_block *block = mem_calloc(1, sizeof *block);
        block->before = c->copies;
        c->copies = block;
    }
    c->copies->events[c->copies->n] = *e;
    return &c->copies->events[c->copies->n++];
}

static void free_copies(struct pcapng_capture *c)
{
    while (c->copies) {
        struct event_block *before = c->copies->before;
        mem_free(c->copies);
        c->copies = before;
    }
}

static void keep(struct pcapng_capture *c, struct event_list *list, const struct event *e)
{
    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->items = mem_realloc(list->items, list->room * sizeof *list->items);
    }
    list->items[list->n++] = copy_of(c, e);
}

static void keep_sent(struct pcapng_capture *c, const struct event *e)
{
    if (c->n_sent == c->sent_room) {
        c->sent_room = c->sent_room ? 2 * c->sent_room : 64;
        c->sent = mem_realloc(c->sent, c->sent_room * sizeof *c->sent);
    }
    c->sent[c->n_sent++] = (struct sent){.packet = event_int(e, FIELD_PACKET), .event = copy_of(c, e)};
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_packet(const void *a, const void *b)
{
    const struct sent *one = a, *other = b;
    int by_id = order(one->packet, other->packet);
    return by_id ? by_id : order((int64_t)one->event->id, (int64_t)other->event->id);
}

static int by_place(const void *a, const void *b)
{
    const struct event *one = *(const struct event *const *)a, *other = *(const struct event *const *)b;
    int by_stream = order(event_int(one, FIELD_STREAM), event_int(other, FIELD_STREAM));
    int by_offset = order(event_int(one, FIELD_OFFSET), event_int(other, FIELD_OFFSET));
    if (by_stream || by_offset) return by_stream ? by_stream : by_offset;
    return order((int64_t)one->id, (int64_t)other->id);
}

static int by_corrupted(const void *a, const void *b)
{
    const struct event *one = *(const struct event *const *)a, *other = *(const struct event *const *)b;
    int by_id = order(event_int(one, FIELD_PACKET), event_int(other, FIELD_PACKET));
    return by_id ? by_id : order((int64_t)one->id, (int64_t)other->id);
}

static int by_link(const void *a, const void *b)
{
    return order(((const struct link_taps *)a)->link, ((const struct link_taps *)b)->link);
}

static bool is_chosen(const struct pcapng_capture *c, int64_t link, int64_t host)
{
    return (c->options.link.n == 0 || c->options.link.n == link) &&
           (c->options.host.n == 0 || c->options.host.n == host);
}

struct link_taps *pcapng_taps(const struct pcapng_capture *c, int64_t link)
{
    struct link_taps key = {.link = link};
    return c->n_taps ? bsearch(&key, c->taps, c->n_taps, sizeof key, by_link) : NULL;
}

/* Interfaces are numbered in the order in which links came; a link's number counts once. */
static void place_taps(struct pcapng_capture *c)
{
    int next = 0;
    c->n_taps = c->links.n;
    c->taps = mem_calloc(c->n_taps + 1, sizeof *c->taps);
    for (size_t i = 0; i < c->n_taps; i++)
        c->taps[i].link = event_int(c->links.items[i], FIELD_LINK);
    qsort(c->taps, c->n_taps, sizeof *c->taps, by_link);
    for (size_t i = 0; i < c->links.n; i++) {
        const struct event *e = c->links.items[i];
        struct link_taps *taps = pcapng_taps(c, event_int(e, FIELD_LINK));
        if (taps->added) continue;
        taps->added = e;
        for (int k = 0; k < TAPS_A_LINK; k++) {
            bool at_first_host = k == 0 || k == 3;
            int64_t host = event_int(e, at_first_host ? FIELD_HOST : FIELD_PEER);
            taps->interface[k] = is_chosen(c, taps->link, host) ? next++ : NOT_CHOSEN;
        }
    }
}

struct sent *pcapng_sent(const struct pcapng_capture *c, int64_t packet)
{
    size_t low = 0, high = c->n_sent;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->sent[middle].packet < packet) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < c->n_sent && c->sent[low].packet == packet ? &c->sent[low] : NULL;
}

/* A copy was sent as its original was, which has the smaller number; a copy of what nobody sent is left out. */
static void resolve_copies(struct pcapng_capture *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n_sent; i++) {
        struct sent *sent = &c->sent[i];
        if (sent->event->kind != EVENT_LINK_DUPLICATE) continue;
        sent->original = event_int(sent->event, FIELD_ORIGINAL);
        sent->copied = sent->event->id;
        const struct sent *from = sent->original < sent->packet ? pcapng_sent(c, sent->original) : NULL;
        sent->event = from && from->event->kind == EVENT_PACKET_SEND ? from->event : sent->event;
    }
    for (size_t i = 0; i < c->n_sent; i++)
        if (c->sent[i].event->kind == EVENT_PACKET_SEND) c->sent[kept++] = c->sent[i];
    c->n_sent = kept;
}

static void gather(struct pcapng_capture *c)
{
    for (size_t i = 0; i < journal_memory_count(c->memory); i++) {
        const struct event *e = journal_memory_at(c->memory, i);
        if (e->kind == EVENT_RUN_BEGIN && !c->begin) c->begin = copy_of(c, e);
        if (e->kind == EVENT_HOST_ADD) {
            keep(c, &c->hosts, e);
            c->has_ipv6 |= event_text(e, FIELD_ADDRESS6)[0] != '\0';
        }
        if (e->kind == EVENT_LINK_ADD) keep(c, &c->links, e);
        if (e->kind == EVENT_STREAM_DATA) keep(c, &c->data, e);
        if (e->kind == EVENT_PACKET_SEND || e->kind == EVENT_LINK_DUPLICATE) keep_sent(c, e);
        if (e->kind == EVENT_TLS_SECRETS) keep(c, &c->secrets, e);
        if (e->kind == EVENT_PACKET_CORRUPT || e->kind == EVENT_PACKET_REWRITE) keep(c, &c->corruptions, e);
    }
    if (c->corruptions.n > 0) qsort(c->corruptions.items, c->corruptions.n, sizeof *c->corruptions.items, by_corrupted);
    if (c->n_sent > 0) qsort(c->sent, c->n_sent, sizeof *c->sent, by_packet);
    resolve_copies(c);
    if (c->data.n > 0) qsort(c->data.items, c->data.n, sizeof *c->data.items, by_place);
    place_taps(c);
}

/* --- Records --- */

static void add_record(struct pcapng_capture *c, struct record record)
{
    if (c->n_records == c->records_room) {
        c->records_room = c->records_room ? 2 * c->records_room : 256;
        c->records = mem_realloc(c->records, c->records_room * sizeof *c->records);
    }
    c->records[c->n_records++] = record;
}

static void record_tx(struct pcapng_capture *c, struct link_taps *taps, struct sent *sent, int64_t dir, int64_t at_ns,
                      const struct event *e, const char *lost)
{
    if (at_ns > taps->last_begins[dir]) taps->last_begins[dir] = at_ns;
    add_record(c, (struct record){.at_ns = at_ns,
                                  .sent = (size_t)(sent - c->sent),
                                  .interface = taps->interface[2 * dir],
                                  .hops = sent->hops,
                                  .is_tx = true,
                                  .lost = lost,
                                  .event = e->id});
    sent->record = c->n_records;
    sent->link = taps->link;
    sent->dir = dir;
}

/* A packet that died on the wire was seen to leave; one that never came so far is put where it stood in the queue, so
   that a tap sees packets in the order in which they were sent. */
static void record_drop(struct pcapng_capture *c, struct link_taps *taps, struct sent *sent, int64_t dir,
                        const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (sent->record && sent->link == taps->link && sent->dir == dir)
        c->records[sent->record - 1].lost = why;
    else
        record_tx(c, taps, sent, dir, e->at_ns > taps->last_begins[dir] ? e->at_ns : taps->last_begins[dir], e, why);
}

/* The copy has come as far as its original. */
static void record_copy(const struct pcapng_capture *c, const struct event *e)
{
    struct sent *copy = pcapng_sent(c, event_int(e, FIELD_PACKET));
    const struct sent *original = pcapng_sent(c, event_int(e, FIELD_ORIGINAL));
    if (copy && original) copy->hops = original->hops;
}

/* It leaves at another time than was told. */
static void record_retime(struct pcapng_capture *c, struct link_taps *taps, const struct sent *sent, int64_t dir,
                          const struct event *e)
{
    if (!sent->record || sent->link != taps->link || sent->dir != dir) return;
    c->records[sent->record - 1].at_ns = event_int(e, FIELD_BEGINS);
    taps->last_begins[dir] = event_int(e, FIELD_BEGINS);
}

static void record_event(struct pcapng_capture *c, const struct event *e)
{
    if (e->kind == EVENT_LINK_DUPLICATE) record_copy(c, e);
    if (e->kind != EVENT_LINK_SEND && e->kind != EVENT_LINK_DROP && e->kind != EVENT_LINK_DELIVER &&
        e->kind != EVENT_LINK_RETIME)
        return;
    struct link_taps *taps = pcapng_taps(c, event_int(e, FIELD_LINK));
    struct sent *sent = pcapng_sent(c, event_int(e, FIELD_PACKET));
    int64_t dir = event_int(e, FIELD_DIR);
    if (!taps || !sent || dir < 0 || dir > 1) return;
    if (e->kind == EVENT_LINK_SEND) {
        record_tx(c, taps, sent, dir, event_int(e, FIELD_BEGINS), e, NULL);
        return;
    }
    if (e->kind == EVENT_LINK_RETIME) {
        record_retime(c, taps, sent, dir, e);
        return;
    }
    if (e->kind == EVENT_LINK_DROP) {
        record_drop(c, taps, sent, dir, e);
        return;
    }
    add_record(c, (struct record){.at_ns = e->at_ns,
                                  .sent = (size_t)(sent - c->sent),
                                  .interface = taps->interface[2 * dir + 1],
                                  .hops = sent->hops++,
                                  .event = e->id});
    sent->record = 0;
}

static int by_time(const void *a, const void *b)
{
    const struct record *one = *(const struct record *const *)a, *other = *(const struct record *const *)b;
    int by_at = order(one->at_ns, other->at_ns);
    return by_at ? by_at : (one > other) - (one < other); /* else as they were recorded, all in one array */
}

const struct record **pcapng_sorted(const struct pcapng_capture *c, size_t *count)
{
    size_t n = 0;
    const struct record **sorted = mem_alloc((c->n_records + 1) * sizeof *sorted);
    for (size_t i = 0; i < c->n_records; i++)
        if (c->records[i].interface != NOT_CHOSEN) sorted[n++] = &c->records[i];
    if (n > 0) qsort(sorted, n, sizeof *sorted, by_time);
    *count = n;
    return sorted;
}

void pcapng_free(struct pcapng_capture *c)
{
    journal_names_free(c->names);
    mem_free(c->hosts.items);
    mem_free(c->links.items);
    mem_free(c->data.items);
    mem_free(c->corruptions.items);
    mem_free(c->secrets.items);
    mem_free(c->taps);
    free_copies(c);
    mem_free(c->sent);
    mem_free(c->records);
    text_free(&c->block);
}

struct pcapng_capture pcapng_record(const struct journal_memory *memory, struct pcapng_options options, FILE *out)
{
    struct pcapng_capture c = {.memory = memory, .options = options, .out = out, .good = true};
    c.names = journal_names_of(memory);
    gather(&c);
    for (size_t i = 0; i < journal_memory_count(memory); i++)
        record_event(&c, journal_memory_at(memory, i));
    return c;
}
