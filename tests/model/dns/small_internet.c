#include "small_internet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/dns/dns_resolver.h"
#include "model/dns/dns_zones.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { SERVERS_MAX = 64, ZONES_MAX = 64, ASKS_MAX = 512, STEPS_MAX = 1024, HINTS_MAX = 8 };

struct zone_text {
    char apex[DNS_NAME_BYTES];
    const char *lines; /* in the script, indented */
    size_t n;
};

struct server {
    struct ip_address address;
    int64_t rtt_ns, late_ns;
    char manner[32];
    struct zone_text texts[ZONES_MAX];
    size_t n_texts;
    struct dns_zones *zones;
};

struct ask {
    char qname[DNS_NAME_BYTES];
    enum dns_type qtype;
    int64_t asked_ns;
    bool is_answered;
};

/* Something that will happen: a message arrives, or a step of the script is due. */
struct coming {
    struct coming *next;
    int64_t at_ns;
    const char *step; /* of the script; NULL: a response */
    struct ip_address from;
    uint16_t port;
    uint32_t stream; /* n of the upstream; 0: a datagram */
    bool is_forged;  /* must not be taken */
    char zone[DNS_NAME_BYTES];
    struct dns_message *message; /* NULL: the connection fails */
};

/* What a server has said. */
struct said {
    struct said *next;
    int64_t at_ns;
    struct dns_message *message;
};

struct internet {
    struct internet_result result;
    FILE *log;
    struct server servers[SERVERS_MAX];
    size_t n_servers;
    struct dns_hint hints[HINTS_MAX];
    size_t n_hints;
    struct dns_resolver_config config;
    struct dns_resolver *resolver;
    struct coming *coming;
    struct said *said;
    struct dns_zones *old[STEPS_MAX];
    size_t n_old;
    struct ask asks[ASKS_MAX];
    size_t n_asks;
    int64_t now_ns;
    unsigned queries_since_ask;
};

