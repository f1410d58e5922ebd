/* The account of a recipient: its copies from the mailbox back to the outbox, and their intervals in order. */
#include <string.h>

#include "viz/readers/delay_internal.h"

const char *delay_stage_name(enum delay_stage stage)
{
    static const char *const names[DELAY_STAGES] = {"queue", "dns",  "connect",    "transfer",
                                                    "retry", "disk", "unexplained"};
    return names[stage];
}

static size_t last_copy(const struct delay_account *a, int64_t message, const char *recipient, int64_t host)
{
    uint64_t pair = delay_pair(message, recipient, strlen(recipient));
    size_t copy = index_map_get(&a->delivered, pair);
    if (host) return index_map_get(&a->there, delay_key(pair, host));
    return copy != SIZE_MAX ? copy : index_map_get(&a->latest, pair);
}

static int64_t written_ns(const struct delay_account *a, int64_t message)
{
    size_t at_ns = index_map_get(&a->written, delay_key(0, message));
    return at_ns == SIZE_MAX ? TIME_NEVER : (int64_t)at_ns;
}

static void put(struct delay_interval interval, int64_t until_ns, struct delay_interval *out, size_t room, size_t *n)
{
    if (interval.to_ns > until_ns) interval.to_ns = until_ns;
    if (interval.to_ns <= interval.from_ns) return;
    if (*n < room) out[*n] = interval;
    ++*n;
}

/* Before a copy come those that it was made from; none is older than what was made from it. */
static void put_copy(const struct delay_account *a, size_t copy, int64_t until_ns, struct delay_interval *out,
                     size_t room, size_t *n)
{
    const struct delay_copy *c = &a->copies.items[copy];
    int64_t written = written_ns(a, c->message);
    if (c->origin != DELAY_NONE && c->origin < copy) {
        const struct delay_copy *origin = &a->copies.items[c->origin];
        put_copy(a, c->origin, c->began_ns, out, room, n);
        /* Given up where it came from, after a doubt: what was sent there before is written down here, in the end. */
        struct delay_interval late = {
            .stage = DELAY_DISK, .host = c->host, .from_ns = origin->ended_ns, .to_ns = c->began_ns, .what = ""};
        if (origin->ended_ns >= 0) put(late, until_ns, out, room, n);
    } else if (written < c->began_ns) {
        /* A report is written down before it is in the queue, and so is a mail that nobody in this world has written.
         */
        bool is_here = index_map_get(&a->written, delay_key(7, c->message)) == (size_t)c->host ||
                       index_map_get(&a->written, delay_key(8, c->message)) == (size_t)c->host;
        struct delay_interval before = {.stage = is_here ? DELAY_DISK : DELAY_UNEXPLAINED,
                                        .host = c->host,
                                        .from_ns = written,
                                        .to_ns = c->began_ns,
                                        .what = ""};
        put(before, until_ns, out, room, n);
    }
    for (size_t i = 0; i < c->intervals.count; i++)
        put(c->intervals.items[i], until_ns, out, room, n);
    struct delay_interval open = c->open;
    open.to_ns = until_ns;
    if (c->ended_ns < 0) put(open, until_ns, out, room, n);
}

size_t delay_account_intervals(const struct delay_account *a, int64_t message, const char *recipient, int64_t host,
                               struct delay_interval *out, size_t room)
{
    size_t copy = last_copy(a, message, recipient, host), n = 0;
    if (copy == SIZE_MAX) return 0;
    const struct delay_copy *c = &a->copies.items[copy];
    put_copy(a, copy, c->ended_ns >= 0 ? c->ended_ns : a->now_ns, out, room, &n);
    return n;
}

struct delay_span delay_account_span(const struct delay_account *a, int64_t message, const char *recipient)
{
    uint64_t pair = delay_pair(message, recipient, strlen(recipient));
    size_t delivered = index_map_get(&a->delivered, pair), picked_up = index_map_get(&a->picked_up, pair);
    struct delay_span span = {written_ns(a, message), TIME_NEVER, TIME_NEVER};
    if (delivered != SIZE_MAX) span.delivered_ns = a->copies.items[delivered].ended_ns;
    if (picked_up != SIZE_MAX) span.picked_up_ns = (int64_t)picked_up;
    return span;
}

void delay_account_sum(const struct delay_interval *intervals, size_t n, int64_t sums_ns[DELAY_STAGES])
{
    memset(sums_ns, 0, DELAY_STAGES * sizeof *sums_ns);
    for (size_t i = 0; i < n; i++)
        sums_ns[intervals[i].stage] += intervals[i].to_ns - intervals[i].from_ns;
}
