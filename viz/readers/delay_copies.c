/* The copies of a mail, one at each host, and the intervals of each. */
#include <ctype.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/delay_internal.h"

uint64_t delay_key(uint64_t a, int64_t b)
{
    uint64_t x = (a ^ (uint64_t)b * UINT64_C(0xd6e8feb86659fd93)) + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 29;
}

uint64_t delay_key_text(uint64_t a, const char *text, size_t length)
{
    uint64_t key = a ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        key = (key ^ (uint64_t)tolower((unsigned char)text[i])) * UINT64_C(0x100000001b3);
    return delay_key(key, (int64_t)length);
}

/* To the letter: u0@c.example and U0@c.example are two recipients. */
uint64_t delay_pair(int64_t message, const char *recipient, size_t length)
{
    uint64_t key = delay_key(1, message);
    for (size_t i = 0; i < length; i++)
        key = (key ^ (unsigned char)recipient[i]) * UINT64_C(0x100000001b3);
    return delay_key(key, (int64_t)length);
}

static uint64_t pair_of(const struct event *e)
{
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    return delay_pair(event_int(e, FIELD_MESSAGE), recipient, strlen(recipient));
}

static uint64_t there_of(const struct event *e)
{
    return delay_key(pair_of(e), event_int(e, FIELD_HOST));
}

static uint64_t file_of(const struct event *e)
{
    const char *queue_id = event_text(e, FIELD_QUEUE_ID);
    return delay_key_text(there_of(e), queue_id, strlen(queue_id));
}

size_t delay_copy_there(const struct delay_account *a, const struct event *e)
{
    return index_map_get(&a->there, there_of(e));
}

bool delay_copy_is_of(const struct delay_account *a, size_t copy, const struct event *e)
{
    return copy != DELAY_NONE && a->copies.items[copy].pair == pair_of(e);
}

/* --- intervals --- */

static bool is_same(const struct delay_interval *a, const struct delay_interval *b)
{
    return a->stage == b->stage && a->attempt == b->attempt && a->conn == b->conn && a->peer == b->peer &&
           strcmp(a->what, b->what) == 0;
}

/* What lasts no time is left out; what goes on is one. */
static void close_interval(struct delay_copy *c, int64_t at_ns)
{
    if (at_ns <= c->open.from_ns) return;
    struct delay_interval *last = c->intervals.count ? &c->intervals.items[c->intervals.count - 1] : NULL;
    if (last && is_same(last, &c->open)) {
        last->to_ns = at_ns;
        return;
    }
    struct delay_interval *i = TABLE_ADD(&c->intervals);
    *i = c->open;
    i->to_ns = at_ns;
}

void delay_copy_enter_since(struct delay_account *a, size_t copy, const struct delay_interval *next, int64_t since_ns)
{
    struct delay_copy *c = &a->copies.items[copy];
    if (c->ended_ns >= 0) return;
    if (since_ns < c->open.from_ns) since_ns = c->open.from_ns;
    close_interval(c, since_ns);
    int64_t attempt = next->attempt ? next->attempt : c->open.attempt;
    c->open = *next;
    c->open.attempt = next->stage == DELAY_QUEUE || next->stage == DELAY_RETRY ? 0 : attempt;
    c->open.from_ns = since_ns;
    c->open.host = c->host;
    if (!c->open.what) c->open.what = "";
}

void delay_copy_enter(struct delay_account *a, size_t copy, const struct delay_interval *next)
{
    delay_copy_enter_since(a, copy, next, a->now_ns);
}

/* --- where copies come from --- */

static uint64_t senders_key(int64_t message, int64_t to)
{
    return delay_key(delay_key(2, message), to);
}

/* One after the other; each once, but for who has sent it last. */
void delay_copy_sent(struct delay_account *a, int64_t message, int64_t from, int64_t to)
{
    uint64_t key = senders_key(message, to);
    size_t n = index_map_get(&a->senders, key);
    if (n == SIZE_MAX) n = 0;
    if (n && index_map_get(&a->senders, delay_key(key, (int64_t)n)) == (size_t)from) return;
    index_map_put(&a->senders, delay_key(key, (int64_t)++n), (size_t)from);
    index_map_put(&a->senders, key, n);
}

/* The host that sent it here, or the list that it is a member of. Where several have sent this mail here it comes from
   one that is in the midst of it, the last of them. */
static size_t origin_of(const struct delay_account *a, const struct event *e)
{
    size_t list = index_map_get(&a->expansions, there_of(e)), origin = DELAY_NONE;
    if (list != SIZE_MAX) return list;
    uint64_t key = senders_key(event_int(e, FIELD_MESSAGE), event_int(e, FIELD_HOST));
    size_t n = index_map_get(&a->senders, key);
    for (n = n == SIZE_MAX ? 0 : n; n > 0; n--) {
        size_t sender = index_map_get(&a->senders, delay_key(key, (int64_t)n));
        size_t copy = index_map_get(&a->there, delay_key(pair_of(e), (int64_t)sender));
        if (copy == DELAY_NONE) continue;
        if (a->copies.items[copy].open.stage == DELAY_TRANSFER && a->copies.items[copy].ended_ns < 0) return copy;
        if (origin == DELAY_NONE) origin = copy;
    }
    return origin;
}