__attribute__((format(printf, 2, 3))) static void problem(struct internet *net, const char *format, ...)
{
    va_list args;
    if (net->result.problem[0]) return;
    va_start(args, format);
    int n = snprintf(net->result.problem, sizeof net->result.problem, "at %.3f s: ", (double)net->now_ns / 1e9);
    vsnprintf(net->result.problem + n, sizeof net->result.problem - (size_t)n, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static void tell(struct internet *net, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(net->log, "%10.3f  ", (double)net->now_ns / 1e9);
    vfprintf(net->log, format, args);
    fputc('\n', net->log);
    va_end(args);
}

static const char *name_text(const char *name)
{
    return *name ? name : ".";
}

static bool lies_in(const char *name, const char *zone)
{
    size_t a = strlen(name), b = strlen(zone);
    return b == 0 || (a >= b && strcmp(name + a - b, zone) == 0 && (a == b || name[a - b - 1] == '.'));
}

static const char *one_address(struct ip_address address)
{
    static char text[IP_TEXT_BYTES];
    return ip_text(address, text);
}

/* --- what is to come, in the order of time and of scheduling --- */

static struct coming *schedule(struct internet *net, int64_t at_ns)
{
    struct coming **link = &net->coming;
    while (*link && (*link)->at_ns <= at_ns)
        link = &(*link)->next;
    struct coming *coming = mem_calloc(1, sizeof *coming);
    coming->at_ns = at_ns;
    coming->next = *link;
    *link = coming;
    return coming;
}

/* --- servers --- */

static struct server *server_at(struct internet *net, struct ip_address address)
{
    for (size_t i = 0; i < net->n_servers; i++)
        if (ip_equals(net->servers[i].address, address)) return &net->servers[i];
    return NULL;
}

static void make_zones(struct internet *net, struct server *server)
{
    if (server->zones) net->old[net->n_old++] = server->zones; /* answers on their way point into it */
    server->zones = dns_zones_new();
    for (size_t i = 0; i < server->n_texts; i++) {
        const struct zone_text *text = &server->texts[i];
        dns_zones_add_zone(server->zones, text->apex);
        const char *line = text->lines;
        struct dns_lines lines;
        dns_lines_begin(&lines, text->apex);
        for (size_t k = 0; k < text->n; k++) {
            char one[1024], error[256];
            size_t length = strcspn(line, "\n");
            snprintf(one, sizeof one, "%.*s", (int)length, line);
            if (!dns_zones_add_line(server->zones, &lines, one, error, sizeof error))
                problem(net, "\"%s\" %s", one, error);
            line += length + 1;
        }
    }
    dns_zones_delegate(server->zones);
    dns_zones_finish(server->zones);
}

static const struct {
    const char *manner;
    enum dns_rcode rcode;
} rcodes[] = {{"SERVFAIL", DNS_SERVFAIL}, {"REFUSED", DNS_REFUSED},   {"NOTIMP", DNS_NOTIMP},
              {"FORMERR", DNS_FORMERR},   {"NXDOMAIN", DNS_NXDOMAIN}, {"lame", DNS_NOERROR}};

static struct dns_message *bare(const struct dns_message *query, enum dns_rcode rcode)
{
    struct dns_message content = {
        .id = query->id, .is_response = true, .qname = query->qname, .qtype = query->qtype, .rcode = rcode};
    return dns_message_new(&content);
}

/* Beside the true answer, records that are none of this server's business. */
static struct dns_message *poisoned(const struct dns_message *answer)
{
    size_t n = (size_t)answer->n_answer + answer->n_authority + answer->n_additional;
    struct dns_rr *rrs = mem_calloc(n + 3, sizeof *rrs);
    static const struct dns_rr lies[] = {{.name = "victim.test", .type = DNS_A, .ttl_s = 86400, .address = 0x06060606},
                                         {.name = "test", .type = DNS_NS, .ttl_s = 86400, .target = "evil.test"},
                                         {.name = "evil.test", .type = DNS_A, .ttl_s = 86400, .address = 0x06060606}};
    struct dns_message content = *answer;
    size_t at = 0, from = 0;
    const uint16_t counts[] = {answer->n_answer, answer->n_authority, answer->n_additional};
    for (size_t section = 0; section < 3; section++) {
        for (uint16_t i = 0; i < counts[section]; i++)
            rrs[at++] = answer->rrs[from++];
        rrs[at++] = lies[section];
    }
    content.n_answer++, content.n_authority++, content.n_additional++;
    content.rrs = rrs;
    content.wire_size = 0;
    struct dns_message *message = dns_message_new(&content);
    mem_free(rrs);
    return message;
}

/* A referral with an address for its first server, which is not the zone's to give. */
static struct dns_message *with_foreign_glue(const struct dns_message *answer)
{
    size_t n = (size_t)answer->n_answer + answer->n_authority + answer->n_additional;
    struct dns_rr *rrs = mem_calloc(n + 1, sizeof *rrs);
    struct dns_message content = *answer;
    for (size_t i = 0; i < n; i++)
        rrs[i] = answer->rrs[i];
    const struct dns_rr *ns = answer->n_authority ? &answer->rrs[answer->n_answer] : NULL;
    if (ns && ns->type == DNS_NS) {
        rrs[n] = (struct dns_rr){.name = ns->target, .type = DNS_A, .ttl_s = 86400, .address = 0x06060606};
        content.n_additional++;
    }
    content.rrs = rrs;
    content.wire_size = 0;
    struct dns_message *message = dns_message_new(&content);
    mem_free(rrs);
    return message;
}

/* Negative answers whose SOA has another TTL than RFC 2308 3 wants. */
static struct dns_message *with_long_soa(const struct dns_message *answer)
{
    if (answer->n_authority != 1 || answer->rrs[answer->n_answer].type != DNS_SOA) return dns_message_new(answer);
    struct dns_rr soa = answer->rrs[answer->n_answer];
    soa.ttl_s = 3600;
    struct dns_message content = *answer;
    content.n_answer = content.n_additional = 0;
    content.rrs = &soa;
    return dns_message_new(&content);
}

static struct dns_message *dressed(const char *manner, const struct dns_message *answer)
{
    if (strcmp(manner, "poison") == 0) return poisoned(answer);
    if (strcmp(manner, "foreign-glue") == 0) return with_foreign_glue(answer);
    if (strcmp(manner, "long-soa") == 0) return with_long_soa(answer);
    return dns_message_new(answer);
}

static struct dns_message *answer_of(const struct server *server, const struct dns_message *query, bool stream)
{
    const char *manner = server->manner;
    for (size_t i = 0; i < sizeof rcodes / sizeof *rcodes; i++)
        if (strcmp(manner, rcodes[i].manner) == 0) return bare(query, rcodes[i].rcode);
    if (strcmp(manner, "no-edns") == 0 && query->has_edns) return bare(query, DNS_FORMERR);
    struct dns_message *answer =
        stream ? dns_zones_answer_stream(server->zones, query) : dns_zones_answer(server->zones, query);
    struct dns_message *copy = dressed(manner, answer);
    dns_message_drop(answer);
    bool cut = (strcmp(manner, "truncated") == 0 || strcmp(manner, "no-tcp") == 0) && !stream;
    if (cut) {
        copy->truncated = true;
        copy->n_answer = copy->n_authority = copy->n_additional = 0;
    }
    return copy;
}

static struct coming *respond(struct internet *net, const struct dns_upstream *upstream, int64_t at_ns,
                              struct dns_message *message)
{
    struct coming *coming = schedule(net, at_ns);
    coming->from = upstream->server;
    coming->port = upstream->port;
    coming->stream = upstream->stream ? upstream->n : 0;
    coming->message = message;
    snprintf(coming->zone, sizeof coming->zone, "%s", upstream->zone);
    return coming;
}

static void forge(struct internet *net, const struct server *server, struct coming *coming)
{
    static const char *const forgeries[] = {"wrong-id", "wrong-port", "wrong-address", "wrong-question"};
    for (size_t i = 0; i < 4; i++)
        coming->is_forged |= strcmp(server->manner, forgeries[i]) == 0;
    if (strcmp(server->manner, "wrong-id") == 0) coming->message->id ^= 1;
    if (strcmp(server->manner, "wrong-port") == 0) coming->port ^= 1;
    if (strcmp(server->manner, "wrong-address") == 0) coming->from.low ^= 1;
    if (strcmp(server->manner, "wrong-question") == 0) coming->message->qtype = DNS_TXT;
    if (strcmp(server->manner, "unsolicited") == 0) {
        struct coming *again = schedule(net, coming->at_ns);
        struct coming *next = again->next;
        *again = *coming;
        again->next = next;
        again->is_forged = true; /* a query takes one response */
        dns_message_hold(again->message);
    }
}

/* --- the resolver's owner --- */

static uint64_t draw(void *context, const char *what, uint64_t n)
{
    (void)context;
    uint64_t hash = n * UINT64_C(0x9e3779b97f4a7c15);
    for (; *what; what++)
        hash = (hash ^ (uint8_t)*what) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 31;
}

static void on_send(void *context, const struct dns_upstream *upstream)
{
    struct internet *net = context;
    net->result.queries++;
    if (++net->queries_since_ask > net->result.most_queries) net->result.most_queries = net->queries_since_ask;
    tell(net, "-> %s %s %s %s%s", one_address(upstream->server), upstream->stream ? "tcp" : "udp",
         name_text(upstream->message->qname), dns_type_text(upstream->message->qtype),
         upstream->message->has_edns ? "" : ", without EDNS");
    const struct server *server = server_at(net, upstream->server);
    if (!server || strcmp(server->manner, "silent") == 0) return;
    if (upstream->stream && strcmp(server->manner, "no-tcp") == 0) {
        respond(net, upstream, net->now_ns + server->rtt_ns, NULL);
        return;
    }
    int64_t took_ns = (upstream->stream ? 2 : 1) * server->rtt_ns + server->late_ns;
    struct coming *coming =
        respond(net, upstream, net->now_ns + took_ns, answer_of(server, upstream->message, upstream->stream));
    forge(net, server, coming);
}

static void on_give_up(void *context, const struct dns_upstream *upstream, const char *why)
{
    tell(context, "   gives up on %s: %s", one_address(upstream->server), why);
}

static bool same_record(const struct dns_rr *a, const struct dns_rr *b)
{
    return a->type == b->type && strcmp(a->name, b->name) == 0 && a->preference == b->preference &&
           a->address == b->address && ip_equals(a->address6, b->address6) &&
           (!a->target || strcmp(a->target, b->target) == 0);
}

/* D1: some server said it, so long ago that this much of its time is left; or it came after the question. */
static void check_freshness(struct internet *net, const struct ask *ask, const struct dns_rr *rr)
{
    for (const struct said *said = net->said; said; said = said->next) {
        size_t n = (size_t)said->message->n_answer + said->message->n_authority;
        int64_t age_ns = net->now_ns - said->at_ns;
        for (size_t i = 0; i < n; i++) {
            const struct dns_rr *from = &said->message->rrs[i];
            if (!same_record(from, rr)) continue;
            bool fresh = age_ns < from->ttl_s * SECOND || said->at_ns >= ask->asked_ns;
            if (fresh && rr->ttl_s * SECOND <= (age_ns < from->ttl_s * SECOND ? from->ttl_s * SECOND - age_ns : 0))
                return;
        }
    }
    problem(net, "D1: %s %s is served for %u s, which nobody said", rr->name, dns_type_text(rr->type),
            (unsigned)rr->ttl_s);
}

static void on_answer(void *context, void *asker, const struct dns_message *answer)
{
    struct internet *net = context;
    struct ask *ask = asker;
    char records[600] = "";
    if (ask->is_answered) problem(net, "%s is answered twice", ask->qname);
    ask->is_answered = true;
    net->result.answers++;
    size_t used = 0;
    for (uint16_t i = 0; i < answer->n_answer; i++) {
        struct dns_message one = *answer;
        char text[300];
        one.n_answer = 1;
        one.rrs = &answer->rrs[i];
        check_freshness(net, ask, &answer->rrs[i]);
        if (i < 4)
            used += (size_t)snprintf(records + used, sizeof records - used, "%s %us %s", i ? "," : ":",
                                     (unsigned)answer->rrs[i].ttl_s, dns_answer_text(&one, text, sizeof text));
    }
    if (answer->n_answer > 4) snprintf(records + used, sizeof records - used, ", ... %u in all", answer->n_answer);
    if (answer->n_authority)
        snprintf(records, sizeof records, ": no data, %us", (unsigned)answer->rrs[answer->n_answer].ttl_s);
    tell(net, "=  %s %s %s%s", name_text(ask->qname), dns_type_text(ask->qtype), dns_rcode_text(answer->rcode),
         records);
}

static void check_put(struct internet *net, const struct dns_entry *entry)
{
    if (!lies_in(entry->name, entry->zone)) problem(net, "D4: %s was put for %s", entry->name, entry->zone);
    if (entry->what == DNS_CACHED_FAILURE && entry->ttl_s > 300) problem(net, "D2: a failure is kept too long");
    if (entry->what != DNS_CACHED_NO_DATA && entry->what != DNS_CACHED_NO_NAME) return;
    uint32_t most_s = entry->n == 0                                     ? 0
                      : entry->rrs[0].soa_minimum < entry->rrs[0].ttl_s ? entry->rrs[0].soa_minimum
                                                                        : entry->rrs[0].ttl_s;
    if (entry->ttl_s > most_s) problem(net, "D2: %s is negative for %u s", entry->name, (unsigned)entry->ttl_s);
}

static void on_note(void *context, const struct dns_note *note)
{
    struct internet *net = context;
    const struct dns_entry *e = note->entry;
    switch (note->kind) {
    case DNS_NOTE_PUT:
        check_put(net, e);
        if (e->what == DNS_CACHED_FAILURE)
            tell(net, "   keeps %s %s: failure for %us", name_text(e->name), dns_type_text(e->type),
                 (unsigned)e->ttl_s);
        else
            tell(net, "   keeps %s %s: %s of %s for %us, %s", name_text(e->name),
                 e->type ? dns_type_text(e->type) : "all", dns_cached_text(e->what), name_text(e->zone),
                 (unsigned)e->ttl_s, dns_rank_text(e->rank));
        break;
    case DNS_NOTE_HIT:
        if (net->now_ns - e->put_ns >= e->ttl_s * SECOND) problem(net, "D1: %s is used too late", e->name);
        tell(net, "   knows %s %s for %us more", name_text(e->name), e->type ? dns_type_text(e->type) : "all",
             (unsigned)dns_entry_ttl_left_s(e, net->now_ns));
        break;
    case DNS_NOTE_RAN_OUT:
        if (net->now_ns < e->expires_ns) problem(net, "%s is forgotten too early", e->name);
        tell(net, "   forgets %s %s", name_text(e->name), e->type ? dns_type_text(e->type) : "all");
        break;
    case DNS_NOTE_REFERRAL:
        tell(net, "<- %s refers from %s to %s", one_address(note->server), name_text(note->zone),
             name_text(note->name));
        break;
    case DNS_NOTE_LAME:
        tell(net, "   finds %s lame for %s", one_address(note->server), name_text(note->zone));
        break;
    case DNS_NOTE_NO_EDNS:
        tell(net, "   finds that %s knows no EDNS", one_address(note->server));
        break;
    case DNS_NOTE_TRUNCATED:
        tell(net, "   gets a truncated answer from %s", one_address(note->server));
        break;
    }
}

/* --- the script --- */

static int64_t time_of(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (strncmp(end, "ms", 2) == 0) return (int64_t)(value * 1e6);
    int64_t unit = *end == 'h' ? HOUR : strncmp(end, "min", 3) == 0 ? MINUTE : *end == 'd' ? DAY : SECOND;
    return (int64_t)(value * (double)unit);
}

static enum dns_type type_of(const char *text)
{
    static const enum dns_type types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_AAAA};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(dns_type_text(types[i]), text) == 0) return types[i];
    return DNS_TXT;
}

