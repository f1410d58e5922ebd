/* D9 in a journal: each DNS message that a host sends, in a datagram or over TCP (RFC 1035 4.2.2), is one for a reader
   that shares no code with who wrote it; a question says what the host means to ask (dns.query), an answer what the
   host that got it understood (dns.answer). Hosts outside speak for themselves. What each answer says is judged by
   laws_zones.c. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_zones.h"

enum {
    DNS_PORT = 53,
    LENGTH_BYTES = 2,
    ANY_ID = 65536,
    MOST_ANSWERS_COMPARED = 4,
    LONGEST_TEXT = 200 /* longer ones may be cut */
};
enum role { NOT_DNS, ASKS, ANSWERS };

/* One direction of a connection: what of a message was written so far. */
struct half_read {
    int64_t host, peer;
    unsigned asker_port;
    uint8_t *bytes;
    size_t size, room;
};

struct law_messages {
    struct index_map connections; /* hash of (conn, host) -> index */
    TABLE_OF(struct half_read) halves;
    struct index_map asked;    /* hash of a question that was sent, and by which port -> what else it said */
    struct index_map meant;    /* hash of a question that the journal says is asked -> 1 */
    struct index_map said;     /* hash of an answer's question, and with what it said -> 1 */
    struct index_map outside;  /* host -> 1 */
    struct index_map deceived; /* host that a checksum has deceived -> 1 */
};

void laws_messages_free(struct laws *laws)
{
    struct law_messages *messages = laws->messages;
    if (!messages) return;
    for (size_t i = 0; i < messages->halves.count; i++)
        mem_free(messages->halves.items[i].bytes);
    mem_free(messages->halves.items);
    struct index_map *const maps[] = {&messages->connections, &messages->asked,   &messages->meant,
                                      &messages->said,        &messages->outside, &messages->deceived};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        index_map_free(maps[i]);
    mem_free(messages);
}

static struct law_messages *messages_of(struct laws *laws)
{
    if (!laws->messages) laws->messages = mem_calloc(1, sizeof *laws->messages);
    return laws->messages;
}

/* --- what is asked, and what is said --- */

static uint64_t question_key(int64_t asker, int64_t server, unsigned id, const char *qname, const char *qtype)
{
    uint64_t key = law_hash(law_hash(law_hash(53, (uint64_t)asker), (uint64_t)server), id);
    return law_hash_text(law_hash_name(key, qname, strlen(qname)), qtype);
}

static const char *type_word(unsigned type)
{
    static const char *const words[] = {
        [READ_A] = "A",   [READ_NS] = "NS",   [READ_CNAME] = "CNAME", [READ_SOA] = "SOA",
        [READ_MX] = "MX", [READ_TXT] = "TXT", [READ_AAAA] = "AAAA"};
    return type < sizeof words / sizeof *words && words[type] ? words[type] : "?";
}

static const char *rcode_word(unsigned rcode)
{
    static const char *const words[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    return rcode < sizeof words / sizeof *words ? words[rcode] : rcode == 16 ? "BADVERS" : "?";
}

/* The first answers as dns.answer tells them, of the types that mail asks for. */
static uint64_t hash_of_answers(struct dns_reading r)
{
    struct read_record record;
    uint64_t hash = law_hash_text(1, rcode_word(r.rcode));
    for (int i = 0; i < MOST_ANSWERS_COMPARED && dns_reading_next(&r, &record) && record.section == READ_ANSWER; i++) {
        char text[READ_DATA_BYTES + 16];
        bool dotted = record.type == READ_MX || record.type == READ_NS || record.type == READ_CNAME;
        snprintf(text, sizeof text, "%s%s%s", record.type == READ_CNAME ? "CNAME " : "", record.data,
                 dotted ? "." : "");
        bool is_told_otherwise = record.type == READ_AAAA || record.type == READ_SOA || record.type == READ_TXT;
        hash = law_hash_text(hash, is_told_otherwise ? "?" : text);
    }
    return hash;
}

static bool is_address6(const char *text, size_t length)
{
    return memchr(text, ':', length) != NULL;
}

/* The same of the event's text: "10 mx1.b.example., 20 ..." */
static uint64_t hash_of_text(const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT), *qtype = event_text(e, FIELD_QTYPE);
    bool is_told_otherwise = strcmp(qtype, "TXT") == 0 || strcmp(qtype, "SOA") == 0;
    uint64_t hash = law_hash_text(1, event_text(e, FIELD_RCODE));
    if (strncmp(text, "to be asked of", 14) == 0) return hash; /* a referral has no answers */
    for (int i = 0; i < MOST_ANSWERS_COMPARED && *text; i++) {
        const char *end = strstr(text, ", ");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        bool is_alias = strncmp(text, "CNAME ", 6) == 0;
        char word[READ_DATA_BYTES + 16];
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        hash = law_hash_text(hash, is_address6(text, length) || (is_told_otherwise && !is_alias) ? "?" : word);
        text += length + (end ? 2 : 0);
    }
    return hash;
}

