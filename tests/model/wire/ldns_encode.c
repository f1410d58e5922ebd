#include "ldns_encode.h"

#include <assert.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/wire/ip_wire.h"

enum { TEXT_MAX_BYTES = 255 };

static ldns_rdf *new_name(const char *name)
{
    char absolute[DNS_NAME_BYTES + 2];
    snprintf(absolute, sizeof absolute, "%s.", name);
    return ldns_dname_new_frm_str(absolute);
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
    for (size_t i = 0; i < (size_t)additional_from + message->n_additional; i++) {
        ldns_pkt_section section = i < authority_from    ? LDNS_SECTION_ANSWER
                                   : i < additional_from ? LDNS_SECTION_AUTHORITY
                                                         : LDNS_SECTION_ADDITIONAL;
        if (!push_rr(pkt, section, &message->rrs[i])) return false;
    }
    return true;
}

size_t ldns_encode(const struct dns_message *message, uint8_t *out, size_t room)
{
    ldns_pkt *pkt = ldns_pkt_new();
    assert(pkt);
    uint8_t *wire = NULL;
    size_t size = 0;
    if (!fill_packet(pkt, message) || ldns_pkt2wire(&wire, pkt, &size) != LDNS_STATUS_OK || size > room) size = 0;
    if (size > 0) memcpy(out, wire, size);
    free(wire);
    ldns_pkt_free(pkt);
    return size;
}