static void read_name(const char *text, char out[DNS_NAME_BYTES])
{
    out[0] = '\0';
    if (strcmp(text, ".") != 0) dns_name_normalize(text, out);
}

static struct ip_address address_of(struct internet *net, const char *text)
{
    struct ip_address address = {0};
    if (!ip_parse(text, &address)) problem(net, "\"%s\" is no address", text);
    return address;
}

/* Gives the server the indented lines that follow as this zone. */
static void take_zone(struct server *server, const char *name, const char *line)
{
    char apex[DNS_NAME_BYTES];
    read_name(name, apex);
    struct zone_text *text = &server->texts[server->n_texts];
    for (size_t i = 0; i < server->n_texts; i++)
        if (strcmp(server->texts[i].apex, apex) == 0) text = &server->texts[i];
    if (text == &server->texts[server->n_texts]) server->n_texts++;
    snprintf(text->apex, sizeof text->apex, "%s", apex);
    line += strcspn(line, "\n");
    text->lines = *line ? line + 1 : line;
    text->n = 0;
    for (line = text->lines; *line == ' '; text->n++)
        line += strcspn(line, "\n") + 1;
}

static void limit(struct internet *net, const char *what, unsigned value)
{
    struct dns_resolver_config *config = &net->config;
    if (strcmp(what, "queries") == 0) config->most_queries = value;
    if (strcmp(what, "depth") == 0) config->most_depth = value;
    if (strcmp(what, "aliases") == 0) config->most_aliases = value;
    if (strcmp(what, "seconds") == 0) config->most_time_ns = value * SECOND;
    if (strcmp(what, "entries") == 0) config->most_entries = value;
    if (strcmp(what, "v6") == 0) config->v6 = value;
}

