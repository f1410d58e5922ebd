/* The life of a resolver's questions: who waits for them, when they are due, and what they may cost. */
#include <assert.h>
#include <string.h>

#include "model/dns/dns_resolver_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

struct work *work_new(struct dns_resolver *r)
{
    struct work *work = mem_alloc(sizeof *work);
    *work = (struct work){.references = 1,
                          .transaction = ++r->last_transaction,
                          .queries_left = r->config.most_queries,
                          .until_ns = r->now_ns + r->config.most_time_ns};
    return work;
}

void work_drop(struct work *work)
{
    if (--work->references == 0) mem_free(work);
}

struct question *question_new(struct dns_resolver *r, const char *qname, enum dns_type qtype, struct work *work,
                              unsigned depth)
{
    struct question *q = mem_calloc(1, sizeof *q);
    q->resolver = r;
    q->qtype = qtype;
    q->depth = depth;
    q->work = work;
    work->references++;
    assert(strlen(qname) < sizeof q->qname);
    memcpy(q->qname, qname, strlen(qname) + 1);
    q->trail.sname = q->qname;
    q->heap_place = NO_HEAP;
    q->deadline_ns = TIME_NEVER;
    q->next = r->questions;
    if (q->next) q->next->previous = q;
    r->questions = q;
    r->n_questions++;
    question_set_deadline(q, work->until_ns);
    return q;
}

/* Side questions go on for the cache's sake; they only have nobody to tell. */
static void stop_waiting(struct question *parent)
{
    for (struct question *q = parent->resolver->questions; q && parent->side_questions > 0; q = q->next)
        for (struct waiter **link = &q->waiters; *link;) {
            struct waiter *waiter = *link;
            if (waiter->parent != parent) {
                link = &waiter->next;
                continue;
            }
            *link = waiter->next;
            mem_free(waiter);
            parent->side_questions--;
        }
}

static void leave_ready(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    struct question *before = NULL;
    for (struct question *at = r->first_ready; at != q; at = at->next_ready)
        before = at;
    *(before ? &before->next_ready : &r->first_ready) = q->next_ready;
    if (r->last_ready == q) r->last_ready = before;
}

void question_free(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    stop_waiting(q);
    if (q->query) query_drop(q, "nobody asks any more");
    if (q->is_ready) leave_ready(q);
    question_set_deadline(q, TIME_NEVER);
    while (q->waiters) {
        struct waiter *waiter = q->waiters;
        q->waiters = waiter->next;
        if (waiter->parent) waiter->parent->side_questions--;
        mem_free(waiter);
    }
    *(q->previous ? &q->previous->next : &r->questions) = q->next;
    if (q->next) q->next->previous = q->previous;
    r->n_questions--;
    trail_drop(&q->trail);
    dns_entry_drop(q->ns);
    work_drop(q->work);
    mem_free(q);
}

void question_add_waiter(struct question *q, void *asker, struct question *parent)
{
    struct waiter **link = &q->waiters;
    while (*link)
        link = &(*link)->next;
    *link = mem_alloc(sizeof **link);
    **link = (struct waiter){.asker = asker, .parent = parent};
    if (parent) parent->side_questions++;
}

struct question *question_find(const struct dns_resolver *r, const char *qname, enum dns_type qtype)
{
    struct question *q = r->questions;
    while (q && (q->is_over || q->qtype != qtype || strcmp(q->qname, qname) != 0))
        q = q->next;
    return q;
}

/* Up the waiters, each question once. */
static bool is_above(const struct question *q, struct question *at, uint64_t search)
{
    if (q == at) return true;
    if (at->looked_at == search) return false;
    at->looked_at = search;
    for (const struct waiter *waiter = at->waiters; waiter; waiter = waiter->next)
        if (waiter->parent && is_above(q, waiter->parent, search)) return true;
    return false;
}

bool question_waits_for(const struct question *q, struct question *other)
{
    return is_above(q, other, ++q->resolver->last_search);
}

void question_make_ready(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    if (q->is_ready) return;
    q->is_ready = true;
    q->next_ready = NULL;
    *(r->last_ready ? &r->last_ready->next_ready : &r->first_ready) = q;
    r->last_ready = q;
}

/* --- deadlines: a binary heap --- */

static void put_at(struct dns_resolver *r, size_t place, struct question *q)
{
    r->heap[place] = q;
    q->heap_place = (uint32_t)place;
}

static void sift_up(struct dns_resolver *r, size_t place)
{
    struct question *q = r->heap[place];
    while (place > 0 && r->heap[(place - 1) / 2]->deadline_ns > q->deadline_ns) {
        put_at(r, place, r->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put_at(r, place, q);
}

static void sift_down(struct dns_resolver *r, size_t place)
{
    struct question *q = r->heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= r->n_heap) break;
        if (child + 1 < r->n_heap && r->heap[child + 1]->deadline_ns < r->heap[child]->deadline_ns) child++;
        if (r->heap[child]->deadline_ns >= q->deadline_ns) break;
        put_at(r, place, r->heap[child]);
        place = child;
    }
    put_at(r, place, q);
}

void question_set_deadline(struct question *q, int64_t at_ns)
{
    struct dns_resolver *r = q->resolver;
    q->deadline_ns = at_ns;
    if (q->heap_place == NO_HEAP) {
        if (at_ns == TIME_NEVER) return;
        if (r->n_heap == r->heap_room) {
            r->heap_room = r->heap_room ? 2 * r->heap_room : 16;
            r->heap = mem_realloc(r->heap, r->heap_room * sizeof *r->heap);
        }
        put_at(r, r->n_heap++, q);
    } else if (at_ns == TIME_NEVER) {
        size_t place = q->heap_place;
        q->heap_place = NO_HEAP;
        struct question *last = r->heap[--r->n_heap];
        if (last == q) return;
        put_at(r, place, last);
        q = last;
    }
    sift_up(r, q->heap_place);
    sift_down(r, q->heap_place);
}