static size_t begin_copy(struct delay_account *a, const struct event *e)
{
    size_t copy = a->copies.count, origin = origin_of(a, e);
    int64_t message = event_int(e, FIELD_MESSAGE), host = event_int(e, FIELD_HOST);
    uint64_t siblings = delay_key(delay_key(3, message), host);
    struct delay_copy *c = TABLE_ADD(&a->copies);
    *c = (struct delay_copy){.message = message,
                             .host = host,
                             .pair = pair_of(e),
                             .began_ns = e->at_ns,
                             .ended_ns = -1,
                             .origin = origin,
                             .sibling = index_map_get(&a->siblings, siblings),
                             .job = DELAY_NONE,
                             .open = {.stage = DELAY_QUEUE, .host = host, .from_ns = e->at_ns, .what = ""}};
    size_t there = delay_copy_there(a, e); /* one that is under way keeps its attempts */
    bool is_under_way =
        there != DELAY_NONE && a->copies.items[there].ended_ns < 0 && a->copies.items[there].job != DELAY_NONE;
    if (!is_under_way) index_map_put(&a->there, there_of(e), copy);
    index_map_put(&a->files, file_of(e), copy);
    index_map_put(&a->latest, pair_of(e), copy);
    index_map_put(&a->siblings, siblings, copy);
    return copy;
}

/* --- states --- */

static bool is_text(const struct event *e, enum field_id field, const char *text)
{
    return strcmp(event_text(e, field), text) == 0;
}

static bool is_local(const struct delay_account *a, const struct event *e)
{
    const char *recipient = event_text(e, FIELD_RECIPIENT), *at = strrchr(recipient, '@');
    const char *domain = at ? at + 1 : "";
    uint64_t key = delay_key_text(delay_key(4, event_int(e, FIELD_HOST)), domain, strlen(domain));
    return *domain == '\0' || index_map_get(&a->local_domains, key) != SIZE_MAX;
}

static void enter_stage(struct delay_account *a, size_t copy, enum delay_stage stage, const char *what)
{
    struct delay_copy *c = &a->copies.items[copy];
    bool is_told = c->open.stage == stage && strcmp(c->open.what, what) == 0;
    delay_copy_enter(
        a, copy,
        &(struct delay_interval){.stage = stage, .what = is_told ? c->open.what : text_store_add(&a->texts, what)});
}

static void end_copy(struct delay_account *a, const struct event *e, size_t copy)
{
    struct delay_copy *c = &a->copies.items[copy];
    close_interval(c, e->at_ns);
    c->ended_ns = e->at_ns;
    delay_job_remove(a, copy);
    if (is_text(e, FIELD_TO, "delivered") && index_map_get(&a->delivered, pair_of(e)) == SIZE_MAX)
        index_map_put(&a->delivered, pair_of(e), copy);
}

static void on_active(struct delay_account *a, const struct event *e, size_t copy)
{
    index_map_put(&a->activated, e->id, copy); /* attempts tell no file, but are due to this */
    index_map_put(&a->there, there_of(e), copy);
    if (is_local(a, e)) {
        enter_stage(a, copy, DELAY_DISK, "");
        return;
    }
    size_t job = delay_job_of(a, event_int(e, FIELD_HOST), event_int(e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT),
                              event_text(e, FIELD_QUEUE_ID));
    delay_job_add(a, job, copy);
    enter_stage(a, copy, DELAY_QUEUE, "");
    index_map_put(&a->event_jobs, e->id, job);
}

static void on_waiting(struct delay_account *a, const struct event *e, size_t copy)
{
    struct delay_copy *c = &a->copies.items[copy];
    c->ended_ns = -1;
    delay_job_remove(a, copy);
    enter_stage(a, copy, c->is_tried || is_text(e, FIELD_TO, "deferred") ? DELAY_RETRY : DELAY_QUEUE,
                event_text(e, FIELD_FROM)[0] ? event_text(e, FIELD_WHY) : "");
}

/* A crash makes a copy due again that had come to its end here: what was in between is told as one wait. */
static void begin_again(struct delay_account *a, size_t copy)
{
    struct delay_copy *c = &a->copies.items[copy];
    c->open = (struct delay_interval){.stage = DELAY_RETRY, .host = c->host, .from_ns = c->ended_ns, .what = ""};
    c->ended_ns = -1;
}

void delay_copy_state(struct delay_account *a, const struct event *e)
{
    const char *to = event_text(e, FIELD_TO);
    if (strcmp(to, "picked up") == 0) {
        if (index_map_get(&a->picked_up, pair_of(e)) == SIZE_MAX)
            index_map_put(&a->picked_up, pair_of(e), (size_t)e->at_ns);
        return;
    }
    bool is_new = event_text(e, FIELD_FROM)[0] == '\0';
    size_t copy = is_new ? begin_copy(a, e) : index_map_get(&a->files, file_of(e));
    if (copy == DELAY_NONE) return;
    bool waits = strcmp(to, "queued") == 0 || strcmp(to, "deferred") == 0, is_active = strcmp(to, "active") == 0;
    if ((waits || is_active) && a->copies.items[copy].ended_ns >= 0) begin_again(a, copy);
    if (strcmp(to, "outbox") == 0) {
        size_t job = delay_job_of(a, event_int(e, FIELD_HOST), 0, "", "");
        delay_job_add(a, job, copy);
        index_map_put(&a->event_jobs, e->id, job);
    } else if (is_active) {
        on_active(a, e, copy);
    } else if (waits) {
        on_waiting(a, e, copy);
    } else if (a->copies.items[copy].ended_ns < 0) {
        end_copy(a, e, copy);
    }
}