static void on_question(struct laws *laws, const struct event *e, const struct law_message *m)
{
    const struct dns_reading *r = m->reading;
    uint64_t key = question_key(m->from, m->to, r->id, r->qname, type_word(r->qtype));
    uint64_t other =
        (uint64_t)r->opt_size << 10 | (uint64_t)r->opt_version << 2 | (uint64_t)r->has_opt << 1 | r->recursion_desired;
    index_map_put(&laws->messages->asked, law_hash(key, m->asker_port), (size_t)other);
    uint64_t meant = m->over_tcp ? question_key(m->from, m->to, ANY_ID, r->qname, type_word(r->qtype)) : key;
    if (index_map_get(&laws->messages->meant, meant) == SIZE_MAX)
        law_broken(laws, e, "D9", "the bytes ask for %s %s, which nobody means to ask", r->qname, type_word(r->qtype));
}

/* A server that a checksum has deceived may have been asked something else than was sent. */
static void on_response(struct laws *laws, const struct event *e, const struct law_message *m)
{
    const struct dns_reading *r = m->reading;
    uint64_t key = question_key(m->to, m->from, r->id, r->qname, type_word(r->qtype));
    size_t other = index_map_get(&laws->messages->asked, law_hash(key, m->asker_port));
    struct law_asked asked = {.opt_size = (unsigned)(other >> 10),
                              .opt_version = other >> 2 & 0xff,
                              .has_opt = other >> 1 & 1,
                              .recursion_desired = other & 1};
    index_map_put(&laws->messages->said, key, 1);
    index_map_put(&laws->messages->said, law_hash(key, hash_of_answers(*r)), 1);
    bool is_known = other != SIZE_MAX && index_map_get(&laws->messages->deceived, (uint64_t)m->from) == SIZE_MAX;
    law_of_zones(laws, e, m, is_known ? &asked : NULL);
}

static void on_message(struct laws *laws, const struct event *e, struct law_message m, const uint8_t *bytes,
                       size_t size)
{
    struct dns_reading reading;
    if (index_map_get(&laws->messages->outside, (uint64_t)m.from) != SIZE_MAX) return;
    if (!dns_reading_begin(&reading, bytes, size)) {
        law_broken(laws, e, "D9", "these %zu bytes are no DNS message", size);
        return;
    }
    m.reading = &reading;
    if (reading.is_response)
        on_response(laws, e, &m);
    else
        on_question(laws, e, &m);
}

/* --- where messages are --- */

/* The port of UDP behind an IP header without extensions; 0: there is none. */
static unsigned port_of(const struct event *e, bool source)
{
    size_t size;
    const uint8_t *header = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
    size_t ip = size == 0 ? 0 : header[0] >> 4 == 4 ? (size_t)(header[0] & 15) * 4 : 40;
    if (size < ip + 8) return 0;
    const uint8_t *port = header + ip + (source ? 0 : 2);
    return (unsigned)port[0] << 8 | port[1];
}

static void on_packet(struct laws *laws, const struct event *e)
{
    const char *tag = event_text(e, FIELD_TAG);
    size_t length = (size_t)event_int(e, FIELD_LENGTH);
    if (strncmp(tag, "dns.", 4) != 0) return;
    const uint8_t *bytes = law_stream_span(laws, event_int(e, FIELD_STREAM), event_int(e, FIELD_OFFSET), length);
    if (!bytes) return; /* N7 says so */
    struct law_message m = {.from = event_int(e, FIELD_HOST), .to = event_int(e, FIELD_PEER)};
    m.asker_port = port_of(e, strncmp(tag, "dns.query", 9) == 0);
    on_message(laws, e, m, bytes, length);
}

