/* The checking mode: what travels as fields and references must be what its bytes say, at every hop (law 4). */
#include <stdio.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/packets.h"
#include "sim/journal/memory.h"

static const char *tcp_difference(const struct tcp_segment *a, const struct tcp_segment *b)
{
    if (a->source_port != b->source_port || a->destination_port != b->destination_port) return "ports";
    if (a->seq != b->seq || a->ack != b->ack) return "sequence numbers";
    if (a->flags != b->flags || a->urgent != b->urgent) return "flags";
    if (a->window != b->window || a->mss != b->mss) return "window or MSS";
    if (a->length != b->length) return "length";
    if (a->options != b->options || a->n_sack != b->n_sack) return "options";
    if ((a->options & TCP_WINDOW_SCALE) && a->window_shift != b->window_shift) return "window scale";
    if ((a->options & TCP_TIMESTAMPS) && (a->ts_val != b->ts_val || a->ts_ecr != b->ts_ecr)) return "timestamps";
    for (size_t i = 0; i < a->n_sack; i++)
        if (a->sack[i].left != b->sack[i].left || a->sack[i].right != b->sack[i].right) return "SACK blocks";
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_record(const struct dns_rr *a, const struct dns_rr *b)
{
    return same_text(a->name, b->name) && a->type == b->type && a->ttl_s == b->ttl_s &&
           a->preference == b->preference && same_text(a->target, b->target) && a->address == b->address &&
           ip_equals(a->address6, b->address6) && same_text(a->soa_rname, b->soa_rname) &&
           a->soa_serial == b->soa_serial && a->soa_minimum == b->soa_minimum;
}

static const char *dns_difference(const struct dns_message *a, const struct dns_message *b)
{
    if (a->id != b->id || a->is_response != b->is_response || a->authoritative != b->authoritative) return "DNS header";
    if (a->truncated != b->truncated || a->recursion_desired != b->recursion_desired) return "DNS flags";
    if (a->recursion_available != b->recursion_available || a->rcode != b->rcode) return "DNS flags";
    if (!same_text(a->qname, b->qname) || a->qtype != b->qtype) return "question";
    if (a->n_answer != b->n_answer || a->n_authority != b->n_authority || a->n_additional != b->n_additional)
        return "number of records";
    for (size_t i = 0; i < (size_t)a->n_answer + a->n_authority + a->n_additional; i++)
        if (!same_record(&a->rrs[i], &b->rrs[i])) return "records";
    return NULL;
}

static const char *udp_difference(const struct ip_packet *a, const struct ip_packet *b)
{
    if (a->udp.source_port != b->udp.source_port || a->udp.destination_port != b->udp.destination_port) return "ports";
    if (a->udp.length != b->udp.length) return "length";
    if (a->dns && b->dns) return dns_difference(a->dns, b->dns);
    bool tells = a->udp.source_port == DNS_PORT || a->udp.destination_port == DNS_PORT;
    return a->dns && tells ? "DNS" : NULL; /* only the port says what bytes mean, and a lie may come from another */
}

static const char *ip_difference(const struct ip_header *a, const struct ip_header *b)
{
    if (!ip_equals(a->source, b->source) || !ip_equals(a->destination, b->destination)) return "addresses";
    if (a->payload_length != b->payload_length || a->ttl != b->ttl) return "length or TTL";
    if (a->identification != b->identification || a->dont_fragment != b->dont_fragment) return "IP fields";
    if (a->fragment_offset != b->fragment_offset || a->more_fragments != b->more_fragments) return "fragment";
    return a->protocol != b->protocol ? "protocol" : NULL;
}

static const char *icmp_difference(const struct icmp_header *a, const struct icmp_header *b)
{
    return a->type != b->type || a->code != b->code || a->rest != b->rest ? "ICMP" : NULL;
}

static const char *difference(const struct ip_packet *a, const struct ip_packet *b)
{
    const char *what = ip_difference(&a->ip, &b->ip);
    if (what || ip_is_fragment(&a->ip)) return what;
    if (a->ip.protocol == IP_PROTOCOL_TCP) return tcp_difference(&a->tcp, &b->tcp);
    return a->ip.protocol == IP_PROTOCOL_UDP ? udp_difference(a, b) : icmp_difference(&a->icmp, &b->icmp);
}

/* The names of mails stay with the packet: bytes do not bear them. */
static void go_on_as(struct ip_packet *ip, struct ip_packet *read)
{
    struct mail_part part = ip->part;
    packets_release(ip);
    *ip = *read;
    ip->part = part;
}

/* D9 where it is a message of DNS. */
static void break_law(struct host *host, const struct packet *packet, const char *what)
{
    char tag[PACKET_TAG_BYTES], text[256];
    snprintf(text, sizeof text, "packet %llu, %s, at %s: its bytes differ from it: %s", (unsigned long long)packet->id,
             packet->ops->tag(packet, tag), host->description->name, what);
    JOURNAL_EMIT(host->world->journal, LAW_BROKEN, F_TEXT(NAME, ip_packet_of_const(packet)->dns ? "D9" : "bytes"),
                 F_TEXT(TEXT, text));
    host->world->failed = true;
}

void packets_check(struct host *host, struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet), read = {.world = ip->world};
    if (ip->raw) return;
    size_t room = packet->size_bytes;
    uint8_t *bytes = mem_alloc(room);
    size_t size = packets_encode(packet, bytes, room);
    const char *why = size == room ? packets_read(&read, bytes, size) : "another size";
    if (!why) why = difference(ip, &read);
    if (why) break_law(host, packet, why);
    bool is_told = !ip->dns == !read.dns;
    if (!why && is_told && packet->to.n == host->id.n && !ip_is_fragment(&ip->ip))
        go_on_as(ip, &read);
    else
        packets_release(&read);
    mem_free(bytes);
}