/* What stands before the run. */
static void read_setup(struct internet *net, const char *line)
{
    char a[256] = "", b[256] = "", c[256] = "";
    if (sscanf(line, "server %255s %255s", a, b) == 2) {
        net->servers[net->n_servers++] = (struct server){.address = address_of(net, a), .rtt_ns = time_of(b)};
    } else if (sscanf(line, "like %255s %255s %255s", a, b, c) == 3) {
        struct server *server = &net->servers[net->n_servers++];
        *server = *server_at(net, address_of(net, c));
        server->address = address_of(net, a);
        server->rtt_ns = time_of(b);
    } else if (sscanf(line, "zone %255s", a) == 1) {
        take_zone(&net->servers[net->n_servers - 1], a, line);
    } else if (sscanf(line, "hint %255s", a) == 1) {
        net->hints[net->n_hints++] = (struct dns_hint){"root", address_of(net, a)};
    } else if (sscanf(line, "limit %255s %255s", a, b) == 2) {
        limit(net, a, (unsigned)atoi(b));
    } else if (sscanf(line, "at %255s", a) == 1) {
        schedule(net, time_of(a))->step = line;
    } else if (*line != '#' && *line != ' ' && *line != '\n') {
        problem(net, "\"%.40s\" is not understood", line);
    }
}

