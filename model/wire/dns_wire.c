/* DNS messages: RFC 1035 3 and 4, names compared and stored in lower case (RFC 4343). Bytes are made and read by ldns,
   sizes are counted here, since they are asked for far more often than bytes.

   Left out on purpose: classes other than IN, operations other than a query, several questions, the options of
   EDNS (RFC 6891 6.1.2: what one does not know is ignored), and the data of types that struct dns_rr has no place for.
 */
#include "model/wire/dns_wire.h"

#include <assert.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/put.h"

enum { LABEL_MAX_BYTES = 63, NAME_TEXT_MAX_BYTES = 253, NAME_WIRE_MAX_BYTES = 255, MESSAGE_MAX_BYTES = 65535 };
enum { TEXT_MAX_BYTES = 255 };
enum { HEADER_BYTES = 12, QUESTION_FIXED_BYTES = 4, RR_FIXED_BYTES = 10, POINTER_BYTES = 2, OPT_BYTES = 11 };
enum { POINTER_REACH = 0x3fff, SEEN_ROOM = 128 };

/* --- Memory: the message, its records, its names, in one block --- */

static size_t name_room(const char *name)
{
    return name ? strlen(name) + 1 : 0;
}

static size_t rr_name_room(const struct dns_rr *rr)
{
    return name_room(rr->name) + name_room(rr->target) + name_room(rr->soa_rname);
}

static size_t count_rrs(const struct dns_message *message)
{
    return (size_t)message->n_answer + message->n_authority + message->n_additional;
}

/* A block with room for the content's records, unset, and for name_bytes of names, where *names points. */
static struct dns_message *new_block(const struct dns_message *content, size_t name_bytes, struct dns_rr **rrs,
                                     char **names)
{
    size_t n = count_rrs(content);
    size_t head = (sizeof(struct dns_message) + 15) & ~(size_t)15;
    struct dns_message *message = mem_alloc(head + n * sizeof(struct dns_rr) + name_bytes);
    *message = *content;
    message->references = 1;
    *rrs = (struct dns_rr *)((char *)message + head);
    *names = (char *)(*rrs + n);
    message->rrs = *rrs;
    return message;
}

static const char *put_name(char **place, const char *name)
{
    if (!name) return NULL;
    size_t room = strlen(name) + 1;
    char *copy = memcpy(*place, name, room);
    *place += room;
    return copy;
}

struct dns_message *dns_message_new(const struct dns_message *content)
{
    size_t n = count_rrs(content);
    size_t name_bytes = name_room(content->qname);
    for (size_t i = 0; i < n; i++)
        name_bytes += rr_name_room(&content->rrs[i]);
    struct dns_rr *rrs;
    char *names;
    struct dns_message *message = new_block(content, name_bytes, &rrs, &names);
    message->qname = put_name(&names, content->qname);
    for (size_t i = 0; i < n; i++) {
        rrs[i] = content->rrs[i];
        rrs[i].name = put_name(&names, content->rrs[i].name);
        rrs[i].target = put_name(&names, content->rrs[i].target);
        rrs[i].soa_rname = put_name(&names, content->rrs[i].soa_rname);
    }
    return message;
}

struct dns_message *dns_message_hold(struct dns_message *message)
{
    assert(message->references > 0);
    message->references++;
    return message;
}

void dns_message_drop(struct dns_message *message)
{
    if (!message) return;
    assert(message->references > 0);
    if (--message->references == 0) mem_free(message);
}

/* --- Names --- */

/* ASCII only, whatever the locale (RFC 4343 2). */
static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

bool dns_name_normalize(const char *name, char out[DNS_NAME_BYTES])
{
    size_t length = 0, label = 0;
    for (const char *p = name; *p; p++) {
        if (*p == '.') {
            if (label == 0) return false;
            if (!p[1]) break;
            label = 0;
        } else if (!is_name_char(lower((uint8_t)*p)) || ++label > LABEL_MAX_BYTES) {
            return false;
        }
        if (length == NAME_TEXT_MAX_BYTES) return false;
        out[length++] = lower((uint8_t)*p);
    }
    out[length] = '\0';
    return true;
}

