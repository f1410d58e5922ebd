/* DNS messages from their bytes, which ldns reads: RFC 1035 3 and 4, names compared and stored in lower case (RFC
   4343).

   Left out on purpose: classes other than IN, operations other than a query, several questions, the options of
   EDNS (RFC 6891 6.1.2: what one does not know is ignored), and the data of types that struct dns_rr has no place for.
 */
#include "model/wire/dns_wire.h"

#include <string.h>

#include "model/wire/dns_internal.h"
#include "model/wire/ip_wire.h"

/* --- Names --- */

/* Text to the wire's labels; 0 when a label or the whole is too long or empty. */
static size_t name_to_wire(const char *name, uint8_t out[DNS_NAME_WIRE_MAX_BYTES])
{
    size_t size = 0;
    while (*name) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > DNS_LABEL_MAX_BYTES || size + 1 + label + 1 > DNS_NAME_WIRE_MAX_BYTES) return 0;
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
        if (label > DNS_LABEL_MAX_BYTES || at + label >= size) return false;
        if (length > 0) out[length++] = '.';
        for (size_t i = 0; i < label; i++, at++) {
            if (wire[at] <= ' ' || wire[at] >= 0x7f || wire[at] == '.' || wire[at] == '\\') return false;
            out[length++] = dns_lower(wire[at]);
        }
    }
    out[length] = '\0';
    return at + 1 == size;
}

ldns_rdf *dns_wire_new_name(const char *name)
{
    uint8_t wire[DNS_NAME_WIRE_MAX_BYTES];
    size_t size = name_to_wire(name, wire);
    return size ? ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, size, wire) : NULL;
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

bool dns_wire_take_rr(const ldns_rr *rr, struct dns_rr *out, char **names)
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
        if (!dns_wire_take_rr(ldns_rr_list_rr(list, i), (*rrs)++, names)) return false;
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
    struct dns_message *message = dns_message_new_block(&head, room, &rrs, &names);
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
    bool has_opt;
    if (!dns_wire_check(bytes, size, &has_opt) || ldns_wire2pkt(&pkt, bytes, size) != LDNS_STATUS_OK) return NULL;
    struct dns_message *message = message_of(pkt);
    ldns_pkt_free(pkt);
    return message;
}