static void ask(struct internet *net, const char *name, const char *type)
{
    struct ask *ask = &net->asks[net->n_asks++];
    read_name(name, ask->qname);
    ask->qtype = type_of(type);
    ask->asked_ns = net->now_ns;
    net->queries_since_ask = 0;
    net->result.questions++;
    tell(net, "?  %s %s", name, type);
    struct dns_message *answer = dns_resolver_ask(net->resolver, ask->qname, ask->qtype, ask, net->now_ns);
    if (answer) on_answer(net, ask, answer);
    dns_message_drop(answer);
}

static void do_step(struct internet *net, const char *step)
{
    char a[256] = "", b[256] = "", c[256] = "", line[1024];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(step, "\n"), step);
    if (sscanf(line, "at %*s ask %255s %255s", a, b) == 2) {
        ask(net, a, b);
    } else if (sscanf(line, "at %*s server %255s %255s %255s", a, b, c) >= 2) {
        struct server *server = server_at(net, address_of(net, a));
        snprintf(server->manner, sizeof server->manner, "%.31s", b);
        server->late_ns = strcmp(b, "late") == 0 ? time_of(c) : 0;
        tell(net, "   (%s is %s%s%s)", a, b, *c ? " " : "", c);
    } else if (sscanf(line, "at %*s zone %255s %255s", a, b) == 2) {
        struct server *server = server_at(net, address_of(net, a));
        take_zone(server, b, step);
        make_zones(net, server);
        tell(net, "   (%s has a new zone %s)", a, b);
    } else if (strcmp(line + strlen(line) - 5, "crash") == 0) {
        dns_resolver_crash(net->resolver);
        tell(net, "   (the resolver starts anew)");
    } else {
        problem(net, "\"%.40s\" is not understood", line);
    }
}