/* Text to the wire's labels; 0 when a label or the whole is too long or empty. */
static size_t name_to_wire(const char *name, uint8_t out[NAME_WIRE_MAX_BYTES])
{
    size_t size = 0;
    while (*name) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > LABEL_MAX_BYTES || size + 1 + label + 1 > NAME_WIRE_MAX_BYTES) return 0;
        out[size++] = (uint8_t)label;
        memcpy(out + size, name, label);
        size += label;
        name += label;
        if (*name == '.' && *++name == '\0') return 0;
    }
    out[size++] = 0;
    return size;
}

/* Uncompressed labels to text; false when a label holds what the text could not tell apart. Needs as much room as the
   labels have. */
static bool name_from_wire(const uint8_t *wire, size_t size, char *out)
{
    size_t at = 0, length = 0;
    while (at < size && wire[at] != 0) {
        size_t label = wire[at++];
        if (label > LABEL_MAX_BYTES || at + label >= size) return false;
        if (length > 0) out[length++] = '.';
        for (size_t i = 0; i < label; i++, at++) {
            if (wire[at] <= ' ' || wire[at] >= 0x7f || wire[at] == '.' || wire[at] == '\\') return false;
            out[length++] = lower(wire[at]);
        }
    }
    out[length] = '\0';
    return at + 1 == size;
}

/* --- Size --- */

/* What compression has seen: every suffix of every name written so far that a pointer can reach (RFC 1035 4.1.4). */
struct seen {
    size_t n;
    struct {
        const char *suffix;
        size_t length;
    } suffixes[SEEN_ROOM];
};

static bool seen_has(const struct seen *seen, const char *suffix, size_t length)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->suffixes[i].length == length && memcmp(seen->suffixes[i].suffix, suffix, length) == 0) return true;
    return false;
}

/* Adds the bytes that a name takes at this offset; false when there is no more room to remember suffixes. */
static bool add_name(struct seen *seen, const char *name, size_t *size)
{
    size_t length = strlen(name);
    while (length > 0) {
        if (seen_has(seen, name, length)) {
            *size += POINTER_BYTES;
            return true;
        }
        if (*size < POINTER_REACH) {
            if (seen->n == SEEN_ROOM) return false;
            seen->suffixes[seen->n].suffix = name;
            seen->suffixes[seen->n++].length = length;
        }
        size_t label = strcspn(name, ".");
        *size += 1 + label;
        size_t step = label < length ? label + 1 : label;
        name += step;
        length -= step;
    }
    *size += 1;
    return true;
}

static bool add_rr(struct seen *seen, const struct dns_rr *rr, size_t *size)
{
    if (!add_name(seen, rr->name, size)) return false;
    *size += RR_FIXED_BYTES;
    switch (rr->type) {
    case DNS_A:
        *size += 4;
        return true;
    case DNS_AAAA:
        *size += 16;
        return true;
    case DNS_MX:
        *size += 2;
        return add_name(seen, rr->target, size);
    case DNS_NS:
    case DNS_CNAME:
        return add_name(seen, rr->target, size);
    case DNS_SOA:
        if (!add_name(seen, rr->target, size) || !add_name(seen, rr->soa_rname, size)) return false;
        *size += 20;
        return true;
    case DNS_TXT:
        *size += 1 + strlen(rr->target);
        return true;
    }
    assert(!"a record of a type without data");
    return false;
}

static bool count_bytes(const struct dns_message *message, size_t *size)
{
    *size = HEADER_BYTES + (message->qname[0] ? strlen(message->qname) + 2 : 1) + QUESTION_FIXED_BYTES;
    if (message->has_edns) *size += OPT_BYTES;
    size_t n = count_rrs(message);
    if (n == 0) return true;
    struct seen seen;
    seen.n = 0; /* the rest is large, and read only where written */
    size_t again = HEADER_BYTES;
    if (!add_name(&seen, message->qname, &again)) return false;
    for (size_t i = 0; i < n; i++)
        if (!add_rr(&seen, &message->rrs[i], size)) return false;
    return true;
}

