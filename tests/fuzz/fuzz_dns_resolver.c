/* A resolver among servers that answer anything: nothing, bytes, or messages made of names it may know. Whatever they
   say, each question is answered once, costs no more than its caps, and leaves nothing behind that does not belong. */
#include "model/dns/dns_resolver.h"
#include "sim/journal/vtime.h"
#include "tests/fuzz/fuzz.h"

enum { ASKS = 3, PENDING_MAX = 64, RECORDS_MAX = 6 };

static const char *const names[] = {
    "",     "example", "b.example",   "ns1.b.example", "mx1.b.example", "c.example", "ns.c.example", "x.c.example",
    "test", "ns.test", "victim.test", "d.b.example",   "e.d.b.example", "b.test"};
enum { NAMES = sizeof names / sizeof *names };
static const enum dns_type types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_AAAA};
enum { TYPES = sizeof types / sizeof *types };

struct pending {
    struct dns_upstream upstream; /* its texts are of no use later */
    struct dns_message *query;
    bool open;
};

struct net {
    struct fuzz_bytes bytes;
    struct pending pending[PENDING_MAX];
    size_t n_pending;
    unsigned sent; /* since the last question */
    bool answered[ASKS];
    int64_t now_ns;
};

static uint64_t draw(void *context, const char *what, uint64_t n)
{
    (void)context;
    return n * UINT64_C(0x9e3779b97f4a7c15) + (uint8_t)what[4];
}

static void on_send(void *context, const struct dns_upstream *upstream)
{
    struct net *net = context;
    net->sent++;
    struct pending *p = &net->pending[net->n_pending++ % PENDING_MAX];
    if (p->query) dns_message_drop(p->query);
    *p = (struct pending){*upstream, dns_message_hold(upstream->message), true};
}

static void on_give_up(void *context, const struct dns_upstream *upstream, const char *why)
{
    (void)context;
    FUZZ_MUST(upstream->n > 0 && *why);
}

static void on_answer(void *context, void *asker, const struct dns_message *answer)
{
    bool *answered = asker;
    (void)context;
    FUZZ_MUST(!*answered && answer->is_response && answer->recursion_available);
    *answered = true;
}

static bool lies_in(const char *name, const char *zone)
{
    size_t a = strlen(name), b = strlen(zone);
    return b == 0 || (a >= b && strcmp(name + a - b, zone) == 0 && (a == b || name[a - b - 1] == '.'));
}

/* Laws D1, D2 and D4. */
static void on_note(void *context, const struct dns_note *note)
{
    const struct net *net = context;
    const struct dns_entry *e = note->entry;
    if (note->kind == DNS_NOTE_PUT) FUZZ_MUST(lies_in(e->name, e->zone) && e->ttl_s <= 86400);
    if (note->kind == DNS_NOTE_PUT && e->what != DNS_CACHED_RECORDS) FUZZ_MUST(e->ttl_s <= 3600);
    if (note->kind == DNS_NOTE_HIT) FUZZ_MUST(net->now_ns - e->put_ns < e->ttl_s * SECOND);
}

static struct dns_rr any_record(struct fuzz_bytes *b)
{
    /* One after the other: within an expression the order would be the compiler's (C17 6.5). */
    uint8_t ttl = fuzz_byte(b), name = fuzz_byte(b), type = fuzz_byte(b), target = fuzz_byte(b);
    return (struct dns_rr){.name = names[name % NAMES],
                           .type = types[type % TYPES],
                           .ttl_s = ttl == 255 ? UINT32_C(0xffffffff) : ttl,
                           .preference = ttl,
                           .target = names[target % NAMES],
                           .soa_rname = names[ttl % NAMES],
                           .soa_minimum = ttl,
                           .address = UINT32_C(0x0A000000) + ttl % 8};
}

static struct dns_message *any_message(struct fuzz_bytes *b, const struct dns_message *query)
{
    struct dns_rr rrs[RECORDS_MAX];
    uint8_t flags = fuzz_byte(b), counts = fuzz_byte(b);
    struct dns_message content = {.id = query->id,
                                  .is_response = true,
                                  .authoritative = flags & 1,
                                  .truncated = (flags & 14) == 14,
                                  .rcode = (enum dns_rcode)(flags & 16 ? flags >> 5 : 0),
                                  .qname = query->qname,
                                  .qtype = query->qtype,
                                  .n_answer = counts & 3,
                                  .n_authority = counts >> 2 & 1,
                                  .n_additional = counts >> 3 & 1,
                                  .rrs = rrs};
    if (content.n_answer + content.n_authority + content.n_additional > RECORDS_MAX) content.n_answer = 0;
    for (size_t i = 0; i < RECORDS_MAX; i++)
        rrs[i] = any_record(b);
    return dns_message_new(&content);
}