/* --- the run --- */

static void receive(struct internet *net, struct coming *coming)
{
    if (!coming->message) {
        tell(net, "   (the connection is refused)");
        dns_resolver_stream_failed(net->resolver, coming->stream, net->now_ns);
        return;
    }
    if (!coming->is_forged) {
        struct said *said = mem_alloc(sizeof *said);
        *said = (struct said){net->said, net->now_ns, dns_message_hold(coming->message)};
        net->said = said;
    }
    bool taken = coming->stream
                     ? dns_resolver_receive_stream(net->resolver, coming->stream, coming->message, net->now_ns)
                     : dns_resolver_receive(net->resolver, coming->from, coming->port, coming->message, net->now_ns);
    if (taken && coming->is_forged) problem(net, "D3: a response that was not asked for is taken");
    if (!taken) tell(net, "   passes over a response from %s", one_address(coming->from));
}

static void run(struct internet *net)
{
    for (unsigned events = 0; events < 100000; events++) {
        int64_t deadline_ns = dns_resolver_deadline(net->resolver);
        struct coming *coming = net->coming;
        if (!coming && deadline_ns == TIME_NEVER) return;
        if (!coming || deadline_ns < coming->at_ns) {
            net->now_ns = deadline_ns;
            dns_resolver_on_deadline(net->resolver, net->now_ns);
            continue;
        }
        net->now_ns = coming->at_ns;
        net->coming = coming->next;
        if (coming->step)
            do_step(net, coming->step);
        else
            receive(net, coming);
        dns_message_drop(coming->message);
        mem_free(coming);
    }
    problem(net, "it does not end");
}

static void release(struct internet *net)
{
    dns_resolver_free(net->resolver);
    while (net->said) {
        struct said *said = net->said;
        net->said = said->next;
        dns_message_drop(said->message);
        mem_free(said);
    }
    for (size_t i = 0; i < net->n_servers; i++)
        dns_zones_free(net->servers[i].zones);
    for (size_t i = 0; i < net->n_old; i++)
        dns_zones_free(net->old[i]);
}

struct internet_result internet_run(const char *script)
{
    struct internet *net = mem_calloc(1, sizeof *net);
    size_t size;
    net->log = open_memstream(&net->result.log, &size);
    net->config = dns_resolver_config_default();
    for (const char *line = script; *line && strncmp(line, "---", 3) != 0;) {
        read_setup(net, line);
        line += strcspn(line, "\n");
        if (*line) line++;
    }
    for (size_t i = 0; i < net->n_servers; i++)
        make_zones(net, &net->servers[i]);
    struct dns_resolver_owner owner = {
        .context = net, .draw = draw, .send = on_send, .give_up = on_give_up, .answer = on_answer, .note = on_note};
    net->resolver = dns_resolver_new(&net->config, &owner, net->hints, net->n_hints);
    if (!net->result.problem[0]) run(net);
    if (net->result.most_queries > net->config.most_queries) problem(net, "D5: %u queries", net->result.most_queries);
    if (dns_resolver_open_questions(net->resolver) > 0) problem(net, "a question stays open");
    release(net);
    fclose(net->log);
    struct internet_result result = net->result;
    mem_free(net);
    return result;
}