static size_t size_by_encoding(const struct dns_message *message)
{
    uint8_t *bytes = mem_alloc(MESSAGE_MAX_BYTES);
    size_t size = dns_encode(message, bytes, MESSAGE_MAX_BYTES);
    mem_free(bytes);
    return size;
}

size_t dns_wire_size(struct dns_message *message)
{
    if (message->wire_size == 0) {
        size_t size;
        if (!count_bytes(message, &size)) size = size_by_encoding(message);
        message->wire_size = (uint32_t)size;
    }
    return message->wire_size;
}

/* --- Encode --- */

static ldns_rdf *new_name(const char *name)
{
    uint8_t wire[NAME_WIRE_MAX_BYTES];
    size_t size = name_to_wire(name, wire);
    return size ? ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, size, wire) : NULL;
}

static bool push_name(ldns_rr *rr, const char *name)
{
    ldns_rdf *rdf = new_name(name);
    return rdf && ldns_rr_push_rdf(rr, rdf);
}

static bool push_u32(ldns_rr *rr, uint32_t value, ldns_rdf_type type)
{
    ldns_rdf *rdf = ldns_native2rdf_int32(type, value);
    return rdf && ldns_rr_push_rdf(rr, rdf);
}

/* RFC 1035 3.3: a character-string, its length before it. */
static bool push_text(ldns_rr *rr, const char *text)
{
    uint8_t bytes[1 + TEXT_MAX_BYTES];
    size_t length = strlen(text);
    if (length > TEXT_MAX_BYTES) return false;
    bytes[0] = (uint8_t)length;
    memcpy(bytes + 1, text, length);
    ldns_rdf *rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, 1 + length, bytes);
    return rdf && ldns_rr_push_rdf(rr, rdf);
}

static bool push_mx(ldns_rr *rr, const struct dns_rr *from)
{
    ldns_rdf *preference = ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, from->preference);
    return preference && ldns_rr_push_rdf(rr, preference) && push_name(rr, from->target);
}

static bool push_a(ldns_rr *rr, const struct dns_rr *from)
{
    uint8_t a[4] = {(uint8_t)(from->address >> 24), (uint8_t)(from->address >> 16), (uint8_t)(from->address >> 8),
                    (uint8_t)from->address};
    ldns_rdf *address = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_A, sizeof a, a);
    return address && ldns_rr_push_rdf(rr, address);
}

static bool push_aaaa(ldns_rr *rr, const struct dns_rr *from)
{
    uint8_t bytes[16];
    ip_put_16_bytes(from->address6, bytes);
    ldns_rdf *address = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_AAAA, sizeof bytes, bytes);
    return address && ldns_rr_push_rdf(rr, address);
}

static bool push_soa(ldns_rr *rr, const struct dns_rr *from)
{
    return push_name(rr, from->target) && push_name(rr, from->soa_rname) &&
           push_u32(rr, from->soa_serial, LDNS_RDF_TYPE_INT32) &&
           push_u32(rr, from->soa_refresh, LDNS_RDF_TYPE_PERIOD) &&
           push_u32(rr, from->soa_retry, LDNS_RDF_TYPE_PERIOD) &&
           push_u32(rr, from->soa_expire, LDNS_RDF_TYPE_PERIOD) &&
           push_u32(rr, from->soa_minimum, LDNS_RDF_TYPE_PERIOD);
}

static bool push_data(ldns_rr *rr, const struct dns_rr *from)
{
    switch (from->type) {
    case DNS_A:
        return push_a(rr, from);
    case DNS_AAAA:
        return push_aaaa(rr, from);
    case DNS_MX:
        return push_mx(rr, from);
    case DNS_NS:
    case DNS_CNAME:
        return push_name(rr, from->target);
    case DNS_SOA:
        return push_soa(rr, from);
    case DNS_TXT:
        return push_text(rr, from->target);
    }
    return false;
}