static uint64_t half_key(const struct event *e)
{
    return law_hash(law_hash(52, (uint64_t)event_int(e, FIELD_CONN)), (uint64_t)event_int(e, FIELD_HOST));
}

static void on_open(struct laws *laws, const struct event *e)
{
    int64_t local = event_int(e, FIELD_LOCAL_PORT), remote = event_int(e, FIELD_REMOTE_PORT);
    if (local != DNS_PORT && remote != DNS_PORT) return;
    index_map_put(&laws->messages->connections, half_key(e), laws->messages->halves.count);
    *TABLE_ADD(&laws->messages->halves) =
        (struct half_read){.host = event_int(e, FIELD_HOST),
                           .peer = event_int(e, FIELD_PEER),
                           .asker_port = (unsigned)(local == DNS_PORT ? remote : local)};
}

static void on_written(struct laws *laws, const struct event *e)
{
    size_t size, at = 0,
                 index = event_int(e, FIELD_CONN) ? index_map_get(&laws->messages->connections, half_key(e)) : SIZE_MAX;
    if (index == SIZE_MAX) return;
    const char *bytes = event_bytes(e, FIELD_BYTES, &size);
    struct half_read *half = &laws->messages->halves.items[index];
    if (half->size + size > half->room) half->bytes = mem_realloc(half->bytes, half->room = 2 * (half->size + size));
    memcpy(half->bytes + half->size, bytes, size);
    half->size += size;
    while (half->size - at >= LENGTH_BYTES) {
        size_t length = (size_t)half->bytes[at] << 8 | half->bytes[at + 1];
        if (half->size - at < LENGTH_BYTES + length) break;
        struct law_message m = {.from = half->host, .to = half->peer, .asker_port = half->asker_port, .over_tcp = true};
        on_message(laws, e, m, half->bytes + at + LENGTH_BYTES, length);
        at += LENGTH_BYTES + length;
    }
    memmove(half->bytes, half->bytes + at, half->size - at);
    half->size -= at;
}

static uint64_t key_of(const struct event *e, unsigned id)
{
    return question_key(event_int(e, FIELD_HOST), event_int(e, FIELD_PEER), id, event_text(e, FIELD_QNAME),
                        event_text(e, FIELD_QTYPE));
}

/* A stub asks again over TCP without saying so, with another id. */
static void on_query(struct laws *laws, const struct event *e)
{
    index_map_put(&laws->messages->meant, key_of(e, (unsigned)event_int(e, FIELD_ID)), 1);
    index_map_put(&laws->messages->meant, key_of(e, ANY_ID), 1);
}

static void on_answer(struct laws *laws, const struct event *e)
{
    uint64_t key = key_of(e, (unsigned)event_int(e, FIELD_ID));
    bool is_known = index_map_get(&laws->messages->said, key) != SIZE_MAX;
    if (!is_known || laws->has_collided || strlen(event_text(e, FIELD_TEXT)) > LONGEST_TEXT) return;
    if (index_map_get(&laws->messages->said, law_hash(key, hash_of_text(e))) == SIZE_MAX)
        law_broken(laws, e, "D9", "the bytes say something else of %s", event_text(e, FIELD_QNAME));
}

/* Before laws_packets.c, which lets go of the bytes of a datagram. */
void laws_of_messages(struct laws *laws, const struct event *e)
{
    if (!laws->full) return;
    messages_of(laws);
    switch (e->kind) {
    case EVENT_HOST_ADD:
        if (strcmp(event_text(e, FIELD_ROLE), "outside") == 0)
            index_map_put(&laws->messages->outside, (uint64_t)event_int(e, FIELD_HOST), 1);
        break;
    case EVENT_DNS_QUERY:
        on_query(laws, e);
        break;
    case EVENT_DNS_ANSWER:
        on_answer(laws, e);
        break;
    case EVENT_PACKET_COLLIDE:
        index_map_put(&laws->messages->deceived, (uint64_t)event_int(e, FIELD_HOST), 1);
        break;
    case EVENT_PACKET_SEND:
        on_packet(laws, e);
        break;
    case EVENT_CONN_OPEN:
        on_open(laws, e);
        break;
    case EVENT_STREAM_DATA:
        on_written(laws, e);
        break;
    default:
        break;
    }
}
