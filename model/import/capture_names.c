/* Questions and answers of DNS over UDP (RFC 1035 4.1), each as whoever asked sees it. See capture.h. */
#include "model/import/capture.h"
#include "model/wire/dns_wire.h"
#include "sim/journal/tr.h"

enum { ANSWER_BYTES = 1024, PORT_DNS = 53 };

static void learn_addresses(struct capture *c, const struct dns_message *message)
{
    for (unsigned i = 0; i < message->n_answer; i++) {
        const struct dns_rr *rr = &message->rrs[i];
        if (rr->type == DNS_A) capture_host_named(c, ip_of_v4(rr->address), rr->name);
        if (rr->type == DNS_AAAA) capture_host_named(c, rr->address6, rr->name);
    }
    for (unsigned i = message->n_answer; i < (unsigned)message->n_answer + message->n_authority + message->n_additional;
         i++) {
        const struct dns_rr *rr = &message->rrs[i];
        if (rr->type == DNS_A) capture_host_named(c, ip_of_v4(rr->address), rr->name);
        if (rr->type == DNS_AAAA) capture_host_named(c, rr->address6, rr->name);
    }
}

static void tell_message(struct capture *c, const struct seen_packet *p, const struct dns_message *message)
{
    char text[ANSWER_BYTES];
    const struct seen_pair *pair = &c->pairs[p->pair];
    int from = pair->host[p->side], to = pair->host[1 - p->side];
    if (message->is_response) {
        learn_addresses(c, message);
        if (p->lost) return;
        DRAFT_ADD(c->draft, DNS_ANSWER, p->arrives_ns, RANK_STATE, p->end_event, F_INT(HOST, to + 1),
                  F_INT(PEER, from + 1), F_TEXT(QNAME, message->qname), F_TEXT(QTYPE, dns_type_text(message->qtype)),
                  F_INT(ID, message->id), F_TEXT(RCODE, dns_rcode_text(message->rcode)),
                  F_TEXT(TEXT, dns_answer_text(message, text, sizeof text)));
    } else {
        uint64_t key = import_key(import_key(23, (uint64_t)p->pair << 17 | (uint64_t)p->side << 16 | message->id),
                                  import_key_text(message->qtype, message->qname));
        int nth = import_map_get(&c->question_by_id, key);
        nth = nth < 0 ? 1 : nth + 1;
        import_map_put(&c->question_by_id, key, nth);
        DRAFT_ADD(c->draft, DNS_QUERY, p->sent_ns, RANK_WORDS, 0, F_INT(HOST, from + 1), F_INT(PEER, to + 1),
                  F_TEXT(QNAME, message->qname), F_TEXT(QTYPE, dns_type_text(message->qtype)), F_INT(ID, message->id),
                  F_INT(NTH, nth));
    }
}

void capture_tell_names(struct capture *c)
{
    for (size_t i = 0; i < c->n_packets; i++) {
        const struct seen_packet *p = &c->packets[i];
        if (!p->is_udp || !p->send_event || p->there <= p->payload_at) continue;
        const uint8_t *udp = p->bytes + p->transport_at;
        bool asks = (udp[2] << 8 | udp[3]) == PORT_DNS;
        if (!asks && (udp[0] << 8 | udp[1]) != PORT_DNS) continue;
        c->hosts[c->pairs[p->pair].host[asks ? 1 - p->side : p->side]].serves_names = true;
        struct dns_message *message = dns_decode(p->bytes + p->payload_at, p->there - p->payload_at);
        if (!message) continue;
        tell_message(c, p, message);
        dns_message_drop(message);
    }
}