static bool push_rr(ldns_pkt *pkt, ldns_pkt_section section, const struct dns_rr *from)
{
    ldns_rr *rr = ldns_rr_new();
    ldns_rdf *owner = new_name(from->name);
    if (!rr || !owner) {
        ldns_rr_free(rr);
        ldns_rdf_deep_free(owner);
        return false;
    }
    ldns_rr_set_owner(rr, owner);
    ldns_rr_set_type(rr, (ldns_rr_type)from->type);
    ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
    ldns_rr_set_ttl(rr, from->ttl_s);
    if (push_data(rr, from) && ldns_pkt_push_rr(pkt, section, rr)) return true;
    ldns_rr_free(rr);
    return false;
}

static bool push_question(ldns_pkt *pkt, const struct dns_message *message)
{
    ldns_rr *question = ldns_rr_new();
    ldns_rdf *qname = new_name(message->qname);
    if (!question || !qname) {
        ldns_rr_free(question);
        ldns_rdf_deep_free(qname);
        return false;
    }
    ldns_rr_set_question(question, true);
    ldns_rr_set_owner(question, qname);
    ldns_rr_set_type(question, (ldns_rr_type)message->qtype);
    ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
    if (ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, question)) return true;
    ldns_rr_free(question);
    return false;
}

static void set_header(ldns_pkt *pkt, const struct dns_message *message)
{
    ldns_pkt_set_id(pkt, message->id);
    ldns_pkt_set_qr(pkt, message->is_response);
    ldns_pkt_set_aa(pkt, message->authoritative);
    ldns_pkt_set_tc(pkt, message->truncated);
    ldns_pkt_set_rd(pkt, message->recursion_desired);
    ldns_pkt_set_ra(pkt, message->recursion_available);
    ldns_pkt_set_opcode(pkt, LDNS_PACKET_QUERY);
    ldns_pkt_set_rcode(pkt, (uint8_t)(message->rcode & 15));
    if (!message->has_edns) return;
    ldns_pkt_set_edns_udp_size(pkt, message->edns_size);
    ldns_pkt_set_edns_extended_rcode(pkt, (uint8_t)(message->rcode >> 4));
    ldns_pkt_set_edns_version(pkt, message->edns_version);
}

static bool fill_packet(ldns_pkt *pkt, const struct dns_message *message)
{
    set_header(pkt, message);
    if (!push_question(pkt, message)) return false;
    size_t authority_from = message->n_answer, additional_from = authority_from + message->n_authority;
    for (size_t i = 0; i < count_rrs(message); i++) {
        ldns_pkt_section section = i < authority_from    ? LDNS_SECTION_ANSWER
                                   : i < additional_from ? LDNS_SECTION_AUTHORITY
                                                         : LDNS_SECTION_ADDITIONAL;
        if (!push_rr(pkt, section, &message->rrs[i])) return false;
    }
    return true;
}

size_t dns_encode(const struct dns_message *message, uint8_t *out, size_t room)
{
    ldns_pkt *pkt = ldns_pkt_new();
    assert(pkt);
    uint8_t *wire = NULL;
    size_t size = 0;
    if (!fill_packet(pkt, message) || ldns_pkt2wire(&wire, pkt, &size) != LDNS_STATUS_OK) size = 0;
    if (size > room || size > MESSAGE_MAX_BYTES) size = 0;
    if (size > 0) memcpy(out, wire, size);
    free(wire);
    ldns_pkt_free(pkt);
    return size;
}

/* --- Decode --- */

static bool take_name(const ldns_rdf *rdf, const char **name, char **place)
{
    if (!rdf || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME) return false;
    if (!name_from_wire(ldns_rdf_data(rdf), ldns_rdf_size(rdf), *place)) return false;
    *name = *place;
    *place += strlen(*place) + 1;
    return true;
}