static struct dns_message *any_bytes(struct fuzz_bytes *b)
{
    uint8_t length = fuzz_byte(b);
    size_t n = length < b->left ? length : b->left;
    struct dns_message *message = dns_decode(b->at, n);
    b->at += n;
    b->left -= n;
    return message;
}

static void respond(struct net *net, struct dns_resolver *r)
{
    struct pending *p = &net->pending[fuzz_byte(&net->bytes) % PENDING_MAX];
    if (!p->open) p = &net->pending[(net->n_pending + PENDING_MAX - 1) % PENDING_MAX];
    if (!p->query) return;
    uint8_t how = fuzz_byte(&net->bytes);
    struct dns_message *message = how % 8 == 0 ? any_bytes(&net->bytes) : any_message(&net->bytes, p->query);
    if (how % 16 == 1 && p->upstream.stream) {
        dns_resolver_stream_failed(r, p->upstream.n, net->now_ns);
    } else if (message && p->upstream.stream) {
        dns_resolver_receive_stream(r, p->upstream.n, message, net->now_ns);
    } else if (message) {
        bool expected = dns_resolver_expects(r, p->upstream.server, p->upstream.port, message);
        FUZZ_MUST(dns_resolver_receive(r, p->upstream.server, p->upstream.port, message, net->now_ns) == expected);
        if (expected) /* D3: once */
            FUZZ_MUST(!dns_resolver_expects(r, p->upstream.server, p->upstream.port, message) ||
                      net->pending[(net->n_pending - 1) % PENDING_MAX].upstream.port == p->upstream.port);
    }
    p->open = false;
    dns_message_drop(message);
}

static void let_time_pass(struct net *net, struct dns_resolver *r)
{
    int64_t at_ns = dns_resolver_deadline(r);
    if (at_ns == TIME_NEVER) return;
    FUZZ_MUST(at_ns >= net->now_ns);
    net->now_ns = at_ns;
    dns_resolver_on_deadline(r, at_ns);
}

/* Law D5: the question and its side questions together. */
static void resolve(struct net *net, struct dns_resolver *r, bool *answered)
{
    int64_t begun_ns = net->now_ns;
    net->sent = 0;
    uint8_t name = fuzz_byte(&net->bytes), type = fuzz_byte(&net->bytes);
    struct dns_message *known = dns_resolver_ask(r, names[name % NAMES], types[type % TYPES], answered, net->now_ns);
    if (known) *answered = true;
    dns_message_drop(known);
    for (unsigned steps = 0; !*answered; steps++) {
        FUZZ_MUST(steps < 1000);
        if (net->bytes.left > 0 && fuzz_byte(&net->bytes) % 4 != 0)
            respond(net, r);
        else
            let_time_pass(net, r);
    }
    FUZZ_MUST(net->now_ns - begun_ns <= 10 * SECOND);
    while (dns_resolver_open_questions(r) > 0)
        let_time_pass(net, r);
    FUZZ_MUST(net->sent <= 50);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct net net = {.bytes = {bytes, size}};
    struct dns_resolver_config config = dns_resolver_config_default();
    config.most_entries = 16;
    struct dns_resolver_owner owner = {
        .context = &net, .draw = draw, .send = on_send, .give_up = on_give_up, .answer = on_answer, .note = on_note};
    struct dns_hint hint = {"root", ip_of_v4(UINT32_C(0x0A000001))};
    struct dns_resolver *r = dns_resolver_new(&config, &owner, &hint, 1);
    for (size_t i = 0; i < ASKS; i++) {
        resolve(&net, r, &net.answered[i]);
        net.now_ns += fuzz_byte(&net.bytes) * SECOND;
    }
    FUZZ_MUST(dns_cache_entries(dns_resolver_cache(r)) <= config.most_entries);
    dns_resolver_free(r);
    for (size_t i = 0; i < PENDING_MAX; i++)
        dns_message_drop(net.pending[i].query);
    return 0;
}