/* Of printable characters only: others are no text that anybody here could use. */
static bool take_text(const ldns_rdf *rdf, const char **text, char **place)
{
    if (!rdf || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_STR) return false;
    const uint8_t *bytes = ldns_rdf_data(rdf);
    size_t length = ldns_rdf_size(rdf) > 0 ? bytes[0] : 0;
    if (length + 1 != ldns_rdf_size(rdf)) return false;
    for (size_t i = 1; i <= length; i++)
        if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
    memcpy(*place, bytes + 1, length);
    (*place)[length] = '\0';
    *text = *place;
    *place += length + 1;
    return true;
}

static bool take_soa(const ldns_rr *rr, struct dns_rr *out, char **names)
{
    if (!take_name(ldns_rr_rdf(rr, 0), &out->target, names) || !take_name(ldns_rr_rdf(rr, 1), &out->soa_rname, names))
        return false;
    uint32_t *numbers[] = {&out->soa_serial, &out->soa_refresh, &out->soa_retry, &out->soa_expire, &out->soa_minimum};
    for (size_t i = 0; i < 5; i++)
        *numbers[i] = ldns_rdf2native_int32(ldns_rr_rdf(rr, 2 + i));
    return true;
}

static bool take_data(const ldns_rr *rr, struct dns_rr *out, char **names)
{
    static const size_t wanted[] = {
        [DNS_A] = 1, [DNS_NS] = 1, [DNS_CNAME] = 1, [DNS_SOA] = 7, [DNS_MX] = 2, [DNS_TXT] = 1, [DNS_AAAA] = 1};
    if ((size_t)out->type >= sizeof wanted / sizeof *wanted || wanted[out->type] == 0) return false;
    if (ldns_rr_rd_count(rr) != wanted[out->type]) return false;
    switch (out->type) {
    case DNS_A: {
        const uint8_t *a = ldns_rdf_data(ldns_rr_rdf(rr, 0));
        out->address = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
        return true;
    }
    case DNS_AAAA:
        out->address6 = ip_get_16_bytes(ldns_rdf_data(ldns_rr_rdf(rr, 0)));
        return true;
    case DNS_MX:
        out->preference = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0));
        return take_name(ldns_rr_rdf(rr, 1), &out->target, names);
    case DNS_NS:
    case DNS_CNAME:
        return take_name(ldns_rr_rdf(rr, 0), &out->target, names);
    case DNS_SOA:
        return take_soa(rr, out, names);
    case DNS_TXT:
        return take_text(ldns_rr_rdf(rr, 0), &out->target, names);
    }
    return false;
}

static bool take_rr(const ldns_rr *rr, struct dns_rr *out, char **names)
{
    memset(out, 0, sizeof *out);
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) return false;
    out->type = (enum dns_type)ldns_rr_get_type(rr);
    out->ttl_s = ldns_rr_ttl(rr);
    return take_name(ldns_rr_owner(rr), &out->name, names) && take_data(rr, out, names);
}

/* The labels of a name take one byte more than its text and its end. */
static size_t list_name_room(const ldns_rr_list *list)
{
    size_t room = 0;
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(list, i);
        room += ldns_rdf_size(ldns_rr_owner(rr));
        for (size_t k = 0; k < ldns_rr_rd_count(rr); k++)
            room += ldns_rdf_size(ldns_rr_rdf(rr, k));
    }
    return room;
}

static bool take_list(const ldns_rr_list *list, struct dns_rr **rrs, char **names)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
        if (!take_rr(ldns_rr_list_rr(list, i), (*rrs)++, names)) return false;
    return true;
}

/* RFC 6891 6.2.3: a size below 512 is treated as 512. (ldns would forget an OPT record that says 0 throughout.) */
static uint16_t edns_size_of(const ldns_pkt *pkt)
{
    if (!ldns_pkt_edns(pkt)) return 0;
    uint16_t size = ldns_pkt_edns_udp_size(pkt);
    return size < DNS_UDP_MAX_BYTES ? DNS_UDP_MAX_BYTES : size;
}

static struct dns_message header_of(const ldns_pkt *pkt, const ldns_rr *question)
{
    return (struct dns_message){
        .id = ldns_pkt_id(pkt),
        .is_response = ldns_pkt_qr(pkt),
        .authoritative = ldns_pkt_aa(pkt),
        .truncated = ldns_pkt_tc(pkt),
        .recursion_desired = ldns_pkt_rd(pkt),
        .recursion_available = ldns_pkt_ra(pkt),
        .rcode = (enum dns_rcode)(ldns_pkt_get_rcode(pkt) | ldns_pkt_edns_extended_rcode(pkt) << 4),
        .has_edns = ldns_pkt_edns(pkt),
        .edns_version = ldns_pkt_edns_version(pkt),
        .edns_size = edns_size_of(pkt),
        .qtype = (enum dns_type)ldns_rr_get_type(question),
        .n_answer = (uint16_t)ldns_rr_list_rr_count(ldns_pkt_answer(pkt)),
        .n_authority = (uint16_t)ldns_rr_list_rr_count(ldns_pkt_authority(pkt)),
        .n_additional = (uint16_t)ldns_rr_list_rr_count(ldns_pkt_additional(pkt)),
    };
}

static struct dns_message *message_of(const ldns_pkt *pkt)
{
    const ldns_rr_list *questions = ldns_pkt_question(pkt);
    if (ldns_rr_list_rr_count(questions) != 1 || ldns_pkt_get_opcode(pkt) != LDNS_PACKET_QUERY) return NULL;
    const ldns_rr *question = ldns_rr_list_rr(questions, 0);
    if (ldns_rr_get_class(question) != LDNS_RR_CLASS_IN) return NULL;
    struct dns_message head = header_of(pkt, question);
    const ldns_rr_list *lists[] = {ldns_pkt_answer(pkt), ldns_pkt_authority(pkt), ldns_pkt_additional(pkt)};
    size_t room = ldns_rdf_size(ldns_rr_owner(question));
    for (size_t i = 0; i < 3; i++)
        room += list_name_room(lists[i]);
    struct dns_rr *rrs;
    char *names;
    struct dns_message *message = new_block(&head, room, &rrs, &names);
    bool good = take_name(ldns_rr_owner(question), &message->qname, &names);
    for (size_t i = 0; good && i < 3; i++)
        good = take_list(lists[i], &rrs, &names);
    if (good) return message;
    dns_message_drop(message);
    return NULL;
}

struct dns_message *dns_decode(const uint8_t *bytes, size_t size)
{
    ldns_pkt *pkt = NULL;
    if (size > MESSAGE_MAX_BYTES || ldns_wire2pkt(&pkt, bytes, size) != LDNS_STATUS_OK) return NULL;
    struct dns_message *message = message_of(pkt);
    ldns_pkt_free(pkt);
    return message;
}

/* --- Text --- */

/* ldns lets a number run over in silence; a person should hear of it. */
static bool numbers_fit(const char *line, const struct dns_rr *rr)
{
    uint64_t most = rr->type == DNS_SOA ? UINT32_MAX : INT32_MAX;
    bool after_mx = false;
    for (const char *p = line; *p;) {
        p += strspn(p, " \t");
        size_t length = strcspn(p, " \t");
        bool digits = length > 0 && strspn(p, "0123456789") == length;
        if (digits && (length > 10 || strtoull(p, NULL, 10) > most)) return false;
        if (digits && after_mx && strtoull(p, NULL, 10) != rr->preference) return false;
        after_mx = rr->type == DNS_MX && length == 2 && lower((uint8_t)p[0]) == 'm' && lower((uint8_t)p[1]) == 'x';
        p += length;
    }
    return true;
}

static bool copy_line(const ldns_rr *rr, struct dns_rr_line *out)
{
    char names[3 * NAME_WIRE_MAX_BYTES], *place = names;
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
        if (ldns_rdf_size(ldns_rr_rdf(rr, i)) > NAME_WIRE_MAX_BYTES) return false;
    if (!take_rr(rr, &out->rr, &place)) return false;
    snprintf(out->name, sizeof out->name, "%s", out->rr.name);
    out->rr.name = out->name;
    if (out->rr.target) {
        snprintf(out->target, sizeof out->target, "%s", out->rr.target);
        out->rr.target = out->target;
    }
    if (out->rr.soa_rname) {
        snprintf(out->rname, sizeof out->rname, "%s", out->rr.soa_rname);
        out->rr.soa_rname = out->rname;
    }
    return true;
}

bool dns_rr_from_line(const char *line, const char *origin, uint32_t default_ttl_s, struct dns_rr_line *out,
                      char *error, size_t error_size)
{
    ldns_rdf *apex = new_name(origin), *owner = NULL;
    ldns_rr *rr = NULL;
    const char *problem = NULL;
    assert(apex);
    ldns_status status = ldns_rr_new_frm_str(&rr, line, default_ttl_s, apex, &owner);
    if (status != LDNS_STATUS_OK)
        problem = tr("is not a record in master-file syntax, as in \"@ 300 IN MX 10 mx1\"");
    else if (!copy_line(rr, out))
        problem = tr("is not a record of class IN and type A, AAAA, NS, CNAME, SOA or MX");
    else if (!numbers_fit(line, &out->rr))
        problem = tr("holds a number that is too large for its field");
    if (problem) snprintf(error, error_size, "%s", problem);
    ldns_rr_free(rr);
    ldns_rdf_deep_free(owner);
    ldns_rdf_deep_free(apex);
    return problem == NULL;
}

const char *dns_type_text(enum dns_type type)
{
    switch (type) {
    case DNS_A:
        return "A";
    case DNS_NS:
        return "NS";
    case DNS_CNAME:
        return "CNAME";
    case DNS_SOA:
        return "SOA";
    case DNS_MX:
        return "MX";
    case DNS_TXT:
        return "TXT";
    case DNS_AAAA:
        return "AAAA";
    }
    return "?";
}

const char *dns_rcode_text(enum dns_rcode rcode)
{
    switch (rcode) {
    case DNS_NOERROR:
        return "NOERROR";
    case DNS_FORMERR:
        return "FORMERR";
    case DNS_SERVFAIL:
        return "SERVFAIL";
    case DNS_NXDOMAIN:
        return "NXDOMAIN";
    case DNS_NOTIMP:
        return "NOTIMP";
    case DNS_REFUSED:
        return "REFUSED";
    case DNS_BADVERS:
        return "BADVERS";
    }
    return "?";
}

static void put_dotted(struct put *p, const char *name)
{
    put_text(p, name);
    put_text(p, ".");
}

static void put_record(struct put *p, const struct dns_rr *rr)
{
    char address[IP_TEXT_BYTES];
    switch (rr->type) {
    case DNS_A:
        put_text(p, ipv4_text(rr->address, address));
        return;
    case DNS_AAAA:
        put_text(p, ip_text(rr->address6, address));
        return;
    case DNS_MX:
        put_number(p, rr->preference, 1);
        put_text(p, " ");
        put_dotted(p, rr->target);
        return;
    case DNS_NS:
        put_dotted(p, rr->target);
        return;
    case DNS_CNAME:
        put_text(p, "CNAME ");
        put_dotted(p, rr->target);
        return;
    case DNS_SOA:
        put_dotted(p, rr->target);
        put_text(p, " ");
        put_dotted(p, rr->soa_rname);
        put_text(p, " ");
        put_number(p, rr->soa_serial, 1);
        return;
    case DNS_TXT:
        put_text(p, "\"");
        put_text(p, rr->target);
        put_text(p, "\"");
        return;
    }
    put_text(p, "?");
}

const char *dns_answer_text(const struct dns_message *message, char *buffer, size_t size)
{
    assert(size > 0);
    struct put p = put_into(buffer, size);
    for (size_t i = 0; i < message->n_answer; i++) {
        if (i > 0) put_text(&p, ", ");
        put_record(&p, &message->rrs[i]);
    }
    return buffer;
}
